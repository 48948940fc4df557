//! A task as it is kept for the long term: everything that is known of it, in the words an archive uses. Whoever reads this
//! in thirty years has no program beside it, so the keys are Chinese and every value explains itself.

mod kept;

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use wording::say;

use self::kept::{Check, Closing, Due, Facts, KeptField, Link, Party, Report, Request, Risk, Step, Wait};
use super::{
    case::Case,
    kinds,
    model::{PartyRow, Task, TaskId, TaskState},
    requests::ReasonClass,
    store,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    org::{self, PersonId, UnitId},
};

pub use kept::{Named, Record};

/// More tasks than that are packed by parts.
const MOST: usize = 5000;

/// Which tasks belong into the package of this one: itself and all below it that went out. Only what has ended is kept, and only
/// whoever sees all of it may take it: the same task makes the same package, whoever asks.
pub async fn tree_to_keep(tx: &mut Tx, ctx: &Ctx, top: TaskId) -> Outcome<(Task, Vec<TaskId>)> {
    let task = Case::look(tx, ctx, top).await?.task;
    if !ended(task.state) {
        let detail = say!("任务现为“{state}”，销号或终止后才能归档。", state = task.state.words());
        return Err(Refusal::conflict("not_ended", detail));
    }
    if task.dispatched_at.is_none() {
        return Err(Refusal::conflict("not_sent", "任务没有交办过，没有可归档的内容。"));
    }
    let below = store::sent_out_below(tx, top, i64::try_from(MOST + 1).unwrap_or(i64::MAX)).await?;
    if below.len() > MOST {
        return Err(Refusal::conflict("too_large", say!("这项任务连同下级超过 {MOST} 项，请按下级任务分别归档。")));
    }
    if below.iter().any(|(_, state)| !ended(*state) && *state != TaskState::Closed) {
        return Err(Refusal::conflict("not_ended", "还有下级任务没有办结，不能归档。"));
    }
    let ids: Vec<TaskId> = below.into_iter().map(|(id, _)| id).collect();
    if store::count_seen(tx, &ctx.actor.scope, &ids).await? != ids.len() {
        return Err(Refusal::forbidden("归档包含有您看不到的下级任务，请由交办单位或政务运营中心归档；您可以归档自己看得到的下级任务。"));
    }
    Ok((task, ids))
}

const fn ended(state: TaskState) -> bool {
    matches!(state, TaskState::Settled | TaskState::Terminated)
}

/// The record of one task; who may have it is [`tree_to_keep`]'s matter.
pub async fn of_task(tx: &mut Tx, id: TaskId) -> Outcome<Record> {
    let task = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let source = store::source(tx, &task.source_kind).await?;
    let fields = kinds::of(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let tags = store::tags_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let parties = store::parties(tx, id).await?;
    let reports = store::all_reports(tx, id).await?;
    let requests = store::all_requests(tx, id).await?;
    let closings = store::all_closings(tx, id).await?;
    let checks = store::all_verifications(tx, id).await?;
    let waits = store::waits(tx, id, i64::MAX).await?;
    let risks = store::risks(tx, id, i64::MAX).await?;
    let mut people: BTreeSet<PersonId> = BTreeSet::from([task.creator_id]);
    people.extend(parties.iter().filter_map(|row| row.signed_by));
    people.extend(reports.iter().flat_map(|row| [Some(row.person_id), row.reviewed_by]).flatten());
    people.extend(requests.iter().flat_map(|row| [Some(row.person_id), row.agreed_by, row.decided_by]).flatten());
    people.extend(closings.iter().flat_map(|row| [row.asked_by, row.granted_by]).flatten());
    people.extend(checks.iter().map(|row| row.person_id));
    people.extend(waits.iter().map(|row| row.person_id));
    people.extend(risks.iter().flat_map(|row| [Some(row.person_id), row.ended_by]).flatten());
    let units: BTreeSet<UnitId> = reports
        .iter()
        .map(|row| row.unit_id)
        .chain(task.issuer_unit_id)
        .chain(requests.iter().filter_map(|r| r.proposed_unit_id))
        .collect();
    let people: HashMap<PersonId, String> = org::person_refs(tx, people).await?.into_iter().map(|p| (p.id, p.name)).collect();
    let units: HashMap<UnitId, String> = org::unit_refs(tx, units).await?.into_iter().map(|u| (u.id, u.name)).collect();
    let person = |id: Option<PersonId>| id.and_then(|id| Some(Named { id: id.0, name: people.get(&id)?.clone() }));
    let unit = |id: Option<UnitId>| id.and_then(|id| Some(Named { id: id.0, name: units.get(&id)?.clone() }));
    Ok(Record {
        parties: parties.iter().map(|row| party(row, person(row.signed_by))).collect(),
        steps: store::milestones(tx, id)
            .await?
            .into_iter()
            .map(|row| Step {
                title: row.title,
                due_day: row.due_day,
                weight: row.weight,
                deliverable: row.deliverable,
                done_at: row.done_at,
            })
            .collect(),
        dues: store::report_dues(tx, id)
            .await?
            .into_iter()
            .map(|row| Due { due_day: row.due_day, met_day: row.met_day, report: row.report_id, asked: row.asked_text })
            .collect(),
        reports: reports
            .into_iter()
            .map(|row| Report {
                id: row.id.0,
                unit: unit(Some(row.unit_id)),
                by: person(Some(row.person_id)),
                at: row.at,
                claimed: row.claimed,
                verified: row.verified,
                text: row.text,
                problem: row.problem,
                next_step: row.next_step,
                fall_reason: row.fall_reason,
                state: row.state.label(),
                reviewed_by: person(row.reviewed_by),
                reviewed_at: row.reviewed_at,
                review_text: row.review_text,
            })
            .collect(),
        requests: requests
            .into_iter()
            .map(|row| Request {
                id: row.id.0,
                kind: row.kind.label(),
                state: row.state.label(),
                class: row.reason_class.map(ReasonClass::label),
                proposed: unit(row.proposed_unit_id),
                by: person(Some(row.person_id)),
                agreed_by: person(row.agreed_by),
                decided_by: person(row.decided_by),
                reason: row.reason,
                basis: row.basis,
                new_day: row.new_day,
                subject: row.subject_id,
                at: row.at,
                agreed_at: row.agreed_at,
                agreed_text: row.agreed_text,
                decided_at: row.decided_at,
                decision_text: row.decision_text,
            })
            .collect(),
        closings: closings
            .into_iter()
            .map(|row| Closing {
                at: row.closed_at,
                asked_by: person(row.asked_by),
                granted_by: person(row.granted_by),
                progress: row.progress,
                reopened_at: row.reopened_at,
            })
            .collect(),
        checks: checks
            .into_iter()
            .map(|row| Check { result: row.result.label(), text: row.text, by: person(Some(row.person_id)), at: row.at })
            .collect(),
        waits: waits
            .into_iter()
            .rev()
            .map(|row| Wait {
                on: row.on().to_owned(),
                text: row.text,
                by: person(Some(row.person_id)),
                at: row.at,
                expected_day: row.expected_day,
                ended_at: row.ended_at,
                end_text: row.end_text,
            })
            .collect(),
        risks: risks
            .into_iter()
            .rev()
            .map(|row| Risk {
                text: row.text,
                help: row.help,
                lamp: row.lamp.label(),
                by: person(Some(row.person_id)),
                at: row.at,
                ended_by: person(row.ended_by),
                ended_at: row.ended_at,
                end_text: row.end_text,
            })
            .collect(),
        links: store::links(tx, id)
            .await?
            .into_iter()
            .map(|row| Link { from: row.task_id, kind: row.kind.label(), to: row.other_id })
            .collect(),
        task: Facts {
            issuer: unit(task.issuer_unit_id),
            creator: person(Some(task.creator_id)),
            source: source.name.zh(),
            retention: source.retention.label(),
            importance: task.importance.label(),
            urgency: task.urgency.label(),
            state: task.state.label(),
            rule: task.rule_kind.label(),
            id: task.id,
            number: task.number,
            title: task.title,
            parent: task.parent_id,
            root: task.root_id,
            demand: task.demand,
            source_document: task.source_document,
            clause: task.clause,
            fields: fields.into_iter().map(|field| KeptField { words: field.words.zh(), name: field.name }).collect(),
            tags: tags.into_iter().map(|tag| tag.name).collect(),
            created_at: task.created_at,
            dispatched_at: task.dispatched_at,
            closed_at: task.closed_at,
            settled_at: task.settled_at,
            start_day: task.start_day,
            due_day: task.due_day,
            original_due_day: task.original_due_day,
            due_text: task.due_text,
            weight: task.weight,
            progress: task.progress,
            sent_back: task.sent_back,
            not_secret: task.not_secret,
        },
    })
}

fn party(row: &PartyRow, signed_by: Option<Named>) -> Party {
    Party {
        role: row.role.label(),
        unit: Named { id: row.unit_id.0, name: row.unit_name.clone() },
        person: row.person_id.zip(row.person_name.clone()).map(|(id, name)| Named { id: id.0, name }),
        state: row.state.label(),
        signed_at: row.signed_at,
        signed_by,
        demand: row.demand.clone(),
        due_day: row.due_day,
        done_at: row.done_at,
        done_text: row.done_text.clone(),
        waived: row.waived,
    }
}
