use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{FromRequestParts, Request},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use db::{Settling, Tx, execute, run};
use futures_util::TryStreamExt as _;
use kit::Moment;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use super::{Problem, heard::Heard};
use crate::{
    access::PersonId,
    app::{App, Ctx, Outcome, Refusal, Said},
};

/// How long an answer can be asked for again with the same key.
const KEPT: Duration = Duration::from_secs(72 * 3600);

const KEY: &str = "idempotency-key";
const PREFER: &str = "prefer";
const MINIMAL: &str = "return=minimal";

/// The SHA-256 of a request's content, as far as it has come in.
#[derive(Clone, Debug, Default)]
pub(super) struct Content(Arc<Mutex<Sha256>>);

impl Content {
    /// What the request in hand has brought, to be added to by whoever reads it.
    pub(super) fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// Adds to it.
    pub(super) fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    fn digest(&self) -> [u8; 32] {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize().into()
    }
}

/// Hashes the content of a request with a key while it is read. A form is left out: its parts are divided by words that a
/// browser thinks up anew each time it sends the same; whoever takes it apart adds what is in it.
pub(super) async fn watch_content(mut request: Request, next: Next) -> Response {
    if !request.method().is_safe() {
        let heard = Heard::asked(request.headers());
        request.extensions_mut().insert(heard);
    }
    if request.headers().contains_key(KEY) {
        let content = Content::default();
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            let content = content.clone();
            request = request.map(|body| Body::from_stream(body.into_data_stream().inspect_ok(move |chunk| content.add(chunk))));
        }
        request.extensions_mut().insert(content);
    }
    next.run(request).await
}

/// The caller's `Idempotency-Key` with what was asked: a second request with the same key gets the first one's answer.
#[derive(Clone, Debug)]
pub struct Idem {
    key: Option<String>,
    /// Method, path and query.
    asked: String,
    content: Content,
    heard: Heard,
    /// `Prefer: return=minimal` (RFC 7240): what a change answers is not wanted, only that it was made.
    brief: bool,
}

impl Idem {
    /// Says what a form holds, which is not told from its bytes: see [`watch_content`].
    pub fn brings(&self, bytes: &[u8]) {
        self.content.add(bytes);
    }

    /// Says a text that comes in another way than in JSON, to be looked through for secrets.
    pub fn says(&self, field: &str, text: &str) {
        self.heard.say(field, text);
    }

    /// The same request, of which nothing is looked through: it writes the list of what is looked for.
    #[must_use]
    pub fn unscreened(mut self) -> Self {
        self.heard = Heard::default();
        self
    }

    /// What the request wants to have written down.
    fn said(&self) -> Said {
        let request = self.asked.split('?').next().unwrap_or_default().to_owned();
        Said { request, texts: self.heard.texts(), confirmed: self.heard.confirmed }
    }

    /// Whether two requests with one key ask for the same. Known once the content has been read.
    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.asked.as_bytes());
        hash.update(self.content.digest());
        hex::encode(hash.finalize())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Idem {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = match parts.headers.get(KEY) {
            None => None,
            Some(value) => match value.to_str() {
                Ok(text) if (8..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) => Some(text.to_owned()),
                _ => return Err(Refusal::field("Idempotency-Key", "应为 8 至 100 个可见 ASCII 字符").into()),
            },
        };
        let query = parts.uri.query().unwrap_or_default();
        let asked = format!("{} {}?{query}\n", parts.method, parts.uri.path());
        let preferences = parts.headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        let brief = preferences.map(str::trim).any(|word| word.eq_ignore_ascii_case(MINIMAL));
        Ok(Self { key, asked, content: Content::of(parts), heard: Heard::of(parts), brief })
    }
}

/// What a repeated request gets.
#[derive(Clone, Copy, Debug)]
enum Repeated {
    /// The first answer, which is kept for that.
    FirstAnswer,
    /// These words: the first answer holds what must not lie in the database.
    Words(&'static str),
}

/// Does one change in one transaction and answers it as JSON with `status`.
///
/// With an idempotency key the answer is kept in that same transaction: when the caller repeats the request, because the
/// line broke before the answer came, nothing is done and the first answer is given again.
pub async fn mutate<T: Serialize>(
    app: &App,
    ctx: &Ctx,
    idem: &Idem,
    status: StatusCode,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<T>,
) -> Result<Response, Problem> {
    change(app, ctx, idem, status, Repeated::FirstAnswer, work).await.map(answer)
}

/// As [`mutate`] for a change that answers how things stand after it: that is read when it has been committed, so that nobody who
/// writes waits for it. A repeated request is answered how they stand by then. Whoever prefers `return=minimal` is told with 204 that
/// it was done, and nothing is read; what was made anew is answered all the same, as its id is not known otherwise.
pub async fn mutate_and_show<K: Serialize + DeserializeOwned, T: Serialize>(
    app: &App,
    ctx: &Ctx,
    idem: &Idem,
    status: StatusCode,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<K>,
    show: impl AsyncFnOnce(&mut Tx, K) -> Outcome<T>,
) -> Result<Response, Problem> {
    let brief = idem.brief && status == StatusCode::OK;
    let (done, (mut tx, settling)) = match written(app, ctx, idem, status, Repeated::FirstAnswer, work).await? {
        Written::Before(_) if brief => return Ok(applied()),
        Written::Now(_, tx) if brief => {
            tx.commit().await?;
            return Ok(applied());
        }
        Written::Before(answer) => (answer, (app.db.read().await?, Settling::default())),
        Written::Now(answer, tx) => (answer, app.db.commit_and_read(tx).await?),
    };
    let shown = match serde_json::from_str(&done.body) {
        Ok(key) => Some(show(&mut tx, key).await),
        // What a version before this one kept is the whole answer.
        Err(_) => None,
    };
    drop(tx);
    settling.settle().await?;
    let Some(shown) = shown else { return Ok(answer(done)) };
    let shown = match shown {
        Ok(shown) => shown,
        // The change took it out of the sight of whoever made it; it is done all the same.
        Err(Refusal::NotFound) => return Ok(answer(Answer { status: StatusCode::NO_CONTENT, body: String::new() })),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(answer(Answer { status: done.status, body: serde_json::to_string(&shown).map_err(Refusal::internal)? }))
}

/// As [`mutate`] for a change whose answer holds a password: it is shown once and kept nowhere. A repeated request is refused
/// as `already_done`, in words that say how to come by what was not seen.
pub async fn mutate_once<T: Serialize>(
    app: &App,
    ctx: &Ctx,
    idem: &Idem,
    status: StatusCode,
    words: &'static str,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<T>,
) -> Result<Response, Problem> {
    change(app, ctx, idem, status, Repeated::Words(words), work).await.map(answer)
}

/// What is answered, and kept.
struct Answer {
    status: StatusCode,
    body: String,
}

async fn change<T: Serialize>(
    app: &App,
    ctx: &Ctx,
    idem: &Idem,
    status: StatusCode,
    repeated: Repeated,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<T>,
) -> Result<Answer, Problem> {
    match written(app, ctx, idem, status, repeated, work).await? {
        Written::Before(answer) => Ok(answer),
        Written::Now(answer, tx) => {
            tx.commit().await?;
            Ok(answer)
        }
    }
}

enum Written {
    /// By a request before this one.
    Before(Answer),
    /// In this transaction, which is still to be committed.
    Now(Answer, Tx),
}

/// Only what the work itself is differs from one handler to the next: what is before and after it is compiled once.
async fn written<T: Serialize>(
    app: &App,
    ctx: &Ctx,
    idem: &Idem,
    status: StatusCode,
    repeated: Repeated,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<T>,
) -> Result<Written, Problem> {
    let mut tx = match begin(app, ctx, idem, repeated).await? {
        Begun::Done(answer) => return Ok(Written::Before(answer)),
        Begun::Open(tx) => tx,
    };
    let done = match work(&mut tx).await {
        Ok(value) => serde_json::to_string(&value).map_err(Refusal::internal),
        Err(refusal) => Err(refusal),
    };
    end(tx, ctx, idem, status, repeated, done).await
}

enum Begun {
    /// It was done before.
    Done(Answer),
    Open(Tx),
}

async fn begin(app: &App, ctx: &Ctx, idem: &Idem, repeated: Repeated) -> Result<Begun, Problem> {
    let mut tx = app.db.begin().await?;
    if let Some(key) = &idem.key {
        match claim(&mut tx, ctx, key, &idem.fingerprint(), repeated).await {
            Ok(None) => {}
            Ok(Some(answer)) => {
                tx.rollback().await?;
                // Whoever did it may not have been told yet.
                app.db.settled().await?;
                return Ok(Begun::Done(answer));
            }
            Err(refusal) => {
                let _ = tx.rollback().await;
                app.db.settled().await?;
                return Err(refusal.into());
            }
        }
    }
    // A password is kept by nobody and not looked at.
    let said = if matches!(repeated, Repeated::FirstAnswer) { idem.said() } else { Said::default() };
    match (app.screen)(&mut tx, ctx, &said).await {
        Ok(()) => Ok(Begun::Open(tx)),
        Err(refusal) => {
            let _ = tx.rollback().await;
            Err(refusal.into())
        }
    }
}

async fn end(
    mut tx: Tx,
    ctx: &Ctx,
    idem: &Idem,
    status: StatusCode,
    repeated: Repeated,
    done: Outcome<String>,
) -> Result<Written, Problem> {
    match done {
        Ok(body) => {
            if let Some(key) = &idem.key {
                let kept = if matches!(repeated, Repeated::FirstAnswer) { body.as_str() } else { "" };
                keep(&mut tx, ctx.actor.person, key, status, kept).await?;
            }
            Ok(Written::Now(Answer { status, body }, tx))
        }
        Err(refusal) => {
            // Given back at once rather than by closing the connection.
            let _ = tx.rollback().await;
            Err(refusal.into())
        }
    }
}

fn applied() -> Response {
    (StatusCode::NO_CONTENT, [("preference-applied", MINIMAL)]).into_response()
}

fn answer(Answer { status, body }: Answer) -> Response {
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[derive(sqlx::FromRow)]
struct Kept {
    fingerprint: String,
    status: i64,
    body: String,
}

async fn claim(tx: &mut Tx, ctx: &Ctx, key: &str, fingerprint: &str, repeated: Repeated) -> Outcome<Option<Answer>> {
    // The insert waits for a concurrent request with the same key to end, so only one of them works.
    let mine: Option<(i64,)> = run!(tx, |c| sqlx::query_as(
        "insert into idempotency (person_id, key, fingerprint, status, body, at) values ($1, $2, $3, 0, '', $4) \
         on conflict (person_id, key) do nothing returning status"
    )
    .bind(ctx.actor.person)
    .bind(key)
    .bind(fingerprint)
    .bind(ctx.now())
    .fetch_optional(c))?;
    if mine.is_some() {
        return Ok(None);
    }
    let kept: Kept = run!(tx, |c| sqlx::query_as("select fingerprint, status, body from idempotency where person_id = $1 and key = $2")
        .bind(ctx.actor.person)
        .bind(key)
        .fetch_one(c))?;
    if kept.fingerprint != fingerprint {
        return Err(Refusal::conflict("key_reused", "这个 Idempotency-Key 已用于另一次提交（操作或内容不同），请换一个再提交。"));
    }
    if let Repeated::Words(words) = repeated {
        return Err(Refusal::conflict("already_done", words));
    }
    let status = u16::try_from(kept.status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::OK);
    Ok(Some(Answer { status, body: kept.body }))
}

async fn keep(tx: &mut Tx, person: PersonId, key: &str, status: StatusCode, body: &str) -> db::Result<()> {
    execute!(tx, |c| sqlx::query("update idempotency set status = $3, body = $4 where person_id = $1 and key = $2")
        .bind(person)
        .bind(key)
        .bind(i64::from(status.as_u16()))
        .bind(body)
        .execute(c))?;
    Ok(())
}

/// Forgets answers that nobody will ask for again.
pub async fn sweep(tx: &mut Tx, now: Moment) -> db::Result<()> {
    execute!(tx, |c| sqlx::query("delete from idempotency where at < $1").bind(now.minus(KEPT)).execute(c))?;
    Ok(())
}

/// Refuses a change that a foreign site's page asks this browser for. Cookies are `SameSite=Strict` already; this holds
/// where a browser does not, or where another application shares the registrable domain.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let bearer = request.headers().contains_key(header::AUTHORIZATION);
    if !safe && !bearer && !comes_from_here(&request) {
        return Problem::new(StatusCode::FORBIDDEN, "foreign_origin", "拒绝来自其他网站的请求。").into_response();
    }
    next.run(request).await
}

fn comes_from_here(request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        (Some(_), None) => false,
    }
}
