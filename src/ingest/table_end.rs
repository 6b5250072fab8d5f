//! The end of a table or list: whether it proves anything, or stops the run.

use std::path::Path;

use super::endpoints::ITEMS;
use super::files::InputFile;
use super::raw::Reject;
use super::records::{CustomerIds, FileRecords};
use super::table::dataset_of;
use crate::error::{Error, Result};
use crate::schema::Table;
use crate::schema::vocabulary::{Dataset, Grain};
use crate::text::{Message, errors as say, sentences};

/// Rejects in the error of a table without readable rows.
const SHOWN_OF_TABLE: usize = 3;
/// Rejects in the error of a list.
pub const SHOWN_OF_LIST: usize = 20;

/// The counts of a file before one of its tables was read.
#[derive(Clone, Copy, Default)]
pub struct CountsBefore {
    pushed: u64,
    rejected: u64,
    rejects: usize,
    customer_ids: CustomerIds,
}

impl CountsBefore {
    pub fn new(records: &FileRecords) -> Self {
        let (tally, customer_ids) = (&records.tally, records.customer_ids);
        Self { pushed: tally.pushed, rejected: tally.rejected, rejects: records.rejects.len(), customer_ids }
    }
}

/// Records that a table was read to its end. A table without rows proves nothing; one of which no row can be read
/// stops the run, since it would count as one without customers.
///
/// # Errors
/// [`Error::Input`] for the latter, except for lists: [`refuse_list`].
pub fn end_of_table(
    (path, place): (&Path, Message),
    records: &mut FileRecords,
    table: &'static Table,
    before: CountsBefore,
) -> Result<()> {
    let pushed = records.tally.pushed - before.pushed;
    let rejected = records.tally.rejected - before.rejected;
    let dataset = dataset_of(table);
    if pushed == 0 && rejected > 0 && dataset != Dataset::Lists {
        return Err(nothing_readable(
            path,
            Message::verbatim(table.name),
            rejected,
            &records.rejects[before.rejects..],
        ));
    }
    let [made, numbers] = [|ids: CustomerIds| ids.made, |ids: CustomerIds| ids.numbers]
        .map(|of| of(records.customer_ids) - of(before.customer_ids));
    if made == 0 && numbers > 0 {
        records.summary = Some((place, numbers));
    }
    if pushed + rejected > 0 || matches!(dataset, Dataset::Coverage | Dataset::Lists) {
        records.add_whole_table(table);
    } else {
        records.add_empty_table(table);
    }
    Ok(())
}

/// Stops the run where a file holds items without their answers, as a table holds rows, and none can be read.
///
/// # Errors
/// [`Error::Input`] with the first reasons.
pub fn end_of_items(path: &Path, records: &FileRecords) -> Result<()> {
    let tally = &records.tally;
    if tally.pushed > 0 || tally.rejected == 0 || !records.kinds.keys().all(|kind| kind.starts_with(ITEMS)) {
        return Ok(());
    }
    Err(nothing_readable(path, say::FILE.into(), tally.rejected, &records.rejects))
}

/// Refuses a table whose customer ids are all short numbers, where others of the snapshot are made by the service: a
/// summary, such as a pivot table, with counts of customers below the header of their ids.
///
/// # Errors
/// [`Error::Input`] with the number of its rows.
pub fn refuse_summaries(files: &[InputFile], read: &[FileRecords]) -> Result<()> {
    let is_made = read.iter().any(|records| records.customer_ids.made > 0);
    let summary = files.iter().zip(read).find_map(|(file, records)| Some((file, records.summary.clone()?)));
    match summary.filter(|_| is_made) {
        Some((file, (place, rows))) => Err(Error::input(&file.path, place, say::summary(rows), say::SUMMARY_REMEDY)),
        None => Ok(()),
    }
}

fn nothing_readable(path: &Path, place: Message, rejected: u64, rejects: &[Reject]) -> Error {
    let rejects = rejects.iter().filter(|reject| reject.grain == Grain::Record);
    let reasons = Message::lines(rejects.take(SHOWN_OF_TABLE).map(line));
    Error::input(path, place, say::nothing_readable(rejected, reasons), say::CORRECT_AND_EXPORT_AGAIN)
}

/// Refuses a list with anything unreadable: lists are small, and each row decides much.
///
/// # Errors
/// [`Error::Input`] with the first rows, and how many more there are.
pub fn refuse_list(path: &Path, records: &FileRecords) -> Result<()> {
    let unreadable = records.tally.rejected + records.tally.unreadable_values;
    if unreadable == 0 {
        return Ok(());
    }
    let shown = records.rejects.iter().take(SHOWN_OF_LIST).map(line);
    let more = unreadable.saturating_sub(SHOWN_OF_LIST as u64);
    let shown = Message::lines(shown.chain((more > 0).then(|| say::and_more(more))));
    Err(Error::input(path, say::LIST, say::list_unreadable(unreadable, shown), say::CORRECT_LIST))
}

/// The place and the reason of a reject.
fn line(reject: &Reject) -> Message {
    say::reason_at(sentences::message(&reject.place), sentences::message(&reject.reason))
}
