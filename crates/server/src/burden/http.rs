use utoipa_axum::router::OpenApiRouter;

use super::{
    forecast::{self, Forecast, ForecastInput},
    keeping,
    measure::{self, Burden, BurdenQuery},
    paper,
    statement::{self, Statement, StatementQuery},
    table,
};
use crate::{
    access::{Permitted, SetTasks, SignedIn, WatchSystem},
    app::App,
    guarded,
    http::{Download, Json, Problem, Query},
    org,
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(keeping::show, keeping::write))
        .routes(guarded!(show))
        .routes(guarded!(foresee))
        .routes(guarded!(state))
        .routes(guarded!(state_as_table))
        .routes(guarded!(state_on_paper))
}

/// Shows how much persons were told in the last seven days and have to report in the weeks ahead, and what makes it up: one's own, and
/// that of the people of units one sees.
#[utoipa::path(get, path = "/burden", tag = "burden", operation_id = "burden", params(BurdenQuery), responses((status = 200, body = Burden)))]
async fn show(me: Permitted<SignedIn>, Query(query): Query<BurdenQuery>) -> Result<Json<Burden>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(measure::of(&mut tx, &me.ctx, &query).await?))
}

/// Works out, before it is saved, what the handlers would owe a week with this rule to report or with this report that is asked for.
/// Changes nothing.
#[utoipa::path(post, path = "/burden/forecasts", tag = "burden", operation_id = "foresee_burden", request_body = ForecastInput,
    responses((status = 200, body = Forecast)))]
async fn foresee(me: Permitted<SetTasks>, Json(input): Json<ForecastInput>) -> Result<Json<Forecast>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(forecast::of(&mut tx, &me.ctx, &input).await?))
}

/// States what was asked how often in a period, and what the system does not do.
#[utoipa::path(get, path = "/burden/statement", tag = "burden", operation_id = "burden_statement", params(StatementQuery),
    responses((status = 200, body = Statement)))]
async fn state(me: Permitted<WatchSystem>, Query(query): Query<StatementQuery>) -> Result<Json<Statement>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(statement::of(&mut tx, &me.ctx, query).await?))
}

/// The statement as CSV.
#[utoipa::path(get, path = "/burden/statement.csv", tag = "burden", operation_id = "burden_statement_csv", params(StatementQuery),
    responses((status = 200, body = Vec<u8>, content_type = "text/csv")))]
async fn state_as_table(me: Permitted<WatchSystem>, Query(query): Query<StatementQuery>) -> Result<Download, Problem> {
    let mut tx = me.app.db.read().await?;
    let statement = statement::of(&mut tx, &me.ctx, query).await?;
    Ok(Download { name: [&statement.title().spoken(), ".csv"].concat(), kind: Download::CSV, bytes: table::csv(&statement)? })
}

/// The statement as a DOCX in the layout of official documents, in the name of the asker's unit.
#[utoipa::path(get, path = "/burden/statement.docx", tag = "burden", operation_id = "burden_statement_docx", params(StatementQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
async fn state_on_paper(me: Permitted<WatchSystem>, Query(query): Query<StatementQuery>) -> Result<Download, Problem> {
    let mut tx = me.app.db.read().await?;
    let statement = statement::of(&mut tx, &me.ctx, query).await?;
    let unit = org::unit_refs(&mut tx, me.actor().unit).await?.into_iter().next().map(|unit| unit.name).unwrap_or_default();
    Ok(Download { name: [&statement.title().zh(), ".docx"].concat(), kind: Download::DOCX, bytes: paper::docx(&statement, &unit)? })
}
