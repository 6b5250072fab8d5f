//! How far the number of relations may drift from the contract (B11), and what exceeds that.

use crate::case::SurchargeBasis;
use crate::schema::vocabulary::BillingVerdict;

/// The allowed change is one part in twenty, 5 %, rounded down ...
const ALLOWED_PART: u64 = 20;
/// ... and at most so many relations, which binds from 200,000 contracted up.
const ALLOWED_AT_MOST: u64 = 10_000;

/// By how much the number may change, up or down, without a surcharge; the number itself is still allowed.
pub const fn tolerance(contracted: u64) -> u64 {
    let part = contracted / ALLOWED_PART;
    if part < ALLOWED_AT_MOST { part } else { ALLOWED_AT_MOST }
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
    /// What of it is allowed.
    pub tolerance: u64,
    /// How the two stand to each other.
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
