//! Any file of a case -> raw rows with provenance. Files are recognised by content, not by name (SPEC section 1.1).

pub mod raw;
