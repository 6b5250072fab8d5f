//! The bytes of a sheet -> UTF-8 text, whatever encoding they are in; U+FFFD stands for those that are no text in it.
//!
//! Console exports are UTF-8, and GB18030 once Excel has saved them again; some tools write UTF-16. Without a byte order
//! mark the encoding shows at the first byte that is not ASCII, wherever in the file that stands: up to there all
//! encodings but UTF-16 are one.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, Decoder, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};

/// How a text begins, and so what is known of its encoding beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// The encoding, with or without the byte order mark that says so.
    Known { encoding: Unicode, bom: bool },
    /// The text itself will show it.
    Open,
}

/// The encodings that a byte order mark names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unicode {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Unicode {
    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
        }
    }

    fn bom(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xef\xbb\xbf",
            Self::Utf16Le => b"\xff\xfe",
            Self::Utf16Be => b"\xfe\xff",
        }
    }
}

impl Beginning {
    /// What the byte order mark at the beginning of `head` says, if there is one.
    pub fn by_mark(head: &[u8]) -> Option<Self> {
        let marked = [Unicode::Utf8, Unicode::Utf16Le, Unicode::Utf16Be]
            .into_iter()
            .find(|encoding| head.starts_with(encoding.bom()));
        marked.map(|encoding| Self::Known { encoding, bom: true })
    }

    /// Bytes that are no text.
    pub fn mark(self) -> usize {
        match self {
            Self::Known { encoding, bom: true } => encoding.bom().len(),
            _ => 0,
        }
    }
}

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;
/// How much of the text beyond its first byte that is not ASCII is looked at, at once and at most.
const WINDOW: usize = 256 * 1024;
const WIDEST_WINDOW: usize = 64 * WINDOW;
/// Bytes that are not ASCII of which an encoding shows for certain.
const TELLING_BYTES: usize = 300;

/// What a text is decoded by.
enum Decoding {
    /// All was ASCII so far.
    Open,
    By(Decoder),
}

/// A text that is decoded while it is read.
pub struct Text<R> {
    from: R,
    raw: Vec<u8>,
    decoding: Decoding,
    name: &'static str,
    ended: bool,
}

/// Why a text cannot be read on.
#[derive(Debug)]
pub enum Unreadable {
    Io(io::Error),
    /// It is in an encoding of another script.
    Foreign(&'static str),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: Read> Text<R> {
    /// A text that begins so; `from` stands behind the byte order mark.
    pub fn new(from: R, beginning: Beginning) -> Self {
        let (decoding, name) = match beginning {
            Beginning::Open => (Decoding::Open, "utf-8"),
            Beginning::Known { encoding, bom } => {
                let name = match (encoding, bom) {
                    (Unicode::Utf8, false) => "utf-8",
                    (Unicode::Utf8, true) => "utf-8 with BOM",
                    (Unicode::Utf16Le, false) => "utf-16le",
                    (Unicode::Utf16Le, true) => "utf-16le with BOM",
                    (Unicode::Utf16Be, false) => "utf-16be",
                    (Unicode::Utf16Be, true) => "utf-16be with BOM",
                };
                (Decoding::By(encoding.encoding().new_decoder_without_bom_handling()), name)
            }
        };
        Self { from, raw: Vec::new(), decoding, name, ended: false }
    }

    /// The encoding, as far as it is known by now; what is ASCII throughout is UTF-8.
    pub fn encoding(&self) -> &'static str {
        self.name
    }

    /// Whether all has been handed out.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Appends about so many bytes of text, or all that is left.
    pub fn read_on(&mut self, about: usize, text: &mut String) -> Result<(), Unreadable> {
        let enough = text.len() + about.max(1);
        while !self.ended && text.len() < enough {
            let last = self.read_raw(CHUNK)?;
            if matches!(self.decoding, Decoding::Open) {
                self.while_ascii(last, text)?;
            }
            self.decode(last, text);
            self.ended = last;
        }
        Ok(())
    }

    /// Reads more bytes; whether they are the last.
    fn read_raw(&mut self, bytes: usize) -> io::Result<bool> {
        let read = self.from.by_ref().take(bytes as u64).read_to_end(&mut self.raw)?;
        Ok(read < bytes)
    }

    /// Hands ASCII through. Where it ends, the encoding is judged by what follows.
    fn while_ascii(&mut self, mut last: bool, text: &mut String) -> Result<(), Unreadable> {
        let ascii = Encoding::ascii_valid_up_to(&self.raw);
        text.extend(self.raw.drain(..ascii).map(char::from));
        if self.raw.is_empty() {
            return Ok(());
        }
        let has_few = |raw: &[u8]| raw.iter().filter(|byte| !byte.is_ascii()).count() < TELLING_BYTES;
        while !last && self.raw.len() < WIDEST_WINDOW && (self.raw.len() < WINDOW || has_few(&self.raw)) {
            last = self.read_raw(WINDOW)?;
        }
        let encoding = judge(&self.raw, last).map_err(Unreadable::Foreign)?;
        self.name = if encoding == UTF_8 { "utf-8" } else { "gb18030" };
        self.decoding = Decoding::By(encoding.new_decoder_without_bom_handling());
        Ok(())
    }

    fn decode(&mut self, last: bool, text: &mut String) {
        let Decoding::By(decoder) = &mut self.decoding else { return };
        let mut from = 0;
        loop {
            let raw = &self.raw[from..];
            text.reserve(
                decoder.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(raw.len()).min(4 * CHUNK) + 4,
            );
            let (result, read) = decoder.decode_to_string_without_replacement(raw, text, last);
            from += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        self.raw.clear();
    }
}

/// Whether a text, `all` of it or the beginning, is UTF-8, if a damaged one.
pub fn is_utf8(text: &[u8], all: bool) -> bool {
    judge(&text[Encoding::ascii_valid_up_to(text)..], all) == Ok(UTF_8)
}

/// The encoding of a text that begins with a byte that is not ASCII: UTF-8 or GB18030, or else the name of another one.
fn judge(window: &[u8], all: bool) -> Result<&'static Encoding, &'static str> {
    let utf8 = Fit::of(UTF_8, window, all);
    if utf8.undecodable == 0 {
        return Ok(UTF_8);
    }
    // Characters of three bytes and more are hardly ever anything else: where they outnumber what is damaged, the file is
    // UTF-8. Two bytes of GB18030 may well be a character of UTF-8, if not often.
    let gb18030 = Fit::of(GB18030, window, all);
    let is_damaged_utf8 = utf8.undecodable * 4 <= utf8.characters
        || utf8.long > utf8.undecodable
        || (utf8.long == utf8.undecodable && gb18030.undecodable > 0);
    // What is neither is damaged beyond knowing: nothing of it passes for a text.
    if is_damaged_utf8 || gb18030.undecodable * 10 > gb18030.characters {
        return Ok(UTF_8);
    }
    // GB18030 takes nearly every two bytes for a character, those of other East Asian encodings too.
    let guess = guess(window, all);
    let is_foreign = [BIG5, SHIFT_JIS, EUC_JP, EUC_KR].contains(&guess) && gb18030.characters >= ENOUGH_TO_GUESS;
    if is_foreign { Err(guess.name()) } else { Ok(GB18030) }
}

/// Characters below which a guess by their frequency is worth nothing.
const ENOUGH_TO_GUESS: usize = 64;

fn guess(window: &[u8], all: bool) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(window, all);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == GBK { GB18030 } else { guess }
}

/// How well a text fits an encoding.
struct Fit {
    /// Characters beyond ASCII.
    characters: usize,
    /// Those of three bytes and more in UTF-8.
    long: usize,
    undecodable: usize,
}

impl Fit {
    fn of(encoding: &'static Encoding, window: &[u8], all: bool) -> Self {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut fit = Self { characters: 0, long: 0, undecodable: 0 };
        let (mut from, mut text) = (0, String::with_capacity(4 * CHUNK));
        loop {
            text.clear();
            let (result, read) = decoder.decode_to_string_without_replacement(&window[from..], &mut text, all);
            from += read;
            fit.characters += text.chars().filter(|character| !character.is_ascii()).count();
            fit.long += text.chars().filter(|character| character.len_utf8() > 2).count();
            match result {
                DecoderResult::InputEmpty => return fit,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => fit.undecodable += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], beginning: Beginning) -> (String, &'static str) {
        let mut text = Text::new(&bytes[beginning.mark()..], beginning);
        let mut all = String::new();
        while !text.ended() {
            text.read_on(1, &mut all).unwrap();
        }
        (all, text.encoding())
    }

    /// Hanzi of which each encoding has its own bytes.
    const NAMES: &str = "客户名称,添加人账号\n林子豪,ann\n周雅婷,bob\n";

    fn gb18030(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let marked = |bytes: &[u8]| Beginning::by_mark(bytes).unwrap();
        let (le, be) = (
            utf16(&format!("\u{feff}{NAMES}"), u16::to_le_bytes),
            utf16(&format!("\u{feff}{NAMES}"), u16::to_be_bytes),
        );
        let bom = format!("\u{feff}{NAMES}");
        for (bytes, beginning, name) in [
            (NAMES.as_bytes(), Beginning::Open, "utf-8"),
            (bom.as_bytes(), marked(bom.as_bytes()), "utf-8 with BOM"),
            (&gb18030(NAMES), Beginning::Open, "gb18030"),
            (&le, marked(&le), "utf-16le with BOM"),
            (&be, marked(&be), "utf-16be with BOM"),
            (&le[2..], Beginning::Known { encoding: Unicode::Utf16Le, bom: false }, "utf-16le"),
        ] {
            assert_eq!(read(bytes, beginning), (NAMES.to_owned(), name));
        }
    }

    #[test]
    fn the_encoding_shows_wherever_ascii_ends() {
        let ascii = "userid,customer_name\n".repeat(50_000);
        for (tail, name) in
            [("林子豪".as_bytes().to_vec(), "utf-8"), (gb18030("林子豪"), "gb18030"), (b"lin".to_vec(), "utf-8")]
        {
            let (text, encoding) = read(&[ascii.as_bytes(), &tail].concat(), Beginning::Open);
            assert_eq!((encoding, text.contains('\u{fffd}'), text.len() > ascii.len()), (name, false, true));
        }
    }

    #[test]
    fn characters_may_stand_across_chunks() {
        for shift in 0..4 {
            let text = "a".repeat(shift) + &"𠮷林ö".repeat(60_000);
            for bytes in [text.clone().into_bytes(), gb18030(&text)] {
                assert!(read(&bytes, Beginning::Open).0 == text, "{shift}");
            }
        }
    }

    #[test]
    fn a_replacement_character_stands_for_what_is_no_text() {
        for good in [NAMES.repeat(20).into_bytes(), gb18030(&NAMES.repeat(20))] {
            let (text, _) = read(&[&good[..], b"\xff,bob\n"].concat(), Beginning::Open);
            assert_eq!(text, format!("{}\u{fffd},bob\n", NAMES.repeat(20)));
        }
        // UTF-16: half of a pair, behind the byte order mark and one character.
        assert_eq!(read(b"\xff\xfea\0\0\xd8b\0", Beginning::by_mark(b"\xff\xfe").unwrap()).0, "a\u{fffd}b");
    }

    #[test]
    fn a_short_text_with_a_damaged_byte_is_in_its_encoding() {
        let read = |bytes: &[u8]| read(bytes, Beginning::Open);
        for (bytes, text) in [
            (&b"ann,\xe6\x9e\x97\xff\n"[..], "ann,林\u{fffd}\n"),
            (b"ann,\xe6\x9e\x97\xe5\xad\nbob,\xe5\x91\xa8\n", "ann,林\u{fffd}\nbob,周\n"),
            (b"ann,\xe6\x9e\xe5\xad\x90\xe8\xb1\xaa\n", "ann,\u{fffd}子豪\n"),
        ] {
            assert_eq!(read(bytes), (text.to_owned(), "utf-8"));
        }
        // 客户名称 in GB18030 with a byte that is none.
        let damaged = [&gb18030("客户名称,添加人账号\n林"), &b"\xff,ann\n"[..]].concat();
        assert_eq!(read(&damaged), ("客户名称,添加人账号\n林\u{fffd},ann\n".to_owned(), "gb18030"));
        for name in ["林子豪", "周雅婷", "联通", "瑜华"] {
            assert_eq!(read(&gb18030(&format!("客户名称\n{name}\n"))).1, "gb18030", "{name}");
        }
        // A damaged byte far in front of the first name, which GB18030 would take for a character with what follows it.
        let late = [&b"ann,\xc1a\n"[..], &b"ann,wm1\n".repeat(100_000), "林子豪,周雅婷\n".as_bytes()].concat();
        assert_eq!(read(&late).1, "utf-8");
    }

    #[test]
    fn an_encoding_of_another_script_is_named() {
        let text = "客戶名稱與員工帳號，請將這份名單交給負責遷移的同事，謝謝您的協助與配合。".repeat(4);
        let mut text = Text::new(io::Cursor::new(BIG5.encode(&text).0.into_owned()), Beginning::Open);
        assert!(matches!(text.read_on(1, &mut String::new()), Err(Unreadable::Foreign("Big5"))));
    }
}
