//! `qianhe man`.

use clap::CommandFactory;
use clap_mangen::Man;

use super::out;
use super::{Cli, exit_codes};
use crate::error::{Error, Result};
use crate::text::{Message, errors as say};

/// Print the manual page of qianhe or of a command, for man.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe man audit | man -l -
  qianhe man > /usr/local/share/man/man1/qianhe.1

", exit_codes!()))]
pub(super) struct ManArgs {
    /// The command [default: qianhe itself]
    command: Option<String>,
}

impl ManArgs {
    pub fn run(&self) -> Result<u8> {
        let mut root = Cli::command();
        root.build();
        let page = match &self.command {
            None => root.clone(),
            Some(name) => root.find_subcommand(name).cloned().ok_or_else(|| unknown(&root, name))?,
        };
        let mut text = Vec::new();
        Man::new(page).render(&mut text).map_err(|error| Error::Bug(format!("the manual page: {error}")))?;
        out::exact(&String::from_utf8(text).map_err(|error| Error::Bug(error.to_string()))?)?;
        Ok(0)
    }
}

fn unknown(root: &clap::Command, name: &str) -> Error {
    let commands = Message::list(root.get_subcommands().map(clap::Command::get_name));
    Error::usage(say::no_command(name), say::commands_are(commands))
}
