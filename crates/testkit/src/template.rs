//! Databases of a test's own, each a copy of one that was migrated and furnished once a process.

use std::{
    io::Write as _,
    path::Path,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use blob::Store;
use db::{Db, Options, Scratch};
use kit::{Clock, Moment, Rng};
use server::{
    app::{self, App, Base},
    config::Config,
    notify::Gateways,
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::fixture::{self, Fixture};

/// When time begins: a Friday before the spring festival.
pub(crate) const START: &str = "2026-02-06T09:00:00+08:00";

const VARIABLE: &str = "SHIBICHENG_TEST_POSTGRES";
const SEED: u64 = 20_260_206;

/// A database of a test's own with what belongs to it.
pub(crate) struct Place {
    pub(crate) app: App,
    pub(crate) fixture: Fixture,
    pub(crate) folder: TempDir,
    pub(crate) scratch: Option<(Scratch, String)>,
}

fn options() -> Options {
    // Waiting is long on a machine where everything is compiled and tested at once.
    Options { readers: 4, writers: 3, acquire_timeout: Duration::from_secs(30), sync: db::Sync::Off }
}

/// The program itself, which lies beside the tests that are built with it.
fn program() -> String {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("shibicheng").display().to_string()
}

async fn assemble(folder: &Path, url: &str, seed: u64) -> App {
    let flags = [
        ("data_dir", folder.display().to_string()),
        ("database_url", url.to_owned()),
        ("area_name", "滨海新区管委会".to_owned()),
        ("max_upload_mib", "16".to_owned()),
        ("pdf_reader", program()),
    ];
    let config = Config::load(None, [], &flags).unwrap();
    let db = Db::open(url, &options()).await.unwrap();
    let start: Moment = START.parse().unwrap();
    let blobs = Store::at(folder.join("blobs")).await.unwrap();
    app::assemble(Base {
        db,
        clock: Clock::manual(start),
        rng: Rng::seeded(seed),
        blobs,
        config,
        gateways: Gateways::default(),
        metrics: None,
    })
}

/// Another application on the same database, as a second node would be, which gives up on it after `patience`.
pub(crate) async fn node(app: &App, url: &str, patience: Duration) -> App {
    let impatient = Options { acquire_timeout: patience, ..options() };
    let db = Db::open(url, &impatient).await.unwrap();
    let (clock, blobs, config) = (app.clock.clone(), app.blobs.clone(), app.config.clone());
    app::assemble(Base { db, clock, rng: Rng::from_system(), blobs, config, gateways: Gateways::default(), metrics: None })
}

async fn make(folder: &Path, url: &str) -> Fixture {
    let app = assemble(folder, url, SEED).await;
    app::migrate(&app.db).await.unwrap();
    let fixture = fixture::furnish(&app).await;
    app.db.close().await;
    fixture
}

/// A database in a file that vanishes with the test.
pub(crate) async fn sqlite() -> Place {
    static TEMPLATE: OnceCell<(Vec<u8>, Fixture)> = OnceCell::const_new();
    let (bytes, fixture) = TEMPLATE
        .get_or_init(|| async {
            let folder = TempDir::new().unwrap();
            let file = folder.path().join("template.sqlite");
            let fixture = make(folder.path(), &url_of(&file)).await;
            // Closing the last connection has written everything into the one file.
            (std::fs::read(&file).unwrap(), fixture)
        })
        .await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("test.sqlite");
    std::fs::write(&file, bytes).unwrap();
    let app = assemble(folder.path(), &url_of(&file), SEED + 1).await;
    Place { app, fixture: fixture.clone(), folder, scratch: None }
}

/// The same with a schema and nothing in it.
pub(crate) async fn bare_sqlite() -> Place {
    let folder = TempDir::new().unwrap();
    let url = url_of(&folder.path().join("bare.sqlite"));
    bare(folder, &url, None).await
}

async fn bare(folder: TempDir, url: &str, scratch: Option<(Scratch, String)>) -> Place {
    let app = assemble(folder.path(), url, SEED + 1).await;
    app::migrate(&app.db).await.unwrap();
    Place { app, fixture: Fixture::default(), folder, scratch }
}

fn url_of(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// A database on the server of the tests, when there is one.
pub(crate) async fn postgres() -> Option<Place> {
    static TEMPLATE: OnceCell<(String, Fixture)> = OnceCell::const_new();
    let scratch = server()?;
    let process = std::process::id();
    let (template, fixture) = TEMPLATE
        .get_or_init(|| async {
            remove_leftovers(&scratch).await;
            let name = format!("sbc_{process}_template");
            scratch.remove(&name).await.unwrap();
            scratch.create(&name, None).await.unwrap();
            let folder = TempDir::new().unwrap();
            let fixture = make(folder.path(), &scratch.url_of(&name)).await;
            (name, fixture)
        })
        .await;
    let name = fresh_name();
    scratch.create(&name, Some(template)).await.unwrap();
    let folder = TempDir::new().unwrap();
    let app = assemble(folder.path(), &scratch.url_of(&name), SEED + 1).await;
    Some(Place { app, fixture: fixture.clone(), folder, scratch: Some((scratch, name)) })
}

/// The same with a schema and nothing in it.
pub(crate) async fn bare_postgres() -> Option<Place> {
    let scratch = server()?;
    let name = fresh_name();
    scratch.create(&name, None).await.unwrap();
    let url = scratch.url_of(&name);
    Some(bare(TempDir::new().unwrap(), &url, Some((scratch, name))).await)
}

/// The server of the tests, when there is one.
fn server() -> Option<Scratch> {
    let Ok(base) = std::env::var(VARIABLE) else {
        skipped();
        return None;
    };
    Some(Scratch::new(&base).unwrap())
}

fn fresh_name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!("sbc_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// Says once, past what the test harness swallows, that half of the tests did not run.
fn skipped() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let text = format!("SKIPPED: tests on PostgreSQL ({VARIABLE} is not set; see bin/lib/postgres.sh)\n");
        let _ = std::io::stderr().write_all(text.as_bytes());
    });
}

/// Removes what processes that are gone have left on a server that lives longer than they.
async fn remove_leftovers(scratch: &Scratch) {
    for name in scratch.names("sbc_").await.unwrap() {
        let process = name.split('_').nth(1).and_then(|text| text.parse::<u32>().ok());
        if process.is_some_and(|id| !Path::new(&format!("/proc/{id}")).exists()) {
            let _ = scratch.remove(&name).await;
        }
    }
}
