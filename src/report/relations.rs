//! `relations.parquet` and `target_relations.parquet`: the rows of one partition, as they are written.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, RecordBatch, StringViewArray, UInt8Array, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::decision::{DecidedPart, Decision, Exports, MisplacedPart, Parts};
use crate::error::Result;
use crate::matching::NOT_MATCHED;
use crate::schema::tables::{RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::vocabulary::{MatchMethod, Origin, Outcome, Reason};
use crate::schema::{Column, Kind, Table, fields};

/// The columns by which `relations.parquet` is sorted.
pub const RELATIONS_SORTED_BY: &[&Column] = &[&fields::OUTCOME, &fields::SOURCE_USERID, &fields::SOURCE_EXTERNAL_USERID];
/// The columns by which `target_relations.parquet` is sorted.
pub const TARGET_RELATIONS_SORTED_BY: &[&Column] = &[&fields::ORIGIN, &fields::TARGET_USERID, &fields::TARGET_EXTERNAL_USERID];

/// Rows of one word, which stands at that place in the alphabet: any reader of the file would sort it so.
pub struct OfWord {
    /// The place of the word.
    pub rank: usize,
    /// The rows, in order of account.
    pub rows: RecordBatch,
}

/// One partition, with what was decided of it.
pub struct DecidedRows<'a> {
    exports: &'a Exports,
    decision: &'a Decision,
    part: &'a DecidedPart,
    misplaced: &'a MisplacedPart,
    parts: &'a Parts,
}

impl<'a> DecidedRows<'a> {
    /// The rows of a partition.
    pub fn of(exports: &'a Exports, decision: &'a Decision, partition: usize, parts: &'a Parts) -> Self {
        Self { exports, decision, part: &decision.parts[partition], misplaced: decision.misplaced.of(partition), parts }
    }

    /// The rows of `relations.parquet`, by outcome.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn relations(&self, waived: &BooleanArray) -> Result<Vec<OfWord>> {
        let (order, stretches) = by_word(self.part.source_rows(), Outcome::WORDS, |row| self.part.outcome(row).code());
        Ok(split(&self.sorted_relations(&order, waived)?, stretches))
    }

    /// The rows of `target_relations.parquet`, by origin.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn target_relations(&self) -> Result<Vec<OfWord>> {
        let (order, stretches) = by_word(self.part.origin.len(), Origin::WORDS, |row| self.part.origin[row].code());
        Ok(split(&self.sorted_target_relations(&order)?, stretches))
    }

    fn sorted_relations(&self, rows: &[u32], waived: &BooleanArray) -> Result<RecordBatch> {
        let (part, enrolment) = (self.part, &self.exports.enrolment);
        let (before, after) = (&self.parts.source_before, &self.parts.target_after);
        let at_source: UInt32Array = rows.to_vec().into();
        // Rows from elsewhere stand behind those of the partition.
        let elsewhere = |row: u32| self.misplaced.source.get(&row).map(|found| after.rows.num_rows() as u32 + found);
        let at_target: UInt32Array =
            rows.iter().map(|&row| joined(part.joined.target_of[row as usize]).or_else(|| elsewhere(row))).collect();
        let source = |column: &Column| take(before.column(column), &at_source, None);
        let target = |column: &Column| {
            let here = after.column(column);
            let found = self.decision.misplaced.target.column_by_name(column.name).expect("relations hold their columns");
            if self.misplaced.source.is_empty() { take(here, &at_target, None) } else { take(&concat(&[here, found])?, &at_target, None) }
        };
        let words = |code: &dyn Fn(usize) -> Option<u8>| -> ArrayRef {
            Arc::new(rows.iter().map(|&row| code(row as usize)).collect::<UInt8Array>())
        };
        let accounts = part.accounts();
        let pair = |row: usize| accounts[row].map(|index| index as usize);
        let mapped: StringViewArray =
            rows.iter().map(|&row| pair(row as usize).map(|index| enrolment.accounts()[index].target_userid.as_str())).collect();
        let columns: Vec<ArrayRef> = vec![
            source(&fields::USERID)?,
            source(&fields::EXTERNAL_USERID)?,
            source(&fields::UNIONID)?,
            source(&fields::CUSTOMER_NAME)?,
            source(&fields::CREATED_AT)?,
            words(&|row| Some(part.scope[row].code())),
            words(&|row| Some(part.outcome(row).code())),
            words(&|row| part.reason(row).map(Reason::code)),
            words(&|row| Some(part.rule_of(row).severity.code())),
            words(&|row| part.joined.method[row].map(MatchMethod::code)),
            Arc::new(mapped),
            target(&fields::USERID)?,
            target(&fields::EXTERNAL_USERID)?,
            target(&fields::CREATED_AT)?,
            words(&|row| pair(row).map(|index| self.decision.pairs[index].coverage.target.code())),
            take(&part.refused, &at_source, None)?,
            take(&part.still_at_source, &at_source, None)?,
            Arc::new(texts_kept(&source(&fields::REMARK)?, &target(&fields::REMARK)?, &at_target)),
            Arc::new(tags_kept(&source(&fields::TAGS)?, &target(&fields::TAGS)?, &at_target)),
            take(waived, &at_source, None)?,
            source(&fields::SOURCE_FILE)?,
            source(&fields::SOURCE_RECORD)?,
        ];
        named(&RELATIONS_REPORT, columns)
    }

    fn sorted_target_relations(&self, rows: &[u32]) -> Result<RecordBatch> {
        let (before, after) = (&self.parts.source_before, &self.parts.target_after);
        let at_target: UInt32Array = rows.to_vec().into();
        let elsewhere = |row: u32| self.misplaced.target.get(&row).map(|found| before.rows.num_rows() as u32 + found);
        let at_source: UInt32Array =
            rows.iter().map(|&row| joined(self.part.joined.source_of[row as usize]).or_else(|| elsewhere(row))).collect();
        let target = |column: &Column| take(after.column(column), &at_target, None);
        let source = |column: &Column| {
            let here = before.column(column);
            let found = self.decision.misplaced.source.column_by_name(column.name).expect("relations hold their columns");
            if self.misplaced.target.is_empty() { take(here, &at_source, None) } else { take(&concat(&[here, found])?, &at_source, None) }
        };
        let columns: Vec<ArrayRef> = vec![
            target(&fields::USERID)?,
            target(&fields::EXTERNAL_USERID)?,
            target(&fields::UNIONID)?,
            target(&fields::CUSTOMER_NAME)?,
            target(&fields::CREATED_AT)?,
            Arc::new(rows.iter().map(|&row| Some(self.part.origin[row as usize].code())).collect::<UInt8Array>()),
            source(&fields::USERID)?,
            source(&fields::EXTERNAL_USERID)?,
        ];
        named(&TARGET_RELATIONS_REPORT, columns)
    }
}

/// The codes of the words in the order of their [`OfWord::rank`].
pub fn by_rank(words: &[&str]) -> Vec<usize> {
    let mut codes: Vec<usize> = (0..words.len()).collect();
    codes.sort_unstable_by_key(|&code| words[code]);
    codes
}

/// Row numbers sorted by a word in alphabetical order, else as they were; and how many there are of each place.
fn by_word(rows: usize, words: &[&str], code: impl Fn(usize) -> u8) -> (Vec<u32>, Vec<usize>) {
    let mut of_word: Vec<Vec<u32>> = vec![Vec::new(); words.len()];
    for row in 0..rows {
        of_word[code(row) as usize].push(row as u32);
    }
    let sorted: Vec<Vec<u32>> = by_rank(words).into_iter().map(|code| std::mem::take(&mut of_word[code])).collect();
    let counts = sorted.iter().map(Vec::len).collect();
    (sorted.concat(), counts)
}

/// The stretches of sorted rows, each for itself.
fn split(rows: &RecordBatch, counts: Vec<usize>) -> Vec<OfWord> {
    let mut begin = 0;
    let stretches = counts.into_iter().enumerate().map(|(rank, count)| {
        let stretch = OfWord { rank, rows: rows.slice(begin, count) };
        begin += count;
        stretch
    });
    stretches.filter(|stretch| stretch.rows.num_rows() > 0).collect()
}

fn joined(row: u32) -> Option<u32> {
    (row != NOT_MATCHED).then_some(row)
}

fn named(table: &Table, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    Ok(RecordBatch::try_new(report_schema(table), columns)?)
}

/// A report on its way to its file: words are codes.
pub fn report_schema(table: &Table) -> SchemaRef {
    let in_memory = |kind: Kind| if matches!(kind, Kind::Word(_)) { DataType::UInt8 } else { kind.arrow_type() };
    let fields = table.columns.iter().map(|slot| Field::new(slot.column.name, in_memory(slot.column.kind), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Whether a matched relation carries the same text; null where there was none, or no match.
fn texts_kept(source: &ArrayRef, target: &ArrayRef, matched: &UInt32Array) -> BooleanArray {
    let pairs = source.as_string_view().iter().zip(target.as_string_view().iter());
    pairs.enumerate().map(|(i, (source, target))| source.filter(|_| matched.is_valid(i)).map(|source| target == Some(source))).collect()
}

/// Whether a matched relation carries all tags. Tag ids differ between corps, so only `group/name` can be compared.
fn tags_kept(source: &ArrayRef, target: &ArrayRef, matched: &UInt32Array) -> BooleanArray {
    let (source, target) = (Tags::of(source), Tags::of(target));
    (0..matched.len()).map(|i| if matched.is_valid(i) { source.all_kept(i, &target) } else { None }).collect()
}

/// The tags of each row.
struct Tags<'a> {
    lists: &'a ListArray,
    texts: &'a StringViewArray,
}

impl<'a> Tags<'a> {
    fn of(column: &'a ArrayRef) -> Self {
        let lists = column.as_list::<i32>();
        Self { lists, texts: lists.values().as_string_view() }
    }

    fn row(&self, i: usize) -> impl Iterator<Item = &'a str> {
        let (texts, offsets) = (self.texts, self.lists.value_offsets());
        let items = if self.lists.is_valid(i) { offsets[i] as usize..offsets[i + 1] as usize } else { 0..0 };
        items.filter(|&item| texts.is_valid(item)).map(|item| texts.value(item))
    }

    fn all_kept(&self, i: usize, target: &Tags<'_>) -> Option<bool> {
        let is_named = |tag: &str| tag.contains('/');
        let can_be_compared = self.row(i).next().is_some() && self.row(i).all(is_named) && target.row(i).all(is_named);
        can_be_compared.then(|| self.row(i).all(|tag| target.row(i).any(|other| other == tag)))
    }
}
