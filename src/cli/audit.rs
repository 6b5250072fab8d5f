//! `qianhe audit`.

use std::path::PathBuf;

use super::exit_codes;
use super::machine::{AUDIT, Machine};
use super::out::{self, Out};
use super::personal::PersonalData;
use crate::error::Result;
use crate::ingest::RowEstimate;
use crate::signature::SecretKey;
use crate::{case, report, run};

/// Audit a finished migration: outcomes, counts, bill, findings and verdict.
///
/// Reads the exports of the case, writes all reports or none, and prints a summary. `report.html` is the whole audit in
/// one page, `exceptions.xlsx` a worklist of the rows that need action.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe audit acme --set policy.fail_on=review

", exit_codes!()))]
pub(super) struct AuditArgs {
    /// The folder of the case, or its case.toml
    case: PathBuf,
    /// Folder of the reports [default: CASE/reports]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of case.toml; can be repeated. VALUE is parsed as TOML, else taken as text
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Sign the manifest with this key, which `qianhe key` makes
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
    /// Print summary.json instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    personal: PersonalData,
    #[command(flatten)]
    machine: Machine,
}

impl AuditArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let signer = self.sign.as_deref().map(SecretKey::read).transpose()?;
        let mut case = case::load(&self.case, &self.set)?;
        case.pseudonyms = self.personal.pseudonyms()?;
        let reports = self.out.clone().unwrap_or_else(|| case.root.join("reports"));
        let resources = self.machine.resources(RowEstimate::of_case(&case), AUDIT)?;
        let summary = run::audit_signed(&case, &reports, signer, resources, out.progress().as_ref())?;
        if self.json {
            out::json_text(&summary.to_json())?;
        } else {
            out.text(&report::terminal::summary(&summary, out.look()))?;
        }
        Ok(summary.exit_code())
    }
}
