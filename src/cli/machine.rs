//! What a run may use of the machine.

use bytesize::ByteSize;

use crate::spill::Resources;

/// What a run may use of the machine.
#[derive(Debug, clap::Args)]
pub(super) struct Machine {
    /// How much memory to aim at. Rows are held in a third of it, and beyond that put aside in a file beside the output; what
    /// is worked on, and what is kept of every relation, comes on top. It decides nothing but how long the run takes
    #[arg(long, value_name = "SIZE", default_value = "4GiB")]
    memory: ByteSize,
}

/// Rows that are held take this part of the memory; the rest is for the rows that are worked on, and for what is kept of
/// every relation.
const HELD: u64 = 3;

impl Machine {
    /// The same, as a run wants to know it.
    pub fn resources(&self) -> Resources {
        Resources { held_bytes: self.memory.as_u64() / HELD, ..Resources::default() }
    }
}
