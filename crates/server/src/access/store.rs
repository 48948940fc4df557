//! All SQL of sign-in.

use db::{Result, Tx, execute, run};
use kit::Moment;

use super::session::SessionKind;
use crate::{app::HOUSE, org::PersonId};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct AccountRow {
    pub(super) person_id: PersonId,
    pub(super) name: String,
    pub(super) active: bool,
    pub(super) login: String,
    pub(super) password_hash: String,
    pub(super) must_change: bool,
    pub(super) administrator: bool,
    pub(super) locked_until: Option<Moment>,
}

pub(super) async fn account_of(tx: &mut Tx, person: PersonId) -> Result<Option<AccountRow>> {
    run!(tx, |c| sqlx::query_as(
        "select a.person_id, e.name, e.active, a.login, a.password_hash, a.must_change, a.administrator, a.locked_until \
         from account a join person e on e.id = a.person_id where a.person_id = $1"
    )
    .bind(person)
    .fetch_optional(c))
}

pub(super) async fn account_by_login(tx: &mut Tx, login: &str) -> Result<Option<AccountRow>> {
    run!(tx, |c| sqlx::query_as(
        "select a.person_id, e.name, e.active, a.login, a.password_hash, a.must_change, a.administrator, a.locked_until \
         from account a join person e on e.id = a.person_id where a.login = $1"
    )
    .bind(login)
    .fetch_optional(c))
}

/// The person who signs in with this.
pub async fn find_person_by_login(tx: &mut Tx, login: &str) -> Result<Option<PersonId>> {
    Ok(account_by_login(tx, login).await?.map(|account| account.person_id))
}

pub(super) async fn insert_account(
    tx: &mut Tx,
    person: PersonId,
    login: &str,
    hash: &str,
    must_change: bool,
    administrator: bool,
) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into account (person_id, login, password_hash, must_change, administrator, failed) values ($1, $2, $3, $4, $5, 0)"
    )
    .bind(person)
    .bind(login)
    .bind(hash)
    .bind(must_change)
    .bind(administrator)
    .execute(c))?;
    Ok(())
}

pub(super) async fn set_password(tx: &mut Tx, person: PersonId, hash: &str, must_change: bool) -> Result<bool> {
    let done: Option<(PersonId,)> = run!(tx, |c| {
        sqlx::query_as(
        "update account set password_hash = $2, must_change = $3, failed = 0, locked_until = null where person_id = $1 returning person_id"
    )
    .bind(person)
    .bind(hash)
    .bind(must_change)
    .fetch_optional(c)
    })?;
    Ok(done.is_some())
}

pub(super) async fn set_login(tx: &mut Tx, person: PersonId, login: &str) -> Result<bool> {
    let done = execute!(tx, |c| sqlx::query("update account set login = $2 where person_id = $1").bind(person).bind(login).execute(c))?;
    Ok(done > 0)
}

pub(super) async fn set_administrator(tx: &mut Tx, person: PersonId, administrator: bool) -> Result<()> {
    execute!(tx, |c| sqlx::query("update account set administrator = $2 where person_id = $1")
        .bind(person)
        .bind(administrator)
        .execute(c))?;
    Ok(())
}

pub(super) async fn administrators(tx: &mut Tx) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as(
        "select count(*) from account a join person e on e.id = a.person_id where a.administrator and e.active"
    )
    .fetch_one(c))?;
    Ok(n)
}

/// Every login in use.
pub async fn logins(tx: &mut Tx) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = run!(tx, |c| sqlx::query_as("select login from account").fetch_all(c))?;
    Ok(rows.into_iter().map(|(login,)| login).collect())
}

/// Whether anybody can sign in at all.
pub async fn any_account(tx: &mut Tx) -> Result<bool> {
    let (any,): (bool,) = run!(tx, |c| sqlx::query_as("select exists (select 1 from account)").fetch_one(c))?;
    Ok(any)
}

/// Counts a wrong password and answers how many there were in a row; nothing when the account is locked at this moment. In one
/// statement, so that none of several at once is missed. When a lock has ended the count begins anew.
pub(super) async fn count_failure(tx: &mut Tx, person: PersonId, now: Moment) -> Result<Option<i64>> {
    let row: Option<(i64,)> = run!(tx, |c| sqlx::query_as(
        "update account set failed = case when locked_until is null then failed + 1 else 1 end, locked_until = null \
         where person_id = $1 and (locked_until is null or locked_until <= $2) returning failed"
    )
    .bind(person)
    .bind(now)
    .fetch_optional(c))?;
    Ok(row.map(|(failed,)| failed))
}

pub(super) async fn lock(tx: &mut Tx, person: PersonId, until: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update account set locked_until = $2 where person_id = $1").bind(person).bind(until).execute(c))?;
    Ok(())
}

/// Forgets wrong passwords after a right one; `false` when the account is locked, or has another password by now.
pub(super) async fn note_success(tx: &mut Tx, person: PersonId, hash: &str, now: Moment) -> Result<bool> {
    let done = execute!(tx, |c| sqlx::query(
        "update account set failed = 0, locked_until = null \
         where person_id = $1 and password_hash = $2 and (locked_until is null or locked_until <= $3)"
    )
    .bind(person)
    .bind(hash)
    .bind(now)
    .execute(c))?;
    Ok(done > 0)
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct SessionRow {
    pub(super) person_id: PersonId,
    pub(super) kind: SessionKind,
    pub(super) seen_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) changes: i64,
}

/// A session, and how often the house has changed: one question for what every request begins with.
pub(super) async fn session(tx: &mut Tx, token: &str) -> Result<Option<SessionRow>> {
    run!(tx, |c| sqlx::query_as(
        "select s.person_id, s.kind, s.seen_at, s.expires_at, h.n as changes from session s, change_count h \
         where s.token = $1 and h.name = $2"
    )
    .bind(token)
    .bind(HOUSE)
    .fetch_optional(c))
}

pub(super) async fn insert_session(
    tx: &mut Tx,
    token: &str,
    person: PersonId,
    kind: SessionKind,
    now: Moment,
    expires: Moment,
) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into session (token, person_id, kind, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)"
    )
    .bind(token)
    .bind(person)
    .bind(kind)
    .bind(now)
    .bind(expires)
    .execute(c))?;
    Ok(())
}

pub(super) async fn touch_session(tx: &mut Tx, token: &str, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update session set seen_at = $2 where token = $1").bind(token).bind(now).execute(c))?;
    Ok(())
}

pub(super) async fn put_sessions_forward(tx: &mut Tx, millis: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update session set seen_at = seen_at + $1, expires_at = expires_at + $1").bind(millis).execute(c))?;
    Ok(())
}

pub(super) async fn remove_session(tx: &mut Tx, token: &str) -> Result<Option<PersonId>> {
    let row: Option<(PersonId,)> =
        run!(tx, |c| sqlx::query_as("delete from session where token = $1 returning person_id").bind(token).fetch_optional(c))?;
    Ok(row.map(|(person,)| person))
}

pub(super) async fn remove_sessions_of(tx: &mut Tx, person: PersonId, but: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from session where person_id = $1 and token <> $2").bind(person).bind(but).execute(c))?;
    Ok(())
}

pub(super) async fn remove_sessions_before(tx: &mut Tx, now: Moment, idle: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from session where expires_at < $1 or (kind = 'browser' and seen_at < $2)")
        .bind(now)
        .bind(idle)
        .execute(c))?;
    Ok(())
}

/// Whether this is a demo area, which the pages say at the top.
pub(super) async fn is_demo(tx: &mut Tx) -> Result<bool> {
    let (marked,): (bool,) = run!(tx, |c| sqlx::query_as("select exists (select 1 from counter where name = 'demo')").fetch_one(c))?;
    Ok(marked)
}

/// Says that this is a demo area.
pub async fn mark_demo(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into counter (name, value) values ('demo', 1) on conflict (name) do nothing").execute(c))?;
    Ok(())
}
