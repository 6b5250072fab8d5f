//! The archive that a workbook is, examined before anything of it is believed: how much it really unpacks to, and
//! whether what it says of itself can be true. The library that reads it afterwards trusts both.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::markup::{Markup, Seen};
use crate::error::{Error, Result};
use crate::ingest::stream::{MOST_FOLD, unpacks_too_far};
use crate::interrupt;
use crate::text::{Message, errors as say};

/// Parts of an archive; a workbook has a few dozens.
const MOST_PARTS: usize = 10_000;
/// Bytes that a sheet unpacks to at most: it is read row by row.
const MOST_OF_SHEET: u64 = 8 << 30;
/// The texts that the cells share: they are held in memory.
const MOST_OF_TEXTS: u64 = 512 << 20;
/// Any other markup.
const MOST_OF_MARKUP: u64 = 32 << 20;
/// Anything else, such as pictures; nobody reads it.
const MOST_OF_OTHERS: u64 = 256 << 20;
/// Bytes examined at once.
const CHUNK: usize = 256 * 1024;

/// Examines every part of the workbook.
///
/// # Errors
/// [`Error::Input`] where it is no workbook, or none that can be read in bounded memory.
pub fn examine(path: &Path) -> Result<Seen> {
    let file = File::open(path).map_err(Error::io(path, say::CANNOT_OPEN))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| not_whole(path, &error))?;
    if archive.len() > MOST_PARTS {
        return Err(too_large(path, say::ARCHIVE, say::too_many_parts(archive.len(), MOST_PARTS)));
    }
    let is_workbook = archive
        .file_names()
        .filter_map(std::result::Result::ok)
        .any(|name| name.to_ascii_lowercase().ends_with("workbook.xml"));
    if !is_workbook {
        return Err(Error::input(path, say::ARCHIVE, say::NO_WORKBOOK, say::NO_WORKBOOK_REMEDY));
    }
    let mut seen = Seen::default();
    for index in 0..archive.len() {
        interrupt::check()?;
        let part = archive.by_index(index).map_err(|error| not_whole(path, &error))?;
        let name = part.name().map_err(|error| not_whole(path, &error))?.into_owned();
        let packed = part.compressed_size();
        if part.is_file() {
            examine_part(path, &name, packed, part, &mut seen)?;
        }
    }
    Ok(seen)
}

fn examine_part(path: &Path, name: &str, packed: u64, mut part: impl Read, seen: &mut Seen) -> Result<()> {
    let (most, mut markup) = kind_of(name);
    let (mut chunk, mut unpacked) = (Vec::with_capacity(CHUNK), 0_u64);
    loop {
        chunk.clear();
        let read =
            part.by_ref().take(CHUNK as u64).read_to_end(&mut chunk).map_err(|error| unreadable(path, name, error))?;
        unpacked += read as u64;
        if unpacked > most || unpacks_too_far(packed, unpacked) {
            return Err(too_large(path, shown(name), say::part_too_large(MOST_FOLD, most)));
        }
        if let Some(markup) = &mut markup {
            markup.look_at(&chunk, seen).map_err(|problem| too_large(path, shown(name), problem))?;
        }
        if read < CHUNK {
            break;
        }
    }
    markup.map_or(Ok(()), |markup| markup.finish(seen)).map_err(|problem| too_large(path, shown(name), problem))
}

/// How much a part may unpack to, and how it is looked at.
fn kind_of(name: &str) -> (u64, Option<Markup>) {
    let name = name.to_ascii_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    match ending {
        "xml" if stem.ends_with("sharedstrings") => (MOST_OF_TEXTS, Some(Markup::default())),
        "xml" if stem.contains("sheet") => (MOST_OF_SHEET, Some(Markup::default())),
        "xml" | "rels" => (MOST_OF_MARKUP, Some(Markup::default())),
        _ => (MOST_OF_OTHERS, None),
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

fn not_whole(path: &Path, error: &zip::result::ZipError) -> Error {
    Error::input(path, say::ARCHIVE, say::workbook_cut_off(error), say::COPY_AGAIN_AS_XLSX)
}

/// The name of a part, which its maker chose.
fn shown(part: &str) -> Message {
    Message::verbatim(part.chars().filter(|character| !character.is_control()).take(100).collect::<String>())
}
