//! The prompt of `qianhe query`, with history and completion of tables, columns and keywords.

use std::fs;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};

use super::out;
use crate::error::{Error, Result};
use crate::query::Session;
use crate::text::{Lang, commands as say, errors, is_unsafe};

/// Keywords that are completed.
const KEYWORDS: &[&str] = &[
    "select", "from", "where", "group by", "order by", "limit", "count(*)", "desc", "join", "having", "distinct",
    "is null", "is not null",
];

/// Reads statements until the user quits. An error of a statement is printed, and does not end the prompt.
pub(super) fn open(session: &Session, lang: Lang, answer: &dyn Fn(&str) -> Result<()>) -> Result<()> {
    let failed =
        |error: ReadlineError| Error::io("stdin", errors::CANNOT_READ)(std::io::Error::other(error.to_string()));
    let mut editor: Editor<Completions, FileHistory> = Editor::new().map_err(failed)?;
    editor.set_helper(Some(Completions::new(session)));
    let history = history_file();
    if let Some(file) = &history {
        // Absent on first use.
        let _ = editor.load_history(file);
    }
    let tables: Vec<&str> = session.tables().collect();
    out::lines(&say::QUERY_WELCOME.fill(lang, &[("tables", &tables.join(", "))]))?;
    loop {
        match editor.readline("qianhe> ") {
            Ok(line) => match line.trim().trim_end_matches(';') {
                "" => {}
                "exit" | "quit" | ".exit" | ".quit" => break,
                sql => {
                    let _ = editor.add_history_entry(sql);
                    match answer(sql) {
                        Err(error @ (Error::Bug(_) | Error::Interrupted)) => return Err(error),
                        Err(error) => out::error(&error, lang),
                        Ok(()) => {}
                    }
                }
            },
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(failed(error)),
        }
    }
    if let Some(file) = &history {
        // Statements work without a history.
        let _ = editor.save_history(file);
    }
    Ok(())
}

/// File in the user's state folder. Statements can name customers, so that only the user may read it.
fn history_file() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")))?
        .join("qianhe");
    fs::create_dir_all(&folder).ok()?;
    let file = folder.join("history");
    if !file.exists() {
        crate::report::create_private(&file).ok()?;
    }
    Some(file)
}

/// Words that can be completed.
struct Completions(Vec<String>);

impl Completions {
    fn new(session: &Session) -> Self {
        let names = session.tables().chain(session.columns()).chain(KEYWORDS.iter().copied());
        // The prompt prints what it completes: names that a terminal would act upon have to be typed.
        let mut words: Vec<String> = names.filter(|name| !name.contains(is_unsafe)).map(str::to_owned).collect();
        words.sort();
        words.dedup();
        Self(words)
    }
}

impl Completer for Completions {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..position).unwrap_or_default();
        let begin = typed
            .rfind(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-')
            .map_or(0, |place| place + 1);
        // The separator before it may take several bytes.
        let begin = (begin..=typed.len()).find(|place| typed.is_char_boundary(*place)).unwrap_or(typed.len());
        let begun = typed[begin..].to_lowercase();
        Ok((begin, self.0.iter().filter(|word| !begun.is_empty() && word.starts_with(&begun)).cloned().collect()))
    }
}

impl Hinter for Completions {
    type Hint = String;
}
impl Highlighter for Completions {}
impl Validator for Completions {}
impl Helper for Completions {}
