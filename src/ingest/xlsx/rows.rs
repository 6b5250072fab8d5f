//! The rows of a sheet, and what merged cells give to them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Dimensions, XlsxCellReader};

use super::cell::Held;
use super::{Workbook, damaged};
use crate::error::{Error, Result};
use crate::ingest::headers::HEADER_ROWS;
use crate::ingest::rows::LONGEST_ROW;
use crate::ingest::sheet::{MOST_COLUMNS, SheetFile};
use crate::text::{Message, errors as say};

/// A row of a sheet.
#[derive(Debug, Default)]
pub struct Row {
    /// From 1, as Excel shows it.
    pub number: u64,
    pub cells: Vec<Held>,
}

impl Row {
    /// The text of a cell, if it holds one.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", Held::text)
    }

    /// Columns up to the last one that is filled.
    pub fn width(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1)
    }

    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Held::is_blank)
    }
}

/// The rows of a sheet that hold any cell, in order.
pub struct SheetRows<'w> {
    file: SheetFile<'w>,
    sheet: &'w str,
    cells: XlsxCellReader<'w, BufReader<File>>,
    from_1904: bool,
    /// The first cell of the next row, which showed that the last one had ended.
    pending: Option<((u32, u32), Held)>,
    /// Where the last cell stood.
    last: Option<(u32, u32)>,
    ended: bool,
}

impl<'w> SheetRows<'w> {
    pub fn of(file: SheetFile<'w>, workbook: &'w mut Workbook, sheet: &'w str) -> Result<Self> {
        let from_1904 = workbook.has_1904_epoch();
        let cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(file, &error))?;
        Ok(Self { file, sheet, cells, from_1904, pending: None, last: None, ended: false })
    }

    /// The rows in which the header has to stand.
    pub fn head(mut self) -> Result<Vec<Row>> {
        let mut head = Vec::new();
        while let Some(row) = self.next()?
            && row.number <= HEADER_ROWS as u64
        {
            head.push(row);
        }
        Ok(head)
    }

    pub fn next(&mut self) -> Result<Option<Row>> {
        let first = match self.pending.take() {
            Some(first) => Some(first),
            None => self.next_cell()?,
        };
        let Some((place, held)) = first else { return Ok(None) };
        let mut row = Row { number: u64::from(place.0) + 1, cells: Vec::new() };
        put(&mut row, place.1, held);
        let mut length = 0;
        while let Some((place, held)) = self.next_cell()? {
            if u64::from(place.0) + 1 != row.number {
                self.pending = Some((place, held));
                break;
            }
            length += held.text().len();
            if length > LONGEST_ROW {
                return Err(Error::input(
                    self.file.path,
                    self.place(place.0),
                    say::long_row(LONGEST_ROW),
                    say::LONG_ROW_REMEDY,
                ));
            }
            put(&mut row, place.1, held);
        }
        Ok(Some(row))
    }

    fn place(&self, row: u32) -> Message {
        say::row_of_sheet(self.sheet, u64::from(row) + 1)
    }

    /// The next cell that is not empty. Excel writes them in order, and a file in which they are not would overwrite itself.
    fn next_cell(&mut self) -> Result<Option<((u32, u32), Held)>> {
        loop {
            // Behind the last cell the library would look for more.
            let cell = if self.ended {
                None
            } else {
                self.cells.next_cell_with_style_id().map_err(|error| damaged(self.file, &error))?
            };
            let Some((cell, style)) = cell else {
                self.ended = true;
                return Ok(None);
            };
            let place = cell.get_position();
            if place.1 as usize >= MOST_COLUMNS || self.last.is_some_and(|last| last >= place) {
                return Err(Error::input(
                    self.file.path,
                    self.place(place.0),
                    say::OUT_OF_ORDER,
                    say::OUT_OF_ORDER_REMEDY,
                ));
            }
            self.last = Some(place);
            if !matches!(cell.get_value(), DataRef::Empty) {
                let format = self.cells.styles().get(style).and_then(|style| style.number_format.as_ref());
                return Ok(Some((
                    place,
                    Held::of(cell.get_value(), format.map(|format| format.format_code.as_str()), self.from_1904),
                )));
            }
        }
    }
}

fn put(row: &mut Row, column: u32, held: Held) {
    row.cells.resize_with(column as usize, Held::default);
    row.cells.push(held);
}

/// Cells that are merged downwards: the column in which they show, and their rows, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub column: usize,
    pub first_row: u64,
    pub last_row: u64,
}

impl Merge {
    /// The merges of a sheet, from the first row to the last.
    pub fn of(file: SheetFile<'_>, workbook: &mut Workbook, sheet: &str) -> Result<Vec<Self>> {
        let merged = workbook.merge_cells_by_sheet_name(sheet).map_err(|error| damaged(file, &error))?;
        let merge = |cells: &Dimensions| Self {
            column: cells.start.1 as usize,
            first_row: u64::from(cells.start.0) + 1,
            last_row: u64::from(cells.end.0) + 1,
        };
        let mut tall: Vec<Self> = merged.iter().map(merge).filter(|merge| merge.last_row > merge.first_row).collect();
        tall.sort_unstable_by_key(|merge| merge.first_row);
        Ok(tall)
    }

    /// Whether the row is one of theirs.
    pub fn spans(&self, row: u64) -> bool {
        (self.first_row..=self.last_row).contains(&row)
    }
}

/// Values of merged cells for the rows below their first: in each column, of the merge that began last.
pub struct Merged<'m> {
    /// Merges that begin further down.
    ahead: std::iter::Peekable<std::slice::Iter<'m, Merge>>,
    uses: &'m dyn Fn(usize) -> bool,
    /// By column, the last row and the value.
    begun: BTreeMap<usize, (u64, Held)>,
}

impl<'m> Merged<'m> {
    /// The merges in columns that are used.
    pub fn new(merges: &'m [Merge], uses: &'m dyn Fn(usize) -> bool) -> Self {
        Self { ahead: merges.iter().peekable(), uses, begun: BTreeMap::new() }
    }

    /// Gives to the next row what is merged into it. A row that has nothing of its own is none.
    pub fn fill(&mut self, row: &mut Row) {
        while let Some(merge) = self.ahead.next_if(|merge| merge.first_row <= row.number) {
            if merge.first_row == row.number && (self.uses)(merge.column) {
                let held = row.cells.get(merge.column).cloned().unwrap_or_default();
                self.begun.insert(merge.column, (merge.last_row, held));
            }
        }
        if self.begun.is_empty() || row.is_blank() {
            return;
        }
        self.begun.retain(|_, (last, _)| *last >= row.number);
        for (&column, (_, held)) in &self.begun {
            if row.cells.len() <= column {
                row.cells.resize_with(column + 1, Held::default);
            }
            if row.cells[column].is_blank() {
                row.cells[column].clone_from(held);
            }
        }
    }
}
