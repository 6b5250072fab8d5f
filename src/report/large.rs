//! The reports that grow with the case, in one walk through the partitions: `relations.parquet`,
//! `target_relations.parquet`, `customers.parquet`, and on the way what there is to say of single rows, and to show of them.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::Int64Type;

use super::customers::{self, Bounds, Buckets, Sorted};
use super::excerpt::ToActOn;
use super::page::Arrivals;
use super::parquet::{Footer, GroupWriter, SortedWriter};
use super::relations::{DecidedRows, OfWord, RELATIONS_SORTED_BY};
use super::targets::TargetAccounts;
use crate::decision::{Decision, Exports, Parts};
use crate::error::Result;
use crate::findings::{Concentration, RelationFindings, Waivers};
use crate::progress::{Progress, Unit, Work};
use crate::schema::tables::{CUSTOMERS_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::Outcome;
use crate::schema::{Column, fields};
use crate::spill::Memory;
use crate::turns::in_turn;

/// What looks at every partition on the way.
pub struct Observers {
    pub concentration: Concentration,
    pub arrivals: Arrivals,
    pub to_act_on: ToActOn,
}

/// What was found on the way.
pub struct Walked {
    pub findings: RelationFindings,
    pub observers: Observers,
    /// Relations that a waiver covers.
    pub waived: u64,
    /// Relations of all customers, and how many of them are missing.
    pub customers: CustomerTotals,
}

/// The customers, counted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CustomerTotals {
    pub relations: u64,
    pub missing: u64,
}

/// Where the reports go, and how.
#[derive(Clone, Copy)]
pub struct Writing<'a> {
    pub folder: &'a Path,
    pub footer: &'a Footer,
    pub memory: &'a Memory,
    pub progress: &'a dyn Progress,
}

/// Writes the large reports, and lets go of the relations of `exports` on the way: what comes after has the decision only.
///
/// # Errors
/// As [`SortedWriter`] and [`GroupWriter`]; [`crate::Error::Interrupted`].
pub fn write(
    exports: &Exports,
    decision: &Decision,
    mut observers: Observers,
    waivers: &mut Waivers<'_>,
    Writing { folder, footer, memory, progress }: Writing<'_>,
) -> Result<Walked> {
    let path = folder.join("relations.parquet");
    let mut relations =
        SortedWriter::create(&path, &RELATIONS_REPORT, RELATIONS_SORTED_BY, footer, Outcome::ALL.len(), memory)?;
    let mut targets = TargetAccounts::of(exports, decision, memory);
    let bounds = Bounds::of(decision.sample.clone(), memory.partition_rows());
    let mut buckets = Buckets::of(&bounds, memory);
    let nothing = Nothing {
        findings: RelationFindings::of(decision),
        concentration: observers.concentration.empty(),
        arrivals: observers.arrivals.empty(),
    };
    let mut findings = nothing.findings.empty();
    let mut waived = 0;
    let waivers = Mutex::new(waivers);
    // Each relation of the source is walked through, and written once more as one of its customer.
    let (source, target) = (exports.source_before.relations.len(), exports.target_after.relations.len());
    progress.begin(Work::Report, 2 * source + target, Unit::Rows);
    in_turn(
        0..exports.partitions(),
        |partition| WalkedPart::of(exports, decision, partition, &bounds, &nothing, &waivers),
        |part| {
            progress.advance(part.rows);
            for stretch in part.relations {
                observers.to_act_on.look(&stretch)?;
                relations.add(stretch.rank, stretch.rows)?;
            }
            relations.encode_full()?;
            targets.add(part.target_relations)?;
            buckets.add(part.customers)?;
            findings.add(part.findings);
            observers.concentration.add(part.concentration);
            observers.arrivals.add(part.arrivals);
            waived += part.waived;
            Ok(())
        },
    )?;
    relations.finish()?;
    targets.write(&folder.join("target_relations.parquet"), footer, progress)?;
    let customers = write_customers(buckets, folder, footer, progress)?;
    progress.end();
    Ok(Walked { findings, observers, waived, customers })
}

/// What every partition begins with.
struct Nothing {
    findings: RelationFindings,
    concentration: Concentration,
    arrivals: Arrivals,
}

/// What one partition gives.
struct WalkedPart {
    /// Relations of source-before.
    rows: u64,
    relations: Vec<OfWord>,
    target_relations: Vec<OfWord>,
    customers: Sorted,
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
        bounds: &Bounds,
        nothing: &Nothing,
        waivers: &Mutex<&mut Waivers<'_>>,
    ) -> Result<Self> {
        let parts = Parts::take(exports, partition)?;
        let (part, decided) = (&parts.source_before, &decision.parts[partition]);
        let (waived, findings) = {
            let mut waivers = waivers.lock().unwrap_or_else(PoisonError::into_inner);
            let waived: BooleanArray = RelationFindings::waived(part, decided, &mut waivers);
            let mut findings = nothing.findings.empty();
            findings.look(part, decided, &waived, &mut waivers);
            (waived, findings)
        };
        let mut concentration = nothing.concentration.empty();
        concentration.look(part, decided);
        let mut arrivals = nothing.arrivals.empty();
        arrivals.look(&parts, decided);
        let rows = DecidedRows::of(exports, decision, partition, &parts);
        Ok(Self {
            rows: decided.source_rows() as u64,
            relations: rows.relations(&waived)?,
            target_relations: rows.target_relations()?,
            customers: bounds.sort(part, decided)?,
            findings,
            concentration,
            arrivals,
            waived: waived.true_count() as u64,
        })
    }
}

fn write_customers(
    buckets: Buckets,
    folder: &Path,
    footer: &Footer,
    progress: &dyn Progress,
) -> Result<CustomerTotals> {
    let path = folder.join("customers.parquet");
    let mut writer = GroupWriter::create(&path, &CUSTOMERS_REPORT, &[&fields::SOURCE_EXTERNAL_USERID], footer)?;
    let mut totals = CustomerTotals::default();
    let without_id = buckets.without_id()?;
    totals.add(&without_id);
    writer.write(without_id)?;
    in_turn(
        buckets.into_buckets(),
        |bucket| Ok((bucket.rows(), customers::customers(&bucket)?)),
        |(rows, customers)| {
            progress.advance(rows);
            totals.add(&customers);
            writer.write(customers)
        },
    )?;
    writer.finish()?;
    Ok(totals)
}

impl CustomerTotals {
    fn add(&mut self, customers: &RecordBatch) {
        let sum = |column: &Column| {
            let counts = customers
                .column_by_name(column.name)
                .expect("customers hold their columns")
                .as_primitive::<Int64Type>();
            arrow::compute::sum(counts).and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0)
        };
        self.relations += sum(&fields::RELATIONS);
        self.missing += sum(&fields::COUNT_MISSING);
    }
}
