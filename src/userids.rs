//! One spelling for each member: the service ignores the letter case of userids (DOMAIN.md section 3).
//!
//! Only ASCII case is folded, since userids consist of ASCII letters, digits and `_-@.`.

use xxhash_rust::xxh3::xxh3_64;

use crate::texts::Texts;

/// The userids of one corp in the spelling that is used, found in any letter case.
#[derive(Debug, Clone, Default)]
pub struct Userids(Texts);

/// Bytes of a userid that is folded without an allocation; the service has none that is longer.
const FOLD_BYTES: usize = 64;

/// The digest of a userid in lower case.
fn digest(userid: &str) -> u64 {
    let mut buffer = [0; FOLD_BYTES];
    match buffer.get_mut(..userid.len()) {
        Some(folded) => {
            folded.copy_from_slice(userid.as_bytes());
            folded.make_ascii_lowercase();
            xxh3_64(folded)
        }
        None => xxh3_64(userid.to_ascii_lowercase().as_bytes()),
    }
}

impl Userids {
    /// The used spelling of a userid, if the member is known.
    pub fn get(&self, userid: &str) -> Option<&str> {
        self.0.find(userid, digest, str::eq_ignore_ascii_case).map(|number| self.0.get(number))
    }

    /// The used spelling of a userid, if it differs.
    pub fn other(&self, userid: &str) -> Option<&str> {
        self.get(userid).filter(|used| *used != userid)
    }

    /// Returns whether the member is known.
    pub fn contains(&self, userid: &str) -> bool {
        self.get(userid).is_some()
    }

    /// Returns all userids in the used spelling.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Adds a userid. The first spelling is used.
    pub fn add(&mut self, userid: &str) {
        self.0.add(userid, digest, str::eq_ignore_ascii_case);
    }
}

impl<'a> FromIterator<&'a str> for Userids {
    fn from_iter<I: IntoIterator<Item = &'a str>>(userids: I) -> Self {
        let mut all = Self::default();
        userids.into_iter().for_each(|userid| all.add(userid));
        all
    }
}

/// Replaced spellings: their number, and the first of them in byte order with their replacements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Respelled {
    /// The number of replaced spellings.
    pub count: u64,
    /// At most [`Self::LISTED`] pairs of the replaced and the used spelling.
    pub listed: Vec<(String, String)>,
}

impl Respelled {
    /// Pairs that are listed.
    pub const LISTED: usize = 100;

    /// The replaced ones of the spellings, each of which is given once and in order.
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

    /// Adds another list.
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
        let long = "X".repeat(FOLD_BYTES + 1);
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
