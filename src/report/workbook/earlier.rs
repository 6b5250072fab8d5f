//! The worklist of the earlier workbook: its rows, with the entries of users, who may have reordered rows and columns.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::cells::{SheetCell, integer, text};
use super::worklist::{STATUSES, WorklistColumn};
use crate::case::Case;
use crate::error::panics_as_errors;
use crate::ingest;
use crate::progress::Progress;
use crate::regular;
use crate::report::manifest::{Manifest, sha256_of};
use crate::report::starts_a_formula;
use crate::text::{Lang, Message, errors as say, workbook};

/// Rows at the top of the sheet in which the header may stand.
const HEADER_WITHIN: u32 = 20;
/// Columns that are read.
const MAX_COLUMNS: u32 = 200;
/// Columns added by users that are carried over.
const MAX_ADDED: usize = 50;

/// The worklist of the earlier workbook. It has no rows unless users entered something.
#[derive(Default)]
pub struct EarlierWorklist {
    pub rows: Vec<EarlierRow>,
    /// Titles of the columns that users added.
    pub added: Vec<String>,
    /// SHA-256 of the workbook that is carried over; `None` if there is nothing to carry over.
    pub digest: Option<String>,
}

pub struct EarlierRow {
    pub key: TaskKey,
    /// The columns before those to fill in.
    pub shown: Vec<SheetCell>,
    pub entered: Entered,
}

/// The entries of users in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    pub assignee: SheetCell,
    pub status: SheetCell,
    pub remark: SheetCell,
    pub added: Vec<SheetCell>,
}

/// The object of a task. Outcome, severity and target account may change from audit to audit; the object does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskKey {
    pub class: TaskClass,
    /// The account of the source corp, of a relation.
    account: String,
    /// The id; where there is none, the name.
    object: (bool, String),
}

/// The kind of object of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskClass {
    /// A relation; of a precheck, an account.
    Relation,
    Group,
    JoinCode,
}

impl TaskClass {
    /// By the name of the sheet, in either language.
    pub fn of(sheet: &str) -> Self {
        let is = |name: crate::text::Text| [name.zh, name.en].contains(&sheet);
        if is(workbook::GROUPS) {
            Self::Group
        } else if is(workbook::JOIN_CODES) {
            Self::JoinCode
        } else {
            Self::Relation
        }
    }
}

impl EarlierWorklist {
    /// Reads the workbook of that name of the earlier run on the case, if users changed it, or one that it carried
    /// over. If it cannot be read, a note says so.
    pub fn read(out: &Path, name: &str, case: &Case, progress: &dyn Progress) -> Self {
        let path = out.join(name);
        let unreadable = |problem: Message| {
            progress.note(say::worklist_unreadable(path.display(), problem));
            Self::default()
        };
        let manifest = match Manifest::of_ours(out) {
            Ok(Some(manifest)) if manifest.case == case.id && path.is_file() => manifest,
            Ok(_) => return Self::default(),
            Err(error) => return unreadable(error.message()),
        };
        let digest = match sha256_of(&path) {
            Ok(digest) => digest,
            Err(error) => return unreadable(error.message()),
        };
        if manifest.reports.get(name) == Some(&digest) && manifest.worklist.is_none() {
            return Self::default();
        }
        match panics_as_errors(|| rows_of(&path)).unwrap_or_else(|panic| Err(Message::verbatim(panic))) {
            Ok(read) if read.rows.iter().any(|row| !row.entered.is_empty()) => Self { digest: Some(digest), ..read },
            Ok(_) => Self::default(),
            Err(problem) => unreadable(problem),
        }
    }
}

impl Entered {
    /// Returns whether there is no entry.
    pub fn is_empty(&self) -> bool {
        [&self.assignee, &self.status, &self.remark]
            .into_iter()
            .chain(&self.added)
            .all(|cell| *cell == SheetCell::Empty)
    }
}

impl TaskKey {
    /// Returns the key of a row by its cells: kind, name, id, account of the source corp.
    pub fn new(kind: &SheetCell, name: &SheetCell, id: &SheetCell, account: &SheetCell) -> Self {
        let class = TaskClass::of(&plain(kind));
        let id = plain(id);
        let object = if id.is_empty() { (false, plain(name)) } else { (true, id) };
        // Userids that differ in case only are one member; ids of groups and codes need none.
        let account =
            if object.0 && class != TaskClass::Relation { String::new() } else { plain(account).to_lowercase() };
        Self { class, account, object }
    }
}

/// Returns the text of a cell, without white space around it and without the `'` that keeps it from being a formula.
fn plain(cell: &SheetCell) -> String {
    match cell {
        SheetCell::Text(text) | SheetCell::Guarded(text) => unguarded(text.trim()).to_owned(),
        SheetCell::Integer(number) | SheetCell::Price(number) => number.to_string(),
        _ => String::new(),
    }
}

fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|text| starts_a_formula(text)).unwrap_or(text)
}

fn rows_of(path: &Path) -> Result<EarlierWorklist, Message> {
    let damaged = |error: XlsxError| Message::verbatim(error.to_string());
    let file = regular::open(path).map_err(|error| Message::verbatim(error.to_string()))?;
    ingest::check_workbook(path, &file).map_err(|error| error.message())?;
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(damaged)?;
    let mut names = book.sheet_names();
    // The sheet may have been renamed.
    names.sort_by_key(|name| ![workbook::WORKLIST.zh, workbook::WORKLIST.en].contains(&name.trim()));
    for name in names {
        if let Some(read) = rows_of_sheet(&mut book, &name).map_err(damaged)? {
            return Ok(read);
        }
    }
    Err(say::NO_WORKLIST.into())
}

/// Returns the rows of a sheet; `None` if it has no header of a worklist.
fn rows_of_sheet(book: &mut Xlsx<BufReader<File>>, name: &str) -> Result<Option<EarlierWorklist>, XlsxError> {
    let mut cells = book.worksheet_cells_reader(name)?;
    let mut sheet = SheetReader::default();
    let mut line: (u32, Vec<(u32, SheetCell)>) = (0, Vec::new());
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        if row != line.0 {
            sheet.update(&std::mem::replace(&mut line, (row, Vec::new())).1);
            if sheet.header.is_none() && row >= HEADER_WITHIN {
                return Ok(None);
            }
        }
        let value = cell_of(cell.get_value());
        if value != SheetCell::Empty && column < MAX_COLUMNS {
            line.1.push((column, value));
        }
    }
    sheet.update(&line.1);
    Ok(sheet.header.map(|_| sheet.worklist))
}

/// Reads a sheet row by row.
#[derive(Default)]
struct SheetReader {
    header: Option<Header>,
    worklist: EarlierWorklist,
}

/// The places of the columns.
struct Header {
    known: Vec<Option<u32>>,
    added: Vec<u32>,
}

impl SheetReader {
    fn update(&mut self, cells: &[(u32, SheetCell)]) {
        use WorklistColumn::{Assignee, Id, Kind, Object, Remark, Source, Status};
        let Some(header) = &self.header else {
            if let Some((header, added)) = Header::of(cells) {
                self.worklist.added = added;
                self.header = Some(header);
            }
            return;
        };
        if cells.is_empty() {
            return;
        }
        let at =
            |column: u32| cells.iter().find(|(at, _)| *at == column).map_or(SheetCell::Empty, |(_, cell)| cell.clone());
        let value = |column: WorklistColumn| header.known[column as usize].map_or(SheetCell::Empty, at);
        let entered = Entered {
            assignee: value(Assignee),
            status: value(Status),
            remark: value(Remark),
            added: header.added.iter().map(|column| at(*column)).collect(),
        };
        let key = TaskKey::new(&value(Kind), &value(Object), &value(Id), &value(Source));
        let shown = WorklistColumn::SHOWN.iter().map(|column| value(*column)).collect();
        self.worklist.rows.push(EarlierRow { key, shown, entered });
    }
}

impl Header {
    /// A row is the header if it names what a row is about, and something to fill in.
    fn of(cells: &[(u32, SheetCell)]) -> Option<(Self, Vec<String>)> {
        use WorklistColumn::{Assignee, Id, Object, Remark, Status};
        let mut known = vec![None; WorklistColumn::ALL.len()];
        let (mut added, mut titles) = (Vec::new(), Vec::new());
        for (at, cell) in cells {
            let title = plain(cell);
            match WorklistColumn::ALL.into_iter().find(|column| column.is_titled(&title)) {
                Some(column) if known[column as usize].is_none() => known[column as usize] = Some(*at),
                _ if added.len() < MAX_ADDED => {
                    added.push(*at);
                    titles.push(title);
                }
                _ => {}
            }
        }
        let has_any = |columns: &[WorklistColumn]| columns.iter().any(|column| known[*column as usize].is_some());
        let is_header = has_any(&[Id, Object]) && (has_any(&[Assignee, Status, Remark]) || !added.is_empty());
        (is_header && known.iter().flatten().count() >= 3).then_some((Self { known, added }, titles))
    }
}

/// Returns the cell for a value that was read; of a formula, its last computed value.
fn cell_of(value: &DataRef<'_>) -> SheetCell {
    let of_text = |content: &str| match content.trim() {
        "" => SheetCell::Empty,
        _ => text(unguarded(content)),
    };
    match value {
        DataRef::Empty => SheetCell::Empty,
        DataRef::SharedString(content) => of_text(content),
        DataRef::Int(number) => integer(*number),
        DataRef::Float(number) => number_of(*number),
        DataRef::DateTime(time) => time_of(time.as_f64()),
        DataRef::Bool(flag) => SheetCell::Text(flag.to_string().to_uppercase()),
        DataRef::String(content) | DataRef::DateTimeIso(content) | DataRef::DurationIso(content) => of_text(content),
        DataRef::Error(error) => SheetCell::Text(error.to_string()),
    }
}

#[expect(clippy::float_cmp, reason = "whether a number is whole")]
fn number_of(number: f64) -> SheetCell {
    if number == number.trunc() { SheetCell::Integer(number) } else { SheetCell::Price(number) }
}

/// Days since 30 December 1899, as spreadsheets count them.
fn time_of(days: f64) -> SheetCell {
    let seconds = ((days - 25_569.0) * 86_400.0).round();
    if super::cells::DATES.contains(&(seconds as i64)) { SheetCell::Time(seconds as i64) } else { number_of(days) }
}

/// Returns a status in the words of a language, if it is one that the workbook offers.
pub fn status_in(language: Lang, status: &SheetCell) -> SheetCell {
    let entered = plain(status);
    match STATUSES.into_iter().find(|status| [status.zh, status.en].contains(&entered.as_str())) {
        Some(known) => SheetCell::Text(known.tell(language).to_owned()),
        None => status.clone(),
    }
}
