//! Coverage of a snapshot: evidence -> the completeness of each account, and of each list of the corp.
//!
//! An answer with an error is evidence that nothing is known, never that there are no customers. The newest answer of
//! the service decides (SPEC section 2), so a rate limit after a good page leaves the account uncovered.

mod count_jumps;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::ingest::answers::{AnswerChain, Answers, FoldedAnswer, Moment};
use crate::ingest::doubts::Doubts;
use crate::ingest::raw::{Endpoint, Proves, WHOLE_TABLE};
use crate::schema::vocabulary::{Coverage, Dataset};

pub use count_jumps::{CountJump, count_jumps};

/// Evidence for one dataset, of one account or of the whole corp.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// `Complete`, `Partial` or `Failed`.
    pub status: Coverage,
    /// The service's error code, where the answer was an error.
    pub errcode: Option<i64>,
    /// Explanation in words.
    pub detail: String,
}

/// Evidence for one dataset. Few evidences differ: accounts share them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct DatasetEvidence {
    whole: Option<Arc<Evidence>>,
    accounts: BTreeMap<Box<str>, Arc<Evidence>>,
}

/// Coverage of one snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotCoverage {
    datasets: BTreeMap<Box<str>, DatasetEvidence>,
    /// Whether the case file declares the snapshot complete.
    pub trusted: bool,
    /// Unreadable records, which lower the coverage; none of a trusted snapshot.
    pub doubts: Doubts,
}

/// Dataset of customer relations.
pub const RELATIONS: &str = Dataset::Relations.word();
/// Dataset of customer groups.
pub const GROUPS: &str = Dataset::Groups.word();
/// Dataset of members with customer-contact permission.
pub const FOLLOW_USERS: &str = Dataset::FollowUsers.word();
/// Details of customers, one request for each or for some accounts.
const CUSTOMERS: &str = Dataset::Customers.word();
/// Details of groups, one request for each.
const GROUP_MEMBERS: &str = Dataset::GroupMembers.word();
/// Rows of contacts.
const CONTACTS: &str = Dataset::Contacts.word();
/// Answers of unknown requests: errors, and pages of unknown accounts.
const ANSWERS: &str = Dataset::Answers.word();

impl SnapshotCoverage {
    /// Returns the evidence for a dataset: of an account, or as a whole.
    pub fn evidence(&self, dataset: &str, userid: Option<&str>) -> Option<&Evidence> {
        let of = self.datasets.get(dataset)?;
        userid.map_or(of.whole.as_ref(), |userid| of.accounts.get(userid)).map(AsRef::as_ref)
    }

    /// Returns the coverage of an account, given whether the snapshot has relations of it. Unreadable records lower
    /// complete coverage to partial (SPEC section 1.3).
    pub fn of_account(&self, userid: &str, has_relations: bool) -> Coverage {
        let by_evidence = self.by_evidence(userid, has_relations);
        lowered(by_evidence, by_evidence.is_covered() && self.doubts.of_any(Dataset::OF_RELATIONS, userid).is_some())
    }

    /// Returns the coverage by the evidence alone, as if every record had been readable.
    pub fn by_evidence(&self, userid: &str, has_relations: bool) -> Coverage {
        let account = self.evidence(RELATIONS, Some(userid)).map(|evidence| evidence.status);
        match account {
            Some(Coverage::Failed) => Coverage::Failed,
            Some(Coverage::Complete) => Coverage::Complete,
            _ if self.trusted || self.is_complete(RELATIONS) => Coverage::Complete,
            Some(partial) => partial,
            None if !has_relations => Coverage::Unknown,
            // What failed or was cut off may have held any account.
            None if [CUSTOMERS, CONTACTS, ANSWERS].iter().any(|dataset| self.lacks(dataset, None)) => Coverage::Partial,
            None => Coverage::Observed,
        }
    }

    /// Returns whether there is evidence that a dataset is complete as a whole.
    pub fn is_complete(&self, dataset: &str) -> bool {
        self.evidence(dataset, None).is_some_and(|evidence| evidence.status == Coverage::Complete)
    }

    /// Returns whether requests for a dataset, of an account or of the whole corp, failed or were cut off.
    fn lacks(&self, dataset: &str, userid: Option<&str>) -> bool {
        let evidence = self.evidence(dataset, userid);
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
        // An unreadable list is a list: what it lacks is unclear.
        lowered(self.of_groups_by_evidence(owner, has_groups), doubts)
    }

    fn of_groups_by_evidence(&self, owner: Option<&str>, has_groups: bool) -> Coverage {
        let status = |owner: Option<&str>| self.evidence(GROUPS, owner).map(|evidence| evidence.status);
        let of_owner = owner.and_then(|owner| status(Some(owner)));
        let of_corp = status(None).or(self.trusted.then_some(Coverage::Complete));
        let only_some_owners = || self.datasets.get(GROUPS).is_some_and(|groups| !groups.accounts.is_empty());
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
        self.is_complete(FOLLOW_USERS)
    }

    /// Sets the evidence of rows of a coverage table.
    pub fn extend(&mut self, rows: impl Iterator<Item = (String, Option<String>, Evidence)>) {
        let mut shared = SharedEvidence::default();
        for (dataset, userid, evidence) in rows {
            let evidence = shared.shared(evidence);
            let of = self.datasets.entry(dataset.into()).or_default();
            match userid {
                Some(userid) => drop(of.accounts.insert(userid.into(), evidence)),
                None => of.whole = Some(evidence),
            }
        }
    }

    /// Adds error answers of unknown requests: any request for an account without evidence of its own may have failed.
    pub fn add_untied_errors<'a>(&mut self, errors: impl Iterator<Item = &'a String>) {
        let errors: BTreeSet<&str> = errors.map(String::as_str).collect();
        if !errors.is_empty() {
            let detail = errors.into_iter().collect::<Vec<_>>().join("; ");
            self.insert(ANSWERS, Evidence { status: Coverage::Failed, errcode: None, detail });
        }
    }

    fn insert(&mut self, dataset: &str, evidence: Evidence) {
        self.datasets.entry(dataset.into()).or_default().whole = Some(Arc::new(evidence));
    }

    /// Returns the number of rows of its table.
    pub fn rows(&self) -> u64 {
        self.datasets.values().map(|of| u64::from(of.whole.is_some()) + of.accounts.len() as u64).sum()
    }

    /// Calls `each` with the evidence of each dataset, as a whole and by account, in order.
    pub fn for_each(&self, mut each: impl FnMut(&str, Option<&str>, &Evidence)) {
        for (dataset, of) in &self.datasets {
            of.whole.iter().for_each(|evidence| each(dataset, None, evidence));
            of.accounts.iter().for_each(|(userid, evidence)| each(dataset, Some(userid), evidence));
        }
    }

    /// As [`Self::for_each`], of the evidence as it is reported: lowered by unreadable records.
    pub fn for_each_with_doubts(&self, mut each: impl FnMut(&str, Option<&str>, &Evidence)) {
        let mut doubtful: BTreeMap<(&str, Option<&str>), Evidence> = BTreeMap::new();
        for (dataset, userid, _) in self.doubts.iter() {
            let nothing = || Evidence { status: Coverage::Complete, errcode: None, detail: String::new() };
            let mut evidence = self.evidence(dataset.word(), userid).cloned().unwrap_or_else(nothing);
            if evidence.status != Coverage::Failed {
                evidence.status = Coverage::Partial;
            }
            let detail = [evidence.detail.as_str(), "records could not be read: see rejects"];
            evidence.detail = detail.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
            doubtful.insert((dataset.word(), userid), evidence);
        }
        let mut doubtful = doubtful.into_iter().peekable();
        self.for_each(|dataset, userid, evidence| {
            while let Some(((dataset, userid), evidence)) = doubtful.next_if(|(key, _)| *key < (dataset, userid)) {
                each(dataset, userid, &evidence);
            }
            let lowered = doubtful.next_if(|(key, _)| *key == (dataset, userid));
            each(dataset, userid, lowered.as_ref().map_or(evidence, |(_, lowered)| lowered));
        });
        for ((dataset, userid), evidence) in doubtful {
            each(dataset, userid, &evidence);
        }
    }
}

fn lowered(coverage: Coverage, is_in_doubt: bool) -> Coverage {
    if is_in_doubt { Coverage::Partial } else { coverage }
}

/// Assesses the answers of a dump.
pub fn assess(answers: &Answers, whole_tables: &[&str], trusted: bool) -> SnapshotCoverage {
    let mut coverage = SnapshotCoverage { trusted, ..SnapshotCoverage::default() };
    let accounts = accounts(answers);
    let mut details = details(answers);
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
    if let Some(evidence) = cut_off(answers) {
        coverage.insert(ANSWERS, evidence);
    }
    for (dataset, evidence) in corp_lists(answers) {
        coverage.insert(dataset, evidence);
    }
    for (dataset, evidence) in single_objects(answers) {
        coverage.insert(dataset, evidence);
    }
    for &table in whole_tables {
        let failed = coverage.evidence(table, None).is_some_and(|evidence| evidence.status == Coverage::Failed);
        if !failed {
            let detail = WHOLE_TABLE.to_owned();
            coverage.insert(table, Evidence { status: Coverage::Complete, errcode: None, detail });
        }
    }
    coverage
}

/// Distinct evidences.
#[derive(Default)]
struct SharedEvidence(HashMap<Evidence, Arc<Evidence>>);

impl SharedEvidence {
    fn shared(&mut self, evidence: Evidence) -> Arc<Evidence> {
        if let Some(known) = self.0.get(&evidence) {
            return Arc::clone(known);
        }
        let shared = Arc::new(evidence.clone());
        self.0.insert(evidence, Arc::clone(&shared));
        shared
    }
}

/// Newest evidence by account.
struct Newest<'a> {
    answers: &'a Answers,
    of_account: Vec<Option<(Moment, Arc<Evidence>)>>,
    shared: SharedEvidence,
}

impl<'a> Newest<'a> {
    fn new(answers: &'a Answers) -> Self {
        Self { answers, of_account: Vec::new(), shared: SharedEvidence::default() }
    }

    fn offer(&mut self, account: u32, moment: Moment, evidence: &Arc<Evidence>) {
        self.of_account.resize(self.of_account.len().max(account as usize + 1), None);
        let known = &mut self.of_account[account as usize];
        if known.as_ref().is_none_or(|(known, _)| *known <= moment) {
            *known = Some((moment, Arc::clone(evidence)));
        }
    }

    fn evidence(self) -> BTreeMap<Box<str>, Arc<Evidence>> {
        let known = (0..).zip(self.of_account).filter_map(|(account, known)| Some((account, known?.1)));
        known.map(|(account, evidence)| (self.answers.userid(account).into(), evidence)).collect()
    }
}

/// Finds the newest evidence for each account.
fn accounts(answers: &Answers) -> BTreeMap<Box<str>, Arc<Evidence>> {
    let mut newest = Newest::new(answers);
    for chain in answers.chains(Endpoint::ExternalcontactList) {
        for answer in chain.answers() {
            let evidence = newest.shared.shared(of_answer(answers, answer));
            chain.accounts().iter().for_each(|account| newest.offer(*account, answer.moment(), &evidence));
        }
    }
    offer_batches(answers, &mut newest);
    newest.evidence()
}

/// Finds the newest evidence for the details of the customers of each account; a list of ids may be newer.
fn details(answers: &Answers) -> BTreeMap<Box<str>, Arc<Evidence>> {
    let mut newest = Newest::new(answers);
    offer_batches(answers, &mut newest);
    newest.evidence()
}

/// Finds out whether bare pages of customers, of unknown accounts, lack their last one.
fn cut_off(answers: &Answers) -> Option<Evidence> {
    let bare = answers.chains(Endpoint::BatchGetByUser).filter(|chain| chain.accounts().is_empty());
    bare.map(|chain| follow(answers, chain)).find(|evidence| evidence.status != Coverage::Complete)
}

fn offer_batches<'a>(answers: &'a Answers, newest: &mut Newest<'a>) {
    let without_licence = Arc::new(Evidence {
        status: Coverage::Failed,
        errcode: None,
        detail: "left out by the service: the member has no licence".to_owned(),
    });
    for chain in answers.chains(Endpoint::BatchGetByUser) {
        let evidence = newest.shared.shared(follow(answers, chain));
        let unlicensed = chain.unlicensed();
        for account in chain.accounts() {
            let is_licensed = unlicensed.binary_search(account).is_err();
            newest.offer(*account, chain.newest(), if is_licensed { &evidence } else { &without_licence });
        }
    }
}

/// errcode of `externalcontact/list` for a member without any customer: an answer, not a failure (DOMAIN.md section 3).
const NO_CUSTOMERS: i64 = 84061;

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
    let detail = format!("{} answered {code} {message}", answer.endpoint().path()).trim_end().to_owned();
    Evidence { status: Coverage::Failed, errcode: Some(code), detail }
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
    let mut newest = Newest::new(answers);
    for chain in answers.chains(Endpoint::GroupchatList).filter(|chain| !chain.accounts().is_empty()) {
        let evidence = newest.shared.shared(follow(answers, chain));
        chain.accounts().iter().for_each(|owner| newest.offer(*owner, chain.newest(), &evidence));
    }
    newest.evidence()
}

/// The newest evidence for each list that a corp has one of.
fn corp_lists(answers: &Answers) -> BTreeMap<&'static str, Evidence> {
    let mut newest: BTreeMap<&'static str, (Moment, Evidence)> = BTreeMap::new();
    for &endpoint in Endpoint::ALL {
        let Proves::CorpList(dataset) = endpoint.proves() else { continue };
        for chain in answers.chains(endpoint).filter(|chain| chain.accounts().is_empty()) {
            if newest.get(dataset).is_none_or(|(known, _)| *known <= chain.newest()) {
                newest.insert(dataset, (chain.newest(), follow(answers, chain)));
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
            // A customer who is nobody's counts last.
            let rank = |code: i64, count: u64| (code != NO_CUSTOMERS, count, Reverse(code));
            let most = failures.iter().max_by_key(|(code, count)| rank(**code, **count));
            if let Some((&code, _)) = most {
                let (failed, all) = (failures.values().sum::<u64>(), chain.answers().len());
                let detail = format!("{failed} of {all} answers of {} were errors", endpoint.path());
                objects.insert(dataset, Evidence { status: Coverage::Failed, errcode: Some(code), detail });
            }
        }
    }
    objects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::raw::ApiAnswer;

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

    /// The answers, folded.
    pub fn answers<'a>(all: impl IntoIterator<Item = &'a ApiAnswer>) -> Answers {
        let mut answers = Answers::default();
        all.into_iter().for_each(|answer| answers.add(answer));
        answers.fold();
        answers
    }

    fn assess(answers: &[ApiAnswer], whole_tables: &[&str], trusted: bool) -> SnapshotCoverage {
        super::assess(&self::answers(answers), whole_tables, trusted)
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
    fn a_member_without_customers_is_answered_by_a_code_of_the_list_and_of_no_other() {
        let of_endpoint = |endpoint| of(&[answer(endpoint, &["ann"], "", "", 84061, 1)], "ann");
        assert_eq!(of_endpoint(Endpoint::ExternalcontactList), Coverage::Complete);
        assert_eq!(of_endpoint(Endpoint::BatchGetByUser), Coverage::Failed);
    }

    #[test]
    fn of_two_lists_of_the_members_the_newest_decides() {
        let list = |endpoint, errcode, at| answer(endpoint, &[], "", "", errcode, at);
        let of = |answers: [ApiAnswer; 2]| assess(&answers, &[], false).evidence("members", None).map(|e| e.status);
        for [one, other] in
            [[Endpoint::UserSimplelist, Endpoint::UserList], [Endpoint::UserList, Endpoint::UserSimplelist]]
        {
            assert_eq!(of([list(one, 40014, 1), list(other, 0, 2)]), Some(Coverage::Complete));
            assert_eq!(of([list(one, 0, 1), list(other, 40014, 2)]), Some(Coverage::Failed));
        }
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
        let whole_table = assess(&[list(&[], "c1", 0)], &[GROUPS], false);
        assert_eq!(whole_table.of_groups(Some("ann"), true), Coverage::Complete, "a table beside it is whole");
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
        let failed = [answer(Endpoint::GetFollowUserList, &[], "", "", 45033, 1)];
        assert!(!assess(&failed, &[], false).has_follow_user_list(), "an error is no list");
    }
}
