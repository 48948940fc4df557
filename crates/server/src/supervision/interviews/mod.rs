//! Suggestions to talk to a unit's head (约谈), where orders and lamps say that nothing else helped.
//!
//! A suggestion is worked out when somebody looks, from orders and lamps of the quarter, and kept nowhere: nothing is sent and nothing
//! happens by itself. What a leader or the centre makes of it is kept, and covers everything up to that moment.
//!
//! Table: `interview`.

mod decide;
mod http;
mod store;
mod suggest;

pub(super) use http::routes;
