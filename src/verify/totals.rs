//! The control totals once more, from the published files alone: nothing that counted during the run counts here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::controls::ControlTotal;
use crate::error::Result;
use crate::published::{Condition, Reports, Scan, cell, count_rows, text};
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, CUSTOMERS_REPORT, FINDINGS_REPORT, GROUPS_REPORT,
    INPUTS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT, REPORTS, TARGET_RELATIONS_REPORT,
};
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Origin, Outcome, Scope};
use crate::schema::{Column, Table, fields};

/// The equations so far.
#[derive(Debug, Default)]
pub struct Recount {
    pub totals: Vec<ControlTotal>,
    pub not_evaluated: Vec<String>,
}

/// What `summary.json` counts by the words of a column.
struct Summarised {
    table: &'static Table,
    column: &'static Column,
    words: &'static [&'static str],
    /// Where the counts stand in the summary.
    place: &'static str,
}

const SUMMARISED: &[Summarised] = &[
    Summarised {
        table: &RELATIONS_REPORT,
        column: &fields::OUTCOME,
        words: Outcome::WORDS,
        place: "/relations/by_outcome",
    },
    Summarised { table: &RELATIONS_REPORT, column: &fields::SCOPE, words: Scope::WORDS, place: "/relations/by_scope" },
    Summarised {
        table: &TARGET_RELATIONS_REPORT,
        column: &fields::ORIGIN,
        words: Origin::WORDS,
        place: "/target_relations/by_origin",
    },
    Summarised {
        table: &GROUPS_REPORT,
        column: &fields::GROUP_OUTCOME,
        words: GroupOutcome::WORDS,
        place: "/groups/by_outcome",
    },
    Summarised {
        table: &JOIN_CODES_REPORT,
        column: &fields::CODE_VERDICT,
        words: CodeVerdict::WORDS,
        place: "/join_codes/by_verdict",
    },
];

/// A claim that so many rows of a report fulfil a condition.
struct Claim {
    name: String,
    count: u64,
    table: &'static Table,
    condition: Condition,
}

impl Recount {
    /// Everything that the reports of an audit claim.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if a report cannot be read.
    pub fn audit(&mut self, reports: &Reports) -> Result<()> {
        let mut claims = summary_claims(&reports.summary()?);
        claims.extend(self.finding_claims(reports)?);
        claims.extend(self.bill_claims(reports)?);
        for table in REPORTS {
            self.check(reports, table, &claims)?;
        }
        self.accounts(reports)?;
        self.customers(reports)?;
        self.published_totals(reports)?;
        self.inputs(reports)
    }

    /// All claims about a report, in one pass over it.
    fn check(&mut self, reports: &Reports, table: &Table, claims: &[Claim]) -> Result<()> {
        let claims: Vec<&Claim> = claims.iter().filter(|claim| claim.table.name == table.name).collect();
        if claims.is_empty() {
            return Ok(());
        }
        let conditions: Vec<Condition> = claims.iter().map(|claim| claim.condition.clone()).collect();
        let rows = count_rows(&reports.path(table), &conditions)?;
        self.totals
            .extend(claims.iter().zip(rows).map(|(claim, rows)| ControlTotal::new(&claim.name, claim.count, rows)));
        Ok(())
    }

    fn finding_claims(&mut self, reports: &Reports) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for row in rows(reports, &FINDINGS_REPORT, &[&fields::CODE, &fields::COUNT, &fields::REPORT, &fields::FILTER])?
        {
            let [code, count, report, filter] = row.as_slice() else { continue };
            let name = format!("finding {} = rows of its filter", text(code));
            claims.extend(self.claim(name, count, &text(report), filter));
        }
        Ok(claims)
    }

    fn bill_claims(&mut self, reports: &Reports) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for row in rows(reports, &BILLING_REPORT, &[&fields::BILL_LINE, &fields::QUANTITY, &fields::BILL_FILTER])? {
            let [line, quantity, filter] = row.as_slice() else { continue };
            let name = format!("billing {} = rows of its filter", text(line));
            claims.extend(self.claim(name, quantity, RELATIONS_REPORT.name, filter));
        }
        Ok(claims)
    }

    /// A claim by a filter; one that cannot be evaluated here is named.
    fn claim(&mut self, name: String, count: &Value, report: &str, filter: &Value) -> Option<Claim> {
        let filter = filter.as_str()?;
        let table = REPORTS.iter().find(|table| table.name == report);
        let Some((table, condition)) = table.zip(Condition::parse(filter)) else {
            self.not_evaluated.push(format!("{name}: {filter}"));
            return None;
        };
        Some(Claim { name, count: count.as_u64().unwrap_or(u64::MAX), table, condition })
    }

    /// The accounts beside the relations of enrolled members, word by word.
    fn accounts(&mut self, reports: &Reports) -> Result<()> {
        let accounts = rows(reports, &ACCOUNTS_REPORT, &[&fields::SOURCE_USERID, &fields::TARGET_USERID])?;
        for (place, table, member, word, words) in [
            (0, &RELATIONS_REPORT, &fields::SOURCE_USERID, &fields::OUTCOME, Outcome::WORDS),
            (1, &TARGET_RELATIONS_REPORT, &fields::TARGET_USERID, &fields::ORIGIN, Origin::WORDS),
        ] {
            let enrolled: BTreeSet<&str> = accounts.iter().filter_map(|row| row.get(place)?.as_str()).collect();
            let counted = words_of_members(reports, table, member, word, &enrolled)?;
            let prefix = if place == 0 { "" } else { "origin_" };
            for one in words {
                let name = format!("{prefix}{one} of accounts = rows of {} of enrolled members", table.name);
                let sum = sum(reports, &ACCOUNTS_REPORT, &format!("{prefix}{one}"))?;
                self.totals.push(ControlTotal::new(name, sum, counted.get(*one).copied().unwrap_or(0)));
            }
        }
        Ok(())
    }

    fn customers(&mut self, reports: &Reports) -> Result<()> {
        let conditions: Vec<Condition> =
            Outcome::WORDS.iter().map(|word| Condition::equals(fields::OUTCOME.name, word)).collect();
        let counts = count_rows(&reports.path(&RELATIONS_REPORT), &conditions)?;
        for (word, count) in Outcome::WORDS.iter().zip(counts) {
            let sum = sum(reports, &CUSTOMERS_REPORT, word)?;
            self.totals.push(ControlTotal::new(format!("{word} of customers = rows of relations"), sum, count));
        }
        Ok(())
    }

    /// What the run itself found to balance.
    fn published_totals(&mut self, reports: &Reports) -> Result<()> {
        for row in rows(
            reports,
            &CONTROL_TOTALS_REPORT,
            &[&fields::CONTROL_NAME, &fields::CONTROL_LEFT, &fields::CONTROL_RIGHT],
        )? {
            let [name, left, right] = row.as_slice() else { continue };
            let side = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
            self.totals.push(ControlTotal::new(format!("as published: {}", text(name)), side(left), side(right)));
        }
        Ok(())
    }

    fn inputs(&mut self, reports: &Reports) -> Result<()> {
        let total = |column: &Column| sum(reports, &INPUTS_REPORT, column.name);
        let told = total(&fields::ACCEPTED)?
            + total(&fields::DUPLICATE)?
            + total(&fields::REJECTED)?
            + total(&fields::PASSED_OVER)?;
        let name = "inputs: records read = accepted + duplicate + rejected + passed over";
        self.totals.push(ControlTotal::new(name, total(&fields::RECORDS_READ)?, told));
        Ok(())
    }
}

/// What the summary counts. What was not measured has no rows.
fn summary_claims(summary: &Value) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut claim = |name: String, place: String, table: &'static Table, condition| {
        let is_measured = summary.get(table.name).is_some_and(|counts| !counts.is_null());
        let count = if is_measured { summary.pointer(&place).and_then(Value::as_u64).unwrap_or(u64::MAX) } else { 0 };
        claims.push(Claim { name, count, table, condition });
    };
    for Summarised { table, column, words, place } in SUMMARISED {
        for word in *words {
            let name = format!("summary {}.{} {word} = rows of {}", table.name, column.name, table.name);
            claim(name, format!("{place}/{word}"), table, Condition::equals(column.name, word));
        }
    }
    for table in [&RELATIONS_REPORT, &TARGET_RELATIONS_REPORT, &GROUPS_REPORT, &JOIN_CODES_REPORT] {
        claim(
            format!("summary {}.total = rows", table.name),
            format!("/{}/total", table.name),
            table,
            Condition::always(),
        );
    }
    claims
}

/// The rows of a small report.
fn rows(reports: &Reports, table: &Table, columns: &[&Column]) -> Result<Vec<Vec<Value>>> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let mut rows = Vec::new();
    Scan::of(&reports.path(table), &names).each(|batch| {
        rows.extend(
            (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| cell(array.as_ref(), row)).collect()),
        );
        Ok(true)
    })?;
    Ok(rows)
}

/// The sum of a column of counts.
fn sum(reports: &Reports, table: &Table, column: &str) -> Result<u64> {
    let mut sum = 0;
    Scan::of(&reports.path(table), &[column]).each(|batch| {
        sum += (0..batch.num_rows()).filter_map(|row| cell(batch.column(0).as_ref(), row).as_u64()).sum::<u64>();
        Ok(true)
    })?;
    Ok(sum)
}

/// How often each word stands in the rows of some members.
fn words_of_members(
    reports: &Reports,
    table: &Table,
    member: &Column,
    word: &Column,
    members: &BTreeSet<&str>,
) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    Scan::of(&reports.path(table), &[member.name, word.name]).each(|batch| {
        for row in 0..batch.num_rows() {
            let member = cell(batch.column(0).as_ref(), row);
            if member.as_str().is_some_and(|member| members.contains(member)) {
                *counts.entry(text(&cell(batch.column(1).as_ref(), row))).or_default() += 1;
            }
        }
        Ok(true)
    })?;
    Ok(counts)
}
