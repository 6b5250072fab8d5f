//! Splits a stream of JSON into documents without parsing them: one document, an array, JSON lines, or documents one
//! after the other. Documents come in batches of a few MB, which are decoded in parallel. A document without an end
//! does not affect the others: it is cut off where a line begins the next one.

mod cutter;
mod marks;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use cutter::Cutter;

pub use crate::limits::MAX_JSON_DEPTH as MAX_DEPTH;
use crate::text::Text;

/// Consecutive documents of a file.
#[derive(Debug, Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    /// Offset of `bytes` in the (unpacked) file.
    pub offset: u64,
    /// Number of the first document, from 1.
    pub first: u64,
    pub documents: Vec<Piece>,
}

/// A document, or what remains of a torn one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Range in [`Batch::bytes`]; empty if the document is not kept.
    pub range: Range<usize>,
    pub tear: Option<Tear>,
}

/// Reason why a document has no end, or why bytes between documents belong to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tear {
    /// Offset in [`Batch::bytes`].
    pub at: usize,
    pub problem: Text,
    pub remedy: Text,
}

/// Buffers of batches, reused by all files: the kernel clears the pages of a fresh buffer one page fault at a time.
#[derive(Debug, Default)]
pub struct BufferPool(Mutex<Vec<Vec<u8>>>);

/// Buffers that a long document made larger than this are not kept.
const LARGEST_POOLED: usize = 16 << 20;

impl BufferPool {
    /// Returns the buffer of a decoded batch to the pool.
    pub fn recycle(&self, batch: Batch) {
        self.put(batch.bytes);
    }

    fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        if buffer.capacity() <= LARGEST_POOLED {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }

    /// Takes an empty buffer from the pool, or a new one.
    fn get(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Reader of a stream of bytes that returns batches of documents.
pub struct Framer<'p> {
    buffer: Vec<u8>,
    pool: &'p BufferPool,
    offset: u64,
    cutter: Cutter,
    ended: bool,
}

impl Drop for Framer<'_> {
    fn drop(&mut self) {
        self.pool.put(std::mem::take(&mut self.buffer));
    }
}

impl<'p> Framer<'p> {
    /// Creates a framer that has read nothing yet.
    pub fn new(pool: &'p BufferPool) -> Self {
        Self { buffer: pool.get(), pool, offset: 0, cutter: Cutter::default(), ended: false }
    }

    /// Whether all batches have been returned.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Returns the next batch of about `target` bytes. `read` appends up to the given number of bytes, fewer only at
    /// the end of the stream.
    pub fn next_batch<E>(
        &mut self,
        target: usize,
        mut read: impl FnMut(usize, &mut Vec<u8>) -> Result<usize, E>,
    ) -> Result<Option<Batch>, E> {
        if self.ended {
            return Ok(None);
        }
        let first = self.cutter.documents + 1;
        let mut documents = Vec::new();
        while documents.is_empty() && !self.ended {
            let wanted = target.max(1);
            // With room for the beginning of a document that is there already, so that pooled buffers never grow.
            let room = wanted + wanted / 4;
            if self.buffer.capacity() < room {
                self.buffer.reserve_exact(room - self.buffer.len());
            }
            self.ended = read(wanted, &mut self.buffer)? < wanted;
            self.cutter.cut(&self.buffer, self.ended, &mut documents);
            if documents.is_empty() {
                // Bytes between documents are dropped, however many.
                let passed = self.cutter.forget();
                self.buffer.drain(..passed);
                self.offset += passed as u64;
            }
        }
        let keep_from = self.cutter.forget();
        let mut rest = self.pool.get();
        rest.extend_from_slice(&self.buffer[keep_from..]);
        self.buffer.truncate(keep_from);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let offset = self.offset;
        self.offset += keep_from as u64;
        Ok(Some(Batch { bytes, offset, first, documents }))
    }
}

#[cfg(test)]
mod tests;
