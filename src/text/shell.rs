//! Commands that people copy into a shell.

/// A word as a shell reads it back: plain where it can be, else in the quotes that need the least escaping.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./=:@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else if word.contains(['$', '`', '\\', '"', '!']) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        format!("\"{word}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_it_back() {
        for (word, expected) in [
            ("acme/reports-may", "acme/reports-may"),
            ("案例/报表", "案例/报表"),
            ("", "\"\""),
            ("my reports", "\"my reports\""),
            ("a = 'b'", "\"a = 'b'\""),
            ("a;b", "\"a;b\""),
            ("~", "\"~\""),
            ("$HOME", "'$HOME'"),
            ("it's $5", r"'it'\''s $5'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
