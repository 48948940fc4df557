//! Operations: what is composed of the rooms below, the to-do list and the home page of every role. Owns no table yet.

mod home;
mod http;
mod todo;

pub use http::routes;
