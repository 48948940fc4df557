//! What is too long to be shown whole says so.

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
