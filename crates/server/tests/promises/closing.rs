use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn a_closing_that_is_refused_is_counted_and_the_task_goes_on(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let page = sign(app, "head_b", &task).await;
        let path = format!("/tasks/{}/closure", id(&task));
        let body = json!({ "version": version(&page), "text": "完工" });
        let page = app.as_user("head_b").post(&path, &body).await.assert(200);
        let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let again = json!({ "version": version(&page), "text": "完工" });
        app.as_user("head_b").post(&path, &again).await.refused(409, "not_now");
        let decision = format!("/requests/{request}/decision");
        app.as_user("head_b").post(&decision, &json!({ "decision": "grant" })).await.refused(409, "not_now");
        app.as_user("centre1").post(&decision, &json!({ "decision": "refuse" })).await.refused_field("text");
        let page = app.as_user("centre1").post(&decision, &json!({ "decision": "refuse", "text": "缺验收单" })).await.assert(200);
        assert_eq!((page["task"]["state"].as_str(), page["sent_back_count"].as_i64()), (Some("active"), Some(1)));
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await[0], "办结申请被退回");
        let page = close(app, "head_b", "centre1", &task).await;
        assert_eq!((page["task"]["state"].as_str(), page["task"]["progress"].as_f64()), (Some("closed"), Some(100.0)));
        assert_eq!(page["task"]["lamp"]["lamp"], "blue");
    }

    async fn a_task_with_open_tasks_below_cannot_be_closed(app) {
        let task = dispatched(app, "优化营商环境", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let child = json!({ "title": "规划科的事", "weight": 100, "parties": [{ "unit_id": app.unit("section_a1"), "role": "lead" }] });
        let body = json!({ "version": version(&page), "children": [child] });
        let page = app.as_user("head_a").put(&format!("/tasks/{}/children", id(&task)), &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        let body = json!({ "version": version(&page), "text": "完成" });
        let problem = app.as_user("head_a").post(&format!("/tasks/{}/closure", id(&task)), &body).await.refused(409, "not_now");
        assert!(problem["detail"].as_str().unwrap().contains("子任务"));
        let inner = page["children"][0].clone();
        sign(app, "head_a1", &inner).await;
        close(app, "head_a1", "head_a", &inner).await;
        close(app, "head_a", "centre1", &task).await;
    }

    async fn verification_strikes_a_task_off_or_has_it_worked_on_again(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let page = close(app, "head_b", "centre1", &task).await;
        let path = format!("/tasks/{}/verification", id(&task));
        let body = json!({ "version": version(&page), "result": "fail" });
        app.as_user("centre2").post(&path, &body).await.refused_field("text");
        let body = json!({ "version": version(&page), "result": "fail", "text": "路面开裂" });
        app.as_user("head_b").post(&path, &body).await.refused(409, "not_now");
        let page = app.as_user("centre2").post(&path, &body).await.assert(200);
        assert_eq!(page["task"]["state"], "active");
        let page = close(app, "head_b", "centre1", &task).await;
        let body = json!({ "version": version(&page), "result": "pass" });
        let page = app.as_user("centre2").post(&path, &body).await.assert(200);
        assert_eq!(page["task"]["state"], "settled");
        assert_eq!(page["can"], json!(["reopen", "link", "tag"]));
    }

    async fn what_needs_approval_waits_for_somebody_other_than_who_submitted_it(app) {
        let input = json!({ "title": "核实群众反映", "source_kind": "public_clue", "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] });
        let draft = app.as_user("centre1").post("/tasks", &input).await.assert(201);
        let page = submit(app, "centre1", &draft).await;
        assert_eq!((page["task"]["state"].as_str(), page["task"]["number"].as_str()), (Some("approval"), None));
        app.as_user("head_c").get(&format!("/tasks/{}", id(&draft))).await.refused(404, "not_found");
        let path = format!("/tasks/{}/approval", id(&draft));
        let body = json!({ "version": version(&page), "decision": "approve" });
        app.as_user("centre1").post(&path, &body).await.refused(409, "not_now");
        app.as_user("centre2").post(&path, &body).await.refused(409, "not_now");
    }

    async fn a_leader_of_the_whole_area_finds_what_waits_for_approval_and_approves_it(app) {
        let input = json!({ "title": "核实群众反映", "source_kind": "public_clue", "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] });
        let draft = app.as_user("centre1").post("/tasks", &input).await.assert(201);
        let path = format!("/tasks/{}", id(&draft));
        app.as_user("leader").get(&path).await.refused(404, "not_found");
        let page = submit(app, "centre1", &draft).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await, ["任务待审批"]);
        assert_eq!(duties(app, "leader").await, ["approve"]);
        assert!(can(&app.as_user("leader").get(&path).await.assert(200), "approve"));
        app.as_user("deputy").get(&path).await.refused(404, "not_found");
        let body = json!({ "version": version(&page), "decision": "approve" });
        let page = app.as_user("leader").post(&format!("{path}/approval"), &body).await.assert(200);
        assert_eq!(page["task"]["state"], "dispatched");
    }

    async fn the_head_of_the_centre_approves_or_rejects_with_a_reason(app) {
        let input = json!({ "title": "核实群众反映", "source_kind": "public_clue", "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] });
        let draft = app.as_user("centre2").post("/tasks", &input).await.assert(201);
        let page = submit(app, "centre2", &draft).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "centre1").await, ["任务待审批"]);
        assert_eq!(duties(app, "centre1").await, ["approve"]);
        let path = format!("/tasks/{}/approval", id(&draft));
        let body = json!({ "version": version(&page), "decision": "reject" });
        app.as_user("centre1").post(&path, &body).await.refused_field("reason");
        let body = json!({ "version": version(&page), "decision": "reject", "reason": "线索不清" });
        assert_eq!(app.as_user("centre1").post(&path, &body).await.assert(200)["task"]["state"], "draft");
        let page = submit(app, "centre2", &show(app, "centre2", &draft).await).await;
        let body = json!({ "version": version(&page), "decision": "approve" });
        let page = app.as_user("centre1").post(&path, &body).await.assert(200);
        assert_eq!((page["task"]["state"].as_str(), page["task"]["number"].as_str()), (Some("dispatched"), Some("2026-0001")));
    }

    async fn whoever_granted_a_closing_does_not_check_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let page = close(app, "head_b", "centre1", &task).await;
        assert!(!can(&page, "verify"));
        let path = format!("/tasks/{}/verification", id(&task));
        let body = json!({ "version": version(&page), "result": "pass" });
        app.as_user("centre1").post(&path, &body).await.refused(409, "not_now");
        assert_eq!(app.as_user("centre2").post(&path, &body).await.assert(200)["task"]["state"], "settled");
        // Nor where a section did what its bureau set.
        let parties = json!([{ "unit_id": app.unit("section_a1"), "role": "lead" }]);
        let draft = app.as_user("head_a").post("/tasks", &json!({ "title": "科里的事", "parties": parties })).await.assert(201);
        let task = submit(app, "head_a", &draft).await;
        sign(app, "head_a1", &task).await;
        let page = close(app, "head_a1", "head_a", &task).await;
        let path = format!("/tasks/{}/verification", id(&task));
        let body = json!({ "version": version(&page), "result": "pass" });
        app.as_user("head_a").post(&path, &body).await.refused(409, "not_now");
    }

    async fn no_liaison_accepts_what_their_own_head_has_done(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }]);
        let draft = app.as_user("head_a").post("/tasks", &json!({ "title": "局里的事", "parties": parties })).await.assert(201);
        let task = submit(app, "head_a", &draft).await;
        let page = sign(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "text": "完成" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        let decision = format!("/requests/{}/decision", page["requests"][0]["id"].as_str().unwrap());
        app.as_user("liaison_a").post(&decision, &json!({ "decision": "grant" })).await.refused(409, "not_now");
        assert!(!duties(app, "liaison_a").await.contains(&"decide_close".to_owned()));
        assert!(duties(app, "centre1").await.contains(&"decide_close".to_owned()));
        app.as_user("centre1").post(&decision, &json!({ "decision": "grant" })).await.assert(200);
    }

    async fn what_went_out_by_mistake_is_declared_void_and_keeps_its_number(app) {
        let task = dispatched(app, "发错了", "bureau_b").await;
        let number = task["task"]["number"].clone();
        let body = json!({ "version": version(&task), "reason": "发错单位" });
        let path = format!("/tasks/{}", id(&task));
        app.as_user("centre1").post(&format!("{path}/annulment"), &body).await.refused(409, "not_now");
        let page = app.as_user("centre1").post(&format!("{path}/recall"), &body).await.assert(200);
        assert!(can(&page, "annul") && !can(&page, "delete"));
        app.as_user("centre1").delete(&format!("{path}?version={}", version(&page))).await.refused(409, "not_now");
        let annulment = format!("{path}/annulment");
        app.as_user("centre1").post(&annulment, &json!({ "version": version(&page), "reason": "" })).await.refused_field("reason");
        let body = json!({ "version": version(&page), "reason": "重复发文" });
        app.as_user("head_b").post(&annulment, &body).await.refused(404, "not_found");
        let page = app.as_user("centre1").post(&annulment, &body).await.assert(200);
        assert_eq!((&page["task"]["state"], &page["task"]["number"]), (&json!("terminated"), &number));
        let line = app.as_user("centre1").get(&format!("{path}/timeline")).await.assert(200);
        assert_eq!(line["items"][0]["sentence"], "作废：重复发文");
        assert_ne!(dispatched(app, "下一件", "bureau_b").await["task"]["number"], number);
    }
}
