//! `qianhe verify`.

use std::fmt::Write;
use std::path::PathBuf;

use super::exit_codes;
use super::out::{self, Out};
use crate::error::Result;
use crate::text::{Lang, Text, commands as say, path_text};
use crate::verify::{self, Verification};

/// Verify that reports are unchanged since they were written, and recompute their figures from the files.
///
/// Compares the SHA-256 of every file with manifest.json, and lists files missing, changed or extra. Recomputes the
/// control totals from the Parquet files: rows by outcome, scope, origin and verdict against summary.json, accounts and
/// customers against relations, and the filter of each finding and line of the bill. The exit code is 1 if anything
/// does not match.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe verify acme/reports

", exit_codes!()))]
pub(super) struct VerifyArgs {
    /// The folder of the reports
    dir: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl VerifyArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let verification = verify::verify(&self.dir)?;
        if self.json {
            out::json(&verification)?;
        } else {
            out.text(&self.screen(&verification, out.lang))?;
        }
        Ok(u8::from(!verification.holds))
    }

    fn screen(&self, found: &Verification, lang: Lang) -> String {
        let Verification { files, control_totals, .. } = found;
        let folder = path_text(&self.dir);
        let first = match (found.holds, control_totals.is_empty()) {
            (true, false) => say::VERIFY_OK,
            (true, true) => say::VERIFY_FILES_OK,
            (false, _) => say::VERIFY_FAILED,
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
            text.push_str(say::unreadable_totals(error).tell(lang));
            text.push('\n');
        }
        if !found.holds {
            text.push_str(say::VERIFY_REMEDY.tell(lang));
            text.push('\n');
        }
        text
    }
}
