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
            review: Format::new().set_background_color(Color::RGB(0x00FF_F2CC)),
            defect: Format::new().set_background_color(Color::RGB(0x00F8_D7DA)),
            text,
        }
    }

    /// Numbers the formats in their own order, for sheets that are written side by side would number them as they come.
    pub fn register(&self, book: &mut Workbook) {
        let texts = [&self.text, &self.header, &self.guarded];
        let numbers = [&self.integer, &self.money, &self.price, &self.share, &self.time];
        texts.into_iter().chain(numbers).for_each(|format| book.register_format(format));
    }

    /// Of the cells of a column.
    pub fn of_column(&self, column: &Column) -> &Format {
        match column.kind {
            Kind::Integer | Kind::Count => &self.integer,
            Kind::Money => &self.money,
            Kind::Price => &self.price,
            Kind::Ratio => &self.share,
            Kind::Time => &self.time,
            Kind::Id | Kind::Name | Kind::Text | Kind::TextList | Kind::Word(_) | Kind::Flag => &self.text,
        }
    }

    fn of(&self, cell: &SheetCell) -> &Format {
        match cell {
            SheetCell::Empty | SheetCell::Text(_) => &self.text,
            SheetCell::Guarded(_) => &self.guarded,
            SheetCell::Integer(_) => &self.integer,
            SheetCell::Money(_) => &self.money,
            SheetCell::Price(_) => &self.price,
            SheetCell::Share(_) => &self.share,
            SheetCell::Time(_) => &self.time,
        }
    }
}

/// Puts a cell into its place. One with the format of its column is written without: the library looks up a format by
/// all that it consists of.
pub fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: SheetCell,
    formats: &Formats,
    of_column: Option<&Format>,
) -> Result<(), XlsxError> {
    let format = Some(formats.of(&cell)).filter(|format| !of_column.is_some_and(|own| std::ptr::eq(own, *format)));
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

/// Fills a sheet with these rows, which come once and are not held; says how many they were. `columns`: title and
/// format of each.
pub fn fill(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[(String, &Format)],
    rows: impl Iterator<Item = Vec<SheetCell>>,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    let mut widths: Vec<f64> = columns.iter().map(|(title, _)| width(title)).collect();
    for (column, (title, format)) in (0..).zip(columns) {
        sheet.set_column_format(column, format)?;
        sheet.write_string_with_format(0, column, title, &formats.header)?;
    }
    let mut last = 0;
    for (row, cells) in (1..).zip(rows) {
        for ((column, cell), ((_, format), widest)) in (0..).zip(cells).zip(columns.iter().zip(&mut widths)) {
            if row <= ROWS_MEASURED {
                *widest = widest.max(width_of(&cell));
            }
            put(sheet, (row, column), cell, formats, Some(format))?;
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

/// How wide a cell is, in characters.
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

/// How wide a text is, in characters: those of East Asia take the room of two.
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c >= '\u{1100}' { 2.0 } else { 1.0 }).sum()
}
