//! The real ledger, and the whole way from an upload to tasks.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testkit::{TestApp, encoded};
use workdays::Calendar;

use super::{guess, rows, sheet};

/// 157 items of four documents, where the shared folder is present.
fn real_ledger() -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/real_ledger.csv");
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("SKIPPED: {} is not here", path.display());
    }
    bytes
}

fn kind(code: &str) -> crate::tasks::SourceKind {
    crate::tasks::SourceKind {
        code: code.to_owned(),
        name: "上级部署".into(),
        needs_approval: false,
        retention: crate::tasks::store::Retention::TenYears,
        numbering: None,
        example: String::new(),
        active: true,
        fields: Vec::new(),
        version: 1,
    }
}

#[tokio::test]
async fn the_real_ledger_is_read_whole() {
    let Some(bytes) = real_ledger() else { return };
    let sheet = sheet::read("real_ledger.csv".into(), bytes).await.unwrap();
    let mapping = guess::mapping(&sheet.columns);
    let kinds = [kind(&mapping.source_kind)];
    let today = "2026-02-06".parse().unwrap();
    assert!(rows::check(&sheet, &mapping, &kinds, Calendar::official(), today).is_empty());
    let entries = rows::read(&sheet, &mapping, &kinds, Calendar::official(), today);
    assert_eq!(entries.len(), 157);
    assert_eq!(entries.iter().map(|entry| entry.row).collect::<Vec<_>>(), (2..=158).collect::<Vec<_>>());
    assert_eq!(entries.iter().filter_map(|entry| entry.group.as_deref()).collect::<BTreeSet<_>>().len(), 4);
    assert_eq!(entries.iter().filter(|entry| entry.lead.is_empty()).count(), 37);
    assert!(entries.iter().all(|entry| !entry.lead.is_empty() || !entry.co.is_empty()));
    let names: BTreeSet<_> = entries.iter().flat_map(|entry| entry.lead.iter().chain(&entry.co)).collect();
    assert_eq!(names.len(), 60);
    let said: Vec<_> = entries.iter().filter(|entry| entry.due.note.is_some()).collect();
    assert_eq!(said.len(), 31);
    assert!(said.iter().all(|entry| entry.due.unread.is_none() && entry.due.input.is_some()));
    assert_eq!(said.iter().filter(|entry| entry.due.day.is_none()).count(), 2, "持续推进");
    for entry in &entries {
        let title = entry.title.chars().count();
        assert!((4..=80).contains(&title), "{}", entry.title);
        assert!(entry.demand.contains(entry.title.trim_end_matches('…')) && !entry.title.starts_with(['（', '(']), "{}", entry.title);
        assert!(!entry.title.starts_with(|c: char| c.is_ascii_digit()) || entry.title.contains('年'), "{}", entry.title);
    }
    let title = |row: usize| entries[row - 2].title.as_str();
    assert_eq!(title(2), "大力发展职业赛事");
    assert_eq!(title(46), "2021年6月底前研究提出新一批取消、下放和改变管理方式的行政许可事项");
    assert_eq!(
        title(65),
        "提高监管执法规范性和透明度，完善“双随机、一公开”监管、信用监管、“互联网+监管”、跨部门协同监管等有效做法，减少人为干预，压缩自由裁量空间"
    );
}

const LEDGER: &str = "任务台账,,,,,\n\
    文号,工作任务,牵头单位,配合单位,完成时限,重要程度\n\
    滨管办〔2026〕3号,（一）建成滨海大道。全长5公里,住建局,经发局、环境局负责,2026年6月底前,重大\n\
    滨管办〔2026〕3号,（二）开展水质监测,环境局,各部门,每月25日前,\n\
    ,编制招商图册,市招商中心,,按需,\n\
    滨管办〔2026〕3号,（二）开展水质监测,环境局,,2025年底前,\n";

async fn upload(app: &TestApp, bytes: impl Into<bytes::Bytes>, name: &str) -> Value {
    app.as_user("centre1").post_bytes(&format!("/task-imports?name={}", encoded(name)), bytes).await.assert(201)
}

fn id(import: &Value) -> &str {
    import["id"].as_str().unwrap()
}

fn problems(import: &Value, row: u64) -> Vec<&str> {
    let found = import["rows"].as_array().unwrap().iter().find(|found| found["row"] == row).unwrap();
    found["problems"].as_array().unwrap().iter().map(|problem| problem["message"].as_str().unwrap()).collect()
}

testkit::both! {
    async fn a_ledger_becomes_trees_of_tasks(app) {
        let me = app.as_user("centre1");
        let import = upload(app, LEDGER, "台账.csv").await;
        assert_eq!(import["mapping"]["title"], "工作任务");
        assert_eq!(import["mapping"]["source_kind"], "superior_deployment");
        assert_eq!((&import["row_count"], &import["ready"], &import["committed"]), (&json!(4), &json!(false), &json!(false)));
        assert!(problems(&import, 3).is_empty());
        assert_eq!(problems(&import, 4), ["“各部门”还没有对应的单位"]);
        assert_eq!(problems(&import, 5), ["看不懂时限“按需”；原文写入任务要求，请导入后填写期限", "“市招商中心”还没有对应的单位"]);
        assert_eq!(problems(&import, 6), ["期限已过（2025-12-31）", "与第 4 行重复"]);
        let names: Vec<_> = import["units"].as_array().unwrap().iter().map(|unit| (unit["name"].as_str().unwrap(), unit["choice"].as_str())).collect();
        let expected =
            [("住建局", Some("match")), ("环境局", Some("match")), ("经发局", Some("match")), ("各部门", None), ("市招商中心", None)];
        assert_eq!(BTreeSet::from_iter(names), BTreeSet::from_iter(expected));
        let path = format!("/task-imports/{}", id(&import));
        me.post(&format!("{path}/commit"), &json!({ "dispatch": true })).await.refused(409, "not_ready");

        let mut mapping = import["mapping"].clone();
        mapping["excluded_rows"] = json!([6]);
        let import = me.put(&format!("{path}/mapping"), &mapping).await.assert(200);
        assert_eq!((&import["row_count"], &import["version"]), (&json!(3), &json!(2)));
        let choices = json!({ "version": 2, "choices": { "各部门": { "ignore": true }, "市招商中心": { "create": true } } });
        let import = me.put(&format!("{path}/units"), &choices).await.assert(200);
        assert_eq!((&import["ready"], &import["errors"], &import["warnings"]), (&json!(true), &json!(0), &json!(1)));
        let stale = me.put(&format!("{path}/units"), &choices).await.refused(409, "stale_version");
        assert_eq!(stale["current"]["version"], 3);

        let body = json!({ "dispatch": true });
        let commit = me.clone().key("import-0001");
        let outcome = commit.post(&format!("{path}/commit"), &body).await.assert(200);
        assert_eq!((&outcome["created"], &outcome["dispatched"], &outcome["units_created"]), (&json!(3), &json!(3), &json!(1)));
        assert_eq!(commit.post(&format!("{path}/commit"), &body).await.assert(200), outcome);
        me.post(&format!("{path}/commit"), &body).await.refused(409, "already_committed");
        me.put(&format!("{path}/mapping"), &mapping).await.refused(409, "already_committed");
        let done = me.get(&path).await.assert(200);
        assert_eq!((&done["committed"], &done["ready"]), (&json!(true), &json!(false)));

        let roots = outcome["root_ids"].as_array().unwrap();
        assert_eq!(roots.len(), 2);
        let root = me.get(&format!("/tasks/{}", roots[0].as_str().unwrap())).await.assert(200);
        assert_eq!(root["task"]["title"], "滨管办〔2026〕3号");
        assert_eq!((&root["task"]["state"], &root["parties"]), (&json!("active"), &json!([])));
        let children = root["children"].as_array().unwrap();
        assert_eq!(children.iter().map(|child| child["weight"].as_f64().unwrap()).collect::<Vec<_>>(), [50.0, 50.0]);
        assert_eq!(children[0]["number"].as_str().unwrap(), format!("{}-01", root["task"]["number"].as_str().unwrap()));
        let road = me.get(&format!("/tasks/{}", children[0]["id"].as_str().unwrap())).await.assert(200);
        assert_eq!((&road["task"]["title"], &road["demand"]), (&json!("建成滨海大道"), &json!("（一）建成滨海大道。全长5公里")));
        assert_eq!((&road["task"]["due_day"], &road["task"]["importance"]), (&json!("2026-06-30"), &json!("major")));
        assert_eq!((&road["source_document"], &road["due_text"]), (&json!("滨管办〔2026〕3号"), &json!("2026年6月底前")));
        let roles: Vec<_> =
            road["parties"].as_array().unwrap().iter().map(|p| (p["unit"]["short_name"].as_str().unwrap(), p["role"].as_str().unwrap())).collect();
        assert_eq!(roles, [("住建局", "lead"), ("经发局", "co"), ("环境局", "co")]);
        let water = me.get(&format!("/tasks/{}", children[1]["id"].as_str().unwrap())).await.assert(200);
        assert_eq!((&water["report_rule"]["kind"], &water["task"]["due_day"]), (&json!("monthly"), &json!(null)));
        let other = me.get(&format!("/tasks/{}", roots[1].as_str().unwrap())).await.assert(200);
        assert_eq!(other["task"]["title"], "台账");
        let book = me.get(&format!("/tasks/{}", other["children"][0]["id"].as_str().unwrap())).await.assert(200);
        assert_eq!(book["demand"], "编制招商图册\n时限：按需");
        assert_eq!(book["parties"][0]["unit"]["name"], "市招商中心");
        let units = me.get("/units").await.assert(200);
        let made = units["items"].as_array().unwrap().iter().find(|unit| unit["name"] == "市招商中心").unwrap().clone();
        assert_eq!((&made["kind"], &made["parent_id"]), (&json!("external"), &json!(app.unit("root").0)));
    }

    async fn an_english_page_reads_english(app) {
        let import = upload(app, LEDGER, "台账.csv").await;
        let me = app.as_user("centre1").header("accept-language", "en");
        let path = format!("/task-imports/{}", id(&import));
        let import = me.get(&path).await.assert(200);
        assert_eq!(problems(&import, 4), ["“各部门” is not matched to a unit yet"]);
        assert_eq!(
            problems(&import, 5),
            [
                "The due “按需” was not understood; it is kept with the demand. Set the due day after the import",
                "“市招商中心” is not matched to a unit yet",
            ]
        );
        assert_eq!(problems(&import, 6), ["The due day has passed (2025-12-31)", "The same as row 4"]);
        let refused = me.post(&format!("{path}/commit"), &json!({ "dispatch": true })).await.refused(409, "not_ready");
        assert_eq!(refused["detail"], "2 unit names are not matched yet; nothing can be imported.");
        // What is written into the tasks is the ledger's own language, whoever carries it out.
        let choices = json!({ "choices": { "各部门": { "ignore": true }, "市招商中心": { "create": true } } });
        me.put(&format!("{path}/units"), &choices).await.assert(200);
        let outcome = me.post(&format!("{path}/commit"), &json!({ "dispatch": false })).await.assert(200);
        let root = me.get(&format!("/tasks/{}", outcome["root_ids"][1].as_str().unwrap())).await.assert(200);
        let book = me.get(&format!("/tasks/{}", root["children"][0]["id"].as_str().unwrap())).await.assert(200);
        assert_eq!(book["demand"], "编制招商图册\n时限：按需");
    }

    async fn an_import_is_its_uploaders_alone(app) {
        let import = upload(app, LEDGER, "台账.csv").await;
        let path = format!("/task-imports/{}", id(&import));
        let other = app.as_user("centre2");
        other.get(&path).await.refused(404, "not_found");
        other.put(&format!("{path}/mapping"), &import["mapping"]).await.refused(404, "not_found");
        other.put(&format!("{path}/units"), &json!({ "choices": {} })).await.refused(404, "not_found");
        other.post(&format!("{path}/commit"), &json!({ "dispatch": false })).await.refused(404, "not_found");
        for login in ["leader", "head_a", "liaison_a", "staff_a1", "admin"] {
            app.as_user(login).get(&path).await.refused(403, "forbidden");
            app.as_user(login).post_bytes("/task-imports?name=a.csv", LEDGER).await.refused(403, "forbidden");
        }
        app.anonymous().get(&path).await.refused(401, "unauthenticated");
        app.as_user("centre1").get("/task-imports/019c0000-0000-7000-8000-000000000000").await.refused(404, "not_found");
    }

    async fn what_cannot_be_right_is_refused_and_changes_nothing(app) {
        let me = app.as_user("centre1");
        me.post_bytes("/task-imports", LEDGER).await.refused_field("name");
        me.post_bytes("/task-imports?name=a.csv", "").await.refused_field("file");
        me.post_bytes("/task-imports?name=a.pdf", "%PDF-1.7 \u{1}\u{2}").await.refused_field("file");
        me.post_bytes("/task-imports?name=a.csv", "工作任务,牵头单位\n").await.refused_field("file");
        me.post_bytes("/task-imports?name=a.csv", vec![b'a'; (10 << 20) + 1]).await.refused(413, "too_large");
        me.post_bytes("/task-imports?name=a.csv", format!("任务\n{}", "修路\n".repeat(2001))).await.refused(413, "too_large");
        let import = upload(app, LEDGER, "台账.csv").await;
        let path = format!("/task-imports/{}", id(&import));
        let with = |field: &str, value: Value| {
            let mut mapping = import["mapping"].clone();
            mapping[field] = value;
            mapping
        };
        for (field, value) in [
            ("title", json!(null)),
            ("lead", json!("没有这一列")),
            ("source_kind", json!("nonsense")),
            ("default_due", json!("看情况")),
        ] {
            me.put(&format!("{path}/mapping"), &with(field, value)).await.refused_field(field);
        }
        for (name, choice) in [
            ("没有", json!({ "create": true })),
            ("各部门", json!({ "create": true, "ignore": true })),
            ("各部门", json!({ "unit_id": "019c0000-0000-7000-8000-000000000000" })),
        ] {
            me.put(&format!("{path}/units"), &json!({ "choices": { name: choice } })).await.refused_field(&format!("choices.{name}"));
        }
        let nowhere = json!({ "choices": {}, "parent_unit_id": "019c0000-0000-7000-8000-000000000000" });
        me.put(&format!("{path}/units"), &nowhere).await.refused_field("parent_unit_id");
        assert_eq!(me.get(&path).await.assert(200), import);
        assert_eq!(me.get("/tasks/count").await.assert(200)["total"], 0);
    }

    async fn kinds_that_need_approval_wait_for_it(app) {
        let me = app.as_user("centre1");
        let import = upload(app, "工作任务,牵头单位,任务来源\n整改排污口,环境局,问题整改\n修路,住建局,\n", "整改.csv").await;
        let path = format!("/task-imports/{}", id(&import));
        let outcome = me.post(&format!("{path}/commit"), &json!({ "dispatch": true })).await.assert(200);
        assert_eq!((&outcome["dispatched"], &outcome["awaiting_approval"]), (&json!(0), &json!(2)));
        let root = me.get(&format!("/tasks/{}", outcome["root_ids"][0].as_str().unwrap())).await.assert(200);
        assert_eq!((&root["task"]["state"], &root["task"]["source_kind"]), (&json!("approval"), &json!("rectification")));
    }

    async fn words_count_from_the_day_that_is_said(app) {
        let me = app.as_user("centre1");
        let csv = "工作任务,牵头单位,时限\n修路,住建局,10个工作日内\n架桥,住建局,2025年6月底前；12月底前\n通车,住建局,\n";
        let import = upload(app, csv, "工期.csv").await;
        let path = format!("/task-imports/{}", id(&import));
        let mut mapping = import["mapping"].clone();
        mapping["from_day"] = json!("2026-01-12");
        mapping["default_due"] = json!("年底前");
        let import = me.put(&format!("{path}/mapping"), &mapping).await.assert(200);
        let days = |rows: &Value, field: &str| rows.as_array().unwrap().iter().map(|row| row[field].clone()).collect::<Vec<_>>();
        assert_eq!(days(&import["rows"], "due_day"), ["2026-01-26", "2025-12-31", "2026-12-31"]);
        assert_eq!(problems(&import, 2), ["期限已过（2026-01-26）"]);
        let outcome = me.post(&format!("{path}/commit"), &json!({ "dispatch": true })).await.assert(200);
        let root = me.get(&format!("/tasks/{}", outcome["root_ids"][0].as_str().unwrap())).await.assert(200);
        assert_eq!(days(&root["children"], "due_day"), ["2026-01-26", "2025-12-31", "2026-12-31"]);
        let road = me.get(&format!("/tasks/{}", root["children"][0]["id"].as_str().unwrap())).await.assert(200);
        assert_eq!((&road["start_day"], &road["due_text"]), (&json!("2026-01-12"), &json!("10个工作日内")));
        let bridge = me.get(&format!("/tasks/{}", root["children"][1]["id"].as_str().unwrap())).await.assert(200);
        assert_eq!(bridge["milestones"].as_array().unwrap().len(), 2);
    }

    async fn a_form_is_taken_like_a_bare_body(app) {
        let form = format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"台账.csv\"\r\n\r\n{LEDGER}\r\n--x--\r\n");
        let me = app.as_user("centre1");
        let sent = me.send(axum::http::Method::POST, "/task-imports", Some("multipart/form-data; boundary=x"), form.into()).await;
        assert_eq!(sent.assert(201)["file_name"], "台账.csv");
    }

    async fn the_real_ledger_goes_out_at_once(app) {
        let Some(bytes) = real_ledger() else { return };
        let me = app.as_user("centre1");
        let import = upload(app, bytes, "real_ledger.csv").await;
        let path = format!("/task-imports/{}", id(&import));
        let mut mapping = import["mapping"].clone();
        mapping["first_co_as_lead"] = json!(true);
        let import = me.put(&format!("{path}/mapping"), &mapping).await.assert(200);
        let names = import["units"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap().to_owned());
        let choices: serde_json::Map<String, Value> = names.map(|name| (name, json!({ "create": true }))).collect();
        let import = me.put(&format!("{path}/units"), &json!({ "choices": choices })).await.assert(200);
        assert_eq!((&import["ready"], &import["errors"]), (&json!(true), &json!(0)));
        let began = Instant::now();
        let outcome = me.post(&format!("{path}/commit"), &json!({ "dispatch": true })).await.assert(200);
        // 0.15 s on SQLite, 0.3 s on PostgreSQL; more where everything else is compiled and tested at once.
        assert!(began.elapsed() < Duration::from_secs(5), "157 rows went out in {:?}", began.elapsed());
        assert_eq!((&outcome["created"], &outcome["dispatched"], &outcome["units_created"]), (&json!(157), &json!(157), &json!(60)));
        assert_eq!(outcome["root_ids"].as_array().unwrap().len(), 4);
        let count = me.get("/tasks/count").await.assert(200);
        assert_eq!(count["total"], 161);
    }
}
