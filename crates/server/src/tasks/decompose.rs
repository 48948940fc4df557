//! Decomposition: the tasks directly below one, set as a whole, with weights that make a whole.

use std::collections::BTreeSet;

use db::Tx;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    case::{Case, Step},
    draft::{self, Place},
    edit, follow,
    model::{PartyRole, Share, Task, TaskId, TaskInput, TaskState},
    policy::{self, Action},
    store,
};
use crate::app::{Ctx, Fields, Outcome, Refusal, Unknown};

/// Tasks directly below one.
const MAX_CHILDREN: usize = 10_000;

/// A task below, to be set up (without id), changed (a draft's id) or only weighed anew (the id of one that is out).
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct ChildInput {
    /// Its id, when it is there already.
    pub id: Option<TaskId>,
    /// The version of a draft that was looked at; needed with the id of one.
    pub version: Option<i64>,
    /// Its share of the task above in percent, at most four decimals.
    pub weight: f64,
    /// The rest.
    #[serde(flatten)]
    pub task: TaskInput,
    /// What nobody knows.
    #[serde(flatten)]
    #[schema(ignore)]
    pub unknown: Unknown,
}

/// Sets the tasks below. The actor's own drafts that are not named are removed; drafts of the other side, which the actor may
/// not even see, and tasks that are out stay whether named or not, and count with their weights.
pub async fn decompose(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, given: &[ChildInput]) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Decompose)?;
    let before = store::children(tx, id).await?;
    if given.len() > MAX_CHILDREN {
        return Err(Refusal::field("children", say!("最多 {MAX_CHILDREN} 项")));
    }
    let mut fields = Fields::default();
    let mut weights = Vec::new();
    let mut named = BTreeSet::new();
    let is_others = |old: &Task| old.state == TaskState::Draft && !policy::is_issuer(old, &ctx.actor);
    for (index, child) in given.iter().enumerate() {
        let weight = Share::from_percent(child.weight);
        if weight.is_none_or(|w| w == Share::ZERO) {
            fields.add(&format!("children[{index}].weight"), "权重应大于 0、不超过 100");
        }
        weights.push(weight.unwrap_or_default());
        fields.under(format!("children[{index}]."));
        child.unknown.refuse(&mut fields);
        fields.under("");
        let Some(id) = child.id else { continue };
        match before.iter().find(|old| old.id == id && !is_others(old)) {
            None => fields.add(&format!("children[{index}].id"), "不是这项任务的下级任务"),
            Some(_) if !named.insert(id) => fields.add(&format!("children[{index}].id"), "同一项任务出现了两次"),
            Some(old) if old.state == TaskState::Draft && child.version.is_none() => {
                fields.add(&format!("children[{index}].version"), "缺少版本");
            }
            Some(old) if old.state == TaskState::Draft && child.version != Some(old.version) => return Err(Refusal::Stale),
            Some(_) => {}
        }
    }
    let weigh = |these: &dyn Fn(&&Task) -> bool| -> i64 {
        before.iter().filter(|old| !named.contains(&old.id)).filter(these).map(|old| old.weight.0).sum()
    };
    let others = weigh(&|old| is_others(old));
    let out = weigh(&|old| !matches!(old.state, TaskState::Draft | TaskState::Terminated));
    let sum = weights.iter().map(|w| w.0).sum::<i64>() + out + others;
    if !given.is_empty() && sum != Share::WHOLE.0 {
        let (sum, theirs) = (Share(sum).words(), Share(others).words());
        fields.add(
            "children",
            if others > 0 {
                say!("权重合计应为 100%，现为 {sum}（其中另一方拟定的占 {theirs}）")
            } else {
                say!("权重合计应为 100%，现为 {sum}")
            },
        );
    }
    fields.check()?;
    let gone: Vec<_> = before.iter().filter(|old| old.state == TaskState::Draft && !is_others(old) && !named.contains(&old.id)).collect();
    if let Some(old) = gone.iter().find(|old| old.number.is_some()) {
        return Err(Refusal::conflict("not_now", say!("“{title}”曾经交办，已有编号，不能移除。", title = old.title)));
    }
    for old in gone {
        let ids = draft::drafts_below(tx, old).await?;
        store::remove_drafts(tx, &ids).await.map_err(draft::spoken_of)?;
    }
    let issuer = issuer(&case, ctx);
    let mut position = store::next_position(tx, id).await?;
    let mut order = Vec::new();
    for ((index, child), weight) in given.iter().enumerate().zip(weights) {
        let result = one(tx, ctx, &case, &before, child, weight, position, issuer).await;
        match result {
            Ok((child, made)) => {
                position += i64::from(made);
                order.push(child);
            }
            Err(refusal) => {
                fields.under(format!("children[{index}]."));
                fields.absorb(refusal)?;
            }
        }
    }
    fields.finish()?;
    arrange(tx, id, &order).await?;
    let below = store::below(tx, id).await?;
    case.task.children = below.live;
    let words = say!("分解为 {n} 项下级任务", n = below.live);
    let data = json!({ "children": below.live, "added": given.iter().filter(|child| child.id.is_none()).count() });
    case.finish(tx, ctx, Step::new("decomposed", words, data)).await?;
    // What is out may weigh otherwise now.
    follow::below(tx, ctx, id).await
}

/// Drafts stand in the order given; what is out, or was, keeps its place, which is part of its number.
async fn arrange(tx: &mut Tx, id: TaskId, order: &[TaskId]) -> Outcome<()> {
    let children = store::children(tx, id).await?;
    let draft = |id: &TaskId| children.iter().find(|child| child.id == *id && child.state == TaskState::Draft && child.number.is_none());
    let drafts: Vec<_> = order.iter().filter_map(draft).collect();
    let mut places: Vec<_> = drafts.iter().map(|child| child.position).collect();
    places.sort_unstable();
    for (child, place) in drafts.into_iter().zip(places) {
        if child.position != place {
            store::set_position(tx, child.id, place).await?;
        }
    }
    Ok(())
}

/// Whoever leads a task issues the tasks below it; where nobody leads, whoever issued it.
fn issuer(case: &Case, ctx: &Ctx) -> Option<crate::org::UnitId> {
    let lead = case.parties.iter().find(|party| party.role == PartyRole::Lead && case.task.dispatched_at.is_some());
    match lead {
        Some(party) if ctx.actor.acts_for(party.unit_id) || party.person_id.is_some_and(|person| ctx.actor.acts_as(person)) => {
            Some(party.unit_id)
        }
        _ => case.task.issuer_unit_id,
    }
}

/// Sets up or changes one; answers which, and whether it is new.
#[expect(clippy::too_many_arguments, reason = "one row of a table with its place in it")]
async fn one(
    tx: &mut Tx,
    ctx: &Ctx,
    case: &Case,
    before: &[Task],
    child: &ChildInput,
    weight: Share,
    position: i64,
    issuer: Option<crate::org::UnitId>,
) -> Outcome<(TaskId, bool)> {
    let Some(id) = child.id else {
        let place = Place { parent: &case.task, position, weight, issuer };
        return Ok((draft::create(tx, ctx, &child.task, Some(place)).await?, true));
    };
    let Some(old) = before.iter().find(|old| old.id == id) else { return Err(Refusal::NotFound) };
    if old.weight != weight {
        store::set_weight(tx, id, weight).await?;
    }
    if old.state == TaskState::Draft {
        let version = old.version + i64::from(old.weight != weight);
        edit::edit(tx, ctx, id, version, &child.task, None).await?;
    }
    Ok((id, false))
}
