//! What a run may use of the machine.

use bytesize::ByteSize;
use sysinfo::{MemoryRefreshKind, System};

use crate::spill::Resources;

/// What a run may use of the machine.
#[derive(Debug, clap::Args)]
pub(super) struct Machine {
    /// How much memory to aim at [default: half of what the machine has]. Rows are held in a third of it, packed, and beyond
    /// that put aside in a file beside the output; what is worked on, and what is kept of every relation, comes on top. It
    /// decides nothing but how long the run takes
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
}

/// Rows that are held, and what is encoded of them, take this part of the memory; the rest is for the rows that are worked
/// on, and for what is kept of every relation.
const HELD: u64 = 3;
/// What is aimed at where the machine does not say what it has.
const UNKNOWN_MACHINE: u64 = 4 << 30;

impl Machine {
    /// The same, as a run wants to know it.
    pub fn resources(&self) -> Resources {
        let memory = self.memory.map_or_else(half_of_the_machine, |memory| memory.as_u64());
        Resources { held_bytes: memory / HELD, ..Resources::default() }
    }
}

/// Half of the memory of the machine, or of what its container leaves to the run.
fn half_of_the_machine() -> u64 {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let limit = system.cgroup_limits().map(|limits| limits.total_memory);
    match system.total_memory().min(limit.unwrap_or(u64::MAX)) {
        0 => UNKNOWN_MACHINE,
        memory => memory / 2,
    }
}
