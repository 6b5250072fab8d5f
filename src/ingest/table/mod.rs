//! Rows of a table, of a sheet or of Parquet -> records.

mod likeness;
mod notes;
mod signs;

use std::borrow::Cow;
use std::path::Path;

use jiff::tz::TimeZone;

use self::signs::{RowSeen, Sign};
use super::doubts::CustomerKey;
use super::headers::{ExpectedTables, TableLayout, Unrecognised};
use super::raw::RelationSink;
use super::records::{FieldFault, FileRecords, PartRecords, Readings, RecordContext, UnreadableRecord};
use super::value::{self, CellBuf, DayOrder, ExcelEpoch, RawValue, ReadOptions, RejectReason, ShownOrder, UseridWords};
use crate::error::{Error, Result};
use crate::schema::lists::{CaseList, ListKind};
use crate::schema::tables::{CONSOLE_GROUPS, GROUP_MEMBERS, GROUPS, JOIN_CODES, MEMBERS, OF_INGEST, UNASSIGNED};
use crate::schema::vocabulary::Dataset;
use crate::schema::{Cell, Column, Kind, Table, fields};
use crate::text::{Message, errors as say};

/// Rows of a raw batch at most.
pub const BATCH_ROWS: u64 = 65_536;
/// Columns of a table at most.
const MAX_TABLE_COLUMNS: usize = 16;

const LOST: RejectReason = "no header of this column, and one with damaged characters: export again as UTF-8";

/// A file with sheets, and the context to read it in.
#[derive(Clone, Copy)]
pub struct SheetFile<'f> {
    pub path: &'f Path,
    /// Its index.
    pub file: u32,
    /// The tables that it may contain.
    pub expected: ExpectedTables<'f>,
    /// Their names, for the error of a file that is not recognised.
    pub looked_for: &'f Message,
    pub zone: &'f TimeZone,
    pub relations: Option<&'f dyn RelationSink>,
}

impl SheetFile<'_> {
    /// Appends a portion, and moves the relations to their sink.
    pub fn append(self, records: &mut FileRecords, part: PartRecords) -> Result<()> {
        records.append(part)?;
        self.relations.map_or(Ok(()), |relations| records.flush_relations(relations))
    }

    /// The reader of a table in the file.
    pub fn reader_of<'l>(&'l self, layout: &'l TableLayout, epoch: ExcelEpoch) -> TableReader<'l> {
        TableReader::new(layout, self.zone, epoch).with_userid_words(self.expected.userid_words)
    }

    /// Rows that are appended at once, at most.
    pub fn batch_rows(self) -> u64 {
        self.relations.map_or(u64::MAX, RelationSink::batch_rows).min(BATCH_ROWS)
    }

    /// The error of a file without a header row, with the most likely row.
    pub fn no_header(self, headers: &[String], problem: &Unrecognised) -> Error {
        // Enough to recognise the row; a file that is not a sheet may contain anything here.
        let filled = headers.iter().map(|header| header.trim()).filter(|header| !header.is_empty());
        let shown: Vec<String> = filled.take(40).map(|header| header.chars().take(40).collect()).collect();
        let (place, headers) = if shown.iter().any(|cell| is_like_a_value(cell)) {
            (say::no_headers(headers.len()), &headers[..0])
        } else {
            (say::headers_found(Message::list(shown)), headers)
        };
        let (problem, remedy) = problem.explain(headers, self.looked_for, self.expected);
        Error::input(self.path, place, problem, remedy)
    }
}

/// Whether a cell is a value, such as an id, a time or a number, and its row a record, which errors do not show.
fn is_like_a_value(cell: &str) -> bool {
    cell.chars().filter(char::is_ascii_digit).count() >= 4
}

/// Whether a row was read, or needs the order of day and month first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRead {
    Done,
    NeedsDayOrder,
}

type RowReadings<'a> = Readings<'a, MAX_TABLE_COLUMNS>;

/// Reads the rows of a table.
#[derive(Clone, Copy)]
pub struct TableReader<'l> {
    pub layout: &'l TableLayout,
    pub dataset: Dataset,
    zone: &'l TimeZone,
    epoch: ExcelEpoch,
    /// Words for "no value" that are userids.
    userid_words: UseridWords,
    /// Whether the members are known, and these words with them.
    knows_members: bool,
    /// Whether `qianhe ingest` wrote the file: unreadable values were counted then.
    pub is_ingested: bool,
    /// The column with the ids of customers, and those of members and unionids, which have another form.
    customer: Option<(usize, [Option<usize>; 2])>,
    /// Of each column, the order of day and month in dates with slashes; none before [`DayOrders`] was applied.
    days: Option<[DayOrder; MAX_TABLE_COLUMNS]>,
}

impl<'l> TableReader<'l> {
    pub fn new(layout: &'l TableLayout, zone: &'l TimeZone, epoch: ExcelEpoch) -> Self {
        // The accounts list is checked against the members later.
        let names_members = layout.table.name == MEMBERS.name || is_list_of(layout.table, ListKind::Accounts);
        Self {
            layout,
            dataset: dataset_of_layout(layout),
            zone,
            epoch,
            userid_words: if names_members { UseridWords::ALL } else { UseridWords::NONE },
            knows_members: names_members,
            is_ingested: false,
            customer: signs::customer_columns(layout.table),
            days: None,
        }
    }

    pub fn column(&self, at: usize) -> ColumnReader<'l> {
        let days = self.days.map_or(DayOrder::Unknown, |days| days[at]);
        let userid_words = if self.is_ingested { UseridWords::ALL } else { self.userid_words };
        ColumnReader {
            column: self.layout.table.columns[at].column,
            options: ReadOptions { zone: self.zone, days, epoch: self.epoch, userid_words },
            is_ingested: self.is_ingested,
        }
    }

    /// With the words for "no value" that are userids, if the members are known.
    #[must_use]
    pub fn with_userid_words(self, words: Option<UseridWords>) -> Self {
        let userid_words = self.userid_words.union(words.unwrap_or_default());
        Self { userid_words, knows_members: self.knows_members || words.is_some(), ..self }
    }

    /// Adds a row: a record, or one passed over. `place` formats the place of a field, or of the row for `""`. Does
    /// nothing if the row has a date whose order of day and month only other rows show ([`DayOrders`]).
    #[must_use]
    pub fn read_row<'c>(
        &self,
        part: &mut PartRecords,
        place: &dyn Fn(&str) -> String,
        cell: impl Fn(usize, Kind) -> RawValue<'c>,
    ) -> RowRead {
        let table = self.layout.table;
        let width = table.columns.len();
        let mut raw = [const { RawValue::<'c>::Null }; MAX_TABLE_COLUMNS];
        for (at, (raw, place)) in raw.iter_mut().zip(&self.layout.positions).enumerate() {
            if let Some(place) = *place {
                *raw = cell(place, table.columns[at].column.kind);
            } else if self.layout.lost.get(at) == Some(&true) {
                *raw = RawValue::Unreadable(LOST);
            }
        }
        // Few values are more than a cell: tags, and numbers where a text belongs.
        let mut owned: Vec<(usize, CellBuf<'_>)> = Vec::new();
        let mut readings = RowReadings::new();
        for (at, raw) in raw[..width].iter().enumerate() {
            if matches!(raw, RawValue::Null) {
                continue;
            }
            let (value, reason) = self.column(at).read(raw);
            if self.days.is_none() && reason == Some(value::AMBIGUOUS) {
                return RowRead::NeedsDayOrder;
            }
            if !self.knows_members
                && value.cell() == Cell::Null
                && let RawValue::Text(text) = raw
            {
                part.userid_words = part.userid_words.union(UseridWords::of(table.columns[at].column, text));
            }
            let fault = |reason| (at, FieldFault { field: table.columns[at].column.name, reason });
            readings.faults.extend(reason.map(fault));
            match value {
                CellBuf::Cell(cell) => readings.cells[at] = cell,
                value => owned.push((at, value)),
            }
        }
        if !self.layout.tag_groups.is_empty()
            && let Some(tags) = table.position(&fields::TAGS)
        {
            let of_column = owned.iter().position(|(at, _)| *at == tags).map(|place| owned.swap_remove(place).1);
            let mut value = of_column.unwrap_or(CellBuf::NULL);
            if let Some(reason) = self.add_tag_groups(&mut value, &cell) {
                readings.faults.push((tags, FieldFault { field: fields::TAGS.name, reason }));
            }
            owned.push((tags, value));
        }
        for (at, value) in &owned {
            readings.cells[*at] = value.cell();
        }
        readings.faults.extend(signs::lack_of_account(table, &readings));
        match (RowSeen { table: self, readings: &readings, cell: &cell }).sign() {
            Some(Sign::Unreadable(reason)) => self.reject_row(part, place(""), reason),
            Some(Sign::PassedOver(why)) => part.pass_over(why, 1),
            None => {
                let place = |field: &str| place(self.name_of(field));
                let context = RecordContext { dataset: self.dataset, fetched_at: None, place: &place, accounts: &[] };
                part.record(table, &readings.cells[..width], &readings.faults, &context);
            }
        }
        RowRead::Done
    }

    /// Adds the tags of the columns that hold a group each, which are read as other texts are. Returns the reason if
    /// one of them cannot be read: all are none then, but for damaged text.
    fn add_tag_groups<'c>(
        &self,
        tags: &mut CellBuf<'_>,
        cell: &impl Fn(usize, Kind) -> RawValue<'c>,
    ) -> Option<RejectReason> {
        let mut all = match std::mem::replace(tags, CellBuf::NULL) {
            CellBuf::List(tags) => tags,
            _ => Vec::new(),
        };
        let mut fault = None;
        // The cells have no column of their own; `state` is one of plain text.
        let options = ReadOptions {
            zone: self.zone,
            days: DayOrder::Unknown,
            epoch: self.epoch,
            userid_words: UseridWords::NONE,
        };
        for (place, group) in &self.layout.tag_groups {
            let raw = cell(*place, fields::STATE.kind);
            let (value, reason) = value::read(&fields::STATE, &raw, &options);
            fault = fault.or(reason);
            match value.cell() {
                Cell::Text(text) => {
                    let tags = text.split([',', '，']).map(str::trim).filter(|tag| !tag.is_empty());
                    all.extend(tags.map(|tag| format!("{group}/{tag}")));
                }
                _ if reason.is_some() => return reason,
                _ => {}
            }
        }
        if !all.is_empty() {
            *tags = CellBuf::List(all);
        }
        fault
    }

    /// The name of a column for people: of a list, which they write, its header.
    fn name_of<'n>(&'n self, field: &'n str) -> &'n str {
        let table = self.layout.table;
        let place = CaseList::of(table).and_then(|_| table.columns.iter().position(|slot| slot.column.name == field));
        place.and_then(|at| self.layout.positions[at]).map_or(field, |place| &self.layout.shown[place])
    }

    /// Rejects a row that may be a record, of any account.
    pub fn reject_row(&self, part: &mut PartRecords, place: String, reason: &'static str) {
        part.reject(UnreadableRecord {
            datasets: &[self.dataset],
            accounts: &[],
            key: CustomerKey::default(),
            place,
            reason: reason.into(),
        });
    }

    /// The columns with times: their index in the table, and in the file.
    pub fn times(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.layout.table.columns.iter().zip(&self.layout.positions).enumerate();
        columns
            .filter_map(|(at, (slot, place))| place.filter(|_| slot.column.kind == Kind::Time).map(|place| (at, place)))
    }
}

/// Reads the values of a column.
pub struct ColumnReader<'l> {
    pub column: &'static Column,
    options: ReadOptions<'l>,
    is_ingested: bool,
}

impl ColumnReader<'_> {
    /// Reads a value; see [`value::read`].
    #[inline]
    pub fn read<'a>(&self, raw: &'a RawValue<'_>) -> (CellBuf<'a>, Option<RejectReason>) {
        let read = value::read(self.column, raw, &self.options);
        // Text that had to be repaired is not as `ingest` wrote it.
        if matches!(raw, RawValue::Text(Cow::Owned(_))) { read } else { self.unless_counted(read) }
    }

    #[inline]
    pub fn keeps(&self, text: &str) -> bool {
        match self.unless_counted(value::read_text(self.column, text, &self.options)) {
            (CellBuf::Cell(Cell::Text(read)), None) => std::ptr::eq(read, text) || read == text,
            _ => false,
        }
    }

    #[inline]
    fn unless_counted<'a>(
        &self,
        (value, reason): (CellBuf<'a>, Option<RejectReason>),
    ) -> (CellBuf<'a>, Option<RejectReason>) {
        let was_counted = self.is_ingested && value.cell() != Cell::Null;
        (value, reason.filter(|_| !was_counted))
    }
}

/// Returns whether a cell is empty or has nothing but padding.
pub fn is_blank(given: &RawValue<'_>) -> bool {
    match given {
        RawValue::Null => true,
        RawValue::Text(text) => value::strip_padding(text).is_empty(),
        _ => false,
    }
}

fn is_list_of(table: &Table, kind: ListKind) -> bool {
    CaseList::of(table).is_some_and(|list| list.kind == kind)
}

/// The dataset of a table in a file: a roster with the customer-contact permission is also the list of these members.
pub fn dataset_of_layout(layout: &TableLayout) -> Dataset {
    let has = |column: &Column| layout.table.position(column).is_some_and(|at| layout.positions[at].is_some());
    match dataset_of(layout.table) {
        Dataset::Members if has(&fields::HAS_CUSTOMER_CONTACT) => Dataset::FollowUsers,
        dataset => dataset,
    }
}

pub fn dataset_of(table: &Table) -> Dataset {
    match table.name {
        name if name == MEMBERS.name => Dataset::Members,
        name if name == UNASSIGNED.name => Dataset::Unassigned,
        name if name == GROUPS.name || name == CONSOLE_GROUPS.name => Dataset::Groups,
        name if name == GROUP_MEMBERS.name => Dataset::GroupMembers,
        name if name == JOIN_CODES.name => Dataset::JoinCodes,
        _ if OF_INGEST.contains(&table) => Dataset::Coverage,
        _ if CaseList::of(table).is_some() => Dataset::Lists,
        _ => Dataset::Relations,
    }
}

/// The order of day and month in the columns with times, as far as the rows of a table show it.
#[derive(Default)]
pub struct DayOrders([ShownOrder; MAX_TABLE_COLUMNS]);

impl DayOrders {
    /// Updates the orders with a row.
    pub fn update<'c>(&mut self, table: &TableReader<'_>, cell: impl Fn(usize) -> Option<&'c str>) {
        for (at, place) in table.times() {
            if let Some(text) = cell(place) {
                self.0[at].update(text);
            }
        }
    }

    /// Applies the orders to the reader.
    pub fn apply(self, table: &mut TableReader<'_>) {
        table.days = Some(self.0.map(ShownOrder::order));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_has_more_columns_than_a_row_takes() {
        let tables = crate::schema::tables::SNAPSHOT_TABLES.iter().chain(crate::schema::lists::LIST_TABLES);
        assert!(tables.map(|table| table.columns.len()).max() <= Some(MAX_TABLE_COLUMNS));
    }
}
