-- The audit of relations in DuckDB, as an expert would write it for a case of these shapes: canonical Parquet on both
-- sides, all relations with an id, no members list. It reads each wide column once, and joins the two sides once: a full
-- join by customer map and unionid leaves a tenth of the rows on either side to the weaker methods.
--
-- `$name` is filled in by the driver. A line `-- == name` begins a step.

-- == lists
-- Tag ids differ between corps: only `group/name` can be compared.
CREATE TEMP MACRO named(tags) AS coalesce(list_bool_and(list_transform(tags, lambda tag: contains(tag, '/'))), true);
CREATE TEMP MACRO tags_kept(here, there) AS
    CASE WHEN len(here) > 0 AND named(here) AND named(there) THEN list_has_all(coalesce(there, []), here) END;

CREATE TYPE scope AS ENUM ('unassigned', 'external_contact', 'not_enrolled', 'assessment_failed', 'added_after_start', 'in_scope');
CREATE TYPE outcome AS ENUM ('migrated', 'already_at_target', 'refused', 'refused_but_arrived', 'misplaced', 'undetermined', 'missing',
                             'arrived_out_of_scope', 'out_of_scope');
CREATE TYPE method AS ENUM ('customer_map', 'unionid', 'name');

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
-- A row is known by its file and its place in it.
CREATE TEMP VIEW source AS
SELECT (file_index::BIGINT << 32) | file_row_number AS source_row, * EXCLUDE (file_index, file_row_number)
FROM (SELECT *, file_index FROM read_parquet($source_files, file_row_number = true));

CREATE TEMP VIEW target AS
SELECT (file_index::BIGINT << 32) | file_row_number AS target_row, * EXCLUDE (file_index, file_row_number)
FROM (SELECT *, file_index FROM read_parquet($target_files, file_row_number = true));

-- A refusal by name alone holds only where the name stands for a single customer.
CREATE TEMP TABLE refused AS
SELECT source_row FROM source JOIN refusal USING (external_userid) WHERE refusal.userid IS NULL OR refusal.userid = source.userid
UNION
SELECT source_row FROM source JOIN refusal USING (unionid) WHERE refusal.userid IS NULL OR refusal.userid = source.userid
UNION
SELECT unnest(rows)
FROM (SELECT list(source_row) AS rows
      FROM source JOIN refusal USING (customer_name) WHERE refusal.userid IS NULL OR refusal.userid = source.userid
      GROUP BY customer_name, refusal.userid HAVING count(DISTINCT source.external_userid) = 1);

-- The map is 1:1 and an account holds an id once: what it joins is never ambiguous.
CREATE TEMP TABLE mapped AS
SELECT source_row, target_row, target_id
FROM (SELECT pair, source_row, target_userid, target_id
      FROM source JOIN customer_map ON source.external_userid = source_id JOIN pair ON userid = source_userid)
JOIN target ON target.external_userid = target_id AND target.userid = target_userid;

-- == join
-- Keys that stand more than once on a side. There should be none: a unionid stands for one id. The full join below shows
-- every row of both sides at least once, so its counts tell; if they are too high, `multiples` is run and the join again.
CREATE TEMP TABLE IF NOT EXISTS multiple (pair INTEGER, unionid VARCHAR);

-- `=` before a key tells an id of the map from a unionid. Remarks and tags go no further than here where a match is found.
CREATE OR REPLACE TEMP TABLE joined AS
SELECT source_row, target_row, s.pair, t.pair AS target_pair,
       s.userid AS source_userid, s.external_userid AS source_id, s.unionid, s.customer_name, s.created_at AS source_created_at,
       CASE WHEN NOT s.is_customer THEN 'external_contact'::scope
            WHEN s.pair IS NULL THEN 'not_enrolled'::scope
            WHEN s.assessment = 'fail' THEN 'assessment_failed'::scope
            WHEN s.created_at >= $started_at THEN 'added_after_start'::scope
            ELSE 'in_scope'::scope END AS scope,
       s.refused,
       CASE WHEN source_row IS NULL OR target_row IS NULL THEN NULL
            WHEN starts_with(s.key, '=') THEN 'customer_map'::method ELSE 'unionid'::method END AS match_method,
       t.userid AS arrived_userid, t.external_userid AS target_id, t.unionid AS target_unionid,
       t.customer_name AS target_customer_name, t.created_at AS target_created_at,
       CASE WHEN s.remark IS NOT NULL AND target_row IS NOT NULL THEN s.remark IS NOT DISTINCT FROM t.remark END AS remark_kept,
       CASE WHEN target_row IS NOT NULL THEN tags_kept(s.tags, t.tags) END AS tags_kept,
       CASE WHEN target_row IS NULL THEN s.remark END AS source_remark, CASE WHEN target_row IS NULL THEN s.tags END AS source_tags,
       CASE WHEN source_row IS NULL THEN t.remark END AS target_remark, CASE WHEN source_row IS NULL THEN t.tags END AS target_tags
FROM (SELECT source.*, pair, assessment, refused.source_row IS NOT NULL AS refused,
             CASE WHEN target_id IS NOT NULL THEN '=' || target_id
                  WHEN $unionids_shared AND multiple.unionid IS NULL THEN unionid END AS key
      FROM source LEFT JOIN pair ON userid = source_userid LEFT JOIN mapped USING (source_row)
           LEFT JOIN refused USING (source_row) LEFT JOIN multiple USING (pair, unionid)) AS s
FULL JOIN (SELECT target.*, pair,
                  CASE WHEN target_id IS NOT NULL THEN '=' || target_id
                       WHEN $unionids_shared AND multiple.unionid IS NULL THEN unionid END AS key
           FROM target LEFT JOIN pair ON userid = target_userid LEFT JOIN mapped USING (target_row)
           LEFT JOIN multiple USING (pair, unionid)) AS t
ON s.pair = t.pair AND s.key = t.key;

-- == multiples
INSERT INTO multiple
SELECT pair, unionid FROM source JOIN pair ON userid = source_userid ANTI JOIN mapped USING (source_row)
WHERE unionid IS NOT NULL GROUP BY ALL HAVING count(*) > 1
UNION
SELECT pair, unionid FROM target JOIN pair ON userid = target_userid ANTI JOIN mapped USING (target_row)
WHERE unionid IS NOT NULL GROUP BY ALL HAVING count(*) > 1;

-- == weaker
-- What each target account shows at all: only what it shows can be missed there.
CREATE TEMP TABLE shown AS
SELECT target_pair AS pair, count(*) AS relations, $unionids_shared AND bool_or(target_unionid IS NOT NULL) AS unionids,
       bool_or(target_customer_name IS NOT NULL) AS names, bool_or(target_id IS NOT NULL) AS ids
FROM joined WHERE target_row IS NOT NULL AND target_pair IS NOT NULL GROUP BY ALL;

CREATE TEMP TABLE left_at_source AS
SELECT source_row, joined.pair, scope, refused, source_userid, source_id, unionid, $unionids_shared AND unionid IS NOT NULL AS has_unionid,
       customer_name, source_created_at, source_remark, source_tags, m.target_id AS mapped_id
FROM joined LEFT JOIN customer_map AS m USING (source_id) WHERE target_row IS NULL;

CREATE TEMP TABLE left_at_target AS
SELECT target_row, target_pair AS pair, arrived_userid, joined.target_id, $unionids_shared AND target_unionid IS NOT NULL AS has_unionid,
       target_unionid AS unionid, target_customer_name AS customer_name, target_created_at AS created_at,
       target_remark, target_tags, m.source_id IS NOT NULL AS is_image
FROM joined LEFT JOIN customer_map AS m USING (target_id) WHERE source_row IS NULL;

CREATE TEMP TABLE found (source_row BIGINT, target_row BIGINT, match_method method, misplaced BOOLEAN);
CREATE TEMP TABLE ambiguous (source_row BIGINT);
-- Target rows that belong to one of several ambiguous source rows.
CREATE TEMP TABLE spoken_for (target_row BIGINT);

-- Everywhere below: a key stands n times at the source and m times at the target. n <= m joins all n, in order of seniority
-- (time, unknown last, then id); n > m makes all of them ambiguous.
CREATE TEMP TABLE by_unionid AS
SELECT * FROM (SELECT pair, unionid, count(*) AS n FROM left_at_source SEMI JOIN multiple USING (pair, unionid) GROUP BY ALL)
JOIN (SELECT pair, unionid, count(*) AS m FROM left_at_target SEMI JOIN multiple USING (pair, unionid) GROUP BY ALL) USING (pair, unionid);

INSERT INTO found
SELECT source_row, target_row, 'unionid', false
FROM (SELECT *, row_number() OVER (PARTITION BY pair, unionid ORDER BY source_created_at NULLS LAST, source_id) AS place
      FROM left_at_source JOIN by_unionid USING (pair, unionid) WHERE n <= m)
JOIN (SELECT *, row_number() OVER (PARTITION BY pair, unionid ORDER BY created_at NULLS LAST, target_id) AS place
      FROM left_at_target SEMI JOIN by_unionid USING (pair, unionid)) USING (pair, unionid, place);

INSERT INTO ambiguous SELECT source_row FROM left_at_source JOIN by_unionid USING (pair, unionid) WHERE n > m;

INSERT INTO spoken_for SELECT target_row FROM left_at_target JOIN by_unionid USING (pair, unionid) WHERE n > m;

-- By name, but never two rows that both have a unionid (a stronger method would have joined them), nor a row of which the
-- map speaks. So of one name, source rows with a unionid (a) can join target rows without (q) only; those without (b) can
-- join both (p with a unionid, q without). Where all four kinds stand together, those with less choice choose first.
CREATE TEMP TABLE name_at_source AS
SELECT source_row, pair, customer_name, has_unionid, source_created_at AS created_at, source_id
FROM left_at_source ANTI JOIN found USING (source_row) ANTI JOIN ambiguous USING (source_row)
WHERE pair IS NOT NULL AND mapped_id IS NULL AND customer_name IS NOT NULL;

CREATE TEMP TABLE name_at_target AS
SELECT target_row, pair, customer_name, has_unionid, created_at, target_id
FROM left_at_target ANTI JOIN found USING (target_row) ANTI JOIN spoken_for USING (target_row)
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

INSERT INTO spoken_for
SELECT target_row FROM name_at_target JOIN by_name USING (pair, customer_name) WHERE NOT joins AND (b > 0 OR NOT has_unionid);

-- == misplaced
-- Under another account: by the map, then by unionid, among all that no pair of accounts could use.
CREATE TEMP TABLE sought AS
SELECT source_row, source_userid, source_id, mapped_id, CASE WHEN has_unionid THEN unionid END AS unionid, source_created_at AS created_at
FROM left_at_source ANTI JOIN found USING (source_row) WHERE scope = 'in_scope' AND NOT refused;

CREATE TEMP TABLE arrival AS
SELECT target_row, arrived_userid, target_id, CASE WHEN has_unionid THEN unionid END AS unionid, created_at
FROM left_at_target ANTI JOIN found USING (target_row) ANTI JOIN spoken_for USING (target_row) WHERE created_at >= $started_at;

-- A customer stands once in each account, so the account is the last word on the order.
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
CREATE TEMP TABLE leftover AS
SELECT s.* EXCLUDE (source_remark, source_tags, mapped_id, has_unionid),
       f.target_row, f.match_method, f.misplaced IS TRUE AS misplaced, a.source_row IS NOT NULL AS ambiguous,
       target_userid, t.arrived_userid, t.target_id, t.created_at AS target_created_at, t.unionid AS target_unionid,
       t.customer_name AS target_customer_name,
       CASE WHEN f.target_row IS NOT NULL AND source_remark IS NOT NULL
            THEN source_remark IS NOT DISTINCT FROM t.target_remark END AS remark_kept,
       CASE WHEN f.target_row IS NOT NULL THEN tags_kept(source_tags, t.target_tags) END AS tags_kept,
       NOT ((mapped_id IS NOT NULL AND coalesce(ids, true)) OR (s.has_unionid AND coalesce(unionids, true))
            OR (s.customer_name IS NOT NULL AND coalesce(names, true))) AS no_usable_key,
       coalesce(relations, 0) >= $customer_cap AS target_at_cap
FROM left_at_source AS s LEFT JOIN found AS f USING (source_row) LEFT JOIN (SELECT DISTINCT source_row FROM ambiguous) AS a USING (source_row)
LEFT JOIN left_at_target AS t ON t.target_row = f.target_row LEFT JOIN pair ON pair.pair = s.pair LEFT JOIN shown ON shown.pair = s.pair;

-- The first that holds, as in the rule book.
CREATE TEMP VIEW decided AS
SELECT *,
       CASE WHEN outcome IN ('arrived_out_of_scope', 'out_of_scope') THEN scope::VARCHAR
            WHEN outcome = 'undetermined' THEN CASE WHEN ambiguous THEN 'ambiguous' ELSE 'no_usable_key' END
            WHEN outcome = 'missing' THEN CASE WHEN target_at_cap THEN 'target_at_cap' ELSE 'no_trace' END END AS reason,
       CASE WHEN outcome IN ('refused_but_arrived', 'misplaced', 'missing') THEN 'defect'
            WHEN outcome IN ('refused', 'undetermined', 'arrived_out_of_scope') THEN 'review' ELSE 'ok' END AS severity
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
      FROM (SELECT source_row, target_row, pair, scope, refused, match_method, false AS misplaced, false AS ambiguous,
                   false AS no_usable_key, false AS target_at_cap, source_userid, source_id, unionid, customer_name, source_created_at,
                   arrived_userid AS target_userid, arrived_userid, target_id, target_created_at, target_unionid, target_customer_name,
                   remark_kept, tags_kept
            FROM joined WHERE source_row IS NOT NULL AND target_row IS NOT NULL
            UNION ALL BY NAME
            SELECT source_row, target_row, pair, scope, refused, match_method, misplaced, ambiguous, no_usable_key, target_at_cap,
                   source_userid, source_id, unionid, customer_name, source_created_at, target_userid, arrived_userid, target_id,
                   target_created_at, target_unionid, target_customer_name, remark_kept, tags_kept
            FROM leftover));

CREATE TEMP VIEW traced AS
SELECT arrived_userid AS target_userid, target_id AS target_external_userid, target_unionid AS unionid,
       target_customer_name AS customer_name, target_created_at, outcome::VARCHAR AS origin, source_userid,
       source_id AS source_external_userid
FROM decided WHERE target_row IS NOT NULL
UNION ALL
SELECT arrived_userid, target_id, unionid, customer_name, created_at,
       CASE WHEN created_at < $started_at THEN 'pre_existing' WHEN created_at IS NULL THEN 'unknown_time'
            WHEN created_at < $finished_at THEN 'added_during_migration' ELSE 'added_after_migration' END, NULL, NULL
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
