//! Notes: what exports showed beside their rows, as a canonical table. `ingest` writes it, so that an audit of its
//! tables finds and lists what an audit of the exports does.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::coverage::CountJump;
use super::{Input, Snapshot};
use crate::error::Result;
use crate::ingest::raw::{FileTally, Raw, Reject};
use crate::schema::tables::NOTES;
use crate::schema::vocabulary::{Dataset, Grain, Note, Word};
use crate::schema::{Column, ReadColumns, Rows, cells, fields, value_at};

/// Notes of exports that were ingested.
#[derive(Debug, Default)]
pub struct Notes {
    /// Files of which something is noted.
    pub files: Vec<FileTally>,
    /// Their rejects, by index in `files`.
    pub rejects: Vec<Reject>,
    pub count_jumps: Vec<CountJump>,
    pub left_over: BTreeMap<String, u64>,
    /// Rows without an id that equal another row of their file.
    pub alike: u64,
    /// Records of relations that could be read; none where nothing was ingested.
    pub relation_records: Option<u64>,
    /// Number of rows of the table.
    pub rows: u64,
}

/// A row of the table.
#[derive(Default)]
struct NoteRow<'a> {
    file: Option<&'a str>,
    record: u64,
    place: Option<&'a str>,
    detail: Option<&'a str>,
    dataset: Option<Dataset>,
    userid: Option<&'a str>,
    count: u64,
}

pub fn table(snapshot: &Snapshot) -> RecordBatch {
    let mut rows = Rows::new(&NOTES);
    let mut push = |note: Note, row: NoteRow<'_>| {
        rows.push(cells!(NOTES, {
            NOTE: note.word(),
            SOURCE_FILE: row.file,
            SOURCE_RECORD: (row.record > 0).then_some(row.record),
            NOTED_PLACE: row.place,
            DETAIL: row.detail,
            DATASET: row.dataset.map(Dataset::word),
            USERID: row.userid,
            COUNT: row.count,
        }));
    };
    for Input { file, .. } in &snapshot.exports {
        let mut of_file = |note: Note, detail: Option<&str>, count: u64| {
            push(note, NoteRow { file: Some(&file.path), detail, count, ..NoteRow::default() });
        };
        for (note, count) in [(Note::Rejected, file.rejected), (Note::UnreadableValues, file.unreadable_values)] {
            if count > 0 {
                of_file(note, None, count);
            }
        }
        file.passed_over.iter().for_each(|(why, count)| of_file(Note::PassedOver, Some(why), *count));
        file.unused_columns.iter().for_each(|column| of_file(Note::UnusedColumn, Some(column), 1));
    }
    for reject in &snapshot.rejects {
        let file = snapshot.exports.get(reject.file as usize).map(|input| input.file.path.as_str());
        let (place, detail) = (Some(reject.place.as_str()), Some(reject.reason.as_str()));
        let (dataset, userid) = (Some(reject.dataset), reject.userid.as_deref());
        let (record, count) = (reject.record, reject.not_listed);
        let note = if reject.grain == Grain::Value { Note::UnreadableValue } else { Note::UnreadableRecord };
        push(note, NoteRow { file, record, place, detail, dataset, userid, count });
    }
    let mut of_member = |note: Note, userid: &str, count: u64| {
        push(note, NoteRow { userid: Some(userid), count, ..NoteRow::default() });
    };
    snapshot.respelled.listed.iter().for_each(|(met, _)| of_member(Note::Spelling, met, 1));
    for jump in &snapshot.count_jumps {
        of_member(Note::Listed, &jump.userid, jump.listed);
        of_member(Note::Fetched, &jump.userid, jump.fetched);
    }
    snapshot.left_over.iter().for_each(|(userid, count)| of_member(Note::LeftOver, userid, *count));
    let (records, unread) = snapshot.relation_records;
    for (note, count) in [(Note::Alike, snapshot.relations.without_id.alike), (Note::RelationRecords, records - unread)]
    {
        push(note, NoteRow { count, ..NoteRow::default() });
    }
    rows.finish()
}

impl Notes {
    /// Reads the notes of ingested snapshots. (Spellings are among the userids of the raw tables.)
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the table lacks a column.
    pub fn read(raw: &Raw) -> Result<Self> {
        let mut notes = Self::default();
        raw.batches(&NOTES).iter().try_for_each(|batch| notes.add(batch))?;
        Ok(notes)
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let texts = |column: &Column| batch.texts(column);
        let (notes, userids, details) = (texts(&fields::NOTE)?, texts(&fields::USERID)?, texts(&fields::DETAIL)?);
        let (files, places) = (texts(&fields::SOURCE_FILE)?, texts(&fields::NOTED_PLACE)?);
        let datasets = texts(&fields::DATASET)?;
        let (records, counts) = (batch.integers(&fields::SOURCE_RECORD)?, batch.integers(&fields::COUNT)?);
        self.rows += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            let noted = NoteRow {
                file: value_at(files, row),
                record: value_at(records, row).and_then(|record| u64::try_from(record).ok()).unwrap_or(0),
                place: value_at(places, row),
                detail: value_at(details, row),
                dataset: value_at(datasets, row).and_then(Dataset::from_word),
                userid: value_at(userids, row),
                count: value_at(counts, row).and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
            };
            // An unknown word is of a later version.
            if let Some(note) = value_at(notes, row).and_then(Note::from_word) {
                self.note(note, &noted);
            }
        }
        Ok(())
    }

    fn note(&mut self, note: Note, row: &NoteRow<'_>) {
        let detail = || row.detail.unwrap_or_default().to_owned();
        let userid = || row.userid.unwrap_or_default().to_owned();
        match note {
            Note::UnreadableRecord => self.reject(Grain::Record, row),
            Note::UnreadableValue => self.reject(Grain::Value, row),
            Note::Rejected => self.file(row).1.rejected += row.count,
            Note::UnreadableValues => self.file(row).1.unreadable_values += row.count,
            Note::PassedOver => *self.file(row).1.passed_over.entry(detail()).or_default() += row.count,
            Note::UnusedColumn => self.file(row).1.unused_columns.push(detail()),
            Note::Spelling => {}
            Note::Listed => self.count_jumps.push(CountJump { userid: userid(), listed: row.count, fetched: 0 }),
            Note::Fetched => self.count_jumps.last_mut().into_iter().for_each(|jump| jump.fetched = row.count),
            Note::LeftOver => *self.left_over.entry(userid()).or_default() += row.count,
            Note::Alike => self.alike += row.count,
            Note::RelationRecords => *self.relation_records.get_or_insert(0) += row.count,
        }
    }

    fn reject(&mut self, grain: Grain, row: &NoteRow<'_>) {
        let Some(dataset) = row.dataset else { return };
        let file = self.file(row).0;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let (place, reason) = (text(row.place), text(row.detail));
        let userid = row.userid.map(str::to_owned);
        let (record, not_listed) = (row.record, row.count);
        self.rejects.push(Reject { grain, dataset, userid, file, record, place, reason, not_listed });
    }

    /// The file of a row, and its index.
    fn file(&mut self, row: &NoteRow<'_>) -> (u32, &mut FileTally) {
        let path = row.file.unwrap_or_default();
        // Rows of one file follow each other.
        let known = self.files.iter().rposition(|file| file.path == path);
        let index = known.unwrap_or_else(|| {
            self.files.push(FileTally { path: path.to_owned(), ..FileTally::default() });
            self.files.len() - 1
        });
        (index as u32, &mut self.files[index])
    }
}
