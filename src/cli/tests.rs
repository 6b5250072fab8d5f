//! What the command line accepts, and what its help promises.

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

#[test]
fn every_command_parses() {
    for line in [
        "qianhe audit acme",
        "qianhe audit acme/case.toml --out out --set case.id=a --set policy.fail_on=review --json --quiet",
        "qianhe --quiet ingest acme --out out --set case.id=a",
        "qianhe init acme",
        "qianhe rules --json",
        "qianhe demo acme --relations 100000 --seed 7",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
    let Command::Demo(demo) = parse("qianhe demo acme").unwrap().command else { panic!("not the demo") };
    assert_eq!((demo.relations, demo.seed), (2000, 1));
}

#[test]
fn usage_errors_exit_2_and_answers_exit_0() {
    for line in [
        "qianhe",
        "qianhe audit",
        "qianhe audit a b",
        "qianhe demo a --relations 0",
        "qianhe nothing",
        "qianhe rules --set a=b",
    ] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
    for line in ["qianhe --help", "qianhe --version", "qianhe audit --help"] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 0, "{line}");
    }
}
