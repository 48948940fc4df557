use serde_json::{Value, json};
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

    async fn urges_are_found_by_who_sent_them_who_owes_an_answer_and_what_became_of_them(app) {
        let mut sent = Vec::new();
        for (by, unit, title) in [("leader", "bureau_a", "甲"), ("centre1", "bureau_b", "乙"), ("leader", "bureau_b", "丙")] {
            let task = dispatched(app, title, unit).await;
            let page = app.as_user(by).post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": format!("请抓紧{title}") })).await;
            sent.push(page.assert(201)["items"][0]["id"].as_str().unwrap().to_owned());
        }
        app.as_user("head_b").post(&format!("/urges/{}/reply", sent[1]), &json!({ "text": "本周完成" })).await.assert(200);
        go_to(app, "2026-02-12");
        let expected = [
            ("leader", "", vec!["丙", "乙", "甲"]),
            ("leader", "?side=sent", vec!["丙", "甲"]),
            ("leader", "?side=sent&answer=overdue", vec!["丙", "甲"]),
            ("leader", "?answer=given", vec!["乙"]),
            ("head_b", "?side=received", vec!["丙", "乙"]),
            ("head_b", "?side=received&answer=open", vec!["丙"]),
            ("head_b", "", vec!["丙", "乙"]),
            ("head_a", "", vec!["甲"]),
            ("head_c", "", vec![]),
            ("admin", "", vec![]),
        ];
        for (login, query, titles) in expected {
            let page = app.as_user(login).get(&format!("/urges{query}")).await.assert(200);
            let found: Vec<_> = page["items"].as_array().unwrap().iter().map(|urge| urge["task_title"].as_str().unwrap()).collect();
            assert_eq!(found, titles, "{login} {query}");
            assert_eq!(page["next_cursor"], Value::Null);
        }
        let first = app.as_user("leader").get("/urges?limit=2").await.assert(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = app.as_user("leader").get(&format!("/urges?limit=2&cursor={cursor}")).await.assert(200);
        assert_eq!((rest["items"][0]["task_title"].as_str(), rest["items"].as_array().unwrap().len()), (Some("甲"), 1));
        app.as_user("leader").get("/urges?side=mine").await.refused(422, "invalid");
    }

    async fn a_unit_that_was_urged_is_not_simply_taken_off_the_task(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }, { "unit_id": app.unit("bureau_b"), "role": "co" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        let co = task["parties"].as_array().unwrap().iter().find(|party| party["role"] == "co").unwrap();
        let body = json!({ "text": "请配合", "party_ids": [co["id"]] });
        app.as_user("centre1").post(&format!("/tasks/{}/urges", id(&task)), &body).await.assert(201);
        let body = json!({ "version": version(&task), "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.refused_field("parties");
    }

    async fn whoever_pressed_asks_again_until_the_answer_does_and_then_accepts_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let task = sign(app, "head_b", &task).await;
        let path = format!("/tasks/{}/urges", id(&task));
        let sent = app.as_user("leader").post(&path, &json!({ "text": "何时通车" })).await.assert(201)["items"][0].clone();
        let (urge, day) = (sent["id"].as_str().unwrap().to_owned(), json!("2026-02-09"));
        assert_eq!((&sent["owed_day"], &sent["asked"], &sent["may_ask"], &sent["may_accept"]), (&day, &json!("何时通车"), &json!(false), &json!(false)));
        let (questions, reply, accept) = (format!("/urges/{urge}/questions"), format!("/urges/{urge}/reply"), format!("/urges/{urge}/acceptance"));
        // There is nothing to ask about yet.
        app.as_user("leader").post(&questions, &json!({ "text": "?" })).await.refused(409, "not_now");
        app.as_user("leader").post(&accept, &json!({})).await.refused(409, "not_now");
        let first = app.as_user("liaison_b").post(&reply, &json!({ "text": "尽快" })).await.assert(200);
        assert_eq!((&first["owed_day"], &first["may_reply"]), (&Value::Null, &json!(false)));
        for login in ["centre1", "deputy", "head_b"] {
            app.as_user(login).post(&questions, &json!({ "text": "?" })).await.refused(403, "forbidden");
            app.as_user(login).post(&accept, &json!({})).await.refused(403, "forbidden");
        }
        app.as_user("head_c").post(&questions, &json!({ "text": "?" })).await.refused(404, "not_found");
        app.as_user("leader").post(&questions, &json!({ "text": "" })).await.refused_field("text");
        app.as_user("leader").post(&questions, &json!({ "text": "哪天", "reply_due_day": "2026-02-05" })).await.refused_field("reply_due_day");
        let asked = app.as_user("leader").post(&questions, &json!({ "text": "哪一天？", "reply_due_day": "2026-02-10" })).await.assert(200);
        assert_eq!((&asked["owed_day"], &asked["asked"], &asked["text"], &asked["reply"]), (&json!("2026-02-10"), &json!("哪一天？"), &json!("何时通车"), &json!("尽快")));
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办追问");
        // It is owed again, and late again.
        assert_eq!(duties(app, "head_b").await[0], "reply");
        let todo = app.as_user("head_b").get("/todo").await.assert(200);
        assert_eq!((&todo["items"][0]["text"], &todo["items"][0]["due_day"]), (&json!("王主任督办：哪一天？"), &json!("2026-02-10")));
        let found = async |query: &str| app.as_user("leader").get(&format!("/urges{query}")).await.assert(200)["items"].as_array().unwrap().len();
        assert_eq!((found("?answer=open").await, found("?answer=given").await, found("?answer=overdue").await), (1, 0, 0));
        go_to(app, "2026-02-11");
        assert_eq!((found("?answer=open").await, found("?answer=overdue").await), (1, 1));
        let file = app.as_user("liaison_b").upload("计划.txt", "计划").await.assert(201);
        let second = app.as_user("liaison_b").post(&reply, &json!({ "text": "3月1日", "file_ids": [file["id"]] })).await.assert(200);
        let turns: Vec<_> = second["turns"].as_array().unwrap().iter().map(|turn| (turn["kind"].clone(), turn["text"].clone(), turn["files"].as_array().unwrap().len())).collect();
        assert_eq!(turns, [(json!("ask"), json!("哪一天？"), 0), (json!("reply"), json!("3月1日"), 1)]);
        assert_eq!((&second["files"], &second["overdue"]), (&json!([]), &json!(false)));
        app.as_user("head_b").post(&reply, &json!({ "text": "又一次" })).await.refused(409, "decided");
        app.run_jobs().await;
        let told = app.as_user("leader").get("/messages").await.assert(200)["items"][0]["text"].clone();
        assert_eq!(told, "“修路”的督办已回复：3月1日");
        assert_eq!(found("?answer=given").await, 1);

        let done = app.as_user("leader").post(&accept, &json!({})).await.assert(200);
        assert!(!done["accepted_at"].is_null() && done["may_ask"] == false && done["may_accept"] == false);
        app.as_user("leader").post(&accept, &json!({})).await.refused(409, "decided");
        app.as_user("leader").post(&questions, &json!({ "text": "还有" })).await.refused(409, "decided");
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办回复已认可");
        assert!(!duties(app, "head_b").await.contains(&"reply".to_owned()));
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let steps: Vec<_> = line["items"].as_array().unwrap().iter().take(5).map(|item| item["action"].as_str().unwrap()).collect();
        assert_eq!(steps, ["urge_accepted", "urge_replied", "urge_asked_again", "urge_replied", "urged"]);
    }

    async fn what_was_answered_on_the_telephone_is_written_down_by_whoever_asked(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let path = format!("/tasks/{}/urges", id(&task));
        let said = |login: &str, text: &str| json!({ "person_id": app.person(login), "text": text });
        let press = |method: &str, answer: Value| json!({ "text": "何时通车", "method": method, "answer": answer });
        app.as_user("leader").post(&path, &press("message", said("head_b", "周五"))).await.refused_field("answer");
        app.as_user("leader").post(&path, &press("call", said("head_c", "周五"))).await.refused_field("answer.person_id");
        app.as_user("leader").post(&path, &press("call", said("head_b", ""))).await.refused_field("answer.text");
        assert_eq!(app.as_user("leader").get(&path).await.assert(200)["items"], json!([]));

        let called = app.as_user("leader").post(&path, &press("call", said("head_b", "周五前"))).await.assert(201)["items"][0].clone();
        assert_eq!((&called["reply"], &called["owed_day"]), (&json!("周五前"), &Value::Null));
        assert_eq!((&called["replied_by"]["id"], &called["reply_entered_by"]["id"]), (&json!(app.person("head_b")), &json!(app.person("leader"))));
        assert_eq!((&called["may_accept"], &called["may_record"]), (&json!(true), &json!(false)));
        app.run_jobs().await;
        // Whose answer it is hears of it, and could say otherwise.
        assert!(messages(app, "head_b").await.contains(&"电话答复已登记".to_owned()));
        assert!(!duties(app, "head_b").await.contains(&"reply".to_owned()));

        let urge = id(&called).to_owned();
        let record = format!("/urges/{urge}/spoken-reply");
        app.as_user("leader").post(&record, &said("head_b", "又一次")).await.refused(409, "decided");
        let again = app.as_user("leader").post(&format!("/urges/{urge}/questions"), &json!({ "text": "哪一天？" })).await.assert(200);
        assert_eq!(again["may_record"], true);
        app.as_user("head_b").post(&record, &said("head_b", "周四")).await.refused(403, "forbidden");
        app.as_user("centre1").post(&record, &said("head_b", "周四")).await.refused(403, "forbidden");
        app.as_user("head_c").post(&record, &said("head_b", "周四")).await.refused(404, "not_found");
        app.as_user("leader").post(&record, &said("leader", "周四")).await.refused_field("person_id");
        let told = app.as_user("leader").post(&record, &said("liaison_b", "周四")).await.assert(200);
        let last = told["turns"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["text"], &last["by"]["name"], &last["entered_by"]["id"]), (&json!("周四"), &json!("朱联"), &json!(app.person("leader"))));
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!(line["items"][0]["action"], "urge_reply_recorded");
    }

    async fn whoever_pressed_sees_who_has_read_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/urges", id(&task));
        app.as_user("deputy").post(&path, &json!({ "text": "抓紧" })).await.assert(201);
        app.run_jobs().await;
        // The head is told, too; it is the liaison's mark that is looked at.
        let readers = async |login: &str| {
            let mut all = app.as_user(login).get(&path).await.assert(200)["items"][0]["readers"].clone();
            if let Some(all) = all.as_array_mut() {
                assert_eq!(all.len(), 2);
                all.retain(|reader| reader["person"]["name"] == "朱联");
            }
            all
        };
        assert_eq!(readers("deputy").await, json!([{ "person": { "id": app.person("liaison_b"), "name": "朱联" }, "read_at": null }]));
        assert_eq!(readers("head_b").await, Value::Null);
        app.as_user("liaison_b").post("/messages/read", &json!({ "task_ids": [id(&task)] })).await.assert(200);
        assert!(!readers("deputy").await[0]["read_at"].is_null());
    }
}
