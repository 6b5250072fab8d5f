//! Examples of every rule and finding: what a case of a few lines comes to.

pub mod billing;
pub mod figures;
pub mod groups;
pub mod join_codes;
pub mod keys;
pub mod relations;
pub mod waivers;
