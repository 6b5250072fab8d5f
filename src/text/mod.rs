//! Texts for people in both languages: one catalogue, the Chinese beside the English.
//!
//! A line of the catalogue is one expression with both languages in it, and each word of a vocabulary is named in a
//! match over its enum: what lacks a language does not compile. (Rules and findings have their sentences in
//! [`crate::rules`].)

mod catalogue;
pub mod collect;
mod columns;
pub mod commands;
pub(crate) mod errors;
mod fill;
pub mod help;
mod lang;
mod message;
mod page;
mod paths;
mod printable;
pub mod sentences;
pub mod shell;
pub mod usage;
pub mod width;
mod words;
pub mod workbook;

pub(crate) use catalogue::phrases;
pub use columns::{COLUMN_NAMES, column_name};
pub use fill::{fill, percent};
pub use lang::Lang;
pub use message::{Localized, Message};
pub use page::PAGE;
pub use paths::path_text;
pub use printable::{COLOUR_END, COLOURS, Plain, is_unsafe, plain, plain_word, printable, printable_json};
pub use words::{Vocabulary, in_words, vocabularies};

use serde::{Serialize, Serializer};

/// A phrase in both languages. Names of things to fill in stand in braces: `{count}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    pub zh: &'static str,
    pub en: &'static str,
}

/// In JSON a pair: Chinese, English.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.zh, self.en].serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::fields;
    use crate::schema::lists::LISTS;
    use crate::schema::tables::{PRECHECK_REPORTS, REPORTS};

    /// Every phrase by its name.
    fn all() -> Vec<(String, Text)> {
        let words = vocabularies()
            .into_iter()
            .flat_map(|v| v.words.iter().zip(v.names).map(move |(w, n)| (format!("{}.{w}", v.name), n)));
        let columns = COLUMN_NAMES.iter().map(|(column, name)| (column.name.to_owned(), *name));
        let plain = PAGE
            .iter()
            .chain(workbook::ALL)
            .chain(commands::ALL)
            .chain(collect::ALL)
            .chain(usage::ALL)
            .chain(errors::all())
            .map(|(key, text)| ((*key).to_owned(), *text));
        let lists =
            LISTS.iter().map(|list| (list.table.name.to_owned(), Text { zh: list.title_zh, en: list.title_en }));
        let sentences = sentences::SENTENCES.iter().map(|text| (text.en.to_owned(), *text));
        plain.chain(words).chain(columns).chain(lists).chain(sentences).collect()
    }

    /// The names in braces.
    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn no_phrase_lacks_a_language() {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for (key, Text { zh, en }) in all() {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{key}");
            // The switch of an English page to Chinese is in Chinese.
            let is_quoted = key == "language.zh" || en.contains("是/否");
            assert!(!en.contains(is_han) || is_quoted, "{key}: Chinese in {en:?}");
            assert_eq!(places(zh), places(en), "{key}: both fill in the same");
        }
        // Codes, names of products and the like are the same in both; sentences are not.
        let own = |text: &str| {
            places(text).iter().fold(text.to_owned(), |text, place| text.replace(&format!("{{{place}}}"), ""))
        };
        let is_sentence = |en: &str| own(en).contains(' ') && own(en).contains(char::is_alphabetic);
        let untranslated: Vec<_> =
            all().into_iter().filter(|(_, text)| !text.zh.contains(is_han) && is_sentence(text.en)).collect();
        assert!(untranslated.is_empty(), "{untranslated:?}");
    }

    /// A phrase with places is a function, so that no place can be left open.
    #[test]
    fn a_constant_phrase_has_no_places() {
        for (name, text) in errors::all().filter(|(name, _)| *name == name.to_uppercase()) {
            let is_place = |place: &str| !place.contains([' ', ',']);
            assert!(!places(text.en).into_iter().any(is_place), "{name} has to be a function");
        }
    }

    #[test]
    fn keys_are_unique() {
        let keys: BTreeSet<&str> = PAGE.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys.len(), PAGE.len());
    }

    #[test]
    fn every_column_of_every_report_has_a_name() {
        let nameless: BTreeSet<&str> = REPORTS
            .iter()
            .chain(PRECHECK_REPORTS)
            .flat_map(|table| table.columns)
            .filter(|slot| column_name(slot.column).is_none())
            .map(|slot| slot.column.name)
            .collect();
        assert!(nameless.is_empty(), "{nameless:?}");
        let once: Vec<_> = fields::ALL
            .iter()
            .filter(|column| COLUMN_NAMES.iter().filter(|(named, _)| named == *column).count() > 1)
            .collect();
        assert!(once.is_empty(), "named twice: {once:?}");
    }

    /// A column of words finds its vocabulary by the words.
    #[test]
    fn no_two_vocabularies_have_the_same_words() {
        let lists: BTreeSet<&[&str]> = vocabularies().iter().map(|vocabulary| vocabulary.words).collect();
        assert_eq!(lists.len(), vocabularies().len());
    }
}
