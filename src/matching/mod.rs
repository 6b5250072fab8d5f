//! Matching: which relation of the target corp is which relation of the source corp.
//!
//! ```text
//! side        the relations of a corp as columns of keys
//! merge_join  sort-merge join of two sides by an abbreviated key, verified by text
//! cascade     a pair of accounts: customer map, then unionid, then name, each on the rows unmatched so far (anti join)
//! name        the join by name: never between rows whose ids contradict one another
//! namespaces  whether the unionids of the two corps are comparable
//! misplaced   the join across accounts, on the rows that no pair matched (SPEC section 3)
//! groups      the cascade of groups (SPEC section 4)
//! ```

mod cascade;
mod groups;
mod merge_join;
mod misplaced;
mod name;
mod namespaces;
mod side;

pub use cascade::{Joined, Matches, NOT_MATCHED, Pair, match_pairs};
pub use groups::{GroupPair, GroupSide, MemberTest, Overlap, match_groups};
pub use misplaced::{CandidateDoubt, key as key_across_accounts, misplaced};
pub use name::contradict;
pub use namespaces::Namespaces;
pub use side::Side;

#[cfg(test)]
mod tests;
