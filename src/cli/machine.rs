//! The `--memory` option: how much of it each part of a run gets, or that it is too little.
//!
//! Measured on synthetic cases (`data/reference/memory.md`); `tests/audit` and `tests/faults` hold runs to what was
//! asked.

use bytesize::ByteSize;
use sysinfo::{MemoryRefreshKind, System};

use super::container;
use crate::error::{Error, Result};
use crate::figures::RELATIONS_HELD;
use crate::ingest::RowEstimate;
use crate::memory::Resources;
use crate::text::errors as say;

/// Resources of a run.
#[derive(Debug, clap::Args)]
pub(super) struct Machine {
    /// Memory of the run [default: half of the machine's or of its container's]. Rows that do not fit are spilled to a
    /// file beside the output; what cannot be spilled is estimated before the run, which is refused if it is more.
    /// Affects the time of the run, not its results
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
}

/// Default where the system does not report its memory.
const UNKNOWN_MEMORY: u64 = 4 << 30;
/// Memory of a run without rows: program, buffers of readers and writers, what the allocator keeps.
const FIXED: u64 = 176 << 20;
/// More of it for each thread.
const PER_THREAD: u64 = 8 << 20;
/// Bytes that stay in memory, whatever the size of partitions.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemoryCosts {
    /// Of each relation, from matching to the reports.
    relation: u64,
    /// Of each relation that page and workbook show.
    shown: u64,
    /// Of each member of a group, which is held whole.
    group_member: u64,
    /// Of each relation of a partition that is in work, in all forms that it has meanwhile.
    row_in_work: u64,
}

/// Of `audit`, also where `verify` runs it again.
pub(super) const AUDIT: MemoryCosts = MemoryCosts { relation: 34, shown: 1000, group_member: 270, row_in_work: 1280 };
/// Of `ingest`, which decides nothing, and holds one export at a time.
pub(super) const INGEST: MemoryCosts = MemoryCosts { relation: 0, shown: 0, group_member: 200, ..AUDIT };
/// Of `precheck`, by the rows of the exports that it reads.
pub(super) const PRECHECK: MemoryCosts = MemoryCosts { relation: 40, shown: 0, group_member: 360, ..AUDIT };
/// Bytes of the evidence of an answer about a customer.
const PER_CUSTOMER: u64 = 90;
/// Bytes of the evidence of an answer about an account of its own, with all else that is held of an account.
const PER_ANSWER: u64 = 320;
/// Relations of a partition: enough to amortise each step, few enough to process several at once.
const PARTITION: std::ops::RangeInclusive<u64> = (1 << 13)..=(1 << 17);

impl Machine {
    /// Returns the resources for the stages of a run on an estimated number of rows.
    ///
    /// # Errors
    /// [`Error::Usage`] if they would take more than was asked for, or than there is.
    pub fn resources(&self, rows: RowEstimate, costs: MemoryCosts) -> Result<Resources> {
        let threads = rayon::current_num_threads() as u64;
        let needed = needed(rows, costs, threads);
        let RowEstimate { relations, group_members, customers, answers } = rows;
        let answers = customers + answers;
        let enough = format!("{}MiB", needed.div_ceil(1 << 20));
        let refused = |problem| Err(Error::usage(problem, say::more_memory(enough)));
        let size = ByteSize(needed);
        let memory = match self.memory.map(|memory| memory.as_u64()) {
            Some(asked) if asked < needed => {
                return refused(say::memory_too_small(ByteSize(asked), size, relations, group_members, answers));
            }
            Some(asked) => asked,
            None => {
                let there = there();
                if needed > there {
                    return refused(say::machine_too_small(ByteSize(there), size, relations, group_members, answers));
                }
                (there / 2).max(needed)
            }
        };
        Ok(divided(memory, rows, costs, threads))
    }
}

/// Returns the least memory of a run: partitions as small as is sensible, and nearly all rows spilled.
fn needed(rows: RowEstimate, costs: MemoryCosts, threads: u64) -> u64 {
    unspilled(rows, costs, threads) + 2 * (threads + 1) * PARTITION.start() * costs.row_in_work
}

/// Memory that is used whatever the size of partitions.
fn unspilled(rows: RowEstimate, costs: MemoryCosts, threads: u64) -> u64 {
    let RowEstimate { relations, group_members, customers, answers } = rows;
    let of_relations = relations * costs.relation + relations.min(RELATIONS_HELD) * costs.shown;
    let of_rows = of_relations + group_members * costs.group_member;
    FIXED + threads * PER_THREAD + of_rows + customers * PER_CUSTOMER + answers * PER_ANSWER
}

/// Divides what is left beside that: one half for rows that wait, the other for partitions in work, of which each
/// thread has one, and one more is read or written.
fn divided(memory: u64, estimated: RowEstimate, costs: MemoryCosts, threads: u64) -> Resources {
    let half = memory.saturating_sub(unspilled(estimated, costs, threads)) / 2;
    let rows = half / ((threads + 1) * costs.row_in_work);
    Resources { held_bytes: half, partition_rows: rows.clamp(*PARTITION.start(), *PARTITION.end()) }
}

/// Memory of the machine, or the limit of its container.
fn there() -> u64 {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    match system.total_memory().min(container::memory_limit().unwrap_or(u64::MAX)) {
        0 => UNKNOWN_MEMORY,
        memory => memory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(relations: u64, group_members: u64) -> RowEstimate {
        RowEstimate { relations, group_members, customers: relations / 10, answers: relations / 100 }
    }

    #[test]
    fn no_more_is_given_away_than_was_asked_for() {
        for costs in [AUDIT, INGEST, PRECHECK] {
            for (memory, rows, threads) in [
                (400 << 20, rows(1_000_000, 0), 2),
                (2 << 30, rows(5_000_000, 1_000_000), 4),
                (64 << 30, rows(100, 0), 64),
            ] {
                let Resources { held_bytes, partition_rows } = divided(memory, rows, costs, threads);
                let work = (threads + 1) * partition_rows * costs.row_in_work;
                let all = unspilled(rows, costs, threads) + held_bytes + work;
                assert!(all <= memory, "{memory} {rows:?} {costs:?} {threads}");
            }
            assert_eq!(divided(64 << 30, rows(100, 0), costs, 2).partition_rows, 1 << 17);
        }
    }

    #[test]
    fn what_is_needed_suffices() {
        for costs in [AUDIT, INGEST, PRECHECK] {
            for (rows, threads) in [(rows(0, 0), 1), (rows(1_000_000, 10), 2), (rows(100_000_000, 100_000_000), 16)] {
                let needed = needed(rows, costs, threads);
                assert_eq!(divided(needed, rows, costs, threads).partition_rows, *PARTITION.start());
                let asked = |memory| Machine { memory: Some(ByteSize(memory)) };
                assert_eq!(asked(1 << 20).resources(rows, costs).unwrap_err().exit_code(), 2);
                assert!(asked(u64::MAX >> 1).resources(rows, costs).is_ok());
            }
        }
    }
}
