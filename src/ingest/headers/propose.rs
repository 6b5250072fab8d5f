//! The mapping that an error proposes for a table with foreign headers.

use std::cmp::Reverse;

use super::ExpectedTables;
use super::names::{foreign_names, is, is_same, names};
use super::row::{HeaderRow, TableMatch};
use crate::schema::tables::{COVERAGE, UNREADABLE_TABLE};
use crate::schema::{Column, Table};

/// The least Jaro-Winkler similarity of a header that is proposed for a column.
const MIN_SIMILARITY: f64 = 0.87;

/// Returns whether the character separates a name from what people write around it: `*userid`, `t.userid`,
/// `userid（成员）`.
fn is_around_name(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '_' | '-' | ' ')
}

/// The mapping with which the headers would be a table, as far as their names suggest one.
pub(super) fn propose(
    headers: &[impl AsRef<str>],
    expected: ExpectedTables<'_>,
) -> Option<Vec<(&'static str, String)>> {
    let headers = HeaderRow::new(headers, expected);
    let foreign = expected.tables.iter().filter(|table| !is(table, &COVERAGE) && !is(table, &UNREADABLE_TABLE));
    let proposals = foreign.filter_map(|table| headers.propose(table));
    let best =
        proposals.max_by_key(|proposal| (proposal.is_complete, proposal.matched, Reverse(proposal.columns.len())))?;
    Some(best.columns)
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
        let mut columns = Vec::new();
        for by_name in [true, false] {
            for (at, slot) in table.columns.iter().enumerate() {
                // By similarity only the columns that identify the table.
                let is_needed = by_name
                    || table
                        .identity
                        .iter()
                        .any(|list| list.contains(&slot.column) && !list.iter().any(|column| fit.has(column)));
                if fit.places[at].is_some() || !is_needed {
                    continue;
                }
                fit.places[at] = self.most_likely(slot.column, &fit, by_name);
                columns.extend(fit.places[at].map(|place| (slot.column.name, self.shown(place))));
            }
        }
        let has_key = table.identity.iter().any(|list| list.iter().any(|column| fit.has(column)));
        (has_key && !columns.is_empty()).then(|| Proposal {
            is_complete: self.is_complete(&fit),
            matched: fit.matched(),
            columns,
        })
    }

    /// The most likely header of the column: a name that other systems use for it, or else the most similar one.
    fn most_likely(&self, column: &Column, fit: &TableMatch, by_name: bool) -> Option<usize> {
        let free = (0..self.all.len()).filter(|at| {
            !self.all[*at].plain.is_empty() && !self.known.contains(at) && !fit.places.contains(&Some(*at))
        });
        if by_name {
            let foreign = foreign_names(column).unwrap_or_default();
            let rank = |at: &usize| {
                let header = &self.all[*at];
                let is_part = || header.plain.split(is_around_name).any(|part| names(column).any(|n| is_same(part, n)));
                foreign.iter().position(|name| header.folded == *name).or_else(|| is_part().then_some(foreign.len()))
            };
            return free.filter(|at| rank(at).is_some()).min_by_key(|at| rank(at));
        }
        let name = column.name.replace('_', "");
        let similarity = |at: usize| match &self.all[at].folded {
            header if header.ends_with(&name) => (1.0, at),
            header => (strsim::jaro_winkler(header, &name), at),
        };
        free.map(similarity)
            .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, at)| at)
    }
}
