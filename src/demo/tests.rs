//! The case repeats, is as large as asked for, and shows everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use walkdir::WalkDir;

use super::plan::groups::GROUP_PLANS;
use super::plan::relations::RELATION_PLANS;
use super::truth::PLAN;
use super::world::{TargetStyle, World};
use super::write;
use crate::error::Error;
use crate::progress::Silent;
use crate::schema::Column;
use crate::schema::fields::{
    CODE_VERDICT, GROUP_MATCH_METHOD, GROUP_OUTCOME, GROUP_REASON, GROUP_SCOPE, MATCH_METHOD, OBSERVED, ORIGIN,
    OUTCOME, PREDICTED, REASON, SCOPE, SOURCE_EXTERNAL_USERID, SOURCE_USERID, TARGET_EXTERNAL_USERID, TARGET_USERID,
};
use crate::schema::vocabulary::{
    CodeVerdict, GroupMatchMethod, GroupOutcome, GroupReason, GroupScope, MatchMethod, Observed, Origin, Outcome,
    Predicted, Reason, Scope,
};

fn demo(relations: u64, seed: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    write(dir.path(), relations, seed, &Silent).expect("a case");
    dir
}

fn table(dir: &Path, name: &str) -> Vec<RecordBatch> {
    let file = File::open(dir.join("truth").join(name)).expect("the truth");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("Parquet");
    reader.collect::<Result<_, _>>().expect("batches")
}

fn counts(batches: &[RecordBatch], column: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for batch in batches {
        let words = batch.column_by_name(column).expect("the column").as_string::<i32>();
        (0..words.len())
            .filter(|n| words.is_valid(*n))
            .for_each(|n| *counts.entry(words.value(n).to_owned()).or_insert(0) += 1);
    }
    counts
}

fn keys(batches: &[RecordBatch], columns: [&Column; 2]) -> Vec<(String, String)> {
    let text = |batch: &RecordBatch, column: &Column, n: usize| {
        let texts = batch.column_by_name(column.name).expect("the column").as_string::<i32>().clone();
        if texts.is_valid(n) { texts.value(n).to_owned() } else { format!("null {n}") }
    };
    let pair = |batch: &RecordBatch, n| (text(batch, columns[0], n), text(batch, columns[1], n));
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|n| pair(batch, n)).collect::<Vec<_>>()).collect()
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = WalkDir::new(dir).into_iter().map(|entry| entry.expect("an entry"));
    let read = |path: &Path| fs::read(path).expect("a file");
    entries
        .filter(|e| e.file_type().is_file())
        .map(|e| (e.path().strip_prefix(dir).expect("inside").to_owned(), read(e.path())))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for seed in [1, 2, 3] {
        assert!(files(demo(600, seed).path()) == files(demo(600, seed).path()), "seed {seed}");
    }
    assert!(files(demo(200, 1).path()) != files(demo(200, 4).path()));
}

/// Columns of the truth with the words that a case with all keys and exports has. (All its groups are covered.)
fn vocabularies() -> Vec<(&'static str, &'static Column, Vec<&'static str>)> {
    let uncovered = GroupReason::TargetNotCovered.word();
    let group_reasons = GroupReason::WORDS.iter().copied().filter(|word| *word != uncovered).collect();
    vec![
        ("relations.parquet", &SCOPE, Scope::WORDS.to_vec()),
        ("relations.parquet", &OUTCOME, Outcome::WORDS.to_vec()),
        ("relations.parquet", &REASON, Reason::WORDS.to_vec()),
        ("relations.parquet", &MATCH_METHOD, MatchMethod::WORDS.to_vec()),
        ("target_relations.parquet", &ORIGIN, Origin::WORDS.to_vec()),
        ("groups.parquet", &GROUP_SCOPE, GroupScope::WORDS.to_vec()),
        ("groups.parquet", &GROUP_OUTCOME, GroupOutcome::WORDS.to_vec()),
        ("groups.parquet", &GROUP_REASON, group_reasons),
        ("groups.parquet", &GROUP_MATCH_METHOD, GroupMatchMethod::WORDS.to_vec()),
        ("join_codes.parquet", &PREDICTED, Predicted::WORDS.to_vec()),
        ("join_codes.parquet", &OBSERVED, Observed::WORDS.to_vec()),
        ("join_codes.parquet", &CODE_VERDICT, CodeVerdict::WORDS.to_vec()),
    ]
}

#[test]
fn every_word_and_every_plan_is_planted() {
    for (relations, seed) in [(200, 1), (400, 1), (600, 4), (2_000, 7)] {
        let dir = demo(relations, seed);
        for (name, column, words) in vocabularies() {
            let found = counts(&table(dir.path(), name), column.name);
            let absent: Vec<_> = words.iter().filter(|word| !found.contains_key(**word)).collect();
            assert!(absent.is_empty(), "{relations} of seed {seed}: {absent:?} of {}", column.name);
        }
        let labels = |name| counts(&table(dir.path(), name), PLAN).into_keys();
        let names = ["relations.parquet", "target_relations.parquet", "groups.parquet", "join_codes.parquet"];
        let planted: BTreeSet<String> = names.into_iter().flat_map(labels).collect();
        // Relations that are gone, and groups of the target corp, have no truth.
        let world = World::new(seed, relations);
        let relation_plans = RELATION_PLANS.iter().chain(GROUP_PLANS).filter(|plan| plan.planted > 0);
        let absent: Vec<&str> = relation_plans
            .filter(|plan| (plan.needs)(&world))
            .map(|plan| plan.label)
            .filter(|label| !["gone-from-target", "new-at-target"].contains(label) && !planted.contains(*label))
            .collect();
        assert!(absent.is_empty(), "{relations} of seed {seed}: {absent:?}");
    }
}

#[test]
fn equal_names_of_several_owners_are_common() {
    let dir = demo(600, 1);
    let names = counts(&table(dir.path(), "groups.parquet"), "name");
    assert!(names.values().any(|count| *count > 2), "{names:?}");
}

#[test]
fn groups_grow_with_the_case_and_have_keys_of_their_own() {
    for (seed, relations) in [(1, 600), (2, 40_000), (3, 600)] {
        let dir = demo(relations, seed);
        for (name, key) in [("groups.parquet", "source_chat_id"), ("join_codes.parquet", "config_id")] {
            let batches = table(dir.path(), name);
            let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
            assert_eq!(counts(&batches, key).len(), rows, "{name} of seed {seed}");
            assert!(rows as u64 >= relations / 250, "{name} of seed {seed}");
        }
    }
}

#[test]
fn the_bill_meets_every_limit_within_fifty_seeds() {
    let mut met = BTreeSet::new();
    for seed in 0..50 {
        let dir = demo(200, seed);
        let bill: Value =
            serde_json::from_slice(&fs::read(dir.path().join("truth/billing.json")).expect("the bill")).expect("JSON");
        let place = |name: &str| bill[name].as_i64().unwrap_or(0);
        met.insert(bill["billing_verdict"].as_str().unwrap_or("no contract").to_owned());
        if !bill.is_null() {
            met.insert(format!("{} beyond", (place("drift").abs() - place("tolerance")).clamp(-2, 3)));
        }
    }
    for wanted in
        ["within_tolerance", "above_tolerance", "below_tolerance", "no contract", "0 beyond", "1 beyond", "3 beyond"]
    {
        assert!(met.contains(wanted), "{wanted}: {met:?}");
    }
}

#[test]
fn every_world_is_as_large_as_asked_for_and_keys_are_unique() {
    for (seed, relations) in (0..60).zip([200, 257, 400, 1_500].into_iter().cycle()) {
        let dir = demo(relations, seed);
        let (source, target) = (table(dir.path(), "relations.parquet"), table(dir.path(), "target_relations.parquet"));
        assert_eq!(source.iter().map(RecordBatch::num_rows).sum::<usize>() as u64, relations, "seed {seed}");
        for (batches, columns) in
            [(&source, [&SOURCE_USERID, &SOURCE_EXTERNAL_USERID]), (&target, [&TARGET_USERID, &TARGET_EXTERNAL_USERID])]
        {
            let keys = keys(batches, columns);
            let distinct: BTreeSet<_> = keys.iter().collect();
            assert_eq!(distinct.len(), keys.len(), "seed {seed}");
        }
    }
}

#[test]
fn json_parses() {
    for seed in 0..6 {
        for (path, bytes) in files(demo(500, seed).path()) {
            let name = path.display().to_string();
            let bytes = match path.extension().and_then(|e| e.to_str()) {
                Some("gz") => {
                    let mut plain = Vec::new();
                    flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).expect("gzip");
                    plain
                }
                Some("zst") => zstd::decode_all(&bytes[..]).expect("zstd"),
                _ => bytes,
            };
            if name.contains(".json") {
                let text = String::from_utf8(bytes).expect("UTF-8");
                let documents: Result<Vec<Value>, _> =
                    serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter().collect();
                assert!(!documents.unwrap_or_else(|error| panic!("{name}: {error}")).is_empty(), "{name}");
            }
        }
    }
}

#[test]
fn worlds_differ() {
    let worlds: Vec<World> = (0..50).map(|seed| World::new(seed, 1_000)).collect();
    assert!(worlds.iter().step_by(3).skip(1).any(|world| !world.shared_unionids && !world.customer_map));
    assert!(
        worlds
            .iter()
            .skip(1)
            .step_by(3)
            .all(|w| w.shared_unionids && w.customer_map && w.target_before && w.target_style == TargetStyle::Json)
    );
    assert!(
        worlds.iter().any(|world| world.target_style == TargetStyle::Csv)
            && worlds.iter().any(|world| world.target_style == TargetStyle::Parquet)
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    assert!(matches!(write(dir.path(), 199, 1, &Silent), Err(Error::Usage { .. })));
    fs::write(dir.path().join("mine.txt"), "x").expect("a file");
    assert!(matches!(write(dir.path(), 200, 1, &Silent), Err(Error::Output { .. })));
}
