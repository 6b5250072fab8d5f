//! Bytes of a sheet -> UTF-8 text, with the encoding detected; U+FFFD replaces what cannot be decoded.
//!
//! Console exports are UTF-8, and GB18030 once Excel has saved them again; some tools write UTF-16. Without a byte
//! order mark the encoding is detected at the first byte that is not ASCII, anywhere in the file: up to there all
//! encodings but UTF-16 are the same.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, Decoder, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};

/// The encoding, as far as the first bytes of a file show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingHint {
    /// Known by a byte order mark, or without one.
    Known { encoding: UnicodeEncoding, bom: bool },
    /// Detected in the text.
    Unknown,
}

/// The encodings that have a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnicodeEncoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl UnicodeEncoding {
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

impl EncodingHint {
    /// The encoding of the byte order mark at the beginning of `head`, if there is one.
    pub fn from_bom(head: &[u8]) -> Option<Self> {
        let marked = [UnicodeEncoding::Utf8, UnicodeEncoding::Utf16Le, UnicodeEncoding::Utf16Be]
            .into_iter()
            .find(|encoding| head.starts_with(encoding.bom()));
        marked.map(|encoding| Self::Known { encoding, bom: true })
    }

    /// The length of the byte order mark.
    pub fn bom_len(self) -> usize {
        match self {
            Self::Known { encoding, bom: true } => encoding.bom().len(),
            _ => 0,
        }
    }
}

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;
/// Bytes from the first that is not ASCII on which the encoding is detected, and the most of them.
const WINDOW: usize = 256 * 1024;
const MAX_WINDOW: usize = 64 * WINDOW;
/// Bytes that are not ASCII, enough to detect the encoding.
const ENOUGH_BYTES: usize = 300;

/// The state of decoding.
enum Decoding {
    /// All bytes were ASCII so far.
    Ascii,
    By(Decoder),
}

/// Decodes a text while it is read.
pub struct TextDecoder<R> {
    from: R,
    raw: Vec<u8>,
    decoding: Decoding,
    name: &'static str,
    ended: bool,
}

/// The reason why a text cannot be decoded on.
#[derive(Debug)]
pub enum DecodeError {
    Io(io::Error),
    /// The text is in an encoding of another script.
    Foreign(&'static str),
}

impl From<io::Error> for DecodeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: Read> TextDecoder<R> {
    /// A decoder of `from`, which is after the byte order mark.
    pub fn new(from: R, hint: EncodingHint) -> Self {
        let (decoding, name) = match hint {
            EncodingHint::Unknown => (Decoding::Ascii, "utf-8"),
            EncodingHint::Known { encoding, bom } => {
                let name = match (encoding, bom) {
                    (UnicodeEncoding::Utf8, false) => "utf-8",
                    (UnicodeEncoding::Utf8, true) => "utf-8 with BOM",
                    (UnicodeEncoding::Utf16Le, false) => "utf-16le",
                    (UnicodeEncoding::Utf16Le, true) => "utf-16le with BOM",
                    (UnicodeEncoding::Utf16Be, false) => "utf-16be",
                    (UnicodeEncoding::Utf16Be, true) => "utf-16be with BOM",
                };
                (Decoding::By(encoding.encoding().new_decoder_without_bom_handling()), name)
            }
        };
        Self { from, raw: Vec::new(), decoding, name, ended: false }
    }

    /// The encoding, as far as it is known yet; UTF-8 for ASCII.
    pub fn encoding(&self) -> &'static str {
        self.name
    }

    /// Returns whether the end was reached.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Appends about `about` bytes of text, or all that is left.
    pub fn read_on(&mut self, about: usize, text: &mut String) -> Result<(), DecodeError> {
        let enough = text.len() + about.max(1);
        while !self.ended && text.len() < enough {
            let last = self.read_raw(CHUNK)?;
            if matches!(self.decoding, Decoding::Ascii) {
                self.copy_ascii(last, text)?;
            }
            self.decode(last, text);
            self.ended = last;
        }
        Ok(())
    }

    /// Reads more bytes. Returns whether they are the last.
    fn read_raw(&mut self, bytes: usize) -> io::Result<bool> {
        let read = self.from.by_ref().take(bytes as u64).read_to_end(&mut self.raw)?;
        Ok(read < bytes)
    }

    /// Copies ASCII. Where it ends, detects the encoding.
    fn copy_ascii(&mut self, mut last: bool, text: &mut String) -> Result<(), DecodeError> {
        let ascii = Encoding::ascii_valid_up_to(&self.raw);
        text.extend(self.raw.drain(..ascii).map(char::from));
        if self.raw.is_empty() {
            return Ok(());
        }
        let has_few = |raw: &[u8]| raw.iter().filter(|byte| !byte.is_ascii()).count() < ENOUGH_BYTES;
        while !last && self.raw.len() < MAX_WINDOW && (self.raw.len() < WINDOW || has_few(&self.raw)) {
            last = self.read_raw(WINDOW)?;
        }
        let encoding = detect(&self.raw, last).map_err(DecodeError::Foreign)?;
        self.name = if encoding == UTF_8 { "utf-8" } else { "gb18030" };
        self.decoding = Decoding::By(encoding.new_decoder_without_bom_handling());
        Ok(())
    }

    /// Decodes what was read; of GB18030 whole lines, since some may be in UTF-8: exports were appended to another.
    fn decode(&mut self, last: bool, text: &mut String) {
        let Decoding::By(decoder) = &mut self.decoding else { return };
        if decoder.encoding() == GB18030 && memchr::memchr(b'\n', &self.raw).is_some() {
            let whole = if last { self.raw.len() } else { memchr::memrchr(b'\n', &self.raw).map_or(0, |end| end + 1) };
            let mut rest = &self.raw[..whole];
            while !rest.is_empty() {
                let (lines, are_sure) = lines_of_utf8(rest);
                let (lines, others) = rest.split_at(lines);
                if are_sure {
                    self.name = "gb18030, lines of utf-8";
                    text.push_str(&String::from_utf8_lossy(lines));
                } else {
                    append(decoder, lines, false, text);
                }
                let (line, others) = others.split_at(end_of_line(others));
                append(decoder, line, false, text);
                rest = others;
            }
            self.raw.drain(..whole);
            // A line longer than what is read at once.
            if !last && self.raw.len() < CHUNK {
                return;
            }
        }
        append(decoder, &self.raw, last, text);
        self.raw.clear();
    }
}

/// Decodes bytes; `last`, if no more follow.
fn append(decoder: &mut Decoder, raw: &[u8], last: bool, text: &mut String) {
    let mut from = 0;
    loop {
        let raw = &raw[from..];
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
}

/// Returns how many bytes of a text in GB18030 are, from its beginning, lines that may be UTF-8; and whether they are.
fn lines_of_utf8(text: &[u8]) -> (usize, bool) {
    let may_be = |line: &&[u8]| std::str::from_utf8(line).is_ok_and(may_be_chinese);
    let lines = text.split_inclusive(|byte| *byte == b'\n').take_while(may_be);
    let length = lines.map(<[u8]>::len).sum();
    (length, std::str::from_utf8(&text[..length]).is_ok_and(is_surely_utf8))
}

/// Returns whether a text, of which the bytes may be GB18030, is UTF-8: Chinese, of two different characters at least,
/// for one is valid by chance in many names with rare characters (`婧玥`), and in the remarks that repeat them.
pub fn is_surely_utf8(text: &str) -> bool {
    let mut characters = text.chars().filter(|c| !c.is_ascii());
    let first = characters.next();
    may_be_chinese(text) && characters.any(|c| Some(c) != first) && is_beyond_chance(text.as_bytes())
}

/// Returns whether all characters that are not ASCII may stand in Chinese: they have three bytes or more in UTF-8, and
/// are neither Yi nor Korean nor in an empty plane, as which names in GB18030 are read by chance (`陳宏安`, `駱海`).
fn may_be_chinese(text: &str) -> bool {
    let is_chance = |c: char| ('\u{a000}'..='\u{d7ff}').contains(&c) || c >= '\u{40000}';
    text.chars().all(|c| c.is_ascii() || (c.len_utf8() > 2 && !is_chance(c)))
}

/// Returns whether bytes that are valid UTF-8, and may be GB18030, are UTF-8. A name of three characters in GB18030 is
/// valid UTF-8 once in 20,000. Twelve bytes are so by no chance, and neither are characters that GB 2312 lacks (their
/// second bytes are below 0xa1), since few names have any.
fn is_beyond_chance(text: &[u8]) -> bool {
    const MIN_BYTES: usize = 12;
    if text.iter().filter(|byte| !byte.is_ascii()).count() >= MIN_BYTES {
        return true;
    }
    let mut bytes = text.iter();
    while let Some(first) = bytes.next() {
        if !first.is_ascii() && bytes.next().is_some_and(|second| *second < 0xa1) {
            return true;
        }
    }
    false
}

fn end_of_line(text: &[u8]) -> usize {
    memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1)
}

/// Returns whether a text, `all` of it or the beginning, is UTF-8, damaged or not.
pub fn is_utf8(text: &[u8], all: bool) -> bool {
    detect(&text[Encoding::ascii_valid_up_to(text)..], all) == Ok(UTF_8)
}

/// Detects the encoding of a text that begins with a byte that is not ASCII: UTF-8 or GB18030. The error is the name of
/// another encoding.
fn detect(window: &[u8], all: bool) -> Result<&'static Encoding, &'static str> {
    let utf8 = EncodingFit::measure(UTF_8, window, all);
    if utf8.undecodable == 0 {
        return Ok(UTF_8);
    }
    // Sequences of three bytes and more are hardly ever valid by chance: where they outnumber the errors, the file is
    // UTF-8. Two bytes of GB18030 may be a valid character of UTF-8.
    let gb18030 = EncodingFit::measure(GB18030, window, all);
    let is_damaged_utf8 = utf8.undecodable * 4 <= utf8.characters
        || utf8.long > utf8.undecodable
        || (utf8.long == utf8.undecodable && gb18030.undecodable > 0);
    // Neither fits: read as UTF-8, in which most of it is U+FFFD.
    if is_damaged_utf8 || gb18030.undecodable * 10 > gb18030.characters {
        return Ok(UTF_8);
    }
    // Nearly every two bytes are a character of GB18030, those of other East Asian encodings too.
    let guess = guess(window, all);
    let is_foreign = [BIG5, SHIFT_JIS, EUC_JP, EUC_KR].contains(&guess) && gb18030.characters >= MIN_TO_GUESS;
    if is_foreign { Err(guess.name()) } else { Ok(GB18030) }
}

/// Characters for a guess by their frequency at least.
const MIN_TO_GUESS: usize = 64;

fn guess(window: &[u8], all: bool) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(window, all);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == GBK { GB18030 } else { guess }
}

/// The fit of a text to an encoding.
struct EncodingFit {
    /// Characters beyond ASCII.
    characters: usize,
    /// Of these, characters of three bytes and more in UTF-8.
    long: usize,
    undecodable: usize,
}

impl EncodingFit {
    fn measure(encoding: &'static Encoding, window: &[u8], all: bool) -> Self {
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

    fn read(bytes: &[u8], hint: EncodingHint) -> (String, &'static str) {
        let mut text = TextDecoder::new(&bytes[hint.bom_len()..], hint);
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
        let marked = |bytes: &[u8]| EncodingHint::from_bom(bytes).unwrap();
        let (le, be) = (
            utf16(&format!("\u{feff}{NAMES}"), u16::to_le_bytes),
            utf16(&format!("\u{feff}{NAMES}"), u16::to_be_bytes),
        );
        let bom = format!("\u{feff}{NAMES}");
        for (bytes, hint, name) in [
            (NAMES.as_bytes(), EncodingHint::Unknown, "utf-8"),
            (bom.as_bytes(), marked(bom.as_bytes()), "utf-8 with BOM"),
            (&gb18030(NAMES), EncodingHint::Unknown, "gb18030"),
            (&le, marked(&le), "utf-16le with BOM"),
            (&be, marked(&be), "utf-16be with BOM"),
            (&le[2..], EncodingHint::Known { encoding: UnicodeEncoding::Utf16Le, bom: false }, "utf-16le"),
        ] {
            assert_eq!(read(bytes, hint), (NAMES.to_owned(), name));
        }
    }

    #[test]
    fn the_encoding_shows_wherever_ascii_ends() {
        let ascii = "userid,customer_name\n".repeat(50_000);
        for (tail, name) in
            [("林子豪".as_bytes().to_vec(), "utf-8"), (gb18030("林子豪"), "gb18030"), (b"lin".to_vec(), "utf-8")]
        {
            let (text, encoding) = read(&[ascii.as_bytes(), &tail].concat(), EncodingHint::Unknown);
            assert_eq!((encoding, text.contains('\u{fffd}'), text.len() > ascii.len()), (name, false, true));
        }
    }

    #[test]
    fn characters_may_span_chunks() {
        for shift in 0..4 {
            let text = "a".repeat(shift) + &"𠮷林ö".repeat(60_000);
            for bytes in [text.clone().into_bytes(), gb18030(&text)] {
                assert!(read(&bytes, EncodingHint::Unknown).0 == text, "{shift}");
            }
        }
    }

    #[test]
    fn lines_of_utf8_inside_gb18030_are_read_as_such_where_they_are_sure() {
        // Three characters of GB18030 whose bytes are two of UTF-8.
        let unsure = b"\xe5\xa9\xb4\xe5\xb1\xa1,ann\n";
        let appended = "郑四,bob\n";
        let bytes = [&gb18030(NAMES), appended.as_bytes(), &gb18030("林一,ann\n"), unsure].concat();
        let (text, encoding) = read(&bytes, EncodingHint::Unknown);
        let known = GB18030.decode(unsure).0.into_owned();
        assert_eq!((text, encoding), (format!("{NAMES}{appended}林一,ann\n{known}"), "gb18030, lines of utf-8"));
        // The bytes of these are UTF-8 too, also where the remark repeats the name.
        let by_chance = format!("{NAMES}婧玥,ann,婧玥\n陳宏安,ann,陳宏安\n駱海,ann,駱俊\n");
        assert_eq!(read(&gb18030(&by_chance), EncodingHint::Unknown), (by_chance, "gb18030"));
        let cut_off = [&gb18030(NAMES)[..], b"\xc1"].concat();
        assert_eq!(read(&cut_off, EncodingHint::Unknown).0, format!("{NAMES}\u{fffd}"));
    }

    #[test]
    fn bytes_that_cannot_be_decoded_are_replaced() {
        for good in [NAMES.repeat(20).into_bytes(), gb18030(&NAMES.repeat(20))] {
            let (text, _) = read(&[&good[..], b"\xff,bob\n"].concat(), EncodingHint::Unknown);
            assert_eq!(text, format!("{}\u{fffd},bob\n", NAMES.repeat(20)));
        }
        // UTF-16: half of a pair, behind the byte order mark and one character.
        assert_eq!(read(b"\xff\xfea\0\0\xd8b\0", EncodingHint::from_bom(b"\xff\xfe").unwrap()).0, "a\u{fffd}b");
    }

    #[test]
    fn a_short_text_with_a_damaged_byte_is_in_its_encoding() {
        let read = |bytes: &[u8]| read(bytes, EncodingHint::Unknown);
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
        let mut text = TextDecoder::new(io::Cursor::new(BIG5.encode(&text).0.into_owned()), EncodingHint::Unknown);
        assert!(matches!(text.read_on(1, &mut String::new()), Err(DecodeError::Foreign("Big5"))));
    }
}
