//! The numbers that rules, findings and the bill compare with, each with the clause or section of SPEC.md that sets it.

/// Undetermined relations, of those in scope, above which the audit cannot conclude (SPEC section 7).
pub const UNDETERMINED_LIMIT: Fraction = Fraction::percent(5);

/// Unreadable records of relations, of those of a required snapshot, above which the audit cannot conclude (SPEC 1.3).
pub const UNREADABLE_LIMIT: Fraction = Fraction::percent(5);

/// Change of the number of relations, of those contracted, that costs nothing; rounded down (B11).
pub const FREE_CHANGE: Fraction = Fraction::percent(5);

/// Change of the number of relations that costs nothing at most; binds from 200,000 contracted up (B11).
pub const FREE_CHANGE_AT_MOST: u64 = 10_000;

/// The party that the service contracts with (B12).
pub const PARTY: &str = "深圳市腾讯计算机系统有限公司";

/// Customers that a target account can hold, unless the case says otherwise (SPEC section 1).
pub const CUSTOMER_CAP: u64 = 20_000;

/// Overlap of unionids below which the namespaces count as disjoint, unless the case says otherwise (SPEC section 3).
pub const MIN_UNIONID_OVERLAP: f64 = 0.05;

/// Jaccard index of external members from which groups match, unless the case says otherwise (SPEC section 4).
pub const MIN_GROUP_OVERLAP: f64 = 0.5;

/// Groups that a join code can link (A2; DOMAIN.md section 3).
pub const MAX_LINKED_GROUPS: usize = 5;

/// Missing relations from which their concentration is reported (SPEC section 7).
pub const CONCENTRATION_AT_LEAST: u64 = 10;

/// Missing relations, of all, that make a concentration (SPEC section 7).
pub const CONCENTRATED: Fraction = Fraction::percent(80);

/// Accounts, ways of adding or months, of all, that count as few (SPEC section 7).
pub const FEW: Fraction = Fraction::percent(20);

/// Ids, of all that carry a corp code, that make theirs the code of the snapshot (SPEC section 7, swapped dumps).
pub const MAIN_CORP_CODE: Fraction = Fraction::percent(90);

/// Ids, of all that carry a corp code, from which a second code counts as mixed in (SPEC section 7, mixed dumps).
pub const MIXED_CORP_CODE: Fraction = Fraction::percent(1);

/// Ids from which a second corp code counts as mixed in.
pub const MIXED_AT_LEAST: u64 = 2;

/// Customers by which the answers of two endpoints have to differ to count as a jump (SPEC section 7).
pub const COUNT_JUMP_AT_LEAST: u64 = 3;

/// Difference of two endpoints, of the larger answer, above which it counts as a jump (SPEC section 7).
pub const COUNT_JUMP: Fraction = Fraction::percent(5);

/// A part of a whole, compared exactly: `share(undetermined, in_scope) > UNDETERMINED_LIMIT`.
#[derive(Debug, Clone, Copy)]
pub struct Fraction {
    part: u64,
    whole: u64,
}

/// Returns the share that `part` is of `whole`. Of nothing, no part is 0, and any part is more than every limit.
pub const fn share(part: u64, whole: u64) -> Fraction {
    Fraction { part, whole }
}

impl Fraction {
    const fn percent(part: u64) -> Self {
        share(part, 100)
    }

    /// Returns this share of a number, rounded down.
    pub const fn of(self, number: u64) -> u64 {
        // No more than `number`, for the part is at most the whole.
        (number as u128 * self.part as u128 / self.whole as u128) as u64
    }

    /// `a / b` against `c / d` as `a * d` against `c * b`.
    fn crossed(self, other: Self) -> (u128, u128) {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        (product(self.part, other.whole), product(other.part, self.whole))
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        let (this, that) = self.crossed(*other);
        this == that
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let (this, that) = self.crossed(*other);
        this.partial_cmp(&that)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_is_within_the_limit() {
        assert!(share(5, 100) <= UNDETERMINED_LIMIT);
        assert!(share(6, 100) > UNDETERMINED_LIMIT);
        assert!(share(0, 0) <= UNDETERMINED_LIMIT);
        assert!(share(1, 19) > UNDETERMINED_LIMIT && share(1, 20) <= UNDETERMINED_LIMIT);
        assert!(share(u64::MAX / 20, u64::MAX) < UNDETERMINED_LIMIT, "no product overflows");
        assert!(share(1, 20) == UNDETERMINED_LIMIT && share(1, 19) != UNDETERMINED_LIMIT);
    }

    #[test]
    fn a_share_of_a_number_is_rounded_down() {
        assert_eq!([0, 19, 20, 39, 200_000].map(|contracted| FREE_CHANGE.of(contracted)), [0, 0, 1, 1, 10_000]);
        assert_eq!(FREE_CHANGE.of(u64::MAX), u64::MAX / 20);
    }
}
