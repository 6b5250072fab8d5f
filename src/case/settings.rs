//! The settings of a case: every value checked, every default filled in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::personal::Pseudonyms;
use crate::schema::vocabulary::{Role, Severity, vocabulary};
use crate::text::Lang;

/// A validated case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The folder that holds `case.toml`; all paths are relative to it.
    pub root: PathBuf,
    /// The path of `case.toml`.
    pub file: PathBuf,
    /// `case.id`.
    pub id: String,
    /// `case.title`; the id where none is given.
    pub title: String,
    /// The day on which waivers are judged: `case.as_of`, else the newest time that the file gives for a snapshot or
    /// the end. Never the clock's: equal inputs give equal bytes.
    pub as_of: Date,
    /// `case.timezone`, of times without offset.
    pub timezone: TimeZone,
    /// `case.language`, of the workbook; the page has both.
    pub language: Lang,
    /// The corp that customers are moved from.
    pub source: CorpSettings,
    /// The corp that customers are moved to.
    pub target: CorpSettings,
    /// Start and end.
    pub migration: Migration,
    /// All four roles, with defaults for absent settings.
    pub snapshots: BTreeMap<Role, SnapshotSettings>,
    /// `[lists.columns]`: own headers of the lists.
    pub list_headers: OwnHeaders,
    /// Present where the case has `[contract]`.
    pub contract: Option<Contract>,
    /// Thresholds and the exit policy.
    pub policy: Policy,
    /// Accepted exceptions.
    pub waivers: Vec<Waiver>,
    /// Replaces personal data in all outputs, if wanted; of the command line, not of the file.
    pub pseudonyms: Option<Pseudonyms>,
    /// SHA-256 of `case.toml` as it was read.
    pub file_sha256: String,
    /// The values of `--set`, as typed.
    pub overrides: Vec<String>,
}

/// One of the two corps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpSettings {
    /// `corp_id`, if given.
    pub corp_id: Option<String>,
    /// Its name; the role (`source`, `target`) where none is given.
    pub name: String,
}

/// Start and end: microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The formal start, cut-off of clause D1.
    pub started_at: i64,
    /// The end.
    pub finished_at: i64,
}

/// Headers of the user's own tables by the canonical column: `[snapshots.ROLE.columns]`,
/// `[lists.columns]`.
pub type OwnHeaders = BTreeMap<&'static str, String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotSettings {
    /// A folder, a file or a glob, relative to the case folder.
    pub path: String,
    /// Whether the path is in the case file: then it has to exist.
    pub named: bool,
    /// The time of the export: microseconds since 1970, UTC.
    pub taken_at: Option<i64>,
    /// Whether the user states that it is complete (`coverage = "trusted"`).
    pub trusted: bool,
    /// `[snapshots.ROLE.columns]`: own headers of its tables.
    pub headers: OwnHeaders,
}

/// The contract, payments and invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    pub signed_on: Option<Date>,
    pub party: Option<String>,
    /// Contracted relations.
    pub relations: u64,
    pub unit_price: Decimal,
    /// ISO 4217.
    pub currency: String,
    pub surcharge_unit_price: Decimal,
    pub surcharge_basis: SurchargeBasis,
    pub payments: Vec<Payment>,
    pub invoices: Vec<Invoice>,
}

vocabulary! {
    /// The quantity of a surcharge (B11).
    SurchargeBasis {
        AboveTolerance = "above-tolerance": "The excess over the tolerance.",
        AboveContract = "above-contract": "The excess over the contract, if it exceeds the tolerance.",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: String,
    pub paid_on: Date,
    pub amount: Decimal,
    pub covers: PaymentCovers,
}

vocabulary! {
    /// The purpose of a payment.
    PaymentCovers {
        Contract = "contract": "The contract.",
        Surcharge = "surcharge": "The surcharge.",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub id: String,
    pub issued_on: Date,
    pub amount: Decimal,
    pub payment: Option<String>,
}

vocabulary! {
    /// The least severity of findings that gives exit code 1.
    FailOn {
        Defect = "defect": "A defect.",
        Review = "review": "Something to review, or a defect.",
        Never = "never": "Nothing.",
    }
}

impl FailOn {
    /// Returns the severity; `None` if no finding gives exit code 1.
    pub const fn threshold(self) -> Option<Severity> {
        match self {
            Self::Defect => Some(Severity::Defect),
            Self::Review => Some(Severity::Review),
            Self::Never => None,
        }
    }
}

/// Thresholds and the exit policy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    pub fail_on: FailOn,
    /// Relations that a target account can hold (DOMAIN.md section 2, 5).
    pub customer_cap: u64,
    /// Below it the corps' unionid namespaces count as disjoint.
    pub min_unionid_overlap: f64,
    /// Jaccard index of external members for matching groups.
    pub min_group_overlap: f64,
}

/// An accepted exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    pub code: String,
    /// The keys that it covers; empty covers all.
    pub keys: Vec<String>,
    pub reason: String,
    pub by: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
}
