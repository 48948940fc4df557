//! The edge: problems, extractors, idempotency, the embedded web, and the middle layers every request passes.

mod download;
mod extract;
mod health;
mod heard;
mod idempotency;
mod kept;
mod layers;
mod page;
mod problem;
mod upload;
mod web;

pub use download::Download;
pub use extract::{Json, Path, Query};
pub use health::{healthz, readyz};
pub use idempotency::{Idem, mutate, mutate_and_show, mutate_once, sweep};
pub use layers::wrap;
pub use page::{Cursor, Limit};
pub use problem::Problem;
pub use upload::SmallFile;
pub use web::serve_web;

/// A permission-checked route: like `utoipa_axum::routes!`, but a handler whose first argument is not
/// [`crate::access::Permitted`] does not compile.
#[macro_export]
macro_rules! guarded {
    ($($handler:path),+ $(,)?) => {{
        $($crate::access::assert_guarded($handler);)+
        utoipa_axum::routes!($($handler),+)
    }};
}
