//! A month of a whole unit's work: everything that happens, every message that anybody gets of it by name, and none beside.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::kit::*;

const PEOPLE: [&str; 14] = [
    "admin",
    "leader",
    "deputy",
    "centre1",
    "centre2",
    "head_b",
    "liaison_b",
    "staff_b1",
    "staff_b2",
    "head_c",
    "liaison_c",
    "staff_c1",
    "head_d",
    "head_a",
];

/// The day at nine: the jobs run before anybody acts.
async fn morning(app: &TestApp, day: &str) {
    go_to(app, day);
    app.run_jobs().await;
}

/// Until the evening of this day nobody does anything.
async fn until(app: &TestApp, from: &str, to: &str) {
    let (mut day, last): (kit::Day, kit::Day) = (from.parse().unwrap(), to.parse().unwrap());
    while day <= last {
        for time in ["09:00:00", "14:30:00", "17:00:00"] {
            let at: kit::Moment = format!("{day}T{time}+08:00").parse().unwrap();
            if at > app.clock.now() {
                app.clock.set(at);
            }
            app.run_jobs().await;
        }
        day = day.plus_days(1);
    }
}

async fn task(app: &TestApp, title: &str, handler: Option<&str>, more: Value) -> Value {
    let mut party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead" });
    if let Some(handler) = handler {
        party["person_id"] = json!(app.person(handler));
    }
    let mut input = json!({ "title": title, "parties": [party] });
    for (key, value) in more.as_object().unwrap() {
        if key == "co" {
            input["parties"].as_array_mut().unwrap().push(value.clone());
        } else {
            input[key] = value.clone();
        }
    }
    dispatched_with(app, input).await
}

/// Everything anybody was told: `03-10 09:00 任务已逾期 · 修路: staff_b1 head_b`.
async fn told(app: &TestApp) -> Vec<String> {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for login in PEOPLE {
        let mut path = "/messages?limit=200".to_owned();
        loop {
            let page = app.as_user(login).get(&path).await.assert(200);
            for item in page["items"].as_array().unwrap() {
                let (at, title, text) = (item["at"].as_str().unwrap(), item["title"].as_str().unwrap(), item["text"].as_str().unwrap());
                let order = text.find("管委会督办").map(|at| text[at..].split_inclusive('号').next().unwrap());
                let about = order.filter(|_| !text.contains('“')).or_else(|| text.split(['“', '”']).nth(1)).unwrap_or(text);
                all.entry(format!("{} {} {title} · {about}", &at[5..10], &at[11..16])).or_default().push(login);
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("/messages?limit=200&cursor={next}");
        }
    }
    all.into_iter().map(|(what, who)| format!("{what}: {}", who.join(" "))).collect()
}

/// What left the house by one way, when, to whom and in which words: `03-10 09:00 staff_b1 …`.
async fn letters(app: &TestApp, channel: &str) -> Vec<String> {
    let names: BTreeMap<String, &str> = PEOPLE.into_iter().map(|login| (app.person(login).to_string(), login)).collect();
    let page = app.as_user("centre1").get(&format!("/deliveries?limit=200&channel={channel}")).await.assert(200);
    assert_eq!(page["next_cursor"], Value::Null);
    let items = page["items"].as_array().unwrap().iter().filter(|item| !item["sent_at"].is_null());
    let letter = |item: &Value| {
        let (at, to, text) = (item["sent_at"].as_str().unwrap(), item["to"]["id"].as_str().unwrap(), item["text"].as_str().unwrap());
        format!("{} {} {} {text}", &at[5..10], &at[11..16], names[to])
    };
    let mut all: Vec<String> = items.map(letter).collect();
    all.sort();
    all
}

both! {
    async fn a_month_of_a_whole_units_work_tells_everybody_what_they_should_know_and_nothing_else(app) {
        let (voice, sms) = (FakeGateway::new("voice", Channel::Voice), FakeGateway::new("sms", Channel::Sms));
        let wechat = FakeGateway::new("wechat", Channel::Wechat);
        let app = &app.with_gateways(&[&voice, &sms, &wechat]);
        // Not everybody has come to the account.
        for login in ["liaison_b", "staff_b2", "head_b"] {
            let body = json!({ "gateway": "wechat", "value": login });
            app.as_user("admin").put(&format!("/people/{}/addresses", app.person(login)), &body).await.assert(200);
        }

        // Monday the 2nd: what the unit is given.
        morning(app, "2026-03-02").await;
        let road = task(app, "修路", Some("staff_b1"), json!({ "due": { "day": "2026-03-13" } })).await;
        let bridge = task(app, "修桥", Some("staff_b2"), json!({ "due": { "day": "2026-03-20" }, "importance": "important" })).await;
        let pipe = task(app, "管网普查", None, json!({ "due": { "day": "2026-04-30" } })).await;
        let weekly = task(app, "扬尘治理", Some("staff_b1"), json!({ "due": { "day": "2026-06-30" }, "report_rule": { "kind": "weekly", "day": 5 } })).await;
        let co = json!({ "unit_id": app.unit("bureau_c"), "role": "co", "demand": "环评", "due_day": "2026-03-18" });
        let plant = task(app, "污水厂扩建", Some("staff_b2"), json!({ "due": { "day": "2026-05-29" }, "co": co })).await;
        app.run_jobs().await;
        for work in [&road, &bridge, &weekly, &plant] {
            sign(app, "liaison_b", work).await;
        }
        sign(app, "liaison_c", &plant).await;
        until(app, "2026-03-02", "2026-03-05").await;

        // Nobody signed for the pipes until the head was told.
        sign(app, "head_b", &pipe).await;
        morning(app, "2026-03-06").await;
        report(app, "staff_b1", &weekly, 5).await;
        until(app, "2026-03-06", "2026-03-09").await;

        // The road is done in time; the bridge is pressed for and falls overdue.
        morning(app, "2026-03-10").await;
        report(app, "staff_b1", &road, 100).await;
        app.run_jobs().await;
        accept(app, "centre1", &road).await;
        close(app, "staff_b1", "centre1", &road).await;
        let urge = json!({ "text": "抓紧", "reply_due_day": "2026-03-11" });
        let urged = app.as_user("deputy").post(&format!("/tasks/{}/urges", id(&bridge)), &urge).await.assert(201);
        until(app, "2026-03-10", "2026-03-12").await;
        let reply = format!("/urges/{}/reply", urged["items"][0]["id"].as_str().unwrap());
        app.as_user("staff_b2").post(&reply, &json!({ "text": "已加派力量" })).await.assert(200);
        until(app, "2026-03-12", "2026-03-16").await;

        // More time is asked for, and nobody decides for three days.
        morning(app, "2026-03-17").await;
        let page = show(app, "staff_b2", &bridge).await;
        let more = json!({ "version": version(&page), "kind": "extend", "reason_class": "force", "new_day": "2026-04-03", "reason": "汛期无法施工" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/requests", id(&bridge)), &more).await.assert(200);
        let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
        let part = show(app, "liaison_c", &plant).await["parties"][1]["id"].as_str().unwrap().to_owned();
        app.as_user("liaison_c").post(&format!("/parties/{part}/completion"), &json!({ "text": "环评已批复" })).await.assert(200);
        until(app, "2026-03-17", "2026-03-20").await;
        let refuse = json!({ "decision": "refuse", "text": "按期完成" });
        app.as_user("centre1").post(&format!("/requests/{request}/decision"), &refuse).await.assert(200);
        until(app, "2026-03-20", "2026-03-24").await;

        // An order at last, answered the day after it was due.
        morning(app, "2026-03-25").await;
        let order = json!({ "task_ids": [id(&bridge)], "demand": "限期整改", "due_day": "2026-03-26" });
        let order = app.as_user("leader").post("/orders", &order).await.assert(201);
        until(app, "2026-03-25", "2026-03-27").await;
        app.as_user("head_b").post(&format!("/orders/{}/answers", order["id"].as_str().unwrap()), &json!({ "text": "已整改" })).await.assert(200);
        report(app, "staff_b2", &bridge, 100).await;
        app.run_jobs().await;
        accept(app, "centre1", &bridge).await;
        close(app, "staff_b2", "centre1", &bridge).await;
        until(app, "2026-03-27", "2026-03-31").await;

        let all = told(app).await;
        let expected: Vec<&str> = EXPECTED.trim().lines().map(str::trim).collect();
        assert_eq!(all, expected, "{}", all.join("\n"));

        // What left the house, each letter by its moment, its way and what it says; several of one morning are one letter.
        let (mut out, mut expected) = (Vec::new(), Vec::new());
        for (word, letters_of, gateway) in [("sms", SMS, &sms), ("voice", VOICE, &voice), ("wechat", WECHAT, &wechat)] {
            let left = letters(app, word).await;
            assert_eq!(gateway.taken().len(), left.len());
            out.extend(left);
            expected.extend(letters_of.trim().lines().map(|line| line.trim().to_owned()));
        }
        assert_eq!(out, expected, "{}", out.join("\n"));
    }
}

/// When, what, of which task, to whom.
const EXPECTED: &str = "
03-02 09:00 新任务待签收 · 修桥: liaison_b staff_b2
03-02 09:00 新任务待签收 · 修路: liaison_b staff_b1
03-02 09:00 新任务待签收 · 扬尘治理: liaison_b staff_b1
03-02 09:00 新任务待签收 · 污水厂扩建: liaison_b staff_b2 liaison_c
03-02 09:00 新任务待签收 · 管网普查: liaison_b
03-03 09:00 任务尚未签收 · 管网普查: liaison_b
03-04 09:00 任务亮灯 · 修路: head_b
03-04 09:00 任务尚未签收 · 管网普查: head_b liaison_b
03-05 09:00 任务亮灯 · 修桥: head_b
03-05 09:00 请按时上报进展 · 扬尘治理: staff_b1
03-06 09:00 任务临近到期 · 修桥: staff_b2
03-06 09:00 任务临近到期 · 修路: staff_b1
03-06 09:00 进展待审核 · 扬尘治理: centre1
03-10 09:00 上报已采纳 · 修路: staff_b1
03-10 09:00 任务临近到期 · 修路: staff_b1
03-10 09:00 任务已办结 · 修路: liaison_b staff_b1
03-10 09:00 办结待审核 · 修路: centre1
03-10 09:00 督办 · 修桥: head_b liaison_b staff_b2
03-10 09:00 进展待审核 · 修路: centre1
03-12 09:00 督办逾期未回复 · 修桥: staff_b2
03-12 09:00 请按时上报进展 · 扬尘治理: staff_b1
03-12 17:00 督办已回复 · 修桥: deputy
03-13 09:00 任务临近到期 · 修桥: staff_b2
03-13 09:00 任务亮灯 · 管网普查: head_b
03-13 09:00 配合事项临近到期 · 污水厂扩建: liaison_c
03-16 09:00 进展逾期未报 · 扬尘治理: liaison_b staff_b1
03-17 09:00 任务临近到期 · 修桥: staff_b2
03-17 09:00 申请待审批 · 修桥: centre1
03-17 09:00 配合事项临近到期 · 污水厂扩建: liaison_c
03-17 09:00 配合已完成 · 污水厂扩建: centre1 liaison_b staff_b2
03-18 09:00 进展逾期未报 · 扬尘治理: head_b liaison_b staff_b1
03-19 09:00 任务亮灯 · 扬尘治理: head_b
03-19 09:00 任务亮灯 · 污水厂扩建: head_b
03-20 09:00 申请待审批 · 修桥: centre1
03-20 09:00 进展逾期未报 · 扬尘治理: head_b liaison_b staff_b1
03-20 17:00 任务亮灯 · 修桥: head_b
03-20 17:00 申请未获同意 · 修桥: head_b
03-23 09:00 任务已逾期 · 修桥: staff_b2
03-23 14:30 任务已逾期 · 修桥: staff_b2
03-24 09:00 进展逾期未报 · 扬尘治理: head_b liaison_b staff_b1
03-25 09:00 任务已逾期 · 修桥: head_b liaison_b staff_b2
03-25 09:00 收到督办单 · 管委会督办〔2026〕1号: head_b liaison_b staff_b2
03-25 14:30 任务已逾期 · 修桥: staff_b2
03-26 09:00 进展逾期未报 · 扬尘治理: head_b liaison_b staff_b1
03-27 09:00 任务已逾期 · 修桥: deputy head_b liaison_b staff_b2
03-27 09:00 督办单逾期未反馈 · 修桥: head_b liaison_b
03-27 17:00 上报已采纳 · 修桥: staff_b2
03-27 17:00 任务已办结 · 修桥: liaison_b staff_b2
03-27 17:00 办结待审核 · 修桥: centre1
03-27 17:00 督办单已反馈，请认定 · 管委会督办〔2026〕1号: leader
03-27 17:00 进展待审核 · 修桥: centre1
03-30 09:00 任务亮灯 · 管网普查: head_b
03-30 09:00 进展逾期未报 · 扬尘治理: head_b liaison_b staff_b1
03-30 09:00 长期没有进展 · 污水厂扩建: staff_b2
03-30 09:00 长期没有进展 · 管网普查: liaison_b
";

/// What went out by SMS.
const SMS: &str = "
03-04 09:00 head_b “管网普查”交办后尚未签收，请尽快签收；不属于本单位职责的，请说明理由退回。
03-04 09:00 liaison_b “管网普查”交办后尚未签收，请尽快签收；不属于本单位职责的，请说明理由退回。
03-10 09:00 head_b “修桥”的督办：抓紧
03-10 09:00 liaison_b “修桥”的督办：抓紧
03-10 09:00 staff_b2 “修桥”的督办：抓紧
03-12 09:00 staff_b2 “修桥”的督办应于2026-03-11回复，至今未回复，请立即回复。
03-16 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-16 09:00 staff_b1 “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-18 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-18 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-18 09:00 staff_b1 “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-20 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-20 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-20 09:00 staff_b1 “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-23 14:30 staff_b2 “修桥”应于2026-03-20办结，已逾期 1 个工作日，请立即办理并上报进展。
03-24 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-24 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-24 09:00 staff_b1 “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-25 09:00 head_b “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
03-25 09:00 head_b 蓝色督办单管委会督办〔2026〕1号，涉及1项任务，2026-03-26前反馈：限期整改
03-25 09:00 liaison_b “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
03-25 09:00 liaison_b 蓝色督办单管委会督办〔2026〕1号，涉及1项任务，2026-03-26前反馈：限期整改
03-25 09:00 staff_b2 “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
03-25 09:00 staff_b2 蓝色督办单管委会督办〔2026〕1号，涉及1项任务，2026-03-26前反馈：限期整改
03-26 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-26 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-26 09:00 staff_b1 “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-27 09:00 deputy “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-27 09:00 head_b “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-27 09:00 head_b 督办单管委会督办〔2026〕1号（“修桥”）应于2026-03-26前反馈，至今未反馈，请立即反馈。
03-27 09:00 liaison_b “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-27 09:00 liaison_b 督办单管委会督办〔2026〕1号（“修桥”）应于2026-03-26前反馈，至今未反馈，请立即反馈。
03-27 09:00 staff_b2 “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-30 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-30 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-30 09:00 staff_b1 “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
";

/// Who was called.
const VOICE: &str = "
03-12 09:00 staff_b2 “修桥”的督办应于2026-03-11回复，至今未回复，请立即回复。
03-23 14:30 staff_b2 “修桥”应于2026-03-20办结，已逾期 1 个工作日，请立即办理并上报进展。
03-25 14:30 staff_b2 “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
";

/// What went out by WeChat.
const WECHAT: &str = "
03-02 09:00 liaison_b 您有 5 项提醒：1.“修路”已交办，2026-03-13前办结，请签收。2.“修桥”已交办，2026-03-20前办结，请签收。3.“管网普查”已交办，2026-04-30前办结，请签收。4.“扬尘治理”已交办，2026-06-30前办结，请签收。5.“污水厂扩建”已交办，2026-05-29前办结，请签收。
03-02 09:00 staff_b2 “修桥”已交办，2026-03-20前办结，请签收。
03-02 09:00 staff_b2 “污水厂扩建”已交办，2026-05-29前办结，请签收。
03-03 09:00 liaison_b “管网普查”交办后尚未签收，请尽快签收；不属于本单位职责的，请说明理由退回。
03-04 09:00 head_b “修路”自2026-03-04起亮灯：滞后，请查看原因并督促办理。
03-04 09:00 head_b “管网普查”交办后尚未签收，请尽快签收；不属于本单位职责的，请说明理由退回。
03-04 09:00 liaison_b “管网普查”交办后尚未签收，请尽快签收；不属于本单位职责的，请说明理由退回。
03-05 09:00 head_b “修桥”自2026-03-05起亮灯：滞后，请查看原因并督促办理。
03-10 09:00 head_b “修桥”的督办：抓紧
03-10 09:00 liaison_b “修桥”的督办：抓紧
03-10 09:00 staff_b2 “修桥”的督办：抓紧
03-13 09:00 head_b “管网普查”自2026-03-13起亮灯：滞后，请查看原因并督促办理。
03-13 09:00 staff_b2 “修桥”2026-03-20到期，还有 5 个工作日，请抓紧办理。
03-16 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-17 09:00 staff_b2 “修桥”2026-03-20到期，还有 3 个工作日，请抓紧办理。
03-18 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-18 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-19 09:00 head_b “扬尘治理”自2026-03-19起亮灯：逾期，请查看原因并督促办理。
03-19 09:00 head_b “污水厂扩建”自2026-03-19起亮灯：滞后，请查看原因并督促办理。
03-20 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-20 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-20 17:00 head_b “修桥”自2026-03-20起亮灯：逾期，请查看原因并督促办理。
03-23 09:00 staff_b2 “修桥”应于2026-03-20办结，已逾期 1 个工作日，请立即办理并上报进展。
03-24 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-24 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-25 09:00 head_b “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
03-25 09:00 head_b 蓝色督办单管委会督办〔2026〕1号，涉及1项任务，2026-03-26前反馈：限期整改
03-25 09:00 liaison_b “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
03-25 09:00 liaison_b 蓝色督办单管委会督办〔2026〕1号，涉及1项任务，2026-03-26前反馈：限期整改
03-25 09:00 staff_b2 “修桥”应于2026-03-20办结，已逾期 3 个工作日，请立即办理并上报进展。
03-25 09:00 staff_b2 蓝色督办单管委会督办〔2026〕1号，涉及1项任务，2026-03-26前反馈：限期整改
03-26 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-26 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-27 09:00 head_b “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-27 09:00 head_b 督办单管委会督办〔2026〕1号（“修桥”）应于2026-03-26前反馈，至今未反馈，请立即反馈。
03-27 09:00 liaison_b “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-27 09:00 liaison_b 督办单管委会督办〔2026〕1号（“修桥”）应于2026-03-26前反馈，至今未反馈，请立即反馈。
03-27 09:00 staff_b2 “修桥”应于2026-03-20办结，已逾期 5 个工作日，请立即办理并上报进展。
03-30 09:00 head_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
03-30 09:00 head_b “管网普查”自2026-03-30起亮灯：逾期，请查看原因并督促办理。
03-30 09:00 liaison_b “扬尘治理”应于2026-03-13上报进展，至今未报，请立即上报。
";
