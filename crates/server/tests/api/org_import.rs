//! Taking in an organisation from a table.

use std::time::Duration;

use axum::http::Method;
use officedoc::sheet::{Cell, SheetOut};
use serde_json::{Value, json};
use testkit::{TestApp, encoded};

const GOOD: &str = "单位全称,上级单位,简称,类型,别名,姓名,登录名,电话,单位,岗位,岗位类型,联络员,分管单位\n\
    投资服务科,招商局,服务科,科室,,,,,,,,,\n\
    招商局,管委会,招商局,局,招商引资局、投促局,,,,,,,,\n\
    ,,,,,田新,tianxin,13911112222,招商局,局长,负责人,,\n\
    ,,,,,石敢,shigan,,服务科,科员,,是,\n\
    ,,,,,钱分管,qian,,管委会,副主任,领导,否,投促局、社会局\n";

async fn bring(app: &TestApp, text: &str) -> Value {
    let path = format!("/org-imports?name={}", encoded("组织机构.csv"));
    app.as_user("admin").post_bytes(&path, text.to_owned()).await.assert(201)
}

fn commit_path(import: &Value) -> String {
    format!("/org-imports/{}/commit", import["id"].as_str().unwrap())
}

async fn counts(app: &TestApp) -> (usize, usize) {
    let units = app.as_user("admin").get("/units").await.assert(200);
    let persons = app.as_user("admin").get("/persons?limit=200").await.assert(200);
    (units["items"].as_array().unwrap().len(), persons["items"].as_array().unwrap().len())
}

testkit::both! {
    async fn a_table_becomes_units_and_persons_in_one_go(app) {
        let import = bring(app, GOOD).await;
        assert_eq!((&import["units_new"], &import["persons_new"], &import["errors"]), (&json!(2), &json!(3), &json!(0)));
        assert_eq!((&import["committed"], &import["file_name"]), (&json!(false), &json!("组织机构.csv")));
        assert_eq!(import["rows"][2], json!({ "row": 4, "kind": "person", "name": "田新", "problem": null }));
        assert_eq!(counts(app).await, (8, 25), "nothing has changed yet");

        let done = app.as_user("admin").post(&commit_path(&import), &json!(null)).await.assert(200);
        assert_eq!(done["committed"], true);
        assert_eq!(counts(app).await, (10, 28));
        let account = &done["accounts"][0];
        assert_eq!((&account["name"], &account["login"]), (&json!("田新"), &json!("tianxin")));
        let sign_in = json!({ "login": "tianxin", "password": account["initial_password"] });
        let me = app.anonymous().post("/session", &sign_in).await.assert(200);
        assert_eq!((&me["unit"]["name"], &me["roles"], &me["must_change_password"]), (&json!("招商局"), &json!(["head"]), &json!(true)));
        app.as_user("shigan").get("/units").await.refused(403, "must_change_password");
        let units = app.as_user("admin").get("/units").await.assert(200);
        let section = units["items"].as_array().unwrap().iter().find(|unit| unit["short_name"] == "服务科").unwrap();
        assert_eq!((&section["depth"], &section["kind"], &section["liaisons"][0]["name"]), (&json!(2), &json!("section"), &json!("石敢")));
        let found = app.as_user("admin").get(&format!("/persons?q={}", encoded("钱分管"))).await.assert(200);
        let charges: Vec<_> = found["items"][0]["charges"].as_array().unwrap().iter().map(|unit| unit["short_name"].clone()).collect();
        assert!(charges.contains(&json!("招商局")) && charges.contains(&json!("社会局")));

        let again = app.as_user("admin").post(&commit_path(&import), &json!(null)).await;
        again.refused(409, "already_committed");
        assert_eq!(counts(app).await, (10, 28));
    }

    async fn a_single_bad_row_keeps_everything_out(app) {
        let import = bring(app, &format!("{GOOD},,,,,坏人,head_a,电话,没有局,,官,,\n")).await;
        assert_eq!((&import["errors"], &import["persons_new"]), (&json!(1), &json!(3)));
        let problem = import["rows"][5]["problem"].as_str().unwrap();
        for part in ["登录名“head_a”已被使用", "电话号码", "单位“没有局”不存在", "岗位类型“官”"] {
            assert!(problem.contains(part), "{part}: {problem}");
        }
        let refused = app.as_user("admin").post(&commit_path(&import), &json!(null)).await.refused(409, "import_errors");
        assert!(refused["detail"].as_str().unwrap().contains("第 7 行"));
        assert_eq!(counts(app).await, (8, 25));
    }

    async fn what_has_changed_since_is_found_at_the_end(app) {
        let import = bring(app, GOOD).await;
        app.as_user("admin").post("/units", &json!({ "name": "招商局", "parent_id": app.unit("root") })).await.assert(201);
        let refused = app.as_user("admin").post(&commit_path(&import), &json!(null)).await.refused(409, "import_errors");
        assert!(refused["detail"].as_str().unwrap().contains("已有名为“招商局”的单位"));
        assert_eq!(counts(app).await, (9, 25));
    }

    async fn a_repeated_commit_is_told_that_it_was_done(app) {
        let import = bring(app, GOOD).await;
        let admin = app.as_user("admin").key("0196c000-0000-7000-8000-000000000009");
        let first = admin.post(&commit_path(&import), &json!(null)).await.assert(200);
        let again = admin.post(&commit_path(&import), &json!(null)).await.refused(409, "already_done");
        assert!(again["detail"].as_str().unwrap().contains("重置密码"));
        assert_eq!(counts(app).await, (10, 28));
        // The passwords lie nowhere in clear.
        let mut tx = app.app.db.read().await.unwrap();
        let kept: Vec<(String,)> = db::Sql::new("select body from idempotency union all select content from org_import")
            .fetch_all(&mut tx).await.unwrap();
        for account in first["accounts"].as_array().unwrap() {
            let password = account["initial_password"].as_str().unwrap();
            assert!(kept.iter().all(|(text,)| !text.contains(password)));
        }
    }

    async fn a_form_that_is_sent_again_is_the_same_table(app) {
        let admin = app.as_user("admin").key("0196c000-0000-7000-8000-000000000010");
        let form = |boundary: &str, text: &str| {
            let body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{text}\r\n--{boundary}--\r\n");
            (format!("multipart/form-data; boundary={boundary}"), body)
        };
        let send = async |(kind, body): (String, String)| admin.send(Method::POST, "/org-imports", Some(&kind), body.into()).await;
        let first = send(form("one", GOOD)).await.assert(201);
        // A browser divides its parts by other words each time.
        assert_eq!(send(form("another", GOOD)).await.assert(201), first);
        send(form("one", "单位全称,上级单位\n招商局,管委会\n")).await.refused(409, "key_reused");
    }

    async fn a_table_that_nobody_takes_in_is_forgotten_after_a_month(app) {
        let (left, taken) = (bring(app, GOOD).await, bring(app, "单位全称,上级单位\n投促局,管委会\n").await);
        app.as_user("admin").post(&commit_path(&taken), &json!(null)).await.assert(200);
        app.clock.advance(Duration::from_secs(29 * 86_400));
        app.run_jobs().await;
        let young = bring(app, GOOD).await;
        app.clock.advance(Duration::from_secs(2 * 86_400));
        app.run_jobs().await;
        let admin = app.as_user("admin");
        admin.post(&commit_path(&left), &json!(null)).await.refused(404, "not_found");
        admin.post(&commit_path(&taken), &json!(null)).await.refused(409, "already_committed");
        admin.post(&commit_path(&young), &json!(null)).await.assert(200);
    }

    async fn a_workbook_made_from_the_template_is_understood(app) {
        let admin = app.as_user("admin");
        let reply = admin.get("/org-imports/template.xlsx").await;
        reply.assert(200);
        assert!(reply.header("content-disposition").contains("attachment"));
        let table = officedoc::sheet::read("t.xlsx", &reply.body, officedoc::sheet::Limits::default()).unwrap();
        assert_eq!(table.columns[0], "单位全称");
        admin.post_bytes("/org-imports?name=t.xlsx", reply.body).await.refused_field("file");
        let rows = vec![vec![Cell::from("招商局"), Cell::from("管委会")]];
        let filled = officedoc::sheet::write(&[SheetOut { name: "单位和人员".into(), columns: table.columns, rows }]).unwrap();
        let import = admin.post_bytes("/org-imports?name=t.xlsx", filled).await.assert(201);
        assert_eq!((&import["units_new"], &import["errors"]), (&json!(1), &json!(0)));
    }

    async fn what_is_no_table_is_refused_in_words(app) {
        let admin = app.as_user("admin");
        for (bytes, words) in [("", "空"), ("甲,乙\n1,2\n", "姓名"), ("单位全称\n", "没有内容"), ("\u{89}PNG\r\n\u{1a}\n", "文件")] {
            let said = admin.post_bytes("/org-imports?name=a.csv", bytes.to_owned()).await.refused_field("file");
            assert!(said.contains(words), "{bytes:?}: {said}");
        }
        admin.post_bytes("/org-imports?name=a.csv", "x".repeat(6 << 20)).await.refused(413, "too_large");
        admin.post_bytes("/org-imports", GOOD).await.refused_field("name");
        app.as_user("centre1").post_bytes("/org-imports?name=a.csv", GOOD).await.refused(403, "forbidden");
        admin.post("/org-imports/0196c000-0000-7000-8000-000000000009/commit", &json!(null)).await.refused(404, "not_found");
    }
}
