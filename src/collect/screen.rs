//! The summary of a collected role on the terminal: counts, failures with their remedies, the next command.

use std::collections::BTreeMap;

use super::faults::remedy;
use super::journal::{SettledState, SubjectKind};
use super::settings::RoleFolder;
use super::store::{ExportPart, PartState};
use crate::error::Result;
use crate::schema::vocabulary::Role;
use crate::text::{Lang, Message, Text, collect as say, shell::quoted};

/// Subjects that are named for each error.
const EXAMPLES: usize = 5;

/// The collected parts of a role.
pub struct Collected {
    parts: Vec<(ExportPart, PartState)>,
}

impl Collected {
    pub fn read(folder: &RoleFolder) -> Result<Self> {
        let read = |part: &ExportPart| Ok((*part, PartState::read(&folder.path, *part)?));
        Ok(Self { parts: ExportPart::ALL.iter().map(read).collect::<Result<_>>()? })
    }

    /// Returns whether every part that was begun has ended without a failure.
    pub fn is_complete(&self) -> bool {
        self.begun().all(|(_, state)| state.is_finished && state.failures().is_empty()) && self.begun().next().is_some()
    }

    fn begun(&self) -> impl Iterator<Item = &(ExportPart, PartState)> {
        self.parts.iter().filter(|(_, state)| state.run > 0)
    }

    /// Returns the summary.
    pub fn text(&self, folder: &RoleFolder, taken_at: Option<(String, bool)>, lang: Lang) -> String {
        let mut lines = vec![say::summary(folder.role, folder.path.display())];
        for (part, state) in &self.parts {
            lines.push(part_line(*part, state));
        }
        let failures = self.failures();
        if !failures.is_empty() {
            lines.push(say::FAILED.into());
        }
        for ((subject, is_unlicensed, errcode), ids) in failures {
            lines.extend(failure_lines(subject, is_unlicensed, errcode, &ids));
        }
        if let Some((text, is_written)) = taken_at {
            lines.push(if is_written {
                say::taken_at_written(text, folder.case_file.display())
            } else {
                say::taken_at_to_write(folder.role, text, folder.case_file.display())
            });
        }
        lines.push(self.next(folder));
        lines.iter().map(|line| line.tell(lang)).collect::<Vec<_>>().join("\n")
    }

    /// Returns the ids of all failures, by kind and cause.
    fn failures(&self) -> BTreeMap<(SubjectKind, bool, i64), Vec<&str>> {
        let mut failures: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for (_, state) in &self.parts {
            for (subject, id, state, errcode) in state.failures() {
                failures.entry((subject, state == SettledState::Unlicensed, errcode)).or_default().push(id);
            }
        }
        failures
    }

    /// Returns the next command.
    fn next(&self, folder: &RoleFolder) -> Message {
        let case = quoted(&folder.case.to_string_lossy());
        if self.begun().any(|(_, state)| !state.is_finished) || self.begun().next().is_none() {
            return say::next_again(case, folder.role);
        }
        match folder.role {
            Role::SourceBefore | Role::TargetBefore => say::next_precheck(case),
            Role::SourceAfter | Role::TargetAfter => say::next_audit(case),
        }
    }
}

fn part_line(part: ExportPart, state: &PartState) -> Message {
    let end: Message = match (state.run, state.is_finished) {
        (0, _) => return say::not_begun(part.word()),
        (_, true) => say::ENDED.into(),
        (_, false) => say::UNDER_WAY.into(),
    };
    let count = |subject| state.complete(subject).0;
    let failed = |subject| state.failures().iter().filter(|(kind, ..)| *kind == subject).count() as u64;
    match part {
        ExportPart::Members => {
            let users = state.follow_users.as_ref().map_or(0, Vec::len);
            say::members_line(end, users, count(SubjectKind::Department))
        }
        ExportPart::Relations => {
            let (complete, relations) = state.complete(SubjectKind::Member);
            say::relations_line(
                end,
                complete + failed(SubjectKind::Member),
                complete,
                failed(SubjectKind::Member),
                relations,
            )
        }
        ExportPart::Groups => say::groups_line(
            end,
            count(SubjectKind::Group),
            failed(SubjectKind::Group),
            count(SubjectKind::Code),
            failed(SubjectKind::Code),
        ),
    }
}

fn failure_lines(subject: SubjectKind, is_unlicensed: bool, errcode: i64, ids: &[&str]) -> [Message; 2] {
    let mut examples: Vec<&str> = ids.iter().copied().take(EXAMPLES).collect();
    if ids.len() > EXAMPLES {
        examples.push("…");
    }
    let examples = Message::list(examples);
    if is_unlicensed {
        return [say::unlicensed(ids.len(), examples), say::help(say::REMEDY_LICENCE)];
    }
    [say::failure(kind(subject), ids.len(), errcode, examples), say::help(remedy(errcode, ""))]
}

fn kind(subject: SubjectKind) -> Text {
    match subject {
        SubjectKind::List => say::KIND_LIST,
        SubjectKind::Department => say::KIND_DEPARTMENT,
        SubjectKind::Member => say::KIND_MEMBER,
        SubjectKind::Group => say::KIND_GROUP,
        SubjectKind::Code => say::KIND_CODE,
    }
}
