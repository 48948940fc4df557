//! Steps that many promises begin with.

use serde_json::{Value, json};
use testkit::TestApp;

/// A task led by a bureau, dispatched by the centre; answers its page as the centre sees it.
pub(crate) async fn dispatched(app: &TestApp, title: &str, unit: &str) -> Value {
    dispatched_with(app, json!({ "title": title, "parties": [{ "unit_id": app.unit(unit), "role": "lead" }] })).await
}

/// The same from any input.
pub(crate) async fn dispatched_with(app: &TestApp, input: Value) -> Value {
    let centre = app.as_user("centre1");
    let draft = centre.post("/tasks", &input).await.assert(201);
    submit(app, "centre1", &draft).await
}

/// Submits what was drafted.
pub(crate) async fn submit(app: &TestApp, login: &str, task: &Value) -> Value {
    let body = json!({ "version": version(task), "not_secret": true });
    app.as_user(login).post(&format!("/tasks/{}/submission", id(task)), &body).await.assert(200)
}

/// Signs as this person.
pub(crate) async fn sign(app: &TestApp, login: &str, task: &Value) -> Value {
    app.as_user(login).post(&format!("/tasks/{}/signature", id(task)), &json!({})).await.assert(200)
}

/// Reports as this person.
pub(crate) async fn report(app: &TestApp, login: &str, task: &Value, percent: i64) -> Value {
    let body = json!({ "claimed_progress": percent, "text": format!("已完成{percent}%") });
    app.as_user(login).post(&format!("/tasks/{}/reports", id(task)), &body).await.assert(200)
}

/// Accepts the newest report as this person.
pub(crate) async fn accept(app: &TestApp, login: &str, task: &Value) -> Value {
    let page = show(app, login, task).await;
    let report = page["reports"][0]["id"].as_str().unwrap().to_owned();
    app.as_user(login).post(&format!("/reports/{report}/review"), &json!({ "decision": "accept" })).await.assert(200)
}

/// Asks to close and grants it.
pub(crate) async fn close(app: &TestApp, doer: &str, issuer: &str, task: &Value) -> Value {
    let page = show(app, doer, task).await;
    let body = json!({ "version": version(&page), "text": "成果已经交付，见附件。" });
    let page = app.as_user(doer).post(&format!("/tasks/{}/closure", id(task)), &body).await.assert(200);
    let request = page["requests"][0]["id"].as_str().unwrap().to_owned();
    app.as_user(issuer).post(&format!("/requests/{request}/decision"), &json!({ "decision": "grant" })).await.assert(200)
}

/// The page as this person sees it now.
pub(crate) async fn show(app: &TestApp, login: &str, task: &Value) -> Value {
    app.as_user(login).get(&format!("/tasks/{}", id(task))).await.assert(200)
}

/// A task's id.
pub(crate) fn id(page: &Value) -> String {
    page["task"]["id"].as_str().or_else(|| page["id"].as_str()).unwrap().to_owned()
}

/// A task's version.
pub(crate) fn version(page: &Value) -> i64 {
    page["task"]["version"].as_i64().or_else(|| page["version"].as_i64()).unwrap()
}

/// What the asker may do.
pub(crate) fn can(page: &Value, action: &str) -> bool {
    page["can"].as_array().unwrap().iter().any(|word| word == action)
}

/// Titles of a person's messages about what happened, newest first; what the system reminds of by itself is left out.
pub(crate) async fn messages(app: &TestApp, login: &str) -> Vec<String> {
    let page = app.as_user(login).get("/messages").await.assert(200);
    let told = page["items"].as_array().unwrap().iter().filter(|item| item["kind"] != "reminder");
    told.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

/// Kinds of a person's duties.
pub(crate) async fn duties(app: &TestApp, login: &str) -> Vec<String> {
    let page = app.as_user(login).get("/todo").await.assert(200);
    page["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

/// Moves the clock to a day at nine in the morning.
pub(crate) fn go_to(app: &TestApp, day: &str) {
    app.clock.set(format!("{day}T09:00:00+08:00").parse().unwrap());
}
