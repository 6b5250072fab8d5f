//! A JSON file -> records: cut into documents, decoded in parallel batches, merged in order. Documents that cannot be
//! read are counted, and stop the run where they are many.

mod days;
pub(crate) mod document;
pub(crate) mod payload;
mod scalar;
mod text;

use std::path::Path;
use std::sync::OnceLock;

use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::ingest::encoding::EncodingHint;
use crate::ingest::endpoints::{self, DocumentFault};
use crate::ingest::framing::{Batch, BufferPool, Framer};
use crate::ingest::quick::TextMarks;
use crate::ingest::raw::RelationSink;
use crate::ingest::records::{FileRecords, PartRecords};
use crate::ingest::stream::Stream;
use crate::ingest::table_end::end_of_items;
use crate::ingest::value::{AMBIGUOUS, DayOrder};
use crate::interrupt;

pub use text::JsonText;

/// The size of batches; about twice `batches * batch_bytes` are in memory for each file being read.
#[derive(Debug, Clone, Copy)]
pub struct BatchPlan<'p> {
    /// Bytes of a batch, approximately.
    pub batch_bytes: usize,
    /// Batches decoded in parallel while the next ones are read.
    pub batches: usize,
    /// Buffers for them.
    pub pool: &'p BufferPool,
}

/// The file, and the context to read it in.
#[derive(Clone, Copy)]
pub struct JsonFile<'f> {
    pub path: &'f Path,
    /// Its index.
    pub file: u32,
    /// The encoding to decode it from; `None` if it is UTF-8.
    pub hint: Option<EncodingHint>,
    pub zone: &'f TimeZone,
    pub plan: BatchPlan<'f>,
    pub relations: Option<&'f dyn RelationSink>,
}

/// At most one document in ten may be unreadable: a file with more is not an export.
const DOCUMENTS_PER_TORN_ONE: u64 = 10;

/// Reads all documents of the file, and returns their records with its encoding.
pub fn read(json: JsonFile<'_>, stream: &mut Stream<'_>) -> Result<(FileRecords, &'static str)> {
    let mut text = JsonText::new(stream, json.hint)?;
    let records = json.read(&mut text)?;
    Ok((records, text.encoding()))
}

/// The number of documents of a file or of a part of it, and the first error.
#[derive(Default)]
struct DocumentCounts {
    all: u64,
    torn: u64,
    first_torn: Option<Error>,
}

impl DocumentCounts {
    fn merge(&mut self, more: Self) {
        self.all += more.all;
        self.torn += more.torn;
        self.first_torn = self.first_torn.take().or(more.first_torn);
    }
}

impl JsonFile<'_> {
    fn read(&self, text: &mut JsonText<'_, '_>) -> Result<FileRecords> {
        let (mut records, mut documents, days) = (FileRecords::default(), DocumentCounts::default(), OnceLock::new());
        let mut framer = Framer::new(self.plan.pool);
        let mut batches = self.next_batches(&mut framer, text)?;
        if framer.ended() && batches.len() == 1 {
            // A file with a single page: decoded here, without other threads.
            let (part, of_batch) = self.decode(&batches[0], 0, &days)?;
            records.append(part)?;
            documents.merge(of_batch);
            batches.drain(..).for_each(|batch| self.plan.pool.recycle(batch));
        }
        let mut capacity = 0;
        while !batches.is_empty() {
            let mut parts: Vec<Option<Result<(PartRecords, DocumentCounts)>>> = batches.iter().map(|_| None).collect();
            let days = &days;
            let next = rayon::in_place_scope(|scope| {
                for (part, batch) in parts.iter_mut().zip(&batches) {
                    scope.spawn(move |_| *part = Some(self.decode(batch, capacity, days)));
                }
                self.next_batches(&mut framer, text)
            });
            for part in parts.into_iter().flatten() {
                let (part, of_batch) = part?;
                // Batches have about the same size and number of rows.
                capacity = capacity.max(part.rows() + part.rows() / 8);
                records.append(part)?;
                documents.merge(of_batch);
            }
            if let Some(relations) = self.relations {
                records.flush_relations(relations)?;
            }
            batches.drain(..).for_each(|batch| self.plan.pool.recycle(batch));
            batches = next?;
        }
        match documents.first_torn {
            Some(error) if documents.torn * DOCUMENTS_PER_TORN_ONE > documents.all => Err(error),
            _ => end_of_items(self.path, &records).map(|()| records),
        }
    }

    fn next_batches(&self, framer: &mut Framer<'_>, text: &mut JsonText<'_, '_>) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        while batches.len() < self.plan.batches {
            interrupt::check()?;
            match framer.next_batch(self.plan.batch_bytes, |limit, buffer| text.read_some(limit, buffer))? {
                Some(batch) => batches.push(batch),
                None => break,
            }
        }
        Ok(batches)
    }

    /// Decodes a batch, with the order of day and month in the dates of the file where a date needs it: `days`, which
    /// is set then.
    fn decode(
        &self,
        batch: &Batch,
        capacity: usize,
        days: &OnceLock<DayOrder>,
    ) -> Result<(PartRecords, DocumentCounts)> {
        let known = days.get().copied();
        let decoded = self.decode_with(batch, capacity, known.unwrap_or_default())?;
        if known.is_some() || !decoded.0.has_unread(AMBIGUOUS) {
            return Ok(decoded);
        }
        let order = self.day_order()?;
        match *days.get_or_init(|| order) {
            DayOrder::Unknown => Ok(decoded),
            order => self.decode_with(batch, capacity, order),
        }
    }

    fn decode_with(&self, batch: &Batch, capacity: usize, days: DayOrder) -> Result<(PartRecords, DocumentCounts)> {
        interrupt::check()?;
        let how = endpoints::how(self.zone, days);
        let (mut part, mut marks) = (PartRecords::with_capacity(self.file, capacity), TextMarks::default());
        let mut documents = DocumentCounts { all: batch.documents.len() as u64, ..DocumentCounts::default() };
        for (number, document) in (batch.first..).zip(&batch.documents) {
            let bytes = &batch.bytes[document.range.clone()];
            let decoded = match &document.tear {
                None => endpoints::decode(&mut part, how, number, bytes, &mut marks)
                    .map_err(|fault| (document.range.start + fault.offset, fault)),
                Some(tear) => Err((tear.at, DocumentFault::new("", tear.problem, tear.remedy))),
            };
            if let Err((at, fault)) = decoded {
                let byte = batch.offset + at as u64;
                endpoints::torn(&mut part, how, number, byte, bytes, &fault);
                documents.torn += 1;
                let error = || Error::input(self.path, fault.place(number, byte), fault.problem, fault.remedy);
                documents.first_torn.get_or_insert_with(error);
            }
        }
        Ok((part, documents))
    }
}
