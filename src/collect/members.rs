//! The part `members`: who has customer-contact permission, and the members of the departments that the app can see.

use super::calls::{self, CallRequest};
use super::journal::SubjectKind;
use super::relations::{ChainEnd, Collecting, Round};
use crate::error::Result;
use crate::progress::{Unit, Work};

/// The department of which all others are parts.
const ROOT: &str = "1";

/// Collects the part.
pub fn collect(collecting: &Collecting<'_>) -> Result<()> {
    collecting.in_rounds(vec![()], |(), round| collecting.corp_list(&CallRequest::follow_users(), round))?;
    let departments = departments(collecting)?;
    collecting.progress.begin(Work::CollectMembers, departments.len() as u64, Unit::Departments);
    collecting.in_rounds(departments, |department, round| {
        let request = CallRequest::department_members(department.parse().unwrap_or(1));
        collecting.one(SubjectKind::Department, department, &request, round)
    })?;
    collecting.progress.end();
    collecting.store.finish(&calls::FOLLOW_USERS.stem())
}

/// Returns the departments that the app can see; the root where it may not list them.
fn departments(collecting: &Collecting<'_>) -> Result<Vec<String>> {
    let request = CallRequest::departments();
    let listed = match collecting.chain(&request, Round::Last)? {
        ChainEnd::Ended(chain) => chain.ids,
        ChainEnd::Failed(_) | ChainEnd::Later => Vec::new(),
    };
    Ok(if listed.is_empty() { vec![ROOT.to_owned()] } else { listed })
}
