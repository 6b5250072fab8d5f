//! Source beside target: which relation of the target corp is which relation of the source corp.
//!
//! Of relations, everything is decided inside a pair of accounts, by a cascade of methods, each on what the one before
//! left over (SPEC section 3). Only [`misplaced`] looks across accounts, and only at what no pair could use. Groups have
//! a cascade of their own (SPEC section 4).

mod cascade;
mod groups;
mod id_map;
mod misplaced;
mod name;
mod namespaces;
mod side;
mod standing;

pub use cascade::{Joined, Matches, NOT_MATCHED, Pair, match_pairs};
pub use groups::{GroupPair, GroupSide, MemberTest, Overlap, match_groups};
pub use id_map::IdMap;
pub use misplaced::{Doubt, key as key_across_accounts, misplaced};
pub use name::contradict;
pub use namespaces::Namespaces;
pub use side::{Side, digest};

#[cfg(test)]
mod tests;
