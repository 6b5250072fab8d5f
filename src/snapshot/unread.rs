//! What could not be read, as a canonical table: `ingest` writes it, so that an audit of its tables doubts what an audit of
//! the dumps would.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

use crate::ingest::doubts::{CustomerKey, Customers, Doubts};
use crate::schema::tables::UNREADABLE_TABLE;
use crate::schema::vocabulary::{Dataset, Grain};
use crate::schema::{Cell, Column, Rows, fields};

fn cell(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}

/// The doubts as rows: one for each account and key, the count with the first; and one for the values of each dataset.
pub fn table(doubts: &Doubts) -> RecordBatch {
    let mut rows = Rows::new(&UNREADABLE_TABLE);
    let mut push = |grain: Grain, dataset: Dataset, userid: Option<&str>, key: &CustomerKey, count: u64| {
        let (id, unionid) = (key.external_userid.as_deref(), key.unionid.as_deref());
        let count = Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        rows.push(&[
            Cell::Text(grain.word()),
            Cell::Text(dataset.word()),
            cell(userid),
            cell(id),
            cell(unionid),
            count,
        ]);
    };
    for (dataset, userid, doubt) in doubts.iter() {
        let mut records = doubt.records;
        let keys: Vec<&CustomerKey> = match &doubt.customers {
            Customers::These(keys) => keys.iter().collect(),
            Customers::Any => Vec::new(),
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

/// The doubts that an ingested snapshot wrote down.
pub fn of_table(rows: &RecordBatch) -> Doubts {
    let column = |column: &Column| rows.column_by_name(column.name).expect("the table holds its columns");
    let text = |of: &Column, row: usize| {
        let texts = column(of).as_string_view();
        texts.is_valid(row).then(|| texts.value(row))
    };
    let counts = column(&fields::COUNT).as_primitive::<Int64Type>();
    let mut doubts = Doubts::default();
    for row in 0..rows.num_rows() {
        let dataset = text(&fields::DATASET, row)
            .and_then(|word| Dataset::ALL.iter().copied().find(|dataset| dataset.word() == word));
        let count = u64::try_from(counts.value(row)).unwrap_or(0);
        // A word that a later version wrote is of any dataset.
        let datasets = dataset.as_ref().map_or(Dataset::ALL, std::slice::from_ref);
        if text(&fields::GRAIN, row) == Some(Grain::Value.word()) {
            doubts.add_values(datasets[0], count);
            continue;
        }
        let own = |of: &Column| text(of, row).map(str::to_owned);
        let key = CustomerKey { external_userid: own(&fields::EXTERNAL_USERID), unionid: own(&fields::UNIONID) };
        for (place, &dataset) in datasets.iter().enumerate() {
            doubts.add(dataset, text(&fields::USERID, row), key.clone(), if place == 0 { count } else { 0 });
        }
    }
    doubts
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
        assert_eq!(of_table(&table(&doubts)), doubts);
    }
}
