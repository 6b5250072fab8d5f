//! The content of the page as JSON: the figures, the charts' series, excerpts of the reports, and every text.

use std::collections::BTreeMap;

use arrow::array::{Array, RecordBatch};
use arrow::compute::concat_batches;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use super::document::PageKind;
use super::table::Excerpt;
use crate::case::Case;
use crate::error::Result;
use crate::figures::{ArrivalSeries, Flow, OutcomeShare, RELATION_COLUMNS, most_urgent};
use crate::findings::Finding;
use crate::report::summary::FiguresJson;
use crate::report::{Audit, local};
use crate::rules::{GROUP_RULES, JOIN_CODE_RULES, RELATION_RULES};
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, GROUPS_REPORT, INPUTS_REPORT,
    JOIN_CODES_REPORT, PRECHECK_ACCOUNTS, PRECHECK_JOIN_CODES, REJECTS_REPORT, RELATIONS_REPORT,
    TARGET_RELATIONS_REPORT,
};
use crate::schema::vocabulary::{Advice, Coverage, Role, Severity};
use crate::schema::{Column, ColumnResult, ReadColumns, Table, fields};
use crate::snapshot::Snapshot;
use crate::text::{self, Text};

const TOOL: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
/// Relations in the page.
const RELATIONS_SHOWN: u64 = 20_000;
/// Rows in the page of each report that grows with the accounts, groups and codes.
const ROWS_SHOWN: usize = 20_000;
/// Rows in the page of each report that is there for completeness: files, evidence, rejects.
const EVIDENCE_SHOWN: usize = 1_000;

/// The part that the pages of an audit and of a precheck share.
#[derive(Serialize)]
pub struct PageFrame<'a> {
    tool: &'static str,
    case: PageCase<'a>,
    exports: Vec<ExportJson>,
    findings: Vec<PageFinding<'a>>,
    tables: Vec<Excerpt>,
    severities: Severities,
    words: BTreeMap<&'static str, WordNames>,
    text: BTreeMap<&'static str, Text>,
}

#[derive(Serialize)]
struct PageJson<'a> {
    #[serde(flatten)]
    frame: PageFrame<'a>,
    #[serde(flatten)]
    figures: FiguresJson<'a>,
    /// The balance to pay; the other amounts are in `figures`.
    billing_balance: Option<String>,
    /// Relations by scope and outcome, those that there are.
    flow: &'a [Flow],
    arrivals: ArrivalSeries,
    shown: Vec<OutcomeShare>,
}

#[derive(Serialize)]
struct PageCase<'a> {
    id: &'a str,
    title: &'a str,
    source: &'a str,
    target: &'a str,
    timezone: &'a str,
    /// On the clock of that zone, as all times of the page.
    started_at: Option<i64>,
    /// Null where it is not known yet.
    finished_at: Option<i64>,
}

/// One of the four exports; `relations` is null where the case does not have it.
#[derive(Serialize)]
struct ExportJson {
    role: &'static str,
    relations: Option<u64>,
    taken_at: Option<i64>,
}

#[derive(Serialize)]
struct PageFinding<'a> {
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
    filter: Option<String>,
    waived: u64,
    waived_by: Option<&'a str>,
    waived_reason: Option<&'a str>,
    waived_until: Option<String>,
}

/// The words of a vocabulary in its order, which is the order in which the page sorts them.
struct WordNames(text::Vocabulary);

impl Serialize for WordNames {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.words.iter().zip(&self.0.names))
    }
}

/// The highest severity of each word, by vocabulary.
type Severities = BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>;

/// The report that holds the rows of a finding, and the condition that selects them.
pub type FindingLink = Option<(&'static str, String)>;

impl<'a> PageFrame<'a> {
    /// `roles`: the exports that the page names, whether the case has them or not.
    pub fn new(
        kind: PageKind,
        case: &'a Case,
        (roles, snapshots): (&[Role], &[&Snapshot]),
        (findings, rows): (&'a [Finding], fn(&Finding) -> FindingLink),
        tables: Vec<Excerpt>,
    ) -> Self {
        Self {
            tool: TOOL,
            case: page_case(case),
            exports: roles.iter().map(|role| export(case, snapshots, *role)).collect(),
            findings: findings.iter().map(|finding| PageFinding::of(finding, rows(finding))).collect(),
            tables,
            severities: severities(),
            words: words(),
            text: kind.texts(),
        }
    }
}

/// Returns the data of the page.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn data(audit: &Audit<'_>) -> Result<String> {
    let Audit { case, exports, summary, .. } = *audit;
    let snapshots: Vec<&Snapshot> = exports.snapshots().collect();
    let findings = (&summary.findings[..], rows_of_audit as fn(&Finding) -> FindingLink);
    to_json(&PageJson {
        frame: PageFrame::new(PageKind::Audit, case, (Role::ALL, &snapshots), findings, tables(audit)?),
        figures: summary.figures(),
        billing_balance: summary.bill.as_ref().map(|bill| bill.balance.to_string()),
        flow: audit.flow,
        arrivals: audit.arrivals.finish(case),
        shown: audit.excerpt.shares(RELATIONS_SHOWN),
    })
}

/// Returns the data of a page as text.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn to_json(data: &impl Serialize) -> Result<String> {
    serde_json::to_string(data).map_err(|error| crate::Error::Bug(format!("data of a page: {error}")))
}

/// Returns the parts of the data that every page of an audit of this version has.
pub fn constants() -> [(&'static str, Value); 4] {
    let texts = PageKind::Audit.texts();
    [("tool", TOOL.into()), ("severities", json!(severities())), ("words", json!(words())), ("text", json!(texts))]
}

fn rows_of_audit(finding: &Finding) -> FindingLink {
    finding.rule.rows.map(|rows| (rows.report.name, rows.filter().sql()))
}

fn words() -> BTreeMap<&'static str, WordNames> {
    text::vocabularies().into_iter().map(|vocabulary| (vocabulary.name, WordNames(vocabulary))).collect()
}

fn page_case(case: &Case) -> PageCase<'_> {
    PageCase {
        id: &case.id,
        title: &case.title,
        source: &case.source.name,
        target: &case.target.name,
        timezone: case.timezone.iana_name().unwrap_or("UTC"),
        started_at: local(case.migration.started_at, &case.timezone),
        finished_at: (case.migration.finished_at > case.migration.started_at)
            .then(|| local(case.migration.finished_at, &case.timezone))
            .flatten(),
    }
}

fn export(case: &Case, snapshots: &[&Snapshot], role: Role) -> ExportJson {
    let snapshot = snapshots.iter().find(|snapshot| snapshot.role == role);
    let taken_at = case.snapshots.get(&role).and_then(|settings| settings.taken_at);
    let taken_at = taken_at.and_then(|micros| local(micros, &case.timezone));
    ExportJson { role: role.word(), relations: snapshot.map(|snapshot| snapshot.relations.len()), taken_at }
}

impl<'a> PageFinding<'a> {
    fn of(finding: &'a Finding, rows: FindingLink) -> Self {
        let (rule, waived) = (finding.rule, &finding.waived);
        let (report, filter) = rows.unzip();
        Self {
            code: rule.code,
            severity: finding.severity().word(),
            clause: rule.clause,
            count: finding.count,
            counts: finding.counts(),
            message: [finding.message_zh(), finding.message_en()],
            next_step: rule.next_step(),
            examples: &finding.examples,
            report,
            filter,
            waived: waived.count,
            waived_by: waived.by.as_deref(),
            waived_reason: waived.reason.as_deref(),
            waived_until: waived.until.map(|until| until.to_string()),
        }
    }
}

/// Returns the severity of each word in the rule books, the highest where several rules give it. Advice to do something
/// is to be reviewed.
fn severities() -> Severities {
    let outcomes = RELATION_RULES.iter().map(|rule| ("outcome", rule.outcome().word(), rule.severity));
    let groups = GROUP_RULES.iter().map(|rule| ("group_outcome", rule.outcome().word(), rule.severity));
    let codes = JOIN_CODE_RULES.iter().map(|rule| ("code_verdict", rule.gives.word(), rule.severity));
    let of_advice = |advice: &Advice| if *advice == Advice::Nothing { Severity::Ok } else { Severity::Review };
    let advice = Advice::ALL.iter().map(|advice| ("advice", advice.word(), of_advice(advice)));
    let mut worst: BTreeMap<&str, BTreeMap<&str, Severity>> = BTreeMap::new();
    for (vocabulary, word, severity) in outcomes.chain(groups).chain(codes).chain(advice) {
        let known = worst.entry(vocabulary).or_default().entry(word).or_insert(severity);
        *known = severity.max(*known);
    }
    let words = |words: BTreeMap<&'static str, Severity>| {
        words.into_iter().map(|(word, severity)| (word, severity.word())).collect()
    };
    worst.into_iter().map(|(vocabulary, severities)| (vocabulary, words(severities))).collect()
}

/// The reports that the page shows beside the relations.
const SHOWN_TABLES: &[&Table] = &[
    &ACCOUNTS_REPORT, &GROUPS_REPORT, &JOIN_CODES_REPORT, &BILLING_REPORT, &COVERAGE_REPORT, &REJECTS_REPORT,
    &INPUTS_REPORT, &CONTROL_TOTALS_REPORT,
];

fn tables(audit: &Audit<'_>) -> Result<Vec<Excerpt>> {
    let zone = &audit.case.timezone;
    let arrived = audit.exports.target_after.relations.len();
    let mut tables = vec![relations(audit, zone)?, without_rows(&TARGET_RELATIONS_REPORT, arrived, zone)?];
    for table in SHOWN_TABLES {
        tables.push(small_table(table, audit.tables.rows(table)?, zone)?);
    }
    Ok(tables)
}

/// Returns the first rows of a report, the most urgent first, as the page holds them.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn small_table(table: &'static Table, rows: &RecordBatch, zone: &TimeZone) -> Result<Excerpt> {
    let evidence = [&COVERAGE_REPORT, &REJECTS_REPORT, &INPUTS_REPORT, &BILLING_REPORT, &CONTROL_TOTALS_REPORT];
    let at_most = if evidence.contains(&table) { EVIDENCE_SHOWN } else { ROWS_SHOWN };
    // Digests are in `inputs.parquet` and in the manifest; the page leaves them out.
    let columns: Vec<&'static Column> =
        table.columns.iter().map(|slot| slot.column).filter(|column| *column != &fields::SHA256).collect();
    let shown = most_urgent(rows, at_most, &urgency(table, rows)?)?;
    Excerpt::of(table, &columns, &shown, rows.num_rows() as u64, zone)
}

/// Returns the reports beside the relations as the page has them, from their rows.
///
/// # Errors
/// The errors of `rows`.
pub fn small_tables(rows: impl Fn(&'static Table) -> Result<RecordBatch>, zone: &TimeZone) -> Result<Vec<Value>> {
    SHOWN_TABLES.iter().map(|table| Ok(json!(small_table(table, &rows(table)?, zone)?))).collect()
}

fn relations(audit: &Audit<'_>, zone: &TimeZone) -> Result<Excerpt> {
    let shown = audit.excerpt.rows(RELATIONS_SHOWN);
    let portions: Vec<&RecordBatch> = shown.iter().flat_map(|(_, rows)| rows).collect();
    let total = audit.exports.source_before.relations.len();
    let rows = match portions.first() {
        Some(first) => concat_batches(&first.schema(), portions.iter().copied())?,
        None => RecordBatch::new_empty(RELATIONS_REPORT.arrow_schema()),
    };
    Excerpt::of(&RELATIONS_REPORT, RELATION_COLUMNS, &rows, total, zone)
}

/// Returns a report whose rows are not in the page, only its columns and their number.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn without_rows(table: &'static Table, total: u64, zone: &TimeZone) -> Result<Excerpt> {
    let columns: Vec<&'static Column> = table.columns.iter().map(|slot| slot.column).collect();
    Excerpt::of(table, &columns, &RecordBatch::new_empty(table.arrow_schema()), total, zone)
}

/// Returns the urgency of each row, for excerpts: the severity; of accounts the relations that did not arrive as they
/// should; of forecasts what asks for something; of coverage what is not complete.
fn urgency(table: &Table, rows: &RecordBatch) -> Result<Vec<u64>> {
    const NOT_ARRIVED: [&Column; 4] = [
        &fields::COUNT_MISSING,
        &fields::COUNT_MISPLACED,
        &fields::COUNT_REFUSED_BUT_ARRIVED,
        &fields::COUNT_UNDETERMINED,
    ];
    if table.position(&fields::SEVERITY).is_some() {
        let place = |word| Severity::WORDS.iter().position(|known| Some(*known) == word).unwrap_or(0) as u64;
        return Ok(rows.texts(&fields::SEVERITY)?.iter().map(place).collect());
    }
    if table == &ACCOUNTS_REPORT {
        let counts = NOT_ARRIVED.iter().map(|column| rows.integers(column)).collect::<ColumnResult<Vec<_>>>()?;
        let sum = |row| counts.iter().map(|counts| counts.value(row).unsigned_abs()).sum();
        return Ok((0..rows.num_rows()).map(sum).collect());
    }
    if table == &PRECHECK_ACCOUNTS {
        let (idle, exceeds) = (rows.array(&fields::NO_PART)?, rows.flags(&fields::EXCEEDS_CAP)?);
        return Ok((0..rows.num_rows()).map(|row| u64::from(idle.is_valid(row) || exceeds.value(row))).collect());
    }
    if table == &PRECHECK_JOIN_CODES {
        let asks = |advice| u64::from(advice != Some(Advice::Nothing.word()));
        return Ok(rows.texts(&fields::ADVICE)?.iter().map(asks).collect());
    }
    if table == &COVERAGE_REPORT {
        let is_not_complete = |status| u64::from(status != Some(Coverage::Complete.word()));
        return Ok(rows.texts(&fields::COVERAGE_STATUS)?.iter().map(is_not_complete).collect());
    }
    Ok(vec![0; rows.num_rows()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::vocabulary::Outcome;

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
