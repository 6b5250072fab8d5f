//! Findings about unreadable records and values, tables without rows and unused columns (SPEC section 1.3).

use super::exports::listed;
use super::{Finding, MAX_EXAMPLES};
use crate::rules::thresholds::{UNREADABLE_LIMIT, share};
use crate::schema::vocabulary::{Grain, Role, Severity};
use crate::snapshot::{Input, RoleInputs, Snapshot};

/// Columns of one file that a message names.
const NAMED_COLUMNS: usize = 20;

/// Findings whose verdict is that nothing can be concluded.
pub(super) const INCONCLUSIVE: [&str; 2] = ["Q-too-much-unreadable", "Q-source-before-empty"];

pub(super) fn find(read: &[RoleInputs<'_>], snapshots: &[&Snapshot]) -> Vec<Finding> {
    vec![
        records(read, snapshots),
        values(read, snapshots),
        too_much(snapshots),
        nothing_before(snapshots),
        empty_tables(snapshots),
        unused_columns(read),
    ]
}

fn records(read: &[RoleInputs<'_>], snapshots: &[&Snapshot]) -> Finding {
    let count = snapshots.iter().map(|snapshot| snapshot.unread.records()).sum();
    let is_vouched_for =
        snapshots.iter().filter(|snapshot| snapshot.unread.records() > 0).all(|snapshot| snapshot.coverage.trusted);
    let detail = places(read, snapshots, |input| input.file.rejected, |snapshot| snapshot.unread.records());
    let milder = is_vouched_for.then_some(Severity::Info);
    Finding { milder, ..Finding::new("Q-unreadable-records", count, keys(read, Grain::Record), detail) }
}

fn values(read: &[RoleInputs<'_>], snapshots: &[&Snapshot]) -> Finding {
    let of = |snapshot: &Snapshot| snapshot.unread.values().map(|(_, values)| values).sum::<u64>();
    let count = snapshots.iter().map(|snapshot| of(snapshot)).sum();
    Finding::new(
        "Q-unreadable-values",
        count,
        keys(read, Grain::Value),
        places(read, snapshots, |input| input.file.unreadable_values, of),
    )
}

/// Returns the counts by file; for an ingested snapshot, those of its exports.
fn places(
    read: &[RoleInputs<'_>],
    snapshots: &[&Snapshot],
    of_file: impl Fn(&Input) -> u64,
    of: impl Fn(&Snapshot) -> u64,
) -> String {
    let mut places: Vec<(String, u64)> = Vec::new();
    for snapshot in snapshots {
        let inputs = read.iter().filter(|read| read.role == Some(snapshot.role)).flat_map(|read| read.exports);
        let files: Vec<(String, u64)> =
            inputs.map(|input| (input.file.path.clone(), of_file(input))).filter(|(_, count)| *count > 0).collect();
        let written = of(snapshot).saturating_sub(files.iter().map(|(_, count)| count).sum());
        places.extend(files);
        if written > 0 {
            places.push((snapshot.role.word().to_owned(), written));
        }
    }
    listed(places.iter().map(|(place, count)| format!("{place} ×{count}")))
}

/// Returns file and place of each listed reject.
fn keys(read: &[RoleInputs<'_>], grain: Grain) -> Vec<String> {
    let of_file = |read: &RoleInputs<'_>, file: u32| {
        read.exports.get(file as usize).map_or(String::new(), |input| input.file.path.clone())
    };
    let rejects = read.iter().flat_map(|read| read.rejects.iter().map(move |reject| (read, reject)));
    rejects
        .filter(|(_, reject)| reject.grain == grain)
        .map(|(read, reject)| format!("{}: {}", of_file(read, reject.file), reject.place))
        .collect()
}

fn is_required(role: Role) -> bool {
    matches!(role, Role::SourceBefore | Role::TargetAfter)
}

fn too_much(snapshots: &[&Snapshot]) -> Finding {
    let is_too_much = |snapshot: &&&Snapshot| {
        let (records, unread) = snapshot.relation_records;
        is_required(snapshot.role) && !snapshot.coverage.trusted && share(unread, records) > UNREADABLE_LIMIT
    };
    let roles: Vec<&Snapshot> = snapshots.iter().filter(is_too_much).copied().collect();
    let detail = listed(roles.iter().map(|snapshot| {
        format!("{} {} / {}", snapshot.role, snapshot.relation_records.1, snapshot.relation_records.0)
    }));
    let roles = roles.iter().map(|snapshot| snapshot.role.word().to_owned()).collect();
    Finding::of_keys("Q-too-much-unreadable", roles, detail)
}

fn nothing_before(snapshots: &[&Snapshot]) -> Finding {
    let is_empty = |snapshot: &&&Snapshot| snapshot.role == Role::SourceBefore && snapshot.relations.is_empty();
    Finding::new("Q-source-before-empty", snapshots.iter().filter(is_empty).count() as u64, Vec::new(), "")
}

fn empty_tables(snapshots: &[&Snapshot]) -> Finding {
    let doubted = snapshots.iter().filter(|snapshot| !snapshot.coverage.trusted);
    let files: Vec<String> = doubted.flat_map(|snapshot| snapshot.empty_tables.iter().cloned()).collect();
    let detail = listed(files.iter().cloned());
    Finding::of_keys("Q-empty-table", files, detail)
}

fn unused_columns(read: &[RoleInputs<'_>]) -> Finding {
    let files: Vec<&Input> =
        read.iter().flat_map(|read| read.exports).filter(|input| !input.file.unused_columns.is_empty()).collect();
    let count = files.iter().map(|input| input.file.unused_columns.len() as u64).sum();
    let named = |input: &&Input| {
        let columns = &input.file.unused_columns;
        let more = if columns.len() > NAMED_COLUMNS { ", ..." } else { "" };
        format!(
            "{}: {}{more}",
            input.file.path,
            columns.iter().take(NAMED_COLUMNS).cloned().collect::<Vec<_>>().join(", ")
        )
    };
    let more = if files.len() > MAX_EXAMPLES { "; ..." } else { "" };
    let detail = files.iter().take(MAX_EXAMPLES).map(named).collect::<Vec<_>>().join("; ") + more;
    let key = |input: &&Input| {
        input.file.unused_columns.iter().map(|column| format!("{}: {column}", input.file.path)).collect::<Vec<_>>()
    };
    Finding::new("Q-columns-unused", count, files.iter().flat_map(key).collect(), detail)
}
