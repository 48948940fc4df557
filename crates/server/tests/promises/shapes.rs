use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn calendar(app: &TestApp, login: &str, query: &str) -> Value {
    app.as_user(login).get(&format!("/tasks/calendar?{query}")).await.assert(200)
}

fn entries(calendar: &Value) -> Vec<String> {
    let titles = |id: &Value| {
        let task = calendar["tasks"].as_array().unwrap().iter().find(|task| task["id"] == *id).unwrap();
        task["title"].as_str().unwrap().to_owned()
    };
    let text = |one: &Value| {
        let name = one["name"].as_str().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{} {} {}{name}", one["day"].as_str().unwrap(), one["kind"].as_str().unwrap(), titles(&one["task_id"]))
    };
    calendar["items"].as_array().unwrap().iter().map(text).collect()
}

async fn led(app: &TestApp, unit: &str, title: &str, due: &str) -> Value {
    let parties = json!([{ "unit_id": app.unit(unit), "role": "lead" }]);
    let steps = json!([{ "title": "开工", "due_day": "2026-02-20", "weight": 100 }]);
    dispatched_with(app, json!({ "title": title, "due": { "day": due }, "parties": parties, "milestones": steps, "report_rule": { "kind": "monthly", "day": 25 } })).await
}

both! {
    async fn a_month_shows_what_falls_on_its_days(app) {
        led(app, "bureau_a", "甲", "2026-02-27").await;
        led(app, "bureau_b", "乙", "2026-03-31").await;
        let february = calendar(app, "centre1", "from=2026-02-01&to=2026-02-28").await;
        assert_eq!(entries(&february), [
            "2026-02-20 milestone 甲 开工", "2026-02-20 milestone 乙 开工", "2026-02-25 report 甲", "2026-02-25 report 乙", "2026-02-27 due 甲",
        ]);
        assert!(february["counts"].as_array().unwrap().contains(&json!({ "day": "2026-02-20", "kind": "milestone", "count": 2 })));
        // The same filter and the same scope as the list.
        assert_eq!(entries(&calendar(app, "centre1", "from=2026-02-27&to=2026-03-31&q=%E7%94%B2").await), ["2026-02-27 due 甲"]);
        assert_eq!(entries(&calendar(app, "head_b", "from=2026-02-01&to=2026-02-20").await), ["2026-02-20 milestone 乙 开工"]);
        app.as_user("centre1").get("/tasks/calendar?from=2026-02-01&to=2026-04-30").await.refused_field("to");
        app.as_user("centre1").get("/tasks/calendar?from=2026-02-02&to=2026-02-01").await.refused_field("to");
    }

    async fn what_is_over_leaves_no_open_steps_behind(app) {
        let task = led(app, "bureau_a", "甲", "2026-02-27").await;
        led(app, "bureau_b", "乙", "2026-02-27").await;
        sign(app, "head_a", &task).await;
        close(app, "head_a", "centre1", &task).await;
        let month = calendar(app, "centre1", "from=2026-02-01&to=2026-02-28").await;
        // What is still to be done stands first.
        assert_eq!(entries(&month), ["2026-02-20 milestone 乙 开工", "2026-02-25 report 乙", "2026-02-27 due 乙", "2026-02-27 due 甲"]);
        assert_eq!(month["items"][3]["done"], true);
    }

    async fn a_full_day_names_four_and_counts_all(app) {
        for n in 0..9 {
            led(app, "bureau_a", &format!("任务{n}"), "2026-02-27").await;
        }
        let day = calendar(app, "centre1", "from=2026-02-27&to=2026-02-27").await;
        assert_eq!(day["items"].as_array().unwrap().len(), 4);
        assert_eq!(day["counts"], json!([{ "day": "2026-02-27", "kind": "due", "count": 9 }]));
    }

    async fn a_bar_runs_from_the_beginning_to_the_end(app) {
        let task = led(app, "bureau_a", "甲", "2026-02-27").await;
        led(app, "bureau_b", "乙", "2026-03-31").await;
        let page = app.as_user("centre1").get("/tasks/gantt?sort=due_day").await.assert(200);
        let rows = page["items"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((&rows[0]["start_day"], &rows[0]["task"]["due_day"]), (&json!("2026-02-06"), &json!("2026-02-27")));
        assert_eq!(rows[0]["steps"], json!([{ "title": "开工", "day": "2026-02-20", "done": false }]));
        assert_eq!((&rows[0]["may_move"], &rows[0]["planned"]), (&json!(true), &json!(0.0)));
        // Who only does it may not move it, and the door is closed behind the picture, too.
        let page = app.as_user("head_a").get("/tasks/gantt").await.assert(200);
        assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["may_move"]), (1, &json!(false)));
        let body = json!({ "version": version(&show(app, "head_a", &task).await), "due": { "day": "2026-03-06" } });
        app.as_user("head_a").patch(&format!("/tasks/{}", id(&task)), &body).await.refused(409, "not_now");
        let first = app.as_user("centre1").get("/tasks/gantt?sort=due_day&limit=1").await.assert(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = app.as_user("centre1").get(&format!("/tasks/gantt?sort=due_day&limit=1&cursor={cursor}")).await.assert(200);
        assert_eq!(second["items"][0]["task"]["title"], "乙");
    }

    async fn every_cell_of_the_heat_map_is_as_many_rows(app) {
        led(app, "bureau_a", "甲", "2026-02-24").await;
        led(app, "bureau_a", "乙", "2026-03-31").await;
        led(app, "bureau_b", "丙", "2026-03-31").await;
        go_to(app, "2026-02-27");
        for login in ["centre1", "leader", "head_a", "head_b"] {
            let user = app.as_user(login);
            let loads = user.get("/tasks/by-unit").await.assert(200);
            for load in loads["items"].as_array().unwrap() {
                let only = if load["with_below"] == true { "" } else { "&lead_only=true" };
                for (lamp, n) in load["by_lamp"].as_object().unwrap() {
                    let path = format!("/tasks/count?lamp={lamp}&lead_unit_id={}{only}", load["unit"]["id"].as_str().unwrap());
                    assert_eq!(user.get(&path).await.assert(200)["total"], *n, "{login} {path}");
                }
            }
        }
    }

    async fn what_a_unit_leads_is_found_by_it(app) {
        led(app, "bureau_a", "甲", "2026-02-27").await;
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }, { "unit_id": app.unit("bureau_a"), "role": "co" }]);
        dispatched_with(app, json!({ "title": "乙", "parties": parties })).await;
        let total = async |query: String| app.as_user("centre1").get(&format!("/tasks/count?{query}")).await.assert(200)["total"].clone();
        assert_eq!(total(format!("lead_unit_id={}", app.unit("bureau_a"))).await, 1);
        assert_eq!(total(format!("unit_id={}", app.unit("bureau_a"))).await, 2);
        assert_eq!(total(format!("unit_id={}&lead_unit_id={}", app.unit("bureau_a"), app.unit("bureau_b"))).await, 1);
    }
}
