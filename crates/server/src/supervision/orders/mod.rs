//! Supervision orders (督办单): numbered papers to one unit about one task or several, blue → orange → red.
//!
//! *Invariants*. Numbers count for each issuing unit. A sharper order only follows one that was not answered in time or whose answer was
//! refused, level by level, and each is followed once. A task stands in at most one order to a unit that has not ended. Every
//! step is one event in the ledger of each task the order is about.
//!
//! Tables: `supervision_order`, `order_task`, `order_turn`. *Not here*: what is suggested when orders do not help (`interviews`).

mod answer;
mod http;
mod issue;
mod keeping;
mod model;
mod notices;
mod paper;
mod record;
mod rules;
mod state;
mod store;
mod view;

pub use answer::{accept, answer_order};
pub(super) use http::routes;
pub use issue::{issue_in_bulk, issue_order};
pub use model::{Order, OrderId};
pub(super) use model::{OrderLevel, OrderState};
pub(super) use notices::notice;
pub use record::{OrderRecord, record_of};
pub(super) use rules::OrderRules;
pub(super) use state::is_overdue;
pub(super) use store::texts;
pub use view::{orders_to_decide, owed_answers};
