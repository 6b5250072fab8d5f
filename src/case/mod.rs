//! The case: `case.toml` as the user types it, validated into the settings that the rest of the program sees.

mod settings;

pub use settings::{
    Case, Contract, Corp, FailOn, Invoice, Migration, Payment, PaymentCovers, Policy, SnapshotSettings, SurchargeBasis, Waiver,
};
