//! Widths on a terminal, where a Chinese character takes two columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub fn width(text: &str) -> usize {
    text.width()
}

/// Pads a text with spaces on the right.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Cuts a text to a width; a cut text ends with an ellipsis.
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

/// Wraps a text to a width: Chinese between any two characters, but not before closing or after opening punctuation;
/// other text at spaces.
pub fn wrap(text: &str, columns: usize) -> String {
    text.lines().map(|line| wrap_line(line, columns)).collect::<Vec<_>>().join("\n")
}

fn wrap_line(line: &str, columns: usize) -> String {
    let (mut wrapped, mut used) = (String::new(), 0);
    for piece in pieces(line) {
        if used > 0 && used + width(piece.trim_end()) > columns {
            wrapped.truncate(wrapped.trim_end().len());
            wrapped.push('\n');
            used = 0;
        }
        wrapped.push_str(piece);
        used += width(piece);
    }
    wrapped
}

/// Splits a line at the places where it can be broken.
fn pieces(line: &str) -> Vec<&str> {
    let (mut pieces, mut begin) = (Vec::new(), 0);
    for ((_, before), (place, after)) in line.char_indices().zip(line.char_indices().skip(1)) {
        if is_break(before, after) {
            pieces.push(&line[begin..place]);
            begin = place;
        }
    }
    pieces.push(&line[begin..]);
    pieces
}

fn is_break(before: char, after: char) -> bool {
    let is_wide = |letter: char| letter.width() == Some(2);
    match (before, after) {
        (_, ' ') => false,
        (' ', _) => true,
        _ => {
            (is_wide(before) || is_wide(after))
                && !"（《「【".contains(before)
                && !"，。；：、！？）》」】”….,;:!?)".contains(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, pad, pad_left, wrap};

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(
            (pad("迁核", 6).as_str(), pad("ab", 4).as_str(), pad_left("迁", 3).as_str()),
            ("迁核  ", "ab  ", " 迁")
        );
        assert_eq!(
            (cut("迁核迁核", 5).as_str(), cut("迁核", 4).as_str(), cut("abcdef", 4).as_str()),
            ("迁核…", "迁核", "abc…")
        );
    }

    #[test]
    fn chinese_is_wrapped_between_characters() {
        assert_eq!(wrap("迁移核对", 5), "迁移\n核对");
        // Two more columns would be needed for the comma, which does not begin a line.
        assert_eq!(wrap("迁移，核对", 4), "迁\n移，\n核对");
        assert_eq!(wrap("核对（迁移）", 6), "核对\n（迁\n移）");
        assert_eq!(wrap("用 --out 指定", 9), "用 --out\n指定", "a word stays whole, and the space before a break goes");
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("longer than that", 4), "longer\nthan\nthat");
        assert_eq!(wrap("一\n\n二", 9), "一\n\n二", "lines and paragraphs stay");
        assert_eq!(wrap("", 9), "");
    }
}
