//! A pattern: a tree of tasks without numbers and without days of its own. Its days are counted in working days from the day it
//! begins, so that the same work can be set again: as a copy, from a template, or each month.
//!
//! [`of_task`] takes one from a task, [`lay_out`] puts it on the calendar, [`make`] makes drafts of it.

mod capture;
mod check;
mod lay;
mod make;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use capture::of_task;
pub(super) use check::{check, choose};
pub(super) use lay::{LaidTask, lay_out, shown};
pub(super) use make::{Made, Making, make};

use super::{
    kinds::FieldsInput,
    model::{Importance, PartyRole, ReportRule, Share, TaskId, Urgency},
};
use crate::org::{PersonId, UnitId};

/// Tasks of one pattern.
pub(super) const MOST_TASKS: usize = 500;
/// Working days from the beginning, either way.
pub(super) const FAR: i64 = 2500;

/// Who does it, or what has to be done by somebody who is still to be chosen.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatternParty {
    /// Which unit; nothing where it is chosen each time.
    pub(super) unit_id: Option<UnitId>,
    /// Who in it.
    #[serde(default)]
    pub(super) person_id: Option<PersonId>,
    /// What for.
    pub(super) role: PartyRole,
    /// What is asked of it in particular.
    #[serde(default)]
    pub(super) demand: Option<String>,
    /// By when its part is due, in working days from the beginning.
    #[serde(default)]
    pub(super) due_after: Option<i64>,
}

/// A dated step.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatternStep {
    /// What is reached.
    pub(super) title: String,
    /// By when, in working days from the beginning.
    pub(super) due_after: i64,
    /// Its share of the task in percent.
    pub(super) weight: f64,
    /// What is handed in.
    #[serde(default)]
    pub(super) deliverable: Option<String>,
}

/// A task of a pattern with the tasks below it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    /// Its title; of a series it may hold the period: `{year}`, `{month}`, `{quarter}`, `{week}`, `{day}`.
    pub(super) title: String,
    /// What is demanded.
    #[serde(default)]
    pub(super) demand: String,
    /// Where it comes from: a code of `/source-kinds`.
    pub(super) source_kind: String,
    /// The document it comes from.
    #[serde(default)]
    pub(super) source_document: Option<String>,
    /// The clause.
    #[serde(default)]
    pub(super) clause: Option<String>,
    /// What it says in the fields of its kind, by code.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub(super) fields: FieldsInput,
    /// Its tags, by name.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// How much depends on it.
    pub(super) importance: Importance,
    /// How quickly it must move.
    pub(super) urgency: Urgency,
    /// When it begins, in working days from the beginning of the whole; of the top one always 0.
    #[serde(default)]
    pub(super) start_after: i64,
    /// By when it is due, in working days from the beginning of the whole; nothing where it goes on without end.
    pub(super) due_after: Option<i64>,
    /// The words that say so (“长期坚持”), where it goes on without end.
    #[serde(default)]
    pub(super) standing: Option<String>,
    /// Its share of the task above in percent.
    #[serde(default = "whole")]
    pub(super) weight: f64,
    /// Who does it.
    #[serde(default)]
    pub(super) parties: Vec<PatternParty>,
    /// Its steps.
    #[serde(default)]
    pub(super) steps: Vec<PatternStep>,
    /// How often progress is reported.
    pub(super) report_rule: ReportRule,
    /// The tasks below it.
    #[serde(default)]
    #[schema(no_recursion)]
    pub(super) children: Vec<Pattern>,
    /// The task it was taken from, while it is in hand.
    #[serde(skip)]
    pub(super) source: Option<TaskId>,
}

fn whole() -> f64 {
    Share::WHOLE.percent()
}

/// A unit for a place that was left open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    /// Which task, by its place in reading order; 0 is the top one.
    pub(super) task: usize,
    /// Which of its parties, from 0.
    pub(super) party: usize,
    /// The unit.
    pub(super) unit_id: UnitId,
    /// Who in it.
    pub(super) person_id: Option<PersonId>,
}

impl Pattern {
    /// How many tasks it makes.
    pub(super) fn size(&self) -> usize {
        1 + self.children.iter().map(Self::size).sum::<usize>()
    }

    /// Its tasks in reading order, each with its depth.
    pub(super) fn all(&self) -> Vec<(usize, &Self)> {
        let mut out = Vec::new();
        let mut stack = vec![(0, self)];
        while let Some((depth, node)) = stack.pop() {
            out.push((depth, node));
            stack.extend(node.children.iter().rev().map(|child| (depth + 1, child)));
        }
        out
    }

    /// Does something to each of its tasks, in reading order.
    pub(super) fn each_mut(&mut self, work: &mut impl FnMut(usize, &mut Self)) {
        fn walk(node: &mut Pattern, at: &mut usize, work: &mut impl FnMut(usize, &mut Pattern)) {
            work(*at, node);
            *at += 1;
            for child in &mut node.children {
                walk(child, at, work);
            }
        }
        walk(self, &mut 0, work);
    }

    /// Whether each task that has nothing below has a unit to lead it: without one nothing can be sent out.
    pub(super) fn leads_are_named(&self) -> bool {
        let led = |node: &Self| node.parties.iter().any(|party| party.role == PartyRole::Lead && party.unit_id.is_some());
        self.all().into_iter().all(|(_, node)| !node.children.is_empty() || led(node))
    }
}
