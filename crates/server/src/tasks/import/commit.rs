//! The commit: units and tasks, through their rooms' own verbs, all or none.

use std::collections::HashMap;

use db::Tx;
use serde_json::json;
use wording::{Words, say};

use super::{
    ledger::{Ledger, Prepared, to_create},
    model::{ImportId, ImportOutcome, Severity},
    rows::Entry,
    store,
};
use crate::{
    app::{Ctx, FieldError, Outcome, Refusal},
    org::{self, UnitId, UnitInput, UnitKind},
    tasks::{
        ChildInput, PartyInput, PartyRole, SourceKind, Step, TaskId, TaskInput, create, decompose, equal_shares, note, store as tasks,
        submit,
    },
};

/// Makes the tasks of an import, and with `dispatch` sends them out. Doing so confirms for all of them that nothing in them
/// is a state secret (不涉密).
pub(super) async fn commit(tx: &mut Tx, ctx: &Ctx, id: ImportId, version: Option<i64>, dispatch: bool) -> Outcome<ImportOutcome> {
    let ledger = Ledger::open(tx, ctx, id, version).await?;
    let prepared = Prepared::of(tx, ctx, ledger).await?;
    if !prepared.is_ready() {
        return Err(Refusal::conflict("not_ready", not_ready(&prepared)));
    }
    let mut outcome = ImportOutcome::default();
    let units = units(tx, ctx, &prepared, &mut outcome).await?;
    for (group, entries) in groups(&prepared) {
        let heading = Heading { title: group.clone().unwrap_or_else(|| prepared.ledger.file_title()), document: group, entries };
        tree(tx, ctx, &prepared, &heading, &units, dispatch, &mut outcome).await?;
    }
    store::finish(tx, id, ctx.now()).await?;
    Ok(outcome)
}

fn not_ready(prepared: &Prepared) -> Words {
    let open = prepared.units.iter().filter(|unit| unit.choice.is_none()).count();
    match (open, prepared.count(Severity::Error)) {
        (0, 0) => "没有可以导入的行。".into(),
        (0, errors) => say!("还有 {errors} 处错误没有解决，暂不能导入。"),
        (open, _) => say!("还有 {open} 个单位名称没有对应，暂不能导入。"),
    }
}

/// The unit of every name; makes those that are to be made.
async fn units(tx: &mut Tx, ctx: &Ctx, prepared: &Prepared, outcome: &mut ImportOutcome) -> Outcome<HashMap<String, UnitId>> {
    let mut units: HashMap<String, UnitId> =
        prepared.units.iter().filter_map(|unit| Some((unit.name.clone(), unit.unit.as_ref()?.id))).collect();
    let mut parent = prepared.ledger.choices.parent;
    for new in to_create(&prepared.units) {
        if parent.is_none() {
            parent = org::list_units(tx, ctx).await?.into_iter().find(|unit| unit.parent_id.is_none() && unit.active).map(|root| root.id);
        }
        let input = UnitInput { parent_id: parent, name: Some(new.name.clone()), kind: Some(UnitKind::External), ..UnitInput::default() };
        units.insert(new.name.clone(), org::add_unit(tx, ctx, &input).await?);
        outcome.units_created += 1;
    }
    Ok(units)
}

/// The rows of each source document, in the order of the sheet.
fn groups(prepared: &Prepared) -> Vec<(Option<String>, Vec<&Entry>)> {
    let mut groups: Vec<(Option<String>, Vec<&Entry>)> = Vec::new();
    let mut places: HashMap<Option<&str>, usize> = HashMap::new();
    for entry in prepared.kept() {
        let place = *places.entry(entry.group.as_deref()).or_insert_with(|| {
            groups.push((entry.group.clone(), Vec::new()));
            groups.len() - 1
        });
        if let Some((_, entries)) = groups.get_mut(place) {
            entries.push(entry);
        }
    }
    groups
}

/// A source document with its rows.
struct Heading<'a> {
    title: String,
    document: Option<String>,
    entries: Vec<&'a Entry>,
}

async fn tree(
    tx: &mut Tx,
    ctx: &Ctx,
    prepared: &Prepared,
    heading: &Heading<'_>,
    units: &HashMap<String, UnitId>,
    dispatch: bool,
    outcome: &mut ImportOutcome,
) -> Outcome<()> {
    let kind = kind_of_heading(heading, &prepared.kinds, &prepared.ledger.mapping.source_kind);
    let input = TaskInput {
        title: Some(heading.title.clone()),
        source_kind: Some(kind.to_owned()),
        source_document: heading.document.clone(),
        ..TaskInput::default()
    };
    let root = create(tx, ctx, &input, None).await?;
    let shares = equal_shares(heading.entries.len());
    let children: Vec<ChildInput> = heading
        .entries
        .iter()
        .zip(shares)
        .map(|(entry, share)| ChildInput {
            weight: share.percent(),
            task: task(entry, units, kind, &prepared.ledger.mapping.source_kind),
            ..ChildInput::default()
        })
        .collect();
    // Just made, so nobody else can have changed it.
    decompose(tx, ctx, root, 1, &children).await.map_err(|refusal| by_row(refusal, heading))?;
    record(tx, ctx, root, prepared, heading).await?;
    let rows = i64::try_from(heading.entries.len()).map_err(Refusal::internal)?;
    if dispatch {
        // The heading goes out with its rows, and is not one of them.
        match submit(tx, ctx, root, None, true).await? {
            0 => outcome.awaiting_approval += rows,
            sent => outcome.dispatched += sent - 1,
        }
    }
    outcome.created += rows;
    outcome.root_ids.push(root);
    Ok(())
}

/// The kind of a heading: one of its rows' that needs approval, so that nothing goes round it; else the one all share.
fn kind_of_heading<'a>(heading: &'a Heading<'_>, kinds: &[SourceKind], general: &'a str) -> &'a str {
    let mut own = heading.entries.iter().map(|entry| entry.source_kind.as_deref().unwrap_or(general));
    let needs_approval = |code: &str| kinds.iter().any(|kind| kind.code == code && kind.needs_approval);
    if let Some(code) = own.clone().find(|code| needs_approval(code)) {
        return code;
    }
    let first = own.next().unwrap_or(general);
    if own.all(|code| code == first) { first } else { general }
}

fn task(entry: &Entry, units: &HashMap<String, UnitId>, kind: &str, general: &str) -> TaskInput {
    let party = |name: &String, role| units.get(name).map(|unit_id| PartyInput::of(*unit_id, role));
    let leads = entry.lead.iter().enumerate().map(|(index, name)| (name, if index == 0 { PartyRole::Lead } else { PartyRole::CoLead }));
    let parties = leads.chain(entry.co.iter().map(|name| (name, PartyRole::Co))).filter_map(|(name, role)| party(name, role)).collect();
    let own_kind = entry.source_kind.as_deref().unwrap_or(general);
    TaskInput {
        title: Some(entry.title.clone()),
        demand: Some(entry.demand.clone()),
        // A task below takes over what is not said.
        source_kind: (own_kind != kind).then(|| own_kind.to_owned()),
        clause: entry.clause.clone(),
        importance: Some(entry.importance),
        due: entry.due.input.clone(),
        start_day: entry.due.start_day,
        parties: Some(parties),
        fields: Some(entry.fields.clone()),
        tags: (!entry.tags.is_empty()).then(|| entry.tags.clone()),
        ..TaskInput::default()
    }
}

/// Says whence the tasks came, in the ledger of their tree.
async fn record(tx: &mut Tx, ctx: &Ctx, root: TaskId, prepared: &Prepared, heading: &Heading<'_>) -> Outcome<()> {
    let Some(task) = tasks::find(tx, root).await? else { return Ok(()) };
    let file = &prepared.ledger.record.file_name;
    let words = say!("由台账“{file}”导入 {n} 项任务", n = heading.entries.len());
    let rows: Vec<u32> = heading.entries.iter().map(|entry| entry.row).collect();
    let data = json!({ "import": prepared.ledger.record.id, "file": file, "rows": rows });
    note(tx, ctx, &task, Step::new("imported", words, data)).await
}

/// What a verb found wrong, by the number of the row in the sheet instead of the place among the tasks below.
fn by_row(refusal: Refusal, heading: &Heading<'_>) -> Refusal {
    let Refusal::Invalid(errors) = refusal else { return refusal };
    let named = |error: FieldError| {
        let place = error.field.strip_prefix("children[").and_then(|rest| rest.split_once("]."));
        let found = place.and_then(|(index, field)| Some((heading.entries.get(index.parse::<usize>().ok()?)?.row, field)));
        match found {
            Some((row, field)) => FieldError { field: format!("rows[{row}].{field}"), message: say!("第 {row} 行：{}", error.message) },
            None => error,
        }
    };
    Refusal::Invalid(errors.into_iter().map(named).collect())
}
