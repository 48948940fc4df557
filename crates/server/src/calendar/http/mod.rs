//! The routes of working days.

mod keeping;
mod reading;

use utoipa_axum::router::OpenApiRouter;

use crate::{app::App, guarded};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(keeping::overview))
        .routes(guarded!(keeping::year))
        .routes(guarded!(keeping::set_day))
        .routes(guarded!(keeping::remove_day))
        .routes(guarded!(keeping::set_notice))
        .routes(guarded!(reading::read_deadline))
}
