//! Completions and manual pages, for every command that clap knows.

use std::path::Path;

use clap::CommandFactory;
use qianhe::cli::Cli;

use crate::support::run;

/// The names of all commands.
fn commands() -> Vec<String> {
    let names: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, stdout, stderr) = run(Path::new("."), &["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{shell}");
        for part in commands().iter().map(String::as_str).chain(["fail-on"]) {
            assert!(stdout.contains(part), "{shell} lacks {part}");
        }
    }
    let (code, stdout, stderr) = run(Path::new("."), &["completions", "cmd"]);
    assert!(code == 2 && stdout.is_empty() && stderr.contains("possible values"), "{stderr}");
}

#[test]
fn every_command_has_a_page() {
    let (code, page, _) = run(Path::new("."), &["man"]);
    assert!(code == 0 && page.contains(".TH qianhe 1") && page.contains("Exit codes:"), "{page}");
    for command in commands() {
        let (code, page, _) = run(Path::new("."), &["man", &command]);
        assert!(code == 0 && page.contains(".TH") && page.contains(&format!("qianhe\\-{command}")), "{page}");
    }
    let (code, _, stderr) = run(Path::new("."), &["man", "nothing"]);
    assert!(code == 2 && stderr.contains("the commands are audit, "), "{stderr}");
}
