//! The lists of the case: accounts, customer map, group map, refusals.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::accounts::Kind;
use super::documents::create;
use super::layout::Layout;
use super::names;
use super::rows::RefusalRow;
use super::world::World;
use crate::error::{Error, Result};
use crate::schema::Column;
use crate::schema::fields::{
    ASSESSMENT, ASSESSMENT_REASON, CUSTOMER_NAME, EXTERNAL_USERID, SOURCE_CHAT_ID, SOURCE_EXTERNAL_USERID,
    SOURCE_USERID, TARGET_CHAT_ID, TARGET_EXTERNAL_USERID, TARGET_USERID, UNIONID, USERID,
};
use crate::text::errors as say;

/// A CSV file with a canonical header in the world's language.
pub struct List {
    writer: csv::Writer<File>,
}

impl List {
    /// Opens `lists/<name>.csv`.
    pub fn create(world: &World, dir: &Path, name: &str, columns: &[&Column]) -> Result<Self> {
        let path = dir.join("lists").join(format!("{name}.csv"));
        let mut file = create(&path)?;
        if world.chinese_headers {
            // As Excel saves it.
            file.write_all("\u{feff}".as_bytes()).map_err(Error::io(&path, say::CANNOT_WRITE))?;
        }
        let mut list = Self { writer: csv::Writer::from_writer(file) };
        let header: Vec<&str> = columns.iter().map(|c| if world.chinese_headers { c.zh[0] } else { c.name }).collect();
        list.push(&header)?;
        Ok(list)
    }

    /// The customer map.
    pub fn customer_map(world: &World, dir: &Path) -> Result<Self> {
        Self::create(world, dir, "customer_map", &[&SOURCE_EXTERNAL_USERID, &TARGET_EXTERNAL_USERID])
    }

    /// The group map.
    pub fn group_map(world: &World, dir: &Path) -> Result<Self> {
        Self::create(world, dir, "group_map", &[&SOURCE_CHAT_ID, &TARGET_CHAT_ID])
    }

    /// Appends a row.
    pub fn push(&mut self, fields: &[&str]) -> Result<()> {
        self.writer
            .write_record(fields)
            .map_err(|error| Error::io("lists", say::CANNOT_WRITE)(std::io::Error::other(error)))
    }

    /// Writes what is still to be written.
    pub fn finish(mut self) -> Result<()> {
        self.writer.flush().map_err(Error::io("lists", say::CANNOT_WRITE))
    }
}

/// Which account goes where.
pub fn accounts(world: &World, dir: &Path, layout: &Layout) -> Result<()> {
    let mut list =
        List::create(world, dir, "accounts", &[&SOURCE_USERID, &TARGET_USERID, &ASSESSMENT, &ASSESSMENT_REASON])?;
    let (pass, fail) = if world.chinese_headers { ("通过", "不通过") } else { ("pass", "fail") };
    for (number, account) in layout.accounts.iter().enumerate().filter(|(_, account)| account.kind.enrolled()) {
        let (assessment, reason) = match account.kind {
            Kind::AssessmentFailed => (fail, "账号未激活"),
            // Absent means passed.
            _ if number % 4 == 0 => ("", ""),
            _ => (pass, ""),
        };
        list.push(&[&account.source_userid, &account.target_userid, assessment, reason])?;
    }
    list.finish()
}

/// Who refused, and one that matches nobody.
pub fn refusals(world: &World, dir: &Path, rows: &[RefusalRow]) -> Result<()> {
    let mut list = List::create(world, dir, "refusals", &[&EXTERNAL_USERID, &UNIONID, &CUSTOMER_NAME, &USERID])?;
    for row in rows {
        list.push(&[&row.external_userid, &row.unionid, &row.name, &row.userid])?;
    }
    list.push(&[&names::external_id("wm", "Nobody00", world.seed, 0), "", "", ""])?;
    list.finish()
}
