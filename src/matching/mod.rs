//! Source beside target: which relation of the target corp is which relation of the source corp.
//!
//! Everything is decided inside a pair of accounts, by a cascade of methods, each on what the one before left over
//! (SPEC section 3). Only [`misplaced`] looks across accounts, and only at what no pair could use.

mod cascade;
mod customer_map;
mod misplaced;
mod name;
mod namespaces;
mod side;
mod standing;

pub use cascade::{Matches, NOT_MATCHED, Pair, match_pairs};
pub use customer_map::CustomerMap;
pub use misplaced::misplaced;
pub use namespaces::Namespaces;
pub use side::Side;

#[cfg(test)]
mod tests;
