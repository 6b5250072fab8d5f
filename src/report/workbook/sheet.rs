//! Rows on a sheet: a header that stays, filters, widths that fit, formats.

use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::cells::SheetCell;
use crate::schema::vocabulary::Severity;

/// Rows that columns are fitted to.
const ROWS_MEASURED: u32 = 500;
/// Widths in characters; a Chinese character counts two.
const WIDTHS: std::ops::RangeInclusive<f64> = 9.0..=60.0;
/// Width of a filter button and the margins.
const MARGIN: f64 = 3.0;

/// How cells look.
pub struct Formats {
    pub title: Format,
    pub heading: Format,
    pub label: Format,
    pub text: Format,
    header: Format,
    guarded: Format,
    integer: Format,
    money: Format,
    price: Format,
    share: Format,
    time: Format,
    review: Format,
    defect: Format,
}

impl Formats {
    /// Of a sheet with columns.
    pub fn new() -> Self {
        Self::on(&Format::new().set_align(FormatAlign::Top))
    }

    /// Of a page on which numbers stand beside their names and not in columns.
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
            guarded: text.clone().set_quote_prefix(),
            integer: number("#,##0"),
            money: number("#,##0.00"),
            price: number("0.00####"),
            share: number("0.0%"),
            time: number("yyyy-mm-dd hh:mm:ss"),
            review: text.clone().set_background_color(Color::RGB(0x00FF_F2CC)),
            defect: text.clone().set_background_color(Color::RGB(0x00F8_D7DA)),
            text,
        }
    }

    /// Numbers the formats in their own order, for sheets that are written side by side would number them as they come.
    pub fn register(&self, book: &mut Workbook) {
        let texts = [&self.text, &self.header, &self.guarded, &self.review, &self.defect];
        let numbers = [&self.integer, &self.money, &self.price, &self.share, &self.time];
        texts.into_iter().chain(numbers).for_each(|format| book.register_format(format));
    }

    fn of(&self, severity: Severity) -> &Format {
        match severity {
            Severity::Defect => &self.defect,
            Severity::Review => &self.review,
            Severity::Info | Severity::Ok => &self.text,
        }
    }
}

/// Puts a cell into its place.
pub fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &SheetCell, formats: &Formats) -> Result<(), XlsxError> {
    match cell {
        SheetCell::Empty => return Ok(()),
        SheetCell::Text(text) => sheet.write_string_with_format(row, column, text, &formats.text)?,
        SheetCell::Guarded(text) => sheet.write_string_with_format(row, column, text, &formats.guarded)?,
        SheetCell::Integer(number) => sheet.write_number_with_format(row, column, *number, &formats.integer)?,
        SheetCell::Money(number) => sheet.write_number_with_format(row, column, *number, &formats.money)?,
        SheetCell::Price(number) => sheet.write_number_with_format(row, column, *number, &formats.price)?,
        SheetCell::Share(number) => sheet.write_number_with_format(row, column, *number, &formats.share)?,
        SheetCell::Time(seconds) => {
            sheet.write_datetime_with_format(row, column, ExcelDateTime::from_timestamp(*seconds)?, &formats.time)?
        }
        SheetCell::Severity(severity, name) => {
            sheet.write_string_with_format(row, column, name, formats.of(*severity))?
        }
    };
    Ok(())
}

/// Fills a sheet with these rows, which come once and are not held; says how many they were.
pub fn fill(
    sheet: &mut Worksheet,
    name: &str,
    titles: &[String],
    rows: impl Iterator<Item = Vec<SheetCell>>,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    let mut widths: Vec<f64> = titles.iter().map(|title| width(title)).collect();
    for (column, title) in (0..).zip(titles) {
        sheet.set_column_format(column, &formats.text)?;
        sheet.write_string_with_format(0, column, title, &formats.header)?;
    }
    let mut last = 0;
    for (row, cells) in (1..).zip(rows) {
        for ((column, cell), widest) in (0..).zip(&cells).zip(&mut widths) {
            match cell {
                // As its column says: to look up a format costs more than to write the cell.
                SheetCell::Text(text) => {
                    sheet.write_string(row, column, text)?;
                }
                _ => put(sheet, row, column, cell, formats)?,
            }
            if row <= ROWS_MEASURED {
                *widest = widest.max(width_of(cell));
            }
        }
        last = row;
    }
    for (column, width) in (0..).zip(widths) {
        sheet.set_column_width(column, (width + MARGIN).clamp(*WIDTHS.start(), *WIDTHS.end()))?;
    }
    sheet.autofilter(0, 0, last, titles.len() as u16 - 1)?;
    Ok(last)
}

/// How wide a cell is, in characters.
fn width_of(cell: &SheetCell) -> f64 {
    match cell {
        SheetCell::Empty => 0.0,
        SheetCell::Text(text) | SheetCell::Guarded(text) | SheetCell::Severity(_, text) => {
            text.lines().map(width).fold(0.0, f64::max)
        }
        SheetCell::Integer(number) | SheetCell::Money(number) | SheetCell::Price(number) | SheetCell::Share(number) => {
            number.abs().log10().max(0.0) * 1.4 + 4.0
        }
        SheetCell::Time(_) => 19.0,
    }
}

/// How wide a text is, in characters: those of East Asia take the room of two.
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c >= '\u{1100}' { 2.0 } else { 1.0 }).sum()
}
