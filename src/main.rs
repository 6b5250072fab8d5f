//! qianhe: parse, run, print, exit code.

use std::process::ExitCode;

use clap::Parser;
use qianhe::cli::{Cli, crash, out, signals};

fn main() -> ExitCode {
    ExitCode::from(crash::guard(run))
}

fn run() -> u8 {
    signals::listen();
    match Cli::try_parse() {
        Ok(cli) => cli.run().unwrap_or_else(|error| {
            out::error(&error);
            error.exit_code()
        }),
        Err(answer) => out::answer(&answer),
    }
}
