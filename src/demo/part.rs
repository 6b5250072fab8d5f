//! A part of the case: up to 100 accounts whose dumps are written together, and in parallel with other parts.

use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};

use super::DemoCase;
use super::accounts::AccountKind;
use super::api::{self, ApiGroup, ApiRelation, BatchChain};
use super::codes::LinkableGroups;
use super::documents::{DumpFile, JsonLayout, Packing, write_all};
use super::groups::GroupRow;
use super::lists::DemoSheetRows;
use super::parquet::TableRows;
use super::plan::{SourceForm, TargetForm};
use super::planter::{PlantedAccount, PlantedCase};
use super::relations::{RelationRecord, RelationRows, SourceRow, TargetRow};
use super::rng::SeededDice;
use super::world::{FINISH, HOUR, TAKEN_AFTER, TAKEN_BEFORE, TargetStyle, World};
use super::{target_tables, truth};
use crate::error::Result;
use crate::schema::vocabulary::{Outcome, Scope};

/// Relations of a part, which make files of about 50 MB.
const RELATIONS: u64 = 80_000;
/// Number of customers of a part that are exported one by one, too.
const BARE: usize = 12;

/// Returns the accounts of every part.
pub fn split(world: &World, case: &PlantedCase) -> Vec<Range<usize>> {
    let most = if world.relations < 5_000 { 7 } else { 100 };
    let mut parts = Vec::new();
    let (mut start, mut held) = (0, 0);
    for (index, account) in case.accounts.iter().enumerate() {
        let rows = account.sources();
        if index > start && (index - start >= most || held + rows > RELATIONS) {
            parts.push(start..index);
            (start, held) = (index, 0);
        }
        held += rows;
    }
    parts.push(start..case.accounts.len());
    parts
}

/// Records for files that all parts share.
#[derive(Default)]
pub struct SharedRecords {
    pub contacts: Vec<Value>,
    pub unassigned: Vec<Value>,
    /// Ids of groups with their status, as `groupchat/list` has them: of source-before, source-after and target-after.
    pub chats: [Vec<(String, u8)>; 3],
    pub linkable: LinkableGroups,
    pub in_scope: u64,
    /// Relations that arrived as agreed.
    pub delivered: u64,
}

impl SharedRecords {
    /// Appends those of the next part.
    pub fn merge(&mut self, other: Self) {
        self.contacts.extend(other.contacts);
        self.unassigned.extend(other.unassigned);
        self.chats.iter_mut().zip(other.chats).for_each(|(all, chats)| all.extend(chats));
        self.linkable.merge(other.linkable);
        self.in_scope += other.in_scope;
        self.delivered += other.delivered;
    }
}

/// Records of a part that are appended to files of the whole case.
pub struct WrittenPart {
    pub tables: TableRows,
    pub sheets: DemoSheetRows,
    pub shared: SharedRecords,
}

/// An account with its relations.
struct PartAccount<'a> {
    index: usize,
    planted: &'a PlantedAccount,
    sources: Vec<SourceRow>,
    targets: Vec<TargetRow>,
}

impl PartAccount<'_> {
    fn has(&self, form: SourceForm) -> bool {
        self.sources.iter().any(|row| row.form == form)
    }

    fn dumped_at_source(&self) -> bool {
        self.planted.kind.dumped_at_source()
    }
}

/// A part that is being written.
struct DumpPart<'a> {
    demo: &'a DemoCase<'a>,
    dir: &'a Path,
    number: usize,
    accounts: Vec<PartAccount<'a>>,
    groups: Vec<GroupRow>,
    target_groups: Vec<ApiGroup>,
}

/// Writes the dumps of all four roles of the part `number` with these accounts; `advance` gets numbers of relations.
pub fn write(
    demo: &DemoCase<'_>,
    dir: &Path,
    number: usize,
    accounts: Range<usize>,
    advance: impl Fn(u64),
) -> Result<WrittenPart> {
    let mut part = DumpPart { demo, dir, number, accounts: Vec::new(), groups: Vec::new(), target_groups: Vec::new() };
    let mut sheets = DemoSheetRows::new();
    for index in accounts {
        let RelationRows { sources, targets, lists: relation_lists } = demo.relations(index);
        let groups = demo.groups(index);
        part.accounts.push(PartAccount { index, planted: demo.at(index), sources, targets });
        part.groups.extend(groups.sources);
        part.target_groups.extend(groups.targets);
        sheets.extend(relation_lists.into_iter().chain(groups.lists));
    }
    let relations = part.sources().count() as u64;
    part.source_before()?;
    advance(relations / 4);
    part.source_after()?;
    advance(relations / 4);
    part.target_before()?;
    part.accounts.iter_mut().for_each(|account| account.targets.retain(|row| row.form != TargetForm::Gone));
    advance(relations / 4);
    part.target_after()?;
    let shared = part.shared();
    let tables = part.tables(&mut sheets)?;
    advance(relations - relations / 4 * 3);
    Ok(WrittenPart { tables, sheets, shared })
}

impl DumpPart<'_> {
    fn sources(&self) -> impl Iterator<Item = &SourceRow> {
        self.accounts.iter().flat_map(|account| &account.sources)
    }

    fn source_before(&self) -> Result<()> {
        use SourceForm::{Blank, Full, Late, ListOnly, Unassigned, Unreadable};
        let folder = self.dir.join("source-before");
        let paged = |row: &&SourceRow| matches!(row.form, Full | Late | Unreadable | Blank | Unassigned);
        let userids: Vec<&str> = (self.accounts.iter().filter(|account| account.dumped_at_source()))
            .map(|account| &*account.planted.source_userid)
            .collect();
        if !userids.is_empty() {
            let relations: Vec<ApiRelation<'_>> = self.sources().filter(paged).map(|row| self.source(row)).collect();
            let mut file = self.file(&folder.join("batch"), "batch", 1);
            self.chain(&userids, "sb", TAKEN_BEFORE).write(&relations, &mut file)?;
            file.finish()?;
        }
        let listed = |row: &&SourceRow| paged(row) || row.form == ListOnly;
        let everywhere = self.demo.world.lists_everywhere;
        let accounts = self.accounts.iter().filter(|account| everywhere || account.has(ListOnly));
        self.source_lists(&folder, 2, TAKEN_BEFORE + 60, accounts, listed)?;
        self.one_by_one(&folder.join("customers"))?;
        let known = self.groups.iter().filter(|row| row.owner.is_some()).map(|row| &row.group);
        self.write_groups(&folder, 8, TAKEN_BEFORE, known)
    }

    fn source_lists<'p>(
        &self,
        folder: &Path,
        which: u64,
        fetched_at: i64,
        accounts: impl Iterator<Item = &'p PartAccount<'p>>,
        listed: impl Fn(&&SourceRow) -> bool,
    ) -> Result<()> {
        let mut file = self.file(&folder.join("list"), "list", which);
        for account in accounts.filter(|account| account.dumped_at_source()) {
            let records = account.sources.iter().filter(&listed).map(|row| &row.record);
            file.push(&api::list(&account.planted.source_userid, records, fetched_at))?;
        }
        file.finish()
    }

    /// Bare responses for some customers: those of one member, and some of two members with both of them.
    fn one_by_one(&self, folder: &Path) -> Result<()> {
        let wanted = |row: &&SourceRow| {
            row.form == SourceForm::Full && (row.holder.is_some() || row.record.number.is_multiple_of(50))
        };
        for (place, row) in self.sources().filter(wanted).take(BARE).enumerate() {
            let here = self.source(row);
            let there = row.holder.map(|holder| ApiRelation {
                userid: self.demo.source_userid(holder),
                created: Some(self.demo.source_time(holder, row.record.number, SourceForm::Full)),
                dice: self.dice("source relation", row.record.number, holder),
                ..here
            });
            let followers: Vec<ApiRelation<'_>> = [here].into_iter().chain(there).collect();
            let stem = format!("get-{:04}-{place:02}", self.number);
            write_all(folder, &stem, JsonLayout::Pretty, Packing::Plain, [here.bare_get(&followers)])?;
        }
        Ok(())
    }

    /// The service does not say which relations stay: here all that did not arrive, and half of the others.
    fn source_after(&self) -> Result<()> {
        use SourceForm::{NotCustomer, NotCustomerNoId, UnassignedOnly};
        let folder = self.dir.join("source-after");
        if self.demo.world.source_after {
            let random = |row: &SourceRow| self.dice("stays", row.record.number, row.record.account).chance(5_000);
            let stays = |row: &&SourceRow| {
                !matches!(row.form, NotCustomer | NotCustomerNoId | UnassignedOnly)
                    && (row.fate.outcome != Outcome::Migrated || random(row))
            };
            self.source_lists(&folder, 3, TAKEN_AFTER, self.accounts.iter(), stays)?;
        }
        if self.demo.world.group_list_after {
            let kept = self.groups.iter().filter(|row| row.still_listed && row.owner.is_some()).map(|row| &row.group);
            self.write_groups(&folder, 9, TAKEN_AFTER, kept)?;
        }
        Ok(())
    }

    fn target_before(&self) -> Result<()> {
        use TargetForm::{Gone, NoTimeBefore, OldBefore};
        let userids = self.target_userids(AccountKind::at_target);
        if !self.demo.world.target_before || userids.is_empty() {
            return Ok(());
        }
        let known = |row: &&TargetRow| matches!(row.form, OldBefore | NoTimeBefore | Gone);
        let rows = self.accounts.iter().flat_map(|account| account.targets.iter().filter(known));
        let relations: Vec<ApiRelation<'_>> = rows.map(|row| self.target(row)).collect();
        let mut file = self.file(&self.dir.join("target-before"), "batch", 4);
        self.chain(&userids, "tb", TAKEN_BEFORE).write(&relations, &mut file)?;
        file.finish()
    }

    fn target_after(&self) -> Result<()> {
        let folder = self.dir.join("target-after");
        if self.demo.world.target_style != TargetStyle::Parquet {
            self.write_groups(&folder, 10, TAKEN_AFTER, self.target_groups.iter())?;
        }
        if self.demo.world.target_style != TargetStyle::Json {
            return Ok(());
        }
        self.target_pages(&folder)?;
        self.target_lists(&folder)?;
        let mut file = self.file(&folder.join("customers"), "get", 6);
        for account in self.accounts.iter().filter(|account| account.planted.kind.bare_at_target()) {
            for relation in account.targets.iter().map(|row| self.target(row)) {
                file.push(&relation.bare_get(&[relation]))?;
            }
        }
        file.finish()
    }

    fn target_pages(&self, folder: &Path) -> Result<()> {
        let unlicensed = self.target_userids(|kind| kind == AccountKind::TargetUnlicensed);
        let userids = self.target_userids(|kind| kind.target_pages_end() || kind == AccountKind::TargetUnlicensed);
        let mut file = self.file(&folder.join("batch"), "batch", 5);
        if !userids.is_empty() {
            let ended = self.accounts.iter().filter(|account| account.planted.kind.target_pages_end());
            let rows = ended.flat_map(|account| &account.targets).filter(|row| row.form != TargetForm::IdOnly);
            let relations: Vec<ApiRelation<'_>> = rows.map(|row| self.target(row)).collect();
            let chain = BatchChain { unlicensed: &unlicensed, ..self.chain(&userids, "ta", TAKEN_AFTER) };
            chain.write(&relations, &mut file)?;
        }
        for account in self.accounts.iter().filter(|account| account.planted.kind == AccountKind::TargetPartial) {
            let relations: Vec<ApiRelation<'_>> = account.targets.iter().map(|row| self.target(row)).collect();
            let userid = [&*account.planted.target_userid];
            let chain = self.chain(&userid, &format!("tp{}", account.index), TAKEN_AFTER);
            BatchChain { ends: false, ..chain }.write(&relations, &mut file)?;
        }
        file.finish()
    }

    /// Lists where pages do not hold all, and everywhere in some worlds; and the answers that were errors.
    fn target_lists(&self, folder: &Path) -> Result<()> {
        const ENDPOINT: &str = "externalcontact/list";
        let mut file = self.file(&folder.join("list"), "list", 7);
        for PartAccount { index, planted, targets, .. } in &self.accounts {
            let (kind, userid) = (planted.kind, &planted.target_userid);
            let failed = |fetched_at| api::envelope(ENDPOINT, json!({"userid": userid}), fetched_at, api::limited());
            let wanted = self.demo.world.lists_everywhere || targets.iter().any(|row| row.form == TargetForm::IdOnly);
            if kind == AccountKind::TargetFailed {
                file.push(&failed(TAKEN_AFTER + 5 * HOUR))?;
            } else if kind == AccountKind::TargetEmpty || kind.target_pages_end() && wanted {
                if index.is_multiple_of(5) {
                    // A first try that failed: the newer answer counts.
                    file.push(&failed(FINISH + 30 * HOUR))?;
                }
                file.push(&api::list(userid, targets.iter().map(|row| &row.record), TAKEN_AFTER + 60))?;
            }
        }
        file.finish()
    }

    fn write_groups<'g>(
        &self,
        folder: &Path,
        which: u64,
        fetched_at: i64,
        mut groups: impl Iterator<Item = &'g ApiGroup>,
    ) -> Result<()> {
        let mut file = self.file(&folder.join("groups"), "groups", which);
        groups.try_for_each(|group| group.write(fetched_at, &mut file))?;
        file.finish()
    }

    fn shared(&self) -> SharedRecords {
        let count = |wanted: fn(&&SourceRow) -> bool| self.sources().filter(wanted).count() as u64;
        let no_customer = |row: &SourceRow| matches!(row.form, SourceForm::NotCustomer | SourceForm::NotCustomerNoId);
        let contacts = self
            .sources()
            .filter(|row| no_customer(row) || row.form == SourceForm::Full && row.record.number.is_multiple_of(97));
        let left = self.sources().filter(|row| matches!(row.form, SourceForm::Unassigned | SourceForm::UnassignedOnly));
        let unassigned = |row: &SourceRow| {
            let left_at = TAKEN_BEFORE - self.dice("left", row.record.number, 0).between(1, 400) * 24 * HOUR;
            let userid = self.demo.source_userid(row.record.account);
            json!({
                "handover_userid": userid,
                "external_userid": row.record.external_userid,
                "dimission_time": left_at,
            })
        };
        // 1: the owner has left.
        let status =
            |row: &GroupRow| u8::from(row.owner.is_some_and(|owner| self.demo.at(owner).kind == AccountKind::Left));
        let id = |row: &GroupRow| row.group.chat_id.clone();
        let after = self.groups.iter().filter(|row| row.still_listed);
        SharedRecords {
            contacts: contacts.map(|row| self.source(row).info(!no_customer(row))).collect(),
            unassigned: left.map(unassigned).collect(),
            chats: [
                self.groups.iter().map(|row| (id(row), status(row))).collect(),
                after.map(|row| (id(row), 0)).collect(),
                self.target_groups.iter().map(|group| (group.chat_id.clone(), 0)).collect(),
            ],
            linkable: LinkableGroups::new(&self.groups),
            in_scope: count(|row| row.fate.scope == Scope::InScope),
            delivered: count(|row| matches!(row.fate.outcome, Outcome::Migrated | Outcome::AlreadyAtTarget)),
        }
    }

    /// Returns the truth, and the target's tables where it comes as tables.
    fn tables(self, sheets: &mut DemoSheetRows) -> Result<TableRows> {
        let demo = self.demo;
        let mut sources = Vec::new();
        let mut targets = Vec::new();
        for account in self.accounts {
            sources.extend(account.sources);
            targets.extend(account.targets);
        }
        let mut tables = vec![
            (truth::RELATIONS, truth::relations(demo, &sources)?),
            (truth::TARGET_RELATIONS, truth::target_relations(demo, &targets)?),
            (truth::GROUPS, truth::groups(demo, &self.groups)?),
        ];
        match demo.world.target_style {
            TargetStyle::Json => {}
            TargetStyle::Csv => sheets.extend(target_tables::csv_rows(demo, &targets)),
            TargetStyle::Parquet => tables.extend(target_tables::tables(demo, &targets, &self.target_groups)?),
        }
        Ok(tables)
    }

    fn target_userids(&self, wanted: impl Fn(AccountKind) -> bool) -> Vec<&str> {
        let accounts = self.accounts.iter().filter(|account| wanted(account.planted.kind));
        accounts.map(|account| &*account.planted.target_userid).collect()
    }

    fn chain<'c>(&self, userids: &'c [&'c str], mark: &str, taken_at: i64) -> BatchChain<'c> {
        let fetched_at = taken_at + (self.number % 60 * 60) as i64;
        BatchChain { userids, unlicensed: &[], mark: format!("{mark}_{:04}", self.number), fetched_at, ends: true }
    }

    fn source<'r>(&'r self, row: &'r SourceRow) -> ApiRelation<'r> {
        let userid = self.demo.source_userid(row.record.account);
        let unreadable = row.form == SourceForm::Unreadable;
        ApiRelation { unreadable, ..self.relation("source relation", userid, &row.record) }
    }

    fn target<'r>(&'r self, TargetRow { record, .. }: &'r TargetRow) -> ApiRelation<'r> {
        self.relation("target relation", self.demo.target_userid(record.account), record)
    }

    fn relation<'r>(&self, label: &str, userid: &'r str, record: &'r RelationRecord) -> ApiRelation<'r> {
        let dice = self.dice(label, record.number, record.account);
        ApiRelation { userid, record, created: record.created, unreadable: false, dice }
    }

    fn dice(&self, label: &str, number: u64, account: usize) -> SeededDice {
        self.demo.dice(label, number).of("account", account as u64)
    }

    fn file(&self, folder: &Path, stem: &str, which: u64) -> DumpFile {
        let dice = self.demo.dice("packing", which).of("part", self.number as u64);
        let stem = format!("{stem}-{:04}", self.number);
        if !self.demo.world.small() {
            return DumpFile::new(folder, &stem, JsonLayout::Lines, Packing::Plain);
        }
        let layout = dice.pick(&[JsonLayout::Lines, JsonLayout::Array, JsonLayout::Pretty]);
        let packings = [Packing::Plain, Packing::Bom, Packing::Gzip, Packing::Zstd];
        DumpFile::new(folder, &stem, layout, dice.of("and", 0).pick(&packings))
    }
}
