//! Sheets: the lists of the case (accounts, customer map, group map, refusals), and relations where they come as CSV.

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

/// A sheet: its path in the case, and its columns.
pub type DemoSheet = (&'static str, &'static [&'static Column]);

const ACCOUNTS: DemoSheet = ("lists/accounts.csv", &[&SOURCE_USERID, &TARGET_USERID, &ASSESSMENT, &ASSESSMENT_REASON]);
pub const CUSTOMER_MAP: DemoSheet = ("lists/customer_map.csv", &[&SOURCE_EXTERNAL_USERID, &TARGET_EXTERNAL_USERID]);
pub const GROUP_MAP: DemoSheet = ("lists/group_map.csv", &[&SOURCE_CHAT_ID, &TARGET_CHAT_ID]);
pub const REFUSALS: DemoSheet = ("lists/refusals.csv", &[&EXTERNAL_USERID, &UNIONID, &CUSTOMER_NAME, &USERID]);

pub type DemoSheetRows = Vec<(DemoSheet, Vec<String>)>;

/// The files of the sheets, each opened by its first row.
pub struct SheetFiles {
    dir: PathBuf,
    chinese: bool,
    open: BTreeMap<&'static str, csv::Writer<File>>,
}

impl SheetFiles {
    pub fn new(world: &World, dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), chinese: world.chinese_headers, open: BTreeMap::new() }
    }

    /// Appends rows.
    pub fn push(&mut self, rows: DemoSheetRows) -> Result<()> {
        for ((name, columns), row) in rows {
            let writer = match self.open.entry(name) {
                Entry::Occupied(open) => open.into_mut(),
                Entry::Vacant(free) => {
                    let mut file = create(&self.dir.join(name))?;
                    // Excel saves a Chinese sheet with a byte order mark.
                    let mark: &[u8] = if self.chinese { "\u{feff}".as_bytes() } else { b"" };
                    file.write_all(mark).map_err(Error::io(name, say::CANNOT_WRITE))?;
                    let header = columns.iter().map(|column| if self.chinese { column.zh[0] } else { column.name });
                    let mut writer = csv::Writer::from_writer(file);
                    writer.write_record(header).map_err(failed)?;
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
        self.open.values_mut().try_for_each(csv::Writer::flush).map_err(Error::io(self.dir, say::CANNOT_WRITE))
    }
}

fn failed(error: csv::Error) -> Error {
    Error::io("*.csv", say::CANNOT_WRITE)(std::io::Error::other(error))
}

fn accounts(world: &World, case: &PlantedCase) -> DemoSheetRows {
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
