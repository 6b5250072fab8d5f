//! `qianhe compare`.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::builder::PossibleValuesParser;

use super::exit_codes;
use super::out::{self, Out};
use crate::case::FailOn;
use crate::compare::{self, Options};
use crate::error::Result;
use crate::schema::vocabulary::Word;

/// Compare two audits of one case: what was resolved, what is new, what got worse.
///
/// Relations are joined by member and customer id (by name and time where there is no id), groups and join codes by
/// their ids, findings by their codes. Waived rows do not count. The exit code is 1 if anything new or worse reaches
/// the severity that the policy of the later audit, or --fail-on, fails on.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe compare acme/reports-may acme/reports-june

", exit_codes!()))]
pub(super) struct CompareArgs {
    /// The folder of the earlier reports
    earlier: PathBuf,
    /// The folder of the later reports
    later: PathBuf,
    /// Severity from which on new or worse rows and findings make exit code 1 [default: `policy.fail_on` of the later
    /// audit]
    #[arg(long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(FailOn::WORDS))]
    fail_on: Option<String>,
    /// Compare audits of different cases
    #[arg(long)]
    force: bool,
    /// Write all changes to DIR/compare.parquet, sorted by kind and key
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Approximate memory of the comparison; with less, the reports are read more often
    #[arg(long, value_name = "SIZE", default_value = "4GiB")]
    memory: ByteSize,
    /// Read the reports without comparing them with their manifests first
    #[arg(long)]
    no_verify: bool,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
}

impl CompareArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let fail_on = self.fail_on.as_deref().and_then(FailOn::from_word);
        let options = Options {
            unchecked: self.no_verify,
            force: self.force,
            out: self.out.as_deref(),
            memory: self.memory.as_u64(),
            fail_on,
        };
        let comparison = compare::compare(&self.earlier, &self.later, &options, out.progress().as_ref())?;
        if self.json {
            out::json(&comparison)?;
        } else {
            out.text(&compare::screen(&comparison, out.lang))?;
        }
        Ok(comparison.exit_code())
    }
}
