//! `qianhe explain`.

use std::path::{Path, PathBuf};

use super::out::{self, Out};
use super::{REPORTS, exit_codes};
use crate::error::{Error, Result};
use crate::explain;
use crate::published::Reports;

/// Explain one account, customer, relation, group or join code: what became of it, by which rule, on what evidence.
///
/// ID is a `userid`, `external_userid` or `chat_id` of either corp, a `unionid`, a `config_id`, or `USERID/CUSTOMER` for one
/// relation, with the customer's id, or the name where there is none. What would change the verdict is told too, and the file and record that the
/// relation was read from.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe explain zhangsan --reports acme/reports
  qianhe explain zhangsan/wmAbCd --reports acme/reports

", exit_codes!()))]
pub(super) struct Args {
    /// What to explain
    id: String,
    /// The folder of the reports
    #[arg(long, value_name = "DIR", default_value = REPORTS)]
    reports: PathBuf,
    /// Print what is known as JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(&self, out: Out) -> Result<u8> {
        let explanation = explain::explain(&Reports::of_audit(&self.reports)?, &self.id)?;
        if self.json {
            let json = serde_json::to_string_pretty(&explanation).map_err(|error| Error::Bug(error.to_string()))?;
            out::data(&json)?;
        } else {
            let elsewhere = (self.reports != Path::new(REPORTS)).then_some(self.reports.as_path());
            out.text(&explain::told(&explanation, elsewhere, out.lang))?;
        }
        Ok(0)
    }
}
