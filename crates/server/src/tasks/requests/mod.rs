//! What is asked for on a task: more time, another unit, to stop, to go on, to end, other contents, a second look. Returns
//! (`sign`) and closings (`close`) are asked for and decided in rooms of their own, on the same table.

mod ask;
pub(super) mod chain;
mod decide;
mod effects;
mod model;

pub use ask::{RequestInput, ask};
pub use chain::Chain;
pub(super) use chain::Chained;
pub(super) use decide::agree;
pub use decide::{RequestDecision, decide, withdraw};
pub use model::{ReasonClass, RequestKind, RequestRow, RequestState};
