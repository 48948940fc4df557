use axum::extract::RawQuery;
use kit::Day;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    access::{Permitted, SignedIn},
    http::{Json, Problem, Query},
    tasks::{
        filter::FilterQuery,
        shapes::{self, GanttPage, TaskCalendar},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeriodQuery {
    /// The first day.
    #[param(value_type = String, format = Date)]
    from: Day,
    /// The last day, at most 61 days later.
    #[param(value_type = String, format = Date)]
    to: Day,
}

/// What falls on the days of a period, of the tasks the filter finds: due days, steps, duties to report.
#[utoipa::path(get, path = "/tasks/calendar", tag = "tasks", operation_id = "task_calendar", params(PeriodQuery, FilterQuery), responses((status = 200, body = TaskCalendar)))]
pub(super) async fn calendar(me: Permitted<SignedIn>, RawQuery(query): RawQuery) -> Result<Json<TaskCalendar>, Problem> {
    let query = query.unwrap_or_default();
    let (own, rest) = super::apart(&query, &["from", "to"]);
    let Query(period) = Query::<PeriodQuery>::read(&own)?;
    let Query(filter) = Query::<FilterQuery>::read(&rest)?;
    let mut tx = me.app.db.read().await?;
    Ok(Json(shapes::calendar(&mut tx, &me.ctx, &filter.read()?.0, period.from, period.to).await?))
}

/// A page of the list with the beginning, the end, the plan and the steps of each task.
#[utoipa::path(get, path = "/tasks/gantt", tag = "tasks", operation_id = "gantt_tasks", params(FilterQuery), responses((status = 200, body = GanttPage)))]
pub(super) async fn gantt(me: Permitted<SignedIn>, Query(query): Query<FilterQuery>) -> Result<Json<GanttPage>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shapes::gantt(&mut tx, &me.ctx, &query).await?))
}
