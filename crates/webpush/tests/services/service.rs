//! A push service on the loopback that answers what it was told to and keeps what it was asked.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use gateway::Http;
use kit::{Clock, Moment};
use webpush::{Message, VapidKey, WebPush};

/// 2026-01-05 09:00 in China.
pub(crate) const NOW: i64 = 1_767_574_800_000;

#[derive(Clone)]
pub(crate) struct Service {
    state: Arc<Mutex<State_>>,
    pub(crate) url: String,
}

#[derive(Default)]
struct State_ {
    answer: (u16, String),
    asked: Vec<(HeaderMap, Bytes)>,
}

impl Service {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Self { state: Arc::new(Mutex::new(State_ { answer: (201, String::new()), ..State_::default() })), url };
        let router = Router::new().fallback(serve).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        service
    }

    pub(crate) fn says(&self, status: u16, body: &str) {
        self.state.lock().unwrap().answer = (status, body.to_owned());
    }

    pub(crate) fn asked(&self) -> Vec<(HeaderMap, Bytes)> {
        self.state.lock().unwrap().asked.clone()
    }
}

async fn serve(State(service): State<Service>, request: Request) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let mut state = service.state.lock().unwrap();
    state.asked.push((parts.headers, body));
    let (status, body) = state.answer.clone();
    (StatusCode::from_u16(status).unwrap(), [("retry-after", "7")], body)
}

pub(crate) fn sender() -> WebPush {
    let (key, _) = VapidKey::generate().unwrap();
    let http = Http::new(Duration::from_secs(10)).unwrap();
    WebPush::new(key, "mailto:office@example.gov.cn".to_owned(), http, Clock::manual(Moment::from_millis(NOW)))
}

pub(crate) fn message() -> Message {
    Message { payload: "{\"title\":\"关于防汛的通知\"}".as_bytes().to_vec(), ttl: Duration::from_secs(86_400), ..Message::default() }
}
