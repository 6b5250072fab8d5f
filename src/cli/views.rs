//! What progress looks like: a bar on a terminal, plain lines elsewhere. Neither has colours, so there are none to switch off.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::out;
use super::progress::{Standing, View};
use crate::progress::Unit;
use crate::text::{Lang, Message, progress as say};

/// At most one line in this time.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// A bar that vanishes with its work.
pub(super) struct Bars {
    lang: Lang,
    bar: Option<ProgressBar>,
}

impl Bars {
    pub fn new(lang: Lang) -> Self {
        Self { lang, bar: None }
    }
}

impl View for Bars {
    fn show(&mut self, standing: Standing<'_>) {
        let bar = self.bar.get_or_insert_with(|| bar(standing.total));
        bar.set_position(standing.done);
        bar.set_message(sentence(standing).tell(self.lang).to_owned());
        bar.tick();
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
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
pub(super) struct Lines {
    lang: Lang,
    last: Option<Instant>,
}

impl Lines {
    pub fn new(lang: Lang) -> Self {
        Self { lang, last: None }
    }
}

impl View for Lines {
    fn show(&mut self, standing: Standing<'_>) {
        if self.last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES) {
            out::line(sentence(standing).tell(self.lang));
            self.last = Some(Instant::now());
        }
    }
}

/// `reading source-before: 1.00 GiB of 4.00 GiB (25 %), 128.00 MiB/s, 24 seconds left`, as far as it is known.
fn sentence(standing: Standing<'_>) -> Message {
    let Standing { what, done, total, unit, .. } = standing;
    let rate = rate(standing);
    let nothing = || Message::verbatim("");
    let how_far = match total {
        0 => quantity(done, unit),
        _ => say::part(number(done, unit), quantity(total, unit), percent(done, total)),
    };
    let how_fast = if rate > 0 { say::per_second(quantity(rate, unit)) } else { nothing() };
    let how_long = match total.saturating_sub(done).div_ceil(rate.max(1)) {
        seconds if rate > 0 && seconds > 0 => say::left(time(seconds)),
        _ => nothing(),
    };
    say::standing(what, how_far, how_fast, how_long)
}

/// Rounded up, to one unit.
fn time(seconds: u64) -> Message {
    match seconds {
        0..=1 => say::ONE_SECOND.into(),
        2..=119 => say::seconds(seconds),
        120..=7199 => say::minutes(seconds.div_ceil(60)),
        _ => say::hours(seconds.div_ceil(3600)),
    }
}

fn quantity(quantity: u64, unit: Unit) -> Message {
    match unit {
        Unit::Bytes => Message::verbatim(number(quantity, unit)),
        Unit::Rows => say::rows(number(quantity, unit)),
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
    use super::{Duration, Lang, Message, Standing, Unit, sentence, time};

    fn message(done: u64, total: u64, unit: Unit) -> Message {
        sentence(Standing { what: &Message::verbatim("reading"), done, total, unit, elapsed: Duration::from_secs(2) })
    }

    #[test]
    fn says_what_is_known() {
        let told = |done, total, unit| message(done, total, unit).tell(Lang::En).to_owned();
        assert_eq!(told(1 << 30, 4 << 30, Unit::Bytes), "reading: 1.00 GiB of 4.00 GiB (25 %), 512.00 MiB/s, 6 seconds left");
        assert_eq!(told(2000, 0, Unit::Rows), "reading: 2,000 rows, 1,000 rows/s");
        assert_eq!(told(0, 10, Unit::Rows), "reading: 0 of 10 rows (0 %)");
        assert_eq!(told(12, 10, Unit::Rows), "reading: 12 of 10 rows (100 %), 6 rows/s");
    }

    #[test]
    fn says_it_in_chinese_too() {
        let told = |done, total, unit| message(done, total, unit).tell(Lang::Zh).to_owned();
        assert_eq!(told(1 << 30, 4 << 30, Unit::Bytes), "reading：1.00 GiB / 4.00 GiB（已完成 25%），每秒 512.00 MiB，还需 6 秒");
        assert_eq!(told(2000, 0, Unit::Rows), "reading：2,000 行，每秒 1,000 行");
    }

    #[test]
    fn time_is_rounded_up_to_one_unit() {
        for (seconds, told) in [(1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (121, "3 minutes"), (7200, "2 hours")] {
            assert_eq!(time(seconds).tell(Lang::En), told);
        }
    }
}
