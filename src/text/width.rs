//! Columns on a terminal, where a Chinese character is as wide as two letters.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, filled with spaces to so many columns.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text with spaces before it, so that it ends at that column.
pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text in at most so many columns; what is cut ends with an ellipsis.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

/// Characters that move the cursor or colour what follows have no business in what a file brought: they show as `?`.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, pad, pad_left, plain};

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!((pad("迁核", 6).as_str(), pad("ab", 4).as_str(), pad_left("迁", 3).as_str()), ("迁核  ", "ab  ", " 迁"));
        assert_eq!((cut("迁核迁核", 5).as_str(), cut("迁核", 4).as_str(), cut("abcdef", 4).as_str()), ("迁核…", "迁核", "abc…"));
        assert_eq!(plain("a\u{1b}[31m\n"), "a?[31m?");
    }
}
