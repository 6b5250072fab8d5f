//! Findings about the exports and lists themselves, before any relation is looked at.

use std::collections::BTreeMap;

use super::{Finding, MAX_EXAMPLES};
use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::lists::{Enrolment, IdMap, UnmatchedRow};
use crate::personal::{Pseudonyms, shown};
use crate::rules::thresholds::{MAIN_CORP_CODE, MIXED_AT_LEAST, MIXED_CORP_CODE, share};
use crate::schema::fields;
use crate::schema::lists::{CaseList, LISTS, ListKind};
use crate::schema::vocabulary::Role;
use crate::snapshot::{CorpCodes, CountJump, Input, RoleInputs, SharedUnionid, Snapshot};
use crate::text::Lang;
use crate::text::sentences::sentence;

pub(super) fn find(case: &Case, exports: &Exports, decision: &Decision, read: &[RoleInputs<'_>]) -> Vec<Finding> {
    let accounts = exports.enrolment.accounts().iter().map(|account| account.source_userid.as_str());
    let empty = accounts.clone().zip(&decision.pairs).filter(|(_, pair)| pair.source_relations == 0);
    let uncovered = accounts.zip(&decision.pairs).filter(|(_, pair)| !pair.coverage.source.is_covered());
    let mut findings =
        vec![about_accounts("B5-account-without-relations", empty), about_accounts("B5-source-not-covered", uncovered)];
    findings.extend(unmatched_rows(decision, case.pseudonyms.as_ref()));
    findings.extend(namespaces(decision));
    findings.extend(of_snapshots(case, &exports.enrolment, &exports.snapshots().collect::<Vec<_>>(), read));
    let set_aside = &exports.customer_map.set_aside;
    let pseudonyms = case.pseudonyms.as_ref();
    let ids = pseudonyms.map(|_| set_aside.iter().map(|id| shown(pseudonyms, &fields::EXTERNAL_USERID, id)).collect());
    let contradictions = Finding::of_keys("Q-map-contradiction", set_aside.iter().cloned().collect(), "");
    findings.push(contradictions.showing(ids));
    findings.push(unused_map("Q-map-unused", &exports.customer_map, decision.is_any_mapped));
    findings
}

/// An id map of which no source id is in source-before: its columns may be exchanged.
pub(super) fn unused_map(code: &str, map: &IdMap, is_used: bool) -> Finding {
    Finding::new(code, if is_used { 0 } else { map.len() as u64 }, Vec::new(), "")
}

/// The problems that a precheck expects: codes of findings, with the keys of what each is about.
pub struct Forecast(pub Vec<(&'static str, Vec<String>)>);

impl Forecast {
    pub(super) fn find(self) -> Vec<Finding> {
        self.0.into_iter().map(|(code, keys)| Finding::of_keys(code, keys, "")).collect()
    }
}

/// Finds what is wrong with times, corps, records and keys of snapshots.
pub(super) fn of_snapshots(
    case: &Case,
    enrolment: &Enrolment,
    snapshots: &[&Snapshot],
    read: &[RoleInputs<'_>],
) -> Vec<Finding> {
    let mut findings = snapshot_times(case, snapshots);
    findings.extend(corp_codes(snapshots));
    findings.extend(passed_over(read.iter().flat_map(|read| read.exports)));
    findings.push(count_jumps(snapshots));
    findings.extend(keys(enrolment, snapshots, case.pseudonyms.as_ref()));
    findings.extend(without_ids(snapshots));
    findings
}

fn about_accounts<'a, T>(code: &str, accounts: impl Iterator<Item = (&'a str, T)>) -> Finding {
    Finding::of_keys(code, accounts.map(|(userid, _)| userid.to_owned()).collect(), "")
}

/// Rows of keyed lists that name no relation: two findings for each list.
fn unmatched_rows(decision: &Decision, pseudonyms: Option<&Pseudonyms>) -> Vec<Finding> {
    let finding = |list: &CaseList, code: &str, ambiguous_name: bool| {
        let rows = decision.unmatched_rows.iter().filter(|row| row.list.table.name == list.table.name);
        let rows: Vec<&UnmatchedRow> = rows.filter(|row| row.ambiguous_name == ambiguous_name).collect();
        let keys = |pseudonyms| rows.iter().map(|row| row.shown(pseudonyms)).collect();
        Finding::of_keys(code, keys(None), "").showing(pseudonyms.map(|_| keys(pseudonyms)))
    };
    let findings = LISTS.iter().filter_map(|list| match list.kind {
        ListKind::Keyed { unmatched, ambiguous_name } => {
            Some([finding(list, unmatched, false), finding(list, ambiguous_name, true)])
        }
        _ => None,
    });
    findings.flatten().collect()
}

/// Finds snapshots on the wrong side of the start or the end, and the gap before the start (D1).
fn snapshot_times(case: &Case, snapshots: &[&Snapshot]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let taken = |role: Role| case.snapshots.get(&role).and_then(|settings| settings.taken_at);
    let say = |role: Role, at: i64| format!("{role} {}", moment(case, at));
    let (start, end) = (case.migration.started_at, case.migration.finished_at);
    for (role, code) in [(Role::SourceBefore, "D1-source-after-start"), (Role::TargetBefore, "D1-target-before-late")] {
        if let Some(at) = taken(role).filter(|&at| at > start) {
            findings.push(Finding::new(code, 1, vec![role.word().to_owned()], say(role, at)));
        }
    }
    let early: Vec<(Role, i64)> = [Role::SourceAfter, Role::TargetAfter]
        .into_iter()
        .filter(|role| snapshots.iter().any(|snapshot| snapshot.role == *role))
        .filter_map(|role| taken(role).filter(|&at| at < end).map(|at| (role, at)))
        .collect();
    let detail = early.iter().map(|&(role, at)| say(role, at)).collect::<Vec<_>>().join(", ");
    let roles = early.iter().map(|(role, _)| role.word().to_owned()).collect();
    findings.push(Finding::of_keys("D1-after-too-early", roles, detail));
    if let Some(gap) = taken(Role::SourceBefore).map(|at| start - at).filter(|&gap| gap > 0) {
        let minutes = gap / 60_000_000;
        let detail = format!("{} h {} min", minutes / 60, minutes % 60);
        findings.push(Finding::new("D1-gap-before-start", 1, vec![Role::SourceBefore.word().to_owned()], detail));
    }
    findings
}

/// Formats a moment in the time zone of the case.
fn moment(case: &Case, micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(
        |_| format!("{micros} us"),
        |at| at.to_zoned(case.timezone.clone()).strftime("%Y-%m-%d %H:%M:%S%:z").to_string(),
    )
}

fn namespaces(decision: &Decision) -> Option<Finding> {
    let namespaces = decision.namespaces;
    let smaller = namespaces.source.min(namespaces.target);
    if decision.unionids_shared || smaller == 0 {
        return None;
    }
    let detail = format!("{} / {smaller}", namespaces.overlap);
    Some(Finding::new("Q-namespaces-disjoint", 1, Vec::new(), detail))
}

/// Finds accounts whose number of customers differs much between two endpoints.
fn count_jumps(snapshots: &[&Snapshot]) -> Finding {
    let jumps: Vec<(String, &CountJump)> = snapshots
        .iter()
        .flat_map(|s| s.count_jumps.iter().map(|jump| (format!("{}/{}", s.role, jump.userid), jump)))
        .collect();
    let say = |(key, jump): &(String, &CountJump)| format!("{key} list {} / batch {}", jump.listed, jump.fetched);
    let detail = listed(jumps.iter().map(say));
    Finding::of_keys("Q-count-jump", jumps.into_iter().map(|(key, _)| key).collect(), detail)
}

/// Finds userids in several spellings, and unionids that several customers share.
fn keys(enrolment: &Enrolment, snapshots: &[&Snapshot], pseudonyms: Option<&Pseudonyms>) -> [Finding; 2] {
    let mut spellings = vec![("accounts", &enrolment.respelled)];
    let mut shared = Vec::new();
    for snapshot in snapshots {
        spellings.push((snapshot.role.word(), &snapshot.respelled));
        shared.push((snapshot.role, &snapshot.shared_unionids));
    }
    let count = spellings.iter().map(|(_, respelled)| respelled.count).sum();
    let pairs = spellings.iter().flat_map(|(of, respelled)| respelled.listed.iter().map(move |pair| (of, pair)));
    let pairs: Vec<String> = pairs.map(|(of, (met, used))| format!("{of}/{met} = {used}")).collect();
    let of_userids = Finding::new("Q-userid-case", count, pairs.clone(), first_of(&pairs, count));
    let count = shared.iter().map(|(_, shared)| shared.len()).sum();
    let examples =
        || shared.iter().flat_map(|(role, shared)| shared.examples.iter().map(move |example| (role, example)));
    let key = |role: &Role, of: &SharedUnionid, pseudonyms| {
        format!("{role}/{}", shown(pseudonyms, &fields::UNIONID, &of.unionid))
    };
    let say = |(role, of): (&Role, &SharedUnionid)| {
        let ids = of.external_userids.iter().map(|id| shown(pseudonyms, &fields::EXTERNAL_USERID, id));
        format!("{} ×{} ({})", key(role, of, pseudonyms), of.relations, ids.collect::<Vec<_>>().join(", "))
    };
    let detail = first_of(&examples().map(say).collect::<Vec<_>>(), count);
    let unionids = |pseudonyms| examples().map(|(role, of)| key(role, of, pseudonyms)).collect::<Vec<_>>();
    let shared = Finding::new("Q-unionid-shared", count, unionids(None), detail);
    [of_userids, shared.showing(pseudonyms.map(|_| unionids(pseudonyms)))]
}

/// Returns the first few items, with an ellipsis if there are more.
pub(super) fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    first_of(&items, items.len() as u64)
}

/// Returns the first few texts, with an ellipsis if `count` is more.
fn first_of(texts: &[String], count: u64) -> String {
    let more = if count > MAX_EXAMPLES as u64 { ", ..." } else { "" };
    texts.iter().take(MAX_EXAMPLES).map(String::as_str).collect::<Vec<_>>().join(", ") + more
}

/// Finds the questions that rows without ids, as the console exports them, leave open.
fn without_ids(snapshots: &[&Snapshot]) -> [Finding; 3] {
    let open = || snapshots.iter().map(|snapshot| (snapshot.role, &snapshot.relations.without_id));
    let held: Vec<(Role, u64)> = open().map(|(role, open)| (role, open.rows)).filter(|(_, rows)| *rows > 0).collect();
    let detail = held.iter().map(|(role, rows)| format!("{role} {rows}")).collect::<Vec<_>>().join(", ");
    let held = Finding::new("Q-relations-without-ids", held.iter().map(|(_, rows)| rows).sum(), Vec::new(), detail);
    let twice: Vec<(String, u64)> = snapshots
        .iter()
        .flat_map(|snapshot| {
            snapshot.left_over.iter().map(|(account, rows)| (format!("{}/{account}", snapshot.role), *rows))
        })
        .collect();
    let detail = listed(twice.iter().map(|(key, rows)| format!("{key} {rows}")));
    let twice = Finding::new("Q-maybe-twice", twice.iter().map(|(_, rows)| rows).sum(), Vec::new(), detail);
    let alike = Finding::new("Q-rows-alike", open().map(|(_, open)| open.alike).sum(), Vec::new(), "");
    [held, twice, alike]
}

/// Returns the corp code that nearly all ids of a snapshot share, if there is one.
fn main_code(codes: &CorpCodes) -> Option<String> {
    let (code, count) = codes.by_count().into_iter().next()?;
    (share(count, codes.total()) >= MAIN_CORP_CODE).then_some(code)
}

/// Finds corp codes that suggest swapped or mixed dumps: a warning, for the code is inferred.
fn corp_codes(snapshots: &[&Snapshot]) -> Vec<Finding> {
    let codes: BTreeMap<Role, &CorpCodes> =
        snapshots.iter().map(|snapshot| (snapshot.role, snapshot.relations.corp_codes())).collect();
    let main: BTreeMap<Role, String> =
        codes.iter().filter_map(|(role, codes)| Some((*role, main_code(codes)?))).collect();
    let mut suspicions = Vec::new();
    let mut compare = |a: Role, b: Role, expect_equal: bool| {
        if let (Some(code_a), Some(code_b)) = (main.get(&a), main.get(&b))
            && (code_a == code_b) != expect_equal
        {
            suspicions.push(format!("{a} {code_a}, {b} {code_b}"));
        }
    };
    compare(Role::SourceBefore, Role::SourceAfter, true);
    compare(Role::TargetBefore, Role::TargetAfter, true);
    compare(Role::SourceBefore, Role::TargetBefore, false);
    compare(Role::SourceBefore, Role::TargetAfter, false);
    let mixed: Vec<String> = codes
        .iter()
        .filter(|(_, codes)| is_mixed(codes))
        .map(|(role, codes)| format!("{role}: {}", shares(codes)))
        .collect();
    [("Q-swapped-dumps", suspicions), ("Q-mixed-dumps", mixed)]
        .map(|(code, said)| {
            let detail = said.join("; ");
            Finding::of_keys(code, said, detail)
        })
        .into()
}

/// Reports whether two codes have a share of the ids that carry one.
fn is_mixed(codes: &CorpCodes) -> bool {
    let total = codes.total();
    let is_many = |count: u64| count >= MIXED_AT_LEAST && share(count, total) >= MIXED_CORP_CODE;
    codes.by_count().iter().filter(|(_, count)| is_many(*count)).count() > 1
}

fn shares(codes: &CorpCodes) -> String {
    codes.by_count().iter().take(3).map(|(code, count)| format!("{code} ×{count}")).collect::<Vec<_>>().join(", ")
}

/// Records that were recognised and could not be used, by why: how the reasons of each finding begin, the last takes
/// the rest.
const PASSED_OVER: [(&str, &[&str]); 4] = [
    ("Q-error-answers", &["error answers"]),
    ("Q-sheets-passed-over", &["hidden sheet", "sheet without"]),
    ("Q-untied-answers", &["bare "]),
    ("Q-records-passed-over", &[""]),
];

fn passed_over<'a>(inputs: impl Iterator<Item = &'a Input>) -> Vec<Finding> {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for input in inputs {
        for (reason, count) in &input.file.passed_over {
            *reasons.entry(reason).or_default() += count;
        }
    }
    let kind =
        |reason: &str| PASSED_OVER.iter().position(|(_, begins)| begins.iter().any(|begin| reason.starts_with(begin)));
    let finding = |(place, (code, _)): (usize, &(&str, _))| {
        let of_kind = || reasons.iter().filter(move |(reason, _)| kind(reason) == Some(place));
        let detail = |lang, between: &str| {
            let said = of_kind().map(|(reason, count)| format!("{} ×{count}", sentence(reason, lang)));
            said.collect::<Vec<_>>().join(between)
        };
        Finding::new(code, of_kind().map(|(_, count)| count).sum(), Vec::new(), detail(Lang::En, "; "))
            .in_chinese(detail(Lang::Zh, "；"))
    };
    PASSED_OVER.iter().enumerate().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Customers' ids, the number of each corp: AAAAAAAA, BBBBBBBB and so on.
    fn codes(counts: &[usize]) -> CorpCodes {
        let id = |corp: &str, n: usize| format!("wm{}{n:022}", corp.repeat(8));
        let ids =
            ["A", "B", "C"].into_iter().zip(counts).flat_map(|(corp, count)| (0..*count).map(move |n| id(corp, n)));
        let mut codes = CorpCodes::default();
        codes.update(&ids.map(Some).collect());
        codes
    }

    #[test]
    fn nine_of_ten_ids_make_a_code_that_of_the_snapshot() {
        assert_eq!(main_code(&codes(&[1, 9])).as_deref(), Some("BBBBBBBB"));
        assert_eq!(main_code(&codes(&[1, 8])), None);
        assert_eq!(main_code(&codes(&[])), None);
    }

    #[test]
    fn two_ids_and_one_percent_make_a_second_code_one_that_is_mixed_in() {
        assert!(is_mixed(&codes(&[2, 2])) && is_mixed(&codes(&[198, 2])));
        assert!(!is_mixed(&codes(&[199, 2])), "less than 1 %");
        assert!(!is_mixed(&codes(&[1, 1, 1])) && !is_mixed(&codes(&[9, 1])), "one id of a corp");
        assert!(!is_mixed(&codes(&[9])) && !is_mixed(&codes(&[])));
    }

    #[test]
    fn more_than_five_are_not_all_shown() {
        let texts: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).into();
        assert_eq!(first_of(&texts[..5], 5), "a, b, c, d, e");
        assert_eq!(first_of(&texts[..5], 6), "a, b, c, d, e, ...", "the rest may not be listed at all");
        assert_eq!(listed(texts[..5].iter().cloned()), "a, b, c, d, e");
        assert_eq!(listed(texts.into_iter()), "a, b, c, d, e, ...");
        assert_eq!(first_of(&[], 0), "");
    }
}
