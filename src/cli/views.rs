//! What progress looks like: a bar on a terminal, plain lines elsewhere. Neither has colours, so there are none to switch off.

use std::io::{Write, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::out;
use super::progress::{Standing, View};
use crate::progress::{Unit, Work};
use crate::text::{Lang, commands as say};

/// At most one line in this time.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Whether a bar stands on the screen. Who holds it is the only one who draws.
static DRAWN: Mutex<bool> = Mutex::new(false);
/// How often, and how long apart, somebody else asks for the screen who cannot wait for one who draws on it for ever.
const ATTEMPTS: usize = 10;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(5);

/// Takes the bar from the screen, for something else is to be said there. It comes back with the next look at the work,
/// but not before what this gives is dropped.
pub(super) fn wipe() -> Option<MutexGuard<'static, bool>> {
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
            // To the first column, and the line away.
            let _ = write!(stderr().lock(), "\r\u{1b}[2K");
        }
        return Some(drawn);
    }
    None
}

fn screen() -> MutexGuard<'static, bool> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bar that vanishes with its work.
pub(super) struct Bars {
    lang: Lang,
    bar: Option<ProgressBar>,
}

impl Bars {
    /// Nothing is drawn yet.
    pub fn new(lang: Lang) -> Self {
        Self { lang, bar: None }
    }
}

impl View for Bars {
    fn show(&mut self, standing: Standing) {
        let message = sentence(standing, self.lang);
        let mut drawn = screen();
        // Each of these calls may draw, what a new bar begins with does not.
        let bar = self.bar.get_or_insert_with(|| bar(standing.total).with_message(message.clone()));
        bar.set_position(standing.done);
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

/// What does not fit into the line is left out at its end.
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

/// A line now and then, for logs.
pub(super) struct Lines {
    lang: Lang,
    last: Option<Instant>,
}

impl Lines {
    /// Nothing is told yet.
    pub fn new(lang: Lang) -> Self {
        Self { lang, last: None }
    }
}

impl View for Lines {
    fn show(&mut self, standing: Standing) {
        if self.last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES) {
            out::line(&sentence(standing, self.lang));
            self.last = Some(Instant::now());
        }
    }
}

/// `reading source-before: 25 % of 4.00 GiB, 24 s left, 128.00 MiB/s`, as far as it is known: beside a bar it fits into 80
/// columns, and what matters least stands last.
fn sentence(standing: Standing, lang: Lang) -> String {
    let Standing { work, done, total, unit, .. } = standing;
    let rate = rate(standing);
    let how_far = match (total, done) {
        (0, 0) => None,
        (0, _) => Some(quantity(done, unit, lang)),
        _ => Some(
            say::PROGRESS_OF.fill(lang, &[("percent", &percent(done, total)), ("total", &quantity(total, unit, lang))]),
        ),
    };
    let how_long = match total.saturating_sub(done).div_ceil(rate.max(1)) {
        seconds if rate > 0 && seconds > 0 => Some(left(seconds, lang)),
        _ => None,
    };
    let how_fast = (rate > 0).then(|| say::PROGRESS_RATE.fill(lang, &[("rate", &number(rate, unit))]));
    let told: Vec<String> = [how_far, how_long, how_fast].into_iter().flatten().collect();
    let name = name(work, lang);
    if told.is_empty() { name } else { format!("{name}: {}", told.join(", ")) }
}

fn name(work: Work, lang: Lang) -> String {
    match work {
        Work::ReadLists => say::PROGRESS_READ.fill(lang, &[("what", &"lists")]),
        Work::Read(role) => say::PROGRESS_READ.fill(lang, &[("what", &role)]),
        Work::Merge(role) => say::PROGRESS_MERGE.fill(lang, &[("what", &role)]),
        Work::Match => say::PROGRESS_MATCH.tell(lang).to_owned(),
        Work::Decide => say::PROGRESS_DECIDE.tell(lang).to_owned(),
        Work::Report => say::PROGRESS_REPORT.tell(lang).to_owned(),
        Work::WriteTables(role) => say::PROGRESS_WRITE.fill(lang, &[("what", &role)]),
        Work::Publish => say::PROGRESS_PUBLISH.tell(lang).to_owned(),
        Work::Demo => say::PROGRESS_DEMO.tell(lang).to_owned(),
    }
}

/// Seconds up to two minutes, minutes up to two hours.
fn left(seconds: u64, lang: Lang) -> String {
    let (phrase, length) = match seconds {
        ..120 => (say::PROGRESS_SECONDS, 1),
        120..7200 => (say::PROGRESS_MINUTES, 60),
        _ => (say::PROGRESS_HOURS, 3600),
    };
    phrase.fill(lang, &[("count", &seconds.div_ceil(length))])
}

fn quantity(quantity: u64, unit: Unit, lang: Lang) -> String {
    match unit {
        Unit::Bytes => number(quantity, unit),
        Unit::Rows => say::PROGRESS_ROWS.fill(lang, &[("count", &number(quantity, unit))]),
    }
}

fn number(quantity: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => HumanBytes(quantity).to_string(),
        Unit::Rows => HumanCount(quantity).to_string(),
    }
}

/// Done per second since the work began.
fn rate(standing: Standing) -> u64 {
    let millis = standing.elapsed.as_millis().max(1);
    u64::try_from(u128::from(standing.done) * 1000 / millis).unwrap_or(u64::MAX)
}

/// A hundred at most: files may grow while they are read.
fn percent(done: u64, total: u64) -> u128 {
    (u128::from(done) * 100 / u128::from(total)).min(100)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Lang, Standing, Unit, Work, left, sentence};
    use crate::schema::vocabulary::Role;
    use crate::text::width::width;

    fn told(done: u64, total: u64, unit: Unit) -> String {
        sentence(
            Standing { work: Work::Read(Role::SourceBefore), done, total, unit, elapsed: Duration::from_secs(2) },
            Lang::En,
        )
    }

    #[test]
    fn says_what_is_known() {
        assert_eq!(
            told(1 << 30, 4 << 30, Unit::Bytes),
            "reading source-before: 25 % of 4.00 GiB, 6 s left, 512.00 MiB/s"
        );
        assert_eq!(told(2000, 0, Unit::Rows), "reading source-before: 2,000 rows, 1,000/s");
        assert_eq!(told(0, 10, Unit::Rows), "reading source-before: 0 % of 10 rows");
        assert_eq!(told(12, 10, Unit::Rows), "reading source-before: 100 % of 10 rows, 6/s");
        assert_eq!(told(0, 0, Unit::Rows), "reading source-before");
    }

    #[test]
    fn what_is_left_is_told_in_the_unit_that_fits() {
        let all = [1, 119, 120, 121, 7199, 7200, 7201].map(|seconds| left(seconds, Lang::En));
        assert_eq!(all, ["1 s left", "119 s left", "2 min left", "3 min left", "120 min left", "2 h left", "3 h left"]);
    }

    /// Beside the bar, which takes 13 columns, with the longest names, and numbers of such a case.
    #[test]
    fn a_line_of_a_hundred_million_rows_fits_the_screen() {
        let elapsed = Duration::from_secs(1000);
        let rows = |work| Standing { work, done: 99_999_999, total: 100_000_000, unit: Unit::Rows, elapsed };
        let bytes = |work| Standing { work, done: 900 << 30, total: 999 << 30, unit: Unit::Bytes, elapsed };
        let read = [Work::ReadLists, Work::Read(Role::SourceBefore), Work::Read(Role::TargetBefore)].map(bytes);
        let others = [
            Work::Merge(Role::SourceBefore),
            Work::Match,
            Work::Decide,
            Work::Report,
            Work::WriteTables(Role::SourceBefore),
            Work::Demo,
        ]
        .map(rows);
        for standing in read.into_iter().chain(others) {
            for lang in [Lang::En, Lang::Zh] {
                let line = sentence(standing, lang);
                assert!(13 + width(&line) <= 80, "{}: {line}", 13 + width(&line));
            }
        }
    }
}
