use std::io::Write as _;

use serde_json::{Value, json};
use testkit::{TestApp, both, encoded};

use crate::kit::*;

async fn hits(app: &TestApp, login: &str, q: &str, rest: &str) -> Vec<Value> {
    let page = app.as_user(login).get(&format!("/search?q={}{rest}", encoded(q))).await.assert(200);
    page["items"].as_array().unwrap().clone()
}

/// `kind: title` of everything found, in order.
async fn found(app: &TestApp, login: &str, q: &str) -> Vec<String> {
    let hits = hits(app, login, q, "").await;
    hits.iter().map(|hit| format!("{}: {}", hit["kind"].as_str().unwrap(), hit["task"]["title"].as_str().unwrap())).collect()
}

fn shown(fragments: &Value) -> String {
    let fragments = fragments.as_array().unwrap().iter();
    fragments
        .map(
            |one| {
                if one["hit"] == true { format!("[{}]", one["text"].as_str().unwrap()) } else { one["text"].as_str().unwrap().to_owned() }
            },
        )
        .collect()
}

async fn led(app: &TestApp, unit: &str, title: &str, demand: &str) -> Value {
    let parties = json!([{ "unit_id": app.unit(unit), "role": "lead" }]);
    dispatched_with(app, json!({ "title": title, "demand": demand, "due": { "day": "2026-06-30" }, "parties": parties })).await
}

both! {
    async fn a_task_is_found_by_any_part_of_its_title_and_demand(app) {
        led(app, "bureau_a", "推进港口码头建设", "按周报送施工进度，附现场照片。").await;
        led(app, "bureau_b", "整治河道", "排查 5G 基站 37 处。").await;
        app.run_jobs().await;
        for q in ["港口", "码头建", "口码", "推进港口码头建设", "港", "设", "施工 港口", "照片", "“施工进度”"] {
            assert_eq!(found(app, "centre1", q).await, ["task: 推进港口码头建设"], "{q}");
        }
        for q in ["5g", "５Ｇ", "5g基站", "基站", "37", "河道 排查"] {
            assert_eq!(found(app, "centre1", q).await, ["task: 整治河道"], "{q}");
        }
        for q in ["机场", "港口 河道", "头码", "“施工 进度”", "“推进码头”", "建港"] {
            assert_eq!(found(app, "centre1", q).await, Vec::<String>::new(), "{q}");
        }
    }

    async fn a_number_finds_its_task_at_once(app) {
        let one = led(app, "bureau_a", "甲任务", "").await;
        let number = show(app, "centre1", &one).await["task"]["number"].as_str().unwrap().to_owned();
        led(app, "bureau_a", &format!("续办{number}"), "").await;
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", &number).await.first().map(String::as_str), Some("task: 甲任务"));
        assert_eq!(hits(app, "centre1", &number, "").await.len(), 2);
        let tail: String = number.chars().skip(number.chars().count() - 4).collect();
        assert!(found(app, "centre1", &tail).await.contains(&"task: 甲任务".to_owned()), "{tail}");
    }

    async fn titles_come_first_and_then_the_newest(app) {
        led(app, "bureau_a", "旧的水厂改造", "").await;
        app.clock.advance(std::time::Duration::from_secs(3600));
        led(app, "bureau_a", "管网", "配合水厂改造。").await;
        app.clock.advance(std::time::Duration::from_secs(3600));
        led(app, "bureau_a", "新的水厂改造", "").await;
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", "水厂").await, ["task: 新的水厂改造", "task: 旧的水厂改造", "task: 管网"]);
    }

    async fn reports_requests_and_urges_are_found_and_marked(app) {
        let task = led(app, "bureau_a", "甲任务", "").await;
        sign(app, "head_a", &task).await;
        let body = json!({ "claimed_progress": 30, "text": "已完成沉箱预制。", "problem": "钢材供应紧张。" });
        app.as_user("head_a").post(&format!("/tasks/{}/reports", id(&task)), &body).await.assert(200);
        let page = show(app, "centre1", &task).await;
        let urge = json!({ "text": "请说明沉箱出运计划。", "reply_due_day": "2026-02-10" });
        app.as_user("centre1").post(&format!("/tasks/{}/urges", id(&task)), &urge).await.assert(201);
        let ask = json!({ "kind": "extend", "version": version(&page), "reason": "受台风影响，沉箱无法出运。", "reason_class": "force", "new_day": "2026-07-31" });
        app.as_user("head_a").post(&format!("/tasks/{}/requests", id(&task)), &ask).await.assert(200);
        app.run_jobs().await;
        let mut kinds: Vec<String> = Vec::new();
        for hit in hits(app, "centre1", "沉箱", "").await {
            kinds.push(hit["kind"].as_str().unwrap().to_owned());
            assert!(shown(&hit["excerpt"]).contains("[沉箱]"), "{hit}");
            assert_eq!(shown(&hit["title"]), "甲任务");
        }
        kinds.sort_unstable();
        assert_eq!(kinds, ["report", "request", "urge"]);
        assert_eq!(hits(app, "centre1", "沉箱", "&kind=urge").await.len(), 1);
        assert_eq!(found(app, "centre1", "钢材").await, ["report: 甲任务"]);
    }

    async fn what_is_written_in_files_is_found(app) {
        let task = led(app, "bureau_a", "甲任务", "").await;
        sign(app, "head_a", &task).await;
        let head = app.as_user("head_a");
        let docx = {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all("<w:document><w:p><w:r><w:t>防波堤</w:t></w:r><w:r><w:t>验收纪要</w:t></w:r></w:p></w:document>".as_bytes()).unwrap();
            zip.finish().unwrap().into_inner()
        };
        let files = [("纪要.docx", docx), ("清单.txt", "护面块体 1200 个".as_bytes().to_vec()), ("坏的.docx", b"PK\x03\x04nothing".to_vec()),
            ("打印件.pdf", include_bytes!("../../../pdftext/tests/fixtures/printed-by-a-browser.pdf").to_vec()), ("残缺.pdf", b"%PDF-1.7 nothing".to_vec())];
        let mut ids = Vec::new();
        for (name, bytes) in files {
            ids.push(head.upload(name, bytes).await.assert(201)["id"].clone());
        }
        let body = json!({ "claimed_progress": 30, "text": "见附件。", "file_ids": ids });
        head.post(&format!("/tasks/{}/reports", id(&task)), &body).await.assert(200);
        app.run_jobs().await;
        for (q, name) in [("防波堤验收", "纪要.docx"), ("护面块体", "清单.txt"), ("坏的", "[坏的].docx"), ("十一月底前完工", "打印件.pdf"), ("残缺", "[残缺].pdf"), ("清单", "[清单].txt")] {
            let hits = hits(app, "centre1", q, "").await;
            assert_eq!(hits.len(), 1, "{q}: {hits:?}");
            assert_eq!(hits[0]["kind"], "file");
            assert_eq!(shown(&hits[0]["name"]), name);
        }
        assert_eq!(found(app, "head_b", "防波堤").await, Vec::<String>::new());
    }

    async fn nobody_finds_what_they_do_not_see(app) {
        led(app, "bureau_a", "甲局的港口任务", "").await;
        led(app, "bureau_b", "乙局的港口任务", "").await;
        app.as_user("centre1").post("/tasks", &json!({ "title": "港口草稿", "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(found(app, "head_a", "港口").await, ["task: 甲局的港口任务"]);
        assert_eq!(found(app, "head_b", "港口").await, ["task: 乙局的港口任务"]);
        assert_eq!(found(app, "centre1", "港口").await.len(), 3);
        // Neither by its number nor by how many pages there are.
        let number = hits(app, "centre1", "乙局", "").await[0]["task"]["number"].as_str().unwrap().to_owned();
        assert_eq!(found(app, "head_a", &number).await, Vec::<String>::new());
        let page = app.as_user("head_a").get(&format!("/search?limit=1&q={}", encoded("港口"))).await.assert(200);
        assert_eq!(page["next_cursor"], Value::Null);
        app.anonymous().get("/search?q=x").await.assert(401);
    }

    async fn who_joins_later_finds_it_and_what_is_reworded_is_found_anew(app) {
        let draft = app.as_user("centre1").post("/tasks", &json!({ "title": "疏浚航道" })).await.assert(201);
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", "疏浚").await, ["task: 疏浚航道"]);
        let edit = json!({ "version": version(&draft), "title": "清理锚地", "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] });
        let draft = app.as_user("centre1").patch(&format!("/tasks/{}", id(&draft)), &edit).await.assert(200);
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", "疏浚").await, Vec::<String>::new());
        assert_eq!(found(app, "head_a", "锚地").await, Vec::<String>::new());
        let other = app.as_user("centre1").post("/tasks", &json!({ "title": "临时锚地" })).await.assert(201);
        submit(app, "centre1", &draft).await;
        app.run_jobs().await;
        assert_eq!(found(app, "head_a", "锚地").await, ["task: 清理锚地"]);
        app.as_user("centre1").delete(&format!("/tasks/{}?version={}", id(&other), version(&other))).await.assert(204);
        app.run_jobs().await;
        assert_eq!(found(app, "centre1", "锚地").await, ["task: 清理锚地"]);
        assert_eq!(shibicheng::search::rebuild(&app.app).await.unwrap(), 1);
    }

    async fn pages_hold_every_hit_once(app) {
        for n in 0..7 {
            led(app, "bureau_a", &format!("第{n}项港口任务"), "").await;
            led(app, "bureau_a", &format!("第{n}项其他任务"), "配合港口。").await;
        }
        app.run_jobs().await;
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = app.as_user("centre1").get(&format!("/search?limit=3&q={}{cursor}", encoded("港口"))).await.assert(200);
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 3);
            all.extend(items.iter().map(|hit| hit["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let listed = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!((listed, all.len()), (14, 14));
    }

    async fn tasks_from_before_the_index_are_caught_up_with(app) {
        let ctx = app.ctx("centre1").await;
        let mut tx = app.app.db.begin().await.unwrap();
        shibicheng::tasks::make_many(&mut tx, &ctx, &[(app.unit("bureau_a"), None)], 1, 1203).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(app, "head_a", "第1203号").await, Vec::<String>::new());
        app.run_jobs().await;
        for n in [1, 600, 1203] {
            assert_eq!(hits(app, "head_a", &format!("第{n}号"), "").await.len(), 1, "{n}");
            assert_eq!(hits(app, "head_b", &format!("第{n}号"), "").await.len(), 0, "{n}");
        }
        // Done once: what comes later comes by its events.
        assert_eq!(shibicheng::search::rebuild(&app.app).await.unwrap(), 1203);
        assert_eq!(hits(app, "head_a", "第600号", "").await.len(), 1);
    }

    async fn operators_and_odd_characters_are_only_text(app) {
        led(app, "bureau_a", "a\"b OR c* (港口) <b>粗</b> NOT x' & y:*", "").await;
        app.run_jobs().await;
        for q in ["\"b OR c*", "NOT", "x' & y:*", "(港口)", "<b>粗", "c*", "港口 OR", "'", "\\", "港口:*"] {
            let reply = app.as_user("centre1").get(&format!("/search?q={}", encoded(q))).await;
            assert!([200, 422].contains(&reply.status.as_u16()), "{q}: {}", reply.text());
        }
        assert_eq!(found(app, "centre1", "or not").await.len(), 1);
        assert_eq!(shown(&hits(app, "centre1", "粗", "").await[0]["title"]), "a\"b OR c* (港口) <b>[粗]</b> NOT x' & y:*");
        app.as_user("centre1").get("/search?q=").await.refused_field("q");
        app.as_user("centre1").get(&format!("/search?q={}", encoded("，。！"))).await.refused_field("q");
        app.as_user("centre1").get("/search?q=x&kind=person").await.assert(422);
        app.as_user("centre1").get("/search?q=x&cursor=zz").await.refused_field("cursor");
    }
}
