//! The summary of an audit on the terminal: at most 30 rows of 80 columns, the verdict first.

use std::collections::BTreeMap;
use std::fmt::Write;

pub use super::screen::Look;
use super::screen::{COLUMNS, Shade, contract, count, grouped, in_two_columns, listed, to_do};
use super::summary::AuditSummary;
use crate::billing::Bill;
use crate::findings::Finding;
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Outcome, Verdict};
use crate::text::width::{cut, width};
use crate::text::{Lang, Text, commands as say, path_text, plain};

/// Columns of the bar.
const BAR: u64 = 76;

/// Returns the shade of the relations of an outcome.
const fn shade_of(outcome: Outcome) -> Shade {
    match outcome {
        Outcome::Migrated | Outcome::AlreadyAtTarget => Shade::Fine,
        Outcome::OutOfScope => Shade::OutOfScope,
        Outcome::Refused | Outcome::Undetermined | Outcome::ArrivedOutOfScope => Shade::Review,
        Outcome::RefusedButArrived | Outcome::Misplaced | Outcome::Missing => Shade::Defect,
    }
}

/// Returns the summary as text.
pub fn summary(audit: &AuditSummary, look: Look) -> String {
    let mut text = verdict(audit, look);
    text.push_str(&relations(audit, look));
    text.push_str(&idle_accounts(&audit.findings, look.lang));
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
    let (totals, folder) = (audit.control_totals.len(), path_text(&audit.folder));
    let _ = writeln!(text, "{}", say::SUMMARY_REPORTS.fill(look.lang, &[("totals", &totals), ("folder", &folder)]));
    text
}

/// Returns the verdict in a word and a sentence.
fn verdict(audit: &AuditSummary, look: Look) -> String {
    let (word, shade) = match audit.verdict {
        Verdict::Reconciled => (say::SUMMARY_RECONCILED, Shade::Fine),
        Verdict::Review => (say::SUMMARY_REVIEW, Shade::Review),
        Verdict::Defect => (say::SUMMARY_DEFECT, Shade::Defect),
        Verdict::Inconclusive => (say::SUMMARY_INCONCLUSIVE, Shade::Defect),
    };
    let sentence = word.tell(look.lang);
    let title = cut(&plain(&audit.case_title), COLUMNS.saturating_sub(width(sentence) + 2).max(16));
    format!("{title}{}{}\n\n", say::COLON.tell(look.lang), look.paint(sentence, shade))
}

/// Returns the accounts of the list that hold no relation: mostly misspelt, which explains much of what follows.
fn idle_accounts(findings: &[Finding], lang: Lang) -> String {
    let of_accounts = |finding: &&Finding| finding.rule.code == "B5-account-without-relations" && finding.counts();
    findings.iter().find(of_accounts).map_or_else(String::new, |finding| {
        let accounts = plain(&finding.examples.join(", "));
        let line =
            say::SUMMARY_IDLE_ACCOUNTS.fill(lang, &[("count", &grouped(finding.count)), ("accounts", &accounts)]);
        cut(&line, COLUMNS) + "\n"
    })
}

/// Returns the relations as a bar and by outcome.
fn relations(audit: &AuditSummary, look: Look) -> String {
    let counts = &audit.counts.by_outcome;
    let total: u64 = counts.values().sum();
    let in_scope = audit.counts.by_scope.get("in_scope").copied().unwrap_or(0);
    let mut text =
        say::SUMMARY_RELATIONS.fill(look.lang, &[("total", &grouped(total)), ("in_scope", &grouped(in_scope))]) + "\n";
    if total == 0 {
        return text;
    }
    let shades = [Shade::Fine, Shade::OutOfScope, Shade::Review, Shade::Defect];
    let of_shade = |shade: Shade| {
        Outcome::ALL.iter().filter(|one| shade_of(**one) == shade).map(|one| counts[one.word()]).sum::<u64>()
    };
    let parts = shares(&shades.map(of_shade), BAR);
    let bar: String = shades
        .iter()
        .zip(parts)
        .map(|(shade, n)| look.paint(&shade.letter().to_string().repeat(n as usize), *shade))
        .collect();
    let _ = writeln!(text, " [{bar}]");
    let there = Outcome::ALL.iter().filter(|outcome| counts[outcome.word()] > 0);
    let halves: Vec<String> = there
        .map(|outcome| count(outcome.name().tell(look.lang), counts[outcome.word()], total, shade_of(*outcome), look))
        .collect();
    text + &in_two_columns(&halves)
}

/// Divides `room` in proportion to the parts; a part above zero gets at least one.
fn shares(parts: &[u64], room: u64) -> Vec<u64> {
    let total: u128 = parts.iter().map(|part| u128::from(*part)).sum::<u128>().max(1);
    let share = |part: &u64| {
        u64::try_from(u128::from(*part) * u128::from(room) / total).unwrap_or(room).max(u64::from(*part > 0))
    };
    let mut shares: Vec<u64> = parts.iter().map(share).collect();
    // The largest takes what rounding left, or gives what the smallest took.
    let sum: u64 = shares.iter().sum();
    if let Some(largest) = shares.iter_mut().max() {
        *largest = (*largest + room).saturating_sub(sum);
    }
    shares
}

/// Returns counts by their names.
fn counted(
    head: Text,
    counts: &BTreeMap<String, u64>,
    names: impl Iterator<Item = (&'static str, Text)>,
    lang: Lang,
) -> String {
    let total: u64 = counts.values().sum();
    let there =
        names.filter_map(|(word, name)| counts.get(word).filter(|count| **count > 0).map(|count| (name, count)));
    let parts: Vec<String> = there.map(|(name, count)| format!("{} {}", name.tell(lang), grouped(*count))).collect();
    listed(&head.fill(lang, &[("total", &grouped(total))]), &parts, lang)
}

/// Returns the bill in two lines, or that there is none.
fn bill(bill: Option<&Bill>, lang: Lang) -> String {
    let agreed = contract(bill, lang);
    let Some(bill) = bill else { return agreed };
    let money = say::SUMMARY_BILL.fill(
        lang,
        &[
            ("payable", &bill.payable),
            ("currency", &bill.contract.currency),
            ("paid", &format!("{:.2}", bill.paid)),
            ("balance", &bill.balance),
            ("billed", &grouped(bill.drift.billed())),
            ("delivered", &grouped(bill.delivered)),
        ],
    );
    format!("{agreed}{}\n", cut(&money, COLUMNS))
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_small_part_is_visible() {
        assert_eq!(shares(&[999_990, 0, 9, 1], 76), [74, 0, 1, 1]);
        assert_eq!(shares(&[1, 1, 1, 1], 76), [19, 19, 19, 19]);
        assert_eq!(shares(&[0, 0, 0, 5], 76), [0, 0, 0, 76]);
    }
}
