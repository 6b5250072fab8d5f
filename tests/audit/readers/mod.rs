//! Any file: what is read, what is refused, and what stops the run.

pub mod bad_input;
pub mod console;
pub mod fuzz;
pub mod hostile;
pub mod interrupts;
