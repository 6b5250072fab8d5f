//! A value of a report as a cell: ids and texts as text that starts no formula, times as dates on the clock of the
//! case, money as numbers where a spreadsheet can hold them exactly.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt8Type};
use jiff::tz::TimeZone;

use crate::case::Case;
use crate::report::{local, starts_a_formula};
use crate::schema::vocabulary::Severity;
use crate::schema::{Column, Kind, fields};
use crate::text::sentences::{self, sentence};
use crate::text::{Lang, Vocabulary, column_name, fill, workbook};

/// UTF-16 units that a cell holds, less some room for what is put in front and behind.
pub const LONGEST_TEXT: usize = 32_700;
/// The largest whole number up to which all are exact in a cell, which is a float.
const LARGEST_INTEGER: u64 = 1 << 53;
/// A spreadsheet shows 15 digits, and makes zeros of the others.
const EXACT_DIGITS: u32 = 15;
/// From 1 March 1900, before which spreadsheets disagree, to the end of 9999: seconds since 1970.
pub const DATES: std::ops::Range<i64> = -2_203_891_200..253_402_300_800;

/// The value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetCell {
    Empty,
    /// Text that starts no formula.
    Text(String),
    /// Text that would have started one; it has a `'` in front.
    Guarded(String),
    Integer(f64),
    Money(f64),
    Price(f64),
    Share(f64),
    /// Seconds since 1970 on the clock of the case, within what spreadsheets hold.
    Time(i64),
}

/// The language and the time zone of cells.
#[derive(Clone, Copy)]
pub struct CellFormat<'a> {
    pub language: Lang,
    pub zone: &'a TimeZone,
}

/// The conversion of the values of one column into cells.
pub struct ColumnCells<'a> {
    column: &'static Column,
    /// Names of the words of its vocabulary, in order.
    names: Vec<String>,
    cells: CellFormat<'a>,
}

impl<'a> CellFormat<'a> {
    /// In the language and the time zone of a case.
    pub fn of_case(case: &'a Case) -> Self {
        Self { language: case.language, zone: &case.timezone }
    }

    pub fn of(self, column: &'static Column) -> ColumnCells<'a> {
        let names = match column.kind {
            Kind::Word(words) => names(words, self.language),
            _ => Vec::new(),
        };
        ColumnCells { column, names, cells: self }
    }

    /// Returns the header of a column; of times with their zone.
    pub fn title(self, column: &'static Column) -> String {
        let title = column_name(column).expect("the catalogue names the columns of reports").tell(self.language);
        match column.kind {
            Kind::Time => self.in_zone(title),
            _ => title.to_owned(),
        }
    }

    /// Returns a title with the zone of the times below it.
    pub fn in_zone(self, title: &str) -> String {
        fill(
            workbook::IN_ZONE.tell(self.language),
            &[("title", &title), ("zone", &self.zone.iana_name().unwrap_or("UTC"))],
        )
    }

    /// Returns a moment, in microseconds since 1970, UTC.
    pub fn time(self, micros: i64) -> SheetCell {
        match local(micros, self.zone) {
            Some(seconds) if DATES.contains(&seconds) => SheetCell::Time(seconds),
            _ => text(
                &jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string()),
            ),
        }
    }

    /// Returns the names of severities, by code.
    pub fn severities(self) -> Vec<String> {
        names(Severity::WORDS, self.language)
    }
}

impl ColumnCells<'_> {
    pub fn cell(&self, values: &ArrayRef, row: usize) -> SheetCell {
        if values.is_null(row) {
            return SheetCell::Empty;
        }
        match self.column.kind {
            Kind::Text if sentences::COLUMNS.contains(&self.column) => {
                text(&sentence(values.as_string_view().value(row), self.cells.language))
            }
            Kind::Text | Kind::Name | Kind::Id => text(values.as_string_view().value(row)),
            Kind::Word(words) => self.word(words, values, row),
            Kind::Flag => text(
                if values.as_boolean().value(row) { workbook::YES } else { workbook::NO }.tell(self.cells.language),
            ),
            Kind::Integer | Kind::Count => integer(values.as_primitive::<Int64Type>().value(row)),
            Kind::Ratio => SheetCell::Share(values.as_primitive::<Float64Type>().value(row)),
            Kind::Time => self.cells.time(values.as_primitive::<TimestampMicrosecondType>().value(row)),
            Kind::TextList => {
                let items = values.as_list::<i32>().value(row);
                text(&items.as_string_view().iter().flatten().collect::<Vec<_>>().join("\n"))
            }
            Kind::Money => decimal(values, row, SheetCell::Money),
            Kind::Price => decimal(values, row, SheetCell::Price),
        }
    }

    /// Returns whether it says how serious rows are.
    pub fn is_severity(&self) -> bool {
        self.column == &fields::SEVERITY
    }

    /// Words come as texts, or as their codes.
    fn word(&self, words: &[&str], values: &ArrayRef, row: usize) -> SheetCell {
        let code = match values.as_primitive_opt::<UInt8Type>() {
            Some(codes) => Some(codes.value(row) as usize),
            None => words.iter().position(|word| *word == values.as_string_view().value(row)),
        };
        let Some(code) = code else { return text(values.as_string_view().value(row)) };
        text(&self.names[code])
    }
}

/// Returns the names of the words, each with its code, by which the Parquet reports and SQL know it.
fn names(words: &[&str], language: Lang) -> Vec<String> {
    match Vocabulary::of_words(words) {
        Some(vocabulary) => {
            vocabulary.names.iter().zip(words).map(|(name, word)| named(name.tell(language), word)).collect()
        }
        None => words.iter().map(|word| (*word).to_owned()).collect(),
    }
}

/// Returns a name with its code, where it is not the code in plain letters.
fn named(name: &str, word: &str) -> String {
    if name.to_lowercase() == word.replace('_', " ") { name.to_owned() } else { format!("{name} ({word})") }
}

/// Returns a whole number; as text where a float would round it.
#[expect(clippy::cast_precision_loss, reason = "what would lose any is text")]
pub fn integer(number: i64) -> SheetCell {
    if number.unsigned_abs() <= LARGEST_INTEGER {
        SheetCell::Integer(number as f64)
    } else {
        SheetCell::Text(number.to_string())
    }
}

/// Returns an exact decimal as the float next to it; as text where a spreadsheet would drop digits.
fn decimal(values: &ArrayRef, row: usize, of: fn(f64) -> SheetCell) -> SheetCell {
    let decimals = values.as_primitive::<Decimal128Type>();
    exact(decimals.value(row), u32::from(decimals.scale().unsigned_abs()), of)
}

/// Returns a decimal of `units` of the last of `places` places.
#[expect(clippy::cast_precision_loss, reason = "what would lose any is text")]
pub fn exact(units: i128, places: u32, of: fn(f64) -> SheetCell) -> SheetCell {
    if units.unsigned_abs() < 10_u128.pow(EXACT_DIGITS) {
        return of(units as f64 / 10_f64.powi(places as i32));
    }
    SheetCell::Text(rust_decimal::Decimal::from_i128_with_scale(units, places).to_string())
}

/// Text fit for a cell.
pub fn text(text: &str) -> SheetCell {
    // No text has more UTF-16 units than bytes.
    let fits = text.len() <= LONGEST_TEXT && text.chars().all(|c| visible(c) == c);
    let cell = if fits { text.to_owned() } else { fitted(text) };
    if starts_a_formula(&cell) { SheetCell::Guarded(format!("'{cell}")) } else { SheetCell::Text(cell) }
}

/// Returns the text with visible characters only, cut at what a cell holds.
fn fitted(text: &str) -> String {
    let mut fitted = String::with_capacity(text.len().min(LONGEST_TEXT));
    let mut units = 0;
    for c in text.chars().map(visible) {
        units += c.len_utf16();
        if units > LONGEST_TEXT {
            fitted.push('…');
            break;
        }
        fitted.push(c);
    }
    fitted
}

/// XML cannot hold all characters, and control characters are invisible.
fn visible(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Decimal128Array, StringViewArray, TimestampMicrosecondArray, UInt8Array};

    use super::*;
    use crate::schema::vocabulary::Outcome;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn cell(column: &'static Column, values: &ArrayRef, language: Lang) -> SheetCell {
        let zone = shanghai();
        CellFormat { language, zone: &zone }.of(column).cell(values, 0)
    }

    #[test]
    fn what_starts_a_formula_is_guarded() {
        for formula in
            ["=1+1", "+8613", "-小明-", "@所有人", "\t=1", "\rx", "\nx", " =1", "\u{a0}=1", "＝1", "＋1", "－1", "＠x"]
        {
            assert_eq!(text(formula), SheetCell::Guarded(format!("'{formula}")), "{formula:?}");
        }
        for plain in ["00123", "a=b", "'=1", "wm-1", "1-2", "小明", "—", " x"] {
            assert_eq!(text(plain), SheetCell::Text(plain.to_owned()), "{plain:?}");
        }
    }

    #[test]
    fn no_text_is_more_than_a_cell_holds_or_xml_allows() {
        let SheetCell::Text(long) = text(&"𠀀".repeat(20_000)) else { panic!("it is text") };
        assert_eq!((long.chars().count(), long.chars().last()), (16_351, Some('…')), "two units each: 16,350 fit");
        assert_eq!(text("a\u{0}b\u{ffff}c\u{7}"), SheetCell::Text("a�b�c�".to_owned()));
    }

    /// 2025-03-02T02:15:00Z is 10:15 in Shanghai: 1740881700 s, and eight hours more.
    #[test]
    fn times_are_those_of_the_clock_in_the_zone() {
        let at = |micros: i64| {
            let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![micros]).with_timezone("UTC"));
            cell(&fields::SOURCE_CREATED_AT, &times, Lang::Zh)
        };
        assert_eq!(at(1_740_881_700_000_000), SheetCell::Time(1_740_881_700 + 8 * 3600));
        assert_eq!(
            at(-2_300_000_000_000_000),
            SheetCell::Text("1897-02-11T15:06:40Z".to_owned()),
            "older than spreadsheets"
        );
        let zone = shanghai();
        let cells = CellFormat { language: Lang::Zh, zone: &zone };
        assert_eq!(cells.title(&fields::SOURCE_CREATED_AT), "迁出企业添加时间（Asia/Shanghai）");
        assert_eq!(cells.title(&fields::SOURCE_USERID), "迁出账号");
    }

    #[test]
    fn words_have_their_names_and_codes() {
        let codes = || -> ArrayRef { Arc::new(UInt8Array::from(vec![Outcome::RefusedButArrived.code()])) };
        let texts = || -> ArrayRef { Arc::new(StringViewArray::from(vec!["refused_but_arrived"])) };
        for values in [codes(), texts()] {
            assert_eq!(
                cell(&fields::OUTCOME, &values, Lang::Zh),
                SheetCell::Text("拒绝却到达 (refused_but_arrived)".to_owned())
            );
        }
        assert_eq!(
            cell(&fields::OUTCOME, &codes(), Lang::En),
            SheetCell::Text("Refused, yet arrived (refused_but_arrived)".to_owned())
        );
        let missing: ArrayRef = Arc::new(StringViewArray::from(vec!["missing"]));
        assert_eq!(
            cell(&fields::OUTCOME, &missing, Lang::En),
            SheetCell::Text("Missing".to_owned()),
            "the code in plain letters"
        );
        let defect: ArrayRef = Arc::new(UInt8Array::from(vec![Severity::Defect.code()]));
        assert_eq!(cell(&fields::SEVERITY, &defect, Lang::Zh), SheetCell::Text("缺陷 (defect)".to_owned()));
    }

    #[test]
    fn numbers_are_exact_or_text() {
        let money = |units: i128| -> SheetCell {
            let amounts: ArrayRef =
                Arc::new(Decimal128Array::from(vec![units]).with_precision_and_scale(18, 2).unwrap());
            cell(&fields::AMOUNT, &amounts, Lang::Zh)
        };
        assert_eq!(money(6_480), SheetCell::Money(64.8));
        assert_eq!(money(-1), SheetCell::Money(-0.01));
        assert_eq!(money(999_999_999_999_999), SheetCell::Money(9_999_999_999_999.99));
        assert_eq!(money(1_000_000_000_000_000), SheetCell::Text("10000000000000.00".to_owned()));
        assert_eq!(integer(-5), SheetCell::Integer(-5.0));
        assert_eq!(integer((1 << 53) + 1), SheetCell::Text("9007199254740993".to_owned()));
    }
}
