//! `summary.json`: the whole audit in figures, every value of every vocabulary, zeros too.

use std::collections::BTreeMap;
use std::path::Path;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Audit, write_private};
use crate::billing::Bill;
use crate::case::{Case, FailOn};
use crate::controls::ControlTotal;
use crate::figures::{Counts, Figures, GroupCounts};
use crate::findings::{self, Finding};
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Origin, Outcome, Scope, Verdict};
use crate::snapshot::Input;

/// The version of the reports' schema.
pub const SCHEMA_VERSION: u32 = 1;

/// The results of an audit as data, from which all writers for people start.
#[derive(Debug, Clone)]
pub struct AuditSummary {
    /// `case.id` and `case.title`.
    pub case_id: String,
    pub case_title: String,
    /// The least severity of findings that makes exit code 1.
    pub fail_on: FailOn,
    /// The verdict on the case.
    pub verdict: Verdict,
    /// The figures.
    pub counts: Counts,
    pub group_counts: GroupCounts,
    /// The bill, where the case has a contract.
    pub bill: Option<Bill>,
    pub findings: Vec<Finding>,
    pub control_totals: Vec<ControlTotal>,
    /// The input files.
    pub inputs: Vec<Input>,
    /// The folder of the reports.
    pub folder: std::path::PathBuf,
}

#[derive(Serialize)]
struct SummaryJson<'a> {
    schema_version: u32,
    tool: Value,
    case: Value,
    policy: Value,
    #[serde(flatten)]
    figures: FiguresJson<'a>,
    findings: Vec<FindingJson<'a>>,
    control_totals: &'a [ControlTotal],
    inputs: Vec<InputJson<'a>>,
}

/// The figures of an audit; the page holds them too.
#[derive(Serialize)]
pub(super) struct FiguresJson<'a> {
    verdict: &'static str,
    relations: CountsJson,
    target_relations: CountsJson,
    /// Null: not measured, here and below.
    groups: Option<CountsJson>,
    join_codes: Option<CountsJson>,
    billing: Option<BillingJson<'a>>,
}

/// The number of all rows, and their numbers by the words of vocabularies, in the order of each.
pub(crate) struct CountsJson {
    total: u64,
    by: Vec<(&'static str, WordCounts)>,
}

/// A number of rows for each word of a vocabulary, in its order.
pub(crate) struct WordCounts(pub Vec<(&'static str, u64)>);

impl CountsJson {
    pub(crate) fn new(total: u64, by: impl IntoIterator<Item = (&'static str, WordCounts)>) -> Self {
        Self { total, by: by.into_iter().collect() }
    }

    /// By the words of one vocabulary, each of which has a count.
    fn by(name: &'static str, words: &[&'static str], counts: &BTreeMap<String, u64>) -> Self {
        Self::new(counts.values().sum(), [(name, WordCounts::of(words, counts))])
    }
}

impl WordCounts {
    fn of(words: &[&'static str], counts: &BTreeMap<String, u64>) -> Self {
        Self(words.iter().map(|word| (*word, counts.get(*word).copied().unwrap_or(0))).collect())
    }
}

impl Serialize for CountsJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("total", &self.total)?;
        self.by.iter().try_for_each(|(name, counts)| map.serialize_entry(name, counts))?;
        map.end()
    }
}

impl Serialize for WordCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

#[derive(Serialize)]
pub(crate) struct FindingJson<'a> {
    code: &'a str,
    severity: &'static str,
    clause: &'a str,
    count: u64,
    waived_count: u64,
}

/// The bill. Amounts are decimal strings, with two places.
#[derive(Serialize)]
pub(crate) struct BillingJson<'a> {
    contracted: u64,
    participating: u64,
    drift: i64,
    tolerance: u64,
    billing_verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    excess: Option<u64>,
    surcharge_quantity: u64,
    contract_amount: String,
    surcharge_amount: String,
    payable: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<u64>,
    currency: &'a str,
}

#[derive(Serialize)]
struct InputJson<'a> {
    path: &'a str,
    sha256: &'a str,
    bytes: u64,
    kind: &'a str,
    encoding: &'a str,
    records_read: u64,
    accepted: u64,
    duplicate: u64,
    rejected: u64,
    passed_over: u64,
    unreadable_values: u64,
    unused_columns: &'a [String],
}

/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn write(audit: &Audit<'_>, folder: &Path) -> crate::error::Result<()> {
    write_private(&folder.join("summary.json"), audit.summary.to_json())
}

impl AuditSummary {
    /// Assembles the parts.
    pub fn new(
        case: &Case,
        figures: &Figures,
        bill: Option<Bill>,
        findings: Vec<Finding>,
        control_totals: Vec<ControlTotal>,
        inputs: Vec<Input>,
        out: &Path,
    ) -> Self {
        Self {
            case_id: case.id.clone(),
            case_title: case.title.clone(),
            fail_on: case.policy.fail_on,
            verdict: findings::verdict(&findings),
            counts: figures.counts.clone(),
            group_counts: figures.group_counts.clone(),
            bill,
            findings,
            control_totals,
            inputs,
            folder: out.to_path_buf(),
        }
    }

    /// Returns 1 if the policy says that there is something to act on, else 0.
    pub fn exit_code(&self) -> u8 {
        findings::exit_code(&self.findings, self.fail_on)
    }

    pub fn to_json(&self) -> String {
        let json = SummaryJson {
            schema_version: SCHEMA_VERSION,
            tool: json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") }),
            case: json!({ "id": self.case_id, "title": self.case_title }),
            policy: json!({ "fail_on": self.fail_on.word() }),
            figures: self.figures(),
            findings: self.findings.iter().map(FindingJson::of).collect(),
            control_totals: &self.control_totals,
            inputs: self.inputs.iter().map(InputJson::of).collect(),
        };
        serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
    }

    /// Returns the figures, every value of every vocabulary, zeros too.
    pub(super) fn figures(&self) -> FiguresJson<'_> {
        let Self { counts: Counts { by_scope, by_outcome, by_origin, .. }, group_counts: groups, .. } = self;
        let by_scope = ("by_scope", WordCounts::of(Scope::WORDS, by_scope));
        let of_outcome = ("by_outcome", WordCounts::of(Outcome::WORDS, by_outcome));
        let of_groups = || CountsJson::by("by_outcome", GroupOutcome::WORDS, &groups.by_outcome);
        let of_codes = || CountsJson::by("by_verdict", CodeVerdict::WORDS, &groups.by_verdict);
        FiguresJson {
            verdict: self.verdict.word(),
            relations: CountsJson::new(by_outcome.values().sum(), [by_scope, of_outcome]),
            target_relations: CountsJson::by("by_origin", Origin::WORDS, by_origin),
            groups: groups.groups_measured.then(of_groups),
            join_codes: groups.codes_measured.then(of_codes),
            billing: self.bill.as_ref().map(BillingJson::of),
        }
    }
}

impl<'a> FindingJson<'a> {
    pub(crate) fn of(finding: &'a Finding) -> Self {
        let rule = finding.rule;
        Self {
            code: rule.code,
            severity: finding.severity().word(),
            clause: rule.clause,
            count: finding.count,
            waived_count: finding.waived.count,
        }
    }
}

impl<'a> BillingJson<'a> {
    /// Returns the bill of a forecast: nothing is delivered yet.
    pub(crate) fn forecast(bill: &'a Bill) -> Self {
        Self { excess: None, paid: None, delivered: None, ..Self::of(bill) }
    }

    fn of(bill: &'a Bill) -> Self {
        let drift = &bill.drift;
        Self {
            contracted: drift.contracted,
            participating: drift.participating,
            drift: drift.drift,
            tolerance: drift.tolerance,
            billing_verdict: drift.verdict.word(),
            excess: Some(drift.excess),
            surcharge_quantity: drift.surcharge_quantity,
            contract_amount: bill.contract_amount.to_string(),
            surcharge_amount: bill.surcharge_amount.to_string(),
            payable: bill.payable.to_string(),
            paid: Some(bill.paid.to_string()),
            delivered: Some(bill.delivered),
            currency: &bill.contract.currency,
        }
    }
}

impl<'a> InputJson<'a> {
    fn of(input: &'a Input) -> Self {
        let file = &input.file;
        Self {
            path: &file.path,
            sha256: &file.sha256,
            bytes: file.bytes,
            kind: &file.kind,
            encoding: &file.encoding,
            records_read: file.records_read,
            accepted: input.accepted(),
            duplicate: input.duplicates,
            rejected: file.rejected,
            passed_over: input.passed_over(),
            unreadable_values: file.unreadable_values,
            unused_columns: &file.unused_columns,
        }
    }
}
