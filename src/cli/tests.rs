//! The command line and its help texts.

use clap::{CommandFactory, Parser};

use super::{Cli, Command};

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

#[test]
fn the_declaration_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_help_text_has_an_example_and_the_exit_codes() {
    let mut root = Cli::command();
    root.build();
    for command in std::iter::once(&root).chain(root.get_subcommands().filter(|command| command.get_name() != "help")) {
        let help = command.clone().render_long_help().to_string();
        for part in ["Example:", "Exit codes:", "policy.fail_on", "130  interrupted"] {
            assert!(help.contains(part), "the help of {} lacks {part}:\n{help}", command.get_name());
        }
    }
}

#[test]
fn help_names_the_defaults() {
    let help = |name: &str| {
        Cli::command().find_subcommand_mut(name).map(|command| command.render_long_help().to_string()).unwrap()
    };
    assert!(help("audit").contains("[default: CASE/reports]"));
    assert!(help("ingest").contains("[default: CASE]"));
    assert!(help("demo").contains("[default: 2000]") && help("demo").contains("[default: 1]"));
}

/// Every command line of a command: with its required arguments only, and with each of the others beside them.
fn lines_of(command: &clap::Command) -> Vec<String> {
    let value = |arg: &clap::Arg| {
        let possible = arg.get_possible_values().first().map(|value| value.get_name().to_owned());
        possible.unwrap_or_else(|| "1".to_owned())
    };
    let typed = |arg: &clap::Arg| match arg.get_long() {
        None => value(arg),
        Some(long) if arg.get_action().takes_values() => format!("--{long}={}", value(arg)),
        Some(long) => format!("--{long}"),
    };
    let (required, others): (Vec<_>, Vec<_>) = command.get_arguments().partition(|arg| arg.is_required_set());
    let answers = |arg: &&clap::Arg| !["help", "version"].contains(&arg.get_id().as_str());
    let required: String = required.into_iter().map(|arg| format!(" {}", typed(arg))).collect();
    let alone = format!("qianhe {}{required}", command.get_name());
    let others: Vec<String> = others.into_iter().filter(answers).map(|arg| format!("{alone} {}", typed(arg))).collect();
    std::iter::once(alone).chain(others).collect()
}

#[test]
fn every_command_parses_with_each_of_its_arguments() {
    let mut root = Cli::command();
    root.build();
    let commands: Vec<_> = root.get_subcommands().filter(|command| command.get_name() != "help").collect();
    assert!(commands.len() > 10);
    for line in commands.into_iter().flat_map(lines_of) {
        assert!(parse(&line).is_ok(), "{line}: {}", parse(&line).unwrap_err());
    }
    let several = "qianhe --quiet audit acme --set case.id=a --set policy.fail_on=review";
    assert!(parse(several).is_ok());
}

#[test]
fn defaults_are_those_of_the_help() {
    let Command::Demo(demo) = parse("qianhe demo acme").unwrap().command else { panic!("not the demo") };
    assert_eq!((demo.relations, demo.seed), (2000, 1));
}

#[test]
fn usage_errors_exit_2_and_answers_exit_0() {
    for line in [
        "qianhe", "qianhe audit", "qianhe audit a b", "qianhe demo a --relations 0", "qianhe nothing",
        "qianhe rules --set a=b",
    ] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
    for line in ["qianhe --help", "qianhe --version", "qianhe audit --help"] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 0, "{line}");
    }
}
