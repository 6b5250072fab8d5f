//! Any file of a case -> raw rows with provenance. Files are recognised by content, not by name (SPEC section 1.1).

pub mod raw;
use crate::{case::Case, error::Result, progress::Progress, schema::vocabulary::Role};
pub fn read_snapshot(_case: &Case, _role: Role, _progress: &dyn Progress) -> Result<Option<raw::Raw>> { Ok(None) }
pub fn read_lists(_case: &Case, _progress: &dyn Progress) -> Result<raw::Raw> { Ok(raw::Raw::default()) }
