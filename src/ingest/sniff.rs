//! What a file is, told from its first bytes and never from its name.

/// What the content looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Answers of the service.
    Json { bom: bool },
    /// Text in rows and columns, perhaps.
    Text { bom: bool },
    /// Columns in Parquet.
    Parquet,
    /// Nothing that can be read, and what to do about it.
    Unreadable { what: &'static str, remedy: &'static str },
}

const BOM: &[u8] = b"\xef\xbb\xbf";
const AS_UTF8: &str = "save it as CSV in UTF-8 (in Excel: Save as, CSV UTF-8)";

/// The first bytes of known formats that are not read.
const KNOWN: &[(&[u8], &str, &str)] = &[
    (b"PK\x03\x04", "an XLSX workbook or another zip archive, which is not read yet", AS_UTF8),
    (b"\xd0\xcf\x11\xe0", "a workbook of the old .xls kind", AS_UTF8),
    (b"\xff\xfe", "text in UTF-16, which is not read yet", AS_UTF8),
    (b"\xfe\xff", "text in UTF-16, which is not read yet", AS_UTF8),
    (b"%PDF", "a PDF", "export the data as JSON, CSV or Parquet"),
    (b"\x1f\x8b", "compressed twice", "unpack it once"),
    (b"\x28\xb5\x2f\xfd", "compressed twice", "unpack it once"),
    (b"BZh", "compressed with bzip2", "unpack it, or compress it with gzip or zstd"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it, or compress it with gzip or zstd"),
];

/// Looks at the first bytes, `all` of them or only a beginning.
pub fn sniff(head: &[u8], all: bool) -> Format {
    if head.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    if let Some((_, what, remedy)) = KNOWN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Format::Unreadable { what, remedy };
    }
    if head.get(257..262) == Some(b"ustar") {
        return Format::Unreadable { what: "a tar archive", remedy: "unpack it into the folder" };
    }
    let bom = head.starts_with(BOM);
    let text = if bom { &head[BOM.len()..] } else { head };
    sniff_text(text, bom, all)
}

fn sniff_text(text: &[u8], bom: bool, all: bool) -> Format {
    if text.contains(&0) {
        return Format::Unreadable { what: "binary data, or text in UTF-16", remedy: AS_UTF8 };
    }
    if let Err(error) = std::str::from_utf8(text)
        // A head may end in the middle of a character.
        && (all || error.error_len().is_some())
    {
        return Format::Unreadable { what: "not UTF-8 (text in GB18030, perhaps, which is not read yet)", remedy: AS_UTF8 };
    }
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None if all => Format::Unreadable { what: "empty", remedy: "export it again, or take it away" },
        Some(b'{' | b'[') => Format::Json { bom },
        _ => Format::Text { bom },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(sniff(b"PAR1....", false), Format::Parquet);
        assert_eq!(sniff(b" \n{\"errcode\":0}", true), Format::Json { bom: false });
        assert_eq!(sniff(b"\xef\xbb\xbf[]", true), Format::Json { bom: true });
        assert_eq!(sniff(b"userid,name\n", true), Format::Text { bom: false });
        assert_eq!(sniff(b"\xef\xbb\xbfuserid\tname\n", true), Format::Text { bom: true });
    }

    #[test]
    fn a_head_may_end_inside_a_character() {
        let head = &"客户名称".as_bytes()[..11];
        assert_eq!(sniff(head, false), Format::Text { bom: false });
        assert!(matches!(sniff(head, true), Format::Unreadable { .. }));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (head, name) in [
            (&b"PK\x03\x04...."[..], "XLSX"),
            (b"\xff\xfeu\0s\0", "UTF-16"),
            (b"u\0s\0e\0", "UTF-16"),
            (b"\xbf\xcd\xbb\xa7\xc3\xfb\xb3\xc6,1\n", "GB18030"),
            (b"  \n", "empty"),
            (b"", "empty"),
            (b"\x1f\x8b\x08", "compressed twice"),
        ] {
            assert!(matches!(sniff(head, true), Format::Unreadable { what, .. } if what.contains(name)), "{name}");
        }
    }
}
