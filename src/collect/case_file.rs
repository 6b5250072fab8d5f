//! `taken_at` of an export in `case.toml`, whose comments and layout are kept.

use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use toml_edit::{Datetime, DocumentMut, Item, Value};

use super::settings::RoleFolder;
use super::store::{ExportPart, PartState};
use crate::error::{Error, Result};
use crate::regular::parent_of;
use crate::schema::vocabulary::Role;
use crate::text::errors;

/// Time zone of the service.
const ZONE: &str = "Asia/Shanghai";

/// Returns when an export was taken: before the migration its last answer, after it its first, so that the export
/// never looks closer to the migration than it is.
pub fn taken_at(folder: &RoleFolder) -> Result<Option<Timestamp>> {
    let states = ExportPart::ALL.iter().map(|part| PartState::read(&folder.path, *part));
    let states: Vec<PartState> = states.collect::<Result<_>>()?;
    let micros = match folder.role {
        Role::SourceBefore | Role::TargetBefore => states.iter().filter_map(|state| state.last_at).max(),
        Role::SourceAfter | Role::TargetAfter => states.iter().filter_map(|state| state.first_at).min(),
    };
    Ok(micros.and_then(|micros| Timestamp::from_second(micros.div_euclid(1_000_000)).ok()))
}

/// Writes `taken_at` into the case file; returns it as text, and whether the file holds it.
pub fn write_taken_at(folder: &RoleFolder, taken_at: Timestamp) -> Result<(String, bool)> {
    let zone = TimeZone::get(folder.timezone.as_deref().unwrap_or(ZONE)).unwrap_or(TimeZone::UTC);
    let time = taken_at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let text = with_taken_at(&folder.text, folder.role, &time);
    if let Some(text) = &text {
        replace(&folder.case_file, text)?;
    }
    Ok((time, text.is_some()))
}

/// Returns the text of a case file with that time: in the table of the role, else in a new one at the end. `None` where
/// the file is laid out so that there is no place for it.
fn with_taken_at(text: &str, role: Role, time: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let time: Datetime = time.parse().ok()?;
    let snapshots = document.get_mut("snapshots").and_then(Item::as_table_like_mut);
    let Some(of_role) = snapshots.and_then(|all| all.get_mut(role.word())).and_then(Item::as_table_like_mut) else {
        // Not by the document: comments at the end of the file belong to what stands before them.
        let blank = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let longer = format!("{text}{end}{blank}[snapshots.{role}]\ntaken_at = {time}\n");
        return longer.parse::<DocumentMut>().ok().map(|_| longer);
    };
    match of_role.get_mut("taken_at").and_then(Item::as_value_mut) {
        Some(value) => {
            let decor = value.decor().clone();
            *value = Value::from(time);
            *value.decor_mut() = decor;
        }
        None => drop(of_role.insert("taken_at", toml_edit::value(time))),
    }
    Some(document.to_string())
}

/// Replaces a file in one step, with its permissions.
fn replace(path: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::io(path, errors::CANNOT_REPLACE)(error);
    let mut file = tempfile::NamedTempFile::new_in(parent_of(path)).map_err(failed)?;
    let permissions = std::fs::metadata(path).map_err(failed)?.permissions();
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.as_file().set_permissions(permissions).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str) -> String {
        with_taken_at(text, Role::SourceBefore, "2026-04-30T22:00:00+08:00").unwrap()
    }

    #[test]
    fn comments_and_layout_are_kept() {
        assert_eq!(
            edited("# a case\n[snapshots.source-before] # before\npath = \"x\"\ntaken_at = 2020-01-01  # when\n"),
            "# a case\n[snapshots.source-before] # before\npath = \"x\"\ntaken_at = 2026-04-30T22:00:00+08:00  # when\n"
        );
        assert_eq!(
            edited("[case]\n#id = \"acme\""),
            "[case]\n#id = \"acme\"\n\n[snapshots.source-before]\ntaken_at = 2026-04-30T22:00:00+08:00\n"
        );
        assert_eq!(with_taken_at("snapshots = {}\n", Role::SourceBefore, "2026-04-30T22:00:00+08:00"), None);
    }

    #[test]
    fn the_template_can_be_edited() {
        let edited = edited(crate::case::TEMPLATE);
        assert!(edited.starts_with(crate::case::TEMPLATE));
        assert!(edited.ends_with("\n[snapshots.source-before]\ntaken_at = 2026-04-30T22:00:00+08:00\n"));
    }
}
