//! What is too long to be shown whole says so.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shibicheng::tasks::equal_shares;
use testkit::{TestApp, both};

use crate::kit::*;

/// A task whose whole is shared out to so many tasks below it, all of one unit's.
async fn decomposed(app: &TestApp, count: usize) -> Value {
    let centre = app.as_user("centre1");
    let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
    let child = |weight| json!({ "title": "分项", "weight": weight, "parties": parties });
    let children: Vec<Value> = equal_shares(count).into_iter().map(child).collect();
    let body = json!({ "version": version(&root), "children": children });
    centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200)
}

/// How many rows there are, and whether there would be more.
fn extent(list: &Value) -> (usize, bool) {
    (list["items"].as_array().unwrap().len(), list["truncated"].as_bool().unwrap())
}

/// What tells that the row of a task was written, even with what stood there before, where the database can tell.
async fn marks(app: &TestApp) -> BTreeMap<String, String> {
    let mut tx = app.app.db.read().await.unwrap();
    let written = if app.postgres_url().is_some() {
        "cast(xmin as text)"
    } else {
        "progress || ' ' || claimed || ' ' || version || ' ' || lamp_plan"
    };
    let rows: Vec<(kit::uuid::Uuid, String)> =
        db::Sql::new("select id, ").push(written).push(" from task").fetch_all(&mut tx).await.unwrap();
    rows.into_iter().map(|(task, mark)| (task.to_string(), mark)).collect()
}

both! {
    async fn a_tree_that_is_cut_says_so_and_goes_on_further_down(app) {
        // With the root itself that is exactly as many as are shown.
        let root = decomposed(app, 1999).await;
        let centre = app.as_user("centre1");
        let path = format!("/tasks/{}/tree", id(&root));
        let tree = centre.get(&path).await.assert(200);
        assert_eq!(extent(&tree), (2000, false));

        let first = tree["items"][1].clone();
        let child = centre.get(&format!("/tasks/{}", id(&first))).await.assert(200);
        let below = json!({ "title": "细项", "weight": 100, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let body = json!({ "version": version(&child), "children": [below] });
        centre.put(&format!("/tasks/{}/children", id(&first)), &body).await.assert(200);
        assert_eq!(extent(&centre.get(&path).await.assert(200)), (2000, true));
        let further = centre.get(&format!("/tasks/{}/tree", id(&first))).await.assert(200);
        assert_eq!(extent(&further), (2, false));
        assert_eq!(further["items"][1]["title"], "细项");
    }

    async fn ten_thousand_below_one_are_set_sent_out_and_reported_on(app) {
        // Each is some twenty statements, which a server that has to be asked over a socket answers at half the speed.
        let many = if app.postgres_url().is_some() { 2_500 } else { 10_000 };
        let root = decomposed(app, many).await;
        let root = submit(app, "centre1", &root).await;
        let centre = app.as_user("centre1");
        let count = centre.get(&format!("/tasks/count?parent_id={}&state=dispatched", id(&root))).await.assert(200);
        assert_eq!(count["total"], many);
        assert_eq!(extent(&centre.get(&format!("/tasks/{}/tree", id(&root))).await.assert(200)), (2000, true));
        let child = root["children"][2471].clone();
        sign(app, "head_b", &child).await;
        report(app, "head_b", &child, 100).await;
        accept(app, "centre1", &child).await;
        assert_eq!(show(app, "leader", &root).await["task"]["progress"], 100.0 / many as f64);
        let more = json!({ "title": "再多一项", "weight": 0.01, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let body = json!({ "version": version(&show(app, "centre1", &root).await), "children": vec![more; 10_001] });
        centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.refused_field("children");
    }

    async fn a_report_five_levels_down_among_a_thousand_touches_those_above_it_and_nobody_else(app) {
        // 1 + 5 + 25 + 125 + 844: five levels.
        let centre = app.as_user("centre1");
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let (mut level, mut nodes) = (vec![root.clone()], 1);
        let mut lowest = Value::Null;
        for wide in [5, 5, 5, 7] {
            let mut next = Vec::new();
            for above in level {
                let wide = wide.min(1000 - nodes);
                nodes += wide;
                if wide == 0 {
                    break;
                }
                let child = |weight| json!({ "title": format!("第{nodes}组"), "weight": weight, "parties": parties });
                let children: Vec<Value> = equal_shares(wide).into_iter().map(child).collect();
                let now = show(app, "centre1", &above).await;
                let body = json!({ "version": version(&now), "children": children });
                let page = centre.put(&format!("/tasks/{}/children", id(&above)), &body).await.assert(200);
                next.extend(page["children"].as_array().unwrap().iter().cloned());
                lowest = page["children"][0].clone();
            }
            level = next;
        }
        assert_eq!(nodes, 1000);
        let root = submit(app, "centre1", &show(app, "centre1", &root).await).await;
        sign(app, "head_b", &lowest).await;
        report(app, "head_b", &lowest, 50).await;
        app.run_jobs().await;
        let before = marks(app).await;
        accept(app, "centre1", &lowest).await;
        let after = marks(app).await;
        let mut touched: Vec<&String> = after.iter().filter(|(task, mark)| before.get(*task) != Some(mark)).map(|(task, _)| task).collect();
        touched.sort();
        let mut line = vec![id(&lowest).to_owned()];
        let mut above = show(app, "centre1", &lowest).await["task"]["parent_id"].clone();
        while let Some(task) = above.as_str().map(str::to_owned) {
            above = centre.get(&format!("/tasks/{task}")).await.assert(200)["task"]["parent_id"].clone();
            line.push(task);
        }
        line.sort();
        assert_eq!(line.len(), 5);
        assert_eq!(touched, line.iter().collect::<Vec<_>>());
        assert_ne!(show(app, "leader", &root).await["task"]["progress"], 0.0);
    }

    async fn a_to_do_list_that_is_cut_says_so(app) {
        let root = decomposed(app, 400).await;
        submit(app, "centre1", &root).await;
        let head = app.as_user("head_b");
        let todo = head.get("/todo").await.assert(200);
        assert_eq!((extent(&todo), &todo["counts"]["sign"]), ((400, false), &json!(400)));

        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let urgent = dispatched_with(app, json!({ "title": "急件", "due": { "day": "2026-02-10" }, "parties": parties })).await;
        let todo = head.get("/todo").await.assert(200);
        assert_eq!((extent(&todo), &todo["counts"]["sign"]), ((400, true), &json!(400)));
        // What is due first is not what falls off.
        let shown = |todo: &Value| todo["items"].as_array().unwrap().iter().any(|duty| duty["task"]["id"] == urgent["task"]["id"]);
        assert!(shown(&todo));
        assert_eq!(extent(&app.as_user("head_c").get("/todo").await.assert(200)), (0, false));
    }
}
