//! The facts that the rules are expressions of: each is a column of the frame that a rule book decides.
//!
//! A fact is a flag, a time in microseconds, or a word by its code. None of them is published.

use polars::prelude::{Expr, PlSmallStr, lit};

use crate::schema::vocabulary::Word;

/// A fact by its name in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
}

/// Declares facts: the doc comment is what the fact means; where it can be null, it says what null means.
macro_rules! facts {
    ($($(#[doc = $meaning:literal])+ $fact:ident = $name:literal;)+) => {
        $($(#[doc = $meaning])+ pub const $fact: Fact = Fact { name: $name };)+
    };
}

facts! {
    // Of the migration.
    /// The formal start.
    STARTED_AT = "started_at";
    /// The end.
    FINISHED_AT = "finished_at";

    // Of relations and groups: what decides the scope.
    /// The relation is in the unassigned list.
    UNASSIGNED = "is_unassigned";
    /// The contact is a customer; null where the dump does not say.
    IS_CUSTOMER = "is_customer";
    /// The member has customer-contact permission; null where no export lists the members who have it.
    HAS_PERMISSION = "has_permission";
    /// The member, or the owner of the group, is in the accounts list; also true of a group whose owner is unreadable.
    ENROLLED = "enrolled";
    /// The account failed the pre-assessment.
    ASSESSMENT_FAILED = "assessment_failed";
    /// When the relation was added, or the group created; null where the dump does not say.
    CREATED_AT = "created_at";

    // Of relations and groups: what decides the outcome.
    /// The scope.
    SCOPE = "scope";
    /// A relation of the mapped account, or a group of the target corp, matches.
    MATCHED = "matched";
    /// When the matched relation was added; null where unmatched or unknown.
    TARGET_CREATED_AT = "target_created_at";
    /// The relation or group of the target corp is in target-before; false where there is no such export.
    STOOD_BEFORE = "stood_before";
    /// The refusals list names the relation.
    REFUSED = "refused";
    /// An unmatched relation of another target account, added since the start or at an unknown time, is this
    /// customer's.
    MISPLACED = "misplaced";
    /// More rows of the source share the key than of the target; of a group: several groups of the owner fit equally.
    AMBIGUOUS = "ambiguous";
    /// No key joins it with the mapped account.
    NO_USABLE_KEY = "no_usable_key";
    /// A deciding value could not be read, or an unreadable record leaves the scope open.
    UNREADABLE = "unreadable";
    /// The target's export is complete or observed, as far as this customer or owner is concerned.
    TARGET_COVERED = "target_covered";
    /// An unmatched relation of the mapped account, added since the start or at an unknown time, has a look-alike name.
    LOOK_ALIKE = "look_alike";
    /// The mapped account holds as many customers as it can.
    TARGET_AT_CAP = "target_at_cap";

    // Of join codes.
    /// A group that the code links in source-before is not to move.
    LINKS_STAYING_GROUP = "links_staying_group";
    /// The code links a group in source-before that the snapshot does not hold, or whose scope is unreadable.
    LINKS_UNKNOWN_GROUP = "links_unknown_group";
    /// A group that the code links in source-before is to move.
    LINKS_MOVING_GROUP = "links_moving_group";
    /// Source-after holds an answer about the code.
    ANSWERED = "answered";
    /// The answer was that the code does not exist.
    DELETED = "deleted";
    /// The source corp still lists a linked group; without a group list, the code links a group.
    LINKS_LISTED_GROUP = "links_listed_group";
    /// The group list is cut short, in error or unreadable, and leaves open whether it lists a linked group.
    LINKS_UNCLEAR_GROUP = "links_unclear_group";
    /// The prediction; null where source-before does not hold the code.
    PREDICTED = "predicted";
    /// The observation.
    OBSERVED = "observed";
    /// A group that keeps the code alive was linked in source-before already.
    KEPT_BY_LINKED_BEFORE = "kept_by_linked_before";
}

impl From<Fact> for Expr {
    fn from(fact: Fact) -> Self {
        fact.expr()
    }
}

impl Fact {
    /// Returns the fact as an expression.
    pub fn expr(self) -> Expr {
        Expr::Column(PlSmallStr::from_static(self.name))
    }

    /// Holds where both do.
    pub fn and(self, other: impl Into<Expr>) -> Expr {
        self.expr().and(other)
    }

    /// Holds where the flag is false; null where it is.
    #[expect(clippy::should_implement_trait, reason = "the rules read alike for facts and expressions")]
    pub fn not(self) -> Expr {
        self.expr().not()
    }

    /// Holds where the flag is known to be false.
    pub fn is_false(self) -> Expr {
        self.expr().eq_missing(lit(false))
    }

    /// Holds where the fact is null.
    pub fn is_unknown(self) -> Expr {
        self.expr().is_null()
    }

    /// Holds where the fact is that word; a null is no word.
    pub fn is(self, word: impl Word) -> Expr {
        self.expr().eq_missing(lit(word.code()))
    }

    /// Holds where the fact is one of the words.
    pub fn is_any<const N: usize>(self, words: [impl Word; N]) -> Expr {
        words.into_iter().fold(lit(false), |any, word| any.or(self.is(word)))
    }

    /// Holds where the time is known to be before the other.
    pub fn before(self, other: Fact) -> Expr {
        self.expr().lt(other.expr()).fill_null(lit(false))
    }

    /// Holds where the time is known to be the other or later.
    pub fn since(self, other: Fact) -> Expr {
        self.expr().gt_eq(other.expr()).fill_null(lit(false))
    }
}
