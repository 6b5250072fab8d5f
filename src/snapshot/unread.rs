//! Unreadable records as a canonical table: `ingest` writes it, so that an audit of its tables has the same doubts as
//! an audit of the dumps.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use crate::error::Result;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers, Doubts};
use crate::schema::tables::UNREADABLE_TABLE;
use crate::schema::vocabulary::{Dataset, Grain, Word};
use crate::schema::{Column, ReadColumns, Rows, cells, fields, value_at};

/// Returns doubts as rows: one for each account and key, the count in the first; and one for the values of each
/// dataset, and for its tables without rows.
pub fn table(doubts: &Doubts, empty_tables: &EmptyTables) -> RecordBatch {
    let mut rows = Rows::new(&UNREADABLE_TABLE);
    let mut push = |grain: Grain, dataset: Dataset, userid: Option<&str>, key: &CustomerKey, count: u64| {
        rows.push(cells!(UNREADABLE_TABLE, {
            GRAIN: grain.word(),
            DATASET: dataset.word(),
            USERID: userid,
            EXTERNAL_USERID: key.external_userid.as_deref(),
            UNIONID: key.unionid.as_deref(),
            COUNT: count,
        }));
    };
    for (dataset, userid, doubt) in doubts.iter() {
        let mut records = doubt.records;
        let keys: Vec<&CustomerKey> = match &doubt.customers {
            DoubtfulCustomers::These(keys) => keys.iter().collect(),
            DoubtfulCustomers::Any => Vec::new(),
        };
        let unknown = CustomerKey::default();
        for key in keys.iter().copied().chain(keys.is_empty().then_some(&unknown)) {
            push(Grain::Record, dataset, userid, key, std::mem::take(&mut records));
        }
    }
    for (dataset, values) in doubts.values() {
        push(Grain::Value, dataset, None, &CustomerKey::default(), values);
    }
    for (dataset, tables) in empty_tables {
        push(Grain::Table, *dataset, None, &CustomerKey::default(), *tables);
    }
    rows.finish()
}

/// Tables without rows, by dataset.
pub type EmptyTables = BTreeMap<Dataset, u64>;

/// Reads the tables without rows of an ingested snapshot.
///
/// # Errors
/// As [`of_table`].
pub fn empty_tables(rows: &RecordBatch) -> Result<EmptyTables> {
    let (grains, datasets) = (rows.texts(&fields::GRAIN)?, rows.texts(&fields::DATASET)?);
    let of_table = grains.iter().zip(datasets).zip(rows.integers(&fields::COUNT)?);
    let of_table = of_table.filter(|((grain, _), _)| *grain == Some(Grain::Table.word()));
    Ok(of_table
        .filter_map(|((_, dataset), count)| Some((Dataset::from_word(dataset?)?, u64::try_from(count?).ok()?)))
        .collect())
}

/// Reads the doubts of an ingested snapshot.
///
/// # Errors
/// [`crate::Error::Bug`] if the table lacks a column.
pub fn of_table(rows: &RecordBatch) -> Result<Doubts> {
    let texts = |column: &Column| rows.texts(column);
    let (grains, datasets, userids) = (texts(&fields::GRAIN)?, texts(&fields::DATASET)?, texts(&fields::USERID)?);
    let (ids, unionids) = (texts(&fields::EXTERNAL_USERID)?, texts(&fields::UNIONID)?);
    let counts = rows.integers(&fields::COUNT)?;
    let mut doubts = Doubts::default();
    for row in 0..rows.num_rows() {
        let dataset = value_at(datasets, row).and_then(Dataset::from_word);
        let count = u64::try_from(counts.value(row)).unwrap_or(0);
        // An unknown word, of a later version, is taken for every dataset.
        let concerned = dataset.as_ref().map_or(Dataset::ALL, std::slice::from_ref);
        match value_at(grains, row).and_then(Grain::from_word) {
            Some(Grain::Value) => {
                doubts.add_values(concerned[0], count);
                continue;
            }
            Some(Grain::Table) => continue,
            _ => {}
        }
        let key = CustomerKey::new((value_at(ids, row), value_at(unionids, row)));
        for (position, &dataset) in concerned.iter().enumerate() {
            doubts.add(dataset, value_at(userids, row), key.clone(), if position == 0 { count } else { 0 });
        }
    }
    Ok(doubts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_survive_being_written_and_read() {
        let key = |id: &str, unionid: &str| CustomerKey {
            external_userid: (!id.is_empty()).then(|| id.to_owned()),
            unionid: (!unionid.is_empty()).then(|| unionid.to_owned()),
        };
        let mut doubts = Doubts::default();
        doubts.add(Dataset::Relations, None, key("", ""), 3);
        doubts.add(Dataset::Relations, Some("ann"), key("w1", ""), 1);
        doubts.add(Dataset::Relations, Some("ann"), key("", "u1"), 1);
        doubts.add(Dataset::Groups, Some("bob"), key("", ""), 0);
        doubts.add_values(Dataset::Members, 7);
        let empty = EmptyTables::from([(Dataset::Relations, 2), (Dataset::Groups, 1)]);
        let written = table(&doubts, &empty);
        assert_eq!((of_table(&written).unwrap(), empty_tables(&written).unwrap()), (doubts, empty));
    }
}
