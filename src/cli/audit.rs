//! `qianhe audit`.

use std::path::PathBuf;

use super::exit_codes;
use super::machine::Machine;
use super::out::{self, Out};
use crate::error::Result;
use crate::{case, report, run};

/// Audit a finished migration: outcomes, counts, bill, findings and verdict.
///
/// Reads the exports that the case names, writes the reports, all or none of them, and prints a summary. Among
/// the reports are the audit for people in one file, `report.html`, and what is to be acted on for a spreadsheet,
/// `exceptions.xlsx`.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe audit acme --set policy.fail_on=review

", exit_codes!()))]
pub(super) struct Args {
    /// The folder of the case, or its case.toml
    case: PathBuf,
    /// Where the reports go [default: CASE/reports]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of case.toml; can be given several times. VALUE is read as TOML, else as text
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print summary.json instead of the text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

impl Args {
    pub fn run(&self, out: Out) -> Result<u8> {
        let case = case::load(&self.case, &self.set)?;
        let reports = self.out.clone().unwrap_or_else(|| case.root.join("reports"));
        let summary = run::audit(&case, &reports, self.machine.resources(), out.progress().as_ref())?;
        if self.json {
            out::data(&summary.to_json())?;
        } else {
            out.text(&report::terminal::summary(&summary, out.look()))?;
        }
        Ok(summary.exit_code(&case.policy))
    }
}
