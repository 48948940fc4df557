//! Looking at tasks: what is due is said, what was answered ends, and it is written down when to look again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use db::Tx;
use kit::{Moment, uuid::Uuid};
use wording::{Join, Words, say};
use workdays::Hours;

use super::{
    model::{Ending, OccurrenceId, StepOutcome},
    people::People,
    plan::{self, Anchor, Env, OnDay, Sight},
    rule::{LookoutRules, OnAck, Rule, Step, Trigger},
    store::{self, LookoutRow, OccurrenceRow, StepRow},
    text,
};
use crate::{
    app::{Ctx, Outcome, Refusal, RuleSet as _},
    notify::{self, Channel, NewMessage},
    org::{PersonId, UnitId},
    rules, supervision,
    tasks::{self, Lamp, TaskId, Urgency},
};

/// From so late on a reminder says that it is late.
const LATE: Duration = Duration::from_secs(30 * 60);

/// Everything that tasks are looked at with.
pub(super) struct Watch {
    set: Arc<LookoutRules>,
    version: i64,
    hours: Hours,
    /// Sets that ladders began with.
    older: HashMap<i64, Arc<LookoutRules>>,
    people: People,
    /// The tasks have just gone out: they are looked at from then on, however late that is heard of.
    pub(super) just_out: bool,
}

/// A rule at work in a task.
pub(super) struct Ladder {
    pub(super) set: Arc<LookoutRules>,
    index: usize,
    pub(super) version: i64,
    pub(super) anchor: Anchor,
    pub(super) occurrence: Option<OccurrenceRow>,
    pub(super) moments: Vec<Moment>,
    /// It is about a lamp, and nobody has been told of one since the day it turned.
    untold: bool,
}

impl Ladder {
    pub(super) fn rule(&self) -> Option<&Rule> {
        self.set.rules.get(self.index)
    }
}

impl Watch {
    /// With the rules in force.
    pub(super) fn new(ctx: &Ctx) -> Outcome<Self> {
        Self::with(ctx.rules.get::<LookoutRules>(), ctx.rules.version::<LookoutRules>())
    }

    /// With other rules.
    pub(super) fn with(set: Arc<LookoutRules>, version: i64) -> Outcome<Self> {
        let hours = set.hours().ok_or_else(|| Refusal::internal("the office hours of the rules make no sense"))?;
        Ok(Self { set, version, hours, older: HashMap::new(), people: People::default(), just_out: false })
    }

    /// What plans are made with.
    pub(super) fn env<'a>(&'a self, ctx: &'a Ctx) -> Env<'a> {
        Env { calendar: &ctx.calendar, hours: &self.hours, today: ctx.today() }
    }

    /// The set of a version; that of the program for 0 and for one that cannot be read any more.
    pub(super) async fn set_of(&mut self, tx: &mut Tx, version: i64) -> Outcome<Arc<LookoutRules>> {
        if version == self.version {
            return Ok(self.set.clone());
        }
        if let Some(known) = self.older.get(&version) {
            return Ok(known.clone());
        }
        let body = rules::written(tx, LookoutRules::KIND, version).await?;
        let set: Arc<LookoutRules> = Arc::new(body.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default());
        self.older.insert(version, set.clone());
        Ok(set)
    }

    /// What the rules do in these tasks as they stand: open ladders with the version they began with, and what may begin.
    /// Beside them the ladders whose cause is gone.
    pub(super) async fn ladders(&mut self, tx: &mut Tx, ctx: &Ctx, sights: &[Sight]) -> Outcome<Vec<(Vec<Ladder>, Vec<OccurrenceRow>)>> {
        let ids: Vec<TaskId> = sights.iter().map(|sight| sight.watched.task.id).collect();
        let mut known: HashMap<TaskId, Vec<OccurrenceRow>> = HashMap::new();
        for row in store::occurrences(tx, &ids).await? {
            known.entry(row.task_id).or_default().push(row);
        }
        let above = self.above(tx, sights).await?;
        let mut out = Vec::with_capacity(sights.len());
        for sight in sights {
            let rows = known.remove(&sight.watched.task.id).unwrap_or_default();
            let mut ladders = Vec::new();
            let mut gone = Vec::new();
            // One that was answered goes on when its cause is back: a closing that was refused, a task that was resumed.
            for row in rows.iter().filter(|row| row.ended_at.is_none() || row.reason == Some(Ending::Answered)) {
                let set = self.set_of(tx, row.rule_version).await?;
                let index = set.rules.iter().position(|rule| rule.code == row.rule);
                let env = self.env(ctx);
                let rule = index.and_then(|index| Some((index, set.rules.get(index)?)));
                let anchor =
                    rule.and_then(|(_, rule)| plan::anchors(&rule.trigger, sight, env).into_iter().find(|anchor| anchor.key == row.key));
                match (rule, anchor) {
                    (Some((index, rule)), Some(anchor)) => {
                        let moments = plan::moments(rule, anchor.base, env);
                        ladders.push(Ladder {
                            index,
                            version: row.rule_version,
                            moments,
                            anchor,
                            occurrence: Some(row.clone()),
                            set: set.clone(),
                            untold: false,
                        });
                    }
                    _ if row.ended_at.is_none() => gone.push(row.clone()),
                    _ => {}
                }
            }
            let env = self.env(ctx);
            for (index, rule) in self.set.rules.iter().enumerate() {
                let leads_in = rule.units.is_empty()
                    || sight
                        .watched
                        .parties
                        .iter()
                        .filter(|party| party.role.leads())
                        .any(|party| above.get(&party.unit_id).is_some_and(|above| above.iter().any(|unit| rule.units.contains(unit))));
                if !plan::concerns(rule, sight, leads_in) {
                    continue;
                }
                for anchor in plan::anchors(&rule.trigger, sight, env) {
                    if rows.iter().any(|row| row.rule == rule.code && row.key == anchor.key) {
                        continue;
                    }
                    let moments = plan::moments(rule, anchor.base, env);
                    let told = |row: &OccurrenceRow, lamp: Lamp| {
                        let as_bad = plan::lamp_of(&row.key).is_some_and(|said| tasks::severity(said) >= tasks::severity(lamp));
                        as_bad && anchor.day.is_some_and(|day| row.began_at.day() >= day)
                    };
                    let untold = matches!(rule.trigger, Trigger::Lamp { lamp } if !rows.iter().any(|row| told(row, lamp)));
                    ladders.push(Ladder { set: self.set.clone(), index, version: self.version, anchor, occurrence: None, moments, untold });
                }
            }
            out.push((ladders, gone));
        }
        Ok(out)
    }

    /// Who is meant by a step of a ladder.
    pub(super) async fn meant(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        step: &Step,
        sight: &Sight,
        ladder: &Ladder,
    ) -> Outcome<BTreeSet<PersonId>> {
        self.people.meant(tx, ctx, step, sight, &ladder.anchor).await
    }

    /// The units above the leads, where a rule asks for units.
    async fn above(&self, tx: &mut Tx, sights: &[Sight]) -> Outcome<HashMap<UnitId, Vec<UnitId>>> {
        let mut above: HashMap<UnitId, Vec<UnitId>> = HashMap::new();
        if self.set.rules.iter().any(|rule| !rule.units.is_empty()) {
            let leads: BTreeSet<UnitId> = sights
                .iter()
                .flat_map(|sight| &sight.watched.parties)
                .filter(|party| party.role.leads())
                .map(|party| party.unit_id)
                .collect();
            for (unit, over) in store::above(tx, &leads.into_iter().collect::<Vec<_>>()).await? {
                above.entry(unit).or_default().push(over);
            }
        }
        Ok(above)
    }

    /// Looks at these tasks: says what is due by now, ends what was answered, and writes when to look again.
    pub(super) async fn look(&mut self, tx: &mut Tx, ctx: &Ctx, tasks: &[TaskId]) -> Outcome<()> {
        let now = ctx.now();
        let swept: HashMap<TaskId, LookoutRow> = store::rows(tx, tasks).await?.into_iter().map(|row| (row.task_id, row)).collect();
        let sights = sights(tx, ctx, tasks).await?;
        let mut next = Vec::new();
        let mut taken = Taken::default();
        let ladders = self.ladders(tx, ctx, &sights).await?;
        for (sight, (ladders, gone)) in sights.iter().zip(ladders) {
            let task = sight.watched.task.id;
            let ended: Vec<OccurrenceId> = gone.iter().map(|row| row.id).collect();
            end(tx, &ended, Ending::Answered, now).await?;
            // A task that nobody has looked at is looked at from now on: what was due before is past.
            let begins = sight.watched.task.dispatched_at.filter(|_| self.just_out).unwrap_or(now);
            let row = swept.get(&task);
            // What other rules would have said before they came into force is past, unless something was due by the former, too, and
            // nobody has looked since.
            let ruled = ctx.rules.since::<LookoutRules>();
            let anew = |row: &LookoutRow| {
                let since = ruled.filter(|since| row.generation != ctx.generation && *since <= now)?;
                row.next_at.is_none_or(|next| next > since).then_some(since)
            };
            let swept = row.map_or(begins, |row| anew(row).map_or(row.swept_at, |since| since.max(row.swept_at)));
            // A lamp turns by what people do, too, from a day that has begun: a request that is refused, progress that is corrected.
            // Other rules, or another calendar, are no reason to speak of what has long been so.
            let known = row.filter(|row| row.generation == ctx.generation).and_then(|row| row.lamps.as_deref());
            // A row of an older program names days without their lamps.
            let known = known.filter(|known| known.is_empty() || known.contains(':'));
            let sudden = |ladder: &Ladder| {
                let past = ladder.untold && ladder.moments.first().is_some_and(|at| *at <= swept);
                past && known.is_some_and(|known| !known.split(' ').any(|key| key == ladder.anchor.key))
            };
            let ladders = resume(tx, ladders, now).await?;
            for ladder in &ladders {
                let swept = if sudden(ladder) { None } else { Some(swept) };
                self.climb(tx, ctx, sight, ladder, swept, &mut taken).await?;
            }
            if sight.watched.task.state.is_open() {
                let ahead = ladders.iter().flat_map(|ladder| &ladder.moments).filter(|at| **at > now).min().copied();
                let lamps = plan::turns(&sight.watched.task).map(|(lamp, day)| plan::lamp_key(lamp, day)).collect::<Vec<_>>();
                next.push((task, ahead, lamps.join(" ")));
            }
        }
        taken.write(tx, ctx).await?;
        let open: BTreeSet<TaskId> = next.iter().map(|(task, ..)| *task).collect();
        store::put(tx, now, ctx.generation, &next).await?;
        let over: Vec<TaskId> = tasks.iter().filter(|task| !open.contains(task)).copied().collect();
        store::drop_rows(tx, &over).await?;
        Ok(())
    }

    /// Of these rows those whose next look is not where it should be.
    pub(super) async fn astray(&mut self, tx: &mut Tx, ctx: &Ctx, rows: &[(TaskId, Option<Moment>)]) -> Outcome<Vec<TaskId>> {
        let now = ctx.now();
        let ids: Vec<TaskId> = rows.iter().map(|(task, _)| *task).collect();
        let sights = sights(tx, ctx, &ids).await?;
        let ladders = self.ladders(tx, ctx, &sights).await?;
        let known: HashMap<TaskId, Option<Moment>> = rows.iter().copied().collect();
        let mut astray = Vec::new();
        for (sight, (ladders, gone)) in sights.iter().zip(ladders) {
            let task = sight.watched.task.id;
            let next = known.get(&task).copied().flatten();
            let ahead = ladders.iter().flat_map(|ladder| &ladder.moments).filter(|at| **at > now).min().copied();
            // What is due now is the sweep's, which has not come yet.
            if next.is_none_or(|next| next > now) && (next != ahead || !gone.is_empty()) {
                astray.push(task);
            }
        }
        Ok(astray)
    }

    /// Takes the latest step of a ladder that is due by now, and those of the same moment; earlier ones that nobody took are passed over,
    /// and of a ladder that has not begun those before `swept`. Without it the cause is of this moment, whatever its day.
    async fn climb(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        sight: &Sight,
        ladder: &Ladder,
        swept: Option<Moment>,
        taken: &mut Taken,
    ) -> Outcome<()> {
        let (now, Some(rule)) = (ctx.now(), ladder.rule()) else { return Ok(()) };
        let begun = ladder.occurrence.as_ref().map(|row| usize::try_from(row.steps).unwrap_or(0));
        // A step may be of the very moment from which the ladder counts, and that moment the first that is looked at.
        let is_past = |at: Moment| swept.is_some_and(|swept| at < swept || (at == swept && ladder.anchor.base != plan::Base::Moment(at)));
        let done = begun.unwrap_or_else(|| ladder.moments.iter().filter(|at| is_past(**at)).count());
        let passed = ladder.moments.iter().filter(|at| **at <= now).count();
        if passed <= done {
            return Ok(());
        }
        let due = ladder.moments.iter().copied().enumerate().take(passed).skip(done);
        let day = OnDay { sight, env: self.env(ctx) };
        let holds = |n: usize| {
            // What was to be said before a day is not said after it.
            let early = plan::step_of(rule, n).is_some_and(|step| step.after.n <= 0 && rule.trigger.looks_ahead());
            if early && ladder.anchor.day.is_some_and(|day| day < ctx.today()) {
                return false;
            }
            let own = plan::step_of(rule, n).and_then(|step| step.only_if.as_ref());
            rule.when.iter().chain(own).all(|condition| condition.holds(&day))
        };
        let chosen = due.clone().rfind(|(n, _)| holds(*n));
        // A ladder that has not begun and has nothing to say is not written down.
        if chosen.is_none() && begun.is_none() {
            return Ok(());
        }
        let id = match &ladder.occurrence {
            Some(row) => row.id,
            None => taken.begin(ctx, sight, ladder, passed),
        };
        if begun.is_some() {
            store::advance(tx, id, i64::try_from(passed).unwrap_or(i64::MAX)).await?;
        }
        let told = match chosen {
            Some((_, moment)) => {
                let together: Vec<usize> = due.clone().filter(|(n, at)| *at == moment && holds(*n)).map(|(n, _)| n).collect();
                let said_for = if swept.is_some() { moment } else { now };
                self.tell(tx, ctx, sight, ladder, (id, &together, said_for), taken).await?
            }
            None => Vec::new(),
        };
        for (n, at) in due {
            let of = told.iter().find(|(step, _)| *step == n).map(|(_, people)| i64::try_from(*people).unwrap_or(i64::MAX));
            let (outcome, people) = match (of, chosen) {
                (Some(0), _) => (StepOutcome::Nobody, 0),
                (Some(people), _) => (StepOutcome::Sent, people),
                (None, Some((_, moment))) if at < moment => (StepOutcome::Skipped, 0),
                _ => (StepOutcome::Idle, 0),
            };
            taken.steps.push(StepRow {
                occurrence_id: id,
                step: i64::try_from(n).unwrap_or(0),
                due_at: at,
                taken_at: now,
                outcome,
                people,
            });
        }
        Ok(())
    }

    /// Tells whomever these steps of one moment mean; answers how many each means.
    async fn tell(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        sight: &Sight,
        ladder: &Ladder,
        (id, steps, due_at): (OccurrenceId, &[usize], Moment),
        taken: &mut Taken,
    ) -> Outcome<Vec<(usize, usize)>> {
        let Some(rule) = ladder.rule() else { return Ok(Vec::new()) };
        let steps: Vec<(usize, &Step)> = steps.iter().filter_map(|n| Some((*n, plan::step_of(rule, *n)?))).collect();
        let (shares, counts) = self.people.shares(tx, ctx, &steps, sight, &ladder.anchor).await?;
        let (today, now) = (ctx.today(), ctx.now());
        let days = ladder.anchor.day.map_or(0, |day| ctx.calendar.workdays_between(today.date(), day.date()));
        for (nth, share) in shares.into_iter().enumerate() {
            let own = plan::step_of(rule, share.step).and_then(|step| step.text.as_deref());
            let text::Said { title, mut text } = text::say_it(&rule.trigger, own, &sight.watched, &ladder.anchor, days);
            if now.minus(LATE) > due_at {
                let at = due_at.wall().format("%m-%d %H:%M").to_string();
                text = text.then(Join::Close, say!("（原定 {at} 提醒，因故迟发。）"));
            }
            taken.messages.push(Reminder {
                to: share.to,
                title,
                text,
                task: sight.watched.task.id,
                urge: matches!(rule.trigger, Trigger::Urge | Trigger::Instruction).then_some(ladder.anchor.subject).flatten(),
                subject: ladder.anchor.subject,
                occurrence: id,
                rule: rule.code.clone(),
                channels: share.channels,
                critical: sight.watched.task.urgency == Urgency::Critical,
                dedupe: format!("occurrence:{id}:{}:{nth}", share.step),
            });
        }
        Ok(counts)
    }
}

/// What a look takes: written together when all of it is known.
#[derive(Default)]
struct Taken {
    begun: Vec<(OccurrenceRow, Anchor)>,
    messages: Vec<Reminder>,
    steps: Vec<StepRow>,
}

/// A message of a step.
struct Reminder {
    to: Vec<PersonId>,
    title: Words,
    text: Words,
    task: TaskId,
    urge: Option<Uuid>,
    subject: Option<Uuid>,
    occurrence: OccurrenceId,
    rule: String,
    channels: Vec<Channel>,
    critical: bool,
    dedupe: String,
}

impl Reminder {
    fn message(&self) -> NewMessage<'_> {
        NewMessage {
            to: &self.to,
            kind: "reminder",
            title: &self.title,
            text: &self.text,
            task: Some(self.task.0),
            urge: self.urge,
            subject: self.subject,
            occurrence: Some(self.occurrence.0),
            rule: Some(&self.rule),
            channels: &self.channels,
            critical: self.critical,
            dedupe: &self.dedupe,
        }
    }
}

impl Taken {
    /// A ladder begins.
    fn begin(&mut self, ctx: &Ctx, sight: &Sight, ladder: &Ladder, passed: usize) -> OccurrenceId {
        let id = OccurrenceId::new(&ctx.rng, ctx.now());
        let row = OccurrenceRow {
            id,
            task_id: sight.watched.task.id,
            rule: ladder.rule().map(|rule| rule.code.clone()).unwrap_or_default(),
            rule_version: ladder.version,
            key: ladder.anchor.key.clone(),
            steps: i64::try_from(passed).unwrap_or(i64::MAX),
            began_at: ctx.now(),
            ended_at: None,
            reason: None,
            acked_by: None,
            acked_at: None,
            acked_through: None,
        };
        self.begun.push((row, ladder.anchor.clone()));
        id
    }

    async fn write(self, tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
        store::begin(tx, &self.begun).await?;
        notify::send_all(tx, ctx, &self.messages.iter().map(Reminder::message).collect::<Vec<_>>()).await?;
        Ok(store::take(tx, &self.steps).await?)
    }
}

/// Tasks with what presses them.
pub(super) async fn sights(tx: &mut Tx, ctx: &Ctx, tasks: &[TaskId]) -> Outcome<Vec<Sight>> {
    let mut urges: HashMap<TaskId, Vec<_>> = HashMap::new();
    for (task, urge) in store::owed(tx, tasks).await? {
        urges.entry(task).or_default().push(urge);
    }
    let mut orders: HashMap<TaskId, Vec<_>> = HashMap::new();
    for (task, order) in store::orders_owed(tx, tasks).await? {
        orders.entry(task).or_default().push(order);
    }
    let mut watched = tasks::watched(tx, ctx, tasks).await?;
    // In the order asked for: what is said at one time is said in the same order on every database.
    let place: HashMap<TaskId, usize> = tasks.iter().enumerate().map(|(place, task)| (*task, place)).collect();
    watched.sort_by_key(|watched| place.get(&watched.task.id).copied());
    let mut sight = |watched: tasks::Watched| {
        let task = watched.task.id;
        Sight { urges: urges.remove(&task).unwrap_or_default(), orders: orders.remove(&task).unwrap_or_default(), watched }
    };
    Ok(watched.into_iter().map(&mut sight).collect())
}

/// Opens ladders again whose cause is back. What was due while it was gone is past.
async fn resume(tx: &mut Tx, mut ladders: Vec<Ladder>, now: Moment) -> Outcome<Vec<Ladder>> {
    for ladder in &mut ladders {
        let Some(row) = ladder.occurrence.as_mut().filter(|row| row.ended_at.is_some()) else { continue };
        let past = ladder.moments.iter().filter(|at| **at <= now).count();
        row.steps = row.steps.max(i64::try_from(past).unwrap_or(i64::MAX));
        (row.ended_at, row.reason) = (None, None);
        store::reopen(tx, row.id, row.steps).await?;
    }
    Ok(ladders)
}

/// Ends ladders, and keeps here what they have not yet sent out.
async fn end(tx: &mut Tx, ids: &[OccurrenceId], why: Ending, now: Moment) -> Outcome<()> {
    store::end(tx, ids, why, now).await?;
    notify::withdraw(tx, &ids.iter().map(|id| id.0).collect::<Vec<_>>(), now).await
}

/// Somebody says that they have taken note: the ladder stops where its rule has it so, and the ledger says who it was.
pub(super) async fn acknowledge(tx: &mut Tx, ctx: &Ctx, id: OccurrenceId, through: &'static str) -> Outcome<()> {
    let row = store::occurrence(tx, id).await?.ok_or(Refusal::NotFound)?;
    // The messages say whether somebody was faster; a ladder that goes on has later ones.
    if !notify::acknowledged(tx, ctx.actor.person, id.0, ctx.now()).await? {
        return Err(Refusal::conflict("decided", "已有人确认收到。"));
    }
    if row.ended_at.is_some() {
        return Err(Refusal::conflict("not_now", "这件事已经办理，不需要再确认。"));
    }
    let mut watch = Watch::new(ctx)?;
    let set = watch.set_of(tx, row.rule_version).await?;
    let rule = set.rules.iter().find(|rule| rule.code == row.rule);
    store::acknowledge(tx, id, ctx.actor.person, through, ctx.now()).await?;
    if rule.is_none_or(|rule| rule.on_ack == OnAck::Stop) {
        end(tx, &[id], Ending::Acknowledged, ctx.now()).await?;
    }
    let case = tasks::Case::open(tx, ctx, row.task_id, None).await?;
    let name = rule.map_or("", |rule| rule.name.as_str());
    let stopped = rule.is_none_or(|rule| rule.on_ack == OnAck::Stop);
    let words = if stopped { say!("确认收到“{name}”提醒，后续提醒停止") } else { say!("确认收到“{name}”提醒") };
    let data = serde_json::json!({ "occurrence": id, "rule": row.rule, "through": through });
    tasks::note(tx, ctx, &case.task, tasks::Step::new("acknowledged", words, data).about(id.0)).await?;
    // Somebody else's step in between may have changed what lies ahead.
    supervision::lookout::look_again(tx, ctx, &BTreeSet::from([row.task_id])).await
}
