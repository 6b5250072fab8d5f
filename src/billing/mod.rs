//! The bill (SPEC section 6): what was agreed beside what took part, what that costs, what was paid, what was
//! delivered.
//!
//! ```text
//! contract, relations in scope --drift--> tolerance, excess --bill--> amounts --lines--> billing.parquet
//!                                                               \--checks--> findings (B11 to B14)
//! ```

mod bill;
mod checks;
mod drift;
mod lines;

pub use bill::Bill;
pub use checks::{CHECKS, Check, CheckResult};
pub use drift::{Drift, tolerance};
pub use lines::Line;
