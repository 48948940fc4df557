//! Tasks that come again and again, and tasks without an end.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// A template of one task led by this unit.
async fn template(app: &TestApp, login: &str, title: &str, unit: Option<&str>) -> String {
    let pattern = json!({
        "title": title, "source_kind": "other", "importance": "normal", "urgency": "routine", "due_after": 3,
        "report_rule": { "kind": "none", "day": null }, "parties": [{ "unit_id": unit.map(|unit| app.unit(unit)), "role": "lead" }],
    });
    let made = app.as_user(login).post("/task-templates", &json!({ "name": title, "pattern": pattern })).await.assert(201);
    made["id"].as_str().unwrap().to_owned()
}

fn input(template: &str, rule: &str) -> Value {
    json!({
        "name": "调度月报", "title": "{year}年{month}月调度材料", "source": { "template_id": template }, "rule": { "text": rule },
        "due": { "kind": "after", "days": 5 }, "ahead": 2, "mode": "dispatch", "not_secret": true,
    })
}

/// A monthly series of the centre's, led by the housing bureau.
async fn monthly(app: &TestApp, rule: &str) -> Value {
    let template = template(app, "centre1", "调度材料", Some("bureau_b")).await;
    app.as_user("centre1").post("/task-series", &input(&template, rule)).await.assert(201)
}

async fn now(app: &TestApp, series: &Value) -> Value {
    app.as_user("centre1").get(&format!("/task-series/{}", id(series))).await.assert(200)
}

fn days(view: &Value, field: &str) -> Vec<String> {
    view["upcoming"].as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

fn upcoming<'v>(view: &'v Value, period: &str) -> &'v Value {
    view["upcoming"].as_array().unwrap().iter().find(|one| one["period"] == period).unwrap()
}

async fn titles(app: &TestApp, login: &str) -> Vec<String> {
    let list = app.as_user(login).get("/tasks?sort=created_at&limit=200").await.assert(200);
    list["items"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

async fn found(app: &TestApp, login: &str, title: &str) -> Value {
    let list = app.as_user(login).get(&format!("/tasks?q={}", testkit::encoded(title))).await.assert(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{title}: {list}");
    show(app, login, &list["items"][0]).await
}

async fn change(app: &TestApp, series: &Value, body: Value) -> Value {
    let view = now(app, series).await;
    let mut body = body;
    body["version"] = view["version"].clone();
    app.as_user("centre1").patch(&format!("/task-series/{}", id(series)), &body).await.assert(200)
}

async fn one(app: &TestApp, series: &Value, period: &str, body: Value) -> testkit::Reply {
    let view = now(app, series).await;
    let mut body = body;
    body["version"] = view["version"].clone();
    app.as_user("centre1").put(&format!("/task-series/{}/occurrences/{period}", id(series)), &body).await
}

both! {
    async fn a_monthly_task_comes_out_twelve_times_over_the_festivals_of_a_year(app) {
        go_to(app, "2026-02-06");
        let series = monthly(app, "每月20日").await;
        assert_eq!(series["sentence"], "每月20日，遇非工作日提前");
        let planned = series["upcoming"].as_array().unwrap().clone();
        assert_eq!(planned.len(), 12);
        // The 20th of February lies in the spring festival, the 20th of September is a Sunday that is worked.
        assert_eq!((&planned[0]["day"], &planned[0]["out_day"], &planned[0]["due_day"]), (&json!("2026-02-14"), &json!("2026-02-12"), &json!("2026-02-28")));
        assert!(planned[0]["why"].to_string().contains("2026-02-20（春节放假），提前至2026-02-14"), "{}", planned[0]);
        assert_eq!((&planned[7]["period"], &planned[7]["day"], &planned[7]["due_day"]), (&json!("2026-09"), &json!("2026-09-20"), &json!("2026-09-28")));
        assert_eq!((&planned[8]["day"], &planned[8]["title"]), (&json!("2026-10-20"), &json!("2026年10月调度材料")));
        // The year after next has no calendar yet, and says so.
        assert!(planned[11]["why"].to_string().contains("2027年"), "{}", planned[11]);
        for (n, time) in planned.iter().enumerate() {
            let out: kit::Day = time["out_day"].as_str().unwrap().parse().unwrap();
            go_to(app, &out.plus_days(-1).to_string());
            app.run_jobs().await;
            assert_eq!(titles(app, "head_b").await.len(), n, "{time}");
            go_to(app, &out.to_string());
            app.run_jobs().await;
            app.run_jobs().await;
            assert_eq!(titles(app, "head_b").await.len(), n + 1, "{time}");
            let task = found(app, "head_b", time["title"].as_str().unwrap()).await;
            assert_eq!((&task["task"]["state"], &task["start_day"], &task["task"]["due_day"]), (&json!("dispatched"), &time["day"], &time["due_day"]));
            assert_eq!((&task["series"]["period"], &task["creator"]["name"]), (&time["period"], &json!("周运")));
        }
        let view = now(app, &series).await;
        assert_eq!((&view["out"], view["past"].as_array().unwrap().len()), (&json!(12), 12));
        assert!(view["past"].as_array().unwrap().iter().all(|one| one["late_days"] == 0));
        // Both sides say it.
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", view["past"][11]["task"]["id"].as_str().unwrap())).await.assert(200);
        assert!(line["items"].to_string().contains("周期任务“调度月报”2026年2月自动生成"), "{line}");
        assert_eq!(view["history"][0]["sentence"], "2027年1月生成“2027年1月调度材料”");
        assert_eq!(view["history"][0]["by"], Value::Null);
        assert!(messages(app, "liaison_b").await.contains(&"新任务待签收".to_owned()));
    }

    async fn a_rule_is_read_in_words_or_chosen_and_shows_what_it_makes_before_anything_is_written(app) {
        go_to(app, "2026-02-06");
        let template = template(app, "centre1", "周调度", Some("bureau_b")).await;
        let centre = app.as_user("centre1");
        let preview = centre.post("/task-series-previews", &input(&template, "每两周的周三")).await.assert(200);
        assert_eq!(&days(&preview, "day")[..3], ["2026-02-11", "2026-02-25", "2026-03-11"]);
        assert_eq!((&preview["rule"]["every"], &preview["rule"]["interval"], &preview["rule"]["day"]), (&json!("week"), &json!(2), &json!(3)));
        assert_eq!((&preview["makes"][0]["title"], &preview["makes"][0]["due_day"]), (&json!("2026年2月调度材料"), &json!("2026-02-25")));
        let chosen = |rule: Value, due: Value| {
            let mut body = input(&template, "");
            body["rule"] = rule;
            body["due"] = due;
            body
        };
        let quarterly = chosen(json!({ "every": "quarter", "month": 3, "moved": "before" }), json!({ "kind": "period_end" }));
        let preview = centre.post("/task-series-previews", &quarterly).await.assert(200);
        assert_eq!(&days(&preview, "due_day")[..2], ["2026-03-31", "2026-06-30"]);
        let yearly = chosen(json!({ "every": "year", "month": 10, "day": 1, "moved": "after" }), json!({ "kind": "period_day", "days": 20 }));
        let preview = centre.post("/task-series-previews", &yearly).await.assert(200);
        assert_eq!((&days(&preview, "day")[0], &days(&preview, "due_day")[0]), (&"2026-10-08".to_owned(), &"2026-10-20".to_owned()));
        assert_eq!(centre.get("/task-series").await.assert(200)["items"], json!([]));

        centre.post("/task-series", &input(&template, "有空的时候")).await.refused_field("rule.text");
        centre.post("/task-series", &chosen(json!({ "every": "week", "day": 9 }), json!({ "kind": "period_end" }))).await.refused_field("rule.day");
        centre.post("/task-series", &chosen(json!({ "every": "month", "day": 9 }), json!({ "kind": "after", "days": 0 }))).await.refused_field("due.days");
        for (field, value) in [
            ("name", json!(" ")), ("ahead", json!(99)), ("starts", json!("2026-02-05")), ("until", json!("2026-02-10")), ("times", json!(0)),
            ("not_secret", json!(false)), ("title", json!("{jahr}年")),
        ] {
            let mut body = input(&template, "每月20日");
            body[field] = value;
            centre.post("/task-series", &body).await.refused_field(field);
        }
    }

    async fn it_ends_on_its_day_or_after_so_many(app) {
        go_to(app, "2026-02-06");
        let template = template(app, "centre1", "调度", Some("bureau_b")).await;
        let mut body = input(&template, "每周五");
        body["until"] = json!("2026-03-06");
        let series = app.as_user("centre1").post("/task-series", &body).await.assert(201);
        assert_eq!(days(&series, "period"), ["2026-W06", "2026-W07", "2026-W08", "2026-W09", "2026-W10"]);
        let mut body = input(&template, "每周五");
        body["times"] = json!(2);
        body["name"] = json!("两次");
        let twice = app.as_user("centre1").post("/task-series", &body).await.assert(201);
        assert_eq!(days(&twice, "period"), ["2026-W06", "2026-W07"]);
        go_to(app, "2026-02-13");
        app.run_jobs().await;
        let twice = now(app, &twice).await;
        assert_eq!((&twice["state"], &twice["out"], &twice["upcoming"]), (&json!("ended"), &json!(2), &json!([])));
        assert_eq!(now(app, &series).await["state"], "active");
    }

    async fn one_may_be_skipped_moved_or_changed_and_the_others_stay(app) {
        go_to(app, "2026-02-06");
        let series = monthly(app, "每月10日").await;
        one(app, &series, "2026-04", json!({ "skip": true })).await.refused_field("reason");
        one(app, &series, "2026-04", json!({ "skip": true, "reason": "合并到季度调度" })).await.assert(200);
        one(app, &series, "2026-03", json!({ "day": "2026-03-14" })).await.refused_field("day");
        let moved = one(app, &series, "2026-03", json!({ "day": "2026-03-12", "reason": "主任出差" })).await.assert(200);
        let march = upcoming(&moved, "2026-03");
        assert_eq!((&march["day"], &march["due_day"], &march["state"]), (&json!("2026-03-12"), &json!("2026-03-19"), &json!("changed")));
        let named = one(app, &series, "2026-05", json!({ "title": "5月专题调度", "due_day": "2026-05-29" })).await.assert(200);
        assert_eq!((&upcoming(&named, "2026-05")["title"], &upcoming(&named, "2026-05")["due_day"]), (&json!("5月专题调度"), &json!("2026-05-29")));
        assert_eq!(upcoming(&named, "2026-04")["reason"], "合并到季度调度");
        for (day, n) in [("2026-03-09", 1), ("2026-03-10", 2), ("2026-04-30", 2), ("2026-05-08", 3)] {
            go_to(app, day);
            app.run_jobs().await;
            assert_eq!(titles(app, "head_b").await.len(), n, "{day}");
        }
        let may = found(app, "head_b", "5月专题调度").await;
        assert_eq!((&may["start_day"], &may["task"]["due_day"]), (&json!("2026-05-09"), &json!("2026-05-29")));
        let view = now(app, &series).await;
        let past: Vec<_> = view["past"].as_array().unwrap().iter().map(|one| (one["period"].as_str().unwrap(), one["state"].as_str().unwrap())).collect();
        assert_eq!(past, [("2026-05", "out"), ("2026-04", "skipped"), ("2026-03", "out"), ("2026-02", "out")]);
        one(app, &series, "2026-05", json!({ "day": "2026-05-20" })).await.refused(409, "not_now");
        // What was skipped can be taken back while it lies ahead.
        one(app, &series, "2026-07", json!({ "skip": true, "reason": "误点" })).await.assert(200);
        let version = now(app, &series).await["version"].as_i64().unwrap();
        let path = format!("/task-series/{}/occurrences/2026-07?version={version}", id(&series));
        assert_eq!(upcoming(&app.as_user("centre1").delete(&path).await.assert(200), "2026-07")["state"], "planned");
    }

    async fn a_change_reaches_what_follows_or_all_that_has_not_come_out(app) {
        go_to(app, "2026-02-06");
        let series = monthly(app, "每月10日").await;
        app.run_jobs().await;
        assert_eq!(titles(app, "head_b").await, ["2026年2月调度材料"]);
        let following = json!({ "reach": "following", "period": "2026-04", "rule": { "text": "每月25日" }, "title": "{month}月材料" });
        let view = now(app, &series).await;
        let mut trial = following.clone();
        trial["version"] = view["version"].clone();
        let trial = app.as_user("centre1").post(&format!("/task-series/{}/change-previews", id(&series)), &trial).await.assert(200);
        assert_eq!(&days(&trial, "day")[..3], ["2026-03-10", "2026-04-24", "2026-05-25"]);
        assert_eq!(&days(&now(app, &series).await, "day")[..3], ["2026-03-10", "2026-04-10", "2026-05-09"], "a trial changes nothing");
        let view = change(app, &series, following).await;
        assert_eq!(&days(&view, "title")[..2], ["2026年3月调度材料", "4月材料"]);
        assert_eq!(view["history"][0]["sentence"], "自2026-04-01起改为：每月25日，遇非工作日提前");
        go_to(app, "2026-03-09");
        app.run_jobs().await;
        // All that has not come out: March has, and does not come again though the new day lies ahead.
        let view = change(app, &series, json!({ "reach": "all", "rule": { "text": "每月28日" }, "due": { "kind": "period_end" } })).await;
        assert_eq!(&days(&view, "day")[..2], ["2026-04-28", "2026-05-28"]);
        assert_eq!(&days(&view, "due_day")[..2], ["2026-04-30", "2026-05-29"]);
        // Another frequency: weeks begin where the first one not out would have.
        let view = change(app, &series, json!({ "reach": "all", "rule": { "text": "每周一" } })).await;
        assert_eq!(&days(&view, "day")[..2], ["2026-04-03", "2026-04-13"]);
        go_to(app, "2026-04-30");
        app.run_jobs().await;
        // The first Monday of May lies in a holiday as well, and is moved before it.
        assert_eq!(titles(app, "head_b").await.len(), 7);
        app.as_user("centre1").patch(&format!("/task-series/{}", id(&series)), &json!({ "version": 1, "reach": "all", "name": "晚了" })).await.refused(409, "stale_version");
    }

    async fn after_a_pause_each_comes_out_once_and_says_how_late(app) {
        go_to(app, "2026-02-06");
        let template = template(app, "centre1", "周报", Some("bureau_b")).await;
        let mut body = input(&template, "每周三");
        body["title"] = json!("第{week}周周报");
        body["ahead"] = json!(0);
        body["due"] = json!({ "kind": "after", "days": 2 });
        let series = app.as_user("centre1").post("/task-series", &body).await.assert(201);
        go_to(app, "2026-03-04");
        app.run_jobs().await;
        let before = titles(app, "head_b").await.len();
        // Forty days without anybody to do the work.
        go_to(app, "2026-04-13");
        app.run_jobs().await;
        app.run_jobs().await;
        let view = now(app, &series).await;
        assert_eq!(titles(app, "head_b").await.len(), before + 5);
        let late: Vec<_> = view["past"].as_array().unwrap().iter().take(5).map(|one| one["late_days"].as_i64().unwrap()).collect();
        assert_eq!(late, [3, 7, 12, 17, 22]);
        let task = found(app, "head_b", "第15周周报").await;
        assert_eq!((&task["start_day"], &task["task"]["due_day"]), (&json!("2026-04-13"), &json!("2026-04-15")), "two working days, as ever");
        assert!(task["due_explanation"].to_string().contains("晚了3个工作日才生成"), "{}", task["due_explanation"]);
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        assert!(line["items"].to_string().contains("应于2026-04-08生成，晚了3个工作日"), "{line}");
        assert_eq!(now(app, &series).await["stuck"], 0);
    }

    async fn two_nodes_at_once_make_one(app) {
        go_to(app, "2026-02-06");
        monthly(app, "每月10日").await;
        let url = app.postgres_url().or_else(|| app.sqlite_url()).unwrap();
        let node = app.node(&url).await;
        let (here, there) = (shibicheng::app::runner(&app.app), shibicheng::app::runner(&node));
        let (one, other) = futures_util::join!(here.run_all(), there.run_all());
        one.unwrap();
        other.unwrap();
        assert_eq!(titles(app, "head_b").await, ["2026年2月调度材料"]);
        node.db.close().await;
    }

    async fn approval_rules_hold_and_drafts_wait_for_whoever_keeps_the_series(app) {
        go_to(app, "2026-02-06");
        let pattern = json!({
            "title": "整改回访", "source_kind": "rectification", "importance": "normal", "urgency": "routine", "due_after": 3,
            "report_rule": { "kind": "none", "day": null }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }],
        });
        let made = app.as_user("centre2").post("/task-templates", &json!({ "name": "整改", "pattern": pattern })).await.assert(201);
        let mut body = input(made["id"].as_str().unwrap(), "每月10日");
        body["title"] = json!("{month}月整改回访");
        app.as_user("centre2").post("/task-series", &body).await.assert(201);
        body["mode"] = json!("draft");
        body["not_secret"] = json!(false);
        body["title"] = json!("{month}月回访草稿");
        let drafts = app.as_user("centre1").post("/task-series", &body).await;
        drafts.refused(404, "not_found");
        let template = template(app, "centre1", "回访", Some("bureau_b")).await;
        body["source"] = json!({ "template_id": template });
        let drafts = app.as_user("centre1").post("/task-series", &body).await.assert(201);
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", "2月整改回访").await["task"]["state"], "approval");
        let draft = found(app, "centre1", "2月回访草稿").await;
        assert_eq!(draft["task"]["state"], "draft");
        assert!(messages(app, "centre1").await.contains(&"周期任务待确认".to_owned()));
        // Thrown away, it does not come again.
        app.as_user("centre1").delete(&format!("/tasks/{}?version={}", id(&draft), version(&draft))).await.assert(204);
        app.run_jobs().await;
        let view = now(app, &drafts).await;
        assert_eq!((&view["past"][0]["state"], &view["past"][0]["task"]), (&json!("out"), &Value::Null));
    }

    async fn a_suspended_series_makes_nothing_and_does_not_make_up_for_it(app) {
        go_to(app, "2026-02-06");
        let series = monthly(app, "每月10日").await;
        app.run_jobs().await;
        let path = |what: &str| format!("/task-series/{}/{what}", id(&series));
        let centre = app.as_user("centre1");
        let because = |view: &Value, reason: &str| json!({ "version": view["version"], "reason": reason });
        centre.post(&path("suspension"), &because(&series, " ")).await.refused_field("reason");
        let view = centre.post(&path("suspension"), &because(&series, "机构调整")).await.assert(200);
        assert_eq!((&view["state"], &view["reason"]), (&json!("suspended"), &json!("机构调整")));
        go_to(app, "2026-04-20");
        app.run_jobs().await;
        assert_eq!(titles(app, "head_b").await.len(), 1);
        let view = centre.post(&path("resumption"), &because(&view, "")).await.assert(200);
        assert_eq!(view["history"][0]["sentence"], "恢复周期任务，中止期间的 2 期不再生成");
        app.run_jobs().await;
        assert_eq!(titles(app, "head_b").await.len(), 1);
        assert_eq!(days(&view, "period")[0], "2026-05");
        let view = centre.post(&path("end"), &because(&view, "改为线上填报")).await.assert(200);
        assert_eq!((&view["state"], &view["upcoming"]), (&json!("ended"), &json!([])));
        centre.post(&path("resumption"), &because(&view, "")).await.refused(409, "not_now");
        go_to(app, "2026-06-30");
        app.run_jobs().await;
        assert_eq!(titles(app, "head_b").await.len(), 1);
    }

    async fn a_changed_calendar_moves_only_what_has_not_come_out(app) {
        go_to(app, "2026-05-06");
        let series = monthly(app, "每月15日").await;
        go_to(app, "2026-05-13");
        app.run_jobs().await;
        assert_eq!(days(&now(app, &series).await, "day")[0], "2026-06-15");
        let off = json!({ "day": "2026-06-15", "off": true, "name": "防台风停工", "version": 0 });
        app.as_user("centre1").post("/calendar/days", &off).await.assert(200);
        app.run_jobs().await;
        let view = now(app, &series).await;
        assert_eq!((&view["upcoming"][0]["day"], &view["upcoming"][0]["out_day"]), (&json!("2026-06-12"), &json!("2026-06-10")));
        assert!(view["upcoming"][0]["why"].to_string().contains("防台风停工"), "{view}");
        assert_eq!(found(app, "head_b", "2026年5月调度材料").await["start_day"], "2026-05-15");
        go_to(app, "2026-06-10");
        app.run_jobs().await;
        assert_eq!(found(app, "head_b", "2026年6月调度材料").await["start_day"], "2026-06-12");
    }

    async fn whose_keeper_has_left_waits_for_somebody_to_take_it_over(app) {
        go_to(app, "2026-02-06");
        let template = template(app, "liaison_a", "局内调度", Some("section_a1")).await;
        let series = app.as_user("liaison_a").post("/task-series", &input(&template, "每月10日")).await.assert(201);
        let persons = app.as_user("admin").get("/persons?q=liaison_a").await.assert(200);
        let body = json!({ "version": persons["items"][0]["version"], "active": false });
        app.as_user("admin").patch(&format!("/persons/{}", app.person("liaison_a")), &body).await.assert(200);
        app.run_jobs().await;
        app.run_jobs().await;
        assert_eq!(titles(app, "head_a1").await.len(), 0);
        let told: Vec<_> = messages(app, "head_a").await.into_iter().filter(|title| title == "周期任务未能生成").collect();
        assert_eq!(told.len(), 1);
        let path = format!("/task-series/{}", id(&series));
        let view = app.as_user("head_a").get(&path).await.assert(200);
        assert_eq!((&view["stuck"], &view["upcoming"][0]["state"]), (&json!(1), &json!("stuck")));
        assert!(view["upcoming"][0]["reason"].to_string().contains("请由他人接管"), "{view}");
        app.as_user("head_a").post(&format!("{path}/takeover"), &json!({ "version": view["version"] })).await.assert(200);
        app.run_jobs().await;
        let task = found(app, "head_a1", "2026年2月调度材料").await;
        assert_eq!((&task["creator"]["name"], &task["task"]["state"]), (&json!("郑经发"), &json!("dispatched")));
    }

    async fn a_lead_that_is_gone_leaves_a_draft_to_be_looked_at(app) {
        go_to(app, "2026-02-06");
        let series = monthly(app, "每月20日").await;
        let units = app.as_user("admin").get("/units").await.assert(200);
        let bureau = units["items"].as_array().unwrap().iter().find(|unit| unit["name"] == "住房和城乡建设局").unwrap().clone();
        let body = json!({ "version": bureau["version"], "active": false });
        app.as_user("admin").patch(&format!("/units/{}", bureau["id"].as_str().unwrap()), &body).await.assert(200);
        go_to(app, "2026-02-12");
        app.run_jobs().await;
        let draft = found(app, "centre1", "2026年2月调度材料").await;
        assert_eq!((&draft["task"]["state"], &draft["parties"]), (&json!("draft"), &json!([])));
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&draft))).await.assert(200);
        assert!(line["items"].to_string().contains("住房和城乡建设局已经停用，没有带过来"), "{line}");
        assert!(messages(app, "centre1").await.contains(&"周期任务待确认".to_owned()));
        assert_eq!(now(app, &series).await["out"], 1);
    }

    async fn a_series_is_its_units_and_nobody_elses(app) {
        go_to(app, "2026-02-06");
        let template = template(app, "head_a", "局内", Some("section_a1")).await;
        let series = app.as_user("head_a").post("/task-series", &input(&template, "每月10日")).await.assert(201);
        let path = format!("/task-series/{}", id(&series));
        app.as_user("liaison_a").get(&path).await.assert(200);
        app.as_user("centre1").get(&path).await.assert(200);
        let view = app.as_user("centre1").get("/task-series").await.assert(200);
        assert_eq!((view["items"].as_array().unwrap().len(), &view["items"][0]["may_change"]), (1, &json!(false)));
        assert_eq!(app.as_user("head_b").get("/task-series").await.assert(200)["items"], json!([]));
        let stranger = app.as_user("head_b");
        stranger.get(&path).await.refused(404, "not_found");
        stranger.patch(&path, &json!({ "version": 1, "reach": "all", "name": "x" })).await.refused(404, "not_found");
        for what in ["suspension", "resumption", "end", "takeover"] {
            stranger.post(&format!("{path}/{what}"), &json!({ "version": 1, "reason": "x" })).await.refused(404, "not_found");
            app.as_user("centre1").post(&format!("{path}/{what}"), &json!({ "version": 1, "reason": "x" })).await.refused(403, "forbidden");
        }
        stranger.put(&format!("{path}/occurrences/2026-03"), &json!({ "version": 1, "skip": true, "reason": "x" })).await.refused(404, "not_found");
        app.as_user("staff_a1").get("/task-series").await.refused(403, "forbidden");
        // Nobody sets up for others what they may not set once.
        let foreign = template_of(app, "head_a", "bureau_b").await;
        let said = app.as_user("head_a").post("/task-series", &input(&foreign, "每月10日")).await.refused_field("source");
        assert!(said.contains("不在您的管理范围内"), "{said}");
        let open = template_open(app).await;
        app.as_user("centre1").post("/task-series", &input(&open, "每月10日")).await.refused_field("source.chosen");
        let mut chosen = input(&open, "每月10日");
        chosen["source"]["chosen"] = json!([{ "task": 0, "party": 0, "unit_id": app.unit("bureau_c") }]);
        app.as_user("centre1").post("/task-series", &chosen).await.assert(201);
    }

    async fn a_template_changed_later_changes_no_series_that_was_made_from_it(app) {
        go_to(app, "2026-02-06");
        let template = template(app, "centre1", "调度", Some("bureau_b")).await;
        let mut body = input(&template, "每月10日");
        body["title"] = Value::Null;
        let series = app.as_user("centre1").post("/task-series", &body).await.assert(201);
        let path = format!("/task-templates/{template}");
        let mut pattern = app.as_user("centre1").get(&path).await.assert(200)["pattern"].clone();
        pattern["demand"] = json!("附照片");
        app.as_user("centre1").patch(&format!("{path}?version=1"), &json!({ "pattern": pattern })).await.assert(200);
        app.run_jobs().await;
        assert_eq!(found(app, "head_b", "调度").await["demand"], "");
        let view = now(app, &series).await;
        assert_eq!(view["template_changed"], true);
        let taken = change(app, &series, json!({ "reach": "all", "source": { "template_id": template }, "not_secret": true })).await;
        assert_eq!(taken["template_changed"], false);
        go_to(app, "2026-03-06");
        app.run_jobs().await;
        let list = app.as_user("head_b").get("/tasks?sort=-created_at").await.assert(200);
        assert_eq!(show(app, "head_b", &list["items"][0]).await["demand"], "附照片");
    }

    async fn a_task_without_an_end_is_reviewed_by_its_issuer_each_quarter(app) {
        go_to(app, "2026-02-06");
        let input = json!({ "title": "常态保洁", "due": { "text": "长期坚持" }, "report_rule": { "kind": "none" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let task = dispatched_with(app, input).await;
        sign(app, "head_b", &task).await;
        let undated = dispatched(app, "没有写期限", "bureau_b").await;
        app.run_jobs().await;
        assert_eq!(show(app, "centre1", &undated).await["task"]["review_day"], Value::Null);
        assert_eq!(show(app, "centre1", &task).await["task"]["review_day"], "2026-03-31");
        go_to(app, "2026-03-20");
        assert!(!duties(app, "centre1").await.contains(&"review_standing".to_owned()));
        go_to(app, "2026-03-23");
        assert!(duties(app, "centre1").await.contains(&"review_standing".to_owned()));
        assert!(!duties(app, "head_b").await.contains(&"review_standing".to_owned()));
        let list = app.as_user("centre1").get("/tasks?standing=true").await.assert(200);
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["title"]), (1, &json!("常态保洁")));
        // Late, it lights the list of whoever has to decide, and no lamp.
        go_to(app, "2026-04-03");
        let page = show(app, "centre1", &task).await;
        assert_eq!((&page["next_duty"]["action"], &page["task"]["lamp"]["lamp"]), (&json!("review_standing"), &json!("green")));
        let path = format!("/tasks/{}/standing-reviews", id(&task));
        app.as_user("head_b").post(&path, &json!({ "version": version(&page), "decision": "keep" })).await.refused(409, "not_now");
        let kept = app.as_user("centre1").post(&path, &json!({ "version": version(&page), "decision": "keep", "text": "效果好" })).await.assert(200);
        assert_eq!(kept["task"]["review_day"], "2026-06-30");
        assert!(!duties(app, "centre1").await.contains(&"review_standing".to_owned()));
        go_to(app, "2026-06-24");
        app.as_user("centre1").post(&path, &json!({ "version": version(&kept), "decision": "set_end", "due": { "text": "长期坚持" } })).await.refused_field("due");
        let set = json!({ "version": version(&kept), "decision": "set_end", "due": { "text": "年底前" } });
        let set = app.as_user("centre1").post(&path, &set).await.assert(200);
        assert_eq!((&set["task"]["due_day"], &set["original_due_day"], &set["task"]["review_day"]), (&json!("2026-12-31"), &json!("2026-12-31"), &Value::Null));
        app.run_jobs().await;
        assert_eq!(show(app, "centre1", &task).await["task"]["review_day"], Value::Null);
    }

    async fn ending_a_standing_task_asks_whoever_has_to_agree(app) {
        go_to(app, "2026-02-06");
        let input = json!({ "title": "常态巡查", "due": { "text": "持续推进" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let task = dispatched_with(app, input).await;
        let page = sign(app, "head_b", &task).await;
        app.run_jobs().await;
        go_to(app, "2026-03-30");
        let path = format!("/tasks/{}/standing-reviews", id(&task));
        app.as_user("centre1").post(&path, &json!({ "version": version(&page), "decision": "end" })).await.refused_field("text");
        let asked = json!({ "version": version(&page), "decision": "end", "text": "已纳入日常管理" });
        let page = app.as_user("centre1").post(&path, &asked).await.assert(200);
        assert_eq!((&page["requests"][0]["kind"], &page["task"]["state"]), (&json!("terminate"), &json!("active")));
        assert!(!can(&page, "review_standing"));
        let request = page["requests"][0]["id"].as_str().unwrap();
        app.as_user("centre2").post(&format!("/requests/{request}/decision"), &json!({ "decision": "grant" })).await.assert(200);
        assert_eq!(show(app, "centre1", &task).await["task"]["state"], "terminated");
    }
}

async fn template_of(app: &TestApp, login: &str, unit: &str) -> String {
    template(app, login, "外单位", Some(unit)).await
}

async fn template_open(app: &TestApp) -> String {
    template(app, "centre1", "待选", None).await
}
