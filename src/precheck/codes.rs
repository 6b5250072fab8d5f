//! Forecast by join code (A2): which will become invalid, and what to do about each.

use arrow::array::RecordBatch;

use crate::case::Case;
use crate::decision::{PlannedCode, planned_codes, planned_scopes};
use crate::error::Result;
use crate::lists::Enrolment;
use crate::matching::GroupSide;
use crate::rules::thresholds::MAX_LINKED_GROUPS;
use crate::schema::tables::PRECHECK_JOIN_CODES;
use crate::schema::vocabulary::{Advice, GroupScope, Predicted};
use crate::schema::{Rows, cells};
use crate::snapshot::Snapshot;

/// Maximum number of groups proposed for a code.
const PROPOSALS: usize = 5;

/// The finding about codes that will become invalid.
pub const CODES_WILL_DIE: &str = "A2-codes-will-die";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeForecast {
    /// The code of source-before with its predicted state.
    pub code: PlannedCode,
    /// The advice for the time before the start.
    pub advice: Advice,
    /// Groups that stay and can be linked, those with the fewest members first.
    pub proposals: Vec<String>,
}

/// Returns every code of source-before, in order of its id.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn forecast_codes(case: &Case, enrolment: &Enrolment, before: &Snapshot) -> Result<Vec<CodeForecast>> {
    let groups = GroupSide::from_snapshot(before)?;
    let scopes = planned_scopes(case, enrolment, &groups)?;
    let staying = staying(&groups, &scopes);
    let forecast = |code: PlannedCode| {
        let advice = advice(code.predicted, code.held.chat_ids.len(), !staying.is_empty());
        let needs_group = matches!(advice, Advice::TieGroup | Advice::DropOneAndTieGroup);
        let proposals = if needs_group { staying.iter().take(PROPOSALS).cloned().collect() } else { Vec::new() };
        CodeForecast { code, advice, proposals }
    };
    Ok(planned_codes(before, &groups, &scopes)?.into_iter().map(forecast).collect())
}

/// Returns the advice of clause A2: to keep a code, link a group before the start whose owner does not participate.
pub fn advice(predicted: Predicted, linked: usize, has_staying_group: bool) -> Advice {
    match predicted {
        Predicted::Alive | Predicted::AlreadyEmpty => Advice::Nothing,
        Predicted::Unknown => Advice::FindOwners,
        Predicted::Empty if !has_staying_group => Advice::MakeGroup,
        Predicted::Empty if linked >= MAX_LINKED_GROUPS => Advice::DropOneAndTieGroup,
        Predicted::Empty => Advice::TieGroup,
    }
}

/// Groups that do not move and can be linked: with an id, and a known owner.
fn staying(groups: &GroupSide, scopes: &[GroupScope]) -> Vec<String> {
    let stays = |row: &u32| {
        let scope = scopes[*row as usize];
        matches!(scope, GroupScope::NotEnrolled | GroupScope::AssessmentFailed) && groups.owner(*row).is_some()
    };
    let rows = (0..groups.rows()).filter_map(|row| u32::try_from(row).ok()).filter(stays);
    let mut staying: Vec<(i64, &str)> =
        rows.filter_map(|row| Some((groups.member_count(row).unwrap_or(i64::MAX), groups.chat_id(row)?))).collect();
    staying.sort_unstable();
    staying.into_iter().map(|(_, chat_id)| chat_id.to_owned()).collect()
}

/// Returns the rows of `precheck-join_codes.parquet`.
pub(super) fn table(codes: &[CodeForecast]) -> RecordBatch {
    let mut rows = Rows::new(&PRECHECK_JOIN_CODES);
    for CodeForecast { code, advice, proposals } in codes {
        rows.push(cells!(PRECHECK_JOIN_CODES, {
            CONFIG_ID: &code.config_id,
            REMARK: code.held.remark.as_deref(),
            STATE: code.held.state.as_deref(),
            AUTO_CREATE_ROOM: code.held.auto_create_room,
            CHAT_IDS_BEFORE: &code.held.chat_ids,
            PREDICTED: code.predicted,
            ADVICE: *advice,
            PROPOSALS: proposals,
        }));
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_that_becomes_invalid_needs_a_group() {
        for (predicted, linked, has_staying_group, expected) in [
            (Predicted::Alive, 5, true, Advice::Nothing),
            (Predicted::AlreadyEmpty, 0, true, Advice::Nothing),
            (Predicted::Unknown, 2, true, Advice::FindOwners),
            (Predicted::Empty, 4, true, Advice::TieGroup),
            (Predicted::Empty, 5, true, Advice::DropOneAndTieGroup),
            (Predicted::Empty, 1, false, Advice::MakeGroup),
            (Predicted::Empty, 5, false, Advice::MakeGroup),
        ] {
            assert_eq!(advice(predicted, linked, has_staying_group), expected, "{predicted} {linked}");
        }
    }
}
