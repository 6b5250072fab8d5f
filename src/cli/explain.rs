//! `qianhe explain`.

use std::path::{Path, PathBuf};

use super::out::{self, Out};
use super::personal::PersonalData;
use super::{REPORTS, exit_codes};
use crate::error::Result;
use crate::explain;
use crate::published::Reports;

/// Explain one account, customer, relation, group or join code: its outcome, the rule and the evidence.
///
/// ID is a `userid`, `external_userid` or `chat_id` of either corp, a `unionid`, a `config_id`, or `USERID/CUSTOMER`
/// for one relation, with the customer's id, or the name where there is no id; a group without an id is found by its
/// name. Also prints what would change the verdict, the file and record from which the relation was read, and what
/// could not be read or is not known to be complete and may concern the ID.
#[derive(Debug, clap::Args)]
#[command(mut_arg("pseudonymise", |key| key.help(
    "Find an original id or name in reports that were pseudonymised under this key"
)))]
#[command(after_help = concat!("Example:
  qianhe explain zhangsan --reports acme/reports
  qianhe explain zhangsan/wmAbCd --reports acme/reports

", exit_codes!()))]
pub(super) struct ExplainArgs {
    /// The id to explain
    id: String,
    /// The folder of the reports
    #[arg(long, value_name = "DIR", default_value = REPORTS)]
    reports: PathBuf,
    /// Read the reports without comparing them with the manifest first
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    personal: PersonalData,
    /// Print the explanation as JSON
    #[arg(long)]
    json: bool,
}

impl ExplainArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let pseudonyms = self.personal.pseudonyms()?;
        let reports = Reports::open_audit(&self.reports, self.no_verify)?.under(pseudonyms)?;
        let explanation = explain::explain(&reports, &self.id)?;
        if self.json {
            out::json(&explanation)?;
        } else {
            let folder = (self.reports != Path::new(REPORTS)).then_some(self.reports.as_path());
            out.text(&explain::screen(&explanation, folder, out.lang))?;
        }
        Ok(0)
    }
}
