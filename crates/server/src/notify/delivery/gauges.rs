//! Deliveries as gauges: what an operator's alarm is set on.

use db::Tx;

use super::{
    model::DeliveryState,
    store::{self, list},
};
use crate::{
    app::{App, Ctx, Outcome, age, number},
    notify::model::Channel,
};

/// Sets them: what waits and for how long, what became of today's, and how each gateway does.
pub async fn gauges(tx: &mut Tx, app: &App, ctx: &Ctx) -> Outcome<()> {
    let now = ctx.now();
    let queues = list::queues(tx, now).await?;
    let today = list::figures(tx, ctx.today()).await?;
    for channel in Channel::ALL {
        let (n, oldest) = queues.iter().find(|(of, ..)| of == channel).map_or((0, None), |(_, n, oldest)| (*n, *oldest));
        metrics::gauge!("deliveries_due", "channel" => channel.word()).set(number(n));
        metrics::gauge!("deliveries_oldest_seconds", "channel" => channel.word()).set(oldest.map_or(0.0, |at| age(at, now)));
        // All states, so that yesterday's figures do not stand where there are none today.
        for state in DeliveryState::ALL {
            let of = today.iter().filter(|(way, in_state, ..)| way == channel && in_state == state);
            let (n, cost) = of.fold((0, 0), |(n, cost), (.., more, price)| (n + more, cost + price));
            metrics::gauge!("deliveries_today", "channel" => channel.word(), "state" => state.word()).set(number(n));
            metrics::gauge!("deliveries_today_yuan", "channel" => channel.word(), "state" => state.word()).set(number(cost) / 1000.0);
        }
    }
    let known = store::gateways(tx).await?;
    for gateway in app.gateways.all() {
        let row = known.iter().find(|row| row.code == gateway.code());
        let open = row.and_then(|row| row.closed_until).is_none_or(|until| until <= now);
        metrics::gauge!("gateway_open", "gateway" => gateway.code().to_owned()).set(if open { 1.0 } else { 0.0 });
        metrics::gauge!("gateway_failures", "gateway" => gateway.code().to_owned()).set(row.map_or(0.0, |row| number(row.failures)));
    }
    Ok(())
}
