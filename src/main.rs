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
/// has to clear it for the next: up to a third of the time of a large run. It also keeps as many heaps as eight threads a
/// core could want, and what was freed in one is of no use in another: with one for each that works at a time, an audit of
/// 10 million relations with `--memory 1GiB` peaks at a quarter less.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator is told so by C functions only")]
fn keep_freed_memory() {
    let heaps = std::thread::available_parallelism().ok().and_then(|cores| libc::c_int::try_from(cores.get()).ok());
    // SAFETY: called first of all, before there are other threads; a value that the allocator does not like is ignored.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 512 << 20);
        libc::mallopt(libc::M_TOP_PAD, 32 << 20);
        if let Some(heaps) = heaps {
            libc::mallopt(libc::M_ARENA_MAX, heaps);
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_freed_memory() {}
