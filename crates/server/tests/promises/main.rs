//! What a user would hold us to, in words: each test one promise, on both databases.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bounds;
mod closing;
mod deadlines;
mod decomposition;
mod doors;
mod export;
mod fairness;
mod figures;
mod kit;
mod ledger;
mod nodes;
mod refusals;
mod reporting;
mod requests;
mod saved;
mod scope;
mod search;
mod shapes;
mod signing;
mod standing;
mod together;
mod urging;
mod volume;
