//! Workers that share the tasks of a part.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::text::collect as say;

/// Runs `work` on each task, in their order, on up to `workers` threads. The first error ends all.
pub fn share<T: Send>(tasks: Vec<T>, workers: usize, work: impl Fn(T) -> Result<()> + Sync) -> Result<()> {
    let queue = Mutex::new(tasks.into_iter());
    let has_failed = AtomicBool::new(false);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || -> Result<()> {
        while !has_failed.load(Ordering::Relaxed) {
            let Some(task) = next() else { break };
            work(task).inspect_err(|_| has_failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().name("collect".to_owned()).spawn_scoped(scope, run);
        // This thread is one of them, so that the work is done even where the system refuses others.
        let others: Vec<_> = (1..workers).map_while(|number| spawn(number).ok()).collect();
        let own = run();
        let results = others.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(panicked())));
        let mut errors: Vec<Error> = [own].into_iter().chain(results).filter_map(Result::err).collect();
        // The cause, not what was interrupted by it.
        errors.sort_by_key(|error| matches!(error, Error::Interrupted));
        errors.into_iter().next().map_or(Ok(()), Err)
    })
}

fn panicked() -> Error {
    Error::Bug(say::WORKER_PANICKED.en.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn every_task_is_done_once_and_an_error_ends_all() {
        for workers in [1, 4] {
            let sum = AtomicUsize::new(0);
            share((1..=100).collect(), workers, |task: usize| {
                sum.fetch_add(task, Ordering::Relaxed);
                Ok(())
            })
            .unwrap();
            assert_eq!(sum.into_inner(), 5050);
            let failed = share(
                (1..=100).collect(),
                workers,
                |task: usize| {
                    if task == 7 { Err(Error::Interrupted) } else { Ok(()) }
                },
            );
            assert!(failed.is_err());
        }
    }
}
