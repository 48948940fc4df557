use std::{str::FromStr, time::Duration};

use sqlx::{
    PgConnection, PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

use crate::{Options, Result, Signal, Signals, pool::Pools};

const CHANNEL: &str = "shibicheng";

pub(crate) async fn open(url: &str, options: &Options) -> Result<Pools> {
    let connect = PgConnectOptions::from_str(url)?.application_name("shibicheng").statement_cache_capacity(400);
    let write = PgPoolOptions::new()
        .max_connections(options.writers)
        .acquire_timeout(options.acquire_timeout)
        .connect_with(connect.clone())
        .await?;
    let read = PgPoolOptions::new()
        .max_connections(options.readers)
        .acquire_timeout(options.acquire_timeout)
        .connect_lazy_with(connect.options([("default_transaction_read_only", "on")]));
    Ok(Pools::Postgres { read, write })
}

pub(crate) async fn begin(c: &mut PgConnection) -> Result<()> {
    sqlx::query("begin").execute(c).await?;
    Ok(())
}

pub(crate) async fn stand_still(c: &mut PgConnection) -> Result<()> {
    sqlx::query("begin isolation level repeatable read read only").execute(c).await?;
    Ok(())
}

pub(crate) async fn commit(c: &mut PgConnection) -> Result<()> {
    sqlx::query("commit").execute(c).await?;
    Ok(())
}

pub(crate) async fn rollback(c: &mut PgConnection) -> Result<()> {
    sqlx::query("rollback").execute(c).await?;
    Ok(())
}

pub(crate) async fn notify(c: &mut PgConnection, signal: &Signal) -> Result<()> {
    let text = format!("{} {}", signal.topic, signal.payload);
    sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(text).execute(c).await?;
    Ok(())
}

/// Forwards notifications into `signals`, connecting again whenever the connection is lost.
pub(crate) async fn relay(pool: &PgPool, signals: &Signals) {
    loop {
        match listen(pool, signals).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(error = %error, "lost the connection that listens for signals, trying again"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen(pool: &PgPool, signals: &Signals) -> Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let notification = listener.recv().await?;
        let (topic, payload) = notification.payload().split_once(' ').unwrap_or((notification.payload(), ""));
        signals.send(Signal { topic: topic.to_owned(), payload: payload.to_owned() });
    }
}
