//! The demo areas: the one published month, and the zone as every one of its people sees it.

use shibicheng::{
    access, demo,
    tasks::{self, FilterQuery},
};
use testkit::{TestApp, both_bare};

use crate::kit::*;

both_bare! {
    async fn june_2021_says_415_created_61_important_168_completed_27_overdue(app) {
        let end = "2021-06-30T23:59:59+08:00".parse().unwrap();
        app.clock.set(end);
        demo::load_june_2021(&app.app).await.unwrap();
        let ctx = app.app.ctx(access::system_principal());
        let mut tx = app.app.db.read().await.unwrap();
        let (first, last) = ("2021-06-01".parse().unwrap(), "2021-06-30".parse().unwrap());
        let s = tasks::summary(&mut tx, &ctx, first, last, Some(end)).await.unwrap();
        assert_eq!((s.created, s.important, s.completed, s.overdue), (415, 61, 168, 27));

        // Lists and boards agree at that moment.
        let period = FilterQuery { created_from: Some(first), created_to: Some(last), ..FilterQuery::default() };
        let cases = [
            (period.clone(), 415),
            (FilterQuery { importance: Some("important,major".to_owned()), ..period.clone() }, 61),
            (FilterQuery { state: Some("closed,settled".to_owned()), ..period.clone() }, 168),
            (FilterQuery { overdue: Some(true), ..period.clone() }, 27),
        ];
        for (query, n) in cases {
            assert_eq!(tasks::total(&mut tx, &ctx, &query.read().unwrap().0).await.unwrap(), n, "{query:?}");
            let mut rows = 0;
            let mut page = tasks::list(&mut tx, &ctx, &FilterQuery { limit: Some(200), ..query.clone() }).await.unwrap();
            loop {
                rows += page.items.len();
                let Some(cursor) = page.next_cursor else { break };
                page = tasks::list(&mut tx, &ctx, &FilterQuery { limit: Some(200), cursor: Some(cursor), ..query.clone() }).await.unwrap();
            }
            assert_eq!(i64::try_from(rows).unwrap(), n, "{query:?}");
        }
        let by_unit = tasks::by_unit(&mut tx, &ctx, &period.read().unwrap().0).await.unwrap();
        assert_eq!(by_unit.iter().map(|load| load.overdue).sum::<i64>(), 27);
        assert_eq!(by_unit.iter().map(|load| load.closed).sum::<i64>(), 168);
        // A year later the same moment is still answered the same way.
        app.clock.set("2022-06-30T12:00:00+08:00".parse().unwrap());
        let later = tasks::summary(&mut tx, &ctx, first, last, Some(end)).await.unwrap();
        assert_eq!((later.created, later.important, later.completed, later.overdue), (415, 61, 168, 27));
        // A program is told the same.
        drop(tx);
        let path = "/tasks/summary?created_from=2021-06-01&created_to=2021-06-30&as_of=2021-06-30T23:59:59%2B08:00";
        let told = app.as_user("centre1").get(path).await.assert(200);
        assert_eq!([&told["created"], &told["important"], &told["completed"], &told["overdue"]], [415, 61, 168, 27]);
    }

    async fn everybody_in_the_zone_finds_their_pages(app) {
        demo::load_zone(&app.app, 2).await.unwrap();
        let admin = app.as_user("admin");
        let mut logins = Vec::new();
        let mut path = "/persons?limit=100".to_owned();
        loop {
            let page = admin.get(&path).await.assert(200);
            logins.extend(page["items"].as_array().unwrap().iter().filter_map(|person| person["login"].as_str().map(str::to_owned)));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/persons?limit=100&cursor={cursor}");
        }
        assert!(logins.len() > 250, "{}", logins.len());
        let mut waiting = 0;
        for login in &logins {
            let user = app.as_user(login);
            let home = user.get("/home").await.assert(200);
            let todo = user.get("/todo").await.assert(200);
            let items = todo["items"].as_array().unwrap();
            waiting += items.len();
            let figure = home["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == "todo").unwrap().clone();
            assert_eq!(figure["value"].as_u64().unwrap(), u64::try_from(items.len()).unwrap(), "{login}");
            // What waits can be opened.
            if let Some(first) = items.first() {
                show(app, login, &first["task"]).await;
            }
        }
        assert!(waiting > 100, "{waiting}");
        // Papers came with reports and closings, and open.
        let centre = app.as_user("centre1");
        for (ending, kind, door) in [(".xlsx", "table", "table"), (".docx", "word", "preview")] {
            let page = centre.get(&format!("/files?q={ending}")).await.assert(200);
            let mut files = page["items"].as_array().unwrap().iter().map(|item| &item["file"]);
            let id = files.find(|file| file["preview"] == kind).and_then(|file| file["id"].as_str()).unwrap();
            centre.get(&format!("/files/{id}/{door}")).await.assert_status(200);
        }
        // Every month of the trend is the number of rows of its lists.
        let home = app.as_user("centre1").get("/home").await.assert(200);
        for (month, last) in [("2025-12", "2025-12-31"), ("2026-01", "2026-01-31"), ("2026-02", "2026-02-28")] {
            let trend = home["trend"].as_array().unwrap().iter().find(|one| one["month"] == month).unwrap().clone();
            let out = "leaves=true&state=dispatched,active,closed,settled,suspended";
            for (key, query) in [
                ("created", format!("{out}&created_from={month}-01&created_to={last}")),
                ("closed", format!("leaves=true&closed_from={month}-01&closed_to={last}")),
                ("overdue", format!("leaves=true&overdue=true&due_from={month}-01&due_to={last}")),
            ] {
                let count = app.as_user("centre1").get(&format!("/tasks/count?{query}")).await.assert(200);
                assert_eq!(count["total"], trend[key], "{month} {key}");
            }
        }
        // Every figure of a home page is the number of rows of its list.
        for login in ["leader", "deputy1", "centre1", "head1", "handler1"] {
            let home = app.as_user(login).get("/home").await.assert(200);
            for figure in home["figures"].as_array().unwrap() {
                let query = figure["query"].as_str().unwrap();
                if query.is_empty() {
                    continue;
                }
                let count = app.as_user(login).get(&format!("/tasks/count?{query}")).await.assert(200);
                assert_eq!(count["total"], figure["value"], "{login}: {query}");
            }
        }
    }

    async fn the_same_zone_on_the_same_day_is_the_same_to_the_last_hash(app) {
        demo::load_zone(&app.app, 1).await.unwrap();
        let other = TestApp::bare_sqlite().await;
        demo::load_zone(&other.app, 1).await.unwrap();
        let (here, there) = (ends(app).await, ends(&other).await);
        other.finish().await;
        assert!(here.len() > 200, "{}", here.len());
        assert_eq!(here, there);
    }
}

/// The end of every chain of the ledger.
async fn ends(app: &TestApp) -> Vec<(String, String)> {
    let mut tx = app.app.db.read().await.unwrap();
    let rows: db::Result<Vec<(kit::uuid::Uuid, String)>> = db::run!(tx, |c| {
        db::sqlx::query_as(
        "select l.stream, l.hash from ledger l where l.seq = (select max(m.seq) from ledger m where m.stream = l.stream) order by l.stream"
    )
    .fetch_all(c)
    });
    rows.unwrap().into_iter().map(|(stream, hash)| (stream.to_string(), hash)).collect()
}
