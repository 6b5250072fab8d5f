//! Two audits of one case beside each other: what was resolved, what is new, what got worse.

mod change;
mod findings;
mod passes;
mod rows;
mod told;

pub use change::{Item, Standing, Tally};
pub use findings::FindingChange;
pub use told::told;

use std::path::Path;

use serde::Serialize;

use crate::case::FailOn;
use crate::error::{Error, Result};
use crate::published::Reports;
use crate::report::parquet::GroupWriter;
use crate::report::publish::Stage;
use crate::schema::tables::COMPARE_REPORT;
use crate::schema::vocabulary::{Change, Severity};
use crate::schema::{Cell, Rows};
use crate::text::{Message, errors as say};

/// The file that `--out` writes.
const FILE: &str = "compare.parquet";

/// What differs between two audits.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// `case.id` of the later audit.
    pub case: String,
    /// How many of each kind changed how, with the first few of each.
    pub changes: Vec<Tally>,
    /// Every finding of either audit.
    pub findings: Vec<FindingChange>,
    /// The most serious that is new or got worse, and is not waived.
    pub worst: Option<&'static str>,
    /// From which severity on that makes exit code 1.
    #[serde(serialize_with = "word")]
    pub fail_on: FailOn,
}

/// How to compare.
pub struct Options<'a> {
    /// Whether audits of different cases may be compared.
    pub force: bool,
    /// Where `compare.parquet` goes, if anywhere.
    pub out: Option<&'a Path>,
    /// How much memory the rows of one pass may take, about.
    pub memory: u64,
    /// What makes exit code 1; where it is not told, what the policy of the later audit says.
    pub fail_on: Option<FailOn>,
}

/// Compares two folders of reports.
///
/// # Errors
/// [`Error::Usage`] if they are of different cases; [`Error::Input`] if a report cannot be read; [`Error::Output`].
pub fn compare(earlier: &Path, later: &Path, options: &Options<'_>) -> Result<Comparison> {
    let (earlier, later) = (Reports::of_audit(earlier)?, Reports::of_audit(later)?);
    if earlier.manifest.case != later.manifest.case && !options.force {
        let problem = say::different_cases(earlier.manifest.case, later.manifest.case);
        return Err(Error::usage(problem, say::DIFFERENT_CASES_REMEDY));
    }
    let fail_on = options.fail_on.map_or_else(|| policy(&later), Ok)?;
    let mut sink = Sink::create(options.out)?;
    let mut changes: Vec<Tally> = Vec::new();
    for compared in rows::COMPARED {
        let mut tally = Tally::of(compared.kind);
        rows::compare(compared, (&earlier, &later), options.memory, &mut |item| {
            tally.add(&item);
            sink.add(&item)
        })?;
        changes.push(tally);
    }
    let findings = findings::compare(&earlier, &later)?;
    let mut items: Vec<Item> = findings.iter().map(FindingChange::item).collect();
    items.sort_by(|one, other| one.key.cmp(&other.key));
    items.iter().try_for_each(|item| sink.add(item))?;
    let worst =
        changes.iter().filter_map(|tally| tally.worst).chain(findings.iter().filter_map(FindingChange::worst)).max();
    sink.finish(&later.manifest.case)?;
    Ok(Comparison { case: later.manifest.case, changes, findings, worst: worst.map(Severity::word), fail_on })
}

impl Comparison {
    /// 1 where something new or worse is at or above what the policy fails on, else 0.
    pub fn exit_code(&self) -> u8 {
        let fails: &[Severity] = match self.fail_on {
            FailOn::Never => &[],
            FailOn::Review => &[Severity::Review, Severity::Defect],
            FailOn::Defect => &[Severity::Defect],
        };
        u8::from(fails.iter().any(|severity| self.worst == Some(severity.word())))
    }
}

/// The policy under which an audit was made; where its reports do not hold it, that of a case that says nothing.
fn policy(reports: &Reports) -> Result<FailOn> {
    let summary = reports.summary()?;
    let Some(word) = summary.pointer("/policy/fail_on") else { return Ok(FailOn::Defect) };
    word.as_str().and_then(FailOn::of_word).ok_or_else(|| {
        let known = Message::list(FailOn::WORDS.map(|(word, _)| word));
        let place = Message::verbatim("policy.fail_on");
        Error::input(reports.folder.join("summary.json"), place, say::no_policy(word), say::no_policy_remedy(known))
    })
}

fn word<S: serde::Serializer>(fail_on: &FailOn, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(fail_on.word())
}

/// Where the rows of `compare.parquet` go, if they are wanted: by kind, then by key. What is unchanged is counted only.
struct Sink(Option<(Stage, GroupWriter, Rows)>);

impl Sink {
    fn create(out: Option<&Path>) -> Result<Self> {
        let Some(out) = out else { return Ok(Self(None)) };
        let stage = Stage::beside(out)?;
        let writer = GroupWriter::create(&stage.path().join(FILE), &COMPARE_REPORT, &[], &Vec::new())?;
        Ok(Self(Some((stage, writer, Rows::new(&COMPARE_REPORT)))))
    }

    fn add(&mut self, item: &Item) -> Result<()> {
        let Some((_, writer, rows)) = &mut self.0 else { return Ok(()) };
        if item.change == Change::Unchanged {
            return Ok(());
        }
        let (earlier, later) = (item.earlier.as_ref(), item.later.as_ref());
        rows.push(&[
            Cell::Text(item.kind.word()),
            Cell::Text(item.change.word()),
            Cell::Text(&item.key),
            earlier.map_or(Cell::Null, |standing| Cell::Text(&standing.words)),
            later.map_or(Cell::Null, |standing| Cell::Text(&standing.words)),
            earlier.map_or(Cell::Null, |standing| Cell::Text(standing.severity.word())),
            later.map_or(Cell::Null, |standing| Cell::Text(standing.severity.word())),
        ]);
        if rows.len() >= crate::report::parquet::ROW_GROUP {
            writer.write(std::mem::replace(rows, Rows::new(&COMPARE_REPORT)).finish())?;
        }
        Ok(())
    }

    fn finish(self, case: &str) -> Result<()> {
        let Some((stage, mut writer, rows)) = self.0 else { return Ok(()) };
        writer.write(rows.finish())?;
        writer.finish()?;
        stage.publish(case, &[])
    }
}
