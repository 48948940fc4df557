use db::run;
use shibicheng::audit;
use testkit::both;

use crate::kit::*;

both! {
    async fn every_step_is_one_event_in_an_unbroken_chain(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        report(app, "head_b", &task, 50).await;
        accept(app, "centre1", &task).await;
        close(app, "head_b", "centre1", &task).await;
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let actions: Vec<_> = line["items"].as_array().unwrap().iter().rev().map(|item| item["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["created", "dispatched", "signed", "reported", "report_accepted", "close_requested", "closed"]);
        let mut tx = app.app.db.read().await.unwrap();
        for stream in audit::streams(&mut tx).await.unwrap() {
            let events = audit::whole_stream(&mut tx, stream).await.unwrap();
            assert_eq!(audit::verify(&events), None);
        }
    }

    async fn an_event_that_was_altered_is_found(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let stream = id(&task).parse().unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        let _: Option<(i64,)> = run!(tx, |c| db::sqlx::query_as("update ledger set words = '没有这回事' where stream = $1 and seq = 1 returning seq")
            .bind::<::kit::uuid::Uuid>(stream)
            .fetch_optional(c)).unwrap();
        tx.commit().await.unwrap();
        let mut tx = app.app.db.read().await.unwrap();
        let events = audit::whole_stream(&mut tx, stream).await.unwrap();
        assert_eq!(audit::verify(&events).map(|b| b.seq), Some(1));
    }

    async fn a_step_that_is_refused_leaves_no_event(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let before = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let body = serde_json::json!({ "version": version(&task), "text": "" });
        app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &body).await.refused(409, "not_now");
        let after = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!(before, after);
    }
}
