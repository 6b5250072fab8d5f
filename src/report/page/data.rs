//! All that the page shows, as JSON: the figures, the charts' series, excerpts of the reports, and every text.

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::arrivals;
use super::table::Excerpt;
use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::error::Result;
use crate::findings::Finding;
use crate::outcomes::{GROUP_RULE_BOOK, JOIN_CODE_RULE_BOOK, RULE_BOOK};
use crate::report::excerpt::{RELATION_COLUMNS, Share, most_urgent};
use crate::report::summary::Figures;
use crate::report::{Audit, local};
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, GROUPS_REPORT, INPUTS_REPORT,
    JOIN_CODES_REPORT, REJECTS_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT,
};
use crate::schema::vocabulary::{Coverage, Outcome, Role, Scope, Severity};
use crate::schema::{Column, Table, fields};
use crate::text::{self, Text};

/// Relations in the page.
const RELATIONS_SHOWN: u64 = 20_000;
/// Rows in the page of each report that grows with the accounts, groups and codes.
const ROWS_SHOWN: usize = 20_000;
/// Rows in the page of each report that is there for completeness: files, evidence, rejects.
const EVIDENCE_SHOWN: usize = 1_000;

#[derive(Serialize)]
struct Json<'a> {
    tool: String,
    case: CaseJson<'a>,
    #[serde(flatten)]
    figures: Figures<'a>,
    /// What is left to pay; the bill's figures have the rest.
    billing_balance: Option<String>,
    exports: Vec<Export>,
    /// Relations by scope and outcome, those that there are.
    flow: Vec<(&'static str, &'static str, u64)>,
    arrivals: arrivals::Shown,
    findings: Vec<FindingJson<'a>>,
    shown: Vec<Share>,
    tables: Vec<Excerpt>,
    severities: Severities,
    words: BTreeMap<&'static str, Words>,
    text: BTreeMap<&'static str, Text>,
}

#[derive(Serialize)]
struct CaseJson<'a> {
    id: &'a str,
    title: &'a str,
    source: &'a str,
    target: &'a str,
    timezone: &'a str,
    /// On the clock of that zone, as all times of the page.
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

/// One of the four exports; `relations` is null where the case does not have it.
#[derive(Serialize)]
struct Export {
    role: &'static str,
    relations: Option<u64>,
    taken_at: Option<i64>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: &'a str,
    severity: &'static str,
    clause: &'a str,
    count: u64,
    /// Whether it counts towards the verdict.
    counts: bool,
    message: [String; 2],
    next_step: Text,
    examples: &'a [String],
    report: Option<&'a str>,
    filter: Option<&'a str>,
    waived: u64,
    waived_by: Option<&'a str>,
    waived_reason: Option<&'a str>,
    waived_until: Option<String>,
}

/// The words of a vocabulary in its order, which is the order in which the page sorts them.
struct Words(text::Vocabulary);

impl Serialize for Words {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.words.iter().zip(&self.0.names))
    }
}

/// How serious each word is at worst, by vocabulary.
type Severities = BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>;

/// The data of the page.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn json(audit: &Audit<'_>) -> Result<String> {
    let Audit { case, exports, decision, summary, .. } = *audit;
    let json = Json {
        tool: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        case: case_json(case),
        figures: summary.figures(),
        billing_balance: summary.bill.as_ref().map(|bill| bill.balance.to_string()),
        exports: Role::ALL.iter().map(|role| export(case, exports, *role)).collect(),
        flow: flow(decision),
        arrivals: audit.arrivals.shown(case),
        findings: summary.findings.iter().map(FindingJson::of).collect(),
        shown: audit.to_act_on.shares(RELATIONS_SHOWN),
        tables: tables(audit)?,
        severities: severities(),
        words: text::vocabularies().into_iter().map(|vocabulary| (vocabulary.name, Words(vocabulary))).collect(),
        text: text::PAGE.iter().copied().collect(),
    };
    serde_json::to_string(&json).map_err(|error| crate::Error::Bug(format!("report.html: {error}")))
}

fn case_json(case: &Case) -> CaseJson<'_> {
    CaseJson {
        id: &case.id,
        title: &case.title,
        source: &case.source.name,
        target: &case.target.name,
        timezone: case.timezone.iana_name().unwrap_or("UTC"),
        started_at: local(case.migration.started_at, &case.timezone),
        finished_at: local(case.migration.finished_at, &case.timezone),
    }
}

fn export(case: &Case, exports: &Exports, role: Role) -> Export {
    let snapshot = exports.snapshots().find(|snapshot| snapshot.role == role);
    let taken_at = case.snapshots.get(&role).and_then(|settings| settings.taken_at);
    let taken_at = taken_at.and_then(|micros| local(micros, &case.timezone));
    Export { role: role.word(), relations: snapshot.map(|snapshot| snapshot.relations.len()), taken_at }
}

/// From scope to outcome.
fn flow(decision: &Decision) -> Vec<(&'static str, &'static str, u64)> {
    let mut counts = vec![0; Scope::ALL.len() * Outcome::ALL.len()];
    for part in &decision.parts {
        for row in 0..part.source_rows() {
            counts[part.scope[row].code() as usize * Outcome::ALL.len() + part.outcome(row).code() as usize] += 1;
        }
    }
    let pairs = Scope::ALL.iter().flat_map(|scope| Outcome::ALL.iter().map(|outcome| (scope.word(), outcome.word())));
    pairs.zip(counts).filter(|(_, count)| *count > 0).map(|((scope, outcome), count)| (scope, outcome, count)).collect()
}

impl<'a> FindingJson<'a> {
    fn of(finding: &'a Finding) -> Self {
        let (rule, waived) = (finding.rule, &finding.waived);
        Self {
            code: rule.code,
            severity: finding.severity().word(),
            clause: rule.clause,
            count: finding.count,
            counts: finding.counts(),
            message: [finding.message_zh(), finding.message_en()],
            next_step: Text { zh: rule.next_step_zh, en: rule.next_step_en },
            examples: &finding.examples,
            report: rule.rows.map(|(report, _)| report),
            filter: rule.rows.map(|(_, filter)| filter),
            waived: waived.count,
            waived_by: waived.by.as_deref(),
            waived_reason: waived.reason.as_deref(),
            waived_until: waived.until.map(|until| until.to_string()),
        }
    }
}

/// The rule books say how serious a word is; one that several rules give is as serious as the worst of them.
fn severities() -> Severities {
    let outcomes = RULE_BOOK.iter().map(|rule| ("outcome", rule.outcome.word(), rule.severity));
    let groups = GROUP_RULE_BOOK.iter().map(|rule| ("group_outcome", rule.outcome.word(), rule.severity));
    let codes = JOIN_CODE_RULE_BOOK.iter().map(|rule| ("code_verdict", rule.verdict.word(), rule.severity));
    let mut worst: BTreeMap<&str, BTreeMap<&str, Severity>> = BTreeMap::new();
    for (vocabulary, word, severity) in outcomes.chain(groups).chain(codes) {
        let known = worst.entry(vocabulary).or_default().entry(word).or_insert(severity);
        *known = severity.max(*known);
    }
    let words = |words: BTreeMap<&'static str, Severity>| {
        words.into_iter().map(|(word, severity)| (word, severity.word())).collect()
    };
    worst.into_iter().map(|(vocabulary, severities)| (vocabulary, words(severities))).collect()
}

/// The reports that the page shows beside the relations, each with the most rows of it.
const SHOWN_TABLES: &[(&Table, usize)] = &[
    (&ACCOUNTS_REPORT, ROWS_SHOWN),
    (&GROUPS_REPORT, ROWS_SHOWN),
    (&JOIN_CODES_REPORT, ROWS_SHOWN),
    (&BILLING_REPORT, EVIDENCE_SHOWN),
    (&COVERAGE_REPORT, EVIDENCE_SHOWN),
    (&REJECTS_REPORT, EVIDENCE_SHOWN),
    (&INPUTS_REPORT, EVIDENCE_SHOWN),
    (&CONTROL_TOTALS_REPORT, EVIDENCE_SHOWN),
];

fn tables(audit: &Audit<'_>) -> Result<Vec<Excerpt>> {
    let zone = &audit.case.timezone;
    let mut tables = vec![relations(audit, zone)?, target_relations(audit, zone)?];
    for (table, at_most) in SHOWN_TABLES {
        let rows = audit.table(table);
        let columns: Vec<&'static Column> =
            table.columns.iter().map(|slot| slot.column).filter(|column| !is_left_out(column)).collect();
        tables.push(Excerpt::of(
            table,
            &columns,
            &most_urgent(rows, *at_most, urgency(rows))?,
            rows.num_rows() as u64,
            zone,
        )?);
    }
    Ok(tables)
}

/// Digests stand in `inputs.parquet` and in the manifest; on the page nobody reads them.
fn is_left_out(column: &Column) -> bool {
    column == &fields::SHA256
}

fn relations(audit: &Audit<'_>, zone: &TimeZone) -> Result<Excerpt> {
    let shown = audit.to_act_on.rows(RELATIONS_SHOWN);
    let portions: Vec<&RecordBatch> = shown.iter().flat_map(|(_, rows)| rows).collect();
    let total = audit.exports.source_before.relations.len();
    let rows = match portions.first() {
        Some(first) => concat_batches(&first.schema(), portions.iter().copied())?,
        None => RecordBatch::new_empty(RELATIONS_REPORT.arrow_schema()),
    };
    Excerpt::of(&RELATIONS_REPORT, RELATION_COLUMNS, &rows, total, zone)
}

/// Of the relations of target-after the page only says which conditions give them.
fn target_relations(audit: &Audit<'_>, zone: &TimeZone) -> Result<Excerpt> {
    let columns: Vec<&'static Column> = TARGET_RELATIONS_REPORT.columns.iter().map(|slot| slot.column).collect();
    let none = RecordBatch::new_empty(TARGET_RELATIONS_REPORT.arrow_schema());
    Excerpt::of(&TARGET_RELATIONS_REPORT, &columns, &none, audit.exports.target_after.relations.len(), zone)
}

/// What somebody must act on is urgent; of accounts those that lost the most; of evidence what is not whole.
fn urgency(rows: &RecordBatch) -> impl Fn(usize) -> u64 {
    let texts =
        |column: &Column| rows.column_by_name(column.name).and_then(|cells| cells.as_string_view_opt().cloned());
    let severity = texts(&fields::SEVERITY);
    let status = texts(&fields::COVERAGE_STATUS).filter(|_| rows.column_by_name(fields::DATASET.name).is_some());
    let open = [
        &fields::COUNT_MISSING,
        &fields::COUNT_MISPLACED,
        &fields::COUNT_REFUSED_BUT_ARRIVED,
        &fields::COUNT_UNDETERMINED,
    ];
    let is_accounts = rows.column_by_name(fields::ARRIVAL_RATE.name).is_some();
    let open: Vec<ArrayRef> = if is_accounts {
        open.iter().filter_map(|column| rows.column_by_name(column.name)).cloned().collect()
    } else {
        Vec::new()
    };
    move |row| {
        let of_severity = severity
            .as_ref()
            .map_or(0, |cells| Severity::WORDS.iter().position(|word| *word == cells.value(row)).unwrap_or(0));
        let is_not_whole = status.as_ref().is_some_and(|cells| cells.value(row) != Coverage::Complete.word());
        let lost: i64 = open.iter().map(|counts| counts.as_primitive::<Int64Type>().value(row)).sum();
        of_severity as u64 + u64::from(is_not_whole) + lost.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_as_serious_as_its_worst_rule() {
        let severities = severities();
        assert_eq!(severities["outcome"]["missing"], "defect");
        assert_eq!(severities["outcome"]["undetermined"], "review");
        assert_eq!(severities["outcome"]["migrated"], "ok");
        assert_eq!(severities["group_outcome"]["missing"], "defect");
        assert_eq!(severities["code_verdict"]["lost"], "defect");
        assert_eq!(severities["outcome"].len(), Outcome::ALL.len());
    }
}
