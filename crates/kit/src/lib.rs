//! What every room needs and nothing else: typed ids, the clock, randomness, moments and days, secrets.
//!
//! Time and chance are values passed in, never ambient: a test moves the clock over weeks and gets the same ids again.
#![warn(missing_docs)]

mod clock;
mod ids;
mod rng;
mod secret;
mod text_enum;
mod time;

pub use clock::Clock;
pub use rng::Rng;
pub use secret::Secret;
pub use time::{AREA_OFFSET_SECONDS, Day, Moment, ParseDayError};

#[doc(hidden)]
pub use uuid;

/// The id of nobody and nothing: the actor of what the system does by itself.
pub const NIL: uuid::Uuid = uuid::Uuid::nil();
