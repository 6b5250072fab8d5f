//! Prints an explanation, in either language.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use super::find::SHOWN;
use super::row::{AppliedRule, ExplainedRow, needs_action};
use super::{Explanation, IdKind, IncompleteExports, Occurrences, UnreadableRecords};
use crate::published::text;
use crate::schema::{Column, Kind as ColumnKind, fields};
use crate::text::sentences::sentence;
use crate::text::shell::quoted;
use crate::text::width::{cut, pad, pad_left, width};
use crate::text::{Lang, Text, Vocabulary, column_name, commands as say, in_words, path_text, plain};

/// Maximum width of a value, in columns of the terminal.
const VALUE_WIDTH: usize = 100;
/// Value of a count that is left out.
const ZERO: &str = "0";

/// Returns the explanation as text. `reports` is the folder of the reports, unless it is the default of `--reports`.
pub fn screen(explanation: &Explanation, reports: Option<&Path>, lang: Lang) -> String {
    let mut text = String::new();
    for found in &explanation.found {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&occurrences(found, &explanation.id, reports, lang));
    }
    text.push_str(&incomplete(&explanation.incomplete, lang));
    text.push_str(&unread(&explanation.unread, lang));
    text
}

/// Returns the exports that are not known to be complete, a line each.
fn incomplete(incomplete: &IncompleteExports, lang: Lang) -> String {
    let line = |row: &ExplainedRow| {
        let [role, status, detail] = [&fields::ROLE, &fields::COVERAGE_STATUS, &fields::DETAIL].map(|of| row.text(of));
        let (role, status, detail) = (plain(&role), in_words("coverage", &status, lang), plain(&detail));
        let detail = sentence(&detail, lang);
        say::EXPLAIN_INCOMPLETE_ROW.fill(lang, &[("role", &role), ("status", &status), ("detail", &detail)])
    };
    listed(say::EXPLAIN_INCOMPLETE, incomplete.total, incomplete.rows.iter().map(line), lang)
}

/// Returns a heading with the number of rows, and a line for each of the first.
fn listed(heading: Text, total: u64, lines: impl ExactSizeIterator<Item = String>, lang: Lang) -> String {
    if total == 0 {
        return String::new();
    }
    let more = total.saturating_sub(lines.len() as u64);
    let mut text = format!("\n{}\n", heading.fill(lang, &[("count", &total)]));
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    if more > 0 {
        let _ = writeln!(text, "  {}", say::SUMMARY_MORE.fill(lang, &[("count", &more)]));
    }
    text
}

/// Returns what could not be read, a line each.
fn unread(unread: &UnreadableRecords, lang: Lang) -> String {
    let line = |row: &ExplainedRow| {
        let of = |column: &Column| plain(&row.text(column));
        let (file, place, reason) = (of(&fields::FILE), of(&fields::PLACE), of(&fields::REJECT_REASON));
        let (place, reason) = (sentence(&place, lang), sentence(&reason, lang));
        say::EXPLAIN_UNREAD_ROW.fill(lang, &[("file", &file), ("place", &place), ("reason", &reason)])
    };
    let mut text = listed(say::EXPLAIN_UNREAD, unread.total, unread.rows.iter().map(line), lang);
    if unread.not_listed > 0 {
        let _ = writeln!(text, "\n{}", say::EXPLAIN_NOT_LISTED.fill(lang, &[("count", &unread.not_listed)]));
    }
    text
}

fn occurrences(found: &Occurrences, id: &str, reports: Option<&Path>, lang: Lang) -> String {
    let kind = match found.kind {
        IdKind::Account => say::EXPLAIN_ACCOUNT,
        IdKind::Customer => say::EXPLAIN_CUSTOMER,
        IdKind::Relation => say::EXPLAIN_RELATION,
        IdKind::TargetRelation => say::EXPLAIN_TARGET_RELATION,
        IdKind::Group => say::EXPLAIN_GROUP,
        IdKind::JoinCode => say::EXPLAIN_JOIN_CODE,
    };
    let (id, column) = (plain(id), found.column);
    let mut text = kind.fill(lang, &[("id", &id), ("column", &column), ("count", &found.total)]) + "\n";
    let is_overview = found.total > SHOWN as u64 || found.rows.is_empty();
    if is_overview || found.rows.len() as u64 != found.total {
        text.push_str(&counts(found, lang));
        match found.rows.as_slice() {
            [one] if !needs_action(one) => {
                let _ = writeln!(text, "  {}", say::EXPLAIN_SUCH_AS.tell(lang));
                text.push_str(&in_full(one, lang));
            }
            _ => text.push_str(&lines(found, lang)),
        }
        if !id.contains('/') {
            let _ = writeln!(text, "  {}", say::EXPLAIN_ALL.fill(lang, &[("command", &query(found, &id, reports))]));
        }
    } else {
        found.rows.iter().for_each(|row| text.push_str(&in_full(row, lang)));
    }
    text
}

/// Returns the command that prints all rows, quoted for a shell.
fn query(found: &Occurrences, id: &str, reports: Option<&Path>) -> String {
    let id = id.replace('\'', "''");
    let holds = if found.column == fields::CHAT_IDS_BEFORE.name {
        // A code may link the group before or after the migration.
        [&fields::CHAT_IDS_BEFORE, &fields::CHAT_IDS_AFTER]
            .map(|list| format!("array_contains({}, '{id}')", list.name))
            .join(" or ")
    } else {
        format!("{} = '{id}'", found.column)
    };
    let sql = format!("select * from {} where {holds}", found.report);
    let folder = reports.map(|folder| format!(" --reports {}", quoted(&plain(&path_text(folder))))).unwrap_or_default();
    format!("qianhe query {}{folder}", quoted(&sql))
}

/// Returns the rows by word.
fn counts(found: &Occurrences, lang: Lang) -> String {
    let words: Vec<&str> = found.by_word.iter().map(|(word, _)| word.as_str()).collect();
    let there = found.by_word.iter().filter(|(_, count)| *count > 0);
    let counted: Vec<(String, u64)> = there.map(|(word, count)| (named(&words, word, lang), *count)).collect();
    let widest = counted.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    counted
        .iter()
        .map(|(name, count)| format!("  {}{}\n", pad(name, widest), pad_left(&count.to_string(), 9)))
        .collect()
}

/// Returns the rows kept of an account, a line each.
fn lines(found: &Occurrences, lang: Lang) -> String {
    let mut text = String::new();
    if !found.rows.is_empty() {
        let _ = writeln!(text, "  {}", say::EXPLAIN_FIRST.tell(lang));
    }
    for row in &found.rows {
        let customer =
            [&fields::SOURCE_EXTERNAL_USERID, &fields::CUSTOMER_NAME].map(|column| plain(&row.text(column))).join(" ");
        let verdict = row.rules.last().map(|rule| verdict(rule, lang)).unwrap_or_default();
        let userid = plain(&row.text(&fields::SOURCE_USERID));
        let _ = writeln!(text, "    {}/{}: {verdict}", userid, customer.trim());
    }
    text
}

/// Returns a row with verdict, rules, what would change the verdict, source and evidence.
fn in_full(row: &ExplainedRow, lang: Lang) -> String {
    let mut text = String::new();
    if let Some(decided) = row.rules.last() {
        let _ = writeln!(text, "  {}", say::EXPLAIN_VERDICT.fill(lang, &[("verdict", &verdict(decided, lang))]));
    }
    for rule in &row.rules {
        let sentence = &rule.says[lang as usize];
        let phrase = if rule.code.contains("scope/") { say::EXPLAIN_SCOPE } else { say::EXPLAIN_RULE };
        let _ = writeln!(
            text,
            "  {}",
            phrase.fill(lang, &[("code", &rule.code), ("clause", &rule.clause), ("says", sentence)])
        );
    }
    for change in changes(&row.rules) {
        let _ = writeln!(text, "  {}", say::EXPLAIN_CHANGE.fill(lang, &[("change", &change.tell(lang))]));
    }
    if let (Value::String(file), record) = (row.value(&fields::SOURCE_FILE), row.value(&fields::SOURCE_RECORD)) {
        let _ = writeln!(text, "  {}", say::EXPLAIN_SOURCE.fill(lang, &[("file", &plain(file)), ("record", record)]));
    }
    let _ = writeln!(text, "  {}", say::EXPLAIN_EVIDENCE.tell(lang));
    text.push_str(&evidence(row, lang));
    text
}

/// Returns the changes that would change the verdict: of the scope if the row is out of scope, else of the outcome.
fn changes(rules: &[AppliedRule]) -> Vec<Text> {
    let is_in_scope = |rule: &&AppliedRule| !rule.code.ends_with("scope/in_scope");
    rules.iter().filter(is_in_scope).map(|rule| rule.change).collect()
}

/// Returns the columns with their names and values, without counts of 0.
fn evidence(row: &ExplainedRow, lang: Lang) -> String {
    let shown = row.columns().filter(|(column, _)| ![&fields::SOURCE_FILE, &fields::SOURCE_RECORD].contains(column));
    let lines: Vec<(String, String)> = shown
        .map(|(column, value)| (label(column, lang), value_of(column, value, lang)))
        .filter(|(_, value)| value != ZERO)
        .collect();
    let widest = lines.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    lines.iter().map(|(label, value)| format!("    {}  {}\n", pad(label, widest), cut(value, VALUE_WIDTH))).collect()
}

/// `Outcome (outcome)`.
fn label(column: &Column, lang: Lang) -> String {
    column_name(column).map_or_else(|| column.name.to_owned(), |name| format!("{} ({})", name.tell(lang), column.name))
}

fn value_of(column: &Column, value: &Value, lang: Lang) -> String {
    match (value, column.kind) {
        (Value::Null, _) => "-".to_owned(),
        (Value::Bool(flag), _) => if *flag { say::YES } else { say::NO }.tell(lang).to_owned(),
        (Value::String(word), ColumnKind::Word(words)) => named(words, word, lang),
        _ => plain(&text(value)),
    }
}

/// `Missing / Not found (missing/no_trace), Defect, clause B8`.
fn verdict(rule: &AppliedRule, lang: Lang) -> String {
    let (kind, words) = rule.code.split_once('/').unwrap_or(("", rule.code.as_str()));
    let vocabulary = if kind == "join-code" { "code_verdict".to_owned() } else { kind.replace('-', "_") };
    say::EXPLAIN_DECIDED.fill(
        lang,
        &[
            ("outcome", &in_words(&vocabulary, words, lang)),
            ("words", &words),
            ("severity", &in_words("severity", &rule.severity, lang)),
            ("clause", &rule.clause),
        ],
    )
}

/// `Missing (missing)`.
fn named(words: &[&str], word: &str, lang: Lang) -> String {
    let name = Vocabulary::of_words(words).and_then(|known| known.name_of(word));
    name.map_or_else(|| plain(word), |name| format!("{} ({word})", name.tell(lang)))
}
