//! Progress as a bar on a terminal, without colours.

use std::io::{Write, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::progress::{View, WorkState};
use super::sentence::sentence;
use crate::text::Lang;

/// Whether a bar is on the screen. The lock is held while drawing.
static DRAWN: Mutex<bool> = Mutex::new(false);
/// Attempts to get the screen, and the time between two of them: drawing can block for ever, on a terminal that is
/// stopped.
const ATTEMPTS: usize = 10;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(5);

/// Removes the bar from the screen. It is not drawn again before the guard is dropped.
pub(super) fn hide() -> Option<MutexGuard<'static, bool>> {
    for _ in 0..ATTEMPTS {
        let mut drawn = match DRAWN.try_lock() {
            Ok(drawn) => drawn,
            Err(TryLockError::Poisoned(drawn)) => drawn.into_inner(),
            Err(TryLockError::WouldBlock) => {
                thread::sleep(BETWEEN_ATTEMPTS);
                continue;
            }
        };
        if std::mem::take(&mut *drawn) {
            // To the first column, then erase the line.
            let _ = write!(stderr().lock(), "\r\u{1b}[2K");
        }
        return Some(drawn);
    }
    None
}

fn screen() -> MutexGuard<'static, bool> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bar that is removed at the end of its work.
pub(super) struct TerminalBar {
    lang: Lang,
    bar: Option<ProgressBar>,
}

impl TerminalBar {
    /// Creates a bar that is not drawn yet.
    pub fn new(lang: Lang) -> Self {
        Self { lang, bar: None }
    }
}

impl View for TerminalBar {
    fn show(&mut self, state: WorkState) {
        let message = sentence(state, self.lang);
        let mut drawn = screen();
        // Any of these calls may draw.
        let bar = self.bar.get_or_insert_with(|| bar(state.total).with_message(message.clone()));
        bar.set_position(state.done);
        bar.set_message(message);
        bar.tick();
        *drawn = true;
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            let mut drawn = screen();
            bar.finish_and_clear();
            *drawn = false;
        }
    }
}

/// Returns a bar in one line; a longer sentence is cut at its end.
fn bar(total: u64) -> ProgressBar {
    let (bar, template) = match total {
        0 => (ProgressBar::new_spinner(), "{spinner} {wide_msg}"),
        total => (ProgressBar::new(total), "[{bar:10}] {wide_msg}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ").tick_chars("|/-\\ ")),
        Err(_) => bar,
    }
}
