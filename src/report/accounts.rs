//! `accounts.parquet`: the decided relations, counted by account.

use arrow::array::RecordBatch;

use crate::decision::{DecidedPair, Decision, Exports};
use crate::schema::tables::ACCOUNTS_REPORT;
use crate::schema::vocabulary::Outcome;
use crate::schema::{Cell, Rows};

/// One row per enrolled pair, in order of the source account.
pub fn accounts(exports: &Exports, decision: &Decision) -> RecordBatch {
    let mut rows = Rows::new(&ACCOUNTS_REPORT);
    for (account, pair) in exports.enrolment.accounts().iter().zip(&decision.pairs) {
        let mut cells = vec![
            Cell::Text(&account.source_userid),
            Cell::Text(&account.target_userid),
            Cell::Text(account.assessment.word()),
            account.assessment_reason.as_deref().map_or(Cell::Null, Cell::Text),
            Cell::Text(pair.coverage.source.word()),
            Cell::Text(pair.coverage.target.word()),
            count(pair.source_relations),
            count(pair.target_relations),
            count(pair.in_scope),
            arrival_rate(pair),
        ];
        cells.extend(pair.outcomes.iter().chain(&pair.origins).map(|&relations| count(relations)));
        rows.push(&cells);
    }
    rows.finish()
}

fn count(relations: u64) -> Cell<'static> {
    Cell::Integer(relations as i64)
}

fn arrival_rate(pair: &DecidedPair) -> Cell<'static> {
    let arrived =
        pair.outcomes[Outcome::Migrated.code() as usize] + pair.outcomes[Outcome::AlreadyAtTarget.code() as usize];
    #[expect(clippy::cast_precision_loss, reason = "a share; counts stay far below 2^52")]
    if pair.in_scope == 0 { Cell::Null } else { Cell::Ratio(arrived as f64 / pair.in_scope as f64) }
}
