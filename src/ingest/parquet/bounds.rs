//! What a Parquet file would take to decode, known before it is decoded: the depth of its schema, the bytes that its
//! pages unpack to, the values and the texts in them. A few bytes can stand for millions of rows (runs), for long texts
//! in each row (dictionaries, shared prefixes), or for a schema that no stack can hold.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ArrowReaderMetadata;
use ::parquet::basic::{Compression, Encoding, Type as PhysicalType};
use ::parquet::column::page::{Page, PageReader};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::reader::{ChunkReader, Length};
use ::parquet::file::serialized_reader::SerializedPageReader;
use arrow::array::{Array, AsArray, GenericListArray, OffsetSizeTrait, RecordBatch};
use arrow::datatypes::DataType;
use flate2::read::MultiGzDecoder;

use super::compact::{BINARY, Compact, I32, LIST, STRUCT};
use super::footer::damaged;
use crate::error::{Error, Result, panics_as_errors};
use crate::ingest::open_file::OpenFile;
use crate::interrupt;
use crate::limits::{
    FREE_EXPANSION, MAX_BATCH_BYTES, MAX_EXPANSION, MAX_FOOTER_BYTES, MAX_PAGE_BYTES, MAX_PAGE_HEADER,
    MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES, MAX_SCHEMA_PATHS, expands_too_far,
};
use crate::text::{Message, errors as say};

/// Bytes of a value that is decoded, at least: a view of a text.
const VALUE_BYTES: u64 = 16;
/// Largest expansion of gzip, whose pages the `parquet` crate unpacks whatever size they state.
const GZIP_EXPANSION: u64 = 1032;
/// The encoding of texts by what differs from the text before.
const DELTA_BYTE_ARRAY: i64 = 7;
/// Bytes of the header of a page that are read first; few have more.
const HEADER_BYTES: usize = 512;
/// Rows that are converted at once at least.
const MIN_BATCH_ROWS: u64 = 64;

/// Checks the schema, which libraries walk recursively.
///
/// # Errors
/// [`Error::Input`] if it is deeper or larger than any; [`Error::Io`].
pub fn check_schema(path: &Path, file: &impl ChunkReader) -> Result<()> {
    let failed = |error| damaged(path, &error);
    let length = file.len();
    if length < 12 {
        return Ok(());
    }
    let end = file.get_bytes(length - 8, 8).map_err(failed)?;
    let (size, magic) = end.split_at(4);
    let footer = size.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    // The `parquet` crate says what is wrong with such a file, or that it is encrypted.
    if magic != b"PAR1" || footer > length - 8 {
        return Ok(());
    }
    if footer > MAX_FOOTER_BYTES {
        return Err(too_large(path, say::SCHEMA_TOO_LARGE));
    }
    let bytes = file.get_bytes(length - 8 - footer, footer as usize).map_err(failed)?;
    let mut schema = SchemaSize::default();
    let read = Compact::new(&bytes).fields(|read, field, kind| {
        if (field, kind) != (2, LIST) {
            return Some(false);
        }
        let (nodes, kind) = read.list()?;
        (kind == STRUCT).then_some(())?;
        for _ in 0..nodes {
            schema.add(read)?;
        }
        Some(true)
    });
    if schema.depth > MAX_SCHEMA_DEPTH {
        return Err(too_large(path, say::schema_too_deep(MAX_SCHEMA_DEPTH)));
    }
    if schema.is_too_large() {
        return Err(too_large(path, say::SCHEMA_TOO_LARGE));
    }
    read.ok_or_else(|| damaged(path, &"the footer cannot be read"))
}

fn too_large(path: &Path, problem: impl Into<Message>) -> Error {
    Error::input(path, say::FILE, problem, say::TOO_LARGE_A_PARQUET_REMEDY)
}

/// The size of a schema, whose nodes come in depth-first order.
#[derive(Default)]
struct SchemaSize {
    nodes: usize,
    depth: usize,
    /// Bytes of the paths of all leaves.
    paths: usize,
    /// Of each open node, the children to come and the bytes of its path.
    open: Vec<(i64, usize)>,
}

impl SchemaSize {
    /// Adds the next node; `None` where it cannot be read, or the schema is too large already.
    fn add(&mut self, read: &mut Compact<'_>) -> Option<()> {
        let (mut name, mut children) = (0, 0);
        read.fields(|read, field, kind| {
            match (field, kind) {
                (4, BINARY) => name = read.binary()?.len(),
                (5, I32) => children = read.zigzag()?,
                _ => return Some(false),
            }
            Some(true)
        })?;
        let path = self.open.last().map_or(0, |(_, path)| path + 1) + name;
        if let Some((to_come, _)) = self.open.last_mut() {
            *to_come -= 1;
        }
        self.nodes += 1;
        if children > 0 {
            self.open.push((children, path));
        } else {
            self.paths += path;
        }
        self.depth = self.depth.max(self.open.len());
        while self.open.last().is_some_and(|(to_come, _)| *to_come <= 0) {
            self.open.pop();
        }
        (self.depth <= MAX_SCHEMA_DEPTH && !self.is_too_large()).then_some(())
    }

    fn is_too_large(&self) -> bool {
        self.nodes > MAX_SCHEMA_NODES || self.paths > MAX_SCHEMA_PATHS
    }
}

/// Bytes that decoding the used columns takes.
#[derive(Debug, Default)]
struct DecodedSize {
    /// Bytes of pages, unpacked.
    unpacked: u64,
    /// Bytes of values, without the texts that they refer to.
    values: u64,
    /// Bytes of texts of which the pages hold only what differs from the text before.
    texts: u64,
    /// The largest mean size of a value of a page.
    mean: u64,
}

/// Checks the pages of the columns that are used, and returns how many rows can be decoded at once.
///
/// # Errors
/// [`Error::Input`] if they expand further than those of any export; [`Error::Io`].
pub fn check_pages(
    path: &Path,
    file: &OpenFile,
    footer: &ArrowReaderMetadata,
    used: &[usize],
    most: u64,
) -> Result<u64> {
    let (bytes, file) = (file.len(), Arc::new(file.clone()));
    let mut size = DecodedSize::default();
    for group in footer.metadata().row_groups() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        for (leaf, chunk) in group.columns().iter().enumerate() {
            interrupt::check()?;
            if used.contains(&footer.parquet_schema().get_column_root_idx(leaf)) {
                let chunk = PagedChunk { path, file: &file, chunk, rows, bytes };
                chunk.add_to(&mut size)?;
            }
        }
    }
    let mean = size.mean.max(1);
    Ok((4 * MAX_BATCH_BYTES / mean).clamp(MIN_BATCH_ROWS, most))
}

/// The pages of a column in a row group.
struct PagedChunk<'f> {
    path: &'f Path,
    file: &'f Arc<OpenFile>,
    chunk: &'f ColumnChunkMetaData,
    rows: usize,
    /// Bytes of the file.
    bytes: u64,
}

/// The header of a page.
#[derive(Debug, Default)]
struct PageHeader {
    /// Bytes of the header itself.
    length: u64,
    unpacked: u64,
    packed: u64,
    values: u64,
    has_prefixes: bool,
}

impl PagedChunk<'_> {
    fn add_to(&self, size: &mut DecodedSize) -> Result<()> {
        let range = panics_as_errors(|| self.chunk.byte_range()).map_err(|panic| damaged(self.path, &panic))?;
        let (mut at, end) = (range.0, range.0.saturating_add(range.1).min(self.bytes));
        let mut has_prefixes = false;
        // Where a header cannot be read, the `parquet` crate says so, if it gets there.
        while at < end
            && let Some(page) = self.header(at, end)?
        {
            if page.unpacked > MAX_PAGE_BYTES {
                return Err(too_large(self.path, say::page_too_large(MAX_PAGE_BYTES)));
            }
            self.check_gzip(at + page.length, &page)?;
            has_prefixes |= page.has_prefixes;
            size.unpacked += page.unpacked;
            size.values += page.values.saturating_mul(self.value_bytes());
            size.mean = size.mean.max(page.unpacked / page.values.max(1));
            self.check(size)?;
            at += page.length + page.packed;
        }
        if has_prefixes { self.add_texts(size) } else { Ok(()) }
    }

    fn check(&self, size: &DecodedSize) -> Result<()> {
        let largest = size.unpacked.max(size.values).max(size.texts);
        if expands_too_far(self.bytes, largest) { Err(expanded(self.path)) } else { Ok(()) }
    }

    fn value_bytes(&self) -> u64 {
        let descriptor = self.chunk.column_descr();
        match descriptor.physical_type() {
            PhysicalType::FIXED_LEN_BYTE_ARRAY => u64::try_from(descriptor.type_length()).unwrap_or(0).max(VALUE_BYTES),
            _ => VALUE_BYTES,
        }
    }

    /// Reads the header of a page; `None` if it is none.
    fn header(&self, at: u64, end: u64) -> Result<Option<PageHeader>> {
        let mut length = HEADER_BYTES;
        loop {
            let available = usize::try_from(end - at).unwrap_or(usize::MAX).min(length);
            let bytes = self.file.get_bytes(at, available).map_err(|error| damaged(self.path, &error))?;
            match page_header(&bytes) {
                Some(header) => return Ok(Some(header)),
                None if available < length => return Ok(None),
                None if length >= MAX_PAGE_HEADER => {
                    return Err(damaged(self.path, &"the header of a page cannot be read"));
                }
                None => length *= 32,
            }
        }
    }

    /// Unpacks a page that could be large, in small pieces: it must not unpack to more than it states.
    fn check_gzip(&self, at: u64, page: &PageHeader) -> Result<()> {
        let may_be = page.packed.saturating_mul(GZIP_EXPANSION);
        if !matches!(self.chunk.compression(), Compression::GZIP(_)) || may_be <= FREE_EXPANSION.max(page.unpacked) {
            return Ok(());
        }
        let packed = self.file.get_read(at).map_err(|error| damaged(self.path, &error))?.take(page.packed);
        let mut unpacked = MultiGzDecoder::new(packed).take(page.unpacked + 1);
        match std::io::copy(&mut unpacked, &mut std::io::sink()) {
            Ok(bytes) if bytes > page.unpacked => Err(expanded(self.path)),
            // The `parquet` crate says what is wrong with the page.
            _ => Ok(()),
        }
    }

    /// Adds the texts of pages that hold only what differs from the text before.
    fn add_texts(&self, size: &mut DecodedSize) -> Result<()> {
        let refused = |error: String| damaged(self.path, &error);
        let pages = || SerializedPageReader::new(Arc::clone(self.file), self.chunk, self.rows, None);
        let mut pages = panics_as_errors(pages).map_err(refused)?.map_err(|error| damaged(self.path, &error))?;
        loop {
            interrupt::check()?;
            let page = panics_as_errors(|| pages.get_next_page()).map_err(refused)?;
            let Some(page) = page.map_err(|error| damaged(self.path, &error))? else { return Ok(()) };
            if page.encoding() != Encoding::DELTA_BYTE_ARRAY || page.num_values() == 0 {
                continue;
            }
            let texts = self.texts_of(&page).ok_or_else(|| damaged(self.path, &"a page cannot be read"))?;
            size.texts = size.texts.saturating_add(texts);
            size.mean = size.mean.max(texts / u64::from(page.num_values()));
            self.check(size)?;
        }
    }

    /// Bytes of the texts of a page: those that it holds, and the prefixes that are shared with the text before.
    fn texts_of(&self, page: &Page) -> Option<u64> {
        let buffer: &[u8] = page.buffer();
        let descriptor = self.chunk.column_descr();
        let values = match page {
            Page::DataPage { .. } => {
                let levels = [descriptor.max_rep_level(), descriptor.max_def_level()];
                levels.iter().filter(|max| **max > 0).try_fold(buffer, |rest, _| {
                    let (length, rest) = rest.split_first_chunk::<4>()?;
                    rest.get(u32::from_le_bytes(*length) as usize..)
                })?
            }
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                buffer.get((*def_levels_byte_len as usize).checked_add(*rep_levels_byte_len as usize)?..)?
            }
            Page::DictionaryPage { .. } => return Some(0),
        };
        // Of nulls alone there is nothing.
        let prefixes = if values.is_empty() { 0 } else { delta_sum(values)? };
        Some(prefixes.saturating_add(values.len() as u64))
    }
}

pub fn expanded(path: &Path) -> Error {
    Error::input(path, say::FILE, say::unpacks_too_far("Parquet", MAX_EXPANSION), say::TOO_LARGE_A_PARQUET_REMEDY)
}

/// Reads the header of a page.
fn page_header(bytes: &[u8]) -> Option<PageHeader> {
    let mut header = PageHeader::default();
    let mut read = Compact::new(bytes);
    // The number of the field with the encoding, in the header of its kind.
    let details = |read: &mut Compact<'_>, encoding: i64| {
        let (mut values, mut is_delta) = (0, false);
        read.fields(|read, field, kind| {
            match (field, kind) {
                (1, I32) => values = u64::try_from(read.zigzag()?).ok()?,
                (field, I32) if field == encoding => is_delta = read.zigzag()? == DELTA_BYTE_ARRAY,
                _ => return Some(false),
            }
            Some(true)
        })?;
        Some((values, is_delta))
    };
    read.fields(|read, field, kind| {
        match (field, kind) {
            (2, I32) => header.unpacked = u64::try_from(read.zigzag()?).ok()?,
            (3, I32) => header.packed = u64::try_from(read.zigzag()?).ok()?,
            (5 | 7, STRUCT) => (header.values, header.has_prefixes) = details(read, 2)?,
            (8, STRUCT) => (header.values, header.has_prefixes) = details(read, 4)?,
            _ => return Some(false),
        }
        Some(true)
    })?;
    header.length = read.position() as u64;
    Some(header)
}

/// The sum of numbers that are encoded as `DELTA_BINARY_PACKED`; those below 0 count as 0. `None` if they cannot be
/// read.
fn delta_sum(bytes: &[u8]) -> Option<u64> {
    let mut read = Compact::new(bytes);
    let (block, miniblocks, count) = (read.varint()?, read.varint()?, read.varint()?);
    let mut last = read.zigzag()?;
    let mut sum = u64::try_from(last).unwrap_or(0);
    let mut left = count.saturating_sub(1);
    let size = block.checked_div(miniblocks)?;
    (size > 0 && size.is_multiple_of(8) && miniblocks <= 1024).then_some(())?;
    while left > 0 {
        let least = read.zigzag()?;
        let widths: Vec<u8> = (0..miniblocks).map(|_| read.byte()).collect::<Option<_>>()?;
        for width in widths {
            if left == 0 {
                break;
            }
            let packed = bytes.get(read.position()..)?;
            let wanted = size.min(left);
            for at in 0..wanted {
                let delta = least.wrapping_add(bits(packed, at * u64::from(width), width)?.cast_signed());
                last = last.wrapping_add(delta);
                sum = sum.saturating_add(u64::try_from(last).unwrap_or(0));
            }
            left -= wanted;
            for _ in 0..(size / 8).checked_mul(u64::from(width))? {
                // The last block may be cut off after its last value.
                if read.byte().is_none() {
                    break;
                }
            }
        }
    }
    Some(sum)
}

/// A number of `width` bits, from the bit `at`, the lowest first.
fn bits(bytes: &[u8], at: u64, width: u8) -> Option<u64> {
    if width == 0 {
        return Some(0);
    }
    let begin = usize::try_from(at / 8).ok()?;
    let rest = bytes.get(begin..).filter(|rest| !rest.is_empty())?;
    let mut window = [0; 16];
    let length = rest.len().min(16);
    window[..length].copy_from_slice(&rest[..length]);
    let number = u128::from_le_bytes(window) >> (at % 8);
    (width <= 64).then(|| (number & ((1_u128 << width) - 1)) as u64)
}

/// Bytes of the texts of rows, as they will be copied; a text that several rows share counts in each.
pub fn text_bytes(rows: &RecordBatch) -> u64 {
    rows.columns().iter().map(|column| bytes_of(column.as_ref())).sum()
}

fn bytes_of(array: &dyn Array) -> u64 {
    // The low half of a view is the length of its text.
    let lengths = |views: &[u128]| views.iter().map(|view| u64::from(*view as u32)).sum::<u64>();
    match array.data_type() {
        DataType::Utf8View => lengths(array.as_string_view().views()),
        DataType::BinaryView => lengths(array.as_binary_view().views()),
        DataType::List(_) => bytes_of_items(array.as_list::<i32>()),
        DataType::LargeList(_) => bytes_of_items(array.as_list::<i64>()),
        _ => 0,
    }
}

fn bytes_of_items<Offset: OffsetSizeTrait>(lists: &GenericListArray<Offset>) -> u64 {
    let [begin, end] = [0, lists.len()].map(|at| lists.value_offsets()[at].as_usize());
    bytes_of(lists.values().slice(begin, end - begin).as_ref())
}

/// Splits rows with so many bytes of text into parts of at most `MAX_BATCH_BYTES` of it, or one row. In order.
pub fn parts(rows: RecordBatch, texts: u64) -> Vec<RecordBatch> {
    let count = rows.num_rows();
    if count < 2 || texts <= MAX_BATCH_BYTES {
        return vec![rows];
    }
    let halves = [rows.slice(0, count / 2), rows.slice(count / 2, count - count / 2)];
    let parts_of = |half: RecordBatch| {
        let texts = text_bytes(&half);
        parts(half, texts)
    };
    halves.into_iter().flat_map(parts_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_summed() {
        // Written by hand after the format: block of 128, 4 miniblocks, 5 values, the first 7; least delta -2; width 2
        // in the first miniblock: deltas 0, 3, 1, 2 (plus -2): 7, 5, 6, 5, 5.
        let mut bytes = vec![0x80, 1, 4, 5, 14, 3, 2, 0, 0, 0, 0b10_01_11_00];
        bytes.extend([0; 7]);
        assert_eq!(delta_sum(&bytes), Some(28));
        assert_eq!(delta_sum(&[0x80, 1, 4, 1, 14]), Some(7));
        assert_eq!(delta_sum(&[0x80, 1, 4, 0, 0]), Some(0));
        assert_eq!(delta_sum(&[0x80, 1, 0, 5, 14]), None);
        assert_eq!(delta_sum(&[0x80, 1, 4, 5, 14, 3, 2, 0]), None);
    }

    #[test]
    fn a_page_header_is_read() {
        // type 0, 100 bytes unpacked, 40 packed, data page with 9 values, DELTA_BYTE_ARRAY (7).
        let bytes = [0x15, 0, 0x15, 0xc8, 1, 0x15, 80, 0x2c, 0x15, 18, 0x15, 14, 0, 0, 77];
        let header = page_header(&bytes).unwrap();
        assert_eq!((header.length, header.unpacked, header.packed, header.values), (14, 100, 40, 9));
        assert!(header.has_prefixes);
        assert!(page_header(&bytes[..9]).is_none());
    }
}
