//! Sending what is due: taken in hand under a lease, handed to gateways outside any transaction, written down.
//!
//! A sender that dies leaves its lease to run out; what was its turn then may have gone out, so it is tried again *unsure*: a gateway
//! that knows our id drops the second one, another, which is given one letter at a time, may bring that one twice.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use db::Tx;
use futures_util::{
    StreamExt as _,
    future::{BoxFuture, join_all},
    stream,
};
use kit::{Moment, uuid::Uuid};
use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinSet},
    time::Instant,
};

use super::{
    answered, ended,
    gateway::{Gateway, Handed, Letter},
    in_hand::Held,
    instead,
    model::{DeliveryId, Suppression},
    rules::DeliveryRules,
    sent::{Sent, SentFate},
    store::{self, Taking},
    take::{LEASE, PAUSE, at_once, take},
};
use crate::{
    access,
    app::{App, Ctx, Outcome, Refusal},
    notify::address::{self, AddressKind},
};

/// Looks at tasks once more before anything about them leaves the house; the room that knows when stands above this one.
pub type LookFirst = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid]) -> BoxFuture<'a, Outcome<()>>;

/// Of occasions those that still ask for something; the room that knows stands above this one.
pub type StillOpen = for<'a> fn(&'a mut Tx, &'a [Uuid]) -> BoxFuture<'a, Outcome<HashSet<Uuid>>>;

/// So many are handed over at the same time.
const ABREAST: usize = 32;
/// Letters that have not gone out by then are put back: their lease would run out under them.
const BEGIN_WITHIN: Duration = Duration::from_secs(60);
/// A job sends for so long.
const AT_A_STRETCH: Duration = Duration::from_secs(5);
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Tries lie no further apart than this.
const LONGEST_PAUSE: u64 = 600_000;
/// So many failures in a row, and a gateway is left alone for a while.
const BREAKS_AT: i64 = 5;

/// What was taken in hand together, by gateway.
struct Batch {
    letters: BTreeMap<String, Vec<(Sent, Letter)>>,
    taken: Instant,
    held: Held,
}

impl Batch {
    /// Of what is due now.
    async fn take(app: &App) -> Outcome<Self> {
        // What a power cut takes of this is done again: it follows from what is due.
        let mut tx = app.db.begin_repeatable().await?;
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
        store::free_expired(&mut tx, ctx.now(), &app.in_hand.leases()).await?;
        answered::place(&mut tx, &ctx).await?;
        let tasks = store::due_tasks(&mut tx, ctx.now(), at_once(app)).await?;
        (app.look_first)(&mut tx, &ctx, &tasks).await?;
        tx.commit().await?;

        let mut tx = app.db.begin().await?;
        let held = app.in_hand.hold(ctx.rng.uuid(ctx.now()));
        let all = take(&mut tx, app, &ctx, held.lease).await?;
        tx.commit().await?;
        let mut letters: BTreeMap<String, Vec<(Sent, Letter)>> = BTreeMap::new();
        for (sent, letter) in all {
            letters.entry(sent.gateway.clone()).or_default().push((sent, letter));
        }
        Ok(Self { letters, taken: Instant::now(), held })
    }

    fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Whether it leaves in a moment, and nothing urgent would wait behind the next one.
    fn is_quick(&self, app: &App) -> bool {
        self.letters.keys().all(|code| app.gateways.find(code).is_some_and(|gateway| gateway.dedupes()))
    }

    async fn send(self, app: &App, lines: &Lines) -> Outcome<()> {
        let Self { letters, taken, held } = self;
        let all = letters.into_iter().map(|(code, letters)| hand_over(app, code, letters, taken, lines));
        // One gateway's trouble leaves the others alone.
        let sent = join_all(all).await.into_iter().collect();
        drop(held);
        sent
    }
}

/// How many letters each gateway is given abreast, whichever batch they are of.
struct Lines(BTreeMap<String, Semaphore>);

impl Lines {
    fn of(app: &App) -> Self {
        let abreast = |gateway: &dyn Gateway| if gateway.dedupes() { ABREAST } else { 1 };
        let gateways = app.gateways.all().iter();
        Self(gateways.map(|gateway| (gateway.code().to_owned(), Semaphore::new(abreast(gateway.as_ref())))).collect())
    }
}

/// Takes what is due in hand, hands it over and writes down what became of it: one batch.
pub(super) async fn send_due(app: &App) -> Outcome<()> {
    Batch::take(app).await?.send(app, &Lines::of(app)).await
}

/// Sends batch after batch, for as long as there is something due and a job may take. Where gateways are quick the next one follows on
/// the heels of the one before, so that none of their lines stands still while the last of a batch come back and are written down.
pub(super) async fn deliver(app: &App) -> Outcome<()> {
    let Some(_alone) = app.in_hand.alone() else { return Ok(()) };
    let begun = Instant::now();
    let lines = Arc::new(Lines::of(app));
    let mut leaving = JoinSet::new();
    let mut done = Ok(());
    while done.is_ok() && begun.elapsed() < AT_A_STRETCH {
        let batch = match Batch::take(app).await {
            Ok(batch) if batch.is_empty() => break,
            Ok(batch) => batch,
            Err(refusal) => {
                done = Err(refusal);
                break;
            }
        };
        let beside = usize::from(batch.is_quick(app));
        let (app, lines) = (app.clone(), lines.clone());
        leaving.spawn(async move { batch.send(&app, &lines).await });
        while leaving.len() > beside {
            done = done.and(left(leaving.join_next().await));
        }
    }
    // What was taken in hand leaves, whatever became of what was before it.
    while !leaving.is_empty() {
        done = done.and(left(leaving.join_next().await));
    }
    done
}

fn left(ended: Option<Result<Outcome<()>, JoinError>>) -> Outcome<()> {
    ended.unwrap_or(Ok(Ok(()))).map_err(Refusal::internal)?
}

/// Hands letters to one gateway. One that drops the second of an id is given a whole batch, several abreast; another one letter after
/// the other, each written down before the next goes out, so that a crash leaves one letter in doubt and not a batch.
async fn hand_over(app: &App, code: String, letters: Vec<(Sent, Letter)>, taken: Instant, lines: &Lines) -> Outcome<()> {
    let (Some(gateway), Some(line)) = (app.gateways.find(&code), lines.0.get(&code)) else { return Ok(()) };
    let group = if gateway.dedupes() { letters.len() } else { 1 };
    let mut letters = letters.into_iter();
    let mut together: Vec<(Sent, Letter)> = letters.by_ref().take(group).collect();
    // It may have been left alone since.
    let away = store::is_closed(&mut app.db.read().await?, &code, app.clock.now()).await?;
    // Of some nothing may be left that is still ours; those behind them leave all the same.
    while !together.is_empty() || letters.len() > 0 {
        let sent = if away {
            together.into_iter().map(|(sent, _)| sent).collect()
        } else {
            send_abreast(app, gateway.as_ref(), together, taken, line).await
        };
        // A letter of which a power cut takes the record goes out again, which such a gateway drops.
        let mut tx = if gateway.dedupes() { app.db.begin_repeatable().await? } else { app.db.begin().await? };
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
        record(&mut tx, app, &ctx, &sent).await?;
        together = letters.by_ref().take(group).collect();
        if let Some((first, _)) = together.first() {
            let lease = first.lease;
            // The lease would run out under the rest, or the gateway is to be left alone: another sender, or another gateway, has it.
            if taken.elapsed() > BEGIN_WITHIN || store::is_closed(&mut tx, &code, ctx.now()).await? {
                let rest: Vec<DeliveryId> = together.drain(..).chain(letters.by_ref()).map(|(sent, _)| sent.id).collect();
                store::let_go(&mut tx, &rest, lease, ctx.now()).await?;
            } else {
                // What was seen to since it was taken in hand has not left, and does not.
                together = ended::spare(&mut tx, app, together, ctx.now()).await?;
                let ids: Vec<DeliveryId> = together.iter().map(|(sent, _)| sent.id).collect();
                let ours = store::keep(&mut tx, &ids, lease, ctx.now().plus(LEASE), ctx.now()).await?;
                // One whose lease ran out meanwhile, because the clock was moved or the machine slept, is another sender's by now.
                together.retain(|(sent, _)| ours.contains(&sent.id));
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Hands over letters, several at a time. What has not begun in time, or when the gateway turned out to be away, stays here.
async fn send_abreast(app: &App, gateway: &dyn Gateway, letters: Vec<(Sent, Letter)>, taken: Instant, line: &Semaphore) -> Vec<Sent> {
    let failures = AtomicI64::new(0);
    let sending = letters.into_iter().map(|(mut sent, letter)| {
        let failures = &failures;
        async move {
            // Nobody closes it.
            let _turn = line.acquire().await;
            if taken.elapsed() > BEGIN_WITHIN || failures.load(Ordering::Relaxed) >= BREAKS_AT {
                return sent;
            }
            sent.begun = app.clock.now();
            sent.fate = match tokio::time::timeout(PATIENCE, gateway.send(&letter)).await {
                Ok(Handed { taken, gone }) => {
                    sent.gone = gone;
                    match taken {
                        Ok(taken) => SentFate::Taken { provider_id: taken.provider_id, parts: taken.parts },
                        Err(error) => error.into(),
                    }
                }
                Err(_) => SentFate::Unknown("no answer in time".to_owned()),
            };
            match &sent.fate {
                SentFate::Taken { .. } | SentFate::Refused { .. } => failures.store(0, Ordering::Relaxed),
                SentFate::Barred { .. } | SentFate::Busy { after: Some(_), .. } => failures.store(BREAKS_AT, Ordering::Relaxed),
                _ => drop(failures.fetch_add(1, Ordering::Relaxed)),
            }
            sent
        }
    });
    stream::iter(sending).buffer_unordered(ABREAST).collect().await
}

/// Writes what became of what was handed over.
async fn record(tx: &mut Tx, app: &App, ctx: &Ctx, sent: &[Sent]) -> Outcome<()> {
    let rules = ctx.rules.get::<DeliveryRules>();
    let now = ctx.now();
    let Some(Sent { gateway, lease, .. }) = sent.first() else { return Ok(()) };
    let known = app.gateways.find(gateway);
    // What went well says so before what did not: a gateway that asks to be left alone is, whatever it took beside that.
    let well = sent.iter().any(|sent| matches!(sent.fate, SentFate::Taken { .. } | SentFate::Refused { .. }));
    if well {
        store::gateway_ok(tx, gateway, now).await?;
    }
    let taking = sent.iter().filter_map(|sent| {
        let SentFate::Taken { provider_id, parts } = &sent.fate else { return None };
        let parts = i64::from(*parts);
        let cost = parts * rules.of(sent.channel).map_or(0, |rules| rules.price);
        Some(Taking { id: sent.id, provider_id: provider_id.as_deref(), parts, cost, begun: sent.begun })
    });
    let taking: Vec<Taking<'_>> = taking.collect();
    let ours = store::taken(tx, *lease, &taking, now).await?;
    let named: Vec<(DeliveryId, &str)> =
        taking.iter().filter(|one| ours.contains(&one.id)).filter_map(|one| Some((one.id, one.provider_id?))).collect();
    let early = store::spoken_of(tx, gateway, &named.iter().map(|(_, name)| *name).collect::<Vec<_>>()).await?;
    for (id, name) in named {
        if known.is_some_and(|gateway| gateway.can_be_asked()) {
            store::await_word(tx, id, now).await?;
        }
        if early.contains(name) {
            for (fate, code, detail) in store::adopt(tx, id, gateway, name).await? {
                if store::settle(tx, id, &fate, code.as_deref(), detail.as_deref(), now).await? {
                    instead::take_over(tx, app, ctx, &[id]).await?;
                }
            }
        }
    }
    let bound = known.is_some_and(|gateway| gateway.writes_to() != AddressKind::Phone);
    let kept: Vec<DeliveryId> = sent.iter().filter(|sent| matches!(sent.fate, SentFate::Kept)).map(|sent| sent.id).collect();
    if !kept.is_empty() {
        store::let_go(tx, &kept, *lease, now).await?;
    }
    for sent in sent {
        for gone in &sent.gone {
            address::gone(tx, &sent.gateway, gone, "unreachable", now).await?;
        }
        match &sent.fate {
            SentFate::Kept => {}
            SentFate::Taken { .. } => {
                for line in sent.to.lines().filter(|line| bound && !sent.gone.iter().any(|gone| gone == line)) {
                    address::heard_well(tx, &sent.gateway, line, now).await?;
                }
            }
            SentFate::Refused { code, text } => {
                // The gateway is well; it is the message it will not have.
                store::not_taken(tx, sent.id, sent.lease, (code, text), None, None, now).await?;
                instead::take_over(tx, app, ctx, &[sent.id]).await?;
            }
            SentFate::Busy { code, text, after } => {
                let wait = after.map(Duration::from_secs);
                again(tx, app, ctx, sent, (code, text), false, wait).await?;
                failed(tx, sent, &format!("busy: {code}"), wait, well, now).await?;
            }
            SentFate::Barred { code, text } => {
                again(tx, app, ctx, sent, (code, text), false, None).await?;
                store::gateway_failed(tx, &sent.gateway, format!("barred: {code} {text}").trim(), now).await?;
                store::close_gateway(tx, &sent.gateway, now.plus(PAUSE * 10)).await?;
            }
            SentFate::Unreachable(text) => {
                again(tx, app, ctx, sent, ("unreachable", text), false, None).await?;
                failed(tx, sent, text, None, well, now).await?;
            }
            SentFate::Unknown(text) => {
                again(tx, app, ctx, sent, ("unknown", text), true, None).await?;
                failed(tx, sent, text, None, well, now).await?;
            }
        }
    }
    // Whoever was quicker than this: a gateway that names ours may have told before it was written down that it was sent.
    let out = |sent: &&Sent| matches!(sent.fate, SentFate::Taken { .. } | SentFate::Unknown(_));
    let ids: Vec<DeliveryId> = sent.iter().filter(out).map(|sent| sent.id).collect();
    let since = sent.iter().map(|sent| sent.begun).min().unwrap_or(now);
    for (id, fate, code, detail) in store::told_since(tx, &ids, since).await? {
        if store::settle(tx, id, &fate, code.as_deref(), detail.as_deref(), now).await? {
            instead::take_over(tx, app, ctx, &[id]).await?;
        }
    }
    answered::place(tx, ctx).await
}

async fn failed(tx: &mut Tx, sent: &Sent, error: &str, wait: Option<Duration>, well: bool, now: Moment) -> Outcome<()> {
    let failures = store::gateway_failed(tx, &sent.gateway, error, now).await?;
    // Letters of one batch fail in no order: only a row of them with nothing taken between says that the gateway is away.
    if (failures >= BREAKS_AT && !well) || wait.is_some() {
        store::close_gateway(tx, &sent.gateway, now.plus(wait.unwrap_or(PAUSE))).await?;
    }
    Ok(())
}

/// Another try, later: 10 s, 20 s, 40 s … up to ten minutes, with up to half as much again at random, not before the gateway asks, and
/// as long as the rules say. What may have gone out to a gateway that cannot tell is tried once more and no oftener: a message that
/// comes again and again is worse than one that may be missing.
async fn again(tx: &mut Tx, app: &App, ctx: &Ctx, sent: &Sent, reason: (&str, &str), unsure: bool, wait: Option<Duration>) -> Outcome<()> {
    let millis = (10_000_u64 << u32::try_from(sent.attempts.clamp(1, 9) - 1).unwrap_or(0)).min(LONGEST_PAUSE);
    let pause = Duration::from_millis(millis + ctx.rng.below(millis / 2));
    let at = ctx.now().plus(wait.unwrap_or_default().max(pause));
    let rules = ctx.rules.get::<DeliveryRules>();
    let since = sent.stuck_since.unwrap_or(ctx.now());
    let twice = unsure && sent.unsure && !app.gateways.find(&sent.gateway).is_some_and(|gateway| gateway.dedupes());
    let next = (at <= rules.gives_up_at(since) && !twice).then_some(at);
    store::not_taken(tx, sent.id, sent.lease, reason, unsure.then_some(sent.begun), next, ctx.now()).await?;
    if unsure {
        return Ok(());
    }
    let switches = rules.switches_at(since) <= ctx.now();
    if (next.is_none() || switches) && instead::take_over(tx, app, ctx, &[sent.id]).await? && next.is_some() {
        store::suppress(tx, &[sent.id], Suppression::Instead, ctx.now()).await?;
    }
    Ok(())
}
