//! The routes of talk.

mod comments;
mod notes;
mod watch;

use utoipa_axum::router::OpenApiRouter;

use crate::{app::App, guarded};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(watch::talk))
        .routes(guarded!(notes::rate))
        .routes(guarded!(notes::of_unit, notes::rate_unit))
        .routes(guarded!(notes::correct))
        .routes(guarded!(comments::list, comments::comment))
        .routes(guarded!(comments::edit, comments::delete))
        .routes(guarded!(comments::mentionable))
        .routes(guarded!(watch::set))
        .routes(guarded!(watch::inbox))
}
