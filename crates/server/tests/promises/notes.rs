//! 点评: leaders' stars and words.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn talk(app: &TestApp, login: &str, task: &Value) -> Value {
    app.as_user(login).get(&format!("/tasks/{}/talk", id(task))).await.assert(200)
}

async fn line(app: &TestApp, task: &Value) -> Vec<String> {
    let page = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(task))).await.assert(200);
    page["items"].as_array().unwrap().iter().map(|item| item["sentence"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_leader_rates_a_task_and_sees_who_has_read_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let path = format!("/tasks/{}/notes", id(&task));
        let note = app.as_user("leader").post(&path, &json!({ "stars": 4, "text": "推进有力，注意安全" })).await.assert(201);
        assert_eq!((&note["stars"], &note["by"]["name"], &note["readers"]), (&json!(4), &json!("王主任"), &json!([])));
        app.run_jobs().await;
        for login in ["head_b", "liaison_b"] {
            assert_eq!(messages(app, login).await[0], "领导点评", "{login}");
        }
        // Neither others of the unit nor other units.
        assert!(!messages(app, "staff_b1").await.contains(&"领导点评".to_owned()));
        assert!(!messages(app, "head_c").await.contains(&"领导点评".to_owned()));
        let message = app.as_user("head_b").get("/messages").await.assert(200)["items"][0].clone();
        assert_eq!((&message["text"], &message["subject_id"]), (&json!("王主任点评“修路”：4 星。推进有力，注意安全"), &note["id"]));

        let readers = |talk: &Value| -> Vec<(String, bool)> {
            let all = talk["notes"][0]["readers"].as_array().unwrap();
            all.iter().map(|one| (one["person"]["name"].as_str().unwrap().to_owned(), !one["read_at"].is_null())).collect()
        };
        let both = |head, liaison| vec![("朱联".to_owned(), liaison), ("杨建设".to_owned(), head)];
        let mut seen = readers(&talk(app, "leader", &task).await);
        seen.sort();
        let mut expected = both(false, false);
        expected.sort();
        assert_eq!(seen, expected);
        app.clock.advance(Duration::from_secs(60));
        app.as_user("head_b").post("/messages/read", &json!({ "ids": [message["id"]] })).await.assert(200);
        let mut seen = readers(&talk(app, "centre1", &task).await);
        seen.sort();
        let mut expected = both(true, false);
        expected.sort();
        assert_eq!(seen, expected);
        // Who has read it is the leaders' to know.
        assert_eq!(talk(app, "head_b", &task).await["notes"][0]["readers"], Value::Null);
        assert_eq!(line(app, &task).await[0], "点评 4 星：推进有力，注意安全");
        // Nobody else sees the task, nor what is said of it.
        app.as_user("head_c").get(&format!("/tasks/{}/talk", id(&task))).await.refused(404, "not_found");
        app.as_user("head_c").post(&path, &json!({ "stars": 5 })).await.refused(404, "not_found");
    }

    async fn few_stars_need_words_and_only_leaders_give_them(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/notes", id(&task));
        for stars in [1, 2] {
            assert_eq!(app.as_user("leader").post(&path, &json!({ "stars": stars, "text": "  " })).await.refused_field("text"), "给 1 至 2 星时请写明原因");
        }
        for stars in [0, 6, -1] {
            app.as_user("leader").post(&path, &json!({ "stars": stars, "text": "好" })).await.refused_field("stars");
        }
        app.as_user("leader").post(&path, &json!({ "stars": 3, "text": "好".repeat(1001) })).await.refused_field("text");
        for login in ["centre1", "head_b", "liaison_b"] {
            app.as_user(login).post(&path, &json!({ "stars": 5 })).await.refused(403, "forbidden");
            assert_eq!(talk(app, login, &task).await["can_rate"], false, "{login}");
        }
        app.as_user("deputy").post(&path, &json!({ "stars": 3 })).await.assert(201);
        // A draft is nobody's work yet.
        let draft = json!({ "title": "草稿", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let draft = app.as_user("leader").post("/tasks", &draft).await.assert(201);
        app.as_user("leader").post(&format!("/tasks/{}/notes", id(&draft)), &json!({ "stars": 5 })).await.refused(409, "not_now");
    }

    async fn nobody_rates_their_own_work(app) {
        let parties = |person: &str| json!([{ "unit_id": app.unit("root"), "person_id": app.person(person), "role": "lead" }]);
        let own = dispatched_with(app, json!({ "title": "亲自办", "parties": parties("deputy") })).await;
        assert_eq!(talk(app, "deputy", &own).await["can_rate"], false);
        app.as_user("deputy").post(&format!("/tasks/{}/notes", id(&own)), &json!({ "stars": 5 })).await.refused(403, "forbidden");
        // Of the same unit, but not the one who does it.
        app.as_user("leader").post(&format!("/tasks/{}/notes", id(&own)), &json!({ "stars": 5 })).await.assert(201);
    }

    async fn a_note_is_corrected_on_its_day_with_both_versions_kept_and_then_a_new_one_is_written(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/notes", id(&task));
        let note = app.as_user("leader").post(&path, &json!({ "stars": 2, "text": "太慢" })).await.assert(201);
        app.run_jobs().await;
        app.as_user("head_b").post("/messages/read", &json!({ "all": true })).await.assert(200);
        app.as_user("leader").post(&path, &json!({ "stars": 4 })).await.refused(409, "already");
        let correct = format!("/notes/{}", note["id"].as_str().unwrap());
        let body = json!({ "version": 1, "stars": 3, "text": "有起色" });
        app.as_user("deputy").patch(&correct, &body).await.refused(403, "forbidden");
        app.as_user("head_c").patch(&correct, &body).await.refused(404, "not_found");
        app.as_user("leader").patch(&correct, &json!({ "version": 1, "stars": 1 })).await.refused_field("text");
        app.clock.advance(Duration::from_secs(60));
        let corrected = app.as_user("leader").patch(&correct, &body).await.assert(200);
        assert_eq!((&corrected["stars"], &corrected["version"]), (&json!(3), &json!(2)));
        assert_ne!(corrected["corrected_at"], Value::Null);
        app.as_user("leader").patch(&correct, &body).await.refused(409, "stale_version");
        assert_eq!(line(app, &task).await[..2], ["修改点评：2 星改为 3 星：有起色", "点评 2 星：太慢"]);
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await[0], "领导修改了点评");
        // What was read was the first version.
        let reader = |talk: &Value| {
            talk["notes"][0]["readers"].as_array().unwrap().iter().find(|one| one["person"]["name"] == "杨建设").unwrap().clone()
        };
        assert_eq!(reader(&talk(app, "leader", &task).await)["read_at"], Value::Null);

        go_to(app, "2026-02-09");
        assert_eq!(talk(app, "leader", &task).await["notes"][0]["may_correct"], false);
        app.as_user("leader").patch(&correct, &json!({ "version": 2, "stars": 5 })).await.refused(409, "too_late");
        app.as_user("leader").post(&path, &json!({ "stars": 5 })).await.assert(201);
        let seen = talk(app, "leader", &task).await;
        assert_eq!(seen["notes"].as_array().unwrap().len(), 2);
        // Whoever speaks twice counts once, with the newest.
        assert_eq!(seen["stars"], json!({ "mean": 5.0, "count": 1 }));
        app.as_user("deputy").post(&path, &json!({ "stars": 4 })).await.assert(201);
        assert_eq!(talk(app, "head_b", &task).await["stars"], json!({ "mean": 4.5, "count": 2 }));
    }

    async fn a_report_is_rated_on_its_own_and_counts_for_the_task(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        let report = report(app, "liaison_b", &task, 30).await["reports"][0]["id"].clone();
        let other = dispatched(app, "造桥", "bureau_b").await;
        let body = json!({ "stars": 5, "report_id": report });
        app.as_user("leader").post(&format!("/tasks/{}/notes", id(&other)), &body).await.refused_field("report_id");
        let path = format!("/tasks/{}/notes", id(&task));
        app.as_user("leader").post(&path, &body).await.assert(201);
        // Another subject on the same day is no correction.
        app.as_user("leader").post(&path, &json!({ "stars": 4 })).await.assert(201);
        app.run_jobs().await;
        let seen = talk(app, "liaison_b", &task).await;
        assert_eq!(seen["stars"], json!({ "mean": 4.5, "count": 2 }));
        assert_eq!(seen["notes"][1]["report_id"], report);
        assert_eq!(line(app, &task).await[..2], ["点评 4 星", "点评上报 5 星"]);
        assert_eq!(messages(app, "liaison_b").await[..2], ["领导点评", "领导点评"]);
    }

    async fn a_unit_is_rated_by_whoever_is_in_charge_of_it_and_its_people_read_it(app) {
        let path = format!("/units/{}/notes", app.unit("bureau_b"));
        app.as_user("head_b").post(&path, &json!({ "stars": 5 })).await.refused(403, "forbidden");
        app.as_user("deputy").post(&format!("/units/{}/notes", app.unit("bureau_c")), &json!({ "stars": 5 })).await.refused(403, "forbidden");
        let note = app.as_user("deputy").post(&path, &json!({ "stars": 4, "text": "作风扎实" })).await.assert(201);
        app.as_user("deputy").post(&path, &json!({ "stars": 5 })).await.refused(409, "already");
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await, ["领导点评"]);
        assert_eq!(messages(app, "liaison_b").await, [""; 0]);
        for (login, reads, rates) in [("leader", true, true), ("deputy", true, true), ("centre1", true, false), ("staff_b1", true, false), ("head_c", false, false)] {
            let page = app.as_user(login).get(&path).await.assert(200);
            let shown = usize::from(reads);
            assert_eq!((page["items"].as_array().unwrap().len(), &page["may_read"], &page["can_rate"]), (shown, &json!(reads), &json!(rates)), "{login}");
            let stars = if reads { json!({ "mean": 4.0, "count": 1 }) } else { Value::Null };
            assert_eq!(page["stars"], stars, "{login}");
        }
        let correct = format!("/notes/{}", note["id"].as_str().unwrap());
        let body = json!({ "version": 1, "stars": 3, "text": "再加把劲" });
        app.as_user("head_c").patch(&correct, &body).await.refused(404, "not_found");
        app.as_user("leader").patch(&correct, &body).await.refused(403, "forbidden");
        app.as_user("deputy").patch(&correct, &body).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "head_b").await, ["领导修改了点评", "领导点评"]);
        app.as_user("leader").get("/units/01900000-0000-7000-8000-00000000abcd/notes").await.refused(404, "not_found");
    }

    async fn two_notes_of_one_leader_at_once_are_one(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let path = format!("/tasks/{}/notes", id(&task));
        let (one, two) = (app.as_user("leader"), app.as_user("leader"));
        let (first, second) = (json!({ "stars": 5 }), json!({ "stars": 4 }));
        let (a, b) = tokio::join!(one.post(&path, &first), two.post(&path, &second));
        let mut both = [a.status.as_u16(), b.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [201, 409]);
        assert_eq!(talk(app, "leader", &task).await["notes"].as_array().unwrap().len(), 1);
    }
}
