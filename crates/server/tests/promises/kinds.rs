//! Kinds of sources as an area keeps them: their numbers, their fields.

use officedoc::sheet::{self, Limits};
use serde_json::{Value, json};
use testkit::{TestApp, both, encoded};

use crate::kit::*;

async fn kind(app: &TestApp, code: &str) -> Value {
    let kinds = app.as_user("admin").get("/source-kinds?all=true").await.assert(200);
    kinds["items"].as_array().unwrap().iter().find(|kind| kind["code"] == code).unwrap().clone()
}

/// What is asked for with proposals: a number of its own, who brought it in, its money, its day, and whether it was answered.
fn fields() -> Value {
    json!([
        { "name": "提案号", "shape": "text", "code": "no", "required": true },
        { "name": "界别", "shape": "choice", "code": "party", "choices": ["农工党", "民盟", "工商联"] },
        { "name": "涉及领域", "shape": "choices", "code": "areas", "choices": ["教育", "交通", "环保"] },
        { "name": "所需资金", "shape": "number", "code": "money", "measure": "万元" },
        { "name": "答复日期", "shape": "day", "code": "answered" },
        { "name": "委员满意", "shape": "yes_no", "code": "content" },
    ])
}

async fn with_fields(app: &TestApp) -> Value {
    let before = kind(app, "motion_proposal").await;
    let body =
        json!({ "name": "建议提案", "retention": "permanent", "active": true, "numbering": "提案〔{year}〕{seq:3}号", "fields": fields() });
    app.as_user("centre1").put(&format!("/source-kinds/motion_proposal?version={}", before["version"]), &body).await.assert(200)
}

fn proposal(app: &TestApp, title: &str, fields: &Value) -> Value {
    json!({ "title": title, "source_kind": "motion_proposal", "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }], "fields": fields })
}

async fn titles(app: &TestApp, query: &str) -> Vec<String> {
    let page = app.as_user("centre1").get(&format!("/tasks?sort=created_at&{query}")).await.assert(200);
    page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

async fn three(app: &TestApp) {
    for (title, fields) in [
        ("增设公交", json!({ "no": "12", "party": "民盟", "areas": ["交通"], "money": 120.5, "answered": "2026-03-02", "content": true })),
        ("新建小学", json!({ "no": "13", "party": "农工党", "areas": ["教育", "交通"], "money": 8000 })),
        ("清理河道", json!({ "no": "113", "party": "民盟", "answered": "2026-05-20", "content": false })),
    ] {
        dispatched_with(app, proposal(app, title, &fields)).await;
    }
}

both! {
    async fn a_task_says_what_its_kind_asks_for(app) {
        let kind = with_fields(app).await;
        assert_eq!(kind["example"], "提案〔2026〕001号");
        let centre = app.as_user("centre1");
        let draft = centre.post("/tasks", &proposal(app, "增设公交", &json!({ "money": "1,200.50", "areas": ["环保", "教育"], "party": "民盟" }))).await.assert(201);
        let said: Vec<(&str, &str)> = draft["task"]["fields"].as_array().unwrap().iter()
            .map(|field| (field["name"].as_str().unwrap(), field["words"].as_str().unwrap())).collect();
        assert_eq!(said, [("界别", "民盟"), ("涉及领域", "教育、环保"), ("所需资金", "1200.5万元")]);
        // It does not go out without what is required, and says which.
        let submission = json!({ "version": version(&draft), "not_secret": true });
        centre.post(&format!("/tasks/{}/submission", id(&draft)), &submission).await.refused_field("fields.no");
        let edit = json!({ "version": version(&draft), "fields": { "no": "12", "party": null } });
        let edited = centre.patch(&format!("/tasks/{}", id(&draft)), &edit).await.assert(200);
        assert_eq!(edited["task"]["fields"].as_array().unwrap().len(), 3);
        let task = submit(app, "centre1", &edited).await;
        assert_eq!(task["task"]["number"], "提案〔2026〕001号");
        // The ledger says what was changed, and from what.
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let words: Vec<&str> = line["items"].as_array().unwrap().iter().map(|item| item["sentence"].as_str().unwrap()).collect();
        assert!(words.iter().any(|words| words.contains("提案号由“空”改为“12”") && words.contains("界别由“民盟”改为“空”")), "{words:?}");
        // Once it is out it cannot be emptied any more.
        let empty = json!({ "version": version(&task), "fields": { "no": null } });
        centre.patch(&format!("/tasks/{}", id(&task)), &empty).await.refused_field("fields.no");
    }

    async fn what_does_not_fit_a_field_is_named(app) {
        with_fields(app).await;
        let centre = app.as_user("centre1");
        for (code, value) in [("money", json!("很多")), ("party", json!("致公党")), ("areas", json!(["教育", "国防"])), ("answered", json!("5月")), ("unknown", json!("x"))] {
            centre.post("/tasks", &proposal(app, "增设公交", &json!({ code: value }))).await.refused_field(&format!("fields.{code}"));
        }
        // Other kinds have no such fields.
        let mut other = proposal(app, "修路", &json!({ "money": 1 }));
        other["source_kind"] = json!("other");
        centre.post("/tasks", &other).await.refused_field("fields.money");
    }

    async fn lists_are_asked_for_what_stands_in_fields(app) {
        with_fields(app).await;
        three(app).await;
        for (asked, found) in [
            ("party:民盟", vec!["增设公交", "清理河道"]),
            ("areas:交通", vec!["增设公交", "新建小学"]),
            ("no:13", vec!["新建小学", "清理河道"]),
            ("money:100..1,000", vec!["增设公交"]),
            ("money:1000..", vec!["新建小学"]),
            ("answered:2026-03-01..2026-03-31", vec!["增设公交"]),
            ("content:false", vec!["清理河道"]),
            ("party:民盟;content:true", vec!["增设公交"]),
            ("no:%", vec![]),
        ] {
            assert_eq!(titles(app, &format!("fields={}", encoded(asked))).await, found, "{asked}");
        }
        app.as_user("centre1").get("/tasks?fields=party").await.refused_field("fields");
        // Who does not see the tasks does not find them.
        let foreign = app.as_user("head_b").get(&format!("/tasks?fields={}", encoded("party:民盟"))).await.assert(200);
        assert_eq!(foreign["items"], json!([]));
    }

    async fn fields_add_up_to_figures_with_their_rows_behind_them(app) {
        with_fields(app).await;
        three(app).await;
        let figures = async |login: &str, field: &str| {
            app.as_user(login).get(&format!("/source-kinds/motion_proposal/fields/{field}/figures")).await.assert(200)
        };
        let money = figures("centre1", "money").await;
        assert_eq!((&money["tasks"], &money["sum"], &money["mean"], &money["least"], &money["greatest"]),
            (&json!(2), &json!(8120.5), &json!(4060.25), &json!(120.5), &json!(8000.0)));
        for (field, expected) in [
            ("party", vec![("民盟", 2), ("农工党", 1)]),
            ("areas", vec![("交通", 2), ("教育", 1)]),
            ("answered", vec![("2026-03", 1), ("2026-05", 1)]),
            ("content", vec![("否", 1), ("是", 1)]),
        ] {
            let counts = figures("centre1", field).await["counts"].clone();
            let said: Vec<(&str, i64)> = counts.as_array().unwrap().iter().map(|count| (count["words"].as_str().unwrap(), count["tasks"].as_i64().unwrap())).collect();
            assert_eq!(said, expected, "{field}");
            if field != "answered" {
                for count in counts.as_array().unwrap() {
                    let rows = titles(app, &format!("source_kind=motion_proposal&fields={}", encoded(&format!("{field}:{}", count["value"].as_str().unwrap())))).await;
                    assert_eq!(i64::try_from(rows.len()).unwrap(), count["tasks"].as_i64().unwrap(), "{field}");
                }
            }
        }
        assert_eq!(figures("head_b", "party").await["tasks"], 0);
        app.as_user("centre1").get("/source-kinds/motion_proposal/fields/nothing/figures").await.refused(404, "not_found");
    }

    async fn a_list_of_one_kind_is_exported_with_its_fields(app) {
        with_fields(app).await;
        three(app).await;
        let reply = app.as_user("centre1").get("/tasks/export?format=csv&source_kind=motion_proposal&columns=title,f_no,f_money,f_answered,f_content&sort=created_at").await;
        reply.assert(200);
        let table = sheet::read("清单.csv", &reply.body, Limits::default()).unwrap();
        assert_eq!(table.columns, ["任务", "提案号", "所需资金（万元）", "答复日期", "委员满意"]);
        assert_eq!(table.rows[0].cells, ["增设公交", "12", "120.5", "2026-03-02", "是"]);
        assert_eq!(table.rows[1].cells, ["新建小学", "13", "8000", "", ""]);
        // Without the kind nobody knows which fields are meant.
        app.as_user("centre1").get("/tasks/export?format=csv&columns=f_no").await.refused_field("columns");
    }

    async fn a_ledger_brings_its_fields_along(app) {
        with_fields(app).await;
        let centre = app.as_user("centre1");
        let csv = "任务,牵头单位,号,党派,资金,标签\n增设公交,经济发展局,12,民盟,\"1,200\",市长关注、提速\n新建小学,经济发展局,,农工党,8000,\n清理河道,经济发展局,14,致公党,很多,\n";
        let import = centre.post_bytes(&format!("/task-imports?name={}", encoded("提案.csv")), csv.as_bytes().to_vec()).await.assert(201);
        let mut mapping = import["mapping"].clone();
        mapping["source_kind"] = json!("motion_proposal");
        mapping["fields"] = json!({ "no": "号", "party": "党派", "money": "资金" });
        mapping["tags"] = json!("标签");
        let path = format!("/task-imports/{}", import["id"].as_str().unwrap());
        let mut wrong = mapping.clone();
        wrong["fields"] = json!({ "no": "没有的列" });
        centre.put(&format!("{path}/mapping?version=1"), &wrong).await.refused_field("fields.no");
        let mapped = centre.put(&format!("{path}/mapping?version=1"), &mapping).await.assert(200);
        let problems = |row: usize| mapped["rows"][row]["problems"].as_array().unwrap().iter()
            .filter(|problem| problem["severity"] == "error").map(|problem| problem["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(problems(0), Vec::<String>::new());
        assert_eq!(problems(1), ["没有填写“提案号”"]);
        assert_eq!(problems(2), ["界别：没有“致公党”这一项，可选：农工党、民盟、工商联", "所需资金：应为数字，最多 4 位小数"]);
        mapping["excluded_rows"] = json!([3, 4]);
        let mapped = centre.put(&format!("{path}/mapping?version=2"), &mapping).await.assert(200);
        let done = centre.post(&format!("{path}/commit"), &json!({ "version": mapped["version"], "dispatch": true })).await.assert(200);
        assert_eq!(done["dispatched"], 1);
        assert_eq!(titles(app, &format!("fields={}&tag={}", encoded("money:1200;party:民盟"), encoded("提速"))).await, ["增设公交"]);
    }

    async fn what_tasks_say_is_not_lost_when_a_kind_changes(app) {
        let kind = with_fields(app).await;
        three(app).await;
        let admin = app.as_user("admin");
        let mut fields = kind["fields"].as_array().unwrap().clone();
        // A field with values keeps its shape.
        for field in &mut fields {
            field["required"] = json!(false);
        }
        let put = |fields: &Value, version: &Value| {
            let body = json!({ "name": "建议提案", "retention": "permanent", "active": true, "numbering": null, "fields": fields });
            (format!("/source-kinds/motion_proposal?version={version}"), body)
        };
        let mut reshaped = fields.clone();
        reshaped[3]["shape"] = json!("text");
        let (path, body) = put(&json!(reshaped), &kind["version"]);
        admin.put(&path, &body).await.refused_field("fields[3].shape");
        // One that is left out is no longer filled in, and still read.
        let (path, body) = put(&json!(fields[1..]), &kind["version"]);
        let changed = admin.put(&path, &body).await.assert(200);
        let last = changed["fields"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["name"], &last["active"]), (&json!("提案号"), &json!(false)));
        assert_eq!(titles(app, &format!("fields={}", encoded("no:13"))).await, ["新建小学", "清理河道"]);
        app.as_user("centre1").post("/tasks", &proposal(app, "新的", &json!({ "no": "15" }))).await.refused_field("fields.no");
        // The second of two who change it learns of the first.
        let (path, body) = put(&json!(fields), &kind["version"]);
        let reply = admin.put(&path, &body).await;
        assert_eq!(reply.assert(409)["current"]["version"], changed["version"]);
        // Numbers go on in the usual way; those that were given stay.
        let task = dispatched_with(app, proposal(app, "再一件", &json!({}))).await;
        assert_eq!(task["task"]["number"], "2026-0001");
        assert_eq!(titles(app, &format!("q={}", encoded("提案〔2026〕003号"))).await, ["清理河道"]);
    }

    async fn what_a_task_says_goes_along_to_another_kind_as_far_as_that_asks_for_it(app) {
        with_fields(app).await;
        let before = kind(app, "other").await;
        // Codes that are made up are alike in every kind: the name decides.
        let fields = json!([{ "name": "所需资金", "shape": "number", "code": "cost" }, { "name": "编号", "shape": "text", "code": "no" }]);
        let body = json!({ "name": "其他", "retention": "ten_years", "active": true, "fields": fields });
        app.as_user("admin").put(&format!("/source-kinds/other?version={}", before["version"]), &body).await.assert(200);
        let input = proposal(app, "增设公交", &json!({ "no": "12", "party": "民盟", "money": 8.5 }));
        let draft = app.as_user("centre1").post("/tasks", &input).await.assert(201);
        let edit = json!({ "version": version(&draft), "source_kind": "other" });
        let edited = app.as_user("centre1").patch(&format!("/tasks/{}", id(&draft)), &edit).await.assert(200);
        let said = edited["task"]["fields"].as_array().unwrap();
        assert_eq!((said.len(), &said[0]["code"], &said[0]["value"]), (1, &json!("cost"), &json!(8.5)));
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&draft))).await.assert(200);
        let words = line["items"][0]["sentence"].as_str().unwrap();
        assert!(words.contains("提案号由“12”改为“空”") && words.contains("界别由“民盟”改为“空”"), "{words}");
    }

    async fn a_copy_says_what_its_source_said(app) {
        with_fields(app).await;
        let input = proposal(app, "增设公交", &json!({ "no": "12", "party": "民盟", "areas": ["交通"], "money": 120.5, "content": true }));
        let task = dispatched_with(app, input).await;
        let tags = json!({ "version": version(&task), "tags": ["民生"] });
        app.as_user("centre1").put(&format!("/tasks/{}/tags", id(&task)), &tags).await.assert(200);
        let copied = app.as_user("centre1").post(&format!("/tasks/{}/copies", id(&task)), &json!({})).await.assert(201);
        assert_eq!(copied["task"]["task"]["fields"], task["task"]["fields"]);
        assert_eq!(copied["task"]["task"]["tags"], json!(["民生"]));
        assert_eq!(copied["notes"], json!([]));
    }

    async fn a_number_is_given_once_whatever_the_patterns_say(app) {
        let kind = kind(app, "other").await;
        let put = async |version: i64, pattern: &str| {
            let body = json!({ "name": "其他", "retention": "ten_years", "active": true, "numbering": pattern, "fields": [] });
            app.as_user("admin").put(&format!("/source-kinds/other?version={version}"), &body).await
        };
        let first = kind["version"].as_i64().unwrap();
        put(first, "甲{seq}").await.assert(200);
        let numbered = async || dispatched(app, "修路", "bureau_a").await["task"]["number"].as_str().unwrap().to_owned();
        assert_eq!((numbered().await, numbered().await), ("甲1".to_owned(), "甲2".to_owned()));
        // Another pattern that reads the same goes on behind it.
        put(first + 1, "甲{seq:1}").await.assert(200);
        assert_eq!(numbered().await, "甲3");
        for wrong in ["甲", "{seq}{seq}", "{nonsense}{seq}", "{seq"] {
            put(first + 2, wrong).await.refused_field("numbering");
        }
        let preview = app.as_user("centre1").get(&format!("/numbering-preview?numbering={}", encoded("{unit}〔{year}〕{seq}号"))).await.assert(200);
        assert_eq!(preview["example"], "运营中心〔2026〕1号");
    }

    async fn kinds_are_kept_by_those_who_keep_rules(app) {
        let body = json!({ "name": "招商专班", "retention": "ten_years", "active": true, "fields": [{ "name": "投资额", "shape": "number", "measure": "亿元" }] });
        for login in ["head_a", "leader", "staff_a1"] {
            app.as_user(login).post("/source-kinds", &body).await.assert(403);
        }
        let made = app.as_user("centre1").post("/source-kinds", &body).await.assert(201);
        let code = made["code"].as_str().unwrap();
        assert_eq!(made["fields"][0]["code"], "f_a");
        app.as_user("centre1").post("/source-kinds", &body).await.refused_field("name");
        let all = app.as_user("head_a").get("/source-kinds").await.assert(200);
        assert_eq!(all["items"].as_array().unwrap().last().unwrap()["code"], made["code"]);
        let arranged = app.as_user("centre1").put("/source-kind-order", &json!({ "order": [code] })).await.assert(200);
        assert_eq!(arranged["items"][0]["code"], made["code"]);
        // Out of use: tasks that have it go on naming it, new ones cannot take it.
        let task = dispatched_with(app, json!({ "title": "签约", "source_kind": code, "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] })).await;
        let mut retired = body.clone();
        retired["active"] = json!(false);
        retired["fields"] = made["fields"].clone();
        app.as_user("centre1").put(&format!("/source-kinds/{code}?version={}", made["version"]), &retired).await.assert(200);
        assert_eq!(show(app, "head_a", &task).await["task"]["source_name"], "招商专班");
        app.as_user("centre1").post("/tasks", &json!({ "title": "再签", "source_kind": code })).await.refused_field("source_kind");
    }

    async fn what_tells_one_task_from_all_others_is_not_copied(app) {
        let kind = with_fields(app).await;
        let mut given = kind["fields"].clone();
        given[0]["own"] = json!(true);
        let body = json!({ "name": "建议提案", "retention": "permanent", "active": true, "fields": given });
        let kind = app.as_user("centre1").put(&format!("/source-kinds/motion_proposal?version={}", kind["version"]), &body).await.assert(200);
        assert_eq!((&kind["fields"][0]["own"], &kind["fields"][1]["own"]), (&json!(true), &json!(false)));
        let task = dispatched_with(app, proposal(app, "增设公交", &json!({ "no": "12", "party": "民盟" }))).await;
        let copy = app.as_user("centre1").post(&format!("/tasks/{}/copies", id(&task)), &json!({})).await.assert(201);
        let said = |task: &Value| -> Vec<String> { task["fields"].as_array().unwrap().iter().map(|field| field["code"].as_str().unwrap().to_owned()).collect() };
        assert_eq!(said(&copy["task"]["task"]), ["party"]);
        let template = json!({ "name": "提案", "task_id": id(&task) });
        let template = app.as_user("centre1").post("/task-templates", &template).await.assert(201);
        assert_eq!(template["pattern"]["fields"], json!({ "party": "民盟" }));
    }
}
