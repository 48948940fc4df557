//! Following and muting tasks, and the inbox by task.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn watch(app: &TestApp, login: &str, task: &Value, mode: Value) -> Value {
    app.as_user(login).put(&format!("/tasks/{}/watch", id(task)), &json!({ "mode": mode })).await.assert(200)["watch"].clone()
}

async fn unread(app: &TestApp, login: &str) -> i64 {
    app.as_user(login).get("/messages").await.assert(200)["unread"].as_i64().unwrap()
}

/// A task with one below it, both out.
async fn with_part(app: &TestApp) -> (Value, Value) {
    let whole = dispatched(app, "新区路网", "bureau_b").await;
    let whole = sign(app, "head_b", &whole).await;
    let parties = json!([{ "unit_id": app.unit("bureau_c"), "role": "lead" }]);
    let body = json!({ "version": version(&whole), "children": [{ "title": "环评", "weight": 100, "parties": parties }] });
    let page = app.as_user("centre1").put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
    submit(app, "centre1", &page).await;
    let page = show(app, "centre1", &whole).await;
    let part = page["children"][0].clone();
    (page, part)
}

both! {
    async fn whoever_follows_a_task_hears_of_its_main_steps_and_of_those_below_it(app) {
        let (whole, part) = with_part(app).await;
        assert_eq!(watch(app, "leader", &whole, json!("follow")).await, json!({ "mode": "follow", "own": "follow" }));
        // What lies below is followed, too, though nothing was said of it.
        let talk = app.as_user("leader").get(&format!("/tasks/{}/talk", id(&part))).await.assert(200);
        assert_eq!(talk["watch"], json!({ "mode": "follow", "own": null }));
        app.run_jobs().await;
        sign(app, "head_c", &part).await;
        report(app, "liaison_c", &part, 40).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, [""; 0], "what is handed in is no main step");
        accept(app, "centre1", &part).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, ["关注：上报已采纳"]);
        let text = app.as_user("leader").get("/messages").await.assert(200)["items"][0]["text"].clone();
        assert_eq!(text, "“环评”的上报已采纳，进度 40%。");
        report(app, "liaison_c", &part, 100).await;
        accept(app, "centre1", &part).await;
        close(app, "head_c", "centre2", &part).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await[..2], ["关注：任务已办结", "关注：上报已采纳"]);
        // Who is told anyway is not told twice.
        watch(app, "liaison_c", &part, json!("follow")).await;
        app.as_user("leader").post(&format!("/tasks/{}/notes", id(&part)), &json!({ "stars": 5 })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_c").await.iter().filter(|title| title.contains("点评")).count(), 1);
        // Until they no longer want to.
        assert_eq!(watch(app, "leader", &whole, Value::Null).await, json!({ "mode": null, "own": null }));
        app.as_user("deputy").get(&format!("/tasks/{}/talk", id(&whole))).await.assert(200);
    }

    async fn followers_hear_what_leaders_say_and_not_what_everybody_says(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        app.run_jobs().await;
        watch(app, "centre2", &task, json!("follow")).await;
        app.as_user("liaison_b").post(&format!("/tasks/{}/comments", id(&task)), &json!({ "text": "正在办" })).await.assert(201);
        app.as_user("centre1").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "请抓紧" })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(messages(app, "centre2").await, [""; 0]);
        app.as_user("deputy").post(&format!("/tasks/{}/comments", id(&task)), &json!({ "text": "周五现场看" })).await.assert(201);
        app.as_user("deputy").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "周五前报" })).await.assert(201);
        app.as_user("deputy").post(&format!("/tasks/{}/notes", id(&task)), &json!({ "stars": 3 })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(messages(app, "centre2").await, ["关注：领导点评", "关注：领导督办", "关注：领导发言"]);
        // Whoever said it need not be told.
        assert_eq!(messages(app, "deputy").await, [""; 0]);
    }

    async fn a_followed_task_that_turns_red_is_told_once(app) {
        let input = |title: &str| json!({ "title": title, "due": { "day": "2026-02-11" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let task = dispatched_with(app, input("修路")).await;
        sign(app, "head_b", &task).await;
        let other = dispatched_with(app, input("没人关注")).await;
        sign(app, "head_b", &other).await;
        watch(app, "deputy", &task, json!("follow")).await;
        for (day, told) in [("2026-02-11", 0), ("2026-02-12", 1), ("2026-02-13", 1)] {
            go_to(app, day);
            app.run_jobs().await;
            let titles = messages(app, "deputy").await;
            assert_eq!(titles, vec!["关注：任务亮红灯"; told], "{day}");
        }
        // Who begins to follow what is red already knows that.
        watch(app, "leader", &other, json!("follow")).await;
        go_to(app, "2026-02-14");
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, [""; 0]);
    }

    async fn what_somebody_no_longer_sees_they_no_longer_hear_of(app) {
        let task = dispatched(app, "水质监测", "bureau_a").await;
        watch(app, "head_a", &task, json!("follow")).await;
        let page = show(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "属环境局职责" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let path = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        let reassign = json!({ "decision": "reassign", "unit_id": app.unit("bureau_c"), "reason": "同意" });
        app.as_user("centre1").post(&path, &reassign).await.assert(200);
        app.run_jobs().await;
        let before = messages(app, "head_a").await;
        app.as_user("leader").post(&format!("/tasks/{}/notes", id(&task)), &json!({ "stars": 4 })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(messages(app, "head_a").await, before);
        app.as_user("head_a").put(&format!("/tasks/{}/watch", id(&task)), &json!({ "mode": "follow" })).await.refused(404, "not_found");
    }

    async fn a_muted_task_is_quiet_but_for_duties_and_leaders(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let task = sign(app, "head_b", &task).await;
        app.run_jobs().await;
        app.as_user("liaison_b").post("/messages/read", &json!({ "all": true })).await.assert(200);
        watch(app, "liaison_b", &task, json!("mute")).await;
        report(app, "liaison_b", &task, 40).await;
        accept(app, "centre1", &task).await;
        app.run_jobs().await;
        // To be found, and not counted.
        assert_eq!(messages(app, "liaison_b").await[0], "上报已采纳");
        assert_eq!(unread(app, "liaison_b").await, 0);
        let unread_only = app.as_user("liaison_b").get("/messages?unread=true").await.assert(200);
        assert_eq!(unread_only["items"], json!([]));
        let body = json!({ "text": "@朱联 看一下", "mention_ids": [app.person("liaison_b")] });
        app.as_user("centre1").post(&format!("/tasks/{}/comments", id(&task)), &body).await.assert(201);
        app.run_jobs().await;
        assert_eq!(unread(app, "liaison_b").await, 0);
        // A leader's word is heard, and so is what is asked of one.
        app.as_user("deputy").post(&format!("/tasks/{}/comments", id(&task)), &body).await.assert(201);
        app.run_jobs().await;
        assert_eq!(unread(app, "liaison_b").await, 1);
        app.as_user("centre1").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "请抓紧" })).await.assert(201);
        app.as_user("deputy").post(&format!("/tasks/{}/notes", id(&task)), &json!({ "stars": 3 })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(unread(app, "liaison_b").await, 3);
        // Nobody else is quiet for that.
        assert!(unread(app, "centre1").await > 0);
    }

    async fn the_nearest_word_on_the_way_up_decides(app) {
        let (whole, part) = with_part(app).await;
        watch(app, "leader", &whole, json!("follow")).await;
        assert_eq!(watch(app, "leader", &part, json!("mute")).await, json!({ "mode": "mute", "own": "mute" }));
        sign(app, "head_c", &part).await;
        report(app, "liaison_c", &part, 40).await;
        accept(app, "centre1", &part).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, [""; 0]);
        assert_eq!(watch(app, "leader", &part, Value::Null).await, json!({ "mode": "follow", "own": null }));
    }

    async fn followed_tasks_are_a_list_and_a_mark_on_their_rows(app) {
        let first = dispatched(app, "修路", "bureau_b").await;
        let second = dispatched(app, "造桥", "bureau_b").await;
        watch(app, "leader", &first, json!("follow")).await;
        watch(app, "deputy", &second, json!("mute")).await;
        let titles = async |login: &str, query: &str| -> Vec<(String, bool)> {
            let page = app.as_user(login).get(&format!("/tasks{query}")).await.assert(200);
            page["items"].as_array().unwrap().iter().map(|row| (row["title"].as_str().unwrap().to_owned(), row["followed"] == true)).collect()
        };
        assert_eq!(titles("leader", "?mine=followed").await, [("修路".to_owned(), true)]);
        assert_eq!(titles("leader", "").await, [("造桥".to_owned(), false), ("修路".to_owned(), true)]);
        assert_eq!(titles("deputy", "?mine=followed").await, []);
        assert_eq!(show(app, "leader", &first).await["task"]["followed"], true);
        let draft = json!({ "title": "草稿", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let draft = app.as_user("centre1").post("/tasks", &draft).await.assert(201);
        app.as_user("centre1").put(&format!("/tasks/{}/watch", id(&draft)), &json!({ "mode": "follow" })).await.refused(409, "not_now");
        app.as_user("centre1").put(&format!("/tasks/{}/watch", id(&first)), &json!({ "mode": "stare" })).await.refused(422, "invalid");
        app.as_user("centre1").put(&format!("/tasks/{}/watch", id(&first)), &json!({})).await.refused(422, "invalid");
    }

    async fn the_inbox_has_one_entry_for_each_task(app) {
        let first = dispatched(app, "修路", "bureau_b").await;
        app.run_jobs().await;
        let second = dispatched(app, "造桥", "bureau_b").await;
        app.run_jobs().await;
        app.as_user("deputy").post(&format!("/units/{}/notes", app.unit("bureau_b")), &json!({ "stars": 5 })).await.assert(201);
        app.run_jobs().await;
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&first)), &json!({ "text": "月底通车" })).await.assert(201);
        app.as_user("leader").post(&format!("/tasks/{}/notes", id(&first)), &json!({ "stars": 3 })).await.assert(201);
        app.run_jobs().await;
        let entries = async |query: &str| -> Vec<(Value, String, i64, i64)> {
            let page = app.as_user("liaison_b").get(&format!("/inbox{query}")).await.assert(200);
            let entry = |one: &Value| {
                let n = |key: &str| one[key].as_i64().unwrap();
                (one["task"]["title"].clone(), one["newest"]["title"].as_str().unwrap().to_owned(), n("count"), n("unread"))
            };
            page["items"].as_array().unwrap().iter().map(entry).collect()
        };
        let road = (json!("修路"), "领导点评".to_owned(), 3, 3);
        let bridge = (json!("造桥"), "新任务待签收".to_owned(), 1, 1);
        assert_eq!(entries("").await, [road.clone(), bridge.clone()]);
        // What is about no task stands alone.
        let heads = app.as_user("head_b").get("/inbox").await.assert(200);
        assert_eq!((&heads["items"][1]["task"], &heads["items"][1]["count"]), (&Value::Null, &json!(1)));
        // Unfolded.
        let page = app.as_user("liaison_b").get(&format!("/messages?task_id={}", id(&first))).await.assert(200);
        let kinds: Vec<_> = page["items"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["领导点评", "督办", "新任务待签收"]);
        // All of a task at once.
        let left = app.as_user("liaison_b").post("/messages/read", &json!({ "task_ids": [id(&first)] })).await.assert(200);
        assert_eq!(left["unread"], 1);
        assert_eq!(entries("?unread=true").await, [bridge]);
        assert_eq!(entries("").await[0], (json!("修路"), "领导点评".to_owned(), 3, 0));
        // Page by page.
        let page = app.as_user("liaison_b").get("/inbox?limit=1").await.assert(200);
        let next = app.as_user("liaison_b").get(&format!("/inbox?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await.assert(200);
        assert_eq!((&next["items"][0]["task"]["title"], &next["next_cursor"]), (&json!("造桥"), &Value::Null));
        // Nobody reads for others.
        app.as_user("head_b").post("/messages/read", &json!({ "task_ids": [id(&second)] })).await.assert(200);
        assert_eq!(unread(app, "liaison_b").await, 1);
    }
}
