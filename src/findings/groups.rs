//! Findings about groups and join codes (A2, B8).

use super::{Finding, FindingRule, Waivers};
use crate::decision::Exports;
use crate::groups::{DecidedGroup, GroupDecision};
use crate::join_codes::JoinCode;
use crate::schema::tables::JOIN_CODES;
use crate::schema::vocabulary::{CodeVerdict, Coverage, GroupMatchMethod, GroupOutcome, GroupReason};

/// A finding about the groups of which a predicate holds.
type OfGroups = (&'static str, fn(&DecidedGroup, Option<GroupMatchMethod>) -> bool);

const BY_GROUP: &[OfGroups] = &[
    ("B8-group-missing", |group, _| group.outcome() == GroupOutcome::Missing),
    ("B8-group-ambiguous", |group, _| group.reason() == Some(GroupReason::Ambiguous)),
    ("B8-group-no-usable-key", |group, _| group.reason() == Some(GroupReason::NoUsableKey)),
    ("B8-group-unreadable", |group, _| group.reason() == Some(GroupReason::Unreadable)),
    ("B8-group-target-not-covered", |group, _| group.reason() == Some(GroupReason::TargetNotCovered)),
    ("B8-group-arrived-out-of-scope", |group, _| group.outcome() == GroupOutcome::ArrivedOutOfScope),
    ("B8-group-still-at-source", |group, _| {
        group.outcome() == GroupOutcome::Migrated && group.still_at_source == Some(true)
    }),
    ("B8-group-members-differ", |group, method| {
        method == Some(GroupMatchMethod::Name) && group.member_overlap.is_some()
    }),
    ("B8-group-stood-before", |group, _| group.outcome() == GroupOutcome::Migrated && group.stood_before),
    ("B8-group-map-other-owner", |group, _| group.of_other_owner),
];

const OWNER_UNKNOWN: &str = "B8-group-owner-unknown";
const LINKS_TWICE: &str = "Q-code-links-twice";

/// Findings by the verdict on a code.
const BY_VERDICT: &[(&str, CodeVerdict)] = &[
    ("A2-code-lost", CodeVerdict::Lost),
    ("A2-code-group-left-behind", CodeVerdict::AliveGroupLeftBehind),
    ("A2-code-alive-by-new-group", CodeVerdict::AliveNewGroup),
    ("A2-code-alive-unpredicted", CodeVerdict::AliveUnpredicted),
    ("A2-code-emptied-unpredicted", CodeVerdict::EmptiedUnpredicted),
    ("A2-code-unverified", CodeVerdict::Unverified),
    ("A2-code-emptied", CodeVerdict::Emptied),
];

pub(super) fn find(exports: &Exports, decision: &GroupDecision) -> Vec<Finding> {
    let mut findings: Vec<Finding> = BY_GROUP.iter().map(|&of_groups| about_groups(decision, of_groups)).collect();
    findings.push(without_owner(decision));
    findings.extend(source_not_covered(exports));
    findings.extend(BY_VERDICT.iter().map(|&(code, verdict)| {
        let detail = if verdict == CodeVerdict::Unverified { answers(exports) } else { String::new() };
        about_codes(code, &decision.codes, |code| code.rule.verdict == verdict, detail)
    }));
    findings.push(about_codes(LINKS_TWICE, &decision.codes, |code| code.links_twice, String::new()));
    let set_aside = &exports.group_map.set_aside;
    findings.push(Finding::new(
        "Q-group-map-contradiction",
        set_aside.len() as u64,
        set_aside.iter().cloned().collect(),
        "",
    ));
    findings
}

/// The findings that tell of each group, by row.
pub fn rules_of_groups(decision: &GroupDecision) -> Vec<Vec<&'static FindingRule>> {
    let rows = (0..).zip(&decision.groups).zip(&decision.matches.method);
    rows.map(|((row, group), method)| {
        let telling = BY_GROUP.iter().filter(|(_, holds)| holds(group, *method)).map(|(code, _)| *code);
        let ownerless = decision.source.owner(row).is_none().then_some(OWNER_UNKNOWN);
        telling.chain(ownerless).map(super::rule).collect()
    })
    .collect()
}

/// The findings that tell of each join code, likewise.
pub fn rules_of_codes(codes: &[JoinCode]) -> Vec<Vec<&'static FindingRule>> {
    let rules = |code: &JoinCode| {
        let telling = BY_VERDICT.iter().filter(|(_, verdict)| *verdict == code.rule.verdict).map(|(code, _)| *code);
        telling.chain(code.links_twice.then_some(LINKS_TWICE)).map(super::rule).collect()
    };
    codes.iter().map(rules).collect()
}

/// Which groups a waiver covers: one about any of the findings that tell of them.
pub(super) fn waived_groups(decision: &GroupDecision, waivers: &mut Waivers<'_>) -> Vec<bool> {
    let rows = (0..).zip(&decision.groups).zip(&decision.matches.method);
    rows.map(|((row, group), method)| {
        let mut is_waived = decision.source.owner(row).is_none() && waivers.cover(OWNER_UNKNOWN, || key(decision, row));
        for (code, _) in BY_GROUP.iter().filter(|(_, holds)| holds(group, *method)) {
            is_waived |= waivers.cover(code, || key(decision, row));
        }
        is_waived
    })
    .collect()
}

/// Which join codes a waiver covers, likewise.
pub(super) fn waived_codes(decision: &GroupDecision, waivers: &mut Waivers<'_>) -> Vec<bool> {
    let waived = |code: &JoinCode| {
        let mut is_waived = code.links_twice && waivers.cover(LINKS_TWICE, || code.config_id.clone());
        for (finding, _) in BY_VERDICT.iter().filter(|(_, verdict)| *verdict == code.rule.verdict) {
            is_waived |= waivers.cover(finding, || code.config_id.clone());
        }
        is_waived
    };
    decision.codes.iter().map(waived).collect()
}

fn about_groups(decision: &GroupDecision, (code, holds): OfGroups) -> Finding {
    let rows = (0..).zip(&decision.groups).zip(&decision.matches.method);
    let keys =
        rows.filter(|((_, group), method)| holds(group, **method)).map(|((row, _), _)| key(decision, row)).collect();
    of_keys(code, keys, "")
}

/// Groups whose owner nobody knows pass for not enrolled, though they may have been to move.
fn without_owner(decision: &GroupDecision) -> Finding {
    let rows = (0..decision.source.rows() as u32).filter(|&row| decision.source.owner(row).is_none());
    of_keys(OWNER_UNKNOWN, rows.map(|row| key(decision, row)).collect(), "")
}

/// The group's id, or its name where it has none.
fn key(decision: &GroupDecision, row: u32) -> String {
    decision.source.chat_id(row).or_else(|| decision.source.name(row)).unwrap_or_default().to_owned()
}

/// A group list of source-before that is known to be cut short.
fn source_not_covered(exports: &Exports) -> Option<Finding> {
    let before = &exports.source_before;
    let accounts = exports.enrolment.accounts().iter().map(|account| account.source_userid.as_str());
    let not_covered =
        |userid: &&str| matches!(before.coverage.of_groups(Some(userid), true), Coverage::Failed | Coverage::Partial);
    let userids: Vec<String> = accounts.filter(not_covered).map(str::to_owned).collect();
    (!userids.is_empty()).then(|| of_keys("B8-source-groups-not-covered", userids, ""))
}

fn about_codes(code: &str, codes: &[JoinCode], holds: impl Fn(&JoinCode) -> bool, detail: String) -> Finding {
    of_keys(code, codes.iter().filter(|code| holds(code)).map(|code| code.config_id.clone()).collect(), detail)
}

/// What source-after can say of codes: how many it holds, and its errors. There is no call that lists them.
fn answers(exports: &Exports) -> String {
    let Some(after) = &exports.source_after else { return "source-after: -".to_owned() };
    let held = format!(
        "source-after: {} / {}",
        after.table(&JOIN_CODES).num_rows(),
        exports.source_before.table(&JOIN_CODES).num_rows()
    );
    let evidence = after.coverage.evidence.get(&(JOIN_CODES.name.to_owned(), None));
    evidence.map_or(held.clone(), |evidence| format!("{held}; {}", evidence.detail))
}

fn of_keys(code: &str, keys: Vec<String>, detail: impl Into<String>) -> Finding {
    Finding::new(code, keys.len() as u64, keys, detail)
}
