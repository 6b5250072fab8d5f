//! The command line, one file per command: parses options, calls a run, prints its result.

mod audit;
mod precheck;
mod ingest;
mod init;
mod rules;
mod demo;
mod compare;
mod explain;
mod query;
mod prompt;
mod verify;
mod key;
mod completions;
mod man;
pub mod crash;
pub(crate) mod help;
mod machine;
mod container;
mod personal;
pub mod out;
pub mod out_of_memory;
mod progress;
mod bar;
mod log;
mod sentence;
pub mod signals;
pub mod threads;
mod usage;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{FromArgMatches, Parser, Subcommand};

use crate::error::Result;
use crate::text::{Lang, plain_word};
use out::Out;

/// Default of `--reports`.
const REPORTS: &str = "reports";

/// End of every help text.
macro_rules! exit_codes {
    () => {
        "Exit codes:
  0    success: no finding at or above policy.fail_on
  1    success, with findings at or above policy.fail_on
  2    not run: error in usage, case, input or disk
  3    bug in qianhe
  130  interrupted"
    };
}
pub(crate) use exit_codes;

/// Audits a finished WeCom customer migration (企业微信数据迁移): decides one outcome, with evidence, for every relation, group
/// and join code of the source corp, and reconciles the counts with the contract.
///
/// Results go to stdout, progress and errors to stderr.
#[derive(Debug, Parser)]
#[command(name = "qianhe", version, arg_required_else_help = false, after_help = concat!(
    "Example:
  qianhe init acme            create a case to fill in
  qianhe precheck acme        before the migration: volume, cost and risks; reports in acme/precheck
  qianhe audit acme           after the migration: audit; reports in acme/reports
  qianhe explain zhangsan --reports acme/reports
                              outcome of an account, customer, relation, group or join code, and why
  qianhe compare acme/reports-may acme/reports-june
                              what was resolved, what is new, what got worse
  qianhe query --reports acme/reports
                              query the reports by SQL
  qianhe verify acme/reports  check that the reports are unchanged and their figures correct
  qianhe demo /tmp/demo && qianhe audit /tmp/demo

", exit_codes!(), "

Environment:
  NO_COLOR  no colours"))]
pub struct Cli {
    /// Print errors and the output of --json only
    #[arg(long, short, global = true, display_order = 900)]
    quiet: bool,
    /// Language of the output [default: that of the locale]
    #[arg(long, global = true, value_name = "LANG", display_order = 901)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(audit::AuditArgs),
    Precheck(precheck::PrecheckArgs),
    Ingest(ingest::IngestArgs),
    Init(init::InitArgs),
    Rules(rules::RulesArgs),
    Demo(demo::DemoArgs),
    Explain(explain::ExplainArgs),
    Compare(compare::CompareArgs),
    Query(query::QueryArgs),
    Verify(verify::VerifyArgs),
    Key(key::KeyArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Cli {
    /// Parses the command line, with help texts in the language of the user.
    ///
    /// # Errors
    /// The answer of clap: help, version, or what is wrong with the command line, in English.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> std::result::Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().collect();
        Self::parse_args(&args).map_err(|error| {
            // The answer fills in what was typed: that of the same words, escaped.
            Self::parse_args(&args.iter().map(|arg| plain_word(arg).into()).collect::<Vec<_>>()).err().unwrap_or(error)
        })
    }

    fn parse_args(args: &[OsString]) -> std::result::Result<Self, clap::Error> {
        let mut command = help::command(help::lang_of(args));
        let matches = command.try_get_matches_from_mut(args)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// The language of the output: `--lang`, else that of the locale.
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(Lang::from_locale)
    }

    /// Runs the command, and returns its exit code.
    ///
    /// # Errors
    /// Any [`crate::Error`]; it has an exit code of its own.
    pub fn run(&self) -> Result<u8> {
        let out = Out::new(self.quiet, self.lang());
        match &self.command {
            Command::Audit(args) => args.run(out),
            Command::Precheck(args) => args.run(out),
            Command::Ingest(args) => args.run(out),
            Command::Init(args) => args.run(out),
            Command::Rules(args) => args.run(out),
            Command::Demo(args) => args.run(out),
            Command::Explain(args) => args.run(out),
            Command::Compare(args) => args.run(out),
            Command::Query(args) => args.run(out),
            Command::Verify(args) => args.run(out),
            Command::Key(args) => args.run(out),
            Command::Completions(args) => args.run(),
            Command::Man(args) => args.run(),
        }
    }
}
