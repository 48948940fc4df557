use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use kit::Clock;
use server::{
    access::{self, SessionKind},
    app::{self, App, Base, Ctx},
    config::Config,
    notify::{self, Gateway, Gateways},
    org::{PersonId, UnitId},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::{
    client::User,
    fixture::Fixture,
    gateways::FakeGateway,
    template::{self, Place},
};

/// The application with a database of its own.
pub struct TestApp {
    /// The application itself, for verbs that have no route.
    pub app: App,
    /// The clock: `app.clock.advance(…)`, `app.clock.set(…)`.
    pub clock: Clock,
    pub(crate) router: Router,
    fixture: Fixture,
    tokens: Mutex<HashMap<String, String>>,
    relay: JoinHandle<()>,
    scratch: Option<(db::Scratch, String)>,
    folder: Option<TempDir>,
    finished: bool,
}

/// Whatever a test does to tasks, what lists of a unit are ordered by follows.
const ASTRAY: &str = "select count(*) from party p join task t on t.id = p.task_id where p.task_at is null or p.task_at <> t.created_at \
     or coalesce(p.open_day, '') <> case when t.state in ('dispatched', 'active') then coalesce(t.due_day, '9999') else '' end";

impl TestApp {
    /// On SQLite.
    pub async fn sqlite() -> Self {
        Self::in_place(template::sqlite().await)
    }

    /// On PostgreSQL; nothing where there is none.
    pub async fn postgres() -> Option<Self> {
        template::postgres().await.map(Self::in_place)
    }

    /// On SQLite, without an organisation.
    pub async fn bare_sqlite() -> Self {
        Self::in_place(template::bare_sqlite().await)
    }

    /// On PostgreSQL, without an organisation; nothing where there is none.
    pub async fn bare_postgres() -> Option<Self> {
        template::bare_postgres().await.map(Self::in_place)
    }

    fn in_place(place: Place) -> Self {
        let Place { app, fixture, folder, scratch } = place;
        let db = app.db.clone();
        Self {
            router: app::router(&app),
            clock: app.clock.clone(),
            relay: tokio::spawn(async move { db.relay_signals().await }),
            app,
            fixture,
            tokens: Mutex::default(),
            scratch,
            folder: Some(folder),
            finished: false,
        }
    }

    /// A unit of the [`crate::fixture`] by its key.
    pub fn unit(&self, key: &str) -> UnitId {
        *self.fixture.units.get(key).unwrap_or_else(|| panic!("the fixture has no unit {key}"))
    }

    /// A person of the [`crate::fixture`] by their login.
    pub fn person(&self, login: &str) -> PersonId {
        *self.fixture.persons.get(login).unwrap_or_else(|| panic!("the fixture has no person {login}"))
    }

    /// Requests of somebody with an account, by a bearer token.
    pub fn as_user<'a>(&'a self, login: &str) -> User<'a> {
        User::of(self, login)
    }

    /// Requests of nobody.
    pub fn anonymous(&self) -> User<'_> {
        User::anonymous(self)
    }

    /// Requests of a browser that holds this session cookie.
    pub fn with_cookie(&self, session: &str) -> User<'_> {
        User::browser(self, session)
    }

    /// A context for verbs: what a request of this person would be given.
    pub async fn ctx(&self, login: &str) -> Ctx {
        let mut tx = self.app.db.read().await.unwrap();
        let person = access::find_person_by_login(&mut tx, login).await.unwrap().expect("an account of this login");
        let principal = access::load_principal(&mut tx, person, self.clock.today()).await.unwrap().expect("an active person");
        self.app.ctx(std::sync::Arc::new(principal))
    }

    /// A bearer token of this person.
    pub async fn token_of(&self, login: &str) -> String {
        if let Some(token) = self.tokens.lock().unwrap().get(login) {
            return token.clone();
        }
        let mut tx = self.app.db.begin().await.unwrap();
        let person = access::find_person_by_login(&mut tx, login).await.unwrap();
        let person = person.unwrap_or_else(|| panic!("there is no account {login}"));
        let (config, rng) = (&self.app.config, &self.app.rng);
        let token = access::issue_token(&mut tx, config, rng, self.clock.now(), person, SessionKind::Script).await.unwrap();
        tx.commit().await.unwrap();
        self.tokens.lock().unwrap().insert(login.to_owned(), token.clone());
        token
    }

    /// The URL of the test's own database on PostgreSQL; nothing on SQLite.
    pub fn postgres_url(&self) -> Option<String> {
        self.scratch.as_ref().map(|(scratch, name)| scratch.url_of(name))
    }

    /// The URL of the test's own database on SQLite.
    pub fn sqlite_url(&self) -> Option<String> {
        let folder = self.folder.as_ref()?;
        self.scratch.is_none().then(|| format!("sqlite:{}", folder.path().join("test.sqlite").display()))
    }

    /// The same installation with other options: it shares the database, the clock and the files, and ends with this one.
    pub fn with_options(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.app.config.clone();
        change(&mut config);
        self.again(config, self.app.gateways.clone())
    }

    /// The same installation with ways out to people; it ends with this one.
    pub fn with_gateways(&self, gateways: &[&Arc<FakeGateway>]) -> Self {
        let gateways = gateways.iter().map(|gateway| Arc::clone(*gateway) as Arc<dyn Gateway>).collect();
        self.again(self.app.config.clone(), Gateways::new(gateways))
    }

    /// The same installation with the ways out that a file says, and under this address.
    ///
    /// # Panics
    /// When the file makes no sense.
    pub fn with_gateways_file(&self, file: &Path, public_url: &str) -> Self {
        let config = Config { public_url: public_url.to_owned(), ..self.app.config.clone() };
        let (gateways, _) = notify::read_gateways(file, &config, &self.app.db, &self.clock, &self.app.rng).unwrap();
        self.again(config, gateways)
    }

    fn again(&self, config: Config, gateways: Gateways) -> Self {
        let (db, clock, rng, blobs) = (self.app.db.clone(), self.app.clock.clone(), self.app.rng.clone(), self.app.blobs.clone());
        let app = app::assemble(Base { db, clock, rng, blobs, config, gateways, metrics: None });
        Self {
            router: app::router(&app),
            clock: self.clock.clone(),
            relay: tokio::spawn(async {}),
            app,
            fixture: self.fixture.clone(),
            tokens: Mutex::default(),
            scratch: None,
            folder: None,
            finished: true,
        }
    }

    /// Another node of the same installation: its own pools on this URL, the same clock and files.
    pub async fn node(&self, url: &str) -> App {
        self.impatient_node(url, Duration::from_secs(10)).await
    }

    /// The same, which gives up on the database after so long.
    pub async fn impatient_node(&self, url: &str, patience: Duration) -> App {
        template::node(&self.app, url, patience).await
    }

    /// Runs every job that is due, and what those cause; answers how many ran. A job that fails fails the test.
    pub async fn run_jobs(&self) -> usize {
        app::runner(&self.app).run_all().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Ends the test: every job that is due must succeed, and none may be left behind as failed.
    pub async fn finish(mut self) {
        self.run_jobs().await;
        let mut tx = self.app.db.read().await.unwrap();
        let failed = jobs::failed(&mut tx).await.unwrap();
        let astray: (i64,) = db::Sql::new(ASTRAY).fetch_one(&mut tx).await.unwrap();
        drop(tx);
        self.finished = true;
        self.relay.abort();
        self.app.stop.cancel();
        self.app.db.close().await;
        if let Some((scratch, name)) = self.scratch.take() {
            scratch.remove(&name).await.unwrap();
        }
        assert!(failed.is_empty(), "jobs that were given up: {failed:#?}");
        assert_eq!(astray.0, 0, "parts that stand in another place of their unit's lists than their task");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.relay.abort();
        if let Some((scratch, name)) = self.scratch.take() {
            // A failed test: its database goes all the same. A runtime cannot wait inside itself, another thread can.
            let remove = async move { scratch.remove(&name).await };
            let done = std::thread::spawn(|| {
                tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                    let _ = remove.await;
                    std::io::Result::Ok(())
                })
            });
            let _ = done.join();
        }
        drop(self.folder.take());
        assert!(self.finished || std::thread::panicking(), "a test ends with app.finish().await");
    }
}
