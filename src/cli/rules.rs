//! `qianhe rules`.

use serde_json::{Value, json};

use super::exit_codes;
use super::out::{self, Out};
use crate::error::Result;
use crate::rules::{RuleLine, rule_book};
use crate::text::Lang;

/// List every rule of scope, outcome, origin and verdict in order of precedence, then every finding.
///
/// [[waivers]] in case.toml refer to findings by their codes.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe rules --json

", exit_codes!()))]
pub(super) struct RulesArgs {
    /// Print a JSON array instead of text
    #[arg(long)]
    json: bool,
}

impl RulesArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let rules = rule_book();
        if self.json {
            out::json(&rules.iter().map(as_json).collect::<Vec<_>>())?;
        } else {
            out.text(&as_text(&rules, out.lang))?;
        }
        Ok(0)
    }
}

fn as_json(rule: &RuleLine) -> Value {
    json!({
        "code": rule.code,
        "clause": rule.clause,
        "severity": rule.severity.to_string(),
        "what": rule.sentence(Lang::En),
    })
}

/// One rule a line, the columns as wide as their widest word.
fn as_text(rules: &[RuleLine], lang: Lang) -> String {
    let cells = |rule: &RuleLine| [rule.code, rule.clause, rule.severity.word()];
    let mut widths = [0; 3];
    for rule in rules {
        for (width, cell) in widths.iter_mut().zip(cells(rule)) {
            *width = cell.len().max(*width);
        }
    }
    let line = |rule: &RuleLine| {
        let [code, clause, severity] = cells(rule);
        let [a, b, c] = widths;
        format!("{code:a$}  {clause:b$}  {severity:c$}  {}\n", rule.sentence(lang))
    };
    rules.iter().map(line).collect()
}
