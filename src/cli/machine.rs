//! The `--memory` option.

use bytesize::ByteSize;
use sysinfo::{MemoryRefreshKind, System};

use crate::memory::Resources;

/// Resources of a run.
#[derive(Debug, clap::Args)]
pub(super) struct Machine {
    /// Approximate memory of the run [default: half of the machine's]. Compressed rows take up to a third of it, and
    /// spill to a file beside the output beyond that; the rows in work and the decision of every relation come on top.
    /// Affects the time of the run, not its results
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
}

/// Divisor of the memory for compressed rows and encoded pages; the rest is for rows in work and decisions.
const ROWS_DIVISOR: u64 = 3;
/// Default where the system does not report its memory.
const UNKNOWN_MEMORY: u64 = 4 << 30;

impl Machine {
    /// The resources for the stages.
    pub fn resources(&self) -> Resources {
        let memory = self.memory.map_or_else(half_of_memory, |memory| memory.as_u64());
        Resources { held_bytes: memory / ROWS_DIVISOR, ..Resources::default() }
    }
}

/// Half of the memory of the machine, or of the limit of its container.
fn half_of_memory() -> u64 {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let limit = system.cgroup_limits().map(|limits| limits.total_memory);
    match system.total_memory().min(limit.unwrap_or(u64::MAX)) {
        0 => UNKNOWN_MEMORY,
        memory => memory / 2,
    }
}
