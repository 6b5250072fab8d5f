//! The mapping that an error proposes for a table with foreign headers.

use std::cmp::Reverse;

use super::ExpectedTables;
use super::names::{foreign_names, is_same, names, weak_names};
use super::row::{HeaderRow, TableMatch};
use crate::schema::tables::OF_INGEST;
use crate::schema::{Column, Table};
use crate::text::{Message, errors as say};

/// The least Jaro-Winkler similarity of a header that is proposed for a column.
const MIN_SIMILARITY: f64 = 0.87;

/// Returns whether the character separates a name from what people write around it: `*userid`, `t.userid`,
/// `userid（成员）`.
pub(super) fn is_around_name(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '_' | '-' | ' ')
}

/// Stands in a mapping for a header that none resembles.
const NOT_GUESSED: &str = "?";
/// Headers of a table that have to be known before the others are asked for.
const MIN_KNOWN: usize = 2;

/// The remedy for unknown headers: the mapping with which they would be a table, as far as their names suggest one.
pub(super) fn propose(headers: &[impl AsRef<str>], expected: ExpectedTables<'_>) -> Message {
    let headers = HeaderRow::new(headers, expected);
    let foreign = expected.tables.iter().filter(|table| !OF_INGEST.contains(table));
    // Of equal ones that of the first table.
    let proposals = foreign.rev().filter_map(|table| headers.propose(table));
    let best =
        proposals.max_by_key(|proposal| (proposal.is_complete, proposal.matched, Reverse(proposal.columns.len())));
    match best {
        Some(best) if best.is_complete => say::map_columns(expected.own.lines(&best.columns)),
        _ if headers.is_of_transfers() => say::TRANSFERS_REMEDY.into(),
        Some(best) => say::map_columns_partly(expected.own.lines(&best.columns)),
        None => say::NO_KNOWN_TABLE_REMEDY.into(),
    }
}

/// A mapping that would make the headers a table, complete or not.
struct Proposal {
    is_complete: bool,
    matched: usize,
    columns: Vec<(&'static str, String)>,
}

impl HeaderRow<'_> {
    fn propose(&self, table: &'static Table) -> Option<Proposal> {
        let mut fit = self.match_strong(table);
        let known = fit.matched();
        let weak = self.weakly_named(&fit);
        let twice = fit.twice.map(|(column, [first, _])| (column, first));
        let guessed = self.guess(&mut fit, &weak);
        let mapped = twice.into_iter().chain(guessed);
        let mut columns: Vec<(&'static str, String)> =
            mapped.map(|(column, header)| (column, self.shown(header))).collect();
        let is_complete = self.is_complete(&fit);
        let has_key = table.identity.iter().any(|list| fit.has_any(list));
        if !is_complete {
            let lacking = table.identity.iter().filter(|list| !fit.has_any(list));
            columns.extend(lacking.map(|list| (list[0].name, NOT_GUESSED.to_owned())));
        }
        let is_likely = is_complete || known >= MIN_KNOWN || known < fit.matched();
        let matched = fit.matched() + weak.len();
        (has_key && is_likely && !columns.is_empty()).then_some(Proposal { is_complete, matched, columns })
    }

    /// Returns the indexes of the columns that only a header too vague to recognise the table by names. They need no
    /// mapping.
    fn weakly_named(&self, fit: &TableMatch) -> Vec<usize> {
        let has_weak_name =
            |column| weak_names(fit.table, column).any(|name| self.all.iter().any(|header| header.folded == name));
        let columns = fit.table.columns.iter().zip(&fit.positions).enumerate();
        columns.filter(|(_, (slot, place))| place.is_none() && has_weak_name(slot.column)).map(|(at, _)| at).collect()
    }

    /// Guesses the header of each column without one: by the names of other systems, then by similarity those that
    /// identify the table. Returns the columns with the indexes of their headers.
    fn guess(&self, fit: &mut TableMatch, weak: &[usize]) -> Vec<(&'static str, usize)> {
        let table = fit.table;
        let mut guessed = Vec::new();
        for by_name in [true, false] {
            for (at, slot) in table.columns.iter().enumerate() {
                let identifies = |list: &&[&Column]| list.contains(&slot.column) && !fit.has_any(list);
                let is_needed = by_name || table.identity.iter().any(identifies);
                if fit.positions[at].is_none() && is_needed && !weak.contains(&at) {
                    fit.positions[at] = self.most_likely(table, slot.column, fit, by_name);
                    guessed.extend(fit.positions[at].map(|header| (slot.column.name, header)));
                }
            }
        }
        guessed
    }

    /// The most likely header of the column: a name that other systems use for it, or else the most similar one.
    fn most_likely(&self, table: &Table, column: &Column, fit: &TableMatch, by_name: bool) -> Option<usize> {
        let free = (0..self.all.len()).filter(|at| {
            // Another table may know it.
            (by_name || !self.known.contains(at))
                && !self.all[*at].plain.is_empty()
                && !fit.positions.contains(&Some(*at))
                && !table.columns.iter().any(|slot| names(slot.column).any(|n| is_same(&self.all[*at].folded, n)))
        });
        if by_name {
            let foreign = foreign_names(column).unwrap_or_default();
            let rank = |at: &usize| {
                let header = &self.all[*at];
                let is_name = |part| names(column).chain(weak_names(table, column)).any(|n| is_same(part, n));
                let mut parts = header.plain.split(is_around_name).filter(|part| part.len() < header.plain.len());
                let mut is_part = || parts.any(is_name);
                foreign.iter().position(|name| header.folded == *name).or_else(|| is_part().then_some(foreign.len()))
            };
            return free.filter(|at| rank(at).is_some()).min_by_key(|at| rank(at));
        }
        let name = column.name.replace('_', "");
        let similarity = |at: usize| match &self.all[at] {
            header if header.ends_in_name(column) => (1.0, at),
            header if header.folded.ends_with(&name) => (0.0, at),
            header => (strsim::jaro_winkler(&header.folded, &name), at),
        };
        free.map(similarity)
            .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, at)| at)
    }
}
