//! What holds for every case, whatever it holds.

pub mod bytes;
pub mod demo;
pub mod relations;
pub mod unreadable;
pub mod world;
