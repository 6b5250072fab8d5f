//! Progress in a sentence.

use indicatif::{HumanBytes, HumanCount};

use super::progress::WorkState;
use crate::progress::{Unit, Work};
use crate::text::{Lang, commands as say};

/// Returns `reading source-before: 25 % of 4.00 GiB, 24 s left, 128.00 MiB/s`, without the parts that are unknown.
///
/// Beside a bar it fits into 80 columns; the least important part is last.
pub(super) fn sentence(state: WorkState, lang: Lang) -> String {
    let WorkState { work, done, total, unit, .. } = state;
    let rate = rate(state);
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
    let parts: Vec<String> = [how_far, how_long, how_fast].into_iter().flatten().collect();
    let name = name(work, lang);
    if parts.is_empty() {
        name
    } else {
        format!("{name}{}{}", say::COLON.tell(lang), parts.join(say::COMMA.tell(lang)))
    }
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
        Work::CollectMembers | Work::CollectRelations | Work::CollectGroups | Work::CollectCodes => {
            say::PROGRESS_COLLECT.tell(lang).to_owned()
        }
    }
}

/// Returns the time left: in seconds up to two minutes, in minutes up to two hours.
fn left(seconds: u64, lang: Lang) -> String {
    let (phrase, length) = match seconds {
        ..120 => (say::PROGRESS_SECONDS, 1),
        120..7200 => (say::PROGRESS_MINUTES, 60),
        _ => (say::PROGRESS_HOURS, 3600),
    };
    phrase.fill(lang, &[("count", &seconds.div_ceil(length))])
}

fn quantity(quantity: u64, unit: Unit, lang: Lang) -> String {
    let phrase = match unit {
        Unit::Bytes => return number(quantity, unit),
        Unit::Rows => say::PROGRESS_ROWS,
        Unit::Departments => say::PROGRESS_DEPARTMENTS,
        Unit::Members => say::PROGRESS_MEMBERS,
        Unit::Groups => say::PROGRESS_GROUPS,
        Unit::Codes => say::PROGRESS_CODES,
    };
    phrase.fill(lang, &[("count", &number(quantity, unit))])
}

fn number(quantity: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => HumanBytes(quantity).to_string(),
        _ => HumanCount(quantity).to_string(),
    }
}

/// Bytes or rows per second since the work began.
fn rate(state: WorkState) -> u64 {
    let millis = state.elapsed.as_millis().max(1);
    u64::try_from(u128::from(state.done) * 1000 / millis).unwrap_or(u64::MAX)
}

/// At most 100: files may grow while they are read.
fn percent(done: u64, total: u64) -> u128 {
    (u128::from(done) * 100 / u128::from(total)).min(100)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Lang, Unit, Work, WorkState, left, sentence};
    use crate::schema::vocabulary::Role;
    use crate::text::width::width;

    fn progress(done: u64, total: u64, unit: Unit) -> String {
        sentence(
            WorkState { work: Work::Read(Role::SourceBefore), done, total, unit, elapsed: Duration::from_secs(2) },
            Lang::En,
        )
    }

    #[test]
    fn unknown_parts_are_left_out() {
        assert_eq!(
            progress(1 << 30, 4 << 30, Unit::Bytes),
            "reading source-before: 25 % of 4.00 GiB, 6 s left, 512.00 MiB/s"
        );
        assert_eq!(progress(2000, 0, Unit::Rows), "reading source-before: 2,000 rows, 1,000/s");
        assert_eq!(progress(0, 10, Unit::Rows), "reading source-before: 0 % of 10 rows");
        assert_eq!(progress(12, 10, Unit::Rows), "reading source-before: 100 % of 10 rows, 6/s");
        assert_eq!(progress(0, 0, Unit::Rows), "reading source-before");
    }

    #[test]
    fn the_time_left_has_a_fitting_unit() {
        let all = [1, 119, 120, 121, 7199, 7200, 7201].map(|seconds| left(seconds, Lang::En));
        assert_eq!(all, ["1 s left", "119 s left", "2 min left", "3 min left", "120 min left", "2 h left", "3 h left"]);
    }

    /// Beside the bar, which takes 13 columns, with the longest names, and numbers of such a case.
    #[test]
    fn a_line_of_a_hundred_million_rows_fits_the_screen() {
        let elapsed = Duration::from_secs(1000);
        let rows = |work| WorkState { work, done: 99_999_999, total: 100_000_000, unit: Unit::Rows, elapsed };
        let bytes = |work| WorkState { work, done: 900 << 30, total: 999 << 30, unit: Unit::Bytes, elapsed };
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
        for state in read.into_iter().chain(others) {
            for lang in [Lang::En, Lang::Zh] {
                let line = sentence(state, lang);
                assert!(13 + width(&line) <= 80, "{}: {line}", 13 + width(&line));
            }
        }
    }
}
