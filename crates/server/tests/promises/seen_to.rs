//! What was seen to leaves the house no more, whatever had become of it; and what a gateway tells before we know that it took it.

use gateway::SendError;
use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::{
    deliveries::{at, call, given, states, told},
    kit::*,
    outages::{all, away, known_at},
};

/// Presses for an answer, and answers the path to give it.
async fn urged(app: &TestApp, task: &Value) -> String {
    let sent = app.as_user("leader").post(&format!("/tasks/{}/urges", id(task)), &json!({ "text": "抓紧" })).await.assert(201);
    format!("/urges/{}/reply", sent["items"][0]["id"].as_str().unwrap())
}

async fn answer(app: &TestApp, path: &str) {
    app.as_user("staff_b1").post(path, &json!({ "text": "周五前完成" })).await.assert(200);
}

/// The latest delivery to staff_b1 by a way.
async fn latest(app: &TestApp, channel: &str) -> Value {
    let path = format!("/deliveries?channel={channel}&person_id={}", app.person("staff_b1"));
    app.as_user("centre1").get(&path).await.assert(200)["items"][0].clone()
}

both! {
    async fn what_was_answered_goes_by_no_other_way_when_it_is_known_that_it_did_not_arrive(app) {
        let (wechat, sms) = (FakeGateway::new("wx", Channel::Wechat), FakeGateway::new("sms1", Channel::Sms));
        let app = &app.with_gateways(&[&wechat, &sms]);
        known_at(app, "staff_b1", "wx").await;
        let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
        let task = dispatched_with(app, json!({ "title": "修路", "parties": [party] })).await;
        app.run_jobs().await;
        let sent = latest(app, "wechat").await;
        assert_eq!(sent["state"], "sent", "{sent}");
        sign(app, "staff_b1", &task).await;
        app.run_jobs().await;
        sms.taken();
        call(app, "wx", json!({ "fate": "failed", "own_id": sent["id"], "code": "gone" })).await;
        assert_eq!(latest(app, "wechat").await["state"], "failed");
        assert_eq!(sms.taken(), [], "{:?}", all(app, "staff_b1").await);
        // Nor is it said again by hand.
        let path = format!("/deliveries/{}/repetition", sent["id"].as_str().unwrap());
        app.as_user("centre1").post(&path, &json!({})).await.refused(409, "not_now");
    }

    async fn what_was_answered_while_it_was_in_hand_is_not_tried_again(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-06-30", json!({})).await.remove(0);
        sms.taken();
        app.clock.set("2026-02-09T10:00:00+08:00".parse().unwrap());
        let reply = urged(app, &task).await;
        sms.will([Err(SendError::Unreachable("connection refused".to_owned()))]);
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            answer(app, &reply).await;
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        let path = format!("/deliveries?channel=sms&state=queued&person_id={}", app.person("staff_b1"));
        let waiting = app.as_user("centre1").get(&path).await.assert(200);
        at(app, "2026-02-09T10:05:00+08:00").await;
        let said: Vec<_> = sms.taken().into_iter().filter(|(_, text)| text.contains("抓紧")).collect();
        assert_eq!(said, [], "{waiting}");
        assert_eq!(states(app, "staff_b1").await[0], "suppressed answered");
    }

    async fn a_way_that_was_full_takes_nothing_over(app) {
        let (wechat, sms) = (FakeGateway::new("wx", Channel::Wechat), FakeGateway::new("sms1", Channel::Sms));
        let app = &app.with_gateways(&[&wechat, &sms]);
        known_at(app, "staff_b1", "wx").await;
        let page = app.as_user("centre1").get("/delivery-rules").await.assert(200);
        let mut rules = page["rules"].clone();
        for channel in rules["channels"].as_array_mut().unwrap() {
            channel["merge_from"] = json!(0);
            if channel["channel"] == "sms" {
                channel["daily"] = json!(1);
            }
        }
        let body = json!({ "rules": rules, "reason": "短信从紧", "version": page["version"] });
        app.as_user("centre1").post("/delivery-rules", &body).await.assert(201);
        app.clock.set("2026-02-09T09:00:00+08:00".parse().unwrap());
        told(app, &[Channel::Sms], false, &["第1号通知"]).await;
        app.run_jobs().await;
        assert_eq!(sms.taken().len(), 1);
        // Both ways are asked for; the one is full for today, the other away for an hour.
        wechat.will((0..400).map(|_| away()));
        told(app, &[Channel::Wechat, Channel::Sms], false, &["第2号通知"]).await;
        for minute in 1..60 {
            at(app, &format!("2026-02-09T09:{minute:02}:00+08:00")).await;
        }
        assert_eq!(states(app, "staff_b1").await[0], "suppressed cap");
        assert_eq!(latest(app, "wechat").await["state"], "queued", "{:?}", all(app, "staff_b1").await);
        wechat.recovers();
        for minute in 0..20 {
            at(app, &format!("2026-02-09T10:{minute:02}:00+08:00")).await;
        }
        assert_eq!(wechat.taken().len(), 1, "{:?}", all(app, "staff_b1").await);
        assert_eq!(sms.taken(), []);
    }

    async fn a_word_that_comes_before_it_is_written_down_that_it_was_sent_counts(app) {
        let sms = FakeGateway::that_dedupes("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        app.clock.set("2026-02-09T09:00:00+08:00".parse().unwrap());
        told(app, &[Channel::Sms], true, &["第1号通知"]).await;
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            let id = latest(app, "sms").await["id"].clone();
            let body = json!({ "fate": "failed", "own_id": id, "code": "UNDELIV" });
            app.anonymous().post("/gateways/sms1/calls", &body).await.assert_status(200);
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        assert_eq!(states(app, "staff_b1").await, ["failed UNDELIV"]);
    }

    async fn what_may_have_gone_out_and_arrived_is_not_sent_again(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        app.clock.set("2026-02-09T09:00:00+08:00".parse().unwrap());
        told(app, &[Channel::Sms], true, &["第1号通知"]).await;
        sms.will([Err(SendError::Unknown("the line broke".to_owned()))]);
        app.run_jobs().await;
        assert_eq!(states(app, "staff_b1").await, ["queued unknown"]);
        call(app, "sms1", json!({ "fate": "delivered", "own_id": latest(app, "sms").await["id"] })).await;
        assert_eq!(states(app, "staff_b1").await, ["delivered"]);
        at(app, "2026-02-09T09:30:00+08:00").await;
        assert_eq!(sms.taken(), []);
    }
}
