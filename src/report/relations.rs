//! `relations.parquet` and `target_relations.parquet`: the rows of one partition, as they are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListArray, RecordBatch, StringViewArray, UInt8Array, UInt32Array,
};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::decision::{DecidedPart, Decision, Exports, MisplacedPart, Parts};
use crate::error::Result;
use crate::matching::NOT_MATCHED;
use crate::schema::tables::{RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::vocabulary::{MatchMethod, Origin, Outcome, Reason};
use crate::schema::{Column, Kind, ReadColumns, Table, alphabetical, arrays, fields};
use crate::snapshot::Partition;

pub const RELATIONS_SORTED_BY: &[&Column] =
    &[&fields::OUTCOME, &fields::SOURCE_USERID, &fields::SOURCE_EXTERNAL_USERID];
pub const TARGET_RELATIONS_SORTED_BY: &[&Column] =
    &[&fields::ORIGIN, &fields::TARGET_USERID, &fields::TARGET_EXTERNAL_USERID];

/// Rows of one word. Words are sorted alphabetically, as any reader of the file would sort them.
pub struct RowsOfWord {
    /// The place of the word in the alphabet.
    pub rank: usize,
    /// The rows, in order of account.
    pub rows: RecordBatch,
}

/// One partition, with its decision.
pub struct DecidedRows<'a> {
    exports: &'a Exports,
    decision: &'a Decision,
    part: &'a DecidedPart,
    misplaced: &'a MisplacedPart,
    parts: &'a Parts,
}

impl<'a> DecidedRows<'a> {
    /// Returns the rows of a partition.
    pub fn of(exports: &'a Exports, decision: &'a Decision, partition: usize, parts: &'a Parts) -> Self {
        Self { exports, decision, part: &decision.parts[partition], misplaced: decision.misplaced.of(partition), parts }
    }

    /// Returns the rows of `relations.parquet`, by outcome.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn relations(&self, waived: &BooleanArray) -> Result<Vec<RowsOfWord>> {
        let of_word = by_word(self.part.source_rows(), Outcome::WORDS, |row| self.part.outcome(row).code());
        let accounts = self.part.source_accounts();
        of_word
            .map(|(rank, rows)| Ok(RowsOfWord { rank, rows: self.relations_of(&rows, &accounts, waived)? }))
            .collect()
    }

    /// Returns the rows of `target_relations.parquet`, by origin.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn target_relations(&self) -> Result<Vec<RowsOfWord>> {
        let of_word = by_word(self.part.origin.len(), Origin::WORDS, |row| self.part.origin[row].code());
        of_word.map(|(rank, rows)| Ok(RowsOfWord { rank, rows: self.target_relations_of(rows)? })).collect()
    }

    fn relations_of(&self, rows: &[u32], accounts: &[Option<u32>], waived: &BooleanArray) -> Result<RecordBatch> {
        let (part, enrolment) = (self.part, &self.exports.enrolment);
        let (joined, elsewhere) = (&part.joined.target_of, &self.misplaced.source);
        let at_target =
            OtherSide::of(rows, joined, elsewhere, &self.parts.target_after, &self.decision.misplaced.target);
        let words = |code: &dyn Fn(usize) -> Option<u8>| -> ArrayRef {
            Arc::new(rows.iter().map(|&row| code(row as usize)).collect::<UInt8Array>())
        };
        let pair = |row: usize| accounts[row].map(|index| index as usize);
        let mapped: StringViewArray = rows
            .iter()
            .map(|&row| pair(row as usize).map(|index| enrolment.accounts()[index].target_userid.as_str()))
            .collect();
        let at_source = UInt32Array::from(rows.to_vec());
        let source = |column: &Column| take(self.parts.source_before.column(column), &at_source, None);
        let target = |column: &Column| at_target.column(column);
        let columns = arrays!(RELATIONS_REPORT, {
            SOURCE_USERID: source(&fields::USERID)?,
            SOURCE_EXTERNAL_USERID: source(&fields::EXTERNAL_USERID)?,
            UNIONID: source(&fields::UNIONID)?,
            CUSTOMER_NAME: source(&fields::CUSTOMER_NAME)?,
            SOURCE_CREATED_AT: source(&fields::CREATED_AT)?,
            SCOPE: words(&|row| Some(part.scope[row].code())),
            OUTCOME: words(&|row| Some(part.outcome(row).code())),
            REASON: words(&|row| part.reason(row).map(Reason::code)),
            SEVERITY: words(&|row| Some(part.rule_of(row).severity.code())),
            MATCH_METHOD: words(&|row| part.joined.method[row].map(MatchMethod::code)),
            TARGET_USERID: Arc::new(mapped),
            ARRIVED_USERID: target(&fields::USERID)?,
            TARGET_EXTERNAL_USERID: target(&fields::EXTERNAL_USERID)?,
            TARGET_CREATED_AT: target(&fields::CREATED_AT)?,
            TARGET_COVERAGE: words(&|row| pair(row).map(|index| self.decision.pairs[index].coverage.target.code())),
            REFUSED: take(&part.refused, &at_source, None)?,
            STILL_AT_SOURCE: take(&part.still_at_source, &at_source, None)?,
            REMARK_KEPT: Arc::new(texts_kept(&source(&fields::REMARK)?, &target(&fields::REMARK)?, &at_target)),
            TAGS_KEPT: Arc::new(tags_kept(&source(&fields::TAGS)?, &target(&fields::TAGS)?, &at_target)),
            WAIVED: take(waived, &at_source, None)?,
            SOURCE_FILE: source(&fields::SOURCE_FILE)?,
            SOURCE_RECORD: source(&fields::SOURCE_RECORD)?,
        });
        named(&RELATIONS_REPORT, columns)
    }

    fn target_relations_of(&self, rows: Vec<u32>) -> Result<RecordBatch> {
        let (joined, elsewhere) = (&self.part.joined.source_of, &self.misplaced.target);
        let at_source =
            OtherSide::of(&rows, joined, elsewhere, &self.parts.source_before, &self.decision.misplaced.source);
        let origin = rows.iter().map(|&row| Some(self.part.origin[row as usize].code())).collect::<UInt8Array>();
        let at_target = UInt32Array::from(rows);
        let target = |column: &Column| take(self.parts.target_after.column(column), &at_target, None);
        let columns = arrays!(TARGET_RELATIONS_REPORT, {
            TARGET_USERID: target(&fields::USERID)?,
            TARGET_EXTERNAL_USERID: target(&fields::EXTERNAL_USERID)?,
            UNIONID: target(&fields::UNIONID)?,
            CUSTOMER_NAME: target(&fields::CUSTOMER_NAME)?,
            TARGET_CREATED_AT: target(&fields::CREATED_AT)?,
            ORIGIN: Arc::new(origin),
            SOURCE_USERID: at_source.column(&fields::USERID)?,
            SOURCE_EXTERNAL_USERID: at_source.column(&fields::EXTERNAL_USERID)?,
        });
        named(&TARGET_RELATIONS_REPORT, columns)
    }
}

/// The match of each row on the other side: a row of the same partition, one of another partition, or none.
struct OtherSide<'a> {
    here: &'a Partition,
    at_here: UInt32Array,
    elsewhere: &'a RecordBatch,
    at_elsewhere: UInt32Array,
}

impl<'a> OtherSide<'a> {
    /// Returns the matches of `rows`: `joined` gives the row of `here`, `found` the row of `elsewhere`.
    fn of(
        rows: &[u32],
        joined: &[u32],
        found: &BTreeMap<u32, u32>,
        here: &'a Partition,
        elsewhere: &'a RecordBatch,
    ) -> Self {
        let at_here: UInt32Array =
            rows.iter().map(|&row| Some(joined[row as usize]).filter(|&other| other != NOT_MATCHED)).collect();
        let at_elsewhere =
            |(row, at_here): (&u32, Option<u32>)| if at_here.is_none() { found.get(row).copied() } else { None };
        let at_elsewhere = rows.iter().zip(&at_here).map(at_elsewhere).collect();
        Self { here, at_here, elsewhere, at_elsewhere }
    }

    fn is_known(&self, row: usize) -> bool {
        self.at_here.is_valid(row) || self.at_elsewhere.is_valid(row)
    }

    fn column(&self, column: &Column) -> Result<ArrayRef> {
        let here = || take(self.here.column(column), &self.at_here, None);
        let elsewhere = || Ok(take(self.elsewhere.array(column)?, &self.at_elsewhere, None)?);
        let rows = self.at_here.len();
        // Most batches have matches of one kind only.
        if self.at_elsewhere.null_count() == rows {
            return Ok(here()?);
        }
        if self.at_here.null_count() == rows {
            return elsewhere();
        }
        let behind = |row: usize| if self.at_elsewhere.is_valid(row) { rows + row } else { row };
        let order: UInt32Array = (0..rows).map(|row| behind(row) as u32).collect::<Vec<u32>>().into();
        Ok(take(&concat(&[&here()?, &elsewhere()?])?, &order, None)?)
    }
}

/// Returns the rows of each word that occurs, by the place of the word in the alphabet, each in order.
fn by_word(rows: usize, words: &[&str], code: impl Fn(usize) -> u8) -> impl Iterator<Item = (usize, Vec<u32>)> {
    let mut of_word: Vec<Vec<u32>> = vec![Vec::new(); words.len()];
    for row in 0..rows {
        of_word[code(row) as usize].push(row as u32);
    }
    alphabetical(words)
        .into_iter()
        .map(move |code| std::mem::take(&mut of_word[code]))
        .enumerate()
        .filter(|(_, rows)| !rows.is_empty())
}

fn named(table: &Table, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    Ok(RecordBatch::try_new(report_schema(table), columns)?)
}

/// Returns the schema of a report before it is written: words are codes.
pub fn report_schema(table: &Table) -> SchemaRef {
    let in_memory = |kind: Kind| if matches!(kind, Kind::Word(_)) { DataType::UInt8 } else { kind.arrow_type() };
    let fields = table.columns.iter().map(|slot| Field::new(slot.column.name, in_memory(slot.column.kind), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Returns whether a matched relation carries the same text; null where there was none, or no match.
fn texts_kept(source: &ArrayRef, target: &ArrayRef, matched: &OtherSide<'_>) -> BooleanArray {
    let pairs = source.as_string_view().iter().zip(target.as_string_view().iter());
    pairs
        .enumerate()
        .map(|(i, (source, target))| source.filter(|_| matched.is_known(i)).map(|source| target == Some(source)))
        .collect()
}

/// Returns whether a matched relation carries all tags. Tag ids differ between corps, so only `group/name` can be
/// compared.
fn tags_kept(source: &ArrayRef, target: &ArrayRef, matched: &OtherSide<'_>) -> BooleanArray {
    let (source, target) = (TagLists::of(source), TagLists::of(target));
    (0..matched.at_here.len()).map(|i| if matched.is_known(i) { source.all_kept(i, &target) } else { None }).collect()
}

/// The tags of each row.
struct TagLists<'a> {
    lists: &'a ListArray,
    texts: &'a StringViewArray,
}

impl<'a> TagLists<'a> {
    fn of(column: &'a ArrayRef) -> Self {
        let lists = column.as_list::<i32>();
        Self { lists, texts: lists.values().as_string_view() }
    }

    fn row(&self, i: usize) -> impl Iterator<Item = &'a str> {
        let (texts, offsets) = (self.texts, self.lists.value_offsets());
        let items = if self.lists.is_valid(i) { offsets[i] as usize..offsets[i + 1] as usize } else { 0..0 };
        items.filter(|&item| texts.is_valid(item)).map(|item| texts.value(item))
    }

    fn all_kept(&self, i: usize, target: &TagLists<'_>) -> Option<bool> {
        let is_named = |tag: &str| tag.contains('/');
        let can_be_compared = self.row(i).next().is_some() && self.row(i).all(is_named) && target.row(i).all(is_named);
        can_be_compared.then(|| self.row(i).all(|tag| target.row(i).any(|other| other == tag)))
    }
}
