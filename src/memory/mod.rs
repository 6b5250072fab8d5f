//! Memory budget of a run: rows that are needed later are held as they are, compressed, or spilled to a file.
//!
//! ```text
//! row_buffer  rows held until they are needed; loose, then packed, then spilled, as the budget gets short
//! pack        rows -> few bytes
//! unpack      and back again
//! rows        estimated size of rows, compaction
//! spill_file  reading, writing and punching holes at any offset of the spill file
//! ```
//!
//! Components that hold rows reserve memory. Where most of the budget is reserved, rows are packed; where that is not
//! enough, they are spilled to an unnamed file, which vanishes with the run. No result of a run depends on it.

mod pack;
mod row_buffer;
mod rows;
mod spill_file;
mod unpack;

pub use row_buffer::{RowBuffer, make_room};
pub use rows::{compact, lean, weight};

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::text::errors as say;

/// Limits of a run. They affect its duration and its memory, never its results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Bytes of rows that are held in memory; the rest is spilled.
    pub held_bytes: u64,
    /// Approximate number of relations in a partition.
    pub partition_rows: u64,
}

impl Default for Resources {
    /// Unlimited memory, and partitions large enough to amortise each step, small enough to process several at once.
    fn default() -> Self {
        Self { held_bytes: u64::MAX, partition_rows: 1 << 17 }
    }
}

/// Budget for rows held in memory, and the spill file for the rest. Clones share one budget.
#[derive(Clone)]
pub struct MemoryBudget(Arc<BudgetState>);

struct BudgetState {
    partition_rows: u64,
    limit: u64,
    reserved: AtomicU64,
    folder: PathBuf,
    file: Mutex<Option<Arc<File>>>,
    written: AtomicU64,
}

impl std::fmt::Debug for MemoryBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} bytes reserved", self.0.reserved, self.0.limit)
    }
}

/// Reserved bytes, released on drop.
pub struct Reservation {
    memory: MemoryBudget,
    bytes: u64,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.release(self.bytes);
    }
}

/// Range of the spill file, freed on drop.
pub struct SpilledRange {
    memory: MemoryBudget,
    offset: u64,
    bytes: u64,
}

impl Drop for SpilledRange {
    fn drop(&mut self) {
        if let Ok(file) = self.memory.file() {
            spill_file::punch_hole(&file, self.offset, self.bytes);
        }
    }
}

impl MemoryBudget {
    /// Creates a budget of `resources.held_bytes`. The spill file is created in `folder` when it is first needed.
    pub fn new(resources: Resources, folder: &Path) -> Self {
        let (reserved, written) = (AtomicU64::new(0), AtomicU64::new(0));
        let Resources { held_bytes: limit, partition_rows } = resources;
        Self(Arc::new(BudgetState {
            partition_rows,
            limit,
            reserved,
            folder: folder.to_path_buf(),
            file: Mutex::new(None),
            written,
        }))
    }

    /// Creates a budget without a limit.
    pub fn unlimited() -> Self {
        Self::new(Resources::default(), Path::new("."))
    }

    /// Returns the approximate number of relations in a partition.
    pub fn partition_rows(&self) -> u64 {
        self.0.partition_rows
    }

    /// Whether held rows should be packed: a quarter of the budget is reserved. Early, since packed rows are cheap to
    /// read back, and memory that is never touched costs nothing.
    pub fn should_compress(&self) -> bool {
        self.reserved() > self.0.limit / 4
    }

    /// Whether packed rows should be spilled: two thirds of the budget are reserved. The last third is left to encoded
    /// pages, which come later and are smaller: if they had to be spilled too, spilling rows would have gained nothing.
    fn should_spill(&self) -> bool {
        self.reserved() > self.0.limit / 3 * 2
    }

    /// Whether more than the budget is reserved.
    pub fn is_exhausted(&self) -> bool {
        self.reserved() > self.0.limit
    }

    fn reserved(&self) -> u64 {
        self.0.reserved.load(Ordering::Relaxed)
    }

    /// Reserves bytes until the reservation is dropped. It never fails: holders of rows ask whether to compress or
    /// spill.
    pub fn reserve(&self, bytes: u64) -> Reservation {
        self.add(bytes);
        Reservation { memory: self.clone(), bytes }
    }

    fn add(&self, bytes: u64) {
        self.0.reserved.fetch_add(bytes, Ordering::Relaxed);
    }

    fn release(&self, bytes: u64) {
        self.0.reserved.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn file(&self) -> Result<Arc<File>> {
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*file {
            return Ok(file.clone());
        }
        let made =
            tempfile::tempfile_in(&self.0.folder).map_err(Error::io(&self.0.folder, say::CANNOT_CREATE_SPILL))?;
        Ok(file.insert(Arc::new(made)).clone())
    }

    /// Writes bytes to the spill file.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk fails.
    pub fn spill(&self, bytes: &[u8]) -> Result<SpilledRange> {
        let offset = self.0.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        spill_file::write_at(&*self.file()?, bytes, offset).map_err(Error::io(&self.0.folder, say::CANNOT_SPILL))?;
        Ok(SpilledRange { memory: self.clone(), offset, bytes: bytes.len() as u64 })
    }

    /// Reads bytes back from the spill file.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk fails.
    pub fn read(&self, range: &SpilledRange) -> Result<Vec<u8>> {
        let length = usize::try_from(range.bytes).map_err(|error| Error::Bug(error.to_string()))?;
        spill_file::read_at(&*self.file()?, length, range.offset)
            .map_err(Error::io(&self.0.folder, say::CANNOT_UNSPILL))
    }
}

#[cfg(test)]
mod tests;
