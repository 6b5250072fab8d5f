//! Rows of a report as the page holds them: column by column, repeated texts once, times in the zone of the case.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt8Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Result;
use crate::report::local;
use crate::schema::tables::PRECHECK;
use crate::schema::{Column, Kind, ReadColumns, Table};
use crate::text::{self, Text, Vocabulary, sentences};

/// The rows of a report that the page shows, of all that it has.
#[derive(Serialize)]
pub struct Excerpt {
    /// The report, of a precheck without its prefix.
    name: &'static str,
    /// Rows of the report.
    total: u64,
    /// Rows in the page.
    rows: usize,
    columns: Vec<PageColumn>,
}

#[derive(Serialize)]
struct PageColumn {
    name: &'static str,
    title: Text,
    kind: &'static str,
    /// The vocabulary of its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'static str>,
    /// Texts that repeat, each once; `values` are then places in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<Vec<String>>,
    values: Vec<Value>,
    /// The Chinese of texts that stand in English in the report.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    zh: BTreeMap<String, String>,
}

impl Excerpt {
    /// Rows with these columns of a table; `total` is the number of its rows.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn of(
        table: &'static Table,
        columns: &[&'static Column],
        rows: &RecordBatch,
        total: u64,
        zone: &TimeZone,
    ) -> Result<Self> {
        let columns = columns.iter().map(|column| PageColumn::of(column, rows.array(column)?, zone));
        Ok(Self {
            name: table.name.trim_start_matches(PRECHECK),
            total,
            rows: rows.num_rows(),
            columns: columns.collect::<Result<_>>()?,
        })
    }
}

impl PageColumn {
    fn of(column: &'static Column, cells: &ArrayRef, zone: &TimeZone) -> Result<Self> {
        let title = text::column_name(column).expect("the catalogue names the columns of reports");
        let plain = |kind, values| Self {
            name: column.name,
            title,
            kind,
            words: None,
            texts: None,
            values,
            zh: BTreeMap::new(),
        };
        Ok(match column.kind {
            Kind::Text if sentences::COLUMNS.contains(&column) => {
                let texts = texts_of(cells);
                let known = |text: &&str| Some(((*text).to_owned(), sentences::chinese(text)?));
                let zh = texts.iter().flatten().filter_map(known).collect();
                Self { zh, ..plain("text", Vec::new()).with_texts(&texts) }
            }
            Kind::Text | Kind::Name => plain("text", Vec::new()).with_texts(&texts_of(cells)),
            Kind::Id => plain("id", Vec::new()).with_texts(&texts_of(cells)),
            Kind::Word(words) => {
                let words_name = Vocabulary::of_words(words).map(|vocabulary| vocabulary.name);
                Self { words: words_name, ..plain("word", Vec::new()).with_texts(&words_of(cells, words)) }
            }
            Kind::Flag => plain("flag", cells.as_boolean().iter().map(|flag| json!(flag.map(u8::from))).collect()),
            Kind::Integer => plain("integer", integers(cells)),
            Kind::Count => plain("count", integers(cells)),
            // The page shows tenths of a percent; with few places they would be rounded twice.
            Kind::Ratio => plain(
                "ratio",
                cells
                    .as_primitive::<Float64Type>()
                    .iter()
                    .map(|share| json!(share.map(|s| (s * 1e6).round() / 1e6)))
                    .collect(),
            ),
            Kind::Time => plain(
                "time",
                cells
                    .as_primitive::<TimestampMicrosecondType>()
                    .iter()
                    .map(|time| json!(time.and_then(|t| local(t, zone))))
                    .collect(),
            ),
            Kind::TextList => plain("list", lists(cells)),
            Kind::Money | Kind::Price => plain("decimal", decimals(cells)?),
        })
    }

    /// Stores repeated texts once (dictionary encoding).
    fn with_texts(mut self, cells: &[Option<&str>]) -> Self {
        let mut place_of: HashMap<&str, usize> = HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        let places: Vec<Option<usize>> = cells
            .iter()
            .map(|cell| {
                cell.map(|text| {
                    *place_of.entry(text).or_insert_with(|| {
                        texts.push(text);
                        texts.len() - 1
                    })
                })
            })
            .collect();
        if texts.len() * 2 <= cells.len() || self.kind == "word" {
            self.texts = Some(texts.into_iter().map(str::to_owned).collect());
            self.values = places.into_iter().map(|place| json!(place)).collect();
        } else {
            self.values = cells.iter().map(|text| json!(text)).collect();
        }
        self
    }
}

fn texts_of(cells: &ArrayRef) -> Vec<Option<&str>> {
    let texts: &StringViewArray = cells.as_string_view();
    texts.iter().collect()
}

/// Words come as texts, or as their codes.
fn words_of<'a>(cells: &'a ArrayRef, words: &[&'a str]) -> Vec<Option<&'a str>> {
    match cells.as_primitive_opt::<UInt8Type>() {
        Some(codes) => codes.iter().map(|code| code.map(|code| words[code as usize])).collect(),
        None => texts_of(cells),
    }
}

fn integers(cells: &ArrayRef) -> Vec<Value> {
    cells.as_primitive::<Int64Type>().iter().map(|number| json!(number)).collect()
}

/// Money as exact text, never as a number.
fn decimals(cells: &ArrayRef) -> Result<Vec<Value>> {
    let options = FormatOptions::default();
    let format = ArrayFormatter::try_new(cells, &options)?;
    let amounts = cells.as_primitive::<Decimal128Type>();
    Ok((0..amounts.len())
        .map(|row| if amounts.is_valid(row) { json!(format.value(row).to_string()) } else { Value::Null })
        .collect())
}

fn lists(cells: &ArrayRef) -> Vec<Value> {
    let lists = cells.as_list::<i32>();
    let items = |row: usize| lists.value(row).as_string_view().iter().map(|item| json!(item)).collect::<Vec<_>>();
    (0..lists.len()).map(|row| if lists.is_valid(row) { json!(items(row)) } else { Value::Null }).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{TimestampMicrosecondArray, UInt8Array};

    use super::*;
    use crate::schema::fields;
    use crate::schema::vocabulary::Outcome;

    fn cells(column: &'static Column, cells: &ArrayRef) -> Value {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        serde_json::to_value(PageColumn::of(column, cells, &zone).unwrap()).unwrap()
    }

    #[test]
    fn texts_that_repeat_are_written_once() {
        let often: ArrayRef = Arc::new(StringViewArray::from(vec![Some("ann"), None, Some("ann"), Some("bob")]));
        assert_eq!(cells(&fields::SOURCE_USERID, &often)["texts"], json!(["ann", "bob"]));
        let once: ArrayRef = Arc::new(StringViewArray::from(vec![Some("w1"), Some("w2"), None]));
        let once = cells(&fields::SOURCE_EXTERNAL_USERID, &once);
        assert_eq!((&once["texts"], &once["values"]), (&Value::Null, &json!(["w1", "w2", null])));
    }

    #[test]
    fn words_may_come_as_codes() {
        let codes: ArrayRef = Arc::new(UInt8Array::from(vec![Some(Outcome::Missing.code()), None]));
        let texts: ArrayRef = Arc::new(StringViewArray::from(vec![Some("missing"), None]));
        let expected = json!({
            "name": "outcome", "title": ["结果", "Outcome"], "kind": "word", "words": "outcome", "texts": ["missing"],
            "values": [0, null],
        });
        assert_eq!(cells(&fields::OUTCOME, &codes), expected);
        assert_eq!(cells(&fields::OUTCOME, &texts), expected);
    }

    /// 2025-03-02T02:15:00Z is 10:15 in Shanghai; the clock there showed 1740910500 s since 1970.
    #[test]
    fn times_are_those_of_the_clock_in_the_zone() {
        let times: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_740_881_700_000_000), None]).with_timezone("UTC"));
        assert_eq!(cells(&fields::SOURCE_CREATED_AT, &times)["values"], json!([1_740_910_500, null]));
    }
}
