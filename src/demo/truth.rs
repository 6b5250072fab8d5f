//! The truth, and other Parquet files: batches appended as they come.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::bill::Bill;
use super::documents::create;
use super::layout::Layout;
use super::rows::{SourceRow, TargetRow};
use crate::error::{Error, Result};
use crate::schema::fields::{
    ARRIVED_USERID, CUSTOMER_NAME, MATCH_METHOD, ORIGIN, OUTCOME, REASON, REFUSED, SCOPE, SOURCE_CREATED_AT,
    SOURCE_EXTERNAL_USERID, SOURCE_USERID, TARGET_EXTERNAL_USERID, TARGET_USERID,
};
use crate::schema::vocabulary::{MatchMethod, Reason};
use crate::text::errors as say;

/// The label of the plan that a row follows: explains its fate. In no report, so not among the schema's columns.
pub const PLAN: &str = "plan";

/// A Parquet file that is opened by its first batch.
pub struct ParquetFile {
    path: PathBuf,
    writer: Option<ArrowWriter<File>>,
}

impl ParquetFile {
    /// A file at `path`, not yet created.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_path_buf(), writer: None }
    }

    /// Appends a batch; all have one schema.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let path = &self.path;
        if self.writer.is_none() {
            let properties =
                WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
            let file = create(path)?;
            self.writer = Some(
                ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(|error| failed(path, error))?,
            );
        }
        self.writer.as_mut().map_or(Ok(()), |writer| writer.write(batch)).map_err(|error| failed(path, error))
    }

    /// Writes the footer.
    pub fn finish(self) -> Result<()> {
        let Self { path, writer } = self;
        writer.map_or(Ok(()), |writer| writer.close().map(|_| ())).map_err(|error| failed(&path, error))
    }
}

fn failed(path: &Path, error: parquet::errors::ParquetError) -> Error {
    Error::io(path, say::CANNOT_WRITE)(std::io::Error::other(error))
}

/// The truth of source relations.
pub fn relations(layout: &Layout, rows: &[SourceRow]) -> Result<RecordBatch> {
    let account = |row: &SourceRow| &layout.accounts[row.account];
    batch(vec![
        (SOURCE_USERID.name, texts(rows, |row| Some(&account(row).source_userid))),
        (SOURCE_EXTERNAL_USERID.name, texts(rows, |row| row.external_userid.as_deref())),
        (CUSTOMER_NAME.name, texts(rows, |row| row.name.as_deref())),
        (SOURCE_CREATED_AT.name, times(rows, |row| row.created)),
        (SCOPE.name, texts(rows, |row| Some(row.fate.scope.word()))),
        (OUTCOME.name, texts(rows, |row| Some(row.fate.outcome.word()))),
        (REASON.name, texts(rows, |row| row.fate.reason.map(Reason::word))),
        (MATCH_METHOD.name, texts(rows, |row| row.method.map(MatchMethod::word))),
        (TARGET_USERID.name, texts(rows, |row| account(row).kind.enrolled().then_some(&*account(row).target_userid))),
        (ARRIVED_USERID.name, texts(rows, |row| row.arrived.map(|place| &*layout.accounts[place].target_userid))),
        (TARGET_EXTERNAL_USERID.name, texts(rows, |row| row.target_id.as_deref())),
        (REFUSED.name, Arc::new(rows.iter().map(|row| Some(row.refused)).collect::<BooleanArray>())),
        (PLAN, texts(rows, |row| Some(row.plan))),
    ])
}

/// The truth of target relations.
pub fn target_relations(layout: &Layout, rows: &[TargetRow]) -> Result<RecordBatch> {
    let from = |row: &TargetRow| row.from.as_ref().map(|(account, _)| &*layout.accounts[*account].source_userid);
    let target = |row: &TargetRow| &*layout.accounts[row.account].target_userid;
    batch(vec![
        (TARGET_USERID.name, Arc::new(rows.iter().map(|row| Some(target(row))).collect::<StringArray>()) as ArrayRef),
        (TARGET_EXTERNAL_USERID.name, texts(rows, |row| Some(&row.external_userid))),
        (ORIGIN.name, texts(rows, |row| Some(row.origin.word()))),
        (SOURCE_USERID.name, Arc::new(rows.iter().map(from).collect::<StringArray>())),
        (SOURCE_EXTERNAL_USERID.name, texts(rows, |row| row.from.as_ref().and_then(|(_, id)| id.as_deref()))),
        (PLAN, texts(rows, |row| Some(row.plan))),
    ])
}

/// The truth of the bill; null where the case has no contract.
pub fn billing(dir: &Path, bill: Option<&Bill>) -> Result<()> {
    let path = dir.join("truth").join("billing.json");
    let truth = bill.map_or(serde_json::Value::Null, Bill::truth);
    create(&path)?.write_all(format!("{truth:#}\n").as_bytes()).map_err(Error::io(&path, say::CANNOT_WRITE))
}

/// A batch of named columns, all of which may be null.
pub fn batch(columns: Vec<(&'static str, ArrayRef)>) -> Result<RecordBatch> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// A column of texts.
pub fn texts<'r, T>(rows: &'r [T], value: impl Fn(&'r T) -> Option<&'r str>) -> ArrayRef {
    let mut builder = arrow::array::StringBuilder::new();
    for row in rows {
        builder.append_option(value(row));
    }
    Arc::new(builder.finish())
}

/// A column of moments, given in seconds.
pub fn times<T>(rows: &[T], seconds: impl Fn(&T) -> Option<i64>) -> ArrayRef {
    let micros: TimestampMicrosecondArray = rows.iter().map(|row| seconds(row).map(|s| s * 1_000_000)).collect();
    Arc::new(micros.with_timezone("UTC"))
}
