//! Cuts a stream of JSON into its documents without reading them: one document, an array of them, JSON lines, or
//! documents one after the other. Documents come in batches of a few MB, so that they can be decoded side by side.
//! A document that does not end costs no other: it is cut off where a line begins the next one.

mod cutter;
pub mod marks;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use cutter::Cutter;

use crate::text::Text;

/// How deep a document may nest: far deeper than any answer of the service, and shallow enough for any stack.
pub const MAX_DEPTH: u32 = 127;

/// Some documents.
#[derive(Debug, Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    /// Where `bytes` begins in the (unpacked) file.
    pub offset: u64,
    /// The number of the first document, from 1.
    pub first: u64,
    pub documents: Vec<Piece>,
}

/// A document, or the remains of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands in [`Batch::bytes`]; nowhere, if it is not kept.
    pub range: Range<usize>,
    pub tear: Option<Tear>,
}

/// Why a document has no end, or what stands between documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tear {
    /// Where in [`Batch::bytes`].
    pub at: usize,
    pub problem: Text,
    pub remedy: Text,
}

/// Memory of batches that are done with, for the next ones, of other files too: new memory is dear.
#[derive(Debug, Default)]
pub struct Spare(Mutex<Vec<Vec<u8>>>);

/// What a long document took is not kept.
const LARGEST_SPARE: usize = 16 << 20;

impl Spare {
    /// Takes the memory of a batch that is done with.
    pub fn reuse(&self, batch: Batch) {
        self.put(batch.bytes);
    }

    fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        if buffer.capacity() <= LARGEST_SPARE {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }

    fn get(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Reads bytes and hands out batches.
pub struct Framer<'s> {
    buffer: Vec<u8>,
    spare: &'s Spare,
    offset: u64,
    cutter: Cutter,
    ended: bool,
}

impl Drop for Framer<'_> {
    fn drop(&mut self) {
        self.spare.put(std::mem::take(&mut self.buffer));
    }
}

impl<'s> Framer<'s> {
    /// Nothing is read yet.
    pub fn new(spare: &'s Spare) -> Self {
        Self { buffer: spare.get(), spare, offset: 0, cutter: Cutter::default(), ended: false }
    }

    /// Whether all has been handed out.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next batch of about `target` bytes. `read` appends up to so many bytes, fewer only at the end of the stream.
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
            // With room for the beginning of a document that was there already, so that the memory serves again as it is.
            let room = wanted + wanted / 4;
            if self.buffer.capacity() < room {
                self.buffer.reserve_exact(room - self.buffer.len());
            }
            self.ended = read(wanted, &mut self.buffer)? < wanted;
            self.cutter.cut(&self.buffer, self.ended, &mut documents);
            if documents.is_empty() {
                // However much there is between two documents, it is not held.
                let passed = self.cutter.forget();
                self.buffer.drain(..passed);
                self.offset += passed as u64;
            }
        }
        let keep_from = self.cutter.forget();
        let mut rest = self.spare.get();
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
