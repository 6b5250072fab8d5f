//! `qianhe key`.

use std::path::PathBuf;

use super::exit_codes;
use super::out::Out;
use crate::error::Result;
use crate::signature::SecretKey;
use crate::text::commands as say;

/// Make a pair of keys for signing reports.
///
/// FILE is the secret key, readable by its owner only, for `audit --sign`; FILE.pub is the public key, for
/// `verify --key`. Give the public key to those who are to check the reports, by a way that they trust. Both are PEM
/// files of Ed25519, which OpenSSL reads too.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe key audit.key

", exit_codes!()))]
pub(super) struct KeyArgs {
    /// The file of the secret key; must not exist
    file: PathBuf,
}

impl KeyArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let key = SecretKey::generate()?;
        let public = key.write_pair(&self.file)?;
        let text = say::KEY_WROTE.fill(
            out.lang,
            &[
                ("secret", &self.file.display()),
                ("public", &public.display()),
                ("fingerprint", &key.public().fingerprint()),
            ],
        );
        out.text(&(text + "\n"))?;
        Ok(0)
    }
}
