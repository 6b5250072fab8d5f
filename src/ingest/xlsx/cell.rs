//! A cell of a workbook -> its text, or why it has none that can be relied on.

use calamine::{DataRef, ExcelDateTime};

use crate::ingest::values::ROUNDED;

/// The text of a cell, or what Excel has made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(Result<String, &'static str>);

const ERROR: &str = "an error of Excel (such as #N/A) instead of a value: correct the cell";
const DURATION: &str = "a duration, where Excel shows no date: format the cell as a date or as text";

/// From here on Excel does not keep every digit.
const DIGITS_15: f64 = 1e14;

impl Default for Text {
    fn default() -> Self {
        Self(Ok(String::new()))
    }
}

impl Text {
    /// Reads a cell. Every cell is text: a number is written as it would be typed, a date as year, month, day and time.
    pub fn of(cell: &DataRef<'_>) -> Self {
        Self(match cell {
            DataRef::Empty => Ok(String::new()),
            DataRef::SharedString(text) => Ok((*text).to_owned()),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Ok(text.clone()),
            DataRef::Bool(flag) => Ok(flag.to_string()),
            DataRef::Int(number) if number.unsigned_abs() >= DIGITS_15 as u64 => Err(ROUNDED),
            DataRef::Int(number) => Ok(number.to_string()),
            DataRef::Float(number) => number_text(*number),
            DataRef::DateTime(moment) => date(moment),
            DataRef::Error(_) => Err(ERROR),
        })
    }

    /// For the reader of a row.
    pub fn given(&self) -> Result<&str, &'static str> {
        self.0.as_deref().map_err(|reason| *reason)
    }

    /// As far as it shows anything.
    pub fn shown(&self) -> String {
        self.0.clone().unwrap_or_default()
    }

    /// Its bytes.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, String::len)
    }

    /// Whether nothing stands there.
    pub fn is_blank(&self) -> bool {
        self.0.as_ref().is_ok_and(|text| text.trim().is_empty())
    }
}

fn number_text(number: f64) -> Result<String, &'static str> {
    if !number.is_finite() || number.abs() >= DIGITS_15 { Err(ROUNDED) } else { Ok(number.to_string()) }
}

fn date(moment: &ExcelDateTime) -> Result<String, &'static str> {
    if !moment.is_datetime() {
        return Err(DURATION);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    Ok(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}"))
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn text(cell: &DataRef<'_>) -> Result<String, &'static str> {
        Text::of(cell).0
    }

    #[test]
    fn numbers_are_written_as_they_would_be_typed() {
        assert_eq!(text(&DataRef::Float(1001.0)), Ok("1001".to_owned()));
        assert_eq!(text(&DataRef::Float(0.5)), Ok("0.5".to_owned()));
        assert_eq!(text(&DataRef::Float(99_999_999_999_999.0)), Ok("99999999999999".to_owned()));
        assert_eq!(text(&DataRef::Float(100_000_000_000_000.0)), Err(ROUNDED));
        assert_eq!(text(&DataRef::Float(-1.234_567_890_123_46e17)), Err(ROUNDED));
    }

    #[test]
    fn dates_keep_their_second() {
        // 2025-10-13 is day 45943 of Excel; 12:59:02 is (12 * 3600 + 59 * 60 + 2) / 86400 of it.
        let moment = ExcelDateTime::new(45943.0 + 46742.0 / 86400.0, ExcelDateTimeType::DateTime, false);
        assert_eq!(text(&DataRef::DateTime(moment)), Ok("2025-10-13 12:59:02.000".to_owned()));
        // The same day counted from 1904.
        let moment = ExcelDateTime::new(45943.0 - 1462.0, ExcelDateTimeType::DateTime, true);
        assert_eq!(text(&DataRef::DateTime(moment)), Ok("2025-10-13 00:00:00.000".to_owned()));
        let duration = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(text(&DataRef::DateTime(duration)), Err(DURATION));
    }
}
