//! The members of both corps: what kind of account each is, and how many there are of each kind.

use super::world::World;

/// What is special about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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
    /// Enrolled; nobody asked for its target account.
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

impl Kind {
    /// Whether the accounts list names it.
    pub fn enrolled(self) -> bool {
        !matches!(self, Self::Outsider | Self::OutsiderNoPermission | Self::Left | Self::Bystander)
    }

    /// Whether it is an account of the source corp.
    pub fn at_source(self) -> bool {
        self != Self::Bystander
    }

    /// Whether there is an account of the target corp.
    pub fn at_target(self) -> bool {
        self.enrolled() || self == Self::Bystander
    }

    /// Whether `get_follow_user_list` of source-before names it.
    pub fn has_permission(self) -> bool {
        !matches!(self, Self::NoPermission | Self::OutsiderNoPermission | Self::Left)
    }

    /// Whether the source corp's dump can be asked for it.
    pub fn dumped_at_source(self) -> bool {
        self.at_source() && self != Self::Left
    }

    /// Whether its target dump is an ordinary one: pages that end.
    pub fn target_pages_end(self) -> bool {
        self.at_target()
            && !matches!(
                self,
                Self::TargetFailed
                    | Self::TargetUnlicensed
                    | Self::TargetPartial
                    | Self::TargetUnknown
                    | Self::TargetObserved
            )
    }

    /// Whether its target relations are known from bare responses only.
    pub fn bare_at_target(self) -> bool {
        matches!(self, Self::TargetFailed | Self::TargetUnlicensed | Self::TargetObserved)
    }
}

/// Every account, in the order in which the case is laid out: lenders of customers before their borrowers.
pub fn kinds(world: &World) -> Vec<Kind> {
    let enrolled = (world.relations / 2_500).max(18);
    let covered = u64::from(world.tells_coverage());
    let special = [
        (Kind::AssessmentFailed, (enrolled / 60).max(1)),
        (Kind::NoPermission, (enrolled / 120).max(1)),
        (Kind::TargetEmpty, 1 + enrolled / 400),
        (Kind::TargetFailed, covered * (1 + enrolled / 400)),
        (Kind::TargetUnlicensed, covered * (1 + enrolled / 400)),
        (Kind::TargetPartial, covered * (1 + enrolled / 400)),
        (Kind::TargetUnknown, covered),
        (Kind::TargetObserved, covered),
        (Kind::Empty, (enrolled / 16).max(1)),
    ];
    let normal = enrolled - 1 - special.iter().map(|(_, count)| count).sum::<u64>();
    let outside = [
        (Kind::Outsider, (enrolled / 25).max(2)),
        (Kind::OutsiderNoPermission, 1 + enrolled / 200),
        (Kind::Left, 1 + enrolled / 100),
        (Kind::Bystander, (enrolled / 30).max(2)),
    ];
    let all = [(Kind::AtCap, 1), (Kind::Normal, normal)].into_iter().chain(special).chain(outside);
    all.flat_map(|(kind, count)| std::iter::repeat_n(kind, count as usize)).collect()
}
