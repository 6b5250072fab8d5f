//! What progress looks like: a bar on a terminal, plain lines elsewhere. Neither has colours, so there are none to switch off.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use super::out;
use super::progress::{Standing, View};
use crate::progress::Unit;

/// At most one line in this time.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// A bar that vanishes with its work.
#[derive(Default)]
pub(super) struct Bars(Option<ProgressBar>);

impl View for Bars {
    fn show(&mut self, standing: Standing<'_>) {
        let bar = self.0.get_or_insert_with(|| bar(standing.total));
        bar.set_position(standing.done);
        bar.set_message(sentence(standing));
        bar.tick();
    }

    fn clear(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let (bar, template) = match total {
        0 => (ProgressBar::new_spinner(), "{spinner} {wide_msg}"),
        total => (ProgressBar::new(total), "[{bar:16}] {wide_msg}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// A line now and then, for logs.
#[derive(Default)]
pub(super) struct Lines {
    last: Option<Instant>,
}

impl View for Lines {
    fn show(&mut self, standing: Standing<'_>) {
        if self.last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES) {
            out::line(&sentence(standing));
            self.last = Some(Instant::now());
        }
    }
}

/// `reading source-before: 1.00 GiB of 4.00 GiB (25 %), 128.00 MiB/s, 24 seconds left`, as far as it is known.
fn sentence(standing: Standing<'_>) -> String {
    let Standing { what, done, total, unit, .. } = standing;
    let rate = rate(standing);
    let how_far = match total {
        0 => quantity(done, unit),
        _ => format!("{} of {} ({} %)", number(done, unit), quantity(total, unit), percent(done, total)),
    };
    let how_fast = if rate > 0 { format!(", {}/s", quantity(rate, unit)) } else { String::new() };
    let how_long = match total.saturating_sub(done).div_ceil(rate.max(1)) {
        seconds if rate > 0 && seconds > 0 => format!(", {} left", HumanDuration(Duration::from_secs(seconds))),
        _ => String::new(),
    };
    format!("{what}: {how_far}{how_fast}{how_long}")
}

fn quantity(quantity: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => number(quantity, unit),
        Unit::Rows => format!("{} rows", number(quantity, unit)),
    }
}

fn number(quantity: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => HumanBytes(quantity).to_string(),
        Unit::Rows => HumanCount(quantity).to_string(),
    }
}

/// Done per second since the work began.
fn rate(standing: Standing<'_>) -> u64 {
    let millis = standing.elapsed.as_millis().max(1);
    u64::try_from(u128::from(standing.done) * 1000 / millis).unwrap_or(u64::MAX)
}

/// A hundred at most: files may grow while they are read.
fn percent(done: u64, total: u64) -> u128 {
    (u128::from(done) * 100 / u128::from(total)).min(100)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Standing, Unit, sentence};

    fn told(done: u64, total: u64, unit: Unit) -> String {
        sentence(Standing { what: "reading", done, total, unit, elapsed: Duration::from_secs(2) })
    }

    #[test]
    fn says_what_is_known() {
        assert_eq!(told(1 << 30, 4 << 30, Unit::Bytes), "reading: 1.00 GiB of 4.00 GiB (25 %), 512.00 MiB/s, 6 seconds left");
        assert_eq!(told(2000, 0, Unit::Rows), "reading: 2,000 rows, 1,000 rows/s");
        assert_eq!(told(0, 10, Unit::Rows), "reading: 0 of 10 rows (0 %)");
        assert_eq!(told(12, 10, Unit::Rows), "reading: 12 of 10 rows (100 %), 6 rows/s");
    }
}
