//! State secrets are stopped at the door, and files in which something like one stands are held until somebody decides.

use serde_json::{Value, json};
use testkit::{TestApp, both, encoded};

use crate::kit::*;

async fn attached(app: &TestApp, task: &Value, login: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
    let file = app.as_user(login).upload(name, bytes.into()).await.assert(201);
    let body = json!({ "claimed_progress": 30, "text": "见附件。", "file_ids": [file["id"]] });
    app.as_user(login).post(&format!("/tasks/{}/reports", id(task)), &body).await.assert(200);
    app.run_jobs().await;
    file
}

async fn content(app: &TestApp, login: &str, file: &Value) -> testkit::Reply {
    app.as_user(login).get(&format!("/files/{}/content", file["id"].as_str().unwrap())).await
}

async fn findings(app: &TestApp, login: &str) -> Vec<Value> {
    app.as_user(login).get("/files/findings").await.assert(200)["items"].as_array().unwrap().clone()
}

fn fields(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    problem["fields"].as_array().unwrap().iter().map(|one| (text(&one["field"]), text(&one["message"]))).collect()
}

fn found(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, message)| ((*field).to_owned(), (*message).to_owned())).collect()
}

async fn secrecy(app: &TestApp) -> Vec<shibicheng::audit::Event> {
    let mut tx = app.app.db.read().await.unwrap();
    shibicheng::audit::whole_stream(&mut tx, shibicheng::audit::SECRECY).await.unwrap()
}

both! {
    async fn a_text_with_a_mark_of_a_classified_paper_is_refused_and_leaves_nothing(app) {
        let centre = app.as_user("centre1");
        let body = json!({ "title": "落实机密★10年文件精神", "demand": "按 密级：秘密 要求办理，份号 12" });
        let problem = centre.post("/tasks", &body).await.refused(422, "secret_mark");
        assert_eq!(fields(&problem), found(&[("demand", "出现密级标志“密级秘密”，涉密内容严禁在本系统存储、处理、传输"), ("title", "出现密级标志“机密★”，涉密内容严禁在本系统存储、处理、传输")]));
        assert!(problem["detail"].as_str().unwrap().contains("涉密内容严禁在本系统存储"));
        // Whoever says that it is not secret cannot get it through.
        centre.clone().header("not-secret", "confirmed").post("/tasks", &body).await.refused(422, "secret_mark");
        assert_eq!(app.as_user("centre1").get("/tasks").await.assert(200)["items"], json!([]));
        let task = dispatched(app, "修路", "bureau_a").await;
        sign(app, "head_a", &task).await;
        for (path, body) in [
            ("reports", json!({ "claimed_progress": 5, "text": "转发绝密☆文件" })),
            ("comments", json!({ "text": "绝 密 ★ 长期" })),
        ] {
            let at = format!("/tasks/{}/{path}", id(&task));
            app.as_user("head_a").post(&at, &body).await.refused(422, "secret_mark");
        }
        centre.upload("秘密★5年.docx", &b"x"[..]).await.refused(422, "secret_mark");
        assert!(secrecy(app).await.is_empty());
        app.run_jobs().await;
    }

    async fn a_word_is_asked_about_once_and_who_stands_by_it_is_written_down(app) {
        let centre = app.as_user("centre1").key("0196c000-0000-7000-8000-0000000000a1");
        let body = json!({ "title": "清理标注密级的旧档案", "demand": "商业秘密除外。" });
        let problem = centre.post("/tasks", &body).await.refused(422, "secret_words");
        assert_eq!(fields(&problem), found(&[("title", "出现“密级”")]));
        let task = centre.clone().header("not-secret", "confirmed").post("/tasks", &body).await.assert(201);
        assert_eq!(task["task"]["title"], "清理标注密级的旧档案");
        let events = secrecy(app).await;
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].action.as_str(), events[0].actor_id), ("not_secret_confirmed", Some(app.person("centre1").0)));
        assert_eq!(events[0].words.zh(), "确认含有“密级”的内容不涉密");
        // The words and their place are kept, the text is not.
        let data: Value = serde_json::from_str(&events[0].data).unwrap();
        assert_eq!(data, json!({ "request": "POST /tasks", "places": [{ "field": "title", "words": ["密级"] }] }));
        // Repeated, it is the same change and not a second confirmation.
        centre.header("not-secret", "confirmed").post("/tasks", &body).await.assert(201);
        assert_eq!(secrecy(app).await.len(), 1);
        assert!(shibicheng::audit::verify(&events).is_none());
    }

    async fn a_ledger_to_be_taken_in_is_looked_through_row_by_row(app) {
        let csv = "任务,牵头单位\n修路,经发局\n办理机密★5年件,经发局\n";
        let problem = app.as_user("centre1").post_bytes(&format!("/task-imports?name={}", encoded("台账.csv")), csv).await;
        let problem = problem.refused(422, "secret_mark");
        assert_eq!(fields(&problem), found(&[("rows[3]", "出现密级标志“机密★”，涉密内容严禁在本系统存储、处理、传输")]));
    }

    async fn a_file_with_a_mark_in_it_is_held_until_somebody_else_decides(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        sign(app, "head_a", &task).await;
        let file = attached(app, &task, "head_a", "转发件.txt", "一、关于港口\n机密★10年\n沉箱出运计划").await;
        let clean = attached(app, &task, "head_a", "进度.txt", "以秘密投票方式选举。沉箱预制完成").await;
        // Its uploader reads it and whoever decides; others do not, and learn why.
        content(app, "head_a", &file).await.assert(200);
        content(app, "centre1", &file).await.assert(200);
        content(app, "liaison_a", &file).await.refused(403, "file_held");
        content(app, "liaison_a", &clean).await.assert(200);
        content(app, "head_b", &file).await.refused(404, "not_found");
        let known = app.as_user("liaison_a").get(&format!("/files/{}", file["id"].as_str().unwrap())).await.assert(200);
        assert_eq!(known["standing"], "held");
        // What is written in it is not found by searching.
        let hits = app.as_user("liaison_a").get(&format!("/search?q={}", encoded("沉箱"))).await.assert(200);
        assert_eq!(hits["items"].as_array().unwrap().len(), 1, "{hits}");
        assert!(messages(app, "centre1").await.contains(&"附件待保密审查".to_owned()));
        assert!(messages(app, "head_a").await.contains(&"附件待保密审查".to_owned()));
        assert_eq!(findings(app, "centre1").await.len(), 1);
        let finding = findings(app, "leader").await.remove(0);
        assert_eq!((&finding["kind"], &finding["found"], &finding["state"]), (&json!("secret"), &json!(["机密★"]), &json!("open")));
        assert_eq!(finding["files"][0]["tasks"][0]["title"], "修路");
        let at = format!("/files/findings/{}/decision", finding["id"].as_str().unwrap());
        app.as_user("head_a").get("/files/findings").await.refused(403, "forbidden");
        app.as_user("admin").get("/files/findings").await.refused(403, "forbidden");
        let body = |decision: &str, reason: &str| json!({ "version": 1, "decision": decision, "reason": reason });
        app.as_user("centre1").post(&at, &body("clear", " ")).await.refused_field("reason");
        let done = app.as_user("centre1").post(&at, &body("clear", "系旧文件样式，已核对")).await.assert(200);
        assert_eq!((&done["state"], &done["decided_by"]["name"]), (&json!("cleared"), &json!("周运")));
        app.as_user("leader").post(&at, &body("remove", "不妥")).await.refused(409, "decided");
        app.run_jobs().await;
        content(app, "liaison_a", &file).await.assert(200);
        let hits = app.as_user("liaison_a").get(&format!("/search?q={}", encoded("沉箱"))).await.assert(200);
        assert_eq!(hits["items"].as_array().unwrap().len(), 2, "{hits}");
        assert!(messages(app, "head_a").await.contains(&"附件已放行".to_owned()));
        let actions: Vec<String> = secrecy(app).await.into_iter().map(|event| event.action).collect();
        assert_eq!(actions, ["file_held", "file_cleared"]);
        // The same bytes once more are not held again.
        let again = attached(app, &task, "head_a", "再传.txt", "一、关于港口\n机密★10年\n沉箱出运计划").await;
        content(app, "liaison_a", &again).await.assert(200);
    }

    async fn nobody_decides_on_a_file_of_their_own(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        let file = app.as_user("centre1").upload("旧件.txt", "秘密★5年".as_bytes()).await.assert(201);
        let body = json!({ "text": "附上", "file_ids": [file["id"]] });
        app.as_user("centre1").post(&format!("/tasks/{}/comments", id(&task)), &body).await.assert(201);
        app.run_jobs().await;
        let finding = findings(app, "centre1").await.remove(0);
        assert_eq!(finding["may_decide"], false);
        let at = format!("/files/findings/{}/decision", finding["id"].as_str().unwrap());
        let body = json!({ "version": 1, "decision": "clear", "reason": "不涉密" });
        app.as_user("centre1").post(&at, &body).await.refused(403, "forbidden");
        assert!(messages(app, "centre2").await.contains(&"附件待保密审查".to_owned()));
        app.as_user("centre2").post(&at, &body).await.assert(200);
    }

    async fn what_is_removed_is_gone_and_does_not_come_back(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        sign(app, "head_a", &task).await;
        let bytes = "绝密★\n某某部署";
        let file = attached(app, &task, "head_a", "部署.txt", bytes).await;
        let finding = findings(app, "centre1").await.remove(0);
        let at = format!("/files/findings/{}/decision", finding["id"].as_str().unwrap());
        let body = json!({ "version": 1, "decision": "remove", "reason": "属国家秘密，已报保密办" });
        app.as_user("centre1").post(&at, &body).await.assert(200);
        app.run_jobs().await;
        for login in ["head_a", "centre1", "leader"] {
            content(app, login, &file).await.refused(410, "file_removed");
        }
        let digest = blob::Digest::parse(file["digest"].as_str().unwrap()).unwrap();
        assert!(!app.app.blobs.exists(&digest).await.unwrap());
        app.as_user("head_a").upload("换个名字.txt", bytes.as_bytes()).await.refused_field("file");
        // The row stays and says so; the check of contents and the backup do not miss it.
        let page = show(app, "head_a", &task).await;
        assert_eq!(page["reports"][0]["files"][0]["standing"], "removed");
        let report = app.as_user("admin").get("/files/checks").await.assert(200);
        assert_eq!((&report["damaged"], &report["held"]), (&json!([]), &json!(0)));
        let mut tx = app.app.db.read().await.unwrap();
        assert!(!shibicheng::files::digests(&mut tx).await.unwrap().contains(&digest.to_string()));
        assert!(!shibicheng::files::digests_after(&mut tx, "", 10).await.unwrap().contains(&digest.to_string()));
        assert!(shibicheng::files::is_removed(&mut tx, digest.as_str()).await.unwrap());
        drop(tx);
        assert!(messages(app, "head_a").await.contains(&"附件已移除".to_owned()));
    }

    async fn words_count_at_the_head_of_a_file_and_not_in_its_depths(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        sign(app, "head_a", &task).await;
        let deep = format!("{}此处注意保密。", "港口建设情况良好。".repeat(100));
        let deep = attached(app, &task, "head_a", "长文.txt", deep).await;
        content(app, "liaison_a", &deep).await.assert(200);
        let head = attached(app, &task, "head_a", "内部.txt", "内部资料，注意保存\n港口建设情况良好").await;
        content(app, "liaison_a", &head).await.refused(403, "file_held");
    }

    async fn the_list_is_kept_in_versions_and_a_new_one_looks_at_what_was_read_before(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        sign(app, "head_a", &task).await;
        let file = attached(app, &task, "head_a", "代号.txt", "蓝鲸行动方案").await;
        let centre = app.as_user("centre1");
        let view = centre.get("/secret-words").await.assert(200);
        assert_eq!(view["version"], 0);
        let mut list = view["rules"].clone();
        assert_eq!(list, view["defaults"]);
        list["marks"].as_array_mut().unwrap().push(json!("蓝鲸 方案"));
        let body = json!({ "rules": list, "reason": "新增代号", "version": 0 });
        app.as_user("head_a").post("/secret-words", &body).await.refused(403, "forbidden");
        let trial = json!({ "rules": list, "text": "关于“蓝鲸”的方案" });
        let hits = centre.post("/secret-words/trials", &trial).await.assert(200);
        assert_eq!(hits["hits"], json!([{ "word": "蓝鲸 方案", "is_mark": true, "at": 3 }]));
        let view = centre.post("/secret-words", &body).await.assert(201);
        assert_eq!((&view["history"][0]["reason"], &view["history"][0]["by"]["name"]), (&json!("新增代号"), &json!("周运")));
        app.as_user("admin").post("/secret-words", &body).await.refused(409, "stale_version");
        let mut bad = list.clone();
        bad["words"] = json!(["密"]);
        let bad = json!({ "rules": bad, "reason": "试", "version": view["version"] });
        centre.post("/secret-words", &bad).await.refused_field("rules.words[0]");
        app.run_jobs().await;
        content(app, "liaison_a", &file).await.refused(403, "file_held");
        centre.post("/tasks", &json!({ "title": "蓝鲸方案" })).await.refused(422, "secret_mark");
    }
}
