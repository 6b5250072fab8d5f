//! Paths as text, for reports and for people. A name need not be UTF-8, and two different names have different texts.

use std::path::Path;

/// Returns a path as text. A byte that is not UTF-8 becomes `\xff`; the backslashes of a path that has such a byte, or
/// that looks as if it had, are doubled.
pub fn path_text(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    match str::from_utf8(bytes) {
        Ok(text) if !text.contains(r"\x") => text.to_owned(),
        _ => bytes.utf8_chunks().flat_map(|chunk| [escaped(chunk.valid()), hex(chunk.invalid())]).collect(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!(r"\x{byte:02x}")).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn text(bytes: &[u8]) -> String {
        path_text(Path::new(OsStr::from_bytes(bytes)))
    }

    #[test]
    fn names_in_utf_8_are_themselves() {
        assert_eq!(text("案例/a.csv".as_bytes()), "案例/a.csv");
        assert_eq!(text(br"a\b.csv"), r"a\b.csv");
    }

    #[test]
    fn different_names_have_different_texts() {
        // "客" in GBK, a literal that looks like an escaped byte, and mixtures of both.
        assert_eq!(text(b"\xbf\xcd.csv"), r"\xbf\xcd.csv");
        assert_eq!(text(br"\xbf\xcd.csv"), r"\\xbf\\xcd.csv");
        assert_eq!(text(b"\\\xff"), r"\\\xff");
        assert_eq!(text(b"a\xff\xfe"), r"a\xff\xfe");
        let names: [&[u8]; 7] =
            [b"\xff", br"\xff", br"\\xff", b"\\\xff", b"\\x\xff", br"\\\xff", "\u{fffd}".as_bytes()];
        let texts: std::collections::BTreeSet<String> = names.iter().map(|name| text(name)).collect();
        assert_eq!(texts.len(), names.len(), "{texts:?}");
    }
}
