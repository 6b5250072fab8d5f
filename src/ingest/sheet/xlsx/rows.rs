//! The rows of a sheet, with the values of merged cells.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::BufReader;
use std::ops::Bound;

use calamine::{Cell, DataRef, Dimensions, XlsxCellReader, XlsxError};

use super::cell::XlsxCell;
use super::{Workbook, damaged};
use crate::error::{Error, Result};
use crate::ingest::headers::HEADER_ROWS;
use crate::ingest::open_file::FileReader;
use crate::ingest::table::SheetFile;
use crate::limits::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::text::{Message, errors as say};

/// A row of a sheet.
#[derive(Debug, Default)]
pub struct XlsxRow {
    /// From 1, as Excel shows it.
    pub number: u64,
    /// The cells that are there, with their columns, in order: a cell in the last of 16,384 columns takes no more than
    /// one in the first.
    cells: Vec<(usize, XlsxCell)>,
}

impl XlsxRow {
    /// The text of a cell; empty if it is not text.
    pub fn text(&self, column: usize) -> &str {
        self.cell(column).map_or("", XlsxCell::text)
    }

    /// The cell in a column, if it is there.
    pub fn cell(&self, column: usize) -> Option<&XlsxCell> {
        match self.cells.get(column) {
            // No cell before it is absent.
            Some((at, cell)) if *at == column => Some(cell),
            _ => self.place(column).ok().map(|place| &self.cells[place].1),
        }
    }

    fn place(&self, column: usize) -> std::result::Result<usize, usize> {
        self.cells.binary_search_by_key(&column, |(at, _)| *at)
    }

    /// Columns up to the last cell.
    pub fn columns(&self) -> usize {
        self.cells.last().map_or(0, |(last, _)| last + 1)
    }

    /// Number of cells that are not blank.
    pub fn filled(&self) -> usize {
        self.cells.iter().filter(|(_, cell)| !cell.is_blank()).count()
    }

    /// Columns up to the last that is not blank.
    pub fn width(&self) -> usize {
        self.cells.iter().rfind(|(_, cell)| !cell.is_blank()).map_or(0, |(last, _)| last + 1)
    }

    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|(_, cell)| cell.is_blank())
    }
}

/// Cells of a sheet without a value that can be read, by row and column from 0.
#[derive(Clone, Copy)]
pub struct CellFaults<'w> {
    /// Formulas without a result.
    pub bare_formulas: &'w [(u32, u32)],
    /// Errors that the library does not know, and those of other sheets.
    pub strange_errors: &'w BTreeSet<(u32, u32)>,
}

/// Reads the rows of a sheet that have any cell, in order.
pub struct SheetRows<'w> {
    file: SheetFile<'w>,
    sheet: &'w str,
    cells: XlsxCellReader<'w, BufReader<FileReader>>,
    faults: CellFaults<'w>,
    from_1904: bool,
    /// The first cell of the next row, read to find the end of the last.
    pending: Option<((u32, u32), XlsxCell)>,
    /// The position of the last cell.
    last: Option<(u32, u32)>,
    ended: bool,
    /// Cells that were read.
    ready: VecDeque<((u32, u32), XlsxCell)>,
}

impl<'w> SheetRows<'w> {
    /// A reader of the sheet.
    pub fn new(
        file: SheetFile<'w>,
        workbook: &'w mut Workbook,
        sheet: &'w str,
        faults: CellFaults<'w>,
    ) -> Result<Self> {
        let from_1904 = workbook.has_1904_epoch();
        let cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(file, &error))?;
        Ok(Self {
            file,
            sheet,
            cells,
            faults,
            from_1904,
            pending: None,
            last: None,
            ended: false,
            ready: VecDeque::new(),
        })
    }

    /// Reads the rows that may contain the header.
    pub fn head(mut self) -> Result<Vec<XlsxRow>> {
        let mut head = Vec::new();
        while let Some(row) = self.next()?
            && row.number <= HEADER_ROWS as u64
        {
            head.push(row);
        }
        Ok(head)
    }

    pub fn next(&mut self) -> Result<Option<XlsxRow>> {
        let first = match self.pending.take() {
            Some(first) => Some(first),
            None => self.next_cell()?,
        };
        let Some((place, held)) = first else { return Ok(None) };
        let mut row = XlsxRow { number: u64::from(place.0) + 1, cells: Vec::new() };
        row.cells.push((place.1 as usize, held));
        let mut length = 0;
        while let Some((place, held)) = self.next_cell()? {
            if u64::from(place.0) + 1 != row.number {
                self.pending = Some((place, held));
                break;
            }
            length += held.text().len();
            if length > MAX_ROW_BYTES {
                return Err(Error::input(
                    self.file.path,
                    self.place(place.0),
                    say::long_row(MAX_ROW_BYTES),
                    say::LONG_ROW_REMEDY,
                ));
            }
            row.cells.push((place.1 as usize, held));
        }
        Ok(Some(row))
    }

    fn place(&self, row: u32) -> Message {
        say::row_of_sheet(self.sheet, u64::from(row) + 1)
    }

    /// Reads the next cell that is not empty.
    fn next_cell(&mut self) -> Result<Option<((u32, u32), XlsxCell)>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(Some(ready));
            }
            let (before, mut has_errors) = (self.last, false);
            // After the last cell the library would search on.
            let cell = loop {
                match if self.ended { Ok(None) } else { self.cells.next_cell_with_style_id() } {
                    // It is behind the cell then, without having told its place.
                    Err(XlsxError::CellError(_)) => has_errors = true,
                    Err(error) => return Err(damaged(self.file, &error)),
                    Ok(cell) => break cell,
                }
            };
            let place = cell.as_ref().map(|(cell, _)| cell.get_position());
            if has_errors {
                self.add_errors(before, place)?;
            }
            let Some((cell, style)) = cell else {
                self.ended = true;
                if self.ready.is_empty() {
                    return Ok(None);
                }
                continue;
            };
            self.take(&cell, style)?;
        }
    }

    /// Takes a cell. Cells out of order are refused: one could replace another.
    fn take(&mut self, cell: &Cell<DataRef<'_>>, style: usize) -> Result<()> {
        let place = cell.get_position();
        if place.1 as usize >= MAX_COLUMNS || self.last.is_some_and(|last| last >= place) {
            return Err(Error::input(self.file.path, self.place(place.0), say::OUT_OF_ORDER, say::OUT_OF_ORDER_REMEDY));
        }
        self.last = Some(place);
        if !matches!(cell.get_value(), DataRef::Empty) {
            let format = self.cells.styles().get(style).and_then(|style| style.number_format.as_ref());
            let format = format.map(|format| format.format_code.as_str());
            self.ready.push_back((place, XlsxCell::read(cell.get_value(), format, self.from_1904)));
        } else if self.faults.bare_formulas.binary_search(&place).is_ok() {
            self.ready.push_back((place, XlsxCell::bare_formula()));
        }
        Ok(())
    }

    /// Adds the cells with errors that the library does not know, of which there are some between two others.
    fn add_errors(&mut self, before: Option<(u32, u32)>, next: Option<(u32, u32)>) -> Result<()> {
        let from = before.map_or(Bound::Unbounded, Bound::Excluded);
        let to = next.map_or(Bound::Unbounded, Bound::Excluded);
        let is_in_order = next.is_none_or(|next| before.is_none_or(|before| before < next));
        let places = is_in_order.then(|| self.faults.strange_errors.range((from, to))).into_iter().flatten();
        let begun = self.ready.len();
        self.ready.extend(places.map(|place| (*place, XlsxCell::error())));
        if self.ready.len() == begun {
            return Err(damaged(self.file, &XlsxError::CellError(String::new())));
        }
        Ok(())
    }
}

/// Finds the formulas without a result in a sheet, in order of their rows and columns.
pub fn bare_formulas(file: SheetFile<'_>, workbook: &mut Workbook, sheet: &str) -> Result<Vec<(u32, u32)>> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(file, &error))?;
    let mut bare = Vec::new();
    loop {
        match cells.next_cell_with_formula_metadata() {
            Ok(Some(cell)) if cell.formula.is_some() && cell.value == DataRef::Empty => bare.push(cell.pos),
            // An error that the library does not know: no formula without a result.
            Ok(Some(_)) | Err(XlsxError::CellError(_)) => {}
            Ok(None) => break,
            Err(error) => return Err(damaged(file, &error)),
        }
    }
    bare.sort_unstable();
    Ok(bare)
}

/// Cells merged downwards: their first column, and their rows, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergedRange {
    pub column: usize,
    pub first_row: u64,
    pub last_row: u64,
}

impl MergedRange {
    /// Reads the merged ranges of a sheet, in order of their first row.
    pub fn read(file: SheetFile<'_>, workbook: &mut Workbook, sheet: &str) -> Result<Vec<Self>> {
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

    /// Returns whether the row is one of the range.
    pub fn spans(&self, row: u64) -> bool {
        (self.first_row..=self.last_row).contains(&row)
    }
}

/// The values of merged cells for the rows below their first: in each column, of the range that began last.
pub struct MergedCells<'m> {
    /// Ranges that begin further down.
    ahead: std::iter::Peekable<std::slice::Iter<'m, MergedRange>>,
    uses: &'m dyn Fn(usize) -> bool,
    /// By column, the last row and the value.
    begun: BTreeMap<usize, (u64, XlsxCell)>,
}

impl<'m> MergedCells<'m> {
    /// The ranges in columns that are used.
    pub fn new(merges: &'m [MergedRange], uses: &'m dyn Fn(usize) -> bool) -> Self {
        Self { ahead: merges.iter().peekable(), uses, begun: BTreeMap::new() }
    }

    /// Fills the next row with the values merged into it. A row without own values stays blank.
    pub fn fill(&mut self, row: &mut XlsxRow) {
        while let Some(merge) = self.ahead.next_if(|merge| merge.first_row <= row.number) {
            if merge.first_row == row.number && (self.uses)(merge.column) {
                let held = row.cell(merge.column).cloned().unwrap_or_default();
                self.begun.insert(merge.column, (merge.last_row, held));
            }
        }
        if self.begun.is_empty() || row.is_blank() {
            return;
        }
        self.begun.retain(|_, (last, _)| *last >= row.number);
        for (&column, (_, held)) in &self.begun {
            match row.place(column) {
                Ok(place) if row.cells[place].1.is_blank() => row.cells[place].1.clone_from(held),
                Ok(_) => {}
                Err(place) => row.cells.insert(place, (column, held.clone())),
            }
        }
    }
}
