//! Distinct texts, each once and in one piece of memory, with a number in their place.
//!
//! A boxed text takes an allocation beside its bytes; of millions of accounts these would be most of the memory.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::digest::digest;

/// Distinct texts, numbered from 0 in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    bytes: String,
    /// End of each text; it begins where the one before it ends.
    ends: Vec<usize>,
    by_text: HashTable<u32>,
}

impl Texts {
    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, number: u32) -> &str {
        text(&self.bytes, &self.ends, number)
    }

    /// Returns all texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.get(number))
    }

    /// Returns the number of a text, which is added if it is new.
    pub fn number(&mut self, text: &str) -> u32 {
        self.add(text, digest, |one, other| one == other)
    }

    /// Returns the number of a text that is equal by `is_equal`, where equal texts have the same `digest`.
    pub fn find(&self, text: &str, digest: impl Fn(&str) -> u64, is_equal: impl Fn(&str, &str) -> bool) -> Option<u32> {
        self.by_text.find(digest(text), |&number| is_equal(self.get(number), text)).copied()
    }

    /// Returns the number of a text that is equal by `is_equal`, which is added if there is none.
    pub fn add(&mut self, added: &str, digest: impl Fn(&str) -> u64, is_equal: impl Fn(&str, &str) -> bool) -> u32 {
        let Self { bytes, ends, by_text } = self;
        let of = |number: &u32| text(bytes, ends, *number);
        match by_text.entry(digest(added), |number| is_equal(of(number), added), |number| digest(of(number))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                let number = ends.len() as u32;
                vacant.insert(number);
                bytes.push_str(added);
                ends.push(bytes.len());
                number
            }
        }
    }
}

fn text<'t>(bytes: &'t str, ends: &[usize], number: u32) -> &'t str {
    let at = number as usize;
    &bytes[at.checked_sub(1).map_or(0, |before| ends[before])..ends[at]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_there_once_under_its_number() {
        let mut texts = Texts::default();
        let numbers = ["b", "", "ab", "b", "", "é"].map(|text| texts.number(text));
        assert_eq!(numbers, [0, 1, 2, 0, 1, 3]);
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["b", "", "ab", "é"]);
        assert_eq!((texts.len(), texts.bytes.as_str()), (4, "babé"));
    }
}
