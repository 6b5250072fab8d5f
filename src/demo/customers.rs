//! The people: what each corp knows of a customer, and which key joins the two.

use super::names::{self, Names};
use super::rng::Dice;
use super::world::World;
use crate::schema::vocabulary::MatchMethod;

/// Which keys a planted customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
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
    /// Nothing at all.
    Nothing,
}

/// What is known of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
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

impl Traits {
    /// The first method of the cascade that joins such a customer.
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

/// Makes customers from their numbers.
#[derive(Debug)]
pub struct People {
    world: World,
    names: Names,
    source_corp: String,
    target_corp: String,
    source_namespace: String,
    target_namespace: String,
}

impl People {
    /// The people of a world.
    pub fn new(world: &World) -> Self {
        let dice = world.dice;
        let source_namespace = names::code(dice.of("namespace", 1), 5);
        let target_namespace =
            if world.shared_unionids { source_namespace.clone() } else { names::code(dice.of("namespace", 2), 5) };
        Self {
            world: *world,
            names: Names::new(dice),
            source_corp: names::code(dice.of("corp", 1), 8),
            target_corp: names::code(dice.of("corp", 2), 8),
            source_namespace,
            target_namespace,
        }
    }

    /// What is known of a customer whom a plan gives `key`.
    pub fn traits(&self, number: u64, key: Key) -> Traits {
        let world = &self.world;
        let dice = |what: &str, share: u64| world.dice.of(what, number).chance(share);
        let key = match key {
            Key::MapOrUnionid if world.customer_map => Key::Map,
            Key::MapOrUnionid => Key::Unionid,
            Key::UnionidOrName if world.shared_unionids => Key::Unionid,
            Key::UnionidOrName => Key::Name,
            other => other,
        };
        let wecom = dice("wecom", 300) && key != Key::Unionid;
        let mut traits = Traits {
            mapped: world.customer_map && dice("mapped", world.mapped),
            source_unionid: !wecom && dice("source unionid", world.source_unionid),
            target_unionid: !wecom && dice("target unionid", world.target_unionid),
            renamed: dice("renamed", 500),
            wecom,
            shared: world.shared_unionids,
        };
        match key {
            Key::Map => traits.mapped = true,
            Key::Unionid => (traits.mapped, traits.source_unionid, traits.target_unionid) = (false, true, true),
            Key::Name => {
                traits.mapped = false;
                traits.target_unionid &= !(world.shared_unionids && traits.source_unionid);
            }
            Key::Nothing => (traits.mapped, traits.source_unionid) = (false, false),
            Key::Any | Key::MapOrUnionid | Key::UnionidOrName => {}
        }
        traits.renamed &= traits.method() != MatchMethod::Name;
        traits
    }

    /// The id in the source corp.
    pub fn source_id(&self, number: u64, wecom: bool) -> String {
        names::external_id(kind(wecom), &self.source_corp, self.key("source ids"), number)
    }

    /// The id in the target corp.
    pub fn target_id(&self, number: u64, wecom: bool) -> String {
        names::external_id(kind(wecom), &self.target_corp, self.key("target ids"), number)
    }

    /// The unionid under the source corp's developer id.
    pub fn source_unionid(&self, number: u64) -> String {
        names::unionid(&self.source_namespace, self.key("unionids"), number)
    }

    /// The unionid under the target corp's developer id: the same one in a shared namespace.
    pub fn target_unionid(&self, number: u64) -> String {
        let label = if self.world.shared_unionids { "unionids" } else { "other unionids" };
        names::unionid(&self.target_namespace, self.key(label), number)
    }

    /// The name when source-before was exported.
    pub fn name(&self, number: u64) -> String {
        self.names.customer(number)
    }

    /// The name that the target corp shows.
    pub fn target_name(&self, number: u64, renamed: bool) -> String {
        let name = self.names.customer(number);
        if renamed { format!("新号-{name}") } else { name }
    }

    /// The id of a group, for the source corp or the target corp.
    pub fn group_id(&self, source: bool, number: u64) -> String {
        let (corp, label) =
            if source { (&self.source_corp, "source groups") } else { (&self.target_corp, "target groups") };
        names::external_id("wr", corp, self.key(label), number)
    }

    fn key(&self, label: &str) -> u64 {
        self.dice().of(label, 0).bits()
    }

    fn dice(&self) -> Dice {
        self.world.dice
    }
}

const fn kind(wecom: bool) -> &'static str {
    if wecom { "wo" } else { "wm" }
}
