//! What the rules look at: one column per fact about a relation of source-before, none of them published.
//!
//! A fact is a boolean, a time in microseconds, or the code of a word. Where one can be null, its meaning says why.

use super::column::{Column, Kind};

macro_rules! facts {
    ($($konst:ident: $kind:expr, $name:literal, $meaning:literal;)+) => {
        $(#[doc = $meaning] pub const $konst: Column = Column { name: $name, zh: &[], kind: $kind, meaning: $meaning };)+
    };
}

facts! {
    UNASSIGNED: Kind::Flag, "is_unassigned", "The pair stands in the unassigned list.";
    IS_CUSTOMER: Kind::Flag, "is_customer", "As the dump says; null where it does not.";
    HAS_PERMISSION: Kind::Flag, "has_permission", "The member has customer-contact permission; null where no such list is there.";
    ENROLLED: Kind::Flag, "enrolled", "The member is in the accounts list.";
    ASSESSMENT_FAILED: Kind::Flag, "assessment_failed", "The account failed the pre-assessment.";
    CREATED_AT: Kind::Time, "created_at", "When the relation was made; null where the dump does not say.";
    SCOPE: Kind::Count, "scope", "The code of the scope.";
    MATCHED: Kind::Flag, "matched", "A relation of the mapped account matches.";
    TARGET_CREATED_AT: Kind::Time, "target_created_at", "When the matched relation was made; null where unmatched or unknown.";
    STOOD_BEFORE: Kind::Flag, "stood_before", "The matched relation stands in target-before.";
    REFUSED: Kind::Flag, "refused", "The refusals list names the relation.";
    MISPLACED: Kind::Flag, "misplaced", "The customer stands, unmatched, under another target account since the start.";
    AMBIGUOUS: Kind::Flag, "ambiguous", "More source relations share the key than the target holds.";
    NO_USABLE_KEY: Kind::Flag, "no_usable_key", "Nothing joins the relation with the mapped account.";
    UNREADABLE: Kind::Flag, "unreadable", "A value that decides could not be read, or an unreadable record leaves the scope open.";
    TARGET_COVERED: Kind::Flag, "target_covered", "The mapped account's coverage is complete or observed, as far as this customer is concerned.";
    LOOK_ALIKE: Kind::Flag, "look_alike", "The mapped account holds an unmatched relation, since the start or of unknown time, with a look-alike name.";
    TARGET_AT_CAP: Kind::Flag, "target_at_cap", "The mapped account holds as many customers as it can.";
    RULE: Kind::Count, "rule", "The place in the rule book of the rule that decided.";
}
