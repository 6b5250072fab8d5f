//! The format of a file, recognised by its first bytes and never by its name.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::encoding::{EncodingHint, UnicodeEncoding, is_utf8};
use crate::text::{Text, errors as say};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Answers of the service, in UTF-8.
    Json {
        bom: bool,
    },
    /// Answers of the service, to be decoded.
    EncodedJson(EncodingHint),
    /// Text, presumably a sheet.
    Text(EncodingHint),
    Parquet,
    /// A zip archive, such as an XLSX workbook is.
    Zip,
    /// Not supported: the format and the remedy.
    Unsupported {
        what: Text,
        remedy: Text,
    },
}

/// The first bytes of known formats that are not supported.
const UNSUPPORTED: &[(&[u8], Text, Text)] = &[
    (b"\x09\x08\x10\x00", say::OLD_WORKBOOK, say::SAVE_AS_SHEET),
    (b"\x09\x04\x06\x00", say::OLD_WORKBOOK, say::SAVE_AS_SHEET),
    (b"\x09\x02\x06\x00", say::OLD_WORKBOOK, say::SAVE_AS_SHEET),
    (b"%PDF", say::PDF, say::EXPORT_AS_DATA),
    (b"\x1f\x8b", say::PACKED_TWICE, say::UNPACK_ONCE),
    (b"\x28\xb5\x2f\xfd", say::PACKED_TWICE, say::UNPACK_ONCE),
    (b"BZh", say::BZIP2, say::REPACK),
    (b"\xfd7zXZ", say::XZ, say::REPACK),
    (b"Rar!\x1a\x07", say::RAR, say::UNPACK_TAR),
    (b"7z\xbc\xaf\x27\x1c", say::SEVEN_ZIP, say::UNPACK_TAR),
    (b"SQLite format 3\0", say::SQLITE, say::EXPORT_AS_DATA),
    (b"Obj\x01", say::AVRO, say::EXPORT_AS_DATA),
    (b"ARROW1\0\0", say::ARROW_FILE, say::EXPORT_AS_DATA),
    (b"version https://git-lfs", say::LFS_POINTER, say::LFS_POINTER_REMEDY),
];

/// The container of old workbooks, and of those with a password.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";
/// The name of a workbook with a password in that container.
const ENCRYPTED: &str = "EncryptedPackage";

/// Beginnings of web pages and of other XML, in lower case.
const MARKUP: &[(&str, Text)] = &[
    ("<!doctype html", say::WEB_PAGE),
    ("<html", say::WEB_PAGE),
    ("<head", say::WEB_PAGE),
    ("<meta", say::WEB_PAGE),
    ("<style", say::WEB_PAGE),
    ("<body", say::WEB_PAGE),
    ("<div", say::WEB_PAGE),
    ("<table", say::WEB_PAGE),
    ("<tr", say::WEB_PAGE),
    ("<!--", say::WEB_PAGE),
    ("mime-version:", say::WEB_PAGE),
    ("<?xml", say::XML_WORKBOOK),
    ("<workbook", say::XML_WORKBOOK),
];

/// Beginnings of SQL, in lower case: of statements, and of the comments above them.
const SQL: &[&str] = &[
    "insert into ", "create table ", "drop table ", "set names ", "begin transaction;", "pragma ", "-- mysql dump",
    "-- mariadb dump", "-- postgresql", "--\n-- postgresql", "-- phpmyadmin", "-- ----", "/*",
];

/// Beginnings of values as PHP shows them, in lower case.
const PHP: &[&str] = &["<?php", "array (", "array(", "array\n("];

/// Recognises the format by the first bytes, `all` of the file or only its beginning.
pub fn sniff(head: &[u8], all: bool) -> FileFormat {
    if head.starts_with(b"PAR1") {
        return FileFormat::Parquet;
    }
    if head.starts_with(b"PK\x03\x04") {
        return FileFormat::Zip;
    }
    if let Some(&(_, what, remedy)) = UNSUPPORTED.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return FileFormat::Unsupported { what, remedy };
    }
    if head.starts_with(OLE) {
        let encrypted: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = memchr::memmem::find(head, &encrypted).is_some();
        let what = if is_encrypted { say::ENCRYPTED_WORKBOOK } else { say::OLD_WORKBOOK };
        return FileFormat::Unsupported { what, remedy: say::SAVE_AS_SHEET };
    }
    // Headers begin so too, such as `PARENT_ID`.
    let has_nul = || memchr::memchr(0, head).is_some();
    if head.starts_with(b"ORC") && has_nul() {
        return FileFormat::Unsupported { what: say::ORC, remedy: say::EXPORT_AS_DATA };
    }
    if head.starts_with(b"PARE") && has_nul() {
        return FileFormat::Unsupported { what: say::ENCRYPTED_PARQUET, remedy: say::ENCRYPTED_PARQUET_REMEDY };
    }
    if head.get(257..262) == Some(b"ustar") {
        return FileFormat::Unsupported { what: say::TAR, remedy: say::UNPACK_TAR };
    }
    let hint = EncodingHint::from_bom(head).or_else(|| utf16_without_mark(head, all)).unwrap_or(EncodingHint::Unknown);
    let text = &head[hint.bom_len()..];
    if let EncodingHint::Known { encoding: UnicodeEncoding::Utf16Le | UnicodeEncoding::Utf16Be, .. } = hint {
        return sniff_utf16(text, hint, all);
    }
    sniff_text(text, hint, all)
}

fn sniff_text(text: &[u8], hint: EncodingHint, all: bool) -> FileFormat {
    // A few NULs are a damaged sheet, whose rows become rejects.
    if memchr::memchr_iter(0, text).count() * 10 > text.len() {
        return FileFormat::Unsupported { what: say::BINARY, remedy: say::BINARY_REMEDY };
    }
    let beginning = beginning(text);
    if let Some(markup) = markup(beginning) {
        return markup;
    }
    if SQL.iter().any(|start| begins(beginning, start)) {
        return FileFormat::Unsupported { what: say::SQL, remedy: say::EXPORT_AS_DATA };
    }
    if PHP.iter().any(|start| begins(beginning, start)) {
        return FileFormat::Unsupported { what: say::PHP, remedy: say::PHP_REMEDY };
    }
    if is_python(beginning) {
        return FileFormat::Unsupported { what: say::PYTHON, remedy: say::PYTHON_REMEDY };
    }
    if is_yaml(beginning) {
        return FileFormat::Unsupported { what: say::YAML, remedy: say::EXPORT_AS_DATA };
    }
    let begins_as_json = match beginning.first() {
        None if all => return FileFormat::Unsupported { what: say::EMPTY, remedy: say::EMPTY_REMEDY },
        Some(b'{') => true,
        Some(b'[') => !is_bracketed_word(&beginning[1..]),
        _ => false,
    };
    if !begins_as_json {
        return FileFormat::Text(hint);
    }
    if is_utf8(text, all) {
        FileFormat::Json { bom: hint != EncodingHint::Unknown }
    } else {
        FileFormat::EncodedJson(hint)
    }
}

/// The text behind white space and byte order marks: some software adds one to a text that has one.
fn beginning(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        match text.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// Returns whether a word is behind a bracket, as in the headers of SQL Server (`[userid],[name]`), or a time of a log.
fn is_bracketed_word(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && matches!(text.get(digits), Some(b'-' | b'/' | b':')) {
        return true;
    }
    let is_value = [&b"null"[..], b"true", b"false", b"NaN"].iter().any(|word| text.starts_with(word));
    !is_value && text.first().is_some_and(|first| first.is_ascii_alphabetic() || !first.is_ascii())
}

/// Returns whether the text begins as Python shows a dictionary or a list of them.
fn is_python(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    text.strip_prefix(b"{").is_some_and(|entries| entries.trim_ascii_start().starts_with(b"'"))
}

/// Returns whether the text begins as a list or document of YAML does.
fn is_yaml(text: &[u8]) -> bool {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let is_key = |item: &[u8]| item.ends_with(b":") || memchr::memmem::find(item, b": ").is_some();
    line == b"---" || line.strip_prefix(b"- ").is_some_and(is_key)
}

/// Recognises web pages and other markup, which some systems export as workbooks.
fn markup(text: &[u8]) -> Option<FileFormat> {
    let what = MARKUP.iter().find(|(start, _)| begins(text, start))?.1;
    // A web page may be XML too.
    let is_page = || text[..text.len().min(1024)].to_ascii_lowercase().windows(5).any(|tag| tag == b"<html");
    let is_page = what == say::WEB_PAGE || is_page();
    let (what, remedy) =
        if is_page { (say::WEB_PAGE, say::WEB_PAGE_REMEDY) } else { (say::XML_WORKBOOK, say::SAVE_AS_SHEET) };
    Some(FileFormat::Unsupported { what, remedy })
}

/// Returns whether the text begins so, in whatever letter case.
fn begins(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
}

fn sniff_utf16(text: &[u8], hint: EncodingHint, all: bool) -> FileFormat {
    let is_le = matches!(hint, EncodingHint::Known { encoding: UnicodeEncoding::Utf16Le, .. });
    let unit = |pair: &[u8; 2]| if is_le { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    let units: Vec<u16> = text.as_chunks().0.iter().map(unit).collect();
    match sniff_text(String::from_utf16_lossy(&units).as_bytes(), hint, all) {
        FileFormat::Json { .. } => FileFormat::EncodedJson(hint),
        other => other,
    }
}

/// Detects UTF-16 by the NUL in each line end and delimiter, nearly always in the same half of a character: few others,
/// such as U+4E00 (一), have one in the other half.
fn utf16_without_mark(head: &[u8], all: bool) -> Option<EncodingHint> {
    let at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (encoding, unicode): (&'static Encoding, UnicodeEncoding) = match (at(0), at(1)) {
        (even, odd) if odd > 4 * even => (UTF_16LE, UnicodeEncoding::Utf16Le),
        (even, odd) if even > 4 * odd => (UTF_16BE, UnicodeEncoding::Utf16Be),
        _ => return None,
    };
    // A head may end in the middle of a character, or of a pair of them.
    let mut whole = &head[..if all { head.len() } else { head.len() / 2 * 2 }];
    if !all && encoding.decode_without_bom_handling_and_without_replacement(whole).is_none() {
        whole = &whole[..whole.len().saturating_sub(2)];
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(whole)?;
    let is_sheet = text.contains(['\n', '\r', ',', '\t', ';']);
    is_sheet.then_some(EncodingHint::Known { encoding: unicode, bom: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised_by_their_first_bytes() {
        assert_eq!(sniff(b"PAR1....", false), FileFormat::Parquet);
        assert_eq!(sniff(b"PK\x03\x04....", false), FileFormat::Zip);
        assert_eq!(sniff(b" \n{\"errcode\":0}", true), FileFormat::Json { bom: false });
        assert_eq!(sniff(b"\xef\xbb\xbf[]", true), FileFormat::Json { bom: true });
        assert_eq!(sniff(b"\xef\xbb\xbf\n\xef\xbb\xbf[]", true), FileFormat::Json { bom: true });
        let known = |encoding, bom| FileFormat::Text(EncodingHint::Known { encoding, bom });
        for text in [&b"userid,name\n"[..], b"PARENT_ID,USERID\n"] {
            assert_eq!(sniff(text, true), FileFormat::Text(EncodingHint::Unknown));
        }
        assert_eq!(sniff(b"\xef\xbb\xbfuserid\tname\n", true), known(UnicodeEncoding::Utf8, true));
        assert_eq!(sniff(b"\xff\xfeu\0s\0", true), known(UnicodeEncoding::Utf16Le, true));
        assert_eq!(sniff(b"u\0s\0e\0\n\0", true), known(UnicodeEncoding::Utf16Le, false));
        assert_eq!(sniff(b"a\0n\0n\0,\0\x00\x4e\n\0", true), known(UnicodeEncoding::Utf16Le, false), "ann,一");
        assert_eq!(sniff(b"\x5b\xa2\x62\x37\0,\x54\x0d\0\n", true), known(UnicodeEncoding::Utf16Be, false), "客户,名");
        assert_eq!(sniff(b"[2026-05-08 09:00:00] {\"errcode\":0}", true), FileFormat::Text(EncodingHint::Unknown));
        // GB18030 and others are detected while reading.
        assert_eq!(sniff(b"\xbf\xcd\xbb\xa7\xc3\xfb\xb3\xc6,1\n", true), FileFormat::Text(EncodingHint::Unknown));
    }

    #[test]
    fn a_head_may_end_inside_a_character() {
        let head = &"客户名称".as_bytes()[..11];
        assert_eq!(sniff(head, false), FileFormat::Text(EncodingHint::Unknown));
        let json = &"[\"客户名称\"]".as_bytes()[..12];
        assert_eq!(sniff(json, false), FileFormat::Json { bom: false });
        assert_eq!(sniff(json, true), FileFormat::Json { bom: false }, "cut off, for its reader to say");
    }

    #[test]
    fn json_with_a_bad_byte_is_json() {
        for json in [&b"{\"name\":\"Jos\xe9\"}"[..], b"{\"name\":\"\xe6\x9e\x97\xff\"}", b"[\"\xed\xa0\xbd\"]"] {
            assert_eq!(sniff(json, true), FileFormat::Json { bom: false }, "{}", String::from_utf8_lossy(json));
        }
        // 客户名称 in GB18030, cut off within a character.
        let encoded = FileFormat::EncodedJson(EncodingHint::Unknown);
        assert_eq!(sniff(b"[\"\xbf\xcd\xbb\xa7\xc3\xfb\xb3", false), encoded);
        let utf16 = EncodingHint::Known { encoding: UnicodeEncoding::Utf16Le, bom: true };
        assert_eq!(sniff(b"\xff\xfe{\0\"\0", true), FileFormat::EncodedJson(utf16));
    }

    #[test]
    fn unsupported_formats_are_named() {
        for (head, name) in [
            (&b"\xd0\xcf\x11\xe0...."[..], ".xls"),
            (b"\xd0\xcf\x11\xe0..E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", "encrypted"),
            (b" \n<HTML><body><table><tr><td>userid,name</td></tr></table>", "HTML"),
            (b"<table border=1>", "HTML"),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", "HTML"),
            (b"<?xml version=\"1.0\"?><Workbook>", "XML"),
            (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "HTML"),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0", "binary"),
            (b"\xff\xfe", "empty"),
            (b"  \n", "empty"),
            (b"", "empty"),
            (b"\x1f\x8b\x08", "compressed twice"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
            (b"INSERT INTO `t` VALUES ('ann');\n", "SQL"),
            (b"\ninsert into t values('ann');\n", "SQL"),
            (b"--\n-- PostgreSQL database dump\n--\n", "SQL"),
            (b"/*\n Navicat Premium Data Transfer\n*/\n", "SQL"),
            (b"Rar!\x1a\x07\x01\0", "RAR"),
            (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
            (b"SQLite format 3\0\x10\0", "SQLite"),
            (b"Obj\x01\x04\x14avro.codec", "Avro"),
            (b"ORC\x0a\x0b\0\0\x12", "ORC"),
            (b"ARROW1\0\0\xff\xff", "Arrow IPC"),
            (b"- userid: ann\n  external_userid: wm1\n", "YAML"),
            (b"---\nuserlist:\n", "YAML"),
            (b"{'errcode': 0, 'errmsg': 'ok'}", "Python"),
            (b"[{'external_contact': {}}]", "Python"),
            (b"[\n { 'external_contact': {}}]", "Python"),
            (b"array (\n  'errcode' => 0,\n)", "PHP"),
            (b"Array\n(\n    [errcode] => 0\n)", "PHP"),
        ] {
            assert!(
                matches!(sniff(head, true), FileFormat::Unsupported { what, .. } if what.en.contains(name)),
                "{name}"
            );
        }
    }
}
