//! `qianhe ingest`.

use std::path::PathBuf;

use super::exit_codes;
use super::machine::Machine;
use super::out::{self, Out};
use crate::error::Result;
use crate::{case, run};

/// Turn the exports of a case into canonical Parquet tables, so that later runs skip parsing.
///
/// Writes OUT/snapshots/ROLE/*.parquet, with what was read, rejected and covered. What was exported before the migration
/// can be ingested before it ends: `migration.finished_at` may still be absent.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe ingest acme --out acme-canonical

", exit_codes!()))]
pub(super) struct Args {
    /// The folder of the case, or its case.toml
    case: PathBuf,
    /// Where `snapshots` goes [default: CASE]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of case.toml; can be given several times. VALUE is read as TOML, else as text
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print the counts as JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

impl Args {
    pub fn run(&self, out: Out) -> Result<u8> {
        let case = case::load_plan(&self.case, &self.set)?;
        let folder = self.out.as_ref().unwrap_or(&case.root);
        let summary = run::ingest(&case, folder, self.machine.resources(), out.progress().as_ref())?;
        if self.json {
            out::data(&summary.to_json())?;
        } else {
            out.text(&summary.text(out.lang))?;
        }
        Ok(0)
    }
}
