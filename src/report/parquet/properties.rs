//! The properties of each column in a Parquet file: encoding, dictionary, bounds, bloom filter.

use arrow::datatypes::{Field, Schema};
use parquet::arrow::encode_arrow_schema;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::{Footer, PAGE, ROW_GROUP};
use crate::schema::tables::CANONICAL;
use crate::schema::{Column, Kind, Table, fields as f};

/// Maximum bytes of a dictionary of texts. Beyond it, as with names, the rest is written plain: most values are unique,
/// and a dictionary look-up of each costs time and saves little.
const DICTIONARY: usize = 1 << 18;

/// Returns the properties of the file of a table, which is sorted by the columns `sorted_by`.
pub fn properties(table: &Table, sorted_by: &[&Column], footer: &Footer) -> WriterProperties {
    let mut entries = vec![KeyValue::new("ARROW:schema".to_owned(), encode_arrow_schema(&published_schema(table)))];
    entries.extend(footer.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())));
    let sorting = sorted_by.iter().filter_map(|column| table.position(column)).filter_map(|n| i32::try_from(n).ok());
    let sorting: Vec<SortingColumn> =
        sorting.map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true }).collect();
    let builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_data_page_row_count_limit(PAGE)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(entries))
        .set_sorting_columns((!sorting.is_empty()).then_some(sorting));
    // Ids are looked up in reports only; snapshots are read as a whole.
    let is_looked_up_in = !CANONICAL.contains(&table);
    let columns = table.columns.iter().map(|slot| slot.column);
    columns.fold(builder, |builder, column| with_column(builder, column, sorted_by, is_looked_up_in)).build()
}

fn with_column(
    builder: WriterPropertiesBuilder,
    column: &Column,
    sorted_by: &[&Column],
    is_looked_up_in: bool,
) -> WriterPropertiesBuilder {
    let path = leaf(column);
    let is_sorted_by = sorted_by.first() == Some(&column);
    if is_high_entropy(column) {
        // All customers of a corp begin with the same letters, which compression would find again in each of them.
        let encoding =
            if *column == f::UNIONID { Encoding::DELTA_LENGTH_BYTE_ARRAY } else { Encoding::DELTA_BYTE_ARRAY };
        let builder =
            builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path.clone(), encoding);
        // Where the rows are sorted by it alone, the page index finds an id; elsewhere every page holds ids from all
        // over, so min and max exclude nothing, and in a report a bloom filter does.
        if is_sorted_by {
            return builder;
        }
        let builder = builder.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        if !is_looked_up_in {
            return builder;
        }
        return builder
            .set_column_bloom_filter_enabled(path.clone(), true)
            .set_column_bloom_filter_max_ndv(path.clone(), ROW_GROUP as u64)
            .set_column_bloom_filter_fpp(path, 0.05);
    }
    if matches!(column.kind, Kind::Text | Kind::Name | Kind::TextList) && !is_sorted_by {
        let builder = builder
            .set_column_dictionary_page_size_limit(path.clone(), DICTIONARY)
            .set_column_encoding(path.clone(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
        return builder.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    if matches!(column.kind, Kind::Word(_)) && !sorted_by.contains(&column) {
        // Every page holds most of the words.
        return builder.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    if matches!(column.kind, Kind::Time | Kind::Count) {
        return builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    builder
}

/// Returns the path of the values of a column; those of a list are below it.
fn leaf(column: &Column) -> ColumnPath {
    let below: &[&str] = if column.kind == Kind::TextList { &["list", "item"] } else { &[] };
    ColumnPath::new([column.name].iter().chain(below).map(|&name| name.to_owned()).collect())
}

/// Ids that are (nearly) different in each row, and that people look up.
fn is_high_entropy(column: &Column) -> bool {
    [&f::EXTERNAL_USERID, &f::SOURCE_EXTERNAL_USERID, &f::TARGET_EXTERNAL_USERID, &f::UNIONID].contains(&column)
}

/// Returns the Arrow schema stored for readers: plain strings, dictionaries for words.
fn published_schema(table: &Table) -> Schema {
    Schema::new(
        table
            .columns
            .iter()
            .map(|slot| Field::new(slot.column.name, slot.column.kind.published_type(), !slot.required))
            .collect::<Vec<_>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tables::{RELATIONS_REPORT, RELATIONS_TABLE};

    #[test]
    fn ids_are_looked_up_in_reports_and_not_in_snapshots() {
        let has_filter = |table, column| {
            properties(table, &[&f::USERID], &Vec::new()).bloom_filter_properties(&leaf(column)).is_some()
        };
        assert!(
            has_filter(&RELATIONS_REPORT, &f::UNIONID) && has_filter(&RELATIONS_REPORT, &f::SOURCE_EXTERNAL_USERID)
        );
        assert!(!has_filter(&RELATIONS_TABLE, &f::UNIONID) && !has_filter(&RELATIONS_TABLE, &f::EXTERNAL_USERID));
    }
}
