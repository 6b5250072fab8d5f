//! The runs, top to bottom: read, decide, report, balance, publish.

use std::borrow::Cow;
use std::path::Path;

use crate::billing::Bill;
use crate::case::Case;
use crate::controls::{self, ControlTotal};
use crate::counts::{Counts, GroupCounts};
use crate::decision::{Exports, decide};
use crate::error::{Error, Result};
use crate::findings::{self, Audited, Concentration, WaivedGroups, Waivers};
use crate::groups::{GroupDecision, decide_groups};
use crate::ingest::raw::Reject;
use crate::ingest::{read_lists, read_snapshot};
use crate::interrupt;
use crate::matching::IdMap;
use crate::progress::{Progress, Unit, Work};
use crate::report::excerpt::ToActOn;
use crate::report::large::Observers;
use crate::report::page::{self, Arrivals};
use crate::report::parquet::{Footer, GroupWriter, write_table};
use crate::report::publish::{SNAPSHOTS, Stage};
use crate::report::summary::SCHEMA_VERSION;
use crate::report::{Audit, SmallTable, accounts, groups, large, small, workbook};
use crate::schema::tables::{
    ACCOUNTS_REPORT, AUDITED_RELATIONS, BILLING_REPORT, CANONICAL, CONTROL_TOTALS_REPORT, COVERAGE, COVERAGE_REPORT,
    CUSTOMER_MAP, FINDINGS_REPORT, GROUP_MAP, GROUPS_REPORT, INPUTS_REPORT, JOIN_CODES_REPORT, REFUSALS,
    REJECTS_REPORT, RELATIONS_TABLE, UNREADABLE_TABLE,
};
use crate::schema::vocabulary::Role;
use crate::schema::{Column, fields};
use crate::scope::{Enrolment, Refusals};
use crate::snapshot::{Corp, Input, Layout, Part, RelationsBuilder, Snapshot, corp, merge, spell_all};
use crate::spill::{Memory, Resources};
use crate::text::{Lang, Message, commands, errors as say};
use crate::turns::in_turn;
use crate::userids::Userids;

pub use crate::report::summary::AuditSummary;

/// Audits the case and publishes the reports in `out`.
///
/// # Errors
/// Any [`Error`]; nothing is published then.
pub fn audit(case: &Case, out: &Path, resources: Resources, progress: &dyn Progress) -> Result<AuditSummary> {
    let mut stage = Stage::beside(out)?;
    let memory = stage.memory(resources);
    let (exports, lists) = read(case, &memory, progress)?;
    let decision = decide(case, &exports, &memory, progress)?;
    let groups = decide_groups(case, &exports, &decision);
    let (counts, group_counts) = (Counts::of(&decision), GroupCounts::of(&exports, &groups));
    let bill = Bill::of(case, &counts)?;

    let read = small::read(&lists.inputs, exports.snapshots());
    let inputs: Vec<Input> = read.iter().flat_map(|read| read.inputs.iter().cloned()).collect();
    let footer = footer(case, &inputs);
    let accounts = accounts::accounts(&exports, &decision);
    let mut totals = controls::totals(&exports, &decision, &counts, &accounts, &inputs.iter().collect::<Vec<_>>());
    totals.extend(controls::group_totals(&exports, &groups, &group_counts));
    totals.extend(accepted_totals(&exports, &lists));
    controls::check(&totals)?;

    let mut waivers = Waivers::of(case);
    let waived_groups = WaivedGroups::of(&groups, &mut waivers);
    let observers = Observers {
        concentration: Concentration::of(case, &decision),
        arrivals: Arrivals::of(case),
        to_act_on: ToActOn::of(&counts),
    };
    let writing = large::Writing { folder: stage.path(), footer: &footer, memory: &memory, progress };
    let walked = large::write(&exports, &decision, observers, &mut waivers, writing)?;
    progress.begin(Work::Publish, 0, Unit::Rows);
    let groups_and_codes = write_groups(stage.path(), &groups, &waived_groups, &footer)?;
    totals.extend(controls::customers(&counts, walked.customers));
    totals.extend(controls::recount(stage.path(), &counts, &group_counts)?);
    totals.extend(controls::recount_waived(stage.path(), walked.waived)?);
    totals.extend(controls::recount_bill(stage.path(), bill.as_ref())?);
    controls::check(&totals)?;

    let Observers { concentration, arrivals, to_act_on } = &walked.observers;
    let audited =
        Audited { case, exports: &exports, decision: &decision, groups: &groups, concentration, bill: bill.as_ref() };
    let findings = findings::find(&audited, walked.findings, &mut waivers, &read);
    let mut summary = AuditSummary::new(case, counts, group_counts, bill, findings, inputs, out.to_path_buf());

    let lines = summary.bill.as_ref().map_or(&[][..], |bill| &bill.lines);
    let mut tables = vec![
        (&ACCOUNTS_REPORT, accounts),
        (&BILLING_REPORT, small::billing(summary.bill.as_ref(), lines)),
        (&FINDINGS_REPORT, small::findings(&summary.findings)),
        (&COVERAGE_REPORT, small::coverage(exports.snapshots())),
        (&REJECTS_REPORT, small::rejects(&read)),
        (&INPUTS_REPORT, small::inputs(&read)),
        (&CONTROL_TOTALS_REPORT, controls::table(&totals)),
    ];
    for (table, rows) in &tables {
        let sorted_by: &[&Column] = if table.name == ACCOUNTS_REPORT.name { &[&fields::SOURCE_USERID] } else { &[] };
        write_table(&stage.path().join(format!("{}.parquet", table.name)), table, rows, sorted_by, &footer)?;
    }
    tables.extend(groups_and_codes);
    summary.control_totals = totals;
    stage.write_text("summary.json", &summary.to_json())?;
    let audit = Audit {
        case,
        exports: &exports,
        decision: &decision,
        groups: &groups,
        summary: &summary,
        arrivals,
        to_act_on,
        tables: &tables,
    };
    let (page, workbook) =
        rayon::join(|| stage.write_text("report.html", &page::audit(&audit)?), || workbook::fill(&audit, stage.path()));
    page?;
    let workbook = workbook?;
    let whole = stage.reports()?;
    let (saved, sealed) = rayon::join(|| workbook.save(), || stage.seal(&whole));
    saved.and(sealed)?;
    stage.publish(&case.id, &summary.inputs)?;
    progress.end();
    Ok(summary)
}

fn write_groups(
    folder: &Path,
    decision: &GroupDecision,
    waived: &WaivedGroups,
    footer: &Footer,
) -> Result<[SmallTable; 2]> {
    let (rows, codes) =
        (groups::groups(decision, &waived.groups), groups::join_codes(&decision.codes, &waived.join_codes));
    write_table(&folder.join("groups.parquet"), &GROUPS_REPORT, &rows, groups::GROUPS_SORTED_BY, footer)?;
    write_table(&folder.join("join_codes.parquet"), &JOIN_CODES_REPORT, &codes, groups::JOIN_CODES_SORTED_BY, footer)?;
    Ok([(&GROUPS_REPORT, rows), (&JOIN_CODES_REPORT, codes)])
}

/// What was ingested: the tables of each role, in rows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct IngestSummary {
    /// Where the tables are.
    pub folder: std::path::PathBuf,
    /// Rows by role and table.
    pub rows: Vec<(String, Vec<(String, u64)>)>,
    /// Records that could not be read.
    pub rejected: u64,
}

impl IngestSummary {
    /// The summary as text.
    pub fn text(&self, lang: Lang) -> String {
        let mut lines = Vec::new();
        for (role, tables) in &self.rows {
            lines.push(role.clone());
            lines.extend(
                tables.iter().filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("  {table:<15}{rows:>12}")),
            );
        }
        lines.push(
            commands::INGEST_WROTE.fill(lang, &[("rejected", &self.rejected), ("folder", &self.folder.display())]),
        );
        lines.join("\n") + "\n"
    }

    /// The summary as JSON.
    pub fn to_json(&self) -> String {
        let object =
            |pairs: &[(String, u64)]| pairs.iter().map(|(table, rows)| (table.clone(), (*rows).into())).collect();
        let rows: serde_json::Map<String, serde_json::Value> =
            self.rows.iter().map(|(role, tables)| (role.clone(), serde_json::Value::Object(object(tables)))).collect();
        serde_json::json!({ "folder": self.folder, "rows": rows, "rejected": self.rejected }).to_string() + "\n"
    }
}

/// Writes the canonical tables of the case below `out`, as `snapshots/ROLE/*.parquet`.
///
/// # Errors
/// Any [`Error`]; nothing is published then.
pub fn ingest(case: &Case, out: &Path, resources: Resources, progress: &dyn Progress) -> Result<IngestSummary> {
    let folder = out.join(SNAPSHOTS);
    let stage = Stage::beside(&folder)?;
    let memory = stage.memory(resources);
    let mut summary = IngestSummary { folder, rows: Vec::new(), rejected: 0 };
    let mut inputs = Vec::new();
    let mut rejects: Vec<(Role, Vec<Input>, Vec<Reject>)> = Vec::new();
    for &role in Role::ALL {
        let Some(snapshot) = snapshot(case, role, Partitions::Own, &memory, progress)? else { continue };
        controls::check(&[controls::rows_of_tables(role.word(), accepted_rows(&snapshot), &snapshot.inputs)])?;
        let tables = write_snapshot(&snapshot, stage.path(), &footer(case, &snapshot.inputs), progress)?;
        summary.rows.push((role.word().to_owned(), tables));
        summary.rejected += snapshot.inputs.iter().map(|input| input.file.rejected).sum::<u64>();
        inputs.extend(snapshot.inputs.iter().cloned());
        rejects.push((role, snapshot.inputs, snapshot.rejects));
    }
    if summary.rows.is_empty() {
        return Err(Error::input(&case.file, Message::verbatim("snapshots"), say::NO_EXPORTS, say::NO_EXPORTS_REMEDY));
    }
    let read: Vec<small::Read<'_>> =
        rejects.iter().map(|(role, inputs, rejects)| small::Read { role: Some(*role), inputs, rejects }).collect();
    // Names with `_` are passed over by readers: they are about the tables, not of them.
    write_table(
        &stage.path().join("_rejects.parquet"),
        &REJECTS_REPORT,
        &small::rejects(&read),
        &[],
        &footer(case, &inputs),
    )?;
    write_table(
        &stage.path().join("_inputs.parquet"),
        &INPUTS_REPORT,
        &small::inputs(&read),
        &[],
        &footer(case, &inputs),
    )?;
    stage.publish(&case.id, &inputs)?;
    Ok(summary)
}

fn write_snapshot(
    snapshot: &Snapshot,
    folder: &Path,
    footer: &Footer,
    progress: &dyn Progress,
) -> Result<Vec<(String, u64)>> {
    progress.begin(
        Work::WriteTables(snapshot.role),
        CANONICAL.iter().map(|table| snapshot.rows_of(table)).sum(),
        Unit::Rows,
    );
    let folder = folder.join(snapshot.role.word());
    std::fs::create_dir_all(&folder).map_err(Error::io(&folder, say::CANNOT_CREATE))?;
    let mut tables = Vec::new();
    for &table in CANONICAL {
        interrupt::check()?;
        let path = folder.join(format!("{}.parquet", table.name));
        if table.name == RELATIONS_TABLE.name {
            write_relations(snapshot, &path, footer, progress)?;
        } else {
            write_table(&path, table, snapshot.table(table), table.key, footer)?;
            progress.advance(snapshot.rows_of(table));
        }
        tables.push((table.name.to_owned(), snapshot.rows_of(table)));
    }
    progress.end();
    Ok(tables)
}

/// The partitions of a snapshot that was read for itself are ranges of its own accounts: one after the other they are sorted.
fn write_relations(snapshot: &Snapshot, path: &Path, footer: &Footer, progress: &dyn Progress) -> Result<()> {
    let mut writer = GroupWriter::create(path, &RELATIONS_TABLE, RELATIONS_TABLE.key, footer)?;
    let write = |part: Part| {
        progress.advance(part.rows.num_rows() as u64);
        writer.write(part.rows)
    };
    in_turn(0..snapshot.relations.partitions(), |partition| snapshot.relations.take(partition), write)?;
    writer.finish()
}

/// The lists, with what became of their records.
pub(crate) struct Lists {
    pub(crate) enrolment: Enrolment,
    customer_map: IdMap,
    group_map: IdMap,
    refusals: Refusals,
    pub(crate) read: ListsRead,
}

/// What became of the records of the lists.
pub(crate) struct ListsRead {
    pub(crate) inputs: Vec<Input>,
    rows: u64,
}

impl Lists {
    /// Reads and merges all lists; the accounts list has to be 1:1.
    pub(crate) fn read(case: &Case, progress: &dyn Progress) -> Result<Self> {
        let mut raw = read_lists(case, progress)?;
        let (enrolment, mut duplicates) = Enrolment::from_lists(&raw, &case.root)?;
        spell_all(&mut raw, &enrolment.sources())?;
        let (customer_map, group_map) = (IdMap::of(raw.batches(&CUSTOMER_MAP)), IdMap::of(raw.batches(&GROUP_MAP)));
        let paths: Vec<String> = raw.files.iter().map(|file| file.path.clone()).collect();
        let mut rows = enrolment.accounts().len() as u64;
        let mut refusals = Refusals::default();
        for table in [&CUSTOMER_MAP, &GROUP_MAP, &REFUSALS] {
            let merged = merge(table, raw.batches(table), &[], &paths)?;
            rows += merged.rows.num_rows() as u64;
            #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
            for (file, count) in merged.duplicates {
                *duplicates.entry(file).or_default() += count;
            }
            if table.name == REFUSALS.name {
                refusals = Refusals::of(&merged.rows);
            }
        }
        let inputs = (0..)
            .zip(raw.files)
            .map(|(index, file)| Input { file, duplicates: duplicates.get(&index).copied().unwrap_or(0) })
            .collect();
        Ok(Self { enrolment, customer_map, group_map, refusals, read: ListsRead { inputs, rows } })
    }
}

/// Reads everything that the case has.
fn read(case: &Case, memory: &Memory, progress: &dyn Progress) -> Result<(Exports, ListsRead)> {
    let Lists { enrolment, customer_map, group_map, refusals, read } = Lists::read(case, progress)?;
    let source_before = required(case, Role::SourceBefore, Partitions::Pairs(&enrolment), memory, progress)?;
    let layout = source_before.layout();
    let target_after =
        required(case, Role::TargetAfter, Partitions::Same(layout, &enrolment.targets()), memory, progress)?;
    let source_after =
        snapshot(case, Role::SourceAfter, Partitions::Same(layout, &source_before.userids), memory, progress)?;
    let target_before =
        snapshot(case, Role::TargetBefore, Partitions::Same(layout, &target_after.userids), memory, progress)?;
    let exports = Exports {
        enrolment,
        customer_map,
        group_map,
        refusals,
        source_before,
        source_after,
        target_before,
        target_after,
    };
    Ok((exports.with_doubts_by_keys(), read))
}

/// Which partitions the relations of a snapshot are put into.
#[derive(Clone, Copy)]
pub(crate) enum Partitions<'a> {
    /// Ranges of its own accounts, with all columns: it is read for itself.
    Own,
    /// Ranges of its own accounts, which the accounts that they are mapped to will join.
    Pairs(&'a Enrolment),
    /// Those of another snapshot; with the members of the corp whose spelling is settled.
    Same(&'a Layout, &'a Userids),
}

/// Reads the snapshot of a role.
pub(crate) fn snapshot(
    case: &Case,
    role: Role,
    partitions: Partitions<'_>,
    memory: &Memory,
    progress: &dyn Progress,
) -> Result<Option<Snapshot>> {
    let builder = |table, layout, enrolment| RelationsBuilder::new(table, corp(role), layout, enrolment, memory);
    let relations = match partitions {
        Partitions::Own => RelationsBuilder::new(&RELATIONS_TABLE, Corp::Source, None, None, memory),
        Partitions::Pairs(enrolment) => {
            builder(&AUDITED_RELATIONS, None, Some(enrolment)).knowing(Cow::Owned(enrolment.sources()))
        }
        Partitions::Same(layout, userids) => {
            builder(&AUDITED_RELATIONS, Some(layout.clone()), None).knowing(Cow::Borrowed(userids))
        }
    };
    let Some(raw) = read_snapshot(case, role, &relations, progress)? else { return Ok(None) };
    let trusted = case.snapshots.get(&role).is_some_and(|settings| settings.trusted);
    Snapshot::build(role, raw, relations, trusted, progress).map(Some)
}

pub(crate) fn required(
    case: &Case,
    role: Role,
    partitions: Partitions<'_>,
    memory: &Memory,
    progress: &dyn Progress,
) -> Result<Snapshot> {
    snapshot(case, role, partitions, memory, progress)?.ok_or_else(|| {
        Error::input(case.root.join(role.word()), say::FOLDER, say::no_export(role), say::no_export_remedy(role))
    })
}

/// Records accepted = rows of the canonical tables, by snapshot and for the lists.
fn accepted_totals(exports: &Exports, lists: &ListsRead) -> Vec<ControlTotal> {
    let of =
        |snapshot: &Snapshot| controls::rows_of_tables(snapshot.role.word(), accepted_rows(snapshot), &snapshot.inputs);
    exports.snapshots().map(of).chain([controls::rows_of_tables("lists", lists.rows, &lists.inputs)]).collect()
}

/// Rows that records became: of all tables, less the relations that only the unassigned list shows, the coverage, which is
/// drawn from whole answers and not from records, and what could not be read (unless they were ingested before).
pub(crate) fn accepted_rows(snapshot: &Snapshot) -> u64 {
    CANONICAL
        .iter()
        .filter(|table| ![COVERAGE.name, UNREADABLE_TABLE.name].contains(&table.name))
        .map(|table| snapshot.rows_of(table))
        .sum::<u64>()
        - snapshot.relations.echoes
        + snapshot.written_records
}

/// The `qianhe.*` entries of every Parquet file.
pub(crate) fn footer(case: &Case, inputs: &[Input]) -> Footer {
    let digests: std::collections::BTreeMap<&str, &str> =
        inputs.iter().map(|input| (input.file.path.as_str(), input.file.sha256.as_str())).collect();
    let entry = |key: &str, value: String| (format!("qianhe.{key}"), value);
    vec![
        entry("tool_version", env!("CARGO_PKG_VERSION").to_owned()),
        entry("case_id", case.id.clone()),
        entry("schema_version", SCHEMA_VERSION.to_string()),
        entry("inputs", serde_json::to_string(&digests).unwrap_or_default()),
    ]
}
