//! What becomes of messages when ways out are away, and of what cannot be read.

use gateway::SendError;
use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::{
    deliveries::{at, call, given, notices, phone, states, told},
    kit::*,
};

pub(crate) fn away() -> Result<gateway::Taken, SendError> {
    Err(SendError::Unreachable("connection refused".to_owned()))
}

/// Has a person known to a gateway by an address of its own.
pub(crate) async fn known_at(app: &TestApp, login: &str, gateway: &str) {
    let body = json!({ "gateway": gateway, "value": format!("{login}-there") });
    app.as_user("admin").put(&format!("/people/{}/addresses", app.person(login)), &body).await.assert(200);
}

/// (channel, state, reason) of everything that was to leave, the oldest first.
pub(crate) async fn all(app: &TestApp, login: &str) -> Vec<(String, String, String)> {
    let page = app.as_user("centre1").get(&format!("/deliveries?limit=200&person_id={}", app.person(login))).await.assert(200);
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let items = page["items"].as_array().unwrap().iter().rev();
    items.map(|item| (text(item, "channel"), text(item, "state"), text(item, "reason"))).collect()
}

both! {
    async fn what_waited_for_the_morning_outlives_a_gateway_that_is_away_when_it_comes(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T22:00:00+08:00").await;
        sms.will((0..5).map(|_| away()));
        for minute in 0..30 {
            at(app, &format!("2026-02-11T08:{minute:02}:00+08:00")).await;
        }
        assert_eq!(sms.taken().len(), 1, "eleven hours of night are no hours of trouble: {:?}", states(app, "staff_b1").await);
    }

    async fn trouble_of_the_evening_is_forgotten_by_the_morning(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        sms.will((0..400).map(|_| away()));
        for minute in [45, 50, 55, 59] {
            at(app, &format!("2026-02-10T20:{minute}:00+08:00")).await;
        }
        at(app, "2026-02-10T21:30:00+08:00").await;
        for minute in 0..5 {
            at(app, &format!("2026-02-11T08:{minute:02}:00+08:00")).await;
        }
        assert!(sms.taken().is_empty());
        sms.recovers();
        for minute in 5..40 {
            at(app, &format!("2026-02-11T08:{minute:02}:00+08:00")).await;
        }
        assert_eq!(sms.taken().len(), 1, "{:?}", states(app, "staff_b1").await);
    }

    async fn a_way_that_reaches_nobody_takes_nothing_over(app) {
        let wechat = FakeGateway::new("wx", Channel::Wechat);
        let app = &app.with_gateways(&[&wechat]);
        known_at(app, "liaison_b", "wx").await;
        wechat.will((0..400).map(|_| away()));
        dispatched(app, "修路", "bureau_b").await;
        let begun = app.clock.now();
        for minute in 0..60 {
            app.clock.set(begun.plus(std::time::Duration::from_secs(60 * minute)));
            app.run_jobs().await;
        }
        assert_eq!(all(app, "liaison_b").await, [("wechat".to_owned(), "queued".to_owned(), "unreachable".to_owned())]);
        wechat.recovers();
        for minute in 60..90 {
            app.clock.set(begun.plus(std::time::Duration::from_secs(60 * minute)));
            app.run_jobs().await;
        }
        assert_eq!(wechat.taken().len(), 1);
    }

    async fn a_gateway_that_is_away_for_three_hours_costs_no_message(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        app.clock.set("2026-02-10T09:00:00+08:00".parse().unwrap());
        notices(app, 3).await;
        sms.will((0..400).map(|_| away()));
        for quarter in 0..12 {
            at(app, &format!("2026-02-10T{:02}:{:02}:00+08:00", 9 + quarter / 4, 15 * (quarter % 4) + 1)).await;
        }
        assert!(sms.taken().is_empty());
        sms.recovers();
        for minute in 0..25 {
            at(app, &format!("2026-02-10T12:{:02}:30+08:00", minute + 1)).await;
        }
        assert_eq!(sms.taken().len(), 3, "{:?}", states(app, "staff_b1").await);
    }

    async fn after_the_time_of_the_rules_it_is_given_up_and_today_says_so(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        app.clock.set("2026-02-10T09:00:00+08:00".parse().unwrap());
        notices(app, 1).await;
        sms.will((0..400).map(|_| away()));
        for hour in 9..14 {
            for minute in [1, 20, 40] {
                at(app, &format!("2026-02-10T{hour:02}:{minute:02}:00+08:00")).await;
            }
        }
        let states = states(app, "staff_b1").await;
        assert!(states[0].starts_with("failed"), "{states:?}");
        let state = app.as_user("centre1").get("/deliveries/state").await.assert(200);
        assert!(state["today"].as_array().unwrap().iter().any(|figure| figure["state"] == "failed" && figure["n"] == 1), "{state}");
    }

    async fn what_waits_is_said_with_since_when(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        app.clock.set("2026-02-10T09:00:00+08:00".parse().unwrap());
        notices(app, 7).await;
        sms.will((0..400).map(|_| away()));
        at(app, "2026-02-10T09:00:01+08:00").await;
        let state = app.as_user("centre1").get("/deliveries/state").await.assert(200);
        assert_eq!(state["waiting"], json!([{ "channel": "sms", "n": 7, "since": state["waiting"][0]["since"] }]));
        assert!(state["waiting"][0]["since"].as_str().unwrap() <= "2026-02-10T09:00:01.000+08:00", "{state}");
    }

    async fn what_is_new_does_not_die_with_the_old_in_one_message(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        // Nine o'clock: three tasks for one person, and nobody is there to bring it.
        given(app, &["甲", "乙", "丙"], "2026-02-09", json!({})).await;
        sms.will((0..4_000).map(|_| away()));
        for hour in [14, 15, 16, 17, 18] {
            for minute in [30, 45, 59] {
                at(app, &format!("2026-02-10T{hour}:{minute}:00+08:00")).await;
            }
        }
        let task = given(app, &["丁"], "2026-06-30", json!({})).await.remove(0);
        for n in 0..3 {
            app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": format!("抓紧{n}") })).await.assert(201);
        }
        at(app, "2026-02-10T19:00:00+08:00").await;
        sms.recovers();
        for minute in 0..40 {
            at(app, &format!("2026-02-10T19:{:02}:30+08:00", minute + 1)).await;
        }
        let number = phone(app, "staff_b1").await;
        let said: Vec<String> = sms.taken().into_iter().filter(|(to, _)| *to == number).map(|(_, text)| text).collect();
        let said = said.join("|");
        assert!((0..3).all(|n| said.contains(&format!("抓紧{n}"))), "{said}");
    }

    async fn what_one_way_cannot_bring_goes_by_another_that_the_rules_name(app) {
        let (wechat, sms) = (FakeGateway::new("wx", Channel::Wechat), FakeGateway::new("sms1", Channel::Sms));
        let app = &app.with_gateways(&[&wechat, &sms]);
        known_at(app, "liaison_b", "wx").await;
        wechat.will((0..400).map(|_| away()));
        dispatched(app, "修路", "bureau_b").await;
        let begun = app.clock.now();
        app.run_jobs().await;
        assert!(sms.taken().is_empty());
        for minute in 1..40 {
            app.clock.set(begun.plus(std::time::Duration::from_secs(60 * minute)));
            app.run_jobs().await;
        }
        let number = phone(app, "liaison_b").await;
        let taken: Vec<_> = sms.taken().into_iter().filter(|(to, _)| *to == number).collect();
        assert_eq!(taken.len(), 1, "{:?}", all(app, "liaison_b").await);
        assert!(taken[0].1.contains("“修路”已交办"), "{taken:?}");
        assert_eq!(all(app, "liaison_b").await[0], ("wechat".to_owned(), "suppressed".to_owned(), "instead".to_owned()));
    }

    async fn what_was_seen_to_goes_by_no_other_way(app) {
        let (wechat, sms) = (FakeGateway::new("wx", Channel::Wechat), FakeGateway::new("sms1", Channel::Sms));
        let app = &app.with_gateways(&[&wechat, &sms]);
        known_at(app, "staff_b1", "wx").await;
        let task = given(app, &["修路"], "2026-02-09", json!({})).await.remove(0);
        at(app, "2026-02-10T09:00:00+08:00").await;
        let path = format!("/deliveries?channel=wechat&state=sent&person_id={}", app.person("staff_b1"));
        let page = app.as_user("centre1").get(&path).await.assert(200);
        let sent = page["items"][0]["id"].as_str().unwrap();
        assert!(page["items"][0]["text"].as_str().unwrap().contains("已逾期"), "{page}");
        report(app, "staff_b1", &task, 100).await;
        accept(app, "centre1", &task).await;
        close(app, "staff_b1", "centre1", &task).await;
        app.run_jobs().await;
        sms.taken();
        // That it did not arrive comes to be known when nothing is to be said any more.
        call(app, "wx", json!({ "fate": "failed", "provider_id": format!("wx-{sent}"), "code": "gone" })).await;
        assert!(sms.taken().is_empty());
        let all = all(app, "staff_b1").await;
        assert!(all.contains(&("wechat".to_owned(), "failed".to_owned(), "gone".to_owned())), "{all:?}");
        assert!(all.iter().all(|(channel, ..)| channel == "wechat"), "{all:?}");
    }

    async fn what_may_have_gone_out_already_is_said_by_itself(app) {
        let sms = FakeGateway::that_dedupes("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let lost = || Err(SendError::Unknown("no answer in time".to_owned()));
        let texts = || {
            let mut texts: Vec<String> = sms.taken().into_iter().map(|(_, text)| text).collect();
            texts.sort_unstable();
            texts
        };
        app.clock.set("2026-02-10T09:00:00+08:00".parse().unwrap());
        told(app, &[Channel::Sms], false, &["A"]).await;
        sms.will([lost()]);
        app.run_jobs().await;
        assert_eq!(states(app, "staff_b1").await, ["queued unknown"]);
        // The two beside it are too few for one message.
        told(app, &[Channel::Sms], false, &["B", "C"]).await;
        at(app, "2026-02-10T09:00:20+08:00").await;
        assert_eq!(texts(), ["A", "B", "C"]);

        told(app, &[Channel::Sms], false, &["D"]).await;
        sms.will([lost()]);
        app.run_jobs().await;
        told(app, &[Channel::Sms], false, &["E", "F", "G"]).await;
        at(app, "2026-02-10T09:01:00+08:00").await;
        let said = texts();
        assert!(said.len() == 2 && said[0] == "D" && said[1].starts_with("您有 3 项提醒："), "{said:?}");
        assert!(["E", "F", "G"].iter().all(|words| said[1].contains(words)), "{said:?}");
    }

    async fn a_digest_shows_in_a_task_what_it_says_of_that_one_alone(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let tasks = given(app, &["修路", "架桥", "清淤"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        let all = sms.taken();
        assert!(all.iter().any(|(_, text)| text.contains("修路") && text.contains("架桥")), "{all:?}");
        let shown = app.as_user("head_b").get(&format!("/tasks/{}/deliveries", id(&tasks[0]))).await.assert(200).to_string();
        assert!(shown.contains("“修路”") && !shown.contains("架桥") && !shown.contains("清淤"), "{shown}");
        // What has not left says what it would.
        let merged = app.as_user("centre1").get("/deliveries?state=suppressed").await.assert(200);
        assert!(merged["items"].as_array().unwrap().iter().all(|item| item["text"].as_str().is_some_and(|text| !text.is_empty())), "{merged}");
    }

    async fn what_has_been_seen_to_is_not_sent_again(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-02-09", json!({})).await.remove(0);
        at(app, "2026-02-10T14:30:00+08:00").await;
        report(app, "staff_b1", &task, 100).await;
        accept(app, "centre1", &task).await;
        close(app, "staff_b1", "centre1", &task).await;
        app.run_jobs().await;
        let page = app.as_user("centre1").get(&format!("/deliveries?channel=sms&state=sent&person_id={}", app.person("staff_b1"))).await.assert(200);
        let sent = page["items"][0]["id"].as_str().unwrap();
        app.as_user("centre1").post(&format!("/deliveries/{sent}/repetition"), &json!({})).await.refused(409, "not_now");
    }

    async fn a_name_that_a_gateway_gives_again_is_that_of_the_latest(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let named = || Ok(gateway::Taken { provider_id: Some("g1".to_owned()), parts: 1 });
        sms.will([named()]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        call(app, "sms1", json!({ "fate": "delivered", "provider_id": "g1" })).await;
        sms.will((0..9).map(|_| named()));
        at(app, "2026-02-12T09:00:00+08:00").await;
        call(app, "sms1", json!({ "fate": "delivered", "provider_id": "g1" })).await;
        let shown = app.as_user("centre1").get("/deliveries?channel=sms&state=delivered").await.assert(200);
        assert_eq!(shown["items"].as_array().unwrap().len(), 2, "{shown}");
    }

    async fn a_message_that_can_be_answered_says_how(app) {
        let sms = FakeGateway::that_hears("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-02-09", json!({})).await.remove(0);
        at(app, "2026-02-10T14:30:00+08:00").await;
        let said = sms.taken();
        assert!(said.iter().all(|(_, text)| text.ends_with("收到请回复1。")) && !said.is_empty(), "{said:?}");
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "抓紧。" })).await.assert(201);
        app.run_jobs().await;
        let said = sms.taken();
        assert!(said.iter().all(|(_, text)| text.ends_with("抓紧。答复请回复“回”加内容。")) && !said.is_empty(), "{said:?}");
    }

    async fn a_key_pressed_in_a_call_is_an_answer_and_a_telephone_that_may_have_rung_does_not_ring_again(app) {
        let voice = FakeGateway::new("voice1", Channel::Voice);
        let app = &app.with_gateways(&[&voice]);
        given(app, &["修路"], "2026-02-09", json!({ "importance": "major" })).await;
        voice.will([Ok(gateway::Taken { provider_id: Some("c1".to_owned()), parts: 1 })]);
        for hour in ["09:00", "14:30", "15:00", "17:00"] {
            at(app, &format!("2026-02-10T{hour}:00+08:00")).await;
        }
        let calls = voice.taken();
        assert!(!calls.is_empty(), "{:?}", all(app, "staff_b1").await);
        call(app, "voice1", json!({ "pressed": "1", "provider_id": "c1", "to": calls[0].0 })).await;
        let shown = app.as_user("centre1").get("/deliveries?channel=voice&state=acknowledged").await.assert(200);
        assert_eq!(shown["items"].as_array().unwrap().len(), 1, "{shown}");
    }

    async fn nobody_is_called_about_a_task_that_somebody_was_called_about_today(app) {
        let voice = FakeGateway::new("voice1", Channel::Voice);
        let app = &app.with_gateways(&[&voice]);
        let parties = json!([
            { "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") },
            { "unit_id": app.unit("bureau_c"), "role": "co_lead", "person_id": app.person("liaison_c") },
        ]);
        given(app, &["修路"], "2026-02-09", json!({ "importance": "major", "parties": parties })).await;
        given(app, &["修桥"], "2026-02-09", json!({ "importance": "major" })).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        let calls = voice.taken();
        assert_eq!(calls.len(), 2, "one for each task: {calls:?}");
        assert_eq!(calls.iter().filter(|(_, text)| text.contains("“修路”")).count(), 1);
        let left = app.as_user("centre1").get("/deliveries?channel=voice&state=suppressed").await.assert(200);
        let reasons: Vec<&Value> = left["items"].as_array().unwrap().iter().map(|item| &item["reason"]).collect();
        assert_eq!(reasons, ["task_cap"]);
        at(app, "2026-02-12T14:30:00+08:00").await;
        assert_eq!(voice.taken().len(), 2, "another day has calls of its own");
    }

    async fn a_call_that_nobody_answered_and_one_held_overnight_are_calls_of_the_day(app) {
        let voice = FakeGateway::new("voice1", Channel::Voice);
        let app = &app.with_gateways(&[&voice]);
        let rings_out = async || {
            let page = app.as_user("centre1").get("/deliveries?channel=voice&state=sent").await.assert(200);
            let sent = page["items"][0]["id"].as_str().unwrap();
            call(app, "voice1", json!({ "fate": "failed", "provider_id": format!("voice1-{sent}"), "code": "no_answer" })).await;
        };
        app.clock.set("2026-02-09T20:00:00+08:00".parse().unwrap());
        told(app, &[Channel::Voice], false, &["A"]).await;
        app.run_jobs().await;
        assert!(voice.taken().is_empty(), "its hours are over");
        at(app, "2026-02-10T09:00:00+08:00").await;
        assert_eq!(voice.taken().len(), 1);
        rings_out().await;
        told(app, &[Channel::Voice], false, &["B"]).await;
        app.run_jobs().await;
        assert_eq!(voice.taken().len(), 1);
        rings_out().await;
        told(app, &[Channel::Voice], false, &["C"]).await;
        app.run_jobs().await;
        assert!(voice.taken().is_empty(), "the telephone rang twice today");
        let of = |state: &str, reason: &str| ("voice".to_owned(), state.to_owned(), reason.to_owned());
        let mut all = all(app, "staff_b1").await;
        all.sort_unstable();
        assert_eq!(all, [of("failed", "no_answer"), of("failed", "no_answer"), of("suppressed", "cap")]);
        app.clock.set("2026-02-11T09:00:00+08:00".parse().unwrap());
        told(app, &[Channel::Voice], false, &["D"]).await;
        app.run_jobs().await;
        assert_eq!(voice.taken().len(), 1, "another day has calls of its own");
    }

    async fn a_task_that_cannot_be_read_keeps_no_other_back_and_is_named(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let tasks = given(app, &["坏的", "修路"], "2026-02-09", json!({})).await;
        let mut tx = app.app.db.begin().await.unwrap();
        let mut sql = db::Sql::new("update task set due_day = '2026-13-45' where id = ");
        sql.bind(id(&tasks[0]).parse::<::kit::uuid::Uuid>().unwrap());
        sql.execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        app.clock.set("2026-02-10T14:30:00+08:00".parse().unwrap());
        for _ in 0..5 {
            let mut tx = app.app.db.begin().await.unwrap();
            let ctx = app.app.ctx_in(&mut tx, shibicheng::access::system_principal()).await.unwrap();
            shibicheng::supervision::sweep(&mut tx, &ctx).await.unwrap();
            tx.commit().await.unwrap();
        }
        shibicheng::notify::send_due(&app.app).await.unwrap();
        let said = sms.taken();
        assert!(said.iter().any(|(_, text)| text.contains("“修路”")), "{said:?}");
        let state = app.as_user("centre1").get("/reminders/state").await.assert(200);
        assert_eq!(state["troubled"][0]["task"], id(&tasks[0]));
        assert_eq!(state["troubled"].as_array().unwrap().len(), 1);
        let mut tx = app.app.db.begin().await.unwrap();
        let mut sql = db::Sql::new("update task set due_day = '2026-02-09' where id = ");
        sql.bind(id(&tasks[0]).parse::<::kit::uuid::Uuid>().unwrap());
        sql.execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        // It is tried again in a while, and said late.
        at(app, "2026-02-10T15:00:00+08:00").await;
        let said = sms.taken();
        assert!(said.iter().any(|(_, text)| text.contains("“坏的”")), "{said:?}");
        assert_eq!(app.as_user("centre1").get("/reminders/state").await.assert(200)["troubled"], json!([]));
    }

    async fn a_clock_that_goes_back_brings_nothing_twice_and_goes_on_from_there(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert_eq!(sms.taken().len(), 1);
        // Somebody set it right: it had run six hours ahead.
        at(app, "2026-02-10T08:30:00+08:00").await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        at(app, "2026-02-10T15:30:00+08:00").await;
        let again = sms.taken();
        assert!(again.is_empty(), "{again:?}");
        at(app, "2026-02-12T09:00:00+08:00").await;
        assert_eq!(sms.taken().len(), 3, "handler, liaison and head");
    }
}
