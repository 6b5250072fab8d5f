//! All files of a role in parallel, each by the reader of its format, merged in order of their paths.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::files::InputFile;
use super::framing::BufferPool;
use super::headers::{self, ExpectedTables, HeaderMapping};
use super::json::{BatchPlan, JsonFile};
use super::raw::{Raw, RelationSink};
use super::records::FileRecords;
use super::sheet::{csv, xlsx};
use super::sniff::{FileFormat, sniff};
use super::stream::{Compression, Stream};
use super::table::SheetFile;
use super::table_end::{refuse_list, refuse_summaries};
use super::value::UseridWords;
use super::{endpoints, ingested, json, parquet};
use crate::case::{Case, OwnHeaders};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::progress::{Progress, Unit, Work};
use crate::schema::Table;
use crate::schema::lists::LIST_TABLES;
use crate::schema::tables::{CANONICAL, NOTES, SNAPSHOT_TABLES, UNREADABLE_TABLE};
use crate::schema::vocabulary::Role;
use crate::text::{Message, Text, errors as say};

/// Bytes of a batch of JSON documents, approximately.
const BATCH_BYTES: usize = 2 << 20;

/// The kind of files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSet {
    /// Of a snapshot: answers of the service and canonical tables. With the words for "no value" that are userids, if
    /// its members are known.
    Snapshot(Role, Option<UseridWords>),
    /// Lists.
    Lists,
}

impl FileSet {
    fn tables(self) -> &'static [&'static Table] {
        match self {
            Self::Snapshot(..) => SNAPSHOT_TABLES,
            Self::Lists => LIST_TABLES,
        }
    }

    fn userid_words(self) -> Option<UseridWords> {
        match self {
            Self::Snapshot(_, words) => words,
            Self::Lists => Some(UseridWords::NONE),
        }
    }

    /// Lists what a file could have been, for the error of one that is not recognised.
    fn looked_for(self) -> Message {
        match self {
            Self::Snapshot(..) => {
                let tables = CANONICAL.iter().filter(|table| ![&UNREADABLE_TABLE, &NOTES].contains(table)).copied();
                say::looked_for_both(endpoints::looked_for(), headers::looked_for(&tables.collect::<Vec<_>>()))
            }
            Self::Lists => headers::looked_for(self.tables()),
        }
    }

    /// The user's own headers of its tables.
    fn header_mapping(self, case: &Case) -> HeaderMapping {
        static NONE: OwnHeaders = OwnHeaders::new();
        match self {
            Self::Snapshot(role, _) => {
                let headers = case.snapshots.get(&role).map_or(&NONE, |settings| &settings.headers);
                HeaderMapping::new(format!("snapshots.{role}.columns"), headers)
            }
            Self::Lists => HeaderMapping::new("lists.columns".to_owned(), &case.list_headers),
        }
    }
}

/// Reads all files.
pub fn read_all(
    case: &Case,
    files: &[InputFile],
    set: FileSet,
    work: Work,
    relations: Option<&dyn RelationSink>,
    progress: &dyn Progress,
) -> Result<Raw> {
    let total = files.iter().map(|file| file.bytes).sum();
    progress.begin(work, total, Unit::Bytes);
    let own = set.header_mapping(case);
    let read =
        in_parallel(files, |index, file, plan| read_one(case, (index, file), (set, &own), plan, relations, progress));
    progress.end();
    let (mut raw, read) = (Raw::default(), read?);
    refuse_summaries(files, &read)?;
    for records in read {
        add(&mut raw, records);
    }
    ingested::check(files, &raw.files)?;
    // The mapping is for the headers of the exports, which are not read any more.
    let is_ingested = !raw.files.is_empty() && raw.is_ingested();
    match own.unused().next().filter(|_| !is_ingested) {
        Some((key, header)) => Err(Error::input(
            &case.file,
            Message::verbatim(key),
            say::no_such_header(header),
            say::NO_SUCH_HEADER_REMEDY,
        )),
        None => Ok(raw),
    }
}

/// Reads the files in order of their paths, several at once. Where several fail, the error of the first is returned.
fn in_parallel(
    files: &[InputFile],
    read: impl Fn(u32, &InputFile, BatchPlan<'_>) -> Result<FileRecords> + Sync,
) -> Result<Vec<FileRecords>> {
    // Threads outside the pool, since readers wait: for the disk, and for the pool that decodes.
    let threads = rayon::current_num_threads();
    let readers = threads.min(files.len()).max(1);
    let pool = BufferPool::default();
    let plan = BatchPlan { batch_bytes: BATCH_BYTES, batches: (2 * threads).div_ceil(readers), pool: &pool };
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Vec<Mutex<Option<Result<FileRecords>>>> = files.iter().map(|_| Mutex::new(None)).collect();
    let read_files = || {
        while !stop.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(at) else { break };
            let index = u32::try_from(at).map_err(|_| Error::Bug("more than 2^32 files".to_owned()));
            let result = index.and_then(|index| read(index, file, plan));
            stop.fetch_or(result.is_err(), Ordering::Relaxed);
            *results[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..readers {
            // Where the system grants no more threads, there are fewer readers.
            let _ = std::thread::Builder::new().spawn_scoped(scope, read_files);
        }
        read_files();
    });
    // After an error later files may be unread; the error comes before them.
    results.into_iter().filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn read_one(
    case: &Case,
    (index, file): (u32, &InputFile),
    (set, own): (FileSet, &HeaderMapping),
    plan: BatchPlan<'_>,
    relations: Option<&dyn RelationSink>,
    progress: &dyn Progress,
) -> Result<FileRecords> {
    interrupt::check()?;
    let mut stream = Stream::open(&file.path, progress)?;
    let compression = stream.compression();
    let looked_for = set.looked_for();
    let expected = ExpectedTables { tables: set.tables(), own, userid_words: set.userid_words() };
    let sheet =
        SheetFile { path: &file.path, file: index, expected, looked_for: &looked_for, zone: &case.timezone, relations };
    let json = |hint| JsonFile { path: &file.path, file: index, hint, zone: &case.timezone, plan, relations };
    let format = sniff(stream.head(), stream.head_is_all());
    if let (FileFormat::Text(_) | FileFormat::Parquet, Some(partition)) = (format, &file.partition) {
        return Err(Error::input(&file.path, say::FOLDER, say::partitioned(partition), say::PARTITIONED_REMEDY));
    }
    let (mut records, encoding) = match format {
        FileFormat::Json { .. } | FileFormat::EncodedJson(_) if set == FileSet::Lists => {
            return Err(not_recognised(file, say::JSON_AMONG_LISTS, say::JSON_AMONG_LISTS_REMEDY, set));
        }
        FileFormat::Json { bom } => (json::read(json(None), &mut stream)?.0, utf8(bom)),
        FileFormat::EncodedJson(hint) => json::read(json(Some(hint)), &mut stream)?,
        FileFormat::Text(hint) => csv::read(sheet, hint, &mut stream)?,
        FileFormat::Parquet if compression == Compression::None => (
            parquet::read((&file.path, index, stream.open_file()?), expected, &looked_for, &case.timezone, relations)?,
            "binary",
        ),
        FileFormat::Parquet => {
            return Err(not_recognised(file, say::PACKED_PARQUET, say::PACKED_PARQUET_REMEDY, set));
        }
        FileFormat::Zip if compression == Compression::None => (xlsx::read(sheet, &stream.open_file()?)?, "binary"),
        FileFormat::Zip => return Err(not_recognised(file, say::PACKED_ZIP, say::UNPACK, set)),
        FileFormat::Unsupported { what, remedy } => return Err(not_recognised(file, what, remedy, set)),
    };
    let fingerprint = stream.finish()?;
    let tally = &mut records.tally;
    tally.path.clone_from(&file.shown);
    tally.sha256 = fingerprint.sha256;
    tally.bytes = fingerprint.bytes;
    tally.encoding = format!("{encoding}{}", compression.suffix());
    if tally.kind.is_empty() {
        tally.kind = json_kind(&records.kinds);
    }
    records.check()?;
    records.count_unlisted_rejects();
    if set == FileSet::Lists {
        refuse_list(&file.path, &records)?;
    }
    if let Some(relations) = relations {
        records.flush_relations(relations)?;
    }
    Ok(records)
}

fn utf8(bom: bool) -> &'static str {
    if bom { "utf-8 with BOM" } else { "utf-8" }
}

fn not_recognised(file: &InputFile, what: Text, remedy: Text, set: FileSet) -> Error {
    Error::input(&file.path, say::FILE, say::nothing_known(what, set.looked_for()), say::or_underscore(remedy))
}

fn json_kind(kinds: &BTreeMap<&'static str, u64>) -> String {
    let kinds: Vec<String> = kinds.iter().map(|(kind, documents)| format!("{kind} ({documents})")).collect();
    if kinds.is_empty() { "json: no documents".to_owned() } else { format!("json: {}", kinds.join(", ")) }
}

fn add(raw: &mut Raw, file: FileRecords) {
    let index = raw.files.len() as u32;
    raw.files.push(file.tally);
    for (name, batches) in file.tables {
        raw.tables.entry(name).or_default().extend(batches);
    }
    for name in file.whole_tables {
        if !raw.whole_tables.contains(&name) {
            raw.whole_tables.push(name);
        }
    }
    raw.answers.append(file.answers);
    raw.rejects.extend(file.rejects);
    raw.doubts.merge(file.doubts);
    raw.userid_words = raw.userid_words.union(file.userid_words);
    raw.places.extend(file.places.into_iter().map(|(record, place)| ((index, record), place)));
    raw.empty_tables.extend(file.empty_tables.into_iter().map(|table| (table, index)));
}
