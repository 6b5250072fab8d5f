//! The words of the vocabularies, as people call them: [`vocabulary`](crate::schema::vocabulary) has their names. The
//! code of a word is always shown beside its name.

use super::{Lang, Text, plain};
use crate::schema::vocabulary::{
    Advice, Assessment, BillingVerdict, Change, CodeVerdict, Compared, Coverage, Grain, GroupMatchMethod, GroupOutcome,
    GroupReason, GroupScope, MatchMethod, NoPart, Observed, Origin, Outcome, Predicted, Reason, Role, Scope, Severity,
    Verdict,
};

pub struct Vocabulary {
    /// Its key in the catalogue.
    pub name: &'static str,
    /// The words, in the order of the rules.
    pub words: &'static [&'static str],
    /// Their names, in the same order.
    pub names: Vec<Text>,
}

impl Vocabulary {
    /// Returns the vocabulary with these words.
    pub fn of_words(words: &[&str]) -> Option<Self> {
        vocabularies().into_iter().find(|vocabulary| vocabulary.words == words)
    }

    /// Returns the vocabulary of that name.
    pub fn named(name: &str) -> Option<Self> {
        vocabularies().into_iter().find(|vocabulary| vocabulary.name == name)
    }

    /// Returns the name of a word.
    pub fn name_of(&self, word: &str) -> Option<Text> {
        self.words.iter().zip(&self.names).find(|(known, _)| **known == word).map(|(_, name)| *name)
    }
}

/// Returns an outcome of that vocabulary, with its reason if it has one, as people call it: `Missing / Not found`.
pub fn in_words(vocabulary: &str, words: &str, lang: Lang) -> String {
    let reasons = if vocabulary == "group_outcome" { "group_reason" } else { "reason" };
    let name = |(word, vocabulary): (&str, &str)| {
        let name = Vocabulary::named(vocabulary).and_then(|known| known.name_of(word));
        name.map_or_else(|| plain(word), |name| name.tell(lang).to_owned())
    };
    words.split('/').zip([vocabulary, reasons]).map(name).collect::<Vec<_>>().join(" / ")
}

macro_rules! names {
    ($($vocabulary:ident),+) => {
        $(impl $vocabulary {
            /// Returns the name of the word, as people use it.
            pub const fn name(self) -> Text {
                let (zh, en) = Self::NAMES[self as usize];
                Text { zh, en }
            }
        })+
    };
    ($(#[$doc:meta])* $all:ident: $($key:literal $vocabulary:ident,)+) => {
        names!($($vocabulary),+);

        $(#[$doc])*
        pub fn $all() -> Vec<Vocabulary> {
            vec![$(Vocabulary {
                name: $key,
                words: $vocabulary::WORDS,
                names: $vocabulary::ALL.iter().map(|word| word.name()).collect(),
            },)+]
        }
    };
}

// Of comparisons, which have screens of their own.
names!(Change, Compared);

names! {
    /// Every vocabulary of a case with its names.
    vocabularies:
    "verdict" Verdict,
    "severity" Severity,
    "role" Role,
    "scope" Scope,
    "outcome" Outcome,
    "reason" Reason,
    "match_method" MatchMethod,
    "origin" Origin,
    "group_scope" GroupScope,
    "group_outcome" GroupOutcome,
    "group_reason" GroupReason,
    "group_match_method" GroupMatchMethod,
    "predicted" Predicted,
    "observed" Observed,
    "code_verdict" CodeVerdict,
    "coverage" Coverage,
    "grain" Grain,
    "assessment" Assessment,
    "billing_verdict" BillingVerdict,
    "no_part" NoPart,
    "advice" Advice,
}
