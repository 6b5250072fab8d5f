//! `qianhe init`.

use std::path::PathBuf;

use super::exit_codes;
use super::out::Out;
use crate::case;
use crate::error::Result;
use crate::text::shell::quoted;
use crate::text::{commands as say, path_text};

/// Create a case: a folder with a commented case.toml to fill in.
///
/// Creates the folders that every audit needs. Never overwrites a case.toml.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe init acme

", exit_codes!()))]
pub(super) struct InitArgs {
    /// The folder of the new case; created if it does not exist
    dir: PathBuf,
}

impl InitArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let file = case::init(&self.dir)?;
        let folder = quoted(&path_text(&self.dir));
        out.text(&say::INIT_WROTE.fill(out.lang, &[("file", &path_text(&file)), ("folder", &folder)]))?;
        Ok(0)
    }
}
