//! Where what is missing sits: one sentence where a few accounts, ways of adding or months hold most of it.
//!
//! Said of a kind of group where the smallest number of groups that hold at least 80 % of the missing relations is at
//! most 20 % of the groups that had relations in scope, and never below 10 missing relations. A relation whose group is
//! unknown counts as missing and stands in no group.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, AsArray, Int64Array};
use arrow::datatypes::Int64Type;

use super::Finding;
use crate::case::Case;
use crate::decision::{Decision, Exports, times};
use crate::schema::fields;
use crate::schema::vocabulary::{Outcome, Scope};

const AT_LEAST_MISSING: u64 = 10;
const MOST_PERCENT: u64 = 80;
const FEW_PERCENT: u64 = 20;
/// Offsets of time zones are multiples of it, so that it lies within one month everywhere.
const QUARTER_OF_AN_HOUR: i64 = 15 * 60 * 1_000_000;

/// A kind of group: which one a relation is in, and how the sentence calls it.
struct Kind {
    /// `{few}` of `{all}` groups.
    en: &'static str,
    zh: &'static str,
    /// A group as an example.
    name: fn(&Exports, i64) -> String,
}

const BY_ACCOUNT: Kind = Kind {
    en: "sit with {few} of {all} accounts",
    zh: "集中在 {all} 个账号中的 {few} 个",
    name: |exports, account| exports.enrolment.accounts()[usize::try_from(account).unwrap_or_default()].source_userid.clone(),
};
const BY_ADD_WAY: Kind = Kind {
    en: "were added in {few} of {all} ways",
    zh: "来自 {all} 种添加方式中的 {few} 种",
    name: |_, add_way| format!("add_way {add_way}"),
};
const BY_MONTH: Kind = Kind {
    en: "were added in {few} of {all} months",
    zh: "添加于 {all} 个月份中的 {few} 个",
    name: |_, month| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
};

/// How many relations are missing of each group that has any in scope.
#[derive(Default)]
struct Groups {
    missing: BTreeMap<i64, u64>,
}

pub(super) fn find(case: &Case, exports: &Exports, decision: &Decision) -> Option<Finding> {
    let missing = (0..decision.rule.len()).filter(|&row| decision.outcome(row) == Outcome::Missing).count() as u64;
    if missing < AT_LEAST_MISSING {
        return None;
    }
    let relations = exports.source_before.relations();
    let add_ways: &Int64Array =
        relations.column_by_name(fields::ADD_WAY.name).expect("relations hold their columns").as_primitive::<Int64Type>();
    let created_at = times(relations, &fields::CREATED_AT);
    let mut months = Months { case, known: HashMap::new() };
    let mut groups = [Groups::default(), Groups::default(), Groups::default()];
    for row in (0..decision.rule.len()).filter(|&row| decision.scope[row] == Scope::InScope) {
        let is_missing = decision.outcome(row) == Outcome::Missing;
        let value = |column: &Int64Array| column.is_valid(row).then(|| column.value(row));
        let month = value(&created_at).and_then(|micros| months.of(micros));
        for (groups, group) in groups.iter_mut().zip([decision.account[row].map(i64::from), value(add_ways), month]) {
            groups.add(group, is_missing);
        }
    }
    let said: Vec<(&Kind, Concentrated)> = [&BY_ACCOUNT, &BY_ADD_WAY, &BY_MONTH]
        .into_iter()
        .zip(&groups)
        .filter_map(|(kind, groups)| Some((kind, groups.concentrated(missing)?)))
        .collect();
    if said.is_empty() {
        return None;
    }
    let examples =
        said.iter().flat_map(|(kind, concentrated)| concentrated.groups.iter().map(|&group| (kind.name)(exports, group))).collect();
    let sentence = |template: fn(&Kind) -> &'static str, percent: &str, comma: &str| {
        let part = |(kind, concentrated): &(&Kind, Concentrated)| {
            let told =
                template(kind).replace("{few}", &concentrated.groups.len().to_string()).replace("{all}", &concentrated.all.to_string());
            format!("{}{percent} {told}", concentrated.percent)
        };
        said.iter().map(part).collect::<Vec<_>>().join(comma)
    };
    let english = sentence(|kind| kind.en, " %", ", ");
    let chinese = sentence(|kind| kind.zh, "%", "，");
    Some(Finding::new("B8-concentration", missing, examples, english).in_chinese(chinese))
}

/// The few groups that hold most of what is missing, the largest first.
#[derive(Debug, PartialEq, Eq)]
struct Concentrated {
    groups: Vec<i64>,
    all: usize,
    percent: u64,
}

impl Groups {
    fn add(&mut self, group: Option<i64>, is_missing: bool) {
        if let Some(group) = group {
            *self.missing.entry(group).or_default() += u64::from(is_missing);
        }
    }

    fn concentrated(&self, missing: u64) -> Option<Concentrated> {
        let mut largest_first: Vec<(i64, u64)> = self.missing.iter().map(|(&group, &missing)| (group, missing)).collect();
        largest_first.sort_by_key(|&(group, missing)| (std::cmp::Reverse(missing), group));
        let mut held = 0;
        let enough = largest_first.iter().position(|(_, of_group)| {
            held += of_group;
            held * 100 >= missing * MOST_PERCENT
        })?;
        let (few, all) = (enough + 1, largest_first.len());
        let groups = largest_first[..few].iter().map(|&(group, _)| group).collect();
        (few as u64 * 100 <= all as u64 * FEW_PERCENT).then(|| Concentrated { groups, all, percent: held * 100 / missing })
    }
}

/// The month of a moment in the time zone of the case, counted from year 0.
struct Months<'a> {
    case: &'a Case,
    /// By quarter of an hour: calendars are slow, and millions of moments fall into few of them.
    known: HashMap<i64, Option<i64>>,
}

impl Months<'_> {
    fn of(&mut self, micros: i64) -> Option<i64> {
        let case = self.case;
        let month = || {
            let day = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(case.timezone.clone()).date();
            Some(i64::from(day.year()) * 12 + i64::from(day.month()) - 1)
        };
        *self.known.entry(micros.div_euclid(QUARTER_OF_AN_HOUR)).or_insert_with(month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups numbered from 0 with so many missing each.
    fn groups(missing: &[u64]) -> Groups {
        Groups { missing: (0..).zip(missing.iter().copied()).collect() }
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
