//! The program itself, started as an operator starts it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod backup;
mod bucket;
mod flow;
mod full;
mod killed;
mod kit;
mod lifecycle;
mod lines;
mod nodes;
#[cfg(target_os = "linux")]
mod power;
