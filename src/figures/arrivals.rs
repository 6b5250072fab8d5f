//! Arrivals in the target corp by day since the start, accumulated partition by partition.
//!
//! No group-by of one frame: the times of relations are not in memory, but read once more while reports are written.
//! And days are days in the time zone of the case, which Polars can convert only with the feature `timezones`.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use hashbrown::HashMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::case::Case;
use crate::decision::{DecidedPart, Parts};
use crate::schema::fields;
use crate::schema::vocabulary::Origin;

/// Days after the end that are still shown.
const DAYS_AFTER_THE_END: i64 = 7;
/// The longest migration that is shown by day; a longer one is shown by month.
const DAYS_SHOWN: i64 = 92;
const MICROS_PER_DAY: i64 = 24 * 3_600 * 1_000_000;
/// Offsets of time zones are multiples of it, so that it lies within one day, and one month, everywhere.
pub(super) const QUARTER_OF_AN_HOUR: i64 = 15 * 60 * 1_000_000;

/// Series of arrivals: relations that were to move, others that came from the source corp, and what members added
/// themselves.
const SERIES: usize = 3;

/// Returns the series of a relation of target-after that was made since the start.
fn series_of(origin: Origin) -> Option<usize> {
    match origin {
        Origin::Migrated => Some(0),
        Origin::RefusedButArrived | Origin::Misplaced | Origin::ArrivedOutOfScope => Some(1),
        Origin::AddedDuringMigration | Origin::AddedAfterMigration => Some(2),
        Origin::AlreadyAtTarget | Origin::OutOfScope | Origin::PreExisting | Origin::UnknownTime => None,
    }
}

/// Relations that arrived, by day or month.
pub struct Arrivals {
    zone: TimeZone,
    from: i64,
    until: i64,
    is_by_month: bool,
    by_date: BTreeMap<Date, [u64; SERIES]>,
    later: [u64; SERIES],
    without_time: u64,
}

#[derive(Serialize)]
struct ArrivalBar {
    date: String,
    counts: [u64; SERIES],
}

/// Arrivals by day or month, as the page shows them.
#[derive(Serialize)]
pub struct ArrivalSeries {
    unit: &'static str,
    bars: Vec<ArrivalBar>,
    /// Arrivals after the last bar.
    later: [u64; SERIES],
    /// Migrated relations without a time.
    without_time: u64,
}

impl Arrivals {
    /// No arrivals yet.
    pub fn new(case: &Case) -> Self {
        let (from, end) = (case.migration.started_at, case.migration.finished_at);
        let until = end.saturating_add(DAYS_AFTER_THE_END * MICROS_PER_DAY);
        let is_by_month = (end - from) / MICROS_PER_DAY > DAYS_SHOWN;
        Self {
            zone: case.timezone.clone(),
            from,
            until,
            is_by_month,
            by_date: BTreeMap::new(),
            later: [0; SERIES],
            without_time: 0,
        }
    }

    /// No arrivals yet, for another partition of the same case.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self { zone: self.zone.clone(), by_date: BTreeMap::new(), later: [0; SERIES], without_time: 0, ..*self }
    }

    /// Counts the relations of a partition.
    pub fn update(&mut self, parts: &Parts, decided: &DecidedPart) {
        let made_at = parts.target_after.column(&fields::CREATED_AT).as_primitive::<TimestampMicrosecondType>();
        // One conversion to the calendar for each quarter of an hour, not for each relation.
        let mut by_quarter: HashMap<i64, [u64; SERIES]> = HashMap::new();
        for (row, kind) in
            decided.origin.iter().enumerate().filter_map(|(row, origin)| Some((row, series_of(*origin)?)))
        {
            if made_at.is_null(row) {
                self.without_time += u64::from(kind == 0);
            } else if made_at.value(row) >= self.until {
                self.later[kind] += 1;
            } else if made_at.value(row) >= self.from {
                by_quarter.entry(made_at.value(row).div_euclid(QUARTER_OF_AN_HOUR)).or_default()[kind] += 1;
            }
        }
        for (quarter, counts) in by_quarter {
            if let Some(date) = self.date(quarter * QUARTER_OF_AN_HOUR) {
                add(self.by_date.entry(date).or_default(), counts);
            }
        }
    }

    /// Returns the day of a moment in the time zone of the case; by month, the first day of its month.
    fn date(&self, micros: i64) -> Option<Date> {
        let date = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(self.zone.clone()).date();
        Some(if self.is_by_month { date.first_of_month() } else { date })
    }

    /// Adds the arrivals of another partition.
    pub fn merge(&mut self, other: Self) {
        for (date, counts) in other.by_date {
            add(self.by_date.entry(date).or_default(), counts);
        }
        add(&mut self.later, other.later);
        self.without_time += other.without_time;
    }

    /// Returns the series from the start to the end at least, days without arrivals too.
    pub fn finish(&self, case: &Case) -> ArrivalSeries {
        let mut by_date = self.by_date.clone();
        let last = self.date(case.migration.finished_at - 1);
        let mut next = self.date(self.from);
        while let (Some(date), true) = (next, next <= last) {
            by_date.entry(date).or_default();
            next = if self.is_by_month { date.last_of_month().tomorrow().ok() } else { date.tomorrow().ok() };
        }
        let bars = by_date.into_iter().map(|(date, counts)| ArrivalBar { date: date.to_string(), counts }).collect();
        ArrivalSeries {
            unit: if self.is_by_month { "month" } else { "day" },
            bars,
            later: self.later,
            without_time: self.without_time,
        }
    }
}

fn add(sum: &mut [u64; SERIES], counts: [u64; SERIES]) {
    sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}
