use std::collections::HashMap;

use db::Tx;
use kit::Day;

use super::{
    super::{
        case::Case,
        kinds::{self, FieldsInput},
        model::{MilestoneRow, PartyRow, ReportRule, Share, Task, TaskId, TaskState},
        store,
    },
    FAR, MOST_TASKS, Pattern, PatternParty, PatternStep,
};
use crate::app::{Ctx, Outcome, Refusal};

use wording::say;

/// Takes a pattern from a task that the actor sees, with the tasks below it that they see, or without. What has ended without
/// being done is left out.
pub(in crate::tasks) async fn of_task(tx: &mut Tx, ctx: &Ctx, id: TaskId, below: bool) -> Outcome<Pattern> {
    let top = Case::look(tx, ctx, id).await?.task;
    let start = start_of(&top);
    let mut tasks = if below { store::subtree(tx, id, MOST_TASKS + 1).await? } else { vec![top] };
    if tasks.len() > MOST_TASKS {
        return Err(Refusal::conflict("too_many", say!("这项任务连同下级超过 {MOST_TASKS} 项，请按下级任务分别处理。")));
    }
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let seen = store::seen(tx, &ctx.actor.scope, &ids).await?;
    tasks.retain(|task| task.id == id || (seen.contains(&task.id) && task.state != TaskState::Terminated));
    let mut parties: HashMap<TaskId, Vec<PartyRow>> = HashMap::new();
    for row in store::parties_of(tx, tasks.iter().map(|task| task.id)).await? {
        parties.entry(row.task_id).or_default().push(row);
    }
    let mut built: HashMap<TaskId, Vec<(i64, Pattern)>> = HashMap::new();
    // The upper ones stand first: from the end, whatever is below a task is there already.
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let (mut fields, mut tags) = (kinds::taken_along(tx, &ids).await?, store::tags_of(tx, &ids).await?);
    for task in tasks.iter().rev() {
        let steps = store::milestones(tx, task.id).await?;
        let mut children = built.remove(&task.id).unwrap_or_default();
        children.sort_by_key(|(position, _)| *position);
        let mut children: Vec<Pattern> = children.into_iter().map(|(_, child)| child).collect();
        make_whole(&mut children);
        let node = Pattern {
            fields: fields.remove(&task.id).unwrap_or_default(),
            tags: tags.remove(&task.id).unwrap_or_default().into_iter().map(|tag| tag.name).collect(),
            ..facts(ctx, start, task, parties.remove(&task.id).unwrap_or_default(), steps, children)
        };
        match task.parent_id.filter(|_| task.id != id) {
            Some(parent) => built.entry(parent).or_default().push((task.position, node)),
            None => return Ok(Pattern { start_after: 0, weight: Share::WHOLE.percent(), ..node }),
        }
    }
    Err(Refusal::NotFound)
}

/// When a task began, or would.
fn start_of(task: &Task) -> Day {
    task.start_day.unwrap_or_else(|| task.dispatched_at.unwrap_or(task.created_at).day())
}

/// What of a task is set again. Whatever else a task may be given when it is set up has to be named here, in [`Pattern`] and in
/// `make.rs`, where it is read back.
fn facts(ctx: &Ctx, start: Day, task: &Task, parties: Vec<PartyRow>, steps: Vec<MilestoneRow>, children: Vec<Pattern>) -> Pattern {
    let after = |day: Day| ctx.calendar.workdays_between(start.date(), day.date()).clamp(-FAR, FAR);
    let begins = task.start_day.map_or(0, after).max(0);
    Pattern {
        title: task.title.clone(),
        demand: task.demand.clone(),
        source_kind: task.source_kind.clone(),
        source_document: task.source_document.clone(),
        clause: task.clause.clone(),
        fields: FieldsInput::new(),
        tags: Vec::new(),
        importance: task.importance,
        urgency: task.urgency,
        start_after: begins,
        due_after: task.due_day.map(|due| after(due).max(begins)),
        standing: task.due_text.clone().filter(|_| task.due_day.is_none()),
        weight: task.weight.percent(),
        parties: parties
            .into_iter()
            .map(|party| PatternParty {
                unit_id: Some(party.unit_id),
                person_id: party.person_id,
                role: party.role,
                demand: party.demand,
                due_after: party.due_day.map(after),
            })
            .collect(),
        steps: steps
            .into_iter()
            .map(|step| PatternStep {
                title: step.title,
                due_after: after(step.due_day),
                weight: step.weight.percent(),
                deliverable: step.deliverable,
            })
            .collect(),
        report_rule: ReportRule { kind: task.rule_kind, day: task.rule_day },
        children,
        source: Some(task.id),
    }
}

/// Some of the tasks beside each other may have been left out: what is left makes a whole again, in the same proportions.
fn make_whole(children: &mut [Pattern]) {
    let shares: Vec<i64> = children.iter().map(|child| Share::from_percent(child.weight).unwrap_or_default().0).collect();
    let sum: i64 = shares.iter().sum();
    if sum == Share::WHOLE.0 || sum == 0 {
        return;
    }
    let mut rest = Share::WHOLE.0;
    for (child, share) in children.iter_mut().zip(&shares) {
        let part = share * Share::WHOLE.0 / sum;
        rest -= part;
        child.weight = Share(part).percent();
    }
    // What cannot be divided goes to the first one.
    if let Some(first) = children.first_mut() {
        first.weight = Share(Share::from_percent(first.weight).unwrap_or_default().0 + rest).percent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighing(weights: &[i64]) -> Vec<i64> {
        let one = |weight: i64| Pattern {
            title: String::new(),
            demand: String::new(),
            source_kind: "other".into(),
            source_document: None,
            clause: None,
            fields: FieldsInput::new(),
            tags: Vec::new(),
            importance: crate::tasks::Importance::Normal,
            urgency: crate::tasks::Urgency::Routine,
            start_after: 0,
            due_after: None,
            standing: None,
            weight: Share(weight).percent(),
            parties: Vec::new(),
            steps: Vec::new(),
            report_rule: ReportRule { kind: crate::tasks::RuleKind::None, day: None },
            children: Vec::new(),
            source: None,
        };
        let mut children: Vec<Pattern> = weights.iter().map(|weight| one(*weight)).collect();
        make_whole(&mut children);
        children.iter().map(|child| Share::from_percent(child.weight).unwrap().0).collect()
    }

    #[test]
    fn what_is_left_makes_a_whole_in_the_same_proportions() {
        assert_eq!(weighing(&[250_000, 250_000]), [500_000, 500_000]);
        assert_eq!(weighing(&[333_333, 333_333]), [500_000, 500_000]);
        assert_eq!(weighing(&[100_000, 200_000, 400_000]).iter().sum::<i64>(), 1_000_000);
        assert_eq!(weighing(&[600_000, 400_000]), [600_000, 400_000]);
        assert_eq!(weighing(&[]), Vec::<i64>::new());
    }
}
