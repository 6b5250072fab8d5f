//! The reports that grow with the case, in one walk through the partitions: `relations.parquet`,
//! `target_relations.parquet`, `customers.parquet`. The figures and findings that need the texts of relations are
//! accumulated on the way.

use std::sync::{Mutex, PoisonError};

use arrow::array::{BooleanArray, RecordBatch};

use super::parquet::{GroupWriter, SortedWriter};
use super::relations::{DecidedRows, RELATIONS_SORTED_BY, RowsOfWord};
use super::small::ReportFolder;
use super::targets::TargetAccounts;
use crate::case::Case;
use crate::decision::{Decision, Exports, Parts};
use crate::error::Result;
use crate::figures::{
    Arrivals, BucketedRelations, Concentration, CustomerBuckets, CustomerRanges, CustomerTotals, Figures,
    RelationExcerpt, customers,
};
use crate::findings::{RelationFindings, Waivers};
use crate::memory::MemoryBudget;
use crate::personal::{self, Pseudonyms};
use crate::progress::{Progress, Unit, Work};
use crate::schema::fields;
use crate::schema::tables::{CUSTOMERS_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::vocabulary::Outcome;
use crate::turns::in_turn;

/// Accumulators that every partition updates.
pub struct Observers {
    pub concentration: Concentration,
    pub arrivals: Arrivals,
    pub excerpt: RelationExcerpt,
}

impl Observers {
    /// Empty accumulators.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn new(case: &Case, figures: &Figures) -> Result<Self> {
        Ok(Self {
            concentration: Concentration::new(case, &figures.accounts)?,
            arrivals: Arrivals::new(case),
            excerpt: RelationExcerpt::new(&figures.counts),
        })
    }
}

/// The large reports, written, with what the walk gave beside them.
pub struct Written {
    pub findings: RelationFindings,
    pub observers: Observers,
    /// Relations that a waiver covers.
    pub waived: u64,
    /// Sums over `customers.parquet`.
    pub customers: CustomerTotals,
}

/// Writes the large reports; `accounts` is `accounts.parquet`. The relations of `exports` are released partition by
/// partition; only the decision is left.
///
/// # Errors
/// As [`SortedWriter`] and [`GroupWriter`]; [`crate::Error::Interrupted`].
pub fn write(
    exports: &Exports,
    decision: &Decision,
    accounts: &RecordBatch,
    mut observers: Observers,
    waivers: &mut Waivers<'_>,
    folder: ReportFolder<'_>,
    (memory, progress): (&MemoryBudget, &dyn Progress),
) -> Result<Written> {
    let ReportFolder { footer, pseudonyms, .. } = folder;
    let path = folder.path.join("relations.parquet");
    let mut relations =
        SortedWriter::create(&path, &RELATIONS_REPORT, RELATIONS_SORTED_BY, footer, Outcome::ALL.len(), memory)?;
    let mut targets = TargetAccounts::new(exports, accounts, memory)?;
    let ranges = CustomerRanges::new(decision.sample.clone(), memory.partition_rows());
    let mut buckets = CustomerBuckets::new(&ranges, memory);
    let empty = EmptyAccumulators {
        findings: RelationFindings::of(decision, pseudonyms.cloned()),
        concentration: observers.concentration.empty(),
        arrivals: observers.arrivals.empty(),
    };
    let mut findings = empty.findings.empty();
    let mut waived = 0;
    let waivers = Mutex::new(waivers);
    // Each relation of the source is walked through, and written once more as one of its customer.
    let (source, target) = (exports.source_before.relations.len(), exports.target_after.relations.len());
    progress.begin(Work::Report, 2 * source + target, Unit::Rows);
    in_turn(
        0..exports.partitions(),
        |partition| WalkedPart::of(exports, decision, partition, &ranges, &empty, &waivers)?.written(pseudonyms),
        |part| {
            progress.advance(part.rows);
            for stretch in part.relations {
                observers.excerpt.update(stretch.rank, &stretch.rows)?;
                relations.add(stretch.rank, stretch.rows)?;
            }
            relations.encode_full()?;
            targets.add(part.target_relations)?;
            buckets.update(part.customers)?;
            findings.add(part.findings);
            observers.concentration.merge(part.concentration);
            observers.arrivals.merge(part.arrivals);
            waived += part.waived;
            Ok(())
        },
    )?;
    relations.finish()?;
    targets.write(&folder.path.join("target_relations.parquet"), footer, progress)?;
    let customers = write_customers(buckets, folder, progress)?;
    progress.end();
    Ok(Written { findings, observers, waived, customers })
}

/// The accumulators that each partition begins with.
struct EmptyAccumulators {
    findings: RelationFindings,
    concentration: Concentration,
    arrivals: Arrivals,
}

/// The rows and sums of one partition.
struct WalkedPart {
    /// Relations of source-before.
    rows: u64,
    relations: Vec<RowsOfWord>,
    target_relations: Vec<RowsOfWord>,
    customers: BucketedRelations,
    findings: RelationFindings,
    concentration: Concentration,
    arrivals: Arrivals,
    waived: u64,
}

impl WalkedPart {
    fn of(
        exports: &Exports,
        decision: &Decision,
        partition: usize,
        ranges: &CustomerRanges,
        empty: &EmptyAccumulators,
        waivers: &Mutex<&mut Waivers<'_>>,
    ) -> Result<Self> {
        let parts = Parts::take(exports, partition)?;
        let (part, decided) = (&parts.source_before, &decision.parts[partition]);
        let (waived, findings) = {
            let mut waivers = waivers.lock().unwrap_or_else(PoisonError::into_inner);
            let waived: BooleanArray = RelationFindings::waived(part, decided, &mut waivers);
            let mut findings = empty.findings.empty();
            findings.look(part, decided, &waived, &mut waivers);
            (waived, findings)
        };
        let mut concentration = empty.concentration.empty();
        concentration.update(part, decided);
        let mut arrivals = empty.arrivals.empty();
        arrivals.update(&parts, decided);
        let rows = DecidedRows::of(exports, decision, partition, &parts);
        Ok(Self {
            rows: decided.source_rows() as u64,
            relations: rows.relations(&waived)?,
            target_relations: rows.target_relations()?,
            customers: ranges.divide(part, decided)?,
            findings,
            concentration,
            arrivals,
            waived: waived.true_count() as u64,
        })
    }

    /// The same, with the rows of reports as they are written.
    fn written(mut self, pseudonyms: Option<&Pseudonyms>) -> Result<Self> {
        let Some(pseudonyms) = pseudonyms else { return Ok(self) };
        for stretch in &mut self.relations {
            stretch.rows = pseudonyms.rows(&RELATIONS_REPORT, &stretch.rows)?;
        }
        for stretch in &mut self.target_relations {
            stretch.rows = pseudonyms.rows(&TARGET_RELATIONS_REPORT, &stretch.rows)?;
        }
        Ok(self)
    }
}

fn write_customers(
    buckets: CustomerBuckets,
    ReportFolder { path, footer, pseudonyms, .. }: ReportFolder<'_>,
    progress: &dyn Progress,
) -> Result<CustomerTotals> {
    let path = path.join("customers.parquet");
    let mut writer = GroupWriter::create(&path, &CUSTOMERS_REPORT, &[&fields::SOURCE_EXTERNAL_USERID], footer)?;
    let mut totals = CustomerTotals::default();
    let without_id = buckets.without_id()?;
    totals.update(&without_id)?;
    writer.write(personal::written(pseudonyms, &CUSTOMERS_REPORT, without_id)?)?;
    in_turn(
        buckets.by_id,
        |bucket| Ok((bucket.rows(), customers(&bucket)?)),
        |(rows, customers): (u64, RecordBatch)| {
            progress.advance(rows);
            totals.update(&customers)?;
            writer.write(personal::written(pseudonyms, &CUSTOMERS_REPORT, customers)?)
        },
    )?;
    writer.finish()?;
    Ok(totals)
}
