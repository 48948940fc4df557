//! What one way cannot bring goes by another, where the rules name one.

use db::Tx;
use kit::uuid::Uuid;

use super::{
    known::Known,
    model::DeliveryId,
    post,
    rules::DeliveryRules,
    store::{self, Brought, Left},
};
use crate::{
    app::{App, Ctx, Outcome},
    notify::model::MessageId,
};

/// Puts what these were to bring on its way by the channel that the rules name in place of theirs, once: a message that goes, or went, by
/// that channel to the same person stays out, and so does what was seen to meanwhile. `false` where nothing is on another way now.
pub(super) async fn take_over(tx: &mut Tx, app: &App, ctx: &Ctx, ids: &[DeliveryId]) -> Outcome<bool> {
    let rules = ctx.rules.get::<DeliveryRules>();
    let mut taken = false;
    for Left { id, person, channel, critical } in store::left(tx, ids).await? {
        let Some(other) = rules.of(channel).and_then(|rules| rules.instead) else { continue };
        // A way by which nobody is reached takes nothing over.
        let known = Known::of(tx, &[person]).await?;
        if !app.gateways.of(other).any(|gateway| known.at(gateway.as_ref(), person).is_some()) {
            continue;
        }
        let brought = store::brought(tx, id, person, other).await?;
        let asked: Vec<Uuid> = brought.iter().filter_map(|message| message.occurrence_id).collect();
        let open = (app.still_open)(tx, &asked).await?;
        let still: Vec<&Brought> =
            brought.iter().filter(|one| !one.over && one.occurrence_id.is_none_or(|occasion| open.contains(&occasion))).collect();
        if still.is_empty() {
            continue;
        }
        // What was put on that way by a step of its own is not put there once more, whatever became of it.
        let messages: Vec<MessageId> = still.iter().filter(|message| !message.tried).map(|message| message.message_id).collect();
        if !messages.is_empty() {
            let due_at = rules.of(other).map_or(ctx.now(), |rules| post::not_before(ctx, rules, critical, ctx.now()));
            let new = DeliveryId::new(&ctx.rng, ctx.now());
            store::insert_one(tx, (new, id), &messages, (person, other, critical), (ctx.now(), due_at)).await?;
        }
        // Where that way has failed it too, or was full, this one is still the way.
        taken |= still.iter().all(|message| message.there || !message.tried);
    }
    Ok(taken)
}
