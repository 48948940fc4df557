//! Officedoc: tables in and out of office files, from people nobody can vouch for, and official letters.
//!
//! [`sheet::read`] turns an uploaded xlsx, xls or CSV file into a [`sheet::Table`] of texts; [`sheet::write`] makes an xlsx
//! and [`csv::write`] a CSV that a desktop program opens without running anything. [`letter::Letter`] makes a DOCX.
//!
//! *Invariants.* The type of a file is judged by its bytes. Reading takes memory in proportion to the
//! [`sheet::Limits`], never to a number the file states. No input makes it panic. Every refusal says in words what is
//! wrong, where, and what to do. A text written is a text when read: nothing becomes a formula.
//!
//! *Not here.* What the columns mean, and which values a column allows.

pub mod csv;
pub mod letter;
pub mod sheet;
