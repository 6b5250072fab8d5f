//! Progress as plain lines, for logs.

use std::time::{Duration, Instant};

use super::out;
use super::progress::{View, WorkState};
use super::sentence::sentence;
use crate::text::Lang;

/// Minimum time between two lines.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Prints a line from time to time.
pub(super) struct Log {
    lang: Lang,
    last: Option<Instant>,
}

impl Log {
    /// Creates a log without lines.
    pub fn new(lang: Lang) -> Self {
        Self { lang, last: None }
    }
}

impl View for Log {
    fn show(&mut self, state: WorkState) {
        if self.last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES) {
            out::line(&sentence(state, self.lang));
            self.last = Some(Instant::now());
        }
    }
}
