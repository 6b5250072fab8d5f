//! The zip archive of a workbook, checked before it is read: the size that it really unpacks to, and the positions and
//! counts in its markup. `calamine`, which reads it afterwards, allocates by both without limits.

use std::io::{self, Read};
use std::path::Path;

use zip::ZipArchive;

use super::markup::{MarkupCheck, WorkbookSummary};
use crate::error::{Error, Result};
use crate::ingest::open_file::OpenFile;
use crate::interrupt;
use crate::limits::{
    MAX_EXPANSION, MAX_MARKUP_BYTES, MAX_OTHER_BYTES, MAX_PARTS, MAX_SHEET_BYTES, MAX_TEXTS_BYTES, expands_too_far,
};
use crate::text::{Message, Text, errors as say};

/// Parts by which documents of other programs are told from archives of files.
const OTHER_ARCHIVES: &[(&str, Text)] = &[
    ("workbook.bin", say::BINARY_WORKBOOK),
    ("meta-inf/manifest.xml", say::OPEN_DOCUMENT),
    ("index/document.iwa", say::NUMBERS),
];

/// Bytes checked at once.
const CHUNK: usize = 256 * 1024;

/// Checks every part of the workbook.
///
/// # Errors
/// [`Error::Input`] if it is not a workbook, or cannot be read in bounded memory.
pub fn check(path: &Path, open: &OpenFile) -> Result<WorkbookSummary> {
    let mut archive = ZipArchive::new(open.reader()).map_err(|error| cut_off(path, &error))?;
    if archive.len() > MAX_PARTS {
        return Err(too_large(path, say::ARCHIVE, say::too_many_parts(archive.len(), MAX_PARTS)));
    }
    let has = |part: &str| {
        let mut names = archive.file_names().filter_map(std::result::Result::ok);
        names.any(|name| name.to_ascii_lowercase().ends_with(part))
    };
    if !has("workbook.xml") {
        let other = OTHER_ARCHIVES.iter().find(|(part, _)| has(part));
        let (problem, remedy) =
            other.map_or((say::NO_WORKBOOK, say::NO_WORKBOOK_REMEDY), |(_, what)| (*what, say::SAVE_AS_SHEET));
        return Err(Error::input(path, say::ARCHIVE, problem, remedy));
    }
    let mut summary = WorkbookSummary::default();
    for index in 0..archive.len() {
        interrupt::check()?;
        let part = archive.by_index(index).map_err(|error| cut_off(path, &error))?;
        let name = part.name().map_err(|error| cut_off(path, &error))?.into_owned();
        let packed = part.compressed_size();
        if part.is_file() {
            check_part(path, &name, packed, part, &mut summary)?;
        }
    }
    Ok(summary)
}

fn check_part(path: &Path, name: &str, packed: u64, mut part: impl Read, summary: &mut WorkbookSummary) -> Result<()> {
    let (max, mut markup) = limits_of(name);
    let (mut chunk, mut unpacked) = (Vec::with_capacity(CHUNK), 0_u64);
    loop {
        chunk.clear();
        let read =
            part.by_ref().take(CHUNK as u64).read_to_end(&mut chunk).map_err(|error| unreadable(path, name, error))?;
        unpacked += read as u64;
        if unpacked > max || expands_too_far(packed, unpacked) {
            return Err(too_large(path, shown(name), say::part_too_large(MAX_EXPANSION, max)));
        }
        if let Some(markup) = &mut markup {
            markup.update(&chunk, summary).map_err(|problem| too_large(path, shown(name), problem))?;
        }
        if read < CHUNK {
            break;
        }
    }
    markup.map_or(Ok(()), |markup| markup.finish(summary)).map_err(|problem| too_large(path, shown(name), problem))
}

/// The most bytes that a part may unpack to, and the check of its markup.
fn limits_of(name: &str) -> (u64, Option<MarkupCheck>) {
    let name = name.to_ascii_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    match ending {
        "xml" if stem.ends_with("sharedstrings") => (MAX_TEXTS_BYTES, Some(MarkupCheck::default())),
        "xml" if stem.contains("sheet") => (MAX_SHEET_BYTES, Some(MarkupCheck::default())),
        "xml" | "rels" => (MAX_MARKUP_BYTES, Some(MarkupCheck::default())),
        _ => (MAX_OTHER_BYTES, None),
    }
}

fn too_large(path: &Path, part: impl Into<Message>, problem: impl Into<Message>) -> Error {
    Error::input(path, part, problem, say::TOO_LARGE_REMEDY)
}

fn unreadable(path: &Path, part: &str, error: io::Error) -> Error {
    if error.raw_os_error().is_some() {
        return Error::io(path, say::CANNOT_READ)(error);
    }
    Error::input(path, shown(part), say::WORKBOOK_CUT_OFF, say::COPY_AGAIN)
}

fn cut_off(path: &Path, error: &zip::result::ZipError) -> Error {
    Error::input(path, say::ARCHIVE, say::workbook_cut_off(error), say::COPY_AGAIN_AS_XLSX)
}

/// The name of a part, which may contain anything.
fn shown(part: &str) -> Message {
    Message::verbatim(part.chars().take(100).collect::<String>())
}
