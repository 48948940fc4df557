use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{Permitted, SignedIn},
    http::{Json, Path, Problem, Query},
    tasks::{
        Summary, TaskCount, TaskId, TaskPage, TaskRow, TimelineItem, UnitLoad, filter::FilterQuery, list as lists, timeline as line, view,
    },
};

/// A page of the tasks one sees.
#[utoipa::path(get, path = "/tasks", tag = "tasks", operation_id = "list_tasks", params(FilterQuery), responses((status = 200, body = TaskPage)))]
pub(super) async fn list(me: Permitted<SignedIn>, Query(query): Query<FilterQuery>) -> Result<Json<TaskPage>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(lists::list(&mut tx, &me.ctx, &query).await?))
}

/// How many tasks the same filter finds, by lamp and by state.
#[utoipa::path(get, path = "/tasks/count", tag = "tasks", operation_id = "count_tasks", params(FilterQuery), responses((status = 200, body = TaskCount)))]
pub(super) async fn count(me: Permitted<SignedIn>, Query(query): Query<FilterQuery>) -> Result<Json<TaskCount>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(lists::count(&mut tx, &me.ctx, &query.read()?.0).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SummaryQuery {
    /// First day of the period.
    #[param(value_type = String, format = Date)]
    created_from: Day,
    /// Last day of the period.
    #[param(value_type = String, format = Date)]
    created_to: Day,
    /// The moment to look from, RFC 3339, or a day (its end); now when missing.
    #[param(value_type = Option<String>)]
    as_of: Option<AsOf>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AsOf {
    Moment(Moment),
    Day(Day),
}

/// Volume of a period: created, important, completed and overdue tasks as they stood at a moment.
#[utoipa::path(get, path = "/tasks/summary", tag = "tasks", params(SummaryQuery), responses((status = 200, body = Summary)))]
pub(super) async fn summary(me: Permitted<SignedIn>, Query(query): Query<SummaryQuery>) -> Result<Json<Summary>, Problem> {
    let as_of = query.as_of.map(|as_of| match as_of {
        AsOf::Moment(moment) => moment,
        AsOf::Day(day) => day.end(),
    });
    let mut tx = me.app.db.read().await?;
    Ok(Json(lists::summary(&mut tx, &me.ctx, query.created_from, query.created_to, as_of).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitLoads {
    items: Vec<UnitLoad>,
}

/// Load by lead unit, the most overdue first.
#[utoipa::path(get, path = "/tasks/by-unit", tag = "tasks", operation_id = "tasks_by_unit", params(FilterQuery), responses((status = 200, body = UnitLoads)))]
pub(super) async fn by_unit(me: Permitted<SignedIn>, Query(query): Query<FilterQuery>) -> Result<Json<UnitLoads>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(UnitLoads { items: lists::by_unit(&mut tx, &me.ctx, &query.read()?.0).await? }))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskTree {
    items: Vec<TaskRow>,
    /// There is more: ask for the tree of a task further down.
    truncated: bool,
}

/// A task with everything below it in reading order, at most 2,000 rows.
#[utoipa::path(get, path = "/tasks/{id}/tree", tag = "tasks", operation_id = "task_tree", params(("id" = String, Path)), responses((status = 200, body = TaskTree)))]
pub(super) async fn tree(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<TaskTree>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (items, truncated) = view::tree(&mut tx, &me.ctx, id).await?;
    Ok(Json(TaskTree { items, truncated }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineQuery {
    /// Where the page before ended.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Timeline {
    items: Vec<TimelineItem>,
    next_cursor: Option<String>,
}

/// What happened to a task, newest first, fifty a page: its ledger in words.
#[utoipa::path(get, path = "/tasks/{id}/timeline", tag = "tasks", operation_id = "task_timeline", params(("id" = String, Path), TimelineQuery), responses((status = 200, body = Timeline)))]
pub(super) async fn timeline(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<Timeline>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (items, next_cursor) = line::timeline(&mut tx, &me.ctx, id, query.cursor.as_deref(), 50).await?;
    Ok(Json(Timeline { items, next_cursor }))
}
