//! Coverage of a snapshot: evidence -> the completeness of each account, and of each list of the corp.
//!
//! An answer with an error is evidence that nothing is known, never that there are no customers. The newest answer of
//! the service decides (SPEC section 2), so a rate limit after a good page leaves the account uncovered.

mod count_jumps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ingest::doubts::Doubts;
use crate::ingest::raw::{ApiAnswer, Endpoint, Proves, WHOLE_TABLE};
use crate::schema::vocabulary::{Coverage, Dataset};

pub use count_jumps::{CountJump, count_jumps};

/// Evidence for one dataset, of one account or of the whole corp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// `Complete`, `Partial` or `Failed`.
    pub status: Coverage,
    /// The service's error code, where the answer was an error.
    pub errcode: Option<i64>,
    /// Explanation in words.
    pub detail: String,
}

/// Coverage of one snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotCoverage {
    /// Evidence by dataset and account; `None` is the dataset as a whole.
    pub evidence: BTreeMap<(String, Option<String>), Evidence>,
    /// Whether the case file declares the snapshot complete.
    pub trusted: bool,
    /// Unreadable records, which lower the coverage; none of a trusted snapshot.
    pub doubts: Doubts,
}

/// Dataset of customer relations.
pub const RELATIONS: &str = "relations";
/// Dataset of customer groups.
pub const GROUPS: &str = "groups";
/// Dataset of members with customer-contact permission.
pub const FOLLOW_USERS: &str = "follow_users";
/// Details of customers, one request for each or for some accounts.
const CUSTOMERS: &str = "customers";
/// Details of groups, one request for each.
const GROUP_MEMBERS: &str = "group_members";
/// Rows of contacts.
const CONTACTS: &str = "contacts";
/// Answers of unknown requests: errors, and pages of unknown accounts.
const ANSWERS: &str = "answers";

impl SnapshotCoverage {
    /// Returns the coverage of an account, given whether the snapshot has relations of it. Unreadable records lower
    /// complete coverage to partial (SPEC section 1.3).
    pub fn of_account(&self, userid: &str, has_relations: bool) -> Coverage {
        let by_evidence = self.by_evidence(userid, has_relations);
        lowered(by_evidence, by_evidence.is_covered() && self.doubts.of_any(Dataset::OF_RELATIONS, userid).is_some())
    }

    /// Returns the coverage by the evidence alone, as if every record had been readable.
    pub fn by_evidence(&self, userid: &str, has_relations: bool) -> Coverage {
        let account =
            self.evidence.get(&(RELATIONS.to_owned(), Some(userid.to_owned()))).map(|evidence| evidence.status);
        let whole = self.trusted
            || self.evidence.get(&(RELATIONS.to_owned(), None)).is_some_and(|e| e.status == Coverage::Complete);
        match account {
            Some(Coverage::Failed) => Coverage::Failed,
            Some(Coverage::Complete) => Coverage::Complete,
            _ if whole => Coverage::Complete,
            Some(partial) => partial,
            None if !has_relations => Coverage::Unknown,
            // What failed or was cut off may have held any account.
            None if [CUSTOMERS, CONTACTS, ANSWERS].iter().any(|dataset| self.lacks(dataset, None)) => {
                Coverage::Partial
            }
            None => Coverage::Observed,
        }
    }

    /// Returns whether requests for a dataset, of an account or of the whole corp, failed or were cut off.
    fn lacks(&self, dataset: &str, userid: Option<&str>) -> bool {
        let evidence = self.evidence.get(&(dataset.to_owned(), userid.map(str::to_owned)));
        // A customer who is nobody's is no lack.
        let is_lack = |evidence: &Evidence| {
            evidence.status != Coverage::Complete && !(dataset == CUSTOMERS && evidence.errcode == Some(NO_CUSTOMERS))
        };
        !self.trusted && evidence.is_some_and(is_lack)
    }

    /// Returns whether requests for the details of customers of an account failed or were cut off. A customer who is
    /// known by an id alone may then be anybody: the details could not be read.
    pub fn lacks_customers(&self, userid: &str) -> bool {
        self.lacks(CUSTOMERS, None) || self.lacks(CUSTOMERS, Some(userid))
    }

    /// Returns whether requests for the details of groups failed. What is not known of a group could then not be read.
    pub fn lacks_groups(&self) -> bool {
        self.lacks(GROUP_MEMBERS, None)
    }

    /// Returns the coverage of the groups of an owner, or of the whole corp, given whether the snapshot has any group.
    /// An owner whose groups were requested alone has evidence of their own; an error there, or for the corp, is never
    /// coverage. An unreadable record of a group may be of any owner, unless it names one.
    pub fn of_groups(&self, owner: Option<&str>, has_groups: bool) -> Coverage {
        let doubts = [Dataset::Groups, Dataset::GroupMembers].into_iter().any(|dataset| match owner {
            Some(owner) => self.doubts.of(dataset, owner).is_some(),
            None => self.doubts.concern(dataset),
        });
        let by_evidence = self.of_groups_by_evidence(owner, has_groups);
        // An unreadable list is a list: what it lacks is unclear.
        lowered(by_evidence, doubts && by_evidence != Coverage::Failed)
    }

    fn of_groups_by_evidence(&self, owner: Option<&str>, has_groups: bool) -> Coverage {
        let status = |owner: Option<&str>| {
            self.evidence.get(&(GROUPS.to_owned(), owner.map(str::to_owned))).map(|evidence| evidence.status)
        };
        let of_owner = owner.and_then(|owner| status(Some(owner)));
        let of_corp = status(None).or(self.trusted.then_some(Coverage::Complete));
        let of_groups =
            || self.evidence.range((GROUPS.to_owned(), None)..).take_while(|((dataset, _), _)| dataset == GROUPS);
        let only_some_owners = || of_groups().any(|((_, owner), _)| owner.is_some());
        match (of_owner, of_corp) {
            (Some(Coverage::Failed | Coverage::Complete), _) | (Some(_), None) => of_owner.unwrap_or(Coverage::Unknown),
            (_, Some(of_corp)) => of_corp,
            (None, None) if has_groups && self.lacks(ANSWERS, None) => Coverage::Partial,
            (None, None) if has_groups && !only_some_owners() => Coverage::Observed,
            (None, None) => Coverage::Unknown,
        }
    }

    /// Whether the snapshot has the list of members with customer-contact permission.
    pub fn has_follow_user_list(&self) -> bool {
        self.evidence.get(&(FOLLOW_USERS.to_owned(), None)).is_some_and(|e| e.status == Coverage::Complete)
    }

    /// Adds error answers of unknown requests: any request for an account without evidence of its own may have failed.
    pub fn add_untied_errors<'a>(&mut self, errors: impl Iterator<Item = &'a String>) {
        let errors: BTreeSet<&str> = errors.map(String::as_str).collect();
        if !errors.is_empty() {
            let detail = errors.into_iter().collect::<Vec<_>>().join("; ");
            self.insert(ANSWERS, None, Evidence { status: Coverage::Failed, errcode: None, detail });
        }
    }

    fn insert(&mut self, dataset: &str, userid: Option<String>, evidence: Evidence) {
        self.evidence.insert((dataset.to_owned(), userid), evidence);
    }

    /// Returns all evidence for reports, lowered by unreadable records.
    pub fn with_doubts(&self) -> BTreeMap<(String, Option<String>), Evidence> {
        let mut all = self.evidence.clone();
        for (dataset, userid, _) in self.doubts.iter() {
            let nothing = Evidence { status: Coverage::Complete, errcode: None, detail: String::new() };
            let evidence = all.entry((dataset.word().to_owned(), userid.map(str::to_owned))).or_insert(nothing);
            if evidence.status != Coverage::Failed {
                evidence.status = Coverage::Partial;
            }
            let detail = [evidence.detail.as_str(), "records could not be read: see rejects"];
            evidence.detail = detail.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        }
        all
    }
}

fn lowered(coverage: Coverage, is_in_doubt: bool) -> Coverage {
    if is_in_doubt { Coverage::Partial } else { coverage }
}

/// Assesses the answers of a dump.
pub fn assess(answers: &[ApiAnswer], whole_tables: &[&str], trusted: bool) -> SnapshotCoverage {
    let mut coverage = SnapshotCoverage { trusted, ..SnapshotCoverage::default() };
    let accounts = accounts(answers);
    for (userid, evidence) in incomplete_details(answers) {
        // Else it is the evidence of the account.
        if accounts.get(&userid).is_some_and(|of_account| of_account.status == Coverage::Complete) {
            coverage.insert(CUSTOMERS, Some(userid), evidence);
        }
    }
    for (userid, evidence) in accounts {
        coverage.insert(RELATIONS, Some(userid), evidence);
    }
    if let Some(evidence) = cut_off(answers) {
        coverage.insert(ANSWERS, None, evidence);
    }
    for (owner, evidence) in groups_by_owner(answers) {
        coverage.insert(GROUPS, Some(owner), evidence);
    }
    for (dataset, evidence) in corp_lists(answers) {
        coverage.insert(dataset, None, evidence);
    }
    for (dataset, evidence) in single_objects(answers) {
        coverage.insert(dataset, None, evidence);
    }
    for &table in whole_tables {
        let failed = coverage
            .evidence
            .get(&(table.to_owned(), None))
            .is_some_and(|evidence| evidence.status == Coverage::Failed);
        if !failed {
            let detail = WHOLE_TABLE.to_owned();
            coverage.insert(table, None, Evidence { status: Coverage::Complete, errcode: None, detail });
        }
    }
    coverage
}

/// Order of answers: by their own times, else by the order of files and documents.
type Moment = (Option<i64>, u32, u64);

fn moment(answer: &ApiAnswer) -> Moment {
    (answer.fetched_at, answer.file, answer.document)
}

/// Newest evidence by account.
#[derive(Default)]
struct Newest(BTreeMap<String, (Moment, Evidence)>);

impl Newest {
    fn offer(&mut self, userid: &str, moment: Moment, evidence: Evidence) {
        if self.0.get(userid).is_none_or(|(known, _)| *known <= moment) {
            self.0.insert(userid.to_owned(), (moment, evidence));
        }
    }

    fn evidence(self) -> BTreeMap<String, Evidence> {
        self.0.into_iter().map(|(userid, (_, evidence))| (userid, evidence)).collect()
    }
}

/// Finds the newest evidence for each account.
fn accounts(answers: &[ApiAnswer]) -> BTreeMap<String, Evidence> {
    let mut newest = Newest::default();
    for answer in answers.iter().filter(|a| a.envelope && a.endpoint == Endpoint::ExternalcontactList) {
        for userid in answer.userids.iter() {
            newest.offer(userid, moment(answer), of_answer(answer));
        }
    }
    offer_batches(answers, &mut newest);
    newest.evidence()
}

/// Finds the accounts of which the newest chain of details failed or was cut off: a list of ids may be newer.
fn incomplete_details(answers: &[ApiAnswer]) -> impl Iterator<Item = (String, Evidence)> {
    let mut newest = Newest::default();
    offer_batches(answers, &mut newest);
    newest.evidence().into_iter().filter(|(_, evidence)| evidence.status != Coverage::Complete)
}

fn offer_batches(answers: &[ApiAnswer], newest: &mut Newest) {
    for (userids, chain) in chains(answers, Endpoint::BatchGetByUser, |a| a.envelope) {
        let (moment, evidence) = follow(&chain);
        let unlicensed: BTreeSet<&str> = chain.iter().flat_map(|a| a.unlicensed.iter().map(String::as_str)).collect();
        for userid in userids.iter() {
            let evidence = if unlicensed.contains(userid.as_str()) { without_licence() } else { evidence.clone() };
            newest.offer(userid, moment, evidence);
        }
    }
}

/// Finds out whether bare pages of customers, of unknown accounts, lack their last one.
fn cut_off(answers: &[ApiAnswer]) -> Option<Evidence> {
    let bare = chains(answers, Endpoint::BatchGetByUser, |answer| !answer.envelope);
    bare.into_values().map(|chain| follow(&chain).1).find(|evidence| evidence.status != Coverage::Complete)
}

fn without_licence() -> Evidence {
    Evidence {
        status: Coverage::Failed,
        errcode: None,
        detail: "left out by the service: the member has no licence".to_owned(),
    }
}

/// errcode of `externalcontact/list` for a member without any customer: an answer, not a failure (DOMAIN.md section 3).
const NO_CUSTOMERS: i64 = 84061;

fn of_answer(answer: &ApiAnswer) -> Evidence {
    match answer.errcode {
        NO_CUSTOMERS => {
            let detail = format!("{} answered {NO_CUSTOMERS}: no customers", answer.endpoint.path());
            Evidence { status: Coverage::Complete, errcode: Some(NO_CUSTOMERS), detail }
        }
        0 => Evidence {
            status: Coverage::Complete,
            errcode: None,
            detail: format!("{} answered", answer.endpoint.path()),
        },
        code => failed(answer, code),
    }
}

fn failed(answer: &ApiAnswer, code: i64) -> Evidence {
    let detail = format!("{} answered {code} {}", answer.endpoint.path(), answer.errmsg).trim_end().to_owned();
    Evidence { status: Coverage::Failed, errcode: Some(code), detail }
}

/// Groups the answers of one endpoint by the accounts of their requests: each group is a chain of pages.
fn chains(
    answers: &[ApiAnswer],
    endpoint: Endpoint,
    keep: impl Fn(&ApiAnswer) -> bool,
) -> BTreeMap<Arc<[String]>, Vec<&ApiAnswer>> {
    let mut chains: BTreeMap<Arc<[String]>, Vec<&ApiAnswer>> = BTreeMap::new();
    for answer in answers.iter().filter(|a| a.endpoint == endpoint && keep(a)) {
        let mut asked = answer.userids.to_vec();
        asked.sort_unstable();
        chains.entry(asked.into()).or_default().push(answer);
    }
    chains
}

/// Follows a chain of pages from its first to its end. A page that was requested again replaces its older answer.
fn follow(chain: &[&ApiAnswer]) -> (Moment, Evidence) {
    let newest = newest_of(chain);
    let (pages, has_end) = walk(chain);
    let evidence = match pages.last() {
        Some(page) if page.errcode != 0 => failed(page, page.errcode),
        Some(page) if has_end => {
            Evidence { status: Coverage::Complete, errcode: None, detail: pages_answered(page, pages.len()) }
        }
        _ => {
            let detail = format!("{}: the chain of pages has no end", chain[0].endpoint.path());
            Evidence { status: Coverage::Partial, errcode: None, detail }
        }
    };
    (newest, evidence)
}

fn newest_of(chain: &[&ApiAnswer]) -> Moment {
    chain.iter().map(|a| moment(a)).max().unwrap_or_default()
}

/// Returns the pages of a chain, from its first as far as it goes, and whether its end is reached.
fn walk<'a>(chain: &[&'a ApiAnswer]) -> (Vec<&'a ApiAnswer>, bool) {
    let mut pages: BTreeMap<Option<&str>, &ApiAnswer> = BTreeMap::new();
    // Of bare pages the order is unknown: one without a next page is the last.
    let rank = |answer: &ApiAnswer| (!answer.envelope && next_of(answer).is_none(), moment(answer));
    for answer in chain {
        let page = pages.entry(answer.cursor.as_deref()).or_insert(answer);
        if rank(page) <= rank(answer) {
            *page = answer;
        }
    }
    let (mut walked, mut seen) = (Vec::new(), BTreeSet::new());
    let mut cursor: Option<&str> = None;
    while let Some(page) = pages.get(&cursor).filter(|_| seen.insert(cursor)) {
        walked.push(*page);
        if page.errcode != 0 {
            return (walked, false);
        }
        match next_of(page) {
            Some(next) => cursor = Some(next),
            None => return (walked, true),
        }
    }
    (walked, false)
}

/// Returns the cursor of the next page.
fn next_of(page: &ApiAnswer) -> Option<&str> {
    page.next_cursor.as_deref().filter(|next| !next.is_empty())
}

/// Finds the newest evidence for each owner whose groups were requested by userid: such an answer proves nothing for
/// the corp.
fn groups_by_owner(answers: &[ApiAnswer]) -> BTreeMap<String, Evidence> {
    let mut newest = Newest::default();
    for (owners, chain) in chains(answers, Endpoint::GroupchatList, |answer| !answer.userids.is_empty()) {
        let (moment, evidence) = follow(&chain);
        for owner in owners.iter() {
            newest.offer(owner, moment, evidence.clone());
        }
    }
    newest.evidence()
}

fn pages_answered(page: &ApiAnswer, pages: usize) -> String {
    format!("{} answered, {pages} page{}", page.endpoint.path(), if pages == 1 { "" } else { "s" })
}

/// The newest evidence for each list that a corp has one of.
fn corp_lists(answers: &[ApiAnswer]) -> BTreeMap<&'static str, Evidence> {
    let mut newest: BTreeMap<&'static str, (Moment, Evidence)> = BTreeMap::new();
    for &endpoint in Endpoint::ALL {
        let Proves::CorpList(dataset) = endpoint.proves() else { continue };
        for chain in chains(answers, endpoint, |answer| answer.userids.is_empty()).into_values() {
            let (moment, evidence) = follow(&chain);
            if newest.get(dataset).is_none_or(|(known, _)| *known <= moment) {
                newest.insert(dataset, (moment, evidence));
            }
        }
    }
    newest.into_iter().map(|(dataset, (_, evidence))| (dataset, evidence)).collect()
}

/// Failures of requests for single customers, groups and codes: the number of answers that were errors.
fn single_objects(answers: &[ApiAnswer]) -> BTreeMap<&'static str, Evidence> {
    let mut objects = BTreeMap::new();
    for &endpoint in Endpoint::ALL {
        let Proves::SingleObjects(dataset) = endpoint.proves() else { continue };
        let mut newest: BTreeMap<Option<&str>, &ApiAnswer> = BTreeMap::new();
        for answer in answers.iter().filter(|a| a.endpoint == endpoint && a.envelope) {
            let known = newest.entry(answer.subject.as_deref()).or_insert(answer);
            if moment(known) <= moment(answer) {
                *known = answer;
            }
        }
        let is_failure = |a: &&&ApiAnswer| a.errcode != 0 && !endpoint.is_no_such_object(a.errcode);
        let failures: Vec<_> = newest.values().filter(is_failure).collect();
        let is_lost = |answer: &&&&ApiAnswer| answer.errcode != NO_CUSTOMERS;
        if let Some(first) = failures.iter().find(is_lost).or(failures.first()) {
            let detail = format!("{} of {} answers of {} were errors", failures.len(), newest.len(), endpoint.path());
            objects.insert(dataset, Evidence { status: Coverage::Failed, errcode: Some(first.errcode), detail });
        }
    }
    objects
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn answer(endpoint: Endpoint, userids: &[&str], cursor: &str, next: &str, errcode: i64, at: i64) -> ApiAnswer {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ApiAnswer {
            endpoint,
            userids: userids.iter().map(|&u| u.to_owned()).collect(),
            subject: None,
            errcode,
            errmsg: String::new(),
            cursor: some(cursor),
            next_cursor: some(next),
            envelope: true,
            unlicensed: Vec::new(),
            fetched_at: Some(at),
            file: 0,
            document: 1,
        }
    }

    fn of(answers: &[ApiAnswer], userid: &str) -> Coverage {
        assess(answers, &[], false).of_account(userid, false)
    }

    #[test]
    fn a_list_answer_covers_its_account_only() {
        let answers = [answer(Endpoint::ExternalcontactList, &["ann"], "", "", 0, 1)];
        assert_eq!(of(&answers, "ann"), Coverage::Complete);
        assert_eq!(of(&answers, "bob"), Coverage::Unknown);
    }

    #[test]
    fn a_chain_covers_when_its_last_page_is_there_in_any_order() {
        let page = |cursor, next| answer(Endpoint::BatchGetByUser, &["ann", "bob"], cursor, next, 0, 1);
        assert_eq!(of(&[page("c1", ""), page("", "c1")], "bob"), Coverage::Complete);
        assert_eq!(of(&[page("", "c1")], "bob"), Coverage::Partial);
        assert_eq!(of(&[page("c1", "")], "bob"), Coverage::Partial, "the first page is missing");
        assert_eq!(of(&[page("", "c1"), page("c1", "c1")], "bob"), Coverage::Partial, "a circle has no end");
    }

    #[test]
    fn the_newest_answer_decides() {
        let list = |errcode, at| answer(Endpoint::ExternalcontactList, &["ann"], "", "", errcode, at);
        assert_eq!(of(&[list(45033, 1), list(0, 2)], "ann"), Coverage::Complete);
        assert_eq!(of(&[list(0, 1), list(45033, 2)], "ann"), Coverage::Failed);
    }

    #[test]
    fn an_unlicensed_member_is_failed_though_the_answer_was_good() {
        let mut page = answer(Endpoint::BatchGetByUser, &["ann", "bob"], "", "", 0, 1);
        page.unlicensed = vec!["bob".to_owned()];
        assert_eq!(of(&[page.clone()], "ann"), Coverage::Complete);
        assert_eq!(of(&[page], "bob"), Coverage::Failed);
    }

    #[test]
    fn trust_and_whole_tables_cover_all_but_failures() {
        let failed = [answer(Endpoint::ExternalcontactList, &["ann"], "", "", 40014, 1)];
        for coverage in [assess(&failed, &[], true), assess(&failed, &[RELATIONS], false)] {
            assert_eq!(coverage.of_account("ann", true), Coverage::Failed);
            assert_eq!(coverage.of_account("bob", false), Coverage::Complete);
        }
    }

    #[test]
    fn without_evidence_it_depends_on_what_is_seen() {
        assert_eq!(assess(&[], &[], false).of_account("ann", true), Coverage::Observed);
        assert_eq!(assess(&[], &[], false).of_account("ann", false), Coverage::Unknown);
    }

    #[test]
    fn a_group_list_covers_the_corp_or_the_owners_it_was_asked_about() {
        let list = |owners: &[&str], next, errcode| answer(Endpoint::GroupchatList, owners, "", next, errcode, 1);
        let of = |answers: &[ApiAnswer], owner| assess(answers, &[], false).of_groups(Some(owner), true);
        assert_eq!(of(&[list(&[], "", 0)], "ann"), Coverage::Complete);
        assert_eq!(of(&[list(&[], "c1", 0)], "ann"), Coverage::Partial);
        assert_eq!(of(&[list(&[], "", 45033)], "ann"), Coverage::Failed);
        assert_eq!(of(&[list(&["ann"], "", 0)], "ann"), Coverage::Complete);
        assert_eq!(of(&[list(&["ann"], "", 0)], "bob"), Coverage::Unknown, "bob was not asked about");
        assert_eq!(of(&[list(&[], "", 0), list(&["ann"], "", 40014)], "ann"), Coverage::Failed);
        assert_eq!(of(&[list(&[], "", 45033), list(&["ann"], "", 0)], "ann"), Coverage::Complete);
    }

    #[test]
    fn groups_without_a_list_are_observed_and_an_error_is_never_covered() {
        assert_eq!(assess(&[], &[], false).of_groups(None, true), Coverage::Observed);
        assert_eq!(assess(&[], &[], false).of_groups(None, false), Coverage::Unknown);
        assert_eq!(assess(&[], &[], true).of_groups(None, false), Coverage::Complete);
        assert_eq!(assess(&[], &[GROUPS], false).of_groups(None, false), Coverage::Complete);
        let failed = [answer(Endpoint::GroupchatList, &[], "", "", 40014, 1)];
        for coverage in [assess(&failed, &[], true), assess(&failed, &[GROUPS], false)] {
            assert_eq!(coverage.of_groups(Some("ann"), true), Coverage::Failed);
        }
    }

    #[test]
    fn an_empty_follow_user_list_is_a_list() {
        let answers = [answer(Endpoint::GetFollowUserList, &[], "", "", 0, 1)];
        assert!(assess(&answers, &[], false).has_follow_user_list());
        assert!(!assess(&[], &[], false).has_follow_user_list());
    }
}
