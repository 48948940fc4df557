use std::time::Duration;

use axum::{
    extract::{FromRequestParts, Request},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use db::{Tx, execute, run};
use kit::Moment;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Problem;
use crate::{
    access::PersonId,
    app::{App, Ctx, Outcome, Refusal},
};

/// How long an answer can be asked for again with the same key.
const KEPT: Duration = Duration::from_secs(72 * 3600);

/// The caller's `Idempotency-Key` with what was asked: a second request with the same key gets the first one's answer.
#[derive(Clone, Debug)]
pub struct Idem {
    key: Option<String>,
    fingerprint: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Idem {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = match parts.headers.get("idempotency-key") {
            None => None,
            Some(value) => match value.to_str() {
                Ok(text) if (8..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) => Some(text.to_owned()),
                _ => return Err(Refusal::field("Idempotency-Key", "应为 8 至 100 个可见 ASCII 字符").into()),
            },
        };
        let mut hash = Sha256::new();
        hash.update(parts.method.as_str());
        hash.update(parts.uri.path());
        Ok(Self { key, fingerprint: hex::encode(hash.finalize()) })
    }
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
    let mut tx = app.db.begin().await?;
    if let Some(key) = &idem.key {
        match claim(&mut tx, ctx, key, &idem.fingerprint).await {
            Ok(None) => {}
            Ok(Some(answer)) => {
                tx.rollback().await?;
                return Ok(answer);
            }
            Err(refusal) => {
                let _ = tx.rollback().await;
                return Err(refusal.into());
            }
        }
    }
    match work(&mut tx).await {
        Ok(value) => {
            let body = serde_json::to_string(&value).map_err(Refusal::internal)?;
            if let Some(key) = &idem.key {
                keep(&mut tx, ctx.actor.person, key, status, &body).await?;
            }
            tx.commit().await?;
            Ok(answer(status, body))
        }
        Err(refusal) => {
            // Given back at once rather than by closing the connection.
            let _ = tx.rollback().await;
            Err(refusal.into())
        }
    }
}

fn answer(status: StatusCode, body: String) -> Response {
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

async fn claim(tx: &mut Tx, ctx: &Ctx, key: &str, fingerprint: &str) -> Outcome<Option<Response>> {
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
        return Err(Refusal::conflict("key_reused", "这个 Idempotency-Key 已用于另一项操作。"));
    }
    let status = u16::try_from(kept.status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::OK);
    Ok(Some(answer(status, kept.body)))
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
