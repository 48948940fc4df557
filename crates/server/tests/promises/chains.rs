//! Who has to agree to what is asked for, where the rules ask for two.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// From now on these requests follow the chain: the head of the issuing unit for what is important, a leader for the greatest.
async fn follow(app: &TestApp, which: &str) {
    let body = json!({ "rules": { "chained": which }, "reason": "从严审批", "version": 0 });
    app.as_user("centre1").post("/task-rules", &body).await.assert(201);
}

async fn led(app: &TestApp, importance: &str) -> Value {
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
    dispatched_with(app, json!({ "title": "修路", "importance": importance, "parties": parties })).await
}

async fn decide(app: &TestApp, login: &str, request: &Value, text: &str) -> testkit::Reply {
    let path = format!("/requests/{}/decision", request["id"].as_str().unwrap());
    app.as_user(login).post(&path, &json!({ "decision": "grant", "text": text })).await
}

async fn ask(app: &TestApp, task: &Value, mut what: Value) -> Value {
    what["version"] = json!(version(&show(app, "head_b", task).await));
    what["reason"] = json!("情况有变");
    app.as_user("head_b").post(&format!("/tasks/{}/requests", id(task)), &what).await.assert(200)["requests"][0].clone()
}

both! {
    async fn a_closing_goes_through_two_hands_where_the_rules_say_so(app) {
        follow(app, "all").await;
        for (importance, second, word) in [("important", "centre1", "吴营"), ("major", "leader", "吴营")] {
            let task = led(app, importance).await;
            let page = sign(app, "head_b", &task).await;
            let body = json!({ "version": version(&page), "text": "完工" });
            let page = app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
            let request = &page["requests"][0];
            let seen = show(app, "centre2", &task).await;
            assert_eq!(seen["requests"][0]["passes_on"], true);
            let page = decide(app, "centre2", request, "资料齐全").await.assert(200);
            assert_eq!((&page["task"]["state"], &page["requests"][0]["state"]), (&json!("active"), &json!("open")));
            assert_eq!((&page["requests"][0]["agreed_by"]["name"], &page["requests"][0]["agreed_text"]), (&json!(word), &json!("资料齐全")));
            assert!(page["clock"]["words"].as_str().unwrap().contains("等待上级审批"), "{}", page["clock"]);
            decide(app, "centre2", request, "").await.refused(409, "not_now");
            app.run_jobs().await;
            assert!(messages(app, second).await.contains(&"申请待审批".to_owned()));
            assert!(duties(app, second).await.contains(&"decide_close".to_owned()));
            assert!(!duties(app, "centre2").await.contains(&"decide_close".to_owned()));
            let page = decide(app, second, request, "").await.assert(200);
            assert_eq!(page["task"]["state"], "closed");
        }
        // What is of no importance needs one, and who has the last rank needs nobody else.
        let task = led(app, "normal").await;
        sign(app, "head_b", &task).await;
        assert_eq!(close(app, "head_b", "centre2", &task).await["task"]["state"], "closed");
        let task = led(app, "major").await;
        sign(app, "head_b", &task).await;
        assert_eq!(close(app, "head_b", "leader", &task).await["task"]["state"], "closed");
    }

    async fn rules_that_ask_for_one_again_let_in_nobody_who_may_not_decide_by_their_post(app) {
        follow(app, "all").await;
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }]);
        let input = json!({ "title": "局里的事", "importance": "important", "parties": parties });
        let draft = app.as_user("head_a").post("/tasks", &input).await.assert(201);
        let task = submit(app, "head_a", &draft).await;
        let page = sign(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "text": "完成" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        let request = &page["requests"][0];
        assert_eq!(decide(app, "centre2", request, "").await.assert(200)["task"]["state"], "active");
        let body = json!({ "rules": { "chained": "terms" }, "reason": "简化审批", "version": 1 });
        app.as_user("centre1").post("/task-rules", &body).await.assert(201);
        decide(app, "liaison_a", request, "").await.refused(409, "not_now");
        decide(app, "centre2", request, "").await.refused(403, "forbidden");
        assert_eq!(decide(app, "centre1", request, "").await.assert(200)["task"]["state"], "closed");
    }

    async fn a_second_hand_refuses_a_closing_and_it_counts_once(app) {
        follow(app, "all").await;
        let task = led(app, "important").await;
        let page = sign(app, "head_b", &task).await;
        let body = json!({ "version": version(&page), "text": "完工" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        let request = &page["requests"][0];
        decide(app, "centre2", request, "").await.assert(200);
        let path = format!("/requests/{}/decision", request["id"].as_str().unwrap());
        let page = app.as_user("centre1").post(&path, &json!({ "decision": "refuse", "text": "缺验收单" })).await.assert(200);
        assert_eq!((&page["task"]["state"], &page["sent_back_count"]), (&json!("active"), &json!(1)));
    }

    async fn a_return_is_ruled_on_by_two_where_the_rules_say_so(app) {
        follow(app, "all").await;
        let task = led(app, "important").await;
        let page = show(app, "head_b", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "不属我单位职责", "proposed_unit_id": app.unit("bureau_a") });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let ruling = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        let say = |unit: &str, reason: &str| json!({ "decision": "reassign", "unit_id": app.unit(unit), "reason": reason });
        let page = app.as_user("centre2").post(&ruling, &say("bureau_c", "应由丙局办")).await.assert(200);
        // The part is still disputed, and what the first would have is what the second finds.
        assert_eq!(page["parties"][0]["state"], "disputed");
        assert_eq!(page["requests"][0]["proposed_unit"]["id"], json!(app.unit("bureau_c")));
        app.as_user("centre2").post(&ruling, &say("bureau_c", "再定")).await.refused(409, "not_now");
        let page = app.as_user("centre1").post(&ruling, &say("bureau_c", "同意")).await.assert(200);
        assert_eq!((&page["parties"][0]["state"], &page["parties"][0]["unit"]["id"]), (&json!("unsigned"), &json!(app.unit("bureau_c"))));
        // That it stays needs one alone.
        let task = led(app, "major").await;
        let page = show(app, "head_b", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "不属我单位职责" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let ruling = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        let page = app.as_user("centre2").post(&ruling, &json!({ "decision": "uphold", "reason": "职责明确" })).await.assert(200);
        assert_eq!(page["parties"][0]["state"], "signed");
    }

    async fn what_moves_or_changes_a_task_follows_the_chain_where_the_rules_say_so(app) {
        follow(app, "contents").await;
        let transfer = json!({ "kind": "transfer", "unit_id": app.unit("bureau_a") });
        for what in [transfer, json!({ "kind": "amend" })] {
            let task = led(app, "important").await;
            sign(app, "head_b", &task).await;
            let request = ask(app, &task, what).await;
            let page = decide(app, "centre2", &request, "").await.assert(200);
            assert_eq!(page["requests"][0]["state"], "open", "{}", request["kind"]);
            let page = decide(app, "centre1", &request, "").await.assert(200);
            assert_eq!(page["requests"][0]["state"], "granted", "{}", request["kind"]);
        }
        // Closings do not.
        let task = led(app, "major").await;
        sign(app, "head_b", &task).await;
        assert_eq!(close(app, "head_b", "centre2", &task).await["task"]["state"], "closed");
    }
}
