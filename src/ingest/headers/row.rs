//! A row of headers, matched against the columns of a table.

use std::cmp::Reverse;

use super::mapping::HeaderMapping;
use super::names::{
    CONTACT_GROUP_HEADER, DEPARTMENTS, HeaderText, foreign_names, is, is_name_of, is_same, names, tag_group,
    weak_names, weak_names_of,
};
use super::propose::is_around_name;
use super::{ExpectedTables, TableLayout, used};
use crate::ingest::value::{is_damaged, strip_padding};
use crate::limits::MAX_TAG_GROUPS;
use crate::schema::fields::*;
use crate::schema::lists::{CaseList, REFUSALS};
use crate::schema::tables::{CONSOLE_GROUPS, GROUP_MEMBERS, GROUPS, JOIN_CODES, MEMBERS, RELATIONS_TABLE, UNASSIGNED};
use crate::schema::{Column, Table};

/// One of these makes a table of codes that of join codes.
pub(super) const LINKS: &[&Column] = &[&CHAT_IDS, &DELETED];

/// Of tables that share columns with others, the sign by which they are told from these.
type Distinction = (&'static Table, fn(&HeaderRow<'_>, &TableMatch) -> bool);
const DISTINCTIONS: [Distinction; 7] = [
    // A column with accounts alone does not make a roster.
    (&MEMBERS, |row, fit| {
        fit.has_any(&[&NAME, &HAS_CUSTOMER_CONTACT]) || row.has_department() || (fit.has(&STATUS) && row.all_known())
    }),
    // A column with names alone does not make a table of groups, and a roster has one too.
    (&GROUPS, |row, fit| {
        fit.has(&CHAT_ID)
            || (fit.has_any(&[&OWNER_USERID, &CREATED_AT, &MEMBER_COUNT])
                && !row.names_any(&[&USERID, &EXTERNAL_USERID, &UNIONID]))
    }),
    (&CONSOLE_GROUPS, |_, fit| fit.has(&OWNER_NAME)),
    (&GROUP_MEMBERS, |_, fit| fit.has_any(&[&USERID, &MEMBER_KIND, &UNIONID])),
    // Codes that add a member have ids too, and link no groups. A row may hold one of its groups, and then nothing that
    // groups have.
    (&JOIN_CODES, |row, fit| fit.has_any(LINKS) || (row.names(&CHAT_ID) && !row.names_any(&[&NAME, &OWNER_USERID]))),
    (&UNASSIGNED, |row, _| !row.is_of_transfers()),
    (&REFUSALS, |row, _| !row.is_of_transfers() && !row.is_of_map()),
];

/// Headers of unused columns that the tally of a file names.
const MAX_UNUSED: usize = 300;
/// Characters of a header in messages.
const MAX_SHOWN: usize = 100;

pub(super) struct HeaderRow<'h> {
    texts: Vec<&'h str>,
    /// Of each, the form that is compared.
    pub all: Vec<HeaderText>,
    /// Indices of the headers that some table has.
    pub known: Vec<usize>,
    own: &'h HeaderMapping,
}

/// A table matched with the headers.
pub(super) struct TableMatch {
    pub table: &'static Table,
    /// Of each column of the table, the index of its header.
    pub positions: Vec<Option<usize>>,
    contact_group: Option<usize>,
    /// A column that two headers name, with their indices.
    pub twice: Option<(&'static str, [usize; 2])>,
}

impl TableMatch {
    /// Columns that have a header.
    pub fn matched(&self) -> usize {
        self.positions.iter().chain([&self.contact_group]).flatten().count()
    }

    pub fn has(&self, column: &Column) -> bool {
        self.table.position(column).is_some_and(|at| self.positions[at].is_some())
    }

    pub fn has_any(&self, columns: &[&Column]) -> bool {
        columns.iter().any(|column| self.has(column))
    }

    /// Returns whether the header at that index is one of the table.
    fn uses(&self, at: usize) -> bool {
        self.positions.iter().chain([&self.contact_group]).any(|used| *used == Some(at))
    }
}

impl<'h> HeaderRow<'h> {
    pub fn new(headers: &'h [impl AsRef<str>], expected: ExpectedTables<'h>) -> Self {
        let texts: Vec<&str> = headers.iter().map(AsRef::as_ref).collect();
        let all: Vec<HeaderText> = texts.iter().map(|text| HeaderText::new(text)).collect();
        let is_own = |header: &HeaderText| expected.own.headers.iter().any(|own| own.plain == header.plain);
        let is_known = |header: &HeaderText| header.is_known() || is_own(header);
        let known = (0..all.len()).filter(|at| is_known(&all[*at])).collect();
        Self { texts, all, known, own: expected.own }
    }

    /// A header for messages.
    pub fn shown(&self, at: usize) -> String {
        strip_padding(self.texts[at]).chars().filter(|c| !c.is_control()).take(MAX_SHOWN).collect()
    }

    /// Matches a table; none if its required columns are not all there.
    pub fn match_table(&self, table: &'static Table) -> Option<TableMatch> {
        let mut fit = self.match_strong(table);
        if !self.is_complete(&fit) {
            return None;
        }
        for (column, name) in weak_names_of(table) {
            let place = table.position(column).map(|at| &mut fit.positions[at]);
            let weak = self
                .known
                .iter()
                .copied()
                .find(|&at| self.all[at].folded == name && !self.own.maps_elsewhere(&self.all[at], table, column));
            if let Some(place @ None) = place {
                *place = weak;
            }
        }
        let is_group = |at: &usize| {
            is(table, &RELATIONS_TABLE)
                && self.all[*at].folded == CONTACT_GROUP_HEADER
                && !fit.positions.contains(&Some(*at))
        };
        fit.contact_group = self.known.iter().copied().find(is_group);
        // A damaged header may be the one that another table is known by, as the headers beside it may show.
        (!self.texts.iter().any(|text| is_damaged(text)) || self.known.iter().all(|at| fit.uses(*at))).then_some(fit)
    }

    /// Matches the columns by the names that identify them.
    pub fn match_strong(&self, table: &'static Table) -> TableMatch {
        let mut twice = None;
        let mut place = |column: &Column| {
            let mut named: Vec<usize> =
                self.known.iter().copied().filter(|&at| self.is_named(&self.all[at], column, table)).collect();
            let is_own = |at: &usize| !self.is_weakly_named(&self.all[*at], column, table);
            if named.iter().any(is_own) {
                named.retain(is_own);
            }
            // The first of the surest.
            named.sort_by_key(|&at| Reverse(self.all[at].rank(column)));
            let first = *named.first()?;
            twice = twice.or(named.get(1).map(|second| (column.name, [first, *second])));
            Some(first)
        };
        let positions = table.columns.iter().map(|slot| place(slot.column)).collect();
        TableMatch { table, positions, contact_group: None, twice }
    }

    fn is_named(&self, header: &HeaderText, column: &Column, table: &Table) -> bool {
        let own = self.own.of_column(column).filter(|own| self.all.iter().any(|header| header.plain == own.plain));
        if let Some(own) = own {
            return header.plain == own.plain;
        }
        let within = || {
            let is_name = |field: &str| names(column).chain(weak_names(table, column)).any(|name| is_same(field, name));
            header.fields_of(table).any(is_name)
        };
        (names(column).any(|name| is_same(&header.folded, name)) || within())
            && !self.own.maps_elsewhere(header, table, column)
    }

    /// Returns whether the header is the column only as a field of an object of the API, by a name that others share.
    fn is_weakly_named(&self, header: &HeaderText, column: &Column, table: &Table) -> bool {
        let is_own = |text: &str| names(column).any(|name| is_same(text, name));
        let is_mapped = self.own.of_column(column).is_some_and(|own| own.plain == header.plain);
        !is_mapped && !is_own(&header.folded) && !header.fields_of(table).any(is_own)
    }

    /// Returns whether the columns are there that identify a record of the table, and that no other kind of table has.
    pub fn is_complete(&self, fit: &TableMatch) -> bool {
        let is_distinct = DISTINCTIONS.iter().find(|(table, _)| is(table, fit.table));
        is_distinct.is_none_or(|(_, holds)| holds(self, fit)) && fit.table.identity.iter().all(|any| fit.has_any(any))
    }

    /// Returns a decisive column of a list that has no header, and an unused header that has its name inside. In
    /// snapshots such a header is told as unused.
    pub fn unsure(&self, fit: &TableMatch) -> Option<(&'static str, usize)> {
        let holds = |at: usize, column: &Column| {
            let header = &self.all[at].plain;
            let is_part = |part: &str| part.len() < header.len() && names(column).any(|name| is_same(part, name));
            header.split(is_around_name).any(is_part) || is_name_of(column, header)
        };
        CaseList::of(fit.table)?.decisive.iter().filter(|column| !fit.has(column)).find_map(|column| {
            let at = (0..self.all.len()).find(|at| !fit.uses(*at) && holds(*at, column))?;
            Some((column.name, at))
        })
    }

    pub fn is_of_transfers(&self) -> bool {
        self.all.iter().any(HeaderText::is_of_transfers)
    }

    /// Returns whether a header is that of customer ids in the target corp.
    fn is_of_map(&self) -> bool {
        let column = &TARGET_EXTERNAL_USERID;
        let foreign = foreign_names(column).unwrap_or_default();
        self.names(column) || self.all.iter().any(|header| foreign.contains(&&header.folded[..]))
    }

    fn names(&self, column: &Column) -> bool {
        self.known.iter().any(|at| names(column).any(|name| is_same(&self.all[*at].folded, name)))
    }

    fn names_any(&self, columns: &[&Column]) -> bool {
        columns.iter().any(|column| self.names(column))
    }

    fn has_department(&self) -> bool {
        self.all.iter().any(|header| DEPARTMENTS.contains(&header.folded.as_str()))
    }

    fn all_known(&self) -> bool {
        self.known.len() == self.all.iter().filter(|header| !header.plain.is_empty()).count()
    }

    pub fn layout(&self, fit: TableMatch) -> TableLayout {
        let TableMatch { table, positions, contact_group, .. } = fit;
        let has_tags = table.position(&TAGS).is_some();
        let tag_groups =
            self.texts.iter().enumerate().filter_map(|(at, text)| Some((at, tag_group(strip_padding(text))?)));
        let tag_groups: Vec<(usize, String)> = tag_groups.take(if has_tags { MAX_TAG_GROUPS } else { 0 }).collect();
        let is_used = |at: usize| {
            positions.contains(&Some(at)) || contact_group == Some(at) || tag_groups.iter().any(|(tag, _)| *tag == at)
        };
        let unused: Vec<usize> =
            (0..self.all.len()).filter(|at| !self.all[*at].plain.is_empty() && !is_used(*at)).collect();
        let is_damaged = unused.iter().any(|at| is_damaged(self.texts[*at]));
        let decides = |column| table.deciding.contains(&column) || CaseList::of(table).is_some();
        let lost = table.columns.iter().zip(&positions);
        let lost = lost.map(|(slot, place)| is_damaged && place.is_none() && decides(slot.column)).collect();
        let more = unused.len().saturating_sub(MAX_UNUSED);
        let shown = unused.iter().take(MAX_UNUSED).map(|at| self.shown(*at));
        let unused = shown.chain((more > 0).then(|| format!("(+ {more})"))).collect();
        let header = self.all.iter().map(|header| header.plain.clone()).collect();
        let shown = (0..self.all.len()).map(|at| self.shown(at)).collect();
        let first = used(table, &positions).next();
        let first_byte = |name: &str| name.bytes().next().map(|first| first.to_ascii_lowercase());
        let initials = first.map_or(Vec::new(), |(column, at)| {
            names(column).filter_map(first_byte).chain(first_byte(&self.all[at].plain)).collect()
        });
        TableLayout { table, positions, lost, tag_groups, contact_group, header, shown, initials, unused }
    }
}
