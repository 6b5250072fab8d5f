//! `qianhe demo`.

use std::path::PathBuf;

use super::exit_codes;
use super::out::Out;
use crate::demo;
use crate::error::Result;
use crate::text::shell::quoted;
use crate::text::{commands as say, path_text};

/// Write a synthetic case with every outcome, and the true outcomes beside it.
///
/// The same size and seed produce the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe demo /tmp/demo --relations 100000 && qianhe audit /tmp/demo

", exit_codes!()))]
pub(super) struct DemoArgs {
    /// The folder of the case
    dir: PathBuf,
    /// Number of relations of the source corp
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) relations: u64,
    /// Seed of the random choices
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
}

impl DemoArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        demo::write(&self.dir, self.relations, self.seed, out.progress().as_ref())?;
        let folder = quoted(&path_text(&self.dir));
        out.text(&say::DEMO_WROTE.fill(out.lang, &[("folder", &folder)]))?;
        Ok(0)
    }
}
