//! Rows on a sheet: a header that stays, filters, widths that fit, formats.

use rust_xlsxwriter::{
    Color, ConditionalFormatCell, ConditionalFormatCellRule, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook, Worksheet, XlsxError,
};

use super::cells::{CellFormat, SheetCell};
use crate::schema::vocabulary::Severity;
use crate::schema::{Column, Kind};

/// Rows that columns are fitted to.
const ROWS_MEASURED: u32 = 500;
/// Widths in characters; a Chinese character counts two.
const WIDTHS: std::ops::RangeInclusive<f64> = 9.0..=60.0;
/// Width of a filter button and the margins.
const MARGIN: f64 = 3.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellStyle {
    Text,
    Guarded,
    Integer,
    Money,
    Price,
    Share,
    Time,
}

impl CellStyle {
    /// Returns the style of the cells of a column.
    pub fn of_column(column: &Column) -> Self {
        match column.kind {
            Kind::Integer | Kind::Count => Self::Integer,
            Kind::Money => Self::Money,
            Kind::Price => Self::Price,
            Kind::Ratio => Self::Share,
            Kind::Time => Self::Time,
            Kind::Id | Kind::Name | Kind::Text | Kind::TextList | Kind::Word(_) | Kind::Flag => Self::Text,
        }
    }

    fn of(cell: &SheetCell) -> Self {
        match cell {
            SheetCell::Empty | SheetCell::Text(_) => Self::Text,
            SheetCell::Guarded(_) => Self::Guarded,
            SheetCell::Integer(_) => Self::Integer,
            SheetCell::Money(_) => Self::Money,
            SheetCell::Price(_) => Self::Price,
            SheetCell::Share(_) => Self::Share,
            SheetCell::Time(_) => Self::Time,
        }
    }
}

/// The formats of the cells.
pub struct Formats {
    pub title: Format,
    pub heading: Format,
    pub label: Format,
    header: Format,
    /// By [`CellStyle`], in its order.
    cells: [Format; 7],
    review: Format,
    defect: Format,
}

impl Formats {
    /// Returns the formats of a sheet with columns.
    pub fn new() -> Self {
        Self::on(&Format::new().set_align(FormatAlign::Top))
    }

    /// Returns the formats of a sheet on which numbers stand beside their names and not in columns.
    pub fn left() -> Self {
        Self::on(&Format::new().set_align(FormatAlign::Top).set_align(FormatAlign::Left))
    }

    fn on(top: &Format) -> Self {
        // Formatted as text: an id stays an id when it is typed again.
        let text = top.clone().set_num_format("@");
        let number = |format: &str| top.clone().set_num_format(format);
        Self {
            title: Format::new().set_bold().set_font_size(16),
            heading: Format::new().set_bold().set_font_size(12),
            label: top.clone().set_bold(),
            header: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x00E8_EDF3))
                .set_border_bottom(FormatBorder::Thin),
            cells: [
                text.clone(),
                text.set_quote_prefix(),
                number("#,##0"),
                number("#,##0.00"),
                number("0.00####"),
                number("0.0%"),
                number("yyyy-mm-dd hh:mm:ss"),
            ],
            review: Format::new().set_background_color(Color::RGB(0x00FF_F2CC)),
            defect: Format::new().set_background_color(Color::RGB(0x00F8_D7DA)),
        }
    }

    /// Numbers the formats in their own order, for sheets that are written side by side would number them as they come.
    pub fn register(&self, book: &mut Workbook) {
        let [text, others @ ..] = &self.cells;
        [text, &self.header].into_iter().chain(others).for_each(|format| book.register_format(format));
    }

    pub fn of(&self, style: CellStyle) -> &Format {
        &self.cells[style as usize]
    }
}

/// Puts a cell into its place. A cell in the style of its column is written without a format, which costs the library
/// a look-up by all that the format consists of.
pub fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: SheetCell,
    formats: &Formats,
    of_column: Option<CellStyle>,
) -> Result<(), XlsxError> {
    let style = CellStyle::of(&cell);
    let format = (of_column != Some(style)).then(|| formats.of(style));
    let number = match cell {
        SheetCell::Empty => return Ok(()),
        SheetCell::Text(text) | SheetCell::Guarded(text) => {
            return match format {
                Some(format) => sheet.write_string_with_format(row, column, text, format),
                None => sheet.write_string(row, column, text),
            }
            .map(drop);
        }
        SheetCell::Integer(number) | SheetCell::Money(number) | SheetCell::Price(number) | SheetCell::Share(number) => {
            number
        }
        SheetCell::Time(seconds) => ExcelDateTime::from_timestamp(seconds)?.to_excel(),
    };
    match format {
        Some(format) => sheet.write_number_with_format(row, column, number, format),
        None => sheet.write_number(row, column, number),
    }
    .map(drop)
}

/// Fills a sheet with these rows, which come once and are not held; returns how many they were. `columns`: title and
/// style of each.
pub fn fill(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[(String, CellStyle)],
    rows: impl Iterator<Item = Vec<SheetCell>>,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    let mut widths: Vec<f64> = columns.iter().map(|(title, _)| width(title)).collect();
    for (column, (title, style)) in (0..).zip(columns) {
        sheet.set_column_format(column, formats.of(*style))?;
        sheet.write_string_with_format(0, column, title, &formats.header)?;
    }
    let mut last = 0;
    for (row, cells) in (1..).zip(rows) {
        for ((column, cell), ((_, style), widest)) in (0..).zip(cells).zip(columns.iter().zip(&mut widths)) {
            if row <= ROWS_MEASURED {
                *widest = widest.max(width_of(&cell));
            }
            put(sheet, (row, column), cell, formats, Some(*style))?;
        }
        last = row;
    }
    for (column, width) in (0..).zip(widths) {
        sheet.set_column_width(column, (width + MARGIN).clamp(*WIDTHS.start(), *WIDTHS.end()))?;
    }
    sheet.autofilter(0, 0, last, columns.len() as u16 - 1)?;
    Ok(last)
}

/// Shades the cells of a column that say how serious rows are, by a condition: a sheet has few columns and many rows.
pub fn shade(
    sheet: &mut Worksheet,
    column: u16,
    last: u32,
    cells: CellFormat<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let names = cells.severities();
    for (severity, format) in [(Severity::Defect, &formats.defect), (Severity::Review, &formats.review)] {
        let condition = ConditionalFormatCell::new()
            .set_rule(ConditionalFormatCellRule::EqualTo(names[severity.code() as usize].clone()))
            .set_format(format);
        sheet.add_conditional_format(1, column, last.max(1), column, &condition)?;
    }
    Ok(())
}

/// Returns the width of a cell, in characters.
fn width_of(cell: &SheetCell) -> f64 {
    match cell {
        SheetCell::Empty => 0.0,
        SheetCell::Text(text) | SheetCell::Guarded(text) => text.lines().map(width).fold(0.0, f64::max),
        SheetCell::Integer(number) | SheetCell::Money(number) | SheetCell::Price(number) | SheetCell::Share(number) => {
            number.abs().log10().max(0.0) * 1.4 + 4.0
        }
        SheetCell::Time(_) => 19.0,
    }
}

/// Returns the width of a text, in characters: those of East Asia take the room of two.
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c >= '\u{1100}' { 2.0 } else { 1.0 }).sum()
}
