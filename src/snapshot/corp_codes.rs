//! The codes that customers' ids carry, one for each corp.

use std::collections::HashMap;

use arrow::array::StringViewArray;

/// How often each corp code stands in customers' ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorpCodes {
    counts: HashMap<[u8; 8], u64>,
    /// Ids that carry none of the codes counted.
    others: u64,
}

/// A corp has one code, a mixed dump a few; where there are more, they are no codes.
const CODES: usize = 256;

impl CorpCodes {
    /// The code that an id carries, by inference: two letters of kind, then eight characters common to the corp.
    fn code(id: &str) -> Option<[u8; 8]> {
        let is_id = id.len() == 32 && (id.starts_with("wm") || id.starts_with("wo")) && id.is_ascii();
        id.as_bytes()[..if is_id { 10 } else { 0 }].get(2..)?.try_into().ok()
    }

    /// Counts those of more ids.
    pub fn count(&mut self, ids: &StringViewArray) {
        let mut last: Option<([u8; 8], u64)> = None;
        for code in ids.iter().flatten().filter_map(Self::code) {
            match &mut last {
                Some((same, count)) if *same == code => *count += 1,
                _ => {
                    self.enter(last.replace((code, 1)));
                }
            }
        }
        self.enter(last);
    }

    fn enter(&mut self, counted: Option<([u8; 8], u64)>) {
        let Some((code, count)) = counted else { return };
        let has_room = self.counts.len() < CODES;
        match self.counts.get_mut(&code) {
            Some(known) => *known += count,
            None if has_room => {
                self.counts.insert(code, count);
            }
            None => self.others += count,
        }
    }

    /// Adds what another partition gave.
    pub fn add(&mut self, more: Self) {
        self.others += more.others;
        let mut counted: Vec<_> = more.counts.into_iter().collect();
        counted.sort_unstable_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        for entry in counted {
            self.enter(Some(entry));
        }
    }

    /// Ids that carry a code.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    /// The codes, the most frequent first.
    pub fn by_count(&self) -> Vec<(String, u64)> {
        let text = |code: &[u8; 8]| String::from_utf8_lossy(code).into_owned();
        let mut codes: Vec<(String, u64)> = self.counts.iter().map(|(code, count)| (text(code), *count)).collect();
        codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        codes
    }
}
