use serde_json::json;
use testkit::both;

use crate::kit::*;

both! {
    async fn a_deadline_in_words_becomes_a_day_that_explains_itself(app) {
        go_to(app, "2026-02-13");
        let task = dispatched_with(app, json!({ "title": "节后检查", "due": { "text": "10个工作日内" }, "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] })).await;
        assert_eq!(task["task"]["due_day"], "2026-03-05");
        let words = task["due_explanation"].to_string();
        assert!(words.contains("春节") && words.contains("2月14日") && words.contains("28日"), "{words}");
    }

    async fn words_that_are_no_deadline_are_refused_at_the_field(app) {
        let message = app.as_user("centre1").post("/tasks", &json!({ "title": "甲", "due": { "text": "尽量吧" } })).await.refused_field("due.text");
        assert!(message.contains("尽量吧"), "{message}");
    }

    async fn two_dates_in_one_clause_become_milestones(app) {
        let task = dispatched_with(app, json!({ "title": "分两步走", "due": { "text": "2026年6月底前；12月底前" }, "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] })).await;
        assert_eq!(task["task"]["due_day"], "2026-12-31");
        let days: Vec<_> = task["milestones"].as_array().unwrap().iter().map(|m| m["due_day"].as_str().unwrap()).collect();
        assert_eq!(days, ["2026-06-30", "2026-12-31"]);
    }

    async fn a_standing_task_has_no_end_and_its_duties_never_run_out(app) {
        let task = dispatched_with(app, json!({ "title": "常态化保洁", "due": { "text": "长期坚持" }, "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] })).await;
        assert_eq!((task["task"]["due_day"].as_str(), task["report_rule"]["kind"].as_str()), (None, Some("quarterly")));
        let planned = task["report_dues"].as_array().unwrap().len();
        assert!(planned >= 4, "{planned}");
        go_to(app, "2026-12-01");
        app.run_jobs().await;
        let later = show(app, "centre1", &task).await["report_dues"].as_array().unwrap().len();
        assert!(later > planned, "{later}");
    }

    async fn a_duty_that_was_planned_later_shows_when_it_is_missed(app) {
        let task = dispatched_with(app, json!({ "title": "常态化保洁", "due": { "text": "长期坚持" }, "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] })).await;
        sign(app, "head_c", &task).await;
        for due in task["report_dues"].as_array().unwrap() {
            go_to(app, due["due_day"].as_str().unwrap());
            report(app, "liaison_c", &task, 10).await;
        }
        // All that was planned is met; the daily job plans what comes next.
        app.run_jobs().await;
        let page = show(app, "liaison_c", &task).await;
        let next = page["report_dues"].as_array().unwrap().iter().find(|due| due["state"] == "open").unwrap();
        let next: ::kit::Day = next["due_day"].as_str().unwrap().parse().unwrap();
        go_to(app, &next.plus_days(14).to_string());
        // Somebody who has not signed in for a year does so now.
        assert_eq!(show(app, "centre2", &task).await["task"]["lamp"]["lamp"], "red");
    }

    async fn a_due_day_beyond_the_published_calendar_carries_a_warning(app) {
        let task = dispatched_with(app, json!({ "title": "远期工程", "due": { "day": "2028-06-30" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] })).await;
        assert!(task["calendar_warning"].as_str().unwrap().contains("2028"));
    }

    async fn the_original_due_day_stays_when_the_issuer_moves_it(app) {
        let task = dispatched_with(app, json!({ "title": "修路", "due": { "day": "2026-06-30" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] })).await;
        let body = json!({ "version": version(&task), "due": { "day": "2026-07-31" }, "reason": "工期长" });
        let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        assert_eq!((page["task"]["due_day"].as_str(), page["original_due_day"].as_str()), (Some("2026-07-31"), Some("2026-06-30")));
    }
}
