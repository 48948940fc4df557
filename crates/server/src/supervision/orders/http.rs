use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::{
    answer::{self, OrderAnswerInput, OrderDecisionInput, OrderWithdrawalInput},
    issue::{self, FollowingInput, OrderInput},
    keeping,
    model::{Order, OrderId, OrderLevel, OrderState},
    paper,
    store::Wanted,
    view,
};
use crate::{
    access::{IssueOrders, Permitted, SignedIn},
    app::App,
    guarded,
    http::{Cursor, Download, Idem, Json, Limit, Path, Problem, Query, mutate},
    org::{UnitId, UnitRef},
    tasks::TaskId,
};

/// The routes of orders.
pub(in crate::supervision) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(list, issue_order))
        .routes(guarded!(show))
        .routes(guarded!(of_task))
        .routes(guarded!(follow))
        .routes(guarded!(answer_order))
        .routes(guarded!(decide))
        .routes(guarded!(withdraw))
        .routes(guarded!(document))
        .routes(guarded!(keeping::show, keeping::write))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    /// Only of this level.
    #[param(inline)]
    level: Option<OrderLevel>,
    /// Only in this state.
    #[param(inline)]
    state: Option<OrderState>,
    /// Only to this unit.
    #[param(value_type = Option<String>)]
    unit_id: Option<UnitId>,
    /// Only about this task.
    #[param(value_type = Option<String>)]
    task_id: Option<TaskId>,
    /// Only what has not ended; or, when false, what has.
    open: Option<bool>,
    /// Only what should have been answered by now and was not.
    #[serde(default)]
    overdue: bool,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A page of orders, the latest first.
#[derive(Debug, Serialize, ToSchema)]
struct OrderPage {
    items: Vec<Order>,
    next_cursor: Option<String>,
}

/// Lists the supervision orders (督办单) the asker sees, the latest first.
#[utoipa::path(get, path = "/orders", tag = "supervision", operation_id = "list_orders", params(OrdersQuery), responses((status = 200, body = OrderPage)))]
async fn list(me: Permitted<SignedIn>, Query(query): Query<OrdersQuery>) -> Result<Json<OrderPage>, Problem> {
    let limit = query.limit.get()?;
    let before: Option<OrderId> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let wanted = Wanted {
        level: query.level,
        state: query.state,
        unit: query.unit_id,
        task: query.task_id,
        open: query.open,
        overdue_on: query.overdue.then(|| me.ctx.today()),
        before,
    };
    let mut tx = me.app.db.read().await?;
    let mut items = view::list(&mut tx, &me.ctx, &wanted, limit).await?;
    let next_cursor = Cursor::cut(&mut items, limit, |order| order.id)?;
    Ok(Json(OrderPage { items, next_cursor }))
}

/// Issues a blue order about one task or several of one unit.
#[utoipa::path(post, path = "/orders", tag = "supervision", operation_id = "issue_order", request_body = OrderInput, responses((status = 201, body = Order)))]
async fn issue_order(me: Permitted<IssueOrders>, idem: Idem, Json(input): Json<OrderInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let id = issue::issue(tx, &me.ctx, &input).await?;
        view::find(tx, &me.ctx, id).await
    })
    .await
}

/// Shows one order.
#[utoipa::path(get, path = "/orders/{id}", tag = "supervision", operation_id = "show_order", params(("id" = String, Path)), responses((status = 200, body = Order)))]
async fn show(me: Permitted<SignedIn>, Path(id): Path<OrderId>) -> Result<Json<Order>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(view::find(&mut tx, &me.ctx, id).await?))
}

/// A task's orders, and who may be sent one.
#[derive(Debug, Serialize, ToSchema)]
struct TaskOrders {
    items: Vec<Order>,
    /// Units the asker may send an order about this task now: those that take part and have none yet, the leading one first.
    units: Vec<UnitRef>,
}

/// Lists a task's orders, the latest first.
#[utoipa::path(get, path = "/tasks/{id}/orders", tag = "supervision", operation_id = "task_orders", params(("id" = String, Path)), responses((status = 200, body = TaskOrders)))]
async fn of_task(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<TaskOrders>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (items, units) = view::of_task(&mut tx, &me.ctx, id).await?;
    Ok(Json(TaskOrders { items, units }))
}

/// Issues the order that follows one which expired without an answer or whose answer was refused, one level sharper.
#[utoipa::path(post, path = "/orders/{id}/following", tag = "supervision", operation_id = "follow_order", params(("id" = String, Path)), request_body = FollowingInput, responses((status = 201, body = Order)))]
async fn follow(
    me: Permitted<IssueOrders>,
    Path(id): Path<OrderId>,
    idem: Idem,
    Json(input): Json<FollowingInput>,
) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let next = issue::follow(tx, &me.ctx, id, &input).await?;
        view::find(tx, &me.ctx, next).await
    });
    or_present(&me, id, done.await).await
}

/// Answers an order for the addressed unit.
#[utoipa::path(post, path = "/orders/{id}/answers", tag = "supervision", operation_id = "answer_order", params(("id" = String, Path)), request_body = OrderAnswerInput, responses((status = 200, body = Order)))]
async fn answer_order(
    me: Permitted<SignedIn>,
    Path(id): Path<OrderId>,
    idem: Idem,
    Json(input): Json<OrderAnswerInput>,
) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        answer::answer(tx, &me.ctx, id, &input).await?;
        view::find(tx, &me.ctx, id).await
    });
    or_present(&me, id, done.await).await
}

/// Accepts the answer, which ends the order, or sends it back.
#[utoipa::path(post, path = "/orders/{id}/decision", tag = "supervision", operation_id = "decide_order", params(("id" = String, Path)), request_body = OrderDecisionInput, responses((status = 200, body = Order)))]
async fn decide(
    me: Permitted<SignedIn>,
    Path(id): Path<OrderId>,
    idem: Idem,
    Json(input): Json<OrderDecisionInput>,
) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        answer::decide(tx, &me.ctx, id, &input).await?;
        view::find(tx, &me.ctx, id).await
    });
    or_present(&me, id, done.await).await
}

/// Takes an order back.
#[utoipa::path(post, path = "/orders/{id}/withdrawal", tag = "supervision", operation_id = "withdraw_order", params(("id" = String, Path)), request_body = OrderWithdrawalInput, responses((status = 200, body = Order)))]
async fn withdraw(
    me: Permitted<SignedIn>,
    Path(id): Path<OrderId>,
    idem: Idem,
    Json(input): Json<OrderWithdrawalInput>,
) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        answer::withdraw(tx, &me.ctx, id, &input).await?;
        view::find(tx, &me.ctx, id).await
    });
    or_present(&me, id, done.await).await
}

/// The order as a DOCX in the layout of official documents.
#[utoipa::path(get, path = "/orders/{id}/document", tag = "supervision", operation_id = "order_document", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
async fn document(me: Permitted<SignedIn>, Path(id): Path<OrderId>) -> Result<Download, Problem> {
    let mut tx = me.app.db.read().await?;
    let (name, bytes) = paper::paper(&mut tx, &me.ctx, id).await?;
    Ok(Download { name, kind: Download::DOCX, bytes })
}

/// Who comes second is shown what the first has done.
async fn or_present<P>(me: &Permitted<P>, id: OrderId, answer: Result<Response, Problem>) -> Result<Response, Problem> {
    match answer {
        Err(problem) if problem.is_late() => {
            let current = view::find(&mut me.app.db.read().await?, &me.ctx, id).await;
            Err(match current.map(serde_json::to_value) {
                Ok(Ok(current)) => problem.with_current(current),
                _ => problem,
            })
        }
        other => other,
    }
}
