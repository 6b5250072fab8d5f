-- The audit of relations in DuckDB, as an expert would write it for a case of these shapes: canonical Parquet on both
-- sides, all relations with an id, no members list. Each side is read once, into a table with row numbers; pairs are
-- found among the keys and kept as pairs of row numbers; words are ENUMs in alphabetical order, so that they sort as
-- numbers. All joins of wide rows are by row number.
--
-- `$name` is filled in by the driver. A line `-- == name` begins a step.

-- == lists
-- Tag ids differ between corps: only `group/name` can be compared.
CREATE TEMP MACRO named(tags) AS coalesce(list_bool_and(list_transform(tags, lambda tag: contains(tag, '/'))), true);
CREATE TEMP MACRO tags_kept(here, there) AS
    CASE WHEN len(here) > 0 AND named(here) AND named(there) THEN list_has_all(coalesce(there, []), here) END;

CREATE TYPE scope AS ENUM ('added_after_start', 'assessment_failed', 'external_contact', 'in_scope', 'not_enrolled', 'unassigned');
CREATE TYPE outcome AS ENUM ('already_at_target', 'arrived_out_of_scope', 'migrated', 'misplaced', 'missing', 'out_of_scope',
                             'refused', 'refused_but_arrived', 'undetermined');
CREATE TYPE reason AS ENUM ('added_after_start', 'ambiguous', 'assessment_failed', 'external_contact', 'no_trace',
                            'no_usable_key', 'not_enrolled', 'target_at_cap', 'unassigned');
CREATE TYPE severity AS ENUM ('defect', 'ok', 'review');
CREATE TYPE method AS ENUM ('customer_map', 'name', 'unionid');
CREATE TYPE origin AS ENUM ('added_after_migration', 'added_during_migration', 'already_at_target', 'arrived_out_of_scope',
                            'migrated', 'misplaced', 'out_of_scope', 'pre_existing', 'refused_but_arrived', 'unknown_time');

CREATE TEMP TABLE pair AS
SELECT (row_number() OVER (ORDER BY source_userid) - 1)::INTEGER AS pair, source_userid, target_userid,
       assessment, assessment_reason
FROM (SELECT DISTINCT source_userid, target_userid, coalesce(assessment, 'pass') AS assessment, assessment_reason
      FROM read_csv('$folder/lists/accounts.csv', all_varchar = true));

-- Rows that contradict others are set aside.
CREATE TEMP TABLE customer_map AS
SELECT DISTINCT source_external_userid AS source_id, target_external_userid AS target_id
FROM read_csv('$folder/lists/customer_map.csv', all_varchar = true)
QUALIFY count(*) OVER (PARTITION BY source_id) = 1 AND count(*) OVER (PARTITION BY target_id) = 1;

CREATE TEMP TABLE refusal AS
SELECT DISTINCT external_userid, CASE WHEN external_userid IS NULL THEN unionid END AS unionid,
       CASE WHEN external_userid IS NULL AND unionid IS NULL THEN customer_name END AS customer_name, userid
FROM read_csv('$folder/lists/refusals.csv', all_varchar = true);

-- == sides
-- A row number is the file, and the place in it.
CREATE TEMP TABLE source AS
SELECT (file_index::BIGINT << 32) | file_row_number AS source_row, pair, userid AS source_userid, external_userid AS source_id,
       unionid, customer_name, created_at AS source_created_at, remark, tags, m.target_id AS mapped_id,
       CASE WHEN NOT is_customer THEN 'external_contact'::scope
            WHEN pair IS NULL THEN 'not_enrolled'::scope
            WHEN assessment = 'fail' THEN 'assessment_failed'::scope
            WHEN created_at >= $started_at THEN 'added_after_start'::scope
            ELSE 'in_scope'::scope END AS scope
FROM (SELECT *, file_index FROM read_parquet($source_files, file_row_number = true))
LEFT JOIN pair ON userid = source_userid LEFT JOIN customer_map AS m ON external_userid = m.source_id;

CREATE TEMP TABLE target AS
SELECT (file_index::BIGINT << 32) | file_row_number AS target_row, pair, userid AS arrived_userid, external_userid AS target_id,
       unionid, customer_name, created_at AS target_created_at, remark, tags, m.source_id IS NOT NULL AS is_image
FROM (SELECT *, file_index FROM read_parquet($target_files, file_row_number = true))
LEFT JOIN pair ON userid = target_userid LEFT JOIN customer_map AS m ON external_userid = m.target_id;

-- A unionid of several ids of one corp is no key: a user of WeChat has one id in a corp.
CREATE TEMP TABLE no_key AS
SELECT unionid FROM source WHERE unionid IS NOT NULL GROUP BY unionid HAVING min(source_id) <> max(source_id)
UNION
SELECT unionid FROM target WHERE unionid IS NOT NULL GROUP BY unionid HAVING min(target_id) <> max(target_id);

-- A refusal by name alone holds only where the name stands for a single customer.
CREATE TEMP TABLE refused AS
SELECT source_row FROM source JOIN refusal ON source_id = external_userid WHERE userid IS NULL OR userid = source_userid
UNION
SELECT source_row FROM source JOIN refusal USING (unionid) ANTI JOIN no_key USING (unionid)
WHERE userid IS NULL OR userid = source_userid
UNION
SELECT unnest(rows)
FROM (SELECT list(source_row) AS rows
      FROM source JOIN refusal USING (customer_name) WHERE userid IS NULL OR userid = source_userid
      GROUP BY customer_name, userid HAVING count(DISTINCT source_id) = 1);

-- The map is 1:1 and an account holds an id once: its pairs are never ambiguous.
CREATE TEMP TABLE mapped AS
SELECT source_row, target_row
FROM (SELECT source_row, pair, mapped_id FROM source WHERE mapped_id IS NOT NULL AND pair IS NOT NULL) AS s
JOIN (SELECT target_row, pair, target_id FROM target WHERE is_image AND pair IS NOT NULL) AS t
ON target_id = mapped_id AND t.pair = s.pair;

-- == pairs
-- An account holds an id once, and a unionid that is a key has one id: no row has two partners.
CREATE OR REPLACE TEMP TABLE found AS
SELECT source_row, target_row, 'customer_map'::method AS match_method, false AS misplaced FROM mapped
UNION ALL
SELECT source_row, target_row, 'unionid'::method, false
FROM (SELECT source_row, pair, unionid FROM source ANTI JOIN mapped USING (source_row)
      WHERE $unionids_shared AND unionid IS NOT NULL AND pair IS NOT NULL) AS s
JOIN (SELECT target_row, pair, unionid FROM target ANTI JOIN mapped USING (target_row)
      WHERE $unionids_shared AND unionid IS NOT NULL AND pair IS NOT NULL) AS t USING (pair, unionid)
ANTI JOIN no_key USING (unionid);

CREATE OR REPLACE TEMP TABLE left_at_source AS
SELECT source_row, pair, scope, source_userid, source_id, unionid, customer_name, source_created_at, mapped_id,
       $unionids_shared AND unionid IS NOT NULL AND unionid NOT IN (FROM no_key) AS has_unionid,
       source_row IN (FROM refused) AS refused
FROM source ANTI JOIN found USING (source_row);

CREATE OR REPLACE TEMP TABLE left_at_target AS
SELECT target_row, pair, arrived_userid, target_id, unionid, customer_name, target_created_at, is_image,
       $unionids_shared AND unionid IS NOT NULL AND unionid NOT IN (FROM no_key) AS has_unionid
FROM target ANTI JOIN found USING (target_row);

-- == weaker
CREATE TEMP TABLE ambiguous (source_row BIGINT);
-- Target rows that belong to one of several ambiguous source rows.
CREATE TEMP TABLE ambiguous_target (target_row BIGINT);

-- Everywhere below: a key occurs n times at the source and m times at the target. n <= m joins all n, in order of seniority
-- (time, unknown last, then id); n > m makes all of them ambiguous.
--
-- By name, but never two rows that both have a unionid (a stronger method would have joined them), nor a row that the map
-- names. So of one name, source rows with a unionid (a) can join target rows without (q) only; those without (b) can
-- join both (p with a unionid, q without). Where all four kinds occur together, those with less choice choose first.
CREATE TEMP TABLE name_at_source AS
SELECT source_row, pair, customer_name, has_unionid, source_created_at AS created_at, source_id
FROM left_at_source ANTI JOIN found USING (source_row) ANTI JOIN ambiguous USING (source_row)
WHERE pair IS NOT NULL AND mapped_id IS NULL AND customer_name IS NOT NULL;

CREATE TEMP TABLE name_at_target AS
SELECT target_row, pair, customer_name, has_unionid, target_created_at AS created_at, target_id
FROM left_at_target ANTI JOIN found USING (target_row) ANTI JOIN ambiguous_target USING (target_row)
WHERE pair IS NOT NULL AND NOT is_image AND customer_name IS NOT NULL;

CREATE TEMP TABLE by_name AS
SELECT *, a > 0 AND b > 0 AND p > 0 AND q > 0 AS is_mixed, n <= m AND (NOT is_mixed OR a <= q) AS joins
FROM (SELECT *, CASE WHEN q > 0 THEN a ELSE 0 END + b AS n, CASE WHEN b > 0 THEN p ELSE 0 END + q AS m
      FROM (SELECT pair, customer_name, count(*) FILTER (has_unionid) AS a, count(*) FILTER (NOT has_unionid) AS b
            FROM name_at_source GROUP BY ALL)
      JOIN (SELECT pair, customer_name, count(*) FILTER (has_unionid) AS p, count(*) FILTER (NOT has_unionid) AS q
            FROM name_at_target GROUP BY ALL) USING (pair, customer_name))
WHERE n > 0 AND m > 0;

INSERT INTO found
SELECT source_row, target_row, 'name', false
FROM (SELECT source_row, pair, customer_name,
             row_number() OVER (PARTITION BY pair, customer_name
                                ORDER BY is_mixed AND NOT has_unionid, created_at NULLS LAST, source_id) AS place
      FROM name_at_source JOIN by_name USING (pair, customer_name) WHERE joins AND (q > 0 OR NOT has_unionid))
JOIN (SELECT target_row, pair, customer_name,
             CASE WHEN NOT is_mixed THEN rank WHEN has_unionid THEN a + rank WHEN rank <= a THEN rank ELSE p + rank END AS place
      FROM (SELECT *, row_number() OVER (PARTITION BY pair, customer_name, is_mixed AND has_unionid
                                         ORDER BY created_at NULLS LAST, target_id) AS rank
            FROM name_at_target JOIN by_name USING (pair, customer_name) WHERE joins AND (b > 0 OR NOT has_unionid)))
USING (pair, customer_name, place);

INSERT INTO ambiguous
SELECT source_row FROM name_at_source JOIN by_name USING (pair, customer_name) WHERE NOT joins AND (q > 0 OR NOT has_unionid);

INSERT INTO ambiguous_target
SELECT target_row FROM name_at_target JOIN by_name USING (pair, customer_name) WHERE NOT joins AND (b > 0 OR NOT has_unionid);

-- == misplaced
-- Under another account: by the map, then by unionid, among all that no pair of accounts could use.
CREATE TEMP TABLE sought AS
SELECT source_row, source_userid, source_id, mapped_id, CASE WHEN has_unionid THEN unionid END AS unionid, source_created_at AS created_at
FROM left_at_source ANTI JOIN found USING (source_row) WHERE scope = 'in_scope' AND NOT refused;

CREATE TEMP TABLE arrival AS
SELECT target_row, arrived_userid, target_id, CASE WHEN has_unionid THEN unionid END AS unionid, target_created_at AS created_at
FROM left_at_target ANTI JOIN found USING (target_row) ANTI JOIN ambiguous_target USING (target_row)
WHERE target_created_at >= $started_at;

-- An account holds a customer once, so the account is the last word on the order.
CREATE TEMP TABLE strayed AS
SELECT source_row, target_row, n, m, s.place AS source_place, t.place AS target_place
FROM (SELECT *, count(*) OVER k AS n, row_number() OVER (k ORDER BY created_at NULLS LAST, source_id, source_userid) AS place
      FROM sought WHERE mapped_id IS NOT NULL WINDOW k AS (PARTITION BY mapped_id)) AS s
JOIN (SELECT *, count(*) OVER k AS m, row_number() OVER (k ORDER BY created_at NULLS LAST, target_id, arrived_userid) AS place
      FROM arrival SEMI JOIN sought ON arrival.target_id = mapped_id WINDOW k AS (PARTITION BY target_id)) AS t
ON s.mapped_id = t.target_id;

$settle_strayed

CREATE OR REPLACE TEMP TABLE strayed AS
SELECT source_row, target_row, n, m, s.place AS source_place, t.place AS target_place
FROM (SELECT *, count(*) OVER k AS n, row_number() OVER (k ORDER BY created_at NULLS LAST, source_id, source_userid) AS place
      FROM sought ANTI JOIN strayed USING (source_row) SEMI JOIN arrival USING (unionid) WINDOW k AS (PARTITION BY unionid)) AS s
JOIN (SELECT *, count(*) OVER k AS m, row_number() OVER (k ORDER BY created_at NULLS LAST, target_id, arrived_userid) AS place
      FROM arrival ANTI JOIN strayed USING (target_row) SEMI JOIN sought USING (unionid) WINDOW k AS (PARTITION BY unionid)) AS t
USING (unionid);

$settle_strayed

-- == outcomes
-- What each target account shows at all: only what it shows can be missed there.
CREATE TEMP TABLE shown AS
SELECT pair, count(*) AS relations, $unionids_shared AND count(no_key.unionid IS NULL AND target.unionid IS NOT NULL OR NULL) > 0 AS unionids,
       count(customer_name) > 0 AS names
FROM target LEFT JOIN no_key USING (unionid) WHERE pair IS NOT NULL GROUP BY ALL;

-- The first that holds, as in the rule book.
CREATE TEMP TABLE decided AS
SELECT * EXCLUDE (no_usable_key, target_at_cap, ambiguous, misplaced),
       CASE WHEN outcome IN ('arrived_out_of_scope', 'out_of_scope') THEN scope::VARCHAR::reason
            WHEN outcome = 'undetermined' THEN CASE WHEN ambiguous THEN 'ambiguous'::reason ELSE 'no_usable_key'::reason END
            WHEN outcome = 'missing' THEN CASE WHEN target_at_cap THEN 'target_at_cap'::reason ELSE 'no_trace'::reason END END AS reason,
       CASE WHEN outcome IN ('refused_but_arrived', 'misplaced', 'missing') THEN 'defect'::severity
            WHEN outcome IN ('refused', 'undetermined', 'arrived_out_of_scope') THEN 'review'::severity ELSE 'ok'::severity END AS severity
FROM (SELECT *,
             CASE WHEN scope = 'in_scope' THEN
                 CASE WHEN target_row IS NOT NULL AND NOT misplaced THEN
                          CASE WHEN refused THEN 'refused_but_arrived'::outcome
                               WHEN target_created_at < $started_at THEN 'already_at_target'::outcome
                               ELSE 'migrated'::outcome END
                      WHEN refused THEN 'refused'::outcome
                      WHEN misplaced THEN 'misplaced'::outcome
                      WHEN ambiguous OR no_usable_key THEN 'undetermined'::outcome
                      ELSE 'missing'::outcome END
                  WHEN target_created_at >= $started_at THEN 'arrived_out_of_scope'::outcome
                  ELSE 'out_of_scope'::outcome END AS outcome
      FROM (SELECT source_row, target_row, s.pair, scope, source_row IN (FROM refused) AS refused, match_method, misplaced IS TRUE AS misplaced,
                   source_row IN (FROM ambiguous) AS ambiguous, s.source_userid, source_id, s.unionid, s.customer_name, source_created_at,
                   target_userid, arrived_userid, target_id, target_created_at, t.unionid AS target_unionid,
                   t.customer_name AS target_customer_name,
                   CASE WHEN target_row IS NOT NULL AND s.remark IS NOT NULL THEN s.remark IS NOT DISTINCT FROM t.remark END AS remark_kept,
                   CASE WHEN target_row IS NOT NULL THEN tags_kept(s.tags, t.tags) END AS tags_kept,
                   NOT (mapped_id IS NOT NULL
                        OR ($unionids_shared AND s.unionid NOT IN (FROM no_key) AND s.unionid IS NOT NULL AND coalesce(unionids, true))
                        OR (s.customer_name IS NOT NULL AND coalesce(names, true))) AS no_usable_key,
                   coalesce(relations, 0) >= $customer_cap AS target_at_cap
            FROM source AS s LEFT JOIN (FROM found JOIN target USING (target_row)) AS t USING (source_row)
            LEFT JOIN pair ON pair.pair = s.pair LEFT JOIN shown ON shown.pair = s.pair));

CREATE TEMP VIEW traced AS
SELECT arrived_userid AS target_userid, target_id AS target_external_userid, target_unionid AS unionid,
       target_customer_name AS customer_name, target_created_at, outcome::VARCHAR::origin AS origin, source_userid,
       source_id AS source_external_userid
FROM decided WHERE target_row IS NOT NULL
UNION ALL
SELECT arrived_userid, target_id, unionid, customer_name, target_created_at,
       CASE WHEN target_created_at < $started_at THEN 'pre_existing'::origin WHEN target_created_at IS NULL THEN 'unknown_time'::origin
            WHEN target_created_at < $finished_at THEN 'added_during_migration'::origin ELSE 'added_after_migration'::origin END, NULL, NULL
FROM left_at_target ANTI JOIN found USING (target_row);

-- == relations
COPY (
    SELECT source_userid, source_id AS source_external_userid, unionid, customer_name, source_created_at, scope, outcome, reason,
           severity, match_method, target_userid, arrived_userid, target_id AS target_external_userid, target_created_at,
           CASE WHEN pair IS NOT NULL THEN 'complete' END AS target_coverage, refused, NULL::BOOLEAN AS still_at_source, remark_kept,
           tags_kept, false AS waived, $source_names[1 + (source_row >> 32)] AS source_file,
           1 + (source_row & 4294967295) AS source_record
    FROM decided $relations_order
) TO '$out/relations.parquet' ($format);

COPY (FROM traced $target_relations_order) TO '$out/target_relations.parquet' ($format);

-- == aggregates
COPY (
    WITH outcomes AS (SELECT pair, outcome, count(*) AS rows, count(*) FILTER (scope = 'in_scope') AS in_scope
                      FROM decided WHERE pair IS NOT NULL GROUP BY ALL),
    of_source AS (SELECT pair, sum(rows) AS source_relations, sum(in_scope) AS in_scope, $outcome_sums FROM outcomes GROUP BY pair),
    origins AS (SELECT target_userid, origin, count(*) AS rows FROM traced GROUP BY ALL),
    of_target AS (SELECT target_userid, sum(rows) AS target_relations, $origin_sums FROM origins GROUP BY target_userid)
    SELECT source_userid, target_userid, assessment, assessment_reason, 'complete' AS source_coverage, 'complete' AS target_coverage,
           coalesce(source_relations, 0)::BIGINT AS source_relations, coalesce(target_relations, 0)::BIGINT AS target_relations,
           coalesce(in_scope, 0)::BIGINT AS in_scope, (coalesce(migrated, 0) + coalesce(already_at_target, 0)) / nullif(in_scope, 0)::DOUBLE AS arrival_rate,
           $account_counts
    FROM pair LEFT JOIN of_source USING (pair) LEFT JOIN of_target USING (target_userid) ORDER BY source_userid
) TO '$out/accounts.parquet' ($format);

COPY (
    SELECT source_id AS source_external_userid, min(unionid) AS unionid, min(customer_name) AS customer_name, count(*) AS relations,
           count_if(scope = 'in_scope')::BIGINT AS in_scope, $customer_counts
    FROM decided GROUP BY source_id $customers_order
) TO '$out/customers.parquet' ($format);
