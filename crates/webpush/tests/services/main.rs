//! A sender against a push service on the loopback, and against what others wrote.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers outside #[test] functions may fail the test too, and say why they skip"
)]

mod oracle;
mod sender;
mod service;
