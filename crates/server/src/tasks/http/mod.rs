//! The routes of tasks.

mod life;
mod lists;

use utoipa_axum::router::OpenApiRouter;

use crate::{
    app::{App, Ctx, Refusal},
    guarded,
    http::Problem,
    tasks::{TaskId, import, view},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(lists::list, life::create))
        .routes(guarded!(lists::count))
        .routes(guarded!(lists::summary))
        .routes(guarded!(lists::by_unit))
        .routes(guarded!(lists::source_kinds))
        .routes(guarded!(life::show, life::edit, life::delete))
        .routes(guarded!(lists::tree))
        .routes(guarded!(lists::timeline))
        .routes(guarded!(life::set_children))
        .routes(guarded!(life::submit))
        .routes(guarded!(life::approve))
        .routes(guarded!(life::sign))
        .routes(guarded!(life::assign))
        .routes(guarded!(life::give_back))
        .routes(guarded!(life::rule))
        .routes(guarded!(life::report))
        .routes(guarded!(life::review))
        .routes(guarded!(life::ask_to_close))
        .routes(guarded!(life::decide_closing))
        .routes(guarded!(life::verify))
        .routes(guarded!(life::attach))
        .merge(import::routes())
}

/// Adds the task's present state to a conflict, so that the second of two people sees what the first did.
async fn explain(app: &App, ctx: &Ctx, id: TaskId, problem: Problem) -> Problem {
    if !problem.is_stale() {
        return problem;
    }
    let current = async {
        let mut tx = app.db.read().await.map_err(Refusal::from)?;
        view::detail(&mut tx, ctx, id).await
    };
    match current.await.map(serde_json::to_value) {
        Ok(Ok(value)) => problem.with_current(value),
        _ => problem,
    }
}
