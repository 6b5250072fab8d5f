//! A panic is our bug: one line on stderr and exit code 3, on whichever thread it happens.

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};

use super::out;

/// The exit code of a bug.
pub const EXIT_CODE: u8 = 3;

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// Runs what yields the exit code of the process.
pub fn guard(run: impl FnOnce() -> u8 + panic::UnwindSafe) -> u8 {
    panic::set_hook(Box::new(report));
    let code = panic::catch_unwind(run).unwrap_or(EXIT_CODE);
    if HAPPENED.load(Ordering::Relaxed) { EXIT_CODE } else { code }
}

/// Only the first panic: the others are mostly its echo on other threads.
fn report(info: &PanicHookInfo<'_>) {
    if !HAPPENED.swap(true, Ordering::Relaxed) {
        out::line(&message(info.payload_as_str(), info.location().map(ToString::to_string)));
    }
}

fn message(payload: Option<&str>, location: Option<String>) -> String {
    let what = payload.and_then(|text| text.lines().next()).unwrap_or("panicked");
    let place = location.unwrap_or_else(|| "an unknown place".to_owned());
    format!("error: this is a bug in qianhe, please report it: {what} (at {place})")
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn one_line_whatever_the_panic_says() {
        let told = message(Some("left\nright"), Some("src/a.rs:1:2".to_owned()));
        assert_eq!(told, "error: this is a bug in qianhe, please report it: left (at src/a.rs:1:2)");
        assert_eq!(message(None, None).lines().count(), 1);
    }
}
