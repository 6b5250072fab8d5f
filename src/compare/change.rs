//! What became of one thing between two audits, and how many of a kind changed how.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::schema::vocabulary::{Change, Compared, Severity};

/// How many of each change are shown.
const EXAMPLES: usize = 3;

/// How a thing stands in one audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `missing/no_trace`; of a finding, how many it is about.
    pub words: String,
    pub severity: Severity,
    pub waived: bool,
}

/// One thing in both audits.
#[derive(Debug, Clone)]
pub struct Item {
    pub kind: Compared,
    pub change: Change,
    /// What tells it apart: `userid/external_userid`, a chat id, a code.
    pub key: String,
    pub earlier: Option<Standing>,
    pub later: Option<Standing>,
}

/// Whether somebody has to act on it.
fn is_open(standing: &Standing) -> bool {
    standing.severity >= Severity::Review
}

/// What became of a row.
pub fn of_row(earlier: Option<&Standing>, later: Option<&Standing>) -> Change {
    match (earlier, later) {
        (None, Some(later)) if is_open(later) => Change::New,
        (None, _) => Change::Added,
        (Some(_), None) => Change::Gone,
        (Some(earlier), Some(later)) if earlier.words == later.words => Change::Unchanged,
        (Some(earlier), Some(later)) => match (is_open(earlier), is_open(later)) {
            (true, false) => Change::Resolved,
            (false, true) => Change::New,
            (true, true) if later.severity > earlier.severity => Change::Worse,
            (true, true) if later.severity < earlier.severity => Change::Improved,
            _ => Change::Changed,
        },
    }
}

/// How many of a kind changed how.
#[derive(Debug, Serialize)]
pub struct Tally {
    #[serde(serialize_with = "word_of_kind")]
    pub kind: Compared,
    #[serde(serialize_with = "by_word")]
    pub counts: BTreeMap<Change, u64>,
    /// The first of each change but `unchanged`.
    pub examples: Vec<Item>,
    /// The most serious that is new or got worse, and is not waived.
    #[serde(skip)]
    pub worst: Option<Severity>,
}

impl Tally {
    /// Nothing yet.
    pub fn of(kind: Compared) -> Self {
        Self {
            kind,
            counts: Change::ALL.iter().map(|change| (*change, 0)).collect(),
            examples: Vec::new(),
            worst: None,
        }
    }

    /// One more.
    pub fn add(&mut self, item: &Item) {
        *self.counts.entry(item.change).or_default() += 1;
        if item.change != Change::Unchanged
            && self.examples.iter().filter(|shown| shown.change == item.change).count() < EXAMPLES
        {
            self.examples.push(item.clone());
        }
        if let (Change::New | Change::Worse, Some(later)) = (item.change, &item.later)
            && !later.waived
        {
            self.worst = self.worst.max(Some(later.severity));
        }
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let words = |standing: &Option<Standing>| standing.as_ref().map(|standing| standing.words.clone());
        let value = serde_json::json!({
            "change": self.change.word(), "key": self.key, "earlier": words(&self.earlier), "later": words(&self.later),
        });
        value.serialize(serializer)
    }
}

fn word_of_kind<S: Serializer>(kind: &Compared, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.word())
}

fn by_word<S: Serializer>(counts: &BTreeMap<Change, u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(change, count)| (change.word(), count)))
}

#[cfg(test)]
mod tests {
    use super::{Standing, of_row};
    use crate::schema::vocabulary::{Change, Severity};

    fn standing(words: &str, severity: Severity) -> Standing {
        Standing { words: words.to_owned(), severity, waived: false }
    }

    #[test]
    fn each_change_has_its_word() {
        let (ok, other) = (standing("migrated", Severity::Ok), standing("already_at_target", Severity::Ok));
        let (review, defect) = (standing("refused", Severity::Review), standing("missing/no_trace", Severity::Defect));
        let cap = standing("missing/target_at_cap", Severity::Defect);
        for (earlier, later, change) in [
            (Some(&defect), Some(&ok), Change::Resolved),
            (Some(&ok), Some(&review), Change::New),
            (None, Some(&defect), Change::New),
            (Some(&review), Some(&defect), Change::Worse),
            (Some(&defect), Some(&review), Change::Improved),
            (Some(&defect), Some(&cap), Change::Changed),
            (Some(&ok), Some(&other), Change::Changed),
            (Some(&defect), Some(&defect), Change::Unchanged),
            (Some(&ok), None, Change::Gone),
            (None, Some(&ok), Change::Added),
        ] {
            assert_eq!(of_row(earlier, later), change, "{earlier:?} {later:?}");
        }
    }
}
