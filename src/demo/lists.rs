//! The lists of the case: accounts, customer map, group map, refusals.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::accounts::AccountKind;
use super::documents::create;
use super::names;
use super::planter::{PlantedAccount, PlantedCase};
use super::world::World;
use crate::error::{Error, Result};
use crate::schema::Column;
use crate::schema::fields::{
    ASSESSMENT, ASSESSMENT_REASON, CUSTOMER_NAME, EXTERNAL_USERID, SOURCE_CHAT_ID, SOURCE_EXTERNAL_USERID,
    SOURCE_USERID, TARGET_CHAT_ID, TARGET_EXTERNAL_USERID, TARGET_USERID, UNIONID, USERID,
};
use crate::text::errors as say;

/// A list of the case: its file's name and its columns.
type DemoList = (&'static str, &'static [&'static Column]);

const ACCOUNTS: DemoList = ("accounts", &[&SOURCE_USERID, &TARGET_USERID, &ASSESSMENT, &ASSESSMENT_REASON]);
pub const CUSTOMER_MAP: DemoList = ("customer_map", &[&SOURCE_EXTERNAL_USERID, &TARGET_EXTERNAL_USERID]);
pub const GROUP_MAP: DemoList = ("group_map", &[&SOURCE_CHAT_ID, &TARGET_CHAT_ID]);
pub const REFUSALS: DemoList = ("refusals", &[&EXTERNAL_USERID, &UNIONID, &CUSTOMER_NAME, &USERID]);

/// Rows of lists, each with its list.
pub type DemoListRows = Vec<(DemoList, Vec<String>)>;

/// The files of the lists, each opened by its first row.
pub struct ListFiles {
    folder: PathBuf,
    chinese: bool,
    open: BTreeMap<&'static str, csv::Writer<File>>,
}

impl ListFiles {
    pub fn new(world: &World, dir: &Path) -> Self {
        Self { folder: dir.join("lists"), chinese: world.chinese_headers, open: BTreeMap::new() }
    }

    /// Appends rows.
    pub fn push(&mut self, rows: DemoListRows) -> Result<()> {
        for ((name, columns), row) in rows {
            let writer = match self.open.entry(name) {
                Entry::Occupied(open) => open.into_mut(),
                Entry::Vacant(free) => {
                    let path = self.folder.join(format!("{name}.csv"));
                    let mut file = create(&path)?;
                    file.write_all(header_mark(self.chinese)).map_err(Error::io(&path, say::CANNOT_WRITE))?;
                    let mut writer = csv::Writer::from_writer(file);
                    writer.write_record(header(columns, self.chinese)).map_err(failed)?;
                    free.insert(writer)
                }
            };
            writer.write_record(row).map_err(failed)?;
        }
        Ok(())
    }

    /// Appends the accounts, and a refusal that matches no customer; closes all files.
    pub fn finish(mut self, world: &World, case: &PlantedCase) -> Result<()> {
        self.push(accounts(world, case))?;
        let id = names::external_id("wm", "Nobody00", world.seed, 0);
        self.push(vec![(REFUSALS, vec![id, String::new(), String::new(), String::new()])])?;
        self.open.values_mut().try_for_each(csv::Writer::flush).map_err(Error::io(self.folder, say::CANNOT_WRITE))
    }
}

fn failed(error: csv::Error) -> Error {
    Error::io("lists", say::CANNOT_WRITE)(std::io::Error::other(error))
}

/// Names of columns, in English or Chinese.
pub fn header(columns: &[&'static Column], chinese: bool) -> impl Iterator<Item = &'static str> {
    columns.iter().map(move |column| if chinese { column.zh[0] } else { column.name })
}

/// The byte order mark with which Excel saves a Chinese sheet.
pub fn header_mark(chinese: bool) -> &'static [u8] {
    if chinese { "\u{feff}".as_bytes() } else { b"" }
}

fn accounts(world: &World, case: &PlantedCase) -> DemoListRows {
    let (pass, fail) = if world.chinese_headers { ("通过", "不通过") } else { ("pass", "fail") };
    let enrolled = case.accounts.iter().enumerate().filter(|(_, account)| account.kind.enrolled());
    let row = |(number, account): (usize, &PlantedAccount)| {
        let (assessment, reason) = match account.kind {
            AccountKind::AssessmentFailed => (fail, "账号未激活"),
            // Absent means passed.
            _ if number % 4 == 0 => ("", ""),
            _ => (pass, ""),
        };
        let ids = [account.source_userid.clone(), account.target_userid.clone()];
        (ACCOUNTS, ids.into_iter().chain([assessment.to_owned(), reason.to_owned()]).collect())
    };
    enrolled.map(row).collect()
}
