//! Corp codes in customers' ids: each corp has one.

use std::collections::HashMap;

use arrow::array::StringViewArray;

/// Number of customers' ids with each corp code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorpCodes {
    counts: HashMap<[u8; 8], u64>,
    /// Ids with other codes than those counted.
    others: u64,
}

/// Maximum number of codes counted: a corp has one code, a mixed dump a few; where there are more, they are no codes.
const CODES: usize = 256;

impl CorpCodes {
    /// Returns the code in an id, by inference: two letters of the kind of customer, then eight characters of the corp.
    fn code(id: &str) -> Option<[u8; 8]> {
        let is_id = id.len() == 32 && (id.starts_with("wm") || id.starts_with("wo")) && id.is_ascii();
        id.as_bytes()[..if is_id { 10 } else { 0 }].get(2..)?.try_into().ok()
    }

    /// Counts the codes of more ids.
    pub fn update(&mut self, ids: &StringViewArray) {
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

    /// Adds the counts of another partition.
    pub fn merge(&mut self, more: Self) {
        self.others += more.others;
        let mut counted: Vec<_> = more.counts.into_iter().collect();
        counted.sort_unstable_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        for entry in counted {
            self.enter(Some(entry));
        }
    }

    /// Returns the number of ids with a code.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    /// Returns the codes, the most frequent first.
    pub fn by_count(&self) -> Vec<(String, u64)> {
        let text = |code: &[u8; 8]| String::from_utf8_lossy(code).into_owned();
        let mut codes: Vec<(String, u64)> = self.counts.iter().map(|(code, count)| (text(code), *count)).collect();
        codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id as the service makes them: kind of customer, corp code, customer.
    fn id(kind: &str, code: &str) -> String {
        format!("{kind}{code}1234567890123456789012")
    }

    fn counted(ids: &[String]) -> CorpCodes {
        let mut codes = CorpCodes::default();
        codes.update(&ids.iter().map(Some).collect());
        codes
    }

    #[test]
    fn ids_of_customers_of_both_kinds_carry_a_code_and_no_others() {
        let (ours, theirs) = ("AAAAAAAA", "BBBBBBBB");
        let mut ids = vec![id("wm", theirs), id("wm", ours), id("wo", ours), id("wr", ours), id("wm", "A")];
        ids.extend([format!("{}3", id("wm", ours)), format!("wm{ours}"), String::new()]);
        let codes = counted(&ids);
        assert_eq!(codes.by_count(), [(ours.to_owned(), 2), (theirs.to_owned(), 1)]);
        assert_eq!(codes.total(), 3);
    }

    #[test]
    fn codes_of_partitions_add_up() {
        let ids: Vec<String> = ["A", "B", "A", "A"].map(|letter| id("wm", &letter.repeat(8))).into();
        let mut codes = counted(&ids[..2]);
        codes.merge(counted(&ids[2..]));
        assert_eq!(codes, counted(&ids));
        assert_eq!(codes.total(), 4);
    }

    /// 300 codes, of which 256 are counted: the first, and in a merge the most frequent.
    #[test]
    fn of_too_many_codes_the_number_of_ids_is_kept() {
        let many: Vec<String> = (0..300).map(|code| id("wm", &format!("{code:08}"))).collect();
        let mut codes = counted(&many);
        assert_eq!((codes.by_count().len(), codes.total()), (256, 300));
        codes.merge(counted(&many));
        assert_eq!((codes.by_count().len(), codes.total()), (256, 600));
        let mut nearly_full = counted(&many[..255]);
        nearly_full.merge(counted(&[many[255].clone(), many[256].clone(), many[256].clone()]));
        assert_eq!(nearly_full.by_count()[0], ("00000256".to_owned(), 2));
        assert_eq!((nearly_full.by_count().len(), nearly_full.total()), (256, 258));
    }
}
