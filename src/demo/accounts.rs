//! The members of both corps: their kinds, and the number of each kind.

use super::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// Enrolled, passed, covered on both sides.
    Normal,
    /// Enrolled; its target account holds as many customers as the policy allows, and no other does.
    AtCap,
    /// Enrolled, without any relation at the source.
    Empty,
    /// Enrolled; its target account is covered, and empty.
    TargetEmpty,
    /// Enrolled; the dump of its target account met a rate limit.
    TargetFailed,
    /// Enrolled; its target account has no licence, and is silently left out.
    TargetUnlicensed,
    /// Enrolled; the pages of its target account have no end.
    TargetPartial,
    /// Enrolled; its target account was not exported.
    TargetUnknown,
    /// Enrolled; of its target account there are only bare responses.
    TargetObserved,
    /// Enrolled, but failed the pre-assessment.
    AssessmentFailed,
    /// Enrolled, without customer-contact permission.
    NoPermission,
    /// Not enrolled.
    Outsider,
    /// Not enrolled, without customer-contact permission.
    OutsiderNoPermission,
    /// A left member, not enrolled; its customers stand in the unassigned list only.
    Left,
    /// An account of the target corp that no source account is mapped to.
    Bystander,
}

impl AccountKind {
    /// Returns whether the accounts list names it.
    pub fn enrolled(self) -> bool {
        !matches!(self, Self::Outsider | Self::OutsiderNoPermission | Self::Left | Self::Bystander)
    }

    /// Returns whether there is an account of the target corp.
    pub fn at_target(self) -> bool {
        self.enrolled() || self == Self::Bystander
    }

    /// Returns whether `get_follow_user_list` of source-before names it.
    pub fn has_permission(self) -> bool {
        !matches!(self, Self::NoPermission | Self::OutsiderNoPermission | Self::Left)
    }

    /// Returns whether the source corp's dump can be asked for it.
    pub fn dumped_at_source(self) -> bool {
        !matches!(self, Self::Bystander | Self::Left)
    }

    /// Returns whether its target dump is an ordinary one: pages that end.
    pub fn target_pages_end(self) -> bool {
        self.at_target() && !self.bare_at_target() && !matches!(self, Self::TargetPartial | Self::TargetUnknown)
    }

    /// Returns whether its target relations are known from bare responses only.
    pub fn bare_at_target(self) -> bool {
        matches!(self, Self::TargetFailed | Self::TargetUnlicensed | Self::TargetObserved)
    }
}

/// Returns every account, in the order in which the case is planted: customers are shared with later accounts.
pub fn kinds(world: &World) -> Vec<AccountKind> {
    let enrolled = (world.relations / 2_500).max(18);
    let covered = u64::from(world.has_coverage());
    let special = [
        (AccountKind::AssessmentFailed, (enrolled / 60).max(1)),
        (AccountKind::NoPermission, (enrolled / 120).max(1)),
        (AccountKind::TargetEmpty, 1 + enrolled / 400),
        (AccountKind::TargetFailed, covered * (1 + enrolled / 400)),
        (AccountKind::TargetUnlicensed, covered * (1 + enrolled / 400)),
        (AccountKind::TargetPartial, covered * (1 + enrolled / 400)),
        (AccountKind::TargetUnknown, covered),
        (AccountKind::TargetObserved, covered),
        (AccountKind::Empty, (enrolled / 16).max(1)),
    ];
    let normal = enrolled - 1 - special.iter().map(|(_, count)| count).sum::<u64>();
    let outside = [
        (AccountKind::Outsider, (enrolled / 25).max(2)),
        (AccountKind::OutsiderNoPermission, 1 + enrolled / 200),
        (AccountKind::Left, 1 + enrolled / 100),
        (AccountKind::Bystander, (enrolled / 30).max(2)),
    ];
    let all = [(AccountKind::AtCap, 1), (AccountKind::Normal, normal)].into_iter().chain(special).chain(outside);
    all.flat_map(|(kind, count)| std::iter::repeat_n(kind, count as usize)).collect()
}
