use axum::{http::StatusCode, response::Response};
use db::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{
    decide::{self, Interview, InterviewInput},
    suggest::{self, Suggestion},
};
use crate::{
    access::{IssueOrders, Permitted},
    app::{App, Ctx, Outcome},
    guarded,
    http::{Idem, Json, Problem, mutate},
};

/// The routes of suggested talks.
pub(in crate::supervision) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(show, decide_on))
}

/// Talks that are suggested now, and what became of earlier ones.
#[derive(Debug, Serialize, ToSchema)]
struct Interviews {
    /// Of which quarter events are counted, as `2026Q1`.
    quarter: String,
    suggestions: Vec<Suggestion>,
    /// The latest hundred, newest first.
    decided: Vec<Interview>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<Interviews> {
    let (quarter, _) = suggest::quarter(ctx.today());
    Ok(Interviews { quarter, suggestions: suggest::suggestions(tx, ctx).await?, decided: decide::latest(tx, ctx).await? })
}

/// Lists the talks with units' heads (约谈) that are suggested, why, and what became of earlier suggestions. Nothing is sent by itself.
#[utoipa::path(get, path = "/interviews", tag = "supervision", operation_id = "list_interviews", responses((status = 200, body = Interviews)))]
async fn show(me: Permitted<IssueOrders>) -> Result<Json<Interviews>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

/// Writes down that a suggested talk was held, or that there is none.
#[utoipa::path(post, path = "/interviews", tag = "supervision", operation_id = "decide_interview", request_body = InterviewInput, responses((status = 201, body = Interviews)))]
async fn decide_on(me: Permitted<IssueOrders>, idem: Idem, Json(input): Json<InterviewInput>) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        decide::decide(tx, &me.ctx, &input).await?;
        shown(tx, &me.ctx).await
    });
    match done.await {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            Err(problem.with_current(serde_json::to_value(shown(&mut tx, &me.ctx).await?).unwrap_or_default()))
        }
        other => other,
    }
}
