//! Writes the exports of a case as canonical tables: read, balance, publish.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use crate::case::Case;
use crate::controls;
use crate::error::{Error, Result};
use crate::ingest::raw::Reject;
use crate::interrupt;
use crate::memory::Resources;
use crate::progress::{Progress, Unit, Work};
use crate::report::manifest::Manifest;
use crate::report::parquet::{Footer, GroupWriter, footer, write_table};
use crate::report::publish::{SNAPSHOTS, Stage, create_private_folder};
use crate::report::small::{self, ReportFolder, SmallTables};
use crate::schema::tables::{CANONICAL, RELATIONS_TABLE};
use crate::schema::vocabulary::Role;
use crate::snapshot::{Input, Partition, Partitions, RoleInputs, Snapshot};
use crate::text::{Lang, Message, commands, errors as say, path_text};
use crate::turns::in_turn;

/// Result of writing canonical tables.
#[derive(Debug, Clone)]
pub struct IngestSummary {
    pub folder: std::path::PathBuf,
    /// Rows by role and table.
    pub rows: Vec<(String, Vec<(String, u64)>)>,
    /// Number of records that could not be read.
    pub rejected: u64,
    /// Number of values that could not be read.
    pub unreadable_values: u64,
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
        let (values, folder) = (self.unreadable_values, path_text(&self.folder));
        let told = [("rejected", &self.rejected as &dyn Display), ("values", &values), ("folder", &folder)];
        lines.push(commands::INGEST_WROTE.fill(lang, &told));
        lines.join("\n") + "\n"
    }

    /// The summary as JSON.
    pub fn to_json(&self) -> String {
        let rows: BTreeMap<_, BTreeMap<_, _>> =
            self.rows.iter().map(|(role, tables)| (role, tables.iter().cloned().collect())).collect();
        let (rejected, values) = (self.rejected, self.unreadable_values);
        let json = serde_json::json!({
            "folder": self.folder, "rows": rows, "rejected": rejected, "unreadable_values": values,
        });
        json.to_string() + "\n"
    }
}

/// Writes the canonical tables of the case below `out`, as `snapshots/ROLE/*.parquet`.
///
/// # Errors
/// Any [`Error`]; nothing is published then.
pub fn ingest_tables(case: &Case, out: &Path, resources: Resources, progress: &dyn Progress) -> Result<IngestSummary> {
    let folder = out.join(SNAPSHOTS);
    let stage = Stage::beside(&folder, progress)?;
    let memory = stage.memory(resources);
    let mut summary = IngestSummary { folder, rows: Vec::new(), rejected: 0, unreadable_values: 0 };
    let mut inputs = Vec::new();
    let mut read: Vec<(Role, usize, Vec<Input>, Vec<Reject>)> = Vec::new();
    for &role in Role::ALL {
        let Some(snapshot) = Snapshot::read(case, role, Partitions::Own, &memory, progress)? else { continue };
        let snapshot = snapshot.with_notes();
        controls::checked(vec![controls::accepted(&snapshot)])?;
        let tables = write_snapshot(&snapshot, stage.path(), &footer(case, snapshot.inputs()), progress)?;
        summary.rows.push((role.word().to_owned(), tables));
        for input in snapshot.inputs() {
            summary.rejected += input.file.rejected;
            summary.unreadable_values += input.file.unreadable_values;
        }
        inputs.extend(snapshot.inputs().iter().cloned());
        read.push((role, snapshot.inputs().len(), snapshot.exports, snapshot.rejects));
    }
    if summary.rows.is_empty() {
        return Err(Error::input(&case.file, Message::verbatim("snapshots"), say::NO_EXPORTS, say::NO_EXPORTS_REMEDY));
    }
    let read: Vec<RoleInputs<'_>> = read
        .iter()
        .map(|(role, count, exports, rejects)| RoleInputs {
            role: Some(*role),
            inputs: &exports[..*count],
            exports,
            rejects,
        })
        .collect();
    // Readers of the tables ignore names with `_`.
    let folder = ReportFolder { path: stage.path(), prefix: "_", footer: &footer(case, &inputs), pseudonyms: None };
    SmallTables::default().write(folder, [small::rejects(&read), small::inputs(&read)])?;
    stage.publish(Manifest::of_case(case, &inputs))?;
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
    create_private_folder(&folder).map_err(Error::io(&folder, say::CANNOT_CREATE))?;
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

/// Writes the relations: the partitions are ranges of accounts, so that one after the other they are sorted.
fn write_relations(snapshot: &Snapshot, path: &Path, footer: &Footer, progress: &dyn Progress) -> Result<()> {
    let mut writer = GroupWriter::create(path, &RELATIONS_TABLE, RELATIONS_TABLE.key, footer)?;
    let write = |part: Partition| {
        progress.advance(part.rows.num_rows() as u64);
        writer.write(part.rows)
    };
    in_turn(0..snapshot.relations.partitions(), |partition| snapshot.relations.take(partition), write)?;
    writer.finish()
}
