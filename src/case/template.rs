//! `qianhe init`: the folder of a new case, with a `case.toml` to fill in.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::FILE_NAME;
use crate::error::{Error, Result};
use crate::text::{Lang, errors as say};

/// A commented `case.toml`. Lines that start with `#` and no space are settings to switch on.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The same with Chinese comments.
const TEMPLATE_ZH: &str = include_str!("template.zh.toml");

/// The folders of every audit. Optional folders are not created, since an empty one stops the run.
const FOLDERS: &[&str] = &["source-before", "target-after", "lists"];

/// A value for the template: section, key, and the value as TOML.
pub type TemplateValue = (&'static str, &'static str, String);

/// Returns the template in a language with these values switched on, each in its line; so is a section that was
/// switched off.
pub fn filled(values: &[TemplateValue], lang: Lang) -> String {
    let template = match lang {
        Lang::Zh => TEMPLATE_ZH,
        Lang::En => TEMPLATE,
    };
    let mut text = String::with_capacity(template.len() + 256);
    let mut section = "";
    for line in template.split_inclusive('\n') {
        let plain = line.strip_prefix('#').unwrap_or(line);
        if let Some((name, after)) = plain.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            section = name;
            let is_on = values.iter().any(|(of, ..)| *of == section) && !after.starts_with(']');
            text.push_str(if is_on { plain } else { line });
            continue;
        }
        let key = line.strip_prefix('#').and_then(|line| line.split_once(" = ")).map(|(key, _)| key);
        let value = values.iter().find(|(of, name, _)| *of == section && Some(*name) == key);
        match value {
            Some((_, name, value)) => text.extend([*name, " = ", value.as_str(), "\n"]),
            None => text.push_str(line),
        }
    }
    text
}

/// Checks the text of a case file, which may lack the end of the migration.
///
/// # Errors
/// [`Error::Input`] at the first invalid value.
pub fn check(file: &Path, text: &str) -> Result<()> {
    super::validate::case(file, &super::file::parse(file, text)?, super::MigrationEnd::Optional).map(|_| ())
}

/// Returns the path of the case file in a folder, where a new one can be written.
///
/// # Errors
/// [`Error::Output`] where there is a case already.
pub fn new_file(dir: &Path) -> Result<PathBuf> {
    let file = dir.join(FILE_NAME);
    if file.symlink_metadata().is_ok() {
        return Err(Error::output(file, say::CASE_IS_THERE, say::CASE_IS_THERE_REMEDY));
    }
    Ok(file)
}

/// Creates the folder of a case with that text, and returns the path of its `case.toml`.
///
/// # Errors
/// [`Error::Output`] where there is a case already, [`Error::Io`] where the folder cannot be written.
pub fn init(dir: &Path, text: &str) -> Result<PathBuf> {
    fs::create_dir_all(dir).map_err(Error::io(dir, say::CANNOT_CREATE))?;
    let file = dir.join(FILE_NAME);
    write_new(&file, text)?;
    for folder in FOLDERS {
        let folder = dir.join(folder);
        fs::create_dir_all(&folder).map_err(Error::io(&folder, say::CANNOT_CREATE))?;
    }
    Ok(file)
}

/// Writes the file; with `create_new`, since a check beforehand could race with another writer.
fn write_new(file: &Path, text: &str) -> Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::output(file, say::CASE_IS_THERE, say::CASE_IS_THERE_REMEDY),
        _ => Error::io(file, say::CANNOT_WRITE)(error),
    })?;
    out.write_all(text.as_bytes()).map_err(Error::io(file, say::CANNOT_WRITE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_lines_and_nothing_else_changes() {
        let text = |section, key, value: &str| (section, key, value.to_owned());
        let values = [
            text("case", "id", "\"acme\""),
            text("source", "name", "\"甲\""),
            text("migration", "started_at", "2026-05-01T00:00:00"),
            text("contract", "relations", "5"),
            text("contract", "unit_price", "\"0.8\""),
        ];
        let filled = filled(&values, Lang::En);
        check(Path::new("case.toml"), &filled).unwrap();
        let changed: Vec<(&str, &str)> = TEMPLATE.lines().zip(filled.lines()).filter(|(old, new)| old != new).collect();
        let new: Vec<&str> = changed.iter().map(|(_, new)| *new).collect();
        assert_eq!(new[..3], ["id = \"acme\"", "name = \"甲\"", "started_at = 2026-05-01T00:00:00"]);
        assert_eq!(new[3..], ["[contract]", "relations = 5", "unit_price = \"0.8\""]);
        assert_eq!(super::filled(&[], Lang::En), TEMPLATE);
        assert!(check(Path::new("case.toml"), TEMPLATE).is_err(), "nothing is filled in");
    }

    #[test]
    fn the_languages_differ_in_comments_only() {
        let is_setting = |line: &&str| !line.is_empty() && !line.starts_with("# ") && *line != "#";
        let settings = |text: &'static str| {
            let lines = text.lines().filter(is_setting);
            lines.map(|line| line.split(" # ").next().unwrap_or(line).trim_end()).collect::<Vec<_>>()
        };
        assert_eq!(settings(TEMPLATE_ZH), settings(TEMPLATE));
    }
}
