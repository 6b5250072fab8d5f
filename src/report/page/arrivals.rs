//! When relations arrived in the target corp: so many each day since the start, gathered partition by partition.

use std::collections::BTreeMap;

use arrow::array::Array;
use hashbrown::HashMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::case::Case;
use crate::decision::{DecidedPart, Parts, times};
use crate::schema::fields;
use crate::schema::vocabulary::Origin;

/// Days after the end that the page still shows.
const DAYS_AFTER_THE_END: i64 = 7;
/// The longest migration that is shown by day; a longer one is shown by month.
const DAYS_SHOWN: i64 = 92;
const MICROS_PER_DAY: i64 = 24 * 3_600 * 1_000_000;
/// Offsets of time zones are multiples of it, so that it lies within one day everywhere.
const QUARTER_OF_AN_HOUR: i64 = 15 * 60 * 1_000_000;

/// What may have arrived: relations that were to, others that came from the source corp, and what members added themselves.
const KINDS: usize = 3;

/// The kind of a relation of target-after that was made since the start.
fn kind(origin: Origin) -> Option<usize> {
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
    by_date: BTreeMap<Date, [u64; KINDS]>,
    later: [u64; KINDS],
    without_time: u64,
}

#[derive(Serialize)]
struct Bar {
    date: String,
    counts: [u64; KINDS],
}

/// The arrivals as they stand in the page.
#[derive(Serialize)]
pub struct Shown {
    unit: &'static str,
    bars: Vec<Bar>,
    /// Those after the last bar.
    later: [u64; KINDS],
    /// Migrated ones of which nobody knows when.
    without_time: u64,
}

impl Arrivals {
    /// None yet.
    pub fn of(case: &Case) -> Self {
        let (from, end) = (case.migration.started_at, case.migration.finished_at);
        let until = end.saturating_add(DAYS_AFTER_THE_END * MICROS_PER_DAY);
        let is_by_month = (end - from) / MICROS_PER_DAY > DAYS_SHOWN;
        Self {
            zone: case.timezone.clone(),
            from,
            until,
            is_by_month,
            by_date: BTreeMap::new(),
            later: [0; KINDS],
            without_time: 0,
        }
    }

    /// None yet, for the same case.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self { zone: self.zone.clone(), by_date: BTreeMap::new(), later: [0; KINDS], without_time: 0, ..*self }
    }

    /// Looks at the relations of a partition.
    pub fn look(&mut self, parts: &Parts, decided: &DecidedPart) {
        let made_at = times(&parts.target_after.rows, &fields::CREATED_AT);
        // Calendars are slow, and millions of moments fall into few quarters of an hour.
        let mut by_quarter: HashMap<i64, [u64; KINDS]> = HashMap::new();
        for (row, kind) in decided.origin.iter().enumerate().filter_map(|(row, origin)| Some((row, kind(*origin)?))) {
            if made_at.is_null(row) {
                self.without_time += u64::from(kind == 0);
            } else if made_at.value(row) >= self.until {
                self.later[kind] += 1;
            } else if made_at.value(row) >= self.from {
                by_quarter.entry(made_at.value(row).div_euclid(QUARTER_OF_AN_HOUR)).or_default()[kind] += 1;
            }
        }
        for (quarter, counts) in by_quarter {
            // A start within the quarter must not put its arrivals before the start.
            let moment = (quarter * QUARTER_OF_AN_HOUR).max(self.from);
            if let Some(date) = self.date(moment) {
                add(self.by_date.entry(date).or_default(), counts);
            }
        }
    }

    /// The day of a moment in the time zone of the case; by month, the first day of its month.
    fn date(&self, micros: i64) -> Option<Date> {
        let date = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(self.zone.clone()).date();
        Some(if self.is_by_month { date.first_of_month() } else { date })
    }

    /// Adds what another partition gave.
    pub fn add(&mut self, other: Self) {
        for (date, counts) in other.by_date {
            add(self.by_date.entry(date).or_default(), counts);
        }
        add(&mut self.later, other.later);
        self.without_time += other.without_time;
    }

    /// From the start to the end at least, days without arrivals too.
    pub fn shown(&self, case: &Case) -> Shown {
        let mut by_date = self.by_date.clone();
        let last = self.date(case.migration.finished_at - 1);
        let mut next = self.date(self.from);
        while let (Some(date), true) = (next, next <= last) {
            by_date.entry(date).or_default();
            next = if self.is_by_month { date.last_of_month().tomorrow().ok() } else { date.tomorrow().ok() };
        }
        let bars = by_date.into_iter().map(|(date, counts)| Bar { date: date.to_string(), counts }).collect();
        Shown {
            unit: if self.is_by_month { "month" } else { "day" },
            bars,
            later: self.later,
            without_time: self.without_time,
        }
    }
}

fn add(sum: &mut [u64; KINDS], counts: [u64; KINDS]) {
    sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}
