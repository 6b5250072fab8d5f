//! The synthetic case of `qianhe demo`, with its truth beside it: the oracle of the test suite.
//!
//! Fates are planted first, the data that must lead to them is fabricated from the plan, and nothing here calls the
//! audit's own rules. The flow, one file each:
//!
//! ```text
//! rng      chance that repeats          world    what the seed decides
//! names    names and ids                customers  who has which keys
//! accounts kinds of accounts            plan, book what can be planted, and the book of it
//! layout   how many of what, and where  rows     from plans to relations on both sides
//! units    bulk dumps, in parallel      api, documents, sheet  their formats
//! group_plan, group_book, group_layout  what can be planted among groups, and under whom
//! groups, group_api                     from there to groups on both sides and their dumps
//! codes    join codes                   bill     the contract, and what it comes to
//! corp, lists, case_file                the rest of the case
//! truth    what must come out
//! ```

mod rng;
mod world;
mod names;
mod customers;
mod accounts;
mod plan;
mod book;
mod layout;
mod rows;
mod documents;
mod api;
mod sheet;
mod units;
mod corp;
mod group_plan;
mod group_book;
mod group_layout;
mod group_api;
mod groups;
mod codes;
mod bill;
mod lists;
mod case_file;
mod truth;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::interrupt;
use crate::progress::{Progress, Unit as ProgressUnit, Work};
use crate::text::errors as say;

use bill::Bill;
use customers::People;
use groups::Groups;
use lists::List;
use rows::{Fabric, RefusalRow};
use sheet::Sheet;
use truth::ParquetFile;
use units::{Leftovers, Unit};
use world::World;

/// The fewest relations among which every plan can stand once.
const FEWEST: u64 = 200;

/// Writes the synthetic case of `relations` relations of source-before and `seed` into `dir`, which is new or empty.
///
/// # Errors
/// [`Error::Usage`] for fewer than 200 relations, [`Error::Output`] where `dir` holds something, [`Error::Io`].
pub fn write(dir: &Path, relations: u64, seed: u64, progress: &dyn Progress) -> Result<()> {
    if relations < FEWEST {
        return Err(Error::usage(say::too_few_relations(relations), say::too_few_remedy(FEWEST)));
    }
    prepare(dir)?;
    let world = World::new(seed, relations);
    let people = People::new(&world);
    let layout = layout::layout(&world)?;
    let fabric = Fabric { world: &world, people: &people, layout: &layout };
    progress.begin(Work::Demo, relations, ProgressUnit::Rows);
    let shared = bulk(dir, &fabric, progress)?;
    // What all units share is little beside them.
    progress.begin(Work::Demo, 0, ProgressUnit::Rows);
    lists::accounts(&world, dir, &layout)?;
    lists::refusals(&world, dir, &shared.refusals)?;
    corp::write(&world, dir, &layout, &shared.contacts, &shared.unassigned)?;
    let stock = Groups::new(&world, &layout, &people).write(dir)?;
    codes::write(&world, dir, &stock)?;
    let bill = Bill::new(&world, shared.in_scope, shared.delivered);
    truth::billing(dir, bill.as_ref())?;
    case_file::write(&world, dir, bill.as_ref(), layout.customer_cap)?;
    progress.end();
    Ok(())
}

/// What all units together leave to shared files that are written whole.
#[derive(Default)]
struct Shared {
    refusals: Vec<RefusalRow>,
    contacts: Vec<Value>,
    unassigned: Vec<Value>,
    in_scope: u64,
    delivered: u64,
}

/// Writes the units, a few at a time, and what they share in their order.
fn bulk(dir: &Path, fabric: &Fabric<'_>, progress: &dyn Progress) -> Result<Shared> {
    let world = fabric.world;
    let mut shared = Shared::default();
    let mut truth = ParquetFile::new(dir.join("truth").join("relations.parquet"));
    let mut target_truth = ParquetFile::new(dir.join("truth").join("target_relations.parquet"));
    let mut map = if world.customer_map { Some(List::customer_map(world, dir)?) } else { None };
    let mut sheet = Sheet::create(world, dir)?;
    let units: Vec<Unit<'_>> = units::split(world, fabric.layout)
        .into_iter()
        .enumerate()
        .map(|(number, accounts)| Unit { fabric, dir, number, accounts })
        .collect();
    for some in units.chunks(rayon::current_num_threads().clamp(1, 8)) {
        interrupt::check()?;
        let written: Vec<Leftovers> =
            some.par_iter().map(|unit| unit.write(|relations| progress.advance(relations))).collect::<Result<_>>()?;
        for unit in written {
            truth.push(&unit.truth)?;
            target_truth.push(&unit.target_truth)?;
            if let Some(map) = &mut map {
                unit.map.iter().try_for_each(|(source, target)| map.push(&[source, target]))?;
            }
            sheet.push(unit.sheet)?;
            shared.refusals.extend(unit.refusals);
            shared.contacts.extend(unit.contacts);
            shared.unassigned.extend(unit.unassigned);
            shared.in_scope += unit.in_scope;
            shared.delivered += unit.delivered;
        }
    }
    truth.finish()?;
    target_truth.finish()?;
    map.map_or(Ok(()), List::finish)?;
    sheet.finish(world, fabric.layout, dir)?;
    Ok(shared)
}

/// The folder, new or empty: a case that mixes two worlds has no truth.
fn prepare(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(Error::io(dir, say::CANNOT_CREATE))?;
    let mut entries = fs::read_dir(dir).map_err(Error::io(dir, say::CANNOT_READ))?;
    if entries.next().is_some() {
        return Err(Error::output(dir, say::NOT_EMPTY, say::NOT_EMPTY_REMEDY));
    }
    Ok(())
}
