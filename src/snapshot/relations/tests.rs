//! How relations are divided among partitions where memory is short.

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
                column if column == &fields::SOURCE_FILE => Cell::Text("a.csv"),
                column if column == &fields::SOURCE_RECORD => Cell::Integer(i64::try_from(record).unwrap()),
                _ => Cell::Null,
            })
            .collect();
        rows.push(&cells, Provenance { file: 0, record, fetched_at: None });
    }
    rows.finish()
}

/// The rows of each partition, of a snapshot whose accounts come in that order.
fn partitions(accounts: impl Iterator<Item = u64>, held_bytes: u64) -> Vec<usize> {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::new(Resources { held_bytes, partition_rows: PARTITION_ROWS }, folder.path());
    let builder = RelationsBuilder::new(&RELATIONS_TABLE, Corp::Source, None, None, &memory);
    accounts.for_each(|account| builder.take(&rows_of(account)).unwrap());
    let (relations, layout, _) = builder.finish(&[], &["a.csv".to_owned()], &Silent).unwrap();
    assert_eq!((relations.len(), layout.partitions()), (ACCOUNTS * OF_ACCOUNT, relations.partitions()));
    let parts: Vec<Part> = (0..relations.partitions()).map(|partition| relations.part(partition).unwrap()).collect();
    let userids: Vec<String> = parts.iter().flat_map(|part| part.accounts().into_iter().map(|(userid, _)| userid.to_owned())).collect();
    assert_eq!(userids, (0..ACCOUNTS).map(|account| format!("user{account:03}")).collect::<Vec<_>>(), "partition after partition");
    parts.iter().map(|part| part.rows.num_rows()).collect()
}

/// Two accounts fill a partition. Memory for less than one of them runs short at the first, and the layout is chosen then;
/// memory for a tenth of all after some.
#[test]
fn no_partition_is_large_whenever_memory_ran_short_and_in_whatever_order_accounts_came() {
    let all = usize::try_from(ACCOUNTS * OF_ACCOUNT).unwrap();
    for held_bytes in [1, 10_000, u64::MAX] {
        for rows in [partitions(0..ACCOUNTS, held_bytes), partitions((0..ACCOUNTS).rev(), held_bytes)] {
            assert_eq!(rows.iter().sum::<usize>(), all);
            // A partition may grow to twice its size before it is cut.
            assert!(rows.iter().all(|rows| *rows as u64 <= 2 * PARTITION_ROWS), "{held_bytes}: {rows:?}");
        }
    }
}
