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
    notify::{model::MessageId, send::NewMessage},
    org::PersonId,
};

/// Puts messages on their way to persons by the ways that each names; each is held until its hours.
pub(in crate::notify) async fn post(tx: &mut Tx, ctx: &Ctx, messages: &[(MessageId, PersonId, &NewMessage<'_>)]) -> Outcome<()> {
    let rules = ctx.rules.get::<DeliveryRules>();
    let now = ctx.now();
    let mut rows = Vec::new();
    for (message, person, new) in messages {
        for channel in new.channels {
            let due_at = rules.of(*channel).map_or(now, |rules| not_before(ctx, rules, new.critical, now));
            let id = DeliveryId::new(&ctx.rng, now);
            rows.push(NewDelivery {
                id,
                person: *person,
                channel: *channel,
                critical: new.critical,
                message: *message,
                created_at: now,
                due_at,
            });
        }
    }
    Ok(store::insert(tx, &rows).await?)
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
