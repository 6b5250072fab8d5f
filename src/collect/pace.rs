//! The pace of requests: a maximum per second, which falls while the service limits them.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::interrupt;

/// Longest time between two requests.
const SLOWEST: Duration = Duration::from_secs(2);
/// Share of the interval that each answer takes away again.
const RECOVERY: u32 = 10;
/// Time between two looks at a request to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Spaces the requests of all workers.
pub struct Pace {
    /// Interval that was asked for.
    base: Duration,
    slots: Mutex<Slots>,
}

struct Slots {
    interval: Duration,
    next: Instant,
}

impl Pace {
    /// `rate` requests per second at most; none for 0.
    pub fn new(rate: u32) -> Self {
        let base = if rate == 0 { Duration::ZERO } else { Duration::from_secs(1) / rate };
        Self { base, slots: Mutex::new(Slots { interval: base, next: Instant::now() }) }
    }

    /// Waits for the turn of a request.
    pub fn wait(&self) -> Result<()> {
        let turn = {
            let mut slots = self.lock();
            let turn = slots.next.max(Instant::now());
            slots.next = turn + slots.interval;
            turn
        };
        sleep_until(turn)
    }

    /// Halves the rate, and delays all requests by `pause`. Workers that meet one limit together halve it once.
    pub fn slow_down(&self, pause: Duration) {
        let mut slots = self.lock();
        let now = Instant::now();
        if slots.next <= now + slots.interval {
            slots.interval = (slots.interval.max(Duration::from_millis(10)) * 2).min(SLOWEST);
        }
        slots.next = slots.next.max(now + pause);
    }

    /// Returns to the rate that was asked for, step by step.
    pub fn recover(&self) {
        let mut slots = self.lock();
        slots.interval = slots.interval.saturating_sub(slots.interval / RECOVERY).max(self.base);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sleeps for a time, unless the run is interrupted.
pub fn sleep(time: Duration) -> Result<()> {
    sleep_until(Instant::now() + time)
}

fn sleep_until(end: Instant) -> Result<()> {
    loop {
        interrupt::check()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(LOOK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spaced() {
        let pace = Pace::new(100);
        let began = Instant::now();
        (0..11).for_each(|_| pace.wait().unwrap());
        assert!(began.elapsed() >= Duration::from_millis(100));
    }

    #[test]
    fn a_limit_halves_the_rate_and_answers_restore_it() {
        let pace = Pace::new(10);
        pace.slow_down(Duration::ZERO);
        assert_eq!(pace.lock().interval, Duration::from_millis(200));
        (0..200).for_each(|_| pace.recover());
        assert_eq!(pace.lock().interval, Duration::from_millis(100));
    }
}
