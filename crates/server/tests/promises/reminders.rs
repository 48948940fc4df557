//! Nothing is forgotten, nothing is said twice.

use kit::Moment;
use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

const LOGINS: [&str; 9] = ["admin", "leader", "deputy", "centre1", "head_b", "liaison_b", "staff_b1", "staff_b2", "head_c"];

/// A task of bureau_b that staff_b1 handles, signed for.
async fn given(app: &TestApp, title: &str, more: Value) -> Value {
    let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
    let mut input = json!({ "title": title, "parties": [party] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let task = dispatched_with(app, input).await;
    sign(app, "liaison_b", &task).await
}

fn at(app: &TestApp, text: &str) {
    app.clock.set(text.parse::<Moment>().unwrap());
}

/// Lets time pass: on each day at nine and at half past two the jobs run.
async fn live(app: &TestApp, from: &str, to: &str) {
    let (mut day, last): (kit::Day, kit::Day) = (from.parse().unwrap(), to.parse().unwrap());
    while day <= last {
        for time in ["09:00:00", "14:30:00"] {
            at(app, &format!("{day}T{time}+08:00"));
            app.run_jobs().await;
        }
        day = day.plus_days(1);
    }
}

/// Every reminder anybody has got: (when, who, title), in order.
async fn reminders(app: &TestApp) -> Vec<String> {
    let mut all = Vec::new();
    for login in LOGINS {
        for item in reminders_of(app, login).await {
            let when = item["at"].as_str().unwrap();
            all.push(format!("{} {} {login} {}", &when[5..10], &when[11..16], item["title"].as_str().unwrap()));
        }
    }
    all.sort();
    all
}

async fn reminders_of(app: &TestApp, login: &str) -> Vec<Value> {
    let page = app.as_user(login).get("/messages?limit=200").await.assert(200);
    page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "reminder").cloned().collect()
}

async fn rules(app: &TestApp) -> Value {
    app.as_user("centre1").get("/reminder-rules").await.assert(200)
}

/// Writes the defaults with one rule changed.
async fn change_rule(app: &TestApp, code: &str, change: impl FnOnce(&mut Value)) -> Value {
    let page = rules(app).await;
    let mut set = page["rules"].clone();
    let rule = set["rules"].as_array_mut().unwrap().iter_mut().find(|rule| rule["code"] == code).unwrap();
    change(rule);
    let body = json!({ "rules": set, "reason": "试行", "version": page["version"] });
    app.as_user("centre1").post("/reminder-rules", &body).await.assert(201)
}

/// Leaves only this rule on.
async fn only(app: &TestApp, code: &str) {
    let page = rules(app).await;
    let mut set = page["rules"].clone();
    for rule in set["rules"].as_array_mut().unwrap() {
        rule["enabled"] = json!(rule["code"] == code);
    }
    let body = json!({ "rules": set, "reason": "只看一条", "version": page["version"] });
    app.as_user("centre1").post("/reminder-rules", &body).await.assert(201);
}

both! {
    async fn a_deadline_is_reminded_of_from_ten_working_days_before_until_it_reaches_the_leaders(app) {
        // Friday the 6th at nine; the Spring Festival is from the 15th to the 23rd, Saturdays 14 and 28 are worked.
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-27" } })).await;
        live(app, "2026-02-06", "2026-03-13").await;
        let expected = [
            "02-13 09:00 staff_b1 任务临近到期",
            "02-24 09:00 staff_b1 任务临近到期",
            "02-26 09:00 liaison_b 任务临近到期",
            "02-26 09:00 staff_b1 任务临近到期",
            "02-27 09:00 liaison_b 任务今日到期",
            "02-27 09:00 staff_b1 任务今日到期",
            "02-28 09:00 staff_b1 任务已逾期",
            "02-28 14:30 staff_b1 任务已逾期",
            "03-03 09:00 head_b 任务已逾期",
            "03-03 09:00 liaison_b 任务已逾期",
            "03-03 09:00 staff_b1 任务已逾期",
            "03-05 09:00 deputy 任务已逾期",
            "03-05 09:00 head_b 任务已逾期",
            "03-05 09:00 liaison_b 任务已逾期",
            "03-05 09:00 staff_b1 任务已逾期",
            "03-12 09:00 deputy 任务已逾期",
            "03-12 09:00 head_b 任务已逾期",
            "03-12 09:00 leader 任务已逾期",
            "03-12 09:00 liaison_b 任务已逾期",
            "03-12 09:00 staff_b1 任务已逾期",
        ];
        let all = reminders(app).await;
        let of_due: Vec<&String> = all.iter().filter(|line| line.contains("到期") || line.contains("任务已逾期")).collect();
        assert_eq!(of_due, expected, "{all:#?}");
        let mut others: Vec<&String> = all.iter().filter(|line| !of_due.contains(line)).collect();
        others.retain(|line| !line.ends_with("head_b 任务亮灯"));
        assert_eq!(others, ["03-12 09:00 staff_b1 长期没有进展"]);
        let last = reminders_of(app, "leader").await;
        assert_eq!(last[0]["text"], "“修路”应于2026-02-27办结，已逾期 10 个工作日，请立即办理并上报进展。");
        let page = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        assert_eq!(page["ahead"][0]["at"], "2026-03-19T09:00:00.000+08:00", "the silence is told of again: {page:#}");
    }

    async fn what_is_done_in_time_is_not_reminded_of(app) {
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-27" } })).await;
        live(app, "2026-02-06", "2026-02-13").await;
        assert_eq!(reminders(app).await, ["02-10 09:00 head_b 任务亮灯", "02-13 09:00 staff_b1 任务临近到期"]);
        report(app, "staff_b1", &task, 100).await;
        accept(app, "centre1", &task).await;
        close(app, "staff_b1", "centre1", &task).await;
        live(app, "2026-02-14", "2026-03-13").await;
        assert_eq!(reminders(app).await.len(), 2);
        let page = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        assert_eq!((page["ahead"].as_array().unwrap().len(), page["past"][0]["reason"].as_str()), (0, Some("answered")));
    }

    async fn a_day_that_moves_is_reminded_of_anew_and_the_old_one_no_more(app) {
        only(app, "overdue").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        live(app, "2026-02-09", "2026-02-10").await;
        assert_eq!(reminders(app).await.len(), 2);
        let page = show(app, "centre1", &task).await;
        let body = json!({ "version": version(&page), "due": { "day": "2026-02-12" }, "reason": "汛期" });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        live(app, "2026-02-11", "2026-02-12").await;
        assert_eq!(reminders(app).await.len(), 2);
        live(app, "2026-02-13", "2026-02-13").await;
        assert_eq!(reminders(app).await[2..], ["02-13 09:00 staff_b1 任务已逾期", "02-13 14:30 staff_b1 任务已逾期"]);
        let page = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        assert_eq!((page["past"][1]["reason"].as_str(), page["past"][0]["reason"].as_str()), (Some("answered"), None));
    }

    async fn after_a_stand_still_the_latest_step_is_taken_once_and_says_that_it_is_late(app) {
        only(app, "overdue").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        app.run_jobs().await;
        at(app, "2026-02-12T16:00:00+08:00");
        app.run_jobs().await;
        assert_eq!(reminders(app).await, [
            "02-12 16:00 head_b 任务已逾期",
            "02-12 16:00 liaison_b 任务已逾期",
            "02-12 16:00 staff_b1 任务已逾期",
        ]);
        let text = reminders_of(app, "head_b").await[0]["text"].as_str().unwrap().to_owned();
        assert!(text.ends_with("已逾期 3 个工作日，请立即办理并上报进展。（原定 02-12 09:00 提醒，因故迟发。）"), "{text}");
        let page = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        let outcomes: Vec<_> = page["past"][0]["steps"].as_array().unwrap().iter().map(|step| step["outcome"].as_str().unwrap()).collect();
        // The calls are for weighty tasks; that of the third day is due at half past two.
        assert_eq!(outcomes, ["skipped", "skipped", "skipped", "sent", "idle"]);
        for _ in 0..3 {
            app.run_jobs().await;
        }
        assert_eq!(reminders(app).await.len(), 3);
    }

    async fn a_closing_that_is_refused_does_not_silence_the_reminders(app) {
        only(app, "overdue").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        live(app, "2026-02-09", "2026-02-10").await;
        assert_eq!(reminders(app).await.len(), 2);
        report(app, "staff_b1", &task, 100).await;
        accept(app, "centre1", &task).await;
        let page = show(app, "staff_b1", &task).await;
        let body = json!({ "version": version(&page), "text": "成果已经交付，见附件。" });
        let page = app.as_user("staff_b1").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        live(app, "2026-02-11", "2026-02-12").await;
        assert_eq!(reminders(app).await.len(), 2, "nobody is late while it is asked for");
        let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let refusal = json!({ "decision": "refuse", "text": "材料不全" });
        app.as_user("centre1").post(&format!("/requests/{request}/decision"), &refusal).await.assert(200);
        live(app, "2026-02-13", "2026-02-14").await;
        // The third day passed meanwhile; the fifth, a Saturday that is worked, has come.
        assert_eq!(reminders(app).await[2..], [
            "02-14 09:00 deputy 任务已逾期",
            "02-14 09:00 head_b 任务已逾期",
            "02-14 09:00 liaison_b 任务已逾期",
            "02-14 09:00 staff_b1 任务已逾期",
        ]);
    }

    async fn a_ladder_that_goes_on_can_be_acknowledged_at_each_step(app) {
        only(app, "due").await;
        given(app, "修路", json!({ "due": { "day": "2026-02-27" } })).await;
        for (day, n) in [("2026-02-13", 1), ("2026-02-24", 2)] {
            live(app, day, day).await;
            let messages = reminders_of(app, "staff_b1").await;
            assert_eq!(messages.len(), n);
            assert!(messages[0]["acked_at"].is_null() && messages[1..].iter().all(|message| message["acked_at"].is_string()));
            let path = format!("/messages/{}/acknowledgement", messages[0]["id"].as_str().unwrap());
            app.as_user("staff_b1").post(&path, &json!({})).await.assert(204);
            app.as_user("staff_b1").post(&path, &json!({})).await.refused(409, "decided");
        }
        // The day before, the liaison is told, too: one acknowledgement is for both.
        live(app, "2026-02-26", "2026-02-26").await;
        let of = async |login: &str| reminders_of(app, login).await[0].clone();
        let path = |message: &Value| format!("/messages/{}/acknowledgement", message["id"].as_str().unwrap());
        let theirs = of("liaison_b").await;
        assert!(theirs["acked_at"].is_null());
        app.as_user("staff_b1").post(&path(&of("staff_b1").await), &json!({})).await.assert(204);
        assert!(of("liaison_b").await["acked_at"].is_string());
        app.as_user("liaison_b").post(&path(&theirs), &json!({})).await.refused(409, "decided");
    }

    async fn where_the_handler_has_left_the_liaison_is_told(app) {
        only(app, "overdue").await;
        given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        let admin = app.as_user("admin");
        let person = admin.get("/persons?q=staff_b1").await.assert(200)["items"][0].clone();
        let path = format!("/persons/{}", person["id"].as_str().unwrap());
        admin.patch(&path, &json!({ "version": person["version"], "active": false })).await.assert(200);
        live(app, "2026-02-09", "2026-02-10").await;
        let told: Vec<_> = reminders_of(app, "liaison_b").await.iter().map(|message| message["title"].as_str().unwrap().to_owned()).collect();
        assert_eq!(told, ["任务已逾期", "任务已逾期"]);
    }

    async fn who_was_told_can_say_so_and_the_ladder_stops(app) {
        only(app, "overdue").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        live(app, "2026-02-09", "2026-02-10").await;
        let message = reminders_of(app, "staff_b1").await[0].clone();
        assert!(message["occurrence_id"].is_string());
        let path = format!("/messages/{}/acknowledgement", message["id"].as_str().unwrap());
        app.as_user("staff_b2").post(&path, &json!({})).await.refused(404, "not_found");
        app.as_user("staff_b1").post(&path, &json!({})).await.assert(204);
        app.as_user("staff_b1").post(&path, &json!({})).await.refused(409, "decided");
        assert!(reminders_of(app, "staff_b1").await.iter().all(|message| message["acked_at"].is_string()));
        live(app, "2026-02-11", "2026-03-13").await;
        assert_eq!(reminders(app).await.len(), 2);
        let page = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        assert_eq!((page["past"][0]["reason"].as_str(), page["past"][0]["acked_by"]["name"].as_str()), (Some("acknowledged"), Some("秦一")));
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!(line["items"][0]["action"], "acknowledged");
        assert_eq!(line["items"][0]["sentence"], "确认收到“逾期未办结”提醒，后续提醒停止");
    }

    async fn a_rule_may_count_from_when_a_task_went_out_whoever_has_signed(app) {
        change_rule(app, "silent", |rule| {
            rule["trigger"] = json!({ "kind": "dispatched" });
            rule["steps"] = json!([{ "after": { "n": 5, "unit": "workdays" }, "to": ["handler"], "persons": [], "channels": [] }]);
            rule["repeat"] = Value::Null;
        })
        .await;
        app.clock.set("2026-03-02T10:00:00+08:00".parse().unwrap());
        let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
        let task = dispatched_with(app, json!({ "title": "修路", "parties": [party], "due": { "day": "2026-06-30" } })).await;
        sign(app, "liaison_b", &task).await;
        app.clock.set("2026-03-09T09:59:00+08:00".parse().unwrap());
        app.run_jobs().await;
        let said = |items: Vec<Value>| items.iter().filter(|item| item["title"] == "任务办理提醒").count();
        assert_eq!(said(reminders_of(app, "staff_b1").await), 0);
        app.clock.set("2026-03-09T10:00:00+08:00".parse().unwrap());
        app.run_jobs().await;
        assert_eq!(said(reminders_of(app, "staff_b1").await), 1);
        app.clock.set("2026-03-20T10:00:00+08:00".parse().unwrap());
        app.run_jobs().await;
        assert_eq!(said(reminders_of(app, "staff_b1").await), 1, "once for each time it goes out");
    }

    async fn a_ladder_keeps_the_rules_it_began_with_and_the_next_one_has_the_new_ones(app) {
        only(app, "overdue").await;
        let old = given(app, "旧", json!({ "due": { "day": "2026-02-09" } })).await;
        live(app, "2026-02-09", "2026-02-10").await;
        change_rule(app, "overdue", |rule| {
            rule["steps"] = json!([{ "after": { "n": 2, "unit": "workdays" }, "to": ["issuer"], "channels": [] , "text": "{title}拖了{days}天" }]);
        }).await;
        let new = given(app, "新", json!({ "due": { "day": "2026-02-10" } })).await;
        live(app, "2026-02-11", "2026-02-12").await;
        let all = reminders(app).await;
        assert_eq!(all[2..], [
            "02-12 09:00 centre1 任务已逾期",
            "02-12 09:00 head_b 任务已逾期",
            "02-12 09:00 liaison_b 任务已逾期",
            "02-12 09:00 staff_b1 任务已逾期",
        ]);
        assert_eq!(reminders_of(app, "centre1").await[0]["text"], "新拖了2天");
        let version = async |task: &Value| {
            app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(task))).await.assert(200)["past"][0]["rule_version"].as_i64().unwrap()
        };
        assert!(version(&old).await < version(&new).await);
    }

    async fn who_has_not_signed_is_told_after_a_working_day_and_the_head_after_two(app) {
        only(app, "unsigned").await;
        at(app, "2026-02-06T11:20:00+08:00");
        let task = dispatched(app, "修路", "bureau_b").await;
        app.run_jobs().await;
        for time in ["2026-02-09T11:19:00+08:00", "2026-02-09T11:20:00+08:00", "2026-02-10T11:20:00+08:00"] {
            at(app, time);
            app.run_jobs().await;
        }
        let expected = ["02-09 11:20 liaison_b 任务尚未签收", "02-10 11:20 head_b 任务尚未签收", "02-10 11:20 liaison_b 任务尚未签收"];
        assert_eq!(reminders(app).await, expected);
        sign(app, "head_b", &task).await;
        live(app, "2026-02-11", "2026-02-14").await;
        assert_eq!(reminders(app).await, expected);
    }

    async fn a_critical_task_is_to_be_signed_within_four_hours_of_work(app) {
        only(app, "unsigned_critical").await;
        at(app, "2026-02-06T16:00:00+08:00");
        let input = json!({ "title": "抢险", "urgency": "critical", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        dispatched_with(app, input).await;
        app.run_jobs().await;
        at(app, "2026-02-09T10:59:00+08:00");
        app.run_jobs().await;
        assert!(reminders(app).await.is_empty());
        at(app, "2026-02-09T11:00:00+08:00");
        app.run_jobs().await;
        assert_eq!(reminders(app).await, ["02-09 11:00 liaison_b 任务尚未签收"]);
    }

    async fn an_urge_without_an_answer_is_repeated_to_its_target_and_then_the_head(app) {
        only(app, "urge").await;
        let task = given(app, "修路", json!({})).await;
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "抓紧" })).await.assert(201);
        live(app, "2026-02-06", "2026-02-11").await;
        assert_eq!(reminders(app).await, [
            "02-10 09:00 staff_b1 督办逾期未回复",
            "02-11 09:00 head_b 督办逾期未回复",
            "02-11 09:00 liaison_b 督办逾期未回复",
            "02-11 09:00 staff_b1 督办逾期未回复",
        ]);
    }

    async fn a_leaders_instruction_is_pressed_by_its_own_rule_until_it_is_answered(app) {
        only(app, "instruction").await;
        let task = given(app, "修路", json!({})).await;
        let path = format!("/tasks/{}", id(&task));
        app.as_user("leader").post(&format!("{path}/urges"), &json!({ "text": "抓紧" })).await.assert(201);
        let sent = app.as_user("leader").post(&format!("{path}/instructions"), &json!({ "text": "拿出方案" })).await.assert(201);
        live(app, "2026-02-06", "2026-02-11").await;
        let told = [
            "02-09 09:00 staff_b1 批示待反馈",
            "02-10 09:00 liaison_b 批示逾期未反馈",
            "02-10 09:00 staff_b1 批示逾期未反馈",
            "02-11 09:00 head_b 批示逾期未反馈",
            "02-11 09:00 liaison_b 批示逾期未反馈",
        ];
        assert_eq!(reminders(app).await, told);
        let reply = format!("/urges/{}/reply", sent["items"][0]["id"].as_str().unwrap());
        app.as_user("staff_b1").post(&reply, &json!({ "text": "方案已报送" })).await.assert(200);
        live(app, "2026-02-12", "2026-02-14").await;
        assert_eq!(reminders(app).await, told);
    }

    async fn a_report_is_reminded_of_the_day_before_and_when_it_is_missed(app) {
        only(app, "report_missed").await;
        let rule = json!({ "kind": "weekly", "day": 3 });
        let task = given(app, "修路", json!({ "due": { "day": "2026-06-30" }, "report_rule": rule })).await;
        let due = show(app, "centre1", &task).await["report_dues"][0]["due_day"].as_str().unwrap().to_owned();
        assert_eq!(due, "2026-02-11");
        live(app, "2026-02-10", "2026-02-12").await;
        assert_eq!(reminders(app).await, ["02-12 09:00 liaison_b 进展逾期未报", "02-12 09:00 staff_b1 进展逾期未报"]);
        report(app, "staff_b1", &task, 30).await;
        live(app, "2026-02-13", "2026-02-14").await;
        assert_eq!(reminders(app).await.len(), 2);
    }

    async fn a_request_nobody_decides_on_reaches_whoever_decides(app) {
        only(app, "request").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-06-30" } })).await;
        let page = show(app, "liaison_b", &task).await;
        let body = json!({ "version": version(&page), "kind": "extend", "reason": "材料未到", "reason_class": "waiting", "new_day": "2026-07-15" });
        app.as_user("liaison_b").post(&format!("/tasks/{}/requests", id(&task)), &body).await.assert(200);
        live(app, "2026-02-07", "2026-02-11").await;
        let all = reminders(app).await;
        assert_eq!(all, ["02-11 09:00 centre1 申请待审批"]);
        assert_eq!(reminders_of(app, "centre1").await[0]["text"], "“修路”有一项申请（延期）等待审批，请及时处理。");
    }

    async fn a_task_that_came_without_an_event_is_found_within_the_hour(app) {
        only(app, "overdue").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        app.run_jobs().await;
        let mut tx = app.app.db.begin().await.unwrap();
        db::Sql::new("delete from lookout").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        at(app, "2026-02-09T12:00:00+08:00");
        app.run_jobs().await;
        let state = app.as_user("centre1").get("/reminders/state").await.assert(200);
        assert_eq!((&state["tasks"], &state["audit"]["unseen"]), (&json!(1), &json!(1)), "{state}");
        live(app, "2026-02-10", "2026-02-10").await;
        assert_eq!(reminders(app).await.len(), 2, "{}", id(&task));
    }

    async fn an_audit_finds_a_look_that_stands_at_the_wrong_time_and_mends_it(app) {
        only(app, "overdue").await;
        given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        app.run_jobs().await;
        let mut tx = app.app.db.begin().await.unwrap();
        db::Sql::new("update lookout set next_at = null").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        for day in ["2026-02-07", "2026-02-08"] {
            // From a place of chance on: within a day every row has had its turn.
            live(app, day, day).await;
            for hour in 15..24 {
                at(app, &format!("{day}T{hour}:00:00+08:00"));
                app.run_jobs().await;
            }
        }
        let state = app.as_user("centre1").get("/reminders/state").await.assert(200);
        assert!(state["audit"]["at"].is_string());
        live(app, "2026-02-09", "2026-02-10").await;
        assert_eq!(reminders(app).await.len(), 2, "{state:#}");
    }

    async fn an_audit_waits_for_what_has_just_happened_to_be_heard_of(app) {
        only(app, "overdue").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        app.run_jobs().await;
        at(app, "2026-02-07T10:00:00+08:00");
        let body = json!({ "version": version(&show(app, "centre1", &task).await), "due": { "day": "2026-02-12" }, "reason": "汛期" });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        // The job that hears of it has not run: the audit, which comes before it here, finds nothing astray.
        let mut tx = app.app.db.begin().await.unwrap();
        let ctx = app.app.ctx_in(&mut tx, shibicheng::access::system_principal()).await.unwrap();
        shibicheng::supervision::audit(&mut tx, &ctx).await.unwrap();
        tx.commit().await.unwrap();
        let audit = app.as_user("centre1").get("/reminders/state").await.assert(200)["audit"].clone();
        assert_eq!((&audit["checked"], &audit["astray"]), (&json!(1), &json!(0)), "{audit}");
        app.run_jobs().await;
        live(app, "2026-02-10", "2026-02-12").await;
        assert!(reminders_of(app, "staff_b1").await.is_empty());
        live(app, "2026-02-13", "2026-02-13").await;
        assert!(!reminders_of(app, "staff_b1").await.is_empty());
    }

    async fn what_moves_below_a_task_or_is_planned_by_itself_is_looked_at_at_once(app) {
        let party = |login: &str| json!([{ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person(login) }]);
        let top = given(app, "修路", json!({ "due": { "day": "2026-03-31" } })).await;
        let child = |title: &str, weight: f64| json!({ "title": title, "weight": weight, "due": { "day": "2026-03-20" }, "parties": party("staff_b1") });
        let body = json!({ "version": version(&top), "children": [child("路基", 60.0), child("路面", 40.0)] });
        let page = app.as_user("head_b").put(&format!("/tasks/{}/children", id(&top)), &body).await.assert(200);
        let page = submit(app, "head_b", &page).await;
        let leaf = page["children"][0].clone();
        sign(app, "liaison_b", &leaf).await;
        // Goes on without end: further reports are planned day by day.
        dispatched_with(app, json!({ "title": "值守", "due": { "text": "长期坚持" }, "report_rule": { "kind": "weekly", "day": 5 }, "parties": party("staff_b2") })).await;
        app.run_jobs().await;
        for (day, percent) in [("2026-02-27", 40), ("2026-03-10", 90), ("2026-08-03", 100)] {
            at(app, &format!("{day}T10:00:00+08:00"));
            let before = show(app, "centre1", &top).await;
            report(app, "staff_b1", &leaf, percent).await;
            accept(app, "head_b", &leaf).await;
            app.run_jobs().await;
            assert_ne!(show(app, "centre1", &top).await["task"]["progress"], before["task"]["progress"]);
            // Nobody does anything: an audit that comes now finds all as it should be.
            at(app, &format!("{day}T11:30:00+08:00"));
            app.run_jobs().await;
            let audit = app.as_user("centre1").get("/reminders/state").await.assert(200)["audit"].clone();
            assert_eq!((&audit["checked"], &audit["astray"], &audit["unseen"]), (&json!(4), &json!(0), &json!(0)), "{day} {audit}");
        }
    }

    async fn a_dry_run_says_what_other_rules_would_have_sent(app) {
        given(app, "修路", json!({ "due": { "day": "2026-02-09" } })).await;
        live(app, "2026-02-09", "2026-02-12").await;
        let page = rules(app).await;
        let mut set = page["rules"].clone();
        let overdue = set["rules"].as_array_mut().unwrap().iter_mut().find(|rule| rule["code"] == "overdue").unwrap();
        overdue["enabled"] = json!(false);
        let body = json!({ "rules": set, "month": "2026-02-01" });
        let trial = app.as_user("centre1").post("/reminder-rules/trials", &body).await.assert(200);
        let of = |code: &str| trial["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == code).unwrap()["messages"].clone();
        // The handler twice on the 10th, three people on the 12th.
        assert_eq!((of("overdue")["now"].as_i64(), of("overdue")["then"].as_i64()), (Some(5), Some(0)), "{trial:#}");
        assert_eq!(of("due")["now"], of("due")["then"]);
        assert_eq!(trial["tasks"], 1);
        let sms = trial["channels"].as_array().unwrap().iter().find(|channel| channel["channel"] == "sms").unwrap();
        assert!(sms["cost"]["now"].as_i64() > sms["cost"]["then"].as_i64());
        // Nothing was changed or sent.
        assert_eq!(rules(app).await["version"], 0);
        app.as_user("head_b").post("/reminder-rules/trials", &body).await.refused(403, "forbidden");
    }

    async fn who_is_named_by_a_rule_is_told_where_they_see_the_task(app) {
        only(app, "overdue").await;
        let named = json!([app.person("staff_d1"), app.person("centre2"), app.person("head_c")]);
        change_rule(app, "overdue", |rule| rule["steps"] = json!([
            { "after": { "n": 1, "unit": "workdays" }, "to": [], "persons": named, "channels": [] },
        ])).await;
        let co = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }, { "unit_id": app.unit("bureau_c"), "role": "co" }]);
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-09" }, "parties": co })).await;
        let ahead = app.as_user("centre1").get(&format!("/tasks/{}/reminders", id(&task))).await.assert(200);
        let to: Vec<_> = ahead["ahead"][0]["to"].as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap()).collect();
        assert!(to.len() == 2 && to.contains(&"吴营") && to.contains(&"许环境"), "{to:?}");
        live(app, "2026-02-10", "2026-02-10").await;
        // A rule gives nobody a right to know of a task.
        for (login, n) in [("centre2", 1), ("head_c", 1), ("staff_d1", 0), ("staff_b1", 0)] {
            assert_eq!(reminders_of(app, login).await.len(), n, "{login}");
        }
        let page = rules(app).await;
        assert_eq!(page["people"].as_array().unwrap().len(), 3, "{page:#}");
        let mut set = page["rules"].clone();
        let index = set["rules"].as_array().unwrap().iter().position(|rule| rule["code"] == "overdue").unwrap();
        set["rules"][index]["steps"][0]["persons"] = json!([task["task"]["id"]]);
        let body = json!({ "rules": set, "reason": "试", "version": page["version"] });
        let field = format!("rules.rules[{index}].steps[0].persons");
        app.as_user("centre1").post("/reminder-rules", &body).await.refused_field(&field);
        app.as_user("centre1").post("/reminder-rules/trials", &json!({ "rules": set })).await.refused_field(&field);
    }

    async fn rules_that_make_no_sense_are_refused_with_the_place(app) {
        let page = rules(app).await;
        let centre = app.as_user("centre1");
        let with = |change: &dyn Fn(&mut Value)| {
            let mut set = page["rules"].clone();
            change(&mut set);
            json!({ "rules": set, "reason": "试", "version": page["version"] })
        };
        type Change = &'static dyn Fn(&mut Value);
        let wrong: [(&str, Change); 9] = [
            ("rules.rules[0].code", &|set| set["rules"][0]["code"] = json!("未签收")),
            ("rules.rules[1].code", &|set| set["rules"][1]["code"] = json!("unsigned")),
            ("rules.rules[2].name", &|set| set["rules"][2]["name"] = json!("")),
            ("rules.rules[0].steps[0].after", &|set| set["rules"][0]["steps"][0]["after"]["n"] = json!(-1)),
            ("rules.rules[2].steps[1].after", &|set| set["rules"][2]["steps"][0]["after"]["n"] = json!(0)),
            ("rules.rules[2].steps[0].to", &|set| set["rules"][2]["steps"][0]["to"] = json!([])),
            ("rules.rules[2].steps[0].text", &|set| set["rules"][2]["steps"][0]["text"] = json!("{who}快点")),
            ("rules.rules[2].when", &|set| set["rules"][2]["when"] = json!({ "op": "at_least", "fact": "importance", "n": 1 })),
            ("rules.office", &|set| set["office"] = json!([])),
        ];
        for (field, change) in wrong {
            centre.post("/reminder-rules", &with(change)).await.refused_field(field);
        }
        app.as_user("head_b").post("/reminder-rules", &with(&|_| {})).await.refused(403, "forbidden");
        centre.post("/reminder-rules", &with(&|_| {})).await.assert(201);
        let late = centre.post("/reminder-rules", &with(&|_| {})).await.refused(409, "stale_version");
        assert_eq!(late["current"]["history"][0]["reason"], "试");
    }

    async fn what_lies_ahead_of_a_task_is_shown_to_who_sees_it(app) {
        only(app, "due").await;
        let task = given(app, "修路", json!({ "due": { "day": "2026-02-27" } })).await;
        let path = format!("/tasks/{}/reminders", id(&task));
        let page = app.as_user("staff_b1").get(&path).await.assert(200);
        let first = &page["ahead"][0];
        assert_eq!((first["at"].as_str(), first["rule"].as_str()), (Some("2026-02-13T09:00:00.000+08:00"), Some("due")));
        assert_eq!((first["to"][0]["name"].as_str(), first["channels"][0].as_str()), (Some("秦一"), Some("wechat")));
        assert_eq!(first["text"], "“修路”2026-02-27到期，还有 5 个工作日，请抓紧办理。");
        app.as_user("head_c").get(&path).await.refused(404, "not_found");
        app.as_user("head_b").get("/reminders/state").await.refused(403, "forbidden");
    }
}
