//! Watches the progress of a run from a thread of its own: stages only add to a counter.
//!
//! indicatif draws the bar, but neither delays it nor prints lines to a log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::out;
use crate::progress::{Progress, Unit, Work};
use crate::text::{Lang, Message, errors as say};

/// Shorter work is not shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two looks at the counter.
const TICK: Duration = Duration::from_millis(100);

/// Progress of a piece of work.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkState {
    pub work: Work,
    pub done: u64,
    /// 0 if unknown.
    pub total: u64,
    pub unit: Unit,
    pub elapsed: Duration,
}

/// Shows progress.
pub(super) trait View: Send + 'static {
    /// Called at each tick while the work lasts.
    fn show(&mut self, state: WorkState);
    /// Called at the end of the work.
    fn clear(&mut self) {}
}

/// Counts progress, and shows it by a view.
pub(super) struct Watcher<V: View> {
    shared: Arc<SharedWork<V>>,
    lang: Lang,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct SharedWork<V> {
    done: AtomicU64,
    view: Mutex<WorkView<V>>,
}

/// A view with the current work and its begin.
struct WorkView<V> {
    view: V,
    work: Option<(WorkState, Instant)>,
}

impl<V: View> SharedWork<V> {
    /// Ignores the poison of a panic elsewhere.
    fn lock(&self) -> MutexGuard<'_, WorkView<V>> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self) {
        let shown = &mut *self.lock();
        let Some((work, began)) = shown.work else { return };
        let elapsed = began.elapsed();
        if elapsed > PATIENCE {
            shown.view.show(WorkState { done: self.done.load(Ordering::Relaxed), elapsed, ..work });
        }
    }

    fn set_work(&self, work: Option<(WorkState, Instant)>) {
        let mut shown = self.lock();
        shown.view.clear();
        self.done.store(0, Ordering::Relaxed);
        shown.work = work;
    }
}

impl<V: View> Watcher<V> {
    /// Starts the thread; if the system refuses it, nothing is shown.
    pub fn new(view: V, lang: Lang) -> Self {
        let view = Mutex::new(WorkView { view, work: None });
        let shared = Arc::new(SharedWork { done: AtomicU64::new(0), view });
        let (stop, stopped) = mpsc::channel();
        let for_thread = Arc::clone(&shared);
        let watch = move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                for_thread.show();
            }
        };
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(watch).ok();
        Self { shared, lang, stop: Some(stop), thread }
    }
}

impl<V: View> Progress for Watcher<V> {
    fn begin(&self, work: Work, total: u64, unit: Unit) {
        let state = WorkState { work, done: 0, total, unit, elapsed: Duration::ZERO };
        self.shared.set_work(Some((state, Instant::now())));
    }

    fn advance(&self, done: u64) {
        self.shared.done.fetch_add(done, Ordering::Relaxed);
    }

    fn end(&self) {
        self.shared.set_work(None);
    }

    fn note(&self, note: Message) {
        out::line(say::note(note).tell(self.lang));
    }
}

impl<V: View> Drop for Watcher<V> {
    /// Ends the thread, and removes the bar of a run that stopped early.
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.shared.set_work(None);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::{PATIENCE, TICK, View, Watcher, WorkState};
    use crate::progress::{Progress, Unit, Work};
    use crate::text::Lang;

    struct Recorder(Sender<(u64, u64)>);

    impl View for Recorder {
        fn show(&mut self, state: WorkState) {
            self.0.send((state.done, state.total)).ok();
        }
    }

    #[test]
    fn only_work_that_lasts_is_shown() {
        let (seen, shown) = channel();
        let progress = Watcher::new(Recorder(seen), Lang::En);
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
