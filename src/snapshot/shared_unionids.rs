//! Unionids with several `external_userid`s in one corp, which are no keys (SPEC section 1.3): a word for null, or the
//! dumps of two apps that are given different ids.
//!
//! All relations of a snapshot have to be examined, and nearly always none is found. So a hash table, filled while
//! partitions are merged, takes eight bytes for each relation: 32 bits of the digest of the unionid and 32 bits of that
//! of the id. A unionid with two different ids there is a candidate. Only if there are candidates, the relations are
//! read once more, and digests of 128 bits decide. Two ids of one unionid with the same 32 bits are missed: one in four
//! billion of the unionids that have just two. The external members of groups are held in memory anyway: their
//! unionids are examined there, group by group.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow::array::RecordBatch;
use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::relations::{Partition, RelationStore};
use crate::error::Result;
use crate::memory::{MemoryBudget, Reservation};
use crate::schema::vocabulary::MemberKind;
use crate::schema::{ReadColumns, fields};
use crate::turns::in_turn;

/// The unionids of a snapshot that are no keys.
#[derive(Debug, Clone, Default)]
pub struct SharedUnionids {
    /// Digests of 128 bits, which no two texts share.
    digests: HashSet<u128>,
    /// The unionids with the most relations, at most [`Self::EXAMPLES`].
    pub examples: Vec<SharedUnionid>,
}

/// A unionid that is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedUnionid {
    pub unionid: String,
    /// Its first two ids, in order.
    pub external_userids: Vec<String>,
    /// Number of relations, or of members of groups, with it and an id.
    pub relations: u64,
}

impl SharedUnionids {
    /// Maximum number of examples.
    pub const EXAMPLES: usize = 5;

    /// Whether all unionids are keys.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Returns the number of unionids that are no keys.
    pub fn len(&self) -> u64 {
        self.digests.len() as u64
    }

    /// Whether a unionid is no key.
    pub fn contains(&self, unionid: &str) -> bool {
        !self.is_empty() && self.digests.contains(&xxh3_128(unionid.as_bytes()))
    }

    /// Finds the shared unionids among the candidates, if there are any, by reading the relations once more.
    ///
    /// # Errors
    /// As [`RelationStore::part`].
    pub(super) fn new(index: &UnionidIndex, relations: &RelationStore) -> Result<Self> {
        if !index.has_candidates.load(Ordering::Relaxed) {
            return Ok(Self::default());
        }
        let counted = count_candidates(index, relations)?;
        let mut shared: Vec<(u128, u64)> = counted
            .into_iter()
            .filter(|(_, candidate)| candidate.has_several_ids)
            .map(|(digest, candidate)| (digest, candidate.relations))
            .collect();
        shared.sort_unstable_by_key(|&(digest, relations)| (Reverse(relations), digest));
        let examples = examples(relations, &shared[..shared.len().min(Self::EXAMPLES)])?;
        Ok(Self { digests: shared.into_iter().map(|(digest, _)| digest).collect(), examples })
    }

    /// Adds the unionids that several external members of one group have in common.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the table lacks a column.
    pub(super) fn add_members(&mut self, members: &RecordBatch) -> Result<()> {
        let (mut candidates, mut of_group): (HashSet<&str>, HashMap<&str, &str>) = Default::default();
        let mut group = "";
        // Rows are sorted by group.
        for (chat_id, unionid, id) in external_members(members)? {
            if chat_id != group {
                of_group.clear();
                group = chat_id;
            }
            if *of_group.entry(unionid).or_insert(id) != id {
                candidates.insert(unionid);
            }
        }
        let mut shared: BTreeMap<&str, (BTreeSet<&str>, u64)> = BTreeMap::new();
        for (_, unionid, id) in external_members(members)?.filter(|(_, unionid, _)| candidates.contains(unionid)) {
            let (ids, count) = shared.entry(unionid).or_default();
            ids.insert(id);
            *count += 1;
        }
        for (unionid, (ids, count)) in shared.into_iter().filter(|(_, (ids, _))| ids.len() > 1) {
            let is_new = self.digests.insert(xxh3_128(unionid.as_bytes()));
            if is_new && self.examples.len() < Self::EXAMPLES {
                let external_userids = ids.into_iter().take(2).map(str::to_owned).collect();
                self.examples.push(SharedUnionid { unionid: unionid.to_owned(), external_userids, relations: count });
            }
        }
        Ok(())
    }
}

/// Returns group, unionid and id of the members that have all three, without those of the corp.
fn external_members(members: &RecordBatch) -> Result<impl Iterator<Item = (&str, &str, &str)>> {
    let (unionids, ids) = (members.texts(&fields::UNIONID)?, members.texts(&fields::USERID)?);
    let is_external = |kind: Option<&str>| kind != Some(MemberKind::Member.word());
    let rows = members.texts(&fields::CHAT_ID)?.iter().zip(unionids).zip(ids).zip(members.texts(&fields::MEMBER_KIND)?);
    let all = move |(((chat_id, unionid), id), kind)| is_external(kind).then_some((chat_id?, unionid?, id?));
    Ok(rows.filter_map(all))
}

struct CandidateCounts {
    id: u64,
    has_several_ids: bool,
    relations: u64,
}

/// Counts the relations of the candidates, by digest.
fn count_candidates(index: &UnionidIndex, relations: &RelationStore) -> Result<HashMap<u128, CandidateCounts>> {
    let mut counted: HashMap<u128, CandidateCounts> = HashMap::new();
    let of_part = |partition| {
        let part = relations.part(partition)?;
        let candidates = pairs(&part)?.filter(|(unionid, _)| index.is_candidate(xxh3_64(unionid.as_bytes())));
        Ok(candidates.map(|(unionid, id)| (xxh3_128(unionid.as_bytes()), xxh3_64(id.as_bytes()))).collect::<Vec<_>>())
    };
    in_turn(0..relations.partitions(), of_part, |candidates| {
        for (unionid, id) in candidates {
            let candidate =
                counted.entry(unionid).or_insert(CandidateCounts { id, has_several_ids: false, relations: 0 });
            candidate.has_several_ids |= candidate.id != id;
            candidate.relations += 1;
        }
        Ok(())
    })?;
    Ok(counted)
}

/// Reads the texts of a few unionids.
fn examples(relations: &RelationStore, wanted: &[(u128, u64)]) -> Result<Vec<SharedUnionid>> {
    let mut examples: Vec<SharedUnionid> = wanted
        .iter()
        .map(|&(_, relations)| SharedUnionid { unionid: String::new(), external_userids: Vec::new(), relations })
        .collect();
    let of_part = |partition| {
        let part = relations.part(partition)?;
        let place = |unionid: &str| wanted.iter().position(|&(digest, _)| digest == xxh3_128(unionid.as_bytes()));
        let found = pairs(&part)?.filter_map(|(unionid, id)| Some((place(unionid)?, unionid, id)));
        Ok(found.map(|(place, unionid, id)| (place, unionid.to_owned(), id.to_owned())).collect::<Vec<_>>())
    };
    in_turn(0..relations.partitions(), of_part, |found| {
        for (place, unionid, id) in found {
            let ids = &mut examples[place].external_userids;
            ids.push(id);
            ids.sort_unstable();
            ids.dedup();
            ids.truncate(2);
            examples[place].unionid = unionid;
        }
        Ok(())
    })?;
    Ok(examples)
}

/// Returns unionid and id of the relations that have both.
fn pairs(part: &Partition) -> Result<impl Iterator<Item = (&str, &str)>> {
    let (unionids, ids) = (part.texts(&fields::UNIONID)?, part.texts(&fields::EXTERNAL_USERID)?);
    Ok(unionids.iter().zip(ids).filter_map(|(unionid, id)| unionid.zip(id)))
}

/// Detector of unionids with several ids among the relations of partitions that are merged in parallel.
pub struct UnionidIndex {
    shards: Vec<Mutex<Shard>>,
    has_candidates: AtomicBool,
    /// Memory of the table.
    _reservation: Reservation,
}

/// Partition of the table with the unionids whose digests begin with the same bits. Open addressing; memory that is
/// never touched costs nothing.
struct Shard {
    /// 0 if free, or the bits of the id in the upper half and those of the unionid in the lower, neither of them 0; the
    /// upper half is 0 where several ids were met.
    slots: Vec<u64>,
    /// Whether the shard was too small, so that any unionid may be shared.
    is_full: bool,
}

/// Maximum number of shards, as a power of two; fewer where there are few relations.
const SHARD_BITS: u32 = 6;
const ROWS_OF_A_SHARD: u64 = 1 << 15;

impl UnionidIndex {
    /// Creates a table for at most `rows` relations. It is filled to three quarters if each has a unionid of its own.
    pub fn new(rows: u64, memory: &MemoryBudget) -> Self {
        let bits = (rows / ROWS_OF_A_SHARD).max(1).ilog2().min(SHARD_BITS);
        let slots = (rows >> bits) * 4 / 3 + 64;
        let shard = || Mutex::new(Shard { slots: vec![0; slots as usize], is_full: false });
        let shards: Vec<Mutex<Shard>> = (0..1 << bits).map(|_| shard()).collect();
        Self { _reservation: memory.reserve((slots << bits) * 8), shards, has_candidates: AtomicBool::new(false) }
    }

    /// Adds the relations of a partition.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if they lack a column.
    pub fn update(&self, part: &Partition) -> Result<()> {
        let of_shard = part.rows.num_rows() / self.shards.len();
        let mut found: Vec<Vec<(u64, u64)>> =
            self.shards.iter().map(|_| Vec::with_capacity(of_shard + of_shard / 4)).collect();
        for (unionid, id) in pairs(part)? {
            let unionid = xxh3_64(unionid.as_bytes());
            found[self.shard(unionid)].push((unionid, xxh3_64(id.as_bytes())));
        }
        for (shard, found) in self.shards.iter().zip(found).filter(|(_, found)| !found.is_empty()) {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let mut has_candidates = false;
            for (unionid, id) in found {
                has_candidates |= shard.add(unionid << self.bits(), id);
            }
            self.has_candidates.fetch_or(has_candidates, Ordering::Relaxed);
        }
        Ok(())
    }

    fn is_candidate(&self, unionid: u64) -> bool {
        let shard = self.shards[self.shard(unionid)].lock().unwrap_or_else(PoisonError::into_inner);
        shard.has_several(unionid << self.bits())
    }

    fn bits(&self) -> u32 {
        self.shards.len().ilog2()
    }

    fn shard(&self, unionid: u64) -> usize {
        unionid.checked_shr(u64::BITS - self.bits()).unwrap_or(0) as usize
    }
}

impl Shard {
    /// Returns the slot at which the search for a unionid begins, and its bits.
    fn home(&self, unionid: u64) -> (usize, u64) {
        let slot = (u128::from(unionid) * self.slots.len() as u128) >> u64::BITS;
        (slot as usize, (unionid >> SHARD_BITS & u64::from(u32::MAX)).max(1))
    }

    /// Finds the slot of a unionid, or a free one.
    fn find(&self, (home, bits): (usize, u64)) -> Option<usize> {
        let around = (home..self.slots.len()).chain(0..home);
        around.into_iter().find(|&slot| self.slots[slot] == 0 || self.slots[slot] & u64::from(u32::MAX) == bits)
    }

    /// Adds a unionid with one of its ids. Returns whether it has several by now.
    fn add(&mut self, unionid: u64, id: u64) -> bool {
        let home = self.home(unionid);
        let Some(slot) = self.find(home) else {
            self.is_full = true;
            return true;
        };
        let (bits, id) = (home.1, (id >> u32::BITS).max(1));
        match &mut self.slots[slot] {
            free @ 0 => *free = id << u32::BITS | bits,
            known if *known >> u32::BITS == id => return false,
            several => {
                *several = bits;
                return true;
            }
        }
        false
    }

    fn has_several(&self, unionid: u64) -> bool {
        let home = self.home(unionid);
        self.is_full || self.find(home).is_some_and(|slot| self.slots[slot] == home.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(slots: usize) -> Shard {
        Shard { slots: vec![0; slots], is_full: false }
    }

    #[test]
    fn two_ids_of_one_unionid_make_a_candidate_and_one_id_twice_does_not() {
        let mut shard = shard(100);
        let ids = [1_u64, 2].map(|id| id << 40);
        let digests: Vec<u64> = (0..70_u64).map(|n| xxh3_64(&n.to_le_bytes())).collect();
        for &unionid in &digests {
            assert!(!shard.add(unionid, ids[0]));
            assert!(!shard.add(unionid, ids[0]));
        }
        assert!(shard.add(digests[5], ids[1]));
        assert!(shard.add(digests[5], ids[0]), "it stays one");
        let candidates: Vec<usize> = (0..digests.len()).filter(|&n| shard.has_several(digests[n])).collect();
        assert_eq!((candidates, shard.is_full), (vec![5], false));
    }

    #[test]
    fn where_there_is_no_room_any_unionid_may_be_shared() {
        let mut shard = shard(2);
        let added: Vec<bool> = (0..3_u64).map(|n| shard.add(xxh3_64(&n.to_le_bytes()), 0)).collect();
        assert_eq!(added, [false, false, true]);
        assert!(shard.has_several(xxh3_64(b"another")));
    }

    #[test]
    fn shards_are_few_where_relations_are_and_have_room_for_all() {
        for (rows, shards) in [(0, 1), (1, 1), (1 << 15, 1), (1 << 16, 2), (10_000_000, 64)] {
            let index = UnionidIndex::new(rows, &MemoryBudget::unlimited());
            let slots = index.shards[0].lock().unwrap().slots.len() * index.shards.len();
            assert_eq!(index.shards.len(), shards, "{rows}");
            assert!(slots as u64 > rows && slots as u64 <= rows * 4 / 3 + 64 * shards as u64, "{rows}: {slots}");
            assert!(index.shard(u64::MAX) < shards && index.shard(0) == 0);
        }
    }
}
