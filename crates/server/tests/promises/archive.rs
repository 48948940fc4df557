//! A task that has ended can be taken away as a package that explains and proves itself.

use std::{collections::HashSet, process::Command};

use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

/// The names of what is in a package, in order, and the bytes of one of them by its name.
struct Zip(Vec<(String, Vec<u8>)>);

impl Zip {
    /// Nothing in a package is compressed, so a walk from header to header reads it.
    fn of(bytes: &[u8]) -> Self {
        let number = |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
        let (mut at, mut found) = (0, Vec::new());
        while bytes[at..].starts_with(b"PK\x03\x04") {
            let (size, name, extra) = (number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
            let start = at + 30 + name + extra;
            let name = String::from_utf8(bytes[at + 30..at + 30 + name].to_vec()).unwrap();
            found.push((name, bytes[start..start + size].to_vec()));
            at = start + size;
        }
        Self(found)
    }

    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(known, _)| known == name).ok_or(name).unwrap();
        String::from_utf8(found.1.clone()).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }
}

/// Struck off, with a file on the report and a word of supervision.
async fn settled(app: &TestApp) -> Value {
    let task = dispatched(app, "修路<一期>&桥梁", "bureau_b").await;
    sign(app, "head_b", &task).await;
    let urge = json!({ "text": "抓紧" });
    app.as_user("centre1").post(&format!("/tasks/{}/urges", id(&task)), &urge).await.assert(201);
    app.as_user("centre1").post("/orders", &json!({ "task_ids": [id(&task)], "demand": "限期整改" })).await.assert(201);
    let file = app.as_user("head_b").upload("验收单.pdf", &b"%PDF-1.7 accepted"[..]).await.assert(201);
    let body = json!({ "claimed_progress": 80, "text": "路面已铺", "file_ids": [file["id"]] });
    app.as_user("head_b").post(&format!("/tasks/{}/reports", id(&task)), &body).await.assert(200);
    accept(app, "centre1", &task).await;
    close(app, "head_b", "centre1", &task).await;
    let note = json!({ "stars": 4, "text": "干得扎实" });
    app.as_user("leader").post(&format!("/tasks/{}/notes", id(&task)), &note).await.assert(201);
    let comments = format!("/tasks/{}/comments", id(&task));
    let first = app.as_user("centre1").post(&comments, &json!({ "text": "说错了的话" })).await.assert(201);
    let more = json!({ "text": "验收单已附", "quote_comment_id": first["id"] });
    app.as_user("head_b").post(&comments, &more).await.assert(201);
    app.as_user("centre1").delete(&format!("/comments/{}", id(&first))).await.assert(200);
    verified(app, &task).await
}

async fn verified(app: &TestApp, task: &Value) -> Value {
    let page = show(app, "centre2", task).await;
    let body = json!({ "version": version(&page), "result": "pass" });
    app.as_user("centre2").post(&format!("/tasks/{}/verification", id(task)), &body).await.assert(200)
}

fn archives(task: &Value) -> String {
    format!("/tasks/{}/archives", id(task))
}

async fn taken(app: &TestApp, login: &str, task: &Value) -> (Value, Vec<u8>) {
    let archive = app.as_user(login).post(&archives(task), &json!({})).await.assert(201);
    let reply = app.as_user(login).get(&format!("/archives/{}/content", archive["id"].as_str().unwrap())).await;
    reply.assert(200);
    assert_eq!(reply.header("content-length"), archive["size"].to_string());
    (archive, reply.body.to_vec())
}

/// Lets the script look, which knows only the description. Says so and answers nothing where there is no Node.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn script(bytes: &[u8], digest: Option<&str>) -> Option<(bool, String)> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bin/verify-archive");
    let digest = digest.into_iter().flat_map(|digest| ["--digest", digest]);
    match Command::new("node").arg(script).arg(file.path()).args(digest).output() {
        Ok(done) => Some((done.status.success(), String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap())),
        Err(error) => {
            println!("SKIPPED: bin/verify-archive needs Node: {error}");
            None
        }
    }
}

both! {
    async fn a_task_that_was_struck_off_leaves_as_a_package_that_proves_itself(app) {
        let task = settled(app).await;
        let (archive, bytes) = taken(app, "centre1", &task).await;
        let zip = Zip::of(&bytes);
        assert_eq!(zip.names(), [
            "说明.md", "台账.jsonl", "任务/0001/办理记录.json", "任务/0001/封装包.xml", "包信息.json",
            "任务/0001/文件/01 验收单.pdf", "清单-sha256.txt",
        ]);
        assert_eq!(blob::Digest::of(zip.text("清单-sha256.txt").as_bytes()).as_str(), archive["digest"].as_str().unwrap());
        let record = zip.json("任务/0001/办理记录.json");
        assert_eq!((&record["任务"]["状态"], &record["任务"]["保管期限"]), (&json!("已销号"), &json!("10年")));
        assert_eq!(record["进展上报"][0]["进展情况"], "路面已铺");
        assert_eq!(record["督办"][0]["督办意见"], "抓紧");
        assert_eq!((&record["督办单"][0]["级别"], &record["督办单"][0]["督办要求"]), (&json!("蓝色"), &json!("限期整改")));
        assert_eq!(record["核查"][0]["结果"], "通过");
        let note = &record["点评"][0];
        assert_eq!((&note["星级"], &note["点评意见"], &note["上报"]), (&json!(4), &json!("干得扎实"), &Value::Null));
        let talk = record["讨论"].as_array().unwrap();
        assert_eq!(talk.len(), 2);
        assert!(talk[0]["内容"] == "" && talk[0]["删除人"].is_object(), "what was deleted has no words: {}", talk[0]);
        assert_eq!((&talk[1]["内容"], &talk[1]["引用讨论"]), (&json!("验收单已附"), &talk[0]["标识"]));
        assert_eq!((&record["附件"][0]["文件名"], &record["附件"][0]["属于"][0]["类别"]), (&json!("验收单.pdf"), &json!("进展上报")));
        let sheet = zip.text("任务/0001/封装包.xml");
        assert!(sheet.contains("<题名>修路&lt;一期&gt;&amp;桥梁</题名>"), "{sheet}");
        let Some((fine, said)) = script(&bytes, archive["digest"].as_str()) else { return };
        assert!(fine && said.contains("1 项任务，1 个附件"), "{said}");
    }

    async fn whoever_tampers_with_a_package_is_found_out(app) {
        let task = settled(app).await;
        let (archive, bytes) = taken(app, "centre1", &task).await;
        let zip = Zip::of(&bytes);
        let changed = |from: &str, to: &str| {
            assert_eq!(from.len(), to.len(), "the ZIP keeps its shape");
            let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
            [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
        };
        for (from, to, found) in [
            ("%PDF-1.7 accepted", "%PDF-1.7 rejected", "文件/01 验收单.pdf：内容与清单的摘要不符"),
            ("\"状态\": \"已销号\"", "\"状态\": \"已终止\"", "办理记录.json：内容与清单的摘要不符"),
            ("\"动作\":\"reported\"", "\"动作\":\"repeated\"", "内容与哈希不符"),
            ("<密级>内部</密级>", "<密级>公开</密级>", "封装包.xml：内容与清单的摘要不符"),
        ] {
            let Some((fine, said)) = script(&changed(from, to), None) else { return };
            assert!(!fine && said.contains(found), "{said}");
        }
        // What a forger does who knows the format: everything is put together anew, the list included.
        let store = blob::Store::at(app.app.config.data_dir.join("forged")).await.unwrap();
        let forge = async |edit: fn(&str, String) -> String, more: Option<(&str, &str)>| {
            let mut bundle = store.bundle().await.unwrap();
            let mut list = String::new();
            let entries = zip.0.iter().filter(|(name, _)| name != "清单-sha256.txt").cloned();
            for (name, bytes) in entries.chain(more.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))) {
                bundle.add(name.clone(), edit(&name, String::from_utf8(bytes).unwrap())).await.unwrap();
                list += &format!("{}  {name}\n", bundle.entries().last().unwrap().digest);
            }
            bundle.add("清单-sha256.txt", list).await.unwrap();
            let mut out = Vec::new();
            let mut stream = Box::pin(bundle.into_stream());
            while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
                out.extend(chunk.unwrap());
            }
            out
        };
        let removed = |name: &str, text: String| match name {
            "台账.jsonl" => text.lines().filter(|line| !line.contains("\"urged\"")).map(|line| format!("{line}\n")).collect(),
            _ => text,
        };
        let renamed = |name: &str, text: String| if name.ends_with("办理记录.json") { text.replace("桥梁", "隧道") } else { text };
        let untouched = |_: &str, text: String| text;
        for (forged, found) in [
            (forge(removed, None).await, "与上一条不相接"),
            (forge(renamed, None).await, "题名不一致"),
            (forge(untouched, Some(("任务/0001/文件/02 补.txt", "补"))).await, "文件数不一致"),
            (forge(untouched, Some(("补.txt", "补"))).await, "不属于任何任务"),
        ] {
            let Some((fine, said)) = script(&forged, None) else { return };
            assert!(!fine && said.contains(found), "{said}");
        }
        // A fact that stands in one place only is held by the digest that was kept elsewhere.
        let quiet = |name: &str, text: String| if name.ends_with("办理记录.json") { text.replace("抓紧", "不急") } else { text };
        let resealed = forge(quiet, None).await;
        let Some((fine, said)) = script(&resealed, archive["digest"].as_str()) else { return };
        assert!(!fine && said.contains("包摘要是"), "{said}");
    }

    async fn the_same_state_makes_the_same_package_whoever_asks(app) {
        let task = settled(app).await;
        let (first, bytes) = taken(app, "centre1", &task).await;
        app.clock.advance(std::time::Duration::from_secs(6 * 3600));
        let (second, again) = taken(app, "leader", &task).await;
        assert_eq!((&first["digest"], bytes), (&second["digest"], again));
        let listed = app.as_user("head_b").get(&archives(&task)).await.assert(200);
        let takers: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| item["by"]["name"].as_str().unwrap()).collect();
        assert_eq!(takers.len(), 2);
        assert_ne!(takers[0], takers[1]);
        let mut tx = app.app.db.read().await.unwrap();
        let events = shibicheng::audit::whole_stream(&mut tx, shibicheng::audit::ARCHIVES).await.unwrap();
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|event| event.words.zh().contains(first["digest"].as_str().unwrap())));
    }

    async fn only_what_has_ended_is_archived_and_only_by_whoever_sees_all_of_it(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        app.as_user("centre1").post(&archives(&task), &json!({})).await.refused(409, "not_ended");
        app.as_user("head_a").post(&archives(&task), &json!({})).await.refused(404, "not_found");
        app.as_user("head_a").get(&archives(&task)).await.refused(404, "not_found");
        let done = settled(app).await;
        let (archive, _) = taken(app, "head_b", &done).await;
        let content = format!("/archives/{}/content", archive["id"].as_str().unwrap());
        app.as_user("head_a").get(&content).await.refused(404, "not_found");
        let page = app.as_user("head_b").get(&content).await;
        let kept = app.as_user("head_b").header("if-none-match", page.header("etag")).get(&content).await;
        kept.assert(304);
    }

    async fn of_a_part_the_neighbours_are_only_links_of_the_chain(app) {
        let centre = app.as_user("centre1");
        let whole = centre.post("/tasks", &json!({ "title": "优化营商环境" })).await.assert(201);
        let child = |title: &str, unit: &str| json!({ "title": title, "weight": 50, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] });
        let body = json!({ "version": version(&whole), "children": [child("甲事", "bureau_a"), child("乙事", "bureau_b")] });
        let whole = centre.put(&format!("/tasks/{}/children", id(&whole)), &body).await.assert(200);
        let whole = submit(app, "centre1", &whole).await;
        let (a, b) = (whole["children"][0].clone(), whole["children"][1].clone());
        for (task, head) in [(&a, "head_a"), (&b, "head_b")] {
            sign(app, head, task).await;
            close(app, head, "centre1", task).await;
        }
        verified(app, &a).await;
        let (part, bytes) = taken(app, "head_a", &a).await;
        let zip = Zip::of(&bytes);
        let lines: Vec<Value> = zip.text("台账.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().any(|line| line.get("动作").is_none()), "the neighbour is a link");
        assert!(lines.iter().all(|line| line.get("任务").is_none_or(|task| *task == a["id"])));
        assert!(!String::from_utf8_lossy(&bytes).contains("乙事"));
        if let Some((fine, said)) = script(&bytes, part["digest"].as_str()) {
            assert!(fine, "{said}");
        }
        // The neighbour goes on; the part stays what it was.
        verified(app, &b).await;
        assert_eq!(taken(app, "head_a", &a).await.0["digest"], part["digest"]);
        // Struck off as a whole, it leaves as a whole, but not with those who see a part of it.
        let whole = show(app, "centre1", &whole).await;
        assert_eq!(whole["task"]["state"], "settled");
        let (archive, bytes) = taken(app, "centre1", &whole).await;
        assert_eq!(archive["tasks"], 3);
        let folders: HashSet<String> = Zip::of(&bytes).names().iter().filter_map(|name| name.strip_prefix("任务/")?.get(..4).map(str::to_owned)).collect();
        assert_eq!(folders.len(), 3);
        if let Some((fine, said)) = script(&bytes, archive["digest"].as_str()) {
            assert!(fine, "{said}");
        }
    }

    async fn a_damaged_file_is_named_and_nothing_leaves(app) {
        let task = settled(app).await;
        let (archive, _) = taken(app, "centre1", &task).await;
        let digest = blob::Digest::of(b"%PDF-1.7 accepted").to_string();
        let path = app.app.config.data_dir.join("blobs").join(&digest[..2]).join(&digest[2..4]).join(&digest);
        std::fs::write(path, b"%PDF-1.7 rejected").unwrap();
        let problem = app.as_user("centre1").post(&archives(&task), &json!({})).await.refused(409, "file_damaged");
        assert!(problem["detail"].as_str().unwrap().contains("验收单.pdf"));
        app.as_user("centre1").get(&format!("/archives/{}/content", archive["id"].as_str().unwrap())).await.refused(409, "file_damaged");
    }

    async fn a_package_of_what_was_another_task_is_not_given_out(app) {
        let task = settled(app).await;
        let (archive, _) = taken(app, "centre1", &task).await;
        let mut tx = app.app.db.begin().await.unwrap();
        let task_id: ::kit::uuid::Uuid = id(&task).parse().unwrap();
        let _: Option<(i64,)> = db::run!(tx, |c| db::sqlx::query_as("update task set title = '修桥' where id = $1 returning version")
            .bind(task_id)
            .fetch_optional(c)).unwrap();
        tx.commit().await.unwrap();
        app.as_user("centre1").get(&format!("/archives/{}/content", archive["id"].as_str().unwrap())).await.refused(409, "changed");
    }
}
