//! Answers that are kept until something changes.
//!
//! Lists and boards stay open all day on many screens and are asked for again and again, each time by reading and counting the
//! same rows. Here an answer is given once more where nothing at all has been committed since it was made ([`db::Watermark`]),
//! whichever process committed it: so nothing has to know what depends on what, and nothing is ever shown that has changed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use db::{Db, Watermark};
use kit::Clock;

use super::Problem;

/// Of these, what they answer follows from what is committed, who asks, and the day.
const PATHS: [&str; 8] = [
    "/api/v1/tasks",
    "/api/v1/tasks/count",
    "/api/v1/tasks/summary",
    "/api/v1/tasks/by-unit",
    "/api/v1/tasks/calendar",
    "/api/v1/home",
    "/api/v1/todo",
    "/api/v1/progress",
];

/// What an answer depends on besides the path: who asks, in which language, how it is packed.
const HEADERS: [HeaderName; 4] = [header::AUTHORIZATION, header::COOKIE, header::ACCEPT_LANGUAGE, header::ACCEPT_ENCODING];

/// Bytes of all answers together, and of one.
const MOST: usize = 16 << 20;
const MOST_OF_ONE: usize = 1 << 20;

/// The longest that an answer may be given again, in milliseconds: a session ends by the clock alone.
const LONGEST: i64 = 10_000;

/// Whether an answer was given again; for whoever measures.
const KEPT: HeaderName = HeaderName::from_static("x-kept");

/// Answers that still hold.
#[derive(Clone)]
pub(super) struct Kept {
    db: Db,
    clock: Clock,
    answers: Arc<Mutex<Answers>>,
}

/// All of them were made after the same watermark, within the same few seconds.
#[derive(Default)]
struct Answers {
    since: Option<(Watermark, i64)>,
    by_question: HashMap<Vec<u8>, Answer>,
    bytes: usize,
}

#[derive(Clone)]
struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

impl Answers {
    /// Forgets what was made before another watermark.
    fn turn_to(&mut self, since: &(Watermark, i64)) {
        if self.since.as_ref() != Some(since) {
            *self = Self { since: Some(since.clone()), ..Self::default() };
        }
    }

    fn keep(&mut self, question: Vec<u8>, answer: Answer) {
        let size = question.len() + answer.body.len();
        if self.bytes + size > MOST {
            self.by_question.clear();
            self.bytes = 0;
        }
        self.bytes += size;
        if let Some(old) = self.by_question.insert(question, answer) {
            self.bytes = self.bytes.saturating_sub(old.body.len());
        }
    }
}

impl Kept {
    pub(super) fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, answers: Arc::default() }
    }
}

/// What is asked, byte by byte; nothing where the answer is not to be kept.
fn question(request: &Request) -> Option<Vec<u8>> {
    let fresh = |value: &HeaderValue| value.as_bytes().windows(8).any(|part| part == b"no-cache");
    let wanted = request.method() == Method::GET
        && PATHS.contains(&request.uri().path())
        && !request.headers().get(header::CACHE_CONTROL).is_some_and(fresh);
    if !wanted {
        return None;
    }
    let mut question = request.uri().path_and_query()?.as_str().as_bytes().to_vec();
    for name in HEADERS {
        for value in request.headers().get_all(&name) {
            question.push(0);
            question.extend_from_slice(value.as_bytes());
        }
        question.push(1);
    }
    Some(question)
}

/// Gives an answer again that still holds, or has it made.
pub(super) async fn again(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let Some(question) = question(&request) else { return next.run(request).await };
    // Without a watermark the question is answered as any other, and says what is wrong with the database.
    let Ok(mark) = kept.db.watermark().await else { return next.run(request).await };
    let since = (mark, kept.clock.now().millis() / LONGEST);
    let known = {
        let mut answers = kept.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.turn_to(&since);
        answers.by_question.get(&question).cloned()
    };
    if let Some(Answer { headers, body }) = known {
        let mut response = Response::new(Body::from(body));
        *response.headers_mut() = headers;
        response.headers_mut().insert(KEPT, HeaderValue::from_static("1"));
        return response;
    }
    let (parts, body) = next.run(request).await.into_parts();
    if parts.status != StatusCode::OK {
        return Response::from_parts(parts, body);
    }
    // Pages and figures are small: they are whole in memory before they are sent anyway.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "系统出现故障，您的操作没有保存。").into_response();
    };
    if body.len() <= MOST_OF_ONE {
        let mut answers = kept.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.turn_to(&since);
        answers.keep(question, Answer { headers: parts.headers.clone(), body: body.clone() });
    }
    Response::from_parts(parts, Body::from(body))
}
