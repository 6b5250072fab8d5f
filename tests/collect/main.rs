//! The tests of `qianhe-collect`, against a fake of the service on loopback.

mod bench;
mod corp;
mod inputs;
mod kills;
mod links;
mod runs;
mod service;
mod truth;
