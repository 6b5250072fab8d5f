//! What a precheck tells: one screen, and `precheck.json`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{AccountForecast, CodeForecast};
use crate::billing::Bill;
use crate::case::{Case, Policy};
use crate::controls::ControlTotal;
use crate::decision::Plan;
use crate::findings::{self, Finding};
use crate::report::summary::{FindingJson, SCHEMA_VERSION};
use crate::schema::vocabulary::{Advice, Predicted, Scope, Severity};

/// The assessment of a planned migration, as data.
#[derive(Debug, Clone)]
pub struct PrecheckSummary {
    pub case_id: String,
    pub case_title: String,
    /// Relations by scope, in the order of the vocabulary.
    pub by_scope: Vec<(&'static str, u64)>,
    pub accounts: Vec<AccountForecast>,
    pub codes: Vec<CodeForecast>,
    /// None where the case has no contract.
    pub bill: Option<Bill>,
    pub customer_cap: u64,
    pub findings: Vec<Finding>,
    pub control_totals: Vec<ControlTotal>,
    /// Where the reports are.
    pub folder: PathBuf,
}

/// Lines of each list on the screen; the reports hold all.
const SHOWN: usize = 8;

impl PrecheckSummary {
    /// Brings the parts together.
    #[expect(clippy::too_many_arguments, reason = "it is the one place where all parts meet")]
    pub(super) fn new(
        case: &Case,
        plan: &Plan,
        accounts: Vec<AccountForecast>,
        codes: Vec<CodeForecast>,
        bill: Option<Bill>,
        findings: Vec<Finding>,
        control_totals: Vec<ControlTotal>,
        out: &Path,
    ) -> Self {
        let count = |scope: Scope| plan.scopes().filter(|known| *known == scope).count() as u64;
        Self {
            case_id: case.id.clone(),
            case_title: case.title.clone(),
            by_scope: Scope::ALL.iter().map(|scope| (scope.word(), count(*scope))).collect(),
            accounts,
            codes,
            bill,
            customer_cap: case.policy.customer_cap,
            findings,
            control_totals,
            folder: out.to_path_buf(),
        }
    }

    /// 0, or 1 where the policy says that there is something to act on.
    pub fn exit_code(&self, policy: &Policy) -> u8 {
        findings::exit_code(&self.findings, policy.fail_on)
    }

    /// Relations that will move.
    pub fn in_scope(&self) -> u64 {
        self.accounts.iter().map(AccountForecast::in_scope).sum()
    }

    /// One screen: what will move, what it costs, who cannot take part, which codes die, which accounts overflow.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let relations: u64 = self.accounts.iter().map(|account| account.relations).sum();
        let _ = writeln!(text, "{}: {} of {relations} relations will move\n", self.case_title, self.in_scope());
        for (scope, count) in self.by_scope.iter().filter(|(_, count)| *count > 0) {
            let _ = writeln!(text, "  {scope:<25}{count:>12}");
        }
        self.write_bill(&mut text);
        self.write_accounts(&mut text);
        self.write_codes(&mut text);
        for finding in self.findings.iter().filter(|finding| finding.severity() >= Severity::Review) {
            let _ = writeln!(
                text,
                "\n[{}] {}: {}\n    -> {}",
                finding.severity(),
                finding.rule.code,
                finding.message_en(),
                finding.rule.next_step_en
            );
        }
        let _ = writeln!(text, "\n{} control totals hold; reports in {}", self.control_totals.len(), self.folder.display());
        text
    }

    fn write_bill(&self, text: &mut String) {
        let Some(bill) = &self.bill else {
            text.push_str("\nthe bill: left out, for the case has no [contract]\n");
            return;
        };
        let (drift, currency) = (&bill.drift, &bill.contract.currency);
        let _ = writeln!(
            text,
            "\nthe bill: {} contracted, drift {:+}, tolerance {}: {}",
            drift.contracted, drift.drift, drift.tolerance, drift.verdict
        );
        let _ = writeln!(
            text,
            "  {} {currency} for the contract + {} {currency} for {} more = {} {currency}",
            bill.contract_amount, bill.surcharge_amount, drift.surcharge_quantity, bill.payable
        );
    }

    fn write_accounts(&self, text: &mut String) {
        let idle: Vec<_> = self.accounts.iter().filter_map(|account| Some((account, account.no_part?))).collect();
        let lines = idle.iter().map(|(account, why)| {
            let reason = account.assessment_reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{} with {} relations: {}{reason}", account.source_userid, account.relations, why.meaning())
        });
        list(text, &format!("{} of {} accounts do not take part", idle.len(), self.accounts.len()), lines);
        let full: Vec<_> = self.accounts.iter().filter(|account| account.exceeds_cap).collect();
        let lines = full.iter().map(|account| {
            let held = account.held_at_target.map_or("unknown".to_owned(), |held| held.to_string());
            format!("{}: {} held + {} to come", account.target_userid.as_deref().unwrap_or_default(), held, account.in_scope())
        });
        list(text, &format!("{} target accounts would exceed their cap of {}", full.len(), self.customer_cap), lines);
    }

    fn write_codes(&self, text: &mut String) {
        let dying: Vec<_> = self.codes.iter().filter(|code| code.advice != Advice::Nothing).collect();
        let lines = dying.iter().map(|forecast| {
            let name = forecast.code.remark.as_ref().map(|remark| format!(" ({remark})")).unwrap_or_default();
            let proposals = if forecast.proposals.is_empty() { String::new() } else { format!(" {}", forecast.proposals.join(", ")) };
            format!("{}{name}: {}{proposals}", forecast.code.config_id, forecast.advice.meaning())
        });
        let dead = self.codes.iter().filter(|code| code.code.predicted == Predicted::Empty).count();
        list(text, &format!("{dead} of {} join codes will die", self.codes.len()), lines);
    }

    /// The text of `precheck.json`.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&Json::of(self)).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// A heading and the first lines of a list; nothing where the list is empty.
fn list(text: &mut String, heading: &str, lines: impl ExactSizeIterator<Item = String>) {
    let count = lines.len();
    if count == 0 {
        return;
    }
    let _ = writeln!(text, "\n{heading}");
    for line in lines.take(SHOWN) {
        let _ = writeln!(text, "  {line}");
    }
    if count > SHOWN {
        let _ = writeln!(text, "  ... and {} more in the reports", count - SHOWN);
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    case: CaseJson<'a>,
    relations: serde_json::Map<String, serde_json::Value>,
    in_scope: u64,
    accounts_without_part: usize,
    accounts_over_cap: usize,
    join_codes: serde_json::Map<String, serde_json::Value>,
    billing: Option<BillJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    control_totals: &'a [ControlTotal],
}

#[derive(Serialize)]
struct CaseJson<'a> {
    id: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct BillJson<'a> {
    contracted: u64,
    participating: u64,
    drift: i64,
    tolerance: u64,
    billing_verdict: &'static str,
    surcharge_quantity: u64,
    contract_amount: String,
    surcharge_amount: String,
    payable: String,
    currency: &'a str,
}

impl<'a> Json<'a> {
    fn of(summary: &'a PrecheckSummary) -> Self {
        let predicted = |word: &Predicted| summary.codes.iter().filter(|code| code.code.predicted == *word).count();
        Self {
            schema_version: SCHEMA_VERSION,
            case: CaseJson { id: &summary.case_id, title: &summary.case_title },
            relations: summary.by_scope.iter().map(|(scope, count)| ((*scope).to_owned(), (*count).into())).collect(),
            in_scope: summary.in_scope(),
            accounts_without_part: summary.accounts.iter().filter(|account| account.no_part.is_some()).count(),
            accounts_over_cap: summary.accounts.iter().filter(|account| account.exceeds_cap).count(),
            join_codes: Predicted::ALL.iter().map(|word| (word.word().to_owned(), predicted(word).into())).collect(),
            billing: summary.bill.as_ref().map(BillJson::of),
            findings: summary.findings.iter().map(FindingJson::of).collect(),
            control_totals: &summary.control_totals,
        }
    }
}

impl<'a> BillJson<'a> {
    fn of(bill: &'a Bill) -> Self {
        let drift = &bill.drift;
        Self {
            contracted: drift.contracted,
            participating: drift.participating,
            drift: drift.drift,
            tolerance: drift.tolerance,
            billing_verdict: drift.verdict.word(),
            surcharge_quantity: drift.surcharge_quantity,
            contract_amount: bill.contract_amount.to_string(),
            surcharge_amount: bill.surcharge_amount.to_string(),
            payable: bill.payable.to_string(),
            currency: &bill.contract.currency,
        }
    }
}
