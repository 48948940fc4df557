//! The same work set again: copies and templates, on days counted in working days.

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// A tree over the spring festival: the top one from 2 February to 13 March, 25 working days, below it a task for each of two bureaus.
async fn tree(app: &TestApp) -> Value {
    let input = json!({
        "title": "春节前后安全检查", "demand": "逐家检查，建立台账。", "importance": "important", "urgency": "urgent",
        "source_kind": "meeting_decision", "source_document": "第3次主任办公会", "due": { "day": "2026-03-13" }, "start_day": "2026-02-02",
        "report_rule": { "kind": "weekly", "day": 5 },
        "milestones": [
            { "title": "排查完成", "due_day": "2026-02-13", "weight": 40, "deliverable": "问题清单" },
            { "title": "整改完成", "due_day": "2026-03-13", "weight": 60 },
        ],
        "parties": [
            { "unit_id": app.unit("bureau_a"), "role": "lead", "person_id": app.person("staff_a1") },
            { "unit_id": app.unit("bureau_d"), "role": "co", "demand": "提供名单", "due_day": "2026-02-06" },
        ],
    });
    let top = app.as_user("centre1").post("/tasks", &input).await.assert(201);
    let child = |title: &str, unit: &str, weight: f64| json!({ "title": title, "weight": weight, "due": { "day": "2026-02-13" }, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] });
    let children = [child("工地检查", "bureau_b", 60.0), child("排口检查", "bureau_c", 40.0)];
    let body = json!({ "version": version(&top), "children": children });
    let top = app.as_user("centre1").put(&format!("/tasks/{}/children", id(&top)), &body).await.assert(200);
    submit(app, "centre1", &top).await
}

async fn copied(app: &TestApp, login: &str, task: &Value, body: Value) -> Value {
    app.as_user(login).post(&format!("/tasks/{}/copies", id(task)), &body).await.assert(201)
}

async fn kept(app: &TestApp, login: &str, name: &str, shared: &str, task: &Value) -> Value {
    let body = json!({ "name": name, "description": "每年两次", "shared": shared, "task_id": id(task) });
    app.as_user(login).post("/task-templates", &body).await.assert(201)
}

async fn names(app: &TestApp, login: &str) -> Vec<String> {
    let list = app.as_user(login).get("/task-templates").await.assert(200);
    list["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_copy_asks_for_the_same_on_days_as_many_working_days_apart(app) {
        let task = tree(app).await;
        report_and_sign(app, &task).await;
        go_to(app, "2026-09-25");
        let body = json!({ "start_day": "2026-09-28", "below": true });
        let preview = app.as_user("centre1").post(&format!("/tasks/{}/copy-previews", id(&task)), &body).await.assert(200);
        // The golden week lies in between now, and a Saturday that is worked for it.
        assert_eq!(preview["tasks"][0]["due_day"], "2026-11-06");
        assert!(preview["tasks"][0]["explanation"].to_string().contains("自2026年9月28日起"), "{preview}");
        assert!(preview["tasks"][0]["explanation"].to_string().contains("国庆节"), "{preview}");
        let made = copied(app, "centre1", &task, body).await;
        let copy = &made["task"];
        assert_eq!((&made["tasks"], &made["notes"]), (&json!(3), &json!([])));
        assert_eq!((&copy["task"]["state"], &copy["task"]["number"], &copy["task"]["progress"]), (&json!("draft"), &Value::Null, &json!(0.0)));
        for field in ["title", "importance", "urgency", "source_kind"] {
            assert_eq!(copy["task"][field], task["task"][field], "{field}");
        }
        for field in ["demand", "source_document", "report_rule"] {
            assert_eq!(copy[field], task[field], "{field}");
        }
        assert_eq!((&copy["start_day"], &copy["task"]["due_day"]), (&json!("2026-09-28"), &json!("2026-11-06")));
        assert!(copy["due_explanation"].to_string().contains("自2026年9月28日起"), "{}", copy["due_explanation"]);
        assert_eq!((&copy["milestones"][0]["title"], &copy["milestones"][0]["weight"], &copy["milestones"][0]["deliverable"]), (&json!("排查完成"), &json!(40.0), &json!("问题清单")));
        assert_eq!(copy["milestones"][1]["due_day"], "2026-11-06");
        assert_eq!(copy["parties"][0]["person"]["name"], "陈一");
        assert_eq!((&copy["parties"][1]["demand"], &copy["parties"][1]["due_day"]), (&json!("提供名单"), &json!("2026-10-09")));
        let weights: Vec<_> = copy["children"].as_array().unwrap().iter().map(|one| (one["title"].clone(), one["weight"].clone())).collect();
        assert_eq!(weights, [(json!("工地检查"), json!(60.0)), (json!("排口检查"), json!(40.0))]);
        assert_eq!((&copy["reports"], &copy["files"]), (&json!([]), &json!([])));
        // It goes out like any other.
        let sent = submit(app, "centre1", copy).await;
        assert_eq!(sent["task"]["number"], "2026-0002");
        assert_eq!(show(app, "head_c", &sent["children"][1]).await["task"]["state"], "dispatched");
    }

    async fn a_copy_may_be_of_one_task_only_under_another_title_and_due_day(app) {
        let task = tree(app).await;
        go_to(app, "2026-05-06");
        let body = json!({ "title": "二季度安全检查", "below": false, "due": { "text": "10个工作日内" }, "same_matter": true });
        let made = copied(app, "centre1", &task, body).await;
        let copy = &made["task"];
        assert_eq!((&copy["task"]["title"], &copy["task"]["has_children"]), (&json!("二季度安全检查"), &json!(false)));
        assert_eq!((&copy["task"]["due_day"], &copy["due_text"]), (&json!("2026-05-19"), &json!("10个工作日内")));
        // Steps that would lie after the new due day are held within it.
        assert_eq!(copy["milestones"][1]["due_day"], "2026-05-19");
        assert_eq!((&copy["links"][0]["kind"], &copy["links"][0]["number"]), (&json!("same_matter"), &task["task"]["number"]));
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(copy))).await.assert(200);
        assert_eq!(line["items"][1]["sentence"], "由“2026-0001”复制");
        // A draft that nobody wants goes, its link with it.
        app.as_user("centre1").delete(&format!("/tasks/{}?version={}", id(copy), version(copy))).await.assert(204);
        assert_eq!(show(app, "centre1", &task).await["links"], json!([]));
        let backwards = json!({ "start_day": "2026-06-01", "due": { "day": "2026-05-29" } });
        app.as_user("centre1").post(&format!("/tasks/{}/copies", id(&task)), &backwards).await.refused_field("due");
    }

    async fn files_come_along_when_they_are_asked_for(app) {
        let file = app.as_user("centre1").upload("方案.txt", "检查方案").await.assert(201);
        let input = json!({ "title": "有附件", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }], "file_ids": [file["id"]] });
        let task = dispatched_with(app, input).await;
        let without = copied(app, "centre1", &task, json!({})).await;
        assert_eq!(without["task"]["files"], json!([]));
        let with = copied(app, "centre1", &task, json!({ "files": true })).await;
        assert_eq!(with["task"]["files"][0]["name"], "方案.txt");
    }

    async fn tags_and_fields_come_along_as_far_as_they_are_in_use(app) {
        let field = |code: &str, name: &str| json!({ "code": code, "name": name, "shape": "text" });
        let path = |version: &Value| format!("/source-kinds/investment_promotion?version={version}");
        let body = |fields: Value, active: bool| json!({ "name": "招商引资", "retention": "permanent", "active": active, "fields": fields });
        let centre = app.as_user("centre1");
        let kinds = centre.get("/source-kinds").await.assert(200);
        let before = kinds["items"].as_array().unwrap().iter().find(|kind| kind["code"] == "investment_promotion").unwrap();
        let kind = centre.put(&path(&before["version"]), &body(json!([field("investor", "投资方"), field("contact", "联系人")]), true)).await.assert(200);
        let task = dispatched_with(app, json!({
            "title": "招商洽谈", "source_kind": "investment_promotion", "fields": { "investor": "海工集团", "contact": "老王" },
            "tags": ["招商", "一号工程"], "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }],
        })).await;
        let template = kept(app, "centre1", "洽谈", "own", &task).await;
        let copy = copied(app, "centre1", &task, json!({})).await;
        assert_eq!((&copy["notes"], &copy["task"]["task"]["tags"]), (&json!([]), &task["task"]["tags"]));
        assert_eq!(copy["task"]["task"]["fields"], task["task"]["fields"]);
        // A field is no longer asked for, then the whole kind is given up.
        let mut first = kind["fields"][0].clone();
        first.as_object_mut().unwrap().retain(|key, _| ["id", "code", "name", "shape"].contains(&key.as_str()));
        let kind = centre.put(&path(&kind["version"]), &body(json!([first]), true)).await.assert(200);
        let made = centre.post(&format!("/task-templates/{}/tasks", id(&template)), &json!({})).await.assert(201);
        assert_eq!(made["notes"], json!(["字段“联系人”已经改变，没有带过来"]));
        assert_eq!((&made["task"]["task"]["fields"][0]["value"], &made["task"]["task"]["fields"][1]), (&json!("海工集团"), &Value::Null));
        let mut first = kind["fields"][0].clone();
        first.as_object_mut().unwrap().retain(|key, _| ["id", "code", "name", "shape"].contains(&key.as_str()));
        centre.put(&path(&kind["version"]), &body(json!([first]), false)).await.assert(200);
        let made = centre.post(&format!("/task-templates/{}/tasks", id(&template)), &json!({})).await.assert(201);
        assert_eq!(made["task"]["task"]["source_kind"], "other");
        assert!(made["notes"].to_string().contains("来源“招商引资”已经停用，改为“其他”"), "{}", made["notes"]);
    }

    async fn closed_units_and_persons_who_left_stay_behind_and_are_named(app) {
        let task = tree(app).await;
        let units = app.as_user("admin").get("/units").await.assert(200);
        let bureau = units["items"].as_array().unwrap().iter().find(|unit| unit["name"] == "生态环境局").unwrap().clone();
        let body = json!({ "version": bureau["version"], "active": false });
        app.as_user("admin").patch(&format!("/units/{}", bureau["id"].as_str().unwrap()), &body).await.assert(200);
        let persons = app.as_user("admin").get("/persons?q=staff_a1").await.assert(200);
        let body = json!({ "version": persons["items"][0]["version"], "unit_id": app.unit("bureau_d") });
        app.as_user("admin").patch(&format!("/persons/{}", app.person("staff_a1")), &body).await.assert(200);
        let made = copied(app, "centre1", &task, json!({})).await;
        assert_eq!(made["notes"], json!(["陈一已不在经济发展局，经办人待指定", "生态环境局已经停用，没有带过来"]));
        assert_eq!(made["task"]["parties"][0]["person"], Value::Null);
        // Somebody has to lead before it can go out.
        let copy = &made["task"];
        let body = json!({ "version": version(copy), "not_secret": true });
        app.as_user("centre1").post(&format!("/tasks/{}/submission", id(copy)), &body).await.refused_field("children[1].parties");
    }

    async fn nobody_copies_what_they_do_not_see_or_may_not_set(app) {
        let task = tree(app).await;
        let path = format!("/tasks/{}/copies", id(&task));
        app.as_user("staff_a1").post(&path, &json!({})).await.refused(403, "forbidden");
        // The social bureau takes part in the top task only, and may task its own people only.
        let made = copied(app, "head_d", &task, json!({})).await;
        assert_eq!(made["tasks"], 1);
        assert_eq!(made["notes"], json!(["经济发展局不在您的管理范围内，没有带过来"]));
        let child = &task["children"][0];
        for path in ["copies", "copy-previews"] {
            app.as_user("head_d").post(&format!("/tasks/{}/{path}", id(child)), &json!({})).await.refused(404, "not_found");
        }
    }

    async fn a_template_makes_a_whole_tree_on_the_days_of_its_beginning(app) {
        let task = tree(app).await;
        let template = kept(app, "centre1", "安全检查", "all", &task).await;
        assert_eq!((&template["tasks"], &template["version"], &template["pattern"]["due_after"]), (&json!(3), &json!(1), &json!(25)));
        assert_eq!(names(app, "head_a").await, ["安全检查"]);
        go_to(app, "2026-09-25");
        let path = format!("/task-templates/{}", id(&template));
        let body = json!({ "start_day": "2026-09-28", "title": "国庆安全检查" });
        let preview = app.as_user("centre1").post(&format!("{path}/previews"), &body).await.assert(200);
        let days: Vec<_> = preview["tasks"].as_array().unwrap().iter().map(|one| (one["depth"].clone(), one["due_day"].clone())).collect();
        assert_eq!(days, [(json!(0), json!("2026-11-06")), (json!(1), json!("2026-10-15")), (json!(1), json!("2026-10-15"))]);
        let made = app.as_user("centre1").post(&format!("{path}/tasks"), &body).await.assert(201);
        assert_eq!((&made["tasks"], &made["task"]["task"]["title"]), (&json!(3), &json!("国庆安全检查")));
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&made["task"]))).await.assert(200);
        assert!(line["items"].to_string().contains("由模板“安全检查”（第1版）生成"), "{line}");
        submit(app, "centre1", &made["task"]).await;
    }

    async fn a_template_edited_later_changes_nothing_that_was_made_from_it(app) {
        let task = tree(app).await;
        let template = kept(app, "centre1", "安全检查", "own", &task).await;
        let path = format!("/task-templates/{}", id(&template));
        let made = app.as_user("centre1").post(&format!("{path}/tasks"), &json!({})).await.assert(201);
        let mut pattern = template["pattern"].clone();
        pattern["title"] = json!("消防检查");
        pattern["due_after"] = json!(30);
        pattern["children"].as_array_mut().unwrap().clear();
        let body = json!({ "name": "消防检查", "pattern": pattern });
        let changed = app.as_user("centre1").patch(&format!("{path}?version=1"), &body).await.assert(200);
        assert_eq!((&changed["version"], &changed["tasks"], &changed["pattern"]["title"]), (&json!(2), &json!(1), &json!("消防检查")));
        assert_eq!(show(app, "centre1", &made["task"]).await["task"]["title"], "春节前后安全检查");
        let problem = app.as_user("centre1").patch(&format!("{path}?version=1"), &json!({ "name": "晚了" })).await.refused(409, "stale_version");
        assert_eq!((&problem["current"]["version"], &problem["current"]["name"]), (&json!(2), &json!("消防检查")));
        // Retired, it is no longer offered, and can be offered again.
        app.as_user("centre1").patch(&format!("{path}?version=2"), &json!({ "retired": true })).await.assert(200);
        assert_eq!(names(app, "centre1").await, Vec::<String>::new());
        app.as_user("centre1").post(&format!("{path}/tasks"), &json!({})).await.refused(409, "not_now");
        app.as_user("centre1").patch(&format!("{path}?version=3"), &json!({ "retired": false })).await.assert(200);
        app.as_user("centre1").post(&format!("{path}/tasks"), &json!({})).await.assert(201);
    }

    async fn places_left_open_are_filled_each_time(app) {
        let pattern = json!({
            "title": "报送材料", "source_kind": "other", "importance": "normal", "urgency": "routine", "due_after": 5,
            "report_rule": { "kind": "none", "day": null }, "parties": [{ "unit_id": null, "role": "lead" }],
        });
        let body = json!({ "name": "报送材料", "pattern": pattern });
        let template = app.as_user("centre1").post("/task-templates", &body).await.assert(201);
        let path = format!("/task-templates/{}/tasks", id(&template));
        let made = app.as_user("centre1").post(&path, &json!({})).await.assert(201);
        assert_eq!(made["notes"], json!(["“报送材料”的牵头单位待选定"]));
        let chosen = json!({ "chosen": [{ "task": 0, "party": 0, "unit_id": app.unit("bureau_c") }] });
        let made = app.as_user("centre1").post(&path, &chosen).await.assert(201);
        assert_eq!(made["task"]["task"]["lead"]["unit"]["name"], "生态环境局");
        let wrong = json!({ "chosen": [{ "task": 0, "party": 7, "unit_id": app.unit("bureau_c") }] });
        app.as_user("centre1").post(&path, &wrong).await.refused_field("chosen[0]");
        // What makes no sense is named where it stands.
        let mut wrong = body.clone();
        wrong["pattern"]["children"] = json!([body["pattern"]]);
        wrong["pattern"]["children"][0]["weight"] = json!(50);
        wrong["pattern"]["children"][0]["due_after"] = json!(9);
        wrong["pattern"]["children"][0]["title"] = json!("");
        let reply = app.as_user("centre1").post("/task-templates", &wrong).await;
        reply.refused_field("pattern.children");
        reply.refused_field("pattern.children[0].due_after");
        reply.refused_field("pattern.children[0].title");
    }

    async fn a_template_is_had_by_those_it_is_shared_with(app) {
        let task = tree(app).await;
        let own = kept(app, "head_a", "自己的", "own", &task).await;
        let unit = kept(app, "head_a", "本局的", "unit", &task).await;
        app.as_user("head_a").post("/task-templates", &json!({ "name": "大家的", "shared": "all", "task_id": id(&task) })).await.refused(403, "forbidden");
        kept(app, "centre1", "全区的", "all", &task).await;
        assert_eq!(names(app, "head_a").await, ["全区的", "本局的", "自己的"]);
        assert_eq!(names(app, "liaison_a").await, ["全区的", "本局的"]);
        assert_eq!(names(app, "head_a1").await, ["全区的", "本局的"]);
        assert_eq!(names(app, "head_b").await, ["全区的"]);
        app.as_user("staff_a1").get("/task-templates").await.refused(403, "forbidden");
        for (method, path) in [("get", String::new()), ("patch", "?version=1".into()), ("post", "/tasks".into()), ("post", "/previews".into())] {
            for template in [&own, &unit] {
                let path = format!("/task-templates/{}{path}", id(template));
                let (stranger, body) = (app.as_user("head_b"), json!({}));
                let reply = match method {
                    "get" => stranger.get(&path).await,
                    "patch" => stranger.patch(&path, &body).await,
                    _ => stranger.post(&path, &body).await,
                };
                reply.refused(404, "not_found");
            }
        }
        // Whoever stands for the unit keeps what the unit has; a section does not.
        app.as_user("liaison_a").patch(&format!("/task-templates/{}?version=1", id(&unit)), &json!({ "name": "本局检查" })).await.assert(200);
        app.as_user("head_a1").patch(&format!("/task-templates/{}?version=2", id(&unit)), &json!({ "name": "本科检查" })).await.refused(403, "forbidden");
    }
}

async fn report_and_sign(app: &TestApp, task: &Value) {
    sign(app, "head_b", &task["children"][0]).await;
    report(app, "head_b", &task["children"][0], 30).await;
}
