//! Rows held until they are needed: loose, packed or spilled.

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;

use super::pack::pack;
use super::unpack::unpack;
use super::{MemoryBudget, Reservation, SpilledRange, weight};
use crate::error::Result;

/// Batches with fewer rows are concatenated before they are packed.
const BLOCK: usize = 1 << 13;
/// Loose bytes from which a buffer is packed; less where the budget is so small that all buffers together would
/// otherwise hold more than an eighth of it loose.
const WORTH_A_BLOCK: u64 = 1 << 20;
const LOOSE: u64 = 8;

/// Rows of one table, in the order in which they were pushed.
pub struct RowBuffer {
    memory: MemoryBudget,
    schema: SchemaRef,
    /// Packed rows, the oldest first.
    blocks: Vec<PackedBlock>,
    /// Loose rows, pushed after those.
    batches: Vec<RecordBatch>,
    /// Bytes reserved for `batches`.
    reserved: u64,
    rows: u64,
}

/// Packed rows, in memory or spilled.
enum PackedBlock {
    InMemory { block: Buffer, _reservation: Reservation },
    Spilled(SpilledRange),
}

impl RowBuffer {
    /// Creates an empty buffer.
    pub fn new(memory: &MemoryBudget, schema: SchemaRef) -> Self {
        Self { memory: memory.clone(), schema, blocks: Vec::new(), batches: Vec::new(), reserved: 0, rows: 0 }
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds rows. Arrow buffers that they share with other rows are counted for each.
    pub fn push(&mut self, rows: RecordBatch) {
        let bytes = weight(&rows);
        self.memory.add(bytes);
        self.reserved += bytes;
        self.rows += rows.num_rows() as u64;
        self.batches.push(rows);
    }

    /// Whether some rows are packed, in memory or spilled.
    pub fn is_packed(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn pack(&mut self) -> Result<()> {
        for small in self.batches.chunk_by(|a, b| a.num_rows() < BLOCK && b.num_rows() < BLOCK) {
            let blocks = match small {
                [one] => pack(one)?,
                several => pack(&concat_batches(&self.schema, several)?)?,
            };
            for block in blocks {
                self.blocks
                    .push(PackedBlock::InMemory { _reservation: self.memory.reserve(block.len() as u64), block });
            }
        }
        self.batches = Vec::new();
        self.memory.release(std::mem::take(&mut self.reserved));
        Ok(())
    }

    /// Writes the packed rows to the spill file.
    fn spill(&mut self) -> Result<()> {
        for block in &mut self.blocks {
            if let PackedBlock::InMemory { block: bytes, .. } = block {
                *block = PackedBlock::Spilled(self.memory.spill(bytes)?);
            }
        }
        Ok(())
    }

    /// Returns the rows in their order, batch by batch.
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

    /// Returns the rows in their order, as one batch.
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

    fn bytes(&self, block: &PackedBlock) -> Result<Buffer> {
        match block {
            PackedBlock::InMemory { block, .. } => Ok(block.clone()),
            PackedBlock::Spilled(range) => Ok(self.memory.read(range)?.into()),
        }
    }

    /// Passes the rows in their order to `each`, one block or batch at a time.
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

impl Drop for RowBuffer {
    fn drop(&mut self) {
        self.memory.release(self.reserved);
    }
}

/// Keeps the budget: packs the rows of all given buffers if it is short, and spills them if that is not enough. All of
/// them, since buffers share memory: what one releases may be held by another.
///
/// # Errors
/// [`crate::Error::Io`] if the disk fails.
pub fn make_room<'a>(memory: &MemoryBudget, buffers: impl Iterator<Item = &'a mut RowBuffer>) -> Result<()> {
    if !memory.should_compress() {
        return Ok(());
    }
    let mut buffers: Vec<&mut RowBuffer> = buffers.collect();
    let worth_it = WORTH_A_BLOCK.min(memory.0.limit / LOOSE / (buffers.len() as u64).max(1));
    buffers.iter_mut().filter(|rows| rows.reserved > worth_it).try_for_each(|rows| rows.pack())?;
    if memory.should_spill() { buffers.into_iter().try_for_each(RowBuffer::spill) } else { Ok(()) }
}
