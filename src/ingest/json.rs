//! A JSON file -> records: cut into documents, decoded in batches side by side, put together again in order.

use std::path::Path;

use jiff::tz::TimeZone;

use super::endpoints::{self, DocumentFault};
use super::framing::{Batch, Framer, FramingFault, Spare, Stopped};
use super::part::{FileRecords, Part};
use super::quick::TextMarks;
use super::raw::TakeRelations;
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::text::errors as say;

/// How much is decoded at once; what is in memory is about twice `batches * batch_bytes` per file being read.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'s> {
    /// Bytes of a batch, about.
    pub batch_bytes: usize,
    /// Batches decoded side by side while the next ones are read.
    pub batches: usize,
    /// Memory for them.
    pub spare: &'s Spare,
}

/// The file that is read, and what to know for it.
#[derive(Clone, Copy)]
pub struct JsonFile<'f> {
    pub path: &'f Path,
    /// Its index.
    pub file: u32,
    pub zone: &'f TimeZone,
    pub pace: Pace<'f>,
    pub relations: Option<&'f dyn TakeRelations>,
}

/// Reads all documents of the file.
pub fn read(json: JsonFile<'_>, stream: &mut Stream<'_>) -> Result<FileRecords> {
    let mut records = FileRecords::default();
    let mut framer = Framer::new(json.pace.spare);
    let mut batches = json.next_batches(&mut framer, stream)?;
    if framer.ended() && batches.len() == 1 {
        // A page of its own: not worth a detour over other threads.
        records.append(json.decode(&batches[0], 0)?)?;
        batches.drain(..).for_each(|batch| json.pace.spare.reuse(batch));
        return Ok(records);
    }
    let mut room = 0;
    while !batches.is_empty() {
        let mut parts: Vec<Option<Result<Part>>> = batches.iter().map(|_| None).collect();
        let next = rayon::in_place_scope(|scope| {
            for (part, batch) in parts.iter_mut().zip(&batches) {
                scope.spawn(move |_| *part = Some(json.decode(batch, room)));
            }
            json.next_batches(&mut framer, stream)
        });
        for part in parts.into_iter().flatten() {
            let part = part?;
            // Batches are of one size, and so are their pages, about.
            room = room.max(part.rows() + part.rows() / 8);
            records.append(part)?;
        }
        if let Some(relations) = json.relations {
            records.hand_over(relations)?;
        }
        batches.drain(..).for_each(|batch| json.pace.spare.reuse(batch));
        batches = next?;
    }
    Ok(records)
}

impl JsonFile<'_> {
    fn next_batches(&self, framer: &mut Framer<'_>, stream: &mut Stream<'_>) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        while batches.len() < self.pace.batches {
            interrupt::check()?;
            match framer.next_batch(self.pace.batch_bytes, |limit, buffer| stream.read_some(limit, buffer)) {
                Ok(Some(batch)) => batches.push(batch),
                Ok(None) => break,
                Err(Stopped::Reading(error)) => return Err(error),
                Err(Stopped::Framing(fault)) => return Err(self.framing_error(&fault)),
            }
        }
        Ok(batches)
    }

    fn decode(&self, batch: &Batch, room: usize) -> Result<Part> {
        interrupt::check()?;
        let (mut part, mut marks) = (Part::with_room(self.file, room), TextMarks::default());
        for (number, range) in (batch.first..).zip(&batch.documents) {
            let at = batch.offset + range.start as u64;
            let bytes = &batch.bytes[range.clone()];
            let decoded = endpoints::decode(&mut part, self.zone, number, bytes, &mut marks);
            decoded.map_err(|fault| self.document_error(number, at, fault))?;
        }
        Ok(part)
    }

    fn framing_error(&self, fault: &FramingFault) -> Error {
        Error::input(self.path, say::document(fault.document, fault.offset), fault.problem, fault.remedy)
    }

    fn document_error(&self, number: u64, at: u64, fault: DocumentFault) -> Error {
        let byte = at + fault.offset as u64;
        let place = if fault.key.is_empty() { say::document(number, byte) } else { say::key_of_document(number, fault.key, byte) };
        Error::input(self.path, place, fault.problem, fault.remedy)
    }
}
