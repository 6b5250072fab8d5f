//! Doubts: whom and what the records stand for that could not be read (SPEC section 1.3, "Unreadable is not absent").
//!
//! A record that cannot be read takes away the proof that its account is whole. It stands for one customer; where one of
//! its keys could be read, [`CustomerKey`] keeps it, so that relations of other customers stay judged. Kept in bounded
//! memory, however many records there are: an account with too many keys is in doubt for any customer, and so is the
//! whole snapshot if too many accounts are.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::schema::vocabulary::Dataset;

/// Keys that are kept of one account.
const MOST_KEYS: usize = 1000;
/// Accounts that are kept of one snapshot.
const MOST_ACCOUNTS: usize = 100_000;

/// The keys that could be read of a record that could not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerKey {
    pub external_userid: Option<String>,
    pub unionid: Option<String>,
}

impl CustomerKey {
    /// Whether nothing is known of the customer.
    pub fn is_unknown(&self) -> bool {
        self.external_userid.is_none() && self.unionid.is_none()
    }
}

/// Which customers the unreadable records of an account may stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Customers {
    /// Those with one of these keys.
    These(BTreeSet<CustomerKey>),
    /// Any.
    Any,
}

impl Customers {
    /// The customer with that key.
    pub fn of(key: CustomerKey) -> Self {
        if key.is_unknown() { Self::Any } else { Self::These(BTreeSet::from([key])) }
    }

    /// Whether one of them may be this customer of the same corp.
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

    /// The same, where unionids that are no keys tell nothing.
    fn by_keys(self, is_key: impl Fn(&str) -> bool) -> Self {
        let Self::These(keys) = self else { return self };
        let of =
            |key: CustomerKey| Self::of(CustomerKey { unionid: key.unionid.filter(|unionid| is_key(unionid)), ..key });
        merged(keys.into_iter().map(of)).unwrap_or(Self::Any)
    }

    /// Adds those of more records.
    pub fn merge(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::These(keys), Self::These(more)) => {
                keys.extend(more);
                if keys.len() > MOST_KEYS {
                    *self = Self::Any;
                }
            }
            (_, Self::Any) => *self = Self::Any,
            (Self::Any, _) => {}
        }
    }
}

/// The unreadable records of an account: how many are counted here, and which customers they may stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// A record that may be of several accounts or datasets is counted at the first of them.
    pub records: u64,
    pub customers: Customers,
}

/// What could not be read: records by dataset and account (`None` is every account), values by dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    records: BTreeMap<(Dataset, Option<String>), Doubt>,
    values: BTreeMap<Dataset, u64>,
}

impl Doubts {
    /// Records of the dataset could not be read, or may be missing: of the account, if one is known.
    pub fn add(&mut self, dataset: Dataset, userid: Option<&str>, key: CustomerKey, records: u64) {
        self.put((dataset, userid.map(str::to_owned)), Doubt { records, customers: Customers::of(key) });
    }

    /// Values of records of the dataset could not be read.
    pub fn add_values(&mut self, dataset: Dataset, values: u64) {
        *self.values.entry(dataset).or_default() += values;
    }

    fn put(&mut self, mut place: (Dataset, Option<String>), mut doubt: Doubt) {
        if self.records.len() >= MOST_ACCOUNTS && !self.records.contains_key(&place) {
            place.1 = None;
            doubt.customers = Customers::Any;
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

    /// Adds those of another portion or file.
    pub fn merge(&mut self, more: Self) {
        for (place, doubt) in more.records {
            self.put(place, doubt);
        }
        for (dataset, values) in more.values {
            self.add_values(dataset, values);
        }
    }

    /// How many records could not be read.
    pub fn records(&self) -> u64 {
        self.records.values().map(|doubt| doubt.records).sum()
    }

    /// How many records of a dataset could not be read.
    pub fn records_of(&self, dataset: Dataset) -> u64 {
        self.iter().filter(|(of, ..)| *of == dataset).map(|(.., doubt)| doubt.records).sum()
    }

    /// How many values could not be read, by dataset.
    pub fn values(&self) -> impl Iterator<Item = (Dataset, u64)> {
        self.values.iter().map(|(dataset, values)| (*dataset, *values))
    }

    /// Whether any record of the dataset could not be read.
    pub fn concern(&self, dataset: Dataset) -> bool {
        self.records.range((dataset, None)..).next().is_some_and(|((of, _), _)| *of == dataset)
    }

    /// Which customers of an account are in doubt, if any.
    pub fn of(&self, dataset: Dataset, userid: &str) -> Option<Customers> {
        let of =
            |userid: Option<&str>| Some(self.records.get(&(dataset, userid.map(str::to_owned)))?.customers.clone());
        merged([of(None), of(Some(userid))].into_iter().flatten())
    }

    /// Which customers of an account are in doubt by any of these datasets.
    pub fn of_any(&self, datasets: &[Dataset], userid: &str) -> Option<Customers> {
        merged(datasets.iter().filter_map(|dataset| self.of(*dataset, userid)))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Dataset, Option<&str>, &Doubt)> {
        self.records.iter().map(|((dataset, userid), doubt)| (*dataset, userid.as_deref(), doubt))
    }

    /// The same, where a unionid that is no key does not tell which customer a record stands for.
    #[must_use]
    pub fn by_keys(mut self, is_key: impl Fn(&str) -> bool) -> Self {
        for doubt in self.records.values_mut() {
            doubt.customers = std::mem::replace(&mut doubt.customers, Customers::Any).by_keys(&is_key);
        }
        self
    }

    /// The same, with the userids spelled as `spell` says.
    #[must_use]
    pub fn spelled(self, mut spell: impl FnMut(&str) -> Option<String>) -> Self {
        let mut spelled = Self { records: BTreeMap::new(), values: self.values };
        for ((dataset, userid), doubt) in self.records {
            let userid = userid.map(|userid| spell(&userid).unwrap_or(userid));
            spelled.put((dataset, userid), doubt);
        }
        spelled
    }
}

/// All of several, if there are any.
pub fn merged(customers: impl Iterator<Item = Customers>) -> Option<Customers> {
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
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(Customers::These([key("u1")].into())));
        assert_eq!(doubts.of(Dataset::Relations, "bob"), None);
        assert_eq!(doubts.of(Dataset::Groups, "ann"), None);
        doubts.add(Dataset::Relations, None, key("u2"), 1);
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(Customers::These([key("u1"), key("u2")].into())));
        assert_eq!(doubts.of(Dataset::Relations, "bob"), Some(Customers::These([key("u2")].into())));
        doubts.add(Dataset::Relations, Some("bob"), CustomerKey::default(), 1);
        assert_eq!(doubts.of(Dataset::Relations, "bob"), Some(Customers::Any));
    }

    #[test]
    fn a_unionid_that_is_no_key_tells_nothing() {
        let of =
            |id: Option<&str>, unionid: &str| CustomerKey { external_userid: id.map(str::to_owned), ..key(unionid) };
        let mut doubts = Doubts::default();
        doubts.add(Dataset::Relations, Some("ann"), of(Some("w1"), "x"), 1);
        doubts.add(Dataset::Relations, Some("ann"), of(Some("w2"), "u2"), 1);
        doubts.add(Dataset::Relations, Some("bob"), of(None, "x"), 1);
        let doubts = doubts.by_keys(|unionid| unionid != "x");
        let of_ann = [CustomerKey { external_userid: Some("w1".to_owned()), unionid: None }, of(Some("w2"), "u2")];
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(Customers::These(of_ann.into())));
        assert_eq!((doubts.of(Dataset::Relations, "bob"), doubts.records()), (Some(Customers::Any), 3));
    }

    #[test]
    fn what_is_kept_is_bounded_and_never_less_doubtful() {
        let mut doubts = Doubts::default();
        for n in 0..=MOST_KEYS {
            doubts.add(Dataset::Relations, Some("ann"), key(&n.to_string()), 1);
        }
        assert_eq!(doubts.of(Dataset::Relations, "ann"), Some(Customers::Any));
        for n in 0..=MOST_ACCOUNTS {
            doubts.add(Dataset::Groups, Some(&n.to_string()), key("u"), 1);
        }
        assert_eq!(doubts.of(Dataset::Groups, "nobody"), Some(Customers::Any));
        assert_eq!(doubts.records(), (MOST_KEYS + MOST_ACCOUNTS + 2) as u64);
        assert!(doubts.records.len() <= MOST_ACCOUNTS + 1);
    }
}
