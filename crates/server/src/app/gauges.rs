//! Values of gauges.

use kit::Moment;

/// A count as a gauge's value.
#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
pub const fn number(n: i64) -> f64 {
    n as f64
}

/// The seconds from a moment to a later one; 0 where it is not later.
pub fn age(from: Moment, to: Moment) -> f64 {
    number((to.millis() - from.millis()).max(0)) / 1000.0
}
