//! The plans of join codes: every row of the table of verdicts (SPEC section 5).

use CodeAfter::{Absent, Deleted, Failed, Links};
use CodeVerdict as V;
use LinkedGroup::{Gone, New, Outside, OutsideGone, Stayed, Unknown, UnknownGone};
use Observed as O;
use Predicted as P;

use super::{ANY, LIST_AFTER, NO_LIST_AFTER, Requirement, setters};
use crate::schema::vocabulary::{CodeVerdict, Observed, Predicted};

/// A group to link: its kind, and a number within a code. The same number is the same group.
#[derive(Debug, Clone, Copy)]
pub enum LinkedGroup {
    /// In scope, and no longer listed by the source corp.
    Gone(usize),
    /// In scope, and still listed.
    Stayed(usize),
    /// Out of scope, and still listed.
    Outside(usize),
    /// Out of scope, and no longer listed.
    OutsideGone,
    /// Listed since, and linked by no code before.
    New(usize),
    /// Not in source-before, though codes link it; listed since.
    Unknown,
    /// Not in source-before, though codes link it; never listed.
    UnknownGone,
}

/// State of a code in source-after.
#[derive(Debug, Clone, Copy)]
pub enum CodeAfter {
    Links(&'static [LinkedGroup]),
    /// errcode 41044.
    Deleted,
    /// errcode 45033.
    Failed,
    /// Not exported.
    Absent,
}

/// A planted code.
#[derive(Debug)]
pub struct CodePlan {
    pub label: &'static str,
    pub needs: Requirement,
    /// Groups linked in source-before; `None` where it does not have the code.
    pub before: Option<&'static [LinkedGroup]>,
    pub after: CodeAfter,
    pub predicted: Option<Predicted>,
    pub observed: Observed,
    pub verdict: CodeVerdict,
}

/// Every plan. The first one fills up large cases.
#[rustfmt::skip]
pub const CODE_PLANS: &[CodePlan] = &[
    // All linked groups were to move.
    code("emptied", &[Gone(0)], Links(&[]), P::Empty, O::Empty, V::Emptied),
    code("emptied-of-five",
        &[Gone(0), Gone(1), Gone(2), Stayed(0), Gone(3)], Links(&[]), P::Empty, O::Empty, V::Emptied),
    code("emptied-of-one-twice", &[Gone(0), Gone(0)], Links(&[]), P::Empty, O::Empty, V::Emptied),
    code("emptied-of-a-lost-group", &[Stayed(0)], Links(&[]), P::Empty, O::Empty, V::Emptied),
    code("emptied-deleted", &[Gone(0), Gone(1)], Deleted, P::Empty, O::Deleted, V::Emptied),
    code("emptied-still-linked",
        &[Gone(0), Gone(1)], Links(&[Gone(1), Gone(0)]), P::Empty, O::Empty, V::Emptied).needs(LIST_AFTER),
    code("emptied-linked-to-nothing",
        &[Gone(0)], Links(&[UnknownGone]), P::Empty, O::Empty, V::Emptied).needs(LIST_AFTER),
    code("left-behind", &[Gone(0), Stayed(0)], Links(&[Stayed(0)]), P::Empty, O::Alive, V::AliveGroupLeftBehind),
    code("left-behind-twice",
        &[Stayed(0), Stayed(0)], Links(&[Stayed(0), Stayed(0)]), P::Empty, O::Alive, V::AliveGroupLeftBehind),
    code("left-behind-beside-new",
        &[Stayed(0)], Links(&[New(0), Stayed(0)]), P::Empty, O::Alive, V::AliveGroupLeftBehind),
    code("linked-and-no-list",
        &[Gone(0)], Links(&[Gone(0)]), P::Empty, O::Alive, V::AliveGroupLeftBehind).needs(NO_LIST_AFTER),
    code("linked-beside-new-and-no-list",
        &[Gone(0)], Links(&[Gone(0), New(0)]), P::Empty, O::Alive, V::AliveGroupLeftBehind).needs(NO_LIST_AFTER),
    code("new-group", &[Gone(0)], Links(&[New(0)]), P::Empty, O::Alive, V::AliveNewGroup),
    code("new-groups", &[Gone(0), Stayed(0)], Links(&[New(0), New(1), New(0)]), P::Empty, O::Alive, V::AliveNewGroup),
    code("new-group-beside-gone",
        &[Gone(0)], Links(&[Gone(0), New(0)]), P::Empty, O::Alive, V::AliveNewGroup).needs(LIST_AFTER),
    code("new-group-not-linked-before",
        &[Gone(0), Stayed(0)], Links(&[Stayed(1)]), P::Empty, O::Alive, V::AliveNewGroup),
    code("empty-unseen", &[Gone(0)], Absent, P::Empty, O::NotObserved, V::Unverified),
    code("empty-failed", &[Stayed(0)], Failed, P::Empty, O::NotObserved, V::Unverified),
    // A linked group was not to move.
    code("kept", &[Outside(0)], Links(&[Outside(0)]), P::Alive, O::Alive, V::Kept),
    code("kept-by-one-of-two", &[Gone(0), Outside(0)], Links(&[Outside(0)]), P::Alive, O::Alive, V::Kept),
    code("kept-by-one-of-two-still-linked",
        &[Gone(0), Outside(0)], Links(&[Gone(0), Outside(0)]), P::Alive, O::Alive, V::Kept).needs(LIST_AFTER),
    code("kept-beside-unknown", &[UnknownGone, Outside(0)], Links(&[Outside(0)]), P::Alive, O::Alive, V::Kept),
    code("kept-by-new", &[Outside(0)], Links(&[New(0)]), P::Alive, O::Alive, V::Kept),
    code("kept-no-list", &[OutsideGone], Links(&[OutsideGone]), P::Alive, O::Alive, V::Kept).needs(NO_LIST_AFTER),
    code("lost", &[Outside(0)], Links(&[]), P::Alive, O::Empty, V::Lost),
    code("lost-deleted", &[Outside(0), Gone(0)], Deleted, P::Alive, O::Deleted, V::Lost),
    code("lost-dissolved", &[OutsideGone], Links(&[OutsideGone]), P::Alive, O::Empty, V::Lost).needs(LIST_AFTER),
    code("alive-unseen", &[Outside(0)], Absent, P::Alive, O::NotObserved, V::Unverified),
    code("alive-failed", &[Outside(1)], Failed, P::Alive, O::NotObserved, V::Unverified),
    // No linked group.
    code("already-empty", &[], Links(&[]), P::AlreadyEmpty, O::Empty, V::AlreadyEmpty),
    code("already-empty-deleted", &[], Deleted, P::AlreadyEmpty, O::Deleted, V::AlreadyEmpty),
    code("already-empty-unseen", &[], Absent, P::AlreadyEmpty, O::NotObserved, V::AlreadyEmpty),
    code("already-empty-failed", &[], Failed, P::AlreadyEmpty, O::NotObserved, V::AlreadyEmpty),
    code("already-empty-revived", &[], Links(&[New(0)]), P::AlreadyEmpty, O::Alive, V::AliveUnpredicted),
    code("already-empty-linked-since", &[], Links(&[Stayed(0)]), P::AlreadyEmpty, O::Alive, V::AliveUnpredicted),
    // A linked group that source-before does not hold, and none that was not to move.
    code("unknown-alive", &[Unknown], Links(&[Unknown]), P::Unknown, O::Alive, V::AliveUnpredicted),
    code("unknown-alive-by-new", &[Gone(0), UnknownGone], Links(&[New(0)]), P::Unknown, O::Alive, V::AliveUnpredicted),
    code("unknown-emptied", &[Gone(0), Unknown], Links(&[]), P::Unknown, O::Empty, V::EmptiedUnpredicted),
    code("unknown-emptied-still-linked",
        &[UnknownGone], Links(&[UnknownGone]), P::Unknown, O::Empty, V::EmptiedUnpredicted).needs(LIST_AFTER),
    code("unknown-deleted", &[UnknownGone, UnknownGone], Deleted, P::Unknown, O::Deleted, V::EmptiedUnpredicted),
    code("unknown-unseen", &[UnknownGone, Gone(0)], Absent, P::Unknown, O::NotObserved, V::Unverified),
    code("unknown-failed", &[Unknown], Failed, P::Unknown, O::NotObserved, V::Unverified),
    // Only source-after holds it.
    new_code("new", Links(&[New(0)]), O::Alive),
    new_code("new-of-old-groups", Links(&[Outside(0), Stayed(0)]), O::Alive),
    new_code("new-and-empty", Links(&[]), O::Empty),
];

const fn code(
    label: &'static str,
    before: &'static [LinkedGroup],
    after: CodeAfter,
    predicted: Predicted,
    observed: Observed,
    verdict: CodeVerdict,
) -> CodePlan {
    CodePlan { label, needs: ANY, before: Some(before), after, predicted: Some(predicted), observed, verdict }
}

const fn new_code(label: &'static str, after: CodeAfter, observed: Observed) -> CodePlan {
    CodePlan { label, needs: ANY, before: None, after, predicted: None, observed, verdict: V::New }
}

impl CodePlan {
    setters! { needs: Requirement }
}
