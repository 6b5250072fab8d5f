//! Memory that the system refuses ends the run with a line on stderr and exit code 2; by default it would abort.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::crash;
use crate::report::publish;
use crate::text::errors as say;

/// Memory for cleaning up.
const RESERVE: usize = 1 << 20;

static RESERVED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static HAS_BEGUN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread is cleaning up.
    static CLEANS_UP: Cell<bool> = const { Cell::new(false) };
}

/// The allocator of the system, whose refusal ends the process.
pub struct CheckedAllocator;

/// Sets memory aside for cleaning up.
pub fn reserve() {
    if let Ok(mut reserved) = RESERVED.lock() {
        reserved.reserve_exact(RESERVE);
    }
}

#[expect(unsafe_code, reason = "stable Rust has no other way to handle a failed allocation")]
// SAFETY: every call goes to the allocator of the system, with the arguments of the caller.
unsafe impl GlobalAlloc for CheckedAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the contract of the caller is that of the system.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.realloc(block, layout, size) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[inline]
fn checked(block: *mut u8) -> *mut u8 {
    if block.is_null() {
        end();
    }
    block
}

/// Says what happened, removes the stage of the run and ends the process. Nothing here waits for a lock of another
/// thread, which may have none of the memory that it waits for either.
#[cold]
fn end() -> ! {
    if HAS_BEGUN.swap(true, Ordering::SeqCst) {
        if CLEANS_UP.get() {
            exit();
        }
        loop {
            std::thread::sleep(Duration::from_hours(1));
        }
    }
    CLEANS_UP.set(true);
    write(say::OUT_OF_MEMORY.tell(crash::language()).as_bytes());
    if let Ok(mut reserved) = RESERVED.try_lock() {
        *reserved = Vec::new();
    }
    publish::abandon();
    exit()
}

/// Writes past the stream of the standard library, which a thread that waits for memory may have locked. What cannot be
/// written is lost.
#[cfg(unix)]
fn write(text: &[u8]) {
    let _ = rustix::io::write(std::io::stderr(), text);
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "handlers at the exit may need memory")]
fn exit() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(2) }
}

#[cfg(not(unix))]
fn write(text: &[u8]) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text);
}

#[cfg(not(unix))]
fn exit() -> ! {
    std::process::exit(2)
}
