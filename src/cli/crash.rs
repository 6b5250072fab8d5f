//! Panics, on any thread: one line on stderr and exit code 3.

use std::fmt::Display;
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::out;
use crate::error::is_guarded;
use crate::text::{Lang, Message, errors as say};

/// The exit code of a bug.
pub const EXIT_CODE: u8 = 3;

static PANICKED: AtomicBool = AtomicBool::new(false);
static LANG: OnceLock<Lang> = OnceLock::new();

/// Sets the language of the message; by default that of the locale.
pub fn set_language(lang: Lang) {
    let _ = LANG.set(lang);
}

/// The language of messages; English before the command line is read.
pub(super) fn language() -> Lang {
    LANG.get().copied().unwrap_or(Lang::En)
}

/// Runs the program, and returns its exit code.
pub fn guard(run: impl FnOnce() -> u8 + panic::UnwindSafe) -> u8 {
    panic::set_hook(Box::new(report));
    let code = panic::catch_unwind(run).unwrap_or(EXIT_CODE);
    if PANICKED.load(Ordering::Relaxed) { EXIT_CODE } else { code }
}

/// Prints the first panic only: others are mostly its consequences on other threads.
fn report(info: &PanicHookInfo<'_>) {
    if is_guarded() {
        return;
    }
    if !PANICKED.swap(true, Ordering::Relaxed) {
        let lang = LANG.get().copied().unwrap_or_else(Lang::from_locale);
        out::line(message(info.payload_as_str(), info.location()).tell(lang));
    }
}

fn message(payload: Option<&str>, location: Option<impl Display>) -> Message {
    let what = payload.and_then(|text| text.lines().next()).map_or_else(|| say::PANICKED.into(), Message::verbatim);
    let place = location.map_or_else(|| say::UNKNOWN_PLACE.into(), Message::verbatim);
    say::panicked(what, place)
}

#[cfg(test)]
mod tests {
    use super::{Lang, message};

    #[test]
    fn a_panic_of_several_lines_is_one_line() {
        let message_of = message(Some("left\nright"), Some("src/a.rs:1:2"));
        assert_eq!(
            message_of.tell(Lang::En),
            "error: this is a bug in qianhe, please report it: left (at src/a.rs:1:2)"
        );
        assert_eq!(message_of.tell(Lang::Zh), "错误：这是 qianhe 自身的错误，请反馈给我们：left（位于 src/a.rs:1:2）");
        assert_eq!(message(None, None::<&str>).tell(Lang::En).lines().count(), 1);
    }
}
