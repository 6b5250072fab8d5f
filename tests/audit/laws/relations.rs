//! What holds for every case, whatever it holds: each relation is counted once, and how it came in does not matter.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use qianhe::memory::Resources;
use qianhe::progress::Silent;
use serde_json::{Value, json};

use crate::laws::world::{Dice, Limits, Relation, START, World, Worlds, holds, lines};
use crate::readers::bad_input::gzip;
use crate::support::{Audit, Row, Story, audit_into, names_in};

/// Cases of a law that audits each of them once; a law that compares several audits has fewer.
const CASES: u32 = 24;
const ANYTHING: Worlds = Worlds(Limits { all_ids: false, all_times: false });
const WITH_IDS: Worlds = Worlds(Limits { all_ids: true, all_times: false });
const WITH_TIMES: Worlds = Worlds(Limits { all_ids: false, all_times: true });

const OUTCOMES: &[&str] = &[
    "migrated", "already_at_target", "refused", "refused_but_arrived", "misplaced", "undetermined", "missing",
    "arrived_out_of_scope", "out_of_scope",
];
const ORIGINS: &[&str] = &[
    "migrated", "already_at_target", "refused_but_arrived", "misplaced", "arrived_out_of_scope", "out_of_scope",
    "pre_existing", "added_during_migration", "added_after_migration", "unknown_time",
];

fn number(row: &Row, column: &str) -> u64 {
    row[column].parse().unwrap()
}

fn how_many(rows: &[Row], column: &str, word: &str) -> u64 {
    rows.iter().filter(|row| row.get(column).is_some_and(|value| value == word)).count() as u64
}

fn cells(row: &Row, columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect()
}

#[test]
fn every_relation_is_counted_once() {
    let seen = RefCell::new(BTreeSet::new());
    holds(CASES, &ANYTHING, |world| {
        let audit = world.story().audit();
        let (relations, targets) = (audit.report("relations"), audit.report("target_relations"));
        let (accounts, customers) = (audit.report("accounts"), audit.report("customers"));
        // A pair of the unassigned list that nothing else shows is a relation too.
        let has = |(member, id): &&(String, String)| {
            !world.before.iter().any(|r| r.member == *member && r.id.as_ref() == Some(id))
        };
        let only_unassigned = world.unassigned.iter().filter(has).collect::<BTreeSet<_>>().len();
        assert_eq!(relations.len(), world.before.len() + only_unassigned);
        assert_eq!(targets.len(), world.after.len());

        let enrolled = |row: &&Row| world.accounts.iter().any(|(source, ..)| *source == row["source_userid"]);
        for outcome in OUTCOMES {
            let sum = |rows: &[Row]| rows.iter().map(|row| number(row, outcome)).sum::<u64>();
            assert_eq!(sum(&customers), how_many(&relations, "outcome", outcome), "customers, {outcome}");
            let of_accounts: Vec<Row> = relations.iter().filter(enrolled).cloned().collect();
            assert_eq!(sum(&accounts), how_many(&of_accounts, "outcome", outcome), "accounts, {outcome}");
        }
        let mapped = |row: &&Row| world.accounts.iter().any(|(_, target, _)| *target == row["target_userid"]);
        for origin in ORIGINS {
            let of_accounts: Vec<Row> = targets.iter().filter(mapped).cloned().collect();
            let sum: u64 = accounts.iter().map(|row| number(row, &format!("origin_{origin}"))).sum();
            assert_eq!(sum, how_many(&of_accounts, "origin", origin), "accounts, {origin}");
        }
        assert_eq!(
            OUTCOMES.iter().map(|word| how_many(&relations, "outcome", word)).sum::<u64>(),
            relations.len() as u64
        );
        assert_eq!(ORIGINS.iter().map(|word| how_many(&targets, "origin", word)).sum::<u64>(), targets.len() as u64);
        assert_eq!(customers.iter().map(|row| number(row, "relations")).sum::<u64>(), relations.len() as u64);

        // Both sides hold the same matches, each row of at most one.
        let at_source = relations.iter().filter(|row| row.contains_key("match_method"));
        let pair = |row: &Row, target: &str| {
            cells(
                row,
                &["source_userid", "source_external_userid", target, "target_external_userid", "target_created_at"],
            )
        };
        let mut from_source: Vec<Vec<String>> = at_source.map(|row| pair(row, "arrived_userid")).collect();
        let mut from_target: Vec<Vec<String>> = targets
            .iter()
            .filter(|row| row.contains_key("source_userid"))
            .map(|row| pair(row, "target_userid"))
            .collect();
        from_source.sort();
        from_target.sort();
        assert_eq!(from_source, from_target);
        seen.borrow_mut().extend(relations.iter().map(|row| row["outcome"].clone()));
        seen.borrow_mut().extend(targets.iter().map(|row| format!("origin {}", row["origin"])));
    });
    // The law is worth something only if the cases hold everything.
    assert_eq!(seen.borrow().len(), OUTCOMES.len() + ORIGINS.len(), "not in any case: {seen:?}");
}

// How it came in.

const PROVENANCE: &[&str] = &["source_file", "source_record"];

/// The reports on relations, without the provenance of their rows.
fn decided(audit: &Audit) -> BTreeMap<&'static str, Vec<Row>> {
    let without_provenance = |mut row: Row| {
        row.retain(|column, _| !PROVENANCE.contains(&column.as_str()));
        row
    };
    let report = |name| (name, audit.report(name).into_iter().map(without_provenance).collect());
    ["relations", "target_relations", "accounts", "customers", "findings"].map(report).into()
}

/// The relations of a role as files.
type Files = Vec<(&'static str, Vec<u8>)>;

fn decided_from(world: &World, files: impl Fn(&[Relation]) -> Files) -> BTreeMap<&'static str, Vec<Row>> {
    let mut story =
        world.lists(Story::new("", "").without("source-before/relations.csv").without("target-after/relations.csv"));
    for (role, relations) in [("source-before", &world.before), ("target-after", &world.after)] {
        for (name, content) in files(relations) {
            story = story.bytes(&format!("{role}/{name}"), &content);
        }
    }
    decided(&story.audit())
}

fn csv(relations: &[Relation]) -> Vec<u8> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let row = |r: &Relation| {
        let made = r.made.map(|made| made.to_string()).unwrap_or_default();
        format!("{},{},{},{},{made}\n", r.member, text(&r.id), text(&r.name), text(&r.unionid))
    };
    let rows: String = relations.iter().map(row).collect();
    format!("userid,external_userid,customer_name,unionid,created_at\n{rows}").into_bytes()
}

fn parquet(relations: &[Relation]) -> Vec<u8> {
    let texts = |of: fn(&Relation) -> Option<&String>| -> ArrayRef {
        Arc::new(relations.iter().map(of).collect::<StringArray>())
    };
    let made: TimestampMicrosecondArray =
        relations.iter().map(|r| r.made.map(|made| i64::try_from(made).unwrap() * 1_000_000)).collect();
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("userid", texts(|r| Some(&r.member)), true),
        ("external_userid", texts(|r| r.id.as_ref()), true),
        ("customer_name", texts(|r| r.name.as_ref()), true),
        ("unionid", texts(|r| r.unionid.as_ref()), true),
        ("created_at", Arc::new(made.with_timezone("UTC")) as ArrayRef, true),
    ])
    .unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// All accounts of a case, asked for together, in pages of three.
fn pages(relations: &[Relation]) -> Vec<u8> {
    let members: Vec<String> =
        ["ann", "bob", "cat", "dan", "eve"].iter().flat_map(|m| [(*m).to_owned(), format!("{m}2")]).collect();
    let item = |r: &Relation| {
        json!({"external_contact": {"external_userid": r.id, "name": r.name, "type": 1, "unionid": r.unionid},
            "follow_info": {"userid": r.member, "createtime": r.made}})
    };
    let chunks: Vec<&[Relation]> = if relations.is_empty() { vec![&[]] } else { relations.chunks(3).collect() };
    let cursor = |page: usize| if page == 0 || page == chunks.len() { String::new() } else { format!("c{page}") };
    let page = |(n, chunk): (usize, &&[Relation])| -> Value {
        json!({"endpoint": "externalcontact/batch/get_by_user", "request": {"userid_list": members,
            "cursor": cursor(n)},
            "response": {"errcode": 0, "external_contact_list": chunk.iter().map(item).collect::<Vec<_>>(),
                "next_cursor": cursor(n + 1)}})
    };
    chunks.iter().enumerate().map(page).map(|page| page.to_string() + "\n").collect::<String>().into_bytes()
}

#[test]
fn the_order_of_rows_and_files_does_not_matter() {
    holds(CASES / 3, &ANYTHING, |world| {
        let as_it_is = decided_from(&world, |relations| vec![("a.csv", csv(relations))]);
        let shuffled = decided_from(&world, |relations| {
            let mut relations = relations.to_vec();
            Dice::new(1000).shuffle(&mut relations);
            vec![("a.csv", csv(&relations))]
        });
        assert_eq!(shuffled, as_it_is, "shuffled");
        let split = decided_from(&world, |relations| {
            let (left, right) = relations.split_at(relations.len() / 3);
            vec![("b.csv", csv(left)), ("a/z.csv", csv(right))]
        });
        assert_eq!(split, as_it_is, "split");
        let twice = decided_from(&world, |relations| vec![("a.csv", csv(relations)), ("b.csv", csv(relations))]);
        assert_eq!(twice, as_it_is, "everything twice");
    });
}

#[test]
fn the_compression_does_not_matter() {
    holds(CASES / 8, &ANYTHING, |world| {
        let as_it_is = decided_from(&world, |relations| vec![("a.csv", csv(relations))]);
        assert_eq!(decided_from(&world, |relations| vec![("a", gzip(&csv(relations)))]), as_it_is, "gzip");
        let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
        assert_eq!(decided_from(&world, |relations| vec![("a", zstd(&csv(relations)))]), as_it_is, "zstd");
    });
}

#[test]
fn the_format_does_not_matter() {
    holds(CASES / 4, &WITH_IDS, |world| {
        let sheet = decided_from(&world, |relations| vec![("a.csv", csv(relations))]);
        assert_eq!(decided_from(&world, |relations| vec![("a", parquet(relations))]), sheet, "Parquet");
        assert_eq!(decided_from(&world, |relations| vec![("a", pages(relations))]), sheet, "pages");
        let packed = decided_from(&world, |relations| vec![("a", gzip(&pages(relations)))]);
        assert_eq!(packed, sheet, "packed pages");
    });
}

/// Every file that an audit writes, by name.
fn written(folder: &Path, out: &Path, resources: Resources) -> BTreeMap<String, Vec<u8>> {
    let case = qianhe::case::load(folder, &[]).unwrap();
    qianhe::run::audit(&case, out, resources, &Silent).unwrap();
    names_in(out).into_iter().map(|name| (name.clone(), fs::read(out.join(&name)).unwrap())).collect()
}

/// Partitions of one relation and not a byte for what is held, or everything at once: the reports are the same to the
/// byte.
#[test]
fn neither_memory_nor_partitions_decide_anything() {
    let narrow = [(7, u64::MAX), (1, u64::MAX), (5, 1), (40, 2000)];
    let check = |folder: &Path, name: &str| {
        let out = tempfile::tempdir().unwrap();
        let as_it_is = written(folder, &out.path().join("as it is"), Resources::default());
        for (partition_rows, held_bytes) in narrow {
            let there = written(folder, &out.path().join("narrow"), Resources { held_bytes, partition_rows });
            let differ: Vec<&String> = as_it_is.keys().filter(|name| as_it_is[*name] != there[*name]).collect();
            assert!(differ.is_empty(), "{name}: {partition_rows} rows, {held_bytes} bytes: {differ:?}");
        }
    };
    holds(CASES / 4, &ANYTHING, |world| check(world.story().write(), "a world"));
    let demo = tempfile::tempdir().unwrap();
    let demo = demo.path().join("demo");
    qianhe::demo::write(&demo, 600, 3, &Silent).unwrap();
    check(&demo, "the demo");
}

// Symmetries.

#[test]
fn a_corp_beside_its_own_copy_is_all_there_already() {
    holds(CASES, &ANYTHING, |mut world| {
        for relation in &mut world.before {
            relation.made = Some(relation.made.map_or(START - 1, |made| made.min(START - 1)));
        }
        world.after.clone_from(&world.before);
        let members: BTreeSet<String> =
            world.before.iter().map(|r| r.member.clone()).chain(["ann".to_owned()]).collect();
        world.accounts = members.into_iter().map(|member| (member.clone(), member, true)).collect();
        let ids: BTreeSet<String> = world.before.iter().filter_map(|r| r.id.clone()).collect();
        world.map = ids.into_iter().map(|id| (id.clone(), id)).collect();
        (world.refused, world.unassigned) = (Vec::new(), Vec::new());
        let audit = world.story().audit();
        let other: Vec<_> =
            audit.outcomes().into_iter().filter(|(_, outcome)| outcome != "in_scope already_at_target").collect();
        assert!(other.is_empty(), "{other:?}\n{}", lines(&world.before));
        assert!(audit.origins().values().all(|origin| origin == "already_at_target"));
        assert_eq!(audit.report("relations").len(), audit.report("target_relations").len());
    });
}

/// Every id of the world under another name.
fn renamed(world: &World, rename: &dyn Fn(&str) -> String) -> World {
    let id = |id: &Option<String>| id.as_deref().map(rename);
    let relation =
        |r: &Relation| Relation { member: rename(&r.member), id: id(&r.id), unionid: id(&r.unionid), ..r.clone() };
    let pair = |(a, b): &(String, String)| (rename(a), rename(b));
    World {
        before: world.before.iter().map(relation).collect(),
        after: world.after.iter().map(relation).collect(),
        accounts: world
            .accounts
            .iter()
            .map(|(source, target, passed)| (rename(source), rename(target), *passed))
            .collect(),
        map: world.map.iter().map(pair).collect(),
        refused: world.refused.iter().map(|id| rename(id)).collect(),
        unassigned: world.unassigned.iter().map(pair).collect(),
    }
}

const IDS: &[&str] = &[
    "source_userid", "source_external_userid", "unionid", "target_userid", "arrived_userid", "target_external_userid",
];

/// The rows of the reports under other names, in no order.
fn under_other_names(
    decided: BTreeMap<&'static str, Vec<Row>>,
    rename: &dyn Fn(&str) -> String,
) -> BTreeMap<&'static str, Vec<Row>> {
    let row = |row: Row| {
        row.into_iter().map(
            |(column, value)| if IDS.contains(&column.as_str()) { (column, rename(&value)) } else { (column, value) },
        )
    };
    let rows = |rows: Vec<Row>| {
        let mut rows: Vec<Row> = rows.into_iter().map(|r| row(r).collect()).collect();
        rows.sort();
        rows
    };
    // Findings show ids among their examples, the first in order.
    decided
        .into_iter()
        .filter(|(report, _)| *report != "findings")
        .map(|(report, of_report)| (report, rows(of_report)))
        .collect()
}

/// What each id becomes.
type Renaming<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn renaming_changes_nothing_but_names() {
    let prefixed = |id: &str| format!("R-{id}");
    let reversed = |id: &str| format!("{}~", id.chars().rev().collect::<String>());
    let same = |id: &str| id.to_owned();
    let holds_for = |worlds: &Worlds, rename: Renaming<'_>| {
        holds(CASES / 3, worlds, |world| {
            let expected = under_other_names(decided(&world.story().audit()), rename);
            let audit = renamed(&world, rename).story().audit();
            assert_eq!(under_other_names(decided(&audit), &same), expected);
        });
    };
    // A name put in front keeps the order of ids, which breaks ties of time; to turn ids around, there must be none.
    holds_for(&ANYTHING, &prefixed);
    holds_for(&WITH_TIMES, &reversed);
}

#[test]
fn among_equals_the_older_goes_first_then_the_smaller_id() {
    let partners = |before: &str, after: &str| -> Vec<(String, String)> {
        let audit = Story::new(before, after).audit();
        audit
            .report("relations")
            .iter()
            .map(|row| (row["source_external_userid"].clone(), row["target_external_userid"].clone()))
            .collect()
    };
    let pairs =
        |pairs: [(&str, &str); 2]| pairs.map(|(source, target)| (source.to_owned(), target.to_owned())).to_vec();
    let by_time = partners(
        "ann: wei 2025-02-01 id=w1; ann: wei 2025-01-01 id=w2",
        "ann2: wei 2026-05-02 id=t1; ann2: wei 2026-05-03 id=t2",
    );
    assert_eq!(by_time, pairs([("w1", "t2"), ("w2", "t1")]));
    let by_id = partners(
        "ann: wei 2025-01-01 id=w2; ann: wei 2025-01-01 id=w1",
        "ann2: wei 2026-05-02 id=t2; ann2: wei 2026-05-02 id=t1",
    );
    assert_eq!(by_id, pairs([("w1", "t1"), ("w2", "t2")]));
    let unknown_last =
        partners("ann: wei id=w1; ann: wei 2025-01-01 id=w2", "ann2: wei 2026-05-03 id=t1; ann2: wei 2026-05-02 id=t2");
    assert_eq!(unknown_last, pairs([("w1", "t1"), ("w2", "t2")]));
}

// Runs.

fn bytes_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    names_in(folder).into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn a_rerun_gives_the_same_bytes() {
    holds(CASES / 8, &ANYTHING, |world| {
        let story = world.story().file("source-before/broken.csv", "userid,external_userid\n,w1\nzoe,w99\n");
        let first = story.audit();
        let bytes = bytes_of(&first.reports);
        assert!(bytes.contains_key("manifest.json") && bytes.contains_key("relations.parquet"));
        audit_into(story.write(), &story.write().join("again"), &[]).unwrap();
        assert_eq!(differing(&bytes, &bytes_of(&story.write().join("again"))), [""; 0], "another output");
        assert_eq!(differing(&bytes, &bytes_of(&story.audit().reports)), [""; 0], "the same output");
        let elsewhere =
            world.story().file("source-before/broken.csv", "userid,external_userid\n,w1\nzoe,w99\n").audit();
        assert_eq!(differing(&bytes, &bytes_of(&elsewhere.reports)), [""; 0], "another folder");
    });
}

fn differing<'n>(a: &'n BTreeMap<String, Vec<u8>>, b: &'n BTreeMap<String, Vec<u8>>) -> Vec<&'n str> {
    a.keys().chain(b.keys()).filter(|name| a.get(*name) != b.get(*name)).map(String::as_str).collect()
}

/// The answers of a target that is only partly covered.
fn answers(world: &World) -> String {
    let ids: BTreeSet<&str> =
        world.after.iter().filter(|r| r.member == "ann2").filter_map(|r| r.id.as_deref()).collect();
    let list = |userid: &str, response: Value| {
        json!({"endpoint": "externalcontact/list",
        "request": {"userid": userid}, "response": response})
    };
    [
        list("ann2", json!({"errcode": 0, "external_userid": ids})),
        list("bob2", json!({"errcode": 45033, "errmsg": "rate limit"})),
        json!({"errcode": 0, "errmsg": "ok", "follow_user": ["ann2", "bob2"]}),
    ]
    .map(|document| document.to_string())
    .join("\n")
}

#[test]
fn an_audit_of_ingested_tables_tells_the_same() {
    holds(CASES / 3, &(ANYTHING, proptest::option::of(WITH_IDS)), |(world, dumped)| {
        let mut story = world.story().follow_users("ann bob cat dan");
        if let Some(dumped) = dumped {
            let pages = String::from_utf8(pages(&dumped.before)).unwrap();
            story = story.file("source-before/pages.json", &pages).file("target-after/answers.json", &answers(&world));
            story = story.without("target-after/relations.csv").role("target-before", &lines(&world.after));
        }
        let raw = story.audit();
        let case = qianhe::case::load(story.write(), &[]).unwrap();
        qianhe::ingest_tables::ingest_tables(&case, &case.root, Resources::default(), &Silent).unwrap();
        let roles: Vec<String> = names_in(&case.root.join("snapshots"))
            .into_iter()
            .filter(|name| case.root.join("snapshots").join(name).is_dir())
            .collect();
        let set: Vec<String> = roles.iter().map(|role| format!("snapshots.{role}.path=snapshots/{role}")).collect();
        let ingested = audit_into(&case.root, &case.root.join("again"), &set).unwrap();
        for report in ["relations", "target_relations", "accounts", "customers", "coverage"] {
            assert_eq!(ingested.report(report), raw.report(report), "{report}");
        }
        assert!(
            raw.report("relations")
                .iter()
                .all(|row| row["source_file"].starts_with("source-before/") && row["source_record"] != "0")
        );
    });
}
