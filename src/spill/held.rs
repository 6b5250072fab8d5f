//! Rows that wait for their turn.

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;

use super::pack::pack;
use super::unpack::unpack;
use super::{Loan, Memory, Place, weight};
use crate::error::Result;

/// Batches with fewer rows are put together before they are packed.
const BLOCK: usize = 1 << 13;
/// As many bytes are worth a block; fewer, where this part of all memory would not suffice for so many of each holder.
const WORTH_A_BLOCK: u64 = 1 << 20;
const LOOSE: u64 = 8;

/// Rows of one table that are held until they are needed, in the order in which they came.
pub struct Held {
    memory: Memory,
    schema: SchemaRef,
    /// Those that came first, put away.
    blocks: Vec<Block>,
    /// Those that came after them, as they came.
    batches: Vec<RecordBatch>,
    /// Bytes that are lent for `batches`.
    lent: u64,
    rows: u64,
}

/// Packed rows.
enum Block {
    /// The loan ends with the block.
    InMemory {
        block: Buffer,
        _loan: Loan,
    },
    Spilled(Place),
}

impl Held {
    /// None yet.
    pub fn new(memory: &Memory, schema: SchemaRef) -> Self {
        Self { memory: memory.clone(), schema, blocks: Vec::new(), batches: Vec::new(), lent: 0, rows: 0 }
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds rows. They may share their buffers with others; that is counted as if they did not.
    pub fn push(&mut self, rows: RecordBatch) {
        let bytes = weight(&rows);
        self.memory.lend(bytes);
        self.lent += bytes;
        self.rows += rows.num_rows() as u64;
        self.batches.push(rows);
    }

    /// Whether any of them are packed, in memory or in the spill file.
    pub fn is_packed(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Packs what is not.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn pack(&mut self) -> Result<()> {
        for few in self.batches.chunk_by(|a, b| a.num_rows() < BLOCK && b.num_rows() < BLOCK) {
            let blocks = match few {
                [one] => pack(one)?,
                few => pack(&concat_batches(&self.schema, few)?)?,
            };
            for block in blocks {
                self.blocks.push(Block::InMemory { _loan: self.memory.loan(block.len() as u64), block });
            }
        }
        self.batches = Vec::new();
        self.memory.take_back(std::mem::take(&mut self.lent));
        Ok(())
    }

    /// Puts what is packed into the spill file.
    fn spill(&mut self) -> Result<()> {
        for block in &mut self.blocks {
            if let Block::InMemory { block: bytes, .. } = block {
                *block = Block::Spilled(self.memory.spill(bytes)?);
            }
        }
        Ok(())
    }

    /// The rows, in the order in which they came.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be read back.
    pub fn batches(&self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        self.for_each(|batch| {
            batches.push(batch);
            Ok(())
        })?;
        Ok(batches)
    }

    /// All rows, in the order in which they came.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be read back.
    pub fn all(&self) -> Result<RecordBatch> {
        let blocks = self.blocks.iter().map(|block| self.bytes(block)).collect::<Result<Vec<_>>>()?;
        let packed = if blocks.is_empty() { None } else { Some(unpack(blocks, &self.schema)?) };
        match (packed, &self.batches[..]) {
            (Some(packed), []) => Ok(packed),
            (None, [one]) => Ok(one.clone()),
            (packed, loose) => Ok(concat_batches(&self.schema, packed.iter().chain(loose))?),
        }
    }

    fn bytes(&self, block: &Block) -> Result<Buffer> {
        match block {
            Block::InMemory { block, .. } => Ok(block.clone()),
            Block::Spilled(place) => Ok(self.memory.read(place)?.into()),
        }
    }

    /// The rows, in the order in which they came, few at a time.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be read back; those of `each`.
    pub fn for_each(&self, mut each: impl FnMut(RecordBatch) -> Result<()>) -> Result<()> {
        for block in &self.blocks {
            each(unpack(vec![self.bytes(block)?], &self.schema)?)?;
        }
        self.batches.iter().cloned().try_for_each(each)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.take_back(self.lent);
    }
}

/// Makes room, if memory is short: packs what many holders hold, and spills it where that is not enough; all of them, for
/// what one lets go of may be held by another.
///
/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn make_room<'a>(memory: &Memory, held: impl Iterator<Item = &'a mut Held>) -> Result<()> {
    if !memory.is_short() {
        return Ok(());
    }
    let mut held: Vec<&mut Held> = held.collect();
    let worth_it = WORTH_A_BLOCK.min(memory.0.limit / LOOSE / (held.len() as u64).max(1));
    held.iter_mut().filter(|held| held.lent > worth_it).try_for_each(|held| held.pack())?;
    if memory.is_crowded() { held.into_iter().try_for_each(Held::spill) } else { Ok(()) }
}
