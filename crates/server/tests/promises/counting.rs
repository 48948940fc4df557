//! What counts and when: tasks over tasks, terms that run, days that stand still.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// Led by bureau_b, due 2026-02-13, signed for; the clock stands at 2026-02-06.
async fn led(app: &TestApp, title: &str) -> Value {
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
    let task = dispatched_with(app, json!({ "title": title, "due": { "day": "2026-02-13" }, "parties": parties })).await;
    sign(app, "head_b", &task).await
}

fn child(app: &TestApp, title: &str, weight: f64) -> Value {
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }]);
    json!({ "title": title, "weight": weight, "due": { "day": "2026-02-12" }, "parties": parties })
}

async fn decompose(app: &TestApp, task: &Value, children: &[Value]) -> Value {
    let page = show(app, "head_b", task).await;
    let body = json!({ "version": version(&page), "children": children });
    app.as_user("head_b").put(&format!("/tasks/{}/children", id(task)), &body).await.assert(200)
}

async fn overdue(app: &TestApp) -> Vec<String> {
    let page = app.as_user("leader").get("/overdue").await.assert(200);
    let mut titles: Vec<String> =
        page["items"].as_array().unwrap().iter().map(|item| item["task"]["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

async fn duty(app: &TestApp, login: &str, kind: &str) -> Option<Value> {
    let page = app.as_user(login).get("/todo").await.assert(200);
    page["items"].as_array().unwrap().iter().find(|duty| duty["kind"] == kind).cloned()
}

both! {
    async fn a_late_task_stays_late_until_what_is_below_it_has_gone_out_and_again_when_that_is_done(app) {
        let task = led(app, "修路").await;
        go_to(app, "2026-02-24");
        assert_eq!(overdue(app).await, ["修路"]);
        let page = decompose(app, &task, &[child(app, "路基", 100.0)]).await;
        assert_eq!(overdue(app).await, ["修路"], "a draft below changes nothing");
        assert_eq!((&page["task"]["has_children"], &page["task"]["is_summed"]), (&json!(true), &json!(false)));
        // Progress is still one's own.
        let page = report(app, "head_b", &task, 30).await;
        assert_eq!(page["reports"][0]["claimed_progress"], 30.0);
        let page = submit(app, "head_b", &show(app, "head_b", &task).await).await;
        assert_eq!(page["task"]["is_summed"], true);
        assert_eq!(overdue(app).await, ["路基"]);
        let below = page["children"][0].clone();
        sign(app, "staff_b1", &below).await;
        close(app, "staff_b1", "head_b", &below).await;
        assert_eq!(overdue(app).await, ["修路"], "what is left is to close it");
        let figures = app.as_user("leader").get("/progress?by=unit").await.assert(200);
        assert_eq!(figures["total"]["figures"]["counts"]["overdue"], 1);
    }

    async fn what_was_broken_down_and_given_up_is_reported_on_by_itself_again(app) {
        let task = led(app, "修路").await;
        decompose(app, &task, &[child(app, "路基", 100.0)]).await;
        let page = submit(app, "head_b", &show(app, "head_b", &task).await).await;
        let below = page["children"][0].clone();
        let body = json!({ "version": version(&show(app, "head_b", &below).await), "reason": "分解有误" });
        app.as_user("head_b").post(&format!("/tasks/{}/recall", id(&below)), &body).await.assert(200);
        assert_eq!(show(app, "head_b", &task).await["task"]["is_summed"], false);
        let body = json!({ "version": version(&show(app, "head_b", &below).await), "reason": "分解有误" });
        app.as_user("head_b").post(&format!("/tasks/{}/annulment", id(&below)), &body).await.assert(200);
        report(app, "head_b", &task, 40).await;
        let page = accept(app, "centre1", &task).await;
        assert_eq!(page["task"]["progress"], 40.0);
        // It was never sent out but as a draft again: there is nothing to archive, in words.
        app.as_user("centre1").post(&format!("/tasks/{}/archives", id(&below)), &json!({})).await.refused(409, "not_sent");
    }

    async fn terms_run_from_when_somebody_is_waited_for(app) {
        let task = led(app, "修路").await;
        report(app, "head_b", &task, 30).await;
        let first = duty(app, "centre1", "review").await.unwrap();
        go_to(app, "2026-02-10");
        report(app, "head_b", &task, 40).await;
        let second = duty(app, "centre1", "review").await.unwrap();
        assert_eq!((&second["since"], &second["due_day"]), (&first["since"], &first["due_day"]), "from the first that waits");
        // A draft that lay for weeks is not late on the day it is handed in.
        let draft = app.as_user("centre1").post("/tasks", &json!({ "title": "立项", "source_kind": "public_clue", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] })).await.assert(201);
        go_to(app, "2026-03-10");
        let page = submit(app, "centre1", &draft).await;
        assert_eq!(page["task"]["state"], "approval");
        let approve = duty(app, "leader", "approve").await.unwrap();
        assert_eq!((&approve["overdue"], &approve["since"].as_str().unwrap()[..10]), (&json!(false), "2026-03-10"), "{approve}");
    }

    async fn what_was_withdrawn_is_nobodys_last_word(app) {
        let task = led(app, "修路").await;
        go_to(app, "2026-02-24");
        report(app, "head_b", &task, 30).await;
        go_to(app, "2026-02-25");
        let page = report(app, "head_b", &task, 80).await;
        let path = format!("/reports/{}/withdrawal", page["reports"][0]["id"].as_str().unwrap());
        app.as_user("head_b").post(&path, &json!({})).await.assert(200);
        let line = app.as_user("leader").get("/overdue").await.assert(200)["items"][0].clone();
        assert!(line.to_string().contains("已完成30%") && !line.to_string().contains("已完成80%"), "{line}");
    }

    async fn the_days_of_parts_stand_still_with_the_task(app) {
        let parties = json!([
            { "unit_id": app.unit("bureau_b"), "role": "lead" },
            { "unit_id": app.unit("bureau_c"), "role": "co", "demand": "提供图纸", "due_day": "2026-02-12" },
        ]);
        let input = json!({ "title": "修路", "due": { "day": "2026-03-27" }, "parties": parties });
        let task = dispatched_with(app, input).await;
        sign(app, "head_b", &task).await;
        sign(app, "head_c", &task).await;
        let day = |page: &Value| page["parties"].as_array().unwrap().iter().find(|party| party["role"] == "co").unwrap()["due_day"].clone();
        let before = day(&show(app, "centre1", &task).await);
        let ask = async |kind: Value| {
            let mut body = kind;
            body["version"] = json!(version(&show(app, "head_b", &task).await));
            body["reason"] = json!("等批复");
            let page = app.as_user("head_b").post(&format!("/tasks/{}/requests", id(&task)), &body).await.assert(200);
            let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
            app.as_user("centre1").post(&format!("/requests/{request}/decision"), &json!({ "decision": "grant" })).await.assert(200)
        };
        ask(json!({ "kind": "suspend", "basis": "滨管办〔2026〕9号" })).await;
        go_to(app, "2026-03-06");
        let page = ask(json!({ "kind": "resume" })).await;
        assert_eq!(before, "2026-02-12");
        assert_eq!(day(&page), "2026-03-12", "as many working days later");
    }

    async fn a_return_that_should_have_been_granted_is_ruled_on_again(app) {
        let task = dispatched(app, "水质监测", "bureau_a").await;
        let page = show(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "属环境局职责" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let uphold = json!({ "decision": "uphold", "reason": "三定方案明确" });
        app.as_user("centre2").post(&format!("/requests/{request}/ruling"), &uphold).await.assert(200);
        let body = json!({ "version": version(&show(app, "head_a", &task).await), "kind": "recheck", "subject_id": request, "reason": "请再看三定方案" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/requests", id(&task)), &body).await.assert(200);
        let again = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let page = app.as_user("leader").post(&format!("/requests/{again}/decision"), &json!({ "decision": "grant" })).await.assert(200);
        assert_eq!(page["parties"][0]["state"], "disputed");
        assert!(duties(app, "centre1").await.contains(&"rule".to_owned()));
        let open = page["requests"].as_array().unwrap().iter().find(|one| one["kind"] == "return" && one["state"] == "open").unwrap()["id"].clone();
        let ruling = json!({ "decision": "reassign", "unit_id": app.unit("bureau_c"), "reason": "经复核" });
        let page = app.as_user("centre1").post(&format!("/requests/{}/ruling", open.as_str().unwrap()), &ruling).await.assert(200);
        assert_eq!(page["task"]["lead"]["unit"]["name"], "生态环境局");
        sign(app, "liaison_c", &task).await;
    }

    async fn a_closing_within_ones_own_unit_is_told_to_whoever_decides_on_it(app) {
        let input = json!({ "title": "自己的事", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") }] });
        let draft = app.as_user("liaison_b").post("/tasks", &input).await.assert(201);
        let task = submit(app, "liaison_b", &draft).await;
        sign(app, "staff_b1", &task).await;
        let body = json!({ "version": version(&show(app, "staff_b1", &task).await), "text": "完工" });
        app.as_user("staff_b1").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        app.run_jobs().await;
        assert!(messages(app, "head_b").await.contains(&"办结待审核".to_owned()));
        assert!(!messages(app, "liaison_b").await.contains(&"办结待审核".to_owned()));
    }
}
