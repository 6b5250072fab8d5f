//! `qianhe precheck`.

use std::path::PathBuf;

use super::exit_codes;
use super::machine::Machine;
use super::out::{self, Out};
use crate::error::Result;
use crate::{case, precheck};

/// Assess a planned migration: what will move and cost, who cannot take part, which join codes will die, what to do.
///
/// Needs source-before and the accounts list only; target-before, if it is there, says how full the target accounts are.
/// `migration.finished_at` may still be absent.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe precheck acme

", exit_codes!()))]
pub(super) struct Args {
    /// The folder of the case, or its case.toml
    case: PathBuf,
    /// Where the reports go [default: CASE/precheck]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of case.toml; can be given several times. VALUE is read as TOML, else as text
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print precheck.json instead of the text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

impl Args {
    pub fn run(&self, out: Out) -> Result<u8> {
        let case = case::load_plan(&self.case, &self.set)?;
        let reports = self.out.clone().unwrap_or_else(|| case.root.join("precheck"));
        let summary = precheck::precheck(&case, &reports, self.machine.resources(), out.progress().as_ref())?;
        if self.json {
            out::data(&summary.to_json())?;
        } else {
            out.text(&precheck::screen(&summary, out.look()))?;
        }
        Ok(summary.exit_code(&case.policy))
    }
}
