//! `qianhe demo`.

use std::path::PathBuf;

use super::exit_codes;
use super::out::Out;
use crate::demo;
use crate::error::Result;
use crate::text::commands as say;
use crate::text::shell::quoted;

/// Write a synthetic case in which every outcome is planted, with the truth beside it.
///
/// The same size and seed give the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe demo /tmp/demo --relations 100000 && qianhe audit /tmp/demo

", exit_codes!()))]
pub(super) struct Args {
    /// The folder of the case
    dir: PathBuf,
    /// How many relations the source corp holds
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) relations: u64,
    /// What the random choices start from
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
}

impl Args {
    pub fn run(&self, out: Out) -> Result<u8> {
        demo::write(&self.dir, self.relations, self.seed, out.progress().as_ref())?;
        let folder = quoted(&self.dir.to_string_lossy());
        out.text(&say::DEMO_WROTE.fill(out.lang, &[("folder", &folder)]))?;
        Ok(0)
    }
}
