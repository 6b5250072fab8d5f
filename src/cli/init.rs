//! `qianhe init`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::exit_codes;
use super::out::Out;
use super::signals;
use crate::case::{self, TemplateValue};
use crate::error::{Error, Result};
use crate::text::shell::quoted;
use crate::text::{Lang, Text, commands as say, errors, path_text};

/// Create a case: a folder with a commented case.toml to fill in.
///
/// On a terminal, and without options, it asks for what an audit needs; else the template holds what the options give,
/// and the rest is to be filled in. Creates the folders that every audit needs. Never overwrites a case.toml.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe init acme
  qianhe init acme --start 2026-05-01 --end 2026-05-07 --relations 250000 --unit-price 0.80

", exit_codes!()))]
pub(super) struct InitArgs {
    /// The folder of the new case; created if it does not exist
    dir: PathBuf,
    /// The id of the case: letters, digits, ., - and _
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The name of the corp that the customers leave
    #[arg(long, value_name = "NAME")]
    source_name: Option<String>,
    /// The name of the corp that the customers join
    #[arg(long, value_name = "NAME")]
    target_name: Option<String>,
    /// The formal start of the migration, e.g. 2026-05-01 or 2026-05-01T00:00:00+08:00
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// Its end
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
    /// Relations contracted
    #[arg(long, value_name = "N")]
    relations: Option<String>,
    /// Price of a relation, e.g. 0.80
    #[arg(long, value_name = "MONEY")]
    unit_price: Option<String>,
}

impl InitArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        let file = case::new_file(&self.dir)?;
        let typed = self.typed();
        let is_asked = typed.iter().all(Option::is_none) && std::io::stdin().is_terminal();
        let values = if is_asked && std::io::stderr().is_terminal() {
            signals::while_asking(|| ask(&file, &mut std::io::stdin().lock(), &mut std::io::stderr(), out.lang))?
        } else {
            typed_values(&file, &typed)?
        };
        let file = case::init(&self.dir, &case::filled(&values, out.lang))?;
        let folder = quoted(&path_text(&self.dir));
        let phrase = if values.is_empty() { say::INIT_WROTE } else { say::INIT_FILLED };
        out.text(&phrase.fill(out.lang, &[("file", &path_text(&file)), ("folder", &folder)]))?;
        Ok(0)
    }

    /// Returns what was typed, in the order of [`QUESTIONS`].
    fn typed(&self) -> [Option<String>; QUESTIONS.len()] {
        let Self { id, source_name, target_name, start, end, relations, unit_price, .. } = self;
        [id, source_name, target_name, start, end, relations, unit_price].map(Clone::clone)
    }
}

/// A value of a case that is asked for.
struct Question {
    section: &'static str,
    key: &'static str,
    text: Text,
    /// Converts the answer to TOML.
    as_toml: fn(&str) -> String,
    /// Whether it can be left open.
    is_optional: bool,
    /// Whether it is left out where the question before was left open.
    follows: bool,
}

const QUESTIONS: [Question; 7] = [
    question("case", "id", say::INIT_ID, quoted_toml, true),
    question("source", "name", say::INIT_SOURCE, quoted_toml, true),
    question("target", "name", say::INIT_TARGET, quoted_toml, true),
    question("migration", "started_at", say::INIT_START, time_toml, false),
    question("migration", "finished_at", say::INIT_END, time_toml, true),
    question("contract", "relations", say::INIT_RELATIONS, |typed| typed.replace([',', '，'], ""), true),
    Question { follows: true, ..question("contract", "unit_price", say::INIT_PRICE, quoted_toml, false) },
];

const fn question(
    section: &'static str,
    key: &'static str,
    text: Text,
    as_toml: fn(&str) -> String,
    is_optional: bool,
) -> Question {
    Question { section, key, text, as_toml, is_optional, follows: false }
}

impl Question {
    fn value(&self, answer: &str) -> TemplateValue {
        (self.section, self.key, (self.as_toml)(answer.trim()))
    }
}

/// Returns a string of TOML, whose escapes are those of JSON.
fn quoted_toml(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Returns a time of TOML, of one with blanks, or without hours or seconds; anything else as it is.
fn time_toml(text: &str) -> String {
    let text = text.replacen(' ', "T", 1);
    match text.len() {
        10 => format!("{text}T00:00:00"),
        16 => format!("{text}:00"),
        _ => text,
    }
}

/// Returns the id that a folder suggests.
fn default_id(file: &Path) -> String {
    let folder = file.parent().and_then(|folder| std::path::absolute(folder).ok());
    let name = folder.and_then(|folder| folder.file_name().map(|name| name.to_string_lossy().into_owned()));
    let is_known = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let id: String =
        name.unwrap_or_default().chars().map(|letter| if is_known(letter) { letter } else { '-' }).collect();
    if id.chars().any(|letter| letter.is_ascii_alphanumeric()) { id } else { "case".to_owned() }
}

/// Stand in a check for what is not given yet.
const NOT_GIVEN: &[(&str, &str, &str)] = &[
    ("case", "id", "\"case\""),
    ("migration", "started_at", "1970-01-01T00:00:00"),
    ("contract", "unit_price", "\"1\""),
];

/// Checks values with `others` in place of what is missing, but for sections that no value is of.
fn check(file: &Path, values: &[TemplateValue], others: &[(&'static str, &'static str, &str)]) -> Result<()> {
    let has = |section: &str, key: &str| values.iter().any(|(of, name, _)| *of == section && *name == key);
    let is_used = |section: &str| section != "contract" || values.iter().any(|(of, ..)| *of == section);
    let missing = others.iter().filter(|(section, key, _)| is_used(section) && !has(section, key));
    let missing = missing.map(|(section, key, value)| (*section, *key, (*value).to_owned()));
    case::check(file, &case::filled(&values.iter().cloned().chain(missing).collect::<Vec<_>>(), Lang::En))
}

/// Returns the values that options give, none of them where none is given.
fn typed_values(file: &Path, typed: &[Option<String>]) -> Result<Vec<TemplateValue>> {
    let answers = QUESTIONS.iter().zip(typed);
    let mut values: Vec<TemplateValue> =
        answers.filter_map(|(question, answer)| Some(question.value(answer.as_deref()?))).collect();
    if !values.is_empty() && typed[0].is_none() {
        values.push(QUESTIONS[0].value(&default_id(file)));
    }
    // What was not typed is to be filled in, but for half a contract, which would be left unnoticed.
    check(file, &values, &NOT_GIVEN[..2])?;
    Ok(values)
}

/// Asks for the values, each until its answer can be used. The end of the input ends the command.
fn ask(file: &Path, input: &mut impl BufRead, output: &mut impl Write, lang: Lang) -> Result<Vec<TemplateValue>> {
    let failed = |error| Error::io("stderr", errors::CANNOT_WRITE)(error);
    let mut values: Vec<TemplateValue> = Vec::new();
    let id = default_id(file);
    for question in &QUESTIONS {
        let is_open = question.follows && values.last().is_none_or(|(section, ..)| *section != question.section);
        if is_open {
            continue;
        }
        loop {
            let hint = if question.key == "id" { format!(" [{id}]") } else { String::new() };
            write!(output, "{}{hint}: ", question.text.tell(lang)).and_then(|()| output.flush()).map_err(failed)?;
            let mut line = String::new();
            if input.read_line(&mut line).map_err(Error::io("stdin", errors::CANNOT_READ))? == 0 {
                writeln!(output).map_err(failed)?;
                return Err(Error::Interrupted);
            }
            let answer = match line.trim() {
                "" if question.key == "id" => id.as_str(),
                "" if question.is_optional => break,
                answer => answer,
            };
            values.push(question.value(answer));
            match check(file, &values, NOT_GIVEN) {
                Ok(()) => break,
                Err(error) => writeln!(output, "{}", error.message().tell(lang)).map_err(failed)?,
            }
            values.pop();
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(input: &str) -> (Result<String>, String) {
        let mut output = Vec::new();
        let values = ask(Path::new("some/acme 1/case.toml"), &mut input.as_bytes(), &mut output, Lang::En);
        (values.map(|values| case::filled(&values, Lang::En)), String::from_utf8(output).unwrap())
    }

    #[test]
    fn the_answers_make_a_case() {
        let (text, output) = asked("\n甲\"公司\n\n2026-05-01\n2026-05-07 18:00\n250,000\n0.80\n");
        let text = text.unwrap();
        for line in [
            "id = \"acme-1\"",
            "name = \"甲\\\"公司\"",
            "#name = \"Acme Group\"",
            "started_at = 2026-05-01T00:00:00",
            "finished_at = 2026-05-07T18:00:00",
            "[contract]",
            "relations = 250000",
            "unit_price = \"0.80\"",
        ] {
            assert!(text.lines().any(|found| found.starts_with(line)), "{line}: {text}");
        }
        assert!(output.contains("[acme-1]"), "{output}");
    }

    #[test]
    fn what_cannot_be_used_is_asked_for_again() {
        let (text, output) = asked("a b\nacme\n\n\nsoon\n\n2026-05-07\n2026-05-01\n2026-05-08\n\n");
        let text = text.unwrap();
        assert!(text.contains("\nstarted_at = 2026-05-07T00:00:00\n"), "{text}");
        assert!(text.contains("\nfinished_at = 2026-05-08T00:00:00\n") && text.contains("\n#[contract]"), "{text}");
        assert!(output.contains("not an id") && output.contains("after the start"), "{output}");
    }

    #[test]
    fn options_are_checked_and_half_a_contract_is_refused() {
        let typed = |options: [Option<&str>; 7]| {
            typed_values(Path::new("acme/case.toml"), &options.map(|option| option.map(str::to_owned)))
        };
        let none = [None; 7];
        assert_eq!(typed(none).unwrap(), []);
        let start = [None, None, None, Some("2026-05-01"), None, None, None];
        assert!(case::filled(&typed(start).unwrap(), Lang::En).contains("\nid = \"acme\"\n"));
        let half = [None, None, None, None, None, Some("5"), None];
        assert!(typed(half).unwrap_err().to_string().contains("unit_price"));
        let wrong = [None, None, None, Some("May"), None, None, None];
        assert!(typed(wrong).unwrap_err().to_string().contains("started_at"));
    }

    #[test]
    fn an_input_that_ends_makes_no_case() {
        assert!(matches!(asked("acme\n").0, Err(Error::Interrupted)));
    }
}
