//! Parquet as warehouses write it, made in memory, read from disk.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_reader::ArrowReaderOptions;
use ::parquet::basic::Compression;
use ::parquet::data_type::{ByteArray, ByteArrayType, Int96, Int96Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, DictionaryArray,
    FixedSizeBinaryArray, Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, ListBuilder,
    RecordBatch, StringArray, StringBuilder, StringViewArray, StructArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    new_empty_array, new_null_array,
};
use arrow::datatypes::{DataType, Field, Int32Type, i256};

use super::*;
use crate::case::OwnHeaders;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers};
use crate::ingest::headers::HeaderMapping;
use crate::ingest::records::MAX_LISTED_REJECTS;
use crate::ingest::tests::{check_error, rows};
use crate::schema::lists::LIST_TABLES;
use crate::schema::tables::SNAPSHOT_TABLES;
use crate::schema::vocabulary::{Dataset, Grain};

fn opened(path: &Path) -> OpenFile {
    OpenFile::new(&std::fs::File::open(path).unwrap()).unwrap()
}

fn read_file(file: &tempfile::NamedTempFile) -> Result<FileRecords> {
    read_file_of(file, SNAPSHOT_TABLES)
}

fn read_file_of(file: &tempfile::NamedTempFile, tables: &'static [&'static Table]) -> Result<FileRecords> {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let own = HeaderMapping::new(
        "snapshots.target-after.columns".to_owned(),
        &OwnHeaders::from([("state", "channel".to_owned())]),
    );
    let records = read(
        (file.path(), 0, opened(file.path())),
        ExpectedTables { tables, own: &own },
        &Message::verbatim("looked for"),
        &zone,
        None,
    )?;
    records.check()?;
    Ok(records)
}

fn file_of(columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) -> tempfile::NamedTempFile {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_per_group)).build();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

fn read_columns(columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) -> Result<FileRecords> {
    read_file(&file_of(columns, rows_per_group))
}

fn strings(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn ids(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// What a relation of one row becomes with that column beside its ids: its value, or why it cannot be read.
fn value(column: &str, array: ArrayRef) -> String {
    let records =
        read_columns(vec![("userid", ids(&["ann"])), ("external_userid", ids(&["wm1"])), (column, array)], 10).unwrap();
    match records.rejects.first() {
        Some(reject) => format!("{}: {}", reject.place, reject.reason),
        None => rows(&records.tables["relations"])[0]
            .trim_start_matches("1: userid=ann external_userid=wm1")
            .trim()
            .to_owned(),
    }
}

/// The row of a relation with that id, or why the table, of this row alone, is refused.
fn relation(userid: ArrayRef) -> String {
    match read_columns(vec![("userid", userid), ("external_userid", ids(&["wm1"]))], 10) {
        Ok(records) => rows(&records.tables["relations"])[0].clone(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn text_of_every_kind_is_text() {
    let dictionary: DictionaryArray<Int32Type> = ["ann", "bob", "ann"].into_iter().collect();
    let records = read_columns(
        vec![
            ("userid", Arc::new(dictionary)),
            ("external_userid", Arc::new(LargeStringArray::from(vec!["wm1", "wm2", "wm3"]))),
            ("customer_name", Arc::new(StringViewArray::from(vec![Some("wei"), Some(""), None]))),
            ("state", Arc::new(BinaryArray::from_opt_vec(vec![Some("门店".as_bytes()), None, None]))),
            ("remark", Arc::new(Int64Array::from(vec![Some(5), None, None]))),
            ("warehouse_key", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ],
        2,
    )
    .unwrap();
    assert_eq!(
        rows(&records.tables["relations"]),
        [
            "1: userid=ann external_userid=wm1 customer_name=wei state=门店 remark=5",
            "2: userid=bob external_userid=wm2",
            "3: userid=ann external_userid=wm3"
        ]
    );
    assert_eq!(
        (records.tally.kind.as_str(), &records.tally.unused_columns[..]),
        ("parquet: relations", &["warehouse_key".to_owned()][..])
    );
    assert_eq!(
        (records.whole_tables, records.tally.relations, records.tally.unreadable_values),
        (vec!["relations"], (3, 0), 0)
    );
}

#[test]
fn keys_are_read_as_in_every_format() {
    let fixed = |id: &[u8]| Arc::new(FixedSizeBinaryArray::try_from_iter(std::iter::once(id)).unwrap()) as ArrayRef;
    for ann in [
        ids(&["  ann\t"]),
        ids(&["\u{feff}ann\u{200b}"]),
        ids(&["=\"ann\""]),
        ids(&["'ann"]),
        fixed(b"ann   "),
        fixed(b"ann\0\0"),
    ] {
        assert_eq!(relation(ann), "1: userid=ann external_userid=wm1");
    }
    let numbers: [(ArrayRef, &str); 5] = [
        (Arc::new(Int64Array::from(vec![2001])), "2001"),
        (Arc::new(Int32Array::from(vec![7])), "7"),
        (Arc::new(UInt64Array::from(vec![1 << 53])), "9007199254740992"),
        (Arc::new(Decimal128Array::from(vec![2001]).with_precision_and_scale(38, 0).unwrap()), "2001"),
        (ids(&["00123"]), "00123"),
    ];
    for (number, expected) in numbers {
        assert_eq!(relation(number), format!("1: userid={expected} external_userid=wm1"));
    }
    let unreadable: [(ArrayRef, &str); 10] = [
        (Arc::new(Float64Array::from(vec![2001.0])), "a decimal number"),
        (ids(&["2001.0"]), "a decimal number"),
        (Arc::new(Decimal128Array::from(vec![200_100]).with_precision_and_scale(20, 2).unwrap()), "a decimal number"),
        (Arc::new(UInt64Array::from(vec![u64::MAX])), "number"),
        (Arc::new(Int64Array::from(vec![(1 << 53) + 1])), "2^53"),
        (Arc::new(BooleanArray::from(vec![true])), "a boolean in an id column"),
        (Arc::new(Date32Array::from(vec![20_000])), "date"),
        (Arc::new(BinaryArray::from_vec(vec![b"\xff\xfeann"])), "damaged"),
        (Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])])), "not text"),
        (
            Arc::new(StructArray::from(vec![(Arc::new(Field::new("id", DataType::Utf8, true)), ids(&["ann"]))])),
            "not text",
        ),
    ];
    for (wrong, reason) in unreadable {
        let shown = relation(wrong);
        assert!(shown.contains("row 1, userid: ") && shown.contains(reason), "{shown} / {reason}");
    }
    let nothing: [ArrayRef; 5] = [
        ids(&["NULL"]),
        ids(&[" - "]),
        ids(&["无"]),
        Arc::new(Float64Array::from(vec![f64::NAN])),
        new_null_array(&DataType::Boolean, 1),
    ];
    for null in nothing {
        let shown = relation(null);
        assert!(shown.contains("row 1, userid: absent"), "{shown}");
    }
}

#[test]
fn times_are_read_as_in_every_format() {
    let seconds = 1_777_557_600;
    let decimal = |value, precision, scale| {
        Arc::new(Decimal128Array::from(vec![value]).with_precision_and_scale(precision, scale).unwrap())
    };
    let wide = Decimal256Array::from(vec![i256::from_i128(i128::from(seconds) * 1000)])
        .with_precision_and_scale(60, 3)
        .unwrap();
    let times: Vec<(ArrayRef, &str)> = vec![
        (
            Arc::new(TimestampMillisecondArray::from(vec![seconds * 1000]).with_timezone("+08:00")),
            "2026-04-30T14:00:00Z",
        ),
        (
            Arc::new(TimestampMillisecondArray::from(vec![seconds * 1000]).with_timezone("Asia/Shanghai")),
            "2026-04-30T14:00:00Z",
        ),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![seconds * 1_000_000]).with_timezone("UTC")),
            "2026-04-30T14:00:00Z",
        ),
        (Arc::new(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000])), "2026-04-30T06:00:00Z"),
        (Arc::new(TimestampSecondArray::from(vec![seconds])), "2026-04-30T06:00:00Z"),
        (Arc::new(Date32Array::from(vec![20_000])), "2024-10-03T16:00:00Z"),
        (Arc::new(Int64Array::from(vec![seconds])), "2026-04-30T14:00:00Z"),
        (Arc::new(Int64Array::from(vec![seconds * 1000])), "2026-04-30T14:00:00Z"),
        (Arc::new(Float64Array::from(vec![1_777_557_600.5])), "2026-04-30T14:00:00.5Z"),
        (decimal(i128::from(seconds), 10, 0), "2026-04-30T14:00:00Z"),
        (decimal(i128::from(seconds) * 1_000_000, 20, 6), "2026-04-30T14:00:00Z"),
        (Arc::new(wide), "2026-04-30T14:00:00Z"),
        (Arc::new(Int32Array::from(vec![46_142])), "2026-04-29T16:00:00Z"),
        (ids(&["2026-04-30 22:00:00"]), "2026-04-30T14:00:00Z"),
        (ids(&["2026年4月30日 22:00"]), "2026-04-30T14:00:00Z"),
    ];
    for (created_at, expected) in times {
        let kind = created_at.data_type().clone();
        assert_eq!(value("created_at", created_at), format!("created_at={expected}"), "{kind}");
    }
    let nothing: Vec<ArrayRef> = vec![
        Arc::new(TimestampMillisecondArray::from(vec![0])),
        Arc::new(Date32Array::from(vec![-25_569])),
        Arc::new(Int64Array::from(vec![0])),
        ids(&["0000-00-00"]),
        ids(&["NaT"]).slice(0, 0),
        Arc::new(Float64Array::from(vec![f64::NAN])),
    ];
    for null in nothing.into_iter().filter(|null| !null.is_empty()) {
        assert_eq!(value("created_at", null), "");
    }
    let unreadable: Vec<ArrayRef> = vec![
        Arc::new(Date32Array::from(vec![i32::MAX])),
        Arc::new(TimestampSecondArray::from(vec![i64::MIN])),
        Arc::new(TimestampMillisecondArray::from(vec![i64::MAX]).with_timezone("UTC")),
        // Exact to two minutes only.
        Arc::new(Float32Array::from(vec![1_777_557_632.0])),
        Arc::new(Time64MicrosecondArray::from(vec![5])),
        Arc::new(BooleanArray::from(vec![true])),
        ids(&["#REF!"]),
        ids(&["5/2/2026"]),
        Arc::new(Int64Array::from(vec![12])),
    ];
    for wrong in unreadable {
        let shown = value("created_at", wrong);
        assert!(shown.starts_with("row 1, created_at: "), "{shown}");
    }
}

#[test]
fn numbers_flags_words_and_lists_are_read_as_in_every_format() {
    for add_way in [
        Arc::new(Int32Array::from(vec![1])) as ArrayRef,
        Arc::new(Float64Array::from(vec![1.0])),
        ids(&["1"]),
        ids(&["1.0"]),
    ] {
        assert_eq!(value("add_way", add_way), "add_way=1");
    }
    assert!(
        value("add_way", Arc::new(Float64Array::from(vec![1.5]))).starts_with("row 1, add_way: not a whole number")
    );
    for is_customer in
        [Arc::new(BooleanArray::from(vec![true])) as ArrayRef, Arc::new(Int32Array::from(vec![1])), ids(&["是"])]
    {
        assert_eq!(value("is_customer", is_customer), "is_customer=true");
    }
    assert!(value("is_customer", Arc::new(Int32Array::from(vec![2]))).starts_with("row 1, is_customer: "));
    assert_eq!(value("tags", ids(&["a/b,c"])), "tags=[a/b, c]");
    let number_tags = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(7), None, Some(8)])]);
    assert_eq!(value("tags", Arc::new(number_tags)), "tags=[7, 8]");
    assert!(value("tags", Arc::new(BooleanArray::from(vec![true]))).starts_with("row 1, tags: "));
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a/b"), None, Some("c")]);
    assert_eq!(value("tags", Arc::new(lists.finish())), "tags=[a/b, c]");
    let codes =
        |chat_ids: ArrayRef| read_columns(vec![("config_id", ids(&["c1"])), ("chat_ids", chat_ids)], 10).unwrap();
    lists.append_value([Some(" wr1 "), Some("NULL"), Some("wr2")]);
    assert_eq!(rows(&codes(Arc::new(lists.finish())).tables["join_codes"]), ["1: config_id=c1 chat_ids=[wr1, wr2]"]);
    lists.append_value([Some("wr1"), Some("2001.0")]);
    let unreadable = codes(Arc::new(lists.finish()));
    assert_eq!(rows(&unreadable.tables["join_codes"]), ["1: config_id=c1 unreadable=[chat_ids]"]);
    assert_eq!(unreadable.rejects[0].dataset, Dataset::JoinCodes);
}

#[test]
fn a_column_shows_which_part_of_its_dates_is_the_day() {
    let dates = |texts: &[&str]| {
        let users: Vec<String> = (0..texts.len()).map(|n| format!("wm{n}")).collect();
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        let columns = vec![
            ("userid", ids(&vec!["ann"; texts.len()])),
            ("external_userid", ids(&users)),
            ("created_at", ids(texts)),
        ];
        read_columns(columns, 1).unwrap()
    };
    let first = |records: &FileRecords| rows(&records.tables["relations"])[0].clone();
    assert!(first(&dates(&["5/2/2026", "25/2/2026"])).ends_with("created_at=2026-02-04T16:00:00Z"));
    assert!(first(&dates(&["5/2/2026", "2/25/2026"])).ends_with("created_at=2026-05-01T16:00:00Z"));
    for untold in [&["5/2/2026", "6/3/2026"][..], &["5/2/2026", "25/2/2026", "2/25/2026"]] {
        assert!(first(&dates(untold)).ends_with("unreadable=[created_at]"));
    }
}

#[test]
fn an_ingested_snapshot_keeps_its_sources_and_rejects() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_null();
    lists.append_value([Some("unionid")]);
    lists.append_value([Some("unionid")]);
    let records = read_columns(
        vec![
            ("userid", ids(&["ann", "ann", "ann"])),
            ("external_userid", ids(&["wm1", "wm2", "wm3"])),
            ("created_at", strings(&[None, None, Some("soon")])),
            ("source_file", ids(&["dump.json", "dump.json", "dump.json"])),
            ("source_record", Arc::new(Int64Array::from(vec![7, 8, 9]))),
            ("unreadable", Arc::new(lists.finish())),
        ],
        10,
    )
    .unwrap();
    assert_eq!(
        rows(&records.tables["relations"]),
        [
            "1: userid=ann external_userid=wm1 source_file=dump.json source_record=7",
            "2: userid=ann external_userid=wm2 source_file=dump.json source_record=8 unreadable=[unionid]",
            "3: userid=ann external_userid=wm3 source_file=dump.json source_record=9 unreadable=[created_at, unionid]"
        ]
    );
}

#[test]
fn a_word_for_null_is_an_id_where_ingest_wrote_it() {
    let batch =
        RecordBatch::try_from_iter(vec![("userid", ids(&["ann", "nan"])), ("external_userid", ids(&["wm1", "wm1"]))])
            .unwrap();
    for (key, rows) in [(TOOL_VERSION, 2), ("pandas", 1)] {
        let file = tempfile::NamedTempFile::new().unwrap();
        let entry = ::parquet::file::metadata::KeyValue::new(key.to_owned(), "1".to_owned());
        let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![entry])).build();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(read_file(&file).unwrap().tally.pushed, rows, "{key}");
    }
}

#[test]
fn headers_are_those_of_sheets() {
    let records = read_columns(
        vec![
            ("添加人账号", ids(&["ann", "ann", "ann"])),
            ("externalUserId", ids(&["wm1", "wm2", "wm3"])),
            ("channel", ids(&["shop", "", "fair"])),
            ("标签", strings(&[Some("x"), None, None])),
            ("标签组1(来源)", strings(&[Some("a,b"), None, Some("c")])),
            ("phone", ids(&["1", "2", "3"])),
        ],
        2,
    )
    .unwrap();
    let mut all = rows(&records.tables["relations"]);
    all.sort();
    assert_eq!(
        all,
        [
            "1: userid=ann external_userid=wm1 state=shop tags=[x, 来源/a, 来源/b]",
            "2: userid=ann external_userid=wm2",
            "3: userid=ann external_userid=wm3 state=fair tags=[来源/c]"
        ]
    );
    assert_eq!((&records.tally.unused_columns[..], records.tally.unreadable_values), (&["phone".to_owned()][..], 0));
}

#[test]
fn unused_rows_are_passed_over() {
    let targets = strings(&[Some("new1"), None, Some("-")]);
    let file = file_of(
        vec![("source_external_userid", ids(&["old1", "old2", "old3"])), ("target_external_userid", targets)],
        10,
    );
    let records = read_file_of(&file, LIST_TABLES).unwrap();
    let passed_over: Vec<(&String, &u64)> = records.tally.passed_over.iter().collect();
    assert_eq!(passed_over, [(&"row of a map without its target".to_owned(), &2)]);
    assert_eq!((records.tally.records_read, records.tally.pushed, records.tally.rejected), (3, 1, 0));
}

#[test]
fn only_a_record_without_a_key_is_a_reject() {
    let records = read_columns(
        vec![
            ("chat_id", strings(&[Some("wr1"), None, Some("wr1"), Some("wr1")])),
            ("userid", ids(&["ann", "bob", "cat", "dan"])),
            ("kind", strings(&[Some("member"), Some("member"), Some("guest"), Some("external")])),
        ],
        2,
    )
    .unwrap();
    let mut all = rows(&records.tables["group_members"]);
    all.sort();
    assert_eq!(
        all,
        [
            "1: chat_id=wr1 userid=ann kind=member",
            "3: chat_id=wr1 userid=cat unreadable=[kind]",
            "4: chat_id=wr1 userid=dan kind=external"
        ]
    );
    let places: Vec<(Grain, &str)> =
        records.rejects.iter().map(|reject| (reject.grain, reject.place.as_str())).collect();
    assert_eq!(places, [(Grain::Record, "row 2, chat_id"), (Grain::Value, "row 3, kind")]);
    assert_eq!((records.tally.records_read, records.tally.rejected, records.tally.unreadable_values), (4, 1, 1));
    assert_eq!(records.doubts.records_of(Dataset::GroupMembers), 1);
}

#[test]
fn an_unreadable_relation_puts_its_account_in_doubt() {
    let records = read_columns(
        vec![
            ("userid", strings(&[Some("ann"), Some("bob"), None, Some("cat")])),
            ("external_userid", strings(&[Some("2026-05-01"), None, Some("wm3"), Some("wm4")])),
            ("unionid", strings(&[None, None, Some("union3"), None])),
            ("customer_name", strings(&[None, None, Some("wei"), Some("bad \u{fffd} name")])),
        ],
        10,
    )
    .unwrap();
    let shown: Vec<String> = records
        .rejects
        .iter()
        .map(|reject| format!("{} {:?} {:?}", reject.place, reject.grain, reject.userid.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            "row 1, external_userid Record Some(\"ann\")",
            "row 2, external_userid or unionid or tmp_openid or customer_name Record Some(\"bob\")",
            "row 3, userid Record None",
            "row 4, customer_name Value Some(\"cat\")"
        ]
    );
    assert_eq!(
        rows(&records.tables["relations"]),
        ["4: userid=cat external_userid=wm4 customer_name=bad \u{fffd} name unreadable=[customer_name]"]
    );
    let key = CustomerKey { external_userid: Some("wm3".into()), unionid: Some("union3".into()) };
    assert_eq!(records.doubts.of(Dataset::Relations, "dan"), Some(DoubtfulCustomers::These([key].into())));
    assert_eq!(records.doubts.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::Any));
    assert_eq!(records.tally.relations, (4, 3));
}

#[test]
fn rejects_are_listed_up_to_a_limit_and_all_counted() {
    let count = 2500;
    let named = |value: fn(i32) -> String| -> ArrayRef {
        Arc::new((0..count).map(|n| Some(value(n))).collect::<StringArray>())
    };
    let texts = named(|n| if n == 0 { "ann".to_owned() } else { format!("{n}.0") });
    let mut records = read_columns(vec![("userid", texts), ("name", named(|n| n.to_string()))], 7).unwrap();
    records.count_unlisted_rejects();
    assert_eq!(
        (records.tally.records_read, records.tally.rejected, records.rejects.len()),
        (2500, 2499, MAX_LISTED_REJECTS as usize)
    );
    let numbers: Vec<u64> = records.rejects.iter().map(|reject| reject.record).collect();
    assert_eq!(numbers, (2..=MAX_LISTED_REJECTS + 1).collect::<Vec<_>>());
    let not_listed: Vec<u64> = records.rejects.iter().map(|reject| reject.not_listed).collect();
    assert_eq!((not_listed[..99].iter().sum::<u64>(), not_listed[99]), (0, 2399));
    assert_eq!(records.doubts.records_of(Dataset::Members), 2499);
    let flags = named(|n| if n == 1000 { "no" } else { "perhaps" }.to_owned());
    let records =
        read_columns(vec![("userid", named(|n| format!("user {n}"))), ("has_customer_contact", flags)], 700).unwrap();
    assert_eq!((records.tally.rejected, records.tally.unreadable_values, records.tally.pushed), (0, 2499, 2500));
    assert_eq!(records.rejects.len(), MAX_LISTED_REJECTS as usize);
    let mut last: Vec<String> = rows(&records.tables["members"]);
    last.sort_by_key(|row| row.split(':').next().and_then(|number| number.parse::<u64>().ok()));
    assert_eq!(
        last[1000..1002],
        [
            "1001: userid=user 1000 has_customer_contact=false",
            "1002: userid=user 1001 unreadable=[has_customer_contact]"
        ]
    );
}

/// A file of one row group with these columns, as its message type describes them.
fn file_of_message(message: &str, write: impl Fn(&mut SerializedFileWriter<std::fs::File>)) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let schema = Arc::new(parse_message_type(message).unwrap());
    let mut writer =
        SerializedFileWriter::new(file.reopen().unwrap(), schema, Arc::new(WriterProperties::default())).unwrap();
    write(&mut writer);
    writer.close().unwrap();
    file
}

fn write_columns<T: ::parquet::data_type::DataType>(
    writer: &mut SerializedFileWriter<std::fs::File>,
    columns: &[&[T::T]],
) {
    let mut group = writer.next_row_group().unwrap();
    for values in columns {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<T>().write_batch(values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
}

#[test]
fn int96_is_utc_whatever_the_year() {
    let message = "message schema { REQUIRED BYTE_ARRAY userid (UTF8); \
        REQUIRED BYTE_ARRAY external_userid (UTF8); REQUIRED INT96 created_at; }";
    let text = |text: &str| ByteArray::from(text);
    // 2026-04-30 is Julian day 2,461,161, and the year 1 began on day 1,721,426.
    let time = |day: u32, hours: u64| {
        let nanos = hours * 3_600_000_000_000;
        let mut int96 = Int96::new();
        int96.set_data(nanos as u32, (nanos >> 32) as u32, day);
        int96
    };
    let times = [time(2_461_161, 14), time(1_721_426, 0), time(5_373_484, 0)];
    let file = file_of_message(message, |writer| {
        let mut group = writer.next_row_group().unwrap();
        for values in [["ann", "bob", "cat"], ["wm1", "wm2", "wm3"]] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values.map(text), None, None).unwrap();
            column.close().unwrap();
        }
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int96Type>().write_batch(&times, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    });
    assert_eq!(
        rows(&read_file(&file).unwrap().tables["relations"]),
        [
            "1: userid=ann external_userid=wm1 created_at=2026-04-30T14:00:00Z",
            "2: userid=bob external_userid=wm2",
            "3: userid=cat external_userid=wm3 unreadable=[created_at]"
        ]
    );
}

#[test]
fn an_invalid_byte_costs_only_its_text() {
    let message = "message schema { REQUIRED BYTE_ARRAY userid (UTF8); REQUIRED BYTE_ARRAY external_userid (UTF8); \
                   REQUIRED BYTE_ARRAY customer_name (UTF8); REQUIRED BYTE_ARRAY state (JSON); }";
    let count = BATCH_ROWS + 10;
    let texts =
        |what: &str| (1..=count).map(|row| ByteArray::from(format!("{what}{row}").as_str())).collect::<Vec<_>>();
    let mut names = texts("name ");
    names[count - 5] = ByteArray::from(b"w\xffei".to_vec());
    let mut users = texts("user");
    users[count - 3] = ByteArray::from(b"user\xe4\xb8".to_vec());
    let file = file_of_message(message, |writer| {
        write_columns::<ByteArrayType>(writer, &[&users, &texts("wm"), &names, &texts("s")]);
    });
    let records = read_file(&file).unwrap();
    assert_eq!(
        (records.tally.records_read, records.tally.rejected, records.tally.unreadable_values),
        (count as u64, 1, 1)
    );
    let places: Vec<String> = records.rejects.iter().map(|reject| reject.place.clone()).collect();
    assert_eq!(places, [format!("row {}, customer_name", count - 4), format!("row {}, userid", count - 2)]);
    let batches = &records.tables["relations"];
    assert_eq!(batches[0].num_rows(), BATCH_ROWS);
    let row = count - 4;
    let others = rows(&batches[1..]);
    assert_eq!(others.len(), 9);
    assert_eq!(
        others[8],
        format!(
            "{row}: userid=user{row} external_userid=wm{row} customer_name=w\u{fffd}ei state=s{row} \
             unreadable=[customer_name]"
        )
    );
    let row = BATCH_ROWS + 1;
    assert_eq!(
        others[0],
        format!("{row}: userid=user{row} external_userid=wm{row} customer_name=name {row} state=s{row}")
    );
}

#[test]
fn an_unsupported_codec_is_refused_by_name() {
    let file = file_of(vec![("userid", ids(&["ann"])), ("name", ids(&["Ann"]))], 10);
    let footer = footer::read((file.path(), &opened(file.path())), TextValidation::ByPage).unwrap();
    let mut metadata = footer.metadata().as_ref().clone().into_builder();
    let mut groups = metadata.take_row_groups();
    let mut group = groups.remove(0).into_builder();
    let mut columns = group.take_columns();
    columns[1] = columns[1].clone().into_builder().set_compression(Compression::LZO).build().unwrap();
    let metadata = metadata.set_row_groups(vec![group.set_column_metadata(columns).build().unwrap()]).build();
    let footer = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new()).unwrap();
    assert!(footer::check_codecs(file.path(), &footer, &[0]).is_ok());
    check_error(footer::check_codecs(file.path(), &footer, &[0, 1]), "column name", "compressed with LZO");
}

#[test]
fn damaged_files_and_unknown_tables_are_refused() {
    check_error(read_columns(vec![("phone", ids(&["1"]))], 10), "columns found: phone", "looked for");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"PAR1 and nothing more").unwrap();
    check_error(read_file(&file), "file", "cut off or damaged");
}

#[test]
fn a_table_without_readable_rows_is_not_complete() {
    let texts = || new_empty_array(&DataType::Utf8);
    let empty = read_columns(vec![("userid", texts()), ("name", texts())], 10).unwrap();
    assert_eq!((empty.tally.records_read, empty.whole_tables, empty.empty_tables), (0, vec![], vec!["members"]));
    let floats = Arc::new((0..2500).map(f64::from).collect::<Float64Array>());
    let unreadable = read_columns(vec![("userid", floats), ("external_userid", ids(&["wm1"; 2500]))], 700);
    check_error(unreadable, "relations", "none of its 2500 rows can be read:\n    row 1, userid: ");
}

#[test]
fn large_and_small_row_groups_are_read_alike() {
    let count = 2 * BATCH_ROWS + 3;
    let numbered = |what: &str, every: usize| -> ArrayRef {
        Arc::new((1..=count).map(|row| (row % every != 0).then(|| format!("{what}{row}"))).collect::<StringArray>())
    };
    let mut tags = ListBuilder::new(StringBuilder::new());
    (0..count).for_each(|row| {
        tags.append_option((row % 5 > 0).then(|| (0..row % 3).map(|tag| Some(format!("tag {row} {tag}")))));
    });
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
    assert_eq!(
        rows(&[last]),
        [format!("{count}: userid=u{count} external_userid=wm{count} tags=[tag {0} 0]", count - 1)]
    );
}
