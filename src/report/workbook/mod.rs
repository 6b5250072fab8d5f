//! `exceptions.xlsx`: the rows to act on, for people who work in a spreadsheet. The workbook of a precheck is made of
//! the same parts.
//!
//! ```text
//! kinds      the rows, by kind of exception; a sheet for each kind that has any
//! worklist   the same rows as tasks, by target account, each with its next step
//! earlier    the worklist of the earlier workbook, with what users entered
//! carried    these entries, beside the tasks of this audit
//! cells      a value of a report as a cell: text stays text, and starts no formula
//! sheet      rows on a sheet: header, filter, widths
//! summary    the first sheet: the verdict, what each sheet holds, what is left out
//! ```
//!
//! Target accounts are many, and sheets in a tab bar few: the worklist is one sheet, sorted by target account, with a
//! filter that leaves one account's tasks. (Excel cannot sort or filter rows that are folded into outlines, so it has
//! none.)

mod carried;
mod cells;
mod earlier;
mod kinds;
mod sheet;
mod summary;
mod worklist;

use std::fmt::Display;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{Audit, create_private};
use crate::case::Case;
use crate::error::{Error, Result, panics_as_errors};
use crate::figures::RELATIONS_HELD;
use crate::interrupt;
use crate::progress::Progress;
use crate::text::{Text, errors as say, fill, workbook};
use carried::CarriedWork;
use cells::DATES;
use sheet::Formats;
use summary::figures;
use worklist::Task;

pub use cells::{CellFormat, SheetCell, text};
pub use earlier::EarlierWorklist;
pub use kinds::{ExceptionKind, ROWS_SHOWN, coverage, findings, of_table, selected, selected_tasks};
pub use summary::{bill_figures, case_figures, count};
pub use worklist::Subject;

/// The file's name.
pub const WORKBOOK: &str = "exceptions.xlsx";
/// Of 0 to 9. Beyond it the file gets little smaller, and takes twice as long.
const COMPRESSION: u8 = 2;

enum SheetContent<'k> {
    Kind(&'k ExceptionKind),
    Worklist,
}

pub struct WorkbookContents<'a> {
    pub case: &'a Case,
    /// The heading of the first sheet.
    pub title: Text,
    /// The age of the document, in microseconds since 1970, for a clock would make two runs differ.
    pub created_at: i64,
    pub figures: Vec<(String, SheetCell)>,
    pub kinds: Vec<ExceptionKind>,
    /// Rows that the sheets hold at most, as a note.
    pub limits: String,
    /// The worklist of the earlier workbook in this output.
    pub earlier: &'a EarlierWorklist,
    /// Receives what is said beside the result.
    pub progress: &'a dyn Progress,
}

/// # Errors
/// [`Error::Io`], [`Error::Interrupted`].
pub fn write(audit: &Audit<'_>, folder: &Path) -> Result<()> {
    let case = audit.case;
    let limits = [("relations", &RELATIONS_HELD as &dyn Display), ("rows", &ROWS_SHOWN)];
    let contents = WorkbookContents {
        case,
        title: workbook::TITLE,
        created_at: case.migration.finished_at,
        figures: figures(audit, CellFormat::of_case(case)),
        kinds: kinds::kinds(audit)?,
        limits: fill(workbook::NOTE_LIMITS.tell(case.language), &limits),
        earlier: audit.earlier,
        progress: audit.progress,
    };
    contents.write(&folder.join(WORKBOOK))
}

impl WorkbookContents<'_> {
    /// Writes the workbook; its sheets are filled in parallel.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Interrupted`].
    pub fn write(&self, path: &Path) -> Result<()> {
        let kinds = &self.kinds;
        let cells = CellFormat::of_case(self.case);
        let formats = Formats::new();
        let tasks = worklist::tasks(kinds, false);
        let carried = self.carried(&tasks, cells);
        let mut book = Workbook::new();
        book.set_properties(&guarded(path, || self.properties())?);
        book.set_zip_compression_level(COMPRESSION);
        // Rows in progress are kept beside the reports, in unlinked temporary files.
        guarded(path, || book.set_tempdir(path.parent().unwrap_or(path)).map(drop))?;
        guarded(path, || summary::write(&mut book, self, (tasks.len() + carried.gone()) as u64, cells))?;
        formats.register(&mut book);
        // The worklist has as many rows as all others together: it is begun first, and stands last.
        let shown = kinds.iter().filter(|kind| kind.shown() > 0).map(SheetContent::Kind);
        let mut sheets = Vec::new();
        for content in std::iter::once(SheetContent::Worklist).chain(shown) {
            sheets.push((content, guarded(path, || book.new_worksheet_with_constant_memory())?));
        }
        sheets.par_iter_mut().try_for_each(|(content, sheet)| {
            interrupt::check()?;
            guarded(path, || match content {
                SheetContent::Kind(kind) => kind.write(sheet, cells, &formats),
                SheetContent::Worklist => worklist::write(sheet, &tasks, kinds, &carried, cells, &formats),
            })
        })?;
        sheets.rotate_left(1);
        for (_, sheet) in sheets {
            book.push_worksheet(sheet);
        }
        interrupt::check()?;
        let file = create_private(path)?;
        guarded(path, || book.save_to_writer(&file))?;
        file.sync_all().map_err(Error::io(path, say::CANNOT_WRITE))?;
        carried.note(self.progress);
        Ok(())
    }

    /// Returns what users entered in the earlier worklist. Keys take as long as the rows, and are made only if needed.
    fn carried(&self, tasks: &[Task<'_>], cells: CellFormat<'_>) -> CarriedWork<'_> {
        let kinds = &self.kinds;
        if self.earlier.rows.is_empty() {
            return CarriedWork::new(self.earlier, &[], &[], kinds);
        }
        let mut waived = worklist::keys(&worklist::tasks(kinds, true), kinds, cells);
        waived.sort();
        CarriedWork::new(self.earlier, &worklist::keys(tasks, kinds, cells), &waived, kinds)
    }

    fn properties(&self) -> std::result::Result<DocProperties, XlsxError> {
        let age = self.created_at.div_euclid(1_000_000);
        let created = ExcelDateTime::from_timestamp(age.clamp(DATES.start, DATES.end - 1))?;
        Ok(DocProperties::new().set_title(&self.case.title).set_author("qianhe").set_creation_datetime(&created))
    }
}

/// Runs a step of the library, which panics where the system refuses to write its temporary files, or a thread.
fn guarded<T>(path: &Path, run: impl FnOnce() -> std::result::Result<T, XlsxError>) -> Result<T> {
    match panics_as_errors(run) {
        Ok(result) => result.map_err(|error| failure(path, error)),
        Err(panic) => match refusal_in(&panic) {
            Some(source) => Err(Error::io(path, say::CANNOT_WRITE)(source)),
            None => Err(Error::Bug(format!("workbook: {panic}"))),
        },
    }
}

/// Returns the error of the system that the message of a panic states: `Couldn't write to xml file: Os { code: 28,
/// kind: ...`.
fn refusal_in(panic: &str) -> Option<io::Error> {
    let (_, code) = panic.split_once("Os { code: ")?;
    code.split_once(',')?.0.parse().ok().map(io::Error::from_raw_os_error)
}

/// A failure of the disk is the user's to mend; all else is our bug, for names and sizes were checked.
fn failure(path: &Path, error: XlsxError) -> Error {
    let source = match error {
        XlsxError::IoError(source) | XlsxError::TempFileError(_, source) => source,
        XlsxError::ZipError(error) => error.into(),
        other => return Error::Bug(format!("workbook: {other}")),
    };
    Error::Io { path: path.to_path_buf(), doing: say::CANNOT_WRITE, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_library_about_a_refusal_is_one_of_the_system() {
        let panicking = |text: &'static str| guarded::<()>(Path::new("a.xlsx"), || panic!("{text}")).unwrap_err();
        for text in [
            "Couldn't write to xml file: Os { code: 28, kind: StorageFull, message: \"No space left on device\" }",
            "called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: \"No space\" }",
        ] {
            let error = panicking(text);
            assert!(
                matches!(&error, Error::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull),
                "{error}"
            );
            assert!(error.to_string().contains("\n  help: nothing was published; free some space"), "{error}");
        }
        assert_eq!(panicking("index out of bounds").exit_code(), 3);
    }
}
