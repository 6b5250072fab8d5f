//! The figures of an audit: sums over decided relations, groups and join codes, computed before anything is written.
//!
//! ```text
//! tally       decided relations -> two small frames: relations by account, scope and outcome; by account and origin
//! counts      the tally and the decided groups -> counts by word
//! accounts    the tally joined with the enrolled pairs -> accounts.parquet
//! flow        the tally -> relations by scope and outcome
//!
//! customers      customers.parquet                                   \
//! arrivals       arrivals by day                                      \ accumulated while
//! concentration  missing relations by account, way of adding, month   / partitions are written
//! excerpt        the relations that the page and the workbook show   /
//! ```
//!
//! Frames are evaluated by Polars. The second half needs texts and times of relations, which are not in memory: they
//! are read once more, partition by partition, while they are written. These are accumulators with `update`, `merge`
//! and `finish`; each says in its header why it is no group-by.

mod accounts;
mod arrivals;
mod concentration;
mod counts;
mod customers;
mod excerpt;
mod tally;

pub use arrivals::{ArrivalSeries, Arrivals};
pub use concentration::{Concentration, FewGroups, Grouping};
pub use counts::{Counts, GroupCounts};
pub use customers::{BucketedRelations, CustomerBuckets, CustomerRanges, CustomerTotals, customers};
pub use excerpt::{OutcomeShare, RELATION_COLUMNS, RELATIONS_HELD, RelationExcerpt, asks_for_something, most_urgent};
pub use tally::{Flow, Tally};

use arrow::array::RecordBatch;
use polars::frame::DataFrame;
use polars::prelude::LazyFrame;

use crate::decision::{Decision, Exports, GroupDecision};
use crate::error::Result;

/// The figures that need no texts of relations.
pub struct Figures {
    pub counts: Counts,
    pub group_counts: GroupCounts,
    /// `accounts.parquet`.
    pub accounts: RecordBatch,
    /// Relations by scope and outcome.
    pub flow: Vec<Flow>,
}

impl Figures {
    /// Computes them.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn new(exports: &Exports, decision: &Decision, groups: &GroupDecision) -> Result<Self> {
        let tally = Tally::new(&decision.parts)?;
        Ok(Self {
            counts: Counts::new(&tally)?,
            group_counts: GroupCounts::new(exports, groups)?,
            accounts: accounts::accounts(exports, decision, &tally)?,
            flow: tally.flow()?,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "figures are materialised here, and nowhere else")]
fn evaluated(figure: LazyFrame) -> Result<DataFrame> {
    Ok(figure.collect()?)
}
