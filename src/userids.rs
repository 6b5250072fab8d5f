//! One spelling for each member: the service ignores the letter case of userids (DOMAIN.md section 3).
//!
//! What is folded is the case of ASCII letters, for userids consist of ASCII letters, digits and `_-@.`; any other
//! character is compared as it is.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// The userids of one corp, each in the spelling that is used, found in any letter case.
#[derive(Debug, Clone, Default)]
pub struct Userids {
    spellings: Vec<Box<str>>,
    by_folded: HashTable<u32>,
}

/// Longer userids, which the service does not have, are folded in memory of their own.
const ROOM: usize = 64;

/// The digest of a userid in lower case.
fn digest(userid: &str) -> u64 {
    let mut room = [0; ROOM];
    match room.get_mut(..userid.len()) {
        Some(folded) => {
            folded.copy_from_slice(userid.as_bytes());
            folded.make_ascii_lowercase();
            xxh3_64(folded)
        }
        None => xxh3_64(userid.to_ascii_lowercase().as_bytes()),
    }
}

impl Userids {
    /// The spelling of a userid that is used, if the member is known.
    pub fn get(&self, userid: &str) -> Option<&str> {
        let entry =
            self.by_folded.find(digest(userid), |&entry| self.spellings[entry as usize].eq_ignore_ascii_case(userid));
        entry.map(|&entry| &*self.spellings[entry as usize])
    }

    /// The spelling of a userid that is used where it is not this one.
    pub fn other(&self, userid: &str) -> Option<&str> {
        self.get(userid).filter(|used| *used != userid)
    }

    /// Adds a userid. The spelling that came first is used.
    pub fn add(&mut self, userid: &str) {
        let Self { spellings, by_folded } = self;
        let is_same = |&entry: &u32| spellings[entry as usize].eq_ignore_ascii_case(userid);
        let entry = by_folded.entry(digest(userid), is_same, |&entry| digest(&spellings[entry as usize]));
        if let hashbrown::hash_table::Entry::Vacant(vacant) = entry {
            vacant.insert(spellings.len() as u32);
            spellings.push(userid.into());
        }
    }
}

impl<'a> FromIterator<&'a str> for Userids {
    fn from_iter<I: IntoIterator<Item = &'a str>>(userids: I) -> Self {
        let mut all = Self::default();
        userids.into_iter().for_each(|userid| all.add(userid));
        all
    }
}

/// Spellings that were replaced: how many, and the first of them with what is used instead, in byte order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Respelled {
    /// How many there are.
    pub count: u64,
    /// At most [`Self::LISTED`] pairs of the spelling that was met and the one that is used.
    pub listed: Vec<(String, String)>,
}

impl Respelled {
    /// Pairs that are listed: enough to see what kind of spellings they are.
    pub const LISTED: usize = 100;

    /// Those of the spellings that were met, each once and in order.
    pub fn new<'a>(met: impl Iterator<Item = &'a str>, userids: &Userids) -> Self {
        let mut respelled = Self::default();
        for userid in met {
            let Some(used) = userids.other(userid) else { continue };
            respelled.count += 1;
            if respelled.listed.len() < Self::LISTED {
                respelled.listed.push((userid.to_owned(), used.to_owned()));
            }
        }
        respelled
    }

    /// Adds those of another list.
    pub fn extend(&mut self, more: Self) {
        self.count += more.count;
        self.listed.extend(more.listed);
        self.listed.truncate(Self::LISTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_spelling_is_found_in_any_case() {
        let userids: Userids = ["ZhangSan", "zhangsan", "bo", "LI.Si@corp"].into_iter().collect();
        let found = ["zhangSAN", "ZhangSan", "BO", "li.si@CORP", "zhang", ""].map(|userid| userids.get(userid));
        assert_eq!(found, [Some("ZhangSan"), Some("ZhangSan"), Some("bo"), Some("LI.Si@corp"), None, None]);
        assert_eq!([userids.other("ZhangSan"), userids.other("zhangsan")], [None, Some("ZhangSan")]);
    }

    #[test]
    fn only_ascii_letters_are_folded_and_length_does_not_matter() {
        let long = "X".repeat(ROOM + 1);
        let userids: Userids = ["é", "王_A", long.as_str()].into_iter().collect();
        assert_eq!([userids.get("É"), userids.get("王_a")], [None, Some("王_A")]);
        assert_eq!(userids.get(&long.to_lowercase()), Some(long.as_str()));
    }

    #[test]
    fn all_are_counted_and_the_first_are_listed() {
        let upper: Vec<String> = (0..Respelled::LISTED + 5).map(|n| format!("U{n:03}")).collect();
        let userids: Userids =
            upper.iter().map(|userid| userid.to_lowercase()).collect::<Vec<_>>().iter().map(String::as_str).collect();
        let respelled = Respelled::new(upper.iter().map(String::as_str).chain(["u007", "v"]), &userids);
        assert_eq!((respelled.count, respelled.listed.len()), (105, 100));
        assert_eq!(respelled.listed[0], ("U000".to_owned(), "u000".to_owned()));
    }
}
