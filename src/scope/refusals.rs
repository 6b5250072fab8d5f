//! The refusals list (A3): which relations of source-before it names.
//!
//! A refusal with a member is about that relation, one without about all relations of the customer. One by name alone
//! holds only where the name, with the member if given, stands for a single customer (SPEC section 1.2).

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringViewArray};
use hashbrown::HashMap;

use crate::schema::{Column, fields};

/// The rows of the list.
#[derive(Debug, Default)]
pub struct Refusals {
    rows: Vec<Refusal>,
    /// The refusals by what they give, and its text.
    by_key: BTreeMap<Key, HashMap<String, Vec<usize>>>,
}

#[derive(Debug)]
struct Refusal {
    by: Key,
    key: String,
    userid: Option<String>,
}

/// The strongest key that a row gives; the others are there for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    ExternalUserid,
    Unionid,
    CustomerName,
}

/// A refusal that names no relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedRefusal {
    /// Its key, with the member if given.
    pub key: String,
    /// Whether it is by a name that stands for several customers.
    pub ambiguous_name: bool,
}

impl Refusals {
    /// Reads the merged refusals list.
    pub fn of(list: &RecordBatch) -> Self {
        let rows: Vec<Refusal> = (0..list.num_rows())
            .filter_map(|i| {
                let text = |column| text(list, column, i).map(str::to_owned);
                let (by, key) = text(&fields::EXTERNAL_USERID)
                    .map(|key| (Key::ExternalUserid, key))
                    .or_else(|| text(&fields::UNIONID).map(|key| (Key::Unionid, key)))
                    .or_else(|| text(&fields::CUSTOMER_NAME).map(|key| (Key::CustomerName, key)))?;
                Some(Refusal { by, key, userid: text(&fields::USERID) })
            })
            .collect();
        let mut by_key: BTreeMap<Key, HashMap<String, Vec<usize>>> = BTreeMap::new();
        for (place, refusal) in rows.iter().enumerate() {
            by_key.entry(refusal.by).or_default().entry(refusal.key.clone()).or_default().push(place);
        }
        Self { rows, by_key }
    }

    /// The rows of `relations` that refusals could be about, by refusal.
    pub fn named(&self, relations: &RecordBatch) -> Vec<Named> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let (userids, ids) = (strings(relations, &fields::USERID), strings(relations, &fields::EXTERNAL_USERID));
        let mut named = Vec::new();
        for (&by, refusals) in &self.by_key {
            for (row, value) in (0..).zip(strings(relations, by.column()).iter()) {
                for &refusal in value.and_then(|value| refusals.get(value)).into_iter().flatten() {
                    let of_member = self.rows[refusal].userid.as_deref().is_none_or(|userid| userids.value(row as usize) == userid);
                    if of_member {
                        let customer = (by == Key::CustomerName && ids.is_valid(row as usize)).then(|| ids.value(row as usize).to_owned());
                        named.push(Named { refusal, row, customer });
                    }
                }
            }
        }
        named
    }

    /// Which rows are refused, by part, and which refusals name none. A name is judged by all parts together.
    pub fn settle(&self, parts: &[(usize, Vec<Named>)]) -> (Vec<BooleanArray>, Vec<UnmatchedRefusal>) {
        let mut customers: Vec<Customers> = self.rows.iter().map(|_| Customers::default()).collect();
        for named in parts.iter().flat_map(|(_, named)| named) {
            customers[named.refusal].add(named.customer.as_deref());
        }
        let is_ambiguous = |refusal: usize| self.rows[refusal].by == Key::CustomerName && customers[refusal].are_several();
        let refused = parts.iter().map(|(rows, named)| {
            let mut refused = vec![false; *rows];
            for named in named.iter().filter(|named| !is_ambiguous(named.refusal)) {
                refused[named.row as usize] = true;
            }
            refused.into()
        });
        let key =
            |refusal: &Refusal| refusal.userid.as_ref().map_or_else(|| refusal.key.clone(), |userid| format!("{userid}/{}", refusal.key));
        let unmatched = self.rows.iter().enumerate().filter_map(|(place, refusal)| {
            let ambiguous_name = is_ambiguous(place);
            (ambiguous_name || customers[place].rows == 0).then(|| UnmatchedRefusal { key: key(refusal), ambiguous_name })
        });
        (refused.collect(), unmatched.collect())
    }
}

/// A row that a refusal could be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    refusal: usize,
    row: u32,
    /// Whose relation it is, where the refusal gives a name only and the relation has an id.
    customer: Option<String>,
}

/// The customers that a refusal could be about; a row without an id is a customer of its own.
#[derive(Default)]
struct Customers<'a> {
    rows: usize,
    with_id: HashSet<&'a str>,
    without_id: usize,
}

impl<'a> Customers<'a> {
    fn add(&mut self, id: Option<&'a str>) {
        self.rows += 1;
        match id {
            Some(id) => {
                self.with_id.insert(id);
            }
            None => self.without_id += 1,
        }
    }

    fn are_several(&self) -> bool {
        self.with_id.len() + self.without_id > 1
    }
}

impl Key {
    fn column(self) -> &'static Column {
        match self {
            Self::ExternalUserid => &fields::EXTERNAL_USERID,
            Self::Unionid => &fields::UNIONID,
            Self::CustomerName => &fields::CUSTOMER_NAME,
        }
    }
}

fn strings<'a>(batch: &'a RecordBatch, column: &Column) -> &'a StringViewArray {
    batch.column_by_name(column.name).expect("canonical tables hold their columns").as_string_view()
}

fn text<'a>(batch: &'a RecordBatch, column: &Column, i: usize) -> Option<&'a str> {
    let array = strings(batch, column);
    array.is_valid(i).then(|| array.value(i))
}
