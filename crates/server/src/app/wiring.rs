//! Where the rooms are put together: routes, and who hears of which event. Each is listed here and nowhere else; jobs are in `runner.rs`.

use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use blob::Store;
use db::{Db, Tx};
use futures_util::future::BoxFuture;
use kit::{Clock, Day, Rng};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use wording::say;

use super::{App, Outcome, Parts, RuleBook, Standing, age, document, english::english, number};
use crate::{
    access, archive, burden, calendar,
    config::Config,
    demo,
    events::Subscriptions,
    files,
    http::{self, Problem},
    notify, operations, org, rules, search, secrecy, supervision, talk, tasks,
};

const BASE: &str = "/api/v1";

/// Gauges are read from the database no oftener.
const GAUGES_EVERY: Duration = Duration::from_secs(5);

/// What the program is started with; the rest of an application follows from it.
pub struct Base {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// Where files' contents lie.
    pub blobs: Store,
    /// Options.
    pub config: Config,
    /// The ways out to people.
    pub gateways: notify::Gateways,
    /// Renders `/metrics`.
    pub metrics: Option<PrometheusHandle>,
}

/// Puts an application together.
pub fn assemble(base: Base) -> App {
    let Base { db, clock, rng, blobs, config, gateways, metrics } = base;
    wording::install(english());
    App::new(Parts {
        db,
        clock,
        rng,
        blobs,
        standing: RwLock::new(Standing { as_of: None, generation: 0, calendar: calendar::official(), rules: Arc::default() }),
        read_standing,
        known: access::Known::default(),
        subscriptions: Arc::new(subscriptions()),
        config,
        file_access: tasks::sees_boxed,
        screen: secrecy::screen,
        gateways,
        in_hand: notify::InHand::default(),
        look_first: supervision::look_first,
        still_open: supervision::still_open,
        metrics,
        stop: CancellationToken::new(),
    })
}

/// The calendar and the rules in force on a day. A generation counts what came into force, so two that are equal hold the same.
fn read_standing(tx: &mut Tx, changes: i64, day: Day, known: Standing) -> BoxFuture<'_, Outcome<Standing>> {
    Box::pin(async move {
        let as_of = Some((changes, day));
        let generation = calendar::versions(tx).await? + rules::versions(tx, day).await?;
        if generation == known.generation {
            return Ok(Standing { as_of, ..known });
        }
        let calendar = calendar::in_force(tx).await?;
        Ok(Standing { as_of, generation, calendar, rules: Arc::new(RuleBook::new(rules::in_force(tx, day).await?)) })
    })
}

fn rooms() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(access::routes())
        .merge(org::routes())
        .merge(files::routes())
        .merge(notify::routes())
        .merge(calendar::routes())
        .merge(secrecy::routes())
        .merge(tasks::routes())
        .merge(talk::routes())
        .merge(supervision::routes())
        .merge(burden::routes())
        .merge(archive::routes())
        .merge(search::routes())
        .merge(operations::routes())
        .merge(demo::routes())
}

fn api() -> (Router<App>, OpenApi) {
    let (router, mut openapi) = OpenApiRouter::with_openapi(document::blank()).nest(BASE, rooms()).split_for_parts();
    document::complete(&mut openapi);
    (router, openapi)
}

/// The description of the API, from the handlers themselves.
pub fn openapi() -> OpenApi {
    api().1
}

/// Everything that is answered over HTTP.
pub fn router(app: &App) -> Router {
    let (api, openapi) = api();
    let text: Arc<str> = openapi.to_json().unwrap_or_default().into();
    let document = move || async move { ([(header::CONTENT_TYPE, "application/json")], text.to_string()) };
    let router = api
        .route("/api/v1/openapi.json", get(document))
        .route("/healthz", get(http::healthz))
        .route("/readyz", get(http::readyz))
        .route("/metrics", get(metrics_of))
        .fallback(http::serve_web)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone());
    http::wrap(router, app)
}

/// Counters and histograms in Prometheus' text format, and gauges read from the database: whatever node is asked, they are those of all.
async fn metrics_of(State(app): State<App>) -> Response {
    let Some(handle) = &app.metrics else { return StatusCode::NOT_FOUND.into_response() };
    // One at a time, and not all the time: whoever reaches the port may ask.
    static READ: tokio::sync::Mutex<Option<Instant>> = tokio::sync::Mutex::const_new(None);
    let mut read = READ.lock().await;
    if read.is_none_or(|at| at.elapsed() >= GAUGES_EVERY) {
        let known = set_gauges(&app).await.inspect_err(|error| tracing::warn!(%error, "how things stand is not known"));
        metrics::gauge!("database_up").set(if known.is_ok() { 1.0 } else { 0.0 });
        *read = Some(Instant::now());
    }
    drop(read);
    handle.render().into_response()
}

async fn set_gauges(app: &App) -> Outcome<()> {
    let mut tx = app.db.read().await?;
    let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
    let depth = jobs::depth(&mut tx, ctx.now()).await?;
    metrics::gauge!("jobs_due").set(number(depth.due));
    metrics::gauge!("jobs_oldest_seconds").set(depth.oldest.map_or(0.0, |at| age(at, ctx.now())));
    metrics::gauge!("jobs_given_up").set(number(depth.failed));
    supervision::gauges(&mut tx, &ctx).await?;
    notify::gauges(&mut tx, app, &ctx).await
}

async fn method_not_allowed(uri: Uri) -> Response {
    let detail = say!("{path} 不支持这种操作。", path = uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).into_response()
}

/// Who hears of which event.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on(calendar::CHANGED, tasks::REPLAN)
        .on(talk::UNIT_RATED, supervision::UNIT_JOB)
        .on(tasks::SERIES_STUCK, supervision::SERIES_JOB)
        .on(tasks::PLAN_MOVED, supervision::LOOK)
        .on(files::JUDGED, search::JUDGED)
        .on(secrecy::CHANGED, search::RECHECK)
        .on(notify::REPLIED, supervision::REPLIED_JOB)
        .on_all_but("task.", supervision::UNHEARD, supervision::JOB)
        .on_all("task.", search::INDEX)
}
