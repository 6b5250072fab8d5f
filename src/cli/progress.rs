//! Watches the work of a run, and shows what lasts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::progress::{Progress, Unit, Work};

/// Work that takes less is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the work is looked at.
const TICK: Duration = Duration::from_millis(100);

/// How far a piece of work has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub work: Work,
    pub done: u64,
    /// 0 where it is not known.
    pub total: u64,
    pub unit: Unit,
    pub elapsed: Duration,
}

/// How work is shown.
pub(super) trait View: Send + 'static {
    /// Called again and again while the work lasts.
    fn show(&mut self, standing: Standing);
    /// The work is over.
    fn clear(&mut self) {}
}

/// Counts what is done and has a thread of its own look at the count, so that counting costs the stages next to nothing.
pub(super) struct Watched<V: View> {
    shared: Arc<Shared<V>>,
    stop: Option<Sender<()>>,
    watcher: Option<JoinHandle<()>>,
}

struct Shared<V> {
    done: AtomicU64,
    state: Mutex<State<V>>,
}

struct State<V> {
    task: Option<Task>,
    view: V,
}

/// The work at hand.
#[derive(Clone, Copy)]
struct Task {
    work: Work,
    total: u64,
    unit: Unit,
    began: Instant,
}

impl<V: View> Shared<V> {
    /// A panic elsewhere must not become a second one here.
    fn state(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) {
        let state = &mut *self.state();
        let Some(Task { work, total, unit, began }) = state.task else { return };
        let elapsed = began.elapsed();
        if elapsed > PATIENCE {
            let done = self.done.load(Ordering::Relaxed);
            state.view.show(Standing { work, done, total, unit, elapsed });
        }
    }

    fn turn_to(&self, task: Option<Task>) {
        let mut state = self.state();
        state.view.clear();
        self.done.store(0, Ordering::Relaxed);
        state.task = task;
    }
}

impl<V: View> Watched<V> {
    /// Where no thread can be had, nothing is shown.
    pub fn new(view: V) -> Self {
        let shared = Arc::new(Shared { done: AtomicU64::new(0), state: Mutex::new(State { task: None, view }) });
        let (stop, stopped) = mpsc::channel();
        let theirs = Arc::clone(&shared);
        let watch = move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                theirs.look();
            }
        };
        let watcher = thread::Builder::new().name("progress".to_owned()).spawn(watch).ok();
        Self { shared, stop: Some(stop), watcher }
    }
}

impl<V: View> Progress for Watched<V> {
    fn begin(&self, work: Work, total: u64, unit: Unit) {
        self.shared.turn_to(Some(Task { work, total, unit, began: Instant::now() }));
    }

    fn advance(&self, done: u64) {
        self.shared.done.fetch_add(done, Ordering::Relaxed);
    }

    fn end(&self) {
        self.shared.turn_to(None);
    }
}

impl<V: View> Drop for Watched<V> {
    /// A run that stopped half-way leaves no bar behind.
    fn drop(&mut self) {
        self.stop.take();
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
        self.shared.turn_to(None);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::{PATIENCE, Standing, TICK, View, Watched};
    use crate::progress::{Progress, Unit, Work};

    struct Recorder(Sender<(u64, u64)>);

    impl View for Recorder {
        fn show(&mut self, standing: Standing) {
            self.0.send((standing.done, standing.total)).ok();
        }
    }

    #[test]
    fn only_work_that_lasts_is_shown() {
        let (seen, shown) = channel();
        let progress = Watched::new(Recorder(seen));
        progress.begin(Work::Match, 10, Unit::Rows);
        progress.advance(10);
        std::thread::sleep(3 * TICK);
        progress.end();
        assert!(shown.try_recv().is_err());
        progress.begin(Work::Decide, 20, Unit::Rows);
        progress.advance(5);
        assert_eq!(shown.recv_timeout(PATIENCE + Duration::from_secs(5)), Ok((5, 20)));
    }
}
