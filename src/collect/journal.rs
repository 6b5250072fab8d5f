//! The journal of a part: a line for each answer that is kept, and for each subject that is settled. A run that was
//! ended at any moment goes on by it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::{collect as say, errors};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum JournalLine {
    /// A run began.
    Run {
        run: u32,
        corp_id: String,
    },
    Answer(KeptAnswer),
    /// Nothing more is to be requested about a subject.
    Settled {
        subject: SubjectKind,
        id: String,
        state: SettledState,
        errcode: i64,
        items: u64,
    },
    /// The first id with a corp code.
    Code {
        code: String,
    },
    /// The run ended, and its files were moved to the export.
    Finished {
        files: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    pub file: String,
    /// Bytes of the file up to its end.
    pub end: u64,
    /// Chain of pages that it belongs to.
    pub chain: String,
    /// Whether it is the first page of the chain.
    pub is_first: bool,
    /// Cursor of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub errcode: i64,
    /// The time of the answer: microseconds since 1970, UTC.
    pub at: i64,
    pub items: u64,
    /// Ids that further requests are about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Members left out for lack of a licence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlicensed: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A list of the corp, by the path of its endpoint.
    List,
    Department,
    Member,
    Group,
    Code,
}

/// The final state of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettledState {
    /// All of it was collected.
    Complete,
    /// The member has no licence.
    Unlicensed,
    /// The last answer was an error.
    Failed,
}

/// A journal that is open for appending.
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens or creates a journal, and returns it with its lines. A line that was not written to its end is removed.
    pub fn open(path: &Path) -> Result<(Self, Vec<JournalLine>)> {
        let failed = |error| Error::io(path, errors::CANNOT_WRITE)(error);
        let mut file = private(OpenOptions::new().read(true).append(true).create(true)).open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io(path, errors::CANNOT_READ))?;
        let (lines, whole) = read_lines(path, &bytes)?;
        if whole < bytes.len() as u64 {
            file.set_len(whole).map_err(failed)?;
        }
        Ok((Self { path: path.to_path_buf(), file }, lines))
    }

    /// Reads a journal that another run may be writing.
    pub fn read(path: &Path) -> Result<Vec<JournalLine>> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(read_lines(path, &bytes)?.0),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::io(path, errors::CANNOT_READ)(error)),
        }
    }

    /// Appends lines at once, and waits until they are on the disk.
    pub fn append(&mut self, lines: &[JournalLine]) -> Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line).map_err(|error| Error::Bug(format!("journal: {error}")))?;
            text.push(b'\n');
        }
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        written.map_err(Error::io(&self.path, say::CANNOT_KEEP))
    }
}

/// Options by which only the owner can read a file.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Reads all whole lines, and returns them with their length. Only the last line may be incomplete.
fn read_lines(path: &Path, bytes: &[u8]) -> Result<(Vec<JournalLine>, u64)> {
    let (mut lines, mut whole) = (Vec::new(), 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let is_last = whole + line.len() == bytes.len();
        match serde_json::from_slice(line) {
            Ok(read) if line.ends_with(b"\n") => lines.push(read),
            _ if is_last => break,
            _ => return Err(Error::input(path, errors::byte(whole), say::JOURNAL_DAMAGED, say::RESTART_REMEDY)),
        }
        whole += line.len();
    }
    Ok((lines, whole as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_is_removed_wherever_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let run = |run| JournalLine::Run { run, corp_id: "ww1".to_owned() };
        let (mut journal, lines) = Journal::open(&path).unwrap();
        assert!(lines.is_empty());
        journal.append(&[run(1), run(2)]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in first..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            assert_eq!(Journal::open(&path).unwrap().1, [run(1)], "cut at {cut}");
            assert_eq!(std::fs::read(&path).unwrap().len(), first);
        }
        std::fs::write(&path, b"x\n{\"line\":\"code\",\"code\":\"c\"}\n").unwrap();
        assert!(Journal::open(&path).is_err(), "a damaged line in the middle");
    }
}
