//! Sheets, whatever file they stand in: how a row of cells becomes a record, and when a table stops the run.

use std::path::Path;

use jiff::tz::TimeZone;

use super::doubts::CustomerKey;
use super::headers::{self, Layout, Sought, Unrecognised};
use super::part::{At, Fault, FileRecords, Part, Reading, Unread, Wrong};
use super::raw::TakeRelations;
use super::value::{self, DayOrder, Given, How, Serials, Value};
use crate::error::{Error, Result};
use crate::schema::tables::{
    ACCOUNTS_LIST, CONSOLE_GROUPS, COVERAGE, CUSTOMER_MAP, GROUP_MAP, GROUP_MEMBERS, GROUPS, JOIN_CODES, LISTS,
    MEMBERS, UNASSIGNED, UNREADABLE_TABLE,
};
use crate::schema::vocabulary::{Dataset, Grain};
use crate::schema::{Cell, Column, Kind, Table, fields};
use crate::text::{Message, errors as say};

/// Columns that a sheet has at most, as in Excel.
pub const MOST_COLUMNS: usize = 16_384;
/// Columns that a table has at most.
const MOST_OF_TABLE: usize = 16;
/// Rejects that are shown of a table of which nothing can be read.
const SHOWN_OF_TABLE: usize = 3;
/// Rows that are shown of a list of which some cannot be read.
const SHOWN_OF_LIST: usize = 20;

const ABOVE_HEADER: Wrong = "a row above the header that looks like a record: move the header to the top";

/// A file of sheets, and what to know for it.
#[derive(Clone, Copy)]
pub struct SheetFile<'f> {
    pub path: &'f Path,
    /// Its index.
    pub file: u32,
    /// The tables that it may hold.
    pub sought: Sought<'f>,
    /// The same, for the error of a file that is nothing known.
    pub looked_for: &'f Message,
    pub zone: &'f TimeZone,
    pub relations: Option<&'f dyn TakeRelations>,
}

impl SheetFile<'_> {
    /// Appends what was read, and hands the relations over.
    pub fn append(self, records: &mut FileRecords, part: Part) -> Result<()> {
        records.append(part)?;
        self.relations.map_or(Ok(()), |relations| records.hand_over(relations))
    }

    /// The error of a file in which no header row was found, with the likeliest row.
    pub fn no_header(self, headers: &[String], problem: &Unrecognised) -> Error {
        // Enough to recognise the row by; a file that is no sheet may hold anything here.
        let shown =
            Message::list(headers.iter().take(40).map(|header| header.trim().chars().take(40).collect::<String>()));
        let (problem, remedy) = problem.explain(headers, self.looked_for, self.sought);
        Error::input(self.path, say::headers_found(shown), problem, remedy)
    }
}

/// The answer of a row that cannot be read without the rest of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Nothing,
    ForDays,
}

/// A table of a sheet while its rows are read.
#[derive(Clone, Copy)]
pub struct TableOfSheet<'l> {
    pub layout: &'l Layout,
    pub dataset: Dataset,
    zone: &'l TimeZone,
    serials: Serials,
    /// Whether a word for "no value" is a userid where one belongs.
    names_members: bool,
    /// Whether `ingest` wrote it: its values were read already, and what could not be read was counted then.
    pub is_ingested: bool,
    /// For each column of the table, which part of a date with slashes is the day; none before anybody asked.
    days: Option<[DayOrder; MOST_OF_TABLE]>,
}

impl<'l> TableOfSheet<'l> {
    pub fn new(layout: &'l Layout, zone: &'l TimeZone, serials: Serials) -> Self {
        let table = layout.table.name;
        // The accounts list is checked against the rosters later: there such a word may be a userid.
        let names_members = table == MEMBERS.name || table == ACCOUNTS_LIST.name;
        Self {
            layout,
            dataset: dataset_of_layout(layout),
            zone,
            serials,
            names_members,
            is_ingested: false,
            days: None,
        }
    }

    /// Reads a value of a column of the table.
    #[inline]
    pub fn read<'a>(&self, column: usize, given: &'a Given<'_>) -> (Value<'a>, Option<Wrong>) {
        let days = self.days.map_or(DayOrder::Unknown, |days| days[column]);
        let how =
            How { zone: self.zone, days, serials: self.serials, names_members: self.names_members || self.is_ingested };
        let (value, wrong) = value::read(self.layout.table.columns[column].column, given, &how);
        let was_counted = self.is_ingested && value.cell() != Cell::Null;
        (value, wrong.filter(|_| !was_counted))
    }

    /// Takes a row: a record, or one of no use. `place` says where a field of it stands, or the row itself for `""`. Does
    /// nothing where the rest of the column has to be asked first which part of a date is the day ([`Days`]).
    #[must_use]
    pub fn read_row<'c>(
        &self,
        part: &mut Part,
        place: &dyn Fn(&str) -> String,
        cell: impl Fn(usize, Kind) -> Given<'c>,
    ) -> Asks {
        let table = self.layout.table;
        let width = table.columns.len();
        let given: [Given<'c>; MOST_OF_TABLE] = std::array::from_fn(|at| {
            let place = self.layout.places.get(at).copied().flatten();
            place.map_or(Given::Nothing, |place| cell(place, table.columns[at].column.kind))
        });
        let mut values: [(Value<'_>, Option<Wrong>); MOST_OF_TABLE] = std::array::from_fn(|at| match &given[at] {
            Given::Nothing => (Value::One(Cell::Null), None),
            given => self.read(at, given),
        });
        if !self.layout.tag_groups.is_empty()
            && let Some(tags) = table.position(&fields::TAGS)
        {
            add_tag_groups(&mut values[tags].0, self.layout, &cell);
        }
        if self.days.is_none() && values.iter().any(|(_, wrong)| *wrong == Some(value::AMBIGUOUS)) {
            return Asks::ForDays;
        }
        let readings: [Reading<'_>; MOST_OF_TABLE] = std::array::from_fn(|at| Reading {
            cell: values[at].0.cell(),
            fault: values[at].1.map(|reason| Fault { field: table.columns[at].column.name, reason }),
        });
        let readings = &readings[..width];
        match self.of_no_use(readings, &cell) {
            Some(why) => part.pass_over(why, 1),
            None => part.record(table, readings, &At { dataset: self.dataset, fetched_at: None, place, accounts: &[] }),
        }
        Asks::Nothing
    }

    /// The reason why a row that can be read is no record.
    fn of_no_use<'c>(
        &self,
        readings: &[Reading<'_>],
        cell: &impl Fn(usize, Kind) -> Given<'c>,
    ) -> Option<&'static str> {
        let table = self.layout.table;
        let is_absent = |reading: &Reading<'_>| reading.cell == Cell::Null && reading.fault.is_none();
        if let Some(place) = self.layout.group_of_contact {
            // As `contact_list` shows a contact of a group: of no member.
            let member = table.position(&fields::USERID).map(|at| &readings[at]);
            let is_of_group = || !is_blank(&cell(place, Kind::Id));
            return (member.is_some_and(is_absent) && is_of_group()).then_some("contact of a group, without a member");
        }
        lacks_target(table, readings).then_some("row of a map without its target")
    }

    /// Takes a row above the header: mostly a title, or how and when the file was exported; but if it looks like a record,
    /// the header has been moved down, and the row cannot be relied on.
    pub fn row_above<'c>(
        &self,
        part: &mut Part,
        cells: usize,
        place: &dyn Fn(&str) -> String,
        cell: impl Fn(usize, Kind) -> Given<'c>,
    ) {
        let filled = (0..cells).filter(|at| !is_blank(&cell(*at, Kind::Text))).count();
        let is_wide = filled >= 2 && 3 * filled >= 2 * self.layout.header.len();
        let is_header = |at: usize| matches!(cell(at, Kind::Text), Given::Text(text) if headers::is_known(&text));
        if is_wide && !(0..cells).any(is_header) && self.is_like_a_record(&cell) {
            self.doubt(part, place(""), ABOVE_HEADER);
        }
    }

    /// Whether the cells have the keys of a record, of the characters that ids consist of.
    pub fn is_like_a_record<'c>(&self, cell: &impl Fn(usize, Kind) -> Given<'c>) -> bool {
        let table = self.layout.table;
        let holds = |column: &&Column| {
            let place = table.position(column).and_then(|at| self.layout.places[at]);
            place.is_some_and(|place| match cell(place, column.kind) {
                Given::Text(text) if column.kind == Kind::Id => {
                    let id = value::bare(&text);
                    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte))
                }
                given => !is_blank(&given),
            })
        };
        table.identity.iter().all(|columns| columns.iter().any(holds))
    }

    /// A record may stand in a row or sheet that is not read.
    pub fn doubt(&self, part: &mut Part, place: String, reason: &'static str) {
        part.reject(Unread {
            datasets: &[self.dataset],
            accounts: &[],
            key: CustomerKey::default(),
            place,
            reason: reason.into(),
        });
    }

    /// The columns with times: which of the table, and where in the sheet.
    pub fn times(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.layout.table.columns.iter().zip(&self.layout.places).enumerate();
        columns
            .filter_map(|(at, (slot, place))| place.filter(|_| slot.column.kind == Kind::Time).map(|place| (at, place)))
    }
}

/// Whether nothing stands in a cell.
pub fn is_blank(given: &Given<'_>) -> bool {
    match given {
        Given::Nothing => true,
        Given::Text(text) => value::bare(text).is_empty(),
        _ => false,
    }
}

/// A row of a map whose source has no target yet, or none any more: it maps nothing.
pub fn lacks_target(table: &Table, readings: &[Reading<'_>]) -> bool {
    let is_map = table.name == CUSTOMER_MAP.name || table.name == GROUP_MAP.name;
    let is_absent = |reading: &Reading<'_>| reading.cell == Cell::Null && reading.fault.is_none();
    is_map && readings[0].fault.is_none() && is_absent(&readings[1])
}

/// The tags of a row with those of the columns that hold a group each. What Excel made of a tag cell is of no use.
fn add_tag_groups<'c>(tags: &mut Value<'_>, layout: &Layout, cell: &impl Fn(usize, Kind) -> Given<'c>) {
    let mut all = match std::mem::replace(tags, Value::One(Cell::Null)) {
        Value::List(tags) => tags,
        _ => Vec::new(),
    };
    for (place, group) in &layout.tag_groups {
        let Given::Text(text) = cell(*place, Kind::TextList) else { continue };
        let tags = text.split([',', '，']).map(str::trim).filter(|tag| !tag.is_empty());
        all.extend(tags.map(|tag| format!("{group}/{tag}")));
    }
    if !all.is_empty() {
        *tags = Value::List(all);
    }
}

/// The dataset of a table as a file holds it: a roster that tells who has customer-contact permission is that list too.
pub fn dataset_of_layout(layout: &Layout) -> Dataset {
    let tells_permission =
        layout.table.position(&fields::HAS_CUSTOMER_CONTACT).is_some_and(|at| layout.places[at].is_some());
    if tells_permission { Dataset::FollowUsers } else { dataset_of(layout.table) }
}

/// The dataset of a table.
pub fn dataset_of(table: &Table) -> Dataset {
    match table.name {
        name if name == MEMBERS.name => Dataset::Members,
        name if name == UNASSIGNED.name => Dataset::Unassigned,
        name if name == GROUPS.name || name == CONSOLE_GROUPS.name => Dataset::Groups,
        name if name == GROUP_MEMBERS.name => Dataset::GroupMembers,
        name if name == JOIN_CODES.name => Dataset::JoinCodes,
        name if name == COVERAGE.name || name == UNREADABLE_TABLE.name => Dataset::Coverage,
        name if LISTS.iter().any(|list| list.name == name) => Dataset::Lists,
        _ => Dataset::Relations,
    }
}

/// The order of day and month in the columns with times, as far as the rows of a table tell.
#[derive(Default)]
pub struct Days([Option<DayOrder>; MOST_OF_TABLE]);

impl Days {
    /// Looks at a row. A column that tells both orders tells none.
    pub fn look_at<'c>(&mut self, table: &TableOfSheet<'_>, cell: impl Fn(usize) -> Option<&'c str>) {
        for (at, place) in table.times() {
            match value::day_order(cell(place).into_iter()) {
                DayOrder::Unknown => {}
                order => {
                    self.0[at] =
                        Some(if self.0[at].is_none_or(|known| known == order) { order } else { DayOrder::Unknown })
                }
            }
        }
    }

    /// The table, of which this is known now.
    pub fn tell(self, table: &mut TableOfSheet<'_>) {
        table.days = Some(self.0.map(Option::unwrap_or_default));
    }
}

/// A file before one of its tables was read.
#[derive(Clone, Copy, Default)]
pub struct Before {
    pushed: u64,
    rejected: u64,
    rejects: usize,
}

impl Before {
    pub fn of(records: &FileRecords) -> Self {
        Self { pushed: records.tally.pushed, rejected: records.tally.rejected, rejects: records.rejects.len() }
    }
}

/// Takes note of a table that was read to its end. One without any row proves nothing; one of which no row can be read
/// stops the run: taken as it is, it would say that there are no customers.
///
/// # Errors
/// [`Error::Input`] for the latter. (A list has a rule of its own: [`refuse_list`].)
pub fn end_of_table(path: &Path, records: &mut FileRecords, table: &'static Table, before: Before) -> Result<()> {
    let pushed = records.tally.pushed - before.pushed;
    let rejected = records.tally.rejected - before.rejected;
    let dataset = dataset_of(table);
    if pushed == 0 && rejected > 0 && dataset != Dataset::Lists {
        let reasons = records.rejects[before.rejects..]
            .iter()
            .filter(|reject| reject.grain == Grain::Record)
            .take(SHOWN_OF_TABLE);
        let reasons = Message::lines(reasons.map(|reject| format!("{}: {}", reject.place, reject.reason)));
        return Err(Error::input(
            path,
            Message::verbatim(table.name),
            say::nothing_readable(rejected, reasons),
            say::MEND_AND_EXPORT_AGAIN,
        ));
    }
    if pushed + rejected > 0 || matches!(dataset, Dataset::Coverage | Dataset::Lists) {
        records.add_whole_table(table);
    } else if !records.empty_tables.contains(&canonical(table).name) {
        records.empty_tables.push(canonical(table).name);
    }
    Ok(())
}

/// Groups of the console become canonical ones.
fn canonical(table: &'static Table) -> &'static Table {
    if table.name == CONSOLE_GROUPS.name { &GROUPS } else { table }
}

/// Refuses a list of which anything could not be read: it is small, and decides much.
///
/// # Errors
/// [`Error::Input`] with the first rows, and how many more there are.
pub fn refuse_list(path: &Path, records: &FileRecords) -> Result<()> {
    let unreadable = records.tally.rejected + records.tally.unreadable_values;
    if unreadable == 0 {
        return Ok(());
    }
    let shown = records
        .rejects
        .iter()
        .take(SHOWN_OF_LIST)
        .map(|reject| Message::verbatim(format!("{}: {}", reject.place, reject.reason)));
    let more = unreadable.saturating_sub(SHOWN_OF_LIST as u64);
    let shown = Message::lines(shown.chain((more > 0).then(|| say::and_more(more))));
    Err(Error::input(path, say::LIST, say::list_unreadable(unreadable, shown), say::MEND_LIST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_has_more_columns_than_a_row_takes() {
        let tables = crate::schema::tables::SNAPSHOT_TABLES.iter().chain(LISTS);
        assert!(tables.map(|table| table.columns.len()).max() <= Some(MOST_OF_TABLE));
    }
}
