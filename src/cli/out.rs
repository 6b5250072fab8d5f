//! Prints results to stdout, everything else to stderr. Nothing else in the program prints.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use serde::Serialize;

use super::bar::{self, TerminalBar};
use super::log::Log;
use super::progress::Watcher;
use super::{help, usage};
use crate::error::{Error, Result};
use crate::progress::{Progress, Silent};
use crate::report::terminal::Look;
use crate::text::{Lang, errors as say};

/// Output of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    quiet: bool,
    /// Language of texts.
    pub lang: Lang,
}

impl Out {
    /// With `quiet`, only [`data`] and errors are printed.
    pub fn new(quiet: bool, lang: Lang) -> Self {
        Self { quiet, lang }
    }

    /// Language and colours of a summary: coloured on a terminal, unless `NO_COLOR` is set.
    pub fn look(self) -> Look {
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_terminal = stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Look { lang: self.lang, colour: is_terminal && !wants_none }
    }

    /// Prints a result for people, unless `quiet`.
    pub fn text(self, text: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { data(text) }
    }

    /// Shows progress: a bar on a terminal, lines elsewhere, nothing with `quiet`.
    pub fn progress(self) -> Box<dyn Progress> {
        if self.quiet {
            Box::new(Silent)
        } else if has_screen() {
            Box::new(Watcher::new(TerminalBar::new(self.lang), self.lang))
        } else {
            Box::new(Watcher::new(Log::new(self.lang), self.lang))
        }
    }
}

/// Prints why the run stopped. If stderr is closed, the exit code remains.
pub fn error(error: &Error, lang: Lang) {
    line(say::error(error.message()).tell(lang));
}

/// Prints the answer of clap: help, version, or what is wrong with the command line.
#[must_use]
pub fn answer(answer: &clap::Error) -> u8 {
    let is_chinese = help::lang_of(&std::env::args_os().collect::<Vec<_>>()) == Lang::Zh;
    match usage::in_chinese(answer).filter(|_| is_chinese) {
        Some(message) => line(&message),
        None => drop(answer.print()),
    }
    u8::try_from(answer.exit_code()).unwrap_or(2)
}

/// Prints a line to stderr. Unlike `eprintln!` it does not panic if stderr is closed.
pub(super) fn line(text: &str) {
    let _hidden = bar::hide();
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Prints a result, even if `quiet`. A closed pipe (`qianhe rules | head`) is not an error.
pub(super) fn data(text: &str) -> Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let mut out = stdout().lock();
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::io("stdout", say::CANNOT_WRITE)(error)),
        _ => Ok(()),
    }
}

/// Prints a result as JSON, even if `quiet`.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    data(&serde_json::to_string_pretty(value).map_err(|error| Error::Bug(format!("JSON: {error}")))?)
}

/// Whether a bar can be drawn on stderr.
fn has_screen() -> bool {
    stderr().is_terminal() && std::env::var_os("TERM").map_or(cfg!(windows), |term| term != "dumb")
}
