//! `serve` and `work`: start, run until told to stop, end in order.

use std::{future::Future, time::Duration};

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, task::JoinSet};

use super::{Common, accounts, open, say};
use crate::app::{self, App};

/// So long may requests in hand take after the signal to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// So long may jobs in hand take; one that is cut off runs again when its lease ends.
const LAST_JOBS: Duration = Duration::from_secs(30);

/// So often memory that nobody needs at the moment is given back.
const REST: Duration = Duration::from_secs(30);

/// Seconds; from a look-up to an upload.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Serves the web and the API, and works through the queue.
pub(super) async fn serve(common: &Common, listen: Option<String>, no_migrate: bool) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let config = open::configure(common, listen)?;
    let metrics = record_metrics()?;
    let db = open::database(&config).await?;
    if no_migrate {
        let due = app::pending(&db).await?;
        anyhow::ensure!(due.is_empty(), "the schema is not up to date (missing: {due:?}); run `shibicheng migrate` first");
    } else {
        app::migrate(&db).await.context("the schema cannot be brought up to date")?;
    }
    let app = open::application(config, db, Some(metrics)).await?;
    if let Some(password) = accounts::first_start(&app).await? {
        say(format!("首次启动：已建立系统管理员，登录名 admin，初始密码 {password}（只显示这一次，登录后须修改）"));
    }
    let listener = TcpListener::bind(&app.config.listen).await.with_context(|| format!("listening on {}", app.config.listen))?;
    let address = listener.local_addr()?;
    let tasks = background(&app, app.config.workers);
    tracing::info!(listen = %address, version = env!("CARGO_PKG_VERSION"), "serving");
    say(format!("事必成已启动：http://{address}"));

    let server = axum::serve(listener, app::router(&app)).with_graceful_shutdown(app.stop.clone().cancelled_owned());
    let server = tokio::spawn(server.into_future());
    signals.stop().await?;
    end(app, tasks, async {
        if tokio::time::timeout(LAST_REQUESTS, server).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    })
    .await;
    Ok(())
}

/// Works through the queue without serving anything.
pub(super) async fn work(common: &Common) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let config = open::configure(common, None)?;
    let db = open::database(&config).await?;
    let due = app::pending(&db).await?;
    anyhow::ensure!(due.is_empty(), "the schema is not up to date (missing: {due:?}); run `shibicheng migrate` first");
    let app = open::application(config, db, None).await?;
    let tasks = background(&app, app.config.workers.max(1));
    tracing::info!(workers = app.config.workers.max(1), "working");
    signals.stop().await?;
    end(app, tasks, async {}).await;
    Ok(())
}

fn record_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("metrics cannot be recorded")?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut beat = tokio::time::interval(Duration::from_secs(5));
        loop {
            beat.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// Starts what runs beside requests: workers, and the relay of other nodes' signals.
fn background(app: &App, workers: usize) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let runner = app::runner(app);
    for _ in 0..workers {
        let (runner, stop) = (runner.clone(), app.stop.clone());
        tasks.spawn(async move { runner.serve(stop).await });
    }
    let (db, stop) = (app.db.clone(), app.stop.clone());
    tasks.spawn(async move {
        // It never ends by itself on PostgreSQL and at once on SQLite.
        tokio::select! { () = stop.cancelled() => {}, () = db.relay_signals() => {} }
    });
    let (db, stop) = (app.db.clone(), app.stop.clone());
    tasks.spawn(async move {
        loop {
            tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(REST) => {} }
            if let Err(error) = db.rest().await {
                tracing::debug!(%error, "pages could not be given back");
            }
            heap::trim();
        }
    });
    tasks
}

/// Stops accepting, lets requests and jobs in hand finish, closes the database.
async fn end(app: App, mut tasks: JoinSet<()>, requests: impl Future<Output = ()>) {
    tracing::info!("stopping");
    app.stop.cancel();
    requests.await;
    let jobs = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_JOBS, jobs).await.is_err() {
        tracing::warn!("some jobs did not end in time; they run again later");
    }
    tasks.shutdown().await;
    app.db.close().await;
    tracing::info!("stopped");
}

/// The signal to stop: Ctrl-C, or SIGTERM from a service manager. Heard from the moment this is made, so that a signal
/// during the start is not lost.
struct Signals {
    #[cfg(unix)]
    streams: [tokio::signal::unix::Signal; 2],
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { streams: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn stop(&mut self) -> anyhow::Result<()> {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.streams;
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            Ok(())
        }
        #[cfg(not(unix))]
        Ok(tokio::signal::ctrl_c().await?)
    }
}
