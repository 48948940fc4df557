//! Where the rooms are put together: routes, jobs, and who hears of which event. Each is listed here and nowhere else.

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
use jobs::{Job, JobError, JobFuture, Runner};
use kit::{Clock, Day, Rng};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use wording::say;

use super::{App, Outcome, Parts, Refusal, RuleBook, Standing, age, document, english::english, number};
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

/// What an upload that died left behind is removed when nothing was written to it for so long.
const LEFTOVER: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);
/// Gauges are read from the database no oftener.
const GAUGES_EVERY: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_secs(24 * 3600);

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
        standing: RwLock::new(Standing { generation: 0, calendar: calendar::official(), rules: Arc::default() }),
        read_standing,
        known: access::Known::default(),
        subscriptions: Arc::new(subscriptions()),
        config,
        file_access: tasks::sees_boxed,
        screen: secrecy::screen,
        gateways,
        in_hand: notify::InHand::default(),
        look_first: supervision::look_first,
        metrics,
        stop: CancellationToken::new(),
    })
}

/// The calendar and the rules in force, where they are others than those known. A generation counts what came into force, so
/// two that are equal hold the same.
fn read_standing<'a>(tx: &'a mut Tx, known: &'a Standing, day: Day) -> BoxFuture<'a, Outcome<Option<Standing>>> {
    Box::pin(async move {
        let generation = calendar::versions(tx).await? + rules::versions(tx, day).await?;
        if generation == known.generation {
            return Ok(None);
        }
        let calendar = calendar::in_force(tx).await?;
        Ok(Some(Standing { generation, calendar, rules: Arc::new(RuleBook::new(rules::in_force(tx, day).await?)) }))
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

/// Knows every kind of job.
pub fn runner(app: &App) -> Runner {
    let (clock, config, blobs) = (app.clock.clone(), app.clone(), app.blobs.clone());
    let idempotency = handler(move |tx, _| {
        let now = clock.now();
        Box::pin(async move { Ok(http::sweep(tx, now).await?) })
    });
    let clock = app.clock.clone();
    let sessions = handler(move |tx, _| {
        let (app, now) = (config.clone(), clock.now());
        Box::pin(async move { Ok(access::sweep(tx, &app.config, now).await?) })
    });
    let uploads = handler(move |_, _| {
        let blobs = blobs.clone();
        Box::pin(async move { blobs.sweep_temp(LEFTOVER).await.map(drop).map_err(JobError::retry) })
    });
    let statistics = handler(move |tx, _| Box::pin(async move { Ok(tx.refresh_statistics(false).await?) }));
    let told = app.clone();
    let notices = handler(move |tx, job| {
        let app = told.clone();
        Box::pin(async move {
            let event: tasks::TaskEvent = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            match supervision::hear(tx, &ctx, &event, &job.id.to_string()).await {
                // A draft that has been deleted since: nobody to tell.
                Ok(()) | Err(Refusal::NotFound) => Ok(()),
                Err(other) => Err(JobError::retry(other)),
            }
        })
    });
    let told = app.clone();
    let unit_notes = handler(move |tx, job| {
        let app = told.clone();
        Box::pin(async move {
            let event: talk::UnitRated = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::tell_unit(tx, &ctx, &event, &job.id.to_string()).await.map_err(JobError::retry)
        })
    });
    let told = app.clone();
    let followed_red = handler(move |tx, _| {
        let app = told.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::tell_red(tx, &ctx).await.map_err(JobError::retry)
        })
    });
    let (watching, finding, missing, following) = (app.clone(), app.clone(), app.clone(), app.clone());
    let sweep = handler(move |tx, _| {
        let app = watching.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::sweep(tx, &ctx).await.map_err(JobError::retry)
        })
    });
    let look_again = handler(move |tx, job| {
        let app = following.clone();
        Box::pin(async move {
            let event: tasks::PlanMoved = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::look_again(tx, &ctx, event.task).await.map_err(JobError::retry)
        })
    });
    let find_missed = move |job: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let app = finding.clone();
        Box::pin(async move {
            let known: supervision::Missed = serde_json::from_value(job.payload).map_err(JobError::fail)?;
            let mut tx = app.db.read().await.map_err(JobError::retry)?;
            serde_json::to_value(known.more(&mut tx).await.map_err(JobError::retry)?).map_err(JobError::fail)
        })
    };
    let take_missed = handler(move |tx, job| {
        let app = missing.clone();
        Box::pin(async move {
            let missed: supervision::Missed = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::take_in(tx, &ctx, &missed).await.map_err(JobError::retry)
        })
    });
    let auditing = app.clone();
    let audit = handler(move |tx, _| {
        let app = auditing.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::audit(tx, &ctx).await.map_err(JobError::retry)
        })
    });
    let (sending, recording, looking_out, answering) = (app.clone(), app.clone(), app.clone(), app.clone());
    let send = move |_: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let app = sending.clone();
        Box::pin(async move { notify::deliver(&app).await.map(|()| serde_json::Value::Null).map_err(JobError::retry) })
    };
    let sent = handler(|_, _| Box::pin(async { Ok(()) }));
    let (proving, asking, wondering) = (app.clone(), app.clone(), app.clone());
    let prove = move |job: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let app = proving.clone();
        Box::pin(async move { notify::send_code(&app, &job.payload).await.map(|()| serde_json::Value::Null).map_err(JobError::retry) })
    };
    let ask = move |_: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let app = asking.clone();
        Box::pin(async move { notify::ask_silent(&app).await.map(|()| serde_json::Value::Null).map_err(JobError::retry) })
    };
    let to_ask = probe(move |tx| {
        let now = wondering.clock.now();
        Box::pin(async move { notify::is_silent(tx, now).await.map_err(JobError::retry) })
    });
    let to_send = probe(move |tx| {
        let app = recording.clone();
        Box::pin(async move { notify::is_due(tx, &app).await.map_err(JobError::retry) })
    });
    let to_look = probe(move |tx| {
        let app = looking_out.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::is_due(tx, &ctx).await.map_err(JobError::retry)
        })
    });
    let replied = handler(move |tx, job| {
        let app = answering.clone();
        Box::pin(async move {
            let event: notify::Replied = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::take_answer(tx, &ctx, &event).await.map_err(JobError::retry)
        })
    });
    let keeping = app.clone();
    let leftovers = handler(move |tx, _| {
        let app = keeping.clone();
        Box::pin(async move { files::sweep(tx, &app).await.map_err(JobError::retry) })
    });
    let reading = app.clone();
    let scrub = handler(move |tx, _| {
        let app = reading.clone();
        Box::pin(async move { files::scrub(tx, &app).await.map_err(JobError::retry) })
    });
    let clock = app.clock.clone();
    let tables = handler(move |tx, _| {
        let now = clock.now();
        Box::pin(async move {
            org::sweep(tx, now).await?;
            tasks::sweep_imports(tx, now).await?;
            operations::sweep_bulk(tx, now).await.map_err(JobError::retry)
        })
    });
    let planning = app.clone();
    let standing = handler(move |tx, _| {
        let app = planning.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            tasks::plan_ahead(tx, &ctx).await.map(drop).map_err(JobError::retry)
        })
    });
    let repeating = app.clone();
    let series = handler(move |tx, _| {
        let app = repeating.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            tasks::sweep_series(tx, &ctx).await.map_err(JobError::retry)
        })
    });
    let told = app.clone();
    let stuck = handler(move |tx, job| {
        let app = told.clone();
        Box::pin(async move {
            let event: tasks::SeriesStuck = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            supervision::tell_stuck(tx, &ctx, &event, &job.id.to_string()).await.map_err(JobError::retry)
        })
    });
    let planning = app.clone();
    let replan = handler(move |tx, _| {
        let app = planning.clone();
        Box::pin(async move {
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            tasks::replan(tx, &ctx).await.map_err(JobError::retry)
        })
    });
    let many = app.clone();
    let bulk = handler(move |tx, job| {
        let app = many.clone();
        Box::pin(async move { operations::go_on_with_bulk(tx, &app, &job.payload).await.map_err(JobError::retry) })
    });
    let (indexing, catching, reading) = (app.clone(), app.clone(), app.clone());
    let index = handler(move |tx, job| {
        let app = indexing.clone();
        Box::pin(async move {
            let event: tasks::TaskEvent = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            search::index(tx, &app, &[event.task]).await.map_err(JobError::retry)?;
            if event.name != "task.dispatched" {
                return Ok(());
            }
            let ctx = app.ctx_in(tx, access::system_principal()).await.map_err(JobError::retry)?;
            search::note_alike(tx, &ctx, event.task).await.map_err(JobError::retry)
        })
    });
    let catch_up = handler(move |tx, _| {
        let app = catching.clone();
        Box::pin(async move { search::catch_up(tx, &app).await.map_err(JobError::retry) })
    });
    let (blobs, config) = (app.blobs.clone(), app.config.clone());
    let read = move |job: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let (blobs, config) = (blobs.clone(), config.clone());
        Box::pin(async move { search::read(&blobs, &config.pdf_reader, job.payload).await.map_err(JobError::retry) })
    };
    let take = handler(move |tx, job| {
        let app = reading.clone();
        Box::pin(async move { search::take(tx, &app, &job.payload).await.map_err(JobError::retry) })
    });
    let (judging, rechecking, looking, taking, sweeping, removing) =
        (app.clone(), app.clone(), app.clone(), app.clone(), app.clone(), app.clone());
    let judged = handler(move |tx, job| {
        let app = judging.clone();
        Box::pin(async move {
            let event: files::Judged = serde_json::from_value(job.payload.clone()).map_err(JobError::fail)?;
            search::judged(tx, &app, &event).await.map_err(JobError::retry)
        })
    });
    let recheck = handler(move |tx, job| {
        let app = rechecking.clone();
        Box::pin(async move { search::recheck(tx, &app, &job.payload).await.map_err(JobError::retry) })
    });
    let look = move |job: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let app = looking.clone();
        Box::pin(async move { files::scan(&app, job.payload).await.map_err(JobError::retry) })
    };
    let verdict = handler(move |tx, job| {
        let app = taking.clone();
        Box::pin(async move { files::take_scan(tx, &app, &job.payload).await.map_err(JobError::retry) })
    });
    let scans = handler(move |tx, _| {
        let app = sweeping.clone();
        Box::pin(async move { files::sweep_scans(tx, &app).await.map_err(JobError::retry) })
    });
    let remove = move |job: Job| -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
        let app = removing.clone();
        Box::pin(async move { files::remove_content(&app, job.payload).await.map_err(JobError::retry) })
    };
    let removed = handler(|_, _| Box::pin(async { Ok(()) }));
    Runner::new(app.db.clone(), app.clock.clone(), app.rng.clone())
        .on(supervision::JOB, notices)
        .on(supervision::UNIT_JOB, unit_notes)
        .on(supervision::SERIES_JOB, stuck)
        .on(tasks::SERIES_MORE, series.clone())
        .every("tasks.series", HOUR, series)
        .every(supervision::RED_JOB, HOUR, followed_red)
        .on_prepared(notify::DELIVER, send, sent)
        .when(notify::DELIVER, to_send)
        .on_prepared(notify::CODE, prove, handler(|_, _| Box::pin(async { Ok(()) })))
        .on_prepared(notify::ASK, ask, handler(|_, _| Box::pin(async { Ok(()) })))
        .when(notify::ASK, to_ask)
        .on(supervision::REPLIED_JOB, replied)
        .on(supervision::SWEEP, sweep)
        .when(supervision::SWEEP, to_look)
        .every("supervision.audit", HOUR, audit)
        .on_prepared(supervision::MISSED, find_missed, take_missed)
        .on(supervision::LOOK, look_again)
        .on(tasks::REPLAN, replan.clone())
        .on(operations::BULK, bulk)
        .on(search::INDEX, index)
        .on_prepared(search::READ, read, take)
        .on(search::JUDGED, judged)
        .on(search::RECHECK, recheck)
        .on_prepared(files::SCAN, look, verdict)
        .on_prepared(files::REMOVE, remove, removed)
        .every("files.sweep_scans", HOUR, scans)
        .on(search::MORE, catch_up.clone())
        .every(search::CATCH_UP, HOUR, catch_up)
        .every("tasks.plan_ahead", DAY, standing)
        .every("tasks.replan_sweep", HOUR, replan)
        .every("idempotency.sweep", HOUR, idempotency)
        .every("access.sweep", HOUR, sessions)
        .every("files.sweep_temp", DAY, uploads)
        .every("files.sweep", DAY, leftovers)
        .every("files.scrub", HOUR, scrub)
        .every("imports.sweep", DAY, tables)
        .every("database.statistics", DAY, statistics)
}

/// Tells the compiler that a closure works for every lifetime, which it does not see behind `impl Handler`.
fn handler<F>(work: F) -> F
where
    F: for<'a> Fn(&'a mut Tx, &'a Job) -> JobFuture<'a> + Send + Sync + 'static,
{
    work
}

/// The same for what looks for work.
fn probe<F>(look: F) -> F
where
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<bool, JobError>> + Send + Sync + 'static,
{
    look
}
