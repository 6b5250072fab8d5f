//! Ctrl-C: the first requests a clean end of the run, a second ends the process at once; at a question the first does.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use super::bar;
use crate::error::Error;
use crate::interrupt;
use crate::report::publish;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static IS_ASKING: AtomicBool = AtomicBool::new(false);

/// Runs what waits for answers of the user, who would have to answer before a clean end came about. It must not hold
/// stderr locked, on which the line of the question is ended.
pub fn while_asking<T>(ask: impl FnOnce() -> T) -> T {
    IS_ASKING.store(true, Ordering::Relaxed);
    let answers = ask();
    IS_ASKING.store(false, Ordering::Relaxed);
    answers
}

/// Installs the handler. If that fails, Ctrl-C ends the process as by default.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        let is_asking = IS_ASKING.load(Ordering::Relaxed);
        if REQUESTED.swap(true, Ordering::Relaxed) || is_asking {
            publish::abandon();
            if is_asking {
                let _ = writeln!(std::io::stderr());
            }
            // The prompt of the shell follows on this line.
            let _screen = bar::hide();
            std::process::exit(i32::from(Error::Interrupted.exit_code()));
        }
        interrupt::request();
    });
}
