//! What is asked on the spot and what answers it; rules that come into force while tasks are under way.

use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::{
    deliveries::{at, given, states},
    kit::*,
};

async fn rules(app: &TestApp) -> Value {
    app.as_user("centre1").get("/reminder-rules").await.assert(200)
}

/// Leaves this rule alone on, with these steps.
async fn only(app: &TestApp, code: &str, trigger: Value, steps: Value) {
    let page = rules(app).await;
    let mut set = page["rules"].clone();
    for rule in set["rules"].as_array_mut().unwrap() {
        rule["enabled"] = json!(rule["code"] == code);
        if rule["code"] == code {
            rule["trigger"] = trigger.clone();
            rule["steps"] = steps.clone();
            rule["repeat"] = Value::Null;
        }
    }
    let body = json!({ "rules": set, "reason": "只看一条", "version": page["version"] });
    app.as_user("centre1").post("/reminder-rules", &body).await.assert(201);
}

async fn reminders(app: &TestApp, login: &str) -> Vec<String> {
    let page = app.as_user(login).get("/messages?limit=200").await.assert(200);
    let all = page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "reminder");
    all.map(|item| item["text"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn what_was_answered_in_the_evening_does_not_leave_in_the_morning(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-06-30", json!({})).await.remove(0);
        sms.taken();
        let before = states(app, "staff_b1").await.len();
        at(app, "2026-02-09T21:30:00+08:00").await;
        let path = format!("/tasks/{}/urges", id(&task));
        let sent = app.as_user("leader").post(&path, &json!({ "text": "抓紧" })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(states(app, "staff_b1").await[0], "queued");
        let reply = format!("/urges/{}/reply", sent["items"][0]["id"].as_str().unwrap());
        app.as_user("staff_b1").post(&reply, &json!({ "text": "周五前完成" })).await.assert(200);
        at(app, "2026-02-10T08:00:00+08:00").await;
        assert_eq!(sms.taken(), []);
        let now = states(app, "staff_b1").await;
        assert_eq!((now[0].as_str(), now.len()), ("suppressed answered", before + 1));
    }

    async fn a_call_that_was_answered_at_once_leaves_nothing_to_be_sent(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-06-30", json!({})).await.remove(0);
        sms.taken();
        let answer = json!({ "person_id": app.person("staff_b1"), "text": "周五前完成" });
        let body = json!({ "text": "何时完成", "method": "call", "answer": answer });
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &body).await.assert(201);
        app.run_jobs().await;
        assert_eq!(sms.taken(), []);
    }

    async fn what_is_critical_is_asked_at_once_whatever_the_hour(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let tasks = [
            given(app, &["防汛"], "2026-06-30", json!({ "urgency": "critical" })).await.remove(0),
            given(app, &["修路"], "2026-06-30", json!({})).await.remove(0),
        ];
        at(app, "2026-02-09T22:30:00+08:00").await;
        sms.taken();
        for task in &tasks {
            app.as_user("leader").post(&format!("/tasks/{}/urges", id(task)), &json!({ "text": "抓紧" })).await.assert(201);
        }
        app.run_jobs().await;
        let taken = sms.taken();
        assert!(!taken.is_empty() && taken.iter().all(|(_, text)| text.contains("防汛")), "{taken:?}");
    }

    async fn other_rules_say_nothing_of_what_was_past_when_they_came_into_force(app) {
        let to = json!(["handler"]);
        only(app, "unsigned", json!({ "kind": "unsigned" }), json!([{ "after": { "n": 90, "unit": "workdays" }, "to": to, "channels": [] }])).await;
        given(app, &["修路"], "2026-06-30", json!({})).await;
        at(app, "2026-02-25T10:00:00+08:00").await;
        only(app, "unsigned", json!({ "kind": "dispatched" }), json!([
            { "after": { "n": 3, "unit": "workdays" }, "to": to, "channels": [] },
            { "after": { "n": 20, "unit": "workdays" }, "to": to, "channels": [] },
        ])).await;
        app.run_jobs().await;
        at(app, "2026-02-25T14:30:00+08:00").await;
        assert_eq!(reminders(app, "staff_b1").await, Vec::<String>::new());
        // What lies ahead comes.
        for day in ["2026-03-12", "2026-03-13", "2026-03-16", "2026-03-17"] {
            at(app, &format!("{day}T18:00:00+08:00")).await;
        }
        assert_eq!(reminders(app, "staff_b1").await.len(), 1);
    }

    async fn a_step_of_the_moment_itself_is_taken(app) {
        only(app, "unsigned", json!({ "kind": "dispatched" }), json!([
            { "after": { "n": 0, "unit": "hours" }, "to": ["head"], "channels": [] },
        ])).await;
        at(app, "2026-02-09T10:00:00+08:00").await;
        given(app, &["修路"], "2026-06-30", json!({})).await;
        assert_eq!(reminders(app, "head_b").await.len(), 1);
        at(app, "2026-02-09T10:05:00+08:00").await;
        assert_eq!(reminders(app, "head_b").await.len(), 1);
    }

    async fn whoever_agrees_last_has_as_long_as_whoever_agreed_first(app) {
        only(app, "request", json!({ "kind": "request" }), json!([
            { "after": { "n": 3, "unit": "workdays" }, "to": ["decider"], "channels": [] },
        ])).await;
        let chained = json!({ "rules": { "chained": "all" }, "reason": "从严审批", "version": 0 });
        app.as_user("centre1").post("/task-rules", &chained).await.assert(201);
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "importance": "major", "parties": parties })).await;
        sign(app, "head_b", &task).await;
        app.clock.set("2026-02-09T10:00:00+08:00".parse().unwrap());
        let body = json!({ "version": version(&show(app, "head_b", &task).await), "text": "完工" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        at(app, "2026-02-11T10:00:00+08:00").await;
        let path = format!("/requests/{}/decision", page["requests"][0]["id"].as_str().unwrap());
        app.as_user("centre2").post(&path, &json!({ "decision": "grant", "text": "" })).await.assert(200);
        at(app, "2026-02-13T18:00:00+08:00").await;
        assert_eq!(reminders(app, "leader").await.len(), 0, "two days after the first agreed");
        at(app, "2026-02-14T18:00:00+08:00").await;
        assert_eq!(reminders(app, "leader").await.len(), 1, "2026-02-14 is a working day");
    }

    async fn whoever_keeps_rules_tries_them_out_and_reads_no_titles_they_do_not_see(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "due": { "day": "2026-03-06" }, "parties": parties })).await;
        sign(app, "head_b", &task).await;
        app.clock.set("2026-02-09T10:00:00+08:00".parse().unwrap());
        let ask = json!({ "kind": "extend", "reason": "等批复", "reason_class": "force", "new_day": "2026-03-20",
            "version": version(&show(app, "head_b", &task).await) });
        app.as_user("head_b").post(&format!("/tasks/{}/requests", id(&task)), &ask).await.assert(200);
        at(app, "2026-02-27T10:00:00+08:00").await;
        let mut set = rules(app).await["rules"].clone();
        for rule in set["rules"].as_array_mut().unwrap() {
            rule["enabled"] = json!(rule["code"] != "request");
        }
        let body = json!({ "rules": set, "month": "2026-02-01" });
        let seen = app.as_user("centre1").post("/reminder-rules/trials", &body).await.assert(200);
        assert!(seen.to_string().contains("修路"), "{seen}");
        let trial = app.as_user("admin").post("/reminder-rules/trials", &body).await.assert(200);
        assert_eq!(trial["messages"], seen["messages"]);
        assert!(!trial.to_string().contains("修路"), "{trial}");
    }
}
