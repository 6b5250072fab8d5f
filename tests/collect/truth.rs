//! The reports of an audit beside the truth that `demo` planted.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::types::TimestampMicrosecondType;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub type Row = BTreeMap<String, String>;

/// Each report that has a truth, with the columns of its key.
const TRUTHS: &[(&str, &[&str])] = &[
    ("relations", &["source_userid", "source_external_userid", "customer_name", "source_created_at"]),
    ("target_relations", &["target_userid", "target_external_userid"]),
    ("groups", &["source_chat_id"]),
    ("join_codes", &["config_id"]),
];

/// The rows of a Parquet file as texts; what is null is left out.
pub fn rows(path: &Path) -> Vec<Row> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap) {
        let options = FormatOptions::default();
        // Times in UTC without saying so, for the display of zones needs a zone database.
        let without_zone = |array: &ArrayRef| match array.as_primitive_opt::<TimestampMicrosecondType>() {
            Some(times) => Arc::new(times.clone().with_timezone_opt(None::<String>)) as ArrayRef,
            None => array.clone(),
        };
        let columns: Vec<ArrayRef> = batch.columns().iter().map(without_zone).collect();
        let texts: Vec<ArrayFormatter<'_>> =
            columns.iter().map(|array| ArrayFormatter::try_new(array, &options).unwrap()).collect();
        for number in 0..batch.num_rows() {
            let filled = (0..columns.len()).filter(|place| columns[*place].is_valid(number));
            let name = |place: usize| batch.schema_ref().field(place).name().clone();
            rows.push(filled.map(|place| (name(place), texts[place].value(number).to_string())).collect());
        }
    }
    rows
}

/// Differences between the truth and the reports: a line for each row.
pub fn differences(truth: &Path, reports: &Path) -> Vec<String> {
    TRUTHS.iter().flat_map(|(report, key)| of_report(truth, reports, report, key)).collect()
}

fn of_report(truth: &Path, reports: &Path, report: &str, key: &[&str]) -> Vec<String> {
    let file = format!("{report}.parquet");
    let key_of =
        |row: &Row| key.iter().map(|name| row.get(*name).cloned().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let planted = rows(&truth.join(&file));
    let mut audited: BTreeMap<String, Row> =
        rows(&reports.join(&file)).into_iter().map(|row| (key_of(&row), row)).collect();
    let columns: std::collections::BTreeSet<&String> =
        planted.iter().flat_map(Row::keys).filter(|column| *column != "plan").collect();
    let mut wrong = Vec::new();
    for row in &planted {
        let Some(answer) = audited.remove(&key_of(row)) else {
            wrong.push(format!("{report} lacks {row:?}"));
            continue;
        };
        for column in columns.iter().filter(|column| row.get(**column) != answer.get(**column)) {
            let (planted, audited) = (row.get(*column), answer.get(*column));
            wrong.push(format!(
                "{report} {:?} {}: {column}: {planted:?}, audited {audited:?}",
                row["plan"],
                key_of(row)
            ));
        }
    }
    wrong.extend(audited.keys().map(|key| format!("{report} holds {key}, which is not planted")));
    wrong
}
