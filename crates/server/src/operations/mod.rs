//! Operations: what is composed of the rooms below, the to-do list, the home page of every role, progress and its
//! cards, and one action on many tasks.
//!
//! Tables: `bulk`, `bulk_row`.

mod bulk;
mod home;
mod http;
mod progress;
mod todo;

pub use bulk::{JOB as BULK, go_on as go_on_with_bulk, sweep as sweep_bulk};
pub use http::routes;
