//! A JSON file -> records: cut into documents, decoded in batches side by side, put together again in order. Documents that
//! cannot be read are counted, and stop the run where they are many.

use std::path::Path;

use jiff::tz::TimeZone;

use super::endpoints::{self, DocumentFault};
use super::framing::{Batch, Framer, Spare};
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

/// One document in so many may be torn: a file with more of them is no export.
const DOCUMENTS_FOR_A_TORN_ONE: u64 = 10;

/// Reads all documents of the file.
pub fn read(json: JsonFile<'_>, stream: &mut Stream<'_>) -> Result<FileRecords> {
    let (mut records, mut documents) = (FileRecords::default(), Documents::default());
    let mut framer = Framer::new(json.pace.spare);
    let mut batches = json.next_batches(&mut framer, stream)?;
    if framer.ended() && batches.len() == 1 {
        // A page of its own: not worth a detour over other threads.
        let (part, of_batch) = json.decode(&batches[0], 0)?;
        records.append(part)?;
        documents.merge(of_batch);
        batches.drain(..).for_each(|batch| json.pace.spare.reuse(batch));
    }
    let mut room = 0;
    while !batches.is_empty() {
        let mut parts: Vec<Option<Result<(Part, Documents)>>> = batches.iter().map(|_| None).collect();
        let next = rayon::in_place_scope(|scope| {
            for (part, batch) in parts.iter_mut().zip(&batches) {
                scope.spawn(move |_| *part = Some(json.decode(batch, room)));
            }
            json.next_batches(&mut framer, stream)
        });
        for part in parts.into_iter().flatten() {
            let (part, of_batch) = part?;
            // Batches are of one size, and so are their pages, about.
            room = room.max(part.rows() + part.rows() / 8);
            records.append(part)?;
            documents.merge(of_batch);
        }
        if let Some(relations) = json.relations {
            records.hand_over(relations)?;
        }
        batches.drain(..).for_each(|batch| json.pace.spare.reuse(batch));
        batches = next?;
    }
    match documents.first_torn {
        Some(error) if documents.torn * DOCUMENTS_FOR_A_TORN_ONE > documents.all => Err(error),
        _ => Ok(records),
    }
}

/// The documents of a file, or of a part of it.
#[derive(Default)]
struct Documents {
    all: u64,
    torn: u64,
    first_torn: Option<Error>,
}

impl Documents {
    fn merge(&mut self, more: Self) {
        self.all += more.all;
        self.torn += more.torn;
        self.first_torn = self.first_torn.take().or(more.first_torn);
    }
}

impl JsonFile<'_> {
    fn next_batches(&self, framer: &mut Framer<'_>, stream: &mut Stream<'_>) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        while batches.len() < self.pace.batches {
            interrupt::check()?;
            match framer.next_batch(self.pace.batch_bytes, |limit, buffer| stream.read_some(limit, buffer))? {
                Some(batch) => batches.push(batch),
                None => break,
            }
        }
        Ok(batches)
    }

    fn decode(&self, batch: &Batch, room: usize) -> Result<(Part, Documents)> {
        interrupt::check()?;
        let (mut part, mut marks) = (Part::with_room(self.file, room), TextMarks::default());
        let mut documents = Documents { all: batch.documents.len() as u64, ..Documents::default() };
        for (number, document) in (batch.first..).zip(&batch.documents) {
            let bytes = &batch.bytes[document.range.clone()];
            let decoded = match &document.tear {
                None => endpoints::decode(&mut part, self.zone, number, bytes, &mut marks)
                    .map_err(|fault| (document.range.start + fault.offset, fault)),
                Some(tear) => Err((tear.at, DocumentFault::new("", tear.problem, tear.remedy))),
            };
            if let Err((at, fault)) = decoded {
                let byte = batch.offset + at as u64;
                endpoints::torn(&mut part, self.zone, number, byte, bytes, &fault);
                documents.torn += 1;
                documents.first_torn.get_or_insert_with(|| self.document_error(number, byte, fault));
            }
        }
        Ok((part, documents))
    }

    fn document_error(&self, number: u64, byte: u64, fault: DocumentFault) -> Error {
        let place = if fault.key.is_empty() {
            say::document(number, byte)
        } else {
            say::key_of_document(number, fault.key, byte)
        };
        Error::input(self.path, place, fault.problem, fault.remedy)
    }
}
