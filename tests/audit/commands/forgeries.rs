//! Forged reports whose digests were made to agree: `verify` finds each from the tables alone, or by running the audit
//! again where the tables cannot show it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use qianhe::memory::Resources;
use qianhe::progress::Silent;
use qianhe::published::Reports;
use qianhe::report::manifest::{checksum_of, sha256_of};
use qianhe::verify::{Verification, VerifyExtent, check_files, verify};
use serde_json::{Value, json};

use crate::support::{names_in, sample};

/// Columns that say of a single row what no other report repeats: only running the audit again shows a change.
const SEEN_BY_AGAIN: &[(&str, &[&str])] = &[
    (
        "relations",
        &[
            "unionid", "customer_name", "source_created_at", "match_method", "target_created_at", "refused",
            "still_at_source", "remark_kept", "tags_kept", "waived", "source_record",
        ],
    ),
    ("target_relations", &["target_external_userid", "unionid", "customer_name", "target_created_at"]),
    // The page has all rows of the smaller tables, so that these have to be changed in both: see below.
    ("customers", &["unionid", "customer_name"]),
];

/// The reports of the sample, to be forged again and again.
struct Forger {
    _folder: tempfile::TempDir,
    reports: PathBuf,
    originals: BTreeMap<String, Vec<u8>>,
}

impl Forger {
    fn new() -> Self {
        let (folder, reports) = sample();
        let files = names_in(&reports).into_iter().map(|name| (name.clone(), fs::read(reports.join(&name)).unwrap()));
        Self { originals: files.collect(), _folder: folder, reports }
    }

    /// Verifies the reports after a forgery, digests made to agree, and puts them back.
    fn verified(&self, forge: impl FnOnce(&Path)) -> Verification {
        forge(&self.reports);
        let path = self.reports.join("manifest.json");
        let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for (name, sha256) in manifest["reports"].as_object_mut().unwrap() {
            *sha256 = json!(sha256_of(&self.reports.join(name)).unwrap());
        }
        for (name, checksum) in manifest["checksums"].as_object_mut().unwrap() {
            *checksum = json!(checksum_of(&self.reports.join(name)).unwrap());
        }
        fs::write(&path, serde_json::to_string_pretty(&manifest).unwrap() + "\n").unwrap();
        let verification = verify(&self.reports, &VerifyExtent::default(), &Silent).unwrap();
        for (name, bytes) in &self.originals {
            fs::write(self.reports.join(name), bytes).unwrap();
        }
        assert!(verification.files.match_manifest(), "the digests agree");
        verification
    }
}

fn text(path: &Path, change: impl FnOnce(String) -> String) {
    let before = fs::read_to_string(path).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "{}: nothing was changed", path.display());
    fs::write(path, after).unwrap();
}

/// Every value of a JSON document by its pointer.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(parts) => parts.iter().for_each(|(key, part)| leaves(part, &format!("{pointer}/{key}"), found)),
        Value::Array(parts) if !parts.is_empty() => {
            (0..).zip(parts).for_each(|(at, part)| leaves(part, &format!("{pointer}/{at}"), found));
        }
        _ => found.push(pointer.to_owned()),
    }
}

/// Another value of the same kind.
fn other(value: &Value) -> Value {
    match value {
        Value::Null => json!(0),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::String(text) => json!(format!("{text}1")),
        _ => json!(["x"]),
    }
}

/// The rows of a report, and what a forger keeps of its footer.
fn rows_of(path: &Path) -> (RecordBatch, WriterProperties) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
    let entries = builder.metadata().file_metadata().key_value_metadata().unwrap().iter();
    let entries = entries.filter(|entry| entry.key.starts_with("qianhe.")).cloned().collect();
    let schema = builder.schema().clone();
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    let properties = WriterProperties::builder().set_key_value_metadata(Some(entries)).build();
    (concat_batches(&schema, &batches).unwrap(), properties)
}

fn write_rows(path: &Path, rows: &RecordBatch, properties: WriterProperties) {
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

/// Another value of the first row that has one; `None` if the column is empty, or a list.
fn with_another_value(rows: &RecordBatch, column: usize) -> Option<RecordBatch> {
    let array = rows.column(column);
    if matches!(array.data_type(), DataType::List(_)) {
        return None;
    }
    let texts = cast(array, &DataType::Utf8).ok()?;
    let texts = texts.as_string::<i32>();
    let row = (0..texts.len()).find(|row| texts.is_valid(*row))?;
    let values: BTreeSet<&str> = texts.iter().flatten().collect();
    let old = texts.value(row);
    let another = match array.data_type() {
        DataType::Boolean => if old == "true" { "false" } else { "true" }.to_owned(),
        DataType::Int64 => (old.parse::<i64>().unwrap() + 1).to_string(),
        DataType::Decimal128(..) => format!("{}", old.parse::<f64>().unwrap() + 1.0),
        DataType::Float64 => (old.parse::<f64>().unwrap() / 2.0).to_string(),
        DataType::Timestamp(..) => old.replacen("20", "19", 1),
        // A word of the same vocabulary, where the report has one.
        DataType::Dictionary(..) => values.iter().find(|value| **value != old)?.to_string(),
        _ => format!("{old}1"),
    };
    let changed = (0..texts.len()).map(|at| {
        if at == row { Some(another.clone()) } else { texts.is_valid(at).then(|| texts.value(at).to_owned()) }
    });
    let changed: ArrayRef = Arc::new(changed.collect::<StringArray>());
    let changed = cast(&changed, array.data_type()).unwrap();
    assert_eq!(changed.null_count(), array.null_count(), "{}: {another}", rows.schema().field(column).name());
    let mut columns = rows.columns().to_vec();
    columns[column] = changed;
    Some(RecordBatch::try_new(rows.schema(), columns).unwrap())
}

/// Replaces a text in the parts of a workbook; the first sheet and the texts are among them.
fn forge_workbook(path: &Path, from: &str, to: &str) {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut forged = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut is_forged = false;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        part.read_to_string(&mut text).unwrap();
        is_forged |= text.contains(from);
        forged.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        forged.write_all(text.replace(from, to).as_bytes()).unwrap();
    }
    assert!(is_forged, "the workbook lacks {from}");
    fs::write(path, forged.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn every_value_of_the_summary_that_is_changed_is_found() {
    let forger = Forger::new();
    let summary: Value = serde_json::from_slice(&forger.originals["summary.json"]).unwrap();
    let mut pointers = Vec::new();
    leaves(&summary, "", &mut pointers);
    // Of equal entries one is enough: their places differ, not their check.
    let mut seen = BTreeSet::new();
    pointers.retain(|pointer| {
        seen.insert(pointer.split('/').filter(|part| part.parse::<u32>().is_err()).collect::<String>())
    });
    assert!(pointers.len() > 80, "{}", pointers.len());
    let missed: Vec<&String> = pointers
        .iter()
        .filter(|pointer| {
            let mut forged = summary.clone();
            let value = forged.pointer_mut(pointer).unwrap();
            *value = other(value);
            let forged = serde_json::to_string_pretty(&forged).unwrap();
            forger.verified(|reports| fs::write(reports.join("summary.json"), forged).unwrap()).holds
        })
        .collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn every_verdict_but_the_true_one_is_found() {
    let forger = Forger::new();
    for verdict in ["reconciled", "review", "inconclusive"] {
        let from = "\"verdict\": \"defect\"";
        let to = format!("\"verdict\": \"{verdict}\"");
        let in_summary = |reports: &Path| text(&reports.join("summary.json"), |text| text.replacen(from, &to, 1));
        assert!(!forger.verified(in_summary).holds, "{verdict} in the summary");
        let in_page = |reports: &Path| {
            let (from, to) = ("\"verdict\":\"defect\"", format!("\"verdict\":\"{verdict}\""));
            text(&reports.join("report.html"), |text| text.replacen(from, &to, 1));
        };
        assert!(!forger.verified(in_page).holds, "{verdict} in the page");
        let in_both = |reports: &Path| {
            in_summary(reports);
            in_page(reports);
        };
        assert!(!forger.verified(in_both).holds, "{verdict} in both");
    }
}

#[test]
fn a_changed_value_of_a_table_is_found_where_another_report_shows_it() {
    let forger = Forger::new();
    let (mut forged, mut missed) = (0, Vec::new());
    let tables: Vec<&String> = forger.originals.keys().filter(|name| name.ends_with(".parquet")).collect();
    for name in tables {
        let (rows, properties) = rows_of(&forger.reports.join(name));
        for (at, field) in rows.schema().fields().iter().enumerate() {
            let Some(changed) = with_another_value(&rows, at) else { continue };
            let properties = properties.clone();
            forged += 1;
            if forger.verified(|reports| write_rows(&reports.join(name), &changed, properties)).holds {
                missed.push((name.trim_end_matches(".parquet").to_owned(), field.name().clone()));
            }
        }
    }
    assert!(forged > 100, "{forged}");
    let known = |(table, column): &&(String, String)| {
        SEEN_BY_AGAIN.iter().any(|(known, columns)| known == table && columns.contains(&column.as_str()))
    };
    let unexpected: Vec<_> = missed.iter().filter(|missed| !known(missed)).collect();
    assert!(unexpected.is_empty(), "of {forged} not found: {unexpected:?}");
}

#[test]
fn a_removed_row_is_found_in_every_table_and_so_is_an_empty_one() {
    let forger = Forger::new();
    let tables: Vec<&String> = forger.originals.keys().filter(|name| name.ends_with(".parquet")).collect();
    for name in tables {
        let (rows, properties) = rows_of(&forger.reports.join(name));
        for kept in [rows.num_rows().saturating_sub(1), 0] {
            if rows.num_rows() == 0 {
                continue;
            }
            // The first rows are the exceptions, and go first.
            let is_kept: BooleanArray = (0..rows.num_rows()).map(|row| Some(row >= rows.num_rows() - kept)).collect();
            let fewer = filter_record_batch(&rows, &is_kept).unwrap();
            let properties = properties.clone();
            let verification = forger.verified(|reports| write_rows(&reports.join(name), &fewer, properties));
            assert!(!verification.holds, "{name} with {kept} of {} rows", rows.num_rows());
        }
    }
}

#[test]
fn other_text_of_the_page_and_other_settings_are_found() {
    let forger = Forger::new();
    let page = |from: &'static str, to: &'static str| {
        move |reports: &Path| text(&reports.join("report.html"), |page| page.replacen(from, to, 1))
    };
    for (from, to) in [
        ("<body", "<body data-x=\"1\""),
        ("\"use strict\";", "\"use strict\"; document.title = 'ok';"),
        ("</style>", "td{display:none}</style>"),
        ("\"counts\":true", "\"counts\":false"),
        ("\"severity\":\"defect\"", "\"severity\":\"info\""),
        ("\"payable\":\"", "\"payable\":\"1"),
        ("\"billing_balance\":\"", "\"billing_balance\":\"1"),
        ("\"total\":98", "\"total\":97"),
        ("\"role\":\"source-before\"", "\"role\":\"source-after\""),
    ] {
        assert!(!forger.verified(page(from, to)).holds, "{from} -> {to}");
    }
    let whole = |reports: &Path| fs::write(reports.join("report.html"), "<h1>All is well</h1>").unwrap();
    assert!(!forger.verified(whole).holds, "the whole page");
    let setting = |key: &'static str, value: &'static str| {
        move |reports: &Path| {
            text(&reports.join("manifest.json"), |manifest| {
                let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
                manifest["settings"][key] = json!(value);
                manifest.to_string()
            });
        }
    };
    for (key, value) in [
        ("contract.unit_price", "0.01"),
        ("contract.relations", "1"),
        ("contract.currency", "USD"),
        ("contract.payments[0].amount", "1.00"),
        ("policy.fail_on", "review"),
        ("case.title", "Another"),
        ("case.timezone", "UTC"),
        ("migration.started_at", "2026-06-01T00:00:00Z"),
    ] {
        assert!(!forger.verified(setting(key, value)).holds, "{key}");
    }
    let input = |reports: &Path| {
        text(&reports.join("manifest.json"), |manifest| {
            let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
            let inputs = manifest["inputs"].as_object_mut().unwrap();
            *inputs.values_mut().next().unwrap() = json!("0".repeat(64));
            manifest.to_string()
        });
    };
    assert!(!forger.verified(input).holds, "the digest of an input");
    assert!(forger.verified(|_| {}).holds, "nothing was forged");
    let workbook = |reports: &Path| fs::write(reports.join("exceptions.xlsx"), "another workbook").unwrap();
    assert!(!forger.verified(workbook).holds, "the whole workbook");
    for (from, to) in [("(defect)", "(reconciled)"), (">98<", ">97<"), (">0<", ">1<")] {
        let workbook = |reports: &Path| forge_workbook(&reports.join("exceptions.xlsx"), from, to);
        assert!(!forger.verified(workbook).holds, "{from} -> {to} in the workbook");
    }
}

/// `kept` is for files of people: a report that a forged manifest names there, or leaves out, is found, and so is a
/// manifest that no longer looks like that of an audit.
#[test]
fn a_forged_kept_hides_no_report() {
    let forger = Forger::new();
    let reports = || forger.originals.keys().filter(|name| *name != "manifest.json");
    let forge = |hidden: &[&String], kept: &[&str]| {
        let mut manifest: Value = serde_json::from_slice(&forger.originals["manifest.json"]).unwrap();
        for name in hidden {
            manifest["reports"].as_object_mut().unwrap().remove(*name).unwrap();
        }
        manifest["kept"] = json!(kept);
        fs::write(forger.reports.join("manifest.json"), manifest.to_string()).unwrap();
    };
    let found = |hidden: &[&String], kept: &[&str]| {
        forge(hidden, kept);
        check_files(&Reports::open(&forger.reports).unwrap()).unwrap()
    };
    for name in reports() {
        for kept in [&[name.as_str()][..], &["other"]] {
            let found = found(&[name], kept);
            assert_eq!((found.missing, found.extra), (vec![name.clone()], vec![name.clone()]), "kept: {kept:?}");
        }
    }
    let (all, names): (Vec<&String>, Vec<&str>) = reports().map(|name| (name, name.as_str())).unzip();
    assert_eq!(all.len(), 15);
    assert_eq!(found(&all, &names).extra.len(), 15, "all of them");
    assert_eq!(found(&all, &[]).missing.len(), 15, "a manifest of nothing");
    let of_people = found(&[], &["notes.txt", "mine/"]);
    assert!(of_people.match_manifest(), "what people keep there is no forgery");
    assert_eq!(of_people.kept, ["notes.txt", "mine/"]);
    forge(&all, &names);
    assert!(!verify(&forger.reports, &VerifyExtent::default(), &Silent).unwrap().holds);
}

/// What the tables alone cannot show: values of single rows, and the workbook.
#[test]
fn running_the_audit_again_shows_the_rest() {
    let forger = Forger::new();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let again = |reports: &Path| {
        let extent = VerifyExtent {
            inputs: true,
            again: Some(Resources::default()),
            case: Some(case.clone()),
            ..VerifyExtent::default()
        };
        verify(reports, &extent, &Silent).unwrap()
    };
    let verification = again(&forger.reports);
    assert!(verification.holds, "{verification:?}");
    let relations = forger.reports.join("relations.parquet");
    let (rows, properties) = rows_of(&relations);
    let column = rows.schema().index_of("source_record").unwrap();
    write_rows(&relations, &with_another_value(&rows, column).unwrap(), properties);
    fs::write(forger.reports.join("exceptions.xlsx"), "another workbook").unwrap();
    let verification = again(&forger.reports);
    assert_eq!(verification.again.unwrap().differing, ["exceptions.xlsx", "relations.parquet"]);
    assert!(!verification.holds);
}
