//! The join by name, the weakest method: never between two relations whose ids contradict one another.

use std::collections::HashSet;

use super::cascade::PairResult;
use super::merge_join::KeyGroup;
use super::side::Side;
use crate::schema::vocabulary::MatchMethod;

/// The join by name, with the ids that can contradict it.
pub(super) struct NameJoin<'a> {
    pub(super) source: &'a Side,
    pub(super) target: &'a Side,
    pub(super) unionids_shared: bool,
}

/// The ids that a row has. Rows of one class contradict the same rows of the other side: had two ids of the unmatched
/// rows been equal, a stronger method would have joined or excluded them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct IdClass {
    /// Has a unionid that the other side could have too.
    unionid: bool,
    /// Has an `external_userid`.
    id: bool,
    /// Its `external_userid` is in the customer map.
    mapped: bool,
}

impl IdClass {
    fn contradicts(self, target: Self) -> bool {
        let by_unionid = self.unionid && target.unionid;
        let by_map = (self.mapped && target.id) || (target.mapped && self.id);
        by_unionid || by_map
    }
}

/// Returns whether the ids of a source row and a target row contradict that they are one relation.
pub fn contradict(source: &Side, target: &Side, (row, other): (u32, u32), unionids_shared: bool) -> bool {
    let ids = NameJoin { source, target, unionids_shared };
    ids.class(source, row).contradicts(ids.class(target, other))
}

impl NameJoin<'_> {
    /// As [`PairResult::settle`], among the rows that do not contradict one another.
    pub(super) fn settle(&self, group: &KeyGroup<'_>, result: &mut PairResult) {
        if group.target.is_empty() {
            return;
        }
        let sources = by_class(group.source, |row| self.class(self.source, row));
        let targets = by_class(group.target, |row| self.class(self.target, row));
        for component in components(&sources, &targets) {
            if component.is_without_contradiction() {
                let (source, target) = component.in_order_of(group);
                result.settle(&KeyGroup { source: &source, target: &target }, MatchMethod::Name);
            } else {
                component.settle(result);
            }
        }
    }

    fn class(&self, side: &Side, row: u32) -> IdClass {
        IdClass {
            unionid: self.unionids_shared && side.unionid.get(row).is_some(),
            id: side.external_userid.get(row).is_some(),
            mapped: side.mapped(row).is_some(),
        }
    }
}

/// Groups rows by class, in order.
fn by_class(rows: &[u32], class: impl Fn(u32) -> IdClass) -> Vec<(IdClass, Vec<u32>)> {
    let mut classes: Vec<(IdClass, Vec<u32>)> = Vec::new();
    for &row in rows {
        let class = class(row);
        match classes.iter_mut().find(|(known, _)| *known == class) {
            Some((_, rows)) => rows.push(row),
            None => classes.push((class, vec![row])),
        }
    }
    classes
}

/// Rows of one name, connected by pairs without a contradiction.
struct NameComponent<'a> {
    sources: Vec<&'a (IdClass, Vec<u32>)>,
    targets: Vec<&'a (IdClass, Vec<u32>)>,
}

fn components<'a>(sources: &'a [(IdClass, Vec<u32>)], targets: &'a [(IdClass, Vec<u32>)]) -> Vec<NameComponent<'a>> {
    let mut components: Vec<NameComponent<'a>> = Vec::new();
    for source in sources {
        let agreeing: Vec<_> = targets.iter().filter(|target| !source.0.contradicts(target.0)).collect();
        let touches = |c: &NameComponent<'_>| c.targets.iter().any(|t| agreeing.iter().any(|a| a.0 == t.0));
        let (touched, mut rest): (Vec<_>, Vec<_>) = components.into_iter().partition(touches);
        let mut merged = NameComponent { sources: vec![source], targets: agreeing };
        for component in touched {
            merged.sources.extend(component.sources);
            for target in component.targets {
                if !merged.targets.iter().any(|known| known.0 == target.0) {
                    merged.targets.push(target);
                }
            }
        }
        rest.push(merged);
        components = rest;
    }
    components
}

impl NameComponent<'_> {
    fn is_without_contradiction(&self) -> bool {
        self.sources.iter().all(|source| self.targets.iter().all(|target| !source.0.contradicts(target.0)))
    }

    /// Returns its rows of both sides, in the order of seniority of the group.
    fn in_order_of(&self, group: &KeyGroup<'_>) -> (Vec<u32>, Vec<u32>) {
        let among = |rows: &[u32], classes: &[&(IdClass, Vec<u32>)]| {
            if let [(_, only)] = classes {
                return only.clone();
            }
            let of_component: HashSet<u32> = classes.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
            rows.iter().copied().filter(|row| of_component.contains(row)).collect()
        };
        (among(group.source, &self.sources), among(group.target, &self.targets))
    }

    /// Matches every source row with a target row that it does not contradict; if not all can be matched, all are
    /// ambiguous.
    fn settle(mut self, result: &mut PairResult) {
        self.sources
            .sort_by_key(|(class, _)| (self.targets.iter().filter(|t| !class.contradicts(t.0)).count(), *class));
        let sources = std::mem::take(&mut self.sources);
        self.targets.sort_by_key(|(class, _)| (sources.iter().filter(|s| !s.0.contradicts(*class)).count(), *class));
        let mut free: Vec<(IdClass, std::slice::Iter<'_, u32>)> =
            self.targets.iter().map(|(class, rows)| (*class, rows.iter())).collect();
        let mut joined = Vec::new();
        // Rows with the fewest choices first, each with the target that the fewest other rows can use.
        for (class, row) in sources.iter().flat_map(|(class, rows)| rows.iter().map(|row| (*class, *row))) {
            let partner =
                free.iter_mut().filter(|(target, _)| !class.contradicts(*target)).find_map(|(_, rows)| rows.next());
            let Some(&partner) = partner else {
                result.ambiguous.extend(sources.iter().flat_map(|(_, rows)| rows));
                result.ambiguous_target.extend(self.targets.iter().flat_map(|(_, rows)| rows));
                return;
            };
            joined.push((row, partner, MatchMethod::Name));
        }
        result.joined.extend(joined);
    }
}
