use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn everyone_sees_their_own_part_and_nothing_else(app) {
        for (title, unit) in [("甲", "bureau_a"), ("乙", "bureau_b"), ("丙", "bureau_c")] {
            dispatched(app, title, unit).await;
        }
        app.as_user("centre1").post("/tasks", &json!({ "title": "草稿" })).await.assert(201);
        let expected = [
            ("centre1", 4), ("centre2", 4), ("leader", 3), ("deputy", 2), ("head_a", 1), ("liaison_b", 1), ("head_d", 0),
            ("staff_a1", 0), ("admin", 0),
        ];
        for (login, n) in expected {
            let list = app.as_user(login).get("/tasks").await.assert(200);
            assert_eq!(list["items"].as_array().unwrap().len(), n, "{login}");
            let count = app.as_user(login).get("/tasks/count").await.assert(200);
            assert_eq!(count["total"], n, "{login}");
        }
        app.anonymous().get("/tasks").await.refused(401, "unauthenticated");
    }

    async fn pages_in_any_order_show_each_task_that_is_seen_once(app) {
        let units = ["bureau_a", "bureau_b", "bureau_a"];
        for n in 0..7 {
            let parties = json!([{ "unit_id": app.unit(units[n % 3]), "role": "lead" }, { "unit_id": app.unit(units[(n + 1) % 3]), "role": "co" }]);
            let parties = if n == 2 { json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }]) } else { parties };
            // Some on the same day, some without one.
            let due = (n % 2 == 0).then(|| format!("2026-03-1{}", n / 4));
            dispatched_with(app, json!({ "title": format!("第{n}件"), "parties": parties, "due_day": due })).await;
        }
        dispatched(app, "别人的", "bureau_c").await;
        for login in ["head_a", "liaison_b", "deputy", "centre1", "staff_a1"] {
            let user = app.as_user(login);
            for filter in ["state=dispatched,active", "overdue=false", "q=%E7%AC%AC"] {
                let whole = user.get(&format!("/tasks?{filter}&sort=number&limit=200")).await.assert(200);
                let mut expected: Vec<String> = whole["items"].as_array().unwrap().iter().map(|row| row["id"].to_string()).collect();
                expected.sort();
                for sort in ["due_day", "-due_day", "created_at", "-created_at"] {
                    let (mut found, mut cursor) = (Vec::new(), String::new());
                    loop {
                        let page = user.get(&format!("/tasks?{filter}&sort={sort}&limit=2{cursor}")).await.assert(200);
                        found.extend(page["items"].as_array().unwrap().iter().map(|row| (row["due_day"].to_string(), row["created_at"].to_string(), row["id"].to_string())));
                        let Some(next) = page["next_cursor"].as_str() else { break };
                        cursor = format!("&cursor={next}");
                    }
                    let key = |row: &(String, String, String)| if sort.ends_with("due_day") { row.0.clone() } else { row.1.clone() };
                    let falls = sort.starts_with('-');
                    assert!(found.windows(2).all(|two| if falls { key(&two[0]) >= key(&two[1]) } else { key(&two[0]) <= key(&two[1]) }), "{login} {sort}");
                    let mut ids: Vec<String> = found.into_iter().map(|row| row.2).collect();
                    ids.sort();
                    assert_eq!(ids, expected, "{login} {filter} {sort}");
                }
            }
        }
    }

    async fn a_foreign_unit_is_answered_as_if_there_were_nothing(app) {
        let task = dispatched(app, "甲", "bureau_a").await;
        let id = id(&task);
        let stranger = app.as_user("head_b");
        for path in ["", "/tree", "/timeline", "/urges"] {
            stranger.get(&format!("/tasks/{id}{path}")).await.refused(404, "not_found");
        }
        let v = version(&task);
        for (path, body) in [
            ("submission", json!({ "version": v, "not_secret": true })),
            ("signature", json!({})),
            ("reports", json!({ "claimed_progress": 1, "text": "x" })),
            ("closure", json!({ "version": v, "text": "x" })),
            ("verification", json!({ "version": v, "result": "pass" })),
            ("returns", json!({ "version": v, "party_id": task["parties"][0]["id"], "reason": "x" })),
            ("urges", json!({ "text": "x" })),
            ("attachments", json!({ "file_ids": [] })),
        ] {
            stranger.post(&format!("/tasks/{id}/{path}"), &body).await.refused(404, "not_found");
        }
        stranger.patch(&format!("/tasks/{id}"), &json!({ "version": v, "title": "x" })).await.refused(404, "not_found");
        stranger.put(&format!("/tasks/{id}/children"), &json!({ "version": v, "children": [] })).await.refused(404, "not_found");
        stranger.delete(&format!("/tasks/{id}?version={v}")).await.refused(404, "not_found");
    }

    async fn a_handler_sets_no_tasks(app) {
        app.as_user("staff_a1").post("/tasks", &json!({ "title": "甲" })).await.refused(403, "forbidden");
        app.as_user("admin").post("/tasks", &json!({ "title": "甲" })).await.refused(403, "forbidden");
    }

    async fn a_person_who_moves_away_no_longer_sees_the_unit(app) {
        dispatched(app, "甲", "bureau_a").await;
        let persons = app.as_user("admin").get("/persons?q=head_a").await.assert(200);
        let head = persons["items"].as_array().unwrap().iter().find(|p| p["login"] == "head_a").unwrap().clone();
        let body = json!({ "version": head["version"], "unit_id": app.unit("bureau_d") });
        app.as_user("admin").patch(&format!("/persons/{}", head["id"].as_str().unwrap()), &body).await.assert(200);
        let list = app.as_user("head_a").get("/tasks").await.assert(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 0);
    }
}
