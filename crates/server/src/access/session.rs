use std::time::Duration;

use db::Tx;
use kit::{Moment, Rng, text_enum};
use sha2::{Digest as _, Sha256};

use super::store;
use crate::{app::Outcome, config::Config, org::PersonId};

text_enum! {
    /// What holds a session.
    SessionKind {
        Browser = "browser", "浏览器";
        Script = "script", "程序";
    }
}

/// A script's token lives so long.
const SCRIPT_DAYS: u64 = 365;

/// How stale "last seen" may become before it is written again: reading a page should not write.
const SEEN_EVERY: Duration = Duration::from_secs(600);

/// The signal that a person's sessions have ended, some or all.
pub const SESSION_TOPIC: &str = "session";

/// How a token stands in the database.
pub(super) fn hashed(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Begins a session and answers its token, which is shown once and kept only as a hash.
pub async fn issue(tx: &mut Tx, config: &Config, rng: &Rng, now: Moment, person: PersonId, kind: SessionKind) -> Outcome<String> {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    let token = hex::encode(bytes);
    let days = match kind {
        SessionKind::Browser => config.session_days,
        SessionKind::Script => SCRIPT_DAYS,
    };
    let expires = now.plus(Duration::from_secs(days * 86_400));
    store::insert_session(tx, &hashed(&token), person, kind, now, expires).await?;
    Ok(token)
}

/// Whose session it is.
pub(super) struct Asker {
    pub(super) person: PersonId,
    /// How often the house has changed ([`crate::app::HOUSE`]).
    pub(super) changes: i64,
}

/// Whose session the token is, if it still is one.
pub(super) async fn resolve(tx: &mut Tx, config: &Config, now: Moment, token: &str) -> Outcome<Option<Asker>> {
    let Some(row) = store::session(tx, &hashed(token)).await? else { return Ok(None) };
    let until = match row.kind {
        SessionKind::Browser => row.expires_at.min(row.seen_at.plus(Duration::from_secs(config.session_idle_hours * 3600))),
        SessionKind::Script => row.expires_at,
    };
    Ok((until > now).then_some(Asker { person: row.person_id, changes: row.changes }))
}

/// Notes that the session is in use, at most every ten minutes; called by what a page asks for regularly.
pub(super) async fn touch(db: &db::Db, now: Moment, token: &str) -> Outcome<()> {
    let key = hashed(token);
    let stale = match store::session(&mut db.read().await?, &key).await? {
        Some(row) => row.seen_at.plus(SEEN_EVERY) < now,
        None => false,
    };
    if stale {
        let mut tx = db.begin().await?;
        store::touch_session(&mut tx, &key, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Ends the session of this token.
pub(super) async fn end(tx: &mut Tx, token: &str) -> Outcome<()> {
    if let Some(person) = store::remove_session(tx, &hashed(token)).await? {
        tx.signal(SESSION_TOPIC, &person.to_string());
    }
    Ok(())
}

/// Ends every session of the person, except that of the token in use.
pub async fn sign_out_everywhere(tx: &mut Tx, person: PersonId, but: Option<&str>) -> Outcome<()> {
    let but = but.map(hashed).unwrap_or_default();
    store::remove_sessions_of(tx, person, &but).await?;
    tx.signal(SESSION_TOPIC, &person.to_string());
    Ok(())
}

/// A clock that is put forward ends no session: nobody has been away.
pub async fn put_sessions_forward(tx: &mut Tx, by: Duration) -> Outcome<()> {
    Ok(store::put_sessions_forward(tx, i64::try_from(by.as_millis()).unwrap_or(i64::MAX)).await?)
}

/// Removes sessions that have ended by themselves.
pub async fn sweep(tx: &mut Tx, config: &Config, now: Moment) -> db::Result<()> {
    let idle = now.minus(Duration::from_secs(config.session_idle_hours * 3600));
    store::remove_sessions_before(tx, now, idle).await
}
