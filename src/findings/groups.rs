//! Findings about groups and join codes (A2, B8).

use std::collections::BTreeMap;

use super::exports::unused_map;
use super::{Finding, Waivers};
use crate::decision::{DecidedGroup, Exports, GroupDecision, JoinCode};
use crate::lists::Enrolment;
use crate::personal::{Pseudonyms, shown};
use crate::rules::{FindingRule, catalogue, findings_of};
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES, JOIN_CODES_REPORT};
use crate::schema::vocabulary::{Coverage, GroupMatchMethod, GroupOutcome};
use crate::schema::{Cell, Column, Filter, fields};
use crate::snapshot::Snapshot;

/// The code of a finding, and the fact about a group that it reports.
type FactFinding = (&'static str, fn(&DecidedGroup) -> bool);

/// Findings by a fact that no report publishes.
const BY_FACT: [FactFinding; 2] = [
    ("B8-group-stood-before", |group| group.outcome() == GroupOutcome::Migrated && group.stood_before),
    ("B8-group-map-other-owner", |group| group.of_other_owner),
];

/// The finding about codes that no report publishes the fact of.
const LINKS_TWICE: &str = "Q-code-links-twice";

/// The decided groups and join codes, with the findings that report them.
pub struct GroupFindings<'a> {
    pub decision: &'a GroupDecision,
    /// By group of source-before, in the order of the catalogue.
    pub groups: Vec<Vec<&'static FindingRule>>,
    /// By join code of [`GroupDecision::codes`], likewise.
    pub codes: Vec<Vec<&'static FindingRule>>,
    /// The groups that a waiver covers: one of any finding that reports them.
    pub waived_groups: Vec<bool>,
    /// The join codes that a waiver covers.
    pub waived_codes: Vec<bool>,
}

impl<'a> GroupFindings<'a> {
    /// Finds them, and applies the waivers of the case.
    pub fn new(decision: &'a GroupDecision, waivers: &mut Waivers<'_>) -> Self {
        let (groups, codes) = (rules_of_groups(decision), rules_of_codes(&decision.codes));
        let waived_groups =
            (0..).zip(&groups).map(|(row, rules)| is_waived(rules, waivers, || key(decision, row))).collect();
        let codes_with_rules = decision.codes.iter().zip(&codes);
        let waived_codes =
            codes_with_rules.map(|(code, rules)| is_waived(rules, waivers, || code.config_id.clone())).collect();
        Self { decision, groups, codes, waived_groups, waived_codes }
    }
}

pub(super) fn find(exports: &Exports, groups: &GroupFindings<'_>, pseudonyms: Option<&Pseudonyms>) -> Vec<Finding> {
    let mut findings = about_groups(groups, pseudonyms);
    findings.extend(source_not_covered(&exports.enrolment, &exports.source_before));
    findings.extend(about_codes(exports, groups));
    let set_aside = &exports.group_map.set_aside;
    findings.push(Finding::of_keys("Q-group-map-contradiction", set_aside.iter().cloned().collect(), ""));
    let (map, source) = (&exports.group_map, &groups.decision.source);
    let mut ids = (0..source.rows() as u32).filter_map(|row| source.chat_id(row));
    findings.push(unused_map("Q-group-map-unused", map, ids.any(|id| map.entry_of_source(id).is_some())));
    findings
}

/// The condition on a group by which a finding reports it.
enum GroupCondition {
    /// On its row of the report.
    Row(Filter),
    /// On a fact that no report publishes.
    Fact(fn(&DecidedGroup) -> bool),
}

/// Returns the findings that report each group, by row, in the order of the catalogue.
fn rules_of_groups(decision: &GroupDecision) -> Vec<Vec<&'static FindingRule>> {
    let condition = |rule: &'static FindingRule| {
        let fact = BY_FACT.iter().find(|(code, _)| *code == rule.code).map(|(_, holds)| GroupCondition::Fact(*holds));
        let rows = || rule.rows.filter(|rows| rows.reports_outcome && rows.report.name == GROUPS_REPORT.name);
        Some((rule, fact.or_else(|| rows().map(|rows| GroupCondition::Row(rows.filter())))?))
    };
    let rules: Vec<_> = catalogue().filter_map(condition).collect();
    let rows = (0..).zip(&decision.groups).zip(&decision.matches.method);
    rows.map(|((row, group), method)| {
        let owner = decision.source.owner(row);
        let cell = |column: &'static Column| group_cell(group, *method, owner, column);
        let reports = |(_, condition): &&(_, GroupCondition)| match condition {
            GroupCondition::Row(filter) => filter.selects(&cell),
            GroupCondition::Fact(holds) => holds(group),
        };
        rules.iter().filter(reports).map(|(rule, _)| *rule).collect()
    })
    .collect()
}

/// Returns a group's value of a column of `groups.parquet` that filters name.
fn group_cell<'a>(
    group: &DecidedGroup,
    method: Option<GroupMatchMethod>,
    owner: Option<&'a str>,
    column: &Column,
) -> Cell<'a> {
    match column.name {
        name if name == fields::GROUP_OUTCOME.name => group.outcome().into(),
        name if name == fields::GROUP_REASON.name => group.reason().into(),
        name if name == fields::GROUP_MATCH_METHOD.name => method.into(),
        name if name == fields::MEMBER_OVERLAP.name => group.member_overlap.into(),
        name if name == fields::GROUP_STILL_AT_SOURCE.name => group.still_at_source.into(),
        name if name == fields::SOURCE_OWNER_USERID.name => owner.into(),
        _ => Cell::Null,
    }
}

/// Returns the findings that report each join code, likewise.
fn rules_of_codes(codes: &[JoinCode]) -> Vec<Vec<&'static FindingRule>> {
    let findings: Vec<_> = findings_of(&JOIN_CODES_REPORT).collect();
    let rules = |code: &JoinCode| {
        let cell = |column: &'static Column| match column.name {
            name if name == fields::CODE_VERDICT.name => code.verdict().into(),
            _ => Cell::Null,
        };
        let by_verdict = findings.iter().filter(|(_, filter)| filter.selects(&cell)).map(|(rule, _)| *rule);
        by_verdict.chain(code.links_twice.then(|| super::rule(LINKS_TWICE))).collect()
    };
    codes.iter().map(rules).collect()
}

/// Asks the waivers of every finding, so that each knows what it is about.
fn is_waived(rules: &[&FindingRule], waivers: &mut Waivers<'_>, key: impl Fn() -> String) -> bool {
    let mut is_waived = false;
    for rule in rules {
        is_waived |= waivers.cover(rule.code, &key);
    }
    is_waived
}

/// Counts the groups by the findings that report them.
fn about_groups(groups: &GroupFindings<'_>, pseudonyms: Option<&Pseudonyms>) -> Vec<Finding> {
    let reported = || (0..).zip(&groups.groups).filter(|(_, rules)| !rules.is_empty());
    let found = |key: &dyn Fn(u32) -> String| {
        by_finding(reported().map(|(row, rules)| (rules.as_slice(), key(row))), |_| String::new())
    };
    let source = &groups.decision.source;
    let findings = found(&|row| key(groups.decision, row));
    if pseudonyms.is_none() {
        return findings;
    }
    let with_pseudonyms = found(&|row| match source.chat_id(row) {
        Some(id) => id.to_owned(),
        None => shown(pseudonyms, &fields::NAME, source.name(row).unwrap_or_default()),
    });
    findings.into_iter().zip(with_pseudonyms).map(|(finding, shown)| finding.showing(Some(shown.examples))).collect()
}

fn about_codes(exports: &Exports, groups: &GroupFindings<'_>) -> Vec<Finding> {
    let codes = groups.decision.codes.iter().zip(&groups.codes);
    let rows = codes.map(|(code, rules)| (rules.as_slice(), code.config_id.clone()));
    by_finding(rows, |rule| if rule.code == "A2-code-unverified" { answers(exports) } else { String::new() })
}

/// Returns a finding for each kind that reports a row, with the keys of these rows.
fn by_finding<'r>(
    rows: impl Iterator<Item = (&'r [&'static FindingRule], String)>,
    detail: impl Fn(&FindingRule) -> String,
) -> Vec<Finding> {
    let mut keys: BTreeMap<&str, (&FindingRule, Vec<String>)> = BTreeMap::new();
    for (rules, key) in rows {
        for &rule in rules {
            keys.entry(rule.code).or_insert_with(|| (rule, Vec::new())).1.push(key.clone());
        }
    }
    keys.into_values().map(|(rule, keys)| Finding::of_keys(rule.code, keys, detail(rule))).collect()
}

/// Returns the group's id, or its name if it has no id.
fn key(decision: &GroupDecision, row: u32) -> String {
    decision.source.chat_id(row).or_else(|| decision.source.name(row)).unwrap_or_default().to_owned()
}

/// Finds accounts whose group list of source-before is known to be incomplete.
pub(super) fn source_not_covered(enrolment: &Enrolment, before: &Snapshot) -> Option<Finding> {
    let accounts = enrolment.accounts().iter().map(|account| account.source_userid.as_str());
    let not_covered =
        |userid: &&str| matches!(before.coverage.of_groups(Some(userid), true), Coverage::Failed | Coverage::Partial);
    let userids: Vec<String> = accounts.filter(not_covered).map(str::to_owned).collect();
    (!userids.is_empty()).then(|| Finding::of_keys("B8-source-groups-not-covered", userids, ""))
}

/// Describes the answers about codes in source-after: their number and errors. The service has no call that lists
/// codes.
fn answers(exports: &Exports) -> String {
    let Some(after) = &exports.source_after else { return "source-after: -".to_owned() };
    let held = format!(
        "source-after: {} / {}",
        after.table(&JOIN_CODES).num_rows(),
        exports.source_before.table(&JOIN_CODES).num_rows()
    );
    let evidence = after.coverage.evidence(JOIN_CODES.name, None);
    evidence.map_or(held.clone(), |evidence| format!("{held}; {}", evidence.detail))
}
