//! The answers of a part on disk: envelopes, one zstd frame each, and the journal that says which are whole.
//!
//! ```text
//! state    what the journal says
//! export   the end of a run: its files, put in order, into the export
//! ```
//!
//! An answer is written and synced before the journal names it; so whatever the journal names is there, and what it
//! does not name is cut off at the next start. Both are synced a few times a second, not for each answer.

mod export;
mod state;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::Reply;
use super::calls::CallRequest;
use super::corp_codes::CorpCheck;
use super::journal::{Journal, JournalLine, KeptAnswer, SettledState, SubjectKind, private};
use crate::error::{Error, Result};
use crate::text::{collect as say, errors};
use state::journal_path;

pub use state::{ChainState, ExportPart, PartState};

/// The folder of a role that holds journals, and the files of a part that is being collected.
pub const FOLDER: &str = ".collect";
/// Time between two syncs.
const BETWEEN_SYNCS: Duration = Duration::from_millis(200);
/// Level of zstd, which takes less time than the service.
const LEVEL: i32 = 3;

/// The store of a part.
pub struct Store {
    role: PathBuf,
    inner: Mutex<StoreInner>,
    check: CorpCheck,
}

struct StoreInner {
    state: PartState,
    journal: Journal,
    files: BTreeMap<String, File>,
    /// Lines for the journal, once the files are synced.
    pending: Vec<JournalLine>,
    synced: Instant,
    /// Whether the disk refused an answer: what comes after it must not be written.
    is_broken: bool,
}

impl Store {
    /// Opens the store of a part: cuts off what the journal does not name, and moves what an ended run left behind.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Input`] where the journal and the files do not fit together.
    pub fn open(role: &Path, part: ExportPart, check: CorpCheck) -> Result<Self> {
        let (journal, lines) = Journal::open(&journal_path(role, part))?;
        let state = PartState::of(lines);
        let inner = StoreInner {
            state,
            journal,
            files: BTreeMap::new(),
            pending: Vec::new(),
            synced: Instant::now(),
            is_broken: false,
        };
        let store = Self { role: role.to_path_buf(), inner: Mutex::new(inner), check };
        store.recover()?;
        Ok(store)
    }

    fn recover(&self) -> Result<()> {
        let inner = self.lock();
        if inner.state.is_finished {
            return export::move_files(&self.role, &inner.state);
        }
        for (name, end) in inner.state.files_of_run() {
            let path = working(&self.role, name);
            let short = || Error::input(&path, errors::byte(end), say::DATA_SHORT, say::RESTART_REMEDY);
            let file = OpenOptions::new().write(true).open(&path).map_err(|_| short())?;
            let bytes = file.metadata().map_err(Error::io(&path, errors::CANNOT_READ))?.len();
            if bytes < end {
                return Err(short());
            }
            file.set_len(end).map_err(Error::io(&path, errors::CANNOT_WRITE))?;
        }
        Ok(())
    }

    /// Begins a run, unless one is under way.
    pub fn begin(&self, corp_id: &str) -> Result<()> {
        let mut inner = self.lock();
        let state = &inner.state;
        if state.run > 0 && !state.is_finished {
            return Ok(());
        }
        let line = JournalLine::Run { run: state.run + 1, corp_id: corp_id.to_owned() };
        inner.note(line);
        inner.flush()
    }

    /// Looks at what is known.
    pub fn with<T>(&self, look: impl FnOnce(&PartState) -> T) -> T {
        look(&self.lock().state)
    }

    /// Returns a chain of this run.
    pub fn chain(&self, key: &str) -> Option<ChainState> {
        self.with(|state| state.chains.get(key).cloned())
    }

    /// Returns whether nothing more is to be requested about a subject in this run.
    pub fn is_settled(&self, subject: SubjectKind, id: &str) -> bool {
        self.with(|state| state.settled.contains_key(&(subject, id.to_owned())))
    }

    /// Keeps an answer: its envelope in the file of its endpoint, its place in the journal.
    ///
    /// # Errors
    /// [`Error::Input`] where its ids are of another corp than the folder's, [`Error::Io`].
    pub fn keep(&self, chain: &str, request: &CallRequest, is_first: bool, reply: &Reply) -> Result<()> {
        let code = reply.corp_id_sample.as_deref().and_then(super::corp_codes::code_of_id);
        let mut inner = self.lock();
        if inner.is_broken {
            return Err(Error::Interrupted);
        }
        if let Some(code) = code.filter(|_| inner.state.code.is_none()) {
            self.check.accepts(code)?;
            inner.note(JournalLine::Code { code: code.to_owned() });
        }
        let at = Timestamp::now().as_microsecond().max(inner.state.last_at.unwrap_or(0) + 1);
        let name = format!("{}-{}.jsonl.zst", request.call.stem(), inner.state.run);
        let path = working(&self.role, &name);
        let frame = zstd::bulk::compress(&envelope(request, at, &reply.body), LEVEL)
            .map_err(Error::io(&path, say::CANNOT_KEEP))?;
        let end = inner.state.end(&name) + frame.len() as u64;
        if let Err(error) = inner.append(&name, &path, &frame) {
            inner.is_broken = true;
            return Err(error);
        }
        inner.note(JournalLine::Answer(KeptAnswer {
            file: name,
            end,
            chain: chain.to_owned(),
            is_first,
            next: reply.next.clone(),
            errcode: reply.errcode,
            at,
            items: reply.items,
            ids: reply.ids.clone(),
            unlicensed: reply.unlicensed.clone(),
        }));
        inner.flush_now_and_then()
    }

    /// Notes that nothing more is to be requested about a subject.
    pub fn settle(&self, subject: SubjectKind, id: &str, state: SettledState, errcode: i64, items: u64) -> Result<()> {
        let mut inner = self.lock();
        inner.note(JournalLine::Settled { subject, id: id.to_owned(), state, errcode, items });
        inner.flush_now_and_then()
    }

    /// Waits until everything is on the disk.
    pub fn flush(&self) -> Result<()> {
        self.lock().flush()
    }

    /// Ends the run: moves its files to the export, those of `last` after all others.
    pub fn finish(&self, last: &str) -> Result<()> {
        let mut inner = self.lock();
        inner.flush()?;
        let is_exported = |name: &&String| !name.starts_with(&super::calls::DEPARTMENTS.stem());
        let files = inner.state.files_of_run().map(|(name, _)| name);
        let mut files: Vec<String> = files.filter(is_exported).cloned().collect();
        files.sort_unstable_by_key(|name| (name.starts_with(&format!("{last}-")), name.clone()));
        inner.files.clear();
        inner.note(JournalLine::Finished { files });
        inner.flush()?;
        export::move_files(&self.role, &inner.state)
    }

    fn lock(&self) -> MutexGuard<'_, StoreInner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StoreInner {
    /// Applies a line, and appends it to the journal at the next sync.
    fn note(&mut self, line: JournalLine) {
        self.state.apply(line.clone());
        self.pending.push(line);
    }

    fn append(&mut self, name: &str, path: &Path, frame: &[u8]) -> Result<()> {
        if !self.files.contains_key(name) {
            let file = private(OpenOptions::new().append(true).create(true)).open(path);
            let file = file.map_err(Error::io(path, errors::CANNOT_CREATE))?;
            // A first answer that the journal does not name yet.
            file.set_len(self.state.end(name)).map_err(Error::io(path, errors::CANNOT_WRITE))?;
            self.files.insert(name.to_owned(), file);
        }
        let Some(file) = self.files.get_mut(name) else { return Ok(()) };
        file.write_all(frame).map_err(Error::io(path, say::CANNOT_KEEP))
    }

    fn flush_now_and_then(&mut self) -> Result<()> {
        if self.synced.elapsed() < BETWEEN_SYNCS { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<()> {
        if !self.pending.is_empty() {
            for (name, file) in &self.files {
                file.sync_data().map_err(Error::io(name, say::CANNOT_KEEP))?;
            }
            self.journal.append(&self.pending)?;
            self.pending.clear();
        }
        self.synced = Instant::now();
        Ok(())
    }
}

/// Returns the path of a file that is being collected.
fn working(role: &Path, name: &str) -> PathBuf {
    role.join(FOLDER).join(name)
}

/// Returns an answer with its request, as one line. The answer is JSON, which has line breaks between values only.
fn envelope(request: &CallRequest, at: i64, body: &[u8]) -> Vec<u8> {
    let time = Timestamp::from_microsecond(at).unwrap_or_default();
    let (endpoint, request) = (request.call.path, request.json());
    let head = format!(r#"{{"endpoint":"{endpoint}","request":{request},"fetched_at":"{time:.6}","response":"#);
    let mut line = Vec::with_capacity(head.len() + body.len() + 2);
    line.extend_from_slice(head.as_bytes());
    line.extend(body.trim_ascii().iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
    line.extend_from_slice(b"}\n");
    line
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    pub fn reply(body: &str) -> Reply {
        Reply::read(body.as_bytes().to_vec()).unwrap()
    }

    pub fn store(role: &Path) -> Store {
        fs::create_dir_all(role.join(FOLDER)).unwrap();
        let store = Store::open(role, ExportPart::Relations, CorpCheck::default()).unwrap();
        store.begin("ww1").unwrap();
        store
    }

    #[test]
    fn an_envelope_is_one_line() {
        let line = envelope(&CallRequest::list("zhang"), 1_700_000_000_000_000, b"\n{\"errcode\":0,\n\"a\":\"b\"}\r\n");
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "{\"endpoint\":\"externalcontact/list\",\"request\":{\"userid\":\"zhang\"},\"fetched_at\":\
             \"2023-11-14T22:13:20.000000Z\",\"response\":{\"errcode\":0, \"a\":\"b\"}}\n"
        );
    }

    #[test]
    fn what_the_journal_does_not_name_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let request = CallRequest::list("zhang");
        let kept = store(folder.path());
        kept.keep("chain", &request, true, &reply(r#"{"errcode":0,"external_userid":["a"]}"#)).unwrap();
        kept.flush().unwrap();
        let file = folder.path().join(FOLDER).join("externalcontact-list-1.jsonl.zst");
        let whole = fs::read(&file).unwrap();
        fs::write(&file, [&whole[..], &whole[..whole.len() / 2]].concat()).unwrap();
        let again = store(folder.path());
        assert_eq!(fs::read(&file).unwrap(), whole);
        assert_eq!(again.with(|state| (state.run, state.answers)), (1, 1));
        again.finish("externalcontact-list").unwrap();
        let lines = zstd::decode_all(&*fs::read(folder.path().join("externalcontact-list-1.jsonl.zst")).unwrap());
        assert_eq!(String::from_utf8(lines.unwrap()).unwrap().lines().count(), 1);
    }

    #[test]
    fn data_that_the_journal_names_has_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let kept = store(folder.path());
        kept.keep("chain", &CallRequest::list("zhang"), true, &reply(r#"{"errcode":0}"#)).unwrap();
        kept.flush().unwrap();
        drop(kept);
        let file = folder.path().join(FOLDER).join("externalcontact-list-1.jsonl.zst");
        for damage in [|file: &Path| fs::write(file, "x").unwrap(), |file: &Path| fs::remove_file(file).unwrap()] {
            damage(&file);
            let error = Store::open(folder.path(), ExportPart::Relations, CorpCheck::default()).err().unwrap();
            assert!(error.to_string().contains("--restart"), "{error}");
        }
    }
}
