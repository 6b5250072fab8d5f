//! The answers of a part on disk: envelopes, one zstd frame each, and the journal that says which are whole.
//!
//! An answer is written and synced before the journal names it; so whatever the journal names is there, and what it
//! does not name is cut off at the next start. Both are synced a few times a second, not for each answer.
//!
//! Answers are kept as they come, which with several workers differs from run to run. At the end of a run its files are
//! put in order, chain by chain, so that an export depends neither on the workers nor on where a run was continued.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::Reply;
use super::calls::{CallRequest, FOLLOW_USERS};
use super::corp_codes::CorpCheck;
use super::journal::{Journal, JournalLine, KeptAnswer, SettledState, SubjectKind, private};
use crate::error::{Error, Result};
use crate::text::{collect as say, errors};

/// The folder of a role that holds journals, and the files of a part that is being collected.
pub const FOLDER: &str = ".collect";
/// Time between two syncs.
const BETWEEN_SYNCS: Duration = Duration::from_millis(200);
/// Level of zstd, which takes less time than the service.
const LEVEL: i32 = 3;

/// A part of an export, with a journal and files of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportPart {
    Members,
    Relations,
    Groups,
}

impl ExportPart {
    pub const ALL: [Self; 3] = [Self::Members, Self::Relations, Self::Groups];

    pub fn word(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Relations => "relations",
            Self::Groups => "groups",
        }
    }
}

/// A chain of pages as far as it was kept in this run.
#[derive(Debug, Clone, Default)]
pub struct ChainState {
    /// Chains of a run are numbered as they come.
    number: usize,
    /// Cursor of the next page; `None` after the last one.
    pub next: Option<String>,
    /// errcode of the newest page.
    pub errcode: i64,
    /// Items of all pages.
    pub items: u64,
    pub ids: Vec<String>,
    pub unlicensed: Vec<String>,
}

/// The end of the requests about a subject.
#[derive(Debug, Clone, Copy)]
pub struct Settlement {
    pub state: SettledState,
    pub errcode: i64,
    pub items: u64,
    /// The run that ended them.
    pub run: u32,
}

/// Everything that a journal says.
#[derive(Debug, Default)]
pub struct PartState {
    /// Number of the current run; 0 before the first.
    pub run: u32,
    /// Whether the current run has ended.
    pub is_finished: bool,
    pub corp_id: Option<String>,
    pub code: Option<String>,
    /// Files of ended runs.
    pub files: Vec<String>,
    pub chains: HashMap<String, ChainState>,
    pub settled: HashMap<(SubjectKind, String), Settlement>,
    /// Members with customer-contact permission, if their list was collected.
    pub follow_users: Option<Vec<String>>,
    /// Subjects that failed in earlier runs, to be requested again.
    pub retried: Vec<(SubjectKind, String)>,
    /// Bytes of the files of the current run.
    ends: BTreeMap<String, u64>,
    /// The answers of each file of the current run, as they came: number of the chain, end in the file.
    frames: BTreeMap<String, Vec<(usize, u64)>>,
    /// Times of the first and the last answer.
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
    /// Answers kept.
    pub answers: u64,
}

impl PartState {
    /// Reads the journal of a part; one that was never collected is empty.
    pub fn read(role: &Path, part: ExportPart) -> Result<Self> {
        let path = journal_path(role, part);
        Ok(Self::of(Journal::read(&path)?))
    }

    fn of(lines: Vec<JournalLine>) -> Self {
        let mut state = Self::default();
        for line in lines {
            state.apply(line);
        }
        state
    }

    fn apply(&mut self, line: JournalLine) {
        match line {
            JournalLine::Run { run, corp_id } => {
                // What failed is requested again from its beginning.
                self.chains.clear();
                self.ends.clear();
                self.frames.clear();
                self.retried = self.failures().into_iter().map(|(subject, id, ..)| (subject, id.to_owned())).collect();
                self.settled.retain(|_, settled| settled.state == SettledState::Complete);
                (self.run, self.is_finished, self.corp_id) = (run, false, Some(corp_id));
            }
            JournalLine::Answer(answer) => self.apply_answer(answer),
            JournalLine::Settled { subject, id, state, errcode, items } => {
                self.settled.insert((subject, id), Settlement { state, errcode, items, run: self.run });
            }
            JournalLine::Code { code } => self.code = Some(code),
            JournalLine::Finished { files } => {
                self.files.extend(files);
                self.is_finished = true;
            }
        }
    }

    fn apply_answer(&mut self, answer: KeptAnswer) {
        if answer.errcode == 0 && answer.file.starts_with(&FOLLOW_USERS.stem()) {
            self.follow_users = Some(answer.ids.clone());
        }
        let number = self.chains.get(&answer.chain).map_or(self.chains.len(), |chain| chain.number);
        self.frames.entry(answer.file.clone()).or_default().push((number, answer.end));
        self.ends.insert(answer.file, answer.end);
        self.first_at.get_or_insert(answer.at);
        self.last_at = Some(answer.at);
        self.answers += 1;
        let chain = self.chains.entry(answer.chain).or_default();
        if answer.is_first {
            *chain = ChainState::default();
        }
        chain.number = number;
        chain.errcode = answer.errcode;
        if answer.errcode == 0 {
            chain.next = answer.next;
        }
        chain.items += answer.items;
        chain.ids.extend(answer.ids);
        chain.unlicensed.extend(answer.unlicensed);
    }

    /// Returns where the answers of a file begin and end, chain by chain in the order of their keys.
    fn frames_in_order(&self, file: &str) -> Vec<(u64, u64)> {
        let mut keys: Vec<(&str, usize)> =
            self.chains.iter().map(|(key, chain)| (key.as_str(), chain.number)).collect();
        keys.sort_unstable();
        let mut rank = vec![0; keys.len()];
        keys.iter().enumerate().for_each(|(place, (_, number))| rank[*number] = place);
        let came = self.frames.get(file).map_or(&[][..], Vec::as_slice);
        let begins = std::iter::once(0).chain(came.iter().map(|(_, end)| *end));
        let mut frames: Vec<(usize, u64, u64)> =
            came.iter().zip(begins).map(|((number, end), begin)| (rank[*number], begin, *end)).collect();
        frames.sort_unstable();
        frames.into_iter().map(|(_, begin, end)| (begin, end)).collect()
    }

    /// Returns whether a subject was collected as far as it can be.
    pub fn is_complete(&self, subject: SubjectKind, id: &str) -> bool {
        self.settlement(subject, id).is_some_and(|settled| settled.state == SettledState::Complete)
    }

    fn settlement(&self, subject: SubjectKind, id: &str) -> Option<&Settlement> {
        self.settled.get(&(subject, id.to_owned()))
    }

    /// Returns whether an earlier run collected a subject, so that this one does not plan for it.
    pub fn was_complete(&self, subject: SubjectKind, id: &str) -> bool {
        self.is_complete(subject, id) && self.settlement(subject, id).is_some_and(|settled| settled.run < self.run)
    }

    /// Returns the groups to request, given the chain of their list: all that it names, or what failed before.
    pub fn groups_left(&self, list: &str) -> Vec<String> {
        match self.chains.get(list) {
            Some(chain) => chain.ids.clone(),
            None => self.retried(SubjectKind::Group),
        }
    }

    /// Returns the subjects of a kind that failed in an earlier run.
    pub fn retried(&self, kind: SubjectKind) -> Vec<String> {
        let of_kind = self.retried.iter().filter(|(subject, _)| *subject == kind);
        of_kind.map(|(_, id)| id.clone()).collect()
    }

    /// Returns the subjects that are not complete, with why: in order of kind and id.
    pub fn failures(&self) -> Vec<(SubjectKind, &str, SettledState, i64)> {
        let failed = self.settled.iter().filter(|(_, settled)| settled.state != SettledState::Complete);
        let mut failures: Vec<_> =
            failed.map(|((subject, id), settled)| (*subject, id.as_str(), settled.state, settled.errcode)).collect();
        failures.sort_unstable_by_key(|(subject, id, ..)| (*subject, *id));
        failures
    }

    /// Returns the number of complete subjects of a kind, and of their items.
    pub fn complete(&self, subject: SubjectKind) -> (u64, u64) {
        let of_kind = self
            .settled
            .iter()
            .filter(|((kind, _), settled)| *kind == subject && settled.state == SettledState::Complete);
        of_kind.fold((0, 0), |(count, items), (_, settled)| (count + 1, items + settled.items))
    }
}

fn journal_path(role: &Path, part: ExportPart) -> PathBuf {
    role.join(FOLDER).join(format!("{}.journal", part.word()))
}

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
            return self.move_to_export(&inner.state);
        }
        for (name, end) in &inner.state.ends {
            let path = self.working(name);
            let short = || Error::input(&path, errors::byte(*end), say::DATA_SHORT, say::RESTART_REMEDY);
            let file = OpenOptions::new().write(true).open(&path).map_err(|_| short())?;
            let bytes = file.metadata().map_err(Error::io(&path, errors::CANNOT_READ))?.len();
            if bytes < *end {
                return Err(short());
            }
            file.set_len(*end).map_err(Error::io(&path, errors::CANNOT_WRITE))?;
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
        let path = self.working(&name);
        let frame = zstd::bulk::compress(&envelope(request, at, &reply.body), LEVEL)
            .map_err(Error::io(&path, say::CANNOT_KEEP))?;
        let end = inner.state.ends.get(&name).copied().unwrap_or(0) + frame.len() as u64;
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
        let mut files: Vec<String> = inner.state.ends.keys().filter(is_exported).cloned().collect();
        files.sort_unstable_by_key(|name| (name.starts_with(&format!("{last}-")), name.clone()));
        inner.files.clear();
        inner.note(JournalLine::Finished { files });
        inner.flush()?;
        self.move_to_export(&inner.state)
    }

    /// Puts the files of ended runs in order and into the export. Killed between any two steps, it does the rest again.
    fn move_to_export(&self, state: &PartState) -> Result<()> {
        for name in &state.files {
            let (came, from, to) = (self.working(name), self.working(&format!("{name}.ordered")), self.role.join(name));
            if came.exists() {
                let written = self.working("ordering");
                copy_frames(&came, &written, &state.frames_in_order(name))?;
                fs::rename(&written, &from).map_err(Error::io(&from, errors::CANNOT_CREATE))?;
                sync_folder(&self.role.join(FOLDER))?;
                fs::remove_file(&came).map_err(Error::io(&came, errors::CANNOT_WRITE))?;
            }
            if !from.exists() {
                continue;
            }
            if to.exists() {
                return Err(Error::output(to, say::ALREADY_THERE, say::ALREADY_THERE_REMEDY));
            }
            fs::rename(&from, &to).map_err(Error::io(&to, errors::CANNOT_CREATE))?;
        }
        sync_folder(&self.role)
    }

    fn working(&self, name: &str) -> PathBuf {
        self.role.join(FOLDER).join(name)
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
            let kept = self.state.ends.get(name).copied().unwrap_or(0);
            file.set_len(kept).map_err(Error::io(path, errors::CANNOT_WRITE))?;
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

/// Copies parts of a file, from begin to end, in their order, and syncs them.
fn copy_frames(from: &Path, to: &Path, frames: &[(u64, u64)]) -> Result<()> {
    let unreadable = || Error::io(from, errors::CANNOT_READ);
    let unwritable = || Error::io(to, say::CANNOT_KEEP);
    let mut source = File::open(from).map_err(unreadable())?;
    let target = private(OpenOptions::new().write(true).create(true).truncate(true)).open(to).map_err(unwritable())?;
    let mut target = BufWriter::new(target);
    let mut frame = Vec::new();
    for (begin, end) in frames {
        source.seek(SeekFrom::Start(*begin)).map_err(unreadable())?;
        frame.resize(usize::try_from(end - begin).unwrap_or(usize::MAX), 0);
        source.read_exact(&mut frame).map_err(unreadable())?;
        target.write_all(&frame).map_err(unwritable())?;
    }
    let target = target.into_inner().map_err(|error| unwritable()(error.into_error()))?;
    target.sync_all().map_err(unwritable())
}

/// Writes names of a folder to the disk.
fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io(folder, errors::CANNOT_WRITE))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
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
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply::read(body.as_bytes().to_vec()).unwrap()
    }

    fn store(role: &Path) -> Store {
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

    /// Two chains whose pages came in turns, the second first; the end of the run is killed after each of its steps.
    #[test]
    fn an_export_is_in_the_order_of_its_chains_whenever_its_end_is_killed() {
        let order = |folder: &Path| {
            let file = folder.join("externalcontact-list-1.jsonl.zst");
            let lines = String::from_utf8(zstd::decode_all(&*fs::read(file).unwrap()).unwrap()).unwrap();
            let id = |line: &str| line.split("external_userid\":[\"").nth(1).unwrap()[..2].to_owned();
            lines.lines().map(id).collect::<Vec<_>>()
        };
        for killed_after in ["journal", "copy", "rename", "nothing"] {
            let folder = tempfile::tempdir().unwrap();
            let kept = store(folder.path());
            for (chain, is_first, id) in [("b", true, "b1"), ("a", true, "a1"), ("b", false, "b2"), ("a", false, "a2")]
            {
                let body = format!(r#"{{"errcode":0,"external_userid":["{id}"]}}"#);
                kept.keep(chain, &CallRequest::list("zhang"), is_first, &reply(&body)).unwrap();
            }
            let [came, ordered] =
                ["", ".ordered"].map(|end| kept.working(&format!("externalcontact-list-1.jsonl.zst{end}")));
            kept.flush().unwrap();
            let bytes = fs::read(&came).unwrap();
            kept.finish("externalcontact-list").unwrap();
            let exported = folder.path().join("externalcontact-list-1.jsonl.zst");
            let whole = fs::read(&exported).unwrap();
            match killed_after {
                "journal" => fs::rename(&exported, &came).and_then(|()| fs::write(&came, &bytes)).unwrap(),
                "copy" => {
                    fs::remove_file(&exported).unwrap();
                    fs::write(&came, &bytes).unwrap();
                    fs::write(&ordered, &whole[..5]).unwrap();
                }
                "rename" => fs::rename(&exported, &ordered).unwrap(),
                _ => {}
            }
            drop(kept);
            store(folder.path());
            assert_eq!(order(folder.path()), ["a1", "a2", "b1", "b2"], "{killed_after}");
            assert!(!came.exists() && !ordered.exists(), "{killed_after}");
        }
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
