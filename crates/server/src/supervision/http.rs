use axum::{http::StatusCode, response::Response};
use kit::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::{
    instruct::{self, Instructed, InstructionInput},
    model::{Answer, Side, Urge, UrgeId, Wanted},
    urge::{self as pressing, QuestionInput, SpokenInput, UrgeInput},
};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    files::FileId,
    guarded,
    http::{Cursor, Idem, Json, Limit, Path, Problem, Query, mutate},
    org::PersonRef,
    tasks::TaskId,
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(list, urge))
        .routes(guarded!(who_instructs, give_instruction))
        .routes(guarded!(list_all))
        .routes(guarded!(reply))
        .routes(guarded!(record))
        .routes(guarded!(ask_again))
        .routes(guarded!(accept))
        .merge(super::lookout::routes())
        .merge(super::orders::routes())
        .merge(super::interviews::routes())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UrgesQuery {
    /// Whose; all that the asker may see when missing.
    #[param(inline)]
    side: Option<Side>,
    /// Only those that are open, overdue or answered.
    #[param(inline)]
    answer: Option<Answer>,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A page of urges, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct UrgePage {
    items: Vec<Urge>,
    next_cursor: Option<String>,
}

/// Urges about tasks the asker sees, newest first.
#[utoipa::path(get, path = "/urges", tag = "supervision", operation_id = "list_all_urges", params(UrgesQuery), responses((status = 200, body = UrgePage)))]
async fn list_all(me: Permitted<SignedIn>, Query(query): Query<UrgesQuery>) -> Result<Json<UrgePage>, Problem> {
    let limit = query.limit.get()?;
    let before = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let wanted = Wanted { side: query.side.unwrap_or(Side::All), answer: query.answer, before, today: me.ctx.today() };
    let mut tx = me.app.db.read().await?;
    let mut items = pressing::list(&mut tx, &me.ctx, &wanted, limit).await?;
    let next_cursor = Cursor::cut(&mut items, limit, |urge| urge.id)?;
    Ok(Json(UrgePage { items, next_cursor }))
}

#[derive(Debug, Serialize, ToSchema)]
struct Urges {
    items: Vec<Urge>,
    /// The asker may press for this task.
    can_urge: bool,
    /// The asker may instruct on it, or write down what a leader has said.
    can_instruct: bool,
    /// By when an answer is expected where nothing is said.
    usual_day: Day,
}

/// A task's urges, newest first.
#[utoipa::path(get, path = "/tasks/{id}/urges", tag = "supervision", operation_id = "list_urges", params(("id" = String, Path)), responses((status = 200, body = Urges)))]
async fn list(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<Urges>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (items, can_urge, can_instruct) = pressing::urges_of(&mut tx, &me.ctx, id).await?;
    Ok(Json(Urges { items, can_urge, can_instruct, usual_day: pressing::usual_day(&me.ctx) }))
}

/// Presses for a task (督办): one urge for each party.
#[utoipa::path(post, path = "/tasks/{id}/urges", tag = "supervision", operation_id = "urge_task", params(("id" = String, Path)), request_body = UrgeInput, responses((status = 201, body = Pressed)))]
async fn urge(me: Permitted<SignedIn>, Path(id): Path<TaskId>, idem: Idem, Json(input): Json<UrgeInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let items = pressing::urge(tx, &me.ctx, id, &input).await?;
        Ok(Pressed { items })
    })
    .await
}

/// What was sent, one for each party.
#[derive(Debug, Serialize, ToSchema)]
struct Pressed {
    items: Vec<Urge>,
}

/// Whose words may be written down.
#[derive(Debug, Serialize, ToSchema)]
struct Instructing {
    /// The asker is a leader and instructs in their own name.
    own: bool,
    /// Leaders whose words the asker may write down; none where they only instruct themselves.
    leaders: Vec<PersonRef>,
}

/// Who may be said to have instructed.
#[utoipa::path(get, path = "/tasks/{id}/instructions", tag = "supervision", operation_id = "who_instructs", params(("id" = String, Path)), responses((status = 200, body = Instructing)))]
async fn who_instructs(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<Instructing>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (own, leaders) = instruct::whose(&mut tx, &me.ctx, id).await?;
    Ok(Json(Instructing { own, leaders }))
}

/// Instructs on a task (批示), or writes down what a leader has said; may have a task that was done worked on again, or found one of its own.
#[utoipa::path(post, path = "/tasks/{id}/instructions", tag = "supervision", operation_id = "instruct_task", params(("id" = String, Path)), request_body = InstructionInput, responses((status = 201, body = Instructed)))]
async fn give_instruction(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<InstructionInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| instruct::instruct(tx, &me.ctx, id, &input).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplyInput {
    /// The answer, at most 2,000 characters.
    text: String,
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// Answers what was asked last.
#[utoipa::path(post, path = "/urges/{id}/reply", tag = "supervision", operation_id = "reply_to_urge", params(("id" = String, Path)), request_body = ReplyInput, responses((status = 200, body = Urge)))]
async fn reply(me: Permitted<SignedIn>, Path(id): Path<UrgeId>, idem: Idem, Json(input): Json<ReplyInput>) -> Result<Response, Problem> {
    let replied =
        mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| pressing::reply(tx, &me.ctx, id, &input.text, &input.file_ids).await);
    or_present(&me, id, replied.await).await
}

/// Whoever pressed writes down what they were answered on the telephone.
#[utoipa::path(post, path = "/urges/{id}/spoken-reply", tag = "supervision", operation_id = "record_spoken_reply", params(("id" = String, Path)), request_body = SpokenInput, responses((status = 200, body = Urge)))]
async fn record(me: Permitted<SignedIn>, Path(id): Path<UrgeId>, idem: Idem, Json(input): Json<SpokenInput>) -> Result<Response, Problem> {
    let recorded = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| pressing::record(tx, &me.ctx, id, &input).await);
    or_present(&me, id, recorded.await).await
}

/// Whoever pressed asks again in the same thread.
#[utoipa::path(post, path = "/urges/{id}/questions", tag = "supervision", operation_id = "ask_again", params(("id" = String, Path)), request_body = QuestionInput, responses((status = 200, body = Urge)))]
async fn ask_again(
    me: Permitted<SignedIn>,
    Path(id): Path<UrgeId>,
    idem: Idem,
    Json(input): Json<QuestionInput>,
) -> Result<Response, Problem> {
    let asked = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| pressing::ask_again(tx, &me.ctx, id, &input).await);
    or_present(&me, id, asked.await).await
}

/// Whoever pressed finds the answer good, which ends the thread.
#[utoipa::path(post, path = "/urges/{id}/acceptance", tag = "supervision", operation_id = "accept_reply", params(("id" = String, Path)), responses((status = 200, body = Urge)))]
async fn accept(me: Permitted<SignedIn>, Path(id): Path<UrgeId>, idem: Idem) -> Result<Response, Problem> {
    let accepted = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| pressing::accept(tx, &me.ctx, id).await);
    or_present(&me, id, accepted.await).await
}

/// Who comes second is shown what the first has done.
async fn or_present(me: &Permitted<SignedIn>, id: UrgeId, answer: Result<Response, Problem>) -> Result<Response, Problem> {
    match answer {
        Err(problem) if problem.is_late() => {
            let current = pressing::find(&mut me.app.db.read().await?, &me.ctx, id).await;
            Err(match current.map(serde_json::to_value) {
                Ok(Ok(current)) => problem.with_current(current),
                _ => problem,
            })
        }
        other => other,
    }
}
