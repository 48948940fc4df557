//! What tasks have to do with each other: one blocks another, follows it, is the same again, or belongs to the same matter.
//!
//! A link says something and forbids nothing; the page of a task says what it waits for. Merging is the one exception: the
//! duplicate ends, and what it asked for goes on in the task it is merged into.

use std::collections::BTreeSet;

use db::Tx;
use kit::{Moment, text_enum};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    case::{Case, Step, note},
    model::{Importance, PartyId, PartyRow, PartyState, RequestKind, TaskId, TaskState},
    policy::{self, Action},
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    files,
    org::PersonId,
};

text_enum! {
    /// How one task stands to another.
    LinkKind {
        Blocks = "blocks", "是前置任务";
        Follows = "follows", "接续";
        Duplicates = "duplicates", "重复";
        SameMatter = "same_matter", "同一事项";
    }
}

impl LinkKind {
    /// The link as it stands on the task it was said of; `other` is the task at its other end.
    pub(super) fn said(self, other: &str) -> Words {
        match self {
            Self::Blocks => say!("本任务是“{other}”的前置任务"),
            Self::Follows => say!("接续“{other}”"),
            Self::Duplicates => say!("与“{other}”重复"),
            Self::SameMatter => say!("与“{other}”为同一事项"),
        }
    }

    /// The link as it stands on the other task.
    pub(super) fn heard(self, other: &str) -> Words {
        match self {
            Self::Blocks => say!("本任务的前置任务是“{other}”"),
            Self::Follows => say!("由“{other}”接续"),
            Self::Duplicates => say!("“{other}”与本任务重复"),
            Self::SameMatter => say!("与“{other}”为同一事项"),
        }
    }
}

/// A link as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LinkRow {
    pub task_id: TaskId,
    pub kind: LinkKind,
    pub other_id: TaskId,
    pub person_id: PersonId,
    pub at: Moment,
}

/// So many links one task may have.
const MOST: usize = 50;

/// Links a task with another one that the actor sees. What is said already changes nothing.
pub async fn link(tx: &mut Tx, ctx: &Ctx, id: TaskId, kind: LinkKind, other: TaskId) -> Outcome<()> {
    store::lock_trees(tx, id, other).await?;
    let case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::Link)?;
    let other = other_end(tx, ctx, &case, other).await?;
    let links = store::links(tx, id).await?;
    if links.iter().any(|row| same(row, id, kind, other.task.id)) {
        return Ok(());
    }
    if links.len() >= MOST {
        return Err(Refusal::field("other_id", say!("最多关联 {MOST} 项任务")));
    }
    if kind == LinkKind::Follows && links.iter().any(|row| same(row, other.task.id, kind, id)) {
        return Err(Refusal::field("other_id", "那项任务已经是这项任务的后续，不能互为后续"));
    }
    if kind == LinkKind::Blocks && is_blocked_by(tx, id, other.task.id).await? {
        return Err(Refusal::field("other_id", "两项任务会互为前置，不能这样关联"));
    }
    let row = LinkRow { task_id: id, kind, other_id: other.task.id, person_id: ctx.actor.person, at: ctx.now() };
    store::insert_link(tx, &row).await?;
    let data = json!({ "kind": kind, "task": id, "other": other.task.id });
    note(tx, ctx, &case.task, Step::new("linked", kind.said(&name(&other)), data.clone()).about(other.task.id.0)).await?;
    note(tx, ctx, &other.task, Step::new("linked", kind.heard(&name(&case)), data).about(id.0)).await
}

/// Says of a task that has just been made that it goes on from this one; no ledger but that of the new task notes it.
pub async fn go_on_from(tx: &mut Tx, ctx: &Ctx, new: TaskId, from: &Case) -> Outcome<()> {
    let case = Case::open(tx, ctx, new, None).await?;
    let (kind, other_id) = (LinkKind::Follows, from.task.id);
    store::insert_link(tx, &LinkRow { task_id: new, kind, other_id, person_id: ctx.actor.person, at: ctx.now() }).await?;
    let data = json!({ "kind": kind, "task": new, "other": other_id });
    note(tx, ctx, &case.task, Step::new("linked", kind.said(&name(from)), data).about(other_id.0)).await
}

/// Takes a link away, whichever side it was said of.
pub(super) async fn unlink(tx: &mut Tx, ctx: &Ctx, id: TaskId, kind: LinkKind, other: TaskId) -> Outcome<()> {
    store::lock_trees(tx, id, other).await?;
    let case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::Link)?;
    let row = store::links(tx, id).await?.into_iter().find(|row| same(row, id, kind, other) || same(row, other, kind, id));
    let Some(row) = row else { return Err(Refusal::NotFound) };
    let Some(far) = store::find(tx, other).await? else { return Err(Refusal::NotFound) };
    if kind == LinkKind::Duplicates && (case.task.state == TaskState::Terminated || far.state == TaskState::Terminated) {
        return Err(Refusal::conflict("not_now", "这是合并任务的记录，不能取消。"));
    }
    store::remove_link(tx, &row).await?;
    let data = json!({ "kind": kind, "task": row.task_id, "other": row.other_id });
    let words = say!("取消与“{other}”的关联", other = far.number.as_deref().unwrap_or(&far.title));
    note(tx, ctx, &case.task, Step::new("unlinked", words, data.clone()).about(other.0)).await?;
    let words = say!("取消与“{other}”的关联", other = name(&case));
    note(tx, ctx, &far, Step::new("unlinked", words, data).about(id.0)).await
}

fn same(row: &LinkRow, from: TaskId, kind: LinkKind, to: TaskId) -> bool {
    let there = row.task_id == from && row.other_id == to;
    let back = kind == LinkKind::SameMatter && row.task_id == to && row.other_id == from;
    row.kind == kind && (there || back)
}

/// A number is what people call a task by; a draft has only its title.
fn name(case: &Case) -> String {
    case.task.number.clone().unwrap_or_else(|| case.task.title.clone())
}

async fn other_end(tx: &mut Tx, ctx: &Ctx, case: &Case, other: TaskId) -> Outcome<Case> {
    if other == case.task.id {
        return Err(Refusal::field("other_id", "不能与自己关联"));
    }
    match Case::look(tx, ctx, other).await {
        Ok(other) if matches!(other.task.state, TaskState::Draft | TaskState::Approval) => {
            Err(Refusal::field("other_id", "这项任务还没有交办"))
        }
        Err(Refusal::NotFound) => Err(Refusal::field("other_id", "没有这项任务，或您看不到它")),
        found => found,
    }
}

/// Whether `first` has to wait for `last`, directly or through others. Chains are short; this looks no further than so many.
async fn is_blocked_by(tx: &mut Tx, first: TaskId, last: TaskId) -> Outcome<bool> {
    const FAR: usize = 1000;
    let (mut seen, mut next) = (BTreeSet::from([first]), vec![first]);
    while let Some(id) = next.pop() {
        for row in store::links(tx, id).await? {
            let before = row.task_id;
            if row.kind == LinkKind::Blocks && row.other_id == id && seen.len() < FAR && seen.insert(before) {
                next.push(before);
            }
        }
    }
    Ok(seen.contains(&last))
}

/// Ends a duplicate in favour of another task: its units take part there, its files are shown there.
pub async fn merge(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, into: TaskId, reason: &str) -> Outcome<TaskId> {
    if id == into {
        return Err(Refusal::field("into_id", "不能并入自己"));
    }
    store::lock_trees(tx, id, into).await?;
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Merge)?;
    let mut target = match Case::open(tx, ctx, into, None).await {
        Err(Refusal::NotFound) => return Err(Refusal::field("into_id", "没有这项任务，或您看不到它")),
        found => found?,
    };
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    if target.requests.iter().any(|request| request.kind == RequestKind::Close) {
        fields.add("into_id", "那项任务正在审核办结");
    }
    if !target.task.state.is_open() {
        fields.add("into_id", "只能并入正在办理的任务");
    }
    if !policy::is_issuer(&target.task, &ctx.actor) && !policy::leads_all(&ctx.actor) {
        fields.add("into_id", "那项任务不由您交办，不能并入");
    }
    if rank(target.task.importance) < rank(case.task.importance) {
        fields.add("into_id", "不能并入重要程度更低的任务");
    }
    fields.finish()?;
    let added = take_over_parties(tx, ctx, &case, &mut target).await?;
    files::share(tx, id.0, into.0).await?;
    let row = LinkRow { task_id: id, kind: LinkKind::Duplicates, other_id: into, person_id: ctx.actor.person, at: ctx.now() };
    store::insert_link(tx, &row).await?;
    let (from, to) = (name(&case), name(&target));
    let data = json!({ "from": id, "into": into, "parties": added.iter().map(|party| party.id).collect::<Vec<_>>() });
    for party in &added {
        let words = say!("增加{unit}为{role}单位", unit = party.unit_name, role = party.role.words());
        let data = json!({ "party": party.id, "unit": party.unit_id, "role": party.role });
        note(tx, ctx, &target.task, Step::new("party_added", words, data).about(party.id.0)).await?;
    }
    target.finish(tx, ctx, Step::new("took_over", say!("并入重复任务“{from}”：{reason}"), data.clone()).about(id.0)).await?;
    case.task.state = TaskState::Terminated;
    store::withdraw_open_requests(tx, id, ctx.now(), true).await?;
    store::remove_all_open_dues(tx, id, ctx.today().plus_days(-1)).await?;
    case.requests.clear();
    case.finish(tx, ctx, Step::new("merged", say!("与“{to}”重复，并入后终止：{reason}"), data).about(into.0)).await?;
    Ok(into)
}

fn rank(importance: Importance) -> u8 {
    match importance {
        Importance::Normal => 0,
        Importance::Important => 1,
        Importance::Major => 2,
    }
}

/// Units that are not in the target yet take part there.
async fn take_over_parties(tx: &mut Tx, ctx: &Ctx, from: &Case, into: &mut Case) -> Outcome<Vec<PartyRow>> {
    let mut added = Vec::new();
    let mut position = into.parties.iter().map(|party| party.position).max().unwrap_or(0);
    for party in from.parties.iter().filter(|party| party.role.works()) {
        if into.parties.iter().chain(&added).any(|other| other.unit_id == party.unit_id) {
            continue;
        }
        position += 1;
        let row = PartyRow {
            id: PartyId::new(&ctx.rng, ctx.now()),
            task_id: into.task.id,
            role: if party.role.leads() { super::PartyRole::Co } else { party.role },
            state: PartyState::Unsigned,
            position,
            assigned_at: Some(ctx.now()),
            signed_at: None,
            signed_by: None,
            returned: 0,
            due_day: None,
            done_at: None,
            done_by: None,
            done_text: None,
            waived: false,
            ..party.clone()
        };
        store::insert_party(tx, &row).await?;
        added.push(row);
    }
    into.parties.extend(added.iter().cloned());
    Ok(added)
}

/// The request of a link.
#[derive(Clone, Copy, Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkInput {
    /// How the task stands to the other one.
    pub(super) kind: LinkKind,
    /// The other one.
    pub(super) other_id: TaskId,
}
