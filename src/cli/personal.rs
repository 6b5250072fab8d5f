//! The `--pseudonymise` option.

use std::path::PathBuf;

use crate::error::Result;
use crate::personal::Pseudonyms;

/// The key of pseudonyms. Commands that read reports have a help text of their own for it.
#[derive(Debug, clap::Args)]
pub(super) struct PersonalData {
    /// Replace names, remarks, unionids and customer ids by pseudonyms in every output. They are HMACs under the key in
    /// KEYFILE, 16 bytes or more; with the same key, reports of several runs join and compare
    #[arg(long, value_name = "KEYFILE", alias = "pseudonymize")]
    pseudonymise: Option<PathBuf>,
}

impl PersonalData {
    /// Reads the key, if there is one.
    pub fn pseudonyms(&self) -> Result<Option<Pseudonyms>> {
        self.pseudonymise.as_deref().map(Pseudonyms::read).transpose()
    }
}
