//! Lists of ids to request: a CSV with a known header, or one id a line.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::{Error, Result};
use crate::regular;
use crate::schema::Column;
use crate::text::{Message, collect as say, errors};

/// Bytes of a list, which is read as a whole.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// Reads the ids of one of `columns`, by its name or a Chinese header; of a file of one column without header, all.
///
/// # Errors
/// [`Error::Input`] where no column is one of these, or there is no id.
pub fn read_ids(path: &Path, columns: &[&'static Column]) -> Result<Vec<String>> {
    let bytes = regular::read(path, MAX_LIST_BYTES).map_err(Error::io(path, errors::CANNOT_READ))?;
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::input(path, errors::LIST, say::LIST_IS_A_WORKBOOK, say::SAVE_AS_CSV));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned(),
    };
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).trim(csv::Trim::All);
    let rows = builder.from_reader(text.trim_start_matches('\u{feff}').as_bytes()).into_records();
    let rows: Vec<csv::StringRecord> =
        rows.collect::<std::result::Result<_, _>>().map_err(|error| not_a_list(path, columns, &error))?;
    let is_named = |header: &str| columns.iter().any(|column| column.name == header || column.zh.contains(&header));
    let named = rows.first().and_then(|header| header.iter().position(is_named));
    let is_plain = rows.iter().all(|row| row.len() == 1);
    let (place, rows) = match (named, is_plain) {
        (Some(place), _) => (place, &rows[1..]),
        (None, true) => (0, &rows[..]),
        (None, false) => return Err(not_a_list(path, columns, &say::NO_KNOWN_COLUMN.en)),
    };
    let mut seen = BTreeSet::new();
    let ids = rows.iter().filter_map(|row| row.get(place)).filter(|id| !id.is_empty());
    let ids: Vec<String> = ids.filter(|id| seen.insert(id.to_lowercase())).map(str::to_owned).collect();
    if ids.is_empty() { Err(Error::input(path, errors::LIST, say::NO_IDS, list_remedy(columns))) } else { Ok(ids) }
}

fn not_a_list(path: &Path, columns: &[&Column], error: &dyn std::fmt::Display) -> Error {
    Error::input(path, errors::LIST, say::not_a_list(error), list_remedy(columns))
}

fn list_remedy(columns: &[&Column]) -> Message {
    say::list_remedy(Message::either(columns.iter().map(|column| column.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::fields::{SOURCE_USERID, USERID};

    #[test]
    fn ids_are_found_by_their_header_or_stand_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        for (text, expected) in [
            ("target_userid,source_userid\nt1,s1\nt2,s2\n", Some(vec!["s1", "s2"])),
            ("\u{feff}迁出账号,迁入账号\r\n00123 ,t\r\n", Some(vec!["00123"])),
            ("s1\ns2\n\nS1\n", Some(vec!["s1", "s2"])),
            ("a,b\n1,2\n", None),
            ("source_userid\n", None),
        ] {
            std::fs::write(&path, text).unwrap();
            let ids = read_ids(&path, &[&SOURCE_USERID, &USERID]).ok();
            assert_eq!(ids, expected.map(|ids| ids.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }
}
