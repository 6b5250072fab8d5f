//! The summary of an audit on the terminal: one screen of 24 rows and 80 columns, the verdict first.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::summary::AuditSummary;
use crate::billing::Bill;
use crate::findings::Finding;
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Outcome, Severity, Verdict};
use crate::text::width::{cut, pad, pad_left, plain, width};
use crate::text::{Lang, Text, commands as say};

/// Columns of the screen.
const COLUMNS: usize = 80;
/// Columns of the bar.
const BAR: u64 = 76;
/// Findings that are shown; the reports hold all.
const SHOWN: usize = 3;

/// How the summary looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub lang: Lang,
    pub colour: bool,
}

/// How a part of the relations is drawn, and in which colour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shade {
    Fine,
    OutOfScope,
    Review,
    Defect,
}

impl Shade {
    const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Migrated | Outcome::AlreadyAtTarget => Self::Fine,
            Outcome::OutOfScope => Self::OutOfScope,
            Outcome::Refused | Outcome::Undetermined | Outcome::ArrivedOutOfScope => Self::Review,
            Outcome::RefusedButArrived | Outcome::Misplaced | Outcome::Missing => Self::Defect,
        }
    }

    /// Plain letters: what looks like a block is two columns wide in some Chinese fonts.
    const fn letter(self) -> char {
        match self {
            Self::Fine => '#',
            Self::OutOfScope => '.',
            Self::Review => '?',
            Self::Defect => '!',
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Fine => "32",
            Self::OutOfScope => "2",
            Self::Review => "33",
            Self::Defect => "31",
        }
    }
}

impl Look {
    fn paint(self, text: &str, colour: &str) -> String {
        if self.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The summary as text.
pub fn summary(audit: &AuditSummary, look: Look) -> String {
    let mut text = verdict(audit, look);
    text.push_str(&relations(audit, look));
    let groups = &audit.group_counts;
    if groups.groups_measured {
        let names = GroupOutcome::ALL.iter().map(|outcome| (outcome.word(), outcome.name()));
        text.push_str(&counted(say::SUMMARY_GROUPS, &groups.by_outcome, names, look.lang));
    }
    if groups.codes_measured {
        let names = CodeVerdict::ALL.iter().map(|verdict| (verdict.word(), verdict.name()));
        text.push_str(&counted(say::SUMMARY_CODES, &groups.by_verdict, names, look.lang));
    }
    text.push_str(&bill(audit.bill.as_ref(), look.lang));
    text.push_str(&to_do(&audit.findings, look));
    let (totals, folder) = (audit.control_totals.len(), audit.folder.display());
    let _ = writeln!(text, "{}", say::SUMMARY_REPORTS.fill(look.lang, &[("totals", &totals), ("folder", &folder)]));
    text
}

/// The verdict in a word and a sentence.
fn verdict(audit: &AuditSummary, look: Look) -> String {
    let (word, colour) = match audit.verdict {
        Verdict::Reconciled => (say::SUMMARY_RECONCILED, Shade::Fine),
        Verdict::Review => (say::SUMMARY_REVIEW, Shade::Review),
        Verdict::Defect => (say::SUMMARY_DEFECT, Shade::Defect),
        Verdict::Inconclusive => (say::SUMMARY_INCONCLUSIVE, Shade::Defect),
    };
    let sentence = word.tell(look.lang);
    let title = cut(&plain(&audit.case_title), COLUMNS.saturating_sub(width(sentence) + 2).max(16));
    format!("{title}: {}\n\n", look.paint(sentence, colour.colour()))
}

/// How many relations there are, as a bar and by outcome.
fn relations(audit: &AuditSummary, look: Look) -> String {
    let counts = &audit.counts.by_outcome;
    let total: u64 = counts.values().sum();
    let in_scope = audit.counts.by_scope.get("in_scope").copied().unwrap_or(0);
    let mut text = say::SUMMARY_RELATIONS.fill(look.lang, &[("total", &grouped(total)), ("in_scope", &grouped(in_scope))]) + "\n";
    if total == 0 {
        return text;
    }
    let shades = [Shade::Fine, Shade::OutOfScope, Shade::Review, Shade::Defect];
    let of_shade = |shade: Shade| Outcome::ALL.iter().filter(|one| Shade::of(**one) == shade).map(|one| counts[one.word()]).sum::<u64>();
    let parts = shares(&shades.map(of_shade), BAR);
    let bar: String =
        shades.iter().zip(parts).map(|(shade, n)| look.paint(&shade.letter().to_string().repeat(n as usize), shade.colour())).collect();
    let _ = writeln!(text, " [{bar}]");
    let lines: Vec<String> = Outcome::ALL
        .iter()
        .filter(|outcome| counts[outcome.word()] > 0)
        .map(|outcome| {
            let (count, shade) = (counts[outcome.word()], Shade::of(*outcome));
            let name = pad(outcome.name().tell(look.lang), 21);
            let letter = look.paint(&shade.letter().to_string(), shade.colour());
            format!("  {letter} {name}{}{}", pad_left(&grouped(count), 7), pad_left(&percent(count, total), 8))
        })
        .collect();
    // Two columns, read downwards.
    let height = lines.len().div_ceil(2);
    for row in 0..height {
        let right = lines.get(row + height).map_or("", String::as_str);
        let _ = writeln!(text, "{}", format!("{}{right}", lines[row]).trim_end());
    }
    text
}

/// So many of `room` for each part; what is there at all is seen.
fn shares(parts: &[u64], room: u64) -> Vec<u64> {
    let total: u128 = parts.iter().map(|part| u128::from(*part)).sum::<u128>().max(1);
    let share = |part: &u64| u64::try_from(u128::from(*part) * u128::from(room) / total).unwrap_or(room).max(u64::from(*part > 0));
    let mut shares: Vec<u64> = parts.iter().map(share).collect();
    // The largest takes what rounding left, or gives what the smallest took.
    let sum: u64 = shares.iter().sum();
    if let Some(largest) = shares.iter_mut().max() {
        *largest = (*largest + room).saturating_sub(sum);
    }
    shares
}

/// A line of counts by their names.
fn counted(head: Text, counts: &BTreeMap<String, u64>, names: impl Iterator<Item = (&'static str, Text)>, lang: Lang) -> String {
    let total: u64 = counts.values().sum();
    let there = names.filter_map(|(word, name)| counts.get(word).filter(|count| **count > 0).map(|count| (name, count)));
    let parts: Vec<String> = there.map(|(name, count)| format!("{} {count}", name.tell(lang))).collect();
    let head = head.fill(lang, &[("total", &grouped(total))]);
    let line = if parts.is_empty() { head } else { format!("{head}: {}", parts.join(", ")) };
    cut(&line, COLUMNS) + "\n"
}

/// The bill in two lines, or that there is none.
fn bill(bill: Option<&Bill>, lang: Lang) -> String {
    let Some(bill) = bill else { return say::SUMMARY_NO_BILL.tell(lang).to_owned() + "\n" };
    let drift = &bill.drift;
    let signed = format!("{:+}", drift.drift);
    let agreed = say::SUMMARY_CONTRACT.fill(
        lang,
        &[
            ("contracted", &drift.contracted),
            ("participating", &drift.participating),
            ("drift", &signed),
            ("tolerance", &drift.tolerance),
            ("verdict", &drift.verdict.name().tell(lang)),
        ],
    );
    let paid = format!("{:.2}", bill.paid);
    let money = say::SUMMARY_BILL.fill(
        lang,
        &[
            ("payable", &bill.payable),
            ("currency", &bill.contract.currency),
            ("paid", &paid),
            ("balance", &bill.balance),
            ("billed", &drift.billed()),
            ("delivered", &bill.delivered),
        ],
    );
    format!("{}\n{}\n", cut(&agreed, COLUMNS), cut(&money, COLUMNS))
}

/// What to do first, and how much more there is; what is waived is counted only.
fn to_do(findings: &[Finding], look: Look) -> String {
    let lang = look.lang;
    let (open, waived): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().filter(|finding| finding.severity() >= Severity::Review).partition(|finding| finding.counts());
    let mut text = format!("\n{}\n", if open.is_empty() { say::SUMMARY_NOTHING } else { say::SUMMARY_TO_DO }.tell(lang));
    for finding in open.iter().take(SHOWN) {
        let (message, step) = match lang {
            Lang::Zh => (finding.message_zh(), finding.rule.next_step_zh),
            Lang::En => (finding.message_en(), finding.rule.next_step_en),
        };
        let accepted = match finding.waived.count {
            0 => String::new(),
            count => say::SUMMARY_PART_WAIVED.fill(lang, &[("count", &count)]),
        };
        let shade = if finding.severity() == Severity::Defect { Shade::Defect } else { Shade::Review };
        let line = cut(&format!("{}{accepted}: {}", finding.rule.code, plain(&message)), COLUMNS - 4);
        let _ = writeln!(text, "  {} {line}", look.paint(&shade.letter().to_string(), shade.colour()));
        let _ = writeln!(text, "    {}", cut(&format!("-> {step}"), COLUMNS - 4));
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

/// `1,234,567`.
fn grouped(count: u64) -> String {
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

fn percent(count: u64, total: u64) -> String {
    let (count, total) = (u128::from(count), u128::from(total));
    format!("{}.{} %", count * 100 / total, count * 1000 / total % 10)
}

#[cfg(test)]
mod tests {
    use super::{grouped, shares};

    #[test]
    fn what_is_there_at_all_is_seen() {
        assert_eq!(shares(&[999_990, 0, 9, 1], 76), [74, 0, 1, 1]);
        assert_eq!(shares(&[1, 1, 1, 1], 76), [19, 19, 19, 19]);
        assert_eq!(shares(&[0, 0, 0, 5], 76), [0, 0, 0, 76]);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
