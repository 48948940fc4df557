//! Changing what a task says: a draft's at will; of one that is out not behind the back of those who would have to agree, and not without
//! telling those who work on it.

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::{Join, say};

use super::{
    case::{Case, Step, note},
    changes, draft, kinds,
    model::{Importance, PartyRole, PartyRow, RuleKind, Task, TaskId, TaskInput},
    policy::Action,
    sign, store, tags,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    files, org,
};

/// Changes a task's facts, parties, steps and, before it is closed, its due day. `reason` is needed where a task that is out gets more time
/// or counts for less, or where its day has passed.
pub async fn edit(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, input: &TaskInput, reason: Option<&str>) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Edit)?;
    let alone = case.decides_alone(ctx);
    let before = case.task.clone();
    let before_parties = case.parties.clone();
    let before_steps = store::milestones(tx, id).await?;
    let steps = draft::set_facts(tx, ctx, &mut case.task, input).await?;
    let reason = check_reach(&before, &case.task, ctx.today(), alone, reason)?;
    let replaces_steps = !steps.is_empty() || input.milestones.as_ref().is_some_and(Vec::is_empty);
    draft::check_limits(tx, &case.task, if replaces_steps { &steps } else { &before_steps }).await?;
    let task = &mut case.task;
    if task.dispatched_at.is_none() {
        task.original_due_day = task.due_day;
    }
    if let Some(parties) = &input.parties {
        let rows = std::mem::take(&mut case.parties);
        if task.dispatched_at.is_some() && !task.is_summed() && !parties.iter().any(|party| party.role == PartyRole::Lead) {
            return Err(Refusal::field("parties", "已交办的任务必须有牵头单位"));
        }
        case.parties = draft::set_parties(tx, ctx, task, rows, parties).await?;
        // Over others that are out it may be led by nobody, and begins as a heading does.
        sign::begin_if_all_signed(&mut case);
    }
    if replaces_steps {
        store::replace_milestones(tx, id, &steps).await?;
    }
    files::attach(tx, ctx, id.0, files::Owner::task(id.0), input.file_ids.as_deref().unwrap_or_default()).await?;
    let task = &case.task;
    let rule_changed = before.rule_kind != task.rule_kind
        || before.rule_day != task.rule_day
        || before.due_day != task.due_day
        || (replaces_steps && task.rule_kind == RuleKind::Milestone);
    if task.dispatched_at.is_some() && rule_changed {
        store::remove_open_dues(tx, id, ctx.today()).await?;
        draft::plan_dues(tx, ctx, task, ctx.today()).await?;
    }
    let mut changed = facts_changed(tx, &before, task, input).await?;
    if let Some(names) = &input.tags {
        changed.extend(tags::set(tx, ctx, id, names).await?.and_then(changes::of_tags));
    }
    changed.extend(changes::of_parties(&before_parties, &case.parties));
    changed.extend(changes::of_what_is_asked(&before_parties, &case.parties));
    if replaces_steps {
        changed.extend(changes::of_steps(&before_steps, &steps));
    }
    if case.task.dispatched_at.is_some() {
        note_parties(tx, ctx, &case, &before_parties).await?;
        if !changed.is_empty() {
            store::carry_out_amendments(tx, id, ctx.now()).await?;
        }
    }
    let data = json!({ "changes": changes::particulars(&changed), "reason": reason });
    let words = changes::words(&changed).then(Join::Clauses, reason.map(|reason| say!("理由：{reason}")).unwrap_or_default());
    let added = case.parties.iter().filter(|row| !before_parties.iter().any(|old| old.id == row.id)).map(|row| row.id).collect();
    let felt = changes::felt(&changed).filter(|_| case.task.dispatched_at.is_some());
    case.finish(tx, ctx, Step::new("edited", words, data).saying(felt).sparing(added)).await
}

/// What a task that is out may not be given by its issuer alone, and for what they have to say why: more time and less weight are what is
/// asked for and approved elsewhere, and a day that has passed is what others go by.
fn check_reach(before: &Task, after: &Task, today: Day, alone: bool, reason: Option<&str>) -> Outcome<Option<String>> {
    let mut fields = Fields::default();
    let reason = fields.optional_text("reason", reason, 2000);
    if before.dispatched_at.is_some() {
        let later = before.due_day.is_some_and(|old| after.due_day.is_none_or(|new| new > old));
        let late = before.due_day.is_some_and(|old| old < today) && after.due_day != before.due_day;
        let less = (after.importance as i64) < before.importance as i64;
        if later && !alone {
            fields.add("due", "这项任务延后期限须经审批，不能直接修改，请由牵头单位申请延期");
        }
        if less && !alone {
            let words = match before.importance {
                Importance::Major => "重大任务的重要程度不能由交办方单独降低，需要更多时间的，请由牵头单位申请延期",
                _ => "这项任务的重要程度不能由您单独降低，需要更多时间的，请由牵头单位申请延期",
            };
            fields.add("importance", words);
        }
        if (later || less || late) && reason.is_none() {
            fields.add("reason", "延后期限、降低重要程度、改动已过的期限，都须说明理由");
        }
    }
    fields.finish()?;
    Ok(reason)
}

/// What the task itself says otherwise now, the fields of its kind included.
async fn facts_changed(tx: &mut Tx, before: &Task, task: &Task, input: &TaskInput) -> Outcome<Vec<changes::Change>> {
    let kind_changed = before.source_kind != task.source_kind;
    let names = if kind_changed { store::kind_names(tx).await? } else { Vec::new() };
    let mut changed = changes::of_facts(before, task, &names);
    changed.extend(changes::of_fields(kinds::set(tx, task, input.fields.as_ref(), kind_changed).await?));
    if task.dispatched_at.is_some() && (kind_changed || input.fields.is_some()) {
        draft::require_fields(tx, task).await?;
    }
    Ok(changed)
}

/// A unit that comes in later is told like those that were there at the beginning, and one that is let go hears of that.
async fn note_parties(tx: &mut Tx, ctx: &Ctx, case: &Case, before: &[PartyRow]) -> Outcome<()> {
    let without = |rows: &[PartyRow], others: &[PartyRow]| -> Vec<PartyRow> {
        rows.iter().filter(|row| row.role.works() && !others.iter().any(|other| other.id == row.id)).cloned().collect()
    };
    for party in without(&case.parties, before) {
        let words = say!("增加{unit}为{role}单位", unit = party.unit_name, role = party.role.words());
        let data = json!({ "party": party.id, "unit": party.unit_id, "role": party.role });
        note(tx, ctx, &case.task, Step::new("party_added", words, data).about(party.id.0)).await?;
    }
    for party in without(before, &case.parties) {
        if case.parties.iter().any(|other| other.unit_id == party.unit_id && other.role.works()) {
            // It stays with another part.
            continue;
        }
        let words = say!("{unit}不再是{role}单位", unit = party.unit_name, role = party.role.words());
        let data = json!({ "party": party.id, "unit": party.unit_id, "role": party.role });
        let mut people = org::heads_and_liaisons(tx, party.unit_id, ctx.today()).await?;
        people.extend(party.person_id);
        note(tx, ctx, &case.task, Step::new("party_removed", words, data).about(party.id.0).telling(people)).await?;
    }
    Ok(())
}
