//! The quick way to read a document: straight into its fields, for JSON as exporters write it. What is unusual is left to
//! `serde_json`, which is slower, knows all of JSON, and says what is wrong with a text that is none.

mod marks;
mod values;

use std::borrow::Cow;

use serde::de::{Deserialize, IgnoredAny};

use super::framing::MAX_DEPTH;
use super::value::Given;
pub use marks::TextMarks;

/// Not to be read quickly: unusual, or no JSON at all.
#[derive(Debug)]
pub struct Unusual;

/// The result of anything that is read quickly.
pub type Quickly<T> = Result<T, Unusual>;

/// A value that can be read quickly, to the same end as by its [`Deserialize`].
pub trait Quick<'a>: Default {
    /// Reads the value that begins here. It is filled where it stands: to hand it on would be to copy it.
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()>;
}

/// Reads the whole text, with its marks in memory that serves for the next text too; `None` if it has to be read in the
/// other way.
pub fn read<'a, T: Quick<'a>>(text: &'a str, marks: &'a mut TextMarks) -> Option<T> {
    marks.mark(text.as_bytes());
    let mut reader = Reader { text, marks, at: 0 };
    let mut value = T::default();
    value.fill(&mut reader).ok()?;
    (reader.at == text.len()).then_some(value)
}

/// The text, and how far it has been read.
pub struct Reader<'a> {
    text: &'a str,
    marks: &'a TextMarks,
    at: usize,
}

/// Stands for the end of the text. As a byte of the text it is no part of any value.
const END: u8 = 0;

impl<'a> Reader<'a> {
    /// Reads an object: `entry` is given each key, and reads its value.
    #[inline]
    pub fn object(&mut self, mut entry: impl FnMut(&mut Self, &'a str) -> Quickly<()>) -> Quickly<()> {
        self.take(b'{')?;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.key()?;
            self.take(b':')?;
            entry(self, key)?;
            if self.is_last(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads an array: `item` reads each value.
    #[inline]
    fn array(&mut self, mut item: impl FnMut(&mut Self) -> Quickly<()>) -> Quickly<()> {
        self.take(b'[')?;
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            if self.is_last(b']')? {
                return Ok(());
            }
        }
    }

    /// Passes a value over.
    pub fn skip(&mut self) -> Quickly<()> {
        self.skip_at(1)
    }

    fn skip_at(&mut self, depth: u32) -> Quickly<()> {
        let next = self.peek();
        let begin = self.at;
        match next {
            _ if depth > MAX_DEPTH => Err(Unusual),
            b'{' => self.object(|reader, _| reader.skip_at(depth + 1)),
            b'[' => self.array(|reader| reader.skip_at(depth + 1)),
            b'"' => {
                let (_, plain) = self.string()?;
                if plain { Ok(()) } else { self.escaped::<IgnoredAny>(begin).map(|_| ()) }
            }
            _ => self.scalar().map(|_| ()),
        }
    }

    #[inline]
    fn scalar(&mut self) -> Quickly<Given<'a>> {
        // Nearly all that is read are texts and numbers.
        match self.peek() {
            b'"' => match self.text()? {
                Cow::Borrowed("") => Ok(Given::Nothing),
                text => Ok(Given::Text(text)),
            },
            b'-' | b'0'..=b'9' => self.number(),
            other => self.neither_text_nor_number(other),
        }
    }

    #[inline(never)]
    fn neither_text_nor_number(&mut self, next: u8) -> Quickly<Given<'a>> {
        match next {
            b'n' => self.word("null", Given::Nothing),
            b't' => self.word("true", Given::Flag(true)),
            b'f' => self.word("false", Given::Flag(false)),
            b'[' => {
                let mut kind = Given::Nothing;
                self.array(|reader| {
                    kind = Given::Other;
                    reader.skip()
                })?;
                Ok(kind)
            }
            _ => {
                self.object(|reader, _| reader.skip())?;
                Ok(Given::Other)
            }
        }
    }

    fn word(&mut self, word: &str, value: Given<'a>) -> Quickly<Given<'a>> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Unusual);
        }
        self.at += word.len();
        Ok(value)
    }

    /// A number of a few digits, mostly.
    #[inline]
    fn number(&mut self) -> Quickly<Given<'a>> {
        const DIGITS: usize = 18;
        let rest = &self.text.as_bytes()[self.at..];
        let (mut value, mut length) = (0, 0);
        while let Some(digit @ b'0'..=b'9') = rest.get(length)
            && length < DIGITS
        {
            value = value * 10 + i64::from(digit - b'0');
            length += 1;
        }
        let ends = matches!(rest.get(length), Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'));
        if !ends || rest[0] == b'0' && length > 1 {
            return self.long_number();
        }
        self.at += length;
        Ok(Given::Integer(value))
    }

    #[cold]
    fn long_number(&mut self) -> Quickly<Given<'a>> {
        let rest = &self.text[self.at..];
        let number = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().take_while(|byte| number(*byte)).count();
        self.at += length;
        by_serde(&rest[..length])
    }

    #[inline]
    fn text(&mut self) -> Quickly<Cow<'a, str>> {
        let begin = self.at;
        let (text, plain) = self.string()?;
        if plain { Ok(Cow::Borrowed(text)) } else { self.escaped(begin).map(Cow::Owned) }
    }

    #[inline]
    fn key(&mut self) -> Quickly<&'a str> {
        match self.string()? {
            (key, true) => Ok(key),
            _ => Err(Unusual),
        }
    }

    /// What stands between the quotes of a string, and whether it is free of escapes.
    #[inline]
    fn string(&mut self) -> Quickly<(&'a str, bool)> {
        if self.peek() != b'"' {
            return Err(Unusual);
        }
        let begin = self.at + 1;
        let end = self.marks.next(begin);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return self.string_with_escapes(begin, end).map(|text| (text, false));
        }
        self.at = end + 1;
        Ok((&self.text[begin..end], true))
    }

    /// The string that begins there, and has its first mark there.
    #[inline(never)]
    fn string_with_escapes(&mut self, begin: usize, mut mark: usize) -> Quickly<&'a str> {
        loop {
            match self.text.as_bytes().get(mark) {
                Some(b'"') => break,
                Some(b'\\') => mark = self.marks.next(mark + 2),
                _ => return Err(Unusual),
            }
        }
        self.at = mark + 1;
        Ok(&self.text[begin..mark])
    }

    /// The string that began there and has just been passed.
    #[cold]
    fn escaped<T: Deserialize<'a>>(&self, begin: usize) -> Quickly<T> {
        by_serde(&self.text[begin..self.at])
    }

    /// After a value: whether the end follows, or a comma.
    #[inline]
    fn is_last(&mut self, end: u8) -> Quickly<bool> {
        let next = self.peek();
        self.at += 1;
        match next {
            b',' => Ok(false),
            _ if next == end => Ok(true),
            _ => Err(Unusual),
        }
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Quickly<()> {
        if self.peek() != byte {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(())
    }

    /// The next byte that is no white space.
    #[inline]
    fn peek(&mut self) -> u8 {
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' => byte,
            _ => self.peek_behind_space(),
        }
    }

    #[inline(never)]
    fn peek_behind_space(&mut self) -> u8 {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(byte) => return *byte,
                None => return END,
            }
        }
    }
}

fn by_serde<'a, T: Deserialize<'a>>(token: &'a str) -> Quickly<T> {
    serde_json::from_str(token).map_err(|_| Unusual)
}

#[cfg(test)]
mod tests;
