//! Ctrl-C: long loops ask here, and end the run cleanly with exit code 130.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Asks every loop to stop at its next [`check`].
pub fn request() {
    REQUESTED.store(true, Ordering::Relaxed);
}

/// Whether to go on.
///
/// # Errors
/// [`Error::Interrupted`] once somebody called [`request`].
pub fn check() -> Result<()> {
    if REQUESTED.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
}
