//! Files as a whole: damaged, empty, in row groups of any size.

use ::parquet::arrow::arrow_reader::ArrowReaderOptions;
use ::parquet::basic::Compression;
use arrow::array::new_empty_array;

use super::*;

#[test]
fn an_unsupported_codec_is_refused_by_name() {
    let file = file_of(vec![("userid", ids(&["ann"])), ("name", ids(&["Ann"]))], WriterProperties::builder());
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
