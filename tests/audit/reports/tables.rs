//! What is published: every report, always, with its schema, its order, its metadata; and that the reports agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use qianhe::schema::tables::REPORTS;
use qianhe::schema::vocabulary::{CodeVerdict, GroupOutcome, Origin, Outcome, Scope};
use qianhe::schema::{Kind, Table, fields};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Audit, Row, Story, names_in};

/// A case with something in every report, and most kinds of findings.
fn rich() -> Audit {
    let before = "ann: wei 2025-01-01 id=w1 unionid=u1; ann: li 2025-01-01 id=w2 unionid=u2; \
        ann: min 2025-01-01 id=w3 unionid=u3;
        ann: same 2025-01-01 id=w4; ann: same 2025-02-01 id=w5; ann: lost 2025-01-01 id=w6; ann: late 2026-05-03 id=w7;
        bob: full 2025-01-01 id=w8; bob: contact 2025-01-01 id=w9 is_customer=false; cat: - 2025-01-01 id=w10; \
            eve: out 2025-01-01 id=w11;
        dan: failed 2025-01-01 id=w12; ann: gone 2025-01-01 id=w13; fay: blind 2025-01-01 id=w14";
    let after = "ann2: wei 2026-05-02 id=t1 unionid=u1; bob2: li 2026-05-02 id=t2 unionid=u2; \
        ann2: min 2025-03-01 id=t3 unionid=u3;
        ann2: same 2026-05-02 id=t4; ann2: late 2026-05-04 id=t7; bob2: contact 2026-05-02 id=t9; \
            cat2: - 2026-05-02 id=t10;
        dan2: failed 2026-05-02 id=t12; bob2: after 2026-06-01 id=t15; ann2: when id=t16; ann2: gone 2026-05-02 id=t13";
    let list = r#"{"endpoint":"externalcontact/list","request":{"userid":"fay2"},"response":{"errcode":45033,
        "errmsg":"rate limit"}}"#;
    let groups = r#"{"errcode":0,"group_chat":{"chat_id":"g2","name":"left","owner":"ann","create_time":1735700000,
        "member_list":[]}}
        {"errcode":0,"group_chat":{"chat_id":"g1","name":"stays","owner":"eve","create_time":1735700000,
        "member_list":[]}}
        {"errcode":0,"join_way":{"config_id":"c2","chat_id_list":["g2"]}} {"errcode":0,"join_way":{"config_id":"c1",
        "chat_id_list":["g1"]}}"#;
    let story = Story::new(before, after)
        .accounts("ann ann2\n bob bob2\n cat cat2\n dan dan2 fail\n fay fay2\n gus gus2")
        .refusals("w3\n w8\n nobody")
        .unassigned("ann w13\n zoe w20")
        .customer_map("w90 t90\n w90 t91")
        .file("target-after/answers.json", list)
        .file("source-before/groups.json", groups)
        .file("source-before/more.csv", "userid,external_userid\n,w1\nann,w1\n")
        .groups(
            "source-before",
            "g1: ann vip 2025-01-01 members=u1; g2: ann lost 2025-01-01; g3: - day 2025-01-01; \
            g4: dan night 2025-01-01; g5: bob far 2025-01-01 members=u2",
        )
        .groups(
            "target-after",
            "h1: ann2 VIP 2025-01-01 members=u1; h4: dan2 night 2025-01-01; \
            h5: bob2 far 2025-01-01 members=u3",
        )
        .groups("source-after", "g1: ann vip 2025-01-01; g3: - day 2025-01-01")
        .codes("source-before", "c1: g5; c2: g1; c3: g3; c4: g2; c5: g9")
        .codes("source-after", "c1: g5; c2: g1; c3:; c5:; c6: g3")
        .toml("[policy]\ncustomer_cap = 3\n[contract]\nrelations = 5\nunit_price = \"0.80\"");
    story.audit()
}

/// A case with nothing in it.
fn empty() -> Audit {
    Story::new("", "").accounts("nobody nobody2").audit()
}

fn file(audit: &Audit, table: &Table) -> std::path::PathBuf {
    audit.reports.join(format!("{}.parquet", table.name))
}

fn metadata(path: &Path) -> ArrowReaderMetadata {
    ArrowReaderMetadata::load(&File::open(path).unwrap(), ArrowReaderOptions::new()).unwrap()
}

#[test]
fn every_report_is_there_with_its_full_schema_also_when_empty() {
    for audit in [rich(), empty()] {
        for table in REPORTS {
            let metadata = metadata(&file(&audit, table));
            let read: Vec<(String, DataType, bool)> = metadata
                .schema()
                .fields()
                .iter()
                .map(|f| (f.name().clone(), f.data_type().clone(), f.is_nullable()))
                .collect();
            let declared: Vec<(String, DataType, bool)> = table
                .columns
                .iter()
                .map(|slot| (slot.column.name.to_owned(), slot.column.kind.published_type(), !slot.required))
                .collect();
            assert_eq!(read, declared, "{}", table.name);
        }
    }
    let rows = |audit: &Audit| REPORTS.iter().map(|table| audit.report(table.name).len()).collect::<Vec<_>>();
    assert!(rows(&rich()).iter().all(|&rows| rows > 0), "the rich case is not rich: {:?}", rows(&rich()));
}

#[test]
fn kinds_are_published_as_told() {
    assert_eq!(Kind::Id.published_type(), DataType::Utf8);
    assert_eq!(
        Kind::Word(Outcome::WORDS).published_type(),
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
    );
    assert_eq!(Kind::Money.published_type(), DataType::Decimal128(18, 2));
    let DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some(zone)) = Kind::Time.published_type() else {
        panic!("times")
    };
    assert_eq!(&*zone, "UTC");
}

#[test]
fn nothing_but_the_reports_is_published() {
    let tables = REPORTS.iter().map(|table| format!("{}.parquet", table.name));
    let others = ["manifest.json", "exceptions.xlsx", "report.html", "summary.json"].map(str::to_owned);
    let expected: BTreeSet<String> = tables.chain(others).collect();
    for audit in [rich(), empty()] {
        assert_eq!(names_in(&audit.reports), expected);
    }
}

/// The order that the specification and the tables promise: by these columns.
fn promised_order(table: &Table) -> &'static [&'static str] {
    match table.name {
        "relations" => &["outcome", "source_userid", "source_external_userid"],
        "target_relations" => &["origin", "target_userid", "target_external_userid"],
        "accounts" => &["source_userid"],
        "customers" => &["source_external_userid"],
        "groups" => &["outcome", "source_owner_userid", "source_chat_id"],
        "join_codes" => &["verdict", "config_id"],
        _ => &[],
    }
}

#[test]
fn rows_are_sorted_and_the_file_says_how() {
    let audit = rich();
    for table in REPORTS {
        let order = promised_order(table);
        let keys: Vec<Vec<Option<String>>> = audit
            .report(table.name)
            .iter()
            .map(|row| order.iter().map(|column| row.get(*column).cloned()).collect())
            .collect();
        assert!(keys.is_sorted(), "{}: {keys:?}", table.name);
        let metadata = metadata(&file(&audit, table));
        let group: &RowGroupMetaData = metadata.metadata().row_group(0);
        let sorting = group.sorting_columns().map(Vec::as_slice).unwrap_or_default();
        let told: Vec<&str> =
            sorting.iter().map(|by| table.columns[usize::try_from(by.column_idx).unwrap()].column.name).collect();
        assert_eq!(told, order, "{}", table.name);
        assert!(sorting.iter().all(|by| !by.descending && by.nulls_first), "{}", table.name);
    }
}

/// Bounds of pages that hold texts or words from all over exclude nothing, and cost much.
fn has_no_bounds(table: &Table, path: &str) -> bool {
    let order = promised_order(table);
    let is_id_of_a_customer = [&fields::SOURCE_EXTERNAL_USERID, &fields::TARGET_EXTERNAL_USERID, &fields::UNIONID]
        .iter()
        .any(|id| id.name == path);
    match table.columns.iter().find(|slot| slot.column.name == path).map(|slot| slot.column.kind) {
        _ if is_id_of_a_customer => order.first() != Some(&path),
        Some(Kind::Text | Kind::Name | Kind::TextList) => order.first() != Some(&path),
        Some(Kind::Word(_)) => !order.contains(&path),
        _ => false,
    }
}

#[test]
fn ids_can_be_looked_up_and_pages_skipped() {
    let audit = rich();
    let looked_up = [&fields::SOURCE_EXTERNAL_USERID, &fields::TARGET_EXTERNAL_USERID, &fields::UNIONID];
    let mut blooms = 0;
    for table in REPORTS {
        let metadata = metadata(&file(&audit, table));
        for group in metadata.metadata().row_groups() {
            for column in group.columns() {
                let path = column.column_descr().path().parts()[0].clone();
                assert!(column.offset_index_offset().is_some(), "{}.{path}: no page index", table.name);
                // What the rows are sorted by, and what is neither text nor word, can be skipped by bounds.
                let bounds = if has_no_bounds(table, &path) {
                    column.column_index_offset().is_none()
                } else {
                    column.column_index_offset().is_some()
                };
                assert!(bounds, "{}.{path}: bounds of pages", table.name);
                assert!(matches!(column.compression(), parquet::basic::Compression::ZSTD(_)), "{}.{path}", table.name);
                // Customers are sorted by their id.
                let wants_bloom = looked_up.iter().any(|wanted| wanted.name == path)
                    && (table.name, path.as_str()) != ("customers", "source_external_userid");
                assert_eq!(column.bloom_filter_offset().is_some(), wants_bloom, "{}.{path}: bloom filter", table.name);
                blooms += usize::from(wants_bloom);
            }
        }
    }
    // relations: three; target_relations: three; customers: one.
    assert_eq!(blooms, 7);
}

#[test]
fn every_file_says_where_it_comes_from() {
    let audit = rich();
    let inputs: BTreeMap<String, String> =
        audit.report("inputs").iter().map(|row| (row["path"].clone(), row["sha256"].clone())).collect();
    for table in REPORTS {
        let metadata = metadata(&file(&audit, table));
        let entries: &Vec<KeyValue> = metadata.metadata().file_metadata().key_value_metadata().unwrap();
        let entry = |key: &str| {
            entries.iter().find(|entry| entry.key == format!("qianhe.{key}")).and_then(|entry| entry.value.clone())
        };
        assert_eq!(entry("tool_version").as_deref(), Some(env!("CARGO_PKG_VERSION")), "{}", table.name);
        assert_eq!(entry("case_id").as_deref(), Some("story"), "{}", table.name);
        assert_eq!(entry("schema_version").as_deref(), Some("1"), "{}", table.name);
        let told: BTreeMap<String, String> = serde_json::from_str(&entry("inputs").unwrap()).unwrap();
        assert_eq!(told, inputs, "{}", table.name);
    }
}

fn sha256(path: &Path) -> String {
    Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json(audit: &Audit, name: &str) -> Value {
    serde_json::from_slice(&fs::read(audit.reports.join(name)).unwrap()).unwrap()
}

#[test]
fn the_manifest_lists_every_report_and_input_with_its_digest() {
    for audit in [rich(), empty()] {
        let manifest = json(&audit, "manifest.json");
        let listed = manifest["reports"].as_object().unwrap();
        let mut there = names_in(&audit.reports);
        assert!(there.remove("manifest.json"));
        assert_eq!(listed.keys().cloned().collect::<BTreeSet<_>>(), there);
        for (name, digest) in listed {
            assert_eq!(digest.as_str().unwrap(), sha256(&audit.reports.join(name)), "{name}");
        }
        let inputs = manifest["inputs"].as_object().unwrap();
        assert_eq!(inputs.len(), audit.report("inputs").len());
        for (path, digest) in inputs {
            assert_eq!(digest.as_str().unwrap(), sha256(&audit.reports.parent().unwrap().join(path)), "{path}");
        }
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_reports() {
    use std::os::unix::fs::PermissionsExt;
    let audit = rich();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in names_in(&audit.reports) {
        assert_eq!(mode(&audit.reports.join(&name)), 0o600, "{name}");
    }
    let case = qianhe::case::load(audit.reports.parent().unwrap(), &[]).unwrap();
    qianhe::ingest_tables::ingest_tables(
        &case,
        &case.root,
        qianhe::memory::Resources::default(),
        &qianhe::progress::Silent,
    )
    .unwrap();
    let tables = case.root.join("snapshots/source-before");
    for name in names_in(&tables) {
        assert_eq!(mode(&tables.join(&name)), 0o600, "snapshots: {name}");
    }
}

fn counted(rows: &[Row], column: &str, words: &[&str]) -> Value {
    let count = |word: &str| rows.iter().filter(|row| row[column] == word).count();
    words.iter().map(|word| ((*word).to_owned(), Value::from(count(word)))).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn the_summary_has_every_word_and_agrees_with_the_rows() {
    for audit in [rich(), empty()] {
        let summary = json(&audit, "summary.json");
        let (relations, targets) = (audit.report("relations"), audit.report("target_relations"));
        assert_eq!(summary["schema_version"], 1);
        assert_eq!(summary["tool"]["name"], "qianhe");
        assert_eq!(summary["case"]["id"], "story");
        assert_eq!(summary["relations"]["total"], relations.len());
        assert_eq!(summary["relations"]["by_scope"], counted(&relations, "scope", Scope::WORDS));
        assert_eq!(summary["relations"]["by_outcome"], counted(&relations, "outcome", Outcome::WORDS));
        assert_eq!(summary["target_relations"]["total"], targets.len());
        assert_eq!(summary["target_relations"]["by_origin"], counted(&targets, "origin", Origin::WORDS));
        let (groups, codes) = (audit.report("groups"), audit.report("join_codes"));
        if groups.is_empty() {
            assert!(summary["groups"].is_null() && summary["join_codes"].is_null(), "not measured");
        } else {
            assert_eq!([&summary["groups"]["total"], &summary["join_codes"]["total"]], [groups.len(), codes.len()]);
            assert_eq!(summary["groups"]["by_outcome"], counted(&groups, "outcome", GroupOutcome::WORDS));
            assert_eq!(summary["join_codes"]["by_verdict"], counted(&codes, "verdict", CodeVerdict::WORDS));
        }
        let findings: Vec<Value> = audit.report("findings").iter().map(|row| row["code"].clone().into()).collect();
        let told: Vec<Value> =
            summary["findings"].as_array().unwrap().iter().map(|finding| finding["code"].clone()).collect();
        assert_eq!(told, findings);
        let totals = summary["control_totals"].as_array().unwrap();
        assert!(
            totals.len() == audit.report("control_totals").len()
                && totals.iter().all(|total| total["holds"] == true && total["left"] == total["right"])
        );
        assert_eq!(summary["inputs"].as_array().unwrap().len(), audit.report("inputs").len());
    }
}

#[test]
fn the_words_of_the_summary_stand_in_the_order_of_the_rules() {
    let text = fs::read_to_string(rich().reports.join("summary.json")).unwrap();
    let by_outcome = &text[text.find("by_outcome").unwrap()..];
    let places: Vec<usize> =
        Outcome::WORDS.iter().map(|word| by_outcome.find(&format!("\"{word}\"")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
}

// The filters of findings.

/// Whether a row fulfils a condition: terms joined by `and`, each `true`, `column = value`, `column in (values)`,
/// `column is null` or
/// `column is not null`.
fn fulfils(row: &Row, condition: &str) -> bool {
    condition.split(" and ").all(|term| {
        if term == "true" {
            return true;
        }
        if let Some(column) = term.strip_suffix(" is not null") {
            return row.contains_key(column);
        }
        if let Some(column) = term.strip_suffix(" is null") {
            return !row.contains_key(column);
        }
        if let Some((column, values)) = term.split_once(" in ") {
            let values =
                values.trim().strip_prefix('(').and_then(|v| v.strip_suffix(')')).unwrap_or_else(|| panic!("{term}"));
            return values.split(',').any(|value| cell_is(row, column, value));
        }
        let (column, value) =
            term.split_once(" = ").unwrap_or_else(|| panic!("a condition that nobody can read: {term}"));
        cell_is(row, column, value)
    })
}

fn cell_is(row: &Row, column: &str, literal: &str) -> bool {
    let literal = literal.trim();
    let value = match literal.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(text) => text,
        None if literal.parse::<i64>().is_ok() || literal == "true" || literal == "false" => literal,
        None => panic!("no literal: {literal}"),
    };
    row.get(column.trim()).is_some_and(|cell| cell == value)
}

#[test]
fn conditions_are_read_as_sql_would() {
    let row: Row =
        [("outcome", "missing"), ("source_relations", "0")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert!(fulfils(&row, "true") && fulfils(&row, "outcome = 'missing' and source_relations = 0"));
    assert!(fulfils(&row, "outcome in ('refused', 'missing')"));
    assert!(fulfils(&row, "outcome is not null and reason is null") && !fulfils(&row, "outcome is null"));
    assert!(
        !fulfils(&row, "outcome = 'refused'")
            && !fulfils(&row, "reason = 'no_trace'")
            && !fulfils(&row, "outcome in ('refused')")
    );
}

#[test]
fn the_filter_of_a_finding_selects_as_many_rows_as_it_counts() {
    let audit = rich();
    let mut checked = BTreeSet::new();
    for finding in audit.report("findings") {
        let (Some(report), Some(filter)) = (finding.get("report"), finding.get("filter")) else { continue };
        let selected = audit.report(report).iter().filter(|row| fulfils(row, filter)).count();
        assert_eq!(finding["count"], selected.to_string(), "{}: {report} where {filter}", finding["code"]);
        checked.insert(finding["code"].clone());
    }
    assert!(checked.len() >= 20, "{checked:?}");
}

#[test]
fn filters_name_columns_and_words_that_there_are() {
    for rule in qianhe::rules::catalogue() {
        let Some(rows) = rule.rows else { continue };
        let (report, filter) = (rows.report.name, rows.filter().sql());
        let table = REPORTS
            .iter()
            .find(|table| table.name == report)
            .unwrap_or_else(|| panic!("{}: no report {report}", rule.code));
        for term in filter.split(" and ").filter(|term| *term != "true") {
            let column = term.split([' ', '=']).next().unwrap();
            let slot = table.columns.iter().find(|slot| slot.column.name == column);
            let slot = slot.unwrap_or_else(|| panic!("{}: {report} has no column {column}", rule.code));
            let Kind::Word(words) = slot.column.kind else { continue };
            for literal in term.split('\'').skip(1).step_by(2) {
                assert!(words.contains(&literal), "{}: {column} is never {literal}", rule.code);
            }
        }
    }
}

#[test]
fn absence_from_the_source_shows_only_between_rows_of_a_kind() {
    let before = "ann: gone 2025-01-01; ann: left 2025-01-01; ann: contact 2025-01-01 id=";
    for (after, expected) in [
        ("ann: left 2025-01-01", [("ann/gone", Some("false")), ("ann/left", Some("true")), ("ann/contact", None)]),
        ("ann: left 2025-01-01 id=", [("ann/gone", None), ("ann/left", None), ("ann/contact", Some("false"))]),
    ] {
        let audit = Story::new(before, "").role("source-after", after).audit();
        let still = |key| audit.relation(key).get("still_at_source").cloned();
        assert_eq!(expected.map(|(key, _)| still(key)), expected.map(|(_, still)| still.map(str::to_owned)), "{after}");
    }
}
