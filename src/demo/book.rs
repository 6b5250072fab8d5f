//! The book of plans: every scope, outcome, reason, method and origin, with the traps beside them. One line per plan.

use super::accounts::Kind::{
    self, AssessmentFailed, AtCap, Bystander, Empty, Left, NoPermission, Normal, Outsider, OutsiderNoPermission,
    TargetEmpty, TargetFailed, TargetObserved, TargetPartial, TargetUnknown, TargetUnlicensed,
};
use super::customers::Key::{self, Any, Map, MapOrUnionid, Name, Nothing, Unionid};
use super::plan::Form::{Blank, Full, Late, ListOnly, NotCustomer, NotCustomerNoId, Unassigned, UnassignedOnly};
use super::plan::Owner::{Contested, Lent, Namesake, Own, Shared};
use super::plan::Recipe::{self, Elsewhere, Extra, Misplaced, Several};
use super::plan::Refusal::{ById, ByIdOfMember, ByName, ByNameOfMember, ByNameOfTwo, ByUnionid, None as Willing};
use super::plan::Share::{Of, Rest};
use super::plan::When::{Gone, IdOnly, Later, NoTime, NoTimeBefore, Old, OldBefore, Window};
use super::plan::{Fate, Form, Needs, One, Owner, Place, Plan, Refusal, Share, When};
use crate::schema::vocabulary::{Origin, Outcome, Reason, Scope};

const MIGRATED: Fate = in_scope(Outcome::Migrated, None);
const ALREADY: Fate = in_scope(Outcome::AlreadyAtTarget, None);
const REFUSED: Fate = in_scope(Outcome::Refused, None);
const REFUSED_ARRIVED: Fate = in_scope(Outcome::RefusedButArrived, None);
const MISPLACED: Fate = in_scope(Outcome::Misplaced, None);
const MISSING: Fate = in_scope(Outcome::Missing, Some(Reason::NoTrace));
const AT_CAP: Fate = in_scope(Outcome::Missing, Some(Reason::TargetAtCap));
const AMBIGUOUS: Fate = in_scope(Outcome::Undetermined, Some(Reason::Ambiguous));
const NO_KEY: Fate = in_scope(Outcome::Undetermined, Some(Reason::NoUsableKey));
const UNCOVERED: Fate = in_scope(Outcome::Undetermined, Some(Reason::TargetNotCovered));
/// An extra has no relation at the source: its fate is never asked for.
const EXTRA: Fate = out(Scope::NotEnrolled);

const U: &[Kind] = &[TargetFailed, TargetUnlicensed, TargetPartial, TargetUnknown];
const SEEN: &[Kind] = &[TargetFailed, TargetUnlicensed, TargetPartial];
const N: &[Kind] = &[Normal];

/// Every plan.
#[rustfmt::skip]
pub const BOOK: &[Plan] = &[
    // In scope, and arrived.
    plan("plain", &[Normal, AtCap, TargetObserved], Needs::Nothing, Rest, 0, MIGRATED, one(Full, Any, Own, Some(Window), Willing)),
    plan("shared", N, Needs::Nothing, Of(2_200), 2, MIGRATED, one(Full, Any, Shared, Some(Window), Willing)),
    plan("migrated-later", N, Needs::Nothing, Of(80), 1, MIGRATED, one(Full, Any, Own, Some(Later), Willing)),
    plan("migrated-no-time", N, Needs::Nothing, Of(40), 1, MIGRATED, one(Full, Any, Own, Some(NoTime), Willing)),
    plan("migrated-by-map", N, Needs::Map, Of(20), 1, MIGRATED, one(Full, Map, Own, Some(Window), Willing)),
    plan("migrated-by-unionid", N, Needs::SharedUnionids, Of(20), 1, MIGRATED, one(Full, Unionid, Own, Some(Window), Willing)),
    plan("migrated-by-name", N, Needs::Nothing, Of(20), 1, MIGRATED, one(Full, Name, Own, Some(Window), Willing)),
    plan("migrated-list-only-at-source", N, Needs::Map, Of(10), 1, MIGRATED, one(ListOnly, Map, Own, Some(Window), Willing)),
    plan("migrated-list-only-at-target", N, Needs::Map, Of(10), 1, MIGRATED, one(Full, Map, Own, Some(IdOnly), Willing)),
    plan("two-map-rows", N, Needs::Map, Of(3), 1, MIGRATED, Recipe::TwoMapRows),
    plan("already-old", N, Needs::Nothing, Of(120), 1, ALREADY, one(Full, Any, Own, Some(Old), Willing)),
    plan("already-before", N, Needs::TargetBefore, Of(150), 1, ALREADY, one(Full, Any, Own, Some(OldBefore), Willing)),
    plan("already-before-no-time", N, Needs::TargetBefore, Of(15), 1, ALREADY, one(Full, Any, Own, Some(NoTimeBefore), Willing)),
    // In scope, and lost.
    plan("missing", N, Needs::Nothing, Of(120), 2, MISSING, one(Full, Any, Own, None, Willing)),
    plan("missing-shared", N, Needs::Nothing, Of(30), 1, MISSING, one(Full, Any, Lent, None, Willing)),
    plan("missing-observed", &[TargetObserved], Needs::Nothing, Of(300), 1, MISSING, one(Full, Any, Own, None, Willing)),
    plan("missing-target-empty", &[TargetEmpty], Needs::Nothing, Rest, 0, MISSING, one(Full, Any, Own, None, Willing)),
    plan("missing-at-cap", &[AtCap], Needs::Nothing, Of(200), 3, AT_CAP, one(Full, Any, Own, None, Willing)),
    plan("missing-was-there-before", N, Needs::TargetBefore, Of(5), 1, MISSING, one(Full, Any, Own, Some(Gone), Willing)),
    plan("missing-old-elsewhere", N, Needs::MapOrSharedUnionids, Of(5), 1, MISSING, Elsewhere(Old)),
    plan("missing-namesake-unionid", N, Needs::SharedUnionids, Of(5), 1, MISSING, Recipe::NamesakeUnionid),
    plan("missing-map-elsewhere", N, Needs::Map, Of(5), 1, MISSING, Recipe::MapElsewhere),
    plan("missing-map-other", N, Needs::Map, Of(5), 1, MISSING, Recipe::MapOther),
    plan("missing-map-resolves", N, Needs::MapAndSharedUnionids, Of(3), 1, MISSING, Recipe::MapResolves),
    // Misplaced, and contested.
    plan("misplaced-by-map", N, Needs::Map, Of(10), 1, MISPLACED, Misplaced(Map, Place::Enrolled)),
    plan("misplaced-by-map-outside", N, Needs::Map, Of(5), 1, MISPLACED, Misplaced(Map, Place::Bystander)),
    plan("misplaced-by-unionid", N, Needs::SharedUnionids, Of(10), 1, MISPLACED, Misplaced(Unionid, Place::Enrolled)),
    plan("misplaced-by-unionid-outside", N, Needs::SharedUnionids, Of(5), 1, MISPLACED, Misplaced(Unionid, Place::Bystander)),
    plan("misplaced-target-empty", &[TargetEmpty], Needs::MapOrSharedUnionids, Of(50), 1, MISPLACED, Misplaced(MapOrUnionid, Place::Bystander)),
    plan("misplaced-target-uncovered", &[TargetUnknown], Needs::MapOrSharedUnionids, Of(50), 1, MISPLACED, Misplaced(MapOrUnionid, Place::Enrolled)),
    plan("contested", N, Needs::MapOrSharedUnionids, Of(0), 1, AMBIGUOUS, Recipe::Contested),
    plan("contested-other", N, Needs::MapOrSharedUnionids, Of(0), 1, AMBIGUOUS, one(Full, MapOrUnionid, Contested, None, Willing)),
    // One name, several relations. (A unionid under several ids of a corp is no key.)
    plan("name-two-of-one", N, Needs::Nothing, Of(20), 1, AMBIGUOUS, several(Name, 2, 1, Willing)),
    plan("name-three-of-two", N, Needs::Nothing, Of(5), 0, AMBIGUOUS, several(Name, 3, 2, Willing)),
    plan("name-two-of-two", N, Needs::Nothing, Of(20), 1, MIGRATED, several(Name, 2, 2, Willing)),
    plan("name-one-of-two", N, Needs::Nothing, Of(20), 1, MIGRATED, several(Name, 1, 2, Willing)),
    plan("name-two-of-none", N, Needs::Nothing, Of(10), 1, MISSING, several(Name, 2, 0, Willing)),
    // Refused.
    plan("refused-by-id", N, Needs::Nothing, Of(80), 1, REFUSED, one(Full, Any, Own, None, ById)),
    plan("refused-by-id-of-member", N, Needs::Nothing, Of(20), 1, REFUSED, one(Full, Any, Lent, None, ByIdOfMember)),
    plan("refused-by-unionid", N, Needs::Nothing, Of(40), 1, REFUSED, one(Full, Unionid, Own, None, ByUnionid)),
    plan("refused-by-name", N, Needs::Nothing, Of(20), 1, REFUSED, one(Full, Any, Own, None, ByName)),
    plan("refused-by-name-of-member", N, Needs::Nothing, Of(5), 1, REFUSED, one(Full, Any, Namesake, None, ByNameOfMember)),
    plan("refused-no-key", N, Needs::Nothing, Of(5), 1, REFUSED, one(ListOnly, Nothing, Own, None, ById)),
    plan("refused-target-empty", &[TargetEmpty], Needs::Nothing, Of(100), 1, REFUSED, one(Full, Any, Own, None, ById)),
    plan("refused-arrived-by-id", N, Needs::Nothing, Of(10), 1, REFUSED_ARRIVED, one(Full, Any, Own, Some(Window), ById)),
    plan("refused-arrived-by-id-of-member", N, Needs::Nothing, Of(5), 1, REFUSED_ARRIVED, one(Full, Any, Lent, Some(Window), ByIdOfMember)),
    plan("refused-arrived-by-unionid", N, Needs::Nothing, Of(5), 1, REFUSED_ARRIVED, one(Full, Unionid, Own, Some(Later), ByUnionid)),
    plan("refused-arrived-by-name", N, Needs::Nothing, Of(5), 1, REFUSED_ARRIVED, one(Full, Name, Own, Some(NoTime), ByName)),
    plan("refused-arrived-old", N, Needs::Nothing, Of(5), 1, REFUSED_ARRIVED, one(Full, Any, Own, Some(Old), ById)),
    plan("refusal-of-two-names", N, Needs::Nothing, Of(3), 1, MIGRATED, several(Name, 2, 2, ByNameOfTwo)),
    // Undetermined for want of a key.
    plan("no-key-list-only", N, Needs::Nothing, Of(20), 1, NO_KEY, one(ListOnly, Nothing, Own, None, Willing)),
    plan("no-key-blank", N, Needs::Nothing, Of(10), 1, NO_KEY, one(Blank, Nothing, Own, None, Willing)),
    // Enrolled accounts whose target nobody can vouch for.
    plan("uncovered", U, Needs::Nothing, Rest, 0, UNCOVERED, one(Full, Any, Own, None, Willing)),
    plan("uncovered-shared", U, Needs::Nothing, Of(100), 1, UNCOVERED, one(Full, Any, Lent, None, Willing)),
    plan("uncovered-but-seen", SEEN, Needs::Nothing, Of(2_000), 1, MIGRATED, one(Full, Any, Own, Some(Window), Willing)),
    plan("uncovered-refused", U, Needs::Nothing, Of(100), 1, REFUSED, one(Full, Any, Own, None, ById)),
    plan("uncovered-no-key", U, Needs::Nothing, Of(50), 1, NO_KEY, one(ListOnly, Nothing, Own, None, Willing)),
    // Enrolled, and out of scope one by one.
    plan("late", N, Needs::Nothing, Of(30), 1, out(Scope::AddedAfterStart), one(Late, Any, Own, None, Willing)),
    plan("late-arrived", N, Needs::Nothing, Of(10), 1, arrived(Scope::AddedAfterStart), one(Late, Any, Own, Some(Window), Willing)),
    plan("late-at-target-before", N, Needs::Nothing, Of(5), 1, out(Scope::AddedAfterStart), one(Late, Any, Own, Some(Old), Willing)),
    plan("late-no-time", N, Needs::Nothing, Of(5), 1, out(Scope::AddedAfterStart), one(Late, Any, Own, Some(NoTime), Willing)),
    plan("late-refused", N, Needs::Nothing, Of(5), 1, out(Scope::AddedAfterStart), one(Late, Any, Own, None, ById)),
    plan("unassigned", N, Needs::Nothing, Of(15), 1, out(Scope::Unassigned), one(Unassigned, Any, Own, None, Willing)),
    plan("unassigned-arrived", N, Needs::Nothing, Of(5), 1, arrived(Scope::Unassigned), one(Unassigned, Any, Own, Some(Window), Willing)),
    plan("unassigned-only", N, Needs::Nothing, Of(10), 1, out(Scope::Unassigned), one(UnassignedOnly, Nothing, Own, None, Willing)),
    plan("unassigned-only-arrived", N, Needs::Map, Of(5), 1, arrived(Scope::Unassigned), one(UnassignedOnly, Map, Own, Some(Window), Willing)),
    plan("unassigned-old", N, Needs::Nothing, Of(5), 1, out(Scope::Unassigned), one(Unassigned, Any, Own, Some(Old), Willing)),
    plan("contact", N, Needs::Nothing, Of(60), 1, out(Scope::ExternalContact), one(NotCustomer, Any, Own, None, Willing)),
    plan("contact-arrived", N, Needs::Nothing, Of(5), 1, arrived(Scope::ExternalContact), one(NotCustomer, Name, Own, Some(Window), Willing)),
    plan("contact-old", N, Needs::Nothing, Of(5), 1, out(Scope::ExternalContact), one(NotCustomer, Name, Own, Some(Old), Willing)),
    plan("contact-without-id", N, Needs::Nothing, Of(5), 1, out(Scope::ExternalContact), one(NotCustomerNoId, Nothing, Own, None, Willing)),
    // Enrolled accounts that are out of scope as a whole.
    plan("failed", &[AssessmentFailed], Needs::Nothing, Rest, 0, out(Scope::AssessmentFailed), one(Full, Any, Own, None, Willing)),
    plan("failed-arrived", &[AssessmentFailed], Needs::Nothing, Of(500), 2, arrived(Scope::AssessmentFailed), one(Full, Any, Own, Some(Window), Willing)),
    plan("failed-old", &[AssessmentFailed], Needs::Nothing, Of(200), 1, out(Scope::AssessmentFailed), one(Full, Any, Own, Some(Old), Willing)),
    plan("failed-late", &[AssessmentFailed], Needs::Nothing, Of(50), 1, out(Scope::AssessmentFailed), one(Late, Any, Own, None, Willing)),
    plan("failed-contact", &[AssessmentFailed], Needs::Nothing, Of(100), 1, out(Scope::ExternalContact), one(NotCustomer, Any, Own, None, Willing)),
    plan("failed-unassigned", &[AssessmentFailed], Needs::Nothing, Of(50), 1, out(Scope::Unassigned), one(Unassigned, Any, Own, None, Willing)),
    plan("failed-two-of-one", &[AssessmentFailed], Needs::Nothing, Of(20), 0, out(Scope::AssessmentFailed), several(Name, 2, 1, Willing)),
    plan("no-permission", &[NoPermission], Needs::Nothing, Rest, 0, out(Scope::ExternalContact), one(Full, Any, Own, None, Willing)),
    plan("no-permission-arrived", &[NoPermission], Needs::Nothing, Of(300), 1, arrived(Scope::ExternalContact), one(Full, Any, Own, Some(Window), Willing)),
    plan("no-permission-late-old", &[NoPermission], Needs::Nothing, Of(100), 1, out(Scope::ExternalContact), one(Late, Any, Own, Some(Old), Willing)),
    // Not enrolled.
    plan("outsider", &[Outsider], Needs::Nothing, Rest, 0, out(Scope::NotEnrolled), one(Full, Any, Own, None, Willing)),
    plan("outsider-shared", &[Outsider], Needs::Nothing, Of(1_500), 1, out(Scope::NotEnrolled), one(Full, Any, Shared, None, Willing)),
    plan("outsider-late", &[Outsider], Needs::Nothing, Of(50), 1, out(Scope::NotEnrolled), one(Late, Any, Own, None, Willing)),
    plan("outsider-contact", &[Outsider], Needs::Nothing, Of(100), 1, out(Scope::ExternalContact), one(NotCustomer, Any, Own, None, Willing)),
    plan("outsider-unassigned", &[Outsider], Needs::Nothing, Of(50), 1, out(Scope::Unassigned), one(Unassigned, Any, Own, None, Willing)),
    plan("outsider-no-permission", &[OutsiderNoPermission], Needs::Nothing, Rest, 1, out(Scope::ExternalContact), one(Full, Any, Own, None, Willing)),
    plan("left", &[Left], Needs::Nothing, Rest, 2, out(Scope::Unassigned), one(UnassignedOnly, Any, Own, None, Willing)),
    // At the target only.
    plan("pre-existing", N, Needs::Nothing, Of(150), 2, EXTRA, Extra(Own, Old, Origin::PreExisting)),
    plan("pre-existing-before", &[Normal, Bystander], Needs::TargetBefore, Of(120), 1, EXTRA, Extra(Own, OldBefore, Origin::PreExisting)),
    plan("pre-existing-no-time", N, Needs::TargetBefore, Of(10), 1, EXTRA, Extra(Own, NoTimeBefore, Origin::PreExisting)),
    plan("added-during", &[Normal, Bystander, AssessmentFailed, Empty], Needs::Nothing, Of(100), 2, EXTRA, Extra(Own, Window, Origin::AddedDuringMigration)),
    plan("added-during-by-colleague", N, Needs::Nothing, Of(10), 1, EXTRA, Extra(Lent, Window, Origin::AddedDuringMigration)),
    plan("added-after", &[Normal, Bystander], Needs::Nothing, Of(60), 2, EXTRA, Extra(Own, Later, Origin::AddedAfterMigration)),
    plan("unknown-time", &[Normal, Bystander], Needs::Nothing, Of(20), 1, EXTRA, Extra(Own, NoTime, Origin::UnknownTime)),
    plan("unknown-time-id-only", N, Needs::Nothing, Of(10), 1, EXTRA, Extra(Own, IdOnly, Origin::UnknownTime)),
    plan("gone-from-target", N, Needs::TargetBefore, Of(20), 1, EXTRA, Extra(Own, Gone, Origin::PreExisting)),
];

/// What the account at its cap is filled up with.
pub const FILLER: &Plan =
    &plan("cap-filler", &[AtCap], Needs::Nothing, Of(0), 0, EXTRA, Extra(Own, Old, Origin::PreExisting));

#[rustfmt::skip]
const fn plan(label: &'static str, homes: &'static [Kind], needs: Needs, share: Share, planted: u64, fate: Fate, recipe: Recipe) -> Plan {
    Plan { label, homes, needs, share, planted, fate, recipe }
}

const fn one(form: Form, key: Key, owner: Owner, arrival: Option<When>, refusal: Refusal) -> Recipe {
    Recipe::One(One { form, key, owner, arrival, refusal })
}

const fn several(key: Key, sources: u64, targets: u64, refusal: Refusal) -> Recipe {
    Several { key, sources, targets, refusal }
}

const fn in_scope(outcome: Outcome, reason: Option<Reason>) -> Fate {
    Fate { scope: Scope::InScope, outcome, reason }
}

const fn out(scope: Scope) -> Fate {
    Fate { scope, outcome: Outcome::OutOfScope, reason: reason_of(scope) }
}

const fn arrived(scope: Scope) -> Fate {
    Fate { scope, outcome: Outcome::ArrivedOutOfScope, reason: reason_of(scope) }
}

const fn reason_of(scope: Scope) -> Option<Reason> {
    match scope {
        Scope::Unassigned => Some(Reason::Unassigned),
        Scope::ExternalContact => Some(Reason::ExternalContact),
        Scope::NotEnrolled => Some(Reason::NotEnrolled),
        Scope::AssessmentFailed => Some(Reason::AssessmentFailed),
        Scope::AddedAfterStart => Some(Reason::AddedAfterStart),
        Scope::InScope => None,
    }
}
