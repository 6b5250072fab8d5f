//! Rows that wait for their turn: in memory as they are, packed, or in a file.
//!
//! ```text
//! held   rows that wait; loose, then packed, then spilled, as memory gets short
//! pack   rows -> few bytes
//! unpack and back again
//! rows   how much rows weigh, and copies that hold nothing else
//! file   reading, writing and letting go, anywhere in the spill file
//! ```
//!
//! Whoever holds rows that will be needed later asks for memory; when most of it is lent, rows are packed, and when that is
//! not enough, they go to a file that has no name and vanishes with the run. What a run decides does not depend on it.

mod file;
mod held;
mod pack;
mod rows;
mod unpack;

pub use held::{Held, make_room};
pub use rows::{compact, lean, weight};

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// Where something stands in the spill file, until nobody needs it any more.
pub struct Place {
    memory: Memory,
    offset: u64,
    bytes: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(file) = self.memory.file() {
            file::let_go(&file, self.offset, self.bytes);
        }
    }
}

impl Memory {
    /// So much of it, and a spill file in `folder` if it is not enough.
    pub fn new(resources: Resources, folder: &Path) -> Self {
        let (lent, written) = (AtomicU64::new(0), AtomicU64::new(0));
        let Resources { held_bytes: limit, partition_rows } = resources;
        Self(Arc::new(Shared {
            partition_rows,
            limit,
            lent,
            folder: folder.to_path_buf(),
            file: Mutex::new(None),
            written,
        }))
    }

    /// As much as anybody asks for.
    pub fn unlimited() -> Self {
        Self::new(Resources::default(), Path::new("."))
    }

    /// Relations of a partition, about.
    pub fn partition_rows(&self) -> u64 {
        self.0.partition_rows
    }

    /// Whether so much is lent that rows should be packed: before it is much, for memory that is not touched costs nothing,
    /// and what is packed is read back from nearby.
    pub fn is_short(&self) -> bool {
        self.lent() > self.0.limit / 4
    }

    /// Whether packed rows should be spilled. A third is left for what is encoded, which comes later and is smaller: where it
    /// has to be spilled too, it was in vain that rows made room.
    fn is_crowded(&self) -> bool {
        self.lent() > self.0.limit / 3 * 2
    }

    /// Whether all of it is lent.
    pub fn is_exhausted(&self) -> bool {
        self.lent() > self.0.limit
    }

    fn lent(&self) -> u64 {
        self.0.lent.load(Ordering::Relaxed)
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
        let made =
            tempfile::tempfile_in(&self.0.folder).map_err(Error::io(&self.0.folder, say::CANNOT_CREATE_SPILL))?;
        Ok(file.insert(Arc::new(made)).clone())
    }

    /// Writes bytes into the spill file.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn spill(&self, bytes: &[u8]) -> Result<Place> {
        let offset = self.0.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        file::write_at(&*self.file()?, bytes, offset).map_err(Error::io(&self.0.folder, say::CANNOT_SPILL))?;
        Ok(Place { memory: self.clone(), offset, bytes: bytes.len() as u64 })
    }

    /// Reads bytes back.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn read(&self, place: &Place) -> Result<Vec<u8>> {
        let length = usize::try_from(place.bytes).map_err(|error| Error::Bug(error.to_string()))?;
        file::read_at(&*self.file()?, length, place.offset).map_err(Error::io(&self.0.folder, say::CANNOT_UNSPILL))
    }
}

#[cfg(test)]
mod tests;
