//! The refusals list (A3): which relations of source-before it names.
//!
//! A refusal with a member, in whatever letter case, is about that relation, one without about all relations of the customer.
//! One by name alone holds only where the name, with the member if given, stands for a single customer (SPEC section 1.2).

use std::collections::HashSet;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringViewArray};
use hashbrown::HashTable;

use crate::matching::digest;
use crate::schema::{Column, fields};

/// The rows of the list.
#[derive(Debug, Default)]
pub struct Refusals {
    rows: Vec<Refusal>,
    /// The refusals of customers, by each key in the order of [`Key::ALL`].
    of_customers: [Index; Key::ALL.len()],
    /// Those of relations, by key and member: many members may have a customer of the same name.
    of_relations: [Index; Key::ALL.len()],
}

/// Of the refusals that give the same, the first.
type Index = HashTable<u32>;

#[derive(Debug)]
struct Refusal {
    by: Key,
    key: Box<str>,
    userid: Option<Box<str>>,
    /// The next refusal that gives the same.
    next: Option<u32>,
}

impl Refusal {
    fn gives(&self, key: &str, userid: Option<&str>) -> bool {
        let is_same = |(given, userid): (&str, &str)| given.eq_ignore_ascii_case(userid);
        *self.key == *key
            && self.userid.is_some() == userid.is_some()
            && self.userid.as_deref().zip(userid).is_none_or(is_same)
    }
}

fn digest_of(key: &str, userid: Option<&str>) -> u64 {
    digest(key) ^ userid.map_or(0, digest_of_member)
}

fn digest_of_member(userid: &str) -> u64 {
    digest(&userid.to_ascii_lowercase()).rotate_left(1)
}

/// The strongest key that a row gives; the others are there for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        let refusal = |row| {
            let text = |column: &Column| text(list, column, row).map(Box::from);
            let (by, key) = Key::ALL.into_iter().find_map(|by| Some((by, text(by.column())?)))?;
            Some(Refusal { by, key, userid: text(&fields::USERID), next: None })
        };
        let mut refusals = Self { rows: (0..list.num_rows()).filter_map(refusal).collect(), ..Self::default() };
        // Backwards, so that those that give the same follow one another as they stand in the list.
        for row in (0..refusals.rows.len()).rev() {
            let rows = &refusals.rows;
            let Refusal { by, key, userid, .. } = &rows[row];
            let index = if userid.is_some() { &mut refusals.of_relations } else { &mut refusals.of_customers };
            let userid = userid.as_deref();
            let entry = index[*by as usize].entry(
                digest_of(key, userid),
                |&row| rows[row as usize].gives(key, userid),
                |&row| digest_of(&rows[row as usize].key, rows[row as usize].userid.as_deref()),
            );
            let mut first = entry.or_insert(row as u32);
            let behind = std::mem::replace(first.get_mut(), row as u32);
            refusals.rows[row].next = (behind as usize != row).then_some(behind);
        }
        refusals
    }

    /// The rows of `relations` that refusals could be about, with each of these: by kind of key, then as the rows stand.
    ///
    /// A refusal by a unionid that is no key names none.
    pub fn named(&self, relations: &RecordBatch, is_key: impl Fn(&str) -> bool) -> Vec<Named> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let (userids, ids) = (strings(relations, &fields::USERID), strings(relations, &fields::EXTERNAL_USERID));
        let mut named = Vec::new();
        for by in Key::ALL {
            let (of_customers, of_relations) = (&self.of_customers[by as usize], &self.of_relations[by as usize]);
            // Few cases have refusals of every kind.
            if of_customers.is_empty() && of_relations.is_empty() {
                continue;
            }
            // Relations stand by member, so his digest serves for many.
            let mut member = None;
            for (row, key) in strings(relations, by.column()).iter().enumerate() {
                let Some(key) = key.filter(|key| by != Key::Unionid || is_key(key)) else { continue };
                let (of_key, userid, view) = (digest(key), userids.value(row), userids.views()[row]);
                let of_member = match member {
                    Some((same, of_member)) if same == view => of_member,
                    _ => member.insert((view, digest_of_member(userid))).1,
                };
                let customers = self.giving(of_customers, of_key, key, None);
                for refusal in customers.chain(self.giving(of_relations, of_key ^ of_member, key, Some(userid))) {
                    let customer = (by == Key::CustomerName && ids.is_valid(row)).then(|| ids.value(row).to_owned());
                    named.push(Named { refusal, row: row as u32, customer });
                }
            }
        }
        named.shrink_to_fit();
        named
    }

    /// The refusals that give just that, of which this is the digest, in the order of the list.
    fn giving(&self, index: &Index, digest: u64, key: &str, userid: Option<&str>) -> impl Iterator<Item = usize> {
        let first = index.find(digest, |&row| self.rows[row as usize].gives(key, userid));
        std::iter::successors(first.copied(), |&row| self.rows[row as usize].next).map(|row| row as usize)
    }

    /// Which rows are refused, by part, and which refusals name none. A name is judged by all parts together.
    pub fn settle(&self, parts: &[(usize, Vec<Named>)]) -> (Vec<BooleanArray>, Vec<UnmatchedRefusal>) {
        let mut customers: Vec<Customers> = self.rows.iter().map(|_| Customers::default()).collect();
        for named in parts.iter().flat_map(|(_, named)| named) {
            customers[named.refusal].add(named.customer.as_deref());
        }
        let is_ambiguous =
            |refusal: usize| self.rows[refusal].by == Key::CustomerName && customers[refusal].are_several();
        let refused = parts.iter().map(|(rows, named)| {
            let mut refused = vec![false; *rows];
            for named in named.iter().filter(|named| !is_ambiguous(named.refusal)) {
                refused[named.row as usize] = true;
            }
            refused.into()
        });
        let key = |refusal: &Refusal| match &refusal.userid {
            Some(userid) => format!("{userid}/{}", refusal.key),
            None => refusal.key.to_string(),
        };
        let unmatched = self.rows.iter().enumerate().filter_map(|(place, refusal)| {
            let ambiguous_name = is_ambiguous(place);
            (ambiguous_name || customers[place].rows == 0)
                .then(|| UnmatchedRefusal { key: key(refusal), ambiguous_name })
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
    const ALL: [Self; 3] = [Self::ExternalUserid, Self::Unionid, Self::CustomerName];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tables::{AUDITED_RELATIONS, REFUSALS};
    use crate::schema::{Cell, Rows, Table};

    fn batch(table: &'static Table, rows: &[&[(&Column, &str)]]) -> RecordBatch {
        let mut batch = Rows::new(table);
        for row in rows {
            let cell = |column: &Column| {
                row.iter().find(|(given, _)| given.name == column.name).map_or(Cell::Null, |(_, text)| Cell::Text(text))
            };
            batch.push(&table.columns.iter().map(|slot| cell(slot.column)).collect::<Vec<_>>());
        }
        batch.finish()
    }

    #[test]
    fn refusals_by_one_key_are_all_heard_in_the_order_of_the_list() {
        let (userid, id, name) = (&fields::USERID, &fields::EXTERNAL_USERID, &fields::CUSTOMER_NAME);
        let refusals = Refusals::of(&batch(
            &REFUSALS,
            &[
                &[(id, "wm1")],
                &[(name, "Li")],
                &[(id, "wm1"), (userid, "bo")],
                &[(id, "wm2"), (userid, "ann")],
                &[(id, "wm1"), (userid, "Ann")],
                &[(name, "Li")],
            ],
        ));
        let file = (&fields::SOURCE_FILE, "f");
        let relations = batch(
            &AUDITED_RELATIONS,
            &[
                &[(userid, "ann"), (id, "wm1"), (name, "Li"), file],
                &[(userid, "bo"), (id, "wm1"), file],
                &[(userid, "bo"), (id, "wm2"), file],
            ],
        );
        let named = refusals.named(&relations, |_| true);
        let places: Vec<(usize, u32)> = named.iter().map(|named| (named.refusal, named.row)).collect();
        assert_eq!(places, [(0, 0), (4, 0), (0, 1), (2, 1), (1, 0), (5, 0)]);
        let (refused, unmatched) = refusals.settle(&[(3, named)]);
        assert_eq!(refused, [BooleanArray::from(vec![true, true, false])]);
        assert_eq!(unmatched, [UnmatchedRefusal { key: "ann/wm2".to_owned(), ambiguous_name: false }]);
    }
}
