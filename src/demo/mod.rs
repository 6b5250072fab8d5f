//! The synthetic case of `qianhe demo`, with its truth beside it: the oracle of the test suite.
//!
//! Outcomes are planted first, the data that must lead to them is made from the plans, and nothing here calls the
//! audit's own rules. The flow, one file each:
//!
//! ```text
//! rng       random choices that repeat     world     the choices of the seed
//! names     names and ids                  people    customers and their keys
//! accounts  kinds of accounts              plan/     the plans of relations, groups and join codes
//! planter   instances of plans per account
//! relations, groups                        from plans to records of both corps, with their truth
//! part      dumps of some accounts, in parallel with others
//! api, documents, parquet, target_tables   formats of the dumps
//! corp, codes, lists, bill, case_file      the rest of the case
//! truth     the reports' columns as they must come out
//! ```

mod rng;
mod world;
mod names;
mod people;
mod accounts;
mod plan;
mod planter;
mod relations;
mod groups;
mod documents;
mod parquet;
mod api;
mod target_tables;
mod part;
mod corp;
mod codes;
mod bill;
mod lists;
mod case_file;
mod truth;
#[cfg(test)]
mod tests;

use std::fs;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::interrupt;
use crate::progress::{Progress, Unit, Work};
use crate::text::errors as say;

use bill::PlantedBill;
use codes::NewGroups;
use lists::SheetFiles;
use parquet::TableFiles;
use part::{SharedRecords, WrittenPart};
use people::People;
use planter::{PlantedAccount, PlantedCase};
use rng::SeededDice;
use world::{TargetStyle, World};

/// The fewest relations among which every plan can be planted once.
const FEWEST: u64 = 200;

/// The choices of a seed, its people and its planted accounts, from which records are made.
#[derive(Debug)]
struct DemoCase<'a> {
    world: &'a World,
    people: &'a People,
    case: &'a PlantedCase,
}

impl DemoCase<'_> {
    /// An account by its number.
    fn at(&self, index: usize) -> &PlantedAccount {
        &self.case.accounts[index]
    }

    fn source_userid(&self, account: usize) -> &str {
        &self.at(account).source_userid
    }

    fn target_userid(&self, account: usize) -> &str {
        &self.at(account).target_userid
    }

    fn dice(&self, label: &str, number: u64) -> SeededDice {
        self.world.dice.of(label, number)
    }
}

/// Writes the synthetic case of `relations` relations of source-before and `seed` into `dir`, which is new or empty.
///
/// # Errors
/// [`Error::Usage`] for fewer than 200 relations, [`Error::Output`] where `dir` is not empty, [`Error::Io`].
pub fn write(dir: &Path, relations: u64, seed: u64, progress: &dyn Progress) -> Result<()> {
    if relations < FEWEST {
        return Err(Error::usage(say::too_few_relations(relations), say::too_few_remedy(FEWEST)));
    }
    prepare(dir)?;
    let world = World::new(seed, relations);
    let people = People::new(&world);
    let case = planter::plant(&world)?;
    let demo = DemoCase { world: &world, people: &people, case: &case };
    progress.begin(Work::Demo, relations, Unit::Rows);
    let mut tables = TableFiles::new(dir);
    let shared = write_parts(dir, &demo, &mut tables, progress)?;
    // The files of the whole case are small.
    progress.begin(Work::Demo, 0, Unit::Rows);
    let new_groups = NewGroups::new(&demo);
    tables.push(codes::write(&demo, dir, &shared.linkable, &new_groups)?)?;
    if world.target_style == TargetStyle::Parquet {
        tables.push(target_tables::coverage(&demo)?)?;
    }
    tables.finish()?;
    let bill = PlantedBill::new(&world, shared.in_scope, shared.delivered);
    truth::billing(dir, bill.as_ref())?;
    corp::write(&demo, dir, shared, new_groups.listed())?;
    case_file::write(&world, dir, bill.as_ref(), case.customer_cap)?;
    progress.end();
    Ok(())
}

/// Writes the parts, a few at a time, and appends to the files that they share, in their order.
fn write_parts(
    dir: &Path,
    demo: &DemoCase<'_>,
    tables: &mut TableFiles,
    progress: &dyn Progress,
) -> Result<SharedRecords> {
    let world = demo.world;
    let mut shared = SharedRecords::default();
    let mut sheets = SheetFiles::new(world, dir);
    let parts: Vec<(usize, Range<usize>)> = part::split(world, demo.case).into_iter().enumerate().collect();
    let write = |(number, accounts): &(usize, Range<usize>)| {
        part::write(demo, dir, *number, accounts.clone(), |relations| progress.advance(relations))
    };
    for some in parts.chunks(rayon::current_num_threads().clamp(1, 8)) {
        interrupt::check()?;
        let written: Vec<WrittenPart> = some.par_iter().map(write).collect::<Result<_>>()?;
        for records in written {
            tables.push(records.tables)?;
            sheets.push(records.sheets)?;
            shared.merge(records.shared);
        }
    }
    sheets.finish(world, demo.case)?;
    Ok(shared)
}

/// Creates the folder, which has to be new or empty: a case that mixes two worlds has no truth.
fn prepare(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(Error::io(dir, say::CANNOT_CREATE))?;
    let mut entries = fs::read_dir(dir).map_err(Error::io(dir, say::CANNOT_READ))?;
    if entries.next().is_some() {
        return Err(Error::output(dir, say::NOT_EMPTY, say::NOT_EMPTY_REMEDY));
    }
    Ok(())
}
