//! Sending what is due: taken in hand under a lease, handed to gateways outside any transaction, written down.
//!
//! A sender that dies leaves its lease to run out; what it had in hand may have gone out, so it is tried again *unsure*: a gateway
//! that knows our id drops the second one, another may bring it twice.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use db::Tx;
use futures_util::{
    StreamExt as _,
    future::{self, BoxFuture},
    stream,
};
use gateway::SendError;
use kit::{Moment, uuid::Uuid};
use tokio::time::Instant;
use wording::say;

use super::{
    gateway::{Gateway, Handed, Letter},
    in_hand::Held,
    model::{DeliveryId, QueuedRow, Suppression},
    post,
    room::Room,
    rules::DeliveryRules,
    store::{self, Handing, PartRow, Taking},
};
use crate::{
    access,
    app::{App, Ctx, Outcome},
    notify::{
        address::{self, AddressKind},
        model::Channel,
    },
    org::{self, PersonId},
};

/// Looks at tasks once more before anything about them leaves the house; the room that knows when stands above this one.
pub type LookFirst = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid]) -> BoxFuture<'a, Outcome<()>>;

const AT_ONCE: i64 = 200;
/// So many are handed over at the same time.
const ABREAST: usize = 32;
/// Longer than the last letter of a batch may take.
const LEASE: Duration = Duration::from_secs(120);
/// Letters that have not gone out by then are put back: their lease would run out under them.
const BEGIN_WITHIN: Duration = Duration::from_secs(60);
/// A job sends for so long.
const AT_A_STRETCH: Duration = Duration::from_secs(5);
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
const MOST_ATTEMPTS: i64 = 8;
/// What may have gone out is tried once more and no oftener: a message that comes eight times is worse than one that may be missing.
const MOST_UNSURE: i64 = 2;
/// So many failures in a row, and a gateway is left alone for a while.
const BREAKS_AT: i64 = 5;
const PAUSE: Duration = Duration::from_secs(60);

/// One that was handed over.
#[derive(Debug)]
struct Sent {
    id: DeliveryId,
    lease: Uuid,
    gateway: String,
    channel: Channel,
    attempts: i64,
    /// The address it went to, and those of them at which nobody is any more.
    to: String,
    gone: Vec<String>,
    fate: SentFate,
}

#[derive(Debug)]
enum SentFate {
    /// It has not left.
    Kept,
    Taken {
        provider_id: Option<String>,
        parts: u32,
    },
    Refused {
        code: String,
        text: String,
    },
    Busy {
        code: String,
        text: String,
        after: Option<u64>,
    },
    Barred {
        code: String,
        text: String,
    },
    Unreachable(String),
    Unknown(String),
}

impl From<SendError> for SentFate {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused { code, text } | SendError::Gone { code, text } => Self::Refused { code, text },
            SendError::Busy { code, text, retry_after } => Self::Busy { code, text, after: retry_after.map(|wait| wait.as_secs()) },
            SendError::Barred { code, text } => Self::Barred { code, text },
            SendError::Unreachable(text) => Self::Unreachable(text),
            SendError::Unknown(text) => Self::Unknown(text),
        }
    }
}

/// What was taken in hand together, by gateway.
struct Batch {
    letters: BTreeMap<String, Vec<(Sent, Letter)>>,
    taken: Instant,
    held: Held,
}

impl Batch {
    /// Of what is due now.
    async fn take(app: &App) -> Outcome<Self> {
        let mut tx = app.db.begin().await?;
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
        store::free_expired(&mut tx, ctx.now(), &app.in_hand.leases()).await?;
        let tasks = store::due_tasks(&mut tx, ctx.now(), AT_ONCE).await?;
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

    async fn send(self, app: &App) -> Outcome<()> {
        let Self { letters, taken, held } = self;
        let all = letters.into_iter().map(|(code, letters)| hand_over(app, code, letters, taken));
        // One gateway's trouble leaves the others alone.
        let sent = future::join_all(all).await.into_iter().collect();
        drop(held);
        sent
    }
}

/// Takes what is due in hand, hands it over and writes down what became of it: one batch.
pub(super) async fn send_due(app: &App) -> Outcome<()> {
    Batch::take(app).await?.send(app).await
}

/// Sends batch after batch, for as long as there is something due and a job may take. The next one is taken in hand while one leaves.
pub(super) async fn deliver(app: &App) -> Outcome<()> {
    let Some(_alone) = app.in_hand.alone() else { return Ok(()) };
    let begun = Instant::now();
    let mut done = Ok(());
    let mut batch = Batch::take(app).await?;
    while !batch.is_empty() {
        let goes_on = begun.elapsed() < AT_A_STRETCH;
        let early = goes_on && batch.is_quick(app);
        let next = async { if early { Batch::take(app).await.map(Some) } else { Ok(None) } };
        let (sent, next) = future::join(batch.send(app), next).await;
        // What was taken in hand leaves, whatever became of what was before it.
        done = done.and(sent);
        batch = match next? {
            Some(next) => next,
            None if goes_on && done.is_ok() => Batch::take(app).await?,
            None => break,
        };
    }
    done
}

/// Hands letters to one gateway. One that drops the second of an id is given a whole batch, several abreast; another one letter after
/// the other, each written down before the next goes out, so that a crash leaves one letter in doubt and not a batch.
async fn hand_over(app: &App, code: String, letters: Vec<(Sent, Letter)>, taken: Instant) -> Outcome<()> {
    let Some(gateway) = app.gateways.find(&code) else { return Ok(()) };
    let group = if gateway.dedupes() { letters.len() } else { 1 };
    let mut letters = letters.into_iter();
    let mut together: Vec<(Sent, Letter)> = letters.by_ref().take(group).collect();
    // It may have been left alone since.
    let away = store::is_closed(&mut app.db.read().await?, &code, app.clock.now()).await?;
    while !together.is_empty() {
        let sent =
            if away { together.into_iter().map(|(sent, _)| sent).collect() } else { send_abreast(gateway.as_ref(), together, taken).await };
        let mut tx = app.db.begin().await?;
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
                let ids: Vec<DeliveryId> = together.iter().map(|(sent, _)| sent.id).collect();
                let ours = store::keep(&mut tx, &ids, lease, ctx.now().plus(LEASE)).await?;
                // One whose lease ran out meanwhile, because the clock was moved or the machine slept, is another sender's by now.
                together.retain(|(sent, _)| ours.contains(&sent.id));
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Hands over letters, several at a time. What has not begun in time, or when the gateway turned out to be away, stays here.
async fn send_abreast(gateway: &dyn Gateway, letters: Vec<(Sent, Letter)>, taken: Instant) -> Vec<Sent> {
    let failures = AtomicI64::new(0);
    let sending = letters.into_iter().map(|(mut sent, letter)| {
        let failures = &failures;
        async move {
            if taken.elapsed() > BEGIN_WITHIN || failures.load(Ordering::Relaxed) >= BREAKS_AT {
                return sent;
            }
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

/// Decides what of that which is due is sent, merged, held or dropped, and takes it in hand.
async fn take(tx: &mut Tx, app: &App, ctx: &Ctx, lease: Uuid) -> Outcome<Vec<(Sent, Letter)>> {
    let now = ctx.now();
    let rules = ctx.rules.get::<DeliveryRules>();
    // Before anything else is held: whoever writes down what was sent holds gateways first, too.
    let mut room = Room::of(tx, app, &rules, now).await?;
    let mut due = store::due(tx, now, AT_ONCE).await?;
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
    let persons = each(&mut due.iter());

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
        let mut rows = critical;
        if merge_from > 0 && i64::try_from(plain.len()).is_ok_and(|n| n >= merge_from) {
            let mut plain = plain.into_iter();
            if let Some(first) = plain.next() {
                let others: Vec<DeliveryId> = plain.map(|row| row.id).collect();
                store::merge(tx, first.id, &others, now).await?;
                rows.push(first);
            }
        } else {
            rows.extend(plain);
        }
        let daily = rules.of(channel).map_or(i64::MAX, |rules| rules.daily);
        let sent = sent_today.entry((person, channel)).or_default();
        for row in rows {
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
                continue;
            }
            if !row.critical && *sent >= daily {
                store::suppress(tx, &[row.id], Suppression::Cap, now).await?;
                continue;
            }
            let open = |code: &str| states.get(code).copied().flatten().is_none_or(|until| until <= now);
            reaching.retain(|(gateway, _)| open(gateway.code()));
            if reaching.is_empty() {
                let age = now.millis() - row.created_at.millis();
                if age > rules.give_up_after * 60_000 {
                    store::give_up(tx, row.id, now).await?;
                } else {
                    store::put_off(tx, row.id, now.plus(PAUSE)).await?;
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
        let (title, text, link) = words(parts.get(&row.id).map_or(&[][..], Vec::as_slice));
        let sent = Sent {
            id: row.id,
            lease,
            gateway: gateway.code().to_owned(),
            channel: row.channel,
            attempts: row.attempts + 1,
            to: address.clone(),
            gone: Vec::new(),
            fate: SentFate::Kept,
        };
        letters.push((sent, Letter { id: row.id.0, to: address, title, text, link }));
    }
    let handing = letters.iter().map(|(sent, letter)| {
        // A browser's address opens a door to it, and says nothing to people.
        let shown = app.gateways.find(&sent.gateway).is_some_and(|gateway| gateway.writes_to() != AddressKind::Browser);
        Handing { id: sent.id, gateway: &sent.gateway, address: shown.then_some(letter.to.as_str()), text: &letter.text }
    });
    store::hand(tx, lease, until, &handing.collect::<Vec<_>>()).await?;
    Ok(letters)
}

/// Where people are reached.
pub(super) struct Known {
    phones: HashMap<PersonId, String>,
    others: HashMap<PersonId, Vec<(String, String)>>,
}

impl Known {
    /// Of these.
    pub(super) async fn of(tx: &mut Tx, persons: &[PersonId]) -> Outcome<Self> {
        Ok(Self { phones: org::phones_of(tx, persons).await?, others: address::of(tx, persons).await? })
    }

    /// Where a gateway reaches somebody: the latest address it knows them by, or each browser on a line.
    pub(super) fn at(&self, gateway: &dyn Gateway, person: PersonId) -> Option<String> {
        let of = |code: &str| {
            let own = self.others.get(&person).into_iter().flatten();
            own.filter(|(gateway, _)| gateway == code).map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        match gateway.writes_to() {
            AddressKind::Phone => self.phones.get(&person).cloned(),
            AddressKind::Openid | AddressKind::Userid => of(gateway.code()).into_iter().next(),
            AddressKind::Mailbox => of("").into_iter().next(),
            AddressKind::Browser => Some(of(gateway.code()).join("\n")).filter(|all| !all.is_empty()),
        }
    }
}

/// The longest that several are listed one by one.
const LISTED: usize = 5;

/// What a delivery says. Messages leave in Chinese: who will read them, in which language, is not known here.
fn words(parts: &[PartRow]) -> (String, String, Option<String>) {
    match parts {
        [] => (String::new(), String::new(), None),
        [one] => (one.title.zh(), one.text.zh(), one.task_id.map(|id| format!("/tasks/{id}"))),
        many => {
            let n = many.len();
            let lines = many.iter().take(LISTED).zip(1..).map(|(part, n)| format!("{n}.{}", part.text.zh()));
            let listed = lines.collect::<String>();
            let text = if n > LISTED {
                say!("您有 {n} 项提醒：{listed}其余请登录系统查看。")
            } else {
                say!("您有 {n} 项提醒：{listed}")
            };
            (say!("{n} 项提醒").zh(), text.zh(), Some("/inbox".to_owned()))
        }
    }
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
        Some(Taking { id: sent.id, provider_id: provider_id.as_deref(), parts, cost })
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
                store::settle(tx, id, &fate, code.as_deref(), detail.as_deref(), now).await?;
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
                store::not_taken(tx, sent.id, sent.lease, (code, text), false, None, now).await?;
            }
            SentFate::Busy { code, text, after } => {
                let wait = after.map(Duration::from_secs);
                again(tx, ctx, sent, (code, text), false, wait).await?;
                failed(tx, sent, code, wait, well, now).await?;
            }
            SentFate::Barred { code, text } => {
                again(tx, ctx, sent, (code, text), false, None).await?;
                store::gateway_failed(tx, &sent.gateway, &format!("{code} {text}"), now).await?;
                store::close_gateway(tx, &sent.gateway, now.plus(PAUSE * 10)).await?;
            }
            SentFate::Unreachable(text) => {
                again(tx, ctx, sent, ("unreachable", text), false, None).await?;
                failed(tx, sent, text, None, well, now).await?;
            }
            SentFate::Unknown(text) => {
                again(tx, ctx, sent, ("unknown", text), true, None).await?;
                failed(tx, sent, text, None, well, now).await?;
            }
        }
    }
    Ok(())
}

async fn failed(tx: &mut Tx, sent: &Sent, error: &str, wait: Option<Duration>, well: bool, now: Moment) -> Outcome<()> {
    let failures = store::gateway_failed(tx, &sent.gateway, error, now).await?;
    // Letters of one batch fail in no order: only a row of them with nothing taken between says that the gateway is away.
    if (failures >= BREAKS_AT && !well) || wait.is_some() {
        store::close_gateway(tx, &sent.gateway, now.plus(wait.unwrap_or(PAUSE))).await?;
    }
    Ok(())
}

/// Another try, later: 10 s, 20 s, 40 s … with up to half as much again at random, not before the gateway asks.
async fn again(tx: &mut Tx, ctx: &Ctx, sent: &Sent, reason: (&str, &str), unsure: bool, wait: Option<Duration>) -> Outcome<()> {
    let most = if unsure { MOST_UNSURE } else { MOST_ATTEMPTS };
    let next = (sent.attempts < most).then(|| {
        let millis = 10_000_u64 << u32::try_from(sent.attempts.clamp(1, 9) - 1).unwrap_or(0);
        let pause = Duration::from_millis(millis + ctx.rng.below(millis / 2));
        ctx.now().plus(wait.unwrap_or_default().max(pause))
    });
    Ok(store::not_taken(tx, sent.id, sent.lease, reason, unsure, next, ctx.now()).await?)
}
