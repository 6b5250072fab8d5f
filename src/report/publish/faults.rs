//! Faults that a test plants: builds for release have none.

/// Returns whether `QIANHE_FAULTS`, names with commas between them, plants a fault.
pub fn is_planted(fault: &str) -> bool {
    cfg!(debug_assertions)
        && std::env::var("QIANHE_FAULTS").is_ok_and(|faults| faults.split(',').any(|planted| planted == fault))
}

/// Ends the process after a step of publishing, as a kill or a loss of power would.
pub fn step(name: &str) {
    if is_planted(&format!("kill-{name}")) {
        std::process::abort();
    }
}
