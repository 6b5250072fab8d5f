//! Join codes before the start (A2): which will die, and exactly what to do about each.

use arrow::array::RecordBatch;

use crate::case::Case;
use crate::groups::planned_scopes;
use crate::join_codes::{PlannedCode, planned_codes};
use crate::matching::GroupSide;
use crate::schema::tables::PRECHECK_JOIN_CODES;
use crate::schema::vocabulary::{Advice, GroupScope, Predicted};
use crate::schema::{Cell, Rows};
use crate::scope::Enrolment;
use crate::snapshot::Snapshot;

/// How many groups a code can link (DOMAIN.md section 3).
const MAX_LINKED: usize = 5;
/// How many groups are proposed to be tied to a code.
const PROPOSALS: usize = 5;

/// What is to be expected of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeForecast {
    /// The code as source-before holds it, with what will become of it.
    pub code: PlannedCode,
    /// What to do about it before the start.
    pub advice: Advice,
    /// Groups that stay and could be tied to it, the least full first.
    pub proposals: Vec<String>,
}

/// Every code of source-before, in order of its id.
pub fn forecast_codes(case: &Case, enrolment: &Enrolment, before: &Snapshot) -> Vec<CodeForecast> {
    let groups = GroupSide::of(before);
    let scopes = planned_scopes(case, enrolment, &groups);
    let staying = staying(&groups, &scopes);
    let forecast = |code: PlannedCode| {
        let advice = advice(code.predicted, code.chat_ids.len(), !staying.is_empty());
        let needs_group = matches!(advice, Advice::TieGroup | Advice::DropOneAndTieGroup);
        let proposals = if needs_group { staying.iter().take(PROPOSALS).cloned().collect() } else { Vec::new() };
        CodeForecast { code, advice, proposals }
    };
    planned_codes(before, &groups, &scopes).into_iter().map(forecast).collect()
}

/// What clause A2 asks for: to keep a code, tie a group to it whose owner does not take part, before the start.
pub fn advice(predicted: Predicted, linked: usize, has_staying_group: bool) -> Advice {
    match predicted {
        Predicted::Alive | Predicted::AlreadyEmpty => Advice::Nothing,
        Predicted::Unknown => Advice::FindOwners,
        Predicted::Empty if !has_staying_group => Advice::MakeGroup,
        Predicted::Empty if linked >= MAX_LINKED => Advice::DropOneAndTieGroup,
        Predicted::Empty => Advice::TieGroup,
    }
}

/// Groups that do not move and can be tied to a code: they have an id, and an owner who is known.
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

/// `precheck-join_codes.parquet`.
pub(super) fn table(codes: &[CodeForecast]) -> RecordBatch {
    let text = |value: &'_ Option<String>| value.clone();
    let mut rows = Rows::new(&PRECHECK_JOIN_CODES);
    for CodeForecast { code, advice, proposals } in codes {
        let (remark, state) = (text(&code.remark), text(&code.state));
        rows.push(&[
            Cell::Text(&code.config_id),
            remark.as_deref().map_or(Cell::Null, Cell::Text),
            state.as_deref().map_or(Cell::Null, Cell::Text),
            code.auto_create_room.map_or(Cell::Null, Cell::Flag),
            Cell::List(&code.chat_ids),
            Cell::Text(code.predicted.word()),
            Cell::Text(advice.word()),
            Cell::List(proposals),
        ]);
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_that_will_die_needs_a_group() {
        assert_eq!(advice(Predicted::Alive, 5, true), Advice::Nothing);
        assert_eq!(advice(Predicted::AlreadyEmpty, 0, true), Advice::Nothing);
        assert_eq!(advice(Predicted::Unknown, 2, true), Advice::FindOwners);
        assert_eq!(advice(Predicted::Empty, 4, true), Advice::TieGroup);
    }

    #[test]
    fn a_full_code_must_drop_a_group_first() {
        assert_eq!(advice(Predicted::Empty, 5, true), Advice::DropOneAndTieGroup);
    }

    #[test]
    fn where_every_group_moves_one_has_to_be_made() {
        assert_eq!(advice(Predicted::Empty, 1, false), Advice::MakeGroup);
        assert_eq!(advice(Predicted::Empty, 5, false), Advice::MakeGroup);
    }
}
