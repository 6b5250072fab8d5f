//! The repository checks itself: documentation, layers, tidiness.

pub mod docs;
pub mod layers;
pub mod source;
pub mod tidy;
