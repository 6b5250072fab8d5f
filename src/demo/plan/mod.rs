//! The notation of the plans. A plan is a small scene: the records of the source corp, the records of the target corp,
//! the rows of the id map, and the outcome of each. Relations and groups are planted by the same machinery.

pub mod codes;
pub mod groups;
pub mod relations;

use super::accounts::AccountKind::{self, Normal};
use super::world::World;

pub use groups::{Crowd, CrowdUnionids, GroupFate, GroupOwner, GroupTime, SourceGroup, TargetGroup, Title};
pub use relations::{
    Likeness, Origins, PlanCustomers, RefusalKind, RelationFate, SourceForm, SourceRelation, TargetForm,
    TargetRelation, Under,
};

use super::people::CustomerKeys;

/// Declares methods that give a plan, or an entry of one, another value of a field.
macro_rules! setters {
    ($($field:ident: $type:ty),+) => {
        $(const fn $field(self, $field: $type) -> Self {
            Self { $field, ..self }
        })+
    };
}
use setters;

/// Whether a world has the exports and lists that a plan requires.
pub type Requirement = fn(&World) -> bool;

const ANY: Requirement = |_| true;
const MAP: Requirement = |world| world.customer_map;
const SHARED: Requirement = |world| world.shared_unionids;
const DISJOINT: Requirement = |world| !world.shared_unionids;
const MAP_AND_SHARED: Requirement = |world| world.customer_map && world.shared_unionids;
const MAP_OR_SHARED: Requirement = |world| world.customer_map || world.shared_unionids;
const BEFORE: Requirement = |world| world.target_before;
const GROUP_MAP: Requirement = |world| world.group_map;
const LIST_AFTER: Requirement = |world| world.group_list_after;
const NO_LIST_AFTER: Requirement = |world| !world.group_list_after;

/// Share of an account that follows a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanShare {
    /// Instances per 10,000 relations.
    Of(u64),
    /// The relations that no other plan takes.
    Rest,
}

/// Records of a plan in both corps.
#[derive(Debug)]
pub enum Scene {
    Relations { here: &'static [SourceRelation], there: &'static [TargetRelation] },
    Groups { here: &'static [SourceGroup], there: &'static [TargetGroup] },
}

/// A planted pattern.
#[derive(Debug)]
pub struct DemoPlan {
    /// The plan's name in the truth.
    pub label: &'static str,
    /// Kinds of accounts in which it is planted.
    pub homes: &'static [AccountKind],
    pub needs: Requirement,
    pub share: PlanShare,
    /// Least number of instances: in the whole case for normal accounts, in each account of any other kind.
    pub planted: u64,
    pub customers: PlanCustomers,
    pub scene: Scene,
    /// Rows of the id map, beside those that a customer's keys ask for: numbers of customers or groups of the plan.
    pub map: &'static [(u64, u64)],
}

impl DemoPlan {
    const fn new(label: &'static str, share: PlanShare, planted: u64, scene: Scene) -> Self {
        let customers = PlanCustomers::Own;
        Self { label, homes: &[Normal], needs: ANY, share, planted, customers, scene, map: &[] }
    }

    setters! {
        homes: &'static [AccountKind],
        needs: Requirement,
        customers: PlanCustomers,
        map: &'static [(u64, u64)]
    }

    /// Returns whether it can be planted in accounts of `kind`.
    pub fn fits(&self, world: &World, kind: AccountKind) -> bool {
        self.homes.contains(&kind) && (self.needs)(world)
    }

    pub fn plants_groups(&self) -> bool {
        matches!(self.scene, Scene::Groups { .. })
    }

    /// Returns its relations of the source corp and of the target corp.
    fn relations(&self) -> (&'static [SourceRelation], &'static [TargetRelation]) {
        match self.scene {
            Scene::Relations { here, there } => (here, there),
            Scene::Groups { .. } => (&[], &[]),
        }
    }

    /// Relations of source-before per instance.
    pub fn sources(&self) -> u64 {
        self.relations().0.len() as u64
    }

    /// Relations of target-after per instance, under the account's own target account.
    pub fn targets(&self) -> u64 {
        let own = |entry: &&TargetRelation| entry.under == Under::Own && entry.form != TargetForm::Gone;
        self.relations().1.iter().filter(own).count() as u64
    }

    /// Numbers of customers, or of groups, that each instance uses up.
    pub fn numbers(&self) -> u64 {
        let (here, there) = self.relations();
        match self.customers {
            _ if self.plants_groups() => 1,
            PlanCustomers::Shared | PlanCustomers::SharedOnce | PlanCustomers::Contested => 0,
            PlanCustomers::OneName => (here.len() + there.len()) as u64,
            PlanCustomers::Own | PlanCustomers::Namesake => {
                let targets = there.iter().map(|entry| entry.customer + 1);
                let mapped = self.map.iter().map(|(source, target)| source.max(target) + 1);
                targets.chain(mapped).chain([here.len() as u64]).max().unwrap_or(0)
            }
        }
    }

    /// Keys of the plan's `customer`th customer.
    pub fn key(&self, customer: u64) -> CustomerKeys {
        let (here, there) = self.relations();
        if self.customers == PlanCustomers::OneName {
            return CustomerKeys::NameOnly;
        }
        let target = || there.iter().find(|entry| entry.customer == customer).map(|entry| entry.key);
        here.get(customer as usize).map(|entry| entry.key).or_else(target).unwrap_or(CustomerKeys::Any)
    }

    /// Another account that takes part: the one that holds a target relation, or that owns some of the groups.
    pub fn receiver(&self) -> Option<Under> {
        match self.scene {
            Scene::Relations { there, .. } => there.iter().map(|entry| entry.under).find(|under| *under != Under::Own),
            Scene::Groups { here, there } => {
                let mut owners = here.iter().map(|group| group.owner).chain(there.iter().map(|group| group.owner));
                owners.any(|owner| owner == GroupOwner::Other).then_some(Under::Enrolled)
            }
        }
    }
}
