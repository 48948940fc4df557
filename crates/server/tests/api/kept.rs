//! Answers that are given again while nothing has changed.

use serde_json::json;
use testkit::{Reply, TestApp, both};

fn given_again(reply: &Reply) -> bool {
    reply.headers.contains_key("x-kept")
}

async fn total(app: &TestApp, login: &str) -> (i64, bool) {
    let reply = app.as_user(login).get("/tasks/count").await;
    (reply.assert(200)["total"].as_i64().unwrap(), given_again(&reply))
}

/// How many there are, once it has been answered from what was kept. On PostgreSQL tests beside this one commit, too, into
/// databases of the same server, and end answers before their time.
async fn kept(app: &TestApp, login: &str) -> i64 {
    for turn in 0..500 {
        let (n, again) = total(app, login).await;
        if again {
            return n;
        }
        assert!(turn == 0 || app.postgres_url().is_some(), "nothing was committed in between");
    }
    panic!("no answer was kept");
}

async fn task(app: &TestApp, unit: &str) {
    let input = json!({ "title": "修路", "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] });
    let draft = app.as_user("centre1").post("/tasks", &input).await.assert(201);
    let path = format!("/tasks/{}/submission", draft["task"]["id"].as_str().unwrap());
    app.as_user("centre1").post(&path, &json!({ "version": draft["task"]["version"], "not_secret": true })).await.assert(200);
}

both! {
    async fn an_answer_holds_until_somebody_changes_something(app) {
        // A token that is issued is a change, too.
        for login in ["centre1", "head_a", "head_b"] {
            app.token_of(login).await;
        }
        assert_eq!(total(app, "centre1").await, (0, false));
        assert_eq!(kept(app, "centre1").await, 0);
        task(app, "bureau_a").await;
        assert_eq!(total(app, "centre1").await, (1, false));
        assert_eq!(kept(app, "centre1").await, 1);
        // A question that is another one is answered for itself, and so is another person's.
        let lists = app.as_user("centre1").get("/tasks/count?lamp=red").await;
        assert_eq!((lists.assert(200)["total"].clone(), given_again(&lists)), (json!(0), false));
        assert_eq!(total(app, "head_b").await, (0, false));
        assert_eq!(total(app, "head_a").await, (1, false));
        assert_eq!(kept(app, "head_b").await, 0);
        // Whoever wants it made anew gets it made anew.
        let fresh = app.as_user("centre1").header("cache-control", "no-cache").get("/tasks/count").await;
        assert!(!given_again(&fresh));
    }

    async fn what_another_process_commits_counts_too(app) {
        assert_eq!(kept(app, "centre1").await, 0);
        let url = app.sqlite_url().or_else(|| app.postgres_url()).unwrap();
        let other = db::Db::open(&url, &db::Options::default()).await.unwrap();
        let mut tx = other.begin().await.unwrap();
        db::execute!(tx, |c| db::sqlx::query("insert into counter (name, value) values ('anything', 1)").execute(c)).unwrap();
        assert_eq!(kept(app, "centre1").await, 0, "nothing has been committed yet");
        tx.commit().await.unwrap();
        assert_eq!(total(app, "centre1").await, (0, false));
        other.close().await;
    }

    async fn time_alone_ends_an_answer(app) {
        kept(app, "centre1").await;
        app.clock.advance(std::time::Duration::from_secs(10));
        assert!(!total(app, "centre1").await.1);
    }

    async fn whoever_signed_out_is_answered_nothing(app) {
        let token = app.token_of("centre1").await;
        let asked = async || app.anonymous().header("authorization", &format!("Bearer {token}")).get("/tasks/count").await;
        asked().await.assert(200);
        kept(app, "centre1").await;
        app.anonymous().header("authorization", &format!("Bearer {token}")).delete("/session").await.assert(204);
        asked().await.assert(401);
    }
}
