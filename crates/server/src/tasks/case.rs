//! A task taken in hand: loaded with everything a verb decides on, its tree held against other writers, and put back with
//! its lamp, its ledger event, its domain event and what follows for the tasks above.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wording::{Words, say};

use super::{
    follow, lamp,
    model::{ClosureRow, PartyId, PartyRow, PartyState, RequestKind, RequestRow, RequestState, Task, TaskId, TaskState},
    policy::{self, Action, Situation},
    requests::chain,
    rules::TaskRules,
    store,
    wait::WaitRow,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    audit, events,
    org::{self, PersonId},
};

/// Something that happened to a task, for the rooms above.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskEvent {
    /// What: the ledger's action, prefixed by `task.`.
    pub name: String,
    /// To which task.
    pub task: TaskId,
    /// By whom; nobody when the system did it.
    pub actor: Option<PersonId>,
    /// Which party, person, report, request or urge it is about.
    pub subject: Option<kit::uuid::Uuid>,
    /// What changed for whoever works on it, in words as they are stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Whom it concerns although they are no longer found in the task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<PersonId>,
    /// Parties that hear of it otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub but: Vec<PartyId>,
}

impl events::Event for TaskEvent {
    fn name(&self) -> &str {
        &self.name
    }
}

/// One step: what is written down about it and whom it concerns.
#[derive(Debug)]
pub struct Step {
    /// Stable: `dispatched`, `signed`, `reported`.
    pub action: &'static str,
    /// For people.
    pub words: Words,
    /// The particulars.
    pub data: Value,
    /// Which party, report or request it is about.
    pub subject: Option<kit::uuid::Uuid>,
    said: Option<Words>,
    also: Vec<PersonId>,
    but: Vec<PartyId>,
}

impl Step {
    /// A step about the task as a whole.
    pub fn new(action: &'static str, words: impl Into<Words>, data: Value) -> Self {
        Self { action, words: words.into(), data, subject: None, said: None, also: Vec::new(), but: Vec::new() }
    }

    /// With what whoever works on the task is to be told of it.
    pub(super) fn saying(mut self, words: Option<Words>) -> Self {
        self.said = words;
        self
    }

    /// These parties hear of it otherwise.
    pub(super) fn sparing(mut self, parties: Vec<PartyId>) -> Self {
        self.but = parties;
        self
    }

    /// It concerns these, who are no longer found in the task.
    pub(super) fn telling(mut self, people: Vec<PersonId>) -> Self {
        self.also = people;
        self
    }

    /// About this party, report or request.
    pub fn about(mut self, subject: impl Into<kit::uuid::Uuid>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// A task in hand.
#[derive(Debug)]
pub struct Case {
    /// The task.
    pub task: Task,
    /// Its parties.
    pub parties: Vec<PartyRow>,
    /// Undecided requests.
    pub requests: Vec<RequestRow>,
    /// Other contents that were granted and that the issuer has not written down yet.
    pub(super) amendments: Vec<RequestRow>,
    /// For whom it waits, newest first.
    pub(super) waits: Vec<WaitRow>,
    before: Task,
    reporters: Vec<(PersonId, Moment)>,
    below: store::Below,
    own_drafts: i64,
    closure: Option<ClosureRow>,
    parent_state: Option<TaskState>,
    root_state: TaskState,
}

impl Case {
    /// Takes a task in hand to change it. `version` is the one the actor looked at; without one, whatever stands now.
    pub async fn open(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: Option<i64>) -> Outcome<Self> {
        if !store::lock_tree(tx, id).await? {
            return Err(Refusal::NotFound);
        }
        let case = Self::look(tx, ctx, id).await?;
        if version.is_some_and(|version| version != case.task.version) {
            return Err(Refusal::Stale);
        }
        Ok(case)
    }

    /// Loads a task that the actor may see.
    pub async fn look(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<Self> {
        let store::InHand { task, has_requests, has_reports, parent_state, root_state } =
            store::find_in_hand(tx, id).await?.ok_or(Refusal::NotFound)?;
        let parties = store::parties(tx, id).await?;
        if !is_seen(ctx, &task, &parties) {
            return Err(Refusal::NotFound);
        }
        let (requests, amendments) = apart(if has_requests { store::pending_requests(tx, id).await? } else { Vec::new() });
        let waits = if task.waits_for.is_some() { store::open_waits_of(tx, &[id]).await? } else { Vec::new() };
        let reporters = if has_reports { store::open_reporters(tx, id).await? } else { Vec::new() };
        let below = if task.children > 0 { store::below(tx, id).await? } else { store::Below::default() };
        let own_drafts = if below.drafts > 0 { own_drafts(&store::children(tx, id).await?, ctx) } else { 0 };
        let closure = if task.state == TaskState::Closed { store::closure(tx, id).await? } else { None };
        Ok(Self {
            before: task.clone(),
            task,
            parties,
            requests,
            amendments,
            waits,
            reporters,
            below,
            own_drafts,
            closure,
            parent_state,
            root_state,
        })
    }

    /// Looks at many tasks at once: tasks that the caller has already found to be seen by the actor. What hangs on them is
    /// read in a few statements, however many they are; only the drafts below are not looked into.
    pub(super) async fn look_at_all(tx: &mut Tx, tasks: Vec<Task>) -> Outcome<Vec<Self>> {
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        let mut parties = by_task(store::parties_of(tx, ids.iter().copied()).await?.into_iter().map(|row| (row.task_id, row)));
        let mut requests = by_task(store::pending_requests_of(tx, &ids).await?.into_iter().map(|row| (row.task_id, row)));
        let waiting: Vec<TaskId> = tasks.iter().filter(|task| task.waits_for.is_some()).map(|task| task.id).collect();
        let mut waits = if waiting.is_empty() {
            HashMap::new()
        } else {
            by_task(store::open_waits_of(tx, &waiting).await?.into_iter().map(|row| (row.task_id, row)))
        };
        let mut reporters = by_task(store::open_reporters_of(tx, &ids).await?);
        let mut closures = by_task(store::closures_of(tx, &ids).await?);
        let parents: Vec<TaskId> = tasks.iter().filter(|task| task.children > 0).map(|task| task.id).collect();
        let below = store::below_of(tx, &parents).await?;
        let around: Vec<TaskId> = tasks.iter().flat_map(|task| [task.parent_id, Some(task.root_id)]).flatten().collect();
        let states: HashMap<TaskId, TaskState> = store::states_of(tx, &around).await?.into_iter().collect();
        Ok(tasks
            .into_iter()
            .map(|task| {
                let (requests, amendments) = apart(requests.remove(&task.id).unwrap_or_default());
                let (drafts, open) = below.iter().find(|(id, ..)| *id == task.id).map_or((0, 0), |(_, drafts, open)| (*drafts, *open));
                Self {
                    before: task.clone(),
                    parties: parties.remove(&task.id).unwrap_or_default(),
                    requests,
                    amendments,
                    waits: waits.remove(&task.id).unwrap_or_default(),
                    reporters: reporters.remove(&task.id).unwrap_or_default(),
                    below: store::Below { drafts, open, ..store::Below::default() },
                    own_drafts: 0,
                    closure: closures.remove(&task.id).unwrap_or_default().first().copied(),
                    parent_state: task.parent_id.and_then(|id| states.get(&id).copied()),
                    root_state: states.get(&task.root_id).copied().unwrap_or(task.state),
                    task,
                }
            })
            .collect())
    }

    /// Tasks directly below that are drafts, or out and not done.
    pub(super) const fn undone_below(&self) -> i64 {
        self.below.drafts + self.below.open
    }

    /// Whether reports wait for their review.
    pub(super) const fn has_reports(&self) -> bool {
        !self.reporters.is_empty()
    }

    /// Since when the actor may review what waits.
    pub(super) fn reported_since(&self, ctx: &Ctx) -> Option<Moment> {
        self.reporters.iter().filter(|(by, _)| !ctx.actor.acts_as(*by)).map(|(_, at)| *at).min()
    }

    /// Whether this party may be returned now.
    pub(super) fn may_return(&self, ctx: &Ctx, party: &PartyRow) -> bool {
        policy::may_return(&self.situation(ctx), party)
    }

    fn situation<'a>(&'a self, ctx: &'a Ctx) -> Situation<'a> {
        Situation {
            task: &self.task,
            parent_state: self.parent_state,
            root_state: self.root_state,
            parties: &self.parties,
            requests: &self.requests,
            reporters: &self.reporters,
            draft_children: self.below.drafts,
            own_drafts: self.own_drafts,
            closure: self.closure,
            open_children: self.below.open,
            today: ctx.today(),
            calendar: &ctx.calendar,
            rules: ctx.rules.get(),
        }
    }

    /// Everything the actor may do now.
    pub fn allowed(&self, ctx: &Ctx) -> std::collections::BTreeSet<Action> {
        policy::allowed(&self.situation(ctx), &ctx.actor)
    }

    /// Refuses what the actor may not do now, and says why.
    pub fn require(&self, ctx: &Ctx, action: Action) -> Outcome<()> {
        let situation = self.situation(ctx);
        if policy::allowed(&situation, &ctx.actor).contains(&action) {
            return Ok(());
        }
        let (involved, detail) = policy::why_not(action, &situation, &ctx.actor);
        Err(if involved { Refusal::conflict("not_now", detail) } else { Refusal::forbidden(detail) })
    }

    /// The parties the actor acts for.
    pub fn mine<'a>(&'a mut self, ctx: &'a Ctx) -> impl Iterator<Item = &'a mut PartyRow> {
        self.parties.iter_mut().filter(|party| policy::is_doer(party, &ctx.actor))
    }

    /// Puts the task back: lamp, ledger, event, live signal, and what follows above.
    pub async fn finish(mut self, tx: &mut Tx, ctx: &Ctx, step: Step) -> Outcome<()> {
        self.end_what_ends_with_it(tx, ctx).await?;
        light(tx, ctx, &mut self.task, &self.requests, &self.parties).await?;
        store::save(tx, &self.before, &mut self.task).await?;
        note(tx, ctx, &self.task, step).await?;
        follow::above(tx, ctx, &self.task).await
    }

    /// Refuses an end while somebody who takes part has not done their part, or a lead has not signed: they may have come in
    /// after it was asked for.
    pub(super) fn require_ended_parts(&self) -> Outcome<()> {
        let open = |party: &PartyRow| {
            let ended = if party.role.assists() { party.state == PartyState::Done } else { party.state != PartyState::Unsigned };
            party.role.works() && !ended
        };
        match self.parties.iter().find(|party| open(party)) {
            Some(party) => Err(Refusal::conflict("not_now", say!("{unit}还没有签收或完成配合，不能办结。", unit = party.unit_name))),
            None => Ok(()),
        }
    }

    /// Nobody waits, and nothing may go wrong any more, in what has ended.
    async fn end_what_ends_with_it(&mut self, tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
        let ended = self.task.state.is_done() || self.task.state == TaskState::Terminated;
        if ended && (!self.waits.is_empty() || self.task.open_risks > 0) {
            let by = (ctx.actor.person.0 != kit::NIL).then_some(ctx.actor.person);
            store::end_waits_and_risks(tx, self.task.id, ctx.now(), by).await?;
            self.waits.clear();
            self.task.open_risks = 0;
        }
        let names: Vec<&str> = self.waits.iter().map(WaitRow::on).collect();
        self.task.waits_for = if names.is_empty() { None } else { Some(names.join("、")) };
        Ok(())
    }

    /// Whether the actor could give the task more time without anybody else.
    pub(super) fn decides_alone(&self, ctx: &Ctx) -> bool {
        chain::alone(&self.situation(ctx), RequestKind::Extend, &ctx.actor)
    }

    /// Whether the actor may decide on an open request now.
    pub(super) fn may_decide(&self, ctx: &Ctx, request: &RequestRow) -> bool {
        chain::may_decide(&self.situation(ctx), request, &ctx.actor)
    }

    /// Whether the task still stands where such a request makes sense.
    pub(super) fn still_fits(&self, kind: RequestKind) -> bool {
        let (open, stopped) = (self.task.state.is_open(), self.task.state == TaskState::Suspended);
        match kind {
            RequestKind::Transfer => open && !self.requests.iter().any(|request| request.kind == RequestKind::Close),
            RequestKind::Return | RequestKind::Suspend | RequestKind::Amend => open,
            RequestKind::Close => self.task.state == TaskState::Active,
            RequestKind::Extend | RequestKind::Terminate => open || stopped,
            RequestKind::Resume => stopped && self.parent_state.is_none_or(TaskState::is_open),
            RequestKind::Recheck => true,
        }
    }

    /// Whether the actor may decide on it and another has to agree after them.
    pub(super) fn passes_on(&self, ctx: &Ctx, request: &RequestRow) -> bool {
        let chain = chain::of_request(request, &self.task, &ctx.rules.get::<TaskRules>());
        let decides = match request.kind {
            RequestKind::Close => self.allowed(ctx).contains(&Action::DecideClose),
            RequestKind::Return => self.allowed(ctx).contains(&Action::Rule),
            _ => self.may_decide(ctx, request),
        };
        decides && chain::goes_on(chain, &self.task, request, &ctx.actor)
    }

    /// Whether nobody can be late with it now.
    pub(super) fn is_stopped(&self) -> bool {
        stopped(&self.task, &self.requests, &self.parties).is_some()
    }

    /// Why nobody can be late with it now, and since when.
    pub(super) fn stopped(&self) -> Option<(RequestKind, Day)> {
        stopped(&self.task, &self.requests, &self.parties)
    }

    /// Works the lamp out anew where nothing has happened to the task itself: no step, and no new version of it.
    pub(super) async fn relight(mut self, tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
        light(tx, ctx, &mut self.task, &self.requests, &self.parties).await?;
        Ok(store::save_derived(tx, &self.task).await?)
    }
}

/// Whether the actor sees a task with these parties.
pub fn is_seen(ctx: &Ctx, task: &Task, parties: &[PartyRow]) -> bool {
    let whose = parties.iter().map(|party| (party.unit_id, party.person_id));
    let (handed_in, out) = (task.state != TaskState::Draft, task.dispatched_at.is_some());
    ctx.actor.scope.sees_task(task.creator_id, task.issuer_unit_id, handed_in, out, whose)
}

/// What is undecided, and what was granted and is not carried out.
fn apart(pending: Vec<RequestRow>) -> (Vec<RequestRow>, Vec<RequestRow>) {
    pending.into_iter().partition(|request| request.state == RequestState::Open)
}

fn by_task<T>(rows: impl IntoIterator<Item = (TaskId, T)>) -> HashMap<TaskId, Vec<T>> {
    let mut out: HashMap<TaskId, Vec<T>> = HashMap::new();
    for (id, row) in rows {
        out.entry(id).or_default().push(row);
    }
    out
}

/// How many of these the actor may send out: drafts of their own or of the unit they stand for. What the committee's side
/// has sketched below a unit's task is not the unit's to touch, and the other way round.
fn own_drafts(children: &[Task], ctx: &Ctx) -> i64 {
    let own = |child: &&Task| child.state == TaskState::Draft && policy::is_issuer(child, &ctx.actor);
    i64::try_from(children.iter().filter(own).count()).unwrap_or(0)
}

/// Works out the lamp of a task anew.
pub(super) async fn light(tx: &mut Tx, ctx: &Ctx, task: &mut Task, requests: &[RequestRow], parties: &[PartyRow]) -> Outcome<()> {
    let (milestones, dues) = if !task.state.is_open() { (Vec::new(), Vec::new()) } else { store::nodes(tx, task.id).await? };
    let stopped = if task.state.is_open() { stopped(task, requests, parties) } else { None };
    let facts = lamp::Facts { task, milestones: &milestones, dues: &dues, stopped: stopped.map(|(_, since)| since) };
    let turns = lamp::plan(&facts, &ctx.calendar, &ctx.rules.get::<TaskRules>());
    if task.state.is_open() {
        task.stage = milestones.iter().find(|step| step.done_at.is_none()).map(|step| step.title.clone());
    }
    lamp::apply(task, &turns, ctx.today(), ctx.generation);
    task.stopped = stopped.map(|(why, _)| why);
    Ok(())
}

/// Why nobody can be late now, and since when: a request to close or to put off, asked in time, is undecided, or whose task it is.
fn stopped(task: &Task, requests: &[RequestRow], parties: &[PartyRow]) -> Option<(RequestKind, Day)> {
    let in_time = |r: &RequestRow| task.due_day.is_none_or(|due| r.at.day() <= due);
    let disputed = parties.iter().any(|party| party.role.leads() && party.state == PartyState::Disputed);
    let stops = |r: &&RequestRow| match r.kind {
        RequestKind::Close => true,
        RequestKind::Return => disputed,
        RequestKind::Extend | RequestKind::Suspend => in_time(r),
        _ => false,
    };
    let first = requests.iter().filter(|r| r.state == RequestState::Open).filter(stops).min_by_key(|r| r.at)?;
    let closing = requests.iter().any(|r| r.kind == RequestKind::Close && r.state == RequestState::Open);
    Some((if closing { RequestKind::Close } else { first.kind }, first.at.day()))
}

/// Writes a step into the ledger and tells whoever listens.
pub async fn note(tx: &mut Tx, ctx: &Ctx, task: &Task, step: Step) -> Outcome<()> {
    let (words, data) = in_whose_name(tx, ctx, task, step.words, step.data).await?;
    let entry = audit::Entry { stream: task.root_id.0, task: Some(task.id.0), action: step.action, words, data };
    audit::record(tx, ctx, entry).await?;
    let actor = (ctx.actor.person.0 != kit::NIL).then_some(ctx.actor.person);
    let event = TaskEvent {
        name: format!("task.{}", step.action),
        task: task.id,
        actor,
        subject: step.subject,
        said: step.said.as_ref().map(Words::stored),
        also: step.also,
        but: step.but,
    };
    events::publish(tx, ctx, &event).await?;
    tx.signal("task", &format!("{} {}", task.root_id, task.id));
    Ok(())
}

/// What is written down where the actor acts for somebody who is away and whose task this is, and not their own: both are named.
async fn in_whose_name(tx: &mut Tx, ctx: &Ctx, task: &Task, words: Words, mut data: Value) -> Outcome<(Words, Value)> {
    let who = &ctx.actor;
    if who.deputises.is_empty() {
        return Ok((words, data));
    }
    let parties = store::parties(tx, task.id).await?;
    let has_part = |person: PersonId| task.creator_id == person || parties.iter().any(|party| party.person_id == Some(person));
    let units = || parties.iter().map(|party| party.unit_id).chain(task.issuer_unit_id);
    if has_part(who.person) || units().any(|unit| who.acts_for(unit) && !who.deputises.values().any(|theirs| theirs.contains(&unit))) {
        return Ok((words, data));
    }
    let behind = who.deputises.iter().filter(|(person, theirs)| has_part(**person) || units().any(|unit| theirs.contains(&unit)));
    let behind: Vec<PersonId> = behind.map(|(person, _)| *person).collect();
    if behind.is_empty() {
        return Ok((words, data));
    }
    let names: Vec<String> = org::person_refs(tx, behind.iter().copied()).await?.into_iter().map(|person| person.name).collect();
    if let Some(data) = data.as_object_mut() {
        data.insert("for".to_owned(), json!(behind));
    }
    Ok((say!("{words}（代{names}办理）", names = names.join("、")), data))
}
