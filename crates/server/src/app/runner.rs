//! Every kind of job there is, with the room that does it. Listed here and nowhere else.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use db::Tx;
use futures_util::future::BoxFuture;
use jobs::{Handler, Job, JobError, JobFuture, Runner};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{App, Ctx, Outcome, Refusal};
use crate::{access, files, http, notify, operations, org, search, supervision, talk, tasks};

/// What an upload that died left behind is removed when nothing was written to it for so long.
const LEFTOVER: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Knows every kind of job.
pub fn runner(app: &App) -> Runner {
    let runner = Runner::new(app.db.clone(), app.clock.clone(), app.rng.clone());
    keeping_the_house(watching(telling(runner, app), app), app)
}

/// What happens on the spot when something has happened to a task.
fn telling(runner: Runner, app: &App) -> Runner {
    runner
        .on_many(
            supervision::JOB,
            many(app, |tx, app, jobs| {
                Box::pin(async move {
                    let ctx = system(tx, app).await?;
                    let events: Vec<(tasks::TaskEvent, String)> =
                        jobs.iter().map(|job| Ok((said(job)?, job.id.to_string()))).collect::<Result<_>>()?;
                    Ok(supervision::hear(tx, &ctx, &events).await?)
                })
            }),
        )
        .on_many(
            supervision::LOOK,
            many(app, |tx, app, jobs| {
                Box::pin(async move {
                    let ctx = system(tx, app).await?;
                    let moved: Vec<tasks::PlanMoved> = jobs.iter().map(said).collect::<Result<_>>()?;
                    Ok(supervision::look_again(tx, &ctx, &moved.iter().map(|event| event.task).collect()).await?)
                })
            }),
        )
        .on_many(
            search::INDEX,
            many(app, |tx, app, jobs| {
                Box::pin(async move {
                    let events: Vec<tasks::TaskEvent> = jobs.iter().map(said).collect::<Result<_>>()?;
                    let changed: BTreeSet<tasks::TaskId> = events.iter().map(|event| event.task).collect();
                    search::index(tx, app, &changed.into_iter().collect::<Vec<_>>()).await?;
                    let out: Vec<tasks::TaskId> =
                        events.iter().filter(|event| event.name == "task.dispatched").map(|event| event.task).collect();
                    if out.is_empty() {
                        return Ok(());
                    }
                    let ctx = system(tx, app).await?;
                    Ok(search::note_alike(tx, &ctx, &out).await?)
                })
            }),
        )
        .on(
            supervision::UNIT_JOB,
            by_system(app, |tx, ctx, job| {
                Box::pin(async move {
                    let event: talk::UnitRated = said(job)?;
                    Ok(supervision::tell_unit(tx, ctx, &event, &job.id.to_string()).await?)
                })
            }),
        )
        .on(
            supervision::SERIES_JOB,
            by_system(app, |tx, ctx, job| {
                Box::pin(async move {
                    let event: tasks::SeriesStuck = said(job)?;
                    Ok(supervision::tell_stuck(tx, ctx, &event, &job.id.to_string()).await?)
                })
            }),
        )
        .on(
            supervision::REPLIED_JOB,
            by_system(app, |tx, ctx, job| {
                Box::pin(async move {
                    let event: notify::Replied = said(job)?;
                    Ok(supervision::take_answer(tx, ctx, &event).await?)
                })
            }),
        )
}

/// What the system watches by itself, and what brings messages out of the house.
fn watching(runner: Runner, app: &App) -> Runner {
    runner
        .on(supervision::SWEEP, by_system(app, |tx, ctx, _| Box::pin(async move { Ok(supervision::sweep(tx, ctx).await?) })))
        .when(
            supervision::SWEEP,
            probe(app, |tx, app| {
                Box::pin(async move {
                    let ctx = system(tx, &app).await?;
                    Ok(supervision::is_due(tx, &ctx).await?)
                })
            }),
        )
        .every("supervision.audit", HOUR, by_system(app, |tx, ctx, _| Box::pin(async move { Ok(supervision::audit(tx, ctx).await?) })))
        .on_prepared(
            supervision::MISSED,
            before(app, |app, job| {
                Box::pin(async move {
                    let known: supervision::Missed = said(&job)?;
                    let missed = known.more(&mut app.db.read().await?).await?;
                    serde_json::to_value(missed).map_err(JobError::fail)
                })
            }),
            by_system(app, |tx, ctx, job| {
                Box::pin(async move {
                    let missed: supervision::Missed = said(job)?;
                    Ok(supervision::take_in(tx, ctx, &missed).await?)
                })
            }),
        )
        .every(supervision::RED_JOB, HOUR, by_system(app, |tx, ctx, _| Box::pin(async move { Ok(supervision::tell_red(tx, ctx).await?) })))
        .on_prepared(notify::DELIVER, before(app, |app, _| Box::pin(async move { nothing_left(notify::deliver(&app).await) })), Done)
        .when(notify::DELIVER, probe(app, |tx, app| Box::pin(async move { Ok(notify::is_due(tx, &app).await?) })))
        .on_prepared(
            notify::CODE,
            before(app, |app, job| Box::pin(async move { nothing_left(notify::send_code(&app, &job.payload).await) })),
            Done,
        )
        .on_prepared(notify::ASK, before(app, |app, _| Box::pin(async move { nothing_left(notify::ask_silent(&app).await) })), Done)
        .when(notify::ASK, probe(app, |tx, app| Box::pin(async move { Ok(notify::is_silent(tx, app.clock.now()).await?) })))
        .on(tasks::REPLAN, replan(app))
        .every("tasks.replan_sweep", HOUR, replan(app))
        .every(
            "tasks.plan_ahead",
            DAY,
            by_system(app, |tx, ctx, _| Box::pin(async move { Ok(tasks::plan_ahead(tx, ctx).await.map(drop)?) })),
        )
        .on(tasks::SERIES_MORE, series(app))
        .every("tasks.series", HOUR, series(app))
}

/// What is read, scanned, found, and swept out.
fn keeping_the_house(runner: Runner, app: &App) -> Runner {
    runner
        .on(
            operations::BULK,
            plain(app, |tx, app, job| Box::pin(async move { Ok(operations::go_on_with_bulk(tx, app, &job.payload).await?) })),
        )
        .on_prepared(
            search::READ,
            before(app, |app, job| Box::pin(async move { Ok(search::read(&app.blobs, &app.config.pdf_reader, job.payload).await?) })),
            plain(app, |tx, app, job| Box::pin(async move { Ok(search::take(tx, app, &job.payload).await?) })),
        )
        .on(
            search::JUDGED,
            plain(app, |tx, app, job| {
                Box::pin(async move {
                    let event: files::Judged = said(job)?;
                    Ok(search::judged(tx, app, &event).await?)
                })
            }),
        )
        .on(search::RECHECK, plain(app, |tx, app, job| Box::pin(async move { Ok(search::recheck(tx, app, &job.payload).await?) })))
        .on(search::MORE, catch_up(app))
        .every(search::CATCH_UP, HOUR, catch_up(app))
        .on_prepared(
            files::SCAN,
            before(app, |app, job| Box::pin(async move { Ok(files::scan(&app, job.payload).await?) })),
            plain(app, |tx, app, job| Box::pin(async move { Ok(files::take_scan(tx, app, &job.payload).await?) })),
        )
        .on_prepared(
            files::REMOVE,
            before(app, |app, job| Box::pin(async move { Ok(files::remove_content(&app, job.payload).await?) })),
            Done,
        )
        .every("files.sweep_scans", HOUR, plain(app, |tx, app, _| Box::pin(async move { Ok(files::sweep_scans(tx, app).await?) })))
        .every("files.sweep", DAY, plain(app, |tx, app, _| Box::pin(async move { Ok(files::sweep(tx, app).await?) })))
        .every("files.scrub", HOUR, plain(app, |tx, app, _| Box::pin(async move { Ok(files::scrub(tx, app).await?) })))
        .every(
            "files.sweep_temp",
            DAY,
            plain(app, |_, app, _| Box::pin(async move { app.blobs.sweep_temp(LEFTOVER).await.map(drop).map_err(JobError::retry) })),
        )
        .every(
            "imports.sweep",
            DAY,
            plain(app, |tx, app, _| {
                Box::pin(async move {
                    let now = app.clock.now();
                    org::sweep(tx, now).await?;
                    tasks::sweep_imports(tx, now).await?;
                    Ok(operations::sweep_bulk(tx, now).await?)
                })
            }),
        )
        .every("idempotency.sweep", HOUR, plain(app, |tx, app, _| Box::pin(async move { Ok(http::sweep(tx, app.clock.now()).await?) })))
        .every(
            "access.sweep",
            HOUR,
            plain(app, |tx, app, _| Box::pin(async move { Ok(access::sweep(tx, &app.config, app.clock.now()).await?) })),
        )
        .every("database.statistics", DAY, plain(app, |tx, _, _| Box::pin(async move { Ok(tx.refresh_statistics(false).await?) })))
}

fn replan(app: &App) -> impl Handler {
    by_system(app, |tx, ctx, _| Box::pin(async move { Ok(tasks::replan(tx, ctx).await?) }))
}

fn series(app: &App) -> impl Handler {
    by_system(app, |tx, ctx, _| Box::pin(async move { Ok(tasks::sweep_series(tx, ctx).await?) }))
}

fn catch_up(app: &App) -> impl Handler {
    plain(app, |tx, app, _| Box::pin(async move { Ok(search::catch_up(tx, app).await?) }))
}

impl From<Refusal> for JobError {
    fn from(refusal: Refusal) -> Self {
        Self::retry(refusal)
    }
}

/// What a job is about. One that cannot be read now will not be readable later.
fn said<T: DeserializeOwned>(job: &Job) -> Result<T> {
    serde_json::from_value(job.payload.clone()).map_err(JobError::fail)
}

async fn system(tx: &mut Tx, app: &App) -> Result<Ctx> {
    Ok(app.ctx_in(tx, access::system_principal()).await?)
}

type Result<T> = std::result::Result<T, JobError>;

/// Nothing is left to be done in the transaction.
struct Done;

impl Handler for Done {
    fn run<'a>(&'a self, _: &'a mut Tx, _: &'a [Job]) -> JobFuture<'a> {
        Box::pin(async { Ok(()) })
    }
}

fn nothing_left(done: Outcome<()>) -> Result<Value> {
    Ok(done.map(|()| Value::Null)?)
}

struct Many<F>(App, F);

impl<F> Handler for Many<F>
where
    F: for<'a> Fn(&'a mut Tx, &'a App, &'a [Job]) -> JobFuture<'a> + Send + Sync + 'static,
{
    fn run<'a>(&'a self, tx: &'a mut Tx, jobs: &'a [Job]) -> JobFuture<'a> {
        (self.1)(tx, &self.0, jobs)
    }
}

/// Jobs of one kind done at once.
fn many<F>(app: &App, work: F) -> impl Handler
where
    F: for<'a> Fn(&'a mut Tx, &'a App, &'a [Job]) -> JobFuture<'a> + Send + Sync + 'static,
{
    Many(app.clone(), work)
}

/// A job done in its transaction.
fn plain<F>(app: &App, work: F) -> impl Handler
where
    F: for<'a> Fn(&'a mut Tx, &'a App, &'a Job) -> JobFuture<'a> + Send + Sync + 'static,
{
    let work = Arc::new(work);
    many(app, move |tx, app, jobs| {
        let work = work.clone();
        Box::pin(async move {
            for job in jobs {
                work(tx, app, job).await?;
            }
            Ok(())
        })
    })
}

/// A job done in the system's name.
fn by_system<F>(app: &App, work: F) -> impl Handler
where
    F: for<'a> Fn(&'a mut Tx, &'a Ctx, &'a Job) -> JobFuture<'a> + Send + Sync + 'static,
{
    let work = Arc::new(work);
    plain(app, move |tx, app, job| {
        let work = work.clone();
        Box::pin(async move {
            let ctx = system(tx, app).await?;
            work(tx, &ctx, job).await
        })
    })
}

/// What is done before the transaction begins.
fn before<F>(app: &App, work: F) -> impl Fn(Job) -> BoxFuture<'static, Result<Value>> + Send + Sync + 'static
where
    F: Fn(App, Job) -> BoxFuture<'static, Result<Value>> + Send + Sync + 'static,
{
    let app = app.clone();
    move |job| work(app.clone(), job)
}

/// A look whether there is work.
fn probe<F>(app: &App, look: F) -> impl for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<bool>> + Send + Sync + 'static
where
    F: for<'a> Fn(&'a mut Tx, App) -> BoxFuture<'a, Result<bool>> + Send + Sync + 'static,
{
    let app = app.clone();
    move |tx: &mut Tx| look(tx, app.clone())
}
