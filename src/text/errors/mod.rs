//! The texts of errors, by area: the problem, its place, and the remedy.
//!
//! A problem begins in lower case and has no full stop, since it follows its place. A remedy is an instruction.

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

use super::{Localized, Message};

/// Returns the remedy, with a similar name in front, if there is one.
pub fn perhaps(near: Option<impl Localized>, remedy: impl Into<Message>) -> Message {
    let remedy = remedy.into();
    match near {
        Some(near) => did_you_mean(near, remedy),
        None => remedy,
    }
}

/// Returns every phrase by its name.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = &'static (&'static str, super::Text)> {
    [AROUND, CASE, FILES, JSON, PLACES, REPORTS, SHEETS].into_iter().flatten()
}
