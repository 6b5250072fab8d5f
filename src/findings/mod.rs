//! The catalogue of findings.

use crate::schema::vocabulary::Severity;

/// A line of the rule book.
#[derive(Debug)]
pub struct RuleLine {
    pub code: &'static str,
    pub clause: &'static str,
    pub severity: Severity,
    pub what: String,
}

/// Every finding there is.
pub fn rule_book() -> Vec<RuleLine> {
    Vec::new()
}
