//! What rooms rely on in the database, whichever it is.

use db::{Db, Kind, Options, Sql, Tx};
use serde_json::json;
use shibicheng::app::{HOUSE, HOUSE_TABLES, migrate};
use testkit::both;

/// How hard commits of this transaction are pressed to the disk.
async fn pressed(tx: &mut Tx) -> String {
    if tx.kind() == Kind::Sqlite {
        let (level,): (i64,) = Sql::new("pragma synchronous").fetch_one(tx).await.unwrap();
        return if level == 2 { "full" } else { "not" }.to_owned();
    }
    let (level,): (String,) = Sql::new("show synchronous_commit").fetch_one(tx).await.unwrap();
    if level == "off" { "not" } else { "full" }.to_owned()
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
        let folder = tempfile::tempdir().unwrap();
        let db = if app.app.db.kind() == Kind::Sqlite {
            // That of the tests waits for no disk at all.
            Db::open(&format!("sqlite:{}", folder.path().join("own.sqlite").display()), &Options::default()).await.unwrap()
        } else {
            app.app.db.clone()
        };
        let mut tx = db.begin().await.unwrap();
        Sql::new("create table told (n bigint not null)").execute(&mut tx).await.unwrap();
        let usual = pressed(&mut tx).await;
        tx.commit().await.unwrap();
        for ends in ["commit", "rollback", "drop"] {
            let mut tx = db.begin_repeatable().await.unwrap();
            assert_eq!(pressed(&mut tx).await, "not");
            Sql::new("insert into told (n) values (1)").execute(&mut tx).await.unwrap();
            match ends {
                "commit" => tx.commit().await.unwrap(),
                "rollback" => tx.rollback().await.unwrap(),
                _ => drop(tx),
            }
            let mut tx = db.begin().await.unwrap();
            assert_eq!(pressed(&mut tx).await, usual, "after {ends}");
            tx.rollback().await.unwrap();
            assert_eq!(told(&db).await, 1, "after {ends}");
        }
        if app.app.db.kind() == Kind::Sqlite {
            assert_eq!(usual, "full");
            db.close().await;
        }
    }
}
