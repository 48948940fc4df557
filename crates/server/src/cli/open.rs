//! From options to an application that is ready: log, data folder, database, blobs.

use std::{io::IsTerminal as _, path::PathBuf};

use anyhow::Context as _;
use blob::Store;
use db::Db;
use kit::{Clock, Rng};
use metrics_exporter_prometheus::PrometheusHandle;
use tracing_subscriber::EnvFilter;

use super::Common;
use crate::{
    app::{self, App, Base},
    config::{BlobStore, Config, LogFormat},
    demo,
    notify::{self, Gateways},
};

/// Puts the options together and begins to log.
pub(super) fn configure(common: &Common, listen: Option<String>) -> anyhow::Result<Config> {
    let mut flags = Vec::new();
    flags.extend(listen.map(|text| ("listen", text)));
    flags.extend(common.database_url.clone().map(|text| ("database_url", text)));
    flags.extend(common.data_dir.as_ref().map(|path| ("data_dir", path.to_string_lossy().into_owned())));
    // Variables that are not UTF-8 cannot be ours.
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let config = Config::load(common.config.as_deref(), environment, &flags)?;
    log(&config)?;
    Ok(config)
}

fn log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log_filter).context("option `log_filter`")?;
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match config.log_format {
        LogFormat::Text => log.with_target(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("the log cannot be set up: {error}"))
}

/// Opens the database; a SQLite file is made, and so is the data folder.
pub(super) async fn database(config: &Config) -> anyhow::Result<Db> {
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("data folder {}", config.data_dir.display()))?;
    // The URL may hold a password and is not repeated.
    Db::open(&config.database(), &config.database_options()).await.context("the database cannot be opened")
}

/// Where files' contents lie.
pub(super) async fn blobs(config: &Config) -> anyhow::Result<Store> {
    let folder = config.data_dir.join("blobs");
    let Some(bucket) = config.bucket() else {
        anyhow::ensure!(config.blob_store == BlobStore::Disk, "option `blob_store` is \"s3\", but `s3_bucket` names no bucket");
        return Store::at(&folder).await.with_context(|| format!("file store {}", folder.display()));
    };
    let opened = Store::with_bucket(&folder, &bucket, config.blob_store.into()).await;
    opened
        .with_context(|| format!("file store {} with bucket `{}` (s3_endpoint = \"{}\")", folder.display(), bucket.bucket, bucket.endpoint))
}

/// An application over a database that is open.
pub(super) async fn application(config: Config, db: Db, metrics: Option<PrometheusHandle>) -> anyhow::Result<App> {
    let blobs = blobs(&config).await?;
    let clock = if config.demo_clock { demo::movable_clock(&config.data_dir) } else { Clock::system() };
    let rng = Rng::from_system();
    let (gateways, lines) = if config.gateways.as_os_str().is_empty() {
        (Gateways::default(), Vec::new())
    } else {
        notify::read_gateways(&config.gateways, &config, &db, &clock, &rng)?
    };
    let app = app::assemble(Base { db, clock, rng, blobs, config, gateways, metrics });
    for line in lines {
        tokio::spawn(notify::listen(app.clone(), line));
    }
    Ok(app)
}

/// An application over a database whose schema has been brought up to date.
pub(super) async fn migrated(common: &Common) -> anyhow::Result<App> {
    migrated_with(configure(common, None)?).await
}

/// The same with options that are already put together.
pub(super) async fn migrated_with(config: Config) -> anyhow::Result<App> {
    // A command sends nothing: what is wrong with the gateways must not stop it, nor must it open an operator's line.
    let config = Config { gateways: PathBuf::new(), ..config };
    let db = database(&config).await?;
    app::migrate(&db).await.context("the schema cannot be brought up to date")?;
    application(config, db, None).await
}
