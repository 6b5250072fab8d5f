//! Names that software has garbled: decoded in a wrong encoding, or left in the escapes of a format. They are no other
//! names, but cannot be read.

use std::sync::LazyLock;

use encoding_rs::{GB18030, WINDOWS_1252};

use crate::ingest::encoding::is_surely_utf8;

/// Returns whether a name is garbled.
pub(super) fn is_garbled(name: &str) -> bool {
    // Nearly all names are plain ASCII or Chinese.
    is_escaped(name) || is_misdecoded_latin(name) || is_misdecoded_chinese(name)
}

/// Returns whether a name holds escapes of JSON (`\u6797`), programs (`\xe6\x9e`), addresses (`%E6%9E%97`) or web pages
/// (`&#26519;`).
fn is_escaped(name: &str) -> bool {
    let has_digits = |text: &str, digits: usize| {
        text.get(..digits).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let is_byte_run = |prefix: &str| name.split(prefix).skip(1).filter(|part| has_digits(part, 2)).nth(2).is_some();
    let is_entity = |part: &str| {
        let number = part.split_once(';').map_or("", |(number, _)| number.trim_start_matches('x'));
        (4..=6).contains(&number.len()) && has_digits(number, number.len())
    };
    memchr::memchr3(b'\\', b'%', b'&', name.as_bytes()).is_some()
        && (name.split("\\u").skip(1).any(|part| has_digits(part, 4))
            || is_byte_run("\\x")
            || is_byte_run("%")
            || name.split("&#").skip(1).any(is_entity))
}

/// Returns whether a name is UTF-8 that was decoded as Latin-1: `æž—` for `林`.
fn is_misdecoded_latin(name: &str) -> bool {
    // The first byte of three, as a character.
    let begins = name.chars().any(|c| matches!(c, '\u{e2}'..='\u{ef}'));
    let byte = |c: char| {
        if let Ok(byte) = u8::try_from(c) {
            return Some(byte);
        }
        let mut buffer = [0; 4];
        let text = c.encode_utf8(&mut buffer);
        WINDOWS_1252.encode(text).0.first().copied().filter(|byte| !byte.is_ascii())
    };
    let is_long = |text: &str| text.chars().any(|c| c.len_utf8() == 3);
    begins
        && name.chars().map(byte).collect::<Option<Vec<u8>>>().is_some_and(|bytes| utf8_of(&bytes).is_some_and(is_long))
}

/// Returns whether a name is UTF-8 that was decoded as GB18030, as a Chinese console does: `鏋椾竴` for `林一`.
fn is_misdecoded_chinese(name: &str) -> bool {
    /// The characters of GB18030 that begin as a character of three or four bytes does in UTF-8.
    static BEGINNINGS: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let mut beginnings = vec![false; 1 << 16];
        for (first, second) in (0xe2..=0xf0).flat_map(|first| (0x80..=0xbf).map(move |second| (first, second))) {
            let bytes = [first, second];
            let text = GB18030.decode_without_bom_handling(&bytes).0;
            for at in text.chars().map(|c| c as usize).filter(|at| *at < 1 << 16) {
                beginnings[at] = true;
            }
        }
        beginnings
    });
    // Only ASCII is left as it was.
    let first = name.chars().find(|c| !c.is_ascii());
    if first.is_none_or(|first| BEGINNINGS.get(first as usize) != Some(&true)) {
        return false;
    }
    utf8_of(&GB18030.encode(name).0).is_some_and(is_surely_utf8)
}

/// The text of bytes that are UTF-8, but for a last character that is cut off.
fn utf8_of(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let (whole, rest) = bytes.split_at(error.valid_up_to());
            // The byte that had no second one became a question mark.
            let is_cut_off = error.error_len().is_none() || (rest.len() <= 4 && rest.ends_with(b"?"));
            is_cut_off.then(|| std::str::from_utf8(whole).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_software_garbled_are_told_from_names() {
        let latin = |name: &str| name.bytes().map(char::from).collect::<String>();
        let windows = |name: &str| WINDOWS_1252.decode_without_bom_handling(name.as_bytes()).0.into_owned();
        let chinese = |name: &str| GB18030.decode_without_bom_handling(name.as_bytes()).0.into_owned();
        for name in ["林一", "林子豪", "周雅婷🌸", "A林一"] {
            for garbled in [latin(name), windows(name), chinese(name), chinese(name).replace('\u{fffd}', "?")] {
                assert!(is_garbled(&garbled) || garbled.contains('\u{fffd}'), "{garbled}");
            }
        }
        for garbled in ["\\u6797\\u4e00", "\\xe6\\x9e\\x97", "%E6%9E%97%E4%B8%80", "&#26519;&#19968;", "&#x6797;"] {
            assert!(is_garbled(garbled), "{garbled}");
        }
        for name in [
            "林子豪", "李涓", "José", "Zoë & Æther", "100%的爱", "5% off", "R&D", "a\\b", "¯\\_(ツ)_/¯", "A&B#1;",
            "鐢", "联通", "Ã", "\\o/", "50%ab", "C:\\users", "婧玥", "郑淇昇", "鐘虹", "谢鋼家", "楠慶", "陳宏安",
        ] {
            assert!(!is_garbled(name), "{name}");
        }
    }
}
