use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn types_sizes_and_ranges_that_are_off_are_named(app) {
        let centre = app.as_user("centre1");
        let cases = [
            (json!({ "title": "" }), "title"),
            (json!({ "title": "长".repeat(301) }), "title"),
            (json!({}), "title"),
            (json!({ "title": "甲\u{0}乙" }), "title"),
            (json!({ "title": "甲", "demand": "长".repeat(20_001) }), "demand"),
            (json!({ "title": "甲", "source_kind": "rumour" }), "source_kind"),
            (json!({ "title": "甲", "start_day": "2026-05-01", "due": { "day": "2026-04-01" } }), "start_day"),
            (json!({ "title": "甲", "report_rule": { "kind": "weekly", "day": 8 } }), "report_rule.day"),
            (json!({ "title": "甲", "parties": [{ "unit_id": app.person("leader"), "role": "lead" }] }), "parties[0].unit_id"),
            (json!({ "title": "甲", "milestones": [{ "title": "", "due_day": "2026-05-01" }] }), "milestones[0].title"),
            (json!({ "title": "甲", "file_ids": [app.person("leader")] }), "file_ids"),
        ];
        for (input, field) in cases {
            centre.post("/tasks", &input).await.refused_field(field);
        }
        for input in [json!({ "title": 5 }), json!({ "title": "甲", "colour": "red" }), json!({ "title": "甲", "importance": "huge" }), json!({ "title": "甲", "due": { "day": "2026-02-30" } })] {
            centre.post("/tasks", &input).await.refused(422, "invalid");
        }
        assert_eq!(centre.get("/tasks").await.assert(200)["items"].as_array().unwrap().len(), 0);
    }

    async fn a_title_of_three_hundred_characters_is_kept_whole(app) {
        let title = "推进滨海新区重点项目建设".repeat(25);
        let task = dispatched(app, &title, "bureau_a").await;
        assert_eq!(title.chars().count(), 300);
        assert_eq!(show(app, "head_a", &task).await["task"]["title"], title);
    }

    async fn what_is_not_json_is_refused_as_such(app) {
        let centre = app.as_user("centre1");
        let bad = |media: &'static str, body: &'static str| centre.send("POST".parse().unwrap(), "/tasks", Some(media), body.into());
        bad("application/json", "{\"title\":").await.refused(400, "bad_json");
        bad("text/plain", "{}").await.refused(415, "not_json");
        let huge = format!("{{\"title\":\"甲\",\"demand\":\"{}\"}}", "a".repeat(5 << 20));
        centre.send("POST".parse().unwrap(), "/tasks", Some("application/json"), huge.into()).await.refused(413, "too_large");
    }

    async fn a_list_says_which_part_of_the_query_it_does_not_understand(app) {
        let centre = app.as_user("centre1");
        for (query, field) in [("state=lost", "state"), ("lamp=pink", "lamp"), ("sort=mood", "sort"), ("limit=0", "limit"), ("limit=201", "limit"), ("cursor=zz", "cursor")] {
            centre.get(&format!("/tasks?{query}")).await.refused_field(field);
        }
        centre.get("/tasks?bogus=1").await.refused(422, "invalid");
        // Wildcards of SQL are letters to whoever searches.
        dispatched(app, "完成率100%的任务", "bureau_a").await;
        dispatched(app, "另一项", "bureau_a").await;
        for (q, n) in [("100%25", 1), ("%25", 1), ("_", 0), ("另一", 1), ("%27", 0)] {
            let page = centre.get(&format!("/tasks?q={}", if q.starts_with('另') { testkit::encoded(q) } else { q.to_owned() })).await.assert(200);
            assert_eq!(page["items"].as_array().unwrap().len(), n, "{q}");
        }
    }

    async fn an_unknown_or_mangled_id_is_simply_not_there(app) {
        let centre = app.as_user("centre1");
        for id in ["00000000-0000-7000-8000-000000000000", "nonsense", "1' or '1'='1"] {
            centre.get(&format!("/tasks/{}", testkit::encoded(id))).await.refused(404, "not_found");
        }
        centre.get("/nowhere").await.refused(404, "not_found");
    }

    async fn a_task_cannot_be_hung_below_itself(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let body = json!({ "version": version(&root), "children": [{ "id": id(&root), "title": "自己", "weight": 100 }] });
        centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.refused_field("children[0].id");
        let page = centre.put(&format!("/tasks/{}/children", id(&root)), &json!({ "version": version(&root), "children": [{ "title": "下级", "weight": 100 }] })).await.assert(200);
        let child = page["children"][0].clone();
        let body = json!({ "version": version(&child), "children": [{ "id": id(&root), "title": "绕回来", "weight": 100 }] });
        centre.put(&format!("/tasks/{}/children", id(&child)), &body).await.refused_field("children[0].id");
    }
}
