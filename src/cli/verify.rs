//! `qianhe verify`.

use std::fmt::Write;
use std::path::PathBuf;

use super::exit_codes;
use super::out::{self, Out};
use crate::error::{Error, Result};
use crate::text::{Lang, Text, commands as say};
use crate::verify::{self, Verification};

/// Check that reports are still what was written, and that their figures follow from the files alone.
///
/// The SHA-256 of every file is compared with manifest.json; files missing, changed or extra are named. The control totals
/// are recomputed from the Parquet files: rows by outcome, scope, origin and verdict beside summary.json, accounts and
/// customers beside relations, every filter of a finding and of the bill. Ends with 1 where something does not hold.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe verify acme/reports

", exit_codes!()))]
pub(super) struct Args {
    /// The folder of the reports
    dir: PathBuf,
    /// Print what was checked as JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(&self, out: Out) -> Result<u8> {
        let verification = verify::verify(&self.dir)?;
        if self.json {
            let json = serde_json::to_string_pretty(&verification).map_err(|error| Error::Bug(error.to_string()))?;
            out::data(&json)?;
        } else {
            out.text(&self.told(&verification, out.lang))?;
        }
        Ok(u8::from(!verification.holds))
    }

    fn told(&self, found: &Verification, lang: Lang) -> String {
        let Verification { files, control_totals, .. } = found;
        let folder = self.dir.display();
        let first = match (found.holds, control_totals.is_empty()) {
            (true, false) => say::VERIFY_HOLDS,
            (true, true) => say::VERIFY_FILES_HOLD,
            (false, _) => say::VERIFY_FAILS,
        };
        let mut text =
            first.fill(lang, &[("folder", &folder), ("files", &files.named), ("totals", &control_totals.len())]) + "\n";
        let mut line = |phrase: Text, values: &[(&str, &dyn std::fmt::Display)]| {
            let _ = writeln!(text, "{}", phrase.fill(lang, values));
        };
        for (phrase, names) in [
            (say::VERIFY_MISSING, &files.missing),
            (say::VERIFY_CHANGED, &files.changed),
            (say::VERIFY_EXTRA, &files.extra),
            (say::VERIFY_NOT_EVALUATED, &found.not_evaluated),
        ] {
            for name in names {
                line(phrase, &[("name", name)]);
            }
        }
        for total in control_totals.iter().filter(|total| !total.holds) {
            line(say::VERIFY_TOTAL, &[("name", &total.name), ("left", &total.left), ("right", &total.right)]);
        }
        if let Some(error) = &found.unreadable {
            line(say::VERIFY_UNREADABLE, &[("error", &error.tell(lang))]);
        }
        if !found.holds {
            line(say::VERIFY_REMEDY, &[]);
        }
        text
    }
}
