//! Whoever is away has somebody act for them: nothing is left lying, and it is seen who did what for whom.

use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::kit::*;

/// Has somebody act for a person, as that person says.
async fn delegated(app: &TestApp, away: &str, deputy: &str, from: &str, to: &str) -> Value {
    let body = json!({ "deputy_id": app.person(deputy), "from_day": from, "to_day": to, "reason": "年休假" });
    app.as_user(away).post(&format!("/persons/{}/delegations", app.person(away)), &body).await.assert(201)["given"][0].clone()
}

/// A task of bureau_b that staff_b1 handles.
async fn given(app: &TestApp, title: &str, more: Value) -> Value {
    let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
    let mut input = json!({ "title": title, "parties": [party] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    dispatched_with(app, input).await
}

async fn timeline(app: &TestApp, task: &Value) -> Vec<(String, String)> {
    let page = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(task))).await.assert(200);
    let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    page["items"].as_array().unwrap().iter().map(|item| (text(item, "action"), text(item, "sentence"))).collect()
}

both! {
    async fn who_acts_for_somebody_sees_and_does_what_is_theirs_and_both_are_named(app) {
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-10" } })).await;
        app.as_user("staff_c1").get(&format!("/tasks/{}", id(&task))).await.refused(404, "not_found");
        delegated(app, "staff_b1", "staff_c1", "2026-02-06", "2026-02-10").await;
        sign(app, "staff_c1", &task).await;
        go_to(app, "2026-02-10");
        assert_eq!(duties(app, "staff_c1").await, ["report"]);
        assert_eq!(app.as_user("staff_c1").get("/tasks?mine=handling").await.assert(200)["items"].as_array().unwrap().len(), 1);
        let page = report(app, "staff_c1", &task, 40).await;
        assert_eq!(page["reports"][0]["by"]["name"], "吕一");
        let lines = timeline(app, &task).await;
        let reported = lines.iter().find(|(action, _)| action == "reported").unwrap();
        assert!(reported.1.ends_with("（代秦一办理）"), "{lines:?}");
        // What the other does themselves is written down as ever.
        report(app, "staff_b1", &task, 50).await;
        assert!(!timeline(app, &task).await[0].1.contains("代"), "{:?}", timeline(app, &task).await);
    }

    async fn it_begins_and_ends_by_itself(app) {
        let task = given(app, "修路", json!({})).await;
        delegated(app, "staff_b1", "staff_c1", "2026-02-09", "2026-02-10").await;
        let path = format!("/tasks/{}", id(&task));
        app.as_user("staff_c1").get(&path).await.refused(404, "not_found");
        go_to(app, "2026-02-09");
        app.as_user("staff_c1").get(&path).await.assert(200);
        go_to(app, "2026-02-11");
        app.as_user("staff_c1").get(&path).await.refused(404, "not_found");
    }

    async fn either_ends_it_at_once_and_nobody_else(app) {
        let task = given(app, "修路", json!({})).await;
        let made = delegated(app, "staff_b1", "staff_c1", "2026-02-06", "2026-03-06").await;
        app.run_jobs().await;
        assert_eq!(messages(app, "staff_c1").await, ["（代秦一）新任务待签收", "请您代办"]);
        let end = format!("/delegations/{}/end", made["id"].as_str().unwrap());
        for login in ["head_b", "liaison_b", "centre1", "leader", "head_c"] {
            app.as_user(login).post(&end, &json!({})).await.refused(404, "not_found");
        }
        let page = app.as_user("staff_c1").post(&end, &json!({})).await.assert(200);
        assert_eq!((&page["received"][0]["holds"], &page["received"][0]["may_end"]), (&json!(false), &json!(false)));
        app.as_user("staff_c1").get(&format!("/tasks/{}", id(&task))).await.refused(404, "not_found");
        app.as_user("staff_b1").post(&end, &json!({})).await.refused(409, "decided");
        app.run_jobs().await;
        assert_eq!(messages(app, "staff_b1").await[0], "代办结束");
    }

    async fn nobody_gives_away_what_is_not_theirs(app) {
        let path = format!("/persons/{}/delegations", app.person("head_b"));
        let body = json!({ "deputy_id": app.person("liaison_b"), "from_day": "2026-02-06", "to_day": "2026-02-10" });
        for login in ["liaison_b", "staff_b1", "centre1", "leader", "head_c"] {
            app.as_user(login).post(&path, &body).await.refused(404, "not_found");
            app.as_user(login).get(&path).await.refused(404, "not_found");
        }
        let own = json!({ "deputy_id": app.person("admin"), "from_day": "2026-02-06", "to_day": "2026-02-10" });
        app.as_user("admin").post(&path, &own).await.refused_field("deputy_id");
        let made = app.as_user("admin").post(&path, &body).await.assert(201);
        assert_eq!(made["person"]["name"], "杨建设");
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await[0], "请您代办");
        let wrong = [
            ("deputy_id", json!({ "deputy_id": app.person("head_b"), "from_day": "2026-03-06", "to_day": "2026-03-10" })),
            ("deputy_id", json!({ "deputy_id": "00000000-0000-7000-8000-000000000000", "from_day": "2026-03-06", "to_day": "2026-03-10" })),
            ("from_day", json!({ "deputy_id": app.person("liaison_b"), "from_day": "2026-02-05", "to_day": "2026-02-05" })),
            ("from_day", json!({ "deputy_id": app.person("staff_b1"), "from_day": "2026-02-10", "to_day": "2026-02-20" })),
            ("to_day", json!({ "deputy_id": app.person("liaison_b"), "from_day": "2026-03-06", "to_day": "2026-03-05" })),
            ("to_day", json!({ "deputy_id": app.person("liaison_b"), "from_day": "2026-03-06", "to_day": "2027-06-05" })),
            ("reason", json!({ "deputy_id": app.person("liaison_b"), "from_day": "2026-03-06", "to_day": "2026-03-10", "reason": "休".repeat(101) })),
        ];
        for (field, body) in wrong {
            app.as_user("head_b").post(&path, &body).await.refused_field(field);
        }
        // Who is away themselves does not act for others.
        let path = format!("/persons/{}/delegations", app.person("head_c"));
        let body = json!({ "deputy_id": app.person("head_b"), "from_day": "2026-02-08", "to_day": "2026-02-09" });
        app.as_user("head_c").post(&path, &body).await.refused_field("deputy_id");
    }

    async fn what_was_handed_on_is_not_handed_on_once_more(app) {
        let task = given(app, "修路", json!({})).await;
        delegated(app, "head_c", "staff_c1", "2026-02-06", "2026-02-10").await;
        delegated(app, "staff_b1", "head_c", "2026-02-11", "2026-02-20").await;
        go_to(app, "2026-02-11");
        let path = format!("/tasks/{}", id(&task));
        app.as_user("head_c").get(&path).await.assert(200);
        app.as_user("staff_c1").get(&path).await.refused(404, "not_found");
        delegated(app, "staff_c1", "staff_b2", "2026-02-11", "2026-02-12").await;
        let me = app.as_user("staff_b2").get("/me").await.assert(200);
        assert_eq!(me["roles"], json!(["handler"]));
    }

    async fn who_acts_for_the_one_that_asked_does_not_decide(app) {
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-27" } })).await;
        sign(app, "liaison_b", &task).await;
        report(app, "staff_b1", &task, 60).await;
        // The centre's own clerk, who may review, acts for whoever reported.
        delegated(app, "staff_b1", "centre1", "2026-02-06", "2026-02-20").await;
        assert!(!can(&show(app, "centre1", &task).await, "review"));
        assert!(can(&show(app, "centre2", &task).await, "review"));
    }

    async fn who_acts_for_somebody_that_took_part_does_not_look_at_it_again_and_the_other_way_round(app) {
        let party = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("head_b") }]);
        let mut second_looks = Vec::new();
        for title in ["修路", "修桥"] {
            let task = dispatched_with(app, json!({ "title": title, "parties": party })).await;
            let task = sign(app, "head_b", &task).await;
            let body = json!({ "version": version(&task), "text": "完工" });
            let page = app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
            let refused = page["requests"][0]["id"].clone();
            let body = json!({ "decision": "refuse", "text": "缺验收单" });
            app.as_user("centre1").post(&format!("/requests/{}/decision", refused.as_str().unwrap()), &body).await.assert(200);
            let body = json!({ "version": version(&show(app, "head_b", &task).await), "kind": "recheck", "subject_id": refused, "reason": "验收单已补" });
            let page = app.as_user("head_b").post(&format!("/tasks/{}/requests", id(&task)), &body).await.assert(200);
            let looks = page["requests"].as_array().unwrap().iter().find(|request| request["kind"] == "recheck").unwrap();
            second_looks.push(format!("/requests/{}/decision", looks["id"].as_str().unwrap()));
        }
        let grant = json!({ "decision": "grant" });
        // centre2, who might, acts for centre1, who refused; and then centre1 acts for centre2.
        let of = delegated(app, "centre1", "centre2", "2026-02-06", "2026-02-10").await;
        app.as_user("centre2").post(&second_looks[0], &grant).await.refused(403, "forbidden");
        let path = format!("/delegations/{}/end", of["id"].as_str().unwrap());
        app.as_user("centre1").post(&path, &json!({})).await.assert_status(200);
        app.as_user("centre2").post(&second_looks[0], &grant).await.assert(200);
        delegated(app, "centre2", "centre1", "2026-02-06", "2026-02-10").await;
        app.as_user("centre1").post(&second_looks[1], &grant).await.refused(403, "forbidden");
        app.as_user("leader").post(&second_looks[1], &grant).await.assert(200);
    }

    async fn who_answered_an_order_does_not_judge_the_answer_in_its_issuers_name(app) {
        let task = given(app, "修路", json!({})).await;
        let body = json!({ "task_ids": [id(&task)], "demand": "限期整改" });
        let order = app.as_user("leader").post("/orders", &body).await.assert(201);
        delegated(app, "leader", "head_b", "2026-02-06", "2026-02-20").await;
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        let answered = app.as_user("head_b").post(&format!("{path}/answers"), &json!({ "text": "已整改" })).await.assert(200);
        assert_eq!(answered["may_decide"], false);
        let accept = json!({ "decision": "accept", "version": answered["version"] });
        app.as_user("head_b").post(&format!("{path}/decision"), &accept).await.refused(403, "forbidden");
        app.as_user("leader").post(&format!("{path}/decision"), &accept).await.assert(200);
    }

    async fn who_answered_an_urge_does_not_accept_the_answer_in_its_senders_name(app) {
        let task = given(app, "修路", json!({})).await;
        let sent = app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "抓紧" })).await.assert(201);
        delegated(app, "leader", "head_b", "2026-02-06", "2026-02-20").await;
        let urge = format!("/urges/{}", sent["items"][0]["id"].as_str().unwrap());
        let answered = app.as_user("head_b").post(&format!("{urge}/reply"), &json!({ "text": "已安排" })).await.assert(200);
        assert_eq!(answered["may_accept"], false);
        app.as_user("head_b").post(&format!("{urge}/acceptance"), &json!({})).await.refused(403, "forbidden");
        app.as_user("leader").post(&format!("{urge}/acceptance"), &json!({})).await.assert(200);
    }

    async fn reminders_reach_who_acts_and_leave_who_is_away_in_peace(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        sign(app, "liaison_b", &task).await;
        delegated(app, "staff_b1", "staff_c1", "2026-02-09", "2026-02-28").await;
        app.run_jobs().await;
        for time in ["2026-02-10T09:00:00+08:00", "2026-02-10T14:30:00+08:00"] {
            app.clock.set(time.parse().unwrap());
            app.run_jobs().await;
        }
        let sent = sms.taken();
        let numbers: Vec<&String> = sent.iter().map(|(number, _)| number).collect();
        let number = async |login: &str| {
            let page = app.as_user("admin").get(&format!("/persons?q={login}")).await.assert(200);
            page["items"][0]["phone"].as_str().unwrap().to_owned()
        };
        let (away, deputy) = (number("staff_b1").await, number("staff_c1").await);
        assert!(numbers.contains(&&deputy) && !numbers.contains(&&away), "{sent:?}");
        let of = async |login: &str| -> Vec<String> {
            let page = app.as_user(login).get("/messages?limit=200").await.assert(200);
            let reminders = page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "reminder");
            reminders.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
        };
        assert!(of("staff_b1").await.contains(&"任务已逾期".to_owned()), "they find it when they are back");
        assert!(of("staff_c1").await.contains(&"（代秦一）任务已逾期".to_owned()), "{:?}", of("staff_c1").await);
        // An answer of theirs stops the ladder as the other's would.
        let page = app.as_user("staff_c1").get("/messages?limit=200").await.assert(200);
        let reminder = page["items"].as_array().unwrap().iter().find(|item| item["title"].as_str().unwrap().contains("任务已逾期")).unwrap();
        let message = reminder["id"].as_str().unwrap();
        app.as_user("staff_c1").post(&format!("/messages/{message}/acknowledgement"), &json!({})).await.assert_status(204);
        let page = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        assert!(page["past"].as_array().unwrap().iter().any(|past| !past["acked_at"].is_null()), "{page:#}");
    }

    async fn who_acts_for_two_that_are_meant_by_different_ways_is_told_once_by_both(app) {
        let (sms, voice) = (FakeGateway::new("sms1", Channel::Sms), FakeGateway::new("voice1", Channel::Voice));
        let app = &app.with_gateways(&[&sms, &voice]);
        let page = app.as_user("centre1").get("/reminder-rules").await.assert(200);
        let mut set = page["rules"].clone();
        for rule in set["rules"].as_array_mut().unwrap() {
            rule["enabled"] = json!(rule["code"] == "overdue");
            if rule["code"] == "overdue" {
                let step = |to: &str, channel: &str| json!({ "after": { "n": 1, "unit": "workdays" }, "to": [to], "channels": [channel] });
                rule["steps"] = json!([step("handler", "sms"), step("head", "voice")]);
            }
        }
        let body = json!({ "rules": set, "reason": "试行", "version": page["version"] });
        app.as_user("centre1").post("/reminder-rules", &body).await.assert(201);
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        sign(app, "liaison_b", &task).await;
        for away in ["staff_b1", "head_b"] {
            delegated(app, away, "liaison_b", "2026-02-09", "2026-02-28").await;
        }
        app.run_jobs().await;
        app.clock.set("2026-02-10T09:00:00+08:00".parse().unwrap());
        app.run_jobs().await;
        let page = app.as_user("liaison_b").get("/messages?limit=200").await.assert(200);
        let told: Vec<_> = page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "reminder").map(|item| &item["title"]).collect();
        assert!(told.len() == 1 && told[0].as_str().unwrap().starts_with("（代"), "{told:?}");
        assert_eq!((sms.taken().len(), voice.taken().len()), (1, 1));
    }
}
