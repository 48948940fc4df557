//! Where people are reached: they bind it themselves, or an administrator writes it down.

use std::{
    io::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, routing::post};
use gateway::{Fate, SendError};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Value, json};
use shibicheng::notify::Channel;
use testkit::{FakeGateway, TestApp, both};

use crate::{deliveries::at, kit::*};

/// A task of bureau_b that staff_b1 handles and that is overdue by a working day on 2026-02-10.
async fn overdue(app: &TestApp) -> Value {
    let party = json!({ "unit_id": app.unit("bureau_b"), "role": "lead", "person_id": app.person("staff_b1") });
    let task = dispatched_with(app, json!({ "title": "修路", "due": { "day": "2026-02-09" }, "parties": [party] })).await;
    let task = sign(app, "liaison_b", &task).await;
    app.run_jobs().await;
    task
}

/// Every way that the rules have for what is overdue.
async fn by(app: &TestApp, channel: &str) {
    let page = app.as_user("centre1").get("/reminder-rules").await.assert(200);
    let mut set = page["rules"].clone();
    for rule in set["rules"].as_array_mut().unwrap() {
        rule["enabled"] = json!(rule["code"] == "overdue");
        for step in rule["steps"].as_array_mut().unwrap() {
            step["channels"] = json!([channel]);
        }
    }
    let body = json!({ "rules": set, "reason": "试行", "version": page["version"] });
    app.as_user("centre1").post("/reminder-rules", &body).await.assert(201);
}

fn code_in(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(6).collect()
}

async fn mine(app: &TestApp, login: &str) -> Value {
    app.as_user(login).get("/me/addresses").await.assert(200)
}

/// (state, reason) of what went to a person by a way, the latest.
async fn last(app: &TestApp, login: &str, channel: &str) -> String {
    let page = app.as_user("centre1").get(&format!("/deliveries?channel={channel}&person_id={}", app.person(login))).await.assert(200);
    let item = &page["items"][0];
    format!("{} {}", item["state"].as_str().unwrap_or_default(), item["reason"].as_str().unwrap_or_default()).trim().to_owned()
}

both! {
    async fn a_mailbox_is_bound_by_the_number_that_was_sent_to_it(app) {
        let mail = FakeGateway::new("mail", Channel::Email);
        let app = &app.with_gateways(&[&mail]);
        by(app, "email").await;
        overdue(app).await;
        let staff = app.as_user("staff_b1");
        for bad in ["zhang", "zhang@", "a@b.cn,c@d.cn"] {
            staff.post("/me/addresses/mailbox-codes", &json!({ "mailbox": bad })).await.refused_field("mailbox");
        }
        staff.post("/me/addresses/mailbox", &json!({ "code": "123456" })).await.refused_field("code");
        let page = staff.post("/me/addresses/mailbox-codes", &json!({ "mailbox": "qin@example.gov.cn" })).await.assert(202);
        assert_eq!((&page["waiting_mailbox"], page["addresses"].as_array().unwrap().len()), (&json!("qin@example.gov.cn"), 0));
        app.run_jobs().await;
        let (to, text) = mail.taken().remove(0);
        assert_eq!(to, "qin@example.gov.cn");
        let code = code_in(&text);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        staff.post("/me/addresses/mailbox", &json!({ "code": wrong })).await.refused_field("code");
        // Somebody else who has seen the number has nothing of it.
        app.as_user("staff_b2").post("/me/addresses/mailbox", &json!({ "code": code })).await.refused_field("code");
        let page = staff.post("/me/addresses/mailbox", &json!({ "code": code })).await.assert(201);
        assert_eq!((&page["addresses"][0]["shown"], &page["waiting_mailbox"]), (&json!("qin@example.gov.cn"), &Value::Null));
        staff.post("/me/addresses/mailbox", &json!({ "code": code })).await.refused_field("code");
        at(app, "2026-02-10T14:30:00+08:00").await;
        let taken = mail.taken();
        assert!(taken.iter().any(|(to, text)| to == "qin@example.gov.cn" && text.contains("已逾期 1 个工作日")), "{taken:?}");
        assert_eq!(last(app, "staff_b1", "email").await, "sent");

        let id = page["addresses"][0]["id"].as_str().unwrap();
        app.as_user("staff_b2").delete(&format!("/me/addresses/{id}")).await.refused(404, "not_found");
        staff.delete(&format!("/me/addresses/{id}")).await.assert(200);
        assert_eq!(mine(app, "staff_b1").await["addresses"], json!([]));
    }

    async fn who_guesses_too_often_begins_anew_and_who_asks_too_often_waits_a_day(app) {
        let mail = FakeGateway::new("mail", Channel::Email);
        let app = &app.with_gateways(&[&mail]);
        let staff = app.as_user("staff_b1");
        let begin = json!({ "mailbox": "qin@example.gov.cn" });
        staff.post("/me/addresses/mailbox-codes", &begin).await.assert(202);
        app.run_jobs().await;
        let code = code_in(&mail.taken().remove(0).1);
        let wrong = if code == "111111" { "222222" } else { "111111" };
        for _ in 0..5 {
            staff.post("/me/addresses/mailbox", &json!({ "code": wrong })).await.refused_field("code");
        }
        staff.post("/me/addresses/mailbox", &json!({ "code": code })).await.refused_field("code");
        // A number of an hour ago is none.
        staff.post("/me/addresses/mailbox-codes", &begin).await.assert(202);
        app.run_jobs().await;
        let code = code_in(&mail.taken().remove(0).1);
        app.clock.advance(Duration::from_secs(3600));
        staff.post("/me/addresses/mailbox", &json!({ "code": code })).await.refused_field("code");
        for _ in 0..18 {
            staff.post("/me/addresses/mailbox-codes", &begin).await.assert(202);
        }
        staff.post("/me/addresses/mailbox-codes", &begin).await.refused(409, "too_many");
        app.run_jobs().await;
        // Each took the one's place that came before: the last alone is sent.
        assert_eq!(mail.taken().len(), 1);
    }

    async fn an_administrator_writes_down_the_id_of_a_work_messenger_and_an_id_is_one_persons(app) {
        let wecom = FakeGateway::new("wecom", Channel::Wechat);
        let app = &app.with_gateways(&[&wecom]);
        by(app, "wechat").await;
        overdue(app).await;
        let path = |login: &str| format!("/people/{}/addresses", app.person(login));
        let write = json!({ "gateway": "wecom", "value": "qinyi" });
        app.as_user("centre1").put(&path("staff_b1"), &write).await.refused(403, "forbidden");
        let admin = app.as_user("admin");
        admin.put(&path("staff_b1"), &json!({ "gateway": "sms", "value": "x" })).await.refused_field("gateway");
        admin.put(&path("staff_b2"), &write).await.assert(200);
        let page = admin.put(&path("staff_b1"), &write).await.assert(200);
        assert_eq!(page["addresses"][0]["shown"], "qinyi");
        assert_eq!(admin.get(&path("staff_b2")).await.assert(200)["addresses"], json!([]), "an id is one person's");
        at(app, "2026-02-10T14:30:00+08:00").await;
        let taken = wecom.taken();
        assert!(taken.iter().any(|(to, _)| to == "qinyi"), "{taken:?}");
        admin.put(&path("staff_b1"), &json!({ "gateway": "wecom", "value": null })).await.assert(200);
        assert_eq!(mine(app, "staff_b1").await["addresses"], json!([]));
        at(app, "2026-02-12T14:30:00+08:00").await;
        assert_eq!(last(app, "staff_b1", "wechat").await, "suppressed no_address");
    }

    async fn where_nobody_is_any_more_nothing_is_sent_again(app) {
        let wecom = FakeGateway::new("wecom", Channel::Wechat);
        let app = &app.with_gateways(&[&wecom]);
        by(app, "wechat").await;
        overdue(app).await;
        let path = format!("/people/{}/addresses", app.person("staff_b1"));
        app.as_user("admin").put(&path, &json!({ "gateway": "wecom", "value": "qinyi" })).await.assert(200);
        wecom.will([Err(SendError::Gone { code: "60111".to_owned(), text: "userid not found".to_owned() })]);
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert_eq!(last(app, "staff_b1", "wechat").await, "failed 60111");
        assert_eq!(mine(app, "staff_b1").await["addresses"], json!([]));
        at(app, "2026-02-12T09:00:00+08:00").await;
        at(app, "2026-02-12T14:30:00+08:00").await;
        assert_eq!(last(app, "staff_b1", "wechat").await, "suppressed no_address");
    }

    async fn a_gateway_that_says_nothing_is_asked_until_it_does(app) {
        let wecom = FakeGateway::new("wecom", Channel::Wechat);
        let app = &app.with_gateways(&[&wecom]);
        by(app, "wechat").await;
        overdue(app).await;
        let path = format!("/people/{}/addresses", app.person("staff_b1"));
        app.as_user("admin").put(&path, &json!({ "gateway": "wecom", "value": "qinyi" })).await.assert(200);
        at(app, "2026-02-10T14:30:00+08:00").await;
        assert!(wecom.asked().is_empty());
        at(app, "2026-02-10T14:45:00+08:00").await;
        let asked = wecom.asked();
        assert_eq!((asked.len(), last(app, "staff_b1", "wechat").await.as_str()), (1, "sent"));
        app.run_jobs().await;
        assert!(wecom.asked().is_empty(), "not twice at once");
        wecom.knows(&asked[0], Fate::Delivered);
        at(app, "2026-02-10T15:10:00+08:00").await;
        assert_eq!((wecom.asked().len(), last(app, "staff_b1", "wechat").await.as_str()), (1, "delivered"));
        at(app, "2026-02-11T15:10:00+08:00").await;
        assert!(wecom.asked().is_empty(), "what is known is not asked for");
    }

    async fn wechat_is_bound_by_scanning_and_signs_in_who_touches_a_message(app) {
        let wechat = Wechat::serve().await;
        let app = &app.with_gateways_file(wechat.file.path(), "https://task.example.gov.cn");
        by(app, "wechat").await;
        let task = overdue(app).await;
        let code = app.as_user("staff_b1").post("/me/addresses/openid-codes", &json!({ "gateway": "wechat" })).await.assert(201);
        assert!(code["url"].as_str().unwrap().starts_with("http://weixin.qq.com/q/"), "{code}");
        let scene = wechat.scene();
        // Who does not know the token is not WeChat.
        let scan = event("o-1", "SCAN", &format!("<EventKey>{scene}</EventKey>"));
        app.anonymous().post_bytes("/gateways/wechat/calls?signature=0&timestamp=1&nonce=2", scan.clone()).await.refused(403, "not_understood");
        let said = heard(app, scan.clone()).await;
        assert!(said.contains("绑定成功"), "{said}");
        assert_eq!(mine(app, "staff_b1").await["addresses"][0]["kind"], "openid");
        let said = heard(app, event("o-2", "SCAN", &format!("<EventKey>{scene}</EventKey>"))).await;
        assert!(said.contains("已失效"), "a code is good once: {said}");

        at(app, "2026-02-10T14:30:00+08:00").await;
        let sent = wechat.sent();
        let message = sent.iter().find(|message| message["touser"] == "o-1").unwrap();
        assert_eq!(message["data"]["thing1"]["value"], "任务已逾期");
        assert!(message["data"]["thing2"]["value"].as_str().unwrap().chars().count() <= 20, "cut to its limit: {message}");
        let url = message["url"].as_str().unwrap();
        let path = url.strip_prefix("https://task.example.gov.cn/api/v1").unwrap();
        assert_eq!(path, format!("/gateways/wechat/entry?to=/tasks/{}", id(&task)));

        let left = app.anonymous().get(path).await;
        left.assert_status(303);
        let to = left.header("location");
        assert!(to.starts_with("https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1"), "{to}");
        let state = to.split("state=").nth(1).unwrap().split(['&', '#']).next().unwrap().to_owned();
        let cookie = left.header("set-cookie").split(';').next().unwrap().to_owned();
        wechat.whose("o-1");
        // Another browser that is given the address arrives as nobody.
        let back = format!("/gateways/wechat/arrival?code=c1&state={state}");
        let stranger = app.anonymous().get(&back).await;
        assert_eq!((stranger.header("set-cookie"), stranger.header("location")), ("", "/m/"));
        let arrived = app.anonymous().header("cookie", &cookie).get(&back).await;
        assert_eq!(arrived.header("location"), format!("/m/tasks/{}", id(&task)));
        let session = arrived.header("set-cookie");
        let session = session.strip_prefix("sbc_session=").unwrap().split(';').next().unwrap().to_owned();
        assert_eq!(app.with_cookie(&session).get("/me").await.assert(200)["login"], "staff_b1");
        // Somebody WeChat knows and we do not signs in as always.
        wechat.whose("o-9");
        assert_eq!(app.anonymous().header("cookie", &cookie).get(&back).await.header("set-cookie"), "");

        // Who unfollows is not written to.
        heard(app, event("o-1", "unsubscribe", "")).await;
        assert_eq!(mine(app, "staff_b1").await["addresses"], json!([]));
    }
}

const TOKEN: &str = "a-token-of-this-test";

fn event(openid: &str, name: &str, more: &str) -> Vec<u8> {
    format!("<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1770000000</CreateTime><MsgType>event</MsgType><Event>{name}</Event>{more}</xml>").into_bytes()
}

/// What WeChat is answered when it tells of an event.
async fn heard(app: &TestApp, event: Vec<u8>) -> String {
    let reply = app.anonymous().post_bytes(&signed("/gateways/wechat/calls", app), event).await;
    reply.assert_status(200);
    reply.text()
}

/// The address as WeChat calls it.
fn signed(path: &str, app: &TestApp) -> String {
    let timestamp = (app.clock.now().millis() / 1000).to_string();
    let mut parts = [TOKEN, timestamp.as_str(), "nonce1"];
    parts.sort_unstable();
    format!(
        "{path}?signature={}&timestamp={timestamp}&nonce=nonce1",
        hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes()))
    )
}

#[derive(Default)]
struct Said {
    scenes: Vec<String>,
    sent: Vec<Value>,
    openid: String,
}

/// WeChat's side, on this machine.
struct Wechat {
    said: Arc<Mutex<Said>>,
    file: tempfile::NamedTempFile,
}

impl Wechat {
    async fn serve() -> Self {
        let said = Arc::new(Mutex::new(Said::default()));
        let router = Router::new()
            .route("/cgi-bin/stable_token", post(async || axum::Json(json!({ "access_token": "t1", "expires_in": 7200 }))))
            .route(
                "/cgi-bin/qrcode/create",
                post(async |State(said): State<Arc<Mutex<Said>>>, body: axum::Json<Value>| {
                    said.lock().unwrap().scenes.push(body["action_info"]["scene"]["scene_str"].as_str().unwrap().to_owned());
                    axum::Json(json!({ "ticket": "x", "expire_seconds": 900, "url": "http://weixin.qq.com/q/x" }))
                }),
            )
            .route(
                "/cgi-bin/message/template/send",
                post(async |State(said): State<Arc<Mutex<Said>>>, axum::Json(body): axum::Json<Value>| {
                    let mut said = said.lock().unwrap();
                    said.sent.push(body);
                    axum::Json(json!({ "errcode": 0, "errmsg": "ok", "msgid": said.sent.len() }))
                }),
            )
            .route(
                "/sns/oauth2/access_token",
                axum::routing::get(async |State(said): State<Arc<Mutex<Said>>>| {
                    axum::Json(json!({ "openid": said.lock().unwrap().openid, "access_token": "x", "expires_in": 7200 }))
                }),
            )
            .with_state(said.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(
            file,
            "[[gateway]]\ncode = \"wechat\"\ntemplate = \"T1\"\n[gateway.wechat]\nbase_url = \"http://{address}\"\napp_id = \"wx1\"\napp_secret = \"s\"\n\
             callback_token = \"{TOKEN}\"\nfields = {{ thing1 = \"{{title}}\", thing2 = \"{{text}}\", time3 = \"{{time}}\" }}\n"
        )
        .unwrap();
        Self { said, file }
    }

    fn scene(&self) -> String {
        self.said.lock().unwrap().scenes.last().unwrap().clone()
    }

    fn sent(&self) -> Vec<Value> {
        self.said.lock().unwrap().sent.clone()
    }

    fn whose(&self, openid: &str) {
        self.said.lock().unwrap().openid = openid.to_owned();
    }
}
