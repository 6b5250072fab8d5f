//! qianhe: parse, run, print, exit code.

use std::process::ExitCode;

use qianhe::cli::out_of_memory::{self, CheckedAllocator};
use qianhe::cli::{Cli, crash, out, signals, threads};

#[global_allocator]
static ALLOCATOR: CheckedAllocator = CheckedAllocator;

fn main() -> ExitCode {
    limit_heaps();
    out_of_memory::reserve();
    refuse_long_files();
    ExitCode::from(crash::guard(run))
}

fn run() -> u8 {
    match Cli::read(std::env::args_os()) {
        Ok(cli) => {
            crash::set_language(cli.lang());
            share_out_threads().and_then(|()| cli.run()).unwrap_or_else(|error| {
                out::error(&error, cli.lang());
                error.exit_code()
            })
        }
        Err(answer) => out::answer(&answer),
    }
}

/// Begins with threads: as many as the system grants. Too few of them, or of file handles, are refused at once.
#[expect(unsafe_code, reason = "Polars reads the size of its pool from the environment only")]
fn share_out_threads() -> qianhe::Result<()> {
    threads::check_handles()?;
    if let Some(each) = threads::share_out()? {
        // SAFETY: the threads of our own pool are the only ones, and wait for work.
        unsafe { std::env::set_var("POLARS_MAX_THREADS", each.to_string()) };
    }
    signals::listen();
    Ok(())
}

/// Makes a file that grows beyond the limit of the process an error of the disk; by default it is a signal that kills.
#[cfg(unix)]
#[expect(unsafe_code, reason = "signals are ignored by C functions only")]
fn refuse_long_files() {
    // SAFETY: no handler is installed.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

#[cfg(not(unix))]
fn refuse_long_files() {}

/// Gives the allocator of glibc one heap (arena) for each core. By default it has up to eight, and memory freed in one
/// is of no use in another: an audit of 1 million relations then peaks at 1.18 of the memory (`tests/bench`).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator is configured by C functions only")]
fn limit_heaps() {
    let heaps = std::thread::available_parallelism().ok().and_then(|cores| libc::c_int::try_from(cores.get()).ok());
    if let Some(heaps) = heaps {
        // SAFETY: called before there are other threads; the allocator ignores values that it cannot use.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, heaps) };
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn limit_heaps() {}
