//! Customers: their attributes in each corp, and the key that joins the two.

use super::names::{self, CustomerNames};
use super::world::World;
use crate::schema::vocabulary::MatchMethod;

/// Keys of a planted customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerKeys {
    /// As the world's shares fall.
    Any,
    /// The customer map, whatever else.
    Map,
    /// Both corps know a unionid; not in the map.
    Unionid,
    /// Only the name joins: not in the map, and the unionids are missing on one side or not comparable.
    Name,
    /// The customer map where the case has one, else a unionid.
    MapOrUnionid,
    /// A unionid where the namespaces are shared, else the name.
    UnionidOrName,
    /// Only the name: not in the map, no unionid on either side.
    NameOnly,
    /// The customer map, and a unionid that both corps know.
    MapAndUnionid,
    Nothing,
}

/// Attributes of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomerTraits {
    /// A row of the customer map names both ids.
    pub mapped: bool,
    /// The source corp's dump has a unionid.
    pub source_unionid: bool,
    /// The target corp's dump has a unionid.
    pub target_unionid: bool,
    /// The customer changed their name between the exports.
    pub renamed: bool,
    /// A WeCom user (`wo`, type 2), not a WeChat user.
    pub wecom: bool,
    shared: bool,
}

impl CustomerTraits {
    /// Returns the first method of the cascade that joins such a customer.
    pub fn method(self) -> MatchMethod {
        if self.mapped {
            MatchMethod::CustomerMap
        } else if self.shared && self.source_unionid && self.target_unionid {
            MatchMethod::Unionid
        } else {
            MatchMethod::Name
        }
    }
}

/// Makes the ids of one corp from numbers.
#[derive(Debug)]
pub struct CorpIds {
    corp: String,
    namespace: String,
    customers: u64,
    unionids: u64,
    groups: u64,
}

impl CorpIds {
    /// Returns the id of a customer.
    pub fn customer(&self, number: u64, wecom: bool) -> String {
        names::external_id(if wecom { "wo" } else { "wm" }, &self.corp, self.customers, number)
    }

    /// Returns the unionid under the corp's developer id.
    pub fn unionid(&self, number: u64) -> String {
        names::unionid(&self.namespace, self.unionids, number)
    }

    /// Returns the id of a group.
    pub fn group(&self, number: u64) -> String {
        names::external_id("wr", &self.corp, self.groups, number)
    }
}

/// Makes customers from their numbers.
#[derive(Debug)]
pub struct People {
    world: World,
    names: CustomerNames,
    pub source: CorpIds,
    pub target: CorpIds,
}

impl People {
    pub fn new(world: &World) -> Self {
        let dice = world.dice;
        let ids = |corp, namespace| CorpIds {
            corp: names::code(dice.of("corp", corp), 8),
            namespace: names::code(dice.of("namespace", namespace), 5),
            customers: dice.of("customer ids", corp).bits(),
            unionids: dice.of("unionids", namespace).bits(),
            groups: dice.of("group ids", corp).bits(),
        };
        // In a shared namespace both corps have the same unionid of a customer.
        let (source, target) = (ids(1, 1), ids(2, if world.shared_unionids { 1 } else { 2 }));
        Self { world: *world, names: CustomerNames::new(dice), source, target }
    }

    pub fn corp(&self, source: bool) -> &CorpIds {
        if source { &self.source } else { &self.target }
    }

    /// Attributes of a customer whom a plan gives `key`.
    pub fn traits(&self, number: u64, key: CustomerKeys) -> CustomerTraits {
        use CustomerKeys::{Any, Map, MapAndUnionid, MapOrUnionid, Name, NameOnly, Nothing, Unionid, UnionidOrName};
        let world = &self.world;
        let key = match key {
            MapOrUnionid if world.customer_map => Map,
            UnionidOrName if !world.shared_unionids => Name,
            MapOrUnionid | UnionidOrName => Unionid,
            other => other,
        };
        let (mapped, source_unionid, target_unionid) = match key {
            Map => (Some(true), None, None),
            Unionid => (Some(false), Some(true), Some(true)),
            Name => (Some(false), None, None),
            NameOnly => (Some(false), Some(false), Some(false)),
            MapAndUnionid => (Some(true), Some(true), Some(true)),
            Nothing => (Some(false), Some(false), None),
            Any | MapOrUnionid | UnionidOrName => (None, None, None),
        };
        let dice = |what: &str, share: u64| world.dice.of(what, number).chance(share);
        let wecom = dice("wecom", 300) && !matches!(key, Unionid | MapAndUnionid);
        let mut traits = CustomerTraits {
            mapped: mapped.unwrap_or_else(|| world.customer_map && dice("mapped", world.mapped)),
            source_unionid: source_unionid.unwrap_or_else(|| !wecom && dice("source unionid", world.source_unionid)),
            target_unionid: target_unionid.unwrap_or_else(|| !wecom && dice("target unionid", world.target_unionid)),
            renamed: dice("renamed", 500),
            wecom,
            shared: world.shared_unionids,
        };
        if key == Name {
            traits.target_unionid &= !(world.shared_unionids && traits.source_unionid);
        }
        traits.renamed &= traits.method() != MatchMethod::Name;
        traits
    }

    /// Returns the name when source-before was exported.
    pub fn name(&self, number: u64) -> String {
        self.names.customer(number)
    }

    /// Another text that looks like the name: with white space inside.
    pub fn look_alike(&self, number: u64) -> String {
        let mut name = self.name(number);
        let second = name.chars().next().map_or(0, char::len_utf8);
        name.insert(second, ' ');
        name
    }

    /// Returns the name in the target corp.
    pub fn target_name(&self, number: u64, renamed: bool) -> String {
        let name = self.name(number);
        if renamed { format!("新号-{name}") } else { name }
    }
}
