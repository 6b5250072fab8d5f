//! Values of every type of Arrow and Parquet.

use ::parquet::data_type::{ByteArray, ByteArrayType, Int96, Int96Type};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use arrow::array::{
    Array, BinaryArray, Date32Array, Decimal128Array, Decimal256Array, DictionaryArray, FixedSizeBinaryArray,
    Float32Array, Int32Array, LargeStringArray, ListArray, StringViewArray, StructArray, Time64MicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{Field, Int32Type, i256};

use super::*;

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
        relations(&records),
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

const TIME: &str = "2026-04-30T14:00:00Z";

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
        (Arc::new(TimestampMillisecondArray::from(vec![seconds * 1000]).with_timezone("+08:00")), TIME),
        (Arc::new(TimestampMillisecondArray::from(vec![seconds * 1000]).with_timezone("Asia/Shanghai")), TIME),
        (Arc::new(TimestampMicrosecondArray::from(vec![seconds * 1_000_000]).with_timezone("UTC")), TIME),
        (Arc::new(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000])), "2026-04-30T06:00:00Z"),
        (Arc::new(TimestampSecondArray::from(vec![seconds])), "2026-04-30T06:00:00Z"),
        (Arc::new(Date32Array::from(vec![20_000])), "2024-10-03T16:00:00Z"),
        (Arc::new(Int64Array::from(vec![seconds])), TIME),
        (Arc::new(Int64Array::from(vec![seconds * 1000])), TIME),
        (Arc::new(Float64Array::from(vec![1_777_557_600.5])), "2026-04-30T14:00:00.5Z"),
        (decimal(i128::from(seconds), 10, 0), TIME),
        (decimal(i128::from(seconds) * 1_000_000, 20, 6), TIME),
        (Arc::new(wide), TIME),
        (Arc::new(Int32Array::from(vec![46_142])), "2026-04-29T16:00:00Z"),
        (ids(&["2026-04-30 22:00:00"]), TIME),
        (ids(&["2026年4月30日 22:00"]), TIME),
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
        Arc::new(Float64Array::from(vec![f64::NAN])),
    ];
    for null in nothing {
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
    let texts = |name: &str, texts: [Option<&str>; 3]| {
        (Arc::new(Field::new(name, DataType::Utf8, true)), Arc::new(StringArray::from(texts.to_vec())) as ArrayRef)
    };
    let named = StructArray::from(vec![
        texts("group_name", [Some("a"), None, Some("")]),
        texts("tag_name", [Some("b"), Some("c"), None]),
        texts("tag_id", [None, Some("et2"), Some("et3")]),
    ]);
    let item = Arc::new(Field::new_list_field(named.data_type().clone(), true));
    let of_objects = ListArray::new(item, OffsetBuffer::from_lengths([3]), Arc::new(named), None);
    assert_eq!(value("tags", Arc::new(of_objects)), "tags=[a/b, c, et3]");
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
    let first = |records: &FileRecords| relations(records)[0].clone();
    assert!(first(&dates(&["5/2/2026", "25/2/2026"])).ends_with("created_at=2026-02-04T16:00:00Z"));
    assert!(first(&dates(&["5/2/2026", "2/25/2026"])).ends_with("created_at=2026-05-01T16:00:00Z"));
    for untold in [&["5/2/2026", "6/3/2026"][..], &["5/2/2026", "25/2/2026", "2/25/2026"]] {
        assert!(first(&dates(untold)).ends_with("unreadable=[created_at]"));
    }
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
        relations(&read_file(&file).unwrap()),
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
