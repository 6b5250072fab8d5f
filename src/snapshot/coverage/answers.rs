//! Evidence from the answers of a dump.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    ANSWERS, CONTACTS, CUSTOMERS, Evidence, GROUPS, NO_CUSTOMERS, RELATIONS, SharedEvidence, SnapshotCoverage,
};
use crate::ingest::answers::{AnswerChain, Answers, FoldedAnswer, Moment};
use crate::ingest::raw::{Endpoint, NO_ANSWER, Proves, WHOLE_TABLE};
use crate::schema::vocabulary::{Coverage, Dataset};

/// Assesses the answers of a dump.
pub fn assess(answers: &Answers, whole_tables: &[&str], trusted: bool) -> SnapshotCoverage {
    let mut coverage = SnapshotCoverage { trusted, ..SnapshotCoverage::default() };
    let (details, cut_off) = details(answers);
    let accounts = accounts(answers, &details).by_userid(answers);
    let mut details = details.by_userid(answers);
    // Where the account itself is not complete, its own evidence says so.
    details.retain(|userid, evidence| {
        let of_account = accounts.get(userid).map(|of_account| of_account.status);
        evidence.status != Coverage::Complete && of_account == Some(Coverage::Complete)
    });
    for (dataset, accounts) in [(RELATIONS, accounts), (CUSTOMERS, details), (GROUPS, groups_by_owner(answers))] {
        if !accounts.is_empty() {
            coverage.datasets.entry(dataset.into()).or_default().accounts = accounts;
        }
    }
    if let Some(evidence) = cut_off {
        coverage.insert(ANSWERS, evidence);
    }
    for (dataset, evidence) in corp_lists(answers).into_iter().chain(single_objects(answers)) {
        coverage.insert(dataset, evidence);
    }
    for &table in whole_tables {
        let is_error = |evidence: &Evidence| evidence.status == Coverage::Failed || evidence.errcode.is_some();
        let failed = coverage.evidence(table, None).is_some_and(is_error);
        if !failed {
            let detail = WHOLE_TABLE.to_owned();
            coverage.insert(table, Evidence { status: Coverage::Complete, errcode: None, detail });
        }
    }
    coverage
}

/// Newest evidence by the number of the account.
#[derive(Default)]
struct Newest(Vec<Option<(Moment, Arc<Evidence>)>>);

impl Newest {
    fn offer(&mut self, account: usize, moment: Moment, evidence: &Arc<Evidence>) {
        self.0.resize(self.0.len().max(account + 1), None);
        let known = &mut self.0[account];
        if known.as_ref().is_none_or(|(known, _)| *known <= moment) {
            *known = Some((moment, Arc::clone(evidence)));
        }
    }

    fn by_userid(self, answers: &Answers) -> BTreeMap<Box<str>, Arc<Evidence>> {
        let known = (0..).zip(self.0).filter_map(|(account, known)| Some((account, known?.1)));
        known.map(|(account, evidence)| (answers.userid(account).into(), evidence)).collect()
    }
}

/// Finds the newest evidence for the details of the customers of each account, and the evidence of bare pages of
/// unknown accounts that lack their last one.
fn details(answers: &Answers) -> (Newest, Option<Arc<Evidence>>) {
    let without_licence = Arc::new(Evidence {
        status: Coverage::Failed,
        errcode: None,
        detail: "left out by the service: the member has no licence".to_owned(),
    });
    let (mut newest, mut cut_off, mut shared) = (Newest::default(), None, SharedEvidence::default());
    for chain in answers.chains(Endpoint::BatchGetByUser) {
        let evidence = shared.shared(follow(answers, chain));
        let unlicensed = chain.unlicensed();
        for account in chain.accounts() {
            let is_licensed = unlicensed.binary_search(account).is_err();
            newest.offer(*account as usize, chain.newest(), if is_licensed { &evidence } else { &without_licence });
        }
        if chain.accounts().is_empty() && evidence.status != Coverage::Complete {
            cut_off.get_or_insert(evidence);
        }
    }
    (newest, cut_off)
}

/// Finds the newest evidence for each account: its details, or a list of ids that is newer.
fn accounts(answers: &Answers, details: &Newest) -> Newest {
    let (mut newest, mut shared) = (Newest::default(), SharedEvidence::default());
    for chain in answers.chains(Endpoint::ExternalcontactList) {
        for answer in chain.answers() {
            let evidence = shared.shared(of_answer(answers, answer));
            chain.accounts().iter().for_each(|account| newest.offer(*account as usize, answer.moment(), &evidence));
        }
    }
    for (account, details) in details.0.iter().enumerate() {
        if let Some((moment, evidence)) = details {
            newest.offer(account, *moment, evidence);
        }
    }
    newest
}

fn of_answer(answers: &Answers, answer: &FoldedAnswer) -> Evidence {
    let path = answer.endpoint().path();
    match answers.error(answer) {
        Some((NO_CUSTOMERS, _)) => {
            let detail = format!("{path} answered {NO_CUSTOMERS}: no customers");
            Evidence { status: Coverage::Complete, errcode: Some(NO_CUSTOMERS), detail }
        }
        Some((code, message)) => failed(answer, code, message),
        None => Evidence { status: Coverage::Complete, errcode: None, detail: format!("{path} answered") },
    }
}

fn failed(answer: &FoldedAnswer, code: i64, message: &str) -> Evidence {
    let path = answer.endpoint().path();
    let detail = match code {
        NO_ANSWER => format!("{path} answered nothing, without errcode"),
        _ => format!("{path} answered {code} {message}").trim_end().to_owned(),
    };
    Evidence { status: Coverage::Failed, errcode: errcode(code), detail }
}

/// Returns the code, unless it stands for an answer without one.
fn errcode(code: i64) -> Option<i64> {
    (code != NO_ANSWER).then_some(code)
}

/// Follows a chain of pages from its first to its end. A page that was requested again replaces its older answer.
fn follow(answers: &Answers, chain: AnswerChain<'_>) -> Evidence {
    let (pages, has_end) = chain.walk();
    let path = chain.answers()[0].endpoint().path();
    if let Some(last) = pages.last()
        && let Some((code, message)) = answers.error(last)
    {
        return failed(last, code, message);
    }
    let (status, detail) = if has_end {
        (
            Coverage::Complete,
            format!("{path} answered, {} page{}", pages.len(), if pages.len() == 1 { "" } else { "s" }),
        )
    } else {
        (Coverage::Partial, format!("{path}: the chain of pages has no end"))
    };
    Evidence { status, errcode: None, detail }
}

/// Finds the newest evidence for each owner whose groups were requested by userid: such an answer proves nothing for
/// the corp.
fn groups_by_owner(answers: &Answers) -> BTreeMap<Box<str>, Arc<Evidence>> {
    let (mut newest, mut shared) = (Newest::default(), SharedEvidence::default());
    for chain in answers.chains(Endpoint::GroupchatList).filter(|chain| !chain.accounts().is_empty()) {
        let evidence = shared.shared(follow(answers, chain));
        chain.accounts().iter().for_each(|owner| newest.offer(*owner as usize, chain.newest(), &evidence));
    }
    newest.by_userid(answers)
}

/// Lists that decide on the scope of relations: what was read of one that was cut off counts, and the rest is open.
const DECIDE_SCOPE: [&str; 2] = [Dataset::Unassigned.word(), CONTACTS];

/// The newest evidence for each list that a corp has one of. An error behind the first page of one that decides on
/// scope cuts it off.
fn corp_lists(answers: &Answers) -> BTreeMap<&'static str, Evidence> {
    let mut newest: BTreeMap<&'static str, (Moment, Evidence)> = BTreeMap::new();
    for &endpoint in Endpoint::ALL {
        let Proves::CorpList(dataset) = endpoint.proves() else { continue };
        for chain in answers.chains(endpoint).filter(|chain| chain.accounts().is_empty()) {
            if newest.get(dataset).is_none_or(|(known, _)| *known <= chain.newest()) {
                let mut evidence = follow(answers, chain);
                if evidence.status == Coverage::Failed && DECIDE_SCOPE.contains(&dataset) && chain.walk().0.len() > 1 {
                    evidence.status = Coverage::Partial;
                }
                newest.insert(dataset, (chain.newest(), evidence));
            }
        }
    }
    newest.into_iter().map(|(dataset, (_, evidence))| (dataset, evidence)).collect()
}

/// Failures of requests for single customers, groups and codes: the number of answers that were errors, with the most
/// frequent code.
fn single_objects(answers: &Answers) -> BTreeMap<&'static str, Evidence> {
    let mut objects = BTreeMap::new();
    for &endpoint in Endpoint::ALL {
        let Proves::SingleObjects(dataset) = endpoint.proves() else { continue };
        for chain in answers.chains(endpoint) {
            let mut failures: BTreeMap<i64, u64> = BTreeMap::new();
            for (code, _) in chain.answers().iter().filter_map(|answer| answers.error(answer)) {
                if !endpoint.is_no_such_object(code) {
                    *failures.entry(code).or_default() += 1;
                }
            }
            // That no member has the customer counts last.
            let rank = |code: i64, count: u64| (code != NO_CUSTOMERS, count, Reverse(code));
            let most = failures.iter().max_by_key(|(code, count)| rank(**code, **count));
            if let Some((&code, _)) = most {
                let (failed, all) = (failures.values().sum::<u64>(), chain.answers().len());
                let detail = format!("{failed} of {all} answers of {} were errors", endpoint.path());
                objects.insert(dataset, Evidence { status: Coverage::Failed, errcode: errcode(code), detail });
            }
        }
    }
    objects
}
