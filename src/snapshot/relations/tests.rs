//! How relations are divided among partitions where memory is short.

use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;

use super::*;
use crate::ingest::raw::{Provenance, RawTable, TakeRelations};
use crate::progress::Silent;
use crate::schema::Cell;
use crate::schema::tables::RELATIONS_TABLE;
use crate::snapshot::Corp;
use crate::spill::{Memory, Resources};

const ACCOUNTS: u64 = 40;
const OF_ACCOUNT: u64 = 50;
const PARTITION_ROWS: u64 = 100;

/// The relations of an account, as a reader hands them over.
fn rows_of(account: u64) -> RecordBatch {
    let mut rows = RawTable::new(&RELATIONS_TABLE);
    for customer in 0..OF_ACCOUNT {
        let record = account * OF_ACCOUNT + customer;
        let (userid, external_userid) = (format!("user{account:03}"), format!("wm{record:06}"));
        let cells: Vec<Cell<'_>> = RELATIONS_TABLE
            .columns
            .iter()
            .map(|slot| match slot.column {
                column if column == &fields::USERID => Cell::Text(&userid),
                column if column == &fields::EXTERNAL_USERID => Cell::Text(&external_userid),
                _ => Cell::Null,
            })
            .collect();
        rows.push(&cells, Provenance { file: 0, record, fetched_at: None });
    }
    rows.finish()
}

/// The partitions of a snapshot whose accounts come in that order.
fn partitions(accounts: impl Iterator<Item = u64>, held_bytes: u64) -> Vec<Part> {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::new(Resources { held_bytes, partition_rows: PARTITION_ROWS }, folder.path());
    let builder = RelationsBuilder::new(&RELATIONS_TABLE, Corp::Source, None, None, &memory);
    accounts.for_each(|account| builder.take(&rows_of(account)).unwrap());
    let (relations, layout, _) = builder.finish(&[], &["a.csv".to_owned()], &Silent).unwrap();
    assert_eq!((relations.len(), layout.partitions()), (ACCOUNTS * OF_ACCOUNT, relations.partitions()));
    let parts: Vec<Part> = (0..relations.partitions()).map(|partition| relations.part(partition).unwrap()).collect();
    let userids: Vec<String> = parts.iter().flat_map(|part| part.accounts().into_iter().map(|(userid, _)| userid.to_owned())).collect();
    assert_eq!(userids, (0..ACCOUNTS).map(|account| format!("user{account:03}")).collect::<Vec<_>>(), "partition after partition");
    parts
}

/// Two accounts fill a partition. Memory for less than one of them runs short at the first, and the layout is chosen then;
/// memory for a tenth of all after some.
#[test]
fn no_partition_is_large_whenever_memory_ran_short_and_in_whatever_order_accounts_came() {
    let all = usize::try_from(ACCOUNTS * OF_ACCOUNT).unwrap();
    for held_bytes in [1, 10_000, u64::MAX] {
        for parts in [partitions(0..ACCOUNTS, held_bytes), partitions((0..ACCOUNTS).rev(), held_bytes)] {
            let rows: Vec<usize> = parts.iter().map(|part| part.rows.num_rows()).collect();
            assert_eq!(rows.iter().sum::<usize>(), all);
            // A partition may grow to twice its size before it is cut.
            assert!(rows.iter().all(|rows| *rows as u64 <= 2 * PARTITION_ROWS), "{held_bytes}: {rows:?}");
        }
    }
}

/// Where memory is short, rows that came in order are held as they were read; others are put in order, and held so.
#[test]
fn relations_are_the_same_however_they_are_held() {
    let ids: Vec<String> = (0..ACCOUNTS * OF_ACCOUNT).map(|record| format!("wm{record:06}")).collect();
    for held_bytes in [1, 10_000, u64::MAX] {
        for parts in [partitions(0..ACCOUNTS, held_bytes), partitions((0..ACCOUNTS).rev(), held_bytes)] {
            let all = concat_batches(&RELATIONS_TABLE.arrow_schema(), parts.iter().map(|part| &part.rows)).unwrap();
            let column = |column: &Column| all.column_by_name(column.name).unwrap();
            assert!(column(&fields::EXTERNAL_USERID).as_string_view().iter().eq(ids.iter().map(|id| Some(id.as_str()))));
            assert!(column(&fields::SOURCE_FILE).as_string_view().iter().all(|file| file == Some("a.csv")));
            assert!(column(&fields::SOURCE_RECORD).as_primitive::<Int64Type>().values().iter().copied().eq(0..all.num_rows() as i64));
        }
    }
}
