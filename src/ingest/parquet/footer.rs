//! The footer of a Parquet file: whether the file can be read, and the types to read its columns as.

use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use ::parquet::basic::{Compression, ConvertedType, LogicalType, Type as PhysicalType};
use ::parquet::errors::Result as ParquetResult;
use ::parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, TimeUnit};

use super::bounds::check_schema;
use crate::error::{Error, Result, panics_as_errors};
use crate::ingest::open_file::OpenFile;
use crate::text::errors as say;

/// Unit in which texts are validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextValidation {
    /// By the `parquet` crate, page by page: one byte that is not UTF-8 makes it refuse the page.
    ByPage,
    /// Value by value, read as bytes.
    ByValue,
}

/// Reads the footer.
pub fn read((path, file): (&Path, &OpenFile), texts: TextValidation) -> Result<ArrowReaderMetadata> {
    check_schema(path, file)?;
    let load = || {
        let mut footer = ArrowReaderMetadata::load(file, ArrowReaderOptions::new())?;
        let schema = footer.parquet_schema().root_schema_ptr();
        if let Some(schema) = with_bytes(&schema, texts)? {
            let options = ArrowReaderOptions::new().with_parquet_schema(Arc::new(SchemaDescriptor::new(schema)));
            footer = ArrowReaderMetadata::load(file, options)?;
        }
        let roots = footer.parquet_schema().root_schema().get_fields().iter();
        let fields: Vec<FieldRef> =
            footer.schema().fields().iter().zip(roots).map(|(field, root)| with_best_type(field, root)).collect();
        ArrowReaderMetadata::try_new(
            footer.metadata().clone(),
            ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields))),
        )
    };
    panics_as_errors(load).map_err(|panic| damaged(path, &panic))?.map_err(|error| damaged(path, &error))
}

pub fn damaged(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::input(path, say::FILE, say::parquet_cut_off(error), say::PARQUET_CUT_OFF_REMEDY)
}

/// Refuses a codec that is not supported, of the columns that are used.
pub fn check_codecs(path: &Path, footer: &ArrowReaderMetadata, used: &[usize]) -> Result<()> {
    let schema = footer.parquet_schema();
    for group in footer.metadata().row_groups() {
        for (leaf, chunk) in
            group.columns().iter().enumerate().filter(|(leaf, _)| used.contains(&schema.get_column_root_idx(*leaf)))
        {
            let codec = match chunk.compression() {
                Compression::BROTLI(_) => "Brotli",
                Compression::LZO => "LZO",
                _ => continue,
            };
            let column = schema.get_column_root(leaf).name();
            return Err(Error::input(path, say::column(column), say::unknown_codec(codec), say::UNKNOWN_CODEC_REMEDY));
        }
    }
    Ok(())
}

/// The schema with bytes in place of texts, as `texts` requires; `None` if nothing changes.
fn with_bytes(node: &TypePtr, texts: TextValidation) -> ParquetResult<Option<TypePtr>> {
    let info = node.get_basic_info();
    if node.is_primitive() {
        let is_bytes = match (info.converted_type(), info.logical_type_ref()) {
            (ConvertedType::UTF8, _) => texts == TextValidation::ByValue,
            // The `parquet` crate makes texts of these without validation.
            (ConvertedType::JSON, _) | (_, Some(LogicalType::String | LogicalType::Json)) => true,
            _ => false,
        };
        if !is_bytes {
            return Ok(None);
        }
        let bytes =
            Type::primitive_type_builder(node.name(), PhysicalType::BYTE_ARRAY).with_repetition(info.repetition());
        return Ok(Some(Arc::new(bytes.with_id(info.has_id().then(|| info.id())).build()?)));
    }
    let changed = node.get_fields().iter().map(|field| with_bytes(field, texts)).collect::<ParquetResult<Vec<_>>>()?;
    if changed.iter().all(Option::is_none) {
        return Ok(None);
    }
    let fields = changed
        .into_iter()
        .zip(node.get_fields())
        .map(|(changed, field)| changed.unwrap_or_else(|| Arc::clone(field)))
        .collect();
    let mut group = Type::group_type_builder(node.name())
        .with_fields(fields)
        .with_converted_type(info.converted_type())
        .with_logical_type(info.logical_type_ref().cloned())
        .with_id(info.has_id().then(|| info.id()));
    if info.has_repetition() {
        group = group.with_repetition(info.repetition());
    }
    Ok(Some(Arc::new(group.build()?)))
}

/// The field with the type to read: texts and bytes as views into their pages, without a copy; INT96 as UTC, which it
/// is, and in microseconds, since nanoseconds cover 1677 to 2262 only.
fn with_best_type(field: &FieldRef, node: &Type) -> FieldRef {
    let best = match (field.data_type(), leaf(node)) {
        (DataType::List(item), Some(_)) => DataType::List(with_best_type(item, node)),
        (DataType::LargeList(item), Some(_)) => DataType::LargeList(with_best_type(item, node)),
        (DataType::Struct(_) | DataType::Map(..) | DataType::FixedSizeList(..), _) | (_, None) => {
            return Arc::clone(field);
        }
        (found, Some(leaf)) => match (leaf.get_physical_type(), leaf.get_basic_info().converted_type()) {
            (PhysicalType::INT96, _) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            (PhysicalType::BYTE_ARRAY, ConvertedType::UTF8) => DataType::Utf8View,
            (PhysicalType::BYTE_ARRAY, ConvertedType::DECIMAL) => found.clone(),
            (PhysicalType::BYTE_ARRAY, _) if *found != DataType::Null => DataType::BinaryView,
            _ => found.clone(),
        },
    };
    Arc::new(Field::clone(field).with_data_type(best))
}

/// The only leaf column below the node, if there is only one.
fn leaf(node: &Type) -> Option<&Type> {
    if node.is_primitive() {
        return Some(node);
    }
    if let [only] = node.get_fields() { leaf(only) } else { None }
}
