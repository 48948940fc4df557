//! What is asked of people is counted before more is asked, what is asked twice is told of, and nothing is counted but that.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

const ASKED: &str = "报送优化营商环境工作进展情况";

/// What is alike to a title asked of a unit, as this person is told.
async fn alike(app: &TestApp, login: &str, title: &str, unit: &str) -> Value {
    let body = json!({ "title": title, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] });
    app.as_user(login).post("/tasks/alike", &body).await.assert(200)["items"].clone()
}

/// A task of bureau_b that this person handles and that is reported every week on Wednesday, signed for.
async fn weekly(app: &TestApp, title: &str, handler: Option<&str>) -> Value {
    let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": handler.map(|login| app.person(login)) });
    let input = json!({
        "title": title, "parties": [party], "due": { "day": "2026-03-31" }, "report_rule": { "kind": "weekly", "day": 3 },
    });
    let task = dispatched_with(app, input).await;
    sign(app, "liaison_b", &task).await
}

/// Changes one number.
async fn set_rule(app: &TestApp, name: &str, value: i64) {
    let page = app.as_user("centre1").get("/burden-rules").await.assert(200);
    let mut rules = page["rules"].clone();
    rules[name] = json!(value);
    let body = json!({ "rules": rules, "reason": "试行", "version": page["version"] });
    app.as_user("centre1").post("/burden-rules", &body).await.assert(201);
}

async fn burden(app: &TestApp, login: &str, query: &str) -> Value {
    app.as_user(login).get(&format!("/burden?{query}")).await.assert(200)
}

fn reports(person: &Value) -> Vec<i64> {
    person["weeks"].as_array().unwrap().iter().map(|week| week["reports"].as_i64().unwrap()).collect()
}

both! {
    async fn who_asks_for_the_same_thing_again_learns_of_it_first(app) {
        let task = dispatched(app, ASKED, "bureau_b").await;
        app.run_jobs().await;
        // The deputy is in charge of the bureau and sees its tasks.
        let found = alike(app, "deputy", "上报优化营商环境工作情况", "bureau_b").await;
        assert_eq!(found[0]["words"], "政务运营中心已向住房和城乡建设局布置过相近任务（2026-02-06）", "{found:#}");
        assert_eq!(found[0]["task"]["id"], id(&task));
        let measure = &found[0]["measure"];
        let (own, other, shared) = (&measure["own_pairs"], &measure["other_pairs"], &measure["shared_pairs"]);
        let whole = own.as_i64().unwrap() + other.as_i64().unwrap();
        assert_eq!(measure["percent"].as_i64().unwrap(), shared.as_i64().unwrap() * 200 / whole, "it can be counted");
        assert_eq!(measure["shared"], json!(["优化营商环境工作", "情况"]));
        // Something else, somebody else, and the same once it is over.
        assert_eq!(alike(app, "centre1", "修复滨海大道路面", "bureau_b").await, json!([]));
        assert_eq!(alike(app, "centre1", ASKED, "bureau_d").await, json!([]));
        assert_eq!(alike(app, "centre1", ASKED, "bureau_b").await.as_array().unwrap().len(), 1);
        sign(app, "liaison_b", &task).await;
        report(app, "liaison_b", &task, 100).await;
        accept(app, "centre1", &task).await;
        close(app, "liaison_b", "centre1", &task).await;
        assert_eq!(alike(app, "centre1", ASKED, "bureau_b").await, json!([]), "at once, though the index follows later");
        app.run_jobs().await;
        assert_eq!(alike(app, "centre1", ASKED, "bureau_b").await, json!([]));
    }

    async fn of_a_task_one_does_not_see_one_learns_only_that_it_is_there(app) {
        dispatched(app, ASKED, "bureau_c").await;
        app.run_jobs().await;
        // In charge of others, the deputy does not see the environment bureau's tasks.
        let found = alike(app, "deputy", "上报优化营商环境工作情况", "bureau_c").await;
        assert_eq!(found[0]["words"], "政务运营中心已向生态环境局布置过相近任务（2026-02-06）", "{found:#}");
        assert!(found[0]["task"].is_null() && found[0]["measure"].is_null(), "{found:#}");
        assert!(!found.to_string().contains("营商环境"), "{found:#}");
        // Who may not ask the unit for anything is told nothing of it.
        assert_eq!(alike(app, "head_b", ASKED, "bureau_c").await, json!([]));
        let body = json!({ "title": ASKED, "parties": [{ "unit_id": app.unit("bureau_c"), "role": "lead" }] });
        app.as_user("staff_b1").post("/tasks/alike", &body).await.refused(403, "forbidden");
        app.as_user("centre1").post("/tasks/alike", &json!({ "title": " ", "parties": [] })).await.refused_field("title");
    }

    async fn a_draft_is_not_alike_to_its_own_tree_nor_to_what_has_not_gone_out(app) {
        let centre = app.as_user("centre1");
        let party = json!([{ "unit_id": app.unit("bureau_b"), "role": "lead" }]);
        let draft = centre.post("/tasks", &json!({ "title": ASKED, "parties": party })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(alike(app, "centre1", ASKED, "bureau_b").await, json!([]));
        submit(app, "centre1", &draft).await;
        app.run_jobs().await;
        assert_eq!(alike(app, "centre1", ASKED, "bureau_b").await.as_array().unwrap().len(), 1);
        let body = json!({ "title": ASKED, "parties": party, "task_id": id(&draft) });
        assert_eq!(centre.post("/tasks/alike", &body).await.assert(200)["items"], json!([]));
    }

    async fn rows_of_a_ledger_are_compared_with_what_units_were_asked_before_it_is_imported(app) {
        let task = dispatched(app, ASKED, "bureau_b").await;
        app.run_jobs().await;
        let centre = app.as_user("centre1");
        let csv = "任务,牵头单位\n上报优化营商环境工作情况,住房和城乡建设局\n修复滨海大道路面,住房和城乡建设局\n上报优化营商环境工作情况,生态环境局\n报送优化营商环境工作进展情况,住建局\n";
        let import = centre.post_bytes("/task-imports?name=a.csv", csv.as_bytes().to_vec()).await.assert(201);
        let path = format!("/task-imports/{}", import["id"].as_str().unwrap());
        let found = centre.get(&format!("{path}/alike")).await.assert(200);
        let rows: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["row"].as_i64().unwrap()).collect();
        // Neither what is something else nor what is asked of somebody else.
        assert_eq!((rows, &found["next"]), (vec![2, 5], &Value::Null), "{found:#}");
        let first = &found["items"][0];
        assert_eq!((&first["alike"]["task"]["id"], &first["more"]), (&json!(id(&task)), &json!(0)));
        assert_eq!(first["alike"]["words"], "政务运营中心已向住房和城乡建设局布置过相近任务（2026-02-06）");
        // A row that is left out is not looked at, and the ledger of another is not there.
        let mut mapping = import["mapping"].clone();
        mapping["excluded_rows"] = json!([2]);
        centre.put(&format!("{path}/mapping"), &mapping).await.assert(200);
        let found = centre.get(&format!("{path}/alike?after=2")).await.assert(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found:#}");
        app.as_user("centre2").get(&format!("{path}/alike")).await.refused(404, "not_found");
        app.as_user("head_b").get(&format!("{path}/alike")).await.refused(403, "forbidden");
    }

    async fn a_long_ledger_is_compared_some_rows_at_a_time(app) {
        dispatched(app, ASKED, "bureau_b").await;
        app.run_jobs().await;
        let rows: String = (0..230).map(|n| if n % 100 == 7 { format!("{ASKED},住房和城乡建设局\n") } else { format!("第{n}件,住房和城乡建设局\n") }).collect();
        let centre = app.as_user("centre1");
        let csv = format!("任务,牵头单位\n{rows}");
        let import = centre.post_bytes("/task-imports?name=a.csv", csv.into_bytes()).await.assert(201);
        let path = format!("/task-imports/{}/alike", import["id"].as_str().unwrap());
        let (mut found, mut after, mut asked) = (Vec::new(), Value::Null, 0);
        loop {
            let page = centre.get(&after.as_i64().map_or(path.clone(), |after| format!("{path}?after={after}"))).await.assert(200);
            found.extend(page["items"].as_array().unwrap().iter().map(|item| item["row"].as_i64().unwrap()));
            (after, asked) = (page["next"].clone(), asked + 1);
            if after.is_null() || asked > 10 {
                break;
            }
        }
        assert_eq!((found, asked), (vec![9, 109, 209], 3));
    }

    async fn from_when_on_two_are_alike_is_a_rule(app) {
        dispatched(app, ASKED, "bureau_b").await;
        app.run_jobs().await;
        let title = "上报优化营商环境工作情况";
        assert_eq!(alike(app, "centre1", title, "bureau_b").await.as_array().unwrap().len(), 1);
        set_rule(app, "alike_from", 95).await;
        assert_eq!(alike(app, "centre1", title, "bureau_b").await, json!([]));
        let body = json!({ "title": ASKED, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let page = app.as_user("centre1").post("/tasks/alike", &body).await.assert(200);
        assert_eq!((page["from_percent"].as_i64(), page["items"][0]["measure"]["percent"].as_i64()), (Some(95), Some(100)));
    }

    async fn the_numbers_are_kept_in_versions_and_the_second_of_two_learns_of_the_first(app) {
        let page = app.as_user("staff_b1").get("/burden-rules").await.assert(200);
        assert_eq!(page["rules"], page["defaults"]);
        let body = |rules: Value| json!({ "rules": rules, "reason": "按减负要求", "version": page["version"] });
        let new = json!({ "messages_a_week": 30, "reports_a_week": 3, "alike_from": 70 });
        app.as_user("head_b").post("/burden-rules", &body(new.clone())).await.refused(403, "forbidden");
        for (name, value) in [("messages_a_week", 0), ("reports_a_week", 101), ("alike_from", 10)] {
            let mut wrong = new.clone();
            wrong[name] = json!(value);
            app.as_user("centre1").post("/burden-rules", &body(wrong)).await.refused_field(&format!("rules.{name}"));
        }
        let saved = app.as_user("centre1").post("/burden-rules", &body(new.clone())).await.assert(201);
        assert_eq!((&saved["rules"], saved["history"][0]["reason"].as_str()), (&new, Some("按减负要求")));
        let late = app.as_user("admin").post("/burden-rules", &body(new)).await.refused(409, "stale_version");
        assert_eq!(late["current"]["version"], saved["version"]);
    }

    async fn everybody_sees_what_they_owe_and_were_told_and_what_makes_it_up(app) {
        set_rule(app, "reports_a_week", 1).await;
        let first = weekly(app, "修路", Some("staff_b1")).await;
        weekly(app, "植树", Some("staff_b1")).await;
        // Where nobody is named, the report is the liaison's.
        weekly(app, "清淤", None).await;
        app.run_jobs().await;
        let ask = json!({ "due_day": "2026-02-12", "text": "说明拆迁进度" });
        app.as_user("centre1").post(&format!("/tasks/{}/report-dues", id(&first)), &ask).await.assert(200);
        app.run_jobs().await;
        let mine = burden(app, "staff_b1", "").await;
        let me = &mine["people"][0];
        // The 18th is a day off: its reports are due on Saturday the 14th, which is worked.
        assert_eq!(reports(me), [0, 5, 0, 2], "{mine:#}");
        let over: Vec<bool> = me["weeks"].as_array().unwrap().iter().map(|week| week["over"].as_bool().unwrap()).collect();
        assert_eq!((over, me["weeks"][0]["from"].as_str()), (vec![false, true, false, true], Some("2026-02-02")));
        let road = me["tasks"].as_array().unwrap().iter().find(|task| task["title"] == "修路").unwrap();
        assert_eq!((&road["reports"], &road["asked"], &road["next"]), (&json!(4), &json!(1), &json!("2026-02-11")), "{mine:#}");
        assert_eq!(road["issuer"]["name"], "政务运营中心");
        assert_eq!(me["messages"].as_i64().unwrap(), told(me), "{mine:#}");
        assert_eq!(me["told_by"], json!([{ "rule": null, "name": "要求上报进展", "messages": 1 }]));
        // Its liaison and its head see the bureau, another bureau does not.
        let unit = format!("unit_id={}", app.unit("bureau_b"));
        let whole = burden(app, "head_b", &unit).await;
        let names: Vec<&str> = whole["people"].as_array().unwrap().iter().map(|one| one["person"]["name"].as_str().unwrap()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!((names.len(), &names), (4, &sorted), "by name, whoever has most");
        let liaison = whole["people"].as_array().unwrap().iter().find(|one| one["person"]["name"] == "朱联").unwrap();
        assert_eq!(reports(liaison), [0, 2, 0, 1]);
        let person = format!("person_id={}", app.person("staff_b1"));
        assert_eq!(burden(app, "centre1", &person).await["people"][0]["messages"], me["messages"]);
        for query in [&unit, &person] {
            app.as_user("head_c").get(&format!("/burden?{query}")).await.refused(404, "not_found");
            app.as_user("staff_b2").get(&format!("/burden?{query}")).await.refused(404, "not_found");
        }
        app.as_user("centre1").get("/burden?weeks=0").await.refused_field("weeks");
        app.as_user("centre1").get(&format!("/burden?{unit}&{person}")).await.refused_field("unit_id");
    }

    async fn reminders_are_told_by_their_rule(app) {
        weekly(app, "修路", Some("staff_b1")).await;
        app.run_jobs().await;
        go_to(app, "2026-02-10");
        app.run_jobs().await;
        let mine = burden(app, "staff_b1", "").await;
        let told_by = mine["people"][0]["told_by"].as_array().unwrap().clone();
        let rule = told_by.iter().find(|one| one["rule"].is_string()).unwrap();
        let rules = app.as_user("centre1").get("/reminder-rules").await.assert(200);
        let known = rules["rules"]["rules"].as_array().unwrap().iter().find(|one| one["code"] == rule["rule"]).unwrap();
        assert_eq!(rule["name"], known["name"]);
        // A week later none of it counts any more.
        app.clock.set("2026-02-20T09:00:00+08:00".parse().unwrap());
        let later = burden(app, "staff_b1", "").await;
        assert_eq!((&later["people"][0]["messages"], &later["people"][0]["told_by"]), (&json!(0), &json!([])), "{later:#}");
    }

    async fn what_would_be_owed_is_said_before_it_is_saved_and_bars_nothing(app) {
        set_rule(app, "reports_a_week", 1).await;
        let task = weekly(app, "修路", Some("staff_b1")).await;
        let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
        let rule = json!({ "kind": "weekly", "day": 3 });
        let centre = app.as_user("centre1");
        let plan = json!({ "parties": [party], "report_rule": rule, "due": { "day": "2026-03-06" } });
        let seen = centre.post("/burden/forecasts", &plan).await.assert(200);
        let weeks: Vec<(&str, i64, i64)> = seen["people"][0]["weeks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|week| (week["from"].as_str().unwrap(), week["now"].as_i64().unwrap(), week["then"].as_i64().unwrap()))
            .collect();
        assert_eq!(weeks, [("2026-02-09", 2, 4), ("2026-02-23", 1, 2), ("2026-03-02", 1, 2)], "{seen:#}");
        let words = "秦一自2026-02-09起有 3 周超过每周 1 次的上报上限，最多的一周应报 4 次";
        assert_eq!((seen["people"][0]["warning"].as_str(), seen["reports_a_week"].as_i64()), (Some(words), Some(1)));
        // A task that asks for nothing changes nothing; one that is changed replaces what it asked.
        let none = json!({ "parties": [party], "report_rule": { "kind": "none" }, "due": { "day": "2026-03-06" } });
        let seen = centre.post("/burden/forecasts", &none).await.assert(200);
        assert_eq!((&seen["people"][0]["weeks"], &seen["people"][0]["warning"]), (&json!([]), &Value::Null));
        let same = json!({ "task_id": id(&task), "report_rule": rule });
        assert_eq!(centre.post("/burden/forecasts", &same).await.assert(200)["people"][0]["weeks"], json!([]));
        let ask = json!({ "task_id": id(&task), "asked_day": "2026-02-26" });
        let seen = centre.post("/burden/forecasts", &ask).await.assert(200);
        let words = "秦一在2026-02-23起的一周应报 2 次（现为 1 次），超过每周 1 次的上限";
        assert_eq!(seen["people"][0]["warning"], words, "{seen:#}");
        // On a day on which one is due anyway nothing is added.
        let ask = json!({ "task_id": id(&task), "asked_day": "2026-02-25" });
        assert_eq!(centre.post("/burden/forecasts", &ask).await.assert(200)["people"][0]["weeks"], json!([]));
        // A warning, never a bar.
        weekly(app, "植树", Some("staff_b1")).await;
        let body = json!({ "due_day": "2026-02-26", "text": "说明进度" });
        centre.post(&format!("/tasks/{}/report-dues", id(&task)), &body).await.assert(200);
        // Whose task it is not to change is told nothing.
        app.as_user("head_c").post("/burden/forecasts", &same).await.refused(404, "not_found");
        app.as_user("liaison_b").post("/burden/forecasts", &same).await.refused(403, "forbidden");
        centre.post("/burden/forecasts", &json!({ "parties": [party] })).await.refused_field("report_rule");
        centre.post("/burden/forecasts", &json!({ "task_id": id(&task), "asked_day": "2026-02-05" })).await.refused_field("asked_day");
    }

    async fn a_dry_run_names_who_would_be_over_the_budget_before_and_after(app) {
        set_rule(app, "messages_a_week", 3).await;
        weekly(app, "修路", Some("staff_b1")).await;
        app.run_jobs().await;
        for day in ["2026-02-09", "2026-02-10", "2026-02-11", "2026-02-12", "2026-02-13"] {
            go_to(app, day);
            app.run_jobs().await;
        }
        let page = app.as_user("centre1").get("/reminder-rules").await.assert(200);
        let mut set = page["rules"].clone();
        let near = set["rules"].as_array_mut().unwrap().iter_mut().find(|rule| rule["trigger"]["kind"] == "report_due").unwrap();
        let step = near["steps"][0].clone();
        near["steps"] = json!((-1..=3).map(|n| {
            let mut step = step.clone();
            step["after"] = json!({ "n": n, "unit": "workdays" });
            step
        }).collect::<Vec<_>>());
        let body = json!({ "rules": set, "month": "2026-02-01" });
        let trial = app.as_user("centre1").post("/reminder-rules/trials", &body).await.assert(200);
        assert_eq!(trial["budget"], 3);
        let week = trial["weeks"].as_array().unwrap().iter().find(|week| week["from"] == "2026-02-09").unwrap();
        let handler = week["people"].as_array().unwrap().iter().find(|one| one["person"]["name"] == "秦一").unwrap();
        let (now, then) = (handler["messages"]["now"].as_i64().unwrap(), handler["messages"]["then"].as_i64().unwrap());
        assert!(now <= 3 && then > 3, "{week:#}");
        assert!(week["over"]["now"].as_i64() < week["over"]["then"].as_i64(), "{week:#}");
    }

    async fn the_statement_says_what_was_asked_how_often_and_names_nobody(app) {
        set_rule(app, "reports_a_week", 1).await;
        let task = weekly(app, ASKED, Some("staff_b1")).await;
        app.run_jobs().await;
        let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead" });
        let again = app.as_user("deputy").post("/tasks", &json!({ "title": ASKED, "parties": [party] })).await.assert(201);
        submit(app, "deputy", &again).await;
        app.run_jobs().await;
        // The centre asks once more itself: told of, and counted apart.
        dispatched(app, ASKED, "bureau_b").await;
        app.run_jobs().await;
        let ask = json!({ "due_day": "2026-02-12", "text": "说明进度" });
        app.as_user("centre1").post(&format!("/tasks/{}/report-dues", id(&task)), &ask).await.assert(200);
        for (text, n) in ["完成一半", "完成一半", "完成一半，路基已验收"].into_iter().zip(1..) {
            app.clock.set(format!("2026-02-06T09:0{n}:00+08:00").parse().unwrap());
            let body = json!({ "claimed_progress": 50, "text": text });
            app.as_user("staff_b1").post(&format!("/tasks/{}/reports", id(&task)), &body).await.assert(200);
        }
        app.run_jobs().await;
        go_to(app, "2026-02-28");
        let path = "/burden/statement?from_day=2026-02-01&to_day=2026-02-28";
        let page = app.as_user("leader").get(path).await.assert(200);
        let duties = |page: &Value| (page["tasks"].as_i64().unwrap(), page["planned"].as_i64().unwrap(), page["asked"].as_i64().unwrap());
        assert_eq!(duties(&page["duties"]), (1, 3, 1), "{page:#}");
        assert_eq!((page["by_cadence"][0]["kind"].as_str(), duties(&page["by_cadence"][0])), (Some("weekly"), (1, 3, 1)));
        assert_eq!(page["by_issuer"][0]["issuer"]["name"], "政务运营中心");
        let owed = &page["owed"];
        assert_eq!([&owed["weeks"], &owed["total"], &owed["most"], &owed["over"]], [2, 4, 3, 1], "{owed:#}");
        assert_eq!(page["owed_over_people"], 1);
        assert!(page["messages"]["total"].as_i64().unwrap() >= 3 && page["messages_over_people"] == 0, "{page:#}");
        // The deputy's against the centre's; then the centre's against the deputy's, and against its own.
        assert_eq!([&page["alike"], &page["alike_own"]], [2, 1], "{page:#}");
        assert_eq!(page["alike_pairs"][0]["title"], ASKED);
        assert_eq!([&page["reports"], &page["repeats"]], [3, 1]);
        assert!(page["absent"].as_array().unwrap().len() >= 4);
        for name in ["秦一", "朱联", "杨建设"] {
            assert!(!page.to_string().contains(name), "{name} is named");
        }
        let reply = app.as_user("centre1").get(&path.replace("statement?", "statement.csv?")).await;
        reply.assert_status(200);
        let table = reply.text();
        for line in ["按报送周期,每周,4,", "相近任务,不同单位交办,2,", "重复上报,与前次内容相同,1,", "系统不做的事,不统计登录次数"] {
            assert!(table.contains(line), "{line} is not in {table}");
        }
        let paper = app.as_user("centre1").get(&path.replace("statement?", "statement.docx?")).await;
        paper.assert_status(200);
        let paper = crate::orders::prose(&paper.body);
        for line in ["减负情况说明", "一、要求上报了多少次", "不同单位交办的2对，同一单位交办的1对。", "上报3次，其中与前次进度、文字都相同的1次。", "1.不统计登录次数"] {
            assert!(paper.contains(line), "{line} is not in {paper}");
        }
        app.as_user("head_b").get(path).await.refused(403, "forbidden");
        app.as_user("head_b").get(&path.replace("statement?", "statement.docx?")).await.refused(403, "forbidden");
        app.as_user("leader").get("/burden/statement?from_day=2026-02-02&to_day=2026-02-01").await.refused_field("to_day");
        app.as_user("leader").get("/burden/statement?from_day=2025-01-01&to_day=2026-02-01").await.refused_field("to_day");
        // Who sees no tasks is told of the pair and not of what they say.
        let admin = app.as_user("admin").get(path).await.assert(200);
        assert_eq!(admin["alike"], 2);
        assert!(!admin.to_string().contains("营商环境"), "{admin:#}");
    }
}

/// Messages by what they were.
fn told(person: &Value) -> i64 {
    person["told_by"].as_array().unwrap().iter().map(|one| one["messages"].as_i64().unwrap()).sum()
}
