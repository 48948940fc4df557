use db::{execute, run};
use std::time::Instant;
#[tokio::test(flavor = "multi_thread")]
async fn cost() {
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    for sync in [db::Sync::Full, db::Sync::Normal] {
        let db = db::Db::open(&format!("sqlite:{}/x-{sync:?}.sqlite", dir.path().display()), &db::Options { sync, ..Default::default() })
            .await
            .unwrap();
        db.migrate(&shibicheng::app::MIGRATIONS).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let t = Instant::now();
        for i in 0..20000i64 {
            let _: Option<(i64,)> =
                run!(tx, |c| sqlx::query_as("select value from counter where name = $1").bind(i.to_string()).fetch_optional(c)).unwrap();
        }
        println!("select main {:?}", t.elapsed() / 20000);
        let t = Instant::now();
        for i in 0..20000i64 {
            execute!(tx, |c| sqlx::query("insert into counter (name, value) values ($1, $2)").bind(i.to_string()).bind(i).execute(c))
                .unwrap();
        }
        println!("insert main {:?}", t.elapsed() / 20000);
        let mut tx = tokio::spawn(async move {
            let t = Instant::now();
            for i in 0..20000i64 {
                let _: Option<(i64,)> =
                    run!(tx, |c| sqlx::query_as("select value from counter where name = $1").bind(i.to_string()).fetch_optional(c))
                        .unwrap();
            }
            println!("select spawned {:?}", t.elapsed() / 20000);
            tx
        })
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let t = Instant::now();
        for i in 0..200i64 {
            let mut tx = db.begin().await.unwrap();
            execute!(tx, |c| sqlx::query("update counter set value = $1 where name = '5'").bind(i).execute(c)).unwrap();
            tx.commit().await.unwrap();
        }
        println!("commit {sync:?} {:?}", t.elapsed() / 200);
    }
}
