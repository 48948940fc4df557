//! A dry run: what rules would have sent in a past month, beside what the present ones would have.
//!
//! Both are worked out in the same way from what is written of that month: when who signed, reported, answered and closed. Lamps and
//! progress are taken as they stand today, days that were moved as they were moved, and acknowledgements are left out; so both
//! sides err alike, and their difference says what the change does.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    people::People,
    plan::{self, Anchor, Base, Env, OnDay, OpenOrder, OpenUrge, Sight},
    rule::{LookoutRules, Rule, Step, Trigger},
    store,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    burden::{self, BurdenRules},
    notify::{self, Channel},
    org::{self, PersonId, PersonRef, UnitId},
    tasks::{self, Lamp, Lived, PartyId, RequestRow, TaskId, TaskState},
};

/// How much, with the rules in force and with those on trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Both {
    now: i64,
    then: i64,
}

impl Both {
    fn add(&mut self, side: Side, n: i64) {
        match side {
            Side::Now => self.now += n,
            Side::Then => self.then += n,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Now,
    Then,
}

/// What one rule would have sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrialRule {
    rule: String,
    name: String,
    /// Messages, one for each person.
    messages: Both,
}

/// What would have gone out by one way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrialChannel {
    channel: Channel,
    messages: Both,
    /// In thousandths of a yuan, each as one part, before merging.
    cost: Both,
}

/// Whom it would have reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrialPerson {
    person: PersonRef,
    messages: Both,
}

/// A reminder of one task that one set of rules would have sent and the other would not, or not so.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrialExample {
    at: Moment,
    rule: String,
    #[schema(value_type = String)]
    task_id: TaskId,
    task_title: String,
    to: Vec<PersonRef>,
    channels: Vec<Channel>,
}

/// A week in which somebody would have been told more than the budget allows, with either set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrialWeek {
    /// The first of its days that lies in the month.
    from: Day,
    /// How many persons would have been over it.
    over: Both,
    /// Who, in the order of their names and at most twenty, with all messages of that week: those of other causes as they were sent.
    people: Vec<TrialPerson>,
}

/// What a month would have been like.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Trial {
    from: Day,
    to: Day,
    /// Tasks that were out in that month.
    tasks: i64,
    /// Messages in the system, one for each person and step.
    messages: Both,
    rules: Vec<TrialRule>,
    channels: Vec<TrialChannel>,
    /// Those who would have got most, at most twenty.
    people: Vec<TrialPerson>,
    /// Messages a person may get in a week.
    budget: i64,
    weeks: Vec<TrialWeek>,
    /// Messages day by day; days without any are left out.
    days: Vec<TrialDay>,
    /// What only the rules on trial would have sent, or by other ways: at most thirty.
    examples: Vec<TrialExample>,
    /// What only the rules in force would have sent, or by other ways: at most thirty.
    gone: Vec<TrialExample>,
}

/// How many messages a day would have brought.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrialDay {
    day: Day,
    messages: Both,
}

/// Tasks looked at together.
const PAGE: i64 = 1000;
const MOST_PEOPLE: usize = 20;
const MOST_EXAMPLES: usize = 30;

/// One that would have been sent.
struct Would {
    at: Moment,
    to: Vec<PersonId>,
}

/// The same to one person: what two sets are compared by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    at: Moment,
    rule: String,
    channels: Vec<Channel>,
    to: PersonId,
}

type Examples = Vec<(TrialExample, Vec<PersonId>)>;

struct Count<'a> {
    ctx: &'a Ctx,
    from: Moment,
    to: Moment,
    people: People,
    trial: Trial,
    rules: BTreeMap<String, (String, Both)>,
    channels: BTreeMap<Channel, (Both, Both)>,
    persons: HashMap<PersonId, Both>,
    /// By the first day of the week, within the month.
    weeks: BTreeMap<Day, HashMap<PersonId, Both>>,
    days: BTreeMap<Day, Both>,
    /// What the task at hand would have had said of it.
    said: (BTreeSet<Said>, BTreeSet<Said>),
    examples: Examples,
    gone: Examples,
    prices: HashMap<Channel, i64>,
    /// Who is meant by a recipient, for a unit: the same for all its tasks that name no handler.
    set_now: Arc<LookoutRules>,
}

/// Works out a month with the rules in force and with others.
pub(super) async fn run(tx: &mut Tx, ctx: &Ctx, set: &LookoutRules, month: Day) -> Outcome<Trial> {
    let from = month.month_start();
    let next = from.plus_days(31).month_start();
    if from > ctx.today() {
        return Err(Refusal::field("month", "不能晚于本月"));
    }
    let last = next.plus_days(-1).min(ctx.today());
    let trial = Trial {
        from,
        to: last,
        tasks: 0,
        messages: Both::default(),
        rules: Vec::new(),
        channels: Vec::new(),
        people: Vec::new(),
        budget: ctx.rules.get::<BurdenRules>().messages_a_week,
        weeks: Vec::new(),
        days: Vec::new(),
        examples: Vec::new(),
        gone: Vec::new(),
    };
    let mut count = Count {
        ctx,
        from: from.start(),
        to: last.end(),
        people: People::default(),
        trial,
        rules: BTreeMap::new(),
        channels: BTreeMap::new(),
        persons: HashMap::new(),
        weeks: BTreeMap::new(),
        days: BTreeMap::new(),
        said: Default::default(),
        examples: Vec::new(),
        gone: Vec::new(),
        prices: notify::prices(ctx),
        set_now: ctx.rules.get::<LookoutRules>(),
    };
    let mut after = None;
    loop {
        let page = tasks::lived(tx, count.from, count.to, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.watched.task.id);
        let full = i64::try_from(page.len()).is_ok_and(|n| n >= PAGE);
        count.page(tx, page, set).await?;
        if !full {
            break;
        }
    }
    count.finish(tx).await
}

impl Count<'_> {
    async fn page(&mut self, tx: &mut Tx, page: Vec<Lived>, then: &LookoutRules) -> Outcome<()> {
        let ids: Vec<TaskId> = page.iter().map(|lived| lived.watched.task.id).collect();
        let mut urges: HashMap<TaskId, Vec<(OpenUrge, Option<Moment>)>> = HashMap::new();
        for (task, urge, replied) in store::urges_of(tx, &ids).await? {
            urges.entry(task).or_default().push((urge, replied));
        }
        let leads: BTreeSet<UnitId> =
            page.iter().flat_map(|lived| &lived.watched.parties).filter(|party| party.role.leads()).map(|party| party.unit_id).collect();
        let mut above: HashMap<UnitId, Vec<UnitId>> = HashMap::new();
        let now = self.set_now.clone();
        if now.rules.iter().chain(&then.rules).any(|rule| !rule.units.is_empty()) {
            for (unit, over) in store::above(tx, &leads.into_iter().collect::<Vec<_>>()).await? {
                above.entry(unit).or_default().push(over);
            }
        }
        let mut orders: HashMap<TaskId, Vec<(OpenOrder, Option<Moment>)>> = HashMap::new();
        for (task, order, answered) in store::orders_of(tx, &ids).await? {
            orders.entry(task).or_default().push((order, answered));
        }
        for lived in page {
            let urges = urges.remove(&lived.watched.task.id).unwrap_or_default();
            let orders = orders.remove(&lived.watched.task.id).unwrap_or_default();
            self.trial.tasks += 1;
            let mut lived = lived;
            // It is looked at as it was while it was out.
            let ended = lived.watched.task.closed_at;
            lived.watched.task.state =
                if lived.watched.task.state == TaskState::Dispatched { TaskState::Dispatched } else { TaskState::Active };
            let sight = Sight { watched: lived.watched.clone(), urges: Vec::new(), orders: Vec::new() };
            let in_units = |rule: &Rule| {
                rule.units.is_empty()
                    || sight
                        .watched
                        .parties
                        .iter()
                        .filter(|party| party.role.leads())
                        .any(|party| above.get(&party.unit_id).is_some_and(|above| above.iter().any(|unit| rule.units.contains(unit))))
            };
            for (side, set) in [(Side::Now, now.as_ref()), (Side::Then, then)] {
                for rule in set.rules.iter().filter(|rule| plan::concerns(rule, &sight, in_units(rule))) {
                    self.rule(tx, side, set, rule, &lived, &sight, (&urges, &orders), ended).await?;
                }
            }
            self.compare(&sight);
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one rule of one side in one task")]
    async fn rule(
        &mut self,
        tx: &mut Tx,
        side: Side,
        set: &LookoutRules,
        rule: &Rule,
        lived: &Lived,
        sight: &Sight,
        pressed: Pressed<'_>,
        ended: Option<Moment>,
    ) -> Outcome<()> {
        let Some(hours) = set.hours() else { return Ok(()) };
        let began = lived.watched.task.dispatched_at;
        for (anchor, until) in lived_anchors(&rule.trigger, lived, pressed, self.ctx) {
            let until = [until, ended].into_iter().flatten().min();
            let env = Env { calendar: &self.ctx.calendar, hours: &hours, today: self.ctx.today() };
            let moments = plan::moments(rule, anchor.base, env);
            // Steps of one moment are taken together.
            for together in moments.iter().copied().enumerate().collect::<Vec<_>>().chunk_by(|(_, a), (_, b)| a == b) {
                let Some((_, at)) = together.first().copied() else { continue };
                let inside =
                    at >= self.from && at <= self.to && began.is_none_or(|began| at >= began) && until.is_none_or(|until| at < until);
                if !inside {
                    continue;
                }
                let day = OnDay { sight, env: Env { today: at.day(), ..env } };
                let holds = |step: &&Step| rule.when.iter().chain(&step.only_if).all(|condition| condition.holds(&day));
                let steps: Vec<(usize, &Step)> =
                    together.iter().filter_map(|(n, _)| Some((*n, plan::step_of(rule, *n).filter(holds)?))).collect();
                let (shares, _) = self.people.shares(tx, self.ctx, &steps, sight, &anchor).await?;
                for share in shares {
                    self.add(side, rule, &share.channels, Would { at, to: share.to });
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, side: Side, rule: &Rule, channels: &[Channel], would: Would) {
        let n = i64::try_from(would.to.len()).unwrap_or(0);
        self.trial.messages.add(side, n);
        let entry = self.rules.entry(rule.code.clone()).or_insert_with(|| (rule.name.clone(), Both::default()));
        entry.1.add(side, n);
        for channel in channels {
            let price = self.prices.get(channel).copied().unwrap_or(0);
            let (messages, cost) = self.channels.entry(*channel).or_default();
            messages.add(side, n);
            cost.add(side, n * price);
        }
        let week = self.weeks.entry(burden::monday(would.at.day()).max(self.trial.from)).or_default();
        for person in &would.to {
            self.persons.entry(*person).or_default().add(side, 1);
            week.entry(*person).or_default().add(side, 1);
        }
        self.days.entry(would.at.day()).or_default().add(side, n);
        // A task is compared only where there is room to say what it showed.
        if self.examples.len() < MOST_EXAMPLES || self.gone.len() < MOST_EXAMPLES {
            let said = |to| Said { at: would.at, rule: rule.code.clone(), channels: channels.to_vec(), to };
            let of = if side == Side::Now { &mut self.said.0 } else { &mut self.said.1 };
            of.extend(would.to.into_iter().map(said));
        }
    }

    /// Finds what one set of rules says of a task and the other does not, or not so.
    fn compare(&mut self, sight: &Sight) {
        let (now, then) = std::mem::take(&mut self.said);
        let task = &sight.watched.task;
        // They are named to whoever sees them; the others are counted.
        if !tasks::is_seen(self.ctx, task, &sight.watched.parties) {
            return;
        }
        for (only, examples) in [(&then - &now, &mut self.examples), (&now - &then, &mut self.gone)] {
            for said in only {
                let same = |example: &TrialExample| {
                    (example.at, &example.rule, &example.channels, example.task_id) == (said.at, &said.rule, &said.channels, task.id)
                };
                if let Some((_, to)) = examples.last_mut().filter(|(last, _)| same(last)) {
                    to.push(said.to);
                    continue;
                }
                if examples.len() >= MOST_EXAMPLES {
                    break;
                }
                let Said { at, rule, channels, to } = said;
                let task_title = task.title.clone();
                examples.push((TrialExample { at, rule, task_id: task.id, task_title, to: Vec::new(), channels }, vec![to]));
            }
        }
    }

    /// Who would have been over the budget, week by week.
    async fn over(&mut self, tx: &mut Tx) -> Outcome<()> {
        let budget = self.trial.budget;
        for (from, mut told) in std::mem::take(&mut self.weeks) {
            let last = burden::monday(from).plus_days(6).min(self.trial.to);
            for (person, n) in burden::messages_apart(tx, from.start(), last.end()).await? {
                let both = told.entry(person).or_default();
                both.now += n;
                both.then += n;
            }
            told.retain(|_, both| both.now > budget || both.then > budget);
            let count = |over: &dyn Fn(&Both) -> bool| i64::try_from(told.values().filter(|both| over(both)).count()).unwrap_or(0);
            let over = Both { now: count(&|both| both.now > budget), then: count(&|both| both.then > budget) };
            if told.is_empty() {
                continue;
            }
            let mut names = org::person_refs(tx, told.keys().copied()).await?;
            names.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
            names.truncate(MOST_PEOPLE);
            let people = names.into_iter().filter_map(|person| Some(TrialPerson { messages: *told.get(&person.id)?, person }));
            self.trial.weeks.push(TrialWeek { from, over, people: people.collect() });
        }
        Ok(())
    }

    async fn finish(mut self, tx: &mut Tx) -> Outcome<Trial> {
        self.over(tx).await?;
        let mut most: Vec<(PersonId, Both)> = self.persons.into_iter().collect();
        most.sort_by_key(|(person, both)| (-both.then.max(both.now), *person));
        most.truncate(MOST_PEOPLE);
        let ids =
            most.iter().map(|(person, _)| *person).chain(self.examples.iter().chain(&self.gone).flat_map(|(_, to)| to.iter().copied()));
        let names: HashMap<PersonId, PersonRef> =
            org::person_refs(tx, ids.collect::<BTreeSet<_>>()).await?.into_iter().map(|person| (person.id, person)).collect();
        self.trial.rules = self.rules.into_iter().map(|(rule, (name, messages))| TrialRule { rule, name, messages }).collect();
        self.trial.channels =
            self.channels.into_iter().map(|(channel, (messages, cost))| TrialChannel { channel, messages, cost }).collect();
        self.trial.people =
            most.into_iter().filter_map(|(person, messages)| Some(TrialPerson { person: names.get(&person)?.clone(), messages })).collect();
        let named = |examples: Examples| -> Vec<TrialExample> {
            let named = |(example, to): (TrialExample, Vec<PersonId>)| TrialExample {
                to: to.iter().filter_map(|id| names.get(id).cloned()).collect(),
                ..example
            };
            examples.into_iter().map(named).collect()
        };
        self.trial.examples = named(self.examples);
        self.trial.gone = named(self.gone);
        self.trial.days = self.days.into_iter().map(|(day, messages)| TrialDay { day, messages }).collect();
        Ok(self.trial)
    }
}

/// Urges and orders of a task, each with when it was answered.
type Pressed<'a> = (&'a [(OpenUrge, Option<Moment>)], &'a [(OpenOrder, Option<Moment>)]);

/// What a rule counted from in a task over time, and until when.
fn lived_anchors(trigger: &Trigger, lived: &Lived, (urges, orders): Pressed<'_>, ctx: &Ctx) -> Vec<(Anchor, Option<Moment>)> {
    let task = &lived.watched.task;
    let of = |base: Base, party: Option<PartyId>, subject| {
        let day = match base {
            Base::Day(day) => day,
            Base::Moment(at) => at.day(),
        };
        Anchor { key: String::new(), base, day: Some(day), is_today: false, name: None, party, subject }
    };
    let day = |day: Day| of(Base::Day(day), None, None);
    match trigger {
        Trigger::Dispatched => task.dispatched_at.map(|at| (of(Base::Moment(at), None, None), None)).into_iter().collect(),
        Trigger::Unsigned => {
            let works = lived.watched.parties.iter().filter(|party| party.role.works());
            works.filter_map(|party| Some((of(Base::Moment(party.assigned_at?), Some(party.id), None), party.signed_at))).collect()
        }
        Trigger::Due => task.due_day.map(|due| (day(due), None)).into_iter().collect(),
        Trigger::PartDue => {
            let parts = lived.watched.parties.iter().filter(|party| party.role.assists());
            parts.filter_map(|party| Some((of(Base::Day(party.due_day?), Some(party.id), None), party.done_at))).collect()
        }
        Trigger::ReportDue => {
            let mut all = Vec::new();
            for (due, met) in &lived.reports {
                all.push((day(*due), met.map(Day::start)));
                // Until the earliest has come, the others are not asked for.
                if met.is_none() {
                    break;
                }
            }
            all
        }
        Trigger::Milestone => lived.steps.iter().map(|(id, _, due, done)| (of(Base::Day(*due), None, Some(*id)), *done)).collect(),
        Trigger::Lamp { lamp } => {
            let turns = [task.yellow_from, task.orange_from, task.red_from];
            let worse = match lamp {
                Lamp::Yellow => &turns[..],
                Lamp::Orange => &turns[1..],
                _ => &turns[2..],
            };
            worse.iter().flatten().min().map(|from| (day(*from), None)).into_iter().collect()
        }
        Trigger::Silent { workdays } => {
            let last = task.last_report_at.or(task.dispatched_at);
            let day_of = |at: Moment| Day::new(ctx.calendar.add_workdays(at.day().date(), *workdays));
            last.and_then(day_of).filter(|_| !task.is_summed()).map(|from| (day(from), None)).into_iter().collect()
        }
        Trigger::Urge | Trigger::Instruction => {
            let all = urges.iter().filter(|(urge, _)| urge.instruction == matches!(trigger, Trigger::Instruction));
            all.map(|(urge, replied)| (of(Base::Day(urge.owed_day), Some(urge.party), Some(urge.id.0)), *replied)).collect()
        }
        Trigger::Order => {
            let all = orders.iter();
            all.map(|(order, answered)| (of(Base::Day(order.due_day), Some(order.party), Some(order.id.0)), *answered)).collect()
        }
        Trigger::Request => {
            let waited = |request: &RequestRow| {
                let of = |at| of(Base::Moment(at), None, Some(request.id.0));
                let first = (of(request.at), request.agreed_at.or(request.decided_at));
                [Some(first), request.agreed_at.map(|at| (of(at), request.decided_at))]
            };
            lived.requests.iter().flat_map(waited).flatten().collect()
        }
    }
}
