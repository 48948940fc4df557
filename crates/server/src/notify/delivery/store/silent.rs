//! Messages of which nothing was heard.

use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::notify::delivery::model::DeliveryId;

/// After so long a gateway that can be asked is asked for the first time, and after each time.
const ASKED_AFTER: i64 = 10 * 60 * 1000;
/// So often, each time after twice as long: for about a day.
const ASKED: i64 = 8;

/// Says that nothing has been heard of this one, so that it is asked for.
pub(in crate::notify::delivery) async fn await_word(tx: &mut Tx, id: DeliveryId, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update delivery set ask_at = $2, asks = 0 where id = $1 and state = 'sent'")
        .bind(id)
        .bind(now.millis() + ASKED_AFTER)
        .execute(c))?;
    Ok(())
}

/// One of which nothing was heard.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::notify::delivery) struct SilentRow {
    pub(in crate::notify::delivery) id: DeliveryId,
    pub(in crate::notify::delivery) gateway: String,
    pub(in crate::notify::delivery) provider_id: String,
    pub(in crate::notify::delivery) address: Option<String>,
    pub(in crate::notify::delivery) sent_at: Moment,
}

/// Whether something is to be asked for.
pub(in crate::notify::delivery) async fn is_silent(tx: &mut Tx, now: Moment) -> Result<bool> {
    let first: Option<(Moment,)> =
        run!(tx, |c| sqlx::query_as("select ask_at from delivery where ask_at is not null order by ask_at, id limit 1").fetch_optional(c))?;
    Ok(first.is_some_and(|(at,)| at <= now))
}

/// Takes what is to be asked for now; it is asked for again later, unless something is heard by then.
pub(in crate::notify::delivery) async fn take_silent(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<SilentRow>> {
    let mut sql = Sql::new("select id from delivery where ask_at is not null and ask_at <= ");
    sql.bind(now.millis()).push(" order by ask_at, id limit ").bind(limit).hold(tx, true);
    let ids: Vec<(DeliveryId,)> = sql.fetch_all(tx).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // 10, 20, 40 … minutes later.
    let mut sql = Sql::new("update delivery set asks = asks + 1, ask_at = case when state = 'sent' and asks < ");
    sql.bind(ASKED - 1)
        .push(" then ")
        .bind(now.millis())
        .push(" + ")
        .bind(ASKED_AFTER)
        .push(" * (1 << cast(asks + 1 as int)) end where id in ");
    sql.bind_list(ids.iter().map(|(id,)| id.0)).push(" returning id, gateway, provider_id, address, sent_at");
    // Only what a gateway has taken and named is waited for.
    sql.fetch_all(tx).await
}
