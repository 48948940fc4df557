use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn the_second_of_two_people_learns_what_the_first_did(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let first = json!({ "version": version(&task), "title": "修北路" });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &first).await.assert(200);
        let second = json!({ "version": version(&task), "title": "修南路" });
        let problem = app.as_user("centre2").patch(&format!("/tasks/{}", id(&task)), &second).await.refused(409, "stale_version");
        assert_eq!(problem["current"]["task"]["title"], "修北路");
    }

    async fn whoever_decides_second_learns_what_was_decided(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let report = report(app, "head_b", &task, 60).await["reports"][0]["id"].as_str().unwrap().to_owned();
        // Both at once: one is taken, whichever it is, and the other is told which.
        let path = format!("/reports/{report}/review");
        let (accept, back) = (json!({ "decision": "accept" }), json!({ "decision": "send_back", "text": "缺少佐证" }));
        let (centre1, centre2) = (app.as_user("centre1"), app.as_user("centre2"));
        let (one, two) = tokio::join!(centre1.post(&path, &accept), centre2.post(&path, &back));
        let (first, second, state, progress) = if one.status == 200 { (&one, &two, "accepted", 60.0) } else { (&two, &one, "sent_back", 0.0) };
        let (taken, late) = (first.assert(200), second.refused(409, "decided"));
        assert_eq!(late["current"]["task"], taken["task"]);
        assert_eq!(late["current"]["task"]["progress"], progress);
        let (reviewed, before) = (&late["current"]["reports"][0], &taken["reports"][0]);
        assert_eq!((&reviewed["state"], &reviewed["reviewed_by"]), (&json!(state), &before["reviewed_by"]));

        let page = show(app, "head_b", &task).await;
        let asked = json!({ "version": version(&page), "text": "成果已经交付，见附件。" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &asked).await.assert(200);
        let path = format!("/requests/{}/decision", page["requests"][0]["id"].as_str().unwrap());
        centre2.post(&path, &json!({ "decision": "refuse", "text": "还差一段" })).await.assert(200);
        let late = centre1.post(&path, &json!({ "decision": "grant" })).await.refused(409, "decided");
        assert_eq!(late["current"]["task"]["state"], "active");
        assert_eq!(late["current"]["requests"][0]["decision_text"], "还差一段");
        // What they may do is their own, not that of whoever was first.
        assert_eq!(late["current"]["can"], show(app, "centre1", &task).await["can"]);
    }

    async fn whoever_rules_second_learns_who_has_the_task_now(app) {
        let task = dispatched(app, "水质监测", "bureau_a").await;
        let page = show(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "属环境局职责" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let path = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        let reassign = json!({ "decision": "reassign", "unit_id": app.unit("bureau_c"), "reason": "同意" });
        app.as_user("centre1").post(&path, &reassign).await.assert(200);
        let uphold = json!({ "decision": "uphold", "reason": "仍由经发局办理" });
        let late = app.as_user("centre2").post(&path, &uphold).await.refused(409, "decided");
        assert_eq!(late["current"]["task"]["lead"]["unit"]["name"], "生态环境局");
        assert_eq!(late["current"]["requests"][0]["state"], "granted");
        // Whoever does not see the task any more is told nothing of it.
        app.as_user("head_a").post(&path, &uphold).await.refused(404, "not_found");
    }

    async fn whoever_replies_second_reads_the_first_reply(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let sent = app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "抓紧" })).await.assert(201);
        let path = format!("/urges/{}/reply", sent["items"][0]["id"].as_str().unwrap());
        app.as_user("liaison_b").post(&path, &json!({ "text": "已加派力量" })).await.assert(200);
        let late = app.as_user("head_b").post(&path, &json!({ "text": "正在办理" })).await.refused(409, "decided");
        assert_eq!((&late["current"]["reply"], &late["current"]["replied_by"]["name"]), (&json!("已加派力量"), &json!("朱联")));
    }

    async fn a_repeated_submission_is_done_once_and_answered_twice(app) {
        let input = json!({ "title": "修路", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let centre = app.as_user("centre1").key("0b9b7a1e-made-once");
        let first = centre.post("/tasks", &input).await.assert(201);
        let second = centre.post("/tasks", &input).await.assert(201);
        assert_eq!(first, second);
        let list = app.as_user("centre1").get("/tasks").await.assert(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        // The same key for something else is a mistake, and another person's key is another key.
        centre.post(&format!("/tasks/{}/submission", id(&first)), &json!({ "version": 1 })).await.refused(409, "key_reused");
        let other = app.as_user("centre2").key("0b9b7a1e-made-once").post("/tasks", &input).await.assert(201);
        assert_ne!(id(&first), id(&other));
    }

    async fn a_refused_request_can_be_tried_again_with_the_same_key(app) {
        let centre = app.as_user("centre1").key("0b9b7a1e-made-once");
        centre.post("/tasks", &json!({ "title": "" })).await.refused_field("title");
        centre.post("/tasks", &json!({ "title": "修路" })).await.assert(201);
    }

    async fn whoever_does_not_want_the_answer_is_told_that_it_was_done(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let head = app.as_user("head_b").key("0b9b7a1e-reported-once");
        let brief = head.clone().header("prefer", "respond-async, Return=Minimal");
        let (path, body) = (format!("/tasks/{}/reports", id(&task)), json!({ "claimed_progress": 30, "text": "路基完成" }));
        for _ in 0..2 {
            let told = brief.post(&path, &body).await;
            told.assert_status(204);
            assert_eq!((told.header("preference-applied"), told.text().as_str()), ("return=minimal", ""));
        }
        // It was one report, and whoever asks again without it is shown the task.
        let shown = head.post(&path, &body).await;
        assert_eq!(shown.header("preference-applied"), "");
        assert_eq!(shown.assert(200)["reports"].as_array().unwrap().len(), 1);
        // A refusal says why all the same, and what is new says what it is called.
        let back = app.as_user("head_b").header("prefer", "return=minimal");
        back.post(&path, &json!({ "claimed_progress": 20, "text": "返工" })).await.refused_field("fall_reason");
        let made = app.as_user("centre1").header("prefer", "return=minimal").post("/tasks", &json!({ "title": "架桥" })).await;
        assert_eq!(made.assert(201)["task"]["title"], "架桥");
    }

    async fn reports_of_two_branches_at_once_both_count_above(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let children: Vec<_> = ["bureau_a", "bureau_b", "bureau_c", "bureau_d"]
            .iter()
            .map(|unit| json!({ "title": unit, "weight": 25, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] }))
            .collect();
        let body = json!({ "version": version(&root), "children": children });
        let root = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let root = submit(app, "centre1", &root).await;
        let leaves = root["children"].as_array().unwrap().clone();
        for (leaf, head) in leaves.iter().zip(["head_a", "head_b", "head_c", "head_d"]) {
            sign(app, head, leaf).await;
            report(app, head, leaf, 40).await;
        }
        let (a, b, c, d) = tokio::join!(
            accept(app, "centre1", &leaves[0]),
            accept(app, "centre1", &leaves[1]),
            accept(app, "centre2", &leaves[2]),
            accept(app, "centre2", &leaves[3]),
        );
        assert_eq!([a, b, c, d].iter().filter(|page| page["task"]["progress"] == 40.0).count(), 4);
        assert_eq!(show(app, "leader", &root).await["task"]["progress"], 40.0);
    }
}
