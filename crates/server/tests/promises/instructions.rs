//! 批示: what leaders say of tasks is written down, carried out and answered.

use serde_json::{Value, json};
use testkit::{Reply, TestApp, both};

use crate::kit::*;

async fn instruct(app: &TestApp, login: &str, task: &Value, body: Value) -> Reply {
    app.as_user(login).post(&format!("/tasks/{}/instructions", id(task)), &body).await
}

async fn threads(app: &TestApp, login: &str, task: &Value) -> Vec<Value> {
    let page = app.as_user(login).get(&format!("/tasks/{}/urges", id(task))).await.assert(200);
    page["items"].as_array().unwrap().clone()
}

async fn can_instruct(app: &TestApp, login: &str, task: &Value) -> bool {
    app.as_user(login).get(&format!("/tasks/{}/urges", id(task))).await.assert(200)["can_instruct"].as_bool().unwrap()
}

both! {
    async fn a_leader_instructs_and_the_unit_answers_what_became_of_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let body = json!({ "text": "请住建局牵头，月底前拿出方案。", "document": "滨办通报〔2026〕3号", "clause": "第二条", "said_on": "2026-02-05" });
        let sent = instruct(app, "leader", &task, body).await.assert(201);
        let thread = &sent["items"][0];
        // Friday the 6th: as an urge, it is answered on the next working day where nothing is said.
        assert_eq!((&thread["reply_due_day"], &thread["by"]["id"]), (&json!("2026-02-09"), &json!(app.person("leader"))));
        assert_eq!(thread["instruction"], json!({ "said_on": "2026-02-05", "entered_by": null, "document": "滨办通报〔2026〕3号", "clause": "第二条" }));
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "领导批示");
        let todo = app.as_user("head_b").get("/todo").await.assert(200);
        assert_eq!((&todo["items"][0]["kind"], &todo["items"][0]["text"]), (&json!("reply"), &json!("王主任批示：请住建局牵头，月底前拿出方案。")));
        let reply = format!("/urges/{}/reply", thread["id"].as_str().unwrap());
        app.as_user("liaison_b").post(&reply, &json!({ "text": "方案已报送。" })).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, ["批示已反馈"]);
        let accept = format!("/urges/{}/acceptance", thread["id"].as_str().unwrap());
        app.as_user("leader").post(&accept, &json!({})).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "批示反馈已认可");
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let said: Vec<&str> = line["items"].as_array().unwrap().iter().map(|item| item["sentence"].as_str().unwrap()).collect();
        assert_eq!(said[..3], ["认可住房和城乡建设局的批示反馈", "住房和城乡建设局反馈批示落实情况：方案已报送。", "王主任批示住房和城乡建设局：请住建局牵头，月底前拿出方案。（2026-02-09前反馈）"]);
    }

    async fn the_centre_writes_down_what_a_leader_said_and_both_hear_of_the_answer(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let whose = app.as_user("centre1").get(&format!("/tasks/{}/instructions", id(&task))).await.assert(200);
        let leaders: Vec<&Value> = whose["leaders"].as_array().unwrap().iter().map(|leader| &leader["id"]).collect();
        assert_eq!((&whose["own"], leaders), (&json!(false), vec![&json!(app.person("leader")), &json!(app.person("deputy"))]));
        instruct(app, "centre1", &task, json!({ "text": "抓紧" })).await.refused_field("leader_id");
        instruct(app, "centre1", &task, json!({ "text": "抓紧", "leader_id": app.person("head_c") })).await.refused_field("leader_id");
        let sent = instruct(app, "centre1", &task, json!({ "text": "抓紧办理", "leader_id": app.person("deputy") })).await.assert(201);
        let thread = &sent["items"][0];
        assert_eq!((&thread["by"]["id"], &thread["instruction"]["entered_by"]["id"]), (&json!(app.person("deputy")), &json!(app.person("centre1"))));
        let reply = format!("/urges/{}/reply", thread["id"].as_str().unwrap());
        app.as_user("head_b").post(&reply, &json!({ "text": "已部署" })).await.assert(200);
        app.run_jobs().await;
        assert_eq!((messages(app, "deputy").await, messages(app, "centre1").await), (vec!["批示已反馈".to_owned()], vec!["批示已反馈".to_owned()]));
        // Whoever wrote it down asks again for the leader, and finds it among their own.
        let sent = app.as_user("centre1").get("/urges?side=sent").await.assert(200);
        assert_eq!((sent["items"].as_array().unwrap().len(), &sent["items"][0]["may_ask"]), (1, &json!(true)));
        let questions = format!("/urges/{}/questions", thread["id"].as_str().unwrap());
        app.as_user("centre2").post(&questions, &json!({ "text": "何时完成？" })).await.refused(403, "forbidden");
        app.as_user("centre1").post(&questions, &json!({ "text": "何时完成？" })).await.assert(200);
    }

    async fn whoever_acts_for_a_leader_brings_that_leaders_words(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let body = json!({ "deputy_id": app.person("head_a"), "from_day": "2026-02-06", "to_day": "2026-02-10", "reason": "赴省里开会" });
        app.as_user("leader").post(&format!("/persons/{}/delegations", app.person("leader")), &body).await.assert(201);
        let whose = app.as_user("head_a").get(&format!("/tasks/{}/instructions", id(&task))).await.assert(200);
        assert_eq!((&whose["own"], &whose["leaders"][0]["id"]), (&json!(false), &json!(app.person("leader"))));
        let sent = instruct(app, "head_a", &task, json!({ "text": "抓紧办理" })).await.assert(201);
        let thread = &sent["items"][0];
        assert_eq!((&thread["by"]["id"], &thread["instruction"]["entered_by"]["id"]), (&json!(app.person("leader")), &json!(app.person("head_a"))));
        instruct(app, "head_a", &task, json!({ "text": "抓紧", "leader_id": app.person("deputy") })).await.refused_field("leader_id");
        go_to(app, "2026-02-11");
        instruct(app, "head_a", &task, json!({ "text": "抓紧" })).await.refused(404, "not_found");
    }

    async fn nobody_else_instructs_and_nobody_instructs_themselves(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let draft = app.as_user("centre1").post("/tasks", &json!({ "title": "修路", "parties": parties })).await.assert(201);
        instruct(app, "centre1", &draft, json!({ "text": "抓紧", "leader_id": app.person("leader") })).await.refused(409, "not_now");
        let task = submit(app, "centre1", &draft).await;
        for login in ["head_b", "liaison_b"] {
            instruct(app, login, &task, json!({ "text": "抓紧" })).await.refused(403, "forbidden");
            assert!(!can_instruct(app, login, &task).await, "{login}");
        }
        instruct(app, "head_c", &task, json!({ "text": "抓紧" })).await.refused(404, "not_found");
        assert!(can_instruct(app, "deputy", &task).await);
        // A leader says nobody else's words.
        instruct(app, "deputy", &task, json!({ "text": "抓紧", "leader_id": app.person("leader") })).await.refused_field("leader_id");
        for (body, field) in [
            (json!({ "text": " " }), "text"),
            (json!({ "text": "字".repeat(2001) }), "text"),
            (json!({ "text": "抓紧", "said_on": "2026-02-07" }), "said_on"),
            (json!({ "text": "抓紧", "reply_due_day": "2026-02-05" }), "reply_due_day"),
            (json!({ "text": "抓紧", "document": "文".repeat(301) }), "document"),
            (json!({ "text": "抓紧", "party_ids": [] }), "party_ids"),
            (json!({ "text": "抓紧", "then": "new_task" }), "title"),
        ] {
            instruct(app, "leader", &task, body).await.refused_field(field);
        }
        assert!(threads(app, "leader", &task).await.is_empty());
    }

    async fn what_was_done_is_worked_on_again_by_an_instruction(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        report(app, "head_b", &task, 90).await;
        accept(app, "centre1", &task).await;
        let page = close(app, "head_b", "centre1", &task).await;
        instruct(app, "leader", &task, json!({ "text": "路面又塌了" })).await.refused(409, "not_now");
        let body = |version: i64| json!({ "text": "修".repeat(2000), "then": "work_again", "version": version, "due_day": "2026-03-20" });
        instruct(app, "leader", &task, body(1)).await.refused(409, "stale_version");
        assert!(threads(app, "leader", &task).await.is_empty());
        instruct(app, "leader", &task, body(version(&page))).await.assert(201);
        let page = show(app, "head_b", &task).await;
        assert_eq!((&page["task"]["state"], &page["task"]["due_day"]), (&json!("active"), &json!("2026-03-20")));
        assert_eq!(threads(app, "head_b", &task).await[0]["may_reply"], true);
        app.run_jobs().await;
        let told = messages(app, "liaison_b").await;
        assert!(told.contains(&"任务重新办理".to_owned()) && told.contains(&"领导批示".to_owned()), "{told:?}");
    }

    async fn what_goes_beyond_a_task_becomes_one_of_its_own(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let body = json!({ "text": "一并把排水管网改了", "then": "new_task", "title": "排水管网改造", "document": "现场会纪要", "leader_id": app.person("leader") });
        let made = instruct(app, "centre1", &task, body).await.assert(201);
        assert_eq!(made["items"], json!([]));
        let new = app.as_user("centre1").get(&format!("/tasks/{}", made["task_id"].as_str().unwrap())).await.assert(200);
        assert_eq!((&new["task"]["state"], &new["task"]["title"], &new["task"]["source_kind"]), (&json!("draft"), &json!("排水管网改造"), &json!("leader_note")));
        assert_eq!((&new["demand"], &new["source_document"]), (&json!("王主任批示：一并把排水管网改了"), &json!("现场会纪要")));
        assert_eq!(new["task"]["lead"]["unit"]["id"], json!(app.unit("bureau_b")));
        assert_eq!((&new["links"][0]["kind"], &new["links"][0]["task_id"]), (&json!("follows"), &json!(id(&task))));
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!(line["items"][0]["sentence"], "王主任批示另立任务“排水管网改造”：一并把排水管网改了");
        // The unit sees the new task once it has gone out.
        app.as_user("head_b").get(&format!("/tasks/{}", id(&new))).await.refused(404, "not_found");
        submit(app, "centre1", &new).await;
        assert_eq!(show(app, "head_b", &task).await["links"][0]["kind"], "follows");
    }

    async fn an_instruction_is_found_by_its_words_and_kept_in_the_record(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        instruct(app, "leader", &task, json!({ "text": "务必确保汛期畅通" })).await.assert(201);
        app.run_jobs().await;
        let found = app.as_user("head_b").get("/search?q=汛期畅通").await.assert(200);
        assert_eq!((&found["items"][0]["kind"], &found["items"][0]["task"]["id"]), (&json!("instruction"), &json!(id(&task))));
        assert_eq!(app.as_user("head_c").get("/search?q=汛期畅通").await.assert(200)["items"], json!([]));
    }
}
