//! `qianhe verify`.

use std::fmt::Display;
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
use crate::verify::{self, DifferingValue, SignatureState, Verification, VerifyExtent};

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

    /// Returns the resources for the audit that is run again.
    fn resources_again(&self, pseudonyms: Option<Pseudonyms>) -> Result<Resources> {
        let reports = Reports::open(&self.dir)?.under(pseudonyms)?;
        let case = verify::case_again(&reports, self.case.as_deref())?;
        self.machine.resources(RowEstimate::of_case(&case), AUDIT)
    }

    fn screen(&self, found: &Verification, lang: Lang) -> String {
        let first = match (found.holds, found.control_totals.is_empty()) {
            (true, false) => say::VERIFY_OK,
            (true, true) => say::VERIFY_FILES_OK,
            (false, _) => say::VERIFY_FAILED,
        };
        let mut screen = VerifyScreen { text: String::new(), lang };
        screen.line(
            first,
            &[
                ("folder", &path_text(&self.dir)),
                ("files", &found.files.named),
                ("totals", &found.control_totals.len()),
                ("values", &found.values.values),
            ],
        );
        screen.differences(found);
        screen.extent(found);
        if !found.files.kept.is_empty() {
            screen.line(say::VERIFY_KEPT, &[("names", &found.files.kept.join(", "))]);
        }
        if !found.but_for_signature {
            screen.line(say::VERIFY_REMEDY, &[]);
        } else if !found.holds {
            screen.line(say::VERIFY_KEY_REMEDY, &[]);
        }
        screen.text
    }
}

/// The result of a verification, written line by line.
struct VerifyScreen {
    text: String,
    lang: Lang,
}

impl VerifyScreen {
    fn line(&mut self, phrase: Text, values: &[(&str, &dyn Display)]) {
        self.text.push_str(&phrase.fill(self.lang, values));
        self.text.push('\n');
    }

    /// Everything that is not as it should be, but for the signature.
    fn differences(&mut self, found: &Verification) {
        let Verification { files, values, .. } = found;
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
                self.line(phrase, &[("name", name)]);
            }
        }
        for total in found.control_totals.iter().filter(|total| !total.holds) {
            self.line(say::VERIFY_TOTAL, &[("name", &total.name), ("left", &total.left), ("right", &total.right)]);
        }
        for DifferingValue { name, published, recomputed } in &values.named {
            let figures: [(&str, &dyn Display); 3] =
                [("name", name), ("published", published), ("recomputed", recomputed)];
            self.line(say::VERIFY_VALUE, &figures);
        }
        let more = values.differing - values.named.len() as u64;
        if more > 0 {
            self.line(say::VERIFY_MORE_VALUES, &[("count", &more)]);
        }
        if let Some(error) = &found.unreadable {
            let mut lines = error.tell(self.lang).lines();
            self.line(say::VERIFY_UNREADABLE, &[("error", &lines.next().unwrap_or_default())]);
            lines.for_each(|more| self.line(say::VERIFY_CONTINUED, &[("line", &more)]));
        }
    }

    /// What was verified beside the reports, and what was not.
    fn extent(&mut self, found: &Verification) {
        match &found.signature {
            SignatureState::Valid(key) => self.line(say::VERIFY_SIGNED, &[("key", key)]),
            SignatureState::Invalid => self.line(say::VERIFY_NOT_SIGNED, &[]),
            SignatureState::NotChecked => self.line(say::VERIFY_KEY_NOT_GIVEN, &[]),
            SignatureState::Absent => self.line(say::VERIFY_UNSIGNED, &[]),
        }
        match &found.inputs {
            Some(inputs) if inputs.are_the_same() => self.line(say::VERIFY_INPUTS, &[("count", &inputs.named)]),
            Some(_) => {}
            None => self.line(say::VERIFY_NO_INPUTS, &[]),
        }
        match &found.again {
            Some(again) if again.differing.is_empty() => self.line(say::VERIFY_AGAIN, &[("count", &again.reports)]),
            Some(_) => {}
            None => self.line(say::VERIFY_NOT_AGAIN, &[]),
        }
    }
}
