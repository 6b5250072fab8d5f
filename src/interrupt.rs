//! Ctrl-C: long loops check for it, and end the run cleanly with exit code 130.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Stops every loop at its next [`check`].
pub fn request() {
    REQUESTED.store(true, Ordering::Relaxed);
}

/// Returns an error if the run was interrupted.
///
/// # Errors
/// [`Error::Interrupted`] after [`request`] was called.
pub fn check() -> Result<()> {
    if REQUESTED.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
}
