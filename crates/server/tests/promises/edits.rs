//! What an issuer may change of a task that is out, what stays although somebody edits, and who hears of it.

use serde_json::{Value, json};
use testkit::{Reply, TestApp, both};

use crate::kit::*;

/// Led by 住房和城乡建设局 with 生态环境局 taking part, due in twenty working days, signed by the lead; the clock stands at 2026-03-02.
async fn out(app: &TestApp, importance: &str) -> Value {
    go_to(app, "2026-03-02");
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }, { "unit_id": app.unit("bureau_c"), "role": "co" }]);
    let input = json!({ "title": "修路", "importance": importance, "due": { "text": "20个工作日内" }, "parties": parties });
    let task = dispatched_with(app, input).await;
    sign(app, "head_b", &task).await
}

async fn edit(app: &TestApp, login: &str, task: &Value, mut what: Value) -> Reply {
    what["version"] = json!(version(&show(app, login, task).await));
    app.as_user(login).patch(&format!("/tasks/{}", id(task)), &what).await
}

async fn asked(app: &TestApp, login: &str, task: &Value, mut what: Value) -> String {
    what["version"] = json!(version(&show(app, login, task).await));
    what["reason"] = json!("汛期无法施工");
    let page = app.as_user(login).post(&format!("/tasks/{}/requests", id(task)), &what).await.assert(200);
    page["requests"][0]["id"].as_str().unwrap().to_owned()
}

async fn grant(app: &TestApp, login: &str, request: &str) -> Value {
    app.as_user(login).post(&format!("/requests/{request}/decision"), &json!({ "decision": "grant" })).await.assert(200)
}

fn extension(day: &str) -> Value {
    json!({ "kind": "extend", "reason_class": "force", "new_day": day })
}

/// An edit that hands back what the page shows, and one that hands back the words of the beginning, leave the day as it was decided.
async fn stands(app: &TestApp, task: &Value) {
    let before = show(app, "centre1", task).await;
    assert_eq!(before["due_text"], Value::Null, "{before}");
    let shown = json!({ "title": "修路（一期）", "due": { "text": before["due_text"], "day": before["task"]["due_day"] } });
    edit(app, "centre1", task, shown).await.assert(200);
    edit(app, "centre1", task, json!({ "demand": "按图施工" })).await.assert(200);
    let after = show(app, "centre1", task).await;
    assert_eq!((&after["task"]["due_day"], &after["due_explanation"]), (&before["task"]["due_day"], &before["due_explanation"]));
}

both! {
    async fn words_that_were_not_changed_move_no_day(app) {
        let task = out(app, "normal").await;
        let day = task["task"]["due_day"].clone();
        go_to(app, "2026-03-09");
        let page = edit(app, "centre1", &task, json!({ "title": "修桥", "due": { "text": "20个工作日内" } })).await.assert(200);
        assert_eq!((&page["task"]["due_day"], &page["due_text"], &page["task"]["title"]), (&day, &json!("20个工作日内"), &json!("修桥")));
    }

    async fn a_day_that_was_put_off_stands(app) {
        let task = out(app, "normal").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        grant(app, "centre1", &request).await;
        stands(app, &task).await;
        assert_eq!(show(app, "head_b", &task).await["task"]["due_day"], "2026-04-10");
    }

    async fn a_day_that_moved_while_the_task_stood_still_stands(app) {
        let task = out(app, "normal").await;
        let request = asked(app, "head_b", &task, json!({ "kind": "suspend", "basis": "会议纪要" })).await;
        grant(app, "centre1", &request).await;
        go_to(app, "2026-03-16");
        let request = asked(app, "head_b", &task, json!({ "kind": "resume" })).await;
        let page = grant(app, "centre1", &request).await;
        assert!(page["due_explanation"].to_string().contains("中止 10 个工作日"), "{page}");
        stands(app, &task).await;
    }

    async fn a_day_that_a_ruling_gave_back_stands(app) {
        go_to(app, "2026-03-02");
        let input = json!({ "title": "修路", "due": { "text": "20个工作日内" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let task = dispatched_with(app, input).await;
        let page = show(app, "head_b", &task).await;
        let body = json!({ "version": version(&page), "party_id": page["parties"][0]["id"], "reason": "不归我们" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        go_to(app, "2026-03-05");
        let ruling = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        let page = app.as_user("centre1").post(&ruling, &json!({ "decision": "uphold", "reason": "归你们" })).await.assert(200);
        assert!(page["due_explanation"].to_string().contains("裁定用了 3 个工作日"), "{page}");
        stands(app, &task).await;
    }

    async fn a_day_that_was_set_when_it_was_opened_again_stands(app) {
        let task = out(app, "normal").await;
        let page = show(app, "centre1", &task).await;
        let co = page["parties"].as_array().unwrap().iter().find(|party| party["role"] == "co").unwrap()["id"].as_str().unwrap().to_owned();
        app.as_user("centre1").post(&format!("/parties/{co}/waiver"), &json!({ "reason": "不必" })).await.assert(200);
        let page = close(app, "head_b", "centre1", &task).await;
        let body = json!({ "version": version(&page), "reason": "没有修完", "due_day": "2026-04-20" });
        app.as_user("centre1").post(&format!("/tasks/{}/reopening", id(&task)), &body).await.assert(200);
        stands(app, &task).await;
        assert_eq!(show(app, "head_b", &task).await["task"]["due_day"], "2026-04-20");
    }

    async fn what_needs_two_to_extend_is_not_put_off_by_one_who_edits(app) {
        let later = json!({ "due": { "day": "2026-06-30" }, "reason": "工期长" });
        for (importance, login) in [("important", "centre2"), ("major", "centre2"), ("major", "centre1")] {
            let task = out(app, importance).await;
            let words = edit(app, login, &task, later.clone()).await.refused_field("due");
            assert!(words.contains("申请延期"), "{words}");
            edit(app, login, &task, json!({ "due": {}, "reason": "不定期限" })).await.refused_field("due");
            let words = edit(app, login, &task, json!({ "importance": "normal", "reason": "没那么重要" })).await.refused_field("importance");
            assert!(words.contains("申请延期"), "{words}");
            edit(app, login, &task, json!({ "due": { "day": "2026-06-30" }, "importance": "normal", "reason": "都改" })).await.refused_field("due");
            // Sooner, or of more importance, is the issuer's own.
            edit(app, login, &task, json!({ "due": { "day": "2026-03-20" }, "importance": "major" })).await.assert(200);
        }
        let draft = app.as_user("centre2").post("/tasks", &json!({ "title": "草稿", "importance": "major", "due": { "day": "2026-03-20" } })).await.assert(201);
        edit(app, "centre2", &draft, json!({ "due": { "day": "2026-06-30" }, "importance": "normal" })).await.assert(200);
    }

    async fn whoever_may_alone_says_why_and_the_ledger_keeps_it(app) {
        let task = out(app, "normal").await;
        edit(app, "centre2", &task, json!({ "due": { "day": "2026-06-30" } })).await.refused_field("reason");
        let page = edit(app, "centre2", &task, json!({ "due": { "day": "2026-06-30" }, "reason": "先建后验" })).await.assert(200);
        assert_eq!(page["task"]["due_day"], "2026-06-30");
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert!(line["items"][0]["sentence"].as_str().unwrap().ends_with("理由：先建后验"), "{}", line["items"][0]);
        let task = out(app, "important").await;
        edit(app, "centre1", &task, json!({ "importance": "normal" })).await.refused_field("reason");
        edit(app, "centre1", &task, json!({ "importance": "normal", "reason": "范围缩小" })).await.assert(200);
    }

    async fn a_day_that_has_passed_is_not_wiped_out_in_silence(app) {
        let task = out(app, "normal").await;
        go_to(app, "2026-04-20");
        assert!(show(app, "centre2", &task).await["task"]["overdue_days"].as_i64().unwrap() > 0);
        for day in ["2026-06-30", "2026-03-20"] {
            edit(app, "centre2", &task, json!({ "due": { "day": day } })).await.refused_field("reason");
        }
        edit(app, "centre2", &task, json!({ "title": "修桥" })).await.assert(200);
        edit(app, "centre2", &task, json!({ "due": { "day": "2026-06-30" }, "reason": "汛期顺延" })).await.assert(200);
    }

    async fn who_has_to_agree_does_not_become_fewer_while_it_is_asked(app) {
        let task = out(app, "major").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        edit(app, "centre2", &task, json!({ "importance": "normal", "reason": "试一试" })).await.refused_field("importance");
        // A task of less importance that becomes major in between needs the leader all the same, and so does one that was major.
        let other = out(app, "normal").await;
        let second = asked(app, "head_b", &other, extension("2026-04-10")).await;
        edit(app, "centre2", &other, json!({ "importance": "major" })).await.assert(200);
        for (task, request) in [(&task, request), (&other, second)] {
            let page = grant(app, "centre2", &request).await;
            assert_eq!((&page["requests"][0]["state"], &page["task"]["due_day"]), (&json!("open"), &task["task"]["due_day"]));
            assert_eq!(grant(app, "leader", &request).await["task"]["due_day"], "2026-04-10");
        }
        // Lowered by whoever may alone, it is still decided by as many as when it was asked for.
        let task = out(app, "important").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        edit(app, "centre1", &task, json!({ "importance": "normal", "reason": "范围缩小" })).await.assert(200);
        assert_eq!(grant(app, "centre2", &request).await["requests"][0]["state"], "open");
        assert_eq!(grant(app, "centre1", &request).await["task"]["due_day"], "2026-04-10");
    }

    async fn merging_is_for_whoever_could_end_it_alone(app) {
        let into = out(app, "major").await;
        for (importance, login, offered) in [
            ("important", "centre2", false),
            ("major", "centre1", false),
            ("normal", "centre2", true),
            ("important", "centre1", true),
            ("major", "leader", true),
        ] {
            let task = out(app, importance).await;
            let page = show(app, login, &task).await;
            assert_eq!(can(&page, "merge"), offered, "{importance} {login}");
            let body = json!({ "version": version(&page), "into_id": id(&into), "reason": "重复" });
            let reply = app.as_user(login).post(&format!("/tasks/{}/merger", id(&task)), &body).await;
            if offered {
                reply.assert(200);
            } else {
                let problem = reply.refused(409, "not_now");
                assert!(problem["detail"].as_str().unwrap().contains("申请终止"), "{problem}");
            }
        }
    }

    async fn whoever_works_on_it_is_told_what_has_changed(app) {
        let task = out(app, "normal").await;
        app.run_jobs().await;
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }, { "unit_id": app.unit("bureau_a"), "role": "co", "demand": "出图" }]);
        let steps = json!([{ "title": "开工", "due_day": "2026-03-10", "deliverable": "开工令" }]);
        edit(app, "centre1", &task, json!({ "demand": "按图施工", "parties": parties, "milestones": steps })).await.assert(200);
        app.run_jobs().await;
        let told = app.as_user("liaison_b").get("/messages").await.assert(200);
        let message = told["items"].as_array().unwrap().iter().find(|item| item["kind"] == "task.edited").unwrap();
        let text = message["text"].as_str().unwrap();
        for words in ["任务要求由“空”改为“按图施工”", "责任方由", "开工令", "出图"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        // Who is let go hears of that, and who comes in is asked to sign.
        assert_eq!(messages(app, "liaison_c").await[0], "不再参与任务");
        assert!(messages(app, "liaison_a").await.contains(&"新任务待签收".to_owned()));
        // What is none of their business is not told.
        let before = messages(app, "liaison_b").await.len();
        edit(app, "centre1", &task, json!({ "source_document": "会议纪要", "tags": ["道路"] })).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await.len(), before);
        // Nobody is told of a draft.
        let draft = app.as_user("centre1").post("/tasks", &json!({ "title": "草稿", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] })).await.assert(201);
        edit(app, "centre1", &draft, json!({ "demand": "写清楚" })).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await.len(), before);
    }

    async fn a_change_that_was_granted_waits_with_the_issuer_until_it_is_made(app) {
        let task = out(app, "normal").await;
        let request = asked(app, "head_b", &task, json!({ "kind": "amend" })).await;
        grant(app, "leader", &request).await;
        app.run_jobs().await;
        assert_eq!(messages(app, "centre1").await[0], "变更已获同意");
        assert_eq!(messages(app, "head_b").await[0], "变更已获同意");
        assert!(duties(app, "centre1").await.contains(&"amend".to_owned()));
        let page = show(app, "centre1", &task).await;
        assert_eq!(page["next_duty"]["action"], "edit");
        assert!(!duties(app, "head_b").await.contains(&"amend".to_owned()));
        // It hinders nothing: the lead may ask again, and what changes nothing leaves it waiting.
        assert!(can(&show(app, "head_b", &task).await, "amend"));
        edit(app, "centre1", &task, json!({})).await.assert(200);
        assert!(duties(app, "centre1").await.contains(&"amend".to_owned()));
        edit(app, "centre1", &task, json!({ "demand": "指标改为8" })).await.assert(200);
        assert!(!duties(app, "centre1").await.contains(&"amend".to_owned()));
    }

    async fn who_decides_something_out_of_their_sight_is_told_that_it_is_done(app) {
        let input = json!({ "title": "核实群众反映", "source_kind": "public_clue", "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] });
        let draft = app.as_user("centre1").post("/tasks", &input).await.assert(201);
        let page = submit(app, "centre1", &draft).await;
        let body = json!({ "version": version(&page), "decision": "reject", "reason": "线索不清" });
        app.as_user("leader").post(&format!("/tasks/{}/approval", id(&draft)), &body).await.assert(204);
        assert_eq!(show(app, "centre1", &draft).await["task"]["state"], "draft");
        app.as_user("leader").get(&format!("/tasks/{}", id(&draft))).await.refused(404, "not_found");
    }
}
