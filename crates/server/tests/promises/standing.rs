//! Working days and rules are data: whoever keeps them changes them, and everything ahead follows.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

fn led_by(app: &TestApp, title: &str, unit: &str, due: &Value) -> Value {
    json!({ "title": title, "due": due, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] })
}

async fn rules(app: &TestApp, set: Value, version: i64) -> Value {
    let body = json!({ "rules": set, "reason": "试行", "version": version });
    app.as_user("centre1").post("/task-rules", &body).await.assert(201)
}

async fn lamp(app: &TestApp, task: &Value) -> String {
    show(app, "centre1", task).await["task"]["lamp"]["lamp"].as_str().unwrap().to_owned()
}

async fn day_off(app: &TestApp, day: &str, version: i64) -> Value {
    let body = json!({ "day": day, "off": true, "name": "防台风停工", "reference": "滨管办〔2026〕9号", "version": version });
    app.as_user("centre1").post("/calendar/days", &body).await.assert(200)
}

both! {
    async fn a_changed_rule_lights_open_tasks_anew(app) {
        go_to(app, "2026-03-02");
        let task = dispatched_with(app, led_by(app, "修路", "bureau_b", &json!({ "day": "2026-03-27" }))).await;
        sign(app, "head_b", &task).await;
        go_to(app, "2026-03-10");
        assert_eq!(lamp(app, &task).await, "orange");
        let trial = json!({ "rules": { "judged_from": 50 } });
        let preview = app.as_user("centre1").post("/task-rules/previews", &trial).await.assert(200);
        assert_eq!((&preview["tasks"], &preview["changed"], &preview["now"], &preview["then"]), (&json!(1), &json!(1), &json!({ "orange": 1 }), &json!({ "green": 1 })));
        assert_eq!(lamp(app, &task).await, "orange", "a trial changes nothing");

        let view = rules(app, json!({ "judged_from": 50 }), 0).await;
        assert_eq!((&view["version"], &view["in_force"], &view["rules"]["judged_from"], &view["defaults"]["judged_from"]), (&json!(1), &json!(1), &json!(50), &json!(20)));
        app.run_jobs().await;
        assert_eq!(lamp(app, &task).await, "green");
        let page = show(app, "head_b", &task).await;
        assert_eq!(page["task"]["version"], version(&page), "an open page is not disturbed");

        let later = json!({ "rules": {}, "from_day": "2026-03-12", "reason": "恢复原规则", "version": 1 });
        let view = app.as_user("admin").post("/task-rules", &later).await.assert(201);
        assert_eq!((&view["version"], &view["in_force"], &view["history"][0]["from_day"]), (&json!(2), &json!(1), &json!("2026-03-12")));
        app.run_jobs().await;
        assert_eq!(lamp(app, &task).await, "green", "not before its day");
        go_to(app, "2026-03-12");
        app.run_jobs().await;
        assert_eq!(lamp(app, &task).await, "orange");
        assert_eq!(app.as_user("staff_a1").get("/task-rules").await.assert(200)["in_force"], 2);
    }

    async fn rules_that_make_no_sense_or_come_too_late_are_refused(app) {
        let centre = app.as_user("centre1");
        let write = |set: Value, version: i64| json!({ "rules": set, "reason": "试行", "version": version });
        centre.post("/task-rules", &write(json!({ "orange_ratio": 99 }), 0)).await.refused_field("rules.orange_ratio");
        centre.post("/task-rules", &write(json!({ "verify_normal": 101 }), 0)).await.refused_field("rules.verify_normal");
        centre.post("/task-rules", &write(json!({ "yellow": 1 }), 0)).await.refused(422, "invalid");
        let past = json!({ "rules": {}, "from_day": "2020-01-01", "reason": "试行", "version": 0 });
        centre.post("/task-rules", &past).await.refused_field("from_day");
        centre.post("/task-rules", &json!({ "rules": {}, "reason": " ", "version": 0 })).await.refused_field("reason");
        for login in ["leader", "head_b", "staff_a1"] {
            app.as_user(login).post("/task-rules", &write(json!({}), 0)).await.refused(403, "forbidden");
            app.as_user(login).post("/task-rules/previews", &json!({ "rules": {} })).await.refused(403, "forbidden");
        }
        rules(app, json!({ "judged_from": 30 }), 0).await;
        let problem = centre.post("/task-rules", &write(json!({}), 0)).await.refused(409, "stale_version");
        assert_eq!((&problem["current"]["version"], &problem["current"]["rules"]["judged_from"]), (&json!(1), &json!(30)));
    }

    async fn where_three_colours_are_set_nothing_shows_orange(app) {
        go_to(app, "2026-03-02");
        rules(app, json!({ "colours": "three" }), 0).await;
        let task = dispatched_with(app, led_by(app, "修路", "bureau_b", &json!({ "day": "2026-03-27" }))).await;
        sign(app, "head_b", &task).await;
        go_to(app, "2026-03-10");
        assert_eq!(lamp(app, &task).await, "yellow");
    }

    async fn terms_come_from_the_rules(app) {
        go_to(app, "2026-03-02");
        rules(app, json!({ "return_within": 0, "sign_within": 5 }), 0).await;
        let task = dispatched_with(app, led_by(app, "修路", "bureau_b", &json!({ "day": "2026-03-27" }))).await;
        let todo = app.as_user("head_b").get("/todo").await.assert(200);
        assert_eq!(todo["items"][0]["due_day"], "2026-03-09");
        assert!(can(&show(app, "head_b", &task).await, "return"));
        go_to(app, "2026-03-03");
        assert!(!can(&show(app, "head_b", &task).await, "return"));
    }

    async fn what_is_not_drawn_for_a_check_is_struck_off_when_it_is_closed(app) {
        rules(app, json!({ "verify_normal": 0, "verify_important": 100 }), 0).await;
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        close(app, "head_b", "centre1", &task).await;
        let page = show(app, "centre1", &task).await;
        assert_eq!(page["task"]["state"], "settled");
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert_eq!((&line["items"][0]["action"], &line["items"][0]["actor"]), (&json!("settled_unchecked"), &Value::Null));
        for importance in ["important", "major"] {
            let input = json!({ "title": importance, "importance": importance, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
            let task = dispatched_with(app, input).await;
            sign(app, "head_b", &task).await;
            close(app, "head_b", "centre1", &task).await;
            assert_eq!(show(app, "centre1", &task).await["task"]["state"], "closed", "{importance}");
        }
    }

    async fn a_day_set_off_moves_what_lies_ahead_and_only_that(app) {
        go_to(app, "2026-05-06");
        let said = dispatched_with(app, led_by(app, "节后检查", "bureau_b", &json!({ "text": "10个工作日内" }))).await;
        let chosen = dispatched_with(app, led_by(app, "选定日期", "bureau_b", &json!({ "day": "2026-05-21" }))).await;
        let monthly = dispatched_with(app, led_by(app, "常态保洁", "bureau_b", &json!({ "text": "长期坚持，每月25日前报送" }))).await;
        assert_eq!((&said["task"]["due_day"], &monthly["report_dues"][0]["due_day"]), (&json!("2026-05-19"), &json!("2026-05-25")));

        day_off(app, "2026-05-15", 0).await;
        let calendar = day_off(app, "2026-05-25", 1).await;
        // Whatever happens to it before the job comes by: its days still follow.
        sign(app, "head_b", &said).await;
        assert_eq!((&calendar["version"], calendar["local"].as_array().unwrap().len()), (&json!(2), 2));
        assert_eq!((&calendar["history"][0]["what"], &calendar["history"][0]["by"]["name"]), (&json!("2026-05-25设为放假：防台风停工"), &json!("周运")));
        app.run_jobs().await;
        let page = show(app, "head_b", &said).await;
        assert_eq!((&page["task"]["due_day"], &page["original_due_day"]), (&json!("2026-05-20"), &json!("2026-05-19")));
        assert!(page["due_explanation"].to_string().contains("防台风停工"), "{}", page["due_explanation"]);
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", id(&said))).await.assert(200);
        assert_eq!(line["items"][0]["sentence"], "工作日历调整，期限由2026-05-19改为2026-05-20");
        assert_eq!(show(app, "head_b", &chosen).await["task"]["due_day"], "2026-05-21", "what was chosen stays");
        assert_eq!(show(app, "head_b", &monthly).await["report_dues"][0]["due_day"], "2026-05-22");

        let path = "/calendar/days/2026-05-15?version=2&reason=台风转向";
        app.as_user("centre1").delete(&path.replace("台风转向", &testkit::encoded("台风转向"))).await.assert(200);
        app.run_jobs().await;
        assert_eq!(show(app, "head_b", &said).await["task"]["due_day"], "2026-05-19");
        // Twice the same is no third step.
        app.run_jobs().await;
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", id(&said))).await.assert(200);
        let moved = line["items"].as_array().unwrap().iter().filter(|item| item["action"] == "due_moved").count();
        assert_eq!(moved, 2);
    }

    async fn a_due_day_below_never_goes_beyond_the_one_above(app) {
        go_to(app, "2026-05-06");
        let above = dispatched_with(app, led_by(app, "全年工作", "bureau_a", &json!({ "day": "2026-05-19" }))).await;
        let page = sign(app, "head_a", &above).await;
        let child = json!({ "title": "规划科的事", "weight": 100, "due": { "text": "10个工作日内" }, "parties": [{ "unit_id": app.unit("section_a1"), "role": "lead" }] });
        let body = json!({ "version": version(&page), "children": [child] });
        let page = app.as_user("head_a").put(&format!("/tasks/{}/children", id(&above)), &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        day_off(app, "2026-05-15", 0).await;
        app.run_jobs().await;
        assert_eq!(show(app, "head_a", &page["children"][0]).await["task"]["due_day"], "2026-05-19");
    }

    async fn the_past_and_other_peoples_changes_are_not_overwritten(app) {
        go_to(app, "2026-05-06");
        let set = |day: &str, version: i64| json!({ "day": day, "off": true, "name": "停工", "version": version });
        app.as_user("centre1").post("/calendar/days", &set("2026-05-05", 0)).await.refused_field("day");
        app.as_user("head_b").post("/calendar/days", &set("2026-05-15", 0)).await.refused(403, "forbidden");
        day_off(app, "2026-05-15", 0).await;
        let problem = app.as_user("admin").post("/calendar/days", &set("2026-05-18", 0)).await.refused(409, "stale_version");
        assert_eq!((&problem["current"]["version"], &problem["current"]["local"][0]["day"]), (&json!(1), &json!("2026-05-15")));
        app.as_user("centre1").delete("/calendar/days/2026-05-19?version=1&reason=x").await.refused(404, "not_found");
    }

    async fn next_years_notice_is_entered_when_it_comes_out(app) {
        go_to(app, "2026-11-10");
        let task = dispatched_with(app, led_by(app, "跨年工作", "bureau_b", &json!({ "text": "2027年1月5日前" }))).await;
        assert!(task["calendar_warning"].as_str().unwrap().contains("2027"));
        let holiday = json!({ "name": "元旦", "from": "2027-01-01", "to": "2027-01-03", "work": [] });
        let notice = |holidays: Value| json!({ "notice": "国办发明电〔2026〕x号", "holidays": holidays, "version": 0 });
        let centre = app.as_user("centre1");
        let backwards = json!([{ "name": "元旦", "from": "2027-01-03", "to": "2027-01-01" }]);
        centre.put("/calendar/years/2027", &notice(backwards)).await.refused_field("days");
        centre.put("/calendar/years/2040", &notice(json!([holiday]))).await.refused_field("year");
        centre.put("/calendar/years/2027", &notice(json!([]))).await.refused_field("holidays");
        // A notice that says otherwise about days that are past is refused.
        let past = json!({ "notice": "更正", "version": 0, "holidays": [{ "name": "元旦", "from": "2026-01-05", "to": "2026-01-06" }] });
        centre.put("/calendar/years/2026", &past).await.refused_field("days");
        let view = centre.put("/calendar/years/2027", &notice(json!([holiday]))).await.assert(200);
        assert_eq!((&view["version"], &view["entered_years"]), (&json!(1), &json!([2027])));
        assert_eq!(app.as_user("staff_a1").get("/calendar/years/2027").await.assert(200)["published"], true);
        assert_eq!(show(app, "centre1", &task).await["calendar_warning"], Value::Null);
    }
}

#[test]
fn another_node_goes_by_the_new_rules_from_its_next_request_on() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        for app in [Some(TestApp::sqlite().await), TestApp::postgres().await].into_iter().flatten() {
            let url = app.postgres_url().or_else(|| app.sqlite_url()).unwrap();
            let node = app.node(&url).await;
            assert_eq!(node.standing().generation, 0);
            rules(&app, json!({ "return_within": 7 }), 0).await;
            let mut tx = node.db.read().await.unwrap();
            let ctx = node.ctx_in(&mut tx, shibicheng::access::system_principal()).await.unwrap();
            assert_eq!((ctx.generation, ctx.rules.get::<shibicheng::tasks::TaskRules>().return_within), (1, 7));
            drop(tx);
            node.db.close().await;
            app.finish().await;
        }
    });
}
