//! Testkit: the whole application in a test, without a network and with a clock that stands still.
//!
//! [`both!`] writes each test twice, once on SQLite and once on PostgreSQL. A test gets a database of its own, copied from
//! a template that was migrated and furnished once a process, with the organisation of [`fixture`]; time begins on a Friday
//! before the spring festival, 2026-02-06 09:00 +08:00, and moves only by `app.clock`.
//!
//! ```ignore
//! testkit::both! {
//!     async fn a_bureau_sees_its_own_tasks(app) {
//!         let task = app.as_user("centre1").post("/tasks", &json!({ "title": "修路" })).await.assert(201);
//!         app.run_jobs().await;
//!     }
//! }
//! ```
//!
//! PostgreSQL is used where `SHIBICHENG_TEST_POSTGRES` holds a URL of somebody who may create databases
//! (`bin/lib/postgres.sh` starts a server and sets it); elsewhere those tests say `SKIPPED` and pass.
#![warn(missing_docs)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod app;
mod client;
mod events;
pub mod fixture;
mod gateways;
mod template;

pub use app::TestApp;
pub use client::{Reply, User, encoded};
pub use events::Events;
pub use gateways::FakeGateway;

#[doc(hidden)]
pub mod run {
    use std::{future::Future, pin::Pin};

    use crate::TestApp;

    /// A test's body.
    pub type Body = for<'a> fn(&'a TestApp) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

    /// Runs a body on SQLite.
    pub fn sqlite(body: Body) {
        block(async {
            let app = TestApp::sqlite().await;
            body(&app).await;
            app.finish().await;
        });
    }

    /// Runs a body on PostgreSQL, where there is one.
    pub fn postgres(body: Body) {
        block(async {
            let Some(app) = TestApp::postgres().await else { return };
            body(&app).await;
            app.finish().await;
        });
    }

    /// Runs a body on SQLite, with no organisation.
    pub fn bare_sqlite(body: Body) {
        block(async {
            let app = TestApp::bare_sqlite().await;
            body(&app).await;
            app.finish().await;
        });
    }

    /// Runs a body on PostgreSQL, where there is one, with no organisation.
    pub fn bare_postgres(body: Body) {
        block(async {
            let Some(app) = TestApp::bare_postgres().await else { return };
            body(&app).await;
            app.finish().await;
        });
    }

    fn block(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
    }
}

/// Writes tests that run on both databases: `async fn name(app) { … }`, where `app` is a [`TestApp`].
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {
        $($crate::both!(@one sqlite postgres $(#[$meta])* $name $app $body);)+
    };
    (@one $sqlite:ident $postgres:ident $(#[$meta:meta])* $name:ident $app:ident $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn body($app: &$crate::TestApp) -> ::std::pin::Pin<Box<dyn ::std::future::Future<Output = ()> + '_>> {
                Box::pin(async move { $body })
            }

            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::run::$sqlite(body);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::run::$postgres(body);
            }
        }
    };
}

/// [`both!`] for tests that begin with a schema and nothing in it.
#[macro_export]
macro_rules! both_bare {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {
        $($crate::both!(@one bare_sqlite bare_postgres $(#[$meta])* $name $app $body);)+
    };
}
