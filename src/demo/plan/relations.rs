//! The plans of relations: every scope, outcome, reason, method and origin, with the traps beside them.

use self::Likeness::{Look, Name as SameName, Nothing as Distinct, Unionid as SameUnionid};
use self::PlanCustomers::{Contested, Namesake, OneName, Shared, SharedOnce};
use self::RefusalKind::{ById, ByIdOfMember, ByName, ByNameOfMember, ByNameOfTwo, ByUnionid};
use self::SourceForm::{
    Blank, Full, Late, ListOnly, NotCustomer, NotCustomerNoId, Unassigned, UnassignedOnly, Unreadable,
};
use self::TargetForm::{Gone, IdOnly, Later, NoTime, NoTimeBefore, Old, OldBefore, Window};
use self::Under::{Bystander, Enrolled};
use super::PlanShare::{self, Of, Rest};
use super::{BEFORE, DemoPlan, MAP, MAP_AND_SHARED, MAP_OR_SHARED, SHARED, Scene, setters};
use crate::demo::accounts::AccountKind::{
    self, AssessmentFailed, AtCap, Empty, Left, NoPermission, Normal, Outsider, OutsiderNoPermission, TargetEmpty,
    TargetFailed, TargetObserved, TargetPartial, TargetUnknown, TargetUnlicensed,
};
use crate::demo::people::CustomerKeys::{
    self, Any, Map, MapAndUnionid, MapOrUnionid, Name, NameOnly, Nothing, Unionid, UnionidOrName,
};
use crate::schema::vocabulary::Origin::{AddedAfterMigration, AddedDuringMigration, PreExisting, UnknownTime};
use crate::schema::vocabulary::{Origin, Outcome, Reason, Scope, Word};

/// Form in which a relation stands in source-before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceForm {
    /// In the pages of `batch/get_by_user`.
    Full,
    /// As `Full`, and added at or after the start.
    Late,
    /// In the pages, with a time that cannot be read.
    Unreadable,
    /// In the pages, with neither unionid nor name.
    Blank,
    /// An id in `externalcontact/list`, and nothing more.
    ListOnly,
    /// As `Full`, and in the unassigned list.
    Unassigned,
    UnassignedOnly,
    /// In `contact_list`, as no customer.
    NotCustomer,
    /// As `NotCustomer`, and without an id.
    NotCustomerNoId,
}

/// Time of a target relation, and whether target-before holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetForm {
    /// Made between start and end.
    Window,
    /// Made after the end.
    Later,
    /// The dump has no time.
    NoTime,
    /// Only an id in `externalcontact/list`: no time either.
    IdOnly,
    /// Made before the start; target-before does not hold it.
    Old,
    /// Made before the start, and in target-before.
    OldBefore,
    /// In target-before, and neither dump has its time.
    NoTimeBefore,
    /// In target-before only: gone since.
    Gone,
}

/// Origin of a plan's customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanCustomers {
    /// The account's own.
    Own,
    /// Its own, all of one name and without unionids. They pair off in order of time, then id.
    OneName,
    /// Customers of another account too (B4), who migrate there; several accounts may share one.
    Shared,
    /// As `Shared`, but with exactly one other account.
    SharedOnce,
    /// Its own, each with the name of a customer of another account.
    Namesake,
    /// The contested customers of the account before.
    Contested,
}

/// Attribute of the plan's first customer that another one has too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    Nothing,
    Name,
    Unionid,
    /// A name that looks the same, and is another text.
    Look,
}

/// Keys that the list of refusals names.
#[expect(clippy::enum_variant_names, reason = "each reads as the key that it is found by")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    ById,
    ByIdOfMember,
    ByUnionid,
    ByName,
    ByNameOfMember,
    /// By a name that two customers bear: it matches neither.
    ByNameOfTwo,
}

/// Holder of a target relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    /// The account that the plan's account is mapped to.
    Own,
    /// A target account that another source account is mapped to.
    Enrolled,
    /// A target account that no source account is mapped to.
    Bystander,
}

/// Decision on a relation of source-before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelationFate {
    pub scope: Scope,
    pub outcome: Outcome,
    reason: Option<Reason>,
}

impl RelationFate {
    /// Returns a reason of its own, or the scope.
    pub fn reason(&self) -> Option<Reason> {
        self.reason.or_else(|| Reason::from_word(self.scope.word()))
    }
}

/// A relation of source-before: the plan's first customer in the first of these, and so on.
#[derive(Debug, Clone, Copy)]
pub struct SourceRelation {
    pub fate: RelationFate,
    pub key: CustomerKeys,
    pub form: SourceForm,
    pub refusal: Option<RefusalKind>,
    pub like: Likeness,
}

impl SourceRelation {
    setters! { form: SourceForm, like: Likeness }

    const fn refused(self, refusal: RefusalKind) -> Self {
        Self { refusal: Some(refusal), ..self }
    }
}

/// Origin of a target relation: the source relation that it is matched with, or a word of its own.
#[derive(Debug, Clone, Copy)]
pub enum Origins {
    Matched(usize),
    Alone(Origin),
}

#[derive(Debug, Clone, Copy)]
pub struct TargetRelation {
    pub form: TargetForm,
    pub origin: Origins,
    pub customer: u64,
    /// Keys of a customer who has no relation of source-before in this plan.
    pub key: CustomerKeys,
    pub like: Likeness,
    pub under: Under,
}

impl TargetRelation {
    /// Of the plan's second customer, who has `key`.
    const fn second(self, key: CustomerKeys, like: Likeness) -> Self {
        Self { customer: 1, key, like, ..self }
    }

    setters! { under: Under }
}

const MIGRATED: RelationFate = in_scope(Outcome::Migrated, None);
const ALREADY: RelationFate = in_scope(Outcome::AlreadyAtTarget, None);
const REFUSED: RelationFate = in_scope(Outcome::Refused, None);
const REFUSED_ARRIVED: RelationFate = in_scope(Outcome::RefusedButArrived, None);
const MISPLACED: RelationFate = in_scope(Outcome::Misplaced, None);
const MISSING: RelationFate = in_scope(Outcome::Missing, Some(Reason::NoTrace));
const AT_CAP: RelationFate = in_scope(Outcome::Missing, Some(Reason::TargetAtCap));
const AMBIGUOUS: RelationFate = in_scope(Outcome::Undetermined, Some(Reason::Ambiguous));
const NO_KEY: RelationFate = in_scope(Outcome::Undetermined, Some(Reason::NoUsableKey));
const TORN: RelationFate = in_scope(Outcome::Undetermined, Some(Reason::Unreadable));
const UNCOVERED: RelationFate = in_scope(Outcome::Undetermined, Some(Reason::TargetNotCovered));
const LOOK_ALIKE: RelationFate = in_scope(Outcome::Undetermined, Some(Reason::LookAlike));
const LATE: RelationFate = out(Scope::AddedAfterStart);
const CONTACT: RelationFate = out(Scope::ExternalContact);
const UNASSIGNED: RelationFate = out(Scope::Unassigned);
const FAILED: RelationFate = out(Scope::AssessmentFailed);
const OUTSIDE: RelationFate = out(Scope::NotEnrolled);

const LOST: &[TargetRelation] = &[];
const ARRIVED: &[TargetRelation] = &[there(Window)];
const OLD: &[TargetRelation] = &[there(Old)];
const NO_SOURCE: &[SourceRelation] = &[];
/// Bearers of the name of all customers of the plan, at the target: one more, the first and the second match.
const BEARER: TargetRelation = alone(Window, AddedDuringMigration).second(NameOnly, SameName);
const FIRST: TargetRelation = there(Window).second(NameOnly, SameName);
const SECOND: TargetRelation = TargetRelation { origin: Origins::Matched(1), ..FIRST };

const UNCOVERED_KINDS: &[AccountKind] = &[TargetFailed, TargetUnlicensed, TargetPartial, TargetUnknown];
const AND_BYSTANDERS: &[AccountKind] = &[Normal, AccountKind::Bystander];

/// Every plan.
#[rustfmt::skip]
pub const RELATION_PLANS: &[DemoPlan] = &[
    // In scope, and arrived.
    plan("plain", Rest, 0, &[here(MIGRATED, Any)], ARRIVED).homes(&[Normal, AtCap, TargetObserved]),
    plan("shared", Of(2_200), 2, &[here(MIGRATED, Any)], ARRIVED).customers(Shared),
    plan("migrated-later", Of(80), 1, &[here(MIGRATED, Any)], &[there(Later)]),
    plan("migrated-no-time", Of(40), 1, &[here(MIGRATED, Any)], &[there(NoTime)]),
    plan("migrated-by-map", Of(20), 1, &[here(MIGRATED, Map)], ARRIVED).needs(MAP),
    plan("migrated-by-unionid", Of(20), 1, &[here(MIGRATED, Unionid)], ARRIVED).needs(SHARED),
    plan("migrated-by-name", Of(20), 1, &[here(MIGRATED, Name)], ARRIVED),
    plan("migrated-list-only-at-source", Of(10), 1, &[here(MIGRATED, Map).form(ListOnly)], ARRIVED).needs(MAP),
    plan("migrated-list-only-at-target", Of(10), 1, &[here(MIGRATED, Map)], &[there(IdOnly)]).needs(MAP),
    plan("migrated-unreadable-time", Of(5), 1, &[here(MIGRATED, Any).form(Unreadable)], ARRIVED),
    plan("two-map-rows", Of(3), 1, &[here(MIGRATED, UnionidOrName)], ARRIVED).needs(MAP).map(&[(0, 0), (0, 1)]),
    plan("already-old", Of(120), 1, &[here(ALREADY, Any)], OLD),
    plan("already-before", Of(150), 1, &[here(ALREADY, Any)], &[there(OldBefore)]).needs(BEFORE),
    plan("already-before-no-time", Of(15), 1, &[here(ALREADY, Any)], &[there(NoTimeBefore)]).needs(BEFORE),
    // In scope, and lost.
    plan("missing", Of(120), 2, &[here(MISSING, Any)], LOST),
    plan("missing-shared", Of(30), 1, &[here(MISSING, Any)], LOST).customers(SharedOnce),
    plan("missing-observed", Of(300), 1, &[here(MISSING, Any)], LOST).homes(&[TargetObserved]),
    plan("missing-target-empty", Rest, 0, &[here(MISSING, Any)], LOST).homes(&[TargetEmpty]),
    plan("missing-at-cap", Of(200), 3, &[here(AT_CAP, Any)], LOST).homes(&[AtCap]),
    plan("missing-was-there-before", Of(5), 1, &[here(MISSING, Any)], &[alone(Gone, PreExisting)]).needs(BEFORE),
    plan("missing-old-elsewhere", Of(5), 1,
        &[here(MISSING, MapOrUnionid)], &[alone(Old, PreExisting).under(Enrolled)]).needs(MAP_OR_SHARED),
    // A target relation of the same name that an id keeps from being a match.
    plan("missing-namesake-unionid", Of(5), 1,
        &[here(MISSING, Unionid)], &[alone(Window, AddedDuringMigration).second(Unionid, SameName)]).needs(SHARED),
    plan("missing-map-elsewhere", Of(5), 1, &[here(MISSING, Map)], &[BEARER]).needs(MAP),
    plan("missing-map-other", Of(5), 1, &[here(MISSING, Name)], &[BEARER]).needs(MAP).map(&[(2, 1)]),
    // The map names one of two relations with the same unionid.
    plan("missing-map-resolves", Of(3), 1,
        &[here(MIGRATED, MapAndUnionid), here(MISSING, Unionid).like(SameUnionid)], ARRIVED).needs(MAP_AND_SHARED),
    // Misplaced, and contested: two accounts have lost the customer, a third one has found them once.
    plan("misplaced-by-map", Of(10), 1,
        &[here(MISPLACED, Map)], &[there(Window).under(Enrolled)]).needs(MAP),
    plan("misplaced-by-map-outside", Of(5), 1,
        &[here(MISPLACED, Map)], &[there(Window).under(Bystander)]).needs(MAP),
    plan("misplaced-by-unionid", Of(10), 1,
        &[here(MISPLACED, Unionid)], &[there(Window).under(Enrolled)]).needs(SHARED),
    plan("misplaced-by-unionid-outside", Of(5), 1,
        &[here(MISPLACED, Unionid)], &[there(Window).under(Bystander)]).needs(SHARED),
    plan("misplaced-target-empty", Of(50), 1, &[here(MISPLACED, MapOrUnionid)],
        &[there(Window).under(Bystander)]).needs(MAP_OR_SHARED).homes(&[TargetEmpty]),
    plan("misplaced-target-uncovered", Of(50), 1, &[here(MISPLACED, MapOrUnionid)],
        &[there(Window).under(Enrolled)]).needs(MAP_OR_SHARED).homes(&[TargetUnknown]),
    plan(CONTESTED, Of(0), 1, &[here(AMBIGUOUS, MapOrUnionid)],
        &[alone(Window, AddedDuringMigration).under(Bystander)]).needs(MAP_OR_SHARED),
    plan("contested-other", Of(0), 1,
        &[here(AMBIGUOUS, MapOrUnionid)], LOST).needs(MAP_OR_SHARED).customers(Contested),
    // One name, several relations. (A unionid under several ids of a corp is no key.)
    plan("name-two-of-one", Of(20), 1, &[bearer(AMBIGUOUS); 2], &[BEARER]).customers(OneName),
    plan("name-three-of-two", Of(5), 0, &[bearer(AMBIGUOUS); 3], &[BEARER; 2]).customers(OneName),
    plan("name-two-of-two", Of(20), 1, &[bearer(MIGRATED); 2], &[FIRST, SECOND]).customers(OneName),
    plan("name-one-of-two", Of(20), 1, &[bearer(MIGRATED)], &[FIRST, BEARER]).customers(OneName),
    plan("name-two-of-none", Of(10), 1, &[bearer(MISSING); 2], LOST).customers(OneName),
    // Refused.
    plan("refused-by-id", Of(80), 1, &[here(REFUSED, Any).refused(ById)], LOST),
    plan("refused-by-id-of-member", Of(20), 1, &[here(REFUSED, Any).refused(ByIdOfMember)], LOST).customers(SharedOnce),
    plan("refused-by-unionid", Of(40), 1, &[here(REFUSED, Unionid).refused(ByUnionid)], LOST),
    plan("refused-by-name", Of(20), 1, &[here(REFUSED, Any).refused(ByName)], LOST),
    plan("refused-by-name-of-member", Of(5), 1,
        &[here(REFUSED, Any).refused(ByNameOfMember)], LOST).customers(Namesake),
    plan("refused-no-key", Of(5), 1, &[here(REFUSED, Nothing).form(ListOnly).refused(ById)], LOST),
    plan("refused-target-empty", Of(100), 1, &[here(REFUSED, Any).refused(ById)], LOST).homes(&[TargetEmpty]),
    plan("refused-arrived-by-id", Of(10), 1, &[here(REFUSED_ARRIVED, Any).refused(ById)], ARRIVED),
    plan("refused-arrived-by-id-of-member", Of(5), 1,
        &[here(REFUSED_ARRIVED, Any).refused(ByIdOfMember)], ARRIVED).customers(SharedOnce),
    plan("refused-arrived-by-unionid", Of(5), 1, &[here(REFUSED_ARRIVED, Unionid).refused(ByUnionid)], &[there(Later)]),
    plan("refused-arrived-by-name", Of(5), 1, &[here(REFUSED_ARRIVED, Name).refused(ByName)], &[there(NoTime)]),
    plan("refused-arrived-old", Of(5), 1, &[here(REFUSED_ARRIVED, Any).refused(ById)], OLD),
    plan("refusal-of-two-names", Of(3), 1,
        &[bearer(MIGRATED).refused(ByNameOfTwo), bearer(MIGRATED)], &[FIRST, SECOND]).customers(OneName),
    // Undetermined: no key, a value that cannot be read, a name that looks like another.
    plan("no-key-list-only", Of(20), 1, &[here(NO_KEY, Nothing).form(ListOnly)], LOST),
    plan("no-key-blank", Of(10), 1, &[here(NO_KEY, Nothing).form(Blank)], LOST),
    plan("unreadable-time", Of(10), 2, &[here(TORN, Any).form(Unreadable)], LOST),
    plan("look-alike", Of(10), 1,
        &[here(LOOK_ALIKE, NameOnly)], &[alone(Window, AddedDuringMigration).second(NameOnly, Look)]),
    plan("look-alike-no-time", Of(5), 1,
        &[here(LOOK_ALIKE, NameOnly)], &[alone(NoTime, UnknownTime).second(NameOnly, Look)]),
    plan("missing-old-look-alike", Of(5), 1,
        &[here(MISSING, NameOnly)], &[alone(Old, PreExisting).second(NameOnly, Look)]),
    // Enrolled accounts whose target is not covered.
    plan("uncovered", Rest, 0, &[here(UNCOVERED, Any)], LOST).homes(UNCOVERED_KINDS),
    plan("uncovered-shared", Of(100), 1,
        &[here(UNCOVERED, Any)], LOST).homes(UNCOVERED_KINDS).customers(SharedOnce),
    plan("uncovered-but-seen", Of(2_000), 1,
        &[here(MIGRATED, Any)], ARRIVED).homes(&[TargetFailed, TargetUnlicensed, TargetPartial]),
    plan("uncovered-refused", Of(100), 1, &[here(REFUSED, Any).refused(ById)], LOST).homes(UNCOVERED_KINDS),
    plan("uncovered-no-key", Of(50), 1, &[here(NO_KEY, Nothing).form(ListOnly)], LOST).homes(UNCOVERED_KINDS),
    // Enrolled, and out of scope one by one.
    plan("late", Of(30), 1, &[here(LATE, Any).form(Late)], LOST),
    plan("late-arrived", Of(10), 1, &[here(arrived(LATE), Any).form(Late)], ARRIVED),
    plan("late-at-target-before", Of(5), 1, &[here(LATE, Any).form(Late)], OLD),
    plan("late-no-time", Of(5), 1, &[here(LATE, Any).form(Late)], &[there(NoTime)]),
    plan("late-refused", Of(5), 1, &[here(LATE, Any).form(Late).refused(ById)], LOST),
    plan("unassigned", Of(15), 1, &[here(UNASSIGNED, Any).form(Unassigned)], LOST),
    plan("unassigned-arrived", Of(5), 1, &[here(arrived(UNASSIGNED), Any).form(Unassigned)], ARRIVED),
    plan("unassigned-only", Of(10), 1, &[here(UNASSIGNED, Nothing).form(UnassignedOnly)], LOST),
    plan("unassigned-only-arrived", Of(5), 1,
        &[here(arrived(UNASSIGNED), Map).form(UnassignedOnly)], ARRIVED).needs(MAP),
    plan("unassigned-old", Of(5), 1, &[here(UNASSIGNED, Any).form(Unassigned)], OLD),
    plan("contact", Of(60), 1, &[here(CONTACT, Any).form(NotCustomer)], LOST),
    plan("contact-arrived", Of(5), 1, &[here(arrived(CONTACT), Name).form(NotCustomer)], ARRIVED),
    plan("contact-old", Of(5), 1, &[here(CONTACT, Name).form(NotCustomer)], OLD),
    plan("contact-without-id", Of(5), 1, &[here(CONTACT, Nothing).form(NotCustomerNoId)], LOST),
    // Enrolled accounts that are out of scope as a whole.
    plan("failed", Rest, 0, &[here(FAILED, Any)], LOST).homes(&[AssessmentFailed]),
    plan("failed-arrived", Of(500), 2, &[here(arrived(FAILED), Any)], ARRIVED).homes(&[AssessmentFailed]),
    plan("failed-old", Of(200), 1, &[here(FAILED, Any)], OLD).homes(&[AssessmentFailed]),
    plan("failed-late", Of(50), 1, &[here(FAILED, Any).form(Late)], LOST).homes(&[AssessmentFailed]),
    plan("failed-contact", Of(100), 1, &[here(CONTACT, Any).form(NotCustomer)], LOST).homes(&[AssessmentFailed]),
    plan("failed-unassigned", Of(50), 1, &[here(UNASSIGNED, Any).form(Unassigned)], LOST).homes(&[AssessmentFailed]),
    plan("failed-two-of-one", Of(20), 0,
        &[bearer(FAILED); 2], &[BEARER]).customers(OneName).homes(&[AssessmentFailed]),
    plan("no-permission", Rest, 0, &[here(CONTACT, Any)], LOST).homes(&[NoPermission]),
    plan("no-permission-arrived", Of(300), 1, &[here(arrived(CONTACT), Any)], ARRIVED).homes(&[NoPermission]),
    plan("no-permission-late-old", Of(100), 1, &[here(CONTACT, Any).form(Late)], OLD).homes(&[NoPermission]),
    // Not enrolled.
    plan("outsider", Rest, 0, &[here(OUTSIDE, Any)], LOST).homes(&[Outsider]),
    plan("outsider-shared", Of(1_500), 1, &[here(OUTSIDE, Any)], LOST).customers(Shared).homes(&[Outsider]),
    plan("outsider-late", Of(50), 1, &[here(OUTSIDE, Any).form(Late)], LOST).homes(&[Outsider]),
    plan("outsider-contact", Of(100), 1, &[here(CONTACT, Any).form(NotCustomer)], LOST).homes(&[Outsider]),
    plan("outsider-unassigned", Of(50), 1, &[here(UNASSIGNED, Any).form(Unassigned)], LOST).homes(&[Outsider]),
    plan("outsider-no-permission", Rest, 1, &[here(CONTACT, Any)], LOST).homes(&[OutsiderNoPermission]),
    plan("left", Rest, 2, &[here(UNASSIGNED, Any).form(UnassignedOnly)], LOST).homes(&[Left]),
    // At the target only.
    plan("pre-existing", Of(150), 2, NO_SOURCE, &[alone(Old, PreExisting)]),
    plan("pre-existing-before", Of(120), 1,
        NO_SOURCE, &[alone(OldBefore, PreExisting)]).homes(AND_BYSTANDERS).needs(BEFORE),
    plan("pre-existing-no-time", Of(10), 1, NO_SOURCE, &[alone(NoTimeBefore, PreExisting)]).needs(BEFORE),
    plan("added-during", Of(100), 2, NO_SOURCE, &[alone(Window, AddedDuringMigration)])
        .homes(&[Normal, AccountKind::Bystander, AssessmentFailed, Empty]),
    plan("added-during-by-colleague", Of(10), 1,
        NO_SOURCE, &[alone(Window, AddedDuringMigration)]).customers(SharedOnce),
    plan("added-after", Of(60), 2, NO_SOURCE, &[alone(Later, AddedAfterMigration)]).homes(AND_BYSTANDERS),
    plan("unknown-time", Of(20), 1, NO_SOURCE, &[alone(NoTime, UnknownTime)]).homes(AND_BYSTANDERS),
    plan("unknown-time-id-only", Of(10), 1, NO_SOURCE, &[alone(IdOnly, UnknownTime)]),
    plan("gone-from-target", Of(20), 1, NO_SOURCE, &[alone(Gone, PreExisting)]).needs(BEFORE),
];

/// Label of the plan from which `PlanCustomers::Contested` takes its customers.
pub const CONTESTED: &str = "contested";

/// The plan that fills up the account at its cap.
pub const FILLER: &DemoPlan = &plan("cap-filler", Of(0), 0, NO_SOURCE, OLD_ALONE).homes(&[AtCap]);
const OLD_ALONE: &[TargetRelation] = &[alone(Old, PreExisting)];

const fn plan(
    label: &'static str,
    share: PlanShare,
    planted: u64,
    here: &'static [SourceRelation],
    there: &'static [TargetRelation],
) -> DemoPlan {
    DemoPlan::new(label, share, planted, Scene::Relations { here, there })
}

const fn here(fate: RelationFate, key: CustomerKeys) -> SourceRelation {
    SourceRelation { fate, key, form: Full, refusal: None, like: Distinct }
}

/// One of several relations of the same name.
const fn bearer(fate: RelationFate) -> SourceRelation {
    here(fate, NameOnly).like(SameName)
}

/// Returns a target relation of the plan's first customer, matched with the first source relation.
const fn there(form: TargetForm) -> TargetRelation {
    TargetRelation { form, origin: Origins::Matched(0), customer: 0, key: Any, like: Distinct, under: Under::Own }
}

const fn alone(form: TargetForm, origin: Origin) -> TargetRelation {
    TargetRelation { origin: Origins::Alone(origin), ..there(form) }
}

const fn in_scope(outcome: Outcome, reason: Option<Reason>) -> RelationFate {
    RelationFate { scope: Scope::InScope, outcome, reason }
}

const fn out(scope: Scope) -> RelationFate {
    RelationFate { scope, outcome: Outcome::OutOfScope, reason: None }
}

const fn arrived(fate: RelationFate) -> RelationFate {
    RelationFate { outcome: Outcome::ArrivedOutOfScope, ..fate }
}
