//! The errors of a command line in Chinese. The English is clap's.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::text::{Lang, Message, help, usage as say};

/// Returns the message of an error of clap in Chinese; `None` for help and version, and for what has no translation.
pub fn in_chinese(error: &clap::Error) -> Option<String> {
    let text = |kind| error.get(kind).and_then(shown);
    let argument = || text(ContextKind::InvalidArg);
    let value = || text(ContextKind::InvalidValue).unwrap_or_default();
    let problem = match error.kind() {
        ErrorKind::InvalidValue if value().is_empty() => say::no_value(argument()?),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => say::invalid_value(value(), argument()?),
        ErrorKind::UnknownArgument => say::unknown_argument(argument()?),
        ErrorKind::InvalidSubcommand => say::unknown_command(text(ContextKind::InvalidSubcommand)?),
        ErrorKind::ArgumentConflict => conflict(argument()?, text(ContextKind::PriorArg)),
        ErrorKind::MissingRequiredArgument => say::missing(argument()?),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Message::from(say::NO_COMMAND)
        }
        ErrorKind::TooManyValues => say::too_many_values(value(), argument()?),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => say::other_number_of_values(argument()?),
        ErrorKind::NoEquals => say::no_equals(argument()?),
        ErrorKind::InvalidUtf8 => Message::from(say::NO_UTF8),
        _ => return None,
    };
    let possible = text(ContextKind::ValidValue).map(say::possible_values);
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let near = near.into_iter().find_map(text).map(say::did_you_mean);
    let usage = text(ContextKind::Usage).map(|usage| in_chinese_usage(&usage));
    let lines = [Some(say::problem(problem)), possible, near].into_iter().flatten();
    let lines = lines.map(|line| line.tell(Lang::Zh).to_owned());
    let after = usage.into_iter().chain([say::MORE.tell(Lang::Zh).to_owned()]).map(|line| format!("\n{line}"));
    Some(lines.chain(after).collect::<Vec<_>>().join("\n"))
}

fn conflict(argument: String, prior: Option<String>) -> Message {
    match prior {
        Some(prior) if prior != argument => say::conflict(argument, prior),
        _ => say::twice(argument),
    }
}

/// Returns a value of clap as text; several are listed.
fn shown(value: &ContextValue) -> Option<String> {
    let text = match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
        ContextValue::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text)
}

/// Returns `Usage: qianhe audit [OPTIONS] <CASE>` with Chinese heading and placeholders.
fn in_chinese_usage(usage: &str) -> String {
    let usage = usage.trim().trim_start_matches("Usage:").trim_start();
    format!("{}: {}", help::USAGE, usage.replace("[OPTIONS]", help::ANY_OPTIONS).replace("<COMMAND>", help::COMMAND))
}

#[cfg(test)]
mod tests {
    use super::in_chinese;
    use crate::cli::Cli;

    fn message(line: &str) -> String {
        let args = ["qianhe", "--lang", "zh"].into_iter().chain(line.split_whitespace()).map(Into::into);
        in_chinese(&Cli::read(args).unwrap_err()).unwrap_or_else(|| panic!("{line} has no Chinese message"))
    }

    /// Only names of commands and arguments remain English.
    #[test]
    fn every_usage_error_is_in_chinese() {
        for (line, expected) in [
            ("", "没有命令"),
            ("audti acme", "未知的命令“audti”"),
            ("audit", "<CASE>"),
            ("audit a b", "未知的参数“b”"),
            ("audit a --jsn", "--json"),
            ("audit a --memory lots", "“lots”"),
            ("audit a --out", "缺少值"),
            ("audit a --json --json", "“--json”"),
            ("compare a b --fail-on much", "可用的值"),
            ("demo d --relations few", "“few”"),
            ("query --format pdf", "“pdf”"),
        ] {
            let message = message(line);
            assert!(message.starts_with("错误：") && message.contains(expected), "{line}: {message}");
            for english in ["error", "Usage", "unexpected", "invalid", "required", "information", "OPTIONS"] {
                assert!(!message.contains(english), "{line}: {message}");
            }
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for line in ["--help", "--version", "audit --help"] {
            let args = ["qianhe"].into_iter().chain(line.split(' ')).map(Into::into);
            assert!(in_chinese(&Cli::read(args).unwrap_err()).is_none(), "{line}");
        }
    }
}
