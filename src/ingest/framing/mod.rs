//! Cuts a stream of JSON into its documents without reading them: one document, an array of them, JSON lines, or
//! documents one after the other. Documents come in batches of a few MB, so that they can be decoded side by side.

mod cutter;
mod marks;

use std::ops::Range;

use cutter::Cutter;

use crate::text::Text;

/// How deep a document may nest: far deeper than any answer of the service, and shallow enough for any stack.
pub const MAX_DEPTH: u32 = 127;

/// Some complete documents.
#[derive(Debug, Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    /// Where `bytes` begins in the (unpacked) file.
    pub offset: u64,
    /// The number of the first document, from 1.
    pub first: u64,
    /// Where each document stands in `bytes`.
    pub documents: Vec<Range<usize>>,
}

/// What keeps the stream from being cut into documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FramingFault {
    /// The document concerned, from 1.
    pub document: u64,
    /// Where in the (unpacked) file.
    pub offset: u64,
    pub problem: Text,
    pub remedy: Text,
}

/// Reads bytes and hands out batches.
#[derive(Default)]
pub struct Framer {
    buffer: Vec<u8>,
    spare: Vec<Vec<u8>>,
    offset: u64,
    cutter: Cutter,
    ended: bool,
}

/// Why a batch could not be made.
#[derive(Debug)]
pub enum Stopped<E> {
    Reading(E),
    Framing(FramingFault),
}

impl Framer {
    /// Whether all has been handed out.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Takes the memory of a batch that is done with, for the next ones.
    pub fn reuse(&mut self, batch: Batch) {
        let mut buffer = batch.bytes;
        buffer.clear();
        self.spare.push(buffer);
    }

    /// The next batch of about `target` bytes. `read` appends up to so many bytes, fewer only at the end of the stream.
    pub fn next_batch<E>(
        &mut self,
        target: usize,
        mut read: impl FnMut(usize, &mut Vec<u8>) -> Result<usize, E>,
    ) -> Result<Option<Batch>, Stopped<E>> {
        if self.ended {
            return Ok(None);
        }
        let first = self.cutter.documents + 1;
        let mut documents = Vec::new();
        while documents.is_empty() && !self.ended {
            let wanted = target.max(1);
            self.ended = read(wanted, &mut self.buffer).map_err(Stopped::Reading)? < wanted;
            let cut = self.cutter.cut(&self.buffer, self.ended, &mut documents);
            cut.map_err(|(problem, remedy)| Stopped::Framing(self.fault(problem, remedy)))?;
            if documents.is_empty() {
                // However much there is between two documents, it is not held.
                let passed = self.cutter.forget();
                self.buffer.drain(..passed);
                self.offset += passed as u64;
            }
        }
        let keep_from = self.cutter.forget();
        let mut rest = self.spare.pop().unwrap_or_default();
        rest.extend_from_slice(&self.buffer[keep_from..]);
        self.buffer.truncate(keep_from);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let offset = self.offset;
        self.offset += keep_from as u64;
        Ok(Some(Batch { bytes, offset, first, documents }))
    }

    fn fault(&self, problem: Text, remedy: Text) -> FramingFault {
        FramingFault { document: self.cutter.documents + 1, offset: self.offset + self.cutter.at as u64, problem, remedy }
    }
}

#[cfg(test)]
mod tests;
