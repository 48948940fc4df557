//! Messages to persons: what they should know, kept until they have read it, and brought to an open page at once.
//!
//! *Invariants.* One message a person for one `dedupe` key, however often the cause is worked through. A message is
//! written in the transaction of its cause; the live stream only says that there is something to look at and may lose a
//! word of it, the list never does.
//!
//! Table: `message`. Signals: `message` (a person's id, and the message's when it is new), heard from `task` and `session`.
//! *Not here*: who is told what and when (`supervision`), and other channels than the page.

mod http;
mod live;
mod model;
mod send;
mod store;

pub use http::routes;
pub use model::{Message, MessageId};
pub use send::{NewMessage, send};
