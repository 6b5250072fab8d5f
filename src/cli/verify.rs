//! `qianhe verify`.

use std::fmt::Write;
use std::path::PathBuf;

use super::exit_codes;
use super::machine::{AUDIT, Machine};
use super::out::{self, Out};
use super::personal::PersonalData;
use crate::error::Result;
use crate::ingest::RowEstimate;
use crate::memory::Resources;
use crate::personal::Pseudonyms;
use crate::published::Reports;
use crate::signature::PublicKey;
use crate::text::{Lang, Text, commands as say, path_text};
use crate::verify::{self, SignatureState, Verification, VerifyExtent};

/// Verify reports: files, signature, and every figure that follows from the tables.
///
/// Compares the SHA-256 of every file with manifest.json, and lists files missing, changed or extra. Recomputes, from
/// the Parquet reports and the settings in the manifest: counts, findings, bill, verdict, accounts, customers, control
/// totals, summary.json, and the page as far as it follows from them. That holds even if the digests were made to
/// agree.
///
/// What the tables alone cannot show is asked for by options: the inputs (`--inputs`), the decision of each relation,
/// the excerpts of the page and the workbook (`--again`), and who wrote the reports (`--key`). The output says what was
/// not verified. The exit code is 1 if anything does not match.
#[derive(Debug, clap::Args)]
#[command(mut_arg("pseudonymise", |key| key.help(
    "Run the audit again under this key, with which it was pseudonymised"
)))]
#[command(after_help = concat!("Example:
  qianhe verify acme/reports
  qianhe verify acme/reports --key audit.key.pub --again

", exit_codes!()))]
pub(super) struct VerifyArgs {
    /// The folder of the reports
    dir: PathBuf,
    /// Check the signature of the manifest with this public key
    #[arg(long, value_name = "PUBKEY")]
    key: Option<PathBuf>,
    /// Compare the inputs and case.toml with their SHA-256 in the manifest
    #[arg(long)]
    inputs: bool,
    /// Run the audit again in a private folder below TMPDIR, which is named and removed again, and compare all reports
    /// byte for byte
    #[arg(long)]
    again: bool,
    /// The case, for --inputs and --again [default: the folder that holds DIR]
    #[arg(long, value_name = "CASE")]
    case: Option<PathBuf>,
    #[command(flatten)]
    personal: PersonalData,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

impl VerifyArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let pseudonyms = self.personal.pseudonyms()?;
        let extent = VerifyExtent {
            key: self.key.as_deref().map(PublicKey::read).transpose()?,
            inputs: self.inputs || self.again,
            again: self.again.then(|| self.resources_again(pseudonyms.clone())).transpose()?,
            pseudonyms,
            case: self.case.clone(),
        };
        let verification = verify::verify(&self.dir, &extent, out.progress().as_ref())?;
        if self.json {
            out::json(&verification)?;
        } else {
            out.text(&self.screen(&verification, out.lang))?;
        }
        Ok(u8::from(!verification.holds))
    }

    /// The resources for the audit that is run again.
    fn resources_again(&self, pseudonyms: Option<Pseudonyms>) -> Result<Resources> {
        let reports = Reports::open(&self.dir)?.under(pseudonyms)?;
        let case = verify::case_again(&reports, self.case.as_deref())?;
        self.machine.resources(RowEstimate::of_case(&case), AUDIT)
    }

    fn screen(&self, found: &Verification, lang: Lang) -> String {
        let Verification { files, control_totals, values, .. } = found;
        let folder = path_text(&self.dir);
        let first = match (found.holds, control_totals.is_empty()) {
            (true, false) => say::VERIFY_OK,
            (true, true) => say::VERIFY_FILES_OK,
            (false, _) => say::VERIFY_FAILED,
        };
        let figures: [(&str, &dyn std::fmt::Display); 4] = [
            ("folder", &folder),
            ("files", &files.named),
            ("totals", &control_totals.len()),
            ("values", &values.values),
        ];
        let mut text = first.fill(lang, &figures) + "\n";
        let mut line = |phrase: Text, values: &[(&str, &dyn std::fmt::Display)]| {
            let _ = writeln!(text, "{}", phrase.fill(lang, values));
        };
        let none = Vec::new();
        let (inputs, again) = (found.inputs.as_ref(), found.again.as_ref());
        for (phrase, names) in [
            (say::VERIFY_MISSING, &files.missing),
            (say::VERIFY_CHANGED, &files.changed),
            (say::VERIFY_EXTRA, &files.extra),
            (say::VERIFY_NOT_EVALUATED, &found.not_evaluated),
            (say::VERIFY_INPUT_MISSING, inputs.map_or(&none, |inputs| &inputs.missing)),
            (say::VERIFY_INPUT_CHANGED, inputs.map_or(&none, |inputs| &inputs.changed)),
            (say::VERIFY_AGAIN_DIFFERS, again.map_or(&none, |again| &again.differing)),
        ] {
            for name in names {
                line(phrase, &[("name", name)]);
            }
        }
        for total in control_totals.iter().filter(|total| !total.holds) {
            line(say::VERIFY_TOTAL, &[("name", &total.name), ("left", &total.left), ("right", &total.right)]);
        }
        for value in &values.named {
            let (published, recomputed) = (&value.published, &value.recomputed);
            line(say::VERIFY_VALUE, &[("name", &value.name), ("published", published), ("recomputed", recomputed)]);
        }
        let more = values.differing - values.named.len() as u64;
        if more > 0 {
            line(say::VERIFY_MORE_VALUES, &[("count", &more)]);
        }
        if let Some(error) = &found.unreadable {
            let mut lines = error.tell(lang).lines();
            line(say::VERIFY_UNREADABLE, &[("error", &lines.next().unwrap_or_default())]);
            lines.for_each(|more| line(say::VERIFY_CONTINUED, &[("line", &more)]));
        }
        match &found.signature {
            SignatureState::Valid(key) => line(say::VERIFY_SIGNED, &[("key", key)]),
            SignatureState::Invalid => line(say::VERIFY_NOT_SIGNED, &[]),
            SignatureState::NotChecked => line(say::VERIFY_KEY_NOT_GIVEN, &[]),
            SignatureState::Absent => line(say::VERIFY_UNSIGNED, &[]),
        }
        match inputs {
            Some(inputs) if inputs.are_the_same() => line(say::VERIFY_INPUTS, &[("count", &inputs.named)]),
            Some(_) => {}
            None => line(say::VERIFY_NO_INPUTS, &[]),
        }
        match again {
            Some(again) if again.differing.is_empty() => line(say::VERIFY_AGAIN, &[("count", &again.reports)]),
            Some(_) => {}
            None => line(say::VERIFY_NOT_AGAIN, &[]),
        }
        if !files.kept.is_empty() {
            line(say::VERIFY_KEPT, &[("names", &files.kept.join(", "))]);
        }
        if !found.holds {
            line(say::VERIFY_REMEDY, &[]);
        }
        text
    }
}
