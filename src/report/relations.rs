//! `relations.parquet` and `target_relations.parquet`: every relation of both sides, in batches of a row group.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, RecordBatch, StringViewArray, UInt8Array, UInt32Array};
use arrow::compute::take;

use super::parquet::{Footer, ROW_GROUP, TableWriter};
use crate::decision::{Decision, Exports};
use crate::error::Result;
use crate::interrupt;
use crate::matching::NOT_MATCHED;
use crate::schema::tables::{RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::vocabulary::{MatchMethod, Origin, Outcome, Reason};
use crate::schema::{Column, Table, fields};

/// Writes every relation of source-before, sorted by outcome, then account.
///
/// # Errors
/// As [`TableWriter`]; [`crate::Error::Interrupted`].
pub fn write_relations(path: &Path, exports: &Exports, decision: &Decision, waived: &BooleanArray, footer: &Footer) -> Result<()> {
    let sorted_by = [&fields::OUTCOME, &fields::SOURCE_USERID, &fields::SOURCE_EXTERNAL_USERID];
    let order = by_word(decision.rule.len(), Outcome::WORDS, |row| decision.outcome(row).code());
    let mut writer = TableWriter::create(path, &RELATIONS_REPORT, &sorted_by, footer)?;
    for rows in order.chunks(ROW_GROUP) {
        interrupt::check()?;
        writer.write(&relations(exports, decision, waived, rows)?)?;
    }
    writer.finish()
}

/// Writes every relation of target-after, sorted by origin, then account.
///
/// # Errors
/// As [`write_relations`].
pub fn write_target_relations(path: &Path, exports: &Exports, decision: &Decision, footer: &Footer) -> Result<()> {
    let sorted_by = [&fields::ORIGIN, &fields::TARGET_USERID, &fields::TARGET_EXTERNAL_USERID];
    let order = by_word(decision.origin.len(), Origin::WORDS, |row| decision.origin[row].code());
    let mut writer = TableWriter::create(path, &TARGET_RELATIONS_REPORT, &sorted_by, footer)?;
    for rows in order.chunks(ROW_GROUP) {
        interrupt::check()?;
        writer.write(&target_relations(exports, decision, rows)?)?;
    }
    writer.finish()
}

/// Row numbers sorted by a word in alphabetical order, as any reader of the file would sort it; else as they were.
fn by_word(rows: usize, words: &[&str], code: impl Fn(usize) -> u8) -> Vec<u32> {
    let mut alphabetical: Vec<usize> = (0..words.len()).collect();
    alphabetical.sort_unstable_by_key(|&code| words[code]);
    let mut of_word: Vec<Vec<u32>> = vec![Vec::new(); words.len()];
    for row in 0..rows {
        of_word[code(row) as usize].push(row as u32);
    }
    alphabetical.into_iter().flat_map(|code| std::mem::take(&mut of_word[code])).collect()
}

fn relations(exports: &Exports, decision: &Decision, waived: &BooleanArray, rows: &[u32]) -> Result<RecordBatch> {
    let before = exports.source_before.relations();
    let after = exports.target_after.relations();
    let at_source: UInt32Array = rows.to_vec().into();
    let at_target: UInt32Array = rows.iter().map(|&row| joined(decision.matches.target_of[row as usize])).collect();
    let source = |column: &Column| Ok::<ArrayRef, crate::Error>(take(column_of(before, column), &at_source, None)?);
    let target = |column: &Column| Ok::<ArrayRef, crate::Error>(take(column_of(after, column), &at_target, None)?);
    let words =
        |code: &dyn Fn(usize) -> Option<u8>| -> ArrayRef { Arc::new(rows.iter().map(|&row| code(row as usize)).collect::<UInt8Array>()) };
    let pair = |row: usize| decision.account[row].map(|index| index as usize);
    let mapped: StringViewArray =
        rows.iter().map(|&row| pair(row as usize).map(|index| exports.enrolment.accounts()[index].target_userid.as_str())).collect();
    let columns: Vec<ArrayRef> = vec![
        source(&fields::USERID)?,
        source(&fields::EXTERNAL_USERID)?,
        source(&fields::UNIONID)?,
        source(&fields::CUSTOMER_NAME)?,
        source(&fields::CREATED_AT)?,
        words(&|row| Some(decision.scope[row].code())),
        words(&|row| Some(decision.outcome(row).code())),
        words(&|row| decision.reason(row).map(Reason::code)),
        words(&|row| Some(decision.rule_of(row).severity.code())),
        words(&|row| decision.matches.method[row].map(MatchMethod::code)),
        Arc::new(mapped),
        target(&fields::USERID)?,
        target(&fields::EXTERNAL_USERID)?,
        target(&fields::CREATED_AT)?,
        words(&|row| pair(row).map(|index| decision.coverage[index].target.code())),
        take(&decision.refused, &at_source, None)?,
        take(&decision.still_at_source, &at_source, None)?,
        Arc::new(texts_kept(&source(&fields::REMARK)?, &target(&fields::REMARK)?, &at_target)),
        Arc::new(tags_kept(&source(&fields::TAGS)?, &target(&fields::TAGS)?, &at_target)),
        take(waived, &at_source, None)?,
        source(&fields::SOURCE_FILE)?,
        source(&fields::SOURCE_RECORD)?,
    ];
    named(&RELATIONS_REPORT, columns)
}

fn target_relations(exports: &Exports, decision: &Decision, rows: &[u32]) -> Result<RecordBatch> {
    let at_target: UInt32Array = rows.to_vec().into();
    let at_source: UInt32Array = rows.iter().map(|&row| joined(decision.matches.source_of[row as usize])).collect();
    let target = |column: &Column| take(column_of(exports.target_after.relations(), column), &at_target, None);
    let source = |column: &Column| take(column_of(exports.source_before.relations(), column), &at_source, None);
    let columns: Vec<ArrayRef> = vec![
        target(&fields::USERID)?,
        target(&fields::EXTERNAL_USERID)?,
        target(&fields::UNIONID)?,
        target(&fields::CUSTOMER_NAME)?,
        target(&fields::CREATED_AT)?,
        Arc::new(rows.iter().map(|&row| Some(decision.origin[row as usize].code())).collect::<UInt8Array>()),
        source(&fields::USERID)?,
        source(&fields::EXTERNAL_USERID)?,
    ];
    named(&TARGET_RELATIONS_REPORT, columns)
}

fn joined(row: u32) -> Option<u32> {
    (row != NOT_MATCHED).then_some(row)
}

fn column_of<'a>(relations: &'a RecordBatch, column: &Column) -> &'a ArrayRef {
    relations.column_by_name(column.name).expect("relations hold their columns")
}

/// The columns under the names of the table. Words are codes here; the writer turns them into dictionaries.
fn named(table: &Table, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    let names = table.columns.iter().map(|slot| slot.column.name);
    Ok(RecordBatch::try_from_iter_with_nullable(names.zip(columns).map(|(name, column)| (name, column, true)))?)
}

/// Whether a matched relation carries the same text; null where there was none, or no match.
fn texts_kept(source: &ArrayRef, target: &ArrayRef, matched: &UInt32Array) -> BooleanArray {
    let pairs = source.as_string_view().iter().zip(target.as_string_view().iter());
    pairs.enumerate().map(|(i, (source, target))| source.filter(|_| matched.is_valid(i)).map(|source| target == Some(source))).collect()
}

/// Whether a matched relation carries all tags. Tag ids differ between corps, so only `group/name` can be compared.
fn tags_kept(source: &ArrayRef, target: &ArrayRef, matched: &UInt32Array) -> BooleanArray {
    let (source, target) = (source.as_list::<i32>(), target.as_list::<i32>());
    (0..source.len()).map(|i| if matched.is_valid(i) { all_tags_kept(source, target, i) } else { None }).collect()
}

fn all_tags_kept(source: &ListArray, target: &ListArray, i: usize) -> Option<bool> {
    let tags = |list: &ListArray| -> Option<Vec<String>> {
        if list.is_null(i) {
            return Some(Vec::new());
        }
        let items = list.value(i);
        let tags: Vec<String> = items.as_string_view().iter().flatten().map(str::to_owned).collect();
        tags.iter().all(|tag| tag.contains('/')).then_some(tags)
    };
    let (source, target) = (tags(source)?, tags(target)?);
    (!source.is_empty()).then(|| source.iter().all(|tag| target.contains(tag)))
}
