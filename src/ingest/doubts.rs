//! Doubts: the accounts and customers that unreadable records may belong to (SPEC section 1.3, "Unreadable is not
//! absent").
//!
//! With an unreadable record its account is no longer covered completely. The record is one customer's; where one of
//! its keys can be read, [`CustomerKey`] has it, so that relations of other customers stay decided. Memory is bounded:
//! an account with too many keys is in doubt for any customer, all accounts with unreadable records are if these have
//! too many keys in all, and with too many accounts the whole snapshot is.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::schema::vocabulary::Dataset;

/// Keys of one account at most.
const MAX_KEYS: usize = 1000;
/// Keys of all accounts at most, in about 15 MB: each that was added counts, so that their order does not matter.
const MAX_ALL_KEYS: u64 = 100_000;
/// Accounts of one snapshot at most.
const MAX_ACCOUNTS: usize = 100_000;

/// The readable keys of an unreadable record.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerKey {
    pub external_userid: Option<String>,
    pub unionid: Option<String>,
}

impl CustomerKey {
    /// Makes the key of a customer of whom these ids are known: `external_userid`, unionid.
    pub fn new((external_userid, unionid): (Option<&str>, Option<&str>)) -> Self {
        Self { external_userid: external_userid.map(str::to_owned), unionid: unionid.map(str::to_owned) }
    }

    /// Returns whether the record has no readable key.
    pub fn is_unknown(&self) -> bool {
        self.external_userid.is_none() && self.unionid.is_none()
    }
}

/// The customers that the unreadable records of an account may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoubtfulCustomers {
    /// The customers with one of these keys.
    These(BTreeSet<CustomerKey>),
    /// Any.
    Any,
}

impl DoubtfulCustomers {
    /// The customer with that key.
    pub fn from_key(key: CustomerKey) -> Self {
        if key.is_unknown() { Self::Any } else { Self::These(BTreeSet::from([key])) }
    }

    /// Returns whether this customer of the same corp may be one of them.
    pub fn may_be(&self, external_userid: Option<&str>, unionid: Option<&str>) -> bool {
        let Self::These(keys) = self else { return true };
        let is = |key: &CustomerKey| match (
            key.external_userid.as_deref().zip(external_userid),
            key.unionid.as_deref().zip(unionid),
        ) {
            (Some((unread, id)), _) => unread == id,
            (None, Some((unread, unionid))) => unread == unionid,
            (None, None) => true,
        };
        keys.iter().any(is)
    }

    /// Drops unionids that are not keys.
    fn with_valid_keys(self, is_key: impl Fn(&str) -> bool) -> Self {
        let Self::These(keys) = self else { return self };
        let of = |key: CustomerKey| {
            Self::from_key(CustomerKey { unionid: key.unionid.filter(|unionid| is_key(unionid)), ..key })
        };
        merged(keys.into_iter().map(of)).unwrap_or(Self::Any)
    }

    /// Adds the customers of more records.
    pub fn merge(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::These(keys), Self::These(more)) => {
                keys.extend(more);
                if keys.len() > MAX_KEYS {
                    *self = Self::Any;
                }
            }
            (_, Self::Any) => *self = Self::Any,
            (Self::Any, _) => {}
        }
    }
}

/// The unreadable records of an account, and the customers that they may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDoubt {
    /// A record of several possible accounts or datasets is counted at the first of them.
    pub records: u64,
    pub customers: DoubtfulCustomers,
}

/// Unreadable records by dataset and account (`None` is every account), and unreadable values by dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    records: BTreeMap<(Dataset, Option<String>), AccountDoubt>,
    values: BTreeMap<Dataset, u64>,
    /// Keys that were added to accounts that are known.
    keys: u64,
}

impl Doubts {
    /// Adds records of the dataset that are unreadable or may be missing: of the account, if it is known.
    pub fn add(&mut self, dataset: Dataset, userid: Option<&str>, mut key: CustomerKey, records: u64) {
        if userid.is_some() && !key.is_unknown() {
            self.keys += 1;
            if self.keys > MAX_ALL_KEYS {
                key = CustomerKey::default();
            }
            if self.keys == MAX_ALL_KEYS + 1 {
                self.drop_keys();
            }
        }
        let place = (dataset, userid.map(str::to_owned));
        match self.records.get_mut(&place) {
            // In a file of which nothing can be read, nearly all records end here: no set of keys is built for them.
            Some(AccountDoubt { records: known, customers: DoubtfulCustomers::Any }) => *known += records,
            _ => self.put(place, AccountDoubt { records, customers: DoubtfulCustomers::from_key(key) }),
        }
    }

    /// Drops the keys of all accounts that are known, which are then in doubt for any customer.
    fn drop_keys(&mut self) {
        let of_accounts = self.records.iter_mut().filter(|((_, userid), _)| userid.is_some());
        of_accounts.for_each(|(_, doubt)| doubt.customers = DoubtfulCustomers::Any);
    }

    /// Adds unreadable values of the dataset.
    pub fn add_values(&mut self, dataset: Dataset, values: u64) {
        *self.values.entry(dataset).or_default() += values;
    }

    fn put(&mut self, mut place: (Dataset, Option<String>), mut doubt: AccountDoubt) {
        if self.records.len() >= MAX_ACCOUNTS && !self.records.contains_key(&place) {
            place.1 = None;
            doubt.customers = DoubtfulCustomers::Any;
        }
        match self.records.entry(place) {
            Entry::Vacant(entry) => {
                entry.insert(doubt);
            }
            Entry::Occupied(mut entry) => {
                entry.get_mut().records += doubt.records;
                entry.get_mut().customers.merge(doubt.customers);
            }
        }
    }

    /// Adds the doubts of another portion or file.
    pub fn merge(&mut self, more: Self) {
        for (place, doubt) in more.records {
            self.put(place, doubt);
        }
        for (dataset, values) in more.values {
            self.add_values(dataset, values);
        }
        self.keys += more.keys;
        if self.keys > MAX_ALL_KEYS {
            self.drop_keys();
        }
    }

    /// The number of unreadable records.
    pub fn records(&self) -> u64 {
        self.records.values().map(|doubt| doubt.records).sum()
    }

    /// The number of unreadable records of a dataset.
    pub fn records_of(&self, dataset: Dataset) -> u64 {
        self.iter().filter(|(of, ..)| *of == dataset).map(|(.., doubt)| doubt.records).sum()
    }

    /// The numbers of unreadable values by dataset.
    pub fn values(&self) -> impl Iterator<Item = (Dataset, u64)> {
        self.values.iter().map(|(dataset, values)| (*dataset, *values))
    }

    /// Returns whether any record of the dataset is unreadable.
    pub fn concern(&self, dataset: Dataset) -> bool {
        self.records.range((dataset, None)..).next().is_some_and(|((of, _), _)| *of == dataset)
    }

    /// The customers of an account in doubt, if any.
    pub fn of(&self, dataset: Dataset, userid: &str) -> Option<DoubtfulCustomers> {
        let of =
            |userid: Option<&str>| Some(self.records.get(&(dataset, userid.map(str::to_owned)))?.customers.clone());
        merged([of(None), of(Some(userid))].into_iter().flatten())
    }

    /// The customers of an account in doubt by any of these datasets, if any.
    pub fn of_any(&self, datasets: &[Dataset], userid: &str) -> Option<DoubtfulCustomers> {
        merged(datasets.iter().filter_map(|dataset| self.of(*dataset, userid)))
    }

    /// All doubts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Dataset, Option<&str>, &AccountDoubt)> {
        self.records.iter().map(|((dataset, userid), doubt)| (*dataset, userid.as_deref(), doubt))
    }

    /// Drops unionids that are not keys.
    #[must_use]
    pub fn with_valid_keys(mut self, is_key: impl Fn(&str) -> bool) -> Self {
        for doubt in self.records.values_mut() {
            doubt.customers = std::mem::replace(&mut doubt.customers, DoubtfulCustomers::Any).with_valid_keys(&is_key);
        }
        self
    }

    /// Replaces userids by the spellings that `spell` returns.
    #[must_use]
    pub fn respelled(self, mut spell: impl FnMut(&str) -> Option<String>) -> Self {
        let mut respelled = Self { records: BTreeMap::new(), values: self.values, keys: self.keys };
        for ((dataset, userid), doubt) in self.records {
            let userid = userid.map(|userid| spell(&userid).unwrap_or(userid));
            respelled.put((dataset, userid), doubt);
        }
        respelled
    }
}

/// Merges the customers of several doubts, if there are any.
pub fn merged(customers: impl Iterator<Item = DoubtfulCustomers>) -> Option<DoubtfulCustomers> {
    customers.reduce(|mut all, more| {
        all.merge(more);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(unionid: &str) -> CustomerKey {
        CustomerKey { external_userid: None, unionid: Some(unionid.to_owned()) }
    }

    #[test]
    fn an_account_is_in_doubt_by_its_own_records_and_by_those_of_no_account() {
        let mut doubts = Doubts::default();
        doubts.add(Dataset::Relations, Some("ann"), key("u1"), 1);
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::These([key("u1")].into())));
        assert_eq!(doubts.of(Dataset::Relations, "bob"), None);
        assert_eq!(doubts.of(Dataset::Groups, "ann"), None);
        doubts.add(Dataset::Relations, None, key("u2"), 1);
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::These([key("u1"), key("u2")].into())));
        assert_eq!(doubts.of(Dataset::Relations, "bob"), Some(DoubtfulCustomers::These([key("u2")].into())));
        doubts.add(Dataset::Relations, Some("bob"), CustomerKey::default(), 1);
        assert_eq!(doubts.of(Dataset::Relations, "bob"), Some(DoubtfulCustomers::Any));
    }

    #[test]
    fn a_unionid_that_is_not_a_key_is_ignored() {
        let of =
            |id: Option<&str>, unionid: &str| CustomerKey { external_userid: id.map(str::to_owned), ..key(unionid) };
        let mut doubts = Doubts::default();
        doubts.add(Dataset::Relations, Some("ann"), of(Some("w1"), "x"), 1);
        doubts.add(Dataset::Relations, Some("ann"), of(Some("w2"), "u2"), 1);
        doubts.add(Dataset::Relations, Some("bob"), of(None, "x"), 1);
        let doubts = doubts.with_valid_keys(|unionid| unionid != "x");
        let of_ann = [CustomerKey { external_userid: Some("w1".to_owned()), unionid: None }, of(Some("w2"), "u2")];
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::These(of_ann.into())));
        assert_eq!((doubts.of(Dataset::Relations, "bob"), doubts.records()), (Some(DoubtfulCustomers::Any), 3));
    }

    #[test]
    fn memory_is_bounded_and_no_doubt_is_lost() {
        let mut doubts = Doubts::default();
        for n in 0..=MAX_KEYS {
            doubts.add(Dataset::Relations, Some("ann"), key(&n.to_string()), 1);
        }
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::Any));
        for n in 0..=MAX_ACCOUNTS {
            doubts.add(Dataset::Groups, Some(&n.to_string()), key("u"), 1);
        }
        assert_eq!(doubts.of(Dataset::Groups, "nobody"), Some(DoubtfulCustomers::Any));
        assert_eq!(doubts.records(), (MAX_KEYS + MAX_ACCOUNTS + 2) as u64);
        assert!(doubts.records.len() <= MAX_ACCOUNTS + 1);
    }

    #[test]
    fn too_many_keys_in_all_leave_their_accounts_in_doubt_in_any_order() {
        // 100 keys of each account; then one more of account 1, and one of no account.
        let doubts = |range: std::ops::Range<u64>| {
            let mut doubts = Doubts::default();
            for n in range {
                doubts.add(Dataset::Relations, Some(&(n / 100).to_string()), key(&n.to_string()), 1);
            }
            doubts
        };
        let these = |n: &str| Some(DoubtfulCustomers::These([key(n)].into()));
        let mut few = doubts(0..MAX_ALL_KEYS);
        few.add(Dataset::Relations, None, key("u"), 1);
        assert!(matches!(few.of(Dataset::Relations, "0"), Some(DoubtfulCustomers::These(keys)) if keys.len() == 101));
        few.add(Dataset::Relations, Some("1"), key("u"), 1);
        let (mut first, mut last) = (doubts(0..50), doubts(50..MAX_ALL_KEYS));
        last.add(Dataset::Relations, None, key("u"), 1);
        last.add(Dataset::Relations, Some("1"), key("u"), 1);
        assert!(matches!(last.of(Dataset::Relations, "5"), Some(DoubtfulCustomers::These(_))));
        first.merge(last);
        assert!(few == first && few.records() == MAX_ALL_KEYS + 2);
        assert_eq!(few.of(Dataset::Relations, "0"), Some(DoubtfulCustomers::Any));
        assert_eq!(few.of(Dataset::Relations, "of no record"), these("u"));
    }
}
