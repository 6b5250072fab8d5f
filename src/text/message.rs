//! Messages in both languages, for errors and screens: the language is chosen when they are printed.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use super::{Lang, Plain, Text};

/// A phrase of the catalogue with its places filled. It has no `Display`, so that printing it requires a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(Box<Both>);

/// Boxed in [`Message`], so that an error with several messages stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Both {
    zh: String,
    en: String,
}

impl Message {
    /// Used by the catalogue only.
    pub(super) fn new(zh: String, en: String) -> Self {
        Self(Box::new(Both { zh, en }))
    }

    /// Returns a message that is the same in both languages: a key, a path, a text of another library. It is escaped
    /// like any value.
    pub fn verbatim(words: impl Display) -> Self {
        let words = super::plain(&words.to_string());
        Self::new(words.clone(), words)
    }

    /// Returns the items, separated by commas.
    pub fn list<T: Localized>(items: impl IntoIterator<Item = T>) -> Self {
        Self::joined(items, "、", ", ")
    }

    /// Returns the items, separated by "or".
    pub fn either<T: Localized>(items: impl IntoIterator<Item = T>) -> Self {
        Self::joined(items, " 或 ", " or ")
    }

    /// Returns the items, each on an indented line.
    pub fn lines<T: Localized>(items: impl IntoIterator<Item = T>) -> Self {
        Self::joined(items, "\n    ", "\n    ")
    }

    fn joined<T: Localized>(items: impl IntoIterator<Item = T>, zh: &str, en: &str) -> Self {
        let (in_zh, in_en): (Vec<String>, Vec<String>) = items
            .into_iter()
            .map(|item| (item.localized(Lang::Zh).to_string(), item.localized(Lang::En).to_string()))
            .unzip();
        Self::new(in_zh.join(zh), in_en.join(en))
    }

    /// Returns the message in a language.
    pub fn tell(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.0.zh,
            Lang::En => &self.0.en,
        }
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        Self::new(text.zh.to_owned(), text.en.to_owned())
    }
}

/// In JSON, which is for programs, the English.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tell(Lang::En).serialize(serializer)
    }
}

/// A value for a place of a phrase: one that is the same in both languages, or a phrase itself.
pub trait Localized {
    fn localized(&self, lang: Lang) -> impl Display;
}

/// A value, which is escaped: only a phrase has line breaks.
impl<T: Display> Localized for T {
    fn localized(&self, _: Lang) -> impl Display {
        Plain(self)
    }
}

impl Localized for Text {
    fn localized(&self, lang: Lang) -> impl Display {
        self.tell(lang)
    }
}

impl Localized for Message {
    fn localized(&self, lang: Lang) -> impl Display {
        self.tell(lang)
    }
}

impl Localized for &Message {
    fn localized(&self, lang: Lang) -> impl Display {
        self.tell(lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::text::phrases! {
        STANDS_THERE "在那里" "stands there",
        not_of(name, what) "{name} 不是{what}。" "{name} is no {what}.",
    }

    #[test]
    fn a_phrase_has_both_languages() {
        let phrase = not_of("a.csv", Text { zh: "清单", en: "list" });
        assert_eq!([Lang::Zh, Lang::En].map(|lang| phrase.tell(lang)), ["a.csv 不是清单。", "a.csv is no list."]);
        assert_eq!(not_of(7, &phrase).tell(Lang::Zh), "7 不是a.csv 不是清单。。");
        assert_eq!(Message::from(STANDS_THERE).tell(Lang::En), "stands there");
        assert_eq!(ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["STANDS_THERE", "not_of"]);
    }

    #[test]
    fn braces_of_a_value_are_not_places() {
        assert_eq!(not_of("{what}.csv", "{name}").tell(Lang::En), "{what}.csv is no {name}.");
    }

    #[test]
    fn a_value_has_no_line_breaks() {
        let value = "a\n\u{1b}b";
        assert_eq!(
            not_of(value, Message::lines(["c", value])).tell(Lang::En),
            "a\\u{a}\\u{1b}b is no c\n    a\\u{a}\\u{1b}b."
        );
        assert_eq!(Message::verbatim(value).tell(Lang::En), "a\\u{a}\\u{1b}b");
    }

    #[test]
    fn items_are_joined_by_the_rules_of_each_language() {
        let both = |message: Message| [Lang::Zh, Lang::En].map(|lang| message.tell(lang).to_owned());
        assert_eq!(both(Message::list(["a", "b", "c"])), ["a、b、c", "a, b, c"]);
        assert_eq!(
            both(Message::either([not_of(1, 2), Message::verbatim("x")])),
            ["1 不是2。 或 x", "1 is no 2. or x"]
        );
        assert_eq!(both(Message::lines(["a"; 2])), ["a\n    a"; 2]);
        assert_eq!(both(Message::list([""; 0])), ["", ""]);
    }
}
