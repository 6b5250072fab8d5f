//! Synthetic cases.

use std::path::Path;

use crate::error::{Error, Result};
use crate::progress::Progress;

/// Writes a synthetic case into `dir`.
pub fn write(_dir: &Path, _relations: u64, _seed: u64, _progress: &dyn Progress) -> Result<()> {
    Err(Error::Bug("not connected".to_owned()))
}
