//! `qianhe completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::out;
use super::{Cli, exit_codes};
use crate::error::{Error, Result};

/// Print a script for a shell to complete commands and options by Tab.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe completions bash > ~/.local/share/bash-completion/completions/qianhe
  qianhe completions zsh > ~/.zfunc/_qianhe
  qianhe completions fish > ~/.config/fish/completions/qianhe.fish

", exit_codes!()))]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    pub fn run(&self) -> Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "qianhe", &mut script);
        out::exact(&String::from_utf8(script).map_err(|error| Error::Bug(error.to_string()))?)?;
        Ok(0)
    }
}
