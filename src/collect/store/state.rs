//! The state of a part: what its journal says, line by line.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::FOLDER;
use crate::collect::calls::FOLLOW_USERS;
use crate::collect::journal::{Journal, JournalLine, KeptAnswer, SettledState, SubjectKind};
use crate::error::Result;

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

    /// Follows the lines of a journal.
    pub fn of(lines: Vec<JournalLine>) -> Self {
        let mut state = Self::default();
        for line in lines {
            state.apply(line);
        }
        state
    }

    /// Follows a line.
    pub fn apply(&mut self, line: JournalLine) {
        match line {
            JournalLine::Run { run, corp_id } => {
                // What failed is requested again from its beginning.
                self.chains.clear();
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
        self.frames.entry(answer.file).or_default().push((number, answer.end));
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

    /// Returns the end of a file of the current run.
    pub fn end(&self, file: &str) -> u64 {
        self.frames.get(file).and_then(|frames| frames.last()).map_or(0, |(_, end)| *end)
    }

    /// Returns the files of the current run, with their ends.
    pub fn files_of_run(&self) -> impl Iterator<Item = (&String, u64)> {
        self.frames.keys().map(|file| (file, self.end(file)))
    }

    /// Returns where the answers of a file begin and end, chain by chain in the order of their keys.
    pub fn frames_in_order(&self, file: &str) -> Vec<(u64, u64)> {
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

pub fn journal_path(role: &Path, part: ExportPart) -> PathBuf {
    role.join(FOLDER).join(format!("{}.journal", part.word()))
}
