//! `qianhe ingest`.

use std::path::PathBuf;

use super::exit_codes;
use super::machine::{INGEST, Machine};
use super::out::{self, Out};
use crate::error::Result;
use crate::ingest::RowEstimate;
use crate::{case, ingest_tables};

/// Convert the exports of a case to canonical Parquet tables, so that later runs skip parsing.
///
/// Writes OUT/snapshots/ROLE/*.parquet, with the numbers read, rejected and covered. To audit these tables, which tells
/// the same, set `path = "snapshots/ROLE"` in [snapshots.ROLE]. Exports from before the migration can be converted
/// before it ends: `migration.finished_at` may be absent.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe ingest acme --out acme-canonical

", exit_codes!()))]
pub(super) struct IngestArgs {
    /// The folder of the case, or its case.toml
    case: PathBuf,
    /// Folder of `snapshots` [default: CASE]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of case.toml; can be repeated. VALUE is parsed as TOML, else taken as text
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print the counts as JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

impl IngestArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let case = case::load_plan(&self.case, &self.set)?;
        let folder = self.out.as_ref().unwrap_or(&case.root);
        let summary = ingest_tables::ingest_tables(
            &case,
            folder,
            self.machine.resources(RowEstimate::of_case(&case), INGEST)?,
            out.progress().as_ref(),
        )?;
        if self.json {
            out::json_text(&summary.to_json())?;
        } else {
            out.text(&summary.text(out.lang))?;
        }
        Ok(0)
    }
}
