//! What of that which is due is sent now, by which gateway and in which words.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use db::Tx;
use kit::{Moment, uuid::Uuid};

use super::{
    ended,
    gateway::Letter,
    instead,
    known::Known,
    model::{DeliveryId, QueuedRow, Suppression},
    often::Often,
    post,
    room::Room,
    rules::DeliveryRules,
    said::{said, with_hint},
    sent::{Sent, SentFate},
    store::{self, Handing, PartRow},
};
use crate::{
    app::{App, Ctx, Outcome},
    notify::{address::AddressKind, model::Channel},
    org::PersonId,
};

/// So many are taken in hand together. Where every gateway drops the second of an id they leave abreast, and larger batches mean fewer
/// statements; where one is given letter after letter, what is critical would wait behind too many.
pub(super) fn at_once(app: &App) -> i64 {
    if app.gateways.all().iter().all(|gateway| gateway.dedupes()) { 500 } else { 200 }
}
/// Longer than the last letter of a batch may take.
pub(super) const LEASE: Duration = Duration::from_secs(120);
pub(super) const PAUSE: Duration = Duration::from_secs(60);

/// Decides what of that which is due is sent, merged, held or dropped, and takes it in hand.
pub(super) async fn take(tx: &mut Tx, app: &App, ctx: &Ctx, lease: Uuid) -> Outcome<Vec<(Sent, Letter)>> {
    let now = ctx.now();
    let rules = ctx.rules.get::<DeliveryRules>();
    // Before anything else is held: whoever writes down what was sent holds gateways first, too.
    let mut room = Room::of(tx, app, &rules, now).await?;
    let mut due = store::due(tx, now, at_once(app)).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let each = |rows: &mut dyn Iterator<Item = &QueuedRow>| -> Vec<PersonId> {
        rows.map(|row| row.person_id).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let merging: Vec<Channel> =
        Channel::ALL.iter().copied().filter(|channel| rules.of(*channel).is_some_and(|rules| rules.merge_from > 0)).collect();
    let plain = each(&mut due.iter().filter(|row| !row.critical && merging.contains(&row.channel)));
    let known: BTreeSet<DeliveryId> = due.iter().map(|row| row.id).collect();
    due.extend(store::due_of(tx, now, &plain, &merging).await?.into_iter().filter(|row| !known.contains(&row.id)));
    // What lay in the queue all the time was withdrawn when it was seen to.
    let again: Vec<DeliveryId> = due.iter().filter(|row| row.was_in_hand).map(|row| row.id).collect();
    let over = ended::leave_out(tx, app, &again, now).await?;
    due.retain(|row| !over.contains(&row.id));
    let persons = each(&mut due.iter());
    let mut often = Often::of(tx, ctx, &rules, &due).await?;

    let mut by_slot: BTreeMap<(PersonId, Channel), Vec<QueuedRow>> = BTreeMap::new();
    for row in due {
        by_slot.entry((row.person_id, row.channel)).or_default().push(row);
    }
    let mut sent_today = store::sent_since(tx, by_slot.keys().copied(), ctx.today().start()).await?;
    let states: HashMap<String, Option<Moment>> = store::gateways(tx).await?.into_iter().map(|row| (row.code, row.closed_until)).collect();
    let known = Known::of(tx, &persons).await?;
    let mut going = Vec::new();
    let mut full = BTreeSet::new();
    // Where a gateway takes no more in this minute, what is critical has gone before, whoever it is for.
    let (mut slots, mut later) = (Vec::new(), Vec::new());
    for (slot, rows) in by_slot {
        let (critical, plain): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.critical);
        slots.push((slot, critical, Vec::new()));
        later.push((slot, Vec::new(), plain));
    }
    slots.append(&mut later);
    for ((person, channel), critical, plain) in slots {
        let merge_from = rules.of(channel).map_or(0, |rules| rules.merge_from);
        // One that may have gone out stays by itself: where the second of an id is dropped, what is said in it would be lost, and said in
        // another it would come twice.
        let (unsure, plain): (Vec<_>, Vec<_>) = plain.into_iter().partition(|row| row.unsure);
        let mut rows = critical;
        rows.extend(unsure);
        if merge_from > 0 && i64::try_from(plain.len()).is_ok_and(|n| n >= merge_from) {
            // The latest of them carries the others: what has waited longest may be given up before it.
            if let Some(latest) = plain.iter().max_by_key(|row| row.id).cloned() {
                let others: Vec<DeliveryId> = plain.iter().map(|row| row.id).filter(|id| *id != latest.id).collect();
                store::merge(tx, latest.id, &others, now).await?;
                rows.push(latest);
            }
        } else {
            rows.extend(plain);
        }
        let daily = rules.of(channel).map_or(i64::MAX, |rules| rules.daily);
        let sent = sent_today.entry((person, channel)).or_default();
        for row in rows {
            // A telephone that may have rung does not ring again by itself.
            if channel == Channel::Voice && row.unsure {
                store::give_up(tx, row.id, "unknown", now).await?;
                instead::take_over(tx, app, ctx, &[row.id]).await?;
                continue;
            }
            // Whoever waits since before its hours closed waits for the next.
            let opens = rules.of(channel).map_or(now, |rules| post::not_before(ctx, rules, row.critical, now));
            if opens > now {
                store::put_off(tx, row.id, opens).await?;
                continue;
            }
            if app.gateways.of(channel).next().is_none() {
                store::suppress(tx, &[row.id], Suppression::NoGateway, now).await?;
                continue;
            }
            // Where a person is known to one gateway and not to the other, it is the one that is asked.
            let mut reaching: Vec<_> =
                app.gateways.of(channel).filter_map(|gateway| Some((gateway, known.at(gateway.as_ref(), person)?))).collect();
            if reaching.is_empty() {
                store::suppress(tx, &[row.id], Suppression::NoAddress, now).await?;
                // What can wait comes by the steps that follow; nobody is sent a short message for each that would have been free.
                if row.critical {
                    instead::take_over(tx, app, ctx, &[row.id]).await?;
                }
                continue;
            }
            if !row.critical && *sent >= daily {
                store::suppress(tx, &[row.id], Suppression::Cap, now).await?;
                continue;
            }
            if often.is_enough(&rules, &row) {
                store::suppress(tx, &[row.id], Suppression::TaskCap, now).await?;
                continue;
            }
            let open = |code: &str| states.get(code).copied().flatten().is_none_or(|until| until <= now);
            reaching.retain(|(gateway, _)| open(gateway.code()));
            if reaching.is_empty() {
                let since = row.stuck_since.unwrap_or(now);
                if rules.switches_at(since) <= now && instead::take_over(tx, app, ctx, &[row.id]).await? {
                    store::suppress(tx, &[row.id], Suppression::Instead, now).await?;
                } else if rules.gives_up_at(since) <= now {
                    store::give_up(tx, row.id, "gateway_down", now).await?;
                } else {
                    store::put_off_stuck(tx, row.id, now.plus(PAUSE), now).await?;
                }
                continue;
            }
            let Some((gateway, address)) = reaching.into_iter().find(|(gateway, _)| room.take(gateway.code())) else {
                store::put_off(tx, row.id, room.next()).await?;
                if !row.critical {
                    full.insert(channel);
                }
                continue;
            };
            if !row.critical {
                *sent += 1;
            }
            often.count(&row);
            going.push((row, gateway.clone(), address));
        }
    }
    // What waits behind them would only be looked at and put off, row by row.
    for channel in full {
        if !app.gateways.of(channel).any(|gateway| room.is_left(gateway.code())) {
            store::put_off_all(tx, channel, now, room.next()).await?;
        }
    }
    room.write(tx).await?;
    let ids: Vec<DeliveryId> = going.iter().map(|(row, ..)| row.id).collect();
    let mut parts: HashMap<DeliveryId, Vec<PartRow>> = HashMap::new();
    for part in store::parts(tx, &ids).await? {
        parts.entry(part.delivery_id).or_default().push(part);
    }
    let until = now.plus(LEASE);
    let mut letters = Vec::new();
    for (row, gateway, address) in going {
        let parts = parts.get(&row.id).map_or(&[][..], Vec::as_slice);
        let (title, mut text, link) = said(parts);
        if rules.answer_hint && gateway.takes_answers() {
            text = with_hint(text, parts);
        }
        let sent = Sent {
            id: row.id,
            lease,
            gateway: gateway.code().to_owned(),
            channel: row.channel,
            attempts: row.attempts + 1,
            unsure: row.unsure,
            stuck_since: row.stuck_since,
            begun: now,
            to: address.clone(),
            gone: Vec::new(),
            fate: SentFate::Kept,
        };
        letters.push((sent, Letter { id: row.id.0, to: address, title, text, link }));
    }
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    let handing = letters.iter().map(|(sent, letter)| {
        // A browser's address opens a door to it, and says nothing to people.
        let gateway = app.gateways.find(&sent.gateway);
        let shown = gateway.is_some_and(|gateway| gateway.writes_to() != AddressKind::Browser);
        // One that cannot tell is given one letter after the other.
        let leaves = gateway.is_some_and(|gateway| gateway.dedupes()) || asked.insert(&sent.gateway);
        Handing { id: sent.id, gateway: &sent.gateway, address: shown.then_some(letter.to.as_str()), text: &letter.text, leaves }
    });
    store::hand(tx, lease, until, &handing.collect::<Vec<_>>(), now).await?;
    Ok(letters)
}
