//! Waivers (SPEC section 7) of rows and findings. Waived rows stay visible and stop counting towards the verdict and
//! the exit code; an expired waiver covers nothing, and is a finding.
//!
//! A waiver is about the finding whose code it names, whole or key by key; the keys are those that the finding shows as
//! examples. Whether it has expired is judged by [`Case::as_of`], never by the clock.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Finding;
use crate::case::{Case, Waiver};
use crate::personal::{Pseudonyms, shown};
use crate::schema::fields;

/// The waivers of a case, with what each of them covered so far.
pub struct Waivers<'a> {
    pseudonyms: Option<&'a Pseudonyms>,
    waivers: Vec<WatchedWaiver<'a>>,
}

struct WatchedWaiver<'a> {
    waiver: &'a Waiver,
    is_expired: bool,
    keys: BTreeSet<&'a str>,
    /// Whether it covers something in this run, or would if it had not expired.
    is_used: bool,
    used_keys: BTreeSet<&'a str>,
}

/// The waived part of a finding, with person, reason and last day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waived {
    /// The number of its waived rows, records or things.
    pub count: u64,
    /// The person who accepted them; `None` too where only waivers of other findings cover the rows.
    pub by: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
    /// The last day on which all of it holds.
    pub until: Option<Date>,
}

impl<'a> Waivers<'a> {
    /// Returns the waivers of the case, none of them used yet.
    pub fn of(case: &'a Case) -> Self {
        let watch = |waiver: &'a Waiver| WatchedWaiver {
            waiver,
            is_expired: waiver.until.is_some_and(|until| until < case.as_of),
            keys: waiver.keys.iter().map(String::as_str).collect(),
            is_used: false,
            used_keys: BTreeSet::new(),
        };
        Self { waivers: case.waivers.iter().map(watch).collect(), pseudonyms: case.pseudonyms.as_ref() }
    }

    /// Reports whether the case has no waivers.
    pub fn is_empty(&self) -> bool {
        self.waivers.is_empty()
    }

    /// Reports whether a waiver covers the row or thing `key` of the finding `code`. The key is computed only if
    /// needed.
    pub fn cover(&mut self, code: &str, key: impl Fn() -> String) -> bool {
        let mut is_covered = false;
        for watched in self.waivers.iter_mut().filter(|watched| watched.waiver.code == code) {
            is_covered |= watched.is_about(&key) && !watched.is_expired;
        }
        is_covered
    }

    /// Reports whether a waiver covers the finding `code` as a whole.
    fn cover_whole(&mut self, code: &str) -> bool {
        let mut is_covered = false;
        for watched in self.waivers.iter_mut().filter(|watched| watched.waiver.code == code && watched.keys.is_empty())
        {
            watched.is_used = true;
            is_covered |= !watched.is_expired;
        }
        is_covered
    }

    /// Applies the waivers to the findings, and adds the findings about the waivers themselves.
    pub(super) fn apply(&mut self, findings: &mut Vec<Finding>) {
        for finding in findings.iter_mut() {
            self.apply_to(finding);
        }
        for about_waivers in [Self::expired, Self::unused] {
            let mut finding = about_waivers(self);
            if finding.count > 0 {
                self.apply_to(&mut finding);
                findings.push(finding);
            }
        }
    }

    fn apply_to(&mut self, finding: &mut Finding) {
        let code = finding.rule.code;
        // Rows have been waived one by one. Other findings list all their keys, unless one key covers several things.
        if !finding.is_of_rows {
            finding.waived.count = if finding.examples.len() as u64 == finding.count {
                finding.examples.iter().filter(|key| self.cover(code, || (*key).clone())).count() as u64
            } else if self.cover_whole(code) {
                finding.count
            } else {
                0
            };
        }
        if finding.waived.count > 0 {
            self.say_who(code, &mut finding.waived);
        }
    }

    fn say_who(&self, code: &str, waived: &mut Waived) {
        let holding: Vec<&Waiver> = self
            .waivers
            .iter()
            .filter(|w| w.waiver.code == code && w.is_used && !w.is_expired)
            .map(|w| w.waiver)
            .collect();
        waived.by = each_once(holding.iter().map(|waiver| waiver.by.as_str()));
        waived.reason = each_once(holding.iter().map(|waiver| waiver.reason.as_str()));
        waived.until = holding.iter().filter_map(|waiver| waiver.until).min();
    }

    /// Returns the finding about waivers that would cover something if they had not expired.
    fn expired(&self) -> Finding {
        let expired: Vec<&Waiver> =
            self.waivers.iter().filter(|w| w.is_expired && w.is_used).map(|w| w.waiver).collect();
        let say = |waiver: &&Waiver| {
            format!(
                "{} {} ({})",
                waiver.code,
                waiver.until.map_or_else(String::new, |until| until.to_string()),
                waiver.by
            )
        };
        let detail = expired.iter().map(say).collect::<Vec<_>>().join("; ");
        Finding::of_keys("Q-waiver-expired", expired.iter().map(|waiver| waiver.code.clone()).collect(), detail)
    }

    /// Returns the finding about codes without a finding, and keys without a row, in this run.
    fn unused(&self) -> Finding {
        let mut unused = Vec::new();
        for watched in &self.waivers {
            let code = &watched.waiver.code;
            if watched.keys.is_empty() && !watched.is_used {
                unused.push(code.clone());
            }
            let keys = watched.keys.difference(&watched.used_keys);
            // A key is of any kind, and was typed by hand.
            unused.extend(keys.map(|key| format!("{code} {}", shown(self.pseudonyms, &fields::REMARK, key))));
        }
        Finding::of_keys("Q-waiver-unused", unused, "")
    }
}

impl WatchedWaiver<'_> {
    fn is_about(&mut self, key: impl Fn() -> String) -> bool {
        if self.keys.is_empty() {
            self.is_used = true;
            return true;
        }
        let Some(key) = self.keys.get(key().as_str()) else { return false };
        self.used_keys.insert(key);
        self.is_used = true;
        true
    }
}

fn each_once<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut once: Vec<&str> = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    (!once.is_empty()).then(|| once.join("; "))
}
