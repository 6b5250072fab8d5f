//! What errors say, by area: what is wrong, where, and what would be right.
//!
//! The problem begins in small letters and has no full stop, for it stands behind its place; a remedy tells what to do.

mod around;
mod case;
mod files;
mod json;
mod places;
mod reports;
mod sheets;

pub(crate) use around::*;
pub(crate) use case::*;
pub(crate) use files::*;
pub(crate) use json::*;
pub(crate) use places::*;
pub(crate) use reports::*;
pub(crate) use sheets::*;

use super::{Message, Told};

/// A remedy, with the name in front that may have been meant.
pub fn perhaps(near: Option<impl Told>, remedy: impl Into<Message>) -> Message {
    let remedy = remedy.into();
    match near {
        Some(near) => did_you_mean(near, remedy),
        None => remedy,
    }
}

/// Every phrase by its name.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = &'static (&'static str, super::Text)> {
    [AROUND, CASE, FILES, JSON, PLACES, REPORTS, SHEETS].into_iter().flatten()
}
