//! Who is asking, and what they may see and do.
//!
//! A request is signed in by a session cookie (browser) or a bearer token (script); the database keeps only hashes of
//! both. From the person's duties of today follow their roles and their [`Scope`]. A handler takes a [`Permitted`]: the
//! compiler refuses a guarded route without one.
//!
//! Tables: `account`, `session`.

mod account;
mod http;
mod known;
mod password;
mod permission;
mod principal;
mod scope;
mod session;
mod store;

pub use account::{
    NewAccount, change_login, checked_login, create_account_with, leave, reset_password, set_administrator, set_password_with,
};
pub use http::{let_in, routes};
pub use known::Known;
pub use password::{InitialPassword, hash as hash_password};
pub use permission::{
    Guarded, ImportTasks, InstructTasks, IssueOrders, JudgeFiles, KeepRules, ManageOrganisation, Permission, Permitted, SetTasks, SignedIn,
    WatchSystem, assert_guarded,
};
pub use principal::{Principal, Role, load as load_principal, roles_of, system as system_principal};
pub use scope::{Scope, Way};
pub use session::{SESSION_TOPIC, SessionKind, issue as issue_token, put_sessions_forward, sign_out_everywhere, sweep};
pub use store::{any_account, find_person_by_login, logins, mark_demo};

/// Also known to the platform.
pub use crate::org::PersonId;
