//! The `--memory` option: how much of it each part of a run gets, or that it is too little.
//!
//! Measured on synthetic cases (`data/reference/memory.md`); `tests/audit` holds a run to what was asked.

use bytesize::ByteSize;
use sysinfo::{MemoryRefreshKind, System};

use super::container;
use crate::error::{Error, Result};
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
/// Bytes of each relation that stay in memory from matching to the reports.
const PER_RELATION: u64 = 40;
/// Bytes of each member of a group, which stays in memory whole.
const PER_GROUP_MEMBER: u64 = 270;
/// Bytes of each relation of a partition that is in work, in all forms that it has meanwhile.
const PER_ROW_IN_WORK: u64 = 1280;
/// Relations of a partition: enough to amortise each step, few enough to process several at once.
const PARTITION: std::ops::RangeInclusive<u64> = (1 << 13)..=(1 << 17);

impl Machine {
    /// The resources for the stages of a run on so many rows.
    ///
    /// # Errors
    /// [`Error::Usage`] if they would take more than was asked for, or than there is.
    pub fn resources(&self, rows: RowEstimate) -> Result<Resources> {
        let threads = rayon::current_num_threads() as u64;
        let needed = needed(rows, threads);
        let memory = match self.memory.map(|memory| memory.as_u64()) {
            Some(asked) if asked < needed => {
                return Err(Error::usage(
                    say::memory_too_small(ByteSize(asked), ByteSize(needed), rows.relations, rows.group_members),
                    say::more_memory(mebibytes(needed)),
                ));
            }
            Some(asked) => asked,
            None => {
                let there = there();
                if needed > there {
                    let RowEstimate { relations, group_members } = rows;
                    let problem = say::machine_too_small(ByteSize(there), ByteSize(needed), relations, group_members);
                    return Err(Error::usage(problem, say::more_memory(mebibytes(needed))));
                }
                (there / 2).max(needed)
            }
        };
        Ok(divided(memory, rows, threads))
    }
}

/// The least memory of a run: partitions as small as is sensible, and nearly all rows spilled.
fn needed(rows: RowEstimate, threads: u64) -> u64 {
    unspilled(rows, threads) + 2 * (threads + 1) * PARTITION.start() * PER_ROW_IN_WORK
}

/// Memory that is used whatever the size of partitions.
fn unspilled(rows: RowEstimate, threads: u64) -> u64 {
    FIXED + threads * PER_THREAD + rows.relations * PER_RELATION + rows.group_members * PER_GROUP_MEMBER
}

/// Divides what is left beside that: one half for rows that wait, the other for partitions in work, of which each
/// thread has one, and one more is read or written.
fn divided(memory: u64, estimated: RowEstimate, threads: u64) -> Resources {
    let half = memory.saturating_sub(unspilled(estimated, threads)) / 2;
    let rows = half / ((threads + 1) * PER_ROW_IN_WORK);
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

fn mebibytes(bytes: u64) -> String {
    format!("{}MiB", bytes.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(relations: u64, group_members: u64) -> RowEstimate {
        RowEstimate { relations, group_members }
    }

    #[test]
    fn no_more_is_given_away_than_was_asked_for() {
        for (memory, rows, threads) in
            [(300 << 20, rows(1_000_000, 0), 2), (2 << 30, rows(5_000_000, 1_000_000), 4), (64 << 30, rows(100, 0), 64)]
        {
            let Resources { held_bytes, partition_rows } = divided(memory, rows, threads);
            let work = (threads + 1) * partition_rows * PER_ROW_IN_WORK;
            assert!(unspilled(rows, threads) + held_bytes + work <= memory, "{memory} {rows:?} {threads}");
        }
        assert_eq!(divided(64 << 30, rows(100, 0), 2).partition_rows, 1 << 17);
    }

    #[test]
    fn what_is_needed_suffices() {
        for (rows, threads) in [(rows(0, 0), 1), (rows(1_000_000, 10), 2), (rows(100_000_000, 100_000_000), 16)] {
            let needed = needed(rows, threads);
            assert_eq!(divided(needed, rows, threads).partition_rows, *PARTITION.start());
            let asked = |memory| Machine { memory: Some(ByteSize(memory)) };
            assert_eq!(asked(1 << 20).resources(rows).unwrap_err().exit_code(), 2);
            assert!(asked(u64::MAX >> 1).resources(rows).is_ok());
        }
    }
}
