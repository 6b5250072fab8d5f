//! Concentration of the missing relations: one sentence where a few accounts, ways of adding or months hold most of
//! them.
//!
//! Stated for a kind of group where the smallest number of groups that hold at least 80 % of the missing relations is
//! at most 20 % of the groups that had relations in scope, and never below 10 missing relations. A relation whose
//! group is unknown counts as missing and belongs to no group.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use hashbrown::HashMap;
use jiff::tz::TimeZone;

use super::Finding;
use crate::case::Case;
use crate::decision::{DecidedPart, Exports};
use crate::error::Result;
use crate::rules::thresholds::{CONCENTRATED, CONCENTRATION_AT_LEAST, FEW, share};
use crate::schema::vocabulary::{Outcome, Scope};
use crate::schema::{ReadColumns, fields};
use crate::snapshot::Partition;

/// Offsets of time zones are multiples of it, so that it lies within one month everywhere.
const QUARTER_OF_AN_HOUR: i64 = 15 * 60 * 1_000_000;

/// A kind of group: which one a relation is in, and how the sentence calls it.
struct Grouping {
    /// `{few}` of `{all}` groups.
    en: &'static str,
    zh: &'static str,
    /// A group as an example.
    name: fn(&Exports, i64) -> String,
}

const BY_ACCOUNT: Grouping = Grouping {
    en: "sit with {few} of {all} accounts",
    zh: "集中在 {all} 个账号中的 {few} 个",
    name: |exports, account| {
        exports.enrolment.accounts()[usize::try_from(account).unwrap_or_default()].source_userid.clone()
    },
};
const BY_ADD_WAY: Grouping = Grouping {
    en: "were added in {few} of {all} ways",
    zh: "来自 {all} 种添加方式中的 {few} 种",
    name: |_, add_way| format!("add_way {add_way}"),
};
const BY_MONTH: Grouping = Grouping {
    en: "were added in {few} of {all} months",
    zh: "添加于 {all} 个月份中的 {few} 个",
    name: |_, month| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
};

/// The missing relations of each group that has relations in scope.
#[derive(Debug, Default)]
struct MissingByGroup {
    missing: BTreeMap<i64, u64>,
}

/// Concentration of the missing relations, accumulated partition by partition.
pub struct Concentration {
    /// Enough relations are missing for a statement.
    is_looked_for: bool,
    timezone: TimeZone,
    by_account: MissingByGroup,
    by_add_way: MissingByGroup,
    by_month: MissingByGroup,
}

impl Concentration {
    /// Takes the missing relations by account from `accounts.parquet`; of the rest no relations yet.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the table lacks a column.
    pub fn of(case: &Case, accounts: &RecordBatch) -> Result<Self> {
        let in_scope = accounts.integers(&fields::IN_SCOPE)?.values().iter();
        let missing = accounts.integers(&fields::COUNT_MISSING)?.values().iter();
        let mut by_account = MissingByGroup::default();
        for (account, (_, missing)) in (0..).zip(in_scope.zip(missing)).filter(|(_, (in_scope, _))| **in_scope > 0) {
            by_account.add(account, missing.unsigned_abs());
        }
        Ok(Self {
            is_looked_for: by_account.all() >= CONCENTRATION_AT_LEAST,
            timezone: case.timezone.clone(),
            by_account,
            by_add_way: MissingByGroup::default(),
            by_month: MissingByGroup::default(),
        })
    }

    /// No relations yet, for another partition of the same case.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self {
            is_looked_for: self.is_looked_for,
            timezone: self.timezone.clone(),
            by_account: MissingByGroup::default(),
            by_add_way: MissingByGroup::default(),
            by_month: MissingByGroup::default(),
        }
    }

    /// Adds the rows of a partition.
    pub fn look(&mut self, part: &Partition, decided: &DecidedPart) {
        if !self.is_looked_for {
            return;
        }
        let add_ways: &Int64Array = part.column(&fields::ADD_WAY).as_primitive::<Int64Type>();
        let created_at = part.column(&fields::CREATED_AT).as_primitive::<TimestampMicrosecondType>();
        // Calendar arithmetic is slow; millions of times fall into few quarters of an hour.
        let (mut by_add_way, mut by_quarter): (HashMap<i64, u64>, HashMap<i64, u64>) = (HashMap::new(), HashMap::new());
        for row in (0..decided.source_rows()).filter(|&row| decided.scope[row] == Scope::InScope) {
            let is_missing = u64::from(decided.outcome(row) == Outcome::Missing);
            if add_ways.is_valid(row) {
                *by_add_way.entry(add_ways.value(row)).or_default() += is_missing;
            }
            if created_at.is_valid(row) {
                *by_quarter.entry(created_at.value(row).div_euclid(QUARTER_OF_AN_HOUR)).or_default() += is_missing;
            }
        }
        by_add_way.into_iter().for_each(|(add_way, missing)| self.by_add_way.add(add_way, missing));
        for (quarter, missing) in by_quarter {
            if let Some(month) = self.month(quarter * QUARTER_OF_AN_HOUR) {
                self.by_month.add(month, missing);
            }
        }
    }

    /// The month of a moment in the time zone of the case, counted from year 0.
    fn month(&self, micros: i64) -> Option<i64> {
        let day = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(self.timezone.clone()).date();
        Some(i64::from(day.year()) * 12 + i64::from(day.month()) - 1)
    }

    /// Adds the counts of another partition.
    pub fn add(&mut self, other: Self) {
        other.by_add_way.missing.into_iter().for_each(|(group, missing)| self.by_add_way.add(group, missing));
        other.by_month.missing.into_iter().for_each(|(group, missing)| self.by_month.add(group, missing));
    }

    pub(super) fn find(&self, exports: &Exports) -> Option<Finding> {
        if !self.is_looked_for {
            return None;
        }
        // All of them are in scope, so of enrolled accounts.
        let missing = self.by_account.all();
        let said: Vec<(&Grouping, Concentrated)> =
            [(&BY_ACCOUNT, &self.by_account), (&BY_ADD_WAY, &self.by_add_way), (&BY_MONTH, &self.by_month)]
                .into_iter()
                .filter_map(|(kind, groups)| Some((kind, groups.concentrated(missing)?)))
                .collect();
        if said.is_empty() {
            return None;
        }
        let examples = said
            .iter()
            .flat_map(|(kind, concentrated)| concentrated.groups.iter().map(|&group| (kind.name)(exports, group)))
            .collect();
        let sentence = |template: fn(&Grouping) -> &'static str, percent: &str, comma: &str| {
            let part = |(kind, concentrated): &(&Grouping, Concentrated)| {
                let told = template(kind)
                    .replace("{few}", &concentrated.groups.len().to_string())
                    .replace("{all}", &concentrated.all.to_string());
                format!("{}{percent} {told}", concentrated.percent)
            };
            said.iter().map(part).collect::<Vec<_>>().join(comma)
        };
        let english = sentence(|kind| kind.en, " %", ", ");
        let chinese = sentence(|kind| kind.zh, "%", "，");
        Some(Finding::new("B8-concentration", missing, examples, english).in_chinese(chinese))
    }
}

/// The few groups that hold most of what is missing, the largest first.
#[derive(Debug, PartialEq, Eq)]
struct Concentrated {
    groups: Vec<i64>,
    all: usize,
    percent: u64,
}

impl MissingByGroup {
    fn add(&mut self, group: i64, missing: u64) {
        *self.missing.entry(group).or_default() += missing;
    }

    fn all(&self) -> u64 {
        self.missing.values().sum()
    }

    fn concentrated(&self, missing: u64) -> Option<Concentrated> {
        let mut largest_first: Vec<(i64, u64)> =
            self.missing.iter().map(|(&group, &missing)| (group, missing)).collect();
        largest_first.sort_by_key(|&(group, missing)| (std::cmp::Reverse(missing), group));
        let mut held = 0;
        let enough = largest_first.iter().position(|(_, of_group)| {
            held += of_group;
            share(held, missing) >= CONCENTRATED
        })?;
        let (few, all) = (enough + 1, largest_first.len());
        let groups = largest_first[..few].iter().map(|&(group, _)| group).collect();
        (share(few as u64, all as u64) <= FEW).then(|| Concentrated { groups, all, percent: held * 100 / missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups numbered from 0 with these numbers of missing relations.
    fn groups(missing: &[u64]) -> MissingByGroup {
        MissingByGroup { missing: (0..).zip(missing.iter().copied()).collect() }
    }

    fn few(missing: &[u64], total: u64) -> Option<(Vec<i64>, u64)> {
        groups(missing).concentrated(total).map(|found| (found.groups, found.percent))
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
