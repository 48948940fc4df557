//! While it is somebody else's turn nothing gets worse, and every list and figure knows it.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn overdue_everywhere(app: &TestApp) -> [i64; 5] {
    let centre = app.as_user("centre1");
    let listed = centre.get("/tasks?overdue=true").await.assert(200)["items"].as_array().unwrap().len();
    let others = centre.get("/tasks?overdue=false&limit=200").await.assert(200)["items"].as_array().unwrap().len();
    let all = centre.get("/tasks?limit=200").await.assert(200)["items"].as_array().unwrap().len();
    assert_eq!(listed + others, all);
    let board = centre.get("/overdue").await.assert(200)["items"].as_array().unwrap().len();
    let summary = centre.get("/tasks/summary?created_from=2026-03-01&created_to=2026-04-30").await.assert(200)["overdue"].as_i64().unwrap();
    let units = centre.get("/tasks/by-unit").await.assert(200);
    let units: i64 = units["items"].as_array().unwrap().iter().map(|unit| unit["overdue"].as_i64().unwrap()).sum();
    let progress = centre.get("/progress?by=unit").await.assert(200)["total"]["figures"]["counts"]["overdue"].as_i64().unwrap();
    [i64::try_from(listed).unwrap(), i64::try_from(board).unwrap(), summary, units, progress]
}

async fn due_friday(app: &TestApp, title: &str) -> Value {
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
    dispatched_with(app, json!({ "title": title, "due": { "day": "2026-03-06" }, "parties": parties })).await
}

async fn ask(app: &TestApp, task: &Value, path: &str, mut body: Value) -> Value {
    body["version"] = json!(version(&show(app, "head_b", task).await));
    app.as_user("head_b").post(&format!("/tasks/{}/{path}", id(task)), &body).await.assert(200)
}

both! {
    async fn what_waits_for_a_decision_is_overdue_nowhere(app) {
        go_to(app, "2026-03-02");
        let (closing, putting_off, disputed, late) =
            (due_friday(app, "待审办结").await, due_friday(app, "待审延期").await, due_friday(app, "待裁定").await, due_friday(app, "逾期").await);
        for task in [&closing, &putting_off, &late] {
            sign(app, "head_b", task).await;
        }
        let page = ask(app, &closing, "closure", json!({ "text": "完工" })).await;
        let closure = page["requests"][0]["id"].as_str().unwrap().to_owned();
        ask(app, &putting_off, "requests", json!({ "kind": "extend", "reason_class": "force", "new_day": "2026-04-10", "reason": "汛期" })).await;
        ask(app, &disputed, "returns", json!({ "party_id": show(app, "head_b", &disputed).await["parties"][0]["id"], "reason": "不归我们" })).await;
        for day in ["2026-03-09", "2026-04-13"] {
            go_to(app, day);
            for (task, why) in [(&closing, json!("close")), (&putting_off, json!("extend")), (&disputed, json!("return"))] {
                let page = show(app, "centre1", task).await;
                let row = &page["task"];
                assert_eq!((&row["stopped"], &row["overdue_days"], &page["clock"]["stopped"]), (&why, &json!(0), &json!(true)), "{row}");
                assert_ne!(row["lamp"]["lamp"], "red", "{day} {row}");
            }
            assert_eq!(show(app, "centre1", &late).await["task"]["stopped"], Value::Null);
            assert_eq!(overdue_everywhere(app).await, [1; 5], "{day}");
        }
        // What is decided against runs on.
        app.as_user("centre1").post(&format!("/requests/{closure}/decision"), &json!({ "decision": "refuse", "text": "缺验收单" })).await.assert(200);
        let row = show(app, "centre1", &closing).await["task"].clone();
        assert_eq!((&row["stopped"], &row["lamp"]["lamp"]), (&Value::Null, &json!("red")));
        assert_eq!(overdue_everywhere(app).await, [2; 5]);
    }

    async fn lamps_keep_their_colour_while_the_clock_stands(app) {
        go_to(app, "2026-03-02");
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let steps = json!([{ "title": "开工", "due_day": "2026-03-13" }, { "title": "完工", "due_day": "2026-04-30" }]);
        let input = json!({ "title": "修路", "due": { "day": "2026-04-30" }, "parties": parties, "milestones": steps, "report_rule": { "kind": "weekly", "day": 5 } });
        let task = dispatched_with(app, input).await;
        sign(app, "head_b", &task).await;
        ask(app, &task, "requests", json!({ "kind": "extend", "reason_class": "force", "new_day": "2026-05-20", "reason": "汛期" })).await;
        let then = show(app, "centre1", &task).await["task"]["lamp"]["lamp"].clone();
        for day in ["2026-03-16", "2026-04-20", "2026-06-01"] {
            go_to(app, day);
            assert_eq!(show(app, "centre1", &task).await["task"]["lamp"]["lamp"], then, "{day}");
        }
    }

    async fn lamp_and_row_count_the_days_past_due_alike(app) {
        go_to(app, "2026-03-02");
        let task = due_friday(app, "修路").await;
        sign(app, "head_b", &task).await;
        // Friday to Saturday is no working day, and late all the same.
        go_to(app, "2026-03-07");
        let row = show(app, "centre1", &task).await["task"].clone();
        assert_eq!(row["overdue_days"], 1);
        assert!(row["lamp"]["reasons"].to_string().contains("已逾期1个工作日"), "{row}");
    }
}
