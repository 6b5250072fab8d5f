//! Prints results to stdout, everything else to stderr. Nothing else in the program prints.
//!
//! Nothing that a terminal would act upon is printed, wherever it comes from ([`printable`]): lines for people have
//! such characters escaped, JSON has them escaped as JSON allows, so that its values stay exact, and CSV and scripts
//! are exact unless stdout is a terminal.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use serde::Serialize;

use super::bar::{self, TerminalBar};
use super::log::Log;
use super::progress::Watcher;
use super::{help, usage};
use crate::error::{Error, Result};
use crate::progress::{Progress, Silent};
use crate::report::terminal::Look;
use crate::text::{Lang, errors as say, printable, printable_json};

/// Output of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    quiet: bool,
    /// Language of texts.
    pub lang: Lang,
}

impl Out {
    /// With `quiet`, only results for programs and errors are printed.
    pub fn new(quiet: bool, lang: Lang) -> Self {
        Self { quiet, lang }
    }

    /// Language and colours of a summary: coloured on a terminal, unless `NO_COLOR` is set.
    pub fn look(self) -> Look {
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_colours = is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Look { lang: self.lang, colour: has_colours && !wants_none }
    }

    /// Prints a result for people, unless `quiet`.
    pub fn text(self, text: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { lines(text) }
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
        // Without the colours of clap: it fills in what was typed.
        None if answer.use_stderr() => line(answer.render().to_string().trim_end()),
        None => drop(answer.print()),
    }
    u8::try_from(answer.exit_code()).unwrap_or(2)
}

/// Prints a line to stderr. Unlike `eprintln!` it does not panic if stderr is closed.
pub(super) fn line(text: &str) {
    let _hidden = bar::hide();
    let _ = writeln!(stderr().lock(), "{}", printable(text));
}

/// Prints lines for people, even if `quiet`.
pub(super) fn lines(text: &str) -> Result<()> {
    print(&printable(text))
}

/// Prints a result as JSON, even if `quiet`.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    json_text(&serde_json::to_string_pretty(value).map_err(|error| Error::Bug(format!("JSON: {error}")))?)
}

/// Prints JSON, even if `quiet`.
pub(super) fn json_text(text: &str) -> Result<()> {
    print(&printable_json(text))
}

/// Prints a text for programs, even if `quiet`; exactly, unless to a terminal.
pub(super) fn exact(text: &str) -> Result<()> {
    if is_terminal() { lines(text) } else { print(text) }
}

/// Returns whether stdout is a terminal.
pub(super) fn is_terminal() -> bool {
    stdout().is_terminal()
}

/// Prints to stdout. A closed pipe (`qianhe rules | head`) is not an error.
fn print(text: &str) -> Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let mut out = stdout().lock();
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::io("stdout", say::CANNOT_WRITE)(error)),
        _ => Ok(()),
    }
}

/// Returns whether a bar can be drawn on stderr.
fn has_screen() -> bool {
    stderr().is_terminal() && std::env::var_os("TERM").map_or(cfg!(windows), |term| term != "dumb")
}
