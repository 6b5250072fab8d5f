//! All files of a role side by side, each by the reader of its format, put together in order of their paths.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::files::Found;
use super::framing::Spare;
use super::headers::{self, Own, Sought};
use super::json::{JsonFile, Pace};
use super::part::FileRecords;
use super::raw::{Raw, TakeRelations};
use super::sheet::{self, SheetFile};
use super::sniff::{Format, sniff};
use super::stream::{Compression, Stream};
use super::{csv, endpoints, json, parquet, xlsx};
use crate::case::{Case, OwnHeaders};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::progress::{Progress, Unit, Work};
use crate::schema::Table;
use crate::schema::tables::{CANONICAL, LISTS, SNAPSHOT_TABLES};
use crate::schema::vocabulary::Role;
use crate::text::{Message, Text, errors as say};

/// Bytes of a batch of JSON documents, about.
const BATCH_BYTES: usize = 2 << 20;

/// What the files may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Answers of the service and canonical tables.
    Snapshot(Role),
    /// Lists.
    Lists,
}

impl Expected {
    fn tables(self) -> &'static [&'static Table] {
        match self {
            Self::Snapshot(_) => SNAPSHOT_TABLES,
            Self::Lists => LISTS,
        }
    }

    /// What was looked for in a file that is nothing known.
    fn looked_for(self) -> Message {
        match self {
            Self::Snapshot(_) => say::looked_for_both(endpoints::looked_for(), headers::looked_for(CANONICAL)),
            Self::Lists => headers::looked_for(self.tables()),
        }
    }

    /// The user's own headers of its tables.
    fn own_headers(self, case: &Case) -> Own {
        static NONE: OwnHeaders = OwnHeaders::new();
        match self {
            Self::Snapshot(role) => {
                let headers = case.snapshots.get(&role).map_or(&NONE, |settings| &settings.headers);
                Own::new(format!("snapshots.{role}.columns"), headers)
            }
            Self::Lists => Own::new("lists.columns".to_owned(), &case.list_headers),
        }
    }
}

/// Reads all files.
pub fn read_all(
    case: &Case,
    files: &[Found],
    expected: Expected,
    work: Work,
    relations: Option<&dyn TakeRelations>,
    progress: &dyn Progress,
) -> Result<Raw> {
    let total = files.iter().map(|file| file.bytes).sum();
    progress.begin(work, total, Unit::Bytes);
    let own = expected.own_headers(case);
    let read = side_by_side(files, |index, file, pace| {
        read_one(case, (index, file), (expected, &own), pace, relations, progress)
    });
    progress.end();
    let mut raw = Raw::default();
    for records in read? {
        add(&mut raw, records);
    }
    match own.unmet().next() {
        Some((key, header)) => Err(Error::input(
            &case.file,
            Message::verbatim(key),
            say::no_such_header(header),
            say::NO_SUCH_HEADER_REMEDY,
        )),
        None => Ok(raw),
    }
}

/// Files are taken up in order; where several cannot be read, the first of them is told of.
fn side_by_side(
    files: &[Found],
    read: impl Fn(u32, &Found, Pace<'_>) -> Result<FileRecords> + Sync,
) -> Result<Vec<FileRecords>> {
    // Readers are threads of their own, for they wait: for the disk, and for the pool that decodes what they read.
    let threads = rayon::current_num_threads();
    let readers = threads.min(files.len()).max(1);
    let spare = Spare::default();
    let pace = Pace { batch_bytes: BATCH_BYTES, batches: (2 * threads).div_ceil(readers), spare: &spare };
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Vec<Mutex<Option<Result<FileRecords>>>> = files.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(at) else { break };
                    let index = u32::try_from(at).map_err(|_| Error::Bug("more than 2^32 files".to_owned()));
                    let result = index.and_then(|index| read(index, file, pace));
                    stop.fetch_or(result.is_err(), Ordering::Relaxed);
                    *results[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            });
        }
    });
    // After an error the files behind it may not have been read; the error stands before them.
    results.into_iter().filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn read_one(
    case: &Case,
    (index, file): (u32, &Found),
    (expected, own): (Expected, &Own),
    pace: Pace<'_>,
    relations: Option<&dyn TakeRelations>,
    progress: &dyn Progress,
) -> Result<FileRecords> {
    interrupt::check()?;
    let mut stream = Stream::open(&file.path, progress)?;
    let compression = stream.compression();
    let looked_for = expected.looked_for();
    let sought = Sought { tables: expected.tables(), own };
    let sheet =
        SheetFile { path: &file.path, file: index, sought, looked_for: &looked_for, zone: &case.timezone, relations };
    let format = sniff(stream.head(), stream.head_is_all());
    if let (Format::Text(_) | Format::Parquet, Some(partition)) = (format, &file.partition) {
        return Err(Error::input(&file.path, say::FOLDER, say::partitioned(partition), say::PARTITIONED_REMEDY));
    }
    let (mut records, encoding) = match format {
        Format::Json { .. } if expected == Expected::Lists => {
            return Err(nothing_known(file, say::JSON_AMONG_LISTS, say::JSON_AMONG_LISTS_REMEDY, expected));
        }
        Format::Json { bom } => {
            let json = JsonFile { path: &file.path, file: index, zone: &case.timezone, pace, relations };
            (json::read(json, &mut stream)?, utf8(bom))
        }
        Format::Text(beginning) => csv::read(sheet, beginning, &mut stream)?,
        Format::Parquet if compression == Compression::None => {
            (parquet::read((&file.path, index), sought, &looked_for, &case.timezone, relations)?, "binary")
        }
        Format::Parquet => return Err(nothing_known(file, say::PACKED_PARQUET, say::PACKED_PARQUET_REMEDY, expected)),
        Format::Zip if compression == Compression::None => (xlsx::read(sheet)?, "binary"),
        Format::Zip => return Err(nothing_known(file, say::PACKED_ZIP, say::UNPACK, expected)),
        Format::Unreadable { what, remedy } => return Err(nothing_known(file, what, remedy, expected)),
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
    records.close_rejects();
    if expected == Expected::Lists {
        sheet::refuse_list(&file.path, &records)?;
    }
    if let Some(relations) = relations {
        records.hand_over(relations)?;
    }
    Ok(records)
}

fn utf8(bom: bool) -> &'static str {
    if bom { "utf-8 with BOM" } else { "utf-8" }
}

fn nothing_known(file: &Found, what: Text, remedy: Text, expected: Expected) -> Error {
    Error::input(&file.path, say::FILE, say::nothing_known(what, expected.looked_for()), say::or_underscore(remedy))
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
    raw.answers.extend(file.answers);
    raw.account_counts.extend(file.account_counts);
    raw.rejects.extend(file.rejects);
    raw.doubts.merge(file.doubts);
    raw.empty_tables.extend(file.empty_tables.into_iter().map(|table| (table, index)));
}
