//! Several nodes, and a database that goes away.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;
use shibicheng::app::{self, App};
use testkit::TestApp;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::kit::*;

/// What is between a node and its database, and can be cut.
struct Line {
    at: SocketAddr,
    whole: Arc<watch::Sender<bool>>,
}

impl Line {
    async fn to(database: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let whole = Arc::new(watch::Sender::new(true));
        let switch = whole.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut state = switch.subscribe();
                let database = database.clone();
                tokio::spawn(async move {
                    if !*state.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(&database).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = state.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self { at, whole }
    }

    fn set(&self, whole: bool) {
        self.whole.send_replace(whole);
    }
}

fn postgres(test: impl AsyncFnOnce(&TestApp, String)) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let Some(app) = TestApp::postgres().await else { return };
        let url = app.postgres_url().unwrap();
        test(&app, url).await;
        app.finish().await;
    });
}

async fn ask(node: &App, token: &str, method: &str, path: &str, body: Option<serde_json::Value>) -> (StatusCode, serde_json::Value) {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let request = request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap();
    let response = app::router(node).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[test]
fn while_the_database_is_away_everyone_is_told_so_and_afterwards_everything_goes_on() {
    postgres(async |app, url| {
        let (before, host, after) = parts(&url);
        let line = Line::to(host).await;
        let node = app.node(&format!("{before}{}{after}", line.at)).await;
        let token = app.token_of("centre1").await;
        let task = json!({ "title": "修路", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        assert_eq!(ask(&node, &token, "POST", "/api/v1/tasks", Some(task.clone())).await.0, StatusCode::CREATED);

        line.set(false);
        let (status, problem) = ask(&node, &token, "GET", "/api/v1/tasks", None).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("unavailable")), "{problem}");
        let (status, problem) = ask(&node, &token, "POST", "/api/v1/tasks", Some(task.clone())).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("unavailable")), "{problem}");
        assert_eq!(ask(&node, &token, "GET", "/readyz", None).await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(&node, &token, "GET", "/healthz", None).await.0, StatusCode::OK);

        line.set(true);
        let (status, page) = ask(&node, &token, "GET", "/api/v1/tasks", None).await;
        assert_eq!((status, page["items"].as_array().map(Vec::len)), (StatusCode::OK, Some(1)));
        assert_eq!(ask(&node, &token, "GET", "/readyz", None).await.0, StatusCode::OK);
        node.db.close().await;
    });
}

#[test]
fn while_the_file_is_locked_reading_goes_on_and_writers_are_told() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let app = TestApp::sqlite().await;
        let node = app.impatient_node(&app.sqlite_url().unwrap(), Duration::from_millis(200)).await;
        let token = app.token_of("centre1").await;
        let task = json!({ "title": "修路", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let other = app.app.db.begin().await.unwrap();
        let (status, problem) = ask(&node, &token, "POST", "/api/v1/tasks", Some(task.clone())).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("unavailable")), "{problem}");
        assert_eq!(ask(&node, &token, "GET", "/api/v1/tasks", None).await.0, StatusCode::OK);
        other.rollback().await.unwrap();
        assert_eq!(ask(&node, &token, "POST", "/api/v1/tasks", Some(task)).await.0, StatusCode::CREATED);
        let (_, page) = ask(&node, &token, "GET", "/api/v1/tasks", None).await;
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
        node.db.close().await;
        app.finish().await;
    });
}

fn parts(url: &str) -> (String, String, String) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let (user, host) = authority.rsplit_once('@').map_or((String::new(), authority), |(user, host)| (format!("{user}@"), host));
    (format!("{scheme}://{user}"), host.to_owned(), format!("/{path}"))
}

#[test]
fn what_one_node_is_told_another_node_shows_and_does() {
    postgres(async |app, url| {
        let node = app.node(&url).await;
        let relay = tokio::spawn({
            let db = node.db.clone();
            async move { db.relay_signals().await }
        });
        let mut heard = node.db.signals().subscribe();
        let stop = CancellationToken::new();
        let worker = tokio::spawn({
            let (runner, stop) = (app::runner(&node), stop.clone());
            async move { runner.serve(stop).await }
        });
        // The listener needs a moment to connect: only what is sent afterwards arrives.
        let task = loop {
            let task = dispatched(app, "修路", "bureau_b").await;
            match tokio::time::timeout(Duration::from_millis(500), heard.recv()).await {
                Ok(Ok(_)) => break task,
                _ => continue,
            }
        };
        // The other node's worker told the liaison, woken by the signal and not by looking now and then.
        let told = tokio::time::timeout(Duration::from_secs(4), async {
            loop {
                match heard.recv().await {
                    Ok(signal) if signal.topic == "message" => break,
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
        told.await.unwrap();
        stop.cancel();
        worker.await.unwrap();
        relay.abort();
        let token = app.token_of("liaison_b").await;
        let (status, page) = ask(&node, &token, "GET", &format!("/api/v1/tasks/{}", id(&task)), None).await;
        assert_eq!((status, page["task"]["title"].as_str()), (StatusCode::OK, Some("修路")));
        node.db.close().await;
    });
}

#[test]
fn two_nodes_that_work_at_once_do_every_job_once() {
    postgres(async |app, url| {
        for _ in 0..12 {
            dispatched(app, "修路", "bureau_b").await;
        }
        let (one, two) = (app.node(&url).await, app.node(&url).await);
        let (first, second) = (app::runner(&one), app::runner(&two));
        let (a, b) = tokio::join!(first.run_all(), second.run_all());
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert_eq!(messages(app, "liaison_b").await.len(), 12);
        one.db.close().await;
        two.db.close().await;
    });
}
