//! The API as its users know it, each behaviour on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod access;
mod calendar;
mod files;
mod kept;
mod notify;
mod org;
mod org_import;
mod platform;
mod uploads;
