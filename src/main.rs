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
            crash::set_language(cli.lang());
            cli.run().unwrap_or_else(|error| {
                out::error(&error, cli.lang());
                error.exit_code()
            })
        }
        Err(answer) => out::answer(&answer),
    }
}

/// Keeps freed memory in the process. Rows come and go in blocks of megabytes, which by default the allocator of glibc
/// returns to the kernel, which clears them anew for the next ones, page fault by page fault. By default it also has up
/// to eight heaps (arenas) for each core, and memory freed in one is of no use in another; here it has one for each.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator is configured by C functions only")]
fn keep_freed_memory() {
    let heaps = std::thread::available_parallelism().ok().and_then(|cores| libc::c_int::try_from(cores.get()).ok());
    // SAFETY: called before there are other threads; the allocator ignores values that it cannot use.
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
