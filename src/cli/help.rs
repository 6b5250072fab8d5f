//! The declaration of the command line, with help texts in the language of the user.
//!
//! clap prints help while it parses the command line, so that the language is determined before.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::builder::{Resettable, StyledStr};
use clap::{Arg, Command, CommandFactory, ValueEnum};

use super::Cli;
use crate::text::width::{width, wrap};
use crate::text::{Lang, help as zh};

/// Width of a help text. clap wraps at spaces, which Chinese texts do not have.
const COLUMNS: usize = 80;
/// Indent of the help of an argument in a long help text.
const INDENT: usize = 10;
/// Width of a short flag with its comma, before a long one.
const SHORT_FLAG: usize = 4;
/// Width around the name of an argument in a short help text.
const AROUND: usize = 4;

/// Returns the command line in a language.
pub(super) fn command(lang: Lang) -> Command {
    localized(Cli::command(), lang)
}

/// Returns a declaration in English -> the same in a language.
pub(crate) fn localized(mut command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => {
            // clap adds its own arguments and commands here.
            command.build();
            in_chinese(command)
        }
    }
}

/// Returns the language of `--lang`, else that of the locale.
pub(crate) fn lang_of(args: &[OsString]) -> Lang {
    let mut asked = None;
    let mut args = args.iter().map(|arg| arg.to_string_lossy()).take_while(|arg| arg != "--");
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--lang=") {
            Some(value) => Some(value.to_owned()),
            None if arg == "--lang" => args.next().map(Cow::into_owned),
            None => None,
        };
        asked = value.and_then(|value| Lang::from_str(&value, false).ok()).or(asked);
    }
    asked.unwrap_or_else(Lang::from_locale)
}

/// Returns a command and its subcommands with Chinese help texts.
fn in_chinese(command: Command) -> Command {
    let mut command = command.subcommand_value_name(zh::COMMAND).subcommand_help_heading(zh::SUBCOMMANDS);
    let name = command.get_name().to_owned();
    let usage = usage(&mut command);
    let title = title_of_usage(&command);
    let after = after_help(&command).map(StyledStr::from);
    let [arguments, options] = [true, false].map(|is_positional| columns_of_names(&command, is_positional));
    let command = command.mut_subcommands(in_chinese).mut_args(|arg| {
        let (heading, columns) = if arg.is_positional() { (zh::ARGUMENTS, arguments) } else { (zh::OPTIONS, options) };
        argument_in_chinese(arg.help_heading(heading), &name, COLUMNS.saturating_sub(columns))
    });
    let template = format!("{{about-with-newline}}\n{title} {{usage}}\n\n{{all-args}}{{after-help}}");
    let command = command.help_template(template).override_usage(usage).after_help(Resettable::from(after));
    match zh::command(&name) {
        Some(help) => command.about(help.about).long_about(wrap(&help.in_full(), COLUMNS)),
        None => command,
    }
}

/// Returns the width of the names in a short help text, which has their help beside them.
fn columns_of_names(command: &Command, is_positional: bool) -> usize {
    let args = command.get_arguments().filter(|arg| arg.is_positional() == is_positional);
    let columns = |arg: &Arg| width(&arg.to_string()) + if arg.get_long().is_some() { SHORT_FLAG } else { 0 };
    args.map(columns).max().unwrap_or(0) + AROUND
}

/// Returns the line of usage without its heading, in the colours of clap.
fn usage(command: &mut Command) -> StyledStr {
    let usage = command.render_usage().ansi().to_string();
    let (_, usage) = usage.split_once(' ').unwrap_or_default();
    usage.replace("[OPTIONS]", zh::ANY_OPTIONS).into()
}

/// Returns the heading of the usage, as clap prints its own.
fn title_of_usage(command: &Command) -> String {
    let style = command.get_styles().get_usage();
    format!("{style}{}:{style:#}", zh::USAGE)
}

/// Examples and exit codes. Only the examples of qianhe itself have a text, so that the others are copied from the
/// English.
fn after_help(command: &Command) -> Option<String> {
    let english = command.get_after_help()?.to_string();
    if command.get_name() == env!("CARGO_PKG_NAME") {
        return Some(format!("{}\n\n{}\n\n{}", zh::EXAMPLES, zh::EXIT_CODES, zh::ENVIRONMENT));
    }
    let examples = english.split("\n\n").next()?.split_once('\n')?.1;
    let end = if english.contains(zh::COLLECTOR) { zh::COLLECTOR_END } else { zh::EXIT_CODES };
    Some(format!("{}:\n{examples}\n\n{end}", zh::EXAMPLE))
}

/// Returns an argument with Chinese help, and with the values that clap would add in English. `room` is the width
/// beside the name.
fn argument_in_chinese(arg: Arg, command: &str, room: usize) -> Arg {
    let Some(help) = zh::argument(command, arg.get_id().as_str()) else { return arg };
    let mut values = Vec::new();
    // A flag has values too, but they are not typed.
    if arg.get_action().takes_values() {
        let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let possible: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        values
            .extend(list(zh::DEFAULT, &default.join(", ")).into_iter().chain(list(zh::POSSIBLE, &possible.join(", "))));
    }
    let beside = [&[help.to_owned()], values.as_slice()].concat().join(" ");
    let below = if values.is_empty() { help.to_owned() } else { format!("{help}\n\n{}", values.join("\n")) };
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    arg.help(wrap(&beside, room)).long_help(wrap(&below, COLUMNS - INDENT))
}

/// Returns `[默认：4GiB]`, or nothing if there are no values.
fn list(heading: &str, values: &str) -> Option<String> {
    (!values.is_empty()).then(|| format!("[{heading}：{values}]"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn args(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn is_chinese(text: &str) -> bool {
        text.contains(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
    }

    /// qianhe and every command of it, with clap's own.
    fn commands() -> Vec<Command> {
        let mut root = Cli::command();
        root.build();
        root.get_subcommands().cloned().chain([root.clone()]).collect()
    }

    fn ids(command: &Command) -> BTreeSet<String> {
        command.get_arguments().map(|arg| arg.get_id().to_string()).collect()
    }

    #[test]
    fn every_command_and_argument_has_a_chinese_text() {
        for command in commands() {
            let name = command.get_name();
            let help = zh::command(name).unwrap_or_else(|| panic!("src/text/help.rs lacks the command {name}"));
            assert!(is_chinese(help.about) && (help.more.is_empty() || is_chinese(help.more)), "{name}");
            assert_eq!(
                help.more.is_empty(),
                command.get_long_about().is_none(),
                "{name}: one language says more than the other"
            );
            for id in ids(&command) {
                let help = zh::argument(name, &id).unwrap_or_else(|| panic!("src/text/help.rs lacks {id} of {name}"));
                assert!(is_chinese(help), "{id} of {name}");
            }
        }
    }

    #[test]
    fn no_text_is_left_of_a_removed_command() {
        let commands = commands();
        let find = |name: &str| commands.iter().find(|command| command.get_name() == name);
        for help in zh::COMMANDS.iter().filter(|help| !help.name.is_empty()) {
            let there = ids(find(help.name).unwrap_or_else(|| panic!("there is no command {}", help.name)));
            let gone: Vec<_> = help.args.iter().filter(|(id, _)| !there.contains(*id)).collect();
            assert!(gone.is_empty(), "{} has no more: {gone:?}", help.name);
        }
        let names: BTreeSet<&str> = zh::COMMANDS.iter().map(|help| help.name).collect();
        assert_eq!(names.len(), zh::COMMANDS.len(), "has two texts");
        let of_several = &zh::COMMANDS.iter().find(|help| help.name.is_empty()).unwrap().args;
        for (id, _) in *of_several {
            let uses = |command: &&Command| {
                let own =
                    zh::command(command.get_name()).is_some_and(|help| help.args.iter().any(|(known, _)| known == id));
                ids(command).contains(*id) && !own
            };
            assert!(commands.iter().any(|command| uses(&command)), "no command has {id} any more");
        }
    }

    /// Labels of clap, and first words of English texts.
    const ENGLISH: &[&str] = &[
        "Usage", "Options", "Commands", "Arguments", "default:", "possible", "Print", "Example", "Exit codes",
        "OPTIONS",
    ];

    #[test]
    fn no_english_is_left_and_every_line_fits() {
        let mut root = command(Lang::Zh);
        let names: Vec<String> = root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let mut texts = vec![root.render_help().to_string(), root.render_long_help().to_string()];
        for name in names {
            let command = root.find_subcommand_mut(&name).unwrap();
            texts.extend([command.render_help().to_string(), command.render_long_help().to_string()]);
        }
        for text in texts {
            let english: Vec<_> = ENGLISH.iter().filter(|word| text.contains(**word)).collect();
            assert!(english.is_empty(), "{english:?} in\n{text}");
            assert!(
                text.contains("\n用法: qianhe") && (text.contains("退出码:") || text.contains("qianhe help")),
                "{text}"
            );
            // An example is not wrapped.
            let widest =
                text.lines().filter(|line| !line.starts_with("  qianhe ")).max_by_key(|line| width(line)).unwrap();
            assert!(width(widest) <= COLUMNS, "{}: {widest}", width(widest));
        }
    }

    #[test]
    fn values_have_chinese_labels() {
        let mut root = command(Lang::Zh);
        let mut help = |name: &str| root.find_subcommand_mut(name).unwrap().render_long_help().to_string();
        assert!(help("audit").contains("[默认：CASE/reports]"), "{}", help("audit"));
        assert!(help("compare").contains("[默认：4GiB]"), "{}", help("compare"));
        assert!(help("query").contains("[可选：table, csv, json, parquet]"), "{}", help("query"));
        assert!(help("demo").contains("[默认：2000]"), "{}", help("demo"));
        assert!(help("audit").contains("\n用法: qianhe audit [选项] <CASE>\n"), "{}", help("audit"));
        assert!(
            help("audit").contains("\n示例:\n  qianhe audit acme --set policy.fail_on=review\n"),
            "{}",
            help("audit")
        );
    }

    /// The commands of the examples, without their purpose.
    fn typed(text: &str) -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("  qianhe "));
        lines.map(|line| line.trim_start().split("  ").next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn the_examples_are_the_same_in_both_languages() {
        let english = Cli::command().get_after_help().unwrap().to_string();
        assert!(typed(&english).len() > 5);
        assert_eq!(typed(zh::EXAMPLES), typed(&english));
        let codes = |text: &str| -> Vec<String> {
            let words = text.lines().filter_map(|line| line.trim_start().split(' ').next());
            words.filter(|word| word.parse::<u8>().is_ok()).map(str::to_owned).collect()
        };
        assert_eq!(codes(zh::EXIT_CODES), codes(&english));
    }

    #[test]
    fn the_command_line_is_the_same_in_both_languages() {
        for line in [
            "qianhe --lang zh audit acme --json",
            "qianhe precheck acme --lang=zh -q",
            "qianhe --lang zh query",
            "qianhe man audit --lang zh",
        ] {
            assert!(Cli::read(args(line)).is_ok(), "{line}");
        }
        for (line, code) in [
            ("--help", 0),
            ("help audit", 0),
            ("audit -h", 0),
            ("--version", 0),
            ("audit", 2),
            ("audit a b", 2),
            ("nothing", 2),
        ] {
            let answer = Cli::read(args(&format!("qianhe --lang zh {line}"))).unwrap_err();
            assert_eq!(answer.exit_code(), code, "{line}");
            assert!(
                is_chinese(&answer.to_string()) || !["--help", "help audit", "audit -h"].contains(&line),
                "{line}: {answer}"
            );
        }
    }

    #[test]
    fn the_language_is_determined_before_parsing() {
        for (line, lang) in [
            ("qianhe --lang zh", Lang::Zh),
            ("qianhe audit --lang=en --help", Lang::En),
            ("qianhe nonsense --lang zh --more", Lang::Zh),
            ("qianhe --lang fr --lang zh", Lang::Zh),
        ] {
            assert_eq!(lang_of(&args(line)), lang, "{line}");
        }
        for line in ["qianhe", "qianhe --lang", "qianhe --lang fr", "qianhe query -- --lang"] {
            assert_eq!(lang_of(&args(line)), Lang::from_locale(), "{line}");
        }
    }
}
