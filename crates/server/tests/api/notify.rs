//! Messages and the live stream.

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};
use shibicheng::{
    access,
    notify::{self, NewMessage},
};
use testkit::{Events, TestApp, fixture::PASSWORD};
use wording::Words;

const SOON: Duration = Duration::from_secs(5);
const KNOWN: &str = "不能为空";

async fn send(app: &TestApp, to: &[&str], title: &str, dedupe: &str) {
    let to: Vec<_> = to.iter().map(|login| app.person(login)).collect();
    let ctx = app.app.ctx(access::system_principal());
    let mut tx = app.app.db.begin().await.unwrap();
    // The title is one that is known in English, too, or a name, which is nobody's to translate.
    let title = if title == KNOWN { KNOWN.into() } else { Words::raw(title) };
    let new = NewMessage {
        to: &to,
        kind: "note",
        title: &title,
        text: &"请尽快办理".into(),
        task: None,
        urge: None,
        subject: None,
        occurrence: None,
        rule: None,
        channels: &[],
        critical: false,
        dedupe,
    };
    notify::send(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn titles(app: &TestApp, login: &str, query: &str) -> Vec<String> {
    let page = app.as_user(login).get(&format!("/messages{query}")).await.assert(200);
    page["items"].as_array().unwrap().iter().map(|message| message["title"].as_str().unwrap().to_owned()).collect()
}

/// Sends until the stream hears it: the connection that listens on PostgreSQL may come up after the page was opened.
async fn heard(app: &TestApp, events: &mut Events, to: &str) -> (String, Value) {
    for attempt in 0..20 {
        send(app, &[to], "新消息", &format!("heard {attempt}")).await;
        if let Some(event) = events.next(Duration::from_millis(500)).await {
            return event;
        }
    }
    panic!("the stream is deaf");
}

/// Passes over what is still on its way.
async fn quiet(events: &mut Events) {
    while events.next(Duration::from_millis(300)).await.is_some() {}
}

testkit::both! {
    async fn a_message_reaches_those_it_is_for_once(app) {
        send(app, &["head_a", "head_b", "head_a"], "一号任务", "dispatched:1").await;
        send(app, &["head_a", "head_c"], "一号任务，又来", "dispatched:1").await;
        assert_eq!(titles(app, "head_a", "").await, ["一号任务"]);
        assert_eq!(titles(app, "head_b", "").await, ["一号任务"]);
        assert_eq!(titles(app, "head_c", "").await, ["一号任务，又来"]);
        assert_eq!(titles(app, "head_d", "").await, [""; 0]);
    }

    async fn messages_come_newest_first_page_by_page(app) {
        for n in 0..7 {
            app.clock.advance(Duration::from_secs(1));
            send(app, &["head_a"], &format!("第{n}条"), &n.to_string()).await;
        }
        let page = app.as_user("head_a").get("/messages?limit=3").await.assert(200);
        assert_eq!((&page["items"][0]["title"], &page["unread"]), (&json!("第6条"), &json!(7)));
        let next = page["next_cursor"].as_str().unwrap();
        let page = app.as_user("head_a").get(&format!("/messages?limit=3&cursor={next}")).await.assert(200);
        assert_eq!(page["items"][0]["title"], "第3条");
        let next = page["next_cursor"].as_str().unwrap();
        let page = app.as_user("head_a").get(&format!("/messages?limit=3&cursor={next}")).await.assert(200);
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (1, &json!(null)));
    }

    async fn reading_is_for_oneself(app) {
        send(app, &["head_a", "head_b"], "甲", "1").await;
        send(app, &["head_a"], "乙", "2").await;
        let page = app.as_user("head_a").get("/messages").await.assert(200);
        let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|message| message["id"].clone()).collect();
        // Somebody else's ids change nothing.
        let reply = app.as_user("head_b").post("/messages/read", &json!({ "ids": ids })).await.assert(200);
        assert_eq!(reply["unread"], 1);
        let reply = app.as_user("head_a").post("/messages/read", &json!({ "ids": [ids[0]] })).await.assert(200);
        assert_eq!(reply["unread"], 1);
        assert_eq!(titles(app, "head_a", "?unread=true").await, ["甲"]);
        assert_eq!(titles(app, "head_a", "").await.len(), 2);
        let reply = app.as_user("head_a").post("/messages/read", &json!({ "all": true })).await.assert(200);
        assert_eq!(reply["unread"], 0);
        let many: Vec<_> = (0..501).map(|_| ids[0].clone()).collect();
        app.as_user("head_a").post("/messages/read", &json!({ "ids": many })).await.refused_field("ids");
    }

    async fn an_open_page_hears_of_new_messages_and_of_their_number(app) {
        send(app, &["head_a"], "旧消息", "old").await;
        let mut events = app.as_user("head_a").events("/live").await;
        assert_eq!(events.next(SOON).await, Some(("unread".to_owned(), json!({ "unread": 1 }))));
        let (name, message) = heard(app, &mut events, "head_a").await;
        assert_eq!((name.as_str(), &message["title"], &message["task_id"]), ("message", &json!("新消息"), &json!(null)));
        let (name, number) = events.next(SOON).await.unwrap();
        assert_eq!(name, "unread");
        assert!(number["unread"].as_i64().unwrap() >= 2);
        quiet(&mut events).await;
        // Others' messages are not told, one's own reading on another page is.
        send(app, &["head_b"], "别人的", "x").await;
        app.as_user("head_a").post("/messages/read", &json!({ "all": true })).await.assert(200);
        assert_eq!(events.next(SOON).await, Some(("unread".to_owned(), json!({ "unread": 0 }))));
    }

    async fn an_open_page_hears_in_its_own_language(app) {
        let (zh, en) = (app.as_user("head_a"), app.as_user("head_a").header("accept-language", "en"));
        zh.get("/live?lang=fr").await.refused_field("lang");
        let known = "Must not be empty";
        let mut pages = Vec::new();
        for (user, path, title) in [(&zh, "/live", KNOWN), (&zh, "/live?lang=en", known), (&en, "/live", known), (&en, "/live?lang=zh", KNOWN)] {
            let mut page = user.events(path).await;
            page.next(SOON).await.unwrap();
            heard(app, &mut page, "head_a").await;
            pages.push((page, path, title));
        }
        for (page, ..) in &mut pages {
            quiet(page).await;
        }
        send(app, &["head_a"], KNOWN, "known").await;
        for (page, path, title) in &mut pages {
            let (name, message) = page.next(SOON).await.unwrap();
            assert_eq!((name.as_str(), &message["title"]), ("message", &json!(title)), "{path}");
        }
        assert_eq!(en.get("/messages").await.assert(200)["items"][0]["title"], known);
        assert_eq!(zh.get("/messages").await.assert(200)["items"][0]["title"], KNOWN);
    }

    async fn an_open_page_hears_that_a_task_it_sees_has_changed(app) {
        let mut events = HashMap::new();
        for login in ["centre2", "head_a"] {
            let mut page = app.as_user(login).events("/live").await;
            page.next(SOON).await.unwrap();
            heard(app, &mut page, login).await;
            quiet(&mut page).await;
            events.insert(login, page);
        }
        let task = app.as_user("centre1").post("/tasks", &json!({ "title": "修路" })).await.assert(201);
        let id = &task["task"]["id"];
        let told = events.get_mut("centre2").unwrap().next(SOON).await;
        assert_eq!(told, Some(("task".to_owned(), json!({ "id": id, "root_id": id }))));
        // Drafts of the centre are seen there and nowhere else.
        assert_eq!(events.get_mut("head_a").unwrap().next(Duration::from_secs(1)).await, None);
    }

    async fn the_stream_ends_with_the_session(app) {
        let reply = app.anonymous().post("/session", &json!({ "login": "head_a", "password": PASSWORD })).await;
        let browser = app.with_cookie(&reply.session());
        let mut events = browser.events("/live").await;
        events.next(SOON).await.unwrap();
        heard(app, &mut events, "head_a").await;
        browser.delete("/session").await.assert(204);
        assert!(events.ended(SOON).await);
    }

    async fn the_stream_ends_with_the_program(app) {
        let mut events = app.as_user("head_a").events("/live").await;
        events.next(SOON).await.unwrap();
        app.app.stop.cancel();
        assert!(events.ended(SOON).await);
        app.anonymous().get("/live").await.refused(401, "unauthenticated");
    }
}
