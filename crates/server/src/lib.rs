//! 事必成: task supervision and performance of a government committee.
//!
//! The rooms, from the ground up (an arrow may only point down; `tests/architecture.rs` holds it):
//!
//! | room | what it owns |
//! | --- | --- |
//! | [`app`], [`config`], [`http`], [`events`] | the platform: what every room stands on |
//! | [`org`] | units, persons, posts and tenures, liaisons, charge |
//! | [`access`] | sign-in, sessions, principals, scope, permissions |
//! | [`audit`] | the ledger |
//! | [`files`], [`notify`], [`calendar`], [`rules`] | files, messages to persons, working days, numbers the house goes by |
//! | [`secrecy`] | what looks like a state secret, stopped before it is written down |
//! | [`tasks`] | the task tree and everything that happens to a task |
//! | [`talk`] | leaders' notes, comments, who wants to hear of what |
//! | [`supervision`] | urging, and who is told what when something happens |
//! | [`burden`] | how much a person is asked and told in a week, against a budget |
//! | [`archive`] | packages of tasks that have ended |
//! | [`search`] | full text over everything that is written about a task |
//! | [`operations`] | to-do, home pages, and what else is composed of the rooms below |

pub mod access;
pub mod app;
pub mod archive;
pub mod audit;
pub mod burden;
pub mod calendar;
pub mod cli;
pub mod config;
pub mod demo;
pub mod events;
pub mod files;
pub mod http;
pub mod notify;
pub mod operations;
pub mod org;
pub mod rules;
pub mod search;
pub mod secrecy;
pub mod supervision;
pub mod talk;
pub mod tasks;
