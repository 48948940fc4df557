//! Putting something on its way: written down with its cause, held until it may leave.

use db::Tx;
use kit::Moment;

use super::{
    model::DeliveryId,
    rules::{ChannelRules, DeliveryRules},
    store::{self, NewDelivery},
};
use crate::{
    app::{Ctx, Outcome},
    calendar::hours_of,
    notify::model::{Channel, MessageId},
    org::PersonId,
};

/// Puts a message on its way to a person by these ways; each is held until its hours.
pub(in crate::notify) async fn post(
    tx: &mut Tx,
    ctx: &Ctx,
    message: MessageId,
    person: PersonId,
    channels: &[Channel],
    critical: bool,
) -> Outcome<()> {
    let rules = ctx.rules.get::<DeliveryRules>();
    let now = ctx.now();
    for channel in channels {
        let due_at = rules.of(*channel).map_or(now, |rules| not_before(ctx, rules, critical, now));
        let id = DeliveryId::new(&ctx.rng, now);
        store::insert(tx, &NewDelivery { id, person, channel: *channel, critical, message, created_at: now, due_at }).await?;
    }
    Ok(())
}

/// When something may leave by this way.
pub(super) fn not_before(ctx: &Ctx, rules: &ChannelRules, critical: bool, now: Moment) -> Moment {
    if critical && rules.critical_at_once {
        return now;
    }
    let Some(hours) = hours_of(&rules.open) else { return now };
    if hours.is_open(&ctx.calendar, now.wall(), !rules.workdays_only) {
        return now;
    }
    Moment::of_wall(hours.open_from(&ctx.calendar, now.wall(), !rules.workdays_only))
}
