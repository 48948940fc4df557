//! The play: an agenda of what is to happen, worked through in the order of time with the area's own verbs, each of which
//! puts on the agenda what follows from it.

use std::collections::BinaryHeap;

use anyhow::Context as _;
use kit::{Day, Moment};
use workdays::Cadence;

use super::{
    dice::Dice,
    furniture,
    hours::{self, HOUR},
    papers::Papers,
    people::Area,
    plot::{Act, Bundle, Entry, Milepost, Node, Phase, Spec, Term},
    shape, speech,
    stage::Stage,
    writing,
};
use crate::tasks::{self, ChildInput, Decision, DueInput, FilterQuery, MilestoneInput, PartyInput, PartyRole, TaskId, TaskInput, rule_of};

/// Where the dice of talk begin.
const TALK: u64 = 20_260_207;

/// A play under way.
pub(super) struct Play {
    pub(super) stage: Stage,
    pub(super) area: Area,
    pub(super) dice: Dice,
    /// For what is said and changes nothing.
    pub(super) talk: Dice,
    pub(super) nodes: Vec<Node>,
    /// Kinds have numbers and fields of their own here.
    pub(super) furnished: bool,
    /// What is handed in with reports and closings, where anything is.
    pub(super) papers: Option<Papers>,
    agenda: BinaryHeap<Entry>,
    turns: u64,
}

/// A task's days, worked out as the verbs will.
struct Days {
    due: Option<Day>,
    span: i64,
    rule: Cadence,
    steps: Vec<Day>,
}

impl Play {
    pub(super) fn new(stage: Stage, area: Area, dice: Dice) -> Self {
        Self {
            stage,
            area,
            dice,
            talk: Dice::seeded(TALK),
            nodes: Vec::new(),
            furnished: false,
            papers: None,
            agenda: BinaryHeap::new(),
            turns: 0,
        }
    }

    /// Puts something on the agenda.
    pub(super) fn plan(&mut self, at: Moment, node: usize, act: Act) {
        self.turns += 1;
        self.agenda.push(Entry { at, turn: self.turns, node, act });
    }

    /// The same, so much working time from now.
    pub(super) fn plan_later(&mut self, work: i64, node: usize, act: Act) {
        let at = hours::later(&self.stage.calendar, self.stage.now(), work);
        self.plan(at, node, act);
    }

    /// Lets everything happen that happens before `until`.
    pub(super) async fn play_until(&mut self, until: Moment) -> anyhow::Result<()> {
        while self.agenda.peek().is_some_and(|next| next.at < until) {
            let Some(Entry { at, node, act, .. }) = self.agenda.pop() else { break };
            self.stage.turn_to(at.max(self.stage.now())).await?;
            let what = act.word();
            self.perform(node, act)
                .await
                .with_context(|| format!("{what} at {at}, task {:?}", self.nodes.get(node).map(|node| node.id)))?;
        }
        Ok(())
    }

    async fn perform(&mut self, node: usize, act: Act) -> anyhow::Result<()> {
        match act {
            Act::Set(spec) => {
                let node = self.set(*spec).await?;
                self.plan(self.soon(), node, Act::Submit);
                Ok(())
            }
            Act::Jot(spec) => self.set(*spec).await.map(drop),
            Act::SetAll(bundle) => self.set_all(*bundle).await,
            Act::Submit => self.submit(node).await,
            Act::Approve => self.approve(node).await,
            act => self.go_on(node, act).await,
        }
    }

    pub(super) fn node(&self, at: usize) -> anyhow::Result<&Node> {
        self.nodes.get(at).context("no such node")
    }

    pub(super) fn node_mut(&mut self, at: usize) -> anyhow::Result<&mut Node> {
        self.nodes.get_mut(at).context("no such node")
    }

    fn days(&self, spec: &Spec) -> anyhow::Result<Days> {
        let (calendar, today) = (&self.stage.calendar, self.stage.now().day());
        let due = match &spec.term {
            Term::Words(text) => tasks::read_due(&DueInput { text: Some(text.clone()), day: None }, today, calendar)?.day,
            Term::On(day) => Some(*day),
            Term::Standing => None,
        };
        let Some(day) = due else {
            return Ok(Days { due, span: 0, rule: Cadence::Quarterly { day: 20 }, steps: Vec::new() });
        };
        let span = calendar.workdays_between(today.date(), day.date()).max(1);
        let count = i64::try_from(spec.steps).unwrap_or(0);
        let steps: Vec<Day> = (1..=count).map(|n| hours::workday(calendar, today, span * n / count).min(day)).collect();
        let rule = if steps.is_empty() { shape::rule(&self.dice, calendar, today, day) } else { Cadence::None };
        Ok(Days { due, span, rule, steps })
    }

    fn input(&self, spec: &Spec, days: &Days) -> TaskInput {
        let unit_of = |at: usize| self.area.units.get(at).map(|unit| unit.id);
        let lead = if spec.seated { Some(spec.seat.unit) } else { unit_of(spec.unit) };
        let lead = lead
            .map(|unit_id| PartyInput { person_id: spec.seated.then_some(spec.seat.person), ..PartyInput::of(unit_id, PartyRole::Lead) });
        let co = spec.co.iter().filter_map(|at| unit_of(*at));
        let parties = lead.into_iter().chain(co.map(|unit_id| PartyInput::of(unit_id, PartyRole::Co))).collect();
        let steps = days.steps.iter().zip(writing::steps(days.steps.len())).map(|(day, (title, deliverable))| MilestoneInput {
            id: None,
            title: title.to_owned(),
            due_day: *day,
            weight: None,
            deliverable: Some(deliverable.to_owned()),
        });
        let due = match &spec.term {
            Term::Words(text) => DueInput { text: Some(text.clone()), day: None },
            Term::On(day) => DueInput { text: None, day: Some(*day) },
            Term::Standing => DueInput { text: Some("长期坚持".to_owned()), day: None },
        };
        TaskInput {
            title: Some(spec.matter.title.clone()),
            demand: Some(writing::demand(&self.dice, &spec.matter.object)),
            source_kind: Some(spec.kind.to_owned()),
            fields: self.furnished.then(|| furniture::said(spec.kind, self.nodes.len(), self.stage.now().day())).flatten(),
            source_document: spec.document.clone(),
            clause: spec.clause.clone(),
            importance: Some(spec.importance),
            urgency: Some(spec.urgency),
            due: Some(due),
            parties: Some(parties),
            milestones: (!days.steps.is_empty()).then(|| steps.collect()),
            report_rule: Some(rule_of(days.rule)),
            not_secret: Some(true),
            ..TaskInput::default()
        }
    }

    fn enter(&mut self, id: TaskId, version: i64, spec: Spec, days: &Days, above: Option<usize>) -> usize {
        self.nodes.push(Node {
            id,
            version,
            above,
            below: 0,
            phase: Phase::Draft,
            start: self.stage.now().day(),
            due: days.due,
            span: days.span,
            rule: days.rule,
            steps: Vec::new(),
            has_handler: spec.seated,
            claimed: 0,
            verified: 0,
            unread: 0,
            closing: false,
            spec,
        });
        self.nodes.len() - 1
    }

    /// Writes one task down; answers its node.
    async fn set(&mut self, spec: Spec) -> anyhow::Result<usize> {
        let days = self.days(&spec)?;
        let input = self.input(&spec, &days);
        let ctx = self.stage.acting(&self.area, spec.creator)?;
        let id = tasks::create(self.stage.tx().await?, &ctx, &input, None).await?;
        Ok(self.enter(id, 1, spec, &days, None))
    }

    /// Some minutes from now, and still today: what was written about “本月” must go out in it.
    fn soon(&self) -> Moment {
        let now = self.stage.now();
        let at = hours::later(&self.stage.calendar, now, self.dice.between(HOUR / 60, HOUR / 2));
        if at.day() == now.day() { at } else { hours::at(now.day(), hours::FULL_DAY) }
    }

    async fn submit(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, version, waits) = (node.id, node.version, shape::needs_approval(node.spec.kind));
        let ctx = self.stage.acting(&self.area, node.spec.creator)?;
        tasks::submit(self.stage.tx().await?, &ctx, id, Some(version), true).await?;
        self.node_mut(at)?.version += 1;
        if waits {
            let wait = self.dice.between(HOUR, 2 * hours::FULL_DAY);
            self.plan_later(wait, at, Act::Approve);
            return Ok(());
        }
        self.out(at).await
    }

    async fn approve(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, version) = (node.id, node.version);
        // The centre's head or, when the head submitted it, the head's deputy.
        let who = self.area.centre.iter().find(|person| **person != node.spec.creator).copied().context("nobody approves")?;
        let ctx = self.stage.acting(&self.area, who)?;
        let tx = self.stage.tx().await?;
        if self.dice.percent(4) {
            // It stays a draft that nobody takes up again.
            return Ok(tasks::approve(tx, &ctx, id, version, Decision::Reject, Some(speech::NOT_TAKEN_UP)).await?);
        }
        tasks::approve(tx, &ctx, id, version, Decision::Approve, None).await?;
        self.node_mut(at)?.version += 1;
        self.out(at).await
    }

    /// A task has gone out: who signs it when, and who else does.
    async fn out(&mut self, at: usize) -> anyhow::Result<()> {
        let today = self.stage.now().day();
        let node = self.node_mut(at)?;
        node.phase = Phase::Out;
        node.start = today;
        let (sign, co) = (node.spec.fate.sign, node.spec.co.len());
        let has_steps = node.spec.steps > 0;
        if let Some(due) = node.due {
            let span = self.stage.calendar.workdays_between(today.date(), due.date()).max(1);
            self.node_mut(at)?.span = span;
        }
        if has_steps {
            self.read_steps(at).await?;
        }
        self.plan_later(sign, at, Act::Sign);
        for co in 0..co {
            let wait = self.dice.between(HOUR / 2, hours::FULL_DAY * 3 / 2);
            self.plan_later(wait, at, Act::CoSign(co));
        }
        Ok(())
    }

    async fn read_steps(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let id = node.id;
        let steps = tasks::steps(self.stage.tx().await?, id).await?;
        let count = i64::try_from(steps.len()).unwrap_or(1).max(1);
        let planned = (1..).map(|n| (100 * n + count - 1) / count);
        let steps = steps.into_iter().zip(planned).map(|((id, day), planned)| Milepost { id, day, planned });
        self.node_mut(at)?.steps = steps.collect();
        Ok(())
    }

    /// A document is taken apart into tasks, which go out together.
    async fn set_all(&mut self, bundle: Bundle) -> anyhow::Result<()> {
        let mut days = Vec::new();
        for item in &bundle.items {
            days.push(self.days(item)?);
        }
        let weights = shape::weights(&self.dice, bundle.items.len());
        let heading = TaskInput {
            title: Some(bundle.title),
            demand: Some(bundle.demand),
            source_kind: Some(bundle.kind.to_owned()),
            source_document: bundle.document,
            importance: Some(bundle.importance),
            due: days.iter().map(|days| days.due).max().map(|day| DueInput { text: None, day }),
            not_secret: Some(true),
            ..TaskInput::default()
        };
        let children: Vec<ChildInput> = bundle
            .items
            .iter()
            .zip(&days)
            .zip(weights)
            .map(|((item, days), weight)| ChildInput { weight: percent(weight), task: self.input(item, days), ..ChildInput::default() })
            .collect();
        let ctx = self.stage.acting(&self.area, bundle.creator)?;
        let tx = self.stage.tx().await?;
        let id = tasks::create(tx, &ctx, &heading, None).await?;
        tasks::decompose(tx, &ctx, id, 1, &children).await?;
        tasks::submit(tx, &ctx, id, Some(2), true).await?;
        let ids = self.below(bundle.creator, id).await?;
        for ((id, item), days) in ids.into_iter().zip(bundle.items).zip(days) {
            let node = self.enter(id, 2, item, &days, None);
            self.out(node).await?;
        }
        Ok(())
    }

    /// The tasks directly below, in their order.
    async fn below(&mut self, who: crate::org::PersonId, id: TaskId) -> anyhow::Result<Vec<TaskId>> {
        let ctx = self.stage.acting(&self.area, who)?;
        let query = FilterQuery { parent_id: Some(id), sort: Some("number".to_owned()), limit: Some(200), ..FilterQuery::default() };
        let page = tasks::list(self.stage.tx().await?, &ctx, &query).await?;
        Ok(page.items.into_iter().map(|row| row.id).collect())
    }

    /// A unit takes its task apart for its own people.
    pub(super) async fn decompose(&mut self, at: usize) -> anyhow::Result<()> {
        let items = self.own_parts(at)?;
        let mut days = Vec::new();
        for item in &items {
            days.push(self.days(item)?);
        }
        let weights = shape::weights(&self.dice, items.len());
        let children: Vec<ChildInput> = items
            .iter()
            .zip(&days)
            .zip(weights)
            .map(|((item, days), weight)| ChildInput { weight: percent(weight), task: self.input(item, days), ..ChildInput::default() })
            .collect();
        let node = self.node(at)?;
        let (id, version) = (node.id, node.version);
        let head = self.area.units.get(node.spec.unit).context("no such unit")?.head;
        let ctx = self.stage.acting(&self.area, head)?;
        let tx = self.stage.tx().await?;
        tasks::decompose(tx, &ctx, id, version, &children).await?;
        tasks::submit(tx, &ctx, id, Some(version + 1), true).await?;
        let node = self.node_mut(at)?;
        node.version += 2;
        node.below = children.len();
        let ids = self.below(head, id).await?;
        for ((id, item), days) in ids.into_iter().zip(items).zip(days) {
            let child = self.enter(id, 2, item, &days, Some(at));
            self.out(child).await?;
        }
        Ok(())
    }

    fn own_parts(&self, at: usize) -> anyhow::Result<Vec<Spec>> {
        let node = self.node(at)?;
        let unit = self.area.units.get(node.spec.unit).context("no such unit")?;
        let (calendar, today, dice) = (&self.stage.calendar, self.stage.now().day(), &self.dice);
        let due = node.due.context("a standing task is not taken apart")?;
        let left = calendar.workdays_between(today.date(), due.date());
        let titles = writing::parts(dice, &node.spec.matter.object, node.spec.fate.split);
        let count = i64::try_from(titles.len()).unwrap_or(1);
        let mut seats = unit.seats.clone();
        dice.shuffle(&mut seats);
        let items = titles.into_iter().zip(seats.into_iter().cycle()).zip(1..).map(|((title, seat), n)| {
            // The last is due some days before the whole, which has to be put together.
            let days = (left * n / count - if n == count { dice.between(2, 3) } else { 0 }).max(n);
            let mut fate = shape::fate(dice, days, 6);
            fate.returned = None;
            fate.sign = fate.sign.min(hours::FULL_DAY);
            Spec {
                creator: unit.head,
                reviewer: unit.head,
                seat,
                seated: true,
                co: Vec::new(),
                matter: writing::Matter { title, object: node.spec.matter.object.clone() },
                term: Term::On(hours::workday(calendar, today, days).min(due)),
                steps: 0,
                fate,
                ..node.spec.clone()
            }
        });
        Ok(items.collect())
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
fn percent(share: i64) -> f64 {
    share as f64
}
