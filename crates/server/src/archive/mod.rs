//! Packages for the archive: a task that has ended, with everything below it, as one ZIP that a stranger can read and check
//! without this program. `format.md` describes it and lies in every package; ADR 0014 says why it is as it is.
//!
//! *Invariants*: the same state makes the same bytes, whoever asks and whenever; nothing goes out whose bytes are not those of
//! its digest; every package that was handed out is in the ledger with the digest of its list.
//!
//! Table: `archive`. *Not here*: what a task's record consists of (`tasks`, `supervision`), the ZIP (`crates/blob`).

mod eep;
mod http;
mod layout;
mod model;
mod pack;
mod store;
mod xml;

pub use http::routes;
