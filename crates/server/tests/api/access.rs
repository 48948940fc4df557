//! Signing in, staying signed in, and what is asked of every change.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use testkit::{Reply, TestApp, fixture::PASSWORD};

const HOUR: Duration = Duration::from_secs(3600);

async fn sign_in(app: &TestApp, login: &str, password: &str) -> Reply {
    app.anonymous().post("/session", &json!({ "login": login, "password": password })).await
}

testkit::both! {
    async fn signing_in_sets_a_cookie_that_scripts_cannot_read(app) {
        let reply = sign_in(app, "head_a", PASSWORD).await;
        let me = reply.assert(200);
        assert_eq!(me["login"], "head_a");
        assert_eq!(me["person"]["name"], "郑经发");
        assert_eq!(me["unit"]["short_name"], "经发局");
        assert_eq!(me["roles"], json!(["head"]));
        assert_eq!((&me["must_change_password"], &me["demo"], &me["today"]), (&json!(false), &json!(false), &json!("2026-02-06")));
        let cookie = reply.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        app.with_cookie(&reply.session()).get("/me").await.assert(200);
    }

    async fn signing_out_ends_the_session_and_removes_the_cookie(app) {
        let session = sign_in(app, "head_a", PASSWORD).await.session();
        let reply = app.with_cookie(&session).delete("/session").await;
        reply.assert(204);
        assert!(reply.header("set-cookie").contains("Max-Age=0"));
        app.with_cookie(&session).get("/me").await.refused(401, "unauthenticated");
    }

    async fn a_wrong_password_and_an_unknown_name_look_the_same(app) {
        let wrong = sign_in(app, "head_a", "something else").await.refused(401, "bad_credentials");
        let unknown = sign_in(app, "nobody", "something else").await.refused(401, "bad_credentials");
        assert_eq!(wrong["detail"], unknown["detail"]);
    }

    async fn five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(app) {
        for _ in 0..5 {
            sign_in(app, "head_a", "guess").await.refused(401, "bad_credentials");
        }
        let locked = sign_in(app, "head_a", PASSWORD).await;
        locked.refused(429, "too_many");
        assert_eq!(locked.header("retry-after"), "900");
        sign_in(app, "head_b", PASSWORD).await.assert(200);
        app.clock.advance(Duration::from_secs(14 * 60));
        sign_in(app, "head_a", PASSWORD).await.refused(429, "too_many");
        app.clock.advance(Duration::from_secs(61));
        // The count begins anew.
        for _ in 0..4 {
            sign_in(app, "head_a", "guess").await.refused(401, "bad_credentials");
        }
        sign_in(app, "head_a", PASSWORD).await.assert(200);
        sign_in(app, "head_a", "guess").await.refused(401, "bad_credentials");
        sign_in(app, "head_a", PASSWORD).await.assert(200);
    }

    async fn wrong_passwords_that_come_at_once_are_counted_one_by_one(app) {
        let guesses = join_all((0..12).map(|_| sign_in(app, "head_a", "guess"))).await;
        let of = |status: u16| guesses.iter().filter(|reply| reply.status.as_u16() == status).count();
        assert_eq!((of(401), of(429)), (5, 7), "{guesses:?}");
        sign_in(app, "head_a", PASSWORD).await.refused(429, "too_many");
    }

    async fn guesses_at_the_present_password_lock_the_account(app) {
        let browser = app.with_cookie(&sign_in(app, "head_a", PASSWORD).await.session());
        let change = |current: &str| json!({ "current": current, "new": "Another-2026-x" });
        for _ in 0..5 {
            browser.put("/me/password", &change("guess")).await.refused_field("current");
        }
        let locked = browser.put("/me/password", &change(PASSWORD)).await;
        locked.refused(429, "too_many");
        assert_eq!(locked.header("retry-after"), "900");
        sign_in(app, "head_a", PASSWORD).await.refused(429, "too_many");
        let mut tx = app.app.db.read().await.unwrap();
        let events = shibicheng::audit::whole_stream(&mut tx, shibicheng::audit::SECURITY).await.unwrap();
        drop(tx);
        let last = events.last().unwrap();
        assert_eq!((last.action.as_str(), last.actor_id), ("password_change_failed", Some(app.person("head_a").0)));
        assert!(last.words.zh().ends_with("，账号锁定 15 分钟"), "{:?}", last.words);
        app.clock.advance(Duration::from_secs(901));
        browser.put("/me/password", &change(PASSWORD)).await.assert(204);
    }

    async fn a_password_is_worked_on_while_others_write(app) {
        let browser = app.with_cookie(&sign_in(app, "head_a", PASSWORD).await.session());
        let body = json!({ "current": PASSWORD, "new": "Another-2026-x" });
        // A writer that does not end; on SQLite there is no second one.
        let tx = app.app.db.begin().await.unwrap();
        let wrong = json!({ "current": PASSWORD, "new": "short" });
        browser.put("/me/password", &wrong).await.refused_field("new");
        drop(tx);
        browser.put("/me/password", &body).await.assert(204);
    }

    async fn what_is_not_known_is_refused_in_every_body(app) {
        let (head, unit) = (app.person("head_a"), app.unit("bureau_a"));
        for (method, path, mut body) in [
            ("POST", "/session".to_owned(), json!({ "login": "head_a", "password": PASSWORD })),
            ("PUT", "/me/password".to_owned(), json!({ "current": PASSWORD, "new": "Another-2026-x" })),
            ("POST", "/units".to_owned(), json!({ "name": "招商局", "parent_id": app.unit("root") })),
            ("PATCH", format!("/units/{unit}"), json!({ "version": 1 })),
            ("PUT", format!("/units/{unit}/liaisons"), json!({ "person_ids": [] })),
            ("POST", "/persons".to_owned(), json!({ "name": "田新" })),
            ("PATCH", format!("/persons/{head}"), json!({ "version": 1 })),
            ("POST", format!("/tenures/{head}/end"), json!({})),
            ("POST", "/messages/read".to_owned(), json!({ "all": true })),
        ] {
            body["nmae"] = json!(1);
            let reply = app.as_user("admin").send(method.parse().unwrap(), &path, Some("application/json"), body.to_string().into()).await;
            assert!(reply.refused(422, "invalid")["detail"].as_str().unwrap().contains("nmae"), "{method} {path}: {}", reply.text());
        }
    }

    async fn an_initial_password_opens_nothing_but_the_way_to_change_it(app) {
        let reset = format!("/persons/{}/password-reset", app.person("staff_a1"));
        let initial = app.as_user("admin").post(&reset, &json!(null)).await.assert(200);
        let initial = initial["password"].as_str().unwrap();
        let reply = sign_in(app, "staff_a1", initial).await;
        assert_eq!(reply.assert(200)["must_change_password"], true);
        let browser = app.with_cookie(&reply.session());
        browser.get("/units").await.refused(403, "must_change_password");
        browser.get("/live").await.refused(403, "must_change_password");

        let change = |current: &str, new: &str| json!({ "current": current, "new": new });
        let new = "Xin-mima-2026";
        assert!(browser.put("/me/password", &change("wrong", new)).await.refused_field("current").contains("不正确"));
        browser.put("/me/password", &change(initial, "short")).await.refused_field("new");
        browser.put("/me/password", &change(initial, initial)).await.refused_field("new");
        browser.put("/me/password", &change(initial, "staff_a1-Staff")).await.refused_field("new");
        browser.put("/me/password", &change(initial, new)).await.assert(204);
        browser.get("/units").await.assert(200);
        sign_in(app, "staff_a1", initial).await.refused(401, "bad_credentials");
        assert_eq!(sign_in(app, "staff_a1", new).await.assert(200)["must_change_password"], false);
    }

    async fn changing_the_password_ends_the_other_sessions(app) {
        let here = sign_in(app, "head_a", PASSWORD).await.session();
        let there = sign_in(app, "head_a", PASSWORD).await.session();
        let body = json!({ "current": PASSWORD, "new": "Another-2026-x" });
        app.with_cookie(&here).put("/me/password", &body).await.assert(204);
        app.with_cookie(&here).get("/me").await.assert(200);
        app.with_cookie(&there).get("/me").await.refused(401, "unauthenticated");
    }

    async fn a_session_ends_when_nobody_uses_it_and_after_a_week_in_any_case(app) {
        let idle = sign_in(app, "head_a", PASSWORD).await.session();
        app.clock.advance(12 * HOUR + Duration::from_secs(1));
        app.with_cookie(&idle).get("/me").await.refused(401, "unauthenticated");

        let used = sign_in(app, "head_a", PASSWORD).await.session();
        // 16 times 10 hours, each of them looked at: 6 days and 16 hours.
        for _ in 0..16 {
            app.clock.advance(10 * HOUR);
            app.with_cookie(&used).get("/me").await.assert(200);
        }
        app.clock.advance(9 * HOUR);
        app.with_cookie(&used).get("/me").await.refused(401, "unauthenticated");
        app.run_jobs().await;
    }

    async fn a_persons_account_ends_with_their_leaving(app) {
        let session = sign_in(app, "staff_b1", PASSWORD).await.session();
        let path = format!("/persons/{}", app.person("staff_b1"));
        let body = json!({ "version": 1, "active": false });
        app.as_user("admin").patch(&path, &body).await.assert(200);
        app.with_cookie(&session).get("/me").await.refused(401, "unauthenticated");
        sign_in(app, "staff_b1", PASSWORD).await.refused(401, "bad_credentials");
    }

    async fn another_sites_page_cannot_act_through_this_browser(app) {
        let session = sign_in(app, "admin", PASSWORD).await.session();
        let unit = json!({ "name": "新单位", "parent_id": app.unit("root") });
        let browser = app.with_cookie(&session);
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            browser.clone().header(name, value).post("/units", &unit).await.refused(403, "foreign_origin");
        }
        browser.clone().header("origin", "https://evil.example").get("/units").await.assert(200);
        app.as_user("admin").header("origin", "https://script.example").post("/units", &unit).await.assert(201);
        browser.header("origin", "http://binhai.example").delete("/session").await.assert(204);
    }

    async fn a_repeated_request_gets_the_first_answer_and_does_nothing(app) {
        let admin = app.as_user("admin").key("6b0b6c5e-2f0a-4f6e-9a58-6f1d7c1c7a01");
        let unit = json!({ "name": "招商局", "parent_id": app.unit("root") });
        let first = admin.post("/units", &unit).await;
        let again = admin.post("/units", &unit).await;
        assert_eq!(first.assert(201), again.assert(201));
        let units = admin.get("/units").await.assert(200);
        let named = units["items"].as_array().unwrap().iter().filter(|unit| unit["name"] == "招商局").count();
        assert_eq!(named, 1);
        // The key belongs to that request, what it says included, and to that person.
        let other = json!({ "name": "投促局", "parent_id": app.unit("root") });
        let reused = admin.post("/units", &other).await.refused(409, "key_reused");
        assert!(reused["detail"].as_str().unwrap().contains("内容不同"));
        admin.post("/messages/read", &json!({ "all": true })).await.refused(409, "key_reused");
        app.as_user("head_a").key("6b0b6c5e-2f0a-4f6e-9a58-6f1d7c1c7a01").post("/messages/read", &json!({ "all": true })).await.assert(200);
        app.as_user("admin").key("short").post("/units", &unit).await.refused_field("Idempotency-Key");
    }

    async fn two_equal_requests_at_once_do_the_thing_once(app) {
        let admin = app.as_user("admin").key("6b0b6c5e-2f0a-4f6e-9a58-6f1d7c1c7a02");
        let unit = json!({ "name": "招商局", "parent_id": app.unit("root") });
        let (a, b) = futures_util::join!(admin.post("/units", &unit), admin.post("/units", &unit));
        assert_eq!(a.assert(201), b.assert(201));
    }

    async fn an_initial_password_is_shown_once_and_kept_nowhere(app) {
        let admin = app.as_user("admin").key("6b0b6c5e-2f0a-4f6e-9a58-6f1d7c1c7a04");
        let reset = format!("/persons/{}/password-reset", app.person("staff_a1"));
        let first = admin.post(&reset, &json!(null)).await.assert(200);
        let again = admin.post(&reset, &json!(null)).await.refused(409, "already_done");
        assert!(again["detail"].as_str().unwrap().contains("再重置一次"));
        // The first one holds: nothing was done the second time.
        sign_in(app, "staff_a1", first["password"].as_str().unwrap()).await.assert(200);

        let admin = app.as_user("admin").key("6b0b6c5e-2f0a-4f6e-9a58-6f1d7c1c7a05");
        let person = json!({
            "name": "田新", "login": "tianxin", "unit_id": app.unit("bureau_c"), "post_name": "科员", "post_kind": "staff"
        });
        let made = admin.post("/persons", &person).await.assert(201);
        assert!(admin.post("/persons", &person).await.refused(409, "already_done")["detail"].as_str().unwrap().contains("重置密码"));
        sign_in(app, "tianxin", made["initial_password"].as_str().unwrap()).await.assert(200);

        let mut tx = app.app.db.read().await.unwrap();
        let kept: Vec<(String,)> = db::Sql::new("select body from idempotency").fetch_all(&mut tx).await.unwrap();
        assert_eq!(kept, [(String::new(),), (String::new(),)]);
    }

    async fn what_failed_may_be_tried_again_with_the_same_key(app) {
        let admin = app.as_user("admin").key("6b0b6c5e-2f0a-4f6e-9a58-6f1d7c1c7a03");
        admin.post("/units", &json!({ "name": "", "parent_id": app.unit("root") })).await.refused_field("name");
        admin.post("/units", &json!({ "name": "招商局", "parent_id": app.unit("root") })).await.assert(201);
    }
}
