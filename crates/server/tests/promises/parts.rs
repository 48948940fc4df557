//! Parts of others, waits, risks, reports asked for, links, and what is taken back.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// Led by bureau_a with bureau_b taking part, due 2026-03-27, signed by both; the clock stands at 2026-03-02.
async fn together(app: &TestApp) -> Value {
    go_to(app, "2026-03-02");
    let parties = json!([
        { "unit_id": app.unit("bureau_a"), "role": "lead" },
        { "unit_id": app.unit("bureau_b"), "role": "co", "demand": "提供管线资料", "due_day": "2026-03-13" },
    ]);
    let task = dispatched_with(app, json!({ "title": "修路", "due": { "day": "2026-03-27" }, "parties": parties })).await;
    sign(app, "head_a", &task).await;
    sign(app, "head_b", &task).await
}

/// The party with this role.
fn party<'a>(page: &'a Value, role: &str) -> &'a Value {
    page["parties"].as_array().unwrap().iter().find(|party| party["role"] == role).unwrap()
}

fn key(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}

async fn sentence(app: &TestApp, task: &Value) -> String {
    let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(task))).await.assert(200);
    line["items"][0]["sentence"].as_str().unwrap().to_owned()
}

async fn post(app: &TestApp, login: &str, path: String, body: Value) -> testkit::Reply {
    app.as_user(login).post(&path, &body).await
}

async fn complete(app: &TestApp, login: &str, party: &Value, text: &str) -> testkit::Reply {
    post(app, login, format!("/parties/{}/completion", key(party)), json!({ "text": text })).await
}

both! {
    async fn a_task_ends_after_the_parts_of_those_who_take_part(app) {
        let task = together(app).await;
        let page = show(app, "head_a", &task).await;
        let co = party(&page, "co");
        assert_eq!((&co["demand"], &co["due_day"]), (&json!("提供管线资料"), &json!("2026-03-13")));
        assert!(!can(&page, "request_close"));
        let body = json!({ "version": version(&page), "text": "完工" });
        let problem = post(app, "head_a", format!("/tasks/{}/closure", id(&task)), body).await.refused(409, "not_now");
        assert!(problem["detail"].as_str().unwrap().contains("还没有完成配合"), "{problem}");
        // Whose part it is says that it is done, and nobody else.
        complete(app, "head_a", co, "资料已给").await.refused(409, "not_now");
        complete(app, "head_c", co, "资料已给").await.refused(404, "not_found");
        complete(app, "head_b", co, " ").await.refused_field("text");
        let page = complete(app, "head_b", co, "资料已给").await.assert(200);
        let co = party(&page, "co");
        assert_eq!((&co["state"], &co["done_text"], &co["waived"]), (&json!("done"), &json!("资料已给"), &json!(false)));
        app.run_jobs().await;
        assert!(messages(app, "liaison_a").await.contains(&"配合已完成".to_owned()));
        complete(app, "head_b", co, "再给一次").await.refused(409, "not_now");
        // Not enough: it is asked for again, and done again.
        let page = post(app, "head_a", format!("/parties/{}/reopening", key(co)), json!({ "reason": "缺燃气管线" })).await.assert(200);
        assert_eq!(party(&page, "co")["state"], "signed");
        app.run_jobs().await;
        assert!(messages(app, "liaison_b").await.contains(&"请继续配合".to_owned()));
        complete(app, "head_b", co, "已补齐").await.assert(200);
        let page = close(app, "head_a", "centre1", &task).await;
        assert!(["closed", "settled"].contains(&page["task"]["state"].as_str().unwrap()));
    }

    async fn whoever_comes_in_while_the_end_is_asked_for_is_not_passed_over(app) {
        go_to(app, "2026-03-02");
        let task = dispatched(app, "修路", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "text": "完工" });
        let page = post(app, "head_a", format!("/tasks/{}/closure", id(&task)), body).await.assert(200);
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }, { "unit_id": app.unit("bureau_b"), "role": "co" }]);
        let body = json!({ "version": version(&page), "parties": parties });
        let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        let decision = format!("/requests/{}/decision", page["requests"][0]["id"].as_str().unwrap());
        let refused = post(app, "centre1", decision.clone(), json!({ "decision": "grant" })).await.refused(409, "not_now");
        assert!(refused["detail"].as_str().unwrap().contains("还没有签收或完成配合"));
        sign(app, "head_b", &task).await;
        complete(app, "head_b", party(&page, "co"), "已配合").await.assert(200);
        post(app, "centre1", decision, json!({ "decision": "grant" })).await.assert(200);
    }

    async fn a_part_that_is_not_needed_is_let_go_with_a_reason(app) {
        let task = together(app).await;
        let page = show(app, "head_a", &task).await;
        let path = format!("/parties/{}/waiver", key(party(&page, "co")));
        post(app, "head_b", path.clone(), json!({ "reason": "不想配合" })).await.refused(409, "not_now");
        post(app, "head_a", path.clone(), json!({ "reason": "" })).await.refused_field("reason");
        let page = post(app, "head_a", path.clone(), json!({ "reason": "资料已从档案馆取得" })).await.assert(200);
        assert_eq!((&party(&page, "co")["waived"], &party(&page, "co")["state"]), (&json!(true), &json!("done")));
        assert!(sentence(app, &task).await.starts_with("免除"));
        post(app, "head_a", path, json!({ "reason": "再免一次" })).await.refused(409, "not_now");
        post(app, "head_a", format!("/parties/{}/waiver", key(party(&page, "lead"))), json!({ "reason": "x" })).await.refused(409, "not_now");
        close(app, "head_a", "centre1", &task).await;
    }

    async fn a_check_that_fails_does_not_undo_the_part_of_others(app) {
        let task = together(app).await;
        let page = show(app, "head_b", &task).await;
        complete(app, "head_b", party(&page, "co"), "资料已给").await.assert(200);
        let page = close(app, "head_a", "centre1", &task).await;
        let page = if page["task"]["state"] == "settled" {
            let body = json!({ "version": version(&page), "reason": "群众反映没有修完" });
            post(app, "centre1", format!("/tasks/{}/reopening", id(&task)), body).await.assert(200)
        } else {
            let body = json!({ "version": version(&page), "result": "fail", "text": "没有修完" });
            post(app, "centre2", format!("/tasks/{}/verification", id(&task)), body).await.assert(200)
        };
        assert_eq!((&party(&page, "co")["state"], &party(&page, "lead")["state"]), (&json!("done"), &json!("signed")));
    }

    async fn a_part_waits_in_the_to_do_of_whose_it_is(app) {
        let task = together(app).await;
        assert!(!duties(app, "head_b").await.contains(&"complete".to_owned()));
        go_to(app, "2026-03-12");
        assert!(duties(app, "head_b").await.contains(&"complete".to_owned()));
        assert!(!duties(app, "head_a").await.contains(&"complete".to_owned()));
        let page = show(app, "head_b", &task).await;
        assert_eq!(page["next_duty"]["action"], "complete");
        complete(app, "head_b", party(&page, "co"), "资料已给").await.assert(200);
        assert!(!duties(app, "head_b").await.contains(&"complete".to_owned()));
    }

    async fn it_is_stated_for_whom_a_task_waits_and_whose_clock_runs(app) {
        let task = together(app).await;
        let path = format!("/tasks/{}/waits", id(&task));
        let page = show(app, "head_a", &task).await;
        let (co, lead) = (party(&page, "co")["id"].clone(), party(&page, "lead")["id"].clone());
        post(app, "head_a", path.clone(), json!({ "text": "等资料" })).await.refused_field("on_party_id");
        post(app, "head_a", path.clone(), json!({ "text": "等资料", "on_party_id": lead })).await.refused_field("on_party_id");
        post(app, "head_b", path.clone(), json!({ "text": "等资料", "on_name": "省厅" })).await.refused(409, "not_now");
        let body = json!({ "text": "等管线资料", "on_party_id": co, "expected_day": "2026-03-04" });
        let page = post(app, "head_a", path.clone(), body.clone()).await.assert(200);
        post(app, "head_a", path.clone(), body).await.refused_field("on_party_id");
        assert!(page["task"]["waits_for"].as_str().unwrap().contains('局'), "{page}");
        app.run_jobs().await;
        assert!(messages(app, "liaison_b").await.contains(&"等待您单位答复".to_owned()));
        assert!(duties(app, "head_b").await.contains(&"provide".to_owned()));
        go_to(app, "2026-03-06");
        let page = show(app, "head_a", &task).await;
        assert_eq!((&page["waits"][0]["workdays"], &page["waits"][0]["overdue"]), (&json!(4), &json!(true)));
        // Waiting moves no due day, and says so.
        let words = page["clock"]["words"].as_str().unwrap();
        assert!(words.contains("已 4 个工作日") && words.contains("2026-03-27"), "{words}");
        assert_eq!((&page["clock"]["stopped"], &page["task"]["due_day"]), (&json!(false), &json!("2026-03-27")));
        // A second wait, for somebody outside.
        let page = post(app, "head_a", path, json!({ "text": "等批复", "on_name": "省住建厅" })).await.assert(200);
        assert!(page["task"]["waits_for"].as_str().unwrap().contains("省住建厅、"));
        // Doing the part answers the wait for it; the other one goes on until it is ended.
        let page = complete(app, "head_b", party(&page, "co"), "资料已给").await.assert(200);
        assert_eq!(page["task"]["waits_for"], "省住建厅");
        let open = page["waits"][0]["id"].as_str().unwrap().to_owned();
        let end = format!("/waits/{open}/end");
        post(app, "head_b", end.clone(), json!({ "text": "来了" })).await.refused(403, "forbidden");
        let page = post(app, "head_a", end.clone(), json!({ "text": "批复已到" })).await.assert(200);
        assert_eq!((&page["task"]["waits_for"], &page["clock"]), (&Value::Null, &Value::Null));
        assert!(sentence(app, &task).await.contains("等待 0 个工作日"));
        post(app, "head_a", end, json!({ "text": "又来了" })).await.refused(409, "decided");
    }

    async fn a_risk_said_before_the_lamp_turns_is_said_early(app) {
        let task = together(app).await;
        let path = format!("/tasks/{}/risks", id(&task));
        let body = json!({ "text": "雨季提前，可能停工", "help": "协调调度" });
        post(app, "head_c", path.clone(), body.clone()).await.refused(404, "not_found");
        let page = post(app, "head_b", path.clone(), body).await.assert(200);
        assert_eq!((&page["risks"][0]["early"], &page["risks"][0]["lamp"]), (&json!(true), &json!("green")));
        assert_eq!(page["task"]["open_risks"], 1);
        app.run_jobs().await;
        assert!(messages(app, "centre1").await.contains(&"风险提示".to_owned()));
        assert!(duties(app, "centre1").await.contains(&"answer_risk".to_owned()));
        let answer = format!("/risks/{}/answer", page["risks"][0]["id"].as_str().unwrap());
        post(app, "head_a", answer.clone(), json!({ "text": "知道了" })).await.refused(409, "not_now");
        let page = post(app, "centre1", answer.clone(), json!({ "text": "已协调应急局" })).await.assert(200);
        assert_eq!((&page["task"]["open_risks"], &page["risks"][0]["end_text"]), (&json!(0), &json!("已协调应急局")));
        post(app, "centre1", answer, json!({ "text": "再答" })).await.refused(409, "decided");
        // Said again, it is one task.
        post(app, "head_b", path.clone(), json!({ "text": "材料涨价" })).await.assert(200);
        // Said when it is too late it is no early notice.
        go_to(app, "2026-03-30");
        let page = post(app, "head_a", path, json!({ "text": "来不及了" })).await.assert(200);
        assert_eq!((&page["risks"][0]["early"], &page["risks"][0]["lamp"]), (&json!(false), &json!("red")));
        let early = |path: String| async move { app.as_user("leader").get(&path).await.assert(200)["work"]["said_early"].clone() };
        for (unit, person, n) in [("bureau_b", "head_b", 1), ("bureau_a", "head_a", 0)] {
            assert_eq!(early(format!("/units/{}/glance", app.unit(unit))).await, n);
            assert_eq!(early(format!("/people/{}/glance", app.person(person))).await, n);
        }
    }

    async fn a_report_asked_for_on_the_spot_is_due_then(app) {
        let task = together(app).await;
        let path = format!("/tasks/{}/report-dues", id(&task));
        post(app, "head_a", path.clone(), json!({ "due_day": "2026-03-06", "text": "说说进度" })).await.refused(409, "not_now");
        post(app, "centre1", path.clone(), json!({ "due_day": "2026-02-27", "text": "说说进度" })).await.refused_field("due_day");
        // A Sunday: the working day before it.
        let page = post(app, "leader", path.clone(), json!({ "due_day": "2026-03-08", "text": "说说征地" })).await.assert(200);
        assert_eq!((&page["report_dues"][0]["due_day"], &page["report_dues"][0]["asked_text"]), (&json!("2026-03-06"), &json!("说说征地")));
        app.run_jobs().await;
        assert!(messages(app, "liaison_a").await.contains(&"要求上报进展".to_owned()));
        // It does not follow from a rule: changing the rule leaves it there.
        let body = json!({ "version": version(&page), "report_rule": { "kind": "monthly", "day": 25 } });
        let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        assert_eq!(page["report_dues"].as_array().unwrap().iter().map(|due| due["due_day"].as_str().unwrap()).collect::<Vec<_>>(), ["2026-03-06", "2026-03-25"]);
        go_to(app, "2026-03-06");
        assert!(duties(app, "head_a").await.contains(&"report".to_owned()));
        // Nobody passes it over: the lamp turns the working day after.
        go_to(app, "2026-03-09");
        assert!(show(app, "head_a", &task).await["task"]["lamp"]["reasons"].to_string().contains("应于2026-03-06上报进展"));
        go_to(app, "2026-03-06");
        let page = report(app, "head_a", &task, 30).await;
        assert_eq!(page["report_dues"][0]["state"], "met");
        post(app, "centre1", path, json!({ "due_day": "2026-03-06", "text": "再说说" })).await.refused(409, "not_now");
    }

    async fn reports_are_due_as_often_as_the_rule_says(app) {
        go_to(app, "2026-03-02");
        let days = |page: &Value| page["report_dues"].as_array().unwrap().iter().map(|due| due["due_day"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let with = async |rule: &str, more: Value| {
            let mut input = json!({ "title": rule, "due": { "day": "2026-04-17" }, "report_rule": { "kind": rule }, "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] });
            for (field, value) in more.as_object().unwrap() {
                input[field] = value.clone();
            }
            dispatched_with(app, input).await
        };
        let daily = days(&with("daily", json!({ "due": { "day": "2026-03-10" } })).await);
        assert_eq!(daily, ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"]);
        // 2026-03-15 is a Sunday.
        assert_eq!(days(&with("half_monthly", json!({})).await), ["2026-03-13", "2026-03-31", "2026-04-15"]);
        let steps = json!({ "milestones": [{ "title": "立项", "due_day": "2026-03-14" }, { "title": "开工", "due_day": "2026-04-10" }] });
        let page = with("milestone", steps).await;
        assert_eq!(days(&page), ["2026-03-13", "2026-04-10"]);
        // Steps that move take their reports along.
        let moved = json!({ "version": version(&page), "milestones": [{ "title": "立项", "due_day": "2026-03-20" }] });
        assert_eq!(days(&app.as_user("centre1").patch(&format!("/tasks/{}", id(&page)), &moved).await.assert(200)), ["2026-03-20"]);
        assert!(days(&with("on_event", json!({})).await).is_empty());
    }

    async fn what_nobody_has_acted_on_is_taken_back(app) {
        go_to(app, "2026-03-02");
        let task = dispatched(app, "修路", "bureau_a").await;
        let number = task["task"]["number"].clone();
        let path = format!("/tasks/{}/recall", id(&task));
        post(app, "head_a", path.clone(), json!({ "version": version(&task), "reason": "不该我们" })).await.refused(409, "not_now");
        post(app, "centre1", path.clone(), json!({ "version": 1, "reason": "写错了" })).await.refused(409, "stale_version");
        let page = post(app, "centre1", path.clone(), json!({ "version": version(&task), "reason": "写错了" })).await.assert(200);
        assert_eq!(page["task"]["state"], "draft");
        app.as_user("head_a").get(&format!("/tasks/{}", id(&task))).await.refused(404, "not_found");
        // It has a number and is not deleted; it goes out again under it.
        app.as_user("centre1").delete(&format!("/tasks/{}?version={}", id(&page), version(&page))).await.refused(409, "not_now");
        let page = submit(app, "centre1", &page).await;
        assert_eq!(page["task"]["number"], number);
        let page = sign(app, "head_a", &page).await;
        post(app, "centre1", path, json!({ "version": version(&page), "reason": "写错了" })).await.refused(409, "not_now");
        // A report nobody has reviewed.
        let page = report(app, "head_a", &task, 40).await;
        let back = format!("/reports/{}/withdrawal", page["reports"][0]["id"].as_str().unwrap());
        post(app, "centre1", back.clone(), json!({})).await.refused(403, "forbidden");
        let page = post(app, "head_a", back.clone(), json!({})).await.assert(200);
        assert_eq!((&page["reports"][0]["withdrawn"], &page["task"]["claimed_progress"]), (&json!(true), &json!(0.0)));
        post(app, "head_a", back, json!({})).await.refused(409, "decided");
        let page = report(app, "head_a", &task, 20).await;
        accept(app, "centre1", &task).await;
        let late = format!("/reports/{}/withdrawal", page["reports"][0]["id"].as_str().unwrap());
        post(app, "head_a", late, json!({})).await.refused(409, "decided");
    }

    async fn what_was_struck_off_is_worked_on_again_by_decision(app) {
        go_to(app, "2026-03-02");
        let task = dispatched_with(app, json!({ "title": "修路", "due": { "day": "2026-03-27" }, "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] })).await;
        sign(app, "head_a", &task).await;
        report(app, "head_a", &task, 60).await;
        accept(app, "centre1", &task).await;
        let page = close(app, "head_a", "centre1", &task).await;
        let path = format!("/tasks/{}/reopening", id(&task));
        let body = |page: &Value, day: &str| json!({ "version": version(page), "reason": "路面又塌了", "due_day": day });
        post(app, "head_a", path.clone(), body(&page, "2026-04-10")).await.refused(409, "not_now");
        post(app, "leader", path.clone(), body(&page, "2026-02-10")).await.refused_field("due_day");
        let page = post(app, "leader", path, body(&page, "2026-04-10")).await.assert(200);
        assert_eq!((&page["task"]["state"], &page["task"]["progress"], &page["task"]["due_day"]), (&json!("active"), &json!(60.0), &json!("2026-04-10")));
        assert_eq!(page["original_due_day"], "2026-03-27");
        app.run_jobs().await;
        assert!(messages(app, "liaison_a").await.contains(&"任务重新办理".to_owned()));
    }

    async fn tasks_say_what_they_have_to_do_with_each_other(app) {
        let (first, second) = (dispatched(app, "征地", "bureau_a").await, dispatched(app, "修路", "bureau_b").await);
        let third = dispatched(app, "绿化", "bureau_b").await;
        let links = |task: &Value| format!("/tasks/{}/links", id(task));
        let body = |kind: &str, other: &Value| json!({ "kind": kind, "other_id": id(other) });
        post(app, "centre1", links(&first), body("blocks", &first)).await.refused_field("other_id");
        // bureau_b does not see the task of bureau_a.
        post(app, "head_b", links(&second), body("follows", &first)).await.refused_field("other_id");
        post(app, "centre1", links(&first), body("blocks", &second)).await.assert(200);
        post(app, "centre1", links(&first), body("blocks", &second)).await.assert(200);
        let fourth = dispatched(app, "验收", "bureau_b").await;
        post(app, "centre1", links(&fourth), body("follows", &third)).await.assert(200);
        post(app, "centre1", links(&third), body("follows", &fourth)).await.refused_field("other_id");
        post(app, "centre1", links(&second), body("blocks", &third)).await.assert(200);
        post(app, "centre1", links(&third), body("blocks", &first)).await.refused_field("other_id");
        let page = show(app, "centre1", &second).await;
        let words: Vec<&str> = page["links"].as_array().unwrap().iter().map(|link| link["words"].as_str().unwrap()).collect();
        assert_eq!(words.len(), 2);
        assert!(words[0].contains("的前置任务是") && words[1].contains("”的前置任务"), "{words:?}");
        // Whoever does not see the other task does not see the link either.
        assert_eq!(show(app, "head_b", &second).await["links"].as_array().unwrap().len(), 1);
        let path = format!("{}/blocks/{}", links(&second), id(&first));
        app.as_user("centre1").delete(&path).await.assert(200);
        assert_eq!(show(app, "centre1", &first).await["links"].as_array().unwrap().len(), 0);
        app.as_user("centre1").delete(&path).await.refused(404, "not_found");
    }

    async fn a_duplicate_ends_in_favour_of_the_other_and_nothing_is_lost(app) {
        let keep = dispatched(app, "修路", "bureau_a").await;
        let double = dispatched(app, "修路（重复）", "bureau_b").await;
        let path = format!("/tasks/{}/merger", id(&double));
        let body = json!({ "version": version(&double), "into_id": id(&keep), "reason": "同一件事" });
        post(app, "head_b", path.clone(), body.clone()).await.refused(409, "not_now");
        let page = post(app, "centre1", path.clone(), body.clone()).await.assert(200);
        assert_eq!(id(&page), id(&keep));
        let added = party(&page, "co");
        assert_eq!((&added["unit"]["id"], &added["state"]), (&json!(app.unit("bureau_b")), &json!("unsigned")));
        let ended = show(app, "centre1", &double).await;
        assert_eq!(ended["task"]["state"], "terminated");
        assert_eq!((&ended["links"][0]["kind"], &ended["links"][0]["task_id"]), (&json!("duplicates"), &json!(id(&keep))));
        app.run_jobs().await;
        assert!(messages(app, "liaison_b").await.contains(&"任务已并入".to_owned()));
        post(app, "centre1", path, body).await.refused(409, "stale_version");
        // What may not be ended without others is not ended so either; nothing goes into what has ended.
        let major = dispatched_with(app, json!({ "title": "要紧的", "importance": "major", "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] })).await;
        let body = |task: &Value, into: &Value| json!({ "version": version(task), "into_id": id(into), "reason": "同一件事" });
        post(app, "centre1", format!("/tasks/{}/merger", id(&major)), body(&major, &keep)).await.refused(409, "not_now");
        let third = dispatched(app, "又一件", "bureau_c").await;
        post(app, "centre1", format!("/tasks/{}/merger", id(&third)), body(&third, &double)).await.refused_field("into_id");
        // The record of the merger is not undone.
        app.as_user("centre1").delete(&format!("/tasks/{}/links/duplicates/{}", id(&double), id(&keep))).await.refused(409, "not_now");
    }
}
