use serde_json::{Value, json};
use testkit::both;

use crate::kit::*;

both! {
    async fn a_dispatched_task_reaches_whoever_signs_for_the_unit(app) {
        let task = dispatched(app, "整治占道经营", "bureau_a").await;
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_a").await, ["新任务待签收"]);
        assert_eq!(duties(app, "liaison_a").await, ["sign"]);
        assert_eq!(duties(app, "head_a").await, ["sign"]);
        assert!(duties(app, "liaison_b").await.is_empty());
        sign(app, "liaison_a", &task).await;
        assert!(!duties(app, "liaison_a").await.contains(&"sign".to_owned()));
    }

    async fn whoever_was_asked_to_sign_is_left_in_peace_once_a_colleague_has(app) {
        let task = dispatched_with(app, json!({ "title": "联合整治", "parties": [
            { "unit_id": app.unit("bureau_a"), "role": "lead", "person_id": app.person("staff_a1") },
            { "unit_id": app.unit("bureau_b"), "role": "co" },
        ] })).await;
        app.run_jobs().await;
        let unread = async |login: &str| app.as_user(login).get("/messages").await.assert(200)["unread"].as_i64().unwrap();
        for login in ["liaison_a", "staff_a1", "liaison_b"] {
            assert_eq!((messages(app, login).await, unread(login).await), (vec!["新任务待签收".to_owned()], 1), "{login}");
        }
        sign(app, "head_a", &task).await;
        app.run_jobs().await;
        // It is still there, and asks for nothing; the other unit has not signed.
        for (login, count) in [("liaison_a", 0), ("staff_a1", 0), ("liaison_b", 1)] {
            assert_eq!((messages(app, login).await, unread(login).await), (vec!["新任务待签收".to_owned()], count), "{login}");
        }
    }

    async fn nobody_is_asked_to_sign_what_was_returned_taken_back_ended_or_merged(app) {
        let keep = dispatched(app, "河道整治", "bureau_b").await;
        let unread = async |title: &str| {
            let page = app.as_user("liaison_a").get("/messages").await.assert(200);
            let of = |item: &&Value| item["title"] == "新任务待签收" && item["text"].as_str().unwrap().contains(title);
            let items: Vec<&Value> = page["items"].as_array().unwrap().iter().filter(of).collect();
            (items.len(), page["unread"].as_i64().unwrap())
        };
        for what in ["returns", "recall", "requests", "merger"] {
            let title = format!("清理{what}");
            let task = dispatched(app, &title, "bureau_a").await;
            app.run_jobs().await;
            let before = unread(&title).await;
            assert_eq!(before.0, 1, "{what}");
            let page = show(app, "centre1", &task).await;
            let mut body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "into_id": id(&keep), "kind": "terminate", "reason": "情况有变" });
            let fields: &[&str] = match what {
                "returns" => &["version", "party_id", "reason"],
                "recall" => &["version", "reason"],
                "requests" => &["version", "kind", "reason"],
                _ => &["version", "into_id", "reason"],
            };
            body.as_object_mut().unwrap().retain(|name, _| fields.contains(&name.as_str()));
            let who = if what == "returns" { "head_a" } else { "centre1" };
            let page = app.as_user(who).post(&format!("/tasks/{}/{what}", id(&task)), &body).await.assert(200);
            if what == "requests" {
                let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
                let grant = json!({ "decision": "grant" });
                assert_eq!(app.as_user("leader").post(&format!("/requests/{request}/decision"), &grant).await.assert(200)["task"]["state"], "terminated");
            }
            app.run_jobs().await;
            // Of all but a return, which a colleague made, they are told instead; and after a merger there is the other one to sign for.
            let told = match what {
                "returns" => 0,
                "merger" => 2,
                _ => 1,
            };
            assert_eq!(unread(&title).await, (1, before.1 - 1 + told), "{what}");
        }
    }

    async fn a_task_becomes_active_when_every_lead_has_signed(app) {
        let task = dispatched_with(app, json!({ "title": "联合整治", "parties": [
            { "unit_id": app.unit("bureau_a"), "role": "lead" },
            { "unit_id": app.unit("bureau_b"), "role": "co_lead" },
            { "unit_id": app.unit("bureau_c"), "role": "co" },
        ] })).await;
        assert_eq!(sign(app, "head_a", &task).await["task"]["state"], "dispatched");
        assert_eq!(sign(app, "liaison_b", &task).await["task"]["state"], "active");
        assert!(can(&show(app, "head_c", &task).await, "sign"));
    }

    async fn signing_can_name_the_handler_who_then_has_the_task(app) {
        let task = dispatched(app, "编制规划", "bureau_a").await;
        let body = json!({ "handler_id": app.person("staff_a1") });
        let page = app.as_user("liaison_a").post(&format!("/tasks/{}/signature", id(&task)), &body).await.assert(200);
        assert_eq!(page["parties"][0]["person"]["name"], "陈一");
        let list = app.as_user("staff_a1").get("/tasks?mine=handling").await.assert(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        app.as_user("staff_a2").get(&format!("/tasks/{}", id(&task))).await.refused(404, "not_found");
    }

    async fn a_handler_must_belong_to_the_unit(app) {
        let task = dispatched(app, "编制规划", "bureau_a").await;
        let body = json!({ "handler_id": app.person("staff_b1") });
        app.as_user("liaison_a").post(&format!("/tasks/{}/signature", id(&task)), &body).await.refused_field("person_id");
    }

    async fn both_handlers_appear_in_the_history(app) {
        let task = dispatched(app, "编制规划", "bureau_a").await;
        let mut page = sign(app, "head_a", &task).await;
        for person in ["staff_a1", "staff_a2"] {
            let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "person_id": app.person(person) });
            page = app.as_user("head_a").put(&format!("/tasks/{}/handler", id(&task)), &body).await.assert(200);
        }
        app.run_jobs().await;
        assert_eq!(messages(app, "staff_a2").await, ["您有新的经办任务"]);
        let line = app.as_user("head_a").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!(line["items"][0]["sentence"], "经济发展局的经办人由陈一改为褚二");
    }

    async fn a_unit_returns_a_task_that_is_not_its_own_and_the_centre_reassigns_it(app) {
        let task = dispatched(app, "水质监测", "bureau_a").await;
        let page = show(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "属环境局职责", "proposed_unit_id": app.unit("bureau_c") });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        assert_eq!(page["parties"][0]["state"], "disputed");
        app.run_jobs().await;
        assert_eq!(messages(app, "centre1").await[0], "退回待裁定");
        let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let ruling = json!({ "decision": "reassign", "unit_id": app.unit("bureau_c"), "reason": "同意" });
        app.as_user("head_a").post(&format!("/requests/{request}/ruling"), &ruling).await.refused(409, "not_now");
        let page = app.as_user("centre1").post(&format!("/requests/{request}/ruling"), &ruling).await.assert(200);
        assert_eq!(page["task"]["lead"]["unit"]["name"], "生态环境局");
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_c").await[0], "退回已裁定");
        sign(app, "liaison_c", &task).await;
        app.as_user("head_a").get(&format!("/tasks/{}", id(&task))).await.refused(404, "not_found");
        app.as_user("centre1").post(&format!("/requests/{request}/ruling"), &ruling).await.refused(409, "decided");
    }

    async fn a_return_that_is_not_upheld_counts_as_signed_and_cannot_be_tried_twice(app) {
        let task = dispatched(app, "水质监测", "bureau_a").await;
        let page = show(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "不属我局" });
        let path = format!("/tasks/{}/returns", id(&task));
        let page = app.as_user("head_a").post(&path, &body).await.assert(200);
        let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let ruling = json!({ "decision": "uphold", "reason": "三定方案明确由经发局负责" });
        let page = app.as_user("centre2").post(&format!("/requests/{request}/ruling"), &ruling).await.assert(200);
        assert_eq!((page["task"]["state"].as_str(), page["parties"][0]["state"].as_str()), (Some("active"), Some("signed")));
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "不属我局" });
        app.as_user("head_a").post(&path, &body).await.refused(409, "not_now");
    }

    async fn after_three_working_days_a_task_cannot_be_returned(app) {
        let task = dispatched(app, "水质监测", "bureau_a").await;
        let page = show(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "不属我局" });
        let path = format!("/tasks/{}/returns", id(&task));
        // Dispatched on Friday the 6th: three working days are Monday to Wednesday, and the Saturday in between counts
        // only because 2026 makes no exchange there.
        go_to(app, "2026-02-12");
        app.as_user("head_a").post(&path, &body).await.refused(409, "not_now");
        go_to(app, "2026-02-11");
        app.as_user("head_a").post(&path, &body).await.assert(200);
    }

    async fn the_leader_in_charge_has_nothing_to_sign(app) {
        let parties = json!([
            { "unit_id": app.unit("bureau_b"), "role": "lead" },
            { "unit_id": app.unit("root"), "role": "charge_leader", "person_id": app.person("leader") },
        ]);
        let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        let page = show(app, "leader", &task).await;
        assert!(!can(&page, "sign"), "{}", page["can"]);
        assert_eq!(page["next_duty"], Value::Null);
        assert!(!duties(app, "leader").await.contains(&"sign".to_owned()));
        app.as_user("leader").post(&format!("/tasks/{}/signature", id(&task)), &json!({})).await.refused(409, "not_now");
        assert_eq!(sign(app, "head_b", &task).await["task"]["state"], "active");
    }
}
