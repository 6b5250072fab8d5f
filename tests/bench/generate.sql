-- The columns of the synthetic case, each a function of a row number or of a customer number: the same case every time,
-- whatever the number of threads, and any stretch of it can be made without the rest.
--
-- Row i of the source holds customer c. Most rows hold customer i; a sixth hold one that stands in another account too,
-- a multiple of a tenth of all rows away, so that no account holds a customer twice. Customers from $n up stand in the
-- target corp only.

-- One number of 0..m-1 per row and question. Hashed twice: the hashes of two questions about one row share their low bits.
CREATE MACRO roll(x, question, m) AS (hash(hash(x, question)) % m::UBIGINT)::BIGINT;
CREATE MACRO pick(list, number) AS list_extract(list, 1 + number % len(list));

-- Ids as WeCom makes them: two letters for the kind, eight that all ids of a corp share, then six random bits per letter.
CREATE MACRO letters(bytes, n) AS translate(left(to_base64(bytes), n), '+/', '-_');
CREATE MACRO source_id(c) AS 'wmQhJiaJu1' || letters(unhex(md5('s' || c)), 22);
CREATE MACRO target_id(c) AS 'wmQhGroup2' || letters(unhex(md5('t' || c)), 22);
-- In an odd case a customer shares a unionid with the next, or the two corps have namespaces of their own.
CREATE MACRO person_of(c) AS CASE WHEN '$odd' = 'twins' AND roll(c, 63, 50) = 0 THEN c + 1 ELSE c END;
CREATE MACRO unionid_of(c) AS 'o' || letters(unhex(sha1('u' || person_of(c))), 27);
CREATE MACRO target_unionid_of(c) AS CASE WHEN '$odd' = 'disjoint' THEN unionid_of(c + 10 * $n) ELSE unionid_of(c) END;

CREATE MACRO customer_of(i) AS
    CASE WHEN roll(i, 3, 6) = 0 THEN (i + (1 + roll(i, 12, 8)) * ($n // 10)) % $n ELSE i END;

-- What a dump knows of a customer: nothing but the id, no unionid (but perhaps a place in the customer map), or all.
CREATE MACRO kind_of(c) AS
    CASE WHEN roll(c, 1, 10000) < 50 THEN 'bare' WHEN roll(c, 1, 10000) < 300 THEN 'mapped'
         WHEN roll(c, 1, 10000) < 700 THEN 'named' ELSE 'full' END;
CREATE MACRO is_mapped(c) AS
    CASE kind_of(c) WHEN 'mapped' THEN true WHEN 'bare' THEN c % 2 = 0 WHEN 'full' THEN c % 1000 = 0 ELSE false END;
CREATE MACRO is_refused(c) AS roll(c, 7, 1000) < 15;

-- Names repeat as they do in WeChat: people's own names, a few nicknames that everybody has, and inventions.
CREATE MACRO name_of(c) AS CASE
    WHEN roll(c, 2, 100) < 45 THEN
        pick($surnames, (len($surnames) * pow(roll(c, 21, 1000) / 1000.0, 2))::BIGINT) || pick($syllables, roll(c, 22, 10007))
        || CASE WHEN roll(c, 23, 10) < 7 THEN pick($syllables, roll(c, 24, 10009)) ELSE '' END
    WHEN roll(c, 2, 100) < 60 THEN pick($nicknames, roll(c, 25, 10007))
    ELSE pick($adjectives, roll(c, 26, 10007)) || pick($nouns, roll(c, 27, 10009))
        || CASE WHEN roll(c, 28, 10) < 6 THEN roll(c, 29, 10000)::VARCHAR ELSE '' END
END;

-- Times in seconds; null is unknown.
CREATE MACRO before_start(x) AS $start - 1 - roll(x, 40, 7 * 365 * 86400);
CREATE MACRO source_seconds(i, kind) AS CASE
    WHEN kind = 'bare' OR roll(i, 41, 1000) < 3 THEN NULL
    WHEN roll(i, 41, 1000) < 9 THEN $start + roll(i, 42, 86400)
    ELSE before_start(i) END;
CREATE MACRO target_seconds(i, older) AS CASE
    WHEN roll(i, 43, 1000) < older THEN before_start(i)
    WHEN roll(i, 43, 1000) >= 994 THEN NULL
    ELSE $start + roll(i, 44, $finish - $start) END;
CREATE MACRO added_seconds(i) AS CASE
    WHEN roll(i, 45, 100) < 40 THEN before_start(i)
    WHEN roll(i, 45, 100) < 65 THEN $start + roll(i, 44, $finish - $start)
    WHEN roll(i, 45, 100) < 95 THEN $finish + roll(i, 44, 86400)
    END;

CREATE MACRO remark_of(i, name) AS CASE
    WHEN roll(i, 50, 100) < 60 THEN NULL
    WHEN roll(i, 50, 100) < 80 THEN name || ' 138' || lpad(roll(i, 51, 100000000)::VARCHAR, 8, '0')
    ELSE pick($projects, roll(i, 52, 10007)) || '-' || name END;
CREATE MACRO tag(i, question) AS pick($tags, roll(i, question, 10007));
CREATE MACRO tags_of(i) AS CASE
    WHEN roll(i, 53, 100) < 65 THEN NULL
    WHEN roll(i, 53, 100) < 80 THEN [tag(i, 54)]
    WHEN roll(i, 53, 100) < 92 THEN [tag(i, 54), tag(i, 55)]
    WHEN roll(i, 53, 100) < 98 THEN [tag(i, 54), tag(i, 55), tag(i, 56)]
    ELSE ['etQhJiaJu1' || letters(unhex(md5('tag' || roll(i, 54, 40))), 22)] END;

-- What became of row i of the source: 'arrived', 'strayed' (to another account) or null.
CREATE MACRO is_customer_of(i) AS
    CASE WHEN roll(i, 5, 1000) < 8 THEN false WHEN roll(i, 5, 1000) >= 200 THEN true END;
CREATE MACRO fate_of(i, c, enrolled, failed, shows) AS CASE
    WHEN NOT enrolled OR shows = 'nothing' THEN NULL
    WHEN failed OR roll(i, 41, 1000) BETWEEN 3 AND 8 OR roll(i, 5, 1000) < 8 THEN CASE WHEN roll(i, 6, 1000) < 100 THEN 'arrived' END
    WHEN is_refused(c) THEN CASE WHEN roll(i, 6, 1000) < 130 THEN 'arrived' END
    WHEN roll(i, 6, 1000) < 930 THEN 'arrived'
    WHEN roll(i, 6, 1000) < 944 THEN 'strayed' END;
