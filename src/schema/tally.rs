//! Columns of the frames from which figures are summed; none is published.

use super::column::{Column, Kind};

/// The index of the enrolled pair in the accounts list.
pub const ACCOUNT: Column = Column {
    name: "account",
    zh: &[],
    kind: Kind::Count,
    meaning: "The index of the enrolled pair in the accounts list; null for relations of other accounts.",
};
