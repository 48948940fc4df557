//! Where people are reached beside the telephone: they bind it themselves by proving that it is theirs, or an administrator writes it
//! down where a house gives everybody an id.
//!
//! *Invariants*. An address is one person's at a time; who proves it later has it. What a gateway says is gone is not written to again.
//!
//! Tables: `address`, `binding`. Job: [`CODE`], which sends the number that proves a mailbox.

mod bind;
mod http;
mod model;
mod store;

use std::collections::HashMap;

use db::Tx;
use kit::Moment;

pub use bind::{CODE, send_code};
pub(super) use bind::{came, left};
pub(super) use http::routes;
pub use model::AddressKind;
pub(super) use store::heard_well;

use crate::{app::Outcome, org::PersonId};

/// Nobody is at this address of this gateway any more.
pub(super) async fn gone(tx: &mut Tx, gateway: &str, value: &str, why: &str, now: Moment) -> Outcome<()> {
    Ok(store::gone(tx, gateway, value, why, now).await?)
}

/// The addresses of these persons: (gateway, value) of each; a mailbox's gateway is empty.
pub(super) async fn of(tx: &mut Tx, persons: &[PersonId]) -> Outcome<HashMap<PersonId, Vec<(String, String)>>> {
    let mut all: HashMap<PersonId, Vec<(String, String)>> = HashMap::new();
    for (person, gateway, value) in store::of_persons(tx, persons).await? {
        all.entry(person).or_default().push((gateway, value));
    }
    Ok(all)
}
