//! How tasks below a task weigh in it when what is out changes.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

fn child(app: &TestApp, title: &str, weight: f64) -> Value {
    json!({ "title": title, "weight": weight, "parties": [{ "unit_id": app.unit("bureau_b"), "person_id": app.person("staff_b1"), "role": "lead" }] })
}

async fn led(app: &TestApp) -> Value {
    let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
    let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
    sign(app, "head_b", &task).await
}

async fn decompose(app: &TestApp, task: &Value, children: &[Value]) -> testkit::Reply {
    let page = show(app, "head_b", task).await;
    let body = json!({ "version": version(&page), "children": children });
    app.as_user("head_b").put(&format!("/tasks/{}/children", id(task)), &body).await
}

/// A child that is there, weighed anew.
fn weighed(child: &Value, weight: f64) -> Value {
    json!({ "id": id(child), "weight": weight })
}

both! {
    async fn what_goes_out_below_a_task_counts_in_it_at_once(app) {
        let task = led(app).await;
        report(app, "head_b", &task, 30).await;
        accept(app, "centre1", &task).await;
        decompose(app, &task, &[child(app, "路基", 100.0)]).await.assert(200);
        assert_eq!(show(app, "head_b", &task).await["task"]["progress"], 30.0);
        let page = submit(app, "head_b", &show(app, "head_b", &task).await).await;
        assert_eq!((&page["task"]["is_summed"], &page["task"]["progress"]), (&json!(true), &json!(0.0)));
    }

    async fn weights_that_change_change_the_progress_above_and_drafts_do_not(app) {
        let task = led(app).await;
        decompose(app, &task, &[child(app, "路基", 50.0), child(app, "路面", 50.0)]).await.assert(200);
        let page = submit(app, "head_b", &show(app, "head_b", &task).await).await;
        let children = page["children"].as_array().unwrap().clone();
        sign(app, "staff_b1", &children[0]).await;
        report(app, "staff_b1", &children[0], 100).await;
        accept(app, "head_b", &children[0]).await;
        assert_eq!(show(app, "head_b", &task).await["task"]["progress"], 50.0);
        let page = decompose(app, &task, &[weighed(&children[0], 20.0), weighed(&children[1], 80.0)]).await.assert(200);
        assert_eq!(page["task"]["progress"], 20.0);
        // What is only planned counts when it has gone out.
        let rows = [weighed(&children[0], 10.0), weighed(&children[1], 40.0), child(app, "绿化", 50.0)];
        assert_eq!(decompose(app, &task, &rows).await.assert(200)["task"]["progress"], 20.0);
        let page = submit(app, "head_b", &show(app, "head_b", &task).await).await;
        assert_eq!(page["task"]["progress"], 10.0);
    }

    async fn a_task_with_a_plan_below_it_keeps_somebody_who_leads_it(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        let centre = app.as_user("centre1");
        let body = json!({ "version": version(&task), "children": [child(app, "路基", 100.0)] });
        let page = centre.put(&format!("/tasks/{}/children", id(&task)), &body).await.assert(200);
        let nobody = json!({ "version": version(&page), "parties": [] });
        centre.patch(&format!("/tasks/{}", id(&task)), &nobody).await.refused_field("parties");
    }

    async fn what_cannot_be_changed_in_one_row_is_said_of_that_row(app) {
        let centre = app.as_user("centre1");
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        let path = format!("/tasks/{}/children", id(&task));
        let body = json!({ "version": version(&task), "children": [child(app, "路基", 50.0), child(app, "路面", 50.0)] });
        centre.put(&path, &body).await.assert(200);
        let page = submit(app, "centre1", &show(app, "centre1", &task).await).await;
        let out = page["children"][0].clone();
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&out)), &json!({ "text": "抓紧" })).await.assert(201);
        let body = json!({ "version": version(&show(app, "centre1", &out).await), "reason": "写错了" });
        let out = centre.post(&format!("/tasks/{}/recall", id(&out)), &body).await.assert(200);
        // The unit was pressed and stays in the record.
        let other = json!([{ "unit_id": app.unit("bureau_c"), "role": "lead" }]);
        let row = json!({ "id": id(&out), "version": version(&out), "title": "路基", "weight": 50.0, "parties": other });
        let rows = [row, weighed(&page["children"][1], 25.0), child(app, "绿化", 25.0)];
        let body = json!({ "version": version(&show(app, "centre1", &task).await), "children": rows });
        let words = centre.put(&path, &body).await.refused_field("children[0].parties");
        assert!(words.contains("已有督办或退回记录"), "{words}");
    }
}
