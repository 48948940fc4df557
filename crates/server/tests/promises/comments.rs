//! Comments on a task.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn say(app: &TestApp, login: &str, task: &Value, text: &str) -> Value {
    app.as_user(login).post(&format!("/tasks/{}/comments", id(task)), &json!({ "text": text })).await.assert(201)
}

async fn comments(app: &TestApp, login: &str, task: &Value) -> Vec<Value> {
    let page = app.as_user(login).get(&format!("/tasks/{}/comments", id(task))).await.assert(200);
    page["items"].as_array().unwrap().clone()
}

fn texts(comments: &[Value]) -> Vec<&str> {
    comments.iter().map(|comment| comment["text"].as_str().unwrap()).collect()
}

both! {
    async fn who_sees_a_task_speaks_about_it_and_who_does_not_is_not_there(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/comments", id(&task));
        say(app, "centre1", &task, "图纸到了吗？").await;
        say(app, "liaison_b", &task, "到了，今天复核。").await;
        assert_eq!(texts(&comments(app, "leader", &task).await), ["到了，今天复核。", "图纸到了吗？"]);
        app.as_user("head_c").get(&path).await.refused(404, "not_found");
        app.as_user("head_c").post(&path, &json!({ "text": "在吗" })).await.refused(404, "not_found");
        for text in ["", "  ", &"话".repeat(2001)] {
            app.as_user("centre1").post(&path, &json!({ "text": text })).await.refused_field("text");
        }
        // It stands in the ledger that something was said; what was said is not in its words.
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!((&line["items"][0]["action"], &line["items"][0]["sentence"]), (&json!("commented"), &json!("发表评论")));
        let talk = app.as_user("centre1").get(&format!("/tasks/{}/talk", id(&task))).await.assert(200);
        assert_eq!((&talk["comments"], &talk["can_comment"]), (&json!(2), &json!(true)));
        // Page by page.
        let first = app.as_user("leader").get(&format!("{path}?limit=1")).await.assert(200);
        let next = app.as_user("leader").get(&format!("{path}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).await.assert(200);
        assert_eq!((&next["items"][0]["text"], &next["next_cursor"]), (&json!("图纸到了吗？"), &json!(null)));
    }

    async fn who_is_addressed_by_name_is_told_and_nobody_else(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        app.run_jobs().await;
        let path = format!("/tasks/{}/comments", id(&task));
        let body = json!({ "text": "@朱联 请今天补图纸", "mention_ids": [app.person("liaison_b")] });
        let comment = app.as_user("centre1").post(&path, &body).await.assert(201);
        assert_eq!(comment["mentions"][0]["name"], "朱联");
        app.run_jobs().await;
        let message = app.as_user("liaison_b").get("/messages").await.assert(200)["items"][0].clone();
        assert_eq!((&message["title"], &message["text"]), (&json!("有人提到您"), &json!("周运在“修路”中提到您：@朱联 请今天补图纸")));
        assert_eq!(messages(app, "head_b").await, [""; 0]);
        // Somebody who does not see the task is not told of it by a mention.
        let body = json!({ "text": "@许环境 看看", "mention_ids": [app.person("head_c")] });
        let why = app.as_user("centre1").post(&path, &body).await.refused_field("mention_ids");
        assert_eq!(why, "许环境看不到这项任务，不能提到");
        let unknown = json!({ "text": "谁", "mention_ids": ["01900000-0000-7000-8000-00000000abcd"] });
        assert_eq!(app.as_user("centre1").post(&path, &unknown).await.refused_field("mention_ids"), "没有这个人");
        let many: Vec<_> = (0..21).map(|n| format!("01900000-0000-7000-8000-0000000000{n:02}")).collect();
        app.as_user("centre1").post(&path, &json!({ "text": "都来", "mention_ids": many })).await.refused_field("mention_ids");
        assert_eq!(comments(app, "centre1", &task).await.len(), 1);
    }

    async fn whoever_may_be_addressed_is_found_by_name_and_sees_the_task(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let found = async |login: &str, q: &str| -> Vec<String> {
            let q = if q.is_empty() { String::new() } else { format!("?q={}", testkit::encoded(q)) };
            let page = app.as_user(login).get(&format!("/tasks/{}/mentionable{q}", id(&task))).await.assert(200);
            page["items"].as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap().to_owned()).collect()
        };
        // 朱联 of the bureau; neither 冯联, 何联 nor 曹联.
        assert_eq!(found("centre1", "联").await, ["朱联"]);
        assert_eq!(found("centre1", "许").await, [""; 0]);
        assert_eq!(found("centre1", "%").await, [""; 0]);
        // Without a name those who are near: the unit's liaison; nobody addresses themselves.
        assert_eq!(found("centre1", "").await, ["朱联"]);
        assert_eq!(found("liaison_b", "").await, ["周运"]);
        say(app, "leader", &task, "抓紧").await;
        assert_eq!(found("liaison_b", "").await, ["周运", "王主任"]);
        app.as_user("head_c").get(&format!("/tasks/{}/mentionable", id(&task))).await.refused(404, "not_found");
    }

    async fn an_earlier_comment_or_a_step_is_quoted(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let path = format!("/tasks/{}/comments", id(&task));
        let first = say(app, "centre1", &task, "图纸到了吗？").await;
        let body = json!({ "text": "到了", "quote_comment_id": first["id"] });
        let answer = app.as_user("liaison_b").post(&path, &body).await.assert(201);
        assert_eq!((&answer["quote"]["text"], &answer["quote"]["by"]["name"]), (&json!("图纸到了吗？"), &json!("周运")));
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let signed = line["items"].as_array().unwrap().iter().find(|item| item["action"] == "signed").unwrap();
        let body = json!({ "text": "签收得很快", "quote_seq": signed["seq"] });
        let praise = app.as_user("leader").post(&path, &body).await.assert(201);
        assert_eq!((&praise["quote"]["text"], &praise["quote"]["by"]["name"]), (&signed["sentence"], &json!("杨建设")));
        // Not from another task.
        let other = dispatched(app, "造桥", "bureau_b").await;
        let elsewhere = format!("/tasks/{}/comments", id(&other));
        app.as_user("leader").post(&elsewhere, &json!({ "text": "引", "quote_comment_id": first["id"] })).await.refused_field("quote_comment_id");
        app.as_user("leader").post(&elsewhere, &json!({ "text": "引", "quote_seq": 99 })).await.refused_field("quote_seq");
        let twice = json!({ "text": "引", "quote_comment_id": first["id"], "quote_seq": signed["seq"] });
        app.as_user("leader").post(&path, &twice).await.refused_field("quote_seq");
        // What was deleted is no longer read in a quote either.
        app.as_user("centre1").delete(&format!("/comments/{}", first["id"].as_str().unwrap())).await.assert(200);
        let all = comments(app, "leader", &task).await;
        let quote = &all.iter().find(|comment| comment["id"] == answer["id"]).unwrap()["quote"];
        assert_eq!((&quote["text"], &quote["deleted"]), (&json!(""), &json!(true)));
        app.as_user("leader").post(&path, &json!({ "text": "引", "quote_comment_id": first["id"] })).await.refused_field("quote_comment_id");
    }

    async fn fresh_words_are_changed_until_somebody_answers_or_ten_minutes_have_passed(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let first = say(app, "centre1", &task, "明天开会").await;
        assert_eq!(first["may_edit"], true);
        let path = |comment: &Value| format!("/comments/{}", comment["id"].as_str().unwrap());
        app.as_user("leader").patch(&path(&first), &json!({ "text": "改" })).await.refused(403, "forbidden");
        app.as_user("head_c").patch(&path(&first), &json!({ "text": "改" })).await.refused(404, "not_found");
        app.clock.advance(Duration::from_secs(600));
        let body = json!({ "text": "@朱联 后天开会", "mention_ids": [app.person("liaison_b")] });
        let changed = app.as_user("centre1").patch(&path(&first), &body).await.assert(200);
        assert_eq!((&changed["text"], changed["edited_at"].is_null()), (&json!("@朱联 后天开会"), false));
        // Whoever is addressed only now is told now, and once.
        app.run_jobs().await;
        app.as_user("centre1").patch(&path(&first), &body).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await, ["有人提到您", "新任务待签收"]);
        app.clock.advance(Duration::from_secs(1));
        app.as_user("centre1").patch(&path(&first), &json!({ "text": "改" })).await.refused(409, "too_late");
        assert_eq!(comments(app, "centre1", &task).await[0]["may_edit"], false);

        let second = say(app, "centre1", &task, "带上图纸").await;
        say(app, "liaison_b", &task, "好的").await;
        app.as_user("centre1").patch(&path(&second), &json!({ "text": "不用带了" })).await.refused(409, "too_late");
        assert_eq!(comments(app, "centre1", &task).await[1]["may_edit"], false);
    }

    async fn a_deleted_comment_leaves_its_place_and_stays_in_the_ledger(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let file = app.as_user("liaison_b").upload("草图.txt", "草图").await.assert(201);
        let path = format!("/tasks/{}/comments", id(&task));
        let body = json!({ "text": "见附件", "file_ids": [file["id"]] });
        let comment = app.as_user("liaison_b").post(&path, &body).await.assert(201);
        assert_eq!(comment["files"][0]["name"], "草图.txt");
        let content = format!("/files/{}", file["id"].as_str().unwrap());
        app.as_user("centre1").get(&content).await.assert(200);
        let one = format!("/comments/{}", comment["id"].as_str().unwrap());
        for (login, status, code) in [("head_b", 403, "forbidden"), ("leader", 403, "forbidden"), ("head_c", 404, "not_found")] {
            app.as_user(login).delete(&one).await.refused(status, code);
        }
        app.as_user("centre1").delete(&one).await.assert(200);
        app.as_user("liaison_b").delete(&one).await.refused(409, "decided");
        let left = comments(app, "leader", &task).await[0].clone();
        assert_eq!((&left["text"], &left["files"], &left["deleted_by"]["name"]), (&json!(""), &json!([]), &json!("周运")));
        assert!(left["may_edit"] == false && left["may_delete"] == false);
        // Nobody gets the file by its id any more, but who brought it.
        app.as_user("head_b").get(&content).await.refused(404, "not_found");
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!(line["items"][0]["sentence"], "删除朱联的评论");
        let talk = app.as_user("leader").get(&format!("/tasks/{}/talk", id(&task))).await.assert(200);
        assert_eq!(talk["comments"], 0);
    }

    async fn the_same_comment_sent_twice_over_a_bad_line_is_said_once(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/comments", id(&task));
        let body = json!({ "text": "已到现场" });
        let first = app.as_user("liaison_b").key("comment-0001").post(&path, &body).await.assert(201);
        let again = app.as_user("liaison_b").key("comment-0001").post(&path, &body).await.assert(201);
        assert_eq!(first["id"], again["id"]);
        assert_eq!(comments(app, "liaison_b", &task).await.len(), 1);
    }
}
