//! The id that was meant by an unknown one: a userid in other letter case, or the nearest, which is suggested.

use crate::error::Result;
use crate::published::{ParquetScan, Reports, cell};
use crate::schema::tables::{
    ACCOUNTS_REPORT, COVERAGE_REPORT, GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT,
};
use crate::schema::{Column, Table, fields};

const COLUMNS: &[(&Table, &[&Column])] = &[
    (&ACCOUNTS_REPORT, &[&fields::SOURCE_USERID, &fields::TARGET_USERID]),
    (&GROUPS_REPORT, &[&fields::SOURCE_CHAT_ID, &fields::TARGET_CHAT_ID]),
    (&JOIN_CODES_REPORT, &[&fields::CONFIG_ID]),
    (&RELATIONS_REPORT, &[&fields::SOURCE_USERID, &fields::SOURCE_EXTERNAL_USERID, &fields::UNIONID]),
    (&TARGET_RELATIONS_REPORT, &[&fields::TARGET_USERID, &fields::TARGET_EXTERNAL_USERID]),
];

/// Returns the id with its userid as the reports spell it, if they have it in other letter case.
pub fn spelling(reports: &Reports, id: &str) -> Result<Option<String>> {
    let (userid, customer) = id.split_once('/').map_or((id, ""), |(userid, _)| id.split_at(userid.len()));
    let mut spelled = None;
    // Every account of either corp has its coverage.
    ParquetScan::new(&reports.path(&COVERAGE_REPORT)?, &[fields::USERID.name]).for_each(|batch| {
        let userids = (0..batch.num_rows()).map(|row| cell(batch.column(0).as_ref(), row));
        let mut same = userids.filter(|value| value.as_str().is_some_and(|other| other.eq_ignore_ascii_case(userid)));
        spelled = same.next().and_then(|value| Some(format!("{}{customer}", value.as_str()?)));
        Ok(spelled.is_none())
    })?;
    Ok(spelled)
}

/// Returns the nearest id of the reports, if one is near enough.
pub fn nearest(reports: &Reports, id: &str) -> Result<Option<String>> {
    let mut best: Option<(usize, String)> = None;
    for (table, columns) in COLUMNS {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        ParquetScan::new(&reports.path(table)?, &names).for_each(|batch| {
            for array in batch.columns() {
                for row in 0..batch.num_rows() {
                    let value = cell(array.as_ref(), row);
                    consider(&mut best, id, value.as_str().unwrap_or_default());
                }
            }
            Ok(true)
        })?;
    }
    Ok(best.map(|(_, nearest)| nearest))
}

/// Keeps the candidate if it is nearer than the best so far.
///
/// Comparing halves first rejects nearly all of millions of ids, without computing an edit distance.
fn consider(best: &mut Option<(usize, String)>, id: &str, candidate: &str) {
    let allowed = (id.chars().count() / 4).clamp(1, 3);
    if candidate.is_empty() || candidate.len().abs_diff(id.len()) > 4 * allowed || !shares_a_half(id, candidate) {
        return;
    }
    let distance = strsim::osa_distance(&id.to_lowercase(), &candidate.to_lowercase());
    if distance <= allowed && best.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
        *best = Some((distance, candidate.to_owned()));
    }
}

/// Returns whether both begin or end alike, as after one typing error. Short ids are always compared.
fn shares_a_half(id: &str, candidate: &str) -> bool {
    let (id, candidate) = (id.as_bytes(), candidate.as_bytes());
    let half = (id.len() / 2).saturating_sub(1);
    let (first, last) = (&id[..half], &id[id.len() - half..]);
    id.len() <= 12 || candidate.starts_with(first) || candidate.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::consider;

    fn nearest(id: &str, candidates: &[&str]) -> Option<String> {
        let mut best = None;
        for candidate in candidates {
            consider(&mut best, id, candidate);
        }
        best.map(|(_, nearest)| nearest)
    }

    #[test]
    fn a_typing_error_is_corrected_and_another_id_is_not() {
        assert_eq!(nearest("liuyagn", &["liyang", "liuyang", "chenjing"]).as_deref(), Some("liuyang"));
        assert_eq!(nearest("LiuYang", &["liuyang"]).as_deref(), Some("liuyang"));
        let of_letters = "wmLhJiaJu1x6FZ0j4b2VAk0hjYCoPUG5";
        assert_eq!(nearest("wmLhJiaJu1x6FZ0j4b2VAkOhjYCoPUG5", &[of_letters]).as_deref(), Some(of_letters));
        assert_eq!(nearest("nobody", &["chenjing", "", "n"]), None);
    }
}
