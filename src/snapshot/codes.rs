//! Join codes of tables with a row for each group of a code: their groups are those of all its rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListBuilder, RecordBatch, StringViewBuilder, UInt32Array};
use arrow::datatypes::UInt32Type;

use crate::error::Result;
use crate::ingest::raw::{FILE, Raw};
use crate::schema::tables::JOIN_CODES;
use crate::schema::{ReadColumns, fields, value_at};

/// The groups of a code in a file, and whether each of its rows has one at most.
#[derive(Default)]
struct CodeGroups<'r> {
    rows: usize,
    groups: BTreeSet<&'r str>,
    has_lists: bool,
}

/// Returns the raw join codes; where a file has several rows of a code with one group each, each row has all of them.
/// Rows with lists are copies of the code, of which the newest holds.
///
/// # Errors
/// [`Error::Bug`](crate::Error::Bug) if a batch does not have the schema of its table.
pub fn with_all_groups(raw: &Raw) -> Result<Vec<RecordBatch>> {
    let batches = raw.batches(&JOIN_CODES);
    let mut codes: HashMap<(u32, &str), CodeGroups<'_>> = HashMap::new();
    for batch in batches {
        let (files, lists) = (files_of(batch)?, lists_of(batch)?);
        for (row, code) in batch.texts(&fields::CONFIG_ID)?.iter().enumerate() {
            let file = files.value(row);
            let Some(code) = code.filter(|_| raw.is_of_table(file)) else { continue };
            let code = codes.entry((file, code)).or_default();
            code.rows += 1;
            if lists.is_valid(row) {
                let (from, to) = (lists.value_offsets()[row] as usize, lists.value_offsets()[row + 1] as usize);
                let groups = lists.values().as_string_view();
                code.groups.extend((from..to).filter_map(|at| value_at(groups, at)));
                code.has_lists |= to - from > 1;
            }
        }
    }
    codes.retain(|_, code| code.rows > 1 && code.groups.len() > 1 && !code.has_lists);
    if codes.is_empty() {
        return Ok(batches.to_vec());
    }
    batches.iter().map(|batch| with_groups_of(batch, &codes)).collect()
}

fn with_groups_of(batch: &RecordBatch, codes: &HashMap<(u32, &str), CodeGroups<'_>>) -> Result<RecordBatch> {
    let (files, given) = (files_of(batch)?, lists_of(batch)?);
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    for (row, code) in batch.texts(&fields::CONFIG_ID)?.iter().enumerate() {
        let of_row = value_at(given, row);
        let all = code.and_then(|code| codes.get(&(files.value(row), code)));
        match all {
            Some(code) => code.groups.iter().for_each(|group| lists.values().append_value(group)),
            None => of_row.iter().flat_map(|list| list.as_string_view().iter().flatten()).for_each(|group| {
                lists.values().append_value(group);
            }),
        }
        lists.append(all.is_some() || of_row.is_some());
    }
    let place = batch.schema_ref().index_of(fields::CHAT_IDS.name)?;
    let mut columns = batch.columns().to_vec();
    columns[place] = Arc::new(lists.finish()) as ArrayRef;
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

fn files_of(batch: &RecordBatch) -> Result<&UInt32Array> {
    Ok(batch.column(batch.schema_ref().index_of(FILE)?).as_primitive::<UInt32Type>())
}

fn lists_of(batch: &RecordBatch) -> Result<&arrow::array::ListArray> {
    Ok(batch.column(batch.schema_ref().index_of(fields::CHAT_IDS.name)?).as_list::<i32>())
}
