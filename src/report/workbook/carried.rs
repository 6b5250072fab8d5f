//! The entries of users in the earlier worklist, beside the tasks of this audit.

use std::collections::BTreeMap;

use super::cells::{CellFormat, SheetCell};
use super::earlier::{EarlierRow, EarlierWorklist, Entered, TaskClass, TaskKey, status_in};
use super::kinds::ExceptionKind;
use crate::progress::Progress;
use crate::text::{Text, errors as say, workbook};

/// Rows of the sheet for what is no task any more; a sheet has 1,048,576.
const MAX_GONE: usize = 500_000;

/// The earlier worklist, joined with the tasks.
pub struct CarriedWork<'e> {
    earlier: &'e EarlierWorklist,
    /// The entries by task.
    by_task: Vec<Option<&'e Entered>>,
    /// The rows that are tasks no more, each with its present state.
    gone: Vec<(&'e EarlierRow, Text)>,
    /// Rows with entries that fit several tasks, or contradict each other.
    ambiguous: usize,
}

impl<'e> CarriedWork<'e> {
    /// Joins by key. `tasks`: the keys of the tasks of the worklist; `waived`: of those that are waived.
    pub fn new(earlier: &'e EarlierWorklist, tasks: &[TaskKey], waived: &[TaskKey], kinds: &[ExceptionKind]) -> Self {
        let mut rows: BTreeMap<&TaskKey, Vec<&EarlierRow>> = BTreeMap::new();
        earlier.rows.iter().for_each(|row| rows.entry(&row.key).or_default().push(row));
        let mut holders: BTreeMap<&TaskKey, usize> = BTreeMap::new();
        for key in tasks {
            *holders.entry(key).or_default() += 1;
        }
        let mut ambiguous = 0;
        for (key, tasks) in &holders {
            let Some(rows) = rows.get(key) else { continue };
            if entered_in(rows, *tasks).is_none() {
                ambiguous += rows.iter().filter(|row| !row.entered.is_empty()).count();
            }
        }
        let by_task = tasks.iter().map(|key| entered_in(rows.get(key)?, holders[key])).collect();
        let gone = earlier.rows.iter().filter(|row| !holders.contains_key(&row.key));
        let gone = gone.take(MAX_GONE).map(|row| (row, now(&row.key, waived, kinds))).collect();
        Self { earlier, by_task, gone, ambiguous }
    }

    /// Returns the number of rows that are tasks no more, and stay visible.
    pub fn gone(&self) -> usize {
        self.gone.len()
    }

    /// Returns the titles of the columns that follow those of every worklist.
    pub fn titles(&self, cells: CellFormat<'_>) -> Vec<String> {
        let now = (!self.gone.is_empty()).then(|| workbook::NOW.tell(cells.language).to_owned());
        now.into_iter().chain(self.earlier.added.iter().cloned()).collect()
    }

    /// Returns the cells of a task that users fill in.
    pub fn cells_of(&self, task: usize, cells: CellFormat<'_>) -> Vec<SheetCell> {
        match self.by_task.get(task).copied().flatten() {
            Some(entered) => self.entered(entered, SheetCell::Empty, cells),
            None => Vec::new(),
        }
    }

    /// Returns the rows that are tasks no more, in the order in which they stood.
    pub fn gone_rows<'c>(&'c self, cells: CellFormat<'c>) -> impl Iterator<Item = Vec<SheetCell>> + 'c {
        self.gone.iter().map(move |(row, now)| {
            let now = SheetCell::Text(now.tell(cells.language).to_owned());
            row.shown.iter().cloned().chain(self.entered(&row.entered, now, cells)).collect()
        })
    }

    fn entered(&self, entered: &Entered, now: SheetCell, cells: CellFormat<'_>) -> Vec<SheetCell> {
        let standard = [entered.assignee.clone(), status_in(cells.language, &entered.status), entered.remark.clone()];
        let now = (!self.gone.is_empty()).then_some(now);
        standard.into_iter().chain(now).chain(entered.added.iter().cloned()).collect()
    }

    /// Notes what was carried over, if anything was.
    pub fn note(&self, progress: &dyn Progress) {
        if self.earlier.digest.is_none() {
            return;
        }
        let entered = self.by_task.iter().flatten().filter(|entered| !entered.is_empty()).count();
        progress.note(say::worklist_carried(entered, self.gone.len()));
        if self.ambiguous > 0 {
            progress.note(say::worklist_ambiguous(self.ambiguous));
        }
    }
}

/// Returns the entry for all tasks of a key; `None` if the rows contradict each other.
fn entered_in<'e>(rows: &[&'e EarlierRow], tasks: usize) -> Option<&'e Entered> {
    let first = &rows.first()?.entered;
    if rows.iter().all(|row| row.entered == *first) {
        return Some(first);
    }
    let mut filled = rows.iter().map(|row| &row.entered).filter(|entered| !entered.is_empty());
    let one = filled.next()?;
    (tasks == 1 && filled.all(|other| other == one)).then_some(one)
}

/// Returns the present state of a row that is no task any more.
fn now(key: &TaskKey, waived: &[TaskKey], kinds: &[ExceptionKind]) -> Text {
    let mut kinds = kinds.iter().filter(|kind| kind.subject.is_some() && TaskClass::of(kind.name.en) == key.class);
    if waived.binary_search(key).is_ok() {
        workbook::NOW_WAIVED
    } else if kinds.clone().any(|kind| kind.total.is_none()) {
        workbook::NOW_NOT_MEASURED
    } else if kinds.any(|kind| kind.total.is_some_and(|total| total > kind.shown())) {
        workbook::NOW_CUT
    } else {
        workbook::NOW_SETTLED
    }
}
