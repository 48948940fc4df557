use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn the_second_of_two_people_learns_what_the_first_did(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let first = json!({ "version": version(&task), "title": "修北路" });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &first).await.assert(200);
        let second = json!({ "version": version(&task), "title": "修南路" });
        let problem = app.as_user("centre2").patch(&format!("/tasks/{}", id(&task)), &second).await.refused(409, "stale_version");
        assert_eq!(problem["current"]["task"]["title"], "修北路");
    }

    async fn a_repeated_submission_is_done_once_and_answered_twice(app) {
        let input = json!({ "title": "修路", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let centre = app.as_user("centre1").key("0b9b7a1e-made-once");
        let first = centre.post("/tasks", &input).await.assert(201);
        let second = centre.post("/tasks", &input).await.assert(201);
        assert_eq!(first, second);
        let list = app.as_user("centre1").get("/tasks").await.assert(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        // The same key for something else is a mistake, and another person's key is another key.
        centre.post(&format!("/tasks/{}/submission", id(&first)), &json!({ "version": 1 })).await.refused(409, "key_reused");
        let other = app.as_user("centre2").key("0b9b7a1e-made-once").post("/tasks", &input).await.assert(201);
        assert_ne!(id(&first), id(&other));
    }

    async fn a_refused_request_can_be_tried_again_with_the_same_key(app) {
        let centre = app.as_user("centre1").key("0b9b7a1e-made-once");
        centre.post("/tasks", &json!({ "title": "" })).await.refused_field("title");
        centre.post("/tasks", &json!({ "title": "修路" })).await.assert(201);
    }

    async fn reports_of_two_branches_at_once_both_count_above(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let children: Vec<_> = ["bureau_a", "bureau_b", "bureau_c", "bureau_d"]
            .iter()
            .map(|unit| json!({ "title": unit, "weight": 25, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] }))
            .collect();
        let body = json!({ "version": version(&root), "children": children });
        let root = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let root = submit(app, "centre1", &root).await;
        let leaves = root["children"].as_array().unwrap().clone();
        for (leaf, head) in leaves.iter().zip(["head_a", "head_b", "head_c", "head_d"]) {
            sign(app, head, leaf).await;
            report(app, head, leaf, 40).await;
        }
        let (a, b, c, d) = tokio::join!(
            accept(app, "centre1", &leaves[0]),
            accept(app, "centre1", &leaves[1]),
            accept(app, "centre2", &leaves[2]),
            accept(app, "centre2", &leaves[3]),
        );
        assert_eq!([a, b, c, d].iter().filter(|page| page["task"]["progress"] == 40.0).count(), 4);
        assert_eq!(show(app, "leader", &root).await["task"]["progress"], 40.0);
    }
}
