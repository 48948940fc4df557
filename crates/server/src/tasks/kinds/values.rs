//! What a task says in the fields of its kind.

use std::collections::{BTreeMap, HashMap};

use db::Tx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    field::{Field, Kept, Shape},
    store::{self, Said},
};
use crate::{
    app::{Fields, Outcome},
    tasks::model::{Task, TaskId},
};

/// What is to stand in the fields of a task, by code; `null` empties a field, those that are not named stay as they are.
pub(in crate::tasks) type FieldsInput = BTreeMap<String, Value>;

/// What stands in a field of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldValue {
    /// The field's code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What stands in it.
    pub shape: Shape,
    /// A text, a number, `true` or `false`, or a list of texts, as the shape says; days are `YYYY-MM-DD`.
    pub value: Value,
    /// The same for people.
    pub words: Words,
}

impl From<&Said> for FieldValue {
    fn from(said: &Said) -> Self {
        let Field { code, name, shape, .. } = &said.field;
        Self {
            code: code.clone(),
            name: name.clone(),
            shape: *shape,
            value: said.field.value(&said.value),
            words: said.field.words(&said.value),
        }
    }
}

/// What tasks say, by task.
pub(in crate::tasks) async fn of(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<HashMap<TaskId, Vec<FieldValue>>> {
    let mut out: HashMap<TaskId, Vec<FieldValue>> = HashMap::new();
    if !tasks.is_empty() {
        for said in store::said(tx, tasks).await? {
            out.entry(said.task_id).or_default().push((&said).into());
        }
    }
    Ok(out)
}

/// The same as it is taken along to other tasks: without what tells one task from all others.
pub(in crate::tasks) async fn taken_along(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<HashMap<TaskId, FieldsInput>> {
    let mut out: HashMap<TaskId, FieldsInput> = HashMap::new();
    if !tasks.is_empty() {
        for said in store::said(tx, tasks).await?.iter().filter(|said| !said.field.own) {
            let FieldValue { code, value, .. } = said.into();
            out.entry(said.task_id).or_default().insert(code, value);
        }
    }
    Ok(out)
}

/// A field that reads otherwise than before.
pub(in crate::tasks) struct Rewritten {
    pub(in crate::tasks) name: String,
    pub(in crate::tasks) from: Option<Words>,
    pub(in crate::tasks) to: Option<Words>,
}

/// Puts into the fields of a task what is given. Where its kind has changed, fields of the same name and shape go along and
/// the others are emptied; the ledger has what stood there.
pub(in crate::tasks) async fn set(tx: &mut Tx, task: &Task, given: Option<&FieldsInput>, kind_changed: bool) -> Outcome<Vec<Rewritten>> {
    if given.is_none_or(BTreeMap::is_empty) && !kind_changed {
        return Ok(Vec::new());
    }
    let known = store::fields_of(tx, &task.source_kind).await?;
    let before = store::said(tx, &[task.id]).await?;
    let mut fields = Fields::default();
    fields.under("fields.");
    let mut out = Vec::new();
    let mut writes: Vec<(&Field, Option<Kept>)> = Vec::new();
    for (code, value) in given.into_iter().flatten() {
        let Some(field) = known.iter().find(|field| field.code == *code) else {
            fields.add(code, "这类任务没有这个字段");
            continue;
        };
        match field.read(value) {
            Ok(kept) if kept.is_some() && !field.active => {
                let kept_value = kept.as_ref().map(|kept| kept.value.as_str());
                let stays = before.iter().any(|said| said.field.id == field.id && Some(said.value.as_str()) == kept_value);
                if !stays {
                    fields.add(code, say!("“{name}”已经停用，不能再填写", name = field.name));
                }
            }
            Ok(kept) => writes.push((field, kept)),
            Err(words) => fields.add(code, words),
        }
    }
    fields.finish()?;
    if kind_changed {
        for said in before.iter().filter(|said| known.iter().all(|field| field.id != said.field.id)) {
            store::unsay(tx, task.id, said.field.id).await?;
            // By name: codes that were made up are alike in every kind.
            let heir = known.iter().find(|field| field.active && field.name == said.field.name && field.shape == said.field.shape);
            match heir.and_then(|field| Some((field, field.read(&said.field.value(&said.value)).ok()??))) {
                Some((field, kept)) => {
                    if !writes.iter().any(|(other, _)| other.id == field.id) {
                        writes.push((field, Some(kept)));
                    }
                }
                None => out.push(Rewritten { name: said.field.name.clone(), from: Some(said.field.words(&said.value)), to: None }),
            }
        }
    }
    for (field, kept) in writes {
        let old = before.iter().find(|said| said.field.id == field.id || (kind_changed && said.field.name == field.name));
        let (was, is) = (old.map(|said| said.value.as_str()), kept.as_ref().map(|kept| kept.value.as_str()));
        match &kept {
            Some(kept) => store::say(tx, task.id, field.id, kept).await?,
            None => store::unsay(tx, task.id, field.id).await?,
        }
        if was != is {
            out.push(Rewritten {
                name: field.name.clone(),
                from: old.map(|said| said.field.words(&said.value)),
                to: is.map(|value| field.words(value)),
            });
        }
    }
    Ok(out)
}

/// Code and name of the fields that a task has to say something in and does not. Only the top of a tree has to: what it says
/// holds for everything below it. A heading over tasks that all say it themselves has said it.
pub(in crate::tasks) async fn missing(tx: &mut Tx, task: &Task) -> Outcome<Vec<(String, String)>> {
    if task.parent_id.is_some() {
        return Ok(Vec::new());
    }
    let known = store::fields_of(tx, &task.source_kind).await?;
    if !known.iter().any(|field| field.active && field.required) {
        return Ok(Vec::new());
    }
    let below: Vec<TaskId> = if task.children > 0 { store::live_below(tx, task.id).await? } else { Vec::new() };
    let said = store::said(tx, &below.iter().copied().chain([task.id]).collect::<Vec<_>>()).await?;
    let says = |id: TaskId, code: &str| said.iter().any(|one| one.task_id == id && one.field.code == code);
    let missing = known.into_iter().filter(|field| {
        let by_all = || !below.is_empty() && below.iter().all(|id| says(*id, &field.code));
        field.active && field.required && !says(task.id, &field.code) && !by_all()
    });
    Ok(missing.map(|field| (field.code, field.name)).collect())
}
