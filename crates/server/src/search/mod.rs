//! Searching: every text of a task — its own, reports, requests, urges, files — by the words in it, within what one sees.
//!
//! Rooms below say what can be found ([`Text`](crate::app::Text)); this room keeps the words of it beside it, finds them again
//! and shows where they stand. A task is indexed anew by a job after each of its events, as a whole: what has not changed costs a
//! comparison. What was there before the index came is caught up with from the newest to the oldest.
//!
//! *Invariants*: nobody finds what they do not see, nor learns that it is there; a text is found by any part of it that is two
//! characters long or more (ADR 0016).
//!
//! Tables: `search_doc`, `file_text`, and `fulltext`, which belongs to `crates/db`. *Not here*: the list's own filter.

mod alike;
mod find;
mod http;
mod index;
mod likeness;
mod marks;
mod pdf;
mod read;
mod store;
mod words;

pub use alike::note_alike;
pub use http::routes;
pub use index::{CATCH_UP, INDEX, MORE, catch_up, index, rebuild};
pub use read::{JUDGED, LONGEST, READ, RECHECK, judged, read, recheck, take};
