//! Joins rows without an id to rows with one: the console's export and the API's dump of the same relation, or group.
//!
//! Rows are joined by their unionid, where it stands once on either side of the account; where name and time agree; and
//! where the dump has no name, by a time that occurs once on either side. Two unionids that differ are two customers,
//! whatever else agrees. The row with an id wins, since its time has seconds. Equal names alone join nothing: namesakes
//! are two. A row whose id could not be read is joined to none: it had one, and it may have been another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, ListArray, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;

use crate::error::Result;
use crate::schema::tables::{GROUPS, RELATIONS_TABLE};
use crate::schema::{ReadColumns, Table, fields};

const MINUTE: i64 = 60_000_000;

/// Copies of one key: begin and end in the order of rows.
pub type Run = (usize, usize);

/// Columns that join rows with ids and rows without.
pub struct Fold<'a> {
    ids: &'a StringViewArray,
    /// Only rows of one account can be one relation.
    account: Option<&'a StringViewArray>,
    names: &'a StringViewArray,
    unionids: Option<&'a StringViewArray>,
    created_at: Int64Array,
    is_customer: Option<&'a BooleanArray>,
    unreadable: &'a ListArray,
    id: &'static str,
}

/// Keys without an id, by the place of the key with one that they may be a copy of.
type Claims = BTreeMap<usize, Vec<usize>>;

/// Facts from the copies of one key about their customer or group.
struct KeyFacts<'a> {
    name: Option<&'a str>,
    unionid: Option<&'a str>,
    created_at: Option<i64>,
    has_lost_id: bool,
}

impl KeyFacts<'_> {
    /// Returns whether both may be one relation: at the same time, and not under two unionids.
    fn agrees(&self, dump: &Self) -> bool {
        is_same_time(self.created_at, dump.created_at) && !self.is_other_customer(dump)
    }

    fn is_other_customer(&self, dump: &Self) -> bool {
        self.unionid.zip(dump.unionid).is_some_and(|(console, dump)| console != dump)
    }
}

impl<'a> Fold<'a> {
    /// Takes the columns of raw rows, if some of them have ids and others have none.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if they lack a column.
    pub fn new(table: &Table, all: &'a RecordBatch) -> Result<Option<Self>> {
        let (id, account, name) = match table.name {
            name if name == RELATIONS_TABLE.name => {
                (&fields::EXTERNAL_USERID, Some(&fields::USERID), &fields::CUSTOMER_NAME)
            }
            name if name == GROUPS.name => (&fields::CHAT_ID, None, &fields::NAME),
            _ => return Ok(None),
        };
        let ids = all.texts(id)?;
        if !(1..ids.len()).contains(&ids.null_count()) {
            return Ok(None);
        }
        Ok(Some(Self {
            ids,
            account: account.map(|account| all.texts(account)).transpose()?,
            names: all.texts(name)?,
            unionids: table.position(&fields::UNIONID).map(|_| all.texts(&fields::UNIONID)).transpose()?,
            created_at: all.times(&fields::CREATED_AT)?.reinterpret_cast::<Int64Type>(),
            is_customer: table.position(&fields::IS_CUSTOMER).map(|_| all.flags(&fields::IS_CUSTOMER)).transpose()?,
            unreadable: all.lists(&fields::UNREADABLE)?,
            id: id.name,
        }))
    }

    /// Puts the copies without an id in front of those with one that they are joined to. Returns by account the number
    /// of keys of either kind that are left over beside the other: they may be the same, and nothing decides.
    pub fn fold(&self, order: &mut Vec<u32>, runs: &mut Vec<Run>) -> BTreeMap<String, u64> {
        let (mut folded, mut ends, mut left_over) =
            (Vec::with_capacity(order.len()), Vec::with_capacity(runs.len()), BTreeMap::new());
        for account in self.accounts(order, runs) {
            let with_id =
                account.start + runs[account.clone()].partition_point(|run| self.ids.is_null(order[run.0] as usize));
            let (without, with) = (account.start..with_id, with_id..account.end);
            let joined = if without.is_empty() || with.is_empty() {
                Vec::new()
            } else {
                self.joined(order, runs, &without, &with)
            };
            let copies_of = |run: usize| &order[runs[run].0..runs[run].1];
            let is_joined: BTreeSet<usize> = joined.iter().map(|&(without, _)| without).collect();
            let mut joined_to: BTreeMap<usize, Vec<&[u32]>> = BTreeMap::new();
            for &(without, with) in &joined {
                joined_to.entry(with).or_default().push(copies_of(without));
            }
            for run in without.clone().filter(|run| !is_joined.contains(run)) {
                push(&mut folded, &mut ends, &[copies_of(run)]);
            }
            for run in with.clone() {
                let mut copies = joined_to.remove(&run).unwrap_or_default();
                copies.push(copies_of(run));
                push(&mut folded, &mut ends, &copies);
            }
            let alone = self.alone(order, runs, &joined, (&without, &with));
            if alone > 0 {
                let userid =
                    self.account.map_or("groups", |account_of| account_of.value(order[runs[account.start].0] as usize));
                left_over.insert(userid.to_owned(), alone);
            }
        }
        (*order, *runs) = (folded, ends);
        left_over
    }

    fn accounts(&self, order: &[u32], runs: &[Run]) -> Vec<Range<usize>> {
        let Some(account) = self.account else { return std::iter::once(0..runs.len()).collect() };
        let userid = |run: &Run| account.value(order[run.0] as usize);
        let mut begin = 0;
        runs.chunk_by(|a, b| userid(a) == userid(b))
            .map(|same| {
                begin += same.len();
                begin - same.len()..begin
            })
            .collect()
    }

    /// Joins runs without an id to runs with one, as pairs.
    fn joined(&self, order: &[u32], runs: &[Run], without: &Range<usize>, with: &Range<usize>) -> Vec<(usize, usize)> {
        let facts = |run: usize| self.facts(&order[runs[run].0..runs[run].1]);
        let with: Vec<(usize, KeyFacts<'_>)> = with.clone().map(|run| (run, facts(run))).collect();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_minute: HashMap<i64, Vec<usize>> = HashMap::new();
        for (place, (_, facts)) in with.iter().enumerate() {
            if let Some(name) = facts.name {
                by_name.entry(name).or_default().push(place);
            } else if let Some(created_at) = facts.created_at {
                by_minute.entry(created_at / MINUTE).or_default().push(place);
            }
        }
        let without: Vec<(usize, KeyFacts<'_>)> = without
            .clone()
            .filter(|&run| self.may_be_customer(order[runs[run].0]))
            .map(|run| (run, facts(run)))
            .collect();
        let mut joined = by_unionid(&without, &with);
        let done: BTreeSet<usize> = joined.iter().map(|&(run, _)| run).collect();
        let (mut named_claims, mut claims): (Claims, Claims) = Default::default();
        for (run, facts) in without.iter().filter(|(run, _)| !done.contains(run)) {
            let run = *run;
            let named = facts.name.and_then(|name| by_name.get(name)).map_or(&[][..], Vec::as_slice);
            let exact = named.iter().find(|&&place| facts.agrees(&with[place].1));
            if let Some(&place) = exact {
                if !facts.has_lost_id {
                    named_claims.entry(place).or_default().push(run);
                }
                continue;
            }
            // A dump without names takes them from the console; the time has to occur once on either side.
            let minute = facts
                .created_at
                .and_then(|created_at| by_minute.get(&(created_at / MINUTE)))
                .map_or(&[][..], Vec::as_slice);
            let mut nameless = minute.iter().filter(|&&place| facts.agrees(&with[place].1));
            if let (Some(&only), None) = (nameless.next(), nameless.next()) {
                claims.entry(only).or_default().push(run);
            }
        }
        for (place, claiming) in named_claims {
            let unionids: BTreeSet<&str> = claiming.iter().filter_map(|&run| facts(run).unionid).collect();
            // A row without unionid cannot be of two customers.
            if unionids.len() <= 1 {
                joined.extend(claiming.into_iter().map(|run| (run, with[place].0)));
            }
        }
        let taken: BTreeSet<usize> = joined.iter().map(|&(_, run)| run).collect();
        for (place, claiming) in claims {
            // A row whose id is lost claims like any other, and is not joined.
            if let [run] = claiming[..]
                && !facts(run).has_lost_id
                && !taken.contains(&with[place].0)
            {
                joined.push((run, with[place].0));
            }
        }
        joined
    }

    /// Counts the runs of either kind that are not joined, and takes the lesser number. Two that have both name and
    /// time are two, unless an id could not be read.
    fn alone(
        &self,
        order: &[u32],
        runs: &[Run],
        joined: &[(usize, usize)],
        (without, with): (&Range<usize>, &Range<usize>),
    ) -> u64 {
        let done: (BTreeSet<usize>, BTreeSet<usize>) = joined.iter().copied().unzip();
        let facts = |run: usize| self.facts(&order[runs[run].0..runs[run].1]);
        let here: Vec<KeyFacts<'_>> = without
            .clone()
            .filter(|&run| !done.0.contains(&run) && self.may_be_customer(order[runs[run].0]))
            .map(facts)
            .collect();
        let there: Vec<KeyFacts<'_>> = with.clone().filter(|run| !done.1.contains(run)).map(facts).collect();
        let is_whole = |facts: &&KeyFacts<'_>| facts.name.is_some() && facts.created_at.is_some() && !facts.has_lost_id;
        // Two unionids that differ are two.
        if here.iter().chain(&there).all(|facts| facts.unionid.is_some() && !facts.has_lost_id) {
            return 0;
        }
        let open = |of: &[KeyFacts<'_>]| of.iter().filter(|facts| !is_whole(facts)).count();
        let (of_here, of_there) = (open(&here), open(&there));
        // Each pair needs one that leaves something open.
        here.len().min(there.len()).min(of_here + of_there) as u64
    }

    /// Whether a row may be of a customer. Contacts that are not have no id in any dump.
    fn may_be_customer(&self, row: u32) -> bool {
        self.is_customer.is_none_or(|flags| flags.is_null(row as usize) || flags.value(row as usize))
    }

    /// Whether the row had an id that could not be read.
    fn has_lost_id(&self, row: usize) -> bool {
        self.ids.is_null(row)
            && self.unreadable.is_valid(row)
            && self.unreadable.value(row).as_string_view().iter().any(|name| name == Some(self.id))
    }

    fn facts(&self, copies: &[u32]) -> KeyFacts<'a> {
        let rows = || copies.iter().rev().map(|&row| row as usize);
        let text = |texts: &'a StringViewArray| rows().find(|&row| texts.is_valid(row)).map(|row| texts.value(row));
        KeyFacts {
            name: text(self.names),
            unionid: self.unionids.and_then(text),
            created_at: rows().find(|&row| self.created_at.is_valid(row)).map(|row| self.created_at.value(row)),
            has_lost_id: rows().any(|row| self.has_lost_id(row)),
        }
    }
}

/// Joins keys of one account by a unionid that stands once on either side, unless name or time contradicts: one that
/// stands more often, or for several names, may be a word for null.
fn by_unionid(without: &[(usize, KeyFacts<'_>)], with: &[(usize, KeyFacts<'_>)]) -> Vec<(usize, usize)> {
    let (here, there) = (once(without), once(with));
    let pairs = here.into_iter().filter_map(|(unionid, place)| Some((place?, (*there.get(unionid)?)?)));
    let pairs = pairs.map(|(here, there)| (&without[here], &with[there]));
    let agrees = |(_, here): &(usize, KeyFacts<'_>), (_, there): &(usize, KeyFacts<'_>)| {
        here.name.zip(there.name).is_none_or(|(here, there)| here == there)
            && here.created_at.zip(there.created_at).is_none_or(|_| is_same_time(here.created_at, there.created_at))
    };
    pairs.filter(|(here, there)| agrees(here, there)).map(|(here, there)| (here.0, there.0)).collect()
}

/// The places of keys by unionid; none of a unionid that stands more than once, or beside an id that could not be read.
fn once<'a>(keys: &[(usize, KeyFacts<'a>)]) -> BTreeMap<&'a str, Option<usize>> {
    let mut places: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for (place, (_, facts)) in keys.iter().enumerate() {
        let Some(unionid) = facts.unionid else { continue };
        let place = (!facts.has_lost_id).then_some(place);
        places.entry(unionid).and_modify(|known| *known = None).or_insert(place);
    }
    places
}

fn push(order: &mut Vec<u32>, runs: &mut Vec<Run>, copies: &[&[u32]]) {
    let begin = order.len();
    for copies in copies {
        order.extend_from_slice(copies);
    }
    runs.push((begin, order.len()));
}

/// Whether both are the same time. Excel shows, and saves as CSV, whole minutes.
fn is_same_time(of_console: Option<i64>, of_dump: Option<i64>) -> bool {
    let (Some(console), Some(dump)) = (of_console, of_dump) else { return false };
    console == dump || (console % MINUTE == 0 && dump / MINUTE * MINUTE == console)
}
