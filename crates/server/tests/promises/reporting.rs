use serde_json::{Value, json};
use testkit::both;

use crate::kit::*;

both! {
    async fn a_report_closes_the_earliest_open_node(app) {
        let task = dispatched_with(app, json!({
            "title": "每周调度", "due": { "day": "2026-03-20" }, "report_rule": { "kind": "weekly", "day": 5 },
            "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }],
        })).await;
        let days: Vec<_> = task["report_dues"].as_array().unwrap().iter().map(|d| d["due_day"].as_str().unwrap().to_owned()).collect();
        // Friday the 20th of February is a holiday: the node moves to the working day before, Saturday the 14th.
        assert_eq!(days[..3], ["2026-02-13", "2026-02-14", "2026-02-27"].map(str::to_owned));
        sign(app, "head_a", &task).await;
        go_to(app, "2026-02-12");
        assert!(duties(app, "head_a").await.contains(&"report".to_owned()));
        let page = report(app, "head_a", &task, 20).await;
        assert_eq!((page["report_dues"][0]["state"].as_str(), page["report_dues"][1]["state"].as_str()), (Some("met"), Some("open")));
        go_to(app, "2026-02-24");
        let page = report(app, "head_a", &task, 30).await;
        assert_eq!(page["report_dues"][1]["state"], "late");
    }

    async fn progress_counts_when_it_is_verified_not_when_it_is_claimed(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let page = report(app, "head_b", &task, 60).await;
        assert_eq!((page["task"]["claimed_progress"].as_f64(), page["task"]["progress"].as_f64()), (Some(60.0), Some(0.0)));
        app.run_jobs().await;
        assert_eq!(messages(app, "centre1").await[0], "进展待审核");
        assert!(duties(app, "centre1").await.contains(&"review".to_owned()));
        let id = page["reports"][0]["id"].as_str().unwrap().to_owned();
        let body = json!({ "decision": "accept", "verified_progress": 45, "text": "按现场核实" });
        let page = app.as_user("centre1").post(&format!("/reports/{id}/review"), &body).await.assert(200);
        assert_eq!(page["task"]["progress"], 45.0);
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await[0], "上报已采纳");
    }

    async fn falling_progress_needs_a_reason(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        report(app, "head_b", &task, 60).await;
        accept(app, "centre1", &task).await;
        let path = format!("/tasks/{}/reports", id(&task));
        let body = json!({ "claimed_progress": 40, "text": "返工" });
        app.as_user("head_b").post(&path, &body).await.refused_field("fall_reason");
        let body = json!({ "claimed_progress": 40, "text": "返工", "fall_reason": "路基沉降" });
        app.as_user("head_b").post(&path, &body).await.assert(200);
    }

    async fn a_report_that_is_sent_back_leaves_the_node_open(app) {
        let task = dispatched_with(app, json!({
            "title": "月报", "due": { "day": "2026-06-30" }, "report_rule": { "kind": "monthly", "day": 25 },
            "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }],
        })).await;
        sign(app, "head_b", &task).await;
        let page = report(app, "head_b", &task, 10).await;
        let id = page["reports"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/reports/{id}/review");
        app.as_user("centre1").post(&path, &json!({ "decision": "send_back" })).await.refused_field("text");
        let page = app.as_user("centre1").post(&path, &json!({ "decision": "send_back", "text": "缺少佐证" })).await.assert(200);
        assert_eq!((page["report_dues"][0]["state"].as_str(), page["task"]["claimed_progress"].as_f64()), (Some("open"), Some(0.0)));
        app.as_user("centre2").post(&path, &json!({ "decision": "accept" })).await.refused(409, "decided");
    }

    async fn what_is_to_be_reported_today_stays_due_when_the_rule_or_the_deadline_changes(app) {
        let task = dispatched_with(app, json!({
            "title": "月报", "due": { "day": "2026-06-30" }, "report_rule": { "kind": "monthly", "day": 25 },
            "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }],
        })).await;
        sign(app, "head_b", &task).await;
        go_to(app, "2026-03-25");
        let states = |page: &Value| -> Vec<(String, String)> {
            let text = |due: &Value, name: &str| due[name].as_str().unwrap().to_owned();
            page["report_dues"].as_array().unwrap().iter().map(|due| (text(due, "due_day"), text(due, "state"))).collect()
        };
        let now = |days: &[(&str, &str)]| days.iter().map(|(day, state)| ((*day).to_owned(), (*state).to_owned())).collect::<Vec<_>>();
        let before = show(app, "centre1", &task).await;
        let (missed, today) = (("2026-02-25", "missed"), ("2026-03-25", "open"));
        let later = [("2026-04-24", "open"), ("2026-05-25", "open"), ("2026-06-25", "open")];
        assert_eq!(states(&before), now(&[&[missed, today][..], &later].concat()));

        // What is past and what is due today is owed; only what lies ahead is planned anew.
        for (change, after) in [
            (json!({ "title": "每月报送" }), later.to_vec()),
            (json!({ "due": { "day": "2026-05-31" } }), later[..2].to_vec()),
            (json!({ "report_rule": { "kind": "monthly", "day": 10 } }), vec![("2026-04-10", "open"), ("2026-05-09", "open")]),
            (json!({ "report_rule": { "kind": "none" } }), vec![]),
        ] {
            let mut body = change.clone();
            body["version"] = json!(version(&show(app, "centre1", &task).await));
            let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
            assert_eq!(states(&page), now(&[&[missed, today][..], &after].concat()), "{change}");
        }
        let page = report(app, "head_b", &task, 30).await;
        assert_eq!(states(&page), now(&[("2026-02-25", "late"), today]));
        let page = report(app, "head_b", &task, 40).await;
        assert_eq!(states(&page), now(&[("2026-02-25", "late"), ("2026-03-25", "met")]));
    }

    async fn nobody_reviews_their_own_report(app) {
        let task = dispatched(app, "本局工作", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "children": [{ "title": "局长亲自办", "weight": 100, "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] }] });
        let page = app.as_user("head_a").put(&format!("/tasks/{}/children", id(&task)), &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        let inner = page["children"][0].clone();
        sign(app, "head_a", &inner).await;
        let page = report(app, "head_a", &inner, 50).await;
        assert!(!can(&page, "review"));
        let id = page["reports"][0]["id"].as_str().unwrap().to_owned();
        app.as_user("head_a").post(&format!("/reports/{id}/review"), &json!({ "decision": "accept" })).await.refused(409, "not_now");
        app.as_user("liaison_a").post(&format!("/reports/{id}/review"), &json!({ "decision": "accept" })).await.assert(200);
    }

    async fn a_report_carries_its_photo_to_everyone_who_sees_the_task_and_to_nobody_else(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "liaison_b", &task).await;
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0; 64]);
        let file = app.as_user("liaison_b").upload("现场照片.png", png).await.assert(201);
        let body = json!({ "claimed_progress": 30, "text": "见照片", "file_ids": [file["id"]] });
        app.as_user("liaison_b").post(&format!("/tasks/{}/reports", id(&task)), &body).await.assert(200);
        let content = format!("/files/{}/content", file["id"].as_str().unwrap());
        for login in ["centre1", "leader", "deputy", "head_b"] {
            app.as_user(login).get(&content).await.assert(200);
        }
        for login in ["head_c", "staff_b1", "admin"] {
            app.as_user(login).get(&content).await.refused(404, "not_found");
        }
    }

    async fn somebody_elses_upload_cannot_be_attached(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let file = app.as_user("head_c").upload("别人的.txt", "x".repeat(20)).await.assert(201);
        let body = json!({ "claimed_progress": 30, "text": "见附件", "file_ids": [file["id"]] });
        app.as_user("head_b").post(&format!("/tasks/{}/reports", id(&task)), &body).await.refused_field("file_ids");
    }

    async fn milestones_make_the_stage_and_are_reached_by_a_report(app) {
        let task = dispatched_with(app, json!({
            "title": "建桥", "due": { "day": "2026-12-31" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }],
            "milestones": [{ "title": "开工", "due_day": "2026-04-30" }, { "title": "竣工", "due_day": "2026-12-31" }],
        })).await;
        let page = sign(app, "head_b", &task).await;
        assert_eq!(page["task"]["stage"], "开工");
        let body = json!({ "claimed_progress": 50, "text": "已开工", "milestone_ids": [page["milestones"][0]["id"]] });
        let path = format!("/tasks/{}/reports", id(&task));
        let reached = |page: &Value| (page["milestones"][0]["reported"].as_bool(), page["milestones"][0]["done_at"].is_string());
        let page = app.as_user("head_b").post(&path, &body).await.assert(200);
        assert_eq!((page["task"]["stage"].as_str(), reached(&page)), (Some("开工"), (Some(true), false)));
        // Sent back, it was not reached; accepted, it was.
        let review = format!("/reports/{}/review", page["reports"][0]["id"].as_str().unwrap());
        let page = app.as_user("centre1").post(&review, &json!({ "decision": "send_back", "text": "缺开工令" })).await.assert(200);
        assert_eq!(reached(&page), (Some(false), false));
        app.as_user("head_b").post(&path, &body).await.assert(200);
        let page = accept(app, "centre1", &task).await;
        assert_eq!((page["task"]["stage"].as_str(), reached(&page)), (Some("竣工"), (Some(false), true)));
        let body = json!({ "claimed_progress": 50, "text": "已开工", "milestone_ids": [id(&task)] });
        app.as_user("head_b").post(&format!("/tasks/{}/reports", id(&task)), &body).await.refused_field("milestone_ids");
    }
}
