//! Ctrl-C: the first asks the run to end cleanly, a second ends it at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::views;
use crate::error::Error;
use crate::interrupt;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Where that is not possible, Ctrl-C ends the process as it does by default.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            // The prompt of the shell comes next.
            let _screen = views::wipe();
            std::process::exit(i32::from(Error::Interrupted.exit_code()));
        }
        interrupt::request();
    });
}
