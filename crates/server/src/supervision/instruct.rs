//! 批示: what a leader says of a task, written down by them or for them. The units carry it out and answer it by a day, in a thread like an
//! urge's; a task that was done is worked on again first, and what goes beyond the task becomes one of its own.

use db::Tx;
use kit::{Day, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    model::{Urge, UrgeId, UrgeMethod},
    store::{self, NewUrge, Said},
    urge,
};
use crate::{
    access::{self, Principal, Role},
    app::{Ctx, Fields, Outcome, Refusal},
    files::{self, FileId},
    org::{self, PersonId, PersonRef},
    tasks::{self, Case, PartyId, PartyInput, PartyRole, Step, TaskId, TaskInput, TaskState},
};

/// Where tasks come from that stand on a leader's note: a code of `source_kind`.
const SOURCE: &str = "leader_note";

text_enum! {
    /// What an instruction leads to.
    Then {
        Answer = "answer", "反馈落实情况";
        WorkAgain = "work_again", "重新办理";
        NewTask = "new_task", "另立任务";
    }
}

/// An instruction.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructionInput {
    /// What was said, at most 2,000 characters.
    text: String,
    /// Who said it; needed where the asker is no leader.
    leader_id: Option<PersonId>,
    /// When; today when missing.
    said_on: Option<Day>,
    /// The document it stands on, at most 300 characters.
    document: Option<String>,
    /// The place in it, at most 500 characters.
    clause: Option<String>,
    /// What it leads to; an answer when missing. A task that was done is worked on again, or a new one is made.
    #[serde(default)]
    #[schema(inline)]
    then: Option<Then>,
    /// By when it is answered; as the rules say when missing.
    reply_due_day: Option<Day>,
    /// Who answers; the lead parties when missing.
    party_ids: Option<Vec<PartyId>>,
    /// For `work_again`: the version of the task that the asker has seen.
    version: Option<i64>,
    /// For `work_again`: by when the task is done again.
    due_day: Option<Day>,
    /// For `new_task`: its title, at most 300 characters.
    title: Option<String>,
    /// The paper it stands on; kept with the task.
    #[serde(default)]
    file_ids: Vec<FileId>,
}

impl InstructionInput {
    /// A leader's own words of today, which the lead parties answer.
    pub const fn of(text: String, document: Option<String>) -> Self {
        Self {
            text,
            leader_id: None,
            said_on: None,
            document,
            clause: None,
            then: None,
            reply_due_day: None,
            party_ids: None,
            version: None,
            due_day: None,
            title: None,
            file_ids: Vec::new(),
        }
    }
}

/// What an instruction has led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Instructed {
    /// The threads that wait for an answer, one for each party.
    pub items: Vec<Urge>,
    /// The draft of a task of its own.
    pub task_id: Option<TaskId>,
}

/// Whether the actor may say, or write down, what a leader wants of this task. Whoever does the work in person does not instruct themselves.
pub(super) fn may_instruct(case: &Case, who: &Principal) -> bool {
    let does = || case.parties.iter().any(|party| party.role.works() && party.person_id.is_some_and(|person| who.acts_as(person)));
    case.task.dispatched_at.is_some()
        && case.task.state != TaskState::Terminated
        && (who.is(Role::Centre) || (who.is(Role::Leader) && !does()))
}

/// Whether the actor instructs in their own name, and whose words they may write down.
pub(super) async fn whose(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<(bool, Vec<PersonRef>)> {
    let case = Case::look(tx, ctx, task).await?;
    if !may_instruct(&case, &ctx.actor) {
        return Ok((false, Vec::new()));
    }
    let me = ctx.actor.person;
    let (own, others): (Vec<_>, Vec<_>) = speakers(tx, ctx, task).await?.into_iter().partition(|leader| leader.id == me);
    Ok((!own.is_empty(), others))
}

/// Leaders whose words the actor may bring: their own, those of whom they act for, and, as the centre, everybody's; always of leaders who see
/// the task, so that they can look at what is answered to them.
async fn speakers(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<Vec<PersonRef>> {
    let who = &ctx.actor;
    let mut see = Vec::new();
    for leader in org::leaders(tx, ctx.today()).await? {
        if !who.is(Role::Centre) && !who.acts_as(leader.id) {
            continue;
        }
        let Some(principal) = access::load_principal(tx, leader.id, ctx.today()).await? else { continue };
        if tasks::sees(tx, &ctx.acting(principal.into()), task).await? {
            see.push(leader);
        }
    }
    Ok(see)
}

/// Writes an instruction down.
pub async fn instruct(tx: &mut Tx, ctx: &Ctx, task: TaskId, input: &InstructionInput) -> Outcome<Instructed> {
    let case = Case::open(tx, ctx, task, None).await?;
    if !may_instruct(&case, &ctx.actor) {
        return Err(refused(&case, &ctx.actor));
    }
    let then = input.then.unwrap_or(Then::Answer);
    if then == Then::Answer && !case.task.state.is_open() {
        return Err(Refusal::conflict("not_now", say!("任务现为“{state}”，请选择重新办理或者另立任务。", state = case.task.state.words())));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 2000);
    let leader = leader_of(tx, ctx, task, input.leader_id, &mut fields).await?;
    let on = input.said_on.unwrap_or_else(|| ctx.today());
    if on > ctx.today() {
        fields.add("said_on", "不能晚于今天");
    }
    let said = Said {
        on,
        entered_by: leader.as_ref().filter(|leader| leader.id != ctx.actor.person).map(|_| ctx.actor.person),
        document: fields.optional_text("document", input.document.as_deref(), 300),
        clause: fields.optional_text("clause", input.clause.as_deref(), 500),
    };
    let title = match then {
        Then::NewTask => fields.text("title", input.title.as_deref().unwrap_or_default(), 300),
        _ => String::new(),
    };
    let due = urge::reply_day(ctx, input.reply_due_day, &mut fields);
    fields.finish()?;
    let Some(leader) = leader else { return Err(Refusal::NotFound) };
    files::attach(tx, ctx, task.0, files::Owner::task(task.0), &input.file_ids).await?;
    if then == Then::NewTask {
        return found(tx, ctx, &case, &leader, &said, &text, title).await;
    }
    if then == Then::WorkAgain {
        let Some(version) = input.version else { return Err(Refusal::field("version", "请说明看到的版本")) };
        tasks::work_again(tx, ctx, task, version, &text, input.due_day).await?;
    }
    let case = Case::open(tx, ctx, task, None).await?;
    ask(tx, ctx, &case, &leader, &said, (&text, due), input.party_ids.as_deref()).await
}

fn refused(case: &Case, who: &Principal) -> Refusal {
    if case.task.dispatched_at.is_none() || case.task.state == TaskState::Terminated {
        return Refusal::conflict("not_now", say!("任务现为“{state}”，不能批示。", state = case.task.state.words()));
    }
    if who.is(Role::Leader) {
        return Refusal::forbidden("不能批示由自己经办的任务。");
    }
    Refusal::forbidden("只有领导可以批示，政务运营中心可以登记领导的批示。")
}

/// Whose words these are: the actor's own where they are a leader and nobody else is named, or of the only one whose they can be.
async fn leader_of(tx: &mut Tx, ctx: &Ctx, task: TaskId, named: Option<PersonId>, fields: &mut Fields) -> Outcome<Option<PersonRef>> {
    let mut all = speakers(tx, ctx, task).await?;
    let wanted = named.or_else(|| match &all[..] {
        [only] if !ctx.actor.is(Role::Centre) => Some(only.id),
        _ => all.iter().map(|leader| leader.id).find(|id| *id == ctx.actor.person),
    });
    let found = wanted.and_then(|id| all.iter().position(|leader| leader.id == id)).map(|at| all.swap_remove(at));
    match (wanted, &found) {
        (None, _) => fields.add("leader_id", "请选择作出批示的领导"),
        (Some(_), None) => fields.add("leader_id", "只能登记能看到这项任务的领导的批示"),
        _ => {}
    }
    Ok(found)
}

fn say_of(leader: &PersonRef, text: &str) -> Words {
    say!("{name}批示：{text}", name = leader.name)
}

/// A thread for each party that is to answer.
async fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    case: &Case,
    leader: &PersonRef,
    said: &Said,
    (text, due): (&str, Day),
    party_ids: Option<&[PartyId]>,
) -> Outcome<Instructed> {
    let chosen = |id: &PartyId, leads: bool| party_ids.map_or(leads, |ids| ids.contains(id));
    let parties: Vec<_> = case.parties.iter().filter(|party| party.role.works() && chosen(&party.id, party.role.leads())).collect();
    if parties.is_empty() {
        return Err(Refusal::field("party_ids", "请选择落实批示的责任方"));
    }
    let task = case.task.id;
    for party in &parties {
        let id = UrgeId::new(&ctx.rng, ctx.now());
        store::insert(
            tx,
            &NewUrge {
                id,
                task,
                party: party.id,
                by: leader.id,
                at: ctx.now(),
                method: UrgeMethod::Message,
                text,
                reply_due_day: due,
                instruction: Some(said),
            },
        )
        .await?;
        let words = say!("{name}批示{unit}：{text}（{due}前反馈）", name = leader.name, unit = party.unit_name);
        let data = json!({
            "urge": id, "party": party.id, "leader": leader.id, "said_on": said.on, "document": said.document, "clause": said.clause,
            "reply_due_day": due,
        });
        tasks::note(tx, ctx, &case.task, Step::new("instructed", words, data).about(id.0)).await?;
    }
    Ok(Instructed { items: urge::latest(tx, ctx, task, parties.len()).await?, task_id: None })
}

/// What goes beyond the task becomes a draft of its own, which says where it comes from and follows the task.
async fn found(tx: &mut Tx, ctx: &Ctx, case: &Case, leader: &PersonRef, said: &Said, text: &str, title: String) -> Outcome<Instructed> {
    let leads = case.parties.iter().filter(|party| party.role == PartyRole::Lead && tasks::may_task(ctx, party.unit_id));
    let input = TaskInput {
        title: Some(title.clone()),
        demand: Some(say_of(leader, text).zh()),
        source_kind: Some(SOURCE.to_owned()),
        source_document: said.document.clone().or_else(|| case.task.source_document.clone()),
        clause: said.clause.clone(),
        importance: Some(case.task.importance),
        parties: Some(leads.map(|party| PartyInput::of(party.unit_id, PartyRole::Lead)).collect()),
        ..TaskInput::default()
    };
    let new = tasks::create(tx, ctx, &input, None).await?;
    tasks::go_on_from(tx, ctx, new, case).await?;
    let words = say!("{name}批示另立任务“{title}”：{text}", name = leader.name);
    let data = json!({
        "task": new, "leader": leader.id, "said_on": said.on, "document": said.document, "clause": said.clause, "text": text,
    });
    tasks::note(tx, ctx, &case.task, Step::new("instructed_anew", words, data)).await?;
    Ok(Instructed { items: Vec::new(), task_id: Some(new) })
}
