//! Secrecy: state secrets must not come into this system, and what looks like one is stopped at the door (ADR 0022).
//!
//! What a request wants to have written down is looked through before anything is changed ([`screen`]): a *mark* as classified papers
//! bear it (机密★10年) is refused; a *word* that only often stands in such papers has to be confirmed by whoever writes it, which
//! is an event of a chain of its own. Files are looked through by the room that keeps them, with the same list ([`SecretWords::find`]).
//!
//! *Invariants*: the ledger and the answers name the words of the list and where they stand, never the text around them.
//!
//! Kept in `rule_version` (kind `secret_words`). *Not here*: what becomes of a file in which something was found (`files`).

mod delivered;
mod http;
mod rules;
mod screen;
mod words;

pub use http::routes;
pub use rules::SecretWords;
pub use screen::screen;
pub use words::Finding;

/// Published when the list has changed: what was looked through before has to be looked through again.
pub const CHANGED: &str = "secrecy.words_changed";
