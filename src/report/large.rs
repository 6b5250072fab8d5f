//! The reports that grow with the case, in one walk through the partitions: `relations.parquet`,
//! `target_relations.parquet`, `customers.parquet`, and on the way what there is to say of single rows.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::Int64Type;
use rayon::prelude::*;

use super::customers::{self, Buckets, Sorted};
use super::parquet::{Footer, GroupWriter, SortedWriter};
use super::relations::{DecidedRows, OfWord, RELATIONS_SORTED_BY};
use super::targets::TargetAccounts;
use crate::decision::{Decision, Exports, Parts};
use crate::error::Result;
use crate::findings::{Concentration, RelationFindings, Waivers};
use crate::interrupt;
use crate::schema::tables::{CUSTOMERS_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::Outcome;
use crate::schema::{Column, fields};
use crate::spill::{Held, Memory};

/// What was found on the way.
pub struct Walked {
    pub findings: RelationFindings,
    pub concentration: Concentration,
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

/// Writes the large reports into `folder`.
///
/// # Errors
/// As [`SortedWriter`] and [`GroupWriter`]; [`crate::Error::Interrupted`].
pub fn write(
    exports: &Exports,
    decision: &Decision,
    concentration: Concentration,
    waivers: &mut Waivers<'_>,
    folder: &Path,
    footer: &Footer,
    memory: &Memory,
) -> Result<Walked> {
    let path = folder.join("relations.parquet");
    let mut relations = SortedWriter::create(&path, &RELATIONS_REPORT, RELATIONS_SORTED_BY, footer, Outcome::ALL.len(), memory)?;
    let mut targets = TargetAccounts::of(exports.target_after.relations.accounts(), memory);
    let mut buckets = Buckets::of(decision.sample.clone(), memory);
    let (mut findings, mut concentration) = (RelationFindings::of(decision), concentration);
    let mut waived = 0;
    let waivers = Mutex::new(waivers);
    let partitions: Vec<usize> = (0..exports.partitions()).collect();
    for window in partitions.chunks(rayon::current_num_threads()) {
        let walked = window
            .par_iter()
            .map(|&partition| WalkedPart::of(exports, decision, partition, &buckets, (&findings, &concentration), &waivers));
        for part in walked.collect::<Result<Vec<_>>>()? {
            for stretch in part.relations {
                relations.add(stretch.rank, stretch.rows);
            }
            targets.add(part.target_relations)?;
            buckets.add(part.customers)?;
            findings.add(part.findings);
            concentration.add(part.concentration);
            waived += part.waived;
        }
        relations.encode_full()?;
    }
    relations.finish()?;
    targets.write(&folder.join("target_relations.parquet"), footer)?;
    let customers = write_customers(buckets, folder, footer)?;
    Ok(Walked { findings, concentration, waived, customers })
}

/// What one partition gives.
struct WalkedPart {
    relations: Vec<OfWord>,
    target_relations: Vec<OfWord>,
    customers: Sorted,
    findings: RelationFindings,
    concentration: Concentration,
    waived: u64,
}

impl WalkedPart {
    fn of(
        exports: &Exports,
        decision: &Decision,
        partition: usize,
        buckets: &Buckets,
        (findings, concentration): (&RelationFindings, &Concentration),
        waivers: &Mutex<&mut Waivers<'_>>,
    ) -> Result<Self> {
        interrupt::check()?;
        let parts = Parts::of(exports, partition)?;
        let (part, decided) = (&parts.source_before, &decision.parts[partition]);
        let (waived, findings) = {
            let mut waivers = waivers.lock().unwrap_or_else(PoisonError::into_inner);
            let waived: BooleanArray = RelationFindings::waived(part, decided, &mut waivers);
            let mut findings = findings.empty();
            findings.look(part, decided, &waived, &mut waivers);
            (waived, findings)
        };
        let mut of_part = concentration.empty();
        of_part.look(part, decided);
        let rows = DecidedRows::of(exports, decision, partition, &parts);
        Ok(Self {
            relations: rows.relations(&waived)?,
            target_relations: rows.target_relations()?,
            customers: buckets.sort(part, decided)?,
            findings,
            concentration: of_part,
            waived: waived.true_count() as u64,
        })
    }
}

fn write_customers(buckets: Buckets, folder: &Path, footer: &Footer) -> Result<CustomerTotals> {
    let path = folder.join("customers.parquet");
    let mut writer = GroupWriter::create(&path, &CUSTOMERS_REPORT, &[&fields::SOURCE_EXTERNAL_USERID], footer)?;
    let mut totals = CustomerTotals::default();
    let without_id = buckets.without_id()?;
    totals.add(&without_id);
    writer.write(without_id)?;
    let mut buckets = buckets.into_buckets().into_iter();
    loop {
        let window: Vec<Held> = buckets.by_ref().take(rayon::current_num_threads()).collect();
        if window.is_empty() {
            break;
        }
        for customers in window.into_par_iter().map(|bucket| customers::customers(&bucket)).collect::<Result<Vec<_>>>()? {
            totals.add(&customers);
            writer.write(customers)?;
        }
    }
    writer.finish()?;
    Ok(totals)
}

impl CustomerTotals {
    fn add(&mut self, customers: &RecordBatch) {
        let sum = |column: &Column| {
            let counts = customers.column_by_name(column.name).expect("customers hold their columns").as_primitive::<Int64Type>();
            arrow::compute::sum(counts).and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0)
        };
        self.relations += sum(&fields::RELATIONS);
        self.missing += sum(&fields::COUNT_MISSING);
    }
}
