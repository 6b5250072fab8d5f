//! The change of a row between two audits, and the counts by change.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::schema::vocabulary::{Change, CodeVerdict, Compared, GroupOutcome, Outcome, Severity};

/// Maximum number of examples of each change.
const EXAMPLES: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowState {
    /// `missing/no_trace`; of a finding the number of rows.
    pub words: String,
    pub severity: Severity,
    pub waived: bool,
}

/// A row in both audits.
#[derive(Debug, Clone)]
pub struct ComparedRow {
    pub kind: Compared,
    pub change: Change,
    /// `userid/external_userid`, a chat id, a code.
    pub key: String,
    pub earlier: Option<RowState>,
    pub later: Option<RowState>,
}

impl RowState {
    /// Returns whether the row needs action.
    fn is_open(&self) -> bool {
        self.severity >= Severity::Review
    }

    /// Returns whether the exports could not tell what became of it.
    fn is_undecided(&self) -> bool {
        [Outcome::Undetermined.word(), GroupOutcome::Undetermined.word(), CodeVerdict::Unverified.word()]
            .contains(&self.words.split('/').next().unwrap_or_default())
    }
}

pub fn change_of(earlier: Option<&RowState>, later: Option<&RowState>) -> Change {
    match (earlier, later) {
        (None, Some(later)) if later.is_open() => Change::New,
        (None, _) => Change::Added,
        (Some(_), None) => Change::Gone,
        (Some(earlier), Some(later)) if earlier.words == later.words => Change::Unchanged,
        (Some(earlier), Some(later)) => match (earlier.is_open(), later.is_open()) {
            (true, false) => Change::Resolved,
            (false, true) => Change::New,
            // What cannot be told any more has not improved.
            (true, true) if later.is_undecided() => Change::Changed,
            (true, true) if later.severity > earlier.severity => Change::Worse,
            (true, true) if later.severity < earlier.severity => Change::Improved,
            _ => Change::Changed,
        },
    }
}

/// Rows of a kind by change.
#[derive(Debug, Serialize)]
pub struct ChangeCounts {
    pub kind: Compared,
    pub counts: BTreeMap<Change, u64>,
    /// The first rows of each change but `unchanged`.
    pub examples: Vec<ComparedRow>,
    /// The highest severity that is new or got worse, without waived rows.
    #[serde(skip)]
    pub worst: Option<Severity>,
    /// Whether the later audit lacks, or cannot tell any more, a row that needed action.
    #[serde(skip)]
    pub tells_less: bool,
}

impl ChangeCounts {
    /// Counts of 0.
    pub fn new(kind: Compared) -> Self {
        Self {
            kind,
            counts: Change::ALL.iter().map(|change| (*change, 0)).collect(),
            examples: Vec::new(),
            worst: None,
            tells_less: false,
        }
    }

    /// Counts a row.
    pub fn update(&mut self, row: &ComparedRow) {
        *self.counts.entry(row.change).or_default() += 1;
        if row.change != Change::Unchanged
            && self.examples.iter().filter(|shown| shown.change == row.change).count() < EXAMPLES
        {
            self.examples.push(row.clone());
        }
        self.tells_less |= match (&row.earlier, &row.later) {
            (Some(earlier), Some(later)) => earlier.is_open() && !earlier.is_undecided() && later.is_undecided(),
            (Some(earlier), None) => earlier.is_open(),
            (None, _) => false,
        };
        if let (Change::New | Change::Worse, Some(later)) = (row.change, &row.later)
            && !later.waived
        {
            self.worst = self.worst.max(Some(later.severity));
        }
    }
}

impl Serialize for ComparedRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let words = |state: &Option<RowState>| state.as_ref().map(|state| state.words.clone());
        let value = serde_json::json!({
            "change": self.change, "key": self.key, "earlier": words(&self.earlier), "later": words(&self.later),
        });
        value.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{RowState, change_of};
    use crate::schema::vocabulary::{Change, Severity};

    fn state(words: &str, severity: Severity) -> RowState {
        RowState { words: words.to_owned(), severity, waived: false }
    }

    #[test]
    fn each_change_has_its_rule() {
        let (ok, other) = (state("migrated", Severity::Ok), state("already_at_target", Severity::Ok));
        let (review, defect) = (state("refused", Severity::Review), state("missing/no_trace", Severity::Defect));
        let cap = state("missing/target_at_cap", Severity::Defect);
        let open = state("undetermined/target_not_covered", Severity::Review);
        let (lost, unverified) = (state("lost", Severity::Defect), state("unverified", Severity::Review));
        for (earlier, later, change) in [
            (Some(&defect), Some(&ok), Change::Resolved),
            (Some(&ok), Some(&review), Change::New),
            (None, Some(&defect), Change::New),
            (Some(&review), Some(&defect), Change::Worse),
            (Some(&defect), Some(&review), Change::Improved),
            (Some(&defect), Some(&cap), Change::Changed),
            (Some(&defect), Some(&open), Change::Changed),
            (Some(&lost), Some(&unverified), Change::Changed),
            (Some(&open), Some(&defect), Change::Worse),
            (Some(&ok), Some(&open), Change::New),
            (Some(&ok), Some(&other), Change::Changed),
            (Some(&defect), Some(&defect), Change::Unchanged),
            (Some(&ok), None, Change::Gone),
            (None, Some(&ok), Change::Added),
        ] {
            assert_eq!(change_of(earlier, later), change, "{earlier:?} {later:?}");
        }
    }
}
