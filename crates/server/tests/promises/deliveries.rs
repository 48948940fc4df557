//! What leaves the house: held until its hours, merged, sent once, followed until it is answered.

use std::collections::{BTreeMap, BTreeSet};

use gateway::SendError;
use kit::Moment;
use serde_json::{Value, json};
use shibicheng::notify::{self, Channel, NewMessage};
use testkit::{FakeGateway, TestApp, both};
use wording::Words;

use crate::kit::*;

/// Tasks of bureau_b that staff_b1 handles, due on a day, signed for.
pub(crate) async fn given(app: &TestApp, titles: &[&str], due: &str, more: Value) -> Vec<Value> {
    let mut tasks = Vec::new();
    for title in titles {
        let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
        let mut input = json!({ "title": title, "parties": [party], "due": { "day": due } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let task = dispatched_with(app, input).await;
        tasks.push(sign(app, "liaison_b", &task).await);
    }
    app.run_jobs().await;
    tasks
}

pub(crate) async fn at(app: &TestApp, text: &str) {
    app.clock.set(text.parse::<Moment>().unwrap());
    app.run_jobs().await;
}

/// (state, reason) of what went by SMS to a person, the latest first.
pub(crate) async fn states(app: &TestApp, login: &str) -> Vec<String> {
    let page = app.as_user("centre1").get(&format!("/deliveries?channel=sms&person_id={}", app.person(login))).await.assert(200);
    let state = |item: &Value| match item["reason"].as_str() {
        Some(reason) => format!("{} {reason}", item["state"].as_str().unwrap()),
        None => item["state"].as_str().unwrap().to_owned(),
    };
    page["items"].as_array().unwrap().iter().map(state).collect()
}

pub(crate) async fn phone(app: &TestApp, login: &str) -> String {
    let page = app.as_user("admin").get(&format!("/persons?q={login}")).await.assert(200);
    page["items"][0]["phone"].as_str().unwrap().to_owned()
}

pub(crate) async fn call(app: &TestApp, code: &str, body: Value) {
    app.anonymous().post(&format!("/gateways/{code}/calls"), &body).await.assert_status(200);
    app.run_jobs().await;
}

/// That many messages to staff_b1 by SMS, none of which may be merged.
pub(crate) async fn notices(app: &TestApp, n: usize) {
    let texts: Vec<String> = (0..n).map(|n| format!("第{n}号通知")).collect();
    told(app, &[Channel::Sms], true, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

/// Messages of these words to staff_b1 by some ways, about no task.
pub(crate) async fn told(app: &TestApp, channels: &[Channel], critical: bool, texts: &[&str]) {
    let ctx = app.ctx("centre1").await;
    let mut tx = app.app.db.begin().await.unwrap();
    for words in texts {
        let (title, text) = (Words::raw("防汛"), Words::raw(*words));
        let message = NewMessage {
            to: &[app.person("staff_b1")],
            kind: "reminder",
            title: &title,
            text: &text,
            task: None,
            urge: None,
            subject: None,
            occurrence: None,
            rule: None,
            channels,
            critical,
            dedupe: words,
        };
        notify::send(&mut tx, &ctx, message).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A person says in the system that they have taken note of what they were reminded of about a task.
async fn take_note(app: &TestApp, login: &str, title: &str) {
    let page = app.as_user(login).get("/messages").await.assert(200);
    let named = |item: &&Value| item["occurrence_id"].is_string() && item["text"].as_str().unwrap().contains(title);
    let message = page["items"].as_array().unwrap().iter().find(named).unwrap();
    app.as_user(login).post(&format!("/messages/{}/acknowledgement", message["id"].as_str().unwrap()), &json!({})).await.assert(204);
}

both! {
    async fn what_left_the_house_is_accounted_for_by_month_and_by_unit(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-27", json!({})).await;
        at(app, "2026-03-02T14:30:00+08:00").await;
        at(app, "2026-03-04T14:30:00+08:00").await;
        let ask = async |query: &str| app.as_user("centre1").get(&format!("/deliveries/costs?{query}")).await.assert(200);
        let sum = |page: &Value, name: &str| page["items"].as_array().unwrap().iter().map(|row| row[name].as_i64().unwrap()).sum::<i64>();
        let months = ask("by=month&from_day=2026-01-01&to_day=2026-12-31").await;
        let of = |page: &Value, key: &Value| -> i64 {
            let rows = page["items"].as_array().unwrap().iter().filter(|row| row["key"] == *key && row["channel"] == "sms");
            rows.map(|row| row["messages"].as_i64().unwrap()).sum()
        };
        assert_eq!(of(&months, &json!("2026-03")) + of(&months, &json!("2026-02")), i64::try_from(sms.taken().len()).unwrap(), "{months}");
        assert!(of(&months, &json!("2026-03")) > 0 && sum(&months, "cost") > 0);
        let march = ask("by=month&from_day=2026-03-01&to_day=2026-03-31").await;
        assert_eq!(of(&march, &json!("2026-03")), of(&months, &json!("2026-03")), "a month is whole from its first day to its last");
        let units = ask("by=unit&from_day=2026-01-01&to_day=2026-12-31").await;
        assert_eq!((sum(&units, "messages"), sum(&units, "cost")), (sum(&months, "messages"), sum(&months, "cost")));
        assert!(of(&units, &json!(app.unit("bureau_b"))) > 0, "{units}");
        app.as_user("centre1").get("/deliveries/costs?by=unit&from_day=2026-01-01&to_day=2027-06-01").await.assert(422);
        app.as_user("staff_b1").get("/deliveries/costs?by=month").await.assert(403);
    }

    async fn an_overdue_task_goes_out_by_sms_and_a_one_in_answer_stops_the_ladder(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-02-09", json!({})).await.remove(0);
        at(app, "2026-02-10T09:00:00+08:00").await;
        sms.taken();
        at(app, "2026-02-10T14:30:00+08:00").await;
        let number = phone(app, "staff_b1").await;
        assert_eq!(sms.taken(), [(number.clone(), "“修路”应于2026-02-09办结，已逾期 1 个工作日，请立即办理并上报进展。".to_owned())]);
        assert_eq!(states(app, "staff_b1").await[0], "sent");

        call(app, "sms1", json!({ "from": format!("+86{number}"), "text": "1", "id": "r1" })).await;
        call(app, "sms1", json!({ "from": format!("+86{number}"), "text": "1", "id": "r1" })).await;
        assert_eq!(states(app, "staff_b1").await[0], "acknowledged");
        at(app, "2026-02-12T09:00:00+08:00").await;
        at(app, "2026-02-24T09:00:00+08:00").await;
        let overdue: Vec<_> = sms.taken().into_iter().filter(|(_, text)| text.contains("已逾期")).collect();
        assert!(overdue.is_empty(), "{overdue:?}");
        let line = app.as_user("leader").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let acks = line["items"].as_array().unwrap().iter().filter(|item| item["action"] == "acknowledged").collect::<Vec<_>>();
        assert_eq!((acks.len(), acks[0]["actor"]["name"].as_str()), (1, Some("秦一")));
        let sent = app.as_user("head_b").get(&format!("/tasks/{}/deliveries", id(&task))).await.assert(200);
        let answered = sent.as_array().unwrap().iter().find(|item| item["answer"] == "1").unwrap();
        assert!(answered["address"].as_str().unwrap().contains("****"), "{answered}");
    }

    async fn three_for_one_person_become_one_and_what_is_critical_stays_by_itself(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["甲", "乙", "丙"], "2026-02-09", json!({})).await;
        given(app, &["丁"], "2026-02-09", json!({ "urgency": "critical" })).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        let number = phone(app, "staff_b1").await;
        let mut texts: Vec<String> = sms.taken().into_iter().filter(|(to, text)| *to == number && text.contains("逾期")).map(|(_, text)| text).collect();
        texts.sort_by_key(|text| text.chars().count());
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts[0].starts_with("“丁”") && texts[1].starts_with("您有 3 项提醒：1.“甲”"), "{texts:?}");
        let states = states(app, "staff_b1").await;
        assert_eq!(states.iter().filter(|state| *state == "suppressed merged").count(), 2, "{states:?}");
    }

    async fn what_falls_into_the_night_is_held_until_the_morning_and_not_dropped(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        // Nobody was there to send it in the afternoon.
        at(app, "2026-02-10T22:00:00+08:00").await;
        assert!(sms.taken().is_empty());
        assert_eq!(states(app, "staff_b1").await, ["queued"]);
        at(app, "2026-02-11T07:59:00+08:00").await;
        assert!(sms.taken().is_empty());
        at(app, "2026-02-11T08:00:00+08:00").await;
        assert_eq!(sms.taken().len(), 1);
    }

    async fn todays_figures_lead_to_the_very_deliveries_they_count(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let listed = async |query: &str| {
            let page = app.as_user("centre1").get(&format!("/deliveries?limit=200&{query}")).await.assert(200);
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let counted = async || {
            let state = app.as_user("centre1").get("/deliveries/state").await.assert(200);
            let mut counted = BTreeMap::<String, usize>::new();
            for figure in state["today"].as_array().unwrap() {
                let of = format!("channel={}&state={}", figure["channel"].as_str().unwrap(), figure["state"].as_str().unwrap());
                *counted.entry(of).or_default() += usize::try_from(figure["n"].as_u64().unwrap()).unwrap();
            }
            counted
        };
        // Written in the evening, it leaves the next morning: it counts on both days.
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T22:00:00+08:00").await;
        at(app, "2026-02-11T08:00:00+08:00").await;
        let theirs = format!("channel=sms&person_id={}", app.person("staff_b1"));
        let evening = listed(&format!("{theirs}&from_day=2026-02-10&to_day=2026-02-10")).await;
        assert_eq!(evening.len(), 1);
        assert!(listed("counted_on=2026-02-10").await.is_superset(&evening));
        assert!(listed("counted_on=2026-02-11").await.is_superset(&evening));
        assert!(listed("counted_on=2026-02-12").await.is_empty());
        notices(app, 2).await;
        app.run_jobs().await;
        let today = counted().await;
        assert_eq!(listed("counted_on=2026-02-11").await.len(), today.values().sum::<usize>(), "{today:?}");
        for (of, n) in &today {
            assert_eq!(listed(&format!("{of}&counted_on=2026-02-11")).await.len(), *n, "{of}");
        }
        let theirs = format!("{theirs}&counted_on=2026-02-11");
        let rows = listed(&theirs).await;
        assert!(rows.len() >= 3 && rows.is_superset(&evening), "{rows:?}");
        let sheet = app.as_user("centre1").get(&format!("/deliveries/export?{theirs}")).await;
        sheet.assert_status(200);
        assert_eq!(sheet.text().matches("秦一").count(), rows.len(), "the sheet has the same rows");
        // A day later none of it counts any more.
        app.clock.set("2026-02-12T00:00:00+08:00".parse().unwrap());
        assert!(counted().await.is_empty());
    }

    async fn what_is_done_between_planning_and_sending_is_not_sent(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let task = given(app, &["修路"], "2026-02-09", json!({})).await.remove(0);
        at(app, "2026-02-10T22:00:00+08:00").await;
        report(app, "staff_b1", &task, 100).await;
        accept(app, "centre1", &task).await;
        close(app, "staff_b1", "centre1", &task).await;
        at(app, "2026-02-11T09:00:00+08:00").await;
        assert!(sms.taken().is_empty());
        assert_eq!(states(app, "staff_b1").await, ["suppressed answered"]);
    }

    async fn what_is_taken_note_of_while_it_leaves_is_not_tried_again(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        app.clock.set("2026-02-10T14:30:00+08:00".parse().unwrap());
        sms.will([Err(SendError::Unreachable("connection refused".to_owned()))]);
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            take_note(app, "staff_b1", "修路").await;
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        assert_eq!(states(app, "staff_b1").await, ["queued unreachable"]);
        at(app, "2026-02-10T14:31:00+08:00").await;
        assert!(sms.taken().is_empty());
        assert_eq!(states(app, "staff_b1").await, ["suppressed answered"]);
    }

    async fn a_digest_that_is_tried_again_goes_without_what_was_seen_to_meanwhile(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路", "架桥", "清淤"], "2026-02-09", json!({})).await;
        app.clock.set("2026-02-10T14:30:00+08:00".parse().unwrap());
        sms.will([Err(SendError::Unreachable("connection refused".to_owned()))]);
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            take_note(app, "staff_b1", "架桥").await;
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        at(app, "2026-02-10T14:31:00+08:00").await;
        let said: Vec<String> = sms.taken().into_iter().map(|(_, text)| text).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("您有 2 项提醒：") && !said[0].contains("架桥"), "{said:?}");
    }

    async fn a_letter_that_waits_behind_another_does_not_leave_once_it_is_taken_note_of(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路", "架桥"], "2026-02-09", json!({})).await;
        app.clock.set("2026-02-10T14:30:00+08:00".parse().unwrap());
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            // Both are in hand, and one is leaving.
            let leaving = sms.taken().remove(0).1;
            take_note(app, "staff_b1", if leaving.contains("修路") { "架桥" } else { "修路" }).await;
            hold.let_go();
        };
        tokio::join!(app.run_jobs(), meanwhile);
        assert!(sms.taken().is_empty());
        let page = app.as_user("centre1").get("/deliveries?channel=sms&state=suppressed").await.assert(200);
        let kept: Vec<(&Value, &Value)> =
            page["items"].as_array().unwrap().iter().map(|item| (&item["reason"], &item["attempts"])).collect();
        assert_eq!(kept, [(&json!("answered"), &json!(0))]);
        let mut states = states(app, "staff_b1").await;
        states.sort_unstable();
        assert_eq!(states, ["sent", "suppressed answered"]);
    }

    async fn a_gateway_that_is_busy_is_asked_again_and_another_takes_over_when_it_stays_away(app) {
        let (one, two) = (FakeGateway::new("sms1", Channel::Sms), FakeGateway::new("sms2", Channel::Sms));
        let app = &app.with_gateways(&[&one, &two]);
        let busy = || Err(SendError::Busy { code: "429".to_owned(), text: String::new(), retry_after: Some(std::time::Duration::from_secs(300)) });
        one.will([busy()]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert!(one.taken().is_empty() && two.taken().is_empty());
        assert_eq!(states(app, "staff_b1").await, ["queued 429"]);
        at(app, "2026-02-10T14:34:00+08:00").await;
        assert!(two.taken().is_empty(), "five minutes were asked for");
        at(app, "2026-02-10T14:35:01+08:00").await;
        assert_eq!((one.taken().len(), two.taken().len()), (1, 0));

        let away = || Err(SendError::Barred { code: "SignatureDoesNotMatch".to_owned(), text: String::new() });
        one.will([away(), away(), away()]);
        at(app, "2026-02-12T09:00:00+08:00").await;
        at(app, "2026-02-12T09:01:00+08:00").await;
        assert!(one.taken().is_empty());
        let taken = two.taken();
        assert_eq!(taken.len(), 3, "handler, liaison and head: {taken:?}");
        let state = app.as_user("centre1").get("/deliveries/state").await.assert(200);
        assert_eq!(state["gateways"][0]["last_error"], "barred: SignatureDoesNotMatch");
        assert!(state["gateways"][0]["closed_until"].is_string() && state["gateways"][1]["closed_until"].is_null());
    }

    async fn a_gateway_that_bears_so_many_a_minute_is_given_no_more_and_what_is_critical_goes_first(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let page = app.as_user("centre1").get("/delivery-rules").await.assert(200);
        let mut set = page["rules"].clone();
        set["gateways"] = json!([{ "gateway": "sms1", "per_minute": 2 }]);
        for channel in set["channels"].as_array_mut().unwrap() {
            channel["merge_from"] = json!(0);
        }
        let body = |set: &Value| json!({ "rules": set, "reason": "运营商限速", "version": page["version"] });
        for (field, value) in [("gateways[0].per_minute", json!([{ "gateway": "sms1", "per_minute": 0 }])), ("gateways[1].gateway", json!([{ "gateway": "sms1", "per_minute": 1 }, { "gateway": "sms1", "per_minute": 2 }]))] {
            let mut wrong = set.clone();
            wrong["gateways"] = value;
            app.as_user("centre1").post("/delivery-rules", &body(&wrong)).await.refused_field(&format!("rules.{field}"));
        }
        app.as_user("centre1").post("/delivery-rules", &body(&set)).await.assert(201);
        given(app, &["甲", "乙", "丙", "丁"], "2026-02-09", json!({})).await;
        given(app, &["戊"], "2026-02-09", json!({ "urgency": "critical" })).await;
        at(app, "2026-02-10T14:30:20+08:00").await;
        let taken = sms.taken();
        assert_eq!(taken.len(), 2, "{taken:?}");
        assert!(taken.iter().any(|(_, text)| text.contains("戊")), "{taken:?}");
        at(app, "2026-02-10T14:30:59+08:00").await;
        assert!(sms.taken().is_empty());
        at(app, "2026-02-10T14:31:00+08:00").await;
        assert_eq!(sms.taken().len(), 2);
        // Held, never dropped.
        assert_eq!(states(app, "staff_b1").await.iter().filter(|state| state.starts_with("queued")).count(), 1);
        at(app, "2026-02-10T14:32:00+08:00").await;
        assert_eq!(sms.taken().len(), 1);
    }

    async fn what_is_critical_goes_before_any_backlog(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        let page = app.as_user("centre1").get("/delivery-rules").await.assert(200);
        let mut set = page["rules"].clone();
        set["gateways"] = json!([{ "gateway": "sms1", "per_minute": 3 }]);
        for channel in set["channels"].as_array_mut().unwrap() {
            (channel["merge_from"], channel["daily"]) = (json!(0), json!(1000));
        }
        let body = json!({ "rules": set, "reason": "运营商限速", "version": page["version"] });
        app.as_user("centre1").post("/delivery-rules", &body).await.assert(201);
        let plain: Vec<String> = (0..12).map(|n| format!("平件{n}")).collect();
        given(app, &plain.iter().map(String::as_str).collect::<Vec<_>>(), "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert_eq!(sms.taken().len(), 3);
        // Planned at the same moment as the others' next step, or after it: in the next minute they are before all of them.
        given(app, &["急件甲", "急件乙"], "2026-02-09", json!({ "urgency": "critical" })).await;
        at(app, "2026-02-12T09:00:00+08:00").await;
        let first = sms.taken().into_iter().filter(|(_, text)| text.contains("急件")).count();
        at(app, "2026-02-12T09:01:00+08:00").await;
        let texts: Vec<String> = sms.taken().into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts.iter().all(|text| text.contains("急件")), "{first} {texts:?}");
        let held = states(app, "staff_b1").await.into_iter().filter(|state| state.starts_with("queued")).count();
        assert!(held > 5, "there is a backlog: {held}");
        // The backlog comes in its turn, three a minute, and none is lost.
        let mut came = 0;
        for minute in 2..40 {
            at(app, &format!("2026-02-12T09:{minute:02}:00+08:00")).await;
            let now = sms.taken();
            assert!(now.len() <= 3, "{now:?}");
            came += now.len();
        }
        let waiting = states(app, "staff_b1").await.into_iter().filter(|state| state.starts_with("queued")).count();
        assert_eq!(waiting, 0, "{came} came");
    }

    async fn a_pile_of_what_is_critical_leaves_batch_by_batch(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        notices(app, 1_200).await;
        notify::send_due(&app.app).await.unwrap();
        // However many there are, a sender takes no more in hand than it can bring under one lease.
        let mut texts: Vec<String> = sms.taken().into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 200);
        app.run_jobs().await;
        texts.extend(sms.taken().into_iter().map(|(_, text)| text));
        let all: BTreeSet<&String> = texts.iter().collect();
        assert_eq!((texts.len(), all.len()), (1_200, 1_200));
    }

    async fn of_a_batch_few_are_tried_at_a_gateway_that_is_away_and_the_rest_stays_as_it_was(app) {
        let sms = FakeGateway::that_dedupes("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        notices(app, 100).await;
        sms.will((0..5).map(|_| Err(SendError::Unreachable("connection refused".to_owned()))));
        notify::send_due(&app.app).await.unwrap();
        assert!(sms.taken().is_empty(), "it was tried after it had failed five times in a row");
        let page = app.as_user("centre1").get("/deliveries?channel=sms&limit=100").await.assert(200);
        let tried = page["items"].as_array().unwrap().iter().map(|item| (&item["state"], item["attempts"].as_i64().unwrap()));
        let mut tried: Vec<_> = tried.map(|(state, n)| (state.as_str().unwrap(), n)).collect();
        tried.sort_unstable();
        assert_eq!((tried[94], tried[95], tried[99]), (("queued", 0), ("queued", 1), ("queued", 1)));
        // It is left alone for a minute.
        app.run_jobs().await;
        assert!(sms.taken().is_empty());
        app.clock.advance(std::time::Duration::from_secs(120));
        app.run_jobs().await;
        let texts: Vec<String> = sms.taken().into_iter().map(|(_, text)| text).collect();
        assert_eq!((texts.len(), texts.iter().collect::<BTreeSet<_>>().len()), (100, 100));
    }

    async fn a_clock_moved_by_hours_brings_nothing_twice_that_is_on_its_way(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        notices(app, 3).await;
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            for hours in [3, 30] {
                app.clock.advance(std::time::Duration::from_secs(hours * 3600));
                // Another worker looks for what is due.
                assert!(!notify::is_due(&mut app.app.db.read().await.unwrap(), &app.app).await.unwrap());
                notify::send_due(&app.app).await.unwrap();
            }
            hold.let_go();
        };
        let (sent, ()) = tokio::join!(notify::send_due(&app.app), meanwhile);
        sent.unwrap();
        app.run_jobs().await;
        let texts: Vec<String> = sms.taken().into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert_eq!(states(app, "staff_b1").await, ["sent", "sent", "sent"]);
    }

    async fn a_letter_that_another_sender_has_by_now_keeps_none_of_those_behind_it_back(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        notices(app, 3).await;
        let hold = sms.holds_the_next();
        let meanwhile = async {
            hold.came().await;
            let mut tx = app.app.db.begin().await.unwrap();
            let mut sql = db::Sql::new("update delivery set lease = ");
            sql.bind(::kit::uuid::Uuid::from_u128(7)).push(" where id = (select id from delivery order by due_at, id limit 1 offset 1)");
            sql.execute(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
            hold.let_go();
        };
        let (sent, ()) = tokio::join!(notify::send_due(&app.app), meanwhile);
        sent.unwrap();
        assert_eq!(sms.taken().len(), 2);
        let mut states = states(app, "staff_b1").await;
        states.sort_unstable();
        assert_eq!(states, ["sending", "sent", "sent"]);
    }

    async fn of_what_a_sender_took_with_it_when_it_died_only_the_one_whose_turn_it_was_is_in_doubt(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        notices(app, 3).await;
        {
            let hold = sms.holds_the_next();
            let mut dying = Box::pin(notify::send_due(&app.app));
            tokio::select! {
                sent = &mut dying => panic!("{sent:?}"),
                () = hold.came() => {}
            }
        }
        app.clock.advance(std::time::Duration::from_secs(180));
        app.run_jobs().await;
        assert_eq!(states(app, "staff_b1").await, ["sent", "sent", "sent"]);
        let page = app.as_user("centre1").get("/deliveries?channel=sms").await.assert(200);
        let doubt: Vec<(bool, &Value)> =
            page["items"].as_array().unwrap().iter().map(|item| (item["unsure"] == true, &item["text"])).collect();
        assert_eq!(doubt.iter().filter(|(unsure, _)| *unsure).count(), 1, "{doubt:?}");
    }

    async fn where_one_gateway_is_full_the_other_takes_the_rest(app) {
        let (one, two) = (FakeGateway::new("sms1", Channel::Sms), FakeGateway::new("sms2", Channel::Sms));
        let app = &app.with_gateways(&[&one, &two]);
        let page = app.as_user("centre1").get("/delivery-rules").await.assert(200);
        let mut set = page["rules"].clone();
        set["gateways"] = json!([{ "gateway": "sms1", "per_minute": 1 }]);
        let body = json!({ "rules": set, "reason": "运营商限速", "version": page["version"] });
        app.as_user("centre1").post("/delivery-rules", &body).await.assert(201);
        given(app, &["甲", "乙"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert_eq!((one.taken().len(), two.taken().len()), (1, 1));
    }

    async fn a_number_the_gateway_refuses_is_not_tried_again(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        sms.will([Err(SendError::Refused { code: "isv.MOBILE_NUMBER_ILLEGAL".to_owned(), text: "号码有误".to_owned() })]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        at(app, "2026-02-10T18:00:00+08:00").await;
        assert!(sms.taken().is_empty());
        assert_eq!(states(app, "staff_b1").await, ["failed isv.MOBILE_NUMBER_ILLEGAL"]);
    }

    async fn receipts_late_early_twice_and_lying_leave_the_truth(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        // Before the sending was written down: its name is known to the gateway alone.
        call(app, "sms1", json!({ "fate": "delivered", "provider_id": "p1" })).await;
        sms.will([Ok(gateway::Taken { provider_id: Some("p1".to_owned()), parts: 2 })]);
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert_eq!(states(app, "staff_b1").await, ["delivered"]);
        // What has arrived does not fail any more.
        call(app, "sms1", json!({ "fate": "failed", "provider_id": "p1", "code": "UNDELIV" })).await;
        call(app, "sms1", json!({ "fate": "failed", "provider_id": "nobody's", "code": "UNDELIV" })).await;
        assert_eq!(states(app, "staff_b1").await, ["delivered"]);
        let page = app.as_user("centre1").get("/deliveries").await.assert(200);
        let item = page["items"].as_array().unwrap().iter().find(|item| item["channel"] == "sms").unwrap();
        assert_eq!((item["parts"].as_i64(), item["cost"].as_i64()), (Some(2), Some(90)));
        app.anonymous().post("/gateways/sms1/calls", &json!({ "nonsense": true })).await.refused(403, "not_understood");
        app.anonymous().post("/gateways/unknown/calls", &json!({})).await.refused(404, "not_found");
    }

    async fn where_there_is_no_gateway_that_is_said_and_the_message_in_the_system_stands(app) {
        given(app, &["修路"], "2026-02-09", json!({})).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert_eq!(states(app, "staff_b1").await, ["suppressed no_gateway"]);
        app.as_user("head_b").get("/deliveries").await.refused(403, "forbidden");
        app.as_user("head_c").get("/deliveries/state").await.refused(403, "forbidden");
    }

    async fn whoever_runs_the_system_sees_that_something_left_and_not_what_it_says_of_others_tasks(app) {
        let sms = FakeGateway::new("sms1", Channel::Sms);
        let app = &app.with_gateways(&[&sms]);
        given(app, &["修路"], "2026-02-09", json!({})).await;
        let party = json!({ "unit_id": app.unit("bureau_c"), "role": "lead", "person_id": app.person("staff_c1") });
        let task = dispatched_with(app, json!({ "title": "清淤", "parties": [party], "due": { "day": "2026-02-09" } })).await;
        sign(app, "liaison_c", &task).await;
        at(app, "2026-02-10T14:30:00+08:00").await;
        call(app, "sms1", json!({ "from": phone(app, "staff_b1").await, "text": "收到", "id": "r1" })).await;
        notices(app, 1).await;
        app.run_jobs().await;
        let seen = async |login: &str| {
            let page = app.as_user(login).get("/deliveries?channel=sms").await.assert(200);
            let items = page["items"].as_array().unwrap();
            for item in items {
                let told = [&item["text"], &item["answer"], &item["task_id"]];
                assert!(item["hidden"] == false || told.iter().all(|one| one.is_null()), "{item}");
                assert!(item["to"]["name"].is_string() && item["state"].is_string() && item["cost"].is_number(), "{item}");
            }
            let text = page.to_string();
            (items.len(), ["修路", "收到", "清淤", "通知"].map(|words| text.contains(words)))
        };
        assert_eq!(seen("centre1").await, (3, [true, true, true, true]));
        assert_eq!(seen("leader").await, (3, [true, true, true, true]));
        assert_eq!(seen("deputy").await, (3, [true, true, false, true]), "in charge of the one unit and not of the other");
        assert_eq!(seen("admin").await, (3, [false, false, false, true]), "what is about no task is shown");
        let sheet = app.as_user("admin").get("/deliveries/export?channel=sms").await;
        sheet.assert_status(200);
        let sheet = sheet.text();
        assert!(sheet.contains("（无权查看）") && sheet.contains("通知") && sheet.contains("秦一"), "{sheet}");
        assert!(!sheet.contains("修路") && !sheet.contains("清淤") && !sheet.contains("收到"), "{sheet}");
        let path = format!("/deliveries?channel=sms&person_id={}", app.person("staff_c1"));
        let sent = app.as_user("admin").get(&path).await.assert(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let again = app.as_user("admin").post(&format!("/deliveries/{sent}/repetition"), &json!({})).await.assert(201);
        assert!(again["hidden"] == true && again["text"].is_null(), "{again}");
    }
}
