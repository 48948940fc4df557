use officedoc::sheet::{self, Limits, Table};
use serde_json::{Value, json};
use testkit::{TestApp, both};

use crate::kit::*;

async fn file(app: &TestApp, login: &str, query: &str) -> Table {
    let reply = app.as_user(login).get(&format!("/tasks/export?{query}")).await;
    reply.assert(200);
    sheet::read("任务清单.csv", &reply.body, Limits::default()).unwrap()
}

fn column<'a>(table: &'a Table, heading: &str) -> Vec<&'a str> {
    let at = table.columns.iter().position(|column| column == heading).unwrap();
    table.rows.iter().map(|row| row.cells[at].as_str()).collect()
}

async fn titles(app: &TestApp, login: &str, query: &str) -> Vec<String> {
    let page = app.as_user(login).get(&format!("/tasks?limit=200&{query}")).await.assert(200);
    page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

async fn some_tasks(app: &TestApp) {
    for (index, due) in ["2026-03-10", "2026-02-27", "2026-04-10", "2026-03-31"].iter().enumerate() {
        let unit = if index % 2 == 0 { "bureau_a" } else { "bureau_b" };
        let input = json!({
            "title": format!("任务{index}"),
            "demand": "按月报送，附照片。",
            "due": { "day": due },
            "importance": if index == 0 { "important" } else { "normal" },
            "parties": [{ "unit_id": app.unit(unit), "role": "lead" }, { "unit_id": app.unit("bureau_c"), "role": "co" }],
        });
        let task = dispatched_with(app, input).await;
        if index == 2 {
            sign(app, "head_a", &task).await;
            report(app, "head_a", &task, 40).await;
            accept(app, "centre1", &task).await;
        }
    }
}

both! {
    async fn the_file_holds_the_rows_of_the_list_in_its_order(app) {
        some_tasks(app).await;
        for query in ["", "sort=due_day", "sort=-progress", "importance=important", "q=%E4%BB%BB%E5%8A%A12", "due_to=2026-03-10&sort=-due_day"] {
            let list = titles(app, "centre1", query).await;
            assert!(!list.is_empty());
            for format in ["csv", "xlsx"] {
                let table = file(app, "centre1", &format!("format={format}&{query}")).await;
                assert_eq!(column(&table, "任务"), list, "{format} {query}");
            }
        }
    }

    async fn a_file_of_many_chunks_holds_every_row_once(app) {
        let ctx = app.ctx("centre1").await;
        let mut tx = app.app.db.begin().await.unwrap();
        let units = vec![(app.unit("bureau_a"), None)];
        shibicheng::tasks::make_many(&mut tx, &ctx, &units, 1, 1203).await.unwrap();
        tx.commit().await.unwrap();
        for query in ["format=csv&columns=number&sort=number", "format=xlsx&columns=number&sort=lamp"] {
            let table = file(app, "centre1", query).await;
            let mut numbers = column(&table, "编号");
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), 1203, "{query}");
            assert_eq!(table.rows.len(), 1203, "{query}");
        }
    }

    async fn values_keep_their_meaning(app) {
        some_tasks(app).await;
        let query = "columns=title,progress,due_day,lamp,lead_unit,co_units,demand,dispatched_at&q=%E4%BB%BB%E5%8A%A12";
        for format in ["csv", "xlsx"] {
            let table = file(app, "centre1", &format!("format={format}&{query}")).await;
            assert_eq!(table.columns, ["任务", "核实进度", "完成时限", "亮灯", "牵头单位", "配合单位", "工作要求", "交办时间"]);
            let cells: Vec<&str> = table.rows[0].cells.iter().map(String::as_str).collect();
            assert_eq!(cells[..4], ["任务2", "40%", "2026-04-10", "正常"], "{format}");
            assert_eq!(cells[6], "按月报送，附照片。");
            assert_eq!(cells[7], "2026-02-06 09:00:00");
            assert!(!cells[4].is_empty() && !cells[5].is_empty());
        }
        // In an xlsx a day is a number that a spreadsheet can sort, and a share one it can add up.
        let reply = app.as_user("centre1").get(&format!("/tasks/export?format=xlsx&{query}")).await;
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(reply.body.to_vec())).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut text).unwrap();
        assert!(text.contains("<v>46122</v>"), "2026-04-10 as a day: {text}");
        assert!(text.contains("<v>0.4</v>"), "{text}");
    }

    async fn no_cell_becomes_a_formula(app) {
        let evil = ["=HYPERLINK(\"http://evil\",\"点我\")", "+1+1", "-2", "@SUM(A1)", "＝1+1"];
        for title in evil {
            app.as_user("centre1").post("/tasks", &json!({ "title": title, "demand": "=cmd|' /C calc'!A0" })).await.assert(201);
        }
        let reply = app.as_user("centre1").get("/tasks/export?format=csv&columns=title,demand&sort=created_at").await;
        let text = reply.text();
        assert!(text.starts_with('\u{feff}'), "spreadsheets take it for UTF-8 only with a mark");
        for line in text.lines().skip(1) {
            assert!(line.trim_start_matches('"').starts_with('\''), "{line}");
            assert!(line.contains(",'=cmd"), "{line}");
        }
        // And our own reader gives back what was written.
        for format in ["csv", "xlsx"] {
            let table = file(app, "centre1", &format!("format={format}&columns=title&sort=created_at")).await;
            let found: std::collections::BTreeSet<&str> = column(&table, "任务").into_iter().collect();
            assert_eq!(found, evil.into_iter().collect(), "{format}");
        }
    }

    async fn nobody_exports_what_they_do_not_see(app) {
        some_tasks(app).await;
        let table = file(app, "head_a", "format=csv&sort=created_at").await;
        assert_eq!(column(&table, "任务"), ["任务0", "任务2"]);
        let table = file(app, "head_b", &format!("format=xlsx&unit_id={}", app.unit("bureau_a"))).await;
        assert_eq!(table.rows.len(), 0);
    }

    async fn that_somebody_exported_is_in_the_ledger(app) {
        some_tasks(app).await;
        file(app, "head_a", "format=csv&sort=due_day&columns=title").await;
        let mut tx = app.app.db.read().await.unwrap();
        let events = shibicheng::audit::whole_stream(&mut tx, shibicheng::audit::SECURITY).await.unwrap();
        let event = events.iter().find(|event| event.action == "tasks_exported").unwrap();
        assert_eq!(event.words.zh(), "导出任务清单，共2条");
        let data: Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(data, json!({ "filter": "sort=due_day", "columns": ["title"], "format": "csv", "rows": 2 }));
        assert_eq!(shibicheng::audit::verify(&events), None);
    }

    async fn an_export_speaks_the_language_of_the_request(app) {
        some_tasks(app).await;
        let reply = app.as_user("centre1").header("accept-language", "en").get("/tasks/export?format=csv&columns=title,lamp").await;
        assert_eq!(reply.text().lines().next(), Some("\u{feff}Task,Lamp"));
        assert_eq!(reply.header("content-disposition"), "attachment; filename=\"Tasks-2026-02-06.csv\"");
        let reply = app.as_user("centre1").get("/tasks/export?format=xlsx").await;
        assert!(reply.header("content-disposition").contains("%E4%BB%BB%E5%8A%A1%E6%B8%85%E5%8D%95-2026-02-06.xlsx"));
    }

    async fn what_is_not_understood_is_refused(app) {
        let centre = app.as_user("centre1");
        centre.get("/tasks/export?format=pdf").await.assert(422);
        centre.get("/tasks/export").await.assert(422);
        centre.get("/tasks/export?format=csv&columns=title,secret").await.refused_field("columns");
        centre.get("/tasks/export?format=csv&sort=secret").await.refused_field("sort");
        centre.get("/tasks/export?format=csv&unknown=1").await.assert(422);
        app.anonymous().get("/tasks/export?format=csv").await.assert(401);
    }
}
