//! What a user would hold us to, in words: each test one promise, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod archive;
mod bounds;
mod closing;
mod comments;
mod deadlines;
mod decomposition;
mod doors;
mod export;
mod fairness;
mod figures;
mod followed;
mod kinds;
mod kit;
mod ledger;
mod many;
mod nodes;
mod notes;
mod parts;
mod progress;
mod refusals;
mod reporting;
mod requests;
mod saved;
mod scope;
mod search;
mod series;
mod shapes;
mod signing;
mod standing;
mod tags;
mod templates;
mod together;
mod urging;
mod volume;
