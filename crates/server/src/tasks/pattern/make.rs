use std::collections::HashMap;

use db::Tx;
use serde_json::json;
use wording::{Words, say};

use super::{
    super::{
        case::{Case, Step},
        draft::{self, Place},
        due::{self, Due},
        kinds::{self, FieldsInput},
        model::{DueInput, MilestoneInput, PartyInput, Share, TaskId, TaskInput},
        store,
    },
    Pattern,
    lay::{Laid, lay_out},
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    files,
    org::{self, UnitId},
};

/// What is made of a pattern.
#[derive(Debug)]
pub(in crate::tasks) struct Making<'a> {
    /// The pattern.
    pub(in crate::tasks) pattern: &'a Pattern,
    /// The day it begins.
    pub(in crate::tasks) start: kit::Day,
    /// The top task's due day, where it is not the pattern's.
    pub(in crate::tasks) due: Option<Due>,
    /// Files of the tasks it was taken from come along.
    pub(in crate::tasks) files: bool,
}

/// What was made.
#[derive(Debug)]
pub(in crate::tasks) struct Made {
    /// The top task.
    pub(in crate::tasks) id: TaskId,
    /// How many tasks there are.
    pub(in crate::tasks) tasks: usize,
    /// What could not be taken along, and why.
    pub(in crate::tasks) notes: Vec<Words>,
}

/// Makes drafts of a pattern, all of them or none. Units that are switched off or not the actor's to task, and persons who have
/// left, are dropped, and said.
pub(in crate::tasks) async fn make(tx: &mut Tx, ctx: &Ctx, making: &Making<'_>) -> Outcome<Made> {
    let laid = lay_out(ctx, making.pattern, making.start, making.due.as_ref());
    let units: Vec<UnitId> = laid.iter().flat_map(|one| &one.node.parties).filter_map(|party| party.unit_id).collect();
    let names: HashMap<UnitId, String> =
        org::unit_refs(tx, units.iter().copied()).await?.into_iter().map(|unit| (unit.id, unit.name)).collect();
    let active: Vec<UnitId> = org::active_units(tx, units.iter().copied()).await?.into_iter().map(|unit| unit.id).collect();
    let mut notes = Notes { list: Vec::new(), names: &names, active: &active };
    // The path from the top to the task in hand, each with how many are below it so far.
    let mut path: Vec<(TaskId, i64)> = Vec::new();
    let mut top = None;
    let mut parents = Vec::new();
    for one in &laid {
        path.truncate(one.depth);
        let input = input_of(tx, ctx, making, one, &mut notes).await?;
        let id = match path.last_mut() {
            None => draft::create(tx, ctx, &input, None).await?,
            Some((above, below)) => {
                *below += 1;
                let parent = store::find(tx, *above).await?.ok_or(Refusal::NotFound)?;
                let weight = Share::from_percent(one.node.weight).unwrap_or_default();
                let place = Place { parent: &parent, position: *below, weight, issuer: parent.issuer_unit_id };
                draft::create(tx, ctx, &input, Some(place)).await?
            }
        };
        if let Some(dated) = &one.due {
            store::explain_due(tx, id, &due::explanation_to_store(&dated.why)?).await?;
        }
        if let (true, Some(source)) = (making.files, one.node.source) {
            files::share(tx, source.0, id.0).await?;
        }
        if !one.node.children.is_empty() {
            parents.push((id, one.node.children.len()));
        }
        top = top.or(Some(id));
        path.push((id, 0));
    }
    for (id, n) in parents {
        let mut case = Case::open(tx, ctx, id, None).await?;
        case.task.children = i64::try_from(n).unwrap_or(0);
        let words = say!("分解为 {n} 项下级任务");
        case.finish(tx, ctx, Step::new("decomposed", words, json!({ "children": n, "added": n }))).await?;
    }
    Ok(Made { id: top.ok_or_else(|| Refusal::internal("an empty pattern"))?, tasks: laid.len(), notes: notes.list })
}

/// Reads back what `capture.rs` has taken.
async fn input_of(tx: &mut Tx, ctx: &Ctx, making: &Making<'_>, one: &Laid<'_>, notes: &mut Notes<'_>) -> Outcome<TaskInput> {
    let node = one.node;
    let kind = kind_of(tx, &node.source_kind, notes).await?;
    let due = match making.due.as_ref().filter(|_| one.depth == 0) {
        // What was said in words is read again, so that it follows the calendar like any other.
        Some(due) if due.text.is_some() && (due.from.is_some() || due.day.is_none()) => {
            Some(DueInput { text: due.text.clone(), day: None })
        }
        given => match &one.due {
            Some(dated) => Some(DueInput { text: given.and_then(|due| due.text.clone()), day: Some(dated.day) }),
            None => node.standing.clone().map(|text| DueInput { text: Some(text), day: None }),
        },
    };
    let mut parties = Vec::new();
    for (party, due_day) in node.parties.iter().zip(&one.parts) {
        let Some(unit) = party.unit_id else {
            notes.open(&node.title, &party.role.words());
            continue;
        };
        if !notes.may_come(ctx, unit) {
            continue;
        }
        let mut person = party.person_id;
        if let Some(id) = person
            && !org::works_in(tx, id, unit, ctx.today()).await?
        {
            person = None;
            let name = org::person_refs(tx, [id]).await?.pop().map(|one| one.name).unwrap_or_default();
            notes.add(say!("{name}已不在{unit}，经办人待指定", unit = notes.name(unit)));
        }
        parties.push(PartyInput {
            unit_id: unit,
            person_id: person,
            role: party.role,
            demand: party.demand.clone(),
            due_day: Some(*due_day),
        });
    }
    let (mut fields, mut tags) = (FieldsInput::new(), Vec::new());
    if !node.fields.is_empty() {
        let there = kinds::fields_of(tx, &kind).await?;
        for (code, value) in &node.fields {
            match there.iter().find(|field| field.active && field.code == *code && field.read(value).is_ok()) {
                Some(_) => drop(fields.insert(code.clone(), value.clone())),
                None => {
                    let name = there.iter().find(|field| field.code == *code).map_or(code.as_str(), |field| field.name.as_str());
                    notes.add(say!("字段“{name}”已经改变，没有带过来"));
                }
            }
        }
    }
    if !node.tags.is_empty() {
        let there = store::tags(tx).await?;
        for name in &node.tags {
            if there.iter().any(|tag| !tag.retired && tag.name == *name) {
                tags.push(name.clone());
            } else {
                notes.add(say!("标签“{name}”已经停用，没有带过来"));
            }
        }
    }
    Ok(TaskInput {
        title: Some(node.title.clone()),
        demand: Some(node.demand.clone()),
        source_kind: Some(kind),
        source_document: Some(node.source_document.clone().unwrap_or_default()),
        clause: Some(node.clause.clone().unwrap_or_default()),
        fields: Some(fields),
        tags: Some(tags),
        importance: Some(node.importance),
        urgency: Some(node.urgency),
        due,
        start_day: Some(one.start),
        parties: Some(parties),
        milestones: Some(
            node.steps
                .iter()
                .zip(&one.steps)
                .map(|(step, dated)| MilestoneInput {
                    id: None,
                    title: step.title.clone(),
                    due_day: dated.day,
                    weight: Some(step.weight),
                    deliverable: step.deliverable.clone(),
                })
                .collect(),
        ),
        report_rule: Some(node.report_rule),
        not_secret: None,
        file_ids: None,
    })
}

/// The kind as long as it is in use, else another.
async fn kind_of(tx: &mut Tx, code: &str, notes: &mut Notes<'_>) -> Outcome<String> {
    let in_use = store::source_kinds(tx).await?;
    let other = match in_use.iter().find(|kind| kind.code == code) {
        Some(_) => return Ok(code.to_owned()),
        None => in_use.iter().find(|kind| kind.code == "other").or(in_use.first()),
    };
    let Some(other) = other else { return Ok(code.to_owned()) };
    let former = store::kind_names(tx).await?.into_iter().find(|kind| kind.code == code).map(|kind| kind.name);
    let former = former.unwrap_or_else(|| Words::raw(code));
    notes.add(say!("来源“{former}”已经停用，改为“{other}”", other = &other.name));
    Ok(other.code.clone())
}

/// What could not be taken along; each thing is said once, however many tasks it is about.
struct Notes<'a> {
    list: Vec<Words>,
    names: &'a HashMap<UnitId, String>,
    active: &'a [UnitId],
}

impl Notes<'_> {
    fn add(&mut self, words: Words) {
        if !self.list.contains(&words) {
            self.list.push(words);
        }
    }

    fn name(&self, unit: UnitId) -> &str {
        self.names.get(&unit).map_or("", String::as_str)
    }

    fn open(&mut self, title: &str, role: &Words) {
        self.add(say!("“{title}”的{role}单位待选定"));
    }

    fn may_come(&mut self, ctx: &Ctx, unit: UnitId) -> bool {
        let name = self.name(unit).to_owned();
        if !self.active.contains(&unit) {
            self.add(say!("{name}已经停用，没有带过来"));
        } else if !draft::may_task(ctx, unit) {
            self.add(say!("{name}不在您的管理范围内，没有带过来"));
        } else {
            return true;
        }
        false
    }
}
