//! How gateways do, and the tokens that they give us.

use db::{Result, Tx, execute, run};
use kit::Moment;

/// How a gateway does.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::notify::delivery) struct GatewayRow {
    pub(in crate::notify::delivery) code: String,
    pub(in crate::notify::delivery) failures: i64,
    pub(in crate::notify::delivery) closed_until: Option<Moment>,
    pub(in crate::notify::delivery) last_ok_at: Option<Moment>,
    pub(in crate::notify::delivery) last_error_at: Option<Moment>,
    pub(in crate::notify::delivery) last_error: Option<String>,
}

/// How all gateways do that have been used.
pub(in crate::notify::delivery) async fn gateways(tx: &mut Tx) -> Result<Vec<GatewayRow>> {
    run!(tx, |c| sqlx::query_as(
        "select code, failures, closed_until, last_ok_at, last_error_at, last_error from gateway_state order by code"
    )
    .fetch_all(c))
}

/// A gateway took something.
pub(in crate::notify::delivery) async fn gateway_ok(tx: &mut Tx, code: &str, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into gateway_state (code, failures, last_ok_at) values ($1, 0, $2) \
         on conflict (code) do update set failures = 0, closed_until = null, last_ok_at = excluded.last_ok_at"
    )
    .bind(code)
    .bind(now)
    .execute(c))?;
    Ok(())
}

/// A gateway did not; answers how often in a row.
pub(in crate::notify::delivery) async fn gateway_failed(tx: &mut Tx, code: &str, error: &str, now: Moment) -> Result<i64> {
    let (failures,): (i64,) = run!(tx, |c| sqlx::query_as(
        "insert into gateway_state (code, failures, last_error_at, last_error) values ($1, 1, $2, $3) \
         on conflict (code) do update set failures = gateway_state.failures + 1, last_error_at = excluded.last_error_at, \
           last_error = excluded.last_error returning failures"
    )
    .bind(code)
    .bind(now)
    .bind(error)
    .fetch_one(c))?;
    Ok(failures)
}

/// Whether a gateway is left alone at the moment.
pub(in crate::notify::delivery) async fn is_closed(tx: &mut Tx, code: &str, now: Moment) -> Result<bool> {
    let row: Option<(String,)> = run!(tx, |c| sqlx::query_as("select code from gateway_state where code = $1 and closed_until > $2")
        .bind(code)
        .bind(now)
        .fetch_optional(c))?;
    Ok(row.is_some())
}

/// Leaves a gateway alone until then.
pub(in crate::notify::delivery) async fn close_gateway(tx: &mut Tx, code: &str, until: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update gateway_state set closed_until = $2 where code = $1").bind(code).bind(until).execute(c))?;
    Ok(())
}

/// A token that a gateway gave, and until when it is good.
pub(in crate::notify::delivery) async fn token(tx: &mut Tx, name: &str) -> Result<Option<(String, Moment)>> {
    run!(tx, |c| sqlx::query_as("select token, until from gateway_token where name = $1").bind(name).fetch_optional(c))
}

/// Keeps a token in the place of the one that is there.
pub(in crate::notify::delivery) async fn put_token(tx: &mut Tx, name: &str, token: &str, until: Moment) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into gateway_token (name, token, until) values ($1, $2, $3) on conflict (name) do update set token = excluded.token, until = excluded.until"
    )
    .bind(name)
    .bind(token)
    .bind(until)
    .execute(c)
    })?;
    Ok(())
}

/// Forgets this token; `false` when another one is there.
pub(in crate::notify::delivery) async fn forget_token(tx: &mut Tx, name: &str, token: &str) -> Result<bool> {
    let n = execute!(tx, |c| sqlx::query("delete from gateway_token where name = $1 and token = $2").bind(name).bind(token).execute(c))?;
    Ok(n > 0)
}

/// How many letters a gateway has been given in the minute that began then. Held until the end of the transaction, so that another node
/// does not count at the same time.
pub(in crate::notify::delivery) async fn given(tx: &mut Tx, code: &str, minute: Moment) -> Result<i64> {
    // Whoever comes first in a minute begins to count; the same statement takes the row in hand.
    let row: Option<(i64,)> = run!(tx, |c| sqlx::query_as(
        "insert into gateway_state (code, failures, minute_at, minute_given) values ($1, 0, $2, 0) \
         on conflict (code) do update set minute_at = excluded.minute_at, \
           minute_given = case when gateway_state.minute_at = excluded.minute_at then gateway_state.minute_given else 0 end \
         where gateway_state.minute_at is null or gateway_state.minute_at <> excluded.minute_at + 60000 \
         returning minute_given"
    )
    .bind(code)
    .bind(minute)
    .fetch_optional(c))?;
    // A node whose clock goes after is in the minute before: it waits for its own next one.
    Ok(row.map_or(i64::MAX, |(given,)| given))
}

/// Counts letters that a gateway is given in the minute that [`given`] began to count.
pub(in crate::notify::delivery) async fn give(tx: &mut Tx, code: &str, letters: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update gateway_state set minute_given = minute_given + $2 where code = $1")
        .bind(code)
        .bind(letters)
        .execute(c))?;
    Ok(())
}
