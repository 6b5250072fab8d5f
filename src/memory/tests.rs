//! Rows are the same after packing and spilling, take the bytes expected, and release them.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder,
    TimestampMicrosecondArray, UInt8Array, UInt32Array, UInt64Array, new_null_array,
};
use arrow::compute::concat_batches;
use proptest::prelude::*;

use super::pack::pack;
use super::unpack::unpack;
use super::*;

fn list(items: impl IntoIterator<Item = Option<Vec<Option<String>>>>) -> ArrayRef {
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    items.into_iter().for_each(|list| lists.append_option(list));
    Arc::new(lists.finish())
}

fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    RecordBatch::try_from_iter_with_nullable(names.into_iter().zip(columns).map(|(name, column)| (name, column, true)))
        .unwrap()
}

fn rows(from: i64) -> RecordBatch {
    let text = |n: i64| (n % 3 > 0).then(|| format!("{n} and enough to be longer than a view"));
    batch(vec![
        Arc::new(Int64Array::from_iter_values(from..from + 100)),
        Arc::new((from..from + 100).map(text).collect::<StringViewArray>()),
        list(
            (from..from + 100)
                .map(|n| (n % 5 > 0).then(|| (0..n % 4).map(|item| Some(format!("item {item}"))).collect())),
        ),
    ])
}

fn back_and_forth(rows: &RecordBatch) -> RecordBatch {
    unpack(pack(rows).unwrap(), &rows.schema()).unwrap()
}

fn packed_bytes(column: impl Array + 'static) -> usize {
    pack(&batch(vec![Arc::new(column)])).unwrap().iter().map(arrow::buffer::Buffer::len).sum()
}

fn memory(held_bytes: u64, folder: &Path) -> MemoryBudget {
    MemoryBudget::new(Resources { held_bytes, ..Resources::default() }, folder)
}

#[test]
fn spilled_rows_are_read_back_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let memory = memory(1, folder.path());
    let all = rows(0);
    let mut held = RowBuffer::new(&memory, all.schema());
    for begin in [0, 30, 60] {
        held.push(all.slice(begin, 30));
        make_room(&memory, std::iter::once(&mut held)).unwrap();
        assert!(!memory.should_compress(), "one byte is not enough for anything, so all of it is in the file");
    }
    assert!(held.is_packed());
    held.push(all.slice(90, 10));
    assert_eq!(concat_batches(&all.schema(), &held.batches().unwrap()).unwrap(), all);
    assert_eq!(held.all().unwrap(), all, "packed ones and loose ones");
    assert_eq!(held.rows(), 100);
    drop(held);
    assert!(!memory.should_compress());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the spill file has no name");
}

#[test]
fn rows_are_packed_before_they_are_spilled() {
    let all = rows(0);
    let loose = weight(&all);
    // Too little for loose rows, ample for packed ones: the texts have a long prefix in common.
    let memory = memory(loose, Path::new("/a folder that does not exist, so that nothing can be spilled"));
    let mut held = RowBuffer::new(&memory, all.schema());
    held.push(all.clone());
    make_room(&memory, std::iter::once(&mut held)).unwrap();
    assert!(held.is_packed());
    assert!(!memory.should_spill(), "{memory:?}");
    assert_eq!(held.batches().unwrap(), [all]);
    drop(held);
    assert_eq!(memory.reserved(), 0);
}

#[test]
fn rows_are_packed_early_and_spilled_late_and_pages_last() {
    let memory = memory(1200, Path::new("."));
    let state = |bytes| {
        let _reservation = memory.reserve(bytes);
        (memory.should_compress(), memory.should_spill(), memory.is_exhausted())
    };
    assert_eq!([300, 301, 800].map(state), [(false, false, false), (true, false, false), (true, false, false)]);
    assert_eq!([801, 1200, 1201].map(state), [(true, true, false), (true, true, false), (true, true, true)]);
    assert_eq!(memory.reserved(), 0, "reservations end");
}

#[test]
#[cfg(target_os = "linux")]
fn freed_ranges_of_the_spill_file_are_holes() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let memory = memory(1, folder.path());
    let bytes = vec![1; 1 << 20];
    let (first, second) = (memory.spill(&bytes).unwrap(), memory.spill(&bytes).unwrap());
    let on_disk = || memory.file().unwrap().metadata().unwrap().blocks() * 512;
    let both = on_disk();
    drop(first);
    assert!(on_disk() <= both - (1 << 19), "{} of {both} bytes", on_disk());
    assert_eq!(memory.read(&second).unwrap(), bytes);
}

#[test]
fn a_column_of_nulls_takes_no_bytes() {
    for nothing in [0, 1, 5000] {
        let all = batch(vec![
            new_null_array(rows(0).column(1).data_type(), nothing),
            new_null_array(rows(0).column(2).data_type(), nothing),
        ]);
        assert_eq!(back_and_forth(&all), all);
        assert!(pack(&all).unwrap()[0].len() < 100);
    }
}

#[test]
fn ids_are_packed_without_their_common_prefix() {
    // 10 bytes are the common prefix; the length of the 22 others takes at most one byte for each row.
    let id = |n: u64| format!("wmQhJiaJu1{:022}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let ids: StringViewArray = (0..8192).map(|n| Some(id(n))).collect();
    let bytes = packed_bytes(ids);
    assert!((8192 * 20..8192 * 22 + 100).contains(&bytes), "{bytes}");
}

#[test]
fn a_dictionary_takes_a_byte_for_each_row_and_a_constant_none() {
    let words: StringViewArray =
        (0..5000).map(|n| Some(format!("the member with the long name {}", n % 256))).collect();
    assert!((5000..5000 + 256 * 50).contains(&packed_bytes(words)));
    let one: StringViewArray = std::iter::repeat_n(Some("the only member with such a name"), 5000).collect();
    assert!(packed_bytes(one) < 100);
}

#[test]
fn a_column_with_too_many_values_for_a_dictionary_is_packed() {
    let words: StringViewArray = (0..1000).map(|n| Some((n % 257).to_string())).collect();
    let all = batch(vec![Arc::new(words)]);
    assert_eq!(back_and_forth(&all), all);
}

#[test]
fn times_in_seconds_take_four_bytes() {
    let seconds = |n: i64| Some((1_700_000_000 + n * 86_400) * 1_000_000).filter(|_| n % 7 > 0);
    let times: TimestampMicrosecondArray = (0..5000).map(seconds).collect();
    let bytes = packed_bytes(times.with_timezone("UTC"));
    // And a bit for each, for some are null.
    assert!((5000 * 4..5000 * 4 + 5000 / 8 + 100).contains(&bytes), "{bytes}");
}

#[test]
fn a_type_of_no_table_is_refused() {
    let error = pack(&batch(vec![Arc::new(arrow::array::Float32Array::from(vec![1.0]))])).unwrap_err();
    assert!(error.to_string().contains("Float32"), "{error}");
}

#[test]
fn a_block_cut_short_is_our_bug_and_no_panic() {
    let all = rows(0);
    let block = pack(&all).unwrap().remove(0);
    for length in 0..block.len() {
        assert!(unpack(vec![block.slice_with_length(0, length)], &all.schema()).is_err(), "{length} bytes");
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), "[ab]{0,2}".prop_map(Some), "wmQh[a-z]{4,30}".prop_map(Some), "\\PC{0,20}".prop_map(Some)]
}

fn column(rows: usize) -> impl Strategy<Value = Vec<ArrayRef>> {
    let vec = |range| proptest::collection::vec(range, rows);
    let number = prop_oneof![Just(None), any::<i64>().prop_map(Some), (0..300_i64).prop_map(Some)];
    (
        (
            proptest::collection::vec(text(), rows),
            proptest::collection::vec(proptest::option::of("wmQh[a-z]{9}"), rows),
        ),
        vec(number.boxed()),
        proptest::collection::vec(any::<Option<bool>>(), rows),
        (proptest::collection::vec(any::<Option<u8>>(), rows), proptest::collection::vec(any::<Option<u64>>(), rows)),
        proptest::collection::vec(proptest::option::of(proptest::collection::vec(text(), 0..4)), rows),
    )
        .prop_map(|((texts, ids), numbers, flags, (small, large), lists)| {
            let columns: Vec<ArrayRef> = vec![
                Arc::new(StringViewArray::from_iter(texts)),
                Arc::new(StringViewArray::from_iter(ids)),
                Arc::new(Int64Array::from_iter(numbers.clone())),
                Arc::new(TimestampMicrosecondArray::from_iter(numbers).with_timezone("UTC")),
                Arc::new(BooleanArray::from_iter(flags)),
                Arc::new(small.iter().map(|number| number.map(u32::from)).collect::<UInt32Array>()),
                Arc::new(UInt64Array::from_iter(large)),
                list(lists),
            ];
            columns
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn unpacking_gives_what_was_packed(
        columns in (0..400_usize).prop_flat_map(column),
        cut in 0..400_usize,
        small in proptest::collection::vec(any::<Option<u8>>(), 0..400),
    ) {
        let all = batch(columns);
        prop_assert_eq!(&back_and_forth(&all), &all);
        // Slices begin in the middle of their buffers.
        let part = all.slice(cut.min(all.num_rows()), all.num_rows().saturating_sub(cut));
        prop_assert_eq!(back_and_forth(&part), part.clone());
        // A column may be null in one block and filled in another.
        let nulls = all.columns().iter().map(|column| new_null_array(column.data_type(), 3)).collect();
        let nothing = RecordBatch::try_new(all.schema(), nulls).unwrap();
        let some = [all.slice(0, all.num_rows() - part.num_rows()), nothing, part];
        let blocks = some.iter().flat_map(|rows| pack(rows).unwrap()).collect();
        prop_assert_eq!(unpack(blocks, &all.schema()).unwrap(), concat_batches(&all.schema(), &some).unwrap());
        let codes = batch(vec![Arc::new(UInt8Array::from_iter(small))]);
        prop_assert_eq!(back_and_forth(&codes), codes);
    }
}
