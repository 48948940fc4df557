//! Clients of houses against a house on the loopback, and against what others wrote.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers outside #[test] functions may fail the test too, and say why they skip"
)]

mod calls;
mod clients;
mod house;
mod oracle;
