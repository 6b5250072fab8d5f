//! Ordered parallel map with bounded look-ahead: pieces are worked on by all threads, and results taken in their order.
//!
//! A parallel loop of rayon does not bound the pieces begun: a thread that waits within one of them steals another in
//! the meantime, and holds the memory of both. Here a thread works on one piece at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::interrupt;

/// Does `work` on each piece in parallel, and passes the results to `take` in the order of the pieces. At most one
/// result for each thread waits.
///
/// # Errors
/// The first error in the order of the pieces; [`crate::Error::Interrupted`].
pub fn in_turn<Piece: Send, Done: Send>(
    pieces: impl IntoIterator<Item = Piece, IntoIter: Send>,
    work: impl Fn(Piece) -> Result<Done> + Sync,
    take: impl FnMut(Done) -> Result<()> + Send,
) -> Result<()> {
    let turns = Turns {
        pieces: Mutex::new(pieces.into_iter().enumerate()),
        taking: Mutex::new(Taking { take, turn: 0, ended: false, result: Ok(()) }),
        next: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            // Where the system grants no more threads, the others do all.
            let _ = std::thread::Builder::new().spawn_scoped(scope, || turns.work(&work));
        }
        turns.work(&work);
    });
    turns.taking.into_inner().unwrap_or_else(PoisonError::into_inner).result
}

/// Collects the results of [`in_turn`].
///
/// # Errors
/// As [`in_turn`].
pub fn collect_in_turn<Piece: Send, Done: Send>(
    pieces: impl IntoIterator<Item = Piece, IntoIter: Send>,
    work: impl Fn(Piece) -> Result<Done> + Sync,
) -> Result<Vec<Done>> {
    let mut all = Vec::new();
    in_turn(pieces, work, |done| {
        all.push(done);
        Ok(())
    })?;
    Ok(all)
}

struct Turns<Pieces, Take> {
    pieces: Mutex<std::iter::Enumerate<Pieces>>,
    taking: Mutex<Taking<Take>>,
    next: Condvar,
}

struct Taking<Take> {
    take: Take,
    /// Number of the piece whose result is taken next.
    turn: usize,
    /// Whether a piece failed, so that those behind it are not needed.
    ended: bool,
    result: Result<()>,
}

impl<Pieces: Iterator, Take> Turns<Pieces, Take> {
    /// Works on pieces in one thread, until none is left.
    fn work<Done>(&self, work: &impl Fn(Pieces::Item) -> Result<Done>)
    where
        Take: FnMut(Done) -> Result<()>,
    {
        // Other threads wait for the piece of this one; if it panics they must not wait for ever.
        let _end = EndOnPanic(self);
        loop {
            let next = self.pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((turn, piece)) = next else { return };
            if self.lock().ended {
                return;
            }
            let done = interrupt::check().and_then(|()| work(piece));
            let mut taking = self.next.wait_while(self.lock(), |taking| taking.turn != turn && !taking.ended);
            let taking = taking.as_deref_mut().unwrap_or_else(|poisoned| poisoned.get_mut());
            if taking.ended {
                return;
            }
            taking.result = done.and_then(&mut taking.take);
            taking.ended = taking.result.is_err();
            taking.turn += 1;
            self.next.notify_all();
        }
    }
}

impl<Pieces, Take> Turns<Pieces, Take> {
    fn lock(&self) -> MutexGuard<'_, Taking<Take>> {
        self.taking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct EndOnPanic<'t, Pieces, Take>(&'t Turns<Pieces, Take>);

impl<Pieces, Take> Drop for EndOnPanic<'_, Pieces, Take> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().ended = true;
            self.0.next.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use rayon::prelude::*;

    use super::*;
    use crate::error::Error;

    #[test]
    fn results_are_taken_in_the_order_of_the_pieces() {
        let slow_first = |piece: u64| {
            std::thread::sleep(Duration::from_micros(if piece.is_multiple_of(7) { 500 } else { 0 }));
            Ok(piece * 2)
        };
        assert_eq!(collect_in_turn(0..100, slow_first).unwrap(), (0..100).map(|piece| piece * 2).collect::<Vec<_>>());
        assert_eq!(collect_in_turn(0..0, slow_first).unwrap(), Vec::<u64>::new());
    }

    #[test]
    fn no_thread_begins_a_piece_within_another() {
        let (begun, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let with_a_loop_inside = |_| {
            most.fetch_max(begun.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let sum: u64 = (0..1000_u32).into_par_iter().with_max_len(1).map(u64::from).sum();
            begun.fetch_sub(1, Ordering::SeqCst);
            Ok(sum)
        };
        collect_in_turn(0..200, with_a_loop_inside).unwrap();
        assert!(most.into_inner() <= rayon::current_num_threads());
    }

    #[test]
    fn the_first_error_ends_the_work() {
        let failing =
            |piece: usize| if piece % 10 == 3 { Err(Error::Bug(format!("piece {piece}"))) } else { Ok(piece) };
        let mut taken = Vec::new();
        let ended = in_turn(0..1000, failing, |piece| {
            taken.push(piece);
            Ok(())
        });
        assert!(ended.unwrap_err().to_string().contains("piece 3"));
        assert_eq!(taken, [0, 1, 2]);
    }

    #[test]
    fn a_panic_is_not_waited_for() {
        let ended = std::panic::catch_unwind(|| {
            collect_in_turn(0..100, |piece: u8| if piece == 5 { panic!("a bug") } else { Ok(piece) })
        });
        assert!(ended.is_err());
    }
}
