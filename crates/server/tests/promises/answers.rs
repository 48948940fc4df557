//! What people answer by SMS, and which message they are taken to mean.

use std::time::Duration;

use gateway::SendError;
use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::{
    deliveries::{at, call, given, phone, states},
    kit::*,
};

async fn urge(app: &TestApp, task: &Value) {
    app.as_user("leader").post(&format!("/tasks/{}/urges", id(task)), &json!({ "text": "抓紧" })).await.assert(201);
}

/// What was answered to the only urge of a task.
async fn answer(app: &TestApp, task: &Value) -> Option<String> {
    let urges = app.as_user("leader").get(&format!("/tasks/{}/urges", id(task))).await.assert(200);
    urges["items"][0]["reply"].as_str().map(ToOwned::to_owned)
}

/// Two tasks; of the first everybody was told that it was urged.
async fn one_urged(app: &TestApp) -> (Value, Value) {
    let mut tasks = given(app, &["修路", "架桥"], "2026-06-30", json!({})).await;
    urge(app, &tasks[0]).await;
    app.run_jobs().await;
    app.clock.advance(Duration::from_secs(60));
    (tasks.remove(0), tasks.remove(0))
}

both! {
    async fn an_urge_is_answered_by_sms(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-06-30", json!({})).await.remove(0);
        app.as_user("leader").post(&format!("/tasks/{}/urges", id(&task)), &json!({ "text": "抓紧" })).await.assert(201);
        app.run_jobs().await;
        // Whoever does it, receives its post and answers for it hears a leader's words at once, wherever they are.
        let said = sms.taken();
        let mut numbers: Vec<String> = said.iter().map(|(to, _)| to.clone()).collect();
        numbers.sort_unstable();
        let mut meant = vec![phone(app, "staff_b1").await, phone(app, "liaison_b").await, phone(app, "head_b").await];
        meant.sort_unstable();
        assert_eq!(numbers, meant);
        assert!(said.iter().all(|(_, text)| text == "“修路”的督办：抓紧"), "{said:?}");
        at(app, "2026-02-10T09:00:00+08:00").await;
        let number = phone(app, "staff_b1").await;
        assert_eq!(sms.taken(), [(number.clone(), "“修路”的督办应于2026-02-09回复，至今未回复，请立即回复。".to_owned())]);
        call(app, "sms1", json!({ "from": number, "text": "回：周五前完成", "id": "r1" })).await;
        let urges = app.as_user("leader").get(&format!("/tasks/{}/urges", id(&task))).await.assert(200);
        assert_eq!((urges["items"][0]["reply"].as_str(), urges["items"][0]["replied_by"]["name"].as_str()), (Some("周五前完成"), Some("秦一")));
        at(app, "2026-02-12T09:00:00+08:00").await;
        assert!(sms.taken().is_empty());
    }

    async fn who_is_nobodys_number_changes_nothing(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        call(app, "sms1", json!({ "from": "13900000000", "text": "1", "id": "r1" })).await;
        assert_eq!(states(app, "staff_b1").await, ["sent"]);
    }

    async fn an_answer_that_is_quicker_than_the_gateway_means_the_message_that_just_left(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let (earlier, later) = one_urged(app).await;
        sms.taken();
        urge(app, &later).await;
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            let number = sms.taken().remove(0).0;
            app.anonymous().post("/gateways/sms1/calls", &json!({ "from": number, "text": "回：周五前完成", "id": "r1" })).await.assert_status(200);
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        assert_eq!((answer(app, &earlier).await, answer(app, &later).await), (None, Some("周五前完成".to_owned())));
    }

    async fn an_answer_given_while_the_next_message_has_not_left_yet_means_the_one_before(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let (earlier, later) = one_urged(app).await;
        let mut numbers: Vec<String> = sms.taken().into_iter().map(|(to, _)| to).collect();
        urge(app, &later).await;
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            // All three are in hand, and one is leaving.
            let leaving = sms.taken().remove(0).0;
            numbers.retain(|number| *number != leaving);
            let said = json!({ "from": numbers[0], "text": "回：周五前完成", "id": "r1" });
            app.anonymous().post("/gateways/sms1/calls", &said).await.assert_status(200);
            app.clock.advance(Duration::from_secs(1));
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        assert_eq!((answer(app, &earlier).await, answer(app, &later).await), (Some("周五前完成".to_owned()), None));
    }

    async fn an_answer_to_what_may_have_gone_out_means_it(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let (earlier, later) = one_urged(app).await;
        let number = phone(app, "staff_b1").await;
        let lost = || Err(SendError::Unknown("no answer in time".to_owned()));
        sms.will([lost(), lost(), lost()]);
        urge(app, &later).await;
        app.run_jobs().await;
        app.clock.advance(Duration::from_secs(1));
        call(app, "sms1", json!({ "from": number, "text": "回：周五前完成", "id": "r1" })).await;
        assert_eq!((answer(app, &earlier).await, answer(app, &later).await), (None, Some("周五前完成".to_owned())));
    }

    async fn an_answer_to_what_a_sender_took_with_it_when_it_died_finds_its_place_once_that_is_known(app) {
        let sms = FakeGateway::that_dedupes("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let (earlier, later) = one_urged(app).await;
        let number = phone(app, "staff_b1").await;
        urge(app, &later).await;
        {
            let hold = sms.holds_the_next();
            let mut dying = Box::pin(app.run_jobs());
            tokio::select! {
                done = &mut dying => panic!("{done}"),
                () = hold.came() => {}
            }
        }
        call(app, "sms1", json!({ "from": number, "text": "回：周五前完成", "id": "r1" })).await;
        assert_eq!((answer(app, &earlier).await, answer(app, &later).await), (None, None));
        app.clock.advance(Duration::from_secs(180));
        app.run_jobs().await;
        assert_eq!((answer(app, &earlier).await, answer(app, &later).await), (None, Some("周五前完成".to_owned())));
    }

    async fn a_one_in_answer_to_a_digest_takes_note_of_what_it_lists_and_of_nothing_else(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let titles: Vec<String> = (10..22).map(|n| format!("事项{n}")).collect();
        let tasks = given(app, &titles.iter().map(String::as_str).collect::<Vec<_>>(), "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        let number = phone(app, "staff_b1").await;
        let said: Vec<String> = sms.taken().into_iter().filter(|(to, _)| *to == number).map(|(_, text)| text).collect();
        assert!(said.len() == 1 && said[0].starts_with("您有 12 项提醒："), "{said:?}");
        call(app, "sms1", json!({ "from": number, "text": "1", "id": "r1" })).await;
        let mut noted = 0;
        for (title, task) in titles.iter().zip(&tasks) {
            let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(task))).await.assert(200);
            let is_noted = line["items"].as_array().unwrap().iter().any(|item| item["action"] == "acknowledged");
            assert_eq!(is_noted, said[0].contains(&format!("“{title}”")), "{title} {said:?}");
            noted += usize::from(is_noted);
        }
        assert_eq!(noted, 5);
    }
}
