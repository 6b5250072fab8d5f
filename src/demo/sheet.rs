//! The target corp after the migration as a whole table: CSV or Parquet in the canonical columns.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};

use super::accounts::Kind;
use super::api::clock;
use super::documents::create;
use super::group_api::Ending;
use super::layout::Layout;
use super::rows::{Fabric, TargetRow};
use super::truth::{ParquetFile, batch, texts, times};
use super::world::{TargetStyle, World};
use crate::error::{Error, Result};
use crate::schema::Column;
use crate::schema::fields::{
    COVERAGE_STATUS, CREATED_AT, CUSTOMER_NAME, CUSTOMER_TYPE, DATASET, DETAIL, ERRCODE, EXTERNAL_USERID, UNIONID,
    USERID,
};
use crate::schema::vocabulary::Coverage;
use crate::text::errors as say;

const COLUMNS: [&Column; 6] = [&USERID, &EXTERNAL_USERID, &UNIONID, &CUSTOMER_NAME, &CUSTOMER_TYPE, &CREATED_AT];

/// A unit's part of the table.
pub enum SheetPart {
    Csv(Vec<u8>),
    Parquet(RecordBatch),
}

/// The rows of a unit, if the world's target comes as a table.
pub fn part(fabric: &Fabric<'_>, rows: &[TargetRow]) -> Result<Option<SheetPart>> {
    Ok(match fabric.world.target_style {
        TargetStyle::Json => None,
        TargetStyle::Csv => Some(SheetPart::Csv(csv_rows(fabric, rows)?)),
        TargetStyle::Parquet => Some(SheetPart::Parquet(parquet_rows(fabric, rows)?)),
    })
}

fn csv_rows(fabric: &Fabric<'_>, rows: &[TargetRow]) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let created = row.created.map(clock).unwrap_or_default();
        // Half of the worlds write times as people do, without an offset: Shanghai's, as the case says.
        let created =
            if fabric.world.chinese_headers { created.get(..19).unwrap_or("").replace('T', " ") } else { created };
        let record = [
            &*fabric.at(row.account).target_userid,
            &*row.external_userid,
            row.unionid.as_deref().unwrap_or(""),
            row.name.as_deref().unwrap_or(""),
            if row.wecom { "2" } else { "1" },
            &*created,
        ];
        out.write_record(record).map_err(|error| Error::Bug(format!("csv: {error}")))?;
    }
    out.into_inner().map_err(|error| Error::Bug(format!("csv: {error}")))
}

fn parquet_rows(fabric: &Fabric<'_>, rows: &[TargetRow]) -> Result<RecordBatch> {
    let types: Int64Array = rows.iter().map(|row| Some(if row.wecom { 2 } else { 1 })).collect();
    batch(vec![
        (USERID.name, texts(rows, |row| Some(&*fabric.at(row.account).target_userid))),
        (EXTERNAL_USERID.name, texts(rows, |row| Some(&*row.external_userid))),
        (UNIONID.name, texts(rows, |row| row.unionid.as_deref())),
        (CUSTOMER_NAME.name, texts(rows, |row| row.name.as_deref())),
        (CUSTOMER_TYPE.name, Arc::new(types)),
        (CREATED_AT.name, times(rows, |row| row.created)),
    ])
}

/// The table, growing by parts.
pub enum Sheet {
    None,
    Csv(File, std::path::PathBuf),
    Parquet(Box<ParquetFile>),
}

impl Sheet {
    /// Opens the table that the world asks for in `target-after`.
    pub fn create(world: &World, dir: &Path) -> Result<Self> {
        let folder = dir.join("target-after");
        match world.target_style {
            TargetStyle::Json => Ok(Self::None),
            TargetStyle::Parquet => Ok(Self::Parquet(Box::new(ParquetFile::new(folder.join("relations.parquet"))))),
            TargetStyle::Csv => {
                let path = folder.join("relations.csv");
                let mut file = create(&path)?;
                let header =
                    COLUMNS.map(|column| if world.chinese_headers { column.zh[0] } else { column.name }).join(",");
                let mark = if world.chinese_headers { "\u{feff}" } else { "" };
                writeln!(file, "{mark}{header}").map_err(Error::io(&path, say::CANNOT_WRITE))?;
                Ok(Self::Csv(file, path))
            }
        }
    }

    /// Appends a unit's part.
    pub fn push(&mut self, part: Option<SheetPart>) -> Result<()> {
        match (self, part) {
            (Self::Csv(file, path), Some(SheetPart::Csv(bytes))) => {
                file.write_all(&bytes).map_err(Error::io(path, say::CANNOT_WRITE))
            }
            (Self::Parquet(file), Some(SheetPart::Parquet(rows))) => file.push(&rows),
            _ => Ok(()),
        }
    }

    /// Ends the table, with its coverage beside it where the format can say it.
    pub fn finish(self, world: &World, layout: &Layout, dir: &Path) -> Result<()> {
        let Self::Parquet(file) = self else { return Ok(()) };
        file.finish()?;
        let mut file = ParquetFile::new(dir.join("target-after").join("coverage.parquet"));
        file.push(&coverage(world, layout)?)?;
        file.finish()
    }
}

/// What was known of an account, or of all groups, when the tables were made.
type Known<'a> = (&'static str, Option<&'a str>, Coverage, Option<i64>, &'static str);

/// Of an account that nobody asked for there is no row.
fn coverage(world: &World, layout: &Layout) -> Result<RecordBatch> {
    const LIMIT: &str = "api concurrent out of limit";
    const NO_END: &str = "the pages have no end";
    let of_account = |kind: Kind| match kind {
        Kind::TargetFailed => (Coverage::Failed, Some(45033), LIMIT),
        Kind::TargetUnlicensed => (Coverage::Failed, None, "no licence"),
        Kind::TargetPartial => (Coverage::Partial, None, NO_END),
        _ => (Coverage::Complete, None, "externalcontact/list"),
    };
    let (status, code, detail) = match world.target_groups {
        Ending::Whole => (Coverage::Complete, None, "externalcontact/groupchat/list"),
        Ending::Failed => (Coverage::Failed, Some(45033), LIMIT),
        Ending::Endless => (Coverage::Partial, None, NO_END),
    };
    let asked = layout.accounts.iter().filter(|a| a.kind.at_target() && a.kind != Kind::TargetUnknown);
    let accounts = asked.map(|account| {
        let (status, code, detail) = of_account(account.kind);
        ("relations", Some(&*account.target_userid), status, code, detail)
    });
    let known: Vec<Known<'_>> = accounts.chain([("groups", None, status, code, detail)]).collect();
    let codes: Int64Array = known.iter().map(|row| row.3).collect();
    batch(vec![
        (DATASET.name, texts(&known, |row| Some(row.0))),
        (USERID.name, texts(&known, |row| row.1)),
        (COVERAGE_STATUS.name, texts(&known, |row| Some(row.2.word()))),
        (ERRCODE.name, Arc::new(codes)),
        (DETAIL.name, texts(&known, |row| Some(row.4))),
    ])
}
