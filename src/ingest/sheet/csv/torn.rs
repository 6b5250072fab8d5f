//! Rows that a line break in an unquoted cell has torn in pieces: databases and scripts write them that quote nothing,
//! or escape line breaks with a backslash. Read as rows of their own, the pieces would be records of other accounts,
//! with the customer's name or time cut off.

use super::rows::{CsvRow, RowCells};

/// Pieces of a row at most.
const MAX_PIECES: usize = 64;

/// A row with fewer cells than the header, and what may be its rest.
#[derive(Default)]
pub struct TornRow(Vec<(CsvRow, RowCells)>);

impl TornRow {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.0.len() >= MAX_PIECES
    }

    /// A cell of the first piece.
    pub fn first(&self, at: usize) -> Option<&str> {
        self.0.first().map(|(_, cells)| cells.get(at))
    }

    pub fn push(&mut self, row: CsvRow, cells: &RowCells) {
        self.0.push((row, cells.clone()));
    }

    /// Removes and returns the pieces.
    pub fn take(&mut self) -> Vec<(CsvRow, RowCells)> {
        std::mem::take(&mut self.0)
    }

    /// The cells of the whole row.
    pub fn len(&self) -> usize {
        self.0.iter().map(|(_, cells)| cells.len()).sum::<usize>() + 1 - self.0.len()
    }

    /// The whole row, with the line breaks that were taken for ends of rows.
    pub fn joined(&self) -> Option<(CsvRow, RowCells)> {
        let (first, rest) = self.0.split_first()?;
        let (mut row, mut cells) = first.clone();
        for (next, more) in rest {
            row = row.joined_with(*next);
            cells.join(more);
        }
        Some((row, cells))
    }
}
