//! How relations are divided among partitions where memory is short; how members are spelled; which unionids are no
//! keys.

use std::borrow::Cow;

use arrow::compute::concat_batches;

use super::*;
use crate::ingest::raw::{Provenance, Raw, RawTable, RelationSink};
use crate::memory::{MemoryBudget, Resources};
use crate::progress::Silent;
use crate::schema::Cell;
use crate::schema::tables::RELATIONS_TABLE;
use crate::snapshot::{CorpRole, Partitioning};
use crate::userids::Userids;

const ACCOUNTS: u64 = 40;
const OF_ACCOUNT: u64 = 50;
const PARTITION_ROWS: u64 = 100;

/// The relations of an account, as a reader hands them over.
fn rows_of(account: u64) -> RecordBatch {
    rows_spelled(&format!("user{account:03}"), account * OF_ACCOUNT..(account + 1) * OF_ACCOUNT, |_| None)
}

/// Relations of a member with the customers of these numbers, which are the numbers of the records too.
fn rows_spelled(userid: &str, customers: Range<u64>, unionid: impl Fn(u64) -> Option<String>) -> RecordBatch {
    let mut rows = RawTable::new(&RELATIONS_TABLE);
    for record in customers {
        let (external_userid, unionid) = (format!("wm{record:06}"), unionid(record));
        let cell = |slot: &crate::schema::Slot| match slot.column {
            column if column == &fields::USERID => Cell::Text(userid),
            column if column == &fields::EXTERNAL_USERID => Cell::Text(&external_userid),
            column if column == &fields::UNIONID => unionid.as_deref().map_or(Cell::Null, Cell::Text),
            _ => Cell::Null,
        };
        let cells: Vec<Cell<'_>> = RELATIONS_TABLE.columns.iter().map(cell).collect();
        rows.push(&cells, Provenance { file: 0, record, fetched_at: None });
    }
    rows.finish()
}

fn memory(held_bytes: u64) -> MemoryBudget {
    MemoryBudget::new(Resources { held_bytes, partition_rows: PARTITION_ROWS }, &std::env::temp_dir())
}

/// The partitions of a snapshot whose accounts come in that order.
fn partitions(accounts: impl Iterator<Item = u64>, held_bytes: u64) -> Vec<Partition> {
    let builder = RelationsBuilder::new(&RELATIONS_TABLE, CorpRole::Source, None, None, &memory(held_bytes));
    accounts.for_each(|account| builder.take(&rows_of(account)).unwrap());
    let Finished { relations, partitioning, .. } =
        builder.finish(&mut Raw::default(), &["a.csv".to_owned()], &Silent).unwrap();
    assert_eq!((relations.len(), partitioning.partitions()), (ACCOUNTS * OF_ACCOUNT, relations.partitions()));
    let parts: Vec<Partition> =
        (0..relations.partitions()).map(|partition| relations.part(partition).unwrap()).collect();
    let userids: Vec<String> =
        parts.iter().flat_map(|part| part.accounts().into_iter().map(|(userid, _)| userid.to_owned())).collect();
    assert_eq!(
        userids,
        (0..ACCOUNTS).map(|account| format!("user{account:03}")).collect::<Vec<_>>(),
        "partition after partition"
    );
    parts
}

/// Two accounts fill a partition. Memory for less than one of them runs short at the first, and the partitioning
/// is chosen then; memory for a tenth of all after some.
#[test]
fn no_partition_is_large_in_any_order_of_accounts_and_with_any_memory() {
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
            let texts = |column: &Column| all.texts(column).unwrap();
            assert!(texts(&fields::EXTERNAL_USERID).iter().eq(ids.iter().map(|id| Some(id.as_str()))));
            assert!(texts(&fields::SOURCE_FILE).iter().all(|file| file == Some("a.csv")));
            let records = all.integers(&fields::SOURCE_RECORD).unwrap().values();
            assert!(records.iter().copied().eq(0..all.num_rows() as i64));
        }
    }
}

/// Accounts with their relations, once their rows have come in that order.
fn spelled(
    rows: &[RecordBatch],
    partitioning: Option<Partitioning>,
    held_bytes: u64,
) -> (BTreeMap<String, u64>, Finished) {
    let known: Userids = ["Zoe", "user001"].into_iter().collect();
    let builder = RelationsBuilder::new(&RELATIONS_TABLE, CorpRole::Source, partitioning, None, &memory(held_bytes))
        .with_known_userids(Cow::Owned(known));
    for rows in rows {
        builder.take(rows).unwrap();
    }
    let finished = builder.finish(&mut Raw::default(), &["a.csv".to_owned()], &Silent).unwrap();
    let mut of_parts: BTreeMap<String, u64> = BTreeMap::new();
    for partition in 0..finished.relations.partitions() {
        let part = finished.relations.part(partition).unwrap();
        for (userid, rows) in part.accounts() {
            let twice = of_parts.insert(userid.to_owned(), rows.len() as u64);
            assert_eq!(
                (twice, finished.partitioning.partition(CorpRole::Source, userid)),
                (None, partition),
                "{userid}"
            );
        }
    }
    assert_eq!(&of_parts, finished.relations.accounts());
    (of_parts, finished)
}

/// Each half of an account comes in a spelling of its own, and shares a customer with the other; known members keep
/// theirs.
#[test]
fn letter_case_makes_no_other_account_in_any_order_of_rows_and_with_any_memory() {
    let half = |userid: &str, account: u64, from: u64, to: u64| {
        rows_spelled(userid, account * OF_ACCOUNT + from..account * OF_ACCOUNT + to, |_| None)
    };
    let mut rows: Vec<RecordBatch> = (1..ACCOUNTS).map(rows_of).collect();
    rows.extend([
        half("Bo", 0, 0, 26),
        half("bO", 0, 25, 50),
        half("USER003", 3, 40, 50),
        half("zoE", 41, 0, 10),
        half("USER001", 1, 0, 5),
    ]);
    let layouts = || {
        [
            None,
            Some(Partitioning::by_range(
                &(0..ACCOUNTS).map(|n| (format!("user{n:03}"), OF_ACCOUNT)).collect(),
                PARTITION_ROWS,
            )),
        ]
    };
    let mut expected: BTreeMap<String, u64> =
        (1..ACCOUNTS).map(|account| (format!("user{account:03}"), OF_ACCOUNT)).collect();
    expected.remove("user003");
    expected.extend(
        [("Bo", OF_ACCOUNT), ("USER003", OF_ACCOUNT), ("Zoe", 10)].map(|(userid, rows)| (userid.to_owned(), rows)),
    );
    let respelled = [("USER001", "user001"), ("bO", "Bo"), ("user003", "USER003"), ("zoE", "Zoe")];
    let respelled: Vec<(String, String)> =
        respelled.iter().map(|(met, used)| ((*met).to_owned(), (*used).to_owned())).collect();
    for held_bytes in [1, 10_000, u64::MAX] {
        for partitioning in layouts() {
            for backwards in [false, true] {
                if backwards {
                    rows.reverse();
                }
                let (accounts, finished) = spelled(&rows, partitioning.clone(), held_bytes);
                assert_eq!(accounts, expected, "{held_bytes} {backwards}");
                assert_eq!((finished.respelled.count, &finished.respelled.listed), (4, &respelled));
                assert_eq!(finished.duplicates, Duplicates::from([(0, 16)]));
                assert_eq!(finished.userids.get("uSER003"), Some("USER003"));
            }
        }
    }
}

/// Every tenth customer carries the word `none`; `twin` is shared by two accounts, in different partitions; all other
/// unionids have one id, though in two accounts.
#[test]
fn unionids_with_several_ids_are_found_in_any_partition() {
    let unionid = |customer: u64| match customer {
        7 | 1_999 => Some("twin".to_owned()),
        _ if customer.is_multiple_of(10) => Some("none".to_owned()),
        _ if customer % 10 == 1 => None,
        _ => Some(format!("u{customer}")),
    };
    let accounts = |account: u64| {
        let customers = account * OF_ACCOUNT..(account + 1) * OF_ACCOUNT;
        [
            rows_spelled(&format!("a{account:03}"), customers.clone(), unionid),
            rows_spelled(&format!("b{account:03}"), customers, unionid),
        ]
    };
    let rows: Vec<RecordBatch> = (0..ACCOUNTS).flat_map(accounts).collect();
    let partitioning = Partitioning::by_range(
        &(0..ACCOUNTS).map(|account| (format!("a{account:03}"), OF_ACCOUNT)).collect(),
        PARTITION_ROWS,
    );
    for held_bytes in [1, u64::MAX] {
        let shared = spelled(&rows, Some(partitioning.clone()), held_bytes).1.shared_unionids;
        assert_eq!(
            (shared.len(), shared.contains("none"), shared.contains("twin"), shared.contains("u2")),
            (2, true, true, false)
        );
        let examples: Vec<(&str, Vec<&str>, u64)> = shared
            .examples
            .iter()
            .map(|shared| {
                (
                    shared.unionid.as_str(),
                    shared.external_userids.iter().map(String::as_str).collect(),
                    shared.relations,
                )
            })
            .collect();
        assert_eq!(examples, [("none", vec!["wm000000", "wm000010"], 400), ("twin", vec!["wm000007", "wm001999"], 4)]);
    }
    let own: Vec<RecordBatch> = (0..ACCOUNTS).map(rows_of).collect();
    assert!(spelled(&own, Some(partitioning), u64::MAX).1.shared_unionids.is_empty());
}
