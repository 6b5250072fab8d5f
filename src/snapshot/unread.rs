//! Unreadable records as a canonical table: `ingest` writes it, so that an audit of its tables has the same doubts as
//! an audit of the dumps.

use arrow::array::{Array, RecordBatch, StringViewArray};

use crate::error::Result;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers, Doubts};
use crate::schema::tables::UNREADABLE_TABLE;
use crate::schema::vocabulary::{Dataset, Grain};
use crate::schema::{Column, ReadColumns, Rows, cells, fields};

/// Returns doubts as rows: one for each account and key, the count in the first; and one for the values of each
/// dataset.
pub fn table(doubts: &Doubts) -> RecordBatch {
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
    rows.finish()
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
    let text = |texts: &'_ StringViewArray, row: usize| texts.is_valid(row).then(|| texts.value(row).to_owned());
    let mut doubts = Doubts::default();
    for row in 0..rows.num_rows() {
        let dataset = Dataset::ALL
            .iter()
            .copied()
            .find(|dataset| datasets.is_valid(row) && dataset.word() == datasets.value(row));
        let count = u64::try_from(counts.value(row)).unwrap_or(0);
        // An unknown word, of a later version, is taken for every dataset.
        let concerned = dataset.as_ref().map_or(Dataset::ALL, std::slice::from_ref);
        if grains.is_valid(row) && grains.value(row) == Grain::Value.word() {
            doubts.add_values(concerned[0], count);
            continue;
        }
        let key = CustomerKey { external_userid: text(ids, row), unionid: text(unionids, row) };
        for (position, &dataset) in concerned.iter().enumerate() {
            doubts.add(dataset, text(userids, row).as_deref(), key.clone(), if position == 0 { count } else { 0 });
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
        assert_eq!(of_table(&table(&doubts)).unwrap(), doubts);
    }
}
