//! Text that is safe to print: a value must not move the cursor, set colours, reorder a line or begin a new one.
//!
//! Values are escaped where they enter a phrase or a table ([`plain`], [`Plain`]), so that a line break in a name does
//! not look like a line of ours; all that is printed is escaped once more, but for line breaks ([`printable`]).

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::{self, Display, Write};

/// Begins of coloured text in a screen, and the parameter of the escape sequence that each stands for. They are
/// noncharacters, which data has no use for, and are escaped in values.
pub const COLOURS: [(char, &str); 4] = [('\u{fdd0}', "32"), ('\u{fdd1}', "2"), ('\u{fdd2}', "33"), ('\u{fdd3}', "31")];
/// End of coloured text.
pub const COLOUR_END: char = '\u{fdd4}';

/// Returns whether a character acts on a terminal, or on the order of a line, instead of being shown: controls (C0,
/// delete, C1), bidirectional controls, separators of lines and paragraphs, noncharacters.
pub fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
        || matches!(letter, '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}')
}

/// Returns a value with its unsafe characters escaped, such as `\u{1b}`; line breaks too.
pub fn plain(text: &str) -> String {
    Plain(text).to_string()
}

/// Returns a word of the command line as text, with unsafe characters and bytes that are not UTF-8 escaped.
pub fn plain_word(word: &OsStr) -> String {
    plain(&super::paths::path_text(word.as_ref()))
}

/// Displays a value with its unsafe characters escaped; line breaks too.
#[derive(Debug, Clone, Copy)]
pub struct Plain<T>(pub T);

impl<T: Display> Display for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Escapes what is written to it.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, letter)) = rest.char_indices().find(|(_, letter)| is_unsafe(*letter)) {
            self.0.write_str(&rest[..at])?;
            write!(self.0, "{}", letter.escape_unicode())?;
            rest = &rest[at + letter.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

/// Returns lines as they are printed: unsafe characters escaped, colours as escape sequences.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| letter != '\n' && is_unsafe(letter)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match (letter, COLOURS.iter().find(|(begin, _)| *begin == letter)) {
            (_, Some((_, colour))) => safe.extend(["\u{1b}[", colour, "m"]),
            (COLOUR_END, _) => safe.push_str("\u{1b}[0m"),
            ('\n', _) => safe.push(letter),
            _ if is_unsafe(letter) => safe.extend(letter.escape_unicode()),
            _ => safe.push(letter),
        }
    }
    Cow::Owned(safe)
}

/// Returns JSON of the same value, in which unsafe characters are escaped. They occur in strings only.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.contains(|letter| letter != '\n' && is_unsafe(letter)) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        if letter == '\n' || !is_unsafe(letter) {
            safe.push(letter);
        } else {
            let mut units = [0; 2];
            safe.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_act_on_a_terminal() {
        assert_eq!(plain("a\u{1b}[31m\nb\tc\u{9b}d"), r"a\u{1b}[31m\u{a}b\u{9}c\u{9b}d");
        assert_eq!(plain("\u{202e}\u{2066}\u{200f}\u{61c}\u{7f}"), r"\u{202e}\u{2066}\u{200f}\u{61c}\u{7f}");
        assert_eq!(plain("王芳 👨‍👩‍👧 é"), "王芳 👨‍👩‍👧 é", "joiners within an emoji are no controls");
        assert_eq!(Plain(7).to_string(), "7");
    }

    #[test]
    fn only_line_breaks_and_colours_of_ours_are_printed() {
        assert_eq!(printable("one\ntwo"), "one\ntwo");
        assert_eq!(printable("\u{fdd3}bad\u{fdd4}\r\u{1b}[31m\n"), "\u{1b}[31mbad\u{1b}[0m\\u{d}\\u{1b}[31m\n");
        assert_eq!(plain("\u{fdd3}"), r"\u{fdd3}", "a value has no colours");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({ "a\u{9b}": "\u{1b}\u{202e}\n\u{7f}王" });
        let text = value.to_string();
        let safe = printable_json(&text);
        assert!(!safe.contains(is_unsafe), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
        assert_eq!(printable_json("{\n}"), "{\n}");
    }
}
