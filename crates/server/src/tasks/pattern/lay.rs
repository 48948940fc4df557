use std::collections::BTreeMap;

use db::Tx;
use kit::Day;
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    super::{
        due::Due,
        model::{Importance, PartyRole, ReportRule},
    },
    Pattern,
};
use crate::{
    app::{Ctx, Outcome},
    org::{self, PersonRef, UnitRef},
};

/// A day of a pattern that is put on the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tasks) struct Dated {
    /// The day.
    pub(in crate::tasks) day: Day,
    /// How it came about, sentence by sentence.
    pub(in crate::tasks) why: Vec<Words>,
}

/// A task of a pattern with its days.
#[derive(Clone, Debug)]
pub(in crate::tasks) struct Laid<'p> {
    /// The task.
    pub(in crate::tasks) node: &'p Pattern,
    /// 0 for the top one.
    pub(in crate::tasks) depth: usize,
    /// When it begins.
    pub(in crate::tasks) start: Day,
    /// When it is due.
    pub(in crate::tasks) due: Option<Dated>,
    /// When its steps are.
    pub(in crate::tasks) steps: Vec<Dated>,
    /// By when its parties' parts are due, where that is said.
    pub(in crate::tasks) parts: Vec<Option<Day>>,
}

/// Puts a pattern on the calendar, in reading order. `due` is the top task's due day where it is not the pattern's; nothing
/// below is later than what is above it.
pub(in crate::tasks) fn lay_out<'p>(ctx: &Ctx, pattern: &'p Pattern, start: Day, due: Option<&Due>) -> Vec<Laid<'p>> {
    let at = |n: i64| {
        let explained = ctx.calendar.explain_workdays(start.date(), n);
        let mut why = vec![explained.text];
        why.extend(explained.warnings);
        Dated { day: Day::new(explained.day).unwrap_or(start), why }
    };
    // Limits by depth: the due day of the task above.
    let mut limits: Vec<Option<Day>> = Vec::new();
    let mut out = Vec::new();
    for (depth, node) in pattern.all() {
        limits.truncate(depth);
        let limit = limits.last().copied().flatten();
        let own = match due.filter(|_| depth == 0) {
            Some(due) => due.day.map(|day| Dated { day, why: due.explanation.clone() }),
            None => node.due_after.map(at).map(|dated| within(dated, limit, "不晚于上级任务的期限")),
        };
        let last = own.as_ref().map(|dated| dated.day).or(limit);
        let begins = Day::new(ctx.calendar.add_workdays(start.date(), node.start_after)).unwrap_or(start);
        out.push(Laid {
            node,
            depth,
            start: last.map_or(begins, |last| begins.min(last)),
            steps: node.steps.iter().map(|step| within(at(step.due_after), last, "不晚于任务的期限")).collect(),
            parts: node.parties.iter().map(|party| party.due_after.map(|n| within(at(n), last, "不晚于任务的期限").day)).collect(),
            due: own,
        });
        limits.push(last);
    }
    out
}

fn within(dated: Dated, limit: Option<Day>, words: &'static str) -> Dated {
    match limit.filter(|limit| dated.day > *limit) {
        Some(limit) => {
            let mut why = dated.why;
            let reason = Words::from(words);
            why.push(say!("{reason} → {limit}"));
            Dated { day: limit, why }
        }
        None => dated,
    }
}

/// A party as it would be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct LaidParty {
    role: PartyRole,
    /// Which unit; nothing where it has to be chosen.
    unit: Option<UnitRef>,
    person: Option<PersonRef>,
    demand: Option<String>,
    due_day: Option<Day>,
}

/// A step as it would be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct LaidStep {
    title: String,
    due_day: Day,
    /// How the day comes about.
    explanation: Vec<Words>,
}

/// A task as it would be made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct LaidTask {
    /// Its place in reading order.
    task: usize,
    /// 0 for the top one.
    depth: usize,
    title: String,
    importance: Importance,
    start_day: Day,
    /// When it is due; nothing where it goes on without end.
    due_day: Option<Day>,
    /// How the day comes about.
    explanation: Vec<Words>,
    weight: f64,
    report_rule: ReportRule,
    parties: Vec<LaidParty>,
    steps: Vec<LaidStep>,
}

/// A laid out pattern for people.
pub(in crate::tasks) async fn shown(tx: &mut Tx, laid: &[Laid<'_>]) -> Outcome<Vec<LaidTask>> {
    let parties = || laid.iter().flat_map(|one| &one.node.parties);
    let units: BTreeMap<_, _> =
        org::unit_refs(tx, parties().filter_map(|party| party.unit_id)).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let persons: BTreeMap<_, _> =
        org::person_refs(tx, parties().filter_map(|party| party.person_id)).await?.into_iter().map(|one| (one.id, one)).collect();
    Ok(laid
        .iter()
        .enumerate()
        .map(|(task, one)| LaidTask {
            task,
            depth: one.depth,
            title: one.node.title.clone(),
            importance: one.node.importance,
            start_day: one.start,
            due_day: one.due.as_ref().map(|dated| dated.day),
            explanation: one.due.as_ref().map(|dated| dated.why.clone()).unwrap_or_default(),
            weight: one.node.weight,
            report_rule: one.node.report_rule,
            parties: one
                .node
                .parties
                .iter()
                .zip(&one.parts)
                .map(|(party, due_day)| LaidParty {
                    role: party.role,
                    unit: party.unit_id.and_then(|id| units.get(&id).cloned()),
                    person: party.person_id.and_then(|id| persons.get(&id).cloned()),
                    demand: party.demand.clone(),
                    due_day: *due_day,
                })
                .collect(),
            steps: one
                .node
                .steps
                .iter()
                .zip(&one.steps)
                .map(|(step, dated)| LaidStep { title: step.title.clone(), due_day: dated.day, explanation: dated.why.clone() })
                .collect(),
        })
        .collect())
}
