use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn total(app: &TestApp, query: &str) -> i64 {
    app.as_user("centre1").get(&format!("/tasks/count?{query}")).await.assert(200)["total"].as_i64().unwrap()
}

/// All rows of a list, page by page.
async fn all(app: &TestApp, query: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.as_user("centre1").get(&format!("/tasks?limit=3&{query}{cursor}")).await.assert(200);
        rows.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

/// Tasks in every state and colour, as of 2026-04-10.
async fn mixed(app: &TestApp) {
    let led = |unit: &str| json!([{ "unit_id": app.unit(unit), "role": "lead" }]);
    for (index, due) in ["2026-03-10", "2026-03-31", "2026-04-10", "2026-04-13", "2026-05-29", "2026-12-31"].iter().enumerate() {
        for unit in ["bureau_a", "bureau_b"] {
            let importance = if index % 3 == 0 { "important" } else { "normal" };
            let input = json!({ "title": format!("{unit}-{due}"), "due": { "day": due }, "importance": importance, "parties": led(unit) });
            let task = dispatched_with(app, input).await;
            if index % 2 == 0 || unit == "bureau_a" {
                sign(app, if unit == "bureau_a" { "head_a" } else { "head_b" }, &task).await;
            }
            if index == 1 && unit == "bureau_a" {
                close(app, "head_a", "centre1", &task).await;
            }
        }
    }
    app.as_user("centre1").post("/tasks", &json!({ "title": "草稿" })).await.assert(201);
    go_to(app, "2026-04-10");
}

both! {
    async fn a_figure_is_the_number_of_rows_behind_it(app) {
        mixed(app).await;
        for query in ["", "lamp=red", "lamp=orange", "lamp=yellow", "lamp=green", "lamp=grey", "lamp=blue", "lamp=red,orange", "overdue=true", "overdue=false", "state=dispatched", "importance=important", "leaves=true&state=dispatched,active"] {
            let rows = all(app, query).await;
            assert_eq!(total(app, query).await, i64::try_from(rows.len()).unwrap(), "{query}");
        }
        let count = app.as_user("centre1").get("/tasks/count").await.assert(200);
        let sum: i64 = count["by_lamp"].as_object().unwrap().values().map(|n| n.as_i64().unwrap()).sum();
        assert_eq!(count["total"], sum);
        assert_eq!(count["total"], 13);
    }

    async fn the_lamp_of_a_row_is_the_lamp_it_was_found_by(app) {
        mixed(app).await;
        for day in ["2026-02-24", "2026-03-20", "2026-04-10", "2026-04-14", "2026-06-01", "2027-02-01"] {
            go_to(app, day);
            for lamp in ["grey", "green", "yellow", "orange", "red", "blue"] {
                for row in all(app, &format!("lamp={lamp}")).await {
                    assert_eq!(row["lamp"]["lamp"], lamp, "{day} {}", row["title"]);
                }
            }
        }
    }

    async fn every_order_pages_through_every_row_once(app) {
        mixed(app).await;
        for key in ["created_at", "due_day", "progress", "lamp", "importance", "number"] {
            for sort in [key.to_owned(), format!("-{key}")] {
                let rows = all(app, &format!("sort={sort}")).await;
                let mut ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
                assert_eq!(ids.len(), 13, "{sort}");
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), 13, "{sort}");
            }
        }
        let days: Vec<_> = all(app, "sort=due_day&leaves=true&state=dispatched,active").await.iter().map(|row| row["due_day"].as_str().unwrap().to_owned()).collect();
        assert!(days.is_sorted(), "{days:?}");
    }

    async fn a_home_figure_leads_to_exactly_its_rows(app) {
        mixed(app).await;
        for login in ["centre1", "leader", "head_a", "staff_a1"] {
            let home = app.as_user(login).get("/home").await.assert(200);
            for figure in home["figures"].as_array().unwrap() {
                let query = figure["query"].as_str().unwrap();
                if !query.is_empty() {
                    let count = app.as_user(login).get(&format!("/tasks/count?{query}")).await.assert(200);
                    assert_eq!(count["total"], figure["value"], "{login} {}", figure["key"]);
                }
            }
        }
    }

    async fn the_summary_of_a_period_is_as_of_its_moment(app) {
        let led = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        for (day, importance) in [("2026-03-10", "important"), ("2026-02-20", "normal"), ("2026-06-30", "normal")] {
            let input = json!({ "title": day, "due": { "day": day }, "importance": importance, "parties": led });
            let task = dispatched_with(app, input).await;
            sign(app, "head_b", &task).await;
            if day == "2026-03-10" {
                go_to(app, "2026-03-03");
                close(app, "head_b", "centre1", &task).await;
                go_to(app, "2026-02-06");
            }
        }
        go_to(app, "2026-04-01");
        let at = |as_of: &'static str| async move {
            let query = format!("/tasks/summary?created_from=2026-02-01&created_to=2026-02-28&as_of={as_of}");
            let s = app.as_user("leader").get(&query).await.assert(200);
            ["created", "important", "completed", "overdue"].map(|key| s[key].as_i64().unwrap())
        };
        assert_eq!(at("2026-02-20").await, [3, 1, 0, 0]);
        assert_eq!(at("2026-02-28").await, [3, 1, 0, 1]);
        assert_eq!(at("2026-03-03T23:59:59%2B08:00").await, [3, 1, 1, 1]);
        assert_eq!(at("2026-07-01").await, [3, 1, 1, 2]);
        app.as_user("leader").get("/tasks/summary?created_from=2026-02-01").await.refused(422, "invalid");
        app.as_user("leader").get("/tasks/summary?created_from=2026-02-01&created_to=2026-01-01").await.refused_field("created_to");
    }

    async fn load_by_unit_adds_up(app) {
        mixed(app).await;
        let page = app.as_user("leader").get("/tasks/by-unit").await.assert(200);
        let open: i64 = page["items"].as_array().unwrap().iter().map(|row| row["open"].as_i64().unwrap()).sum();
        assert_eq!(open, total(app, "state=dispatched,active&leaves=true").await);
        let overdue: i64 = page["items"].as_array().unwrap().iter().map(|row| row["overdue"].as_i64().unwrap()).sum();
        assert_eq!(overdue, total(app, "overdue=true").await);
    }

    async fn the_home_page_shows_what_each_unit_has_open_and_what_it_closed_this_month(app) {
        mixed(app).await;
        let task = dispatched(app, "四月办结", "bureau_a").await;
        sign(app, "head_a", &task).await;
        close(app, "head_a", "centre1", &task).await;
        let home = app.as_user("leader").get("/home").await.assert(200);
        let sum = |what: &str| home["by_unit"].as_array().unwrap().iter().map(|row| row[what].as_i64().unwrap()).sum::<i64>();
        let figure = |key: &str| home["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == key).unwrap();
        assert_eq!(sum("open"), figure("open")["value"].as_i64().unwrap());
        assert_eq!(sum("overdue"), figure("overdue")["value"].as_i64().unwrap());
        let closed = figure("closed_month");
        assert_eq!(sum("closed"), closed["value"].as_i64().unwrap());
        assert_eq!(sum("closed"), total(app, closed["query"].as_str().unwrap()).await);
        assert!(sum("open") > 0 && sum("closed") > 0, "{home}");
    }

    async fn the_worst_are_on_the_home_page_the_latest_first(app) {
        go_to(app, "2026-03-02");
        for n in 1..=12 {
            let importance = if n == 7 { "major" } else { "normal" };
            let day = if n > 6 { "2026-03-04".to_owned() } else { format!("2026-03-{:02}", 11 - n) };
            let input = json!({ "title": format!("第{n}件"), "importance": importance, "due": { "day": day }, "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] });
            dispatched_with(app, input).await;
        }
        go_to(app, "2026-04-20");
        let home = app.as_user("leader").get("/home").await.assert(200);
        let red: Vec<_> = home["red"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
        assert_eq!((red.len(), red[0], red[6]), (10, "第7件", "第6件"), "{red:?}");
        // Page by page in the same order.
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = app.as_user("leader").get(&format!("/tasks?sort=worst&limit=5{cursor}")).await.assert(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!((seen.len(), &seen[..10]), (12, &red.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>()[..]));
    }
}
