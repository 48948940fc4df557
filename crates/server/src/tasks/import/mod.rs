//! Taking in a ledger: a spreadsheet of division of work becomes trees of tasks, after a person has looked at it.
//!
//! Four steps, each of which shows the whole import anew: the sheet is read and its columns are guessed (`sheet`, `guess`);
//! the person says which column is what; they say for every unit name in it which unit is meant; they commit. What a row
//! would become, and what is wrong with it, is worked out from the stored sheet each time ([`rows`], [`units`]), so what
//! was shown is what is made.
//!
//! *Terms*: a *heading* is the task made for each source document, with nobody responsible; the rows are the tasks below
//! it, with equal weights.
//!
//! *Invariants*: nothing but the import itself is written before the commit; the commit makes all tasks and units through
//! their rooms' own verbs in one transaction, or none; an import belongs to whoever uploaded it and is committed once.
//!
//! Table: `task_import`. *Not here*: how sheets are read (`officedoc`), what deadline words mean (`workdays`).

mod cells;
mod commit;
mod dues;
mod guess;
mod http;
mod ledger;
mod model;
mod names;
mod rows;
mod sheet;
mod store;
#[cfg(test)]
mod tests;
mod title;
mod units;

use std::time::Duration;

use db::Tx;
use kit::Moment;

pub(super) use http::routes;
pub use ledger::{ImportedAsking, askings_of_import};
pub use model::ImportId;

/// How long a ledger is kept that nobody carries out.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Forgets ledgers that were brought long ago and never carried out.
pub async fn sweep(tx: &mut Tx, now: Moment) -> db::Result<()> {
    store::remove_uncommitted(tx, now.minus(KEPT)).await
}
