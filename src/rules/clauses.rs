//! The answers of the service's FAQ (DOMAIN.md section 1), each with the rules and findings that check it.

/// A clause, with its check.
#[derive(Debug, PartialEq, Eq)]
pub struct Clause {
    /// `B1` to `B14`, `D1`, `D2`, `A1` to `A3`.
    pub code: &'static str,
    /// Its content.
    pub about: &'static str,
    /// Its effect on the audit.
    pub check: &'static str,
    /// The rules and findings that check it, as `qianhe rules` prints them.
    pub rules: &'static [&'static str],
}

/// Every clause, in the order of the FAQ.
pub const CLAUSES: &[Clause] = &[
    Clause {
        code: "B1",
        about: "External contacts do not migrate.",
        check: "They are out of scope: never missing, never billed; one that arrives is a finding.",
        rules: &["scope/external_contact", "B1-external-contact-arrived"],
    },
    Clause {
        code: "B2",
        about: "An external contact becomes a customer by permission and confirmation.",
        check: "The permission alone converts no contact: `is_customer` of the contact list decides; more customers \
            than contracted show as drift.",
        rules: &["scope/external_contact", "B11-above-tolerance"],
    },
    Clause {
        code: "B3",
        about: "Customers of left members are not supported.",
        check: "They are out of scope; one that arrives is a finding.",
        rules: &["scope/unassigned", "B3-unassigned-arrived"],
    },
    Clause {
        code: "B4",
        about: "A customer of several members counts several times.",
        check: "The relation is the unit everywhere; `customers.parquet` counts by customer beside it.",
        rules: &["scope/in_scope"],
    },
    Clause {
        code: "B5",
        about: "The pre-assessment says which accounts qualify.",
        check: "Accounts that failed, or are not listed, are out of scope; listed ones without relations are found.",
        rules: &[
            "scope/not_enrolled", "scope/assessment_failed", "B5-assessment-failed-arrived",
            "B5-account-without-relations",
        ],
    },
    Clause {
        code: "B6",
        about: "Several accounts into one: not supported.",
        check: "Such an accounts list stops the run, with all offenders.",
        rules: &["B6-many-to-one"],
    },
    Clause {
        code: "B7",
        about: "One account into several: not supported.",
        check: "Such an accounts list stops the run; a customer under another account than the mapped one is \
            misplaced.",
        rules: &["B7-one-to-many", "outcome/misplaced", "B7-misplaced"],
    },
    Clause {
        code: "B8",
        about: "Whole accounts move, with all relations and groups.",
        check: "Each relation and group in scope that did not arrive is reported, with a reason.",
        rules: &["scope/in_scope", "group-scope/in_scope", "B8-missing", "B8-group-missing"],
    },
    Clause {
        code: "B9",
        about: "Chat history does not migrate.",
        check: "Never looked at, and nothing is concluded from it.",
        rules: &[],
    },
    Clause {
        code: "B10",
        about: "Org structure and approvals do not migrate.",
        check: "Never looked at: members join through the accounts list only.",
        rules: &[],
    },
    Clause {
        code: "B11",
        about: "The number may change by 5 % and 10,000.",
        check: "Drift, tolerance, excess and surcharge in `billing.parquet`.",
        rules: &["B11-above-tolerance", "B11-below-tolerance"],
    },
    Clause {
        code: "B12",
        about: "The contracting party.",
        check: "The contract's party is compared.",
        rules: &["B12-party-differs", "B12-party-missing"],
    },
    Clause {
        code: "B13",
        about: "Pay, then invoice.",
        check: "Each invoice is compared with its payment.",
        rules: &["B13-invoice-before-payment", "B13-invoice-without-payment", "B13-invoice-amount-differs"],
    },
    Clause {
        code: "B14",
        about: "Pay, then migrate.",
        check: "Payments before the start are summed up, those for the surcharge too.",
        rules: &["B14-paid-after-start", "B14-insufficient-at-start", "B14-surcharge-unsettled"],
    },
    Clause {
        code: "D1",
        about: "Both sides may add customers meanwhile.",
        check: "The start is the cut-off; a new relation of the target is an addition unless something matches it.",
        rules: &["scope/added_after_start", "origin/added_during_migration", "D1-added-after-start-arrived"],
    },
    Clause {
        code: "D2",
        about: "The limit of transfers within a corp is another one.",
        check: "Answers of `transfer_result` are passed over and counted; error 40128 explains nothing.",
        rules: &[],
    },
    Clause { code: "A1", about: "Old chats live on the device.", check: "As B9.", rules: &[] },
    Clause {
        code: "A2",
        about: "A join code dies when all its groups moved.",
        check: "Predicted before, with advice (`precheck`); verified after.",
        rules: &["A2-codes-will-die", "join-code/emptied", "A2-code-group-left-behind"],
    },
    Clause {
        code: "A3",
        about: "Customers who refused are listed.",
        check: "An outcome of its own; who arrived all the same is a defect.",
        rules: &["outcome/refused", "outcome/refused_but_arrived", "A3-refused", "A3-refused-arrived"],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CLAUSES;
    use crate::rules::rule_book;

    #[test]
    fn every_question_of_the_service_has_its_line() {
        let asked: Vec<String> =
            (1..=14).map(|n| format!("B{n}")).chain(["D1", "D2", "A1", "A2", "A3"].map(str::to_owned)).collect();
        assert_eq!(CLAUSES.iter().map(|clause| clause.code.to_owned()).collect::<Vec<_>>(), asked);
    }

    #[test]
    fn the_rules_that_clauses_name_are_there() {
        let book: BTreeSet<&str> = rule_book().into_iter().map(|line| line.code).collect();
        for clause in CLAUSES {
            for rule in clause.rules {
                assert!(book.contains(rule), "{}: {rule}", clause.code);
            }
        }
    }

    #[test]
    fn every_clause_of_a_rule_has_its_line() {
        for line in rule_book() {
            assert!(
                line.clause == "Q" || CLAUSES.iter().any(|clause| clause.code == line.clause),
                "{} {}",
                line.code,
                line.clause
            );
        }
    }
}
