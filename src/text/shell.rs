//! Quotes words of commands that are copied into a shell.

/// Quotes a word for a shell, if necessary, in the quotes that need the least escaping.
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
    fn words_are_quoted_if_necessary() {
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
