//! Parquet as warehouses write it, made in memory, read from disk.

mod files;
mod records;
mod values;

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use arrow::datatypes::DataType;

use super::*;
use crate::case::OwnHeaders;
use crate::ingest::headers::HeaderMapping;
use crate::ingest::tests::{check_error, rows};
use crate::schema::tables::SNAPSHOT_TABLES;
use crate::schema::vocabulary::Dataset;

fn opened(path: &Path) -> OpenFile {
    OpenFile::new(&std::fs::File::open(path).unwrap()).unwrap()
}

fn read_file(file: &tempfile::NamedTempFile) -> Result<FileRecords> {
    read_file_of(file, SNAPSHOT_TABLES)
}

fn read_file_of(file: &tempfile::NamedTempFile, tables: &'static [&'static Table]) -> Result<FileRecords> {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let own = HeaderMapping::new(
        "snapshots.target-after.columns".to_owned(),
        &OwnHeaders::from([("state", "channel".to_owned())]),
    );
    let records = read(
        (file.path(), 0, opened(file.path())),
        ExpectedTables { tables, own: &own, userid_words: None },
        &Message::verbatim("looked for"),
        &zone,
        None,
    )?;
    records.check()?;
    Ok(records)
}

fn file_of(columns: Vec<(&str, ArrayRef)>, properties: WriterPropertiesBuilder) -> tempfile::NamedTempFile {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

fn read_columns(columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) -> Result<FileRecords> {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_per_group));
    read_file(&file_of(columns, properties))
}

fn relations(records: &FileRecords) -> Vec<String> {
    rows(&records.tables["relations"])
}

fn strings(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn ids(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// What a relation of one row becomes with that column beside its ids: its value, or why it cannot be read.
fn value(column: &str, array: ArrayRef) -> String {
    let records =
        read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), (column, array)], 10).unwrap();
    match records.rejects.first() {
        Some(reject) => format!("{}: {}", reject.place, reject.reason),
        None => relations(&records)[0].trim_start_matches("1: userid=ann external_userid=wm1").trim().to_owned(),
    }
}

/// The row of a relation with that id, or why the table, of this row alone, is refused.
fn relation(userid: ArrayRef) -> String {
    match read_columns(vec![("userid", userid), ("external_userid", ids(&["wm1"]))], 10) {
        Ok(records) => relations(&records)[0].clone(),
        Err(error) => error.to_string(),
    }
}
