//! What may be asked for on a task, who decides on it, and what it does.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// Led by 住房和城乡建设局, due 2026-03-27, signed; the clock stands at 2026-03-02.
async fn active(app: &TestApp, importance: &str) -> Value {
    go_to(app, "2026-03-02");
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
    let input = json!({ "title": "修路", "importance": importance, "due": { "day": "2026-03-27" }, "report_rule": { "kind": "weekly", "day": 5 }, "parties": parties });
    let task = dispatched_with(app, input).await;
    sign(app, "head_b", &task).await
}

async fn ask(app: &TestApp, login: &str, task: &Value, mut what: Value) -> testkit::Reply {
    what["version"] = json!(version(&show(app, login, task).await));
    what["reason"] = json!("汛期无法施工");
    app.as_user(login).post(&format!("/tasks/{}/requests", id(task)), &what).await
}

async fn asked(app: &TestApp, login: &str, task: &Value, what: Value) -> String {
    let page = ask(app, login, task, what).await.assert(200);
    page["requests"][0]["id"].as_str().unwrap().to_owned()
}

async fn decide(app: &TestApp, login: &str, request: &str, body: Value) -> testkit::Reply {
    app.as_user(login).post(&format!("/requests/{request}/decision"), &body).await
}

async fn grant(app: &TestApp, login: &str, request: &str) -> Value {
    decide(app, login, request, json!({ "decision": "grant" })).await.assert(200)
}

async fn sentences(app: &TestApp, task: &Value) -> Vec<String> {
    let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(task))).await.assert(200);
    line["items"].as_array().unwrap().iter().map(|item| item["sentence"].as_str().unwrap().to_owned()).collect()
}

fn extension(day: &str) -> Value {
    json!({ "kind": "extend", "reason_class": "force", "new_day": day })
}

both! {
    async fn more_time_is_asked_for_before_the_due_day_and_the_original_day_stays(app) {
        let task = active(app, "normal").await;
        go_to(app, "2026-03-27");
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        // Asked in time: until it is decided nobody is late.
        go_to(app, "2026-03-31");
        assert!(!show(app, "head_b", &task).await["task"]["lamp"]["reasons"].to_string().contains("已逾期"));
        assert!(duties(app, "centre1").await.contains(&"decide".to_owned()));
        decide(app, "head_b", &request, json!({ "decision": "grant" })).await.refused(403, "forbidden");
        decide(app, "centre1", &request, json!({ "decision": "refuse" })).await.refused_field("text");
        // Whoever decides may grant less.
        let page = decide(app, "centre1", &request, json!({ "decision": "grant", "new_day": "2026-04-03", "text": "先延一周" })).await.assert(200);
        assert_eq!((&page["task"]["due_day"], &page["original_due_day"]), (&json!("2026-04-03"), &json!("2026-03-27")));
        assert_eq!(page["report_dues"].as_array().unwrap().last().unwrap()["due_day"], "2026-04-03");
        assert_eq!(sentences(app, &task).await[0], "同意延期，期限由2026-03-27改为2026-04-03：先延一周");
        decide(app, "centre2", &request, json!({ "decision": "grant" })).await.refused(409, "decided");
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await[0], "延期已批准");
    }

    async fn an_extension_has_limits(app) {
        let task = active(app, "normal").await;
        let refused = async |what: Value, field: &str| ask(app, "head_b", &task, what).await.refused_field(field);
        refused(extension("2026-03-27"), "new_day").await;
        refused(extension("2026-12-31"), "new_day").await;
        refused(json!({ "kind": "extend", "new_day": "2026-04-10" }), "reason_class").await;
        refused(json!({ "kind": "extend", "reason_class": "own" }), "new_day").await;
        ask(app, "head_b", &task, json!({ "kind": "close" })).await.refused_field("kind");
        ask(app, "centre1", &task, extension("2026-04-10")).await.refused(409, "not_now");
        for (n, day) in ["2026-03-30", "2026-03-31"].into_iter().enumerate() {
            let request = asked(app, "head_b", &task, extension(day)).await;
            if n == 0 {
                ask(app, "head_b", &task, extension(day)).await.refused(409, "not_now");
            }
            grant(app, "centre1", &request).await;
        }
        let words = refused(extension("2026-04-01"), "new_day").await;
        assert!(words.contains("已延期 2 次"), "{words}");
        // Whoever is late has nothing left to ask for.
        go_to(app, "2026-04-02");
        ask(app, "head_b", &task, extension("2026-04-10")).await.refused(409, "not_now");
    }

    async fn a_part_is_not_put_off_beyond_the_whole(app) {
        let whole = active(app, "normal").await;
        let child = json!({ "title": "一标段", "weight": 100, "due": { "day": "2026-03-20" }, "parties": [{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }] });
        let body = json!({ "version": version(&whole), "children": [child] });
        let page = app.as_user("head_b").put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
        let page = submit(app, "head_b", &page).await;
        let part = page["children"][0].clone();
        sign(app, "staff_b1", &part).await;
        let words = ask(app, "staff_b1", &part, extension("2026-03-30")).await.refused_field("new_day");
        assert!(words.contains("2026-03-27"), "{words}");
        let request = asked(app, "staff_b1", &part, extension("2026-03-25")).await;
        // Whoever does the work in person does not decide on it; the unit that set it does.
        decide(app, "staff_b1", &request, json!({ "decision": "grant" })).await.refused(403, "forbidden");
        grant(app, "head_b", &request).await;
    }

    async fn what_is_important_needs_two_who_agree(app) {
        for (importance, second) in [("important", "centre1"), ("major", "leader")] {
            let task = active(app, importance).await;
            let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
            let page = grant(app, "centre2", &request).await;
            assert_eq!((&page["task"]["due_day"], &page["requests"][0]["state"]), (&json!("2026-03-27"), &json!("open")));
            assert_eq!(page["requests"][0]["agreed_by"]["name"], "吴营");
            decide(app, "centre2", &request, json!({ "decision": "grant" })).await.refused(403, "forbidden");
            app.run_jobs().await;
            assert!(messages(app, second).await.contains(&"申请待审批".to_owned()));
            assert_eq!(grant(app, second, &request).await["task"]["due_day"], "2026-04-10");
        }
    }

    async fn who_has_the_rank_that_is_asked_for_last_needs_nobody_else(app) {
        for (importance, who) in [("important", "centre1"), ("important", "leader"), ("major", "leader")] {
            let task = active(app, importance).await;
            let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
            assert_eq!(grant(app, who, &request).await["task"]["due_day"], "2026-04-10", "{importance} {who}");
        }
        // The head of the centre is of a lower rank than a leader.
        let task = active(app, "major").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        assert_eq!(grant(app, "centre1", &request).await["task"]["due_day"], "2026-03-27");
    }

    async fn a_suspended_task_stands_still_and_goes_on_with_its_days(app) {
        let task = active(app, "normal").await;
        ask(app, "head_b", &task, json!({ "kind": "suspend" })).await.refused_field("basis");
        let request = asked(app, "head_b", &task, json!({ "kind": "suspend", "basis": "滨管办〔2026〕9号" })).await;
        let page = grant(app, "centre1", &request).await;
        assert_eq!((&page["task"]["state"], &page["task"]["lamp"]["lamp"]), (&json!("suspended"), &json!("grey")));
        assert_eq!(page["report_dues"], json!([]));
        app.as_user("head_b").post(&format!("/tasks/{}/reports", id(&task)), &json!({ "claimed_progress": 10, "text": "x" })).await.refused(409, "not_now");
        go_to(app, "2026-04-13");
        let page = show(app, "head_b", &task).await;
        assert_eq!(page["task"]["lamp"]["lamp"], "grey", "nobody is late with what stands still");
        let summary = app.as_user("centre1").get("/tasks/summary?created_from=2026-03-01&created_to=2026-03-31").await.assert(200);
        assert_eq!(summary["overdue"], 0);
        let request = asked(app, "head_b", &task, json!({ "kind": "resume" })).await;
        assert!(duties(app, "centre1").await.contains(&"decide".to_owned()));
        let page = grant(app, "centre1", &request).await;
        // 2 March to 13 April are 29 working days (清明节 on 6 April), and so many after 27 March is 12 May (劳动节, 9 May worked).
        assert_eq!((&page["task"]["state"], &page["task"]["due_day"], &page["original_due_day"]), (&json!("active"), &json!("2026-05-12"), &json!("2026-03-27")));
        assert_eq!(page["report_dues"][0]["due_day"], "2026-04-17");
    }

    async fn what_is_below_stops_and_goes_on_with_the_whole(app) {
        let whole = active(app, "normal").await;
        let child = |title: &str| json!({ "title": title, "weight": 50, "due": { "day": "2026-03-20" }, "parties": [{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }] });
        let body = json!({ "version": version(&whole), "children": [child("一标段"), child("二标段")] });
        let page = app.as_user("head_b").put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
        let page = submit(app, "head_b", &page).await;
        let (first, second) = (page["children"][0].clone(), page["children"][1].clone());
        sign(app, "staff_b1", &first).await;
        sign(app, "staff_b1", &second).await;
        // One part stands still by itself before the whole does.
        let own = asked(app, "staff_b1", &second, json!({ "kind": "suspend", "basis": "口头" })).await;
        grant(app, "head_b", &own).await;
        let request = asked(app, "head_b", &whole, json!({ "kind": "suspend", "basis": "会议纪要" })).await;
        grant(app, "centre1", &request).await;
        assert_eq!(show(app, "staff_b1", &first).await["task"]["state"], "suspended");
        ask(app, "staff_b1", &first, json!({ "kind": "resume" })).await.refused(409, "not_now");
        go_to(app, "2026-03-04");
        let request = asked(app, "head_b", &whole, json!({ "kind": "resume" })).await;
        grant(app, "centre1", &request).await;
        let page = show(app, "staff_b1", &first).await;
        assert_eq!((&page["task"]["state"], &page["task"]["due_day"]), (&json!("active"), &json!("2026-03-24")));
        assert_eq!(show(app, "staff_b1", &second).await["task"]["state"], "suspended", "it stopped for reasons of its own");
    }

    async fn a_terminated_task_ends_with_all_below_and_counts_no_more(app) {
        let whole = active(app, "normal").await;
        let child = json!({ "title": "一标段", "weight": 100, "due": { "day": "2026-03-20" }, "parties": [{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }] });
        let body = json!({ "version": version(&whole), "children": [child] });
        let page = app.as_user("head_b").put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
        let page = submit(app, "head_b", &page).await;
        let part = page["children"][0].clone();
        sign(app, "staff_b1", &part).await;
        let open = asked(app, "staff_b1", &part, extension("2026-03-24")).await;
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&part)), &json!({ "text": "抓紧" })).await.assert(201);
        assert!(duties(app, "staff_b1").await.contains(&"reply".to_owned()));
        ask(app, "head_b", &whole, json!({ "kind": "terminate" })).await.refused(409, "not_now");
        let request = asked(app, "centre1", &whole, json!({ "kind": "terminate" })).await;
        decide(app, "centre1", &request, json!({ "decision": "grant" })).await.refused(403, "forbidden");
        let page = grant(app, "centre2", &request).await;
        assert_eq!((&page["task"]["state"], &page["children"][0]["state"]), (&json!("terminated"), &json!("terminated")));
        let page = show(app, "staff_b1", &part).await;
        assert_eq!((&page["task"]["state"], &page["requests"][0]["state"]), (&json!("terminated"), &json!("withdrawn")));
        decide(app, "head_b", &open, json!({ "decision": "grant" })).await.refused(409, "decided");
        go_to(app, "2026-06-01");
        let summary = app.as_user("centre1").get("/tasks/summary?created_from=2026-03-01&created_to=2026-03-31").await.assert(200);
        assert_eq!(summary["overdue"], 0);
        assert!(duties(app, "staff_b1").await.is_empty());
        app.run_jobs().await;
        assert!(messages(app, "staff_b1").await.contains(&"任务已终止".to_owned()));
    }

    async fn a_part_that_ends_leaves_its_weight_to_the_others(app) {
        let whole = active(app, "normal").await;
        let child = |title: &str| json!({ "title": title, "weight": 50, "parties": [{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }] });
        let body = json!({ "version": version(&whole), "children": [child("一标段"), child("二标段")] });
        let page = app.as_user("head_b").put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
        let page = submit(app, "head_b", &page).await;
        let (first, second) = (page["children"][0].clone(), page["children"][1].clone());
        sign(app, "staff_b1", &first).await;
        sign(app, "staff_b1", &second).await;
        report(app, "staff_b1", &first, 40).await;
        accept(app, "head_b", &first).await;
        assert_eq!(show(app, "head_b", &whole).await["task"]["progress"], 20.0);
        let request = asked(app, "head_b", &second, json!({ "kind": "terminate" })).await;
        grant(app, "liaison_b", &request).await;
        assert_eq!(show(app, "head_b", &whole).await["task"]["progress"], 40.0);
    }

    async fn another_unit_takes_it_over_and_signs_anew(app) {
        let task = active(app, "normal").await;
        ask(app, "head_b", &task, json!({ "kind": "transfer" })).await.refused_field("unit_id");
        ask(app, "head_b", &task, json!({ "kind": "transfer", "unit_id": app.unit("bureau_b") })).await.refused_field("unit_id");
        report(app, "head_b", &task, 10).await;
        let request = asked(app, "liaison_b", &task, json!({ "kind": "transfer", "unit_id": app.unit("bureau_c") })).await;
        let page = grant(app, "centre1", &request).await;
        assert_eq!((&page["parties"][0]["unit"]["name"], &page["parties"][0]["state"]), (&json!("生态环境局"), &json!("unsigned")));
        assert_eq!(sentences(app, &task).await[0], "同意转办，由住房和城乡建设局转给生态环境局");
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_c").await[0], "新任务待签收");
        sign(app, "head_c", &task).await;
        let page = report(app, "head_c", &task, 30).await;
        let by: Vec<_> = page["reports"].as_array().unwrap().iter().map(|r| r["unit"]["name"].as_str().unwrap()).collect();
        assert_eq!(by, ["生态环境局", "住房和城乡建设局"], "what was reported before stays theirs");
        app.as_user("head_b").get(&format!("/tasks/{}", id(&task))).await.refused(404, "not_found");
    }

    async fn a_refused_closing_is_looked_at_again_by_somebody_who_took_no_part(app) {
        let task = active(app, "normal").await;
        let body = json!({ "version": version(&task), "text": "完工" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        let closing = page["requests"][0]["id"].as_str().unwrap().to_owned();
        decide(app, "centre1", &closing, json!({ "decision": "refuse", "text": "缺验收单" })).await.assert(200);
        let page = show(app, "head_b", &task).await;
        assert_eq!((&page["requests"][0]["may_recheck"], &page["sent_back_count"]), (&json!(true), &json!(1)));
        ask(app, "head_b", &task, json!({ "kind": "recheck" })).await.refused_field("subject_id");
        ask(app, "head_b", &task, json!({ "kind": "recheck", "subject_id": id(&task) })).await.refused_field("subject_id");
        let second = asked(app, "head_b", &task, json!({ "kind": "recheck", "subject_id": closing })).await;
        decide(app, "centre1", &second, json!({ "decision": "grant" })).await.refused(403, "forbidden");
        let page = grant(app, "centre2", &second).await;
        assert_eq!((&page["task"]["state"], &page["sent_back_count"]), (&json!("closed"), &json!(0)));
        assert_eq!(sentences(app, &task).await[0], "经复核同意办结");
    }

    async fn a_second_look_is_taken_once_and_within_thirty_days(app) {
        let task = active(app, "normal").await;
        let first = asked(app, "head_b", &task, extension("2026-04-10")).await;
        decide(app, "centre1", &first, json!({ "decision": "refuse", "text": "不同意" })).await.assert(200);
        let again = json!({ "kind": "recheck", "subject_id": first });
        let second = asked(app, "head_b", &task, again.clone()).await;
        decide(app, "leader", &second, json!({ "decision": "refuse", "text": "维持" })).await.assert(200);
        ask(app, "head_b", &task, again).await.refused_field("subject_id");
        let third = asked(app, "head_b", &task, json!({ "kind": "suspend", "basis": "会议纪要" })).await;
        decide(app, "centre1", &third, json!({ "decision": "refuse", "text": "不同意" })).await.assert(200);
        go_to(app, "2026-04-02");
        assert_eq!(show(app, "head_b", &task).await["requests"][0]["may_recheck"], false);
        ask(app, "head_b", &task, json!({ "kind": "recheck", "subject_id": third })).await.refused_field("subject_id");
    }

    async fn a_check_that_failed_is_turned_round_on_a_second_look(app) {
        let task = active(app, "normal").await;
        let page = close(app, "head_b", "centre1", &task).await;
        let body = json!({ "version": version(&page), "result": "fail", "text": "路面开裂" });
        app.as_user("centre2").post(&format!("/tasks/{}/verification", id(&task)), &body).await.assert(200);
        let page = show(app, "head_b", &task).await;
        let check = page["verifications"][0].clone();
        assert_eq!(check["may_recheck"], true);
        let request = asked(app, "head_b", &task, json!({ "kind": "recheck", "subject_id": check["id"] })).await;
        decide(app, "centre2", &request, json!({ "decision": "grant" })).await.refused(403, "forbidden");
        assert_eq!(grant(app, "leader", &request).await["task"]["state"], "settled");
    }

    async fn what_one_has_asked_for_can_be_taken_back(app) {
        let task = active(app, "normal").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        let path = format!("/requests/{request}/withdrawal");
        app.as_user("centre1").post(&path, &json!({})).await.refused(403, "forbidden");
        let page = app.as_user("head_b").post(&path, &json!({})).await.assert(200);
        assert_eq!(page["requests"][0]["state"], "withdrawn");
        app.as_user("head_b").post(&path, &json!({})).await.refused(409, "decided");
        decide(app, "centre1", &request, json!({ "decision": "grant" })).await.refused(409, "decided");
        asked(app, "head_b", &task, extension("2026-04-10")).await;
    }

    async fn other_contents_are_asked_for_and_the_issuer_edits(app) {
        let task = active(app, "normal").await;
        let request = asked(app, "head_b", &task, json!({ "kind": "amend" })).await;
        let page = grant(app, "centre1", &request).await;
        assert_eq!(page["requests"][0]["state"], "granted");
        assert!(can(&page, "edit"));
    }

    async fn nobody_outside_learns_of_a_request(app) {
        let task = active(app, "normal").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        for stranger in ["head_c", "staff_a1", "admin"] {
            decide(app, stranger, &request, json!({ "decision": "grant" })).await.refused(404, "not_found");
            app.as_user(stranger).post(&format!("/requests/{request}/withdrawal"), &json!({})).await.refused(404, "not_found");
            app.as_user(stranger).post(&format!("/tasks/{}/requests", id(&task)), &json!({ "version": 1, "kind": "amend", "reason": "x" })).await.refused(404, "not_found");
        }
    }

    async fn who_agreed_first_is_not_bypassed_when_the_task_becomes_less_important(app) {
        let task = active(app, "important").await;
        let request = asked(app, "head_b", &task, extension("2026-04-10")).await;
        grant(app, "centre2", &request).await;
        let body = json!({ "version": version(&show(app, "centre1", &task).await), "importance": "normal", "reason": "范围缩小" });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        for doer in ["liaison_b", "head_b"] {
            decide(app, doer, &request, json!({ "decision": "grant" })).await.refused(403, "forbidden");
        }
        assert_eq!(grant(app, "centre1", &request).await["task"]["due_day"], "2026-04-10");
    }

    async fn what_was_asked_for_ends_when_the_task_is_closed_or_stands_still(app) {
        let task = active(app, "normal").await;
        let extend = asked(app, "head_b", &task, extension("2026-04-10")).await;
        close(app, "head_b", "centre1", &task).await;
        let page = show(app, "head_b", &task).await;
        let states: Vec<_> = page["requests"].as_array().unwrap().iter().map(|r| r["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["granted", "withdrawn"]);
        decide(app, "centre1", &extend, json!({ "decision": "grant" })).await.refused(409, "decided");

        let task = active(app, "normal").await;
        let other = asked(app, "head_b", &task, extension("2026-04-10")).await;
        let request = asked(app, "centre1", &task, json!({ "kind": "suspend", "basis": "会议纪要" })).await;
        grant(app, "centre2", &request).await;
        decide(app, "centre1", &other, json!({ "decision": "grant" })).await.refused(409, "decided");
        let resume = asked(app, "head_b", &task, json!({ "kind": "resume" })).await;
        assert_eq!(grant(app, "centre1", &resume).await["task"]["state"], "active");
    }

    async fn a_task_that_stood_still_is_not_behind_when_it_goes_on(app) {
        go_to(app, "2026-03-02");
        let steps = json!([{ "title": "开工", "due_day": "2026-03-11" }, { "title": "完工", "due_day": "2026-03-27" }]);
        for milestones in [json!([]), steps] {
            let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
            let input = json!({ "title": "修路", "due": { "day": "2026-03-27" }, "milestones": milestones, "parties": parties });
            go_to(app, "2026-03-02");
            let task = dispatched_with(app, input).await;
            sign(app, "head_b", &task).await;
            let request = asked(app, "head_b", &task, json!({ "kind": "suspend", "basis": "会议纪要" })).await;
            grant(app, "centre1", &request).await;
            go_to(app, "2026-05-06");
            let request = asked(app, "head_b", &task, json!({ "kind": "resume" })).await;
            let page = grant(app, "centre1", &request).await;
            assert_eq!(page["task"]["lamp"], json!({ "lamp": "green", "reasons": [], "was_red": false }), "{milestones}");
            let days = page["milestones"].as_array().unwrap();
            assert!(days.iter().all(|step| step["due_day"].as_str().unwrap() > "2026-05-06"), "{days:?}");
        }
    }

    async fn asking_to_suspend_what_is_late_leaves_it_red(app) {
        let task = active(app, "normal").await;
        go_to(app, "2026-04-02");
        assert_eq!(show(app, "head_b", &task).await["task"]["lamp"]["lamp"], "red");
        asked(app, "head_b", &task, json!({ "kind": "suspend", "basis": "口头" })).await;
        assert!(show(app, "head_b", &task).await["task"]["lamp"]["reasons"].to_string().contains("已逾期"));
    }

    async fn a_leader_ends_a_task_whose_drafts_they_do_not_see(app) {
        let task = active(app, "major").await;
        let child = json!({ "title": "还没下达", "weight": 100, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let body = json!({ "version": version(&task), "children": [child] });
        app.as_user("head_b").put(&format!("/tasks/{}/children", id(&task)), &body).await.assert(200);
        let request = asked(app, "centre1", &task, json!({ "kind": "terminate" })).await;
        assert_eq!(grant(app, "leader", &request).await["task"]["state"], "terminated");
    }

    async fn after_a_transfer_the_tasks_below_are_the_new_units_to_decide(app) {
        let whole = active(app, "normal").await;
        let child = json!({ "title": "一标段", "weight": 100, "due": { "day": "2026-03-20" }, "parties": [{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }] });
        let body = json!({ "version": version(&whole), "children": [child] });
        let page = app.as_user("head_b").put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
        let page = submit(app, "head_b", &page).await;
        let part = page["children"][0].clone();
        sign(app, "staff_b1", &part).await;
        let request = asked(app, "head_b", &whole, json!({ "kind": "transfer", "unit_id": app.unit("bureau_c") })).await;
        grant(app, "centre1", &request).await;
        sign(app, "head_c", &whole).await;
        report(app, "staff_b1", &part, 40).await;
        accept(app, "head_c", &part).await;
        assert_eq!(show(app, "head_c", &whole).await["task"]["progress"], 40.0);
    }
}
