//! Parts of the screens of an audit and of a precheck: 80 columns, colours, the contract in a line, the next steps.

use std::fmt::Write;

use crate::billing::Bill;
use crate::findings::Finding;
use crate::schema::vocabulary::Severity;
use crate::text::width::{cut, pad, pad_left, width, wrap};
use crate::text::{COLOUR_END, COLOURS, Lang, commands as say, percent, plain};

/// Columns of the screen.
pub const COLUMNS: usize = 80;
/// Findings that are shown; the reports hold all.
const SHOWN: usize = 3;
/// Lines of a message or of a step; more are cut.
const LINES: usize = 2;
/// Columns that the name of a count takes.
const NAME: usize = 21;

/// The language and the colours of a screen.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub lang: Lang,
    pub colour: bool,
}

impl Look {
    /// Returns the text in a colour, if colours are wanted.
    pub fn paint(self, text: &str, shade: Shade) -> String {
        if self.colour { format!("{}{text}{COLOUR_END}", shade.colour()) } else { text.to_owned() }
    }

    /// Returns the letter of a shade, in its colour.
    pub fn mark(self, shade: Shade) -> String {
        self.paint(&shade.letter().to_string(), shade)
    }
}

/// The seriousness of a count, shown by a letter and a colour, in the order of [`COLOURS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    Fine,
    OutOfScope,
    Review,
    Defect,
}

impl Shade {
    /// Returns its letter. Block characters are two columns wide in some Chinese fonts.
    pub const fn letter(self) -> char {
        match self {
            Self::Fine => '#',
            Self::OutOfScope => '.',
            Self::Review => '?',
            Self::Defect => '!',
        }
    }

    /// Returns the character that begins the colour; the printer of screens knows its escape sequence.
    const fn colour(self) -> char {
        COLOURS[self as usize].0
    }
}

/// Returns a count with its name, its mark and its part of the total: half a line.
pub fn count(name: &str, count: u64, total: u64, shade: Shade, look: Look) -> String {
    let figures = format!("{}{}", pad_left(&grouped(count), 7), pad_left(&percent(count, total), 8));
    format!("  {} {}{figures}", look.mark(shade), pad(name, NAME))
}

/// Half lines in two columns, read downwards.
pub fn in_two_columns(halves: &[String]) -> String {
    let height = halves.len().div_ceil(2);
    let line = |row: usize| {
        let right = halves.get(row + height).map_or("", String::as_str);
        format!("{}{right}", halves[row]).trim_end().to_owned() + "\n"
    };
    (0..height).map(line).collect()
}

/// Relations contracted and participating, with the verdict on the drift; or that there is no contract.
pub fn contract(bill: Option<&Bill>, lang: Lang) -> String {
    let Some(drift) = bill.map(|bill| &bill.drift) else { return say::SUMMARY_NO_BILL.tell(lang).to_owned() + "\n" };
    let line = say::SUMMARY_CONTRACT.fill(
        lang,
        &[
            ("contracted", &grouped(drift.contracted)),
            ("participating", &grouped(drift.participating)),
            ("drift", &signed(drift.drift)),
            ("tolerance", &grouped(drift.tolerance)),
            ("verdict", &drift.verdict.name().tell(lang)),
        ],
    );
    cut(&line, COLUMNS) + "\n"
}

/// Returns the next steps of the first findings, and the number of the others; waived findings are counted only.
pub fn to_do(findings: &[Finding], look: Look) -> String {
    let lang = look.lang;
    let (open, waived): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().filter(|finding| finding.severity() >= Severity::Review).partition(|finding| finding.counts());
    let mut text =
        format!("\n{}\n", if open.is_empty() { say::SUMMARY_NOTHING } else { say::SUMMARY_TO_DO }.tell(lang));
    for finding in open.iter().take(SHOWN) {
        text.push_str(&of_finding(finding, look));
    }
    if open.len() > SHOWN {
        let _ = writeln!(text, "    {}", say::SUMMARY_MORE.fill(lang, &[("count", &(open.len() - SHOWN))]));
    }
    if !waived.is_empty() {
        let codes: Vec<&str> = waived.iter().map(|finding| finding.rule.code).collect();
        let line = say::SUMMARY_WAIVED.fill(lang, &[("count", &waived.len()), ("codes", &codes.join(", "))]);
        let _ = writeln!(text, "  {}", cut(&line, COLUMNS - 2));
    }
    text
}

/// Returns a finding with its next step.
fn of_finding(finding: &Finding, look: Look) -> String {
    let (message, step) = match look.lang {
        Lang::Zh => (finding.message_zh(), finding.rule.next_step_zh),
        Lang::En => (finding.message_en(), finding.rule.next_step_en),
    };
    let accepted = match finding.waived.count {
        0 => String::new(),
        count => say::SUMMARY_PART_WAIVED.fill(look.lang, &[("count", &count)]),
    };
    let shade = if finding.severity() == Severity::Defect { Shade::Defect } else { Shade::Review };
    let colon = say::COLON.tell(look.lang);
    let message = hanging(&format!("{}{accepted}{colon}{}", finding.rule.code, plain(&message)), 4);
    format!("  {} {message}\n    -> {}\n", look.mark(shade), hanging(step, 7))
}

/// Wraps a text whose lines begin at a column, the first one behind what stands there already.
fn hanging(text: &str, column: usize) -> String {
    let room = COLUMNS - column;
    let wrapped = wrap(text, room);
    let mut lines: Vec<String> = wrapped.lines().map(|line| cut(line, room)).collect();
    if lines.len() > LINES {
        lines.truncate(LINES);
        let last = &mut lines[LINES - 1];
        *last = cut(&format!("{last}…"), room);
    }
    lines.join(&format!("\n{}", " ".repeat(column)))
}

/// Returns parts after a heading, in as many lines as they take; none is broken.
pub fn listed(head: &str, parts: &[String], lang: Lang) -> String {
    let mut lines = vec![if parts.is_empty() { head.to_owned() } else { format!("{head}{}", say::COLON.tell(lang)) }];
    for (place, part) in parts.iter().enumerate() {
        let end = if place + 1 < parts.len() { say::SEMICOLON.tell(lang) } else { "" };
        let piece = format!("{part}{end}");
        match lines.last_mut() {
            Some(line) if width(line) + width(piece.trim_end()) <= COLUMNS => line.push_str(&piece),
            _ => lines.push(format!("  {piece}")),
        }
    }
    lines.iter().map(|line| cut(line.trim_end(), COLUMNS) + "\n").collect()
}

/// `1,234,567`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `+1,234` or `-5`.
pub fn signed(count: i64) -> String {
    format!("{}{}", if count < 0 { '-' } else { '+' }, grouped(count.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, LINES, grouped, hanging, in_two_columns, listed, signed};
    use crate::text::Lang;
    use crate::text::width::width;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!([signed(1234), signed(0), signed(-1234)], ["+1,234", "+0", "-1,234"]);
    }

    #[test]
    fn a_text_takes_two_lines_and_only_a_longer_one_is_cut() {
        let words = |count: usize| vec!["words"; count].join(" ");
        assert_eq!(hanging(&words(3), 4), words(3));
        // 76 columns hold twelve words and the spaces between them.
        assert_eq!(hanging(&words(20), 4), format!("{}\n    {}", words(12), words(8)));
        let cut = hanging(&words(40), 4);
        assert!(cut.ends_with('…') && cut.lines().count() == LINES, "{cut}");
        assert!(hanging(&"字".repeat(99), 7).lines().all(|line| width(line) <= COLUMNS));
    }

    /// A count that is cut off cannot be read.
    #[test]
    fn no_part_of_a_list_is_cut() {
        let parts = ["Alive 1".repeat(6), "Kept 2".repeat(6), "Lost 3".to_owned()];
        let text = listed("codes 6", &parts, Lang::En);
        assert_eq!(text, format!("codes 6: {};\n  {}; {}\n", parts[0], parts[1], parts[2]));
        assert_eq!(listed("codes 0", &[], Lang::Zh), "codes 0\n");
    }

    #[test]
    fn columns_are_read_downwards() {
        let halves = ["a ", "b ", "c "].map(str::to_owned);
        assert_eq!(in_two_columns(&halves), "a c\nb\n");
        assert_eq!(in_two_columns(&[]), "");
    }
}
