//! The public clouds as far as a client sees them, in one process and on the loopback: they check signatures, keep what was sent,
//! answer as the vendors do and make the callbacks that the vendors would post.
//!
//! For tests and for showing. They are of our own making: that clients and fakes do not share an error is what the tests with the
//! vendors' own clients are for.

mod aliyun;
mod huawei;
mod tencent;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use kit::Secret;
use serde_json::Value;

/// Which cloud is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// 阿里云.
    Aliyun,
    /// 腾讯云.
    Tencent,
    /// 华为云.
    Huawei,
}

/// A message that a fake took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The name it was given.
    pub provider_id: String,
    /// The sender's own name for it.
    pub own_id: String,
    /// The number as it was written.
    pub to: String,
    /// The registered name of the sender.
    pub signature: String,
    /// The template.
    pub template: String,
    /// What fills it, as it was written: an object by name or a list by order.
    pub params: Value,
    /// Whether it has arrived; nothing while nobody has said so.
    pub arrived: Option<bool>,
}

/// A callback as the vendor would post it.
#[derive(Clone, Debug)]
pub struct Post {
    /// Its media type.
    pub content_type: &'static str,
    /// Its body.
    pub body: String,
}

/// A fake cloud. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Cloud {
    vendor: Vendor,
    id: String,
    secret: Secret<String>,
    state: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    messages: Vec<Kept>,
    replies: Vec<(String, String)>,
    refusal: Option<String>,
}

/// What came in.
struct Asked {
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The headers that a signature says it covers.
    fn covered(&self, names: &str) -> Vec<(String, String)> {
        names.split(';').map(|name| (name.to_owned(), self.header(name).to_owned())).collect()
    }
}

impl Cloud {
    /// A cloud with one account.
    pub fn new(vendor: Vendor, id: &str, secret: Secret<String>) -> Self {
        Self { vendor, id: id.to_owned(), secret, state: Arc::default() }
    }

    /// What serves it: `axum::serve(listener, cloud.router())`.
    pub fn router(&self) -> Router {
        Router::new().fallback(serve).with_state(self.clone())
    }

    /// What was taken so far.
    pub fn messages(&self) -> Vec<Kept> {
        self.state().messages.clone()
    }

    /// Refuses the next message with the vendor's code.
    pub fn refuse_next(&self, code: &str) {
        self.state().refusal = Some(code.to_owned());
    }

    /// Says whether a message has arrived, and gives the callback that tells it; nothing for one that was never taken.
    pub fn arrive(&self, provider_id: &str, arrived: bool) -> Option<Post> {
        let mut state = self.state();
        let kept = state.messages.iter_mut().find(|kept| kept.provider_id == provider_id)?;
        kept.arrived = Some(arrived);
        Some(match self.vendor {
            Vendor::Aliyun => aliyun::receipt(kept, arrived),
            Vendor::Tencent => tencent::receipt(kept, arrived),
            Vendor::Huawei => huawei::receipt(kept, arrived),
        })
    }

    /// Somebody answers: gives the callback that tells it.
    pub fn reply(&self, from: &str, text: &str) -> Post {
        self.state().replies.push((from.to_owned(), text.to_owned()));
        match self.vendor {
            Vendor::Aliyun => aliyun::reply(from, text),
            Vendor::Tencent => tencent::reply(from, text),
            Vendor::Huawei => huawei::reply(from, text),
        }
    }

    fn state(&self) -> MutexGuard<'_, Held> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message, unless the next one is to be refused.
    fn take(&self, message: Kept) -> Result<Kept, String> {
        let mut state = self.state();
        if let Some(code) = state.refusal.take() {
            return Err(code);
        }
        let message = Kept { provider_id: format!("fake-{}", state.messages.len() + 1), ..message };
        state.messages.push(message.clone());
        Ok(message)
    }
}

async fn serve(State(cloud): State<Cloud>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let asked = Asked { path: parts.uri.path().to_owned(), query, headers: parts.headers, body };
    let (status, said) = match cloud.vendor {
        Vendor::Aliyun => aliyun::answer(&cloud, &asked),
        Vendor::Tencent => tencent::answer(&cloud, &asked),
        Vendor::Huawei => huawei::answer(&cloud, &asked),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/json")], said.to_string()).into_response()
}

/// `value` of `name=value` in a header of comma-separated pairs, without quotes.
fn pair<'a>(header: &'a str, name: &str) -> &'a str {
    header
        .split([',', ' '])
        .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.trim_matches('"'))
        .unwrap_or_default()
}
