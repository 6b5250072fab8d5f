//! Drift of the number of relations from the contract, the tolerance and the excess (B11).

use crate::case::SurchargeBasis;
use crate::rules::thresholds::{FREE_CHANGE, FREE_CHANGE_AT_MOST};
use crate::schema::vocabulary::BillingVerdict;

/// Returns by how much the number may change, up or down, without a surcharge; a change by that number is still free.
pub const fn tolerance(contracted: u64) -> u64 {
    let part = FREE_CHANGE.of(contracted);
    if part < FREE_CHANGE_AT_MOST { part } else { FREE_CHANGE_AT_MOST }
}

/// The contract beside what took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drift {
    /// Relations that were contracted.
    pub contracted: u64,
    /// Relations in scope.
    pub participating: u64,
    /// participating - contracted.
    pub drift: i64,
    /// The part of it that is free.
    pub tolerance: u64,
    /// The verdict of the comparison.
    pub verdict: BillingVerdict,
    /// drift - tolerance where it is above, else 0.
    pub excess: u64,
    /// The relations that cost extra: the excess, or under `above-contract` the whole drift, once it is above.
    pub surcharge_quantity: u64,
}

impl Drift {
    /// Measures it.
    pub fn of(contracted: u64, participating: u64, basis: SurchargeBasis) -> Self {
        let tolerance = tolerance(contracted);
        let more = participating.saturating_sub(contracted);
        let less = contracted.saturating_sub(participating);
        let excess = more.saturating_sub(tolerance);
        let verdict = match (excess, less) {
            (1.., _) => BillingVerdict::AboveTolerance,
            (0, less) if less > tolerance => BillingVerdict::BelowTolerance,
            _ => BillingVerdict::WithinTolerance,
        };
        let surcharge_quantity = match basis {
            SurchargeBasis::AboveTolerance => excess,
            SurchargeBasis::AboveContract if excess > 0 => more,
            SurchargeBasis::AboveContract => 0,
        };
        // The case file counts in 63 bits, and so do tables.
        let drift = participating.cast_signed() - contracted.cast_signed();
        Self { contracted, participating, drift, tolerance, verdict, excess, surcharge_quantity }
    }

    /// Relations that the bill charges for.
    pub fn billed(&self) -> u64 {
        self.contracted.saturating_add(self.surcharge_quantity)
    }
}
