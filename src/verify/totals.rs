//! The control totals, recomputed from the published files alone: no count of the run takes part.
//!
//! Large reports are aggregated by Polars in bounded memory, with one pass for all claims about a report.

use polars::prelude::{DataType, Expr, IntoLazy, JoinArgs, JoinType, LazyFrame, len, lit};
use polars::sql::sql_expr;
use serde_json::Value;

use crate::controls::ControlTotal;
use crate::error::Result;
use crate::published::{ReportRow, Reports, aggregate, collect, read, totals};
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, CUSTOMERS_REPORT, FINDINGS_REPORT, GROUPS_REPORT,
    INPUTS_REPORT, JOIN_CODES_REPORT, REJECTS_REPORT, RELATIONS_REPORT, REPORTS, TARGET_RELATIONS_REPORT,
};
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Origin, Outcome, Scope};
use crate::schema::{Column, Table, computed, fields};

/// Control totals, collected as they are recomputed.
#[derive(Debug, Default)]
pub struct Recount {
    pub totals: Vec<ControlTotal>,
    /// Filters that Polars cannot parse.
    pub not_evaluated: Vec<String>,
}

/// Counts of `summary.json` by the words of a column: report, column, words, JSON pointer to the counts.
type SummaryCounts = (&'static Table, &'static Column, &'static [&'static str], &'static str);

const SUMMARY_COUNTS: &[SummaryCounts] = &[
    (&RELATIONS_REPORT, &fields::OUTCOME, Outcome::WORDS, "/relations/by_outcome"),
    (&RELATIONS_REPORT, &fields::SCOPE, Scope::WORDS, "/relations/by_scope"),
    (&TARGET_RELATIONS_REPORT, &fields::ORIGIN, Origin::WORDS, "/target_relations/by_origin"),
    (&GROUPS_REPORT, &fields::GROUP_OUTCOME, GroupOutcome::WORDS, "/groups/by_outcome"),
    (&JOIN_CODES_REPORT, &fields::CODE_VERDICT, CodeVerdict::WORDS, "/join_codes/by_verdict"),
];

/// A published number of rows, with the expression that counts these rows in their report.
struct Claim {
    name: String,
    count: u64,
    table: &'static Table,
    rows: Expr,
}

impl Recount {
    /// Recomputes every figure of an audit.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if a report cannot be read.
    pub fn audit(&mut self, reports: &Reports) -> Result<()> {
        let mut claims = summary_claims(&reports.summary()?);
        claims.extend(self.finding_claims(reports)?);
        claims.extend(self.bill_claims(reports)?);
        for table in REPORTS {
            let claims: Vec<&Claim> = claims.iter().filter(|claim| claim.table.name == table.name).collect();
            if !claims.is_empty() {
                let rows = totals(&reports.path(table)?, claims.iter().map(|claim| claim.rows.clone()).collect())?;
                let balances = |(claim, rows): (&&Claim, u64)| ControlTotal::new(&claim.name, claim.count, rows);
                self.totals.extend(claims.iter().zip(rows).map(balances));
            }
        }
        let outcomes = fields::OUTCOME_COUNTS.map(|(word, column)| (word.word(), column));
        self.accounts(reports, &RELATIONS_REPORT, (&fields::SOURCE_USERID, &fields::OUTCOME), &outcomes)?;
        let origins = fields::ORIGIN_COUNTS.map(|(word, column)| (word.word(), column));
        self.accounts(reports, &TARGET_RELATIONS_REPORT, (&fields::TARGET_USERID, &fields::ORIGIN), &origins)?;
        self.customers(reports)?;
        self.published_totals(reports)?;
        self.inputs(reports)
    }

    fn finding_claims(&mut self, reports: &Reports) -> Result<Vec<Claim>> {
        let rows = reports.rows(&FINDINGS_REPORT)?;
        let claim = |row: ReportRow| {
            let name = format!("finding {} = rows of its filter", row.text(&fields::CODE));
            self.claim(name, row.count(&fields::COUNT), &row.text(&fields::REPORT), row.value(&fields::FILTER))
        };
        Ok(rows.into_iter().filter_map(claim).collect())
    }

    fn bill_claims(&mut self, reports: &Reports) -> Result<Vec<Claim>> {
        let rows = reports.rows(&BILLING_REPORT)?;
        let claim = |row: ReportRow| {
            let name = format!("billing {} = rows of its filter", row.text(&fields::BILL_LINE));
            self.claim(name, row.count(&fields::QUANTITY), RELATIONS_REPORT.name, row.value(&fields::BILL_FILTER))
        };
        Ok(rows.into_iter().filter_map(claim).collect())
    }

    /// Returns the claim of a filter, if the row has one that can be parsed.
    fn claim(&mut self, name: String, count: u64, report: &str, filter: &Value) -> Option<Claim> {
        let filter = filter.as_str()?;
        let table = REPORTS.iter().find(|table| table.name == report);
        let rows = if report == REJECTS_REPORT.name { listed_or_not(filter) } else { rows_of(filter) };
        let Some((table, rows)) = table.zip(rows) else {
            self.not_evaluated.push(format!("{name}: {filter}"));
            return None;
        };
        Some(Claim { name, count, table, rows })
    }

    /// Compares the counts of the accounts with the relations of enrolled members, word by word.
    fn accounts(
        &mut self,
        reports: &Reports,
        table: &Table,
        (member, word): (&Column, &Column),
        counts: &[(&str, &Column)],
    ) -> Result<()> {
        let (relations, accounts) = (reports.path(table)?, reports.path(&ACCOUNTS_REPORT)?);
        let sums = totals(&accounts, counts.iter().map(|(_, count)| count.expr().sum()).collect())?;
        let by_member = |frame: LazyFrame| frame.group_by([member.expr(), word.expr()]).agg([len().alias(ROWS)]);
        let by_member = aggregate(&relations, &[member.name, word.name], by_member)?;
        let enrolled = read(&accounts, &[member])?;
        let rows_of = |(known, count): &(&str, &Column)| {
            let rows = computed(ROWS).filter(word.expr().eq(lit(*known))).sum();
            rows.cast(DataType::UInt64).alias(count.name)
        };
        let counted = by_member
            .lazy()
            .join(enrolled.lazy(), [member.expr()], [member.expr()], JoinArgs::new(JoinType::Semi))
            .select(counts.iter().map(rows_of).collect::<Vec<_>>());
        let counted = collect(&relations, counted)?;
        for ((sum, (_, count)), rows) in sums.into_iter().zip(counts).zip(counted.columns()) {
            let name = format!("{} of accounts = rows of {} of enrolled members", count.name, table.name);
            self.totals.push(ControlTotal::new(name, sum, rows.u64()?.get(0).unwrap_or(0)));
        }
        Ok(())
    }

    fn customers(&mut self, reports: &Reports) -> Result<()> {
        let counts = fields::OUTCOME_COUNTS;
        let rows = counts.iter().map(|(word, _)| rows_with(&fields::OUTCOME, word.word())).collect();
        let sums = counts.iter().map(|(_, count)| count.expr().sum()).collect();
        let rows = totals(&reports.path(&RELATIONS_REPORT)?, rows)?;
        let sums = totals(&reports.path(&CUSTOMERS_REPORT)?, sums)?;
        for (((word, _), sum), rows) in counts.iter().zip(sums).zip(rows) {
            self.totals.push(ControlTotal::new(format!("{word} of customers = rows of relations"), sum, rows));
        }
        Ok(())
    }

    /// Repeats the control totals that the run published.
    fn published_totals(&mut self, reports: &Reports) -> Result<()> {
        for row in reports.rows(&CONTROL_TOTALS_REPORT)? {
            let name = format!("as published: {}", row.text(&fields::CONTROL_NAME));
            let (left, right) = (row.count(&fields::CONTROL_LEFT), row.count(&fields::CONTROL_RIGHT));
            self.totals.push(ControlTotal::new(name, left, right));
        }
        Ok(())
    }

    fn inputs(&mut self, reports: &Reports) -> Result<()> {
        let parts = [&fields::ACCEPTED, &fields::DUPLICATE, &fields::REJECTED, &fields::PASSED_OVER];
        let sums = [&fields::RECORDS_READ].into_iter().chain(parts).map(|column| column.expr().sum()).collect();
        let sums = totals(&reports.path(&INPUTS_REPORT)?, sums)?;
        let name = "inputs: records read = accepted + duplicate + rejected + passed over";
        self.totals.push(ControlTotal::new(name, sums[0], sums[1..].iter().sum()));
        Ok(())
    }
}

/// Name of the number of rows in a partial aggregate.
const ROWS: &str = "rows";

/// Counts the rows with a word.
fn rows_with(column: &Column, word: &str) -> Expr {
    column.expr().eq(lit(word.to_owned())).sum()
}

/// Counts the rows of a filter in SQL; `None` if Polars cannot parse it.
pub(super) fn rows_of(filter: &str) -> Option<Expr> {
    // The sum of a literal would be 1.
    if filter.trim().eq_ignore_ascii_case("true") { Some(len()) } else { Some(sql_expr(filter).ok()?.sum()) }
}

/// Counts the rejects of a filter, those that are not listed too.
fn listed_or_not(filter: &str) -> Option<Expr> {
    let is_selected = sql_expr(filter).ok()?.cast(DataType::Int64);
    Some((is_selected * (lit(1_i64) + fields::NOT_LISTED.expr().cast(DataType::Int64))).sum())
}

/// Returns the claims of the summary. An export that was not measured has no rows.
fn summary_claims(summary: &Value) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut claim = |name: String, pointer: String, table: &'static Table, rows| {
        let is_measured = summary.get(table.name).is_some_and(|counts| !counts.is_null());
        let count = if is_measured { summary.pointer(&pointer).and_then(Value::as_u64).unwrap_or(u64::MAX) } else { 0 };
        claims.push(Claim { name, count, table, rows });
    };
    for (table, column, words, pointer) in SUMMARY_COUNTS {
        for word in *words {
            let name = format!("summary {}.{} {word} = rows of {}", table.name, column.name, table.name);
            claim(name, format!("{pointer}/{word}"), table, rows_with(column, word));
        }
    }
    for table in [&RELATIONS_REPORT, &TARGET_RELATIONS_REPORT, &GROUPS_REPORT, &JOIN_CODES_REPORT] {
        claim(format!("summary {}.total = rows", table.name), format!("/{}/total", table.name), table, len());
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::rows_of;
    use crate::rules::catalogue;

    #[test]
    fn every_filter_of_the_catalogue_can_be_parsed() {
        for filter in catalogue().filter_map(|rule| rule.rows).map(|rows| rows.filter().sql()) {
            assert!(rows_of(&filter).is_some(), "{filter}");
        }
        for other in ["a in (", "", "a is not", "a = ", "a = 1; drop table b"] {
            assert!(rows_of(other).is_none(), "{other}");
        }
    }
}
