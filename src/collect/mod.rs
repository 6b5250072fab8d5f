//! `qianhe-collect`: fetches the exports of a corp from the WeCom API, complete and resumable.
//!
//! ```text
//! args         the command line, and the order of the parts
//! settings     what was typed -> settings: case, role, credentials
//! members, relations, groups   the parts: what to request, in which order
//! crew         workers that share the tasks of a part
//! client       one request -> its answer: tokens, rate, retries;  pace, transport
//! calls        the endpoints;  answer: the fields that are read;  faults: what an error means, and what to do
//! store        answers -> envelopes and journal, by part;  journal
//! corp_codes   whether ids are of the corp that the folder is for
//! case_file    taken_at;  screen: summary and status
//! ```
//!
//! An audit must not take an export that is still being collected for a whole one, so a part is collected in
//! `ROLE/.collect`, which every reader passes over, and moved to `ROLE` when nothing of it is left to request.
//!
//! The order of requests is one of evidence. `externalcontact/list` proves that the relations of a member are complete,
//! but holds ids only; it is requested once the pages with names and unionids have ended, so that no account is
//! covered by ids alone. `contact_list`, which shows relations of members who were not requested, is last.

mod answer;
mod args;
mod calls;
mod case_file;
mod client;
mod corp_codes;
mod credentials;
mod crew;
mod faults;
mod groups;
mod journal;
mod lists;
mod members;
mod pace;
mod relations;
mod screen;
mod settings;
mod store;
mod transport;

pub use args::Collect;
