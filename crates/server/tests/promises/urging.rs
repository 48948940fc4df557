use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn a_leader_urges_and_reads_the_reply(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let path = format!("/tasks/{}/urges", id(&task));
        let sent = app.as_user("leader").post(&path, &json!({ "text": "月底前务必通车" })).await.assert(201);
        // Friday the 6th: the answer is due on the next working day.
        assert_eq!(sent["items"][0]["reply_due_day"], "2026-02-09");
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办");
        assert_eq!(duties(app, "head_b").await[0], "reply");
        let urge = sent["items"][0]["id"].as_str().unwrap().to_owned();
        let reply = format!("/urges/{urge}/reply");
        app.as_user("head_c").post(&reply, &json!({ "text": "收到" })).await.refused(404, "not_found");
        app.as_user("centre1").post(&reply, &json!({ "text": "收到" })).await.refused(403, "forbidden");
        app.as_user("liaison_b").post(&reply, &json!({ "text": "" })).await.refused_field("text");
        app.as_user("liaison_b").post(&reply, &json!({ "text": "已加派力量" })).await.assert(200);
        app.as_user("head_b").post(&reply, &json!({ "text": "又一次" })).await.refused(409, "decided");
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, ["督办已回复"]);
        let page = app.as_user("leader").get(&path).await.assert(200);
        assert_eq!(page["items"][0]["reply"], "已加派力量");
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!((line["items"][0]["action"].as_str(), line["items"][1]["action"].as_str()), (Some("urge_replied"), Some("urged")));
    }

    async fn an_urge_without_an_answer_is_overdue_the_day_after(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/urges", id(&task));
        app.as_user("deputy").post(&path, &json!({ "text": "抓紧", "reply_due_day": "2026-02-10" })).await.assert(201);
        go_to(app, "2026-02-10");
        assert_eq!(app.as_user("deputy").get(&path).await.assert(200)["items"][0]["overdue"], false);
        go_to(app, "2026-02-11");
        assert_eq!(app.as_user("deputy").get(&path).await.assert(200)["items"][0]["overdue"], true);
    }

    async fn who_is_not_above_a_task_cannot_urge(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/urges", id(&task));
        app.as_user("head_b").post(&path, &json!({ "text": "抓紧" })).await.refused(403, "forbidden");
        app.as_user("head_c").post(&path, &json!({ "text": "抓紧" })).await.refused(404, "not_found");
        app.as_user("leader").post(&path, &json!({ "text": "抓紧", "reply_due_day": "2026-02-05" })).await.refused_field("reply_due_day");
        app.as_user("leader").post(&path, &json!({ "text": "抓".repeat(1001) })).await.refused_field("text");
    }
}
