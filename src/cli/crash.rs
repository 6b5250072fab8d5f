//! Panics, on any thread: one line on stderr and exit code 3; exit code 2 where a library panics because the system
//! refuses it threads.

use std::fmt::Display;
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::out;
use crate::error::{Error, is_guarded};
use crate::text::{Lang, Message, errors as say};

/// The exit code of a bug.
pub const EXIT_CODE: u8 = 3;
/// Text of the panic of Polars where its pool of threads cannot be built.
const POOL_REFUSED: &str = "ThreadPoolBuildError";

/// The exit code of the first panic; 0 if there was none.
static PANICKED: AtomicU8 = AtomicU8::new(0);
static LANG: OnceLock<Lang> = OnceLock::new();

/// Sets the language of the message; by default that of the locale.
pub fn set_language(lang: Lang) {
    let _ = LANG.set(lang);
}

/// Returns the language of messages; English before the command line is read.
pub(super) fn language() -> Lang {
    LANG.get().copied().unwrap_or(Lang::En)
}

/// Runs the program, and returns its exit code.
pub fn guard(run: impl FnOnce() -> u8 + panic::UnwindSafe) -> u8 {
    panic::set_hook(Box::new(report));
    let code = panic::catch_unwind(run).unwrap_or(EXIT_CODE);
    match PANICKED.load(Ordering::Relaxed) {
        0 => code,
        panicked => panicked,
    }
}

/// Prints the first panic only: others are mostly its consequences on other threads.
fn report(info: &PanicHookInfo<'_>) {
    if is_guarded() {
        return;
    }
    let (code, message) = message(info.payload_as_str(), info.location());
    if PANICKED.compare_exchange(0, code, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
        let lang = LANG.get().copied().unwrap_or_else(Lang::from_locale);
        out::line(message.tell(lang));
    }
}

/// Returns the exit code of a panic, and the line for it.
fn message(payload: Option<&str>, location: Option<impl Display>) -> (u8, Message) {
    if payload.is_some_and(|text| text.contains(POOL_REFUSED)) {
        let refused =
            Error::System { problem: say::NO_MORE_THREADS.into(), remedy: say::TOO_FEW_THREADS_REMEDY.into() };
        return (refused.exit_code(), refused.message());
    }
    let what = payload.and_then(|text| text.lines().next()).map_or_else(|| say::PANICKED.into(), Message::verbatim);
    let place = location.map_or_else(|| say::UNKNOWN_PLACE.into(), Message::verbatim);
    (EXIT_CODE, say::panicked(what, place))
}

#[cfg(test)]
mod tests {
    use super::{EXIT_CODE, Lang, message};

    #[test]
    fn a_panic_of_several_lines_is_one_line() {
        let (code, message_of) = message(Some("left\nright"), Some("src/a.rs:1:2"));
        assert_eq!(code, EXIT_CODE);
        assert_eq!(
            message_of.tell(Lang::En),
            "error: this is a bug in qianhe, please report it: left (at src/a.rs:1:2)"
        );
        assert_eq!(message_of.tell(Lang::Zh), "错误：这是 qianhe 自身的错误，请反馈给我们：left（位于 src/a.rs:1:2）");
        assert_eq!(message(None, None::<&str>).1.tell(Lang::En).lines().count(), 1);
    }

    #[test]
    fn a_pool_that_the_system_refuses_is_no_bug() {
        let panic = "could not spawn threads: ThreadPoolBuildError { kind: IOError(Os { code: 11 }) }";
        let (code, message) = message(Some(panic), Some("src/runtime.rs:1:2"));
        assert_eq!((code, message.tell(Lang::En).contains("bug")), (2, false), "{}", message.tell(Lang::En));
    }
}
