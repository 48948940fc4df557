//! Supervision orders and what is suggested when they do not help.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn issue(app: &TestApp, login: &str, tasks: &[&Value], more: Value) -> Value {
    let mut body = json!({ "task_ids": tasks.iter().map(|task| id(task)).collect::<Vec<_>>(), "demand": "限期整改" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.as_user(login).post("/orders", &body).await.assert(201)
}

fn path(order: &Value, verb: &str) -> String {
    format!("/orders/{}{verb}", order["id"].as_str().unwrap())
}

async fn look(app: &TestApp, login: &str, order: &Value) -> Value {
    app.as_user(login).get(&path(order, "")).await.assert(200)
}

async fn answer(app: &TestApp, login: &str, order: &Value, text: &str) -> Value {
    app.as_user(login).post(&path(order, "/answers"), &json!({ "text": text })).await.assert(200)
}

async fn numbers(app: &TestApp, login: &str, query: &str) -> Vec<String> {
    let page = app.as_user(login).get(&format!("/orders{query}")).await.assert(200);
    page["items"].as_array().unwrap().iter().map(|order| order["number"].as_str().unwrap().to_owned()).collect()
}

/// What a text document says.
pub(crate) fn prose(document: &[u8]) -> String {
    let limits =
        officedoc::sheet::Limits { max_bytes: 1 << 20, max_rows: 9, max_columns: 9, max_cell_chars: 99, max_uncompressed: 1 << 20 };
    officedoc::sheet::prose(document, limits, 20_000).unwrap()
}

/// Who was reminded of what, with the day: `02-12 liaison_b 督办单待反馈`.
async fn reminded(app: &TestApp, logins: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for login in logins {
        let page = app.as_user(login).get("/messages?limit=200").await.assert(200);
        for item in page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "reminder") {
            let title = item["title"].as_str().unwrap();
            if title.contains("督办单") {
                all.push(format!("{} {login} {title}", &item["at"].as_str().unwrap()[5..10]));
            }
        }
    }
    all.sort();
    all
}

both! {
    async fn an_order_is_reminded_of_once_however_many_tasks_it_is_about_until_it_is_answered(app) {
        let (road, bridge) = (dispatched(app, "修路", "bureau_b").await, dispatched(app, "修桥", "bureau_b").await);
        let order = issue(app, "leader", &[&road, &bridge], json!({})).await;
        let whom = ["liaison_b", "head_b", "deputy", "leader", "staff_b1"];
        for day in ["2026-02-06", "2026-02-11", "2026-02-12", "2026-02-13"] {
            go_to(app, day);
            app.run_jobs().await;
        }
        let ahead = app.as_user("head_b").get(&format!("/tasks/{}/reminders", id(&road))).await.assert(200);
        assert!(ahead["ahead"].to_string().contains("督办单到期未反馈"), "{ahead:#}");
        assert_eq!(reminded(app, &whom).await, ["02-12 liaison_b 督办单待反馈"]);
        go_to(app, "2026-02-14");
        app.run_jobs().await;
        let late = ["02-12 liaison_b 督办单待反馈", "02-14 head_b 督办单逾期未反馈", "02-14 liaison_b 督办单逾期未反馈"];
        assert_eq!(reminded(app, &whom).await, late);
        answer(app, "head_b", &order, "已整改").await;
        for day in ["2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"] {
            go_to(app, day);
            app.run_jobs().await;
        }
        assert_eq!(reminded(app, &whom).await, late);
    }

    async fn an_order_goes_on_being_reminded_of_when_its_first_task_is_done(app) {
        let (road, bridge) = (dispatched(app, "修路", "bureau_b").await, dispatched(app, "修桥", "bureau_b").await);
        issue(app, "leader", &[&road, &bridge], json!({})).await;
        app.run_jobs().await;
        let road = sign(app, "head_b", &road).await;
        report(app, "head_b", &road, 100).await;
        accept(app, "centre1", &road).await;
        close(app, "head_b", "centre1", &road).await;
        app.run_jobs().await;
        for day in ["2026-02-11", "2026-02-12", "2026-02-13"] {
            go_to(app, day);
            app.run_jobs().await;
        }
        assert_eq!(reminded(app, &["liaison_b"]).await, ["02-12 liaison_b 督办单待反馈"]);
    }

    async fn an_order_is_numbered_by_its_issuer_tells_the_unit_is_answered_and_closed(app) {
        let (road, bridge) = (dispatched(app, "修路", "bureau_b").await, dispatched(app, "修桥", "bureau_b").await);
        let order = issue(app, "leader", &[&road, &bridge], json!({})).await;
        // Friday the 6th; five working days on, with the Saturday before the festival that is worked.
        assert_eq!((&order["number"], &order["level"], &order["state"]), (&json!("管委会督办〔2026〕1号"), &json!("blue"), &json!("issued")));
        assert_eq!((&order["due_day"], &order["task_count"]), (&json!("2026-02-13"), &json!(2)));
        let other = issue(app, "centre1", &[&dispatched(app, "绿化", "bureau_a").await], json!({})).await;
        assert_eq!(other["number"], "运营中心督办〔2026〕1号");
        app.run_jobs().await;
        // One order, one message, however many tasks.
        assert_eq!(messages(app, "liaison_b").await.iter().filter(|title| *title == "收到督办单").count(), 1);
        assert_eq!(duties(app, "head_b").await[0], "answer_order");
        let read = look(app, "leader", &order).await["readers"].clone();
        let unread = |login: &str, name: &str| json!({ "person": { "id": app.person(login), "name": name }, "read_at": null });
        assert_eq!(read, json!([unread("liaison_b", "朱联"), unread("head_b", "杨建设")]));
        assert_eq!(look(app, "head_b", &order).await["readers"], Value::Null);
        let line = app.as_user("head_b").get(&format!("/tasks/{}/timeline", id(&road))).await.assert(200);
        assert_eq!(line["items"][0]["action"], "ordered");

        app.as_user("head_c").post(&path(&order, "/answers"), &json!({ "text": "好" })).await.refused(404, "not_found");
        app.as_user("centre1").post(&path(&order, "/answers"), &json!({ "text": "好" })).await.refused(403, "forbidden");
        app.as_user("head_b").post(&path(&order, "/answers"), &json!({ "text": "" })).await.refused_field("text");
        let file = app.as_user("head_b").upload("整改.txt", "整改").await.assert(201);
        let body = json!({ "text": "已整改", "file_ids": [file["id"]] });
        let answered = app.as_user("head_b").post(&path(&order, "/answers"), &body).await.assert(200);
        assert_eq!((&answered["state"], &answered["turns"][0]["files"][0]["name"]), (&json!("answered"), &json!("整改.txt")));
        app.as_user("liaison_b").post(&path(&order, "/answers"), &json!({ "text": "又" })).await.refused(409, "decided");
        app.run_jobs().await;
        assert_eq!(messages(app, "leader").await[0], "督办单已反馈，请认定");
        assert!(duties(app, "leader").await.contains(&"decide_order".to_owned()));

        let version = answered["version"].clone();
        let accept = json!({ "decision": "accept", "version": version });
        app.as_user("head_b").post(&path(&order, "/decision"), &accept).await.refused(403, "forbidden");
        app.as_user("centre1").post(&path(&order, "/decision"), &accept).await.refused(403, "forbidden");
        let stale = app.as_user("leader").post(&path(&order, "/decision"), &json!({ "decision": "accept", "version": 1 })).await.refused(409, "stale_version");
        assert_eq!(stale["current"]["state"], "answered");
        let closed = app.as_user("leader").post(&path(&order, "/decision"), &accept).await.assert(200);
        assert_eq!(closed["state"], "closed");
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办单已办结");
        assert!(!duties(app, "head_b").await.contains(&"answer_order".to_owned()));
        assert!(!duties(app, "leader").await.contains(&"decide_order".to_owned()));
        // Its tasks may stand in another order now, which is the next of its series.
        assert_eq!(issue(app, "leader", &[&road], json!({})).await["number"], "管委会督办〔2026〕2号");
    }

    async fn a_sharper_order_follows_only_one_that_expired_and_level_by_level(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let blue = issue(app, "leader", &[&task], json!({ "due_day": "2026-02-10" })).await;
        let follow = async |order: &Value, login: &str| {
            let version = look(app, "leader", order).await["version"].clone();
            app.as_user(login).post(&path(order, "/following"), &json!({ "version": version })).await
        };
        follow(&blue, "leader").await.refused(409, "not_now");
        go_to(app, "2026-02-10");
        follow(&blue, "leader").await.refused(409, "not_now");
        assert_eq!(look(app, "leader", &blue).await["next_level"], Value::Null);
        go_to(app, "2026-02-11");
        assert_eq!((&look(app, "leader", &blue).await["overdue"], &look(app, "leader", &blue).await["next_level"]), (&json!(true), &json!("orange")));
        follow(&blue, "head_b").await.refused(403, "forbidden");
        let orange = follow(&blue, "leader").await.assert(201);
        assert_eq!((&orange["level"], &orange["demand"], &orange["due_day"]), (&json!("orange"), &json!("限期整改"), &json!("2026-02-14")));
        assert_eq!(orange["follows"]["number"], blue["number"]);
        let before = look(app, "head_b", &blue).await;
        assert_eq!((&before["state"], &before["followed_by"]["id"]), (&json!("followed"), &orange["id"]));
        follow(&blue, "leader").await.refused(409, "not_now");
        app.as_user("head_b").post(&path(&blue, "/answers"), &json!({ "text": "好" })).await.refused(409, "decided");
        // An answer that has not been judged yet stands in the way; one that was refused has until its new day.
        let answered = answer(app, "head_b", &orange, "正在办").await;
        go_to(app, "2026-03-02");
        follow(&orange, "leader").await.refused(409, "not_now");
        let back = json!({ "decision": "send_back", "version": answered["version"] });
        app.as_user("leader").post(&path(&orange, "/decision"), &back).await.refused_field("text");
        let back = json!({ "decision": "send_back", "text": "没有时间表", "version": answered["version"], "due_day": "2026-03-06" });
        let returned = app.as_user("leader").post(&path(&orange, "/decision"), &back).await.assert(200);
        assert_eq!((&returned["state"], &returned["due_day"], &returned["overdue"]), (&json!("returned"), &json!("2026-03-06"), &json!(false)));
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办单反馈被退回");
        let refused = follow(&orange, "leader").await.refused(409, "not_now");
        assert!(refused["detail"].as_str().unwrap().contains("还没有到反馈期限"), "{refused}");
        go_to(app, "2026-03-09");
        let red = follow(&orange, "leader").await.assert(201);
        assert_eq!(red["level"], "red");
        go_to(app, "2026-03-20");
        let refused = follow(&red, "leader").await.refused(409, "not_now");
        assert!(refused["detail"].as_str().unwrap().contains("约谈"), "{refused}");
    }

    async fn two_who_issue_the_sharper_order_make_one(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let blue = issue(app, "leader", &[&task], json!({ "due_day": "2026-02-09" })).await;
        go_to(app, "2026-02-11");
        let body = json!({ "version": blue["version"] });
        let first = app.as_user("leader").post(&path(&blue, "/following"), &body).await;
        let second = app.as_user("centre1").post(&path(&blue, "/following"), &body).await;
        first.assert(201);
        second.refused(409, "stale_version");
        assert_eq!(numbers(app, "leader", "?level=orange").await.len(), 1);
        // The same request again, because the line broke, is answered as the first was.
        let user = app.as_user("leader").key("order-once");
        let body = json!({ "task_ids": [id(&dispatched(app, "绿化", "bureau_a").await)], "demand": "抓紧" });
        let (one, again) = (user.post("/orders", &body).await.assert(201), user.post("/orders", &body).await.assert(201));
        assert_eq!(one["id"], again["id"]);
    }

    async fn nothing_is_supervised_twice_and_what_cannot_be_is_refused(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let ask = async |login: &str, body: Value| app.as_user(login).post("/orders", &body).await;
        let one = json!([id(&task)]);
        for login in ["head_b", "liaison_b", "staff_b1", "admin"] {
            ask(login, json!({ "task_ids": one, "demand": "抓紧" })).await.refused(403, "forbidden");
        }
        ask("leader", json!({ "task_ids": [], "demand": "抓紧" })).await.refused_field("task_ids");
        ask("leader", json!({ "task_ids": one, "demand": " " })).await.refused_field("demand");
        ask("leader", json!({ "task_ids": one, "demand": "抓".repeat(2001) })).await.refused_field("demand");
        ask("leader", json!({ "task_ids": one, "demand": "抓紧", "due_day": "2026-02-05" })).await.refused_field("due_day");
        // A Sunday.
        ask("leader", json!({ "task_ids": one, "demand": "抓紧", "due_day": "2026-02-08" })).await.refused_field("due_day");
        ask("leader", json!({ "task_ids": one, "demand": "抓紧", "unit_id": app.unit("bureau_c") })).await.refused_field("unit_id");
        ask("leader", json!({ "task_ids": one, "demand": "本件属机密★" })).await.refused(422, "secret_mark");
        let foreign = dispatched(app, "绿化", "bureau_a").await;
        ask("leader", json!({ "task_ids": [id(&task), id(&foreign)], "demand": "抓紧" })).await.refused_field("unit_id");
        let beyond = dispatched(app, "排污", "bureau_c").await;
        ask("deputy", json!({ "task_ids": [id(&beyond)], "demand": "抓紧" })).await.refused(404, "not_found");
        assert_eq!(numbers(app, "leader", "").await, [""; 0]);
        issue(app, "leader", &[&task], json!({})).await;
        ask("centre1", json!({ "task_ids": one, "demand": "抓紧" })).await.refused(409, "ordered");
    }

    async fn an_order_is_seen_by_its_unit_its_issuer_and_whoever_sees_all_of_it(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }, { "unit_id": app.unit("bureau_c"), "role": "co" }]);
        let shared = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        let own = dispatched(app, "修桥", "bureau_b").await;
        let both = issue(app, "leader", &[&shared, &own], json!({})).await;
        for (login, expected) in [("leader", 200), ("deputy", 200), ("centre2", 200), ("head_b", 200), ("head_a", 404), ("head_c", 404), ("admin", 404)] {
            app.as_user(login).get(&path(&both, "")).await.assert_status(expected);
            assert_eq!(numbers(app, login, "").await.len(), usize::from(expected == 200), "{login}");
        }
        app.as_user("head_c").get(&path(&both, "/document")).await.refused(404, "not_found");
        app.as_user("head_a").get(&format!("/tasks/{}/orders", id(&own))).await.refused(404, "not_found");
        // Who takes part sees its task, and of the order nothing: it names a task of others.
        assert_eq!(app.as_user("head_c").get(&format!("/tasks/{}/orders", id(&shared))).await.assert(200)["items"], json!([]));
        let version = both["version"].clone();
        app.as_user("leader").post(&path(&both, "/withdrawal"), &json!({ "reason": "发错了", "version": version })).await.assert(200);
        let alone = issue(app, "leader", &[&shared], json!({})).await;
        assert_eq!(numbers(app, "head_c", "").await, [alone["number"].as_str().unwrap()]);
        assert_eq!((&alone["may_answer"], &look(app, "head_b", &alone).await["may_answer"]), (&json!(false), &json!(true)));
        assert_eq!(look(app, "head_c", &alone).await["may_answer"], false);
    }

    async fn orders_are_found_by_level_state_unit_and_what_is_overdue(app) {
        let mut orders = Vec::new();
        for (title, unit, due) in [("甲", "bureau_a", "2026-02-09"), ("乙", "bureau_b", "2026-02-10"), ("丙", "bureau_b", "2026-02-13")] {
            orders.push(issue(app, "leader", &[&dispatched(app, title, unit).await], json!({ "due_day": due })).await);
        }
        go_to(app, "2026-02-11");
        answer(app, "head_b", &orders[1], "已办").await;
        let n = |i: usize| format!("管委会督办〔2026〕{i}号");
        let unit = app.unit("bureau_b");
        for (query, expected) in [
            (String::new(), vec![n(3), n(2), n(1)]),
            ("?overdue=true".to_owned(), vec![n(1)]),
            ("?state=answered".to_owned(), vec![n(2)]),
            (format!("?unit_id={unit}&open=true"), vec![n(3), n(2)]),
            ("?level=red".to_owned(), vec![]),
            ("?open=false".to_owned(), vec![]),
        ] {
            assert_eq!(numbers(app, "leader", &query).await, expected, "{query}");
        }
        let first = app.as_user("leader").get("/orders?limit=2").await.assert(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(numbers(app, "leader", &format!("?limit=2&cursor={cursor}")).await, [n(1)]);
        app.as_user("leader").get("/orders?level=pink").await.refused(422, "invalid");
    }

    async fn an_order_is_withdrawn_with_a_reason_and_its_paper_can_be_printed(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let order = issue(app, "centre1", &[&task], json!({})).await;
        let reply = app.as_user("head_b").get(&path(&order, "/document")).await;
        reply.assert_status(200);
        assert_eq!(reply.header("content-type"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
        let text = prose(&reply.body);
        for words in ["政务运营中心", "运营中心督办〔2026〕1号", "蓝色督办单", "住房和城乡建设局：", "1. 修路", "限期整改", "2026年2月6日"] {
            assert!(text.contains(words), "{words} is missing: {text}");
        }
        let body = |version: &Value| json!({ "reason": "内容有误", "version": version });
        app.as_user("centre1").post(&path(&order, "/withdrawal"), &json!({ "reason": "", "version": 1 })).await.refused_field("reason");
        app.as_user("head_b").post(&path(&order, "/withdrawal"), &body(&order["version"])).await.refused(403, "forbidden");
        // Whoever of the issuing unit may issue orders speaks for it.
        let gone = app.as_user("centre2").post(&path(&order, "/withdrawal"), &body(&order["version"])).await.assert(200);
        assert_eq!((&gone["state"], &gone["turns"][0]["text"]), (&json!("withdrawn"), &json!("内容有误")));
        app.as_user("centre1").post(&path(&order, "/withdrawal"), &body(&gone["version"])).await.refused(409, "decided");
        app.as_user("head_b").post(&path(&order, "/answers"), &json!({ "text": "好" })).await.refused(409, "decided");
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await[0], "督办单撤回");
    }

    async fn many_tasks_get_one_order_for_each_unit_and_what_is_refused_is_said_row_by_row(app) {
        let mut ids = Vec::new();
        for (title, unit) in [("甲", "bureau_a"), ("乙", "bureau_b"), ("丙", "bureau_b"), ("丁", "bureau_b")] {
            ids.push(id(&dispatched(app, title, unit).await));
        }
        // One stands in an order already.
        app.as_user("centre1").post("/orders", &json!({ "task_ids": [ids[3]], "demand": "先办" })).await.assert(201);
        app.as_user("leader").post("/bulk", &json!({ "action": "order", "ids": ids })).await.refused_field("text");
        let body = json!({ "action": "order", "ids": ids, "text": "月底前完成", "due_day": "2026-02-12" });
        let user = app.as_user("leader").key("orders-many");
        let bulk = user.post("/bulk", &body).await.assert(202);
        assert_eq!(user.post("/bulk", &body).await.assert(202)["id"], bulk["id"]);
        app.run_jobs().await;
        let done = app.as_user("leader").get(&format!("/bulk/{}", bulk["id"].as_str().unwrap())).await.assert(200);
        assert_eq!((&done["done"], &done["refused"]), (&json!(3), &json!(1)));
        assert!(done["rows"][0]["words"].as_str().unwrap().contains("不重复督办"), "{done}");
        let page = app.as_user("leader").get("/orders?open=true").await.assert(200);
        let mut found: Vec<_> = page["items"].as_array().unwrap().iter().map(|order| (order["unit"]["short_name"].clone(), order["task_count"].clone(), order["due_day"].clone())).collect();
        found.sort_by_key(|(unit, n, _)| format!("{unit}{n}"));
        let row = |unit: &str, n: i64, day: &str| (json!(unit), json!(n), json!(day));
        assert_eq!(found, [row("住建局", 1, "2026-02-13"), row("住建局", 2, "2026-02-12"), row("经发局", 1, "2026-02-12")]);
        assert_eq!(messages(app, "liaison_a").await.iter().filter(|title| *title == "收到督办单").count(), 1);
        // A head may not issue orders: every row says so, and nothing is issued.
        let bulk = app.as_user("head_b").post("/bulk", &json!({ "action": "order", "ids": ids, "text": "快" })).await.assert(202);
        app.run_jobs().await;
        let done = app.as_user("head_b").get(&format!("/bulk/{}", bulk["id"].as_str().unwrap())).await.assert(200);
        assert_eq!(done["refused"], 4);
    }

    async fn a_talk_is_suggested_when_a_red_order_expired_and_only_a_person_decides_on_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        let mut order = issue(app, "leader", &[&task], json!({})).await;
        for day in ["2026-02-25", "2026-03-04"] {
            go_to(app, day);
            let body = json!({ "version": order["version"] });
            order = app.as_user("leader").post(&path(&order, "/following"), &body).await.assert(201);
        }
        let suggested = async |login: &str| app.as_user(login).get("/interviews").await.assert(200);
        // Three orders in a quarter are too many by themselves.
        let page = suggested("leader").await;
        assert_eq!((&page["quarter"], &page["suggestions"][0]["reasons"]), (&json!("2026Q1"), &json!(["本季度收到3份督办单"])));
        go_to(app, "2026-03-12");
        app.run_jobs().await;
        let told = messages(app, "liaison_b").await;
        let page = suggested("deputy").await;
        let one = page["suggestions"][0].clone();
        assert_eq!(one["reasons"][0], "红色督办单管委会督办〔2026〕3号到期（2026-03-06）未反馈");
        assert_eq!((one["orders"].as_array().unwrap().len(), &one["unit"]["short_name"]), (3, &json!("住建局")));
        for login in ["head_b", "staff_b1", "admin"] {
            app.as_user(login).get("/interviews").await.refused(403, "forbidden");
        }
        let decide = async |login: &str, more: Value| {
            let mut body = json!({ "unit_id": app.unit("bureau_b"), "outcome": "held", "day": "2026-03-11", "by_whom": "王主任", "note": "约谈局长，限期整改", "version": 0 });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.as_user(login).post("/interviews", &body).await
        };
        decide("head_b", json!({})).await.refused(403, "forbidden");
        decide("leader", json!({ "day": null })).await.refused_field("day");
        decide("leader", json!({ "day": "2026-03-13" })).await.refused_field("day");
        decide("leader", json!({ "by_whom": "" })).await.refused_field("by_whom");
        decide("leader", json!({ "note": "" })).await.refused_field("note");
        decide("deputy", json!({ "unit_id": app.unit("bureau_c") })).await.refused(404, "not_found");
        decide("leader", json!({ "unit_id": app.unit("bureau_c") })).await.refused(409, "not_now");
        let after = decide("leader", json!({})).await.assert(201);
        assert_eq!((&after["suggestions"], &after["decided"][0]["by_whom"]), (&json!([]), &json!("王主任")));
        assert_eq!(after["decided"][0]["basis"]["reasons"][0], one["reasons"][0]);
        // The second learns of the first.
        let late = decide("centre1", json!({ "outcome": "dismissed" })).await.refused(409, "stale_version");
        assert_eq!(late["current"]["suggestions"], json!([]));
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await, told, "a talk tells nobody by itself");
        // What happened before the talk has been dealt with; a new order counts anew.
        go_to(app, "2026-03-16");
        assert_eq!(suggested("leader").await["suggestions"], json!([]));
    }

    async fn tasks_that_turn_red_make_a_suggestion_from_the_number_in_the_rules_on(app) {
        let rules = app.as_user("centre1").get("/order-rules").await.assert(200);
        assert_eq!((&rules["version"], &rules["rules"]["interview_reds"]), (&json!(0), &json!(5)));
        let mut new = rules["rules"].clone();
        new["interview_reds"] = json!(2);
        new["blue_days"] = json!(2);
        new["numbering"] = json!("督〔{year}〕{seq:3}");
        let body = json!({ "rules": new, "reason": "试行", "version": 0 });
        app.as_user("head_b").post("/order-rules", &body).await.refused(403, "forbidden");
        let mut wrong = body.clone();
        wrong["rules"]["numbering"] = json!("督办");
        app.as_user("centre1").post("/order-rules", &wrong).await.refused_field("rules.numbering");
        app.as_user("centre1").post("/order-rules", &body).await.assert(201);
        app.as_user("admin").post("/order-rules", &body).await.refused(409, "stale_version");
        app.run_jobs().await;
        for title in ["甲", "乙"] {
            let parties = json!([{ "unit_id": app.unit("bureau_c"), "role": "lead" }]);
            let task = dispatched_with(app, json!({ "title": title, "parties": parties, "due": { "day": "2026-02-10" } })).await;
            sign(app, "head_c", &task).await;
        }
        let order = issue(app, "leader", &[&dispatched(app, "修路", "bureau_a").await], json!({})).await;
        assert_eq!((&order["number"], &order["due_day"]), (&json!("督〔2026〕001"), &json!("2026-02-10")));
        assert_eq!(app.as_user("leader").get("/interviews").await.assert(200)["suggestions"], json!([]));
        go_to(app, "2026-02-12");
        let page = app.as_user("leader").get("/interviews").await.assert(200);
        assert_eq!(page["suggestions"][0]["reasons"], json!(["本季度2项牵头任务亮红灯"]));
        assert_eq!(page["suggestions"][0]["tasks"].as_array().unwrap().len(), 2);
        // Whoever is in charge of others is not told of this unit.
        assert_eq!(app.as_user("deputy").get("/interviews").await.assert(200)["suggestions"], json!([]));
        let body = json!({ "unit_id": app.unit("bureau_c"), "outcome": "dismissed", "note": "客观原因", "version": 0 });
        assert_eq!(app.as_user("centre1").post("/interviews", &body).await.assert(201)["suggestions"], json!([]));
    }
}
