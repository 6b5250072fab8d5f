//! Ctrl-C: the first requests a clean end of the run, a second ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::bar;
use crate::error::Error;
use crate::interrupt;
use crate::report::publish;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Installs the handler. If that fails, Ctrl-C ends the process as by default.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            publish::abandon();
            // The prompt of the shell follows on this line.
            let _screen = bar::hide();
            std::process::exit(i32::from(Error::Interrupted.exit_code()));
        }
        interrupt::request();
    });
}
