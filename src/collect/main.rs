//! qianhe-collect: parse, run, print, exit code.

use std::process::ExitCode;

use qianhe::cli::{crash, out, signals};
use qianhe::collect::Collect;

fn main() -> ExitCode {
    ExitCode::from(crash::guard(run))
}

fn run() -> u8 {
    signals::listen();
    match Collect::read(std::env::args_os()) {
        Ok(collect) => {
            crash::set_language(collect.lang());
            collect.run().unwrap_or_else(|error| {
                out::error(&error, collect.lang());
                error.exit_code()
            })
        }
        Err(answer) => out::answer(&answer),
    }
}
