use utoipa_axum::router::OpenApiRouter;

use super::{
    home::{self as homes, Home},
    todo::{self as todos, Todo},
};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    guarded,
    http::{Json, Problem},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(todo)).routes(guarded!(home)).merge(super::bulk::routes()).merge(super::progress::routes())
}

/// What waits for the asker.
#[utoipa::path(get, path = "/todo", tag = "operations", responses((status = 200, body = Todo)))]
async fn todo(me: Permitted<SignedIn>) -> Result<Json<Todo>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(todos::todo(&mut tx, &me.ctx).await?))
}

/// The asker's home page.
#[utoipa::path(get, path = "/home", tag = "operations", responses((status = 200, body = Home)))]
async fn home(me: Permitted<SignedIn>) -> Result<Json<Home>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(homes::home(&mut tx, &me.ctx).await?))
}
