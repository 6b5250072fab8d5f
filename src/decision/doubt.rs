//! Doubts from unreadable records and values: unreadable is not absent (SPEC section 1.3). A relation that nothing
//! matches is called missing only where no unreadable record or value could be the reason for it.

use std::ops::Range;

use arrow::array::{Array, AsArray, ListArray, RecordBatch};

use super::Exports;
use super::permissions::Permissions;
use crate::error::Result;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers, merged};
use crate::matching::{Matches, NOT_MATCHED, Pair, Side, contradict};
use crate::names::LookAlikes;
use crate::schema::vocabulary::{Dataset, MatchMethod};
use crate::schema::{Column, ReadColumns, fields};
use crate::snapshot::Partition;

/// The doubts about the relations of a partition.
pub struct RowDoubts {
    /// Source rows with an unreadable deciding value, or whose scope an unreadable record leaves open.
    pub unreadable: Vec<bool>,
    /// Source rows of enrolled accounts whose mapped account is covered, as far as this customer is concerned.
    pub covered: Vec<bool>,
    /// Source rows that an unreadable record of the mapped account may be.
    pub doubted: Vec<bool>,
    /// Source rows for which the mapped account holds an unmatched relation with a name that looks the same.
    pub look_alike: Vec<bool>,
    /// Pairs (by index of the enrolment) whose target account holds an unmatched relation with an unreadable value.
    pub partial: Vec<u32>,
    /// Relations of either side whose unionid could not be read.
    pub unionids: u64,
    /// The customers that unmatched source rows with an unreadable value may be.
    pub source: Option<DoubtfulCustomers>,
}

/// The matched rows of a partition, as the doubts look at them.
pub struct Matched<'a> {
    pub before: &'a Partition,
    pub after: &'a RecordBatch,
    pub source: &'a Side,
    pub target: &'a Side,
    pub pairs: &'a [(u32, Pair)],
    pub matches: &'a Matches,
    pub unionids_shared: bool,
    /// The formal start, cut-off of clause D1.
    pub started_at: i64,
}

impl RowDoubts {
    /// Collects the doubts about the relations of a partition.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn new(exports: &Exports, permissions: &Permissions<'_>, matched: &Matched<'_>) -> Result<Self> {
        let rows = matched.before.rows.num_rows();
        let flags = UnreadableRows::new(&matched.before.rows)?;
        let target_flags = UnreadableRows::new(matched.after)?;
        let mut doubts = Self {
            unreadable: (0..rows).map(|row| flags.is_set(row)).collect(),
            covered: vec![false; rows],
            doubted: vec![false; rows],
            look_alike: vec![false; rows],
            partial: Vec::new(),
            unionids: flags.unionids() + target_flags.unionids(),
            source: None,
        };
        for (userid, range) in matched.before.accounts() {
            doubts.of_scope(exports, permissions, matched, (userid, range));
        }
        doubts.source = Self::of_source(matched, &flags);
        for (index, pair) in matched.pairs {
            doubts.of_pair(exports, matched, &target_flags, (*index, pair));
        }
        Ok(doubts)
    }

    /// Scope that unreadable records of source-before, and lists that were cut off, leave open: whether the customer
    /// awaits reassignment, whether the member has the permission, whether the contact is a customer, when the relation
    /// was made.
    fn of_scope(
        &mut self,
        exports: &Exports,
        permissions: &Permissions<'_>,
        matched: &Matched<'_>,
        (userid, range): (&str, Range<usize>),
    ) {
        let coverage = &exports.source_before.coverage;
        let of = |dataset| {
            if coverage.is_cut_off(dataset) {
                Some(DoubtfulCustomers::Any)
            } else {
                coverage.doubts.of(dataset, userid)
            }
        };
        if of(Dataset::Unassigned).is_some() || permissions.is_in_doubt(userid) {
            self.unreadable[range].fill(true);
            return;
        }
        let (relations, contacts) = (coverage.doubts.of(Dataset::Relations, userid), of(Dataset::Contacts));
        if relations.is_none() && contacts.is_none() {
            return;
        }
        let lacks = [
            (&fields::CREATED_AT, merged(relations.into_iter().chain(contacts.clone()))),
            (&fields::IS_CUSTOMER, contacts),
        ];
        for (column, customers) in lacks.into_iter().filter_map(|(column, customers)| Some((column, customers?))) {
            let values = matched.before.column(column);
            for row in range.clone().filter(|&row| values.is_null(row)) {
                let (id, unionid) = matched.source.ids(row as u32);
                self.unreadable[row] |= customers.may_be(id, unionid);
            }
        }
    }

    /// Returns the customers of unmatched source rows with an unreadable value: those of its ids, any where an id could
    /// not be read and none is left. A row that has no id is of no customer that another account could hold.
    fn of_source(matched: &Matched<'_>, flags: &UnreadableRows<'_>) -> Option<DoubtfulCustomers> {
        let is_unknown = |row: &usize| flags.is_set(*row) && matched.matches.target_of[*row] == NOT_MATCHED;
        let enrolled = matched.pairs.iter().flat_map(|(_, pair)| pair.source.start as usize..pair.source.end as usize);
        let key = |row: usize| {
            let key = CustomerKey::new(matched.source.ids(row as u32));
            let lacks_id = || [&fields::EXTERNAL_USERID, &fields::UNIONID].iter().any(|id| flags.lacks(row, id));
            (!key.is_unknown() || lacks_id()).then(|| DoubtfulCustomers::from_key(key))
        };
        merged(enrolled.filter(is_unknown).filter_map(key))
    }

    fn of_pair(
        &mut self,
        exports: &Exports,
        matched: &Matched<'_>,
        target_flags: &UnreadableRows<'_>,
        (index, pair): (u32, &Pair),
    ) {
        let userid = &exports.enrolment.accounts()[index as usize].target_userid;
        let coverage = &exports.target_after.coverage;
        let is_covered = coverage.by_evidence(userid, !pair.target.is_empty()).is_covered();
        let unmatched = |row: u32| matched.matches.source_of[row as usize] == NOT_MATCHED;
        let lacks_details = coverage.lacks_customers(userid);
        let is_unreadable =
            |row: u32| target_flags.is_set(row as usize) || (lacks_details && matched.target.is_known_by_id_alone(row));
        let flagged: Vec<u32> = pair
            .target
            .clone()
            .filter(|&row| !coverage.trusted && is_unreadable(row) && matched.is_uncertain(row))
            .collect();
        if flagged.iter().any(|&row| unmatched(row)) {
            self.partial.push(index);
        }
        let of_rows = flagged.iter().map(|&row| DoubtfulCustomers::from_key(CustomerKey::new(matched.target.ids(row))));
        let customers = merged(coverage.doubts.of_any(Dataset::OF_RELATIONS, userid).into_iter().chain(of_rows));
        for row in pair.source.clone() {
            let is_doubted = customers.as_ref().is_some_and(|customers| matched.may_be(exports, row, customers));
            self.doubted[row as usize] = is_doubted;
            self.covered[row as usize] = is_covered && !is_doubted;
        }
        for row in matched.looking_alike(pair) {
            self.look_alike[row as usize] = true;
        }
    }
}

impl Matched<'_> {
    /// Reports whether a target row with an unreadable value may be another customer: unmatched, or matched by name
    /// only.
    fn is_uncertain(&self, row: u32) -> bool {
        let source = self.matches.source_of[row as usize];
        source == NOT_MATCHED || self.matches.method[source as usize] == Some(MatchMethod::Name)
    }

    /// Reports whether a source row may be one of the customers of unreadable records of its mapped account.
    fn may_be(&self, exports: &Exports, row: u32, customers: &DoubtfulCustomers) -> bool {
        let DoubtfulCustomers::These(keys) = customers else { return true };
        let (id, unionid) = self.source.ids(row);
        let mapped = id.and_then(|id| exports.customer_map.target_of(id));
        let unionid = unionid.filter(|_| self.unionids_shared);
        let contradicts = |key: &CustomerKey| match (mapped, &key.external_userid) {
            (Some(mapped), Some(id)) => mapped != id,
            // The map goes before the unionid, and the id that it names may be the one that could not be read.
            (Some(_), None) => false,
            (None, _) => unionid.zip(key.unionid.as_deref()).is_some_and(|(source, target)| source != target),
        };
        !keys.iter().all(contradicts)
    }

    /// The unmatched source rows of a pair for which the target account holds an unmatched relation, made since the
    /// start or at an unknown time, with a name that looks the same and that no id contradicts.
    fn looking_alike(&self, pair: &Pair) -> Vec<u32> {
        let (source, target) = (self.source, self.target);
        let is_open = |&row: &u32| {
            let is_new = target.created_at(row).is_none_or(|made| made >= self.started_at);
            self.matches.source_of[row as usize] == NOT_MATCHED && is_new
        };
        let is_unmatched =
            |&row: &u32| self.matches.target_of[row as usize] == NOT_MATCHED && source.name(row).is_some();
        let unmatched: Vec<u32> = pair.source.clone().filter(is_unmatched).collect();
        if unmatched.is_empty() {
            return Vec::new();
        }
        let named = pair.target.clone().filter(is_open).filter_map(|row| Some((row, target.name(row)?)));
        let names = LookAlikes::new(named);
        let agrees = |row: u32, other: u32| !contradict(source, target, (row, other), self.unionids_shared);
        unmatched
            .into_iter()
            .filter(|&row| source.name(row).is_some_and(|name| names.find(name).any(|other| agrees(row, other))))
            .collect()
    }
}

/// The rows with an unreadable deciding value.
struct UnreadableRows<'a> {
    lists: &'a ListArray,
}

impl<'a> UnreadableRows<'a> {
    fn new(rows: &'a RecordBatch) -> Result<Self> {
        Ok(Self { lists: rows.lists(&fields::UNREADABLE)? })
    }

    fn is_set(&self, row: usize) -> bool {
        self.lists.is_valid(row)
    }

    /// Rows whose unionid is among these values.
    fn unionids(&self) -> u64 {
        if self.lists.null_count() == self.lists.len() {
            return 0;
        }
        (0..self.lists.len()).filter(|&row| self.lacks(row, &fields::UNIONID)).count() as u64
    }

    /// Reports whether that value of the row could not be read.
    fn lacks(&self, row: usize, column: &Column) -> bool {
        self.is_set(row) && self.lists.value(row).as_string_view().iter().any(|unread| unread == Some(column.name))
    }
}
