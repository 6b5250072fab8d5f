//! The command line: what was typed, one file per command. It knows no tables, only the runs and what they tell.

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
mod completions;
mod man;
pub mod crash;
mod help;
mod machine;
pub mod out;
mod progress;
mod views;
pub mod signals;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{FromArgMatches, Parser, Subcommand};

use crate::error::Result;
use crate::text::Lang;
use out::Out;

/// Where reports are looked for that nobody says the folder of.
const REPORTS: &str = "reports";

/// Stands at the end of every help text.
macro_rules! exit_codes {
    () => {
        "Exit codes:
  0    done, and nothing to act on under the policy of the case
  1    done, with findings at or above policy.fail_on
  2    could not run: usage, case, input or disk
  3    a bug in qianhe
  130  interrupted"
    };
}
pub(crate) use exit_codes;

/// Audits a finished WeCom customer migration (企业微信数据迁移): every relation, group and join code of the source corp gets
/// one outcome with its evidence, and the counts are reconciled with the contract.
///
/// Results go to stdout, progress and errors to stderr.
#[derive(Debug, Parser)]
#[command(name = "qianhe", version, arg_required_else_help = false, after_help = concat!(
    "Example:
  qianhe init acme            write a case to fill in
  qianhe precheck acme        before the migration: what will move, cost and break; reports in acme/precheck
  qianhe audit acme           audit it; reports in acme/reports
  qianhe explain zhangsan --reports acme/reports
                              what became of an account, customer, relation, group or join code, and why
  qianhe compare acme/reports-may acme/reports-june
                              what was resolved, what is new, what got worse
  qianhe query --reports acme/reports
                              ask the reports by SQL
  qianhe verify acme/reports  are the reports still what the audit wrote?
  qianhe demo /tmp/demo && qianhe audit /tmp/demo

", exit_codes!(), "

Environment:
  NO_COLOR  no colours"))]
pub struct Cli {
    /// Print nothing but errors, and what --json asks for
    #[arg(long, short, global = true, display_order = 900)]
    quiet: bool,
    /// The language of what is printed [default: that of the locale]
    #[arg(long, global = true, value_name = "LANG", display_order = 901)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(audit::Args),
    Precheck(precheck::Args),
    Ingest(ingest::Args),
    Init(init::Args),
    Rules(rules::Args),
    Demo(demo::Args),
    Explain(explain::Args),
    Compare(compare::Args),
    Query(query::Args),
    Verify(verify::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Cli {
    /// Reads the command line; the help that it may ask for is in the language of the user.
    ///
    /// # Errors
    /// What clap has to say instead: help and version, or what is wrong with the command line, in English.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> std::result::Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().collect();
        let mut command = help::command(help::lang_of(&args));
        let matches = command.try_get_matches_from_mut(args)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// The language to speak: the one asked for, else that of the locale.
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(Lang::of_locale)
    }

    /// Runs the command; the exit code is that of a run that got to its end.
    ///
    /// # Errors
    /// Whatever stopped the run.
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
            Command::Completions(args) => args.run(),
            Command::Man(args) => args.run(),
        }
    }
}
