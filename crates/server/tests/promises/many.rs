//! One action on many tasks.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn begin(app: &TestApp, login: &str, body: Value) -> Value {
    app.as_user(login).post("/bulk", &body).await.assert(202)
}

async fn look(app: &TestApp, login: &str, bulk: &Value) -> Value {
    app.as_user(login).get(&format!("/bulk/{}", bulk["id"].as_str().unwrap())).await.assert(200)
}

both! {
    async fn each_row_is_done_or_says_why_not(app) {
        let mut ids = Vec::new();
        for n in 0..45 {
            ids.push(id(&dispatched(app, &format!("第{n}件"), "bureau_a").await));
        }
        let foreign = id(&dispatched(app, "别人的", "bureau_b").await);
        ids.insert(7, foreign.clone());
        let bulk = begin(app, "head_a", json!({ "action": "sign", "ids": ids })).await;
        assert_eq!((&bulk["total"], &bulk["done"], &bulk["finished_at"]), (&json!(46), &json!(0), &Value::Null));
        app.run_jobs().await;
        let bulk = look(app, "head_a", &bulk).await;
        assert_eq!((&bulk["done"], &bulk["refused"]), (&json!(45), &json!(1)));
        assert!(!bulk["finished_at"].is_null());
        // The one that was not done stands first, and says nothing about a task the asker does not see.
        let row = &bulk["rows"][0];
        assert_eq!((&row["task_id"], &row["title"], &row["state"]), (&json!(foreign), &Value::Null, &json!("refused")));
        assert!(row["words"].as_str().unwrap().contains("看不到"));
        assert_eq!(show(app, "head_a", &json!({ "id": ids[0] })).await["task"]["state"], "active");
        // Nobody else looks at it.
        app.as_user("centre1").get(&format!("/bulk/{}", bulk["id"].as_str().unwrap())).await.refused(404, "not_found");
        // A second time there is nothing left to sign, and each row says so.
        let again = begin(app, "head_a", json!({ "action": "sign", "ids": ids[..3] })).await;
        app.run_jobs().await;
        let again = look(app, "head_a", &again).await;
        assert_eq!((&again["done"], &again["refused"]), (&json!(0), &json!(3)));
        assert!(again["rows"][0]["words"].as_str().unwrap().contains("不能签收"));
    }

    async fn everything_a_filter_finds_is_urged_once(app) {
        for n in 0..3 {
            dispatched(app, &format!("修路{n}"), "bureau_a").await;
        }
        dispatched(app, "绿化", "bureau_a").await;
        let body = json!({ "action": "urge", "filter": { "q": "修路" }, "text": "请抓紧" });
        let bulk = begin(app, "leader", body).await;
        app.run_jobs().await;
        assert_eq!(look(app, "leader", &bulk).await["done"], 3);
        let urges = app.as_user("leader").get("/urges?side=sent").await.assert(200);
        assert_eq!(urges["items"].as_array().unwrap().len(), 3);
    }

    async fn what_is_refused_leaves_nothing_behind(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        sign(app, "head_a", &task).await;
        report(app, "head_a", &task, 40).await;
        report(app, "head_a", &task, 60).await;
        // The second report is its own reviewer's: what was accepted before it is undone, too.
        let bulk = begin(app, "head_a", json!({ "action": "accept_reports", "ids": [id(&task)] })).await;
        app.run_jobs().await;
        assert_eq!(look(app, "head_a", &bulk).await["refused"], 1);
        let page = show(app, "centre1", &task).await;
        assert!(page["reports"].as_array().unwrap().iter().all(|report| report["state"] == "submitted"));
        let bulk = begin(app, "centre1", json!({ "action": "accept_reports", "ids": [id(&task)] })).await;
        app.run_jobs().await;
        assert_eq!(look(app, "centre1", &bulk).await["done"], 1);
        assert_eq!(show(app, "centre1", &task).await["task"]["progress"], 60.0);
    }

    async fn what_is_wrong_with_it_is_said_before_anything_is_done(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        let refused = async |body: Value, field: &str| {
            app.as_user("centre1").post("/bulk", &body).await.refused_field(field);
        };
        refused(json!({ "action": "sign" }), "ids").await;
        refused(json!({ "action": "urge", "ids": [id(&task)] }), "text").await;
        refused(json!({ "action": "ask_report", "ids": [id(&task)], "text": "说说" }), "due_day").await;
        refused(json!({ "action": "submit", "ids": [id(&task)] }), "not_secret").await;
        refused(json!({ "action": "sign", "ids": [id(&task)], "filter": {} }), "filter").await;
        let many: Vec<String> = (0..2001).map(|n| format!("019cac0f-2680-7001-86fc-{n:012x}")).collect();
        refused(json!({ "action": "sign", "ids": many }), "ids").await;
    }
}
