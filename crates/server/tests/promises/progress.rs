use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::{TestApp, both, encoded};

use crate::kit::*;

const BYS: [&str; 8] = ["unit", "charge_leader", "source_kind", "source_document", "importance", "month", "quarter", "year"];

async fn led(app: &TestApp, title: &str, unit: &str, due: &str, more: Value) -> Value {
    let mut input = json!({ "title": title, "due": { "day": due }, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] });
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    dispatched_with(app, input).await
}

async fn asked(app: &TestApp, login: &str, task: &Value, mut body: Value) -> String {
    body["version"] = json!(version(&show(app, login, task).await));
    let page = app.as_user(login).post(&format!("/tasks/{}/requests", id(task)), &body).await.assert(200);
    page["requests"][0]["id"].as_str().unwrap().to_owned()
}

async fn granted(app: &TestApp, request: &str) {
    app.as_user("centre1").post(&format!("/requests/{request}/decision"), &json!({ "decision": "grant" })).await.assert(200);
}

/// A year's work in every state, as of 2026-04-10: early, late, put off, stopped, ended, waiting, in trees and in sections.
async fn year(app: &TestApp) {
    let head = |unit: &str| if unit.starts_with("bureau_b") { "head_b" } else { "head_a" };
    for (unit, due) in [
        ("bureau_a", "2026-03-10"),
        ("section_a1", "2026-03-31"),
        ("section_a2", "2026-04-13"),
        ("bureau_b", "2026-05-29"),
        ("bureau_b", "2027-01-15"),
    ] {
        let more = json!({ "importance": if due < "2026-04" { "important" } else { "normal" }, "source_kind": "key_project", "source_document": "重点项目清单" });
        let task = led(app, &format!("{unit} {due}"), unit, due, more).await;
        if due != "2026-05-29" {
            sign(app, head(unit), &task).await;
        }
    }
    // Closed in time, closed late, closed late by the first day and in time by the second.
    let early = led(app, "按期", "bureau_a", "2026-03-20", json!({ "importance": "major" })).await;
    sign(app, "head_a", &early).await;
    let late = led(app, "迟办", "bureau_b", "2026-02-13", json!({})).await;
    sign(app, "head_b", &late).await;
    let put_off = led(app, "延期", "bureau_b", "2026-02-12", json!({})).await;
    sign(app, "head_b", &put_off).await;
    let request =
        asked(app, "head_b", &put_off, json!({ "kind": "extend", "reason_class": "force", "new_day": "2026-03-12", "reason": "连续降雨" }))
            .await;
    granted(app, &request).await;
    go_to(app, "2026-03-03");
    for (doer, task) in [("head_a", &early), ("head_b", &late), ("head_b", &put_off)] {
        close(app, doer, "centre1", task).await;
    }
    let stopped = led(app, "中止的", "bureau_b", "2026-04-01", json!({})).await;
    sign(app, "head_b", &stopped).await;
    let request = asked(app, "head_b", &stopped, json!({ "kind": "suspend", "basis": "滨管办〔2026〕9号", "reason": "等批复" })).await;
    granted(app, &request).await;
    let ended = led(app, "终止的", "bureau_a", "2026-04-01", json!({})).await;
    sign(app, "head_a", &ended).await;
    let request = asked(app, "centre1", &ended, json!({ "kind": "terminate", "reason": "不再需要" })).await;
    app.as_user("centre2").post(&format!("/requests/{request}/decision"), &json!({ "decision": "grant" })).await.assert(200);
    app.as_user("centre1").post("/tasks", &json!({ "title": "草稿" })).await.assert(201);
    tree(app).await;
    go_to(app, "2026-04-10");
}

/// A document that one leader is named on, three levels deep.
async fn tree(app: &TestApp) {
    let centre = app.as_user("centre1");
    let parties = json!([
        { "unit_id": app.unit("bureau_a"), "role": "lead" },
        { "unit_id": app.unit("root"), "role": "charge_leader", "person_id": app.person("leader") },
    ]);
    let whole = centre
        .post("/tasks", &json!({ "title": "实施方案", "source_document": "实施方案", "due": { "day": "2026-06-30" }, "parties": parties }))
        .await
        .assert(201);
    let child = |title: &str, unit: &str| json!({ "title": title, "due": { "day": "2026-05-30" }, "parties": [{ "unit_id": app.unit(unit), "role": "lead", "person_id": Value::Null }], "weight": 50.0 });
    let body = json!({ "version": version(&whole), "children": [child("一", "section_a1"), child("二", "bureau_b")] });
    let whole = centre.put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
    submit(app, "centre1", &whole).await;
}

fn text(map: &Value) -> BTreeMap<String, String> {
    map.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// The query of a row with what a count adds to it.
fn query(figures: &Value, conditions: &Value, count: &str) -> String {
    let mut all = text(&figures["query"]);
    all.extend(text(&conditions[count]));
    all.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

async fn same_as_the_list(app: &TestApp, login: &str, what: &str, figures: &Value, conditions: &Value) {
    for (count, value) in figures["counts"].as_object().unwrap() {
        let query = query(figures, conditions, count);
        let found = app.as_user(login).get(&format!("/tasks/count?{query}")).await.assert(200);
        assert_eq!(found["total"], *value, "{login} {what} {count}: {query}");
    }
}

fn row<'a>(page: &'a Value, name: &str) -> &'a Value {
    page["items"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap_or(&Value::Null)
}

both! {
    async fn every_figure_of_progress_is_the_number_of_rows_behind_it(app) {
        year(app).await;
        let bureau = app.unit("bureau_a");
        for login in ["leader", "deputy", "head_a", "liaison_b", "staff_a1"] {
            let of_unit = format!("unit&lead_unit_id={bureau}");
            let of_people = format!("handler&lead_unit_id={bureau}");
            let of_some = "month&source_kind=key_project&importance=important&due_from=2026-03-15";
            let all = BYS.into_iter().chain([of_unit.as_str(), of_people.as_str(), of_some, "unit&due_from=2026-01-01&due_to=2026-03-31"]);
            for by in all {
                let page = app.as_user(login).get(&format!("/progress?by={by}")).await.assert(200);
                for row in page["items"].as_array().unwrap() {
                    same_as_the_list(app, login, &format!("{by} {}", row["name"]), &row["figures"], &page["conditions"]).await;
                }
                same_as_the_list(app, login, by, &page["total"]["figures"], &page["total_conditions"]).await;
            }
        }
    }

    async fn progress_counts_each_lowest_task_once_however_deep(app) {
        year(app).await;
        let total = |page: &Value| page["total"]["figures"]["counts"]["total"].as_i64().unwrap();
        let listed = app.as_user("leader").get("/tasks/count?leaves=true&state=dispatched,active,closed,settled,suspended,terminated").await.assert(200);
        for by in BYS {
            let page = app.as_user("leader").get(&format!("/progress?by={by}")).await.assert(200);
            assert_eq!(total(&page), listed["total"].as_i64().unwrap(), "{by}");
            let sum: i64 = page["items"].as_array().unwrap().iter().map(|row| row["figures"]["counts"]["total"].as_i64().unwrap()).sum();
            assert_eq!(sum, total(&page), "{by}");
        }
        // A unit is what its parts are, and itself.
        let top = app.as_user("leader").get("/progress?by=unit").await.assert(200);
        let below = app.as_user("leader").get(&format!("/progress?by=unit&lead_unit_id={}", app.unit("bureau_a"))).await.assert(200);
        assert_eq!(row(&top, "经发局")["figures"]["counts"], below["total"]["figures"]["counts"]);
        assert_eq!((&row(&top, "经发局")["has_below"], &row(&below, "经发局")["itself"]), (&json!(true), &json!(true)));
        assert!(row(&below, "规划科")["figures"]["counts"]["total"].as_i64().unwrap() > 0);
    }

    async fn what_is_stopped_or_ended_is_shown_and_in_no_rate(app) {
        year(app).await;
        let page = app.as_user("leader").get("/progress?by=unit&due_from=2026-04-01&due_to=2026-04-01").await.assert(200);
        let figures = &page["total"]["figures"];
        let counts = &figures["counts"];
        assert_eq!((&counts["suspended"], &counts["total"]), (&json!(1), &json!(counts["suspended"].as_i64().unwrap() + counts["terminated"].as_i64().unwrap())));
        for count in ["open", "done", "counted", "owed", "judged", "judged_original", "grey", "overdue"] {
            assert_eq!(counts[count], 0, "{count}");
        }
        for rate in ["progress", "planned", "completion", "on_time", "on_time_original"] {
            assert_eq!(figures[rate], Value::Null, "{rate}");
        }
    }

    async fn on_time_is_said_by_the_original_and_by_the_approved_day(app) {
        year(app).await;
        let page = app.as_user("leader").get("/progress?by=unit&due_from=2026-01-01&due_to=2026-03-15").await.assert(200);
        // Of the second bureau: one closed late, one closed after its first day and before the one it was put off to.
        let second = &row(&page, "住建局")["figures"];
        assert_eq!((&second["on_time"], &second["on_time_original"], &second["completion"]), (&json!(50.0), &json!(0.0), &json!(100.0)));
        // Of the first: one is overdue.
        let first = &row(&page, "经发局")["figures"];
        assert_eq!((&first["on_time"], &first["completion"], &first["counts"]["overdue"]), (&json!(0.0), &json!(0.0), &json!(1)));
    }

    async fn the_day_of_closing_counts_to_its_last_minute(app) {
        let in_time = led(app, "当天", "bureau_a", "2026-03-10", json!({})).await;
        let after = led(app, "次日", "bureau_a", "2026-03-10", json!({})).await;
        for task in [&in_time, &after] {
            sign(app, "head_a", task).await;
        }
        app.clock.set("2026-03-10T23:59:00+08:00".parse().unwrap());
        close(app, "head_a", "centre1", &in_time).await;
        app.clock.set("2026-03-11T00:01:00+08:00".parse().unwrap());
        close(app, "head_a", "centre1", &after).await;
        let kept = app.as_user("leader").get("/tasks?on_time=approved").await.assert(200);
        assert_eq!(kept["items"].as_array().unwrap().len(), 1);
        assert_eq!(kept["items"][0]["title"], "当天");
    }

    async fn means_weigh_by_importance_and_stand_beside_the_plan(app) {
        let normal = led(app, "一般", "bureau_a", "2026-03-10", json!({ "start_day": "2026-02-06" })).await;
        let major = led(app, "重大", "bureau_a", "2026-03-10", json!({ "start_day": "2026-02-06", "importance": "major" })).await;
        for task in [&normal, &major] {
            sign(app, "head_a", task).await;
        }
        report(app, "head_a", &normal, 30).await;
        accept(app, "centre1", &normal).await;
        report(app, "head_a", &major, 60).await;
        accept(app, "centre1", &major).await;
        let page = app.as_user("leader").get("/progress?by=unit").await.assert(200);
        // (1 × 30 + 2 × 60) ÷ 3
        assert_eq!(page["total"]["figures"]["progress"], 50.0);
        go_to(app, "2026-02-27");
        let page = app.as_user("leader").get("/progress?by=unit").await.assert(200);
        let planned = show(app, "leader", &normal).await["planned_progress"].as_f64().unwrap();
        assert!(planned > 0.0);
        assert_eq!(page["total"]["figures"]["planned"], json!(planned));
    }

    async fn a_leader_answers_for_what_nobody_nearer_is_in_charge_of(app) {
        year(app).await;
        let page = app.as_user("leader").get("/progress?by=charge_leader").await.assert(200);
        // Everything is led by bureaus of the deputy.
        assert_eq!(row(&page, "李副主任")["figures"]["counts"], page["total"]["figures"]["counts"]);
        // Where somebody is named on the task, it is theirs.
        let parties = json!([
            { "unit_id": app.unit("bureau_a"), "role": "lead" },
            { "unit_id": app.unit("root"), "role": "charge_leader", "person_id": app.person("leader") },
        ]);
        dispatched_with(app, json!({ "title": "亲自抓", "parties": parties })).await;
        let page = app.as_user("leader").get("/progress?by=charge_leader").await.assert(200);
        assert_eq!(row(&page, "王主任")["figures"]["counts"]["total"], 1);
        for row in page["items"].as_array().unwrap() {
            same_as_the_list(app, "leader", "charge", &row["figures"], &page["conditions"]).await;
        }
        let card = app.as_user("leader").get(&format!("/units/{}/glance", app.unit("bureau_a"))).await.assert(200);
        assert_eq!(card["leaders"][0]["name"], "李副主任");
        let card = app.as_user("leader").get(&format!("/units/{}/glance", app.unit("bureau_c"))).await.assert(200);
        assert_eq!(card["leaders"][0]["name"], "王主任");
    }

    async fn progress_says_what_it_cannot_be_asked(app) {
        for (query, field) in [
            ("by=unit&lamp=red", "lamp"), ("by=unit&state=active", "state"), ("by=unit&overdue=true", "overdue"),
            ("by=handler", "lead_unit_id"), ("by=unit&charge_leader=x", "charge_leader"),
        ] {
            app.as_user("leader").get(&format!("/progress?{query}")).await.refused_field(field);
        }
        app.as_user("leader").get("/progress").await.refused(422, "invalid");
        app.as_user("leader").get("/progress?by=luck").await.refused(422, "invalid");
    }

    async fn the_overdue_list_says_who_holds_what_and_what_was_last_heard(app) {
        let old = led(app, "最久", "bureau_a", "2026-02-10", json!({})).await;
        let plain = led(app, "一般的", "bureau_b", "2026-02-12", json!({})).await;
        let major = led(app, "重大的", "bureau_b", "2026-02-12", json!({ "importance": "major" })).await;
        let body = json!({ "handler_id": app.person("staff_b1") });
        app.as_user("head_b").post(&format!("/tasks/{}/signature", id(&major)), &body).await.assert(200);
        report(app, "staff_b1", &major, 20).await;
        go_to(app, "2026-02-25");
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&old)), &json!({ "text": "电话里说月底完成", "method": "call" })).await.assert(201);
        let page = app.as_user("leader").get("/overdue").await.assert(200);
        let titles: Vec<_> = page["items"].as_array().unwrap().iter().map(|row| row["task"]["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["最久", "重大的", "一般的"]);
        let who = |n: usize| (page["items"][n]["responsible"]["standing"].as_str(), page["items"][n]["responsible"]["contact"]["name"].as_str());
        assert_eq!(who(0), (Some("liaison"), Some("冯联")));
        assert_eq!(who(1), (Some("handler"), Some("秦一")));
        assert_eq!((&page["items"][1]["last_report"]["claimed"], &page["items"][2]["last_report"]), (&json!(20.0), &Value::Null));
        assert_eq!((&page["items"][0]["urges"][0]["method"], &page["items"][0]["urges"][0]["asked"]), (&json!("call"), &json!("电话里说月底完成")));
        assert!(page["items"][0]["responsible"]["contact"]["phone"].as_str().unwrap().starts_with("1380000"));
        // The head sees their own, and no whole number of others.
        let own = app.as_user("head_b").get("/overdue").await.assert(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 2);
        assert!(own["items"][0]["responsible"]["contact"]["phone"].as_str().unwrap().contains("****"));
        let second = app.as_user("leader").get("/overdue?limit=2").await.assert(200);
        let next = format!("/overdue?limit=2&cursor={}", encoded(second["next_cursor"].as_str().unwrap()));
        assert_eq!(app.as_user("leader").get(&next).await.assert(200)["items"][0]["task"]["title"], "一般的");
        drop(plain);
    }

    async fn a_call_made_by_hand_is_recorded_and_must_be_answered(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let sent = app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "已电话告知", "method": "call" })).await.assert(201);
        assert_eq!(sent["items"][0]["method"], "call");
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert!(line["items"][0]["sentence"].as_str().unwrap().starts_with("电话督办"), "{}", line["items"][0]);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办");
        assert_eq!(duties(app, "head_b").await[0], "reply");
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "x", "method": "letter" })).await.refused(422, "invalid");
    }

    async fn a_card_shows_figures_only_to_whoever_sees_all_of_them(app) {
        year(app).await;
        let unit = format!("/units/{}/glance", app.unit("bureau_a"));
        let person = format!("/people/{}/glance", app.person("head_a"));
        for login in ["leader", "deputy", "centre1", "head_a", "liaison_a"] {
            let card = app.as_user(login).get(&unit).await.assert(200);
            let work = &card["work"];
            for figures in [&work["now"], &work["year"]] {
                let mut conditions = work["conditions"].clone();
                if figures == &work["year"] {
                    // The year is the period already.
                    for count in ["owed", "owed_done"] {
                        conditions[count].as_object_mut().unwrap().remove("due_to");
                    }
                }
                same_as_the_list(app, login, "card", figures, &conditions).await;
            }
            assert!(!app.as_user(login).get(&person).await.assert(200)["work"].is_null(), "{login}");
        }
        for login in ["head_b", "staff_b1"] {
            let card = app.as_user(login).get(&unit).await.assert(200);
            assert_eq!((&card["work"], &card["heads"][0]["name"]), (&Value::Null, &json!("郑经发")));
            assert!(card["heads"][0]["phone"].as_str().unwrap().contains("****"));
            assert_eq!(app.as_user(login).get(&person).await.assert(200)["work"], Value::Null);
        }
        let own = app.as_user("staff_a1").get(&format!("/people/{}/glance", app.person("staff_a1"))).await.assert(200);
        assert_eq!((&own["work"]["load"], &own["phone"]), (&json!(0.0), &json!("13800000008")));
        // Four bureaus are a class; one centre is not.
        let card = app.as_user("leader").get(&unit).await.assert(200);
        assert_eq!(card["work"]["peers"]["others"], 3);
        let card = app.as_user("leader").get(&format!("/units/{}/glance", app.unit("centre"))).await.assert(200);
        assert_eq!(card["work"]["peers"], Value::Null);
        app.as_user("leader").get(&format!("/units/{}/glance", app.person("leader"))).await.refused(404, "not_found");
        app.as_user("leader").get(&format!("/people/{}/glance", app.unit("root"))).await.refused(404, "not_found");
    }

    async fn load_is_what_is_left_by_importance_and_role(app) {
        let centre = app.as_user("centre1");
        let parties = json!([
            { "unit_id": app.unit("section_a1"), "role": "lead", "person_id": app.person("staff_a3") },
            { "unit_id": app.unit("bureau_b"), "role": "co", "person_id": app.person("staff_b1") },
        ]);
        let draft = centre.post("/tasks", &json!({ "title": "大事", "importance": "major", "parties": parties })).await.assert(201);
        let task = submit(app, "centre1", &draft).await;
        sign(app, "staff_a3", &task).await;
        report(app, "staff_a3", &task, 25).await;
        accept(app, "centre1", &task).await;
        let load = async |path: String| app.as_user("leader").get(&path).await.assert(200)["work"]["load"].as_f64().unwrap();
        // 2 × 1 × 75 %, and 2 × 0.4 × 75 %.
        assert_eq!(load(format!("/units/{}/glance", app.unit("bureau_a"))).await, 1.5);
        assert_eq!(load(format!("/people/{}/glance", app.person("staff_a3"))).await, 1.5);
        assert_eq!(load(format!("/units/{}/glance", app.unit("bureau_b"))).await, 0.6);
        let card = app.as_user("leader").get(&format!("/people/{}/glance", app.person("staff_b1"))).await.assert(200);
        assert_eq!((&card["work"]["helping"], &card["work"]["now"]["counts"]["open"]), (&json!(1), &json!(0)));
    }

    async fn the_total_is_the_same_whatever_it_is_put_together_by(app) {
        go_to(app, "2026-03-02");
        for (title, day) in [("甲", "2026-03-04"), ("乙", "2026-03-20"), ("丙", "2027-01-15")] {
            let input = json!({ "title": title, "due": { "day": day }, "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] });
            dispatched_with(app, input).await;
        }
        go_to(app, "2026-03-10");
        let mut totals = Vec::new();
        for by in BYS {
            let page = app.as_user("leader").get(&format!("/progress?by={by}")).await.assert(200);
            totals.push((page["total"]["figures"].clone(), page["total_conditions"].clone()));
        }
        assert!(totals.iter().all(|total| *total == totals[0]), "{totals:?}");
        assert_eq!(totals[0].0["counts"]["owed"], 1);
        // Each month is judged to its end all the same.
        let page = app.as_user("leader").get("/progress?by=month").await.assert(200);
        assert_eq!(page["items"][0]["figures"]["counts"]["owed"], 2);
    }
}
