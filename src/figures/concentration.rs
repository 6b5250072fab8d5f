//! Missing relations by account, way of adding and month, and the few groups that hold most of them; accumulated
//! partition by partition.
//!
//! A few groups hold most where the smallest number of groups that hold at least 80 % of the missing relations is at
//! most 20 % of the groups that had relations in scope, and never below 10 missing relations. A relation whose group
//! is unknown counts as missing and belongs to no group.
//!
//! No group-by of one frame, for the same reasons as [`super::arrivals`].

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use hashbrown::HashMap;
use jiff::tz::TimeZone;

use super::arrivals::QUARTER_OF_AN_HOUR;
use crate::case::Case;
use crate::decision::DecidedPart;
use crate::error::Result;
use crate::rules::thresholds::{CONCENTRATED, CONCENTRATION_AT_LEAST, FEW, share};
use crate::schema::vocabulary::{Outcome, Scope};
use crate::schema::{ReadColumns, fields};
use crate::snapshot::Partition;

/// A kind of group of relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// By the index of the enrolled pair.
    Account,
    AddWay,
    /// By the month of the relation's time in the time zone of the case, counted from year 0.
    Month,
}

/// The missing relations of each group that has relations in scope.
type MissingByGroup = BTreeMap<i64, u64>;

/// Concentration of the missing relations.
pub struct Concentration {
    /// Enough relations are missing for a statement.
    is_looked_for: bool,
    timezone: TimeZone,
    groups: [MissingByGroup; 3],
}

/// The few groups that hold most of what is missing.
#[derive(Debug, PartialEq, Eq)]
pub struct FewGroups {
    /// The groups, the largest first.
    pub groups: Vec<i64>,
    /// The number of groups with relations in scope.
    pub all: usize,
    /// The share of the missing relations that they hold, rounded down.
    pub percent: u64,
}

impl Concentration {
    /// Takes the missing relations by account from `accounts.parquet`; of the rest no relations yet.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the table lacks a column.
    pub fn new(case: &Case, accounts: &RecordBatch) -> Result<Self> {
        let in_scope = accounts.integers(&fields::IN_SCOPE)?.values().iter();
        let missing = accounts.integers(&fields::COUNT_MISSING)?.values().iter();
        let counts = (0..).zip(in_scope.zip(missing)).filter(|(_, (in_scope, _))| **in_scope > 0);
        let by_account: MissingByGroup =
            counts.map(|(account, (_, missing))| (account, missing.unsigned_abs())).collect();
        Ok(Self {
            is_looked_for: by_account.values().sum::<u64>() >= CONCENTRATION_AT_LEAST,
            timezone: case.timezone.clone(),
            groups: [by_account, MissingByGroup::new(), MissingByGroup::new()],
        })
    }

    /// No relations yet, for another partition of the same case.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self { timezone: self.timezone.clone(), groups: Default::default(), ..*self }
    }

    /// Counts the relations of a partition.
    pub fn update(&mut self, part: &Partition, decided: &DecidedPart) {
        if !self.is_looked_for {
            return;
        }
        let add_ways = part.column(&fields::ADD_WAY).as_primitive::<Int64Type>();
        let made_at = part.column(&fields::CREATED_AT).as_primitive::<TimestampMicrosecondType>();
        // One conversion to the calendar for each quarter of an hour, not for each relation.
        let (mut by_add_way, mut by_quarter): (HashMap<i64, u64>, HashMap<i64, u64>) = Default::default();
        for row in (0..decided.source_rows()).filter(|&row| decided.scope[row] == Scope::InScope) {
            let is_missing = u64::from(decided.outcome(row) == Outcome::Missing);
            if add_ways.is_valid(row) {
                *by_add_way.entry(add_ways.value(row)).or_default() += is_missing;
            }
            if made_at.is_valid(row) {
                *by_quarter.entry(made_at.value(row).div_euclid(QUARTER_OF_AN_HOUR)).or_default() += is_missing;
            }
        }
        let by_month: Vec<(i64, u64)> =
            by_quarter.into_iter().filter_map(|(quarter, missing)| Some((self.month(quarter)?, missing))).collect();
        self.add(Grouping::AddWay, by_add_way);
        self.add(Grouping::Month, by_month);
    }

    fn month(&self, quarter: i64) -> Option<i64> {
        let moment = jiff::Timestamp::from_microsecond(quarter * QUARTER_OF_AN_HOUR).ok()?;
        let day = moment.to_zoned(self.timezone.clone()).date();
        Some(i64::from(day.year()) * 12 + i64::from(day.month()) - 1)
    }

    fn add(&mut self, by: Grouping, missing: impl IntoIterator<Item = (i64, u64)>) {
        for (group, missing) in missing {
            *self.groups[by as usize].entry(group).or_default() += missing;
        }
    }

    /// Adds the counts of another partition.
    pub fn merge(&mut self, other: Self) {
        for (by, groups) in [Grouping::Account, Grouping::AddWay, Grouping::Month].into_iter().zip(other.groups) {
            self.add(by, groups);
        }
    }

    /// Returns the number of missing relations: all are in scope, so of enrolled accounts.
    pub fn missing(&self) -> u64 {
        self.groups[Grouping::Account as usize].values().sum()
    }

    /// Returns the few groups that hold most of the missing relations, if there are such.
    pub fn few(&self, by: Grouping) -> Option<FewGroups> {
        // Where nothing is missing, there is no share of it.
        self.is_looked_for.then(|| few(&self.groups[by as usize], self.missing())).flatten()
    }
}

fn few(groups: &MissingByGroup, missing: u64) -> Option<FewGroups> {
    let mut largest_first: Vec<(i64, u64)> = groups.iter().map(|(&group, &missing)| (group, missing)).collect();
    largest_first.sort_by_key(|&(group, missing)| (std::cmp::Reverse(missing), group));
    let mut held = 0;
    let enough = largest_first.iter().position(|(_, of_group)| {
        held += of_group;
        share(held, missing) >= CONCENTRATED
    })?;
    let (few, all) = (enough + 1, largest_first.len());
    let groups = largest_first[..few].iter().map(|&(group, _)| group).collect();
    (share(few as u64, all as u64) <= FEW).then(|| FewGroups { groups, all, percent: held * 100 / missing })
}

#[cfg(test)]
mod tests {
    /// Groups numbered from 0 with these numbers of missing relations.
    fn few(missing: &[u64], total: u64) -> Option<(Vec<i64>, u64)> {
        super::few(&(0..).zip(missing.iter().copied()).collect(), total).map(|found| (found.groups, found.percent))
    }

    #[test]
    fn one_of_five_groups_with_80_percent_is_said() {
        assert_eq!(few(&[1, 8, 1, 0, 0], 10), Some((vec![1], 80)));
        assert_eq!(few(&[1, 8, 1, 0], 10), None, "one of four is not few");
        assert_eq!(few(&[2, 7, 1, 0, 0], 10), None, "two of five are not few");
        assert_eq!(few(&[0, 4, 4, 1, 0, 0, 0, 0, 0, 1], 10), Some((vec![1, 2], 80)));
    }

    #[test]
    fn what_stands_in_no_group_counts_as_missing_all_the_same() {
        assert_eq!(few(&[10, 0, 0, 0, 0], 13), None, "10 of 13 is less than 80 %");
        assert_eq!(few(&[10, 0, 0, 0, 0], 12), Some((vec![0], 83)));
        assert_eq!(few(&[], 12), None);
    }
}
