//! `summary.json`: the whole audit in figures, every value of every vocabulary, zeros too.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Audit, write_text};
use crate::billing::Bill;
use crate::case::{Case, FailOn, Policy};
use crate::controls::ControlTotal;
use crate::figures::{Counts, GroupCounts};
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
    /// The findings.
    pub findings: Vec<Finding>,
    /// The control totals.
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
    relations: RelationsJson<'a>,
    target_relations: TargetRelationsJson<'a>,
    /// Null: not measured, here and below.
    groups: Option<GroupsJson<'a>>,
    join_codes: Option<JoinCodesJson<'a>>,
    billing: Option<BillingJson<'a>>,
}

#[derive(Serialize)]
struct RelationsJson<'a> {
    total: u64,
    by_scope: OrderedCounts<'a>,
    by_outcome: OrderedCounts<'a>,
}

#[derive(Serialize)]
struct TargetRelationsJson<'a> {
    total: u64,
    by_origin: OrderedCounts<'a>,
}

#[derive(Serialize)]
struct GroupsJson<'a> {
    total: u64,
    by_outcome: OrderedCounts<'a>,
}

#[derive(Serialize)]
struct JoinCodesJson<'a> {
    total: u64,
    by_verdict: OrderedCounts<'a>,
}

/// Counts in the order of the vocabulary.
struct OrderedCounts<'a>(&'static [&'static str], &'a BTreeMap<String, u64>);

impl Serialize for OrderedCounts<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|word| (word, self.1.get(*word).copied().unwrap_or(0))))
    }
}

/// A finding in JSON.
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

/// Writes `summary.json`.
///
/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn write(audit: &Audit<'_>, folder: &Path) -> crate::error::Result<()> {
    write_text(&folder.join("summary.json"), &audit.summary.to_json())
}

impl AuditSummary {
    /// A summary without control totals, which are known last.
    pub fn new(
        case: &Case,
        counts: Counts,
        group_counts: GroupCounts,
        bill: Option<Bill>,
        findings: Vec<Finding>,
        inputs: Vec<Input>,
        folder: std::path::PathBuf,
    ) -> Self {
        Self {
            case_id: case.id.clone(),
            case_title: case.title.clone(),
            fail_on: case.policy.fail_on,
            verdict: findings::verdict(&findings),
            counts,
            group_counts,
            bill,
            findings,
            control_totals: Vec::new(),
            inputs,
            folder,
        }
    }

    /// 0, or 1 where the policy says that there is something to act on.
    pub fn exit_code(&self, policy: &Policy) -> u8 {
        findings::exit_code(&self.findings, policy.fail_on)
    }

    /// The text of `summary.json`.
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
        let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The figures, every value of every vocabulary, zeros too.
    pub(super) fn figures(&self) -> FiguresJson<'_> {
        let counts = &self.counts;
        FiguresJson {
            verdict: self.verdict.word(),
            relations: RelationsJson {
                total: counts.by_outcome.values().sum(),
                by_scope: OrderedCounts(Scope::WORDS, &counts.by_scope),
                by_outcome: OrderedCounts(Outcome::WORDS, &counts.by_outcome),
            },
            target_relations: TargetRelationsJson {
                total: counts.by_origin.values().sum(),
                by_origin: OrderedCounts(Origin::WORDS, &counts.by_origin),
            },
            groups: self.group_counts.groups(),
            join_codes: self.group_counts.join_codes(),
            billing: self.bill.as_ref().map(BillingJson::of),
        }
    }
}

impl GroupCounts {
    fn groups(&self) -> Option<GroupsJson<'_>> {
        let counts = GroupsJson {
            total: self.by_outcome.values().sum(),
            by_outcome: OrderedCounts(GroupOutcome::WORDS, &self.by_outcome),
        };
        self.groups_measured.then_some(counts)
    }

    fn join_codes(&self) -> Option<JoinCodesJson<'_>> {
        let counts = JoinCodesJson {
            total: self.by_verdict.values().sum(),
            by_verdict: OrderedCounts(CodeVerdict::WORDS, &self.by_verdict),
        };
        self.codes_measured.then_some(counts)
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
    /// The bill of a forecast: nothing is delivered yet.
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
