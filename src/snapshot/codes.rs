//! Join codes of tables with a row for each group of a code: their groups are those of all its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use arrow::array::{Array, AsArray, ListBuilder, RecordBatch, StringViewBuilder};
use arrow::compute::concat_batches;
use arrow::datatypes::UInt32Type;

use crate::error::Result;
use crate::ingest::raw::{FILE, Raw, raw_schema};
use crate::schema::tables::JOIN_CODES;
use crate::schema::{ReadColumns, fields, value_at};

/// Returns the raw join codes; where a file has several rows of a code with one group each, each row has all of them.
/// Rows with lists are copies of the code, of which the newest holds.
///
/// # Errors
/// [`Error::Bug`](crate::Error::Bug) if a batch does not have the schema of its table.
pub fn with_all_groups(raw: &Raw) -> Result<Vec<RecordBatch>> {
    let rows = concat_batches(&raw_schema(&JOIN_CODES), raw.batches(&JOIN_CODES))?;
    let files = rows.column(rows.schema_ref().index_of(FILE)?).as_primitive::<UInt32Type>();
    let place = rows.schema_ref().index_of(fields::CHAT_IDS.name)?;
    let lists = rows.column(place).as_list::<i32>();
    let range = |row: usize| lists.value_offsets()[row] as usize..lists.value_offsets()[row + 1] as usize;
    let groups = |row: usize| range(row).filter_map(|at| value_at(lists.values().as_string_view(), at));

    let mut codes: BTreeMap<(u32, &str), Vec<usize>> = BTreeMap::new();
    for (row, code) in rows.texts(&fields::CONFIG_ID)?.iter().enumerate() {
        if let Some(code) = code.filter(|_| raw.is_of_table(files.value(row))) {
            codes.entry((files.value(row), code)).or_default().push(row);
        }
    }
    let mut of_rows: HashMap<usize, Rc<BTreeSet<&str>>> = HashMap::new();
    for same in codes.into_values().filter(|same| same.iter().all(|row| range(*row).len() <= 1)) {
        let all: Rc<BTreeSet<&str>> = Rc::new(same.iter().flat_map(|row| groups(*row)).collect());
        of_rows.extend(same.into_iter().filter(|_| all.len() > 1).map(|row| (row, all.clone())));
    }
    if of_rows.is_empty() {
        return Ok(vec![rows]);
    }
    let mut merged = ListBuilder::new(StringViewBuilder::new());
    for row in 0..rows.num_rows() {
        let all = of_rows.get(&row);
        match all {
            Some(all) => all.iter().for_each(|group| merged.values().append_value(group)),
            None => groups(row).for_each(|group| merged.values().append_value(group)),
        }
        merged.append(all.is_some() || lists.is_valid(row));
    }
    let mut columns = rows.columns().to_vec();
    columns[place] = Arc::new(merged.finish());
    Ok(vec![RecordBatch::try_new(rows.schema(), columns)?])
}
