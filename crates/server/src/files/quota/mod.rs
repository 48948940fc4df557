//! How much room files may take: the whole store, each bureau with what is below it, and single units.
//!
//! The store counts each content once. A unit counts each different content that its people have uploaded, once, whoever else has it,
//! too; what was replaced counts as long as it is kept, what was removed does not. An upload that comes in pieces takes its room when it
//! begins, so that nobody sends two gigabytes in vain.
//!
//! Kept in `rule_version` (kind `file_quotas`). *Not here*: how large one file may be (`max_upload_mib`).

mod check;
mod http;
mod rules;
mod store;

pub(super) use check::{room_for, warn};
pub(super) use http::routes;
