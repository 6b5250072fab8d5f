//! Coverage of a snapshot: evidence -> the completeness of each account, and of each list of the corp.
//!
//! An answer with an error is evidence that nothing is known, never that there are no customers. The newest answer of
//! the service decides (SPEC section 2), so a rate limit after a good page leaves the account uncovered.

mod answers;
mod count_jumps;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::ingest::doubts::Doubts;
use crate::schema::vocabulary::{Coverage, Dataset};

pub use answers::assess;
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

/// errcode of `externalcontact/list` for a member without any customer: an answer, not a failure (DOMAIN.md section 3).
const NO_CUSTOMERS: i64 = 84061;

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
        // That no member has the customer is an answer.
        let is_lack = |evidence: &Evidence| {
            evidence.status != Coverage::Complete && !(dataset == CUSTOMERS && evidence.errcode == Some(NO_CUSTOMERS))
        };
        !self.trusted && evidence.is_some_and(is_lack)
    }

    /// Returns whether a list of the corp was cut off: the dump holds some pages of it, and not the last.
    pub fn is_cut_off(&self, list: Dataset) -> bool {
        let evidence = self.evidence(list.word(), None);
        !self.trusted && evidence.is_some_and(|evidence| evidence.status == Coverage::Partial)
    }

    /// Returns whether requests for the details of customers of an account failed or were cut off. A customer who is
    /// known by an id alone may then be any: the details could not be read.
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

    fn insert(&mut self, dataset: &str, evidence: impl Into<Arc<Evidence>>) {
        self.datasets.entry(dataset.into()).or_default().whole = Some(evidence.into());
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

#[cfg(test)]
mod tests;
