//! The platform's own vocabulary: who acts and when ([`Ctx`]), what can be refused ([`Refusal`]), and the running
//! application ([`App`]).

mod context;
mod document;
mod english;
mod gauges;
mod refusal;
mod rulebook;
mod runner;
mod running;
mod said;
mod schema;
mod text;
mod wiring;

pub use context::Ctx;
pub use gauges::{age, number};
pub use refusal::{FieldError, Fields, Outcome, Refusal, Unknown};
pub use rulebook::{RuleBook, RuleSet, Standing, Written};
pub use runner::runner;
pub use running::{App, Parts};
pub use said::{Said, Screen};
pub use schema::{HOUSE, HOUSE_TABLES, migrate, pending};
pub use text::Text;
pub use wiring::{Base, assemble, openapi, router, subscriptions};
