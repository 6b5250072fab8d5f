//! The one place that prints: results on stdout, everything else on stderr.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use super::progress::Watched;
use super::views::{Bars, Lines};
use crate::error::{Error, Result};
use crate::progress::{Progress, Silent};
use crate::report::terminal::Look;
use crate::text::{Lang, errors as say};

/// Where a command puts what it has to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    quiet: bool,
    /// The language to say it in.
    pub lang: Lang,
}

impl Out {
    /// With `quiet`, only [`data`] is printed.
    pub fn new(quiet: bool, lang: Lang) -> Self {
        Self { quiet, lang }
    }

    /// How a summary looks: in colours on a terminal, unless the user wants none.
    pub fn look(self) -> Look {
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_terminal = stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Look { lang: self.lang, colour: is_terminal && !wants_none }
    }

    /// A result for people.
    pub fn text(self, text: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { data(text) }
    }

    /// Who is told of progress: a bar on a terminal, lines elsewhere, nobody with `quiet`.
    pub fn progress(self) -> Box<dyn Progress> {
        if self.quiet {
            Box::new(Silent)
        } else if is_screen() {
            Box::new(Watched::new(Bars::new(self.lang)))
        } else {
            Box::new(Watched::new(Lines::new(self.lang)))
        }
    }
}

/// Says why the run stopped. Where not even that can be written, the exit code has to do.
pub fn error(error: &Error, lang: Lang) {
    line(say::error(error.message()).tell(lang));
}

/// Prints what clap has to say instead of running: help and version, or what is wrong with the command line.
#[must_use]
pub fn answer(answer: &clap::Error) -> u8 {
    let _ = answer.print();
    u8::try_from(answer.exit_code()).unwrap_or(2)
}

/// A line on stderr. Unlike `eprintln!` it does not panic where stderr is closed.
pub(super) fn line(text: &str) {
    let _screen = super::views::wipe();
    let _ = writeln!(stderr().lock(), "{text}");
}

/// A result that the user asked for by a flag. A reader that has seen enough (`qianhe rules | head`) is not an error.
pub(super) fn data(text: &str) -> Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let mut out = stdout().lock();
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::io("stdout", say::CANNOT_WRITE)(error)),
        _ => Ok(()),
    }
}

/// Whether a bar can be drawn: nobody draws on a terminal that does not say what it is.
fn is_screen() -> bool {
    stderr().is_terminal() && std::env::var_os("TERM").map_or(cfg!(windows), |term| term != "dumb")
}
