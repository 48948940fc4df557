//! Words that people put on tasks.

use serde_json::{Value, json};
use testkit::{TestApp, both, encoded};

use crate::kit::*;

async fn tag(app: &TestApp, login: &str, task: &Value, tags: &[&str]) -> Value {
    let page = show(app, login, task).await;
    app.as_user(login).put(&format!("/tasks/{}/tags", id(task)), &json!({ "version": version(&page), "tags": tags })).await.assert(200)
}

async fn tags(app: &TestApp, login: &str) -> Vec<(String, i64)> {
    let all = app.as_user(login).get("/tags").await.assert(200);
    all["items"].as_array().unwrap().iter().map(|tag| (tag["name"].as_str().unwrap().to_owned(), tag["tasks"].as_i64().unwrap())).collect()
}

async fn found(app: &TestApp, login: &str, tag: &str) -> i64 {
    app.as_user(login).get(&format!("/tasks/count?tag={}", encoded(tag))).await.assert(200)["total"].as_i64().unwrap()
}

both! {
    async fn tasks_are_found_by_their_tags(app) {
        let (road, school) = (dispatched(app, "修路", "bureau_a").await, dispatched(app, "建校", "bureau_b").await);
        let page = tag(app, "centre1", &road, &["市长关注", "#民生"]).await;
        assert_eq!(page["task"]["tags"], json!(["市长关注", "民生"]));
        tag(app, "leader", &school, &["民生"]).await;
        assert_eq!(found(app, "centre1", "民生").await, 2);
        assert_eq!(found(app, "centre1", "市长关注,民生").await, 2);
        assert_eq!(found(app, "centre1", "没有").await, 0);
        assert_eq!(found(app, "head_a", "民生").await, 1);
        assert_eq!(tags(app, "head_a").await, [("市长关注".to_owned(), 1), ("民生".to_owned(), 1)]);
        let line = app.as_user("head_a").get(&format!("/tasks/{}/timeline", id(&road))).await.assert(200);
        assert!(line["items"][0]["sentence"].as_str().unwrap().contains("标签改为：市长关注、民生"), "{}", line["items"][0]);
        let page = tag(app, "centre1", &road, &[]).await;
        assert_eq!(page["task"]["tags"], json!([]));
    }

    async fn the_list_of_tags_stays_short(app) {
        let road = dispatched(app, "修路", "bureau_a").await;
        tag(app, "centre1", &road, &["A级督办"]).await;
        // Written otherwise it is the same one.
        let page = tag(app, "centre1", &road, &["ａ级 督办", "A级督办"]).await;
        assert_eq!(page["task"]["tags"], json!(["A级督办"]));
        // A unit takes what is there and brings in nothing new.
        let own = app.as_user("head_a").post("/tasks", &json!({ "title": "局内任务", "tags": ["A级督办"], "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] })).await.assert(201);
        assert_eq!(own["task"]["tags"], json!(["A级督办"]));
        app.as_user("head_a").post("/tasks", &json!({ "title": "局内任务", "tags": ["我的词"] })).await.refused_field("tags[0]");
        for wrong in ["", "甲，乙", &"长".repeat(21)] {
            app.as_user("centre1").post("/tasks", &json!({ "title": "修路", "tags": [wrong] })).await.refused_field("tags[0]");
        }
        assert_eq!(tags(app, "centre1").await.len(), 1);
    }

    async fn who_only_does_a_task_does_not_tag_it(app) {
        let road = dispatched(app, "修路", "bureau_a").await;
        tag(app, "centre1", &road, &["民生"]).await;
        let page = show(app, "head_a", &road).await;
        assert!(!can(&page, "tag"));
        let body = json!({ "version": version(&page), "tags": [] });
        app.as_user("head_a").put(&format!("/tasks/{}/tags", id(&road)), &body).await.refused(409, "not_now");
        app.as_user("head_b").put(&format!("/tasks/{}/tags", id(&road)), &body).await.assert(404);
        app.as_user("centre1").put(&format!("/tasks/{}/tags", id(&road)), &json!({ "version": 1, "tags": [] })).await.assert(409);
    }

    async fn tags_are_put_together_and_retired(app) {
        let (road, school) = (dispatched(app, "修路", "bureau_a").await, dispatched(app, "建校", "bureau_b").await);
        tag(app, "centre1", &road, &["民生", "民生实事"]).await;
        tag(app, "centre1", &school, &["民生实事"]).await;
        let all = app.as_user("admin").get("/tags").await.assert(200)["items"].as_array().unwrap().clone();
        let of = |name: &str| all.iter().find(|tag| tag["name"] == name).unwrap().clone();
        let put = async |login: &str, tag: &Value, name: &str, retired: bool| {
            let body = json!({ "version": tag["version"], "name": name, "retired": retired });
            app.as_user(login).put(&format!("/tags/{}", tag["id"].as_str().unwrap()), &body).await
        };
        put("head_a", &of("民生"), "民生", true).await.assert(403);
        put("admin", &of("民生实事"), "民生", false).await.assert(200);
        assert_eq!(tags(app, "centre1").await, [("民生".to_owned(), 2)]);
        assert_eq!(show(app, "centre1", &road).await["task"]["tags"], json!(["民生"]));
        put("admin", &of("民生实事"), "又一个", false).await.assert(404);
        put("centre1", &of("民生"), "民生工程", true).await.assert(200);
        put("centre1", &of("民生"), "别的", false).await.assert(409);
        // A retired one stays where it is, and is put nowhere else.
        assert_eq!(found(app, "centre1", "民生工程").await, 2);
        tag(app, "centre1", &road, &["民生工程", "提速"]).await;
        app.as_user("centre1").post("/tasks", &json!({ "title": "新的", "tags": ["民生工程"] })).await.refused_field("tags[0]");
    }

    async fn many_tasks_get_a_tag_at_once(app) {
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(id(&dispatched(app, &format!("第{n}件"), "bureau_a").await));
        }
        tag(app, "centre1", &json!({ "id": ids[0] }), &["提速"]).await;
        app.as_user("centre1").post("/bulk", &json!({ "action": "tag", "ids": ids })).await.refused_field("text");
        app.as_user("centre1").post("/bulk", &json!({ "action": "tag", "ids": ids, "text": "民生" })).await.assert(202);
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", "民生").await, 3);
        assert_eq!(show(app, "centre1", &json!({ "id": ids[0] })).await["task"]["tags"], json!(["提速", "民生"]));
    }
}
