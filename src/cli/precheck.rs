//! `qianhe precheck`.

use std::path::PathBuf;

use super::exit_codes;
use super::machine::{Machine, PRECHECK};
use super::out::{self, Out};
use super::personal::PersonalData;
use crate::error::Result;
use crate::ingest::RowEstimate;
use crate::{case, precheck};

/// Assess a planned migration: volume, cost, accounts that take no part, join codes that will become invalid.
///
/// Needs source-before and the accounts list only; with target-before, checks the room in the target accounts.
/// `migration.finished_at` may be absent. `precheck.html` is the forecast for a project lead, `precheck.xlsx` a
/// worklist of what to do before the start.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe precheck acme

", exit_codes!()))]
pub(super) struct PrecheckArgs {
    /// The folder of the case, or its case.toml
    case: PathBuf,
    /// Folder of the reports [default: CASE/precheck]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of case.toml; can be repeated. VALUE is parsed as TOML, else taken as text
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print precheck.json instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    personal: PersonalData,
    #[command(flatten)]
    machine: Machine,
}

impl PrecheckArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let mut case = case::load_plan(&self.case, &self.set)?;
        case.pseudonyms = self.personal.pseudonyms()?;
        let reports = self.out.clone().unwrap_or_else(|| case.root.join("precheck"));
        let summary = precheck::precheck(
            &case,
            &reports,
            self.machine.resources(RowEstimate::of_roles(&case, precheck::ROLES), PRECHECK)?,
            out.progress().as_ref(),
        )?;
        if self.json {
            out::json_text(&summary.to_json())?;
        } else {
            out.text(&precheck::screen(&summary, out.look()))?;
        }
        Ok(summary.exit_code(&case.policy))
    }
}
