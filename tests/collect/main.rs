//! The tests of `qianhe-collect`, against a fake of the service on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "the measurement prints its table")]

mod bench;
mod corp;
mod inputs;
mod kills;
mod links;
mod runs;
mod service;
#[cfg(unix)]
mod tls;
mod truth;
