//! The result of a precheck as data, and `precheck.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::{AccountForecast, CodeForecast};
use crate::billing::Bill;
use crate::case::Policy;
use crate::controls::ControlTotal;
use crate::findings::{self, Finding};
use crate::report::summary::{BillingJson, FindingJson, SCHEMA_VERSION};
use crate::schema::vocabulary::{Predicted, Verdict};

/// The assessment of a planned migration, as data.
#[derive(Debug, Clone)]
pub struct PrecheckSummary {
    pub case_id: String,
    pub case_title: String,
    /// Relations by scope, in the order of the vocabulary.
    pub by_scope: Vec<(&'static str, u64)>,
    pub accounts: Vec<AccountForecast>,
    pub codes: Vec<CodeForecast>,
    /// None if the case has no contract.
    pub bill: Option<Bill>,
    pub customer_cap: u64,
    /// Follows from the findings.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub control_totals: Vec<ControlTotal>,
    /// Folder of the reports.
    pub folder: PathBuf,
}

impl PrecheckSummary {
    /// 0, or 1 if a finding is at or above what the policy fails on.
    pub fn exit_code(&self, policy: &Policy) -> u8 {
        findings::exit_code(&self.findings, policy.fail_on)
    }

    /// Returns the number of relations.
    pub fn relations(&self) -> u64 {
        self.by_scope.iter().map(|(_, relations)| relations).sum()
    }

    /// Returns the number of relations that will move.
    pub fn in_scope(&self) -> u64 {
        self.accounts.iter().map(AccountForecast::in_scope).sum()
    }

    /// Returns the number of accounts that take no part.
    pub fn without_part(&self) -> u64 {
        self.accounts.iter().filter(|account| account.no_part.is_some()).count() as u64
    }

    /// Returns the number of accounts whose target account will exceed its cap.
    pub fn over_cap(&self) -> u64 {
        self.accounts.iter().filter(|account| account.exceeds_cap).count() as u64
    }

    /// Returns the number of join codes of that prediction.
    pub fn predicted(&self, word: Predicted) -> u64 {
        self.codes.iter().filter(|code| code.code.predicted == word).count() as u64
    }

    /// Returns the text of `precheck.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&PrecheckJson::new(self)).unwrap_or_default() + "\n"
    }
}

#[derive(Serialize)]
struct PrecheckJson<'a> {
    schema_version: u32,
    case: Value,
    verdict: Verdict,
    relations: BTreeMap<&'static str, u64>,
    in_scope: u64,
    accounts_without_part: u64,
    accounts_over_cap: u64,
    join_codes: BTreeMap<&'static str, u64>,
    billing: Option<BillingJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    control_totals: &'a [ControlTotal],
}

impl<'a> PrecheckJson<'a> {
    fn new(summary: &'a PrecheckSummary) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            case: json!({ "id": summary.case_id, "title": summary.case_title }),
            verdict: summary.verdict,
            relations: summary.by_scope.iter().copied().collect(),
            in_scope: summary.in_scope(),
            accounts_without_part: summary.without_part(),
            accounts_over_cap: summary.over_cap(),
            join_codes: Predicted::ALL.iter().map(|word| (word.word(), summary.predicted(*word))).collect(),
            billing: summary.bill.as_ref().map(BillingJson::forecast),
            findings: summary.findings.iter().map(FindingJson::of).collect(),
            control_totals: &summary.control_totals,
        }
    }
}
