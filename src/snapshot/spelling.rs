//! Normalises the spelling of userids, which differ in letter case only, before anything is counted (SPEC section 1.3).
//!
//! A member is spelled as in the accounts list, else as in the snapshot of the corp that was read before, else by the
//! first of all spellings in byte order, which depends neither on the order of the files nor on the threads that read
//! them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray, StringViewBuilder};
use hashbrown::HashSet;

use crate::error::Result;
use crate::ingest::raw::Raw;
use crate::schema::tables::{GROUP_MEMBERS, SNAPSHOT_TABLES};
use crate::schema::vocabulary::MemberKind;
use crate::schema::{Column, ReadColumns, Table, fields};
use crate::userids::{Respelled, Userids};

/// Spellings of a snapshot other than the known ones.
#[derive(Debug, Default)]
pub struct Spellings(HashSet<Box<str>>);

impl Spellings {
    pub fn add(&mut self, userid: &str) {
        if !self.0.contains(userid) {
            self.0.insert(userid.into());
        }
    }

    /// Chooses one spelling for every member; `known` ones stay.
    fn settle(self, known: &Userids) -> SettledSpelling {
        let mut met: Vec<Box<str>> = self.0.into_iter().collect();
        met.sort_unstable();
        let mut userids = known.clone();
        for userid in &met {
            userids.add(userid);
        }
        let respelled = Respelled::new(met.iter().map(AsRef::as_ref), &userids);
        met.retain(|userid| userids.other(userid).is_some() && known.get(userid).is_none());
        SettledSpelling { userids, respelled, given_up: met }
    }
}

/// Chosen spellings, one for every member.
pub struct SettledSpelling {
    pub userids: Userids,
    pub respelled: Respelled,
    /// Spellings given up, of members who were not known.
    pub given_up: Vec<Box<str>>,
}

/// Spells the members in all raw tables other than relations as in `known`, else by the first of the spellings,
/// including those of the relations.
///
/// # Errors
/// [`crate::Error::Bug`] if a batch does not have the schema of its table.
pub fn settle(mut spellings: Spellings, raw: &mut Raw, known: &Userids) -> Result<SettledSpelling> {
    spell(raw, &mut |userid| {
        if known.get(userid) != Some(userid) {
            spellings.add(userid);
        }
        None
    })?;
    let settled = spellings.settle(known);
    if settled.respelled.count > 0 {
        spell(raw, &mut |userid| settled.userids.other(userid))?;
    }
    Ok(settled)
}

/// Returns the spelling to use instead of a userid, if it is another one.
type Spell<'s, 'u> = &'s mut dyn FnMut(&str) -> Option<&'u str>;

/// Replaces every userid in the raw tables other than relations by its spelling.
fn spell(raw: &mut Raw, spell: Spell<'_, '_>) -> Result<()> {
    for &table in SNAPSHOT_TABLES {
        let Some(column) = column_of(table) else { continue };
        for batch in raw.tables.get_mut(table.name).into_iter().flatten() {
            *batch = spell_rows(batch, table, column, spell)?;
        }
    }
    raw.answers.respell(spell);
    for userid in raw.rejects.iter_mut().filter_map(|reject| reject.userid.as_mut()) {
        spell_text(userid, spell);
    }
    raw.doubts = std::mem::take(&mut raw.doubts).respelled(|userid| spell(userid).map(str::to_owned));
    Ok(())
}

/// Returns the column of userids.
fn column_of(table: &Table) -> Option<&'static Column> {
    if table.name == GROUP_MEMBERS.name { Some(&fields::USERID) } else { table.account }
}

fn spell_rows(batch: &RecordBatch, table: &Table, column: &Column, spell: Spell<'_, '_>) -> Result<RecordBatch> {
    let is_member = StringViewArray::new_scalar(MemberKind::Member.word()).into_inner().views()[0];
    // An external member has the id of a customer there, which is case-sensitive.
    let has_kinds = table.name == GROUP_MEMBERS.name;
    let kinds = has_kinds
        .then(|| batch.texts(&fields::MEMBER_KIND))
        .transpose()?
        .map(arrow::array::GenericByteViewArray::views);
    spelled(batch, column, |row| kinds.is_none_or(|kinds| kinds[row] == is_member), spell)
}

/// Replaces the userids of relations by the spellings used.
///
/// # Errors
/// [`crate::Error::Bug`] if they have no userids.
pub fn spelled_relations(relations: &RecordBatch, userids: &Userids) -> Result<RecordBatch> {
    spelled(relations, &fields::USERID, |_| true, &mut |userid| userids.other(userid))
}

/// Replaces the userids of a column, in rows that hold one, by the spellings that `spell` returns.
fn spelled(
    batch: &RecordBatch,
    column: &Column,
    is_userid: impl Fn(usize) -> bool,
    spell: Spell<'_, '_>,
) -> Result<RecordBatch> {
    let userids = batch.texts(column)?;
    let views = userids.views();
    let mut changes: Vec<(usize, &str)> = Vec::new();
    let mut last: Option<(u128, Option<&str>)> = None;
    for row in (0..userids.len()).filter(|&row| userids.is_valid(row) && is_userid(row)) {
        let used = match last {
            Some((view, used)) if view == views[row] => used,
            _ => spell(userids.value(row)),
        };
        last = Some((views[row], used));
        changes.extend(used.map(|used| (row, used)));
    }
    if changes.is_empty() {
        return Ok(batch.clone());
    }
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[batch.schema_ref().index_of(column.name)?] = Arc::new(changed(userids, changes));
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

fn changed(userids: &StringViewArray, changes: Vec<(usize, &str)>) -> StringViewArray {
    let mut changes = changes.into_iter().peekable();
    let mut builder = StringViewBuilder::with_capacity(userids.len()).with_deduplicate_strings();
    for (row, userid) in userids.iter().enumerate() {
        let change = changes.next_if(|(changed, _)| *changed == row).map(|(_, used)| used);
        builder.append_option(change.or(userid));
    }
    builder.finish()
}

fn spell_text(userid: &mut String, spell: Spell<'_, '_>) {
    if let Some(used) = spell(userid) {
        used.clone_into(userid);
    }
}
