//! The refusals list (A3): which relations of source-before it names.
//!
//! A refusal with a member is about that relation, one without about all relations of the customer. One by name alone
//! holds only where the name, with the member if given, stands for a single customer (SPEC section 1.2).

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringViewArray};

use crate::schema::{Column, fields};

/// The rows of the list.
#[derive(Debug, Default)]
pub struct Refusals {
    rows: Vec<Refusal>,
}

#[derive(Debug)]
struct Refusal {
    by: Key,
    key: String,
    userid: Option<String>,
}

/// The strongest key that a row gives; the others are there for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        let rows = (0..list.num_rows())
            .filter_map(|i| {
                let text = |column| text(list, column, i).map(str::to_owned);
                let (by, key) = text(&fields::EXTERNAL_USERID)
                    .map(|key| (Key::ExternalUserid, key))
                    .or_else(|| text(&fields::UNIONID).map(|key| (Key::Unionid, key)))
                    .or_else(|| text(&fields::CUSTOMER_NAME).map(|key| (Key::CustomerName, key)))?;
                Some(Refusal { by, key, userid: text(&fields::USERID) })
            })
            .collect();
        Self { rows }
    }

    /// Which relations are refused, and which refusals name none.
    pub fn apply(&self, relations: &RecordBatch) -> (BooleanArray, Vec<UnmatchedRefusal>) {
        let mut refused = vec![false; relations.num_rows()];
        if self.rows.is_empty() {
            return (refused.into(), Vec::new());
        }
        let named = Named::index(self, relations);
        let mut unmatched = Vec::new();
        for refusal in &self.rows {
            let rows = named.rows(refusal, relations);
            let ambiguous_name = refusal.by == Key::CustomerName && customers(&rows, relations) > 1;
            if rows.is_empty() || ambiguous_name {
                let key = refusal.userid.as_ref().map_or_else(|| refusal.key.clone(), |userid| format!("{userid}/{}", refusal.key));
                unmatched.push(UnmatchedRefusal { key, ambiguous_name });
                continue;
            }
            for row in rows {
                refused[row as usize] = true;
            }
        }
        (refused.into(), unmatched)
    }
}

/// The rows of source-before under each key that a refusal uses.
struct Named<'a> {
    rows: HashMap<(Key, &'a str), Vec<u32>>,
}

impl<'a> Named<'a> {
    fn index(refusals: &'a Refusals, relations: &RecordBatch) -> Self {
        let mut rows: HashMap<(Key, &str), Vec<u32>> = HashMap::new();
        for (by, column) in
            [(Key::ExternalUserid, &fields::EXTERNAL_USERID), (Key::Unionid, &fields::UNIONID), (Key::CustomerName, &fields::CUSTOMER_NAME)]
        {
            let keys: HashSet<&str> = refusals.rows.iter().filter(|r| r.by == by).map(|r| r.key.as_str()).collect();
            if keys.is_empty() {
                continue;
            }
            for (i, value) in (0..).zip(strings(relations, column).iter()) {
                if let Some(&key) = value.and_then(|value| keys.get(value)) {
                    rows.entry((by, key)).or_default().push(i);
                }
            }
        }
        Self { rows }
    }

    fn rows(&self, refusal: &Refusal, relations: &RecordBatch) -> Vec<u32> {
        let userids = strings(relations, &fields::USERID);
        let of_member = |row: &u32| refusal.userid.as_deref().is_none_or(|userid| userids.value(*row as usize) == userid);
        let rows = self.rows.get(&(refusal.by, refusal.key.as_str()));
        rows.map(|rows| rows.iter().copied().filter(of_member).collect()).unwrap_or_default()
    }
}

/// How many customers the rows stand for; a row without an id is a customer of its own.
fn customers(rows: &[u32], relations: &RecordBatch) -> usize {
    let ids = strings(relations, &fields::EXTERNAL_USERID);
    let with_id: HashSet<&str> = rows.iter().filter(|&&r| ids.is_valid(r as usize)).map(|&r| ids.value(r as usize)).collect();
    let without_id = rows.iter().filter(|&&r| ids.is_null(r as usize)).count();
    with_id.len() + without_id
}

fn strings<'a>(batch: &'a RecordBatch, column: &Column) -> &'a StringViewArray {
    batch.column_by_name(column.name).expect("canonical tables hold their columns").as_string_view()
}

fn text<'a>(batch: &'a RecordBatch, column: &Column, i: usize) -> Option<&'a str> {
    let array = strings(batch, column);
    array.is_valid(i).then(|| array.value(i))
}
