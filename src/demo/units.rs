//! A unit: up to 100 accounts whose bulk is written together, and in parallel with other units.

use std::path::Path;

use arrow::array::RecordBatch;
use serde_json::{Value, json};

use super::accounts::Kind;
use super::api::{self, Chain, Relation};
use super::documents::{Documents, Layout, Packing};
use super::layout::Layout as Planted;
use super::plan::{Form, When};
use super::rows::{Fabric, RefusalRow, Rows, SourceRow, TargetRow};
use super::sheet::{self, SheetPart};
use super::truth;
use super::world::{FINISH, HOUR, TAKEN_AFTER, TAKEN_BEFORE, TargetStyle, World};
use crate::error::Result;
use crate::schema::vocabulary::{Outcome, Scope};

/// Relations of a unit, which make files of about 50 MB.
const RELATIONS: u64 = 80_000;
/// How many customers of a unit are dumped one by one, too.
const BARE: usize = 12;

/// The accounts of every unit, as ranges.
pub fn split(world: &World, layout: &Planted) -> Vec<std::ops::Range<usize>> {
    let most = if world.relations < 5_000 { 7 } else { 100 };
    let mut units = Vec::new();
    let (mut start, mut held) = (0, 0);
    for (index, account) in layout.accounts.iter().enumerate() {
        let rows = account.sources();
        if index > start && (index - start >= most || held + rows > RELATIONS) {
            units.push(start..index);
            (start, held) = (index, 0);
        }
        held += rows;
    }
    units.push(start..layout.accounts.len());
    units
}

/// What a unit leaves to files that all units share.
pub struct Leftovers {
    pub truth: RecordBatch,
    pub target_truth: RecordBatch,
    pub map: Vec<(String, String)>,
    pub refusals: Vec<RefusalRow>,
    pub contacts: Vec<Value>,
    pub unassigned: Vec<Value>,
    pub sheet: Option<SheetPart>,
    pub in_scope: u64,
    /// Relations that stand where they were to stand.
    pub delivered: u64,
}

/// Writes a unit.
pub struct Unit<'a> {
    pub fabric: &'a Fabric<'a>,
    pub dir: &'a Path,
    pub number: usize,
    pub accounts: std::ops::Range<usize>,
}

impl Unit<'_> {
    /// Writes its dumps of all four roles. `advance` is told of a part of its relations as each of them is done.
    pub fn write(&self, advance: impl Fn(u64)) -> Result<Leftovers> {
        let mut rows = Rows::default();
        for index in self.accounts.clone() {
            let account = self.fabric.account(index);
            rows.sources.extend(account.sources);
            rows.targets.extend(account.targets);
            rows.map.extend(account.map);
            rows.refusals.extend(account.refusals);
        }
        let relations = rows.sources.len() as u64;
        self.source_before(&rows.sources)?;
        advance(relations / 4);
        self.source_after(&rows.sources)?;
        advance(relations / 4);
        self.target_before(&rows.targets)?;
        advance(relations / 4);
        rows.targets.retain(|row| row.when != When::Gone);
        let style = self.fabric.world.target_style;
        if style == TargetStyle::Json {
            self.target_after(&rows.targets)?;
        }
        advance(relations - relations / 4 * 3);
        Ok(Leftovers {
            truth: truth::relations(self.fabric.layout, &rows.sources)?,
            target_truth: truth::target_relations(self.fabric.layout, &rows.targets)?,
            contacts: self.contacts(&rows.sources),
            unassigned: self.unassigned(&rows.sources),
            sheet: sheet::part(self.fabric, &rows.targets)?,
            in_scope: rows.sources.iter().filter(|row| row.fate.scope == Scope::InScope).count() as u64,
            delivered: rows
                .sources
                .iter()
                .filter(|row| matches!(row.fate.outcome, Outcome::Migrated | Outcome::AlreadyAtTarget))
                .count() as u64,
            map: rows.map,
            refusals: rows.refusals,
        })
    }

    fn source_before(&self, rows: &[SourceRow]) -> Result<()> {
        let folder = self.dir.join("source-before");
        let userids = self.userids(Kind::dumped_at_source, true);
        if userids.is_empty() {
            return Ok(());
        }
        let paged = |row: &&SourceRow| matches!(row.form, Form::Full | Form::Late | Form::Blank | Form::Unassigned);
        let relations: Vec<Relation<'_>> = rows.iter().filter(paged).map(|row| self.source(row)).collect();
        let mut file = self.documents(&folder.join("batch"), "batch", 1);
        self.chain(&userids, &[], "sb", TAKEN_BEFORE, true).write(&relations, &mut file)?;
        file.finish()?;
        let listed = |row: &SourceRow| {
            matches!(row.form, Form::Full | Form::Late | Form::Blank | Form::ListOnly | Form::Unassigned)
        };
        let everywhere = self.fabric.world.lists_everywhere;
        let mut file = self.documents(&folder.join("list"), "list", 2);
        for index in self.accounts.clone().filter(|n| self.fabric.at(*n).kind.dumped_at_source()) {
            let of_account = of(rows, index, |row| row.account).iter();
            if everywhere || of_account.clone().any(|row| row.form == Form::ListOnly) {
                let ids: Vec<&str> =
                    of_account.filter(|row| listed(row)).filter_map(|row| row.external_userid.as_deref()).collect();
                file.push(&api::list(&self.fabric.at(index).source_userid, &ids, TAKEN_BEFORE + 60))?;
            }
        }
        file.finish()?;
        self.one_by_one(&folder, rows)
    }

    /// Bare responses for some customers: those of one member, and some of two members with both of them.
    fn one_by_one(&self, folder: &Path, rows: &[SourceRow]) -> Result<()> {
        let full = |row: &&SourceRow| row.form == Form::Full && (row.lender.is_some() || row.number.is_multiple_of(50));
        for (place, row) in rows.iter().filter(full).take(BARE).enumerate() {
            let here = self.source(row);
            let mut followers = vec![here];
            if let Some(lender) = row.lender {
                let userid = &*self.fabric.at(lender).source_userid;
                let created = Some(self.fabric.source_time(lender, row.number, Form::Full));
                followers.push(Relation {
                    userid,
                    created,
                    dice: self.dice("source relation", row.number, lender),
                    ..here
                });
            }
            // The lender's relation keeps its unionid and name, which an own name (a namesake's) would contradict.
            if row.lender.is_none() || row.name.as_deref() == Some(&*self.fabric.people.name(row.number)) {
                let stem = format!("get-{:04}-{place:02}", self.number);
                super::documents::write_all(
                    &folder.join("customers"),
                    &stem,
                    Layout::Pretty,
                    Packing::Plain,
                    &[here.bare_get(&followers)],
                )?;
            }
        }
        Ok(())
    }

    /// What stays is undocumented: here everything that did not arrive, and half of the rest.
    fn source_after(&self, rows: &[SourceRow]) -> Result<()> {
        let userids = self.userids(Kind::dumped_at_source, true);
        if !self.fabric.world.source_after || userids.is_empty() {
            return Ok(());
        }
        let stays = |row: &&SourceRow| {
            row.fate.outcome != Outcome::Migrated || self.dice("stays", row.number, row.account).chance(5_000)
        };
        let mut file = self.documents(&self.dir.join("source-after").join("list"), "list", 3);
        for index in self.accounts.clone().filter(|n| self.fabric.at(*n).kind.dumped_at_source()) {
            let listed = |row: &&SourceRow| {
                !matches!(row.form, Form::NotCustomer | Form::NotCustomerNoId | Form::UnassignedOnly)
            };
            let kept = of(rows, index, |row| row.account).iter().filter(listed).filter(stays);
            let ids: Vec<&str> = kept.filter_map(|row| row.external_userid.as_deref()).collect();
            file.push(&api::list(&self.fabric.at(index).source_userid, &ids, TAKEN_AFTER))?;
        }
        file.finish()
    }

    fn target_before(&self, rows: &[TargetRow]) -> Result<()> {
        let userids = self.userids(Kind::at_target, false);
        if !self.fabric.world.target_before || userids.is_empty() {
            return Ok(());
        }
        let known = |row: &&TargetRow| matches!(row.when, When::OldBefore | When::NoTimeBefore | When::Gone);
        let relations: Vec<Relation<'_>> = rows.iter().filter(known).map(|row| self.target(row)).collect();
        let mut file = self.documents(&self.dir.join("target-before"), "batch", 4);
        self.chain(&userids, &[], "tb", TAKEN_BEFORE, true).write(&relations, &mut file)?;
        file.finish()
    }

    fn target_after(&self, rows: &[TargetRow]) -> Result<()> {
        let folder = self.dir.join("target-after");
        let kind = |row: &&TargetRow| self.fabric.at(row.account).kind;
        let userids = self.userids(|kind| kind.target_pages_end() || kind == Kind::TargetUnlicensed, false);
        let unlicensed = self.userids(|kind| kind == Kind::TargetUnlicensed, false);
        let mut file = self.documents(&folder.join("batch"), "batch", 5);
        if !userids.is_empty() {
            let paged = |row: &&TargetRow| kind(row).target_pages_end() && row.when != When::IdOnly;
            let relations: Vec<Relation<'_>> = rows.iter().filter(paged).map(|row| self.target(row)).collect();
            self.chain(&userids, &unlicensed, "ta", TAKEN_AFTER, true).write(&relations, &mut file)?;
        }
        for index in self.accounts.clone().filter(|n| self.fabric.at(*n).kind == Kind::TargetPartial) {
            let relations: Vec<Relation<'_>> =
                of(rows, index, |row| row.account).iter().map(|row| self.target(row)).collect();
            let userid = [&*self.fabric.at(index).target_userid];
            let mark = format!("tp{index}");
            self.chain(&userid, &[], &mark, TAKEN_AFTER, false).write(&relations, &mut file)?;
        }
        file.finish()?;
        self.target_lists(&folder, rows)?;
        let bare: Vec<Value> =
            rows.iter().filter(|row| kind(row).bare_at_target()).map(|row| self.bare_target(row)).collect();
        if bare.is_empty() {
            return Ok(());
        }
        let mut file = self.documents(&folder.join("customers"), "get", 6);
        bare.iter().try_for_each(|document| file.push(document))?;
        file.finish()
    }

    fn bare_target(&self, row: &TargetRow) -> Value {
        let relation = self.target(row);
        relation.bare_get(&[relation])
    }

    /// Lists where pages do not hold all, and everywhere in some worlds; and the answers that were errors.
    fn target_lists(&self, folder: &Path, rows: &[TargetRow]) -> Result<()> {
        let mut file = self.documents(&folder.join("list"), "list", 7);
        for index in self.accounts.clone() {
            let account = self.fabric.at(index);
            let of_account = of(rows, index, |row| row.account).iter();
            let wanted = self.fabric.world.lists_everywhere || of_account.clone().any(|row| row.when == When::IdOnly);
            if account.kind == Kind::TargetFailed {
                let response =
                    json!({"errcode": 45033, "errmsg": "api concurrent out of limit", "external_userid": []});
                file.push(&api::envelope(
                    "externalcontact/list",
                    json!({"userid": account.target_userid}),
                    TAKEN_AFTER + 5 * HOUR,
                    response,
                ))?;
            } else if account.kind == Kind::TargetEmpty || account.kind.target_pages_end() && wanted {
                if index.is_multiple_of(5) {
                    // A first try that failed: the newer answer counts.
                    let response = json!({"errcode": 45033, "errmsg": "api concurrent out of limit"});
                    let request = json!({"userid": account.target_userid});
                    file.push(&api::envelope("externalcontact/list", request, FINISH + 30 * HOUR, response))?;
                }
                let ids: Vec<&str> = of_account.map(|row| &*row.external_userid).collect();
                file.push(&api::list(&account.target_userid, &ids, TAKEN_AFTER + 60))?;
            }
        }
        file.finish()
    }

    fn contacts(&self, rows: &[SourceRow]) -> Vec<Value> {
        let no_customer = |row: &SourceRow| matches!(row.form, Form::NotCustomer | Form::NotCustomerNoId);
        let wanted = |row: &&SourceRow| no_customer(row) || row.form == Form::Full && row.number.is_multiple_of(97);
        rows.iter().filter(wanted).map(|row| self.source(row).info(!no_customer(row))).collect()
    }

    fn unassigned(&self, rows: &[SourceRow]) -> Vec<Value> {
        let wanted = |row: &&SourceRow| matches!(row.form, Form::Unassigned | Form::UnassignedOnly);
        let info = |row: &SourceRow| {
            let left_at = TAKEN_BEFORE - self.dice("left", row.number, 0).between(1, 400) * 24 * HOUR;
            let userid = &self.fabric.at(row.account).source_userid;
            json!({"handover_userid": userid, "external_userid": row.external_userid, "dimission_time": left_at})
        };
        rows.iter().filter(wanted).map(info).collect()
    }

    fn userids(&self, wanted: impl Fn(Kind) -> bool, source: bool) -> Vec<&str> {
        let accounts = self.fabric.layout.accounts[self.accounts.clone()].iter();
        accounts
            .filter(|a| wanted(a.kind))
            .map(|a| if source { &*a.source_userid } else { &*a.target_userid })
            .collect()
    }

    fn chain<'c>(
        &self,
        userids: &'c [&'c str],
        unlicensed: &'c [&'c str],
        mark: &'c str,
        taken_at: i64,
        ends: bool,
    ) -> Chain<'c> {
        Chain {
            userids,
            unlicensed,
            mark,
            unit: self.number,
            fetched_at: taken_at + (self.number % 60 * 60) as i64,
            ends,
        }
    }

    fn source<'r>(&'r self, row: &'r SourceRow) -> Relation<'r> {
        Relation {
            userid: &self.fabric.at(row.account).source_userid,
            external_userid: row.external_userid.as_deref().unwrap_or(""),
            unionid: row.unionid.as_deref(),
            name: row.name.as_deref(),
            created: row.created,
            wecom: row.wecom,
            dice: self.dice("source relation", row.number, row.account),
        }
    }

    fn target<'r>(&'r self, row: &'r TargetRow) -> Relation<'r> {
        Relation {
            userid: &self.fabric.at(row.account).target_userid,
            external_userid: &row.external_userid,
            unionid: row.unionid.as_deref(),
            name: row.name.as_deref(),
            created: row.created,
            wecom: row.wecom,
            dice: self.dice("target relation", row.number, row.account),
        }
    }

    fn dice(&self, label: &str, number: u64, account: usize) -> super::rng::Dice {
        self.fabric.world.dice.of(label, number).of("account", account as u64)
    }

    fn documents(&self, folder: &Path, stem: &str, which: u64) -> Documents {
        let dice = self.fabric.world.dice.of("packing", which).of("unit", self.number as u64);
        let small = self.fabric.world.small();
        let layout = if small { dice.pick(&[Layout::Lines, Layout::Array, Layout::Pretty]) } else { Layout::Lines };
        let packings = [Packing::Plain, Packing::Bom, Packing::Gzip, Packing::Zstd];
        let packing = if small { dice.of("and", 0).pick(&packings) } else { Packing::Plain };
        Documents::new(folder, &format!("{stem}-{:04}", self.number), layout, packing)
    }
}

/// The rows of one account: rows stand account by account.
fn of<T>(rows: &[T], index: usize, account: impl Fn(&T) -> usize) -> &[T] {
    let start = rows.partition_point(|row| account(row) < index);
    let end = rows.partition_point(|row| account(row) <= index);
    &rows[start..end]
}
