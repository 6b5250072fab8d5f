//! Parquet as warehouses write it, made in memory, read from disk.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch,
    StringArray, StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::{Int32Type, Schema};

use super::*;
use crate::ingest::tests::{check_error, rows};
use crate::schema::tables::CANONICAL;

fn read_columns(columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) -> Result<FileRecords> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_per_group)).build();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let records = read((file.path(), 0), CANONICAL, &Message::verbatim("looked for"), &zone, None)?;
    records.check()?;
    Ok(records)
}

fn strings(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn ids(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn text_of_every_kind_is_text() {
    let dictionary: DictionaryArray<Int32Type> = ["ann", "bob", "ann"].into_iter().collect();
    let records = read_columns(
        vec![
            ("userid", Arc::new(dictionary)),
            ("external_userid", Arc::new(LargeStringArray::from(vec!["wm1", "wm2", "wm3"]))),
            ("customer_name", Arc::new(StringViewArray::from(vec![Some("wei"), Some(""), None]))),
            ("remark", Arc::new(Int64Array::from(vec![Some(5), None, None]))),
            ("warehouse_key", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ],
        2,
    )
    .unwrap();
    assert_eq!(
        rows(&records.tables["relations"]),
        [
            "1: userid=ann external_userid=wm1 customer_name=wei remark=5",
            "2: userid=bob external_userid=wm2",
            "3: userid=ann external_userid=wm3"
        ]
    );
    assert_eq!(records.tally.kind, "parquet: relations (ignored columns: warehouse_key)");
    assert_eq!(records.whole_tables, ["relations"]);
}

#[test]
fn other_types_become_those_of_the_table() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
    let times: Vec<(ArrayRef, &str)> = vec![
        (Arc::new(TimestampMillisecondArray::from(vec![0])), "1969-12-31T16:00:00Z"),
        (Arc::new(TimestampMillisecondArray::from(vec![1_777_557_600_000]).with_timezone("+08:00")), "2026-04-30T14:00:00Z"),
        (Arc::new(TimestampMillisecondArray::from(vec![1_777_557_600_000]).with_timezone("Asia/Shanghai")), "2026-04-30T14:00:00Z"),
        (Arc::new(TimestampNanosecondArray::from(vec![1_777_557_600_000_000_000])), "2026-04-30T06:00:00Z"),
        (Arc::new(Date32Array::from(vec![20_000])), "2024-10-03T16:00:00Z"),
        (Arc::new(Int64Array::from(vec![1_777_557_600])), "2026-04-30T14:00:00Z"),
        (ids(&["2026-04-30 22:00:00"]), "2026-04-30T14:00:00Z"),
    ];
    for (created_at, expected) in times {
        let records =
            read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), ("created_at", created_at)], 10).unwrap();
        if expected.starts_with("1969") {
            assert_eq!(records.rejects[0].place, "row 1, created_at");
        } else {
            assert_eq!(rows(&records.tables["relations"]), [format!("1: userid=ann external_userid=wm1 created_at={expected}")]);
        }
    }
    for add_way in [Arc::new(Int32Array::from(vec![1])) as ArrayRef, Arc::new(Float64Array::from(vec![1.0])), ids(&["1"])] {
        let records = read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), ("add_way", add_way)], 10).unwrap();
        assert_eq!(rows(&records.tables["relations"]), ["1: userid=ann external_userid=wm1 add_way=1"]);
    }
    for is_customer in [Arc::new(BooleanArray::from(vec![true])) as ArrayRef, Arc::new(Int32Array::from(vec![1])), ids(&["是"])] {
        let records =
            read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), ("is_customer", is_customer)], 10).unwrap();
        assert_eq!(rows(&records.tables["relations"]), ["1: userid=ann external_userid=wm1 is_customer=true"]);
    }
    let tags = read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), ("tags", ids(&["a/b,c"]))], 10).unwrap();
    assert_eq!(rows(&tags.tables["relations"]), ["1: userid=ann external_userid=wm1 tags=[a/b, c]"]);
    let wrong = read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), ("tags", Arc::new(list))], 10);
    check_error(wrong, "column tags", "the type is");
}

#[test]
fn an_ingested_snapshot_keeps_where_it_came_from() {
    let records = read_columns(
        vec![
            ("userid", ids(&["ann"])),
            ("external_userid", ids(&["wm1"])),
            ("source_file", ids(&["dump.json"])),
            ("source_record", Arc::new(Int64Array::from(vec![7]))),
        ],
        10,
    )
    .unwrap();
    assert_eq!(rows(&records.tables["relations"]), ["1: userid=ann external_userid=wm1 source_file=dump.json source_record=7"]);
}

#[test]
fn rows_that_cannot_be_read_are_rejects_with_their_number() {
    let records = read_columns(
        vec![
            ("chat_id", strings(&[Some("wr1"), None, Some("wr1"), Some("wr1")])),
            ("userid", ids(&["ann", "bob", "cat", "dan"])),
            ("kind", strings(&[Some("member"), Some("member"), Some("guest"), Some("external")])),
        ],
        2,
    )
    .unwrap();
    assert_eq!(
        rows(&records.tables["group_members"]),
        ["1: chat_id=wr1 userid=ann kind=member", "4: chat_id=wr1 userid=dan kind=external"]
    );
    let places: Vec<&str> = records.rejects.iter().map(|reject| reject.place.as_str()).collect();
    assert_eq!(places, ["row 2, chat_id", "row 3, kind"]);
    let nameless =
        read_columns(vec![("userid", ids(&["ann"])), ("external_userid", strings(&[None])), ("customer_name", ids(&[""]))], 10).unwrap();
    assert_eq!(nameless.rejects[0].place, "row 1, external_userid or customer_name");
}

#[test]
fn a_column_of_numbers_is_no_column_of_ids() {
    let few = read_columns(vec![("userid", Arc::new(Int64Array::from(vec![Some(1), None]))), ("name", ids(&["a", "b"]))], 10).unwrap();
    assert_eq!((few.tally.rejected, few.rejects.len(), few.tally.pushed), (2, 2, 0));
    assert!(few.rejects[0].reason.contains("a number where an id belongs"));
    assert!(few.rejects[1].reason.contains("empty"));
    let many = read_columns(vec![("userid", Arc::new(Int64Array::from_iter_values(0..2500)))], 700).unwrap();
    assert_eq!((many.tally.records_read, many.tally.rejected, many.rejects.len()), (2500, 2500, 1000));
    assert!(many.rejects[999].reason.ends_with("(and 1500 more rejects in this file, not listed)"));
    assert_eq!(many.rejects[999].record, 1000);
}

#[test]
fn what_is_no_table_or_damaged_is_said() {
    check_error(read_columns(vec![("phone", ids(&["1"]))], 10), "columns found: phone", "looked for");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"PAR1 and nothing more").unwrap();
    let damaged = read((file.path(), 0), CANONICAL, &Message::verbatim(""), &TimeZone::UTC, None);
    check_error(damaged, "file", "cut off or damaged");
}

#[test]
fn an_empty_table_is_a_table() {
    let schema = Schema::new(vec![arrow::datatypes::Field::new("userid", DataType::Utf8, true)]);
    let empty = RecordBatch::new_empty(Arc::new(schema));
    let records = read_columns(vec![("userid", Arc::clone(empty.column(0)))], 10).unwrap();
    assert_eq!((records.tally.records_read, records.whole_tables), (0, vec!["members"]));
}

#[test]
fn a_large_row_group_is_read_as_many_small_ones_are() {
    let count = 2 * BATCH_ROWS + 3;
    let numbered = |what: &str, every: usize| -> ArrayRef {
        Arc::new((1..=count).map(|row| (row % every != 0).then(|| format!("{what}{row}"))).collect::<StringArray>())
    };
    let mut tags = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new());
    (0..count).for_each(|row| tags.append_option((row % 5 > 0).then(|| (0..row % 3).map(|tag| Some(format!("tag {row} {tag}"))))));
    let columns = || -> Vec<(&str, ArrayRef)> {
        let tags = Arc::new(tags.finish_cloned());
        vec![("userid", numbered("u", count + 1)), ("external_userid", numbered("wm", 50_000)), ("tags", tags)]
    };
    let (one, many) = (read_columns(columns(), count).unwrap(), read_columns(columns(), 1000).unwrap());
    let rejected: Vec<u64> = one.rejects.iter().map(|reject| reject.record).collect();
    assert_eq!(rejected, [50_000, 100_000]);
    let together = |records: &FileRecords| {
        let batches = &records.tables["relations"];
        arrow::compute::concat_batches(&batches[0].schema(), batches).unwrap()
    };
    assert_eq!(together(&one), together(&many));
    let last = together(&one).slice(count - 3, 1);
    assert_eq!(rows(&[last]), [format!("{count}: userid=u{count} external_userid=wm{count} tags=[tag {0} 0]", count - 1)]);
}
