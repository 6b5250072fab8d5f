//! Prints a precheck: volume, cost, accounts that take no part, codes and accounts at risk, next steps.

use std::cmp::Reverse;
use std::fmt::Write;

use super::{AccountForecast, CodeForecast, PrecheckSummary};
use crate::billing::Bill;
use crate::decision::PlannedCode;
use crate::findings::Finding;
use crate::report::screen::{COLUMNS, Look, Shade, contract, count, grouped, in_two_columns, to_do};
use crate::schema::vocabulary::{Advice, Predicted, Scope, Severity, Verdict};
use crate::text::width::{cut, pad, pad_left, width};
use crate::text::{Lang, commands as say, path_text, plain};

/// Maximum lines of a list; the reports hold all.
const SHOWN: usize = 3;
/// Maximum width to which names are padded, in columns of the terminal.
const PADDED: usize = 32;
/// Minimum width of a text that is cut beside its name; a narrower one goes below the name.
const MIN_WIDTH: usize = 30;

/// Returns the result of a precheck as text.
pub fn screen(plan: &PrecheckSummary, look: Look) -> String {
    let lang = look.lang;
    let mut text = title(plan, look);
    text.push_str(&scopes(plan, look));
    text.push_str(&bill(plan.bill.as_ref(), lang));
    text.push_str(&idle_accounts(&plan.accounts, lang));
    text.push_str(&codes_at_risk(plan, lang));
    text.push_str(&full_accounts(plan, lang));
    text.push_str(&to_do(&plan.findings, look));
    let (totals, folder) = (plan.control_totals.len(), path_text(&plan.folder));
    let _ = writeln!(text, "{}", say::PRECHECK_REPORTS.fill(lang, &[("totals", &totals), ("folder", &folder)]));
    text
}

/// Returns the number of relations that will move, yellow if a finding needs action; and the verdict, if the exports do
/// not allow a conclusion.
fn title(plan: &PrecheckSummary, look: Look) -> String {
    let (in_scope, total) = (grouped(plan.in_scope()), grouped(plan.relations()));
    let moves = say::PRECHECK_MOVES.fill(look.lang, &[("in_scope", &in_scope), ("total", &total)]);
    let asks = |finding: &Finding| finding.severity() >= Severity::Review && finding.counts();
    let shade = if plan.findings.iter().any(asks) { Shade::Review } else { Shade::Fine };
    let title = cut(&plain(&plan.case_title), COLUMNS.saturating_sub(width(&moves) + 2).max(16));
    let mut text = format!("{title}{}{}\n", say::COLON.tell(look.lang), look.paint(&moves, shade));
    if plan.verdict == Verdict::Inconclusive {
        let _ = writeln!(text, "{}", look.paint(say::SUMMARY_INCONCLUSIVE.tell(look.lang), Shade::Defect));
    }
    text
}

/// Returns the relations by scope.
fn scopes(plan: &PrecheckSummary, look: Look) -> String {
    let total = plan.relations();
    let counted = Scope::ALL.iter().zip(&plan.by_scope).filter(|(_, (_, relations))| *relations > 0);
    let half = |(scope, (_, relations)): (&Scope, &(&str, u64))| {
        let shade = if *scope == Scope::InScope { Shade::Fine } else { Shade::OutOfScope };
        count(scope.name().tell(look.lang), *relations, total, shade, look)
    };
    // In scope is the last rule, and the first count.
    in_two_columns(&counted.rev().map(half).collect::<Vec<_>>())
}

/// Returns the contract and the expected cost.
fn bill(bill: Option<&Bill>, lang: Lang) -> String {
    let agreed = contract(bill, lang);
    let Some(bill) = bill else { return agreed };
    let cost = say::PRECHECK_COST.fill(
        lang,
        &[
            ("payable", &bill.payable),
            ("currency", &bill.contract.currency),
            ("contract", &bill.contract_amount),
            ("surcharge", &bill.surcharge_amount),
            ("quantity", &grouped(bill.drift.surcharge_quantity)),
        ],
    );
    format!("{agreed}{}\n", cut(&cost, COLUMNS))
}

/// Returns the accounts that take no part and why, the largest first.
fn idle_accounts(accounts: &[AccountForecast], lang: Lang) -> String {
    let mut idle: Vec<_> = accounts.iter().filter_map(|account| Some((account, account.no_part?))).collect();
    idle.sort_by_key(|(account, _)| Reverse(account.relations));
    let heading = say::PRECHECK_IDLE
        .fill(lang, &[("count", &grouped(idle.len() as u64)), ("total", &grouped(accounts.len() as u64))]);
    let hidden = hidden(idle.len());
    idle.truncate(idle.len() - hidden);
    let names: Vec<String> = idle.iter().map(|(account, _)| plain(&account.source_userid)).collect();
    let columns = columns_of(&names);
    let lines = names.iter().zip(&idle).map(|(name, (account, why))| {
        let why = why.name().tell(lang);
        let why = account.assessment_reason.as_ref().map_or_else(
            || why.to_owned(),
            |reason| say::PRECHECK_BECAUSE.fill(lang, &[("why", &why), ("reason", &plain(reason))]),
        );
        beside(2, &format!("{}{}", pad(name, columns), pad_left(&grouped(account.relations), 7)), &why)
    });
    list(&heading, lines, hidden, lang)
}

/// Returns the codes that become invalid or are unknown, grouped by advice.
fn codes_at_risk(plan: &PrecheckSummary, lang: Lang) -> String {
    let codes = &plan.codes;
    if codes.is_empty() {
        return String::new();
    }
    let (empty, unknown) = (plan.predicted(Predicted::Empty), plan.predicted(Predicted::Unknown));
    let mut heading = say::PRECHECK_CODES.fill(lang, &[("count", &empty), ("total", &codes.len())]);
    if unknown > 0 {
        heading.push_str(&say::PRECHECK_CODES_UNKNOWN.fill(lang, &[("count", &unknown)]));
    }
    let mut advised: Vec<&CodeForecast> = codes.iter().filter(|code| code.advice != Advice::Nothing).collect();
    advised.sort_by_key(|code| code.advice);
    let hidden = hidden(advised.len());
    advised.truncate(advised.len() - hidden);
    let mut lines = Vec::new();
    for alike in advised.chunk_by(|one, next| one.advice == next.advice) {
        lines.push(format!("  {}", cut(alike[0].advice.name().tell(lang), COLUMNS - 2)));
        let remark = |code: &PlannedCode| code.held.remark.as_deref().map(plain).unwrap_or_default();
        lines.extend(alike.iter().map(|CodeForecast { code, .. }| beside(4, &plain(&code.config_id), &remark(code))));
    }
    // The proposals are the same for all codes.
    lines.extend(advised.iter().find_map(|code| proposals(&code.proposals, lang)));
    list(&heading, lines, hidden, lang)
}

/// Returns the groups to link: as many as fit into a line, at least one.
fn proposals(groups: &[String], lang: Lang) -> Option<String> {
    let line =
        |groups: &[String]| format!("  {}", say::PRECHECK_TIE.fill(lang, &[("groups", &plain(&groups.join(", ")))]));
    let fitting = (1..=groups.len()).rev().find(|known| *known == 1 || width(&line(&groups[..*known])) <= COLUMNS)?;
    Some(line(&groups[..fitting]))
}

/// Returns the target accounts that will exceed their cap, the fullest first.
fn full_accounts(plan: &PrecheckSummary, lang: Lang) -> String {
    let mut full: Vec<&AccountForecast> = plan.accounts.iter().filter(|account| account.exceeds_cap).collect();
    if full.is_empty() {
        return String::new();
    }
    let heading =
        say::PRECHECK_FULL.fill(lang, &[("cap", &grouped(plan.customer_cap)), ("count", &grouped(full.len() as u64))]);
    full.sort_by_key(|account| Reverse(account.expected_at_target()));
    let hidden = hidden(full.len());
    full.truncate(full.len() - hidden);
    let names: Vec<String> =
        full.iter().map(|account| plain(account.target_userid.as_deref().unwrap_or_default())).collect();
    let columns = columns_of(&names);
    let lines = names.iter().zip(full).map(|(name, account)| {
        let coming = grouped(account.in_scope());
        let load = match account.held_at_target {
            Some(held) => say::PRECHECK_HELD.fill(lang, &[("held", &grouped(held)), ("coming", &coming)]),
            None => say::PRECHECK_HELD_UNKNOWN.fill(lang, &[("coming", &coming)]),
        };
        beside(2, &pad(name, columns), &load)
    });
    list(&heading, lines, hidden, lang)
}

/// Returns the number of lines left out of a list: never one, because the line that says so takes as much room.
fn hidden(lines: usize) -> usize {
    if lines > SHOWN + 1 { lines - SHOWN } else { 0 }
}

/// Returns the width to which names are padded.
fn columns_of(names: &[String]) -> usize {
    names.iter().map(|name| width(name)).max().unwrap_or(0).min(PADDED)
}

/// Returns a name with a text beside it, or below it if there is no room. A name is never cut.
fn beside(indent: usize, name: &str, rest: &str) -> String {
    let (margin, room) = (" ".repeat(indent), COLUMNS.saturating_sub(indent + width(name) + 2));
    if width(rest) > room && room < MIN_WIDTH {
        let below = cut(rest, COLUMNS - indent - 2);
        return format!("{margin}{}\n{margin}  {below}", name.trim_end());
    }
    format!("{margin}{name}  {}", cut(rest, room)).trim_end().to_owned()
}

/// Returns a heading, its lines, and the number of lines left out.
fn list(heading: &str, lines: impl IntoIterator<Item = String>, hidden: usize, lang: Lang) -> String {
    let mut text = cut(heading, COLUMNS) + "\n";
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    if hidden > 0 {
        let _ = writeln!(text, "  {}", say::SUMMARY_MORE.fill(lang, &[("count", &grouped(hidden as u64))]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, beside, proposals};
    use crate::schema::vocabulary::Advice;
    use crate::text::Lang;
    use crate::text::width::width;

    #[test]
    fn each_advice_fits_into_a_line() {
        for advice in Advice::ALL {
            let name = advice.name();
            assert!(width(name.zh) <= COLUMNS - 2 && width(name.en) <= COLUMNS - 2, "{advice}");
        }
    }

    #[test]
    fn a_name_is_never_cut_and_no_line_is_too_long() {
        assert_eq!(beside(2, "ann", "left"), "  ann  left");
        assert_eq!(beside(2, "ann", ""), "  ann");
        // 80 columns: 2 before, 3 of the name, 2 between, 73 of the text.
        assert_eq!(beside(2, "ann", &"x".repeat(74)), format!("  ann  {}…", "x".repeat(72)));
        let id = "w".repeat(60);
        assert_eq!(
            beside(2, &id, &"字".repeat(9)),
            format!("  {id}\n    {}", "字".repeat(9)),
            "16 columns are too few"
        );
        assert_eq!(beside(2, &id, &"字".repeat(8)), format!("  {id}  {}", "字".repeat(8)), "16 columns are enough");
    }

    #[test]
    fn as_many_groups_are_proposed_as_a_line_holds() {
        let groups: Vec<String> = (0..5).map(|n| format!("{n}{}", "g".repeat(29))).collect();
        // "  groups to link: " takes 18 columns, a group 30, and 2 stand between.
        assert_eq!(proposals(&groups, Lang::En), Some(format!("  groups to link: {}, {}", groups[0], groups[1])));
        assert_eq!(proposals(&["g".repeat(90)], Lang::En), Some(format!("  groups to link: {}", "g".repeat(90))));
        assert_eq!(proposals(&[], Lang::En), None);
    }
}
