//! qianhe: parse, run, print, exit code.

use std::process::ExitCode;

use qianhe::cli::{Cli, crash, out, signals};

fn main() -> ExitCode {
    keep_freed_memory();
    ExitCode::from(crash::guard(run))
}

fn run() -> u8 {
    signals::listen();
    match Cli::read(std::env::args_os()) {
        Ok(cli) => {
            crash::speak(cli.lang());
            cli.run().unwrap_or_else(|error| {
                out::error(&error, cli.lang());
                error.exit_code()
            })
        }
        Err(answer) => out::answer(&answer),
    }
}

/// Rows come and go in blocks of megabytes. By default the system's allocator hands each of them back to the kernel, which
/// has to clear it for the next: up to a third of the time of a large run.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator is told so by C functions only")]
fn keep_freed_memory() {
    // SAFETY: called first of all, before there are other threads; a value that the allocator does not like is ignored.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 512 << 20);
        libc::mallopt(libc::M_TOP_PAD, 32 << 20);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_freed_memory() {}
