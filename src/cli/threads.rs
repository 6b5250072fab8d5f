//! Threads and file handles that the system grants, looked at before any work begins: a pool that cannot be built, or a
//! runtime of a library without handles, ends in a panic.

use std::fs::File;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::text::errors as say;

/// The thread of the progress, and that of Ctrl-C.
const OTHERS: usize = 2;
/// The pool of this program, and that of Polars.
const POOLS: usize = 2;

/// File handles of a run at most, without the files of an export that are read at once.
const HANDLES: usize = 32;

/// Checks that the system grants enough file handles.
///
/// # Errors
/// [`Error::System`] if not.
pub fn check_handles() -> Result<()> {
    let Ok(program) = std::env::current_exe() else { return Ok(()) };
    let mut held = Vec::new();
    while held.len() < HANDLES {
        match File::open(&program) {
            Ok(file) => held.push(file),
            // A program that may be run, and not read, tells nothing of handles.
            Err(error) if [ErrorKind::PermissionDenied, ErrorKind::NotFound].contains(&error.kind()) => return Ok(()),
            Err(_) => break,
        }
    }
    if held.len() == HANDLES {
        return Ok(());
    }
    let problem = say::too_few_handles(held.len(), HANDLES);
    Err(Error::System { problem, remedy: say::TOO_FEW_HANDLES_REMEDY.into() })
}

/// Builds the pool of this program; returns the number of threads of each pool where the system grants fewer than the
/// machine has cores, so that Polars can be told as well.
///
/// # Errors
/// [`Error::System`] if there are too few for one of each.
pub fn share_out() -> Result<Option<usize>> {
    let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|count| count.parse().ok());
    let wanted = asked.filter(|count| *count > 0).or_else(|| thread::available_parallelism().ok().map(usize::from));
    let wanted = wanted.unwrap_or(1);
    let granted = granted(POOLS * wanted + OTHERS);
    let each = (granted.saturating_sub(OTHERS) / POOLS).min(wanted);
    let too_few = || Error::System {
        problem: say::too_few_threads(granted, POOLS + OTHERS),
        remedy: say::TOO_FEW_THREADS_REMEDY.into(),
    };
    if each == 0 {
        return Err(too_few());
    }
    rayon::ThreadPoolBuilder::new().num_threads(each).build_global().map_err(|_| too_few())?;
    Ok((each < wanted).then_some(each))
}

/// Returns the number of threads, at most `wanted`, that can be alive at once.
fn granted(wanted: usize) -> usize {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = || drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
        let begun = (0..wanted).map_while(|_| thread::Builder::new().spawn_scoped(scope, wait).ok());
        let begun: Vec<_> = begun.collect();
        drop(closed);
        // The end of the scope would not wait until the system has them back.
        begun.into_iter().filter_map(|thread| thread.join().ok()).count()
    })
}
