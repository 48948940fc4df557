//! Working days over HTTP.

use serde_json::json;

testkit::both! {
    async fn a_year_shows_its_holidays_and_the_days_worked_in_exchange(app) {
        let year = app.as_user("staff_a1").get("/calendar/years/2026").await.assert(200);
        assert_eq!((&year["year"], &year["published"]), (&json!(2026), &json!(true)));
        assert!(year["notice"].as_str().is_some());
        let days = year["days"].as_array().unwrap();
        assert!(days.contains(&json!({ "day": "2026-02-14", "kind": "workday", "name": "春节", "local": false })));
        assert!(days.contains(&json!({ "day": "2026-02-17", "kind": "holiday", "name": "春节", "local": false })));
        let later = app.as_user("staff_a1").get("/calendar/years/2031").await.assert(200);
        assert_eq!((&later["published"], &later["days"]), (&json!(false), &json!([])));
        for path in ["/calendar/years/1", "/calendar/years/99999", "/calendar/years/x"] {
            app.as_user("staff_a1").get(path).await.refused(404, "not_found");
        }
    }

    async fn a_deadline_is_read_as_people_write_it(app) {
        let read = async |text: &str, from: Option<&str>| {
            app.as_user("staff_a1").post("/deadline-readings", &json!({ "text": text, "from_day": from })).await.assert(200)
        };
        let reading = read("10个工作日内", Some("2026-02-13")).await;
        assert_eq!(reading["day"], "2026-03-05");
        assert!(reading["explanation"][0].as_str().unwrap().contains("扣除春节"));
        // Today when nothing is said.
        assert_eq!(read("3个工作日内", None).await["day"], "2026-02-11");
        let reading = read("每月25日前", None).await;
        assert_eq!(reading["report_rule"], json!({ "kind": "monthly", "day": 25 }));
        let reading = read("6月底前完成方案，年底前建成", None).await;
        assert_eq!(reading["milestone_days"], json!(["2026-06-30", "2026-12-31"]));
        let reading = read("认真办理", None).await;
        assert_eq!(reading["day"], json!(null));
        assert!(!reading["warnings"].as_array().unwrap().is_empty());
        app.as_user("staff_a1").post("/deadline-readings", &json!({ "text": "" })).await.refused_field("text");
        app.as_user("staff_a1").post("/deadline-readings", &json!({ "text": "日".repeat(300) })).await.refused_field("text");
    }
}
