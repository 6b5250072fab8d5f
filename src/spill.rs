//! Memory that is lent, and the file that takes what does not fit.
//!
//! Whoever holds rows that will be needed later asks for memory; when all of it is lent, rows go to a file that has no
//! name and vanishes with the run. What a run decides does not depend on it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch};
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::ipc::reader::StreamDecoder;
use arrow::ipc::writer::StreamWriter;

use crate::error::{Error, Result};
use crate::text::errors as say;

/// What a run may take of the machine. None of it decides anything but how long the run takes, and how much memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Bytes for rows that are held until they are needed; the rest is spilled.
    pub held_bytes: u64,
    /// Relations of a partition, about.
    pub partition_rows: u64,
}

impl Default for Resources {
    /// All the memory that rows take, in partitions that are large enough to make good use of every step, and small enough
    /// to work on several at once.
    fn default() -> Self {
        Self { held_bytes: u64::MAX, partition_rows: 1 << 17 }
    }
}

/// How much may be held, and where the rest goes.
#[derive(Clone)]
pub struct Memory(Arc<Shared>);

struct Shared {
    partition_rows: u64,
    limit: u64,
    lent: AtomicU64,
    folder: PathBuf,
    file: Mutex<Option<Arc<File>>>,
    written: AtomicU64,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} bytes lent", self.0.lent, self.0.limit)
    }
}

/// Memory that is lent to one thing.
pub struct Loan {
    memory: Memory,
    bytes: u64,
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.memory.take_back(self.bytes);
    }
}

/// Where something stands in the spill file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    offset: u64,
    bytes: u64,
}

impl Memory {
    /// So much of it, and a spill file in `folder` if it is not enough.
    pub fn new(resources: Resources, folder: &Path) -> Self {
        let (lent, written) = (AtomicU64::new(0), AtomicU64::new(0));
        let Resources { held_bytes: limit, partition_rows } = resources;
        Self(Arc::new(Shared { partition_rows, limit, lent, folder: folder.to_path_buf(), file: Mutex::new(None), written }))
    }

    /// As much as anybody asks for.
    pub fn unlimited() -> Self {
        Self::new(Resources::default(), Path::new("."))
    }

    /// Relations of a partition, about.
    pub fn partition_rows(&self) -> u64 {
        self.0.partition_rows
    }

    /// Whether so much is lent that rows should be spilled. A quarter is left for what is encoded, which comes later and is
    /// smaller: where it has to be spilled too, it was in vain that rows made room.
    pub fn is_short(&self) -> bool {
        self.0.lent.load(Ordering::Relaxed) > self.0.limit / 4 * 3
    }

    /// Whether all of it is lent.
    pub fn is_exhausted(&self) -> bool {
        self.0.lent.load(Ordering::Relaxed) > self.0.limit
    }

    /// Lends so many bytes, until the loan is dropped.
    pub fn loan(&self, bytes: u64) -> Loan {
        self.lend(bytes);
        Loan { memory: self.clone(), bytes }
    }

    fn lend(&self, bytes: u64) {
        self.0.lent.fetch_add(bytes, Ordering::Relaxed);
    }

    fn take_back(&self, bytes: u64) {
        self.0.lent.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn file(&self) -> Result<Arc<File>> {
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*file {
            return Ok(file.clone());
        }
        let made = tempfile::tempfile_in(&self.0.folder).map_err(Error::io(&self.0.folder, say::CANNOT_CREATE_SPILL))?;
        Ok(file.insert(Arc::new(made)).clone())
    }

    /// Writes bytes into the spill file.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn spill(&self, bytes: &[u8]) -> Result<Place> {
        let offset = self.0.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        write_at(&*self.file()?, bytes, offset).map_err(Error::io(&self.0.folder, say::CANNOT_SPILL))?;
        Ok(Place { offset, bytes: bytes.len() as u64 })
    }

    /// Reads bytes back.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn read(&self, place: Place) -> Result<Vec<u8>> {
        let length = usize::try_from(place.bytes).map_err(|error| Error::Bug(error.to_string()))?;
        read_at(&*self.file()?, length, place.offset).map_err(Error::io(&self.0.folder, say::CANNOT_UNSPILL))
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Into memory as the allocator gives it, which nobody has to clear first.
#[cfg(unix)]
fn read_at(file: &File, length: usize, offset: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let at = offset + bytes.len() as u64;
        match rustix::io::pread(file, rustix::buffer::spare_capacity(&mut bytes), at) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The allocator may have given room for more than was asked for.
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, length: usize, offset: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let read = std::os::windows::fs::FileExt::seek_read(file, &mut bytes[filled..], offset + filled as u64)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
    }
    Ok(bytes)
}

/// Batches with fewer rows are put together before they are spilled.
const BLOCK: usize = 1 << 13;

/// Rows of one table that are held until they are needed, in the order in which they came.
pub struct Held {
    memory: Memory,
    schema: SchemaRef,
    spilled: Vec<Place>,
    batches: Vec<RecordBatch>,
    /// Bytes that are lent for `batches`.
    lent: u64,
    rows: u64,
}

impl Held {
    /// None yet.
    pub fn new(memory: &Memory, schema: SchemaRef) -> Self {
        Self { memory: memory.clone(), schema, spilled: Vec::new(), batches: Vec::new(), lent: 0, rows: 0 }
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds rows. They may share their buffers with others; that is counted as if they did not.
    pub fn push(&mut self, rows: RecordBatch) {
        let bytes = weight(&rows);
        self.memory.lend(bytes);
        self.lent += bytes;
        self.rows += rows.num_rows() as u64;
        self.batches.push(rows);
    }

    /// Whether any of them are in the spill file.
    pub fn is_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }

    /// How many bytes are held in memory.
    pub fn bytes(&self) -> u64 {
        self.lent
    }

    /// Puts what is in memory into the spill file.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn spill(&mut self) -> Result<()> {
        if self.batches.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.lent + self.lent / 8).unwrap_or(0));
        let mut writer = StreamWriter::try_new(&mut bytes, &self.schema)?;
        for few in self.batches.chunk_by(|a, b| a.num_rows() < BLOCK && b.num_rows() < BLOCK) {
            writer.write(&compact(&concat_batches(&self.schema, few)?)?)?;
        }
        writer.finish()?;
        drop(writer);
        self.spilled.push(self.memory.spill(&bytes)?);
        self.batches = Vec::new();
        self.memory.take_back(std::mem::take(&mut self.lent));
        Ok(())
    }

    /// The rows, in the order in which they came.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be read back.
    pub fn batches(&self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        self.for_each(|batch| {
            batches.push(batch);
            Ok(())
        })?;
        Ok(batches)
    }

    /// The rows, in the order in which they came, few at a time.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be read back; those of `each`.
    pub fn for_each(&self, mut each: impl FnMut(RecordBatch) -> Result<()>) -> Result<()> {
        for &place in &self.spilled {
            let mut bytes = Buffer::from_vec(self.memory.read(place)?);
            let mut decoder = decoder_of_our_own();
            while let Some(batch) = decoder.decode(&mut bytes)? {
                each(batch)?;
            }
        }
        self.batches.iter().cloned().try_for_each(each)
    }
}

/// Reads what [`Held::spill`] wrote. To check again that every text is UTF-8 takes as long as all the rest of it.
#[expect(unsafe_code, reason = "whoever switches the checks off has to vouch for the bytes")]
fn decoder_of_our_own() -> StreamDecoder {
    // SAFETY: the bytes are what the writer made of valid batches in this very run; the file has no name by which anybody
    // else could write into it.
    unsafe { StreamDecoder::new().with_skip_validation(true) }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.take_back(self.lent);
    }
}

/// Spills of many holders, if memory is short: all of them, for what one lets go of may be held by another.
///
/// # Errors
/// [`Error::Io`] if the disk refuses.
pub fn make_room<'a>(memory: &Memory, mut held: impl Iterator<Item = &'a mut Held>) -> Result<()> {
    if memory.is_short() { held.try_for_each(Held::spill) } else { Ok(()) }
}

/// About how many bytes rows take: what their texts and values are, not what their buffers could hold.
pub fn weight(rows: &RecordBatch) -> u64 {
    rows.columns().iter().map(weight_of).sum()
}

fn weight_of(column: &ArrayRef) -> u64 {
    let rows = column.len() as u64;
    match column.data_type() {
        // The lower half of a view is the length of its text; short texts stand in their views.
        DataType::Utf8View => {
            let long = |view: &u128| Some(*view as u32).filter(|length| *length > 12).map_or(0, u64::from);
            16 * rows + column.as_string_view().views().iter().map(long).sum::<u64>()
        }
        DataType::List(_) => {
            let list: &ListArray = column.as_list();
            let offsets = list.value_offsets();
            let (begin, end) = (offsets[0] as usize, offsets[list.len()] as usize);
            4 * rows + weight_of(&list.values().slice(begin, end - begin))
        }
        DataType::Boolean => rows / 8,
        DataType::UInt8 => rows,
        DataType::UInt32 => 4 * rows,
        DataType::Null => 0,
        _ => 8 * rows,
    }
}

/// The same rows in buffers of their own, that hold nothing else.
///
/// # Errors
/// [`Error::Bug`] only.
pub fn compact(rows: &RecordBatch) -> Result<RecordBatch> {
    let columns = rows.columns().iter().map(compact_column).collect::<Result<_>>()?;
    Ok(RecordBatch::try_new(rows.schema(), columns)?)
}

fn compact_column(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(match column.data_type() {
        DataType::Utf8View => Arc::new(column.as_string_view().gc()),
        DataType::List(field) => {
            let list: &ListArray = column.as_list();
            let offsets = list.offsets();
            let (begin, end) = (offsets[0] as usize, offsets[list.len()] as usize);
            let values = compact_column(&list.values().slice(begin, end - begin))?;
            let lengths = arrow::buffer::OffsetBuffer::from_lengths(offsets.lengths());
            Arc::new(ListArray::try_new(field.clone(), lengths, values, list.nulls().cloned())?)
        }
        _ => column.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, ListBuilder, StringViewArray, StringViewBuilder};

    fn rows(from: i64) -> RecordBatch {
        let texts: StringViewArray =
            (from..from + 100).map(|n| (n % 3 > 0).then(|| format!("{n} and enough to be longer than a view"))).collect();
        let mut lists = ListBuilder::new(StringViewBuilder::new());
        for n in from..from + 100 {
            lists.append_option((n % 5 > 0).then(|| (0..n % 4).map(|item| Some(format!("item {item}")))));
        }
        let columns: Vec<(&str, ArrayRef, bool)> = vec![
            ("n", Arc::new(Int64Array::from_iter_values(from..from + 100)), true),
            ("text", Arc::new(texts), true),
            ("list", Arc::new(lists.finish()), true),
        ];
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    #[test]
    fn what_is_spilled_comes_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::new(Resources { held_bytes: 1, ..Resources::default() }, folder.path());
        let all = rows(0);
        let mut held = Held::new(&memory, all.schema());
        for begin in [0, 30, 60] {
            held.push(all.slice(begin, 30));
            make_room(&memory, std::iter::once(&mut held)).unwrap();
            assert_eq!(held.bytes(), 0, "one byte is not enough for anything");
        }
        held.push(all.slice(90, 10));
        assert_eq!(concat_batches(&all.schema(), &held.batches().unwrap()).unwrap(), all);
        assert_eq!(held.rows(), 100);
        drop(held);
        assert!(!memory.is_short());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the spill file has no name");
    }

    #[test]
    fn a_quarter_is_left_for_what_is_encoded() {
        let memory = Memory::new(Resources { held_bytes: 1000, ..Resources::default() }, Path::new("."));
        let told = |bytes| {
            let _loan = memory.loan(bytes);
            (memory.is_short(), memory.is_exhausted())
        };
        assert_eq!([750, 751, 1000, 1001].map(told), [(false, false), (true, false), (true, false), (true, true)]);
        assert_eq!(told(0), (false, false), "loans end");
    }

    #[test]
    fn compact_texts_let_go_of_all_others() {
        let all = rows(0);
        let few = compact(&all.slice(40, 10)).unwrap();
        assert_eq!(few, all.slice(40, 10));
        assert!(few.column(1).get_buffer_memory_size() < all.column(1).get_buffer_memory_size() / 4);
    }
}
