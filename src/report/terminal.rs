//! The summary on the terminal.

use crate::run::AuditSummary;

/// The summary as text.
pub fn summary(summary: &AuditSummary) -> String {
    summary.verdict.to_string()
}
