//! What rooms rely on in the database, whichever it is.

use std::path::PathBuf;

use db::{Db, Entry, Kind, Matching, Options, Place, Sql, Term, Tx};
use futures_util::FutureExt as _;
use serde_json::json;
use shibicheng::app::{HOUSE, HOUSE_TABLES, migrate};
use tempfile::TempDir;
use testkit::both;

/// How hard PostgreSQL presses commits of this transaction to the disk; SQLite itself never does.
async fn pressed(tx: &mut Tx) -> String {
    if tx.kind() == Kind::Sqlite {
        return "off".to_owned();
    }
    let (level,): (String,) = Sql::new("show synchronous_commit").fetch_one(tx).await.unwrap();
    level
}

/// The log of a SQLite database. Something else takes its place; who has opened it goes on writing to it.
struct Disk(TempDir);

impl Disk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A database on it whose commits wait for it.
    async fn database(&self) -> Db {
        Db::open(&format!("sqlite:{}", self.0.path().join("own.sqlite").display()), &Options::default()).await.unwrap()
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("own.sqlite-wal")
    }

    fn aside(&self) -> PathBuf {
        self.0.path().join("aside")
    }

    /// What is written cannot be brought to the disk just now.
    fn is_away(&self) {
        std::fs::rename(self.log(), self.aside()).unwrap();
        std::fs::create_dir(self.log()).unwrap();
    }

    /// It refuses what it is brought.
    fn fails(&self) {
        std::fs::rename(self.log(), self.aside()).unwrap();
        std::os::unix::fs::symlink("/dev/null", self.log()).unwrap();
    }

    fn is_back(&self) {
        let _ = std::fs::remove_dir(self.log());
        std::fs::rename(self.aside(), self.log()).unwrap();
    }
}

/// A database whose commits wait for the disk; those of the tests do not on SQLite.
async fn waiting(db: &Db) -> (Db, Option<Disk>) {
    if db.kind() == Kind::Postgres {
        return (db.clone(), None);
    }
    let disk = Disk::new();
    (disk.database().await, Some(disk))
}

async fn told(db: &Db) -> i64 {
    let (n,): (i64,) = Sql::new("select count(*) from told").fetch_one(&mut db.read().await.unwrap()).await.unwrap();
    n
}

both! {
    async fn asking_for_none_of_many_reads_nothing(app) {
        let mut tx = app.app.db.read().await.unwrap();
        let ask = |head: &'static str| {
            let mut sql = Sql::new(head);
            sql.push("select id from task where parent_id in ").bind_list(Vec::<::kit::uuid::Uuid>::new());
            sql
        };
        let rows: Vec<(::kit::uuid::Uuid,)> = ask("").fetch_all(&mut tx).await.unwrap();
        assert!(rows.is_empty());
        if tx.kind() == Kind::Sqlite {
            let plan: Vec<(i64, i64, i64, String)> = ask("explain query plan ").fetch_all(&mut tx).await.unwrap();
            assert!(plan.iter().all(|(.., step)| step.starts_with("SEARCH")), "{plan:?}");
        }
    }

    async fn every_change_of_who_somebody_is_and_what_the_house_goes_by_is_counted(app) {
        // What the rest of the fixture has none of.
        let body = json!({ "deputy_id": app.person("head_c"), "from_day": "2026-02-06", "to_day": "2026-02-10", "reason": "年休假" });
        app.as_user("head_b").post(&format!("/persons/{}/delegations", app.person("head_b")), &body).await.assert(201);
        let day = json!({ "day": "2026-03-14", "off": true, "name": "防台风停工", "reference": "滨管办〔2026〕9号", "version": 0 });
        app.as_user("centre1").post("/calendar/days", &day).await.assert(200);
        let page = app.as_user("centre1").get("/delivery-rules").await.assert(200);
        let rules = json!({ "rules": page["rules"], "reason": "照旧", "version": page["version"] });
        app.as_user("centre1").post("/delivery-rules", &rules).await.assert(201);

        let db = &app.app.db;
        for table in HOUSE_TABLES {
            let key = match table {
                "account" => "person_id",
                "unit_above" => "unit_id",
                "calendar_version" | "rule_version" => "version",
                _ => "id",
            };
            let mut tx = db.begin().await.unwrap();
            let before = tx.changes(HOUSE).await.unwrap();
            let mut sql = Sql::new("update ");
            sql.push(table).push(" set ").push(key).push(" = ").push(key).push(" returning 1");
            let touched: Vec<(i32,)> = sql.fetch_all(&mut tx).await.unwrap();
            assert!(!touched.is_empty(), "{table}");
            assert!(tx.changes(HOUSE).await.unwrap() > before, "{table}");
            // A change that is taken back was none.
            tx.rollback().await.unwrap();
            assert_eq!(db.read().await.unwrap().changes(HOUSE).await.unwrap(), before, "{table}");
        }
        // Counting anew counts nothing twice, and nothing less.
        let before = db.read().await.unwrap().changes(HOUSE).await.unwrap();
        migrate(db).await.unwrap();
        assert_eq!(db.read().await.unwrap().changes(HOUSE).await.unwrap(), before);
    }

    async fn a_commit_that_is_repeated_when_lost_waits_for_no_disk_and_the_next_one_does(app) {
        let (db, disk) = waiting(&app.app.db).await;
        let mut tx = db.begin().await.unwrap();
        let usual = pressed(&mut tx).await;
        Sql::new("create table told (n bigint not null)").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        for (n, ends) in ["commit", "rollback", "drop"].into_iter().enumerate() {
            let mut tx = db.begin_repeatable().await.unwrap();
            assert_eq!(pressed(&mut tx).await, "off");
            Sql::new("insert into told (n) values (1)").execute(&mut tx).await.unwrap();
            match ends {
                "commit" => {
                    disk.as_ref().inspect(|disk| disk.is_away());
                    tx.commit().await.unwrap();
                    disk.as_ref().inspect(|disk| disk.is_back());
                }
                "rollback" => tx.rollback().await.unwrap(),
                _ => drop(tx),
            }
            let mut tx = db.begin().await.unwrap();
            assert_eq!(pressed(&mut tx).await, usual, "after {ends}");
            Sql::new("insert into told (n) values (2)").execute(&mut tx).await.unwrap();
            if let Some(disk) = &disk {
                // Nobody is told that it is done, though it is there.
                disk.is_away();
                assert!(tx.commit().await.unwrap_err().is_unavailable(), "after {ends}");
                disk.is_back();
            } else {
                tx.commit().await.unwrap();
            }
            assert_eq!(told(&db).await, 2 + i64::try_from(n).unwrap(), "after {ends}");
        }
    }

    async fn where_the_database_guesses_how_common_words_are_it_has_counted_them(app) {
        let db = &app.app.db;
        let mut tx = db.begin().await.unwrap();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        for n in 0..2000 {
            let body = match n {
                7 => words(&["码头", "监控"]),
                n if n % 4 == 0 => words(&["整改"]),
                _ => Vec::new(),
            };
            tx.add_text(10_000_000 + n, Entry { head: &words(&["推进"]), body: &body, keys: &[] }).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.refresh_statistics(true).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        let guesses = tx.guesses_how_common();
        assert_eq!(guesses, db.kind() == Kind::Postgres);
        let whole = |word: &str| Term::Whole(word.to_owned());
        for (terms, place, share) in [
            (vec![whole("推进")], Place::Anywhere, 0.9..=1.0),
            (vec![whole("推进")], Place::Head, 0.9..=1.0),
            // Where it stands, it stands in the head.
            (vec![whole("推进")], Place::Elsewhere, 0.0..=0.1),
            (vec![Term::Prefix("推".to_owned())], Place::Anywhere, 0.9..=1.0),
            (vec![whole("整改")], Place::Anywhere, 0.2..=0.3),
            (vec![whole("整改")], Place::Elsewhere, 0.2..=0.3),
            (vec![whole("整改"), whole("推进")], Place::Anywhere, 0.2..=0.3),
            (vec![whole("码头")], Place::Anywhere, 0.0..=0.001),
            (vec![whole("推进"), whole("码头")], Place::Anywhere, 0.0..=0.001),
            (vec![whole("推进"), whole("没有这个词")], Place::Anywhere, 0.0..=0.0),
        ] {
            let matching = Matching { terms, place, keys: Vec::new() };
            let found = tx.how_common(&matching).await.unwrap();
            assert!(if guesses { share.contains(&found) } else { found == 0.0 }, "{matching:?}: {found}");
        }
    }
}

/// On SQLite alone: PostgreSQL brings its commits to the disk itself.
#[tokio::test]
async fn a_commit_that_has_begun_goes_on_when_nobody_waits_for_it() {
    let disk = Disk::new();
    let db = disk.database().await;
    let mut tx = db.begin().await.unwrap();
    Sql::new("create table told (n bigint not null)").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut signals = db.signals().subscribe();
    let mut tx = db.begin().await.unwrap();
    Sql::new("insert into told (n) values (1)").execute(&mut tx).await.unwrap();
    tx.signal("told", "1");
    assert!(tx.commit().now_or_never().is_none());
    // It is on the disk when this is told.
    assert_eq!(signals.recv().await.unwrap().topic, "told");
    assert_eq!(told(&db).await, 1);
    db.settled().await.unwrap();
}

/// On SQLite alone: PostgreSQL brings its commits to the disk itself.
#[tokio::test]
async fn a_disk_that_failed_to_take_what_was_committed_is_not_written_to_again() {
    let disk = Disk::new();
    let db = disk.database().await;
    let mut tx = db.begin().await.unwrap();
    Sql::new("create table told (n bigint not null)").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = db.begin().await.unwrap();
    Sql::new("insert into told (n) values (1)").execute(&mut tx).await.unwrap();
    assert!(db.check().is_ok());
    disk.fails();
    assert!(tx.commit().await.unwrap_err().is_unavailable());
    disk.is_back();
    assert!(db.begin().await.unwrap_err().is_unavailable());
    assert!(db.begin_repeatable().await.unwrap_err().is_unavailable());
    assert!(db.settled().await.is_err() && db.check().is_err());
    assert_eq!(told(&db).await, 1);
}
