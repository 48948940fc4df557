//! Asking what became of messages of which nothing was heard: not every gateway tells of its own accord, and what it tells may be lost.

use std::collections::BTreeMap;

use super::{
    gateway::Asked,
    store::{self, SilentRow},
    told,
};
use crate::{
    access,
    app::{App, Outcome},
};

/// So many are asked for together.
const AT_ONCE: i64 = 100;

/// Asks for what is silent by now, once each; what is still silent is asked for later, some times.
pub(super) async fn ask(app: &App) -> Outcome<()> {
    let mut tx = app.db.begin().await?;
    let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
    // Written down before anybody is asked: a gateway that hangs is not asked by everybody.
    let silent = store::take_silent(&mut tx, ctx.now(), AT_ONCE).await?;
    tx.commit().await?;
    let mut by_gateway: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for SilentRow { id, gateway, provider_id, address, sent_at } in silent {
        let asked = Asked { id: id.0, provider_id, to: address.unwrap_or_default(), sent_at: sent_at.millis() };
        by_gateway.entry(gateway).or_default().push(asked);
    }
    for (code, asked) in by_gateway {
        let Some(gateway) = app.gateways.find(&code) else { continue };
        match gateway.ask(&asked).await {
            Ok(said) if !said.is_empty() => {
                let mut tx = app.db.begin().await?;
                let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
                told::take_in(&mut tx, app, &ctx, &code, gateway.channel(), &said).await?;
                tx.commit().await?;
            }
            Ok(_) => {}
            Err(error) => tracing::info!(gateway = code, %error, "the gateway does not say what became of messages"),
        }
    }
    Ok(())
}
