//! 督办: a person presses for a task, and gets an answer by a day; asks again when it does not do, and accepts it when it does.

use std::collections::{HashMap, HashSet};

use db::Tx;
use kit::Day;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    instruct,
    model::{Instruction, TurnId, TurnKind, Urge, UrgeId, UrgeMethod, UrgeTurn, Wanted},
    orders::OrderRules,
    store::{self, NewUrge, TurnRow, UrgeRow},
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    files, notify,
    org::{self, PersonId, PersonRef, UnitRef},
    tasks::{self, Case, PartyId, Step, TaskId},
};

/// The kind of message those pressed get, also for what is asked later in the thread.
const TOLD: &str = "task.urged";

/// Pressing for a task.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgeInput {
    /// What is said, at most 1,000 characters.
    pub text: String,
    /// How; a call is one the asker has made by hand, and is only written down. A message when missing.
    #[serde(default)]
    pub method: Option<UrgeMethod>,
    /// By when an answer is expected; as the rules say when missing.
    pub reply_due_day: Option<Day>,
    /// Which parties; the lead ones when missing.
    pub party_ids: Option<Vec<PartyId>>,
    /// What was answered at once in a call to one party.
    #[serde(default)]
    pub answer: Option<SpokenInput>,
}

/// What somebody answered on the telephone, written down by whoever asked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpokenInput {
    /// Who answered: the handler, or somebody of the unit that was pressed.
    pub person_id: PersonId,
    /// What they said, at most 2,000 characters.
    pub text: String,
}

fn may_urge(case: &Case, ctx: &Ctx) -> bool {
    let who = &ctx.actor;
    case.task.state.is_open() && (who.is(Role::Leader) || who.is(Role::Centre) || tasks::is_issuer(&case.task, who))
}

/// Presses for a task; answers what was sent, one for each party.
pub async fn urge(tx: &mut Tx, ctx: &Ctx, task: TaskId, input: &UrgeInput) -> Outcome<Vec<Urge>> {
    let case = Case::open(tx, ctx, task, None).await?;
    if !case.task.state.is_open() {
        return Err(Refusal::conflict("not_now", say!("任务现为“{state}”，不需要督办。", state = case.task.state.words())));
    }
    if !may_urge(&case, ctx) {
        return Err(Refusal::forbidden("只有领导、运营中心和交办单位可以督办这项任务。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 1000);
    let due = reply_day(ctx, input.reply_due_day, &mut fields);
    let targets: Vec<_> = case
        .parties
        .iter()
        .filter(|party| input.party_ids.as_ref().map_or_else(|| party.role.leads(), |ids| ids.contains(&party.id)))
        .filter(|party| party.role.works())
        .collect();
    if targets.is_empty() {
        fields.add("party_ids", "请选择要督办的责任方");
    }
    let method = input.method.unwrap_or(UrgeMethod::Message);
    if input.answer.is_some() && (method != UrgeMethod::Call || targets.len() != 1) {
        fields.add("answer", "只有对一个责任方的电话督办可以同时记下答复");
    }
    fields.finish()?;
    for party in &targets {
        let id = UrgeId::new(&ctx.rng, ctx.now());
        let by = ctx.actor.person;
        let new = NewUrge { id, task, party: party.id, by, at: ctx.now(), method, text: &text, reply_due_day: due, instruction: None };
        store::insert(tx, &new).await?;
        let words = match method {
            UrgeMethod::Message => say!("督办{unit}：{text}（{due}前回复）", unit = party.unit_name),
            UrgeMethod::Call => say!("电话督办{unit}：{text}（{due}前回复）", unit = party.unit_name),
        };
        let data = json!({ "urge": id, "party": party.id, "method": method, "reply_due_day": due });
        tasks::note(tx, ctx, &case.task, Step::new("urged", words, data).about(id.0)).await?;
        if let Some(spoken) = &input.answer {
            let row = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
            write_down(tx, ctx, &row, &case, spoken, "answer.").await?;
        }
    }
    latest(tx, ctx, task, targets.len()).await
}

/// Answers what was asked last, once; by the handler or whoever stands for the unit.
pub async fn reply(tx: &mut Tx, ctx: &Ctx, id: UrgeId, text: &str, file_ids: &[files::FileId]) -> Outcome<Urge> {
    let (row, case) = open(tx, ctx, id).await?;
    let party = case.parties.iter().find(|party| party.id == row.party_id).ok_or(Refusal::NotFound)?;
    if !tasks::is_doer(party, &ctx.actor) {
        return Err(Refusal::forbidden("这条督办不是发给您的。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", text, 2000);
    fields.finish()?;
    let owner = put(tx, ctx, &row, &turn(ctx, id, TurnKind::Reply, &text, None)).await?;
    files::attach(tx, ctx, row.task_id.0, owner, file_ids).await?;
    // Whoever answers has read it, wherever that was.
    notify::read_about(tx, ctx, id.0).await?;
    let words = match row.said_on {
        None => say!("{unit}回复督办：{text}", unit = party.unit_name),
        Some(_) => say!("{unit}反馈批示落实情况：{text}", unit = party.unit_name),
    };
    let data = json!({ "urge": id, "files": file_ids });
    tasks::note(tx, ctx, &case.task, Step::new("urge_replied", words, data).about(id.0)).await?;
    find(tx, ctx, id).await
}

/// Writes down what whoever pressed was answered on the telephone; whose answer it is, is told of it.
pub(super) async fn record(tx: &mut Tx, ctx: &Ctx, id: UrgeId, spoken: &SpokenInput) -> Outcome<Urge> {
    let (row, case) = open(tx, ctx, id).await?;
    if !is_theirs(&row, ctx) {
        return Err(Refusal::forbidden("只有发出督办、作出批示或登记批示的人可以记下电话答复。"));
    }
    write_down(tx, ctx, &row, &case, spoken, "").await?;
    find(tx, ctx, id).await
}

async fn write_down(tx: &mut Tx, ctx: &Ctx, row: &UrgeRow, case: &Case, spoken: &SpokenInput, prefix: &str) -> Outcome<()> {
    let mut fields = Fields::default();
    let text = fields.under(prefix).text("text", &spoken.text, 2000);
    let by = spoken.person_id;
    if ctx.actor.acts_as(by) {
        fields.add("person_id", "自己的答复请直接回复");
    } else if row.handler_id != Some(by) && !org::works_in(tx, by, row.unit_id, ctx.today()).await? {
        fields.add("person_id", "请选择承办人或被督办单位的人员");
    }
    fields.finish()?;
    let mut turn = turn(ctx, row.id, TurnKind::Reply, &text, None);
    (turn.person_id, turn.entered_by) = (by, Some(ctx.actor.person));
    put(tx, ctx, row, &turn).await?;
    let name = org::person_refs(tx, [by]).await?.pop().map(|person| person.name).unwrap_or_default();
    let words = match row.said_on {
        None => say!("登记{unit}{name}的电话答复：{text}", unit = row.unit_name),
        Some(_) => say!("登记{unit}{name}对批示的电话答复：{text}", unit = row.unit_name),
    };
    let data = json!({ "urge": row.id, "by": by });
    tasks::note(tx, ctx, &case.task, Step::new("urge_reply_recorded", words, data).about(row.id.0)).await
}

/// Puts an answer to what was asked last; answers what its files belong to.
async fn put(tx: &mut Tx, ctx: &Ctx, row: &UrgeRow, answer: &TurnRow) -> Outcome<files::Owner> {
    notify::answered(tx, ctx, row.id.0, &[TOLD]).await?;
    if row.replied_at.is_some() && row.again_day.is_some() {
        store::insert_turn(tx, answer).await?;
        return Ok(files::Owner::urge(answer.id.0));
    }
    if !store::answer(tx, answer).await? {
        return Err(Refusal::conflict("decided", "这条督办已经回复。"));
    }
    Ok(files::Owner::urge(row.id.0))
}

/// Asking again in the same thread.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionInput {
    /// What is asked, at most 1,000 characters.
    text: String,
    /// By when an answer is expected; as the rules say when missing.
    reply_due_day: Option<Day>,
}

/// Whoever pressed asks again when the answer does not do.
pub(super) async fn ask_again(tx: &mut Tx, ctx: &Ctx, id: UrgeId, input: &QuestionInput) -> Outcome<Urge> {
    let (row, case) = answered(tx, ctx, id).await?;
    if !case.task.state.is_open() {
        return Err(Refusal::conflict("not_now", say!("任务现为“{state}”，不需要督办。", state = case.task.state.words())));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 1000);
    let due = reply_day(ctx, input.reply_due_day, &mut fields);
    fields.finish()?;
    store::insert_turn(tx, &turn(ctx, id, TurnKind::Ask, &text, Some(due))).await?;
    let words = say!("追问{unit}：{text}（{due}前回复）", unit = row.unit_name);
    let data = json!({ "urge": id, "reply_due_day": due });
    tasks::note(tx, ctx, &case.task, Step::new("urge_asked_again", words, data).about(id.0)).await?;
    find(tx, ctx, id).await
}

/// Whoever pressed finds the answer good: the thread has ended.
pub async fn accept(tx: &mut Tx, ctx: &Ctx, id: UrgeId) -> Outcome<Urge> {
    let (row, case) = answered(tx, ctx, id).await?;
    let turns = store::turns(tx, &[id]).await?;
    if last_answer(&row, &turns).is_some_and(|by| ctx.actor.acts_as(by)) {
        return Err(Refusal::forbidden("不能认可自己的回复，请由发出督办的人认可。"));
    }
    store::accept(tx, id, ctx.actor.person, ctx.now()).await?;
    let words = match row.said_on {
        None => say!("认可{unit}的督办回复", unit = row.unit_name),
        Some(_) => say!("认可{unit}的批示反馈", unit = row.unit_name),
    };
    tasks::note(tx, ctx, &case.task, Step::new("urge_accepted", words, json!({ "urge": id })).about(id.0)).await?;
    find(tx, ctx, id).await
}

/// An urge with its task in hand, read while the tree is held.
async fn open(tx: &mut Tx, ctx: &Ctx, id: UrgeId) -> Outcome<(UrgeRow, Case)> {
    let task = store::find(tx, id).await?.ok_or(Refusal::NotFound)?.task_id;
    let case = Case::open(tx, ctx, task, None).await?;
    Ok((store::find(tx, id).await?.ok_or(Refusal::NotFound)?, case))
}

/// An urge of the actor's own that has been answered and not accepted.
async fn answered(tx: &mut Tx, ctx: &Ctx, id: UrgeId) -> Outcome<(UrgeRow, Case)> {
    let (row, case) = open(tx, ctx, id).await?;
    if !is_theirs(&row, ctx) {
        return Err(Refusal::forbidden("只有发出督办、作出批示或登记批示的人可以追问或认可。"));
    }
    if row.accepted_at.is_some() {
        return Err(Refusal::conflict("decided", "这条督办的回复已经认可，可以另行督办。"));
    }
    if owed_day(&row).is_some() {
        return Err(Refusal::conflict("not_now", "对方还没有回复，现在不能追问或认可。"));
    }
    Ok((row, case))
}

/// Whether the actor pressed, instructed, or wrote the instruction down.
fn is_theirs(row: &UrgeRow, ctx: &Ctx) -> bool {
    ctx.actor.acts_as(row.person_id) || row.entered_by.is_some_and(|by| ctx.actor.acts_as(by))
}

/// Who answered last.
fn last_answer(row: &UrgeRow, turns: &[TurnRow]) -> Option<PersonId> {
    let later = turns.iter().rev().find(|turn| turn.urge_id == row.id && turn.kind == TurnKind::Reply);
    later.map_or(row.replied_by, |turn| Some(turn.person_id))
}

/// By when an answer is owed.
fn owed_day(row: &UrgeRow) -> Option<Day> {
    if row.replied_at.is_none() { Some(row.reply_due_day) } else { row.again_day }
}

fn turn(ctx: &Ctx, urge_id: UrgeId, kind: TurnKind, text: &str, reply_due_day: Option<Day>) -> TurnRow {
    let id = TurnId::new(&ctx.rng, ctx.now());
    TurnRow { id, urge_id, kind, person_id: ctx.actor.person, at: ctx.now(), text: text.to_owned(), reply_due_day, entered_by: None }
}

/// By when an urge of today is answered where nothing is said.
pub(super) fn usual_day(ctx: &Ctx) -> Day {
    let today = ctx.today();
    Day::new(ctx.calendar.add_workdays(today.date(), ctx.rules.get::<OrderRules>().urge_days)).unwrap_or(today)
}

/// The day an answer is expected by, which is what the rules say where none is named.
pub(super) fn reply_day(ctx: &Ctx, wanted: Option<Day>, fields: &mut Fields) -> Day {
    let today = ctx.today();
    let due = wanted.unwrap_or_else(|| usual_day(ctx));
    if due < today {
        fields.add("reply_due_day", "不能早于今天");
    }
    if due > today.plus_days(90) {
        fields.add("reply_due_day", "不能晚于 90 天后");
    }
    due
}

/// One urge about a task the actor sees.
pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, id: UrgeId) -> Outcome<Urge> {
    let row = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    Case::look(tx, ctx, row.task_id).await?;
    describe(tx, ctx, vec![row]).await?.into_iter().next().ok_or(Refusal::NotFound)
}

/// A task's urges, newest first, and whether the actor may press and instruct.
pub async fn urges_of(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<(Vec<Urge>, bool, bool)> {
    let case = Case::look(tx, ctx, task).await?;
    let rows = store::of_task(tx, task).await?;
    let may = (may_urge(&case, ctx), instruct::may_instruct(&case, &ctx.actor));
    Ok((describe(tx, ctx, rows).await?, may.0, may.1))
}

/// The latest of a task's urges.
pub(super) async fn latest(tx: &mut Tx, ctx: &Ctx, task: TaskId, n: usize) -> Outcome<Vec<Urge>> {
    let rows = store::of_task(tx, task).await?.into_iter().take(n).collect();
    describe(tx, ctx, rows).await
}

async fn describe(tx: &mut Tx, ctx: &Ctx, rows: Vec<UrgeRow>) -> Outcome<Vec<Urge>> {
    let ids: Vec<UrgeId> = rows.iter().map(|row| row.id).collect();
    let later = store::turns(tx, &ids).await?;
    let people = rows
        .iter()
        .flat_map(|row| [Some(row.person_id), row.entered_by, row.replied_by, row.reply_entered_by])
        .chain(later.iter().flat_map(|turn| [Some(turn.person_id), turn.entered_by]))
        .flatten();
    let names: HashMap<PersonId, PersonRef> =
        org::person_refs(tx, people.collect::<Vec<_>>()).await?.into_iter().map(|p| (p.id, p)).collect();
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or(PersonRef { id, name: String::new() });
    let owners = ids.iter().map(|id| id.0).chain(later.iter().map(|turn| turn.id.0));
    let mut files = files::of_owners(tx, &owners.collect::<Vec<_>>()).await?;
    let who = &ctx.actor;
    let oversees = who.is(Role::Leader) || who.is(Role::Centre);
    let told: Vec<_> = rows.iter().filter(|row| oversees || is_theirs(row, ctx)).map(|row| row.id.0).collect();
    let mut readers = notify::readers(tx, &told, TOLD).await?;
    let own_answers: HashSet<UrgeId> =
        rows.iter().filter(|row| last_answer(row, &later).is_some_and(|by| who.acts_as(by))).map(|row| row.id).collect();
    let mut turns: HashMap<UrgeId, Vec<UrgeTurn>> = HashMap::new();
    for turn in later {
        let TurnRow { id, urge_id, kind, person_id, at, text, reply_due_day, entered_by } = turn;
        let files = files.remove(&id.0).unwrap_or_default();
        turns.entry(urge_id).or_default().push(UrgeTurn {
            id,
            kind,
            by: name(person_id),
            at,
            text,
            reply_due_day,
            entered_by: entered_by.map(name),
            files,
        });
    }
    let today = ctx.today();
    let urge = |row: UrgeRow| {
        let turns = turns.remove(&row.id).unwrap_or_default();
        let owed_day = owed_day(&row);
        let mine = is_theirs(&row, ctx);
        let done = mine && owed_day.is_none() && row.accepted_at.is_none();
        Urge {
            to_unit: UnitRef { id: row.unit_id, name: row.unit_name, short_name: row.unit_short },
            to_person: row.handler_id.zip(row.handler_name).map(|(id, name)| PersonRef { id, name }),
            by: name(row.person_id),
            instruction: row.said_on.map(|said_on| Instruction {
                said_on,
                entered_by: row.entered_by.map(name),
                document: row.document,
                clause: row.clause,
            }),
            replied_by: row.replied_by.map(name),
            reply_entered_by: row.reply_entered_by.map(name),
            asked: turns.iter().rev().find(|turn| turn.kind == TurnKind::Ask).map_or_else(|| row.text.clone(), |turn| turn.text.clone()),
            overdue: owed_day.is_some_and(|day| day < today),
            may_reply: owed_day.is_some() && tasks::acts_as(row.unit_id, row.handler_id, who),
            may_record: mine && owed_day.is_some(),
            may_ask: done && row.task_open,
            may_accept: done && !own_answers.contains(&row.id),
            readers: told.contains(&row.id.0).then(|| readers.remove(&row.id.0).unwrap_or_default()),
            files: files.remove(&row.id.0).unwrap_or_default(),
            turns,
            owed_day,
            id: row.id,
            task_id: row.task_id,
            task_title: row.task_title,
            task_number: row.task_number,
            party_id: row.party_id,
            at: row.at,
            method: row.method,
            text: row.text,
            reply_due_day: row.reply_due_day,
            reply: row.reply,
            replied_at: row.replied_at,
            accepted_at: row.accepted_at,
        }
    };
    Ok(rows.into_iter().map(urge).collect())
}

/// A page of urges about tasks the actor sees, newest first; one more than `limit` where there are more.
pub(super) async fn list(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted, limit: i64) -> Outcome<Vec<Urge>> {
    let rows = store::list(tx, &ctx.actor.scope, &ctx.actor, wanted, limit + 1).await?;
    describe(tx, ctx, rows).await
}

/// Urges about these tasks, of which the actor is known to see all, that wait for an answer; the latest first.
pub async fn open_urges(tx: &mut Tx, ctx: &Ctx, tasks: &[TaskId]) -> Outcome<Vec<Urge>> {
    let rows = store::open_of_tasks(tx, tasks).await?;
    describe(tx, ctx, rows).await
}

/// Urges that the actor owes an answer.
pub async fn owed_replies(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Urge>> {
    let units = ctx.actor.stands_for.iter().copied();
    let rows = store::owed(tx, &ctx.actor.scope, ctx.actor.person, units).await?;
    describe(tx, ctx, rows).await
}

/// An urge as messages tell of it.
#[derive(Debug)]
pub(super) struct Told {
    /// To whom it is addressed.
    pub(super) party: PartyId,
    /// Who presses.
    pub(super) by: PersonId,
    /// How it began.
    pub(super) method: UrgeMethod,
    /// What was asked last.
    pub(super) asked: String,
    /// What was answered last, and by whom.
    pub(super) answer: Option<(PersonId, String)>,
    /// It is a leader's instruction; who wrote it down where that was somebody else.
    pub(super) instruction: bool,
    pub(super) entered_by: Option<PersonId>,
}

/// Whether an answer is owed.
pub(super) async fn is_owed(tx: &mut Tx, id: UrgeId) -> Outcome<bool> {
    Ok(store::find(tx, id).await?.is_some_and(|row| owed_day(&row).is_some()))
}

/// What messages say of an urge.
pub(super) async fn told(tx: &mut Tx, id: UrgeId) -> Outcome<Option<Told>> {
    let Some(row) = store::find(tx, id).await? else { return Ok(None) };
    let mut told = Told {
        party: row.party_id,
        by: row.person_id,
        method: row.method,
        asked: row.text,
        answer: row.replied_by.zip(row.reply),
        instruction: row.said_on.is_some(),
        entered_by: row.entered_by,
    };
    for turn in store::turns(tx, &[id]).await? {
        match turn.kind {
            TurnKind::Ask => told.asked = turn.text,
            TurnKind::Reply => told.answer = Some((turn.person_id, turn.text)),
        }
    }
    Ok(Some(told))
}
