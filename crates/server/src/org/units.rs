use std::collections::{BTreeSet, HashMap};

use db::Tx;
use serde_json::json;
use wording::say;

use super::{
    model::{PersonId, PersonRef, TenureId, Unit, UnitId, UnitInput, UnitKind},
    store::{self, UnitRow},
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
};

pub(super) const MAX_DEPTH: i64 = 12;

/// The whole tree, depth first, obsolete units included.
pub async fn list_units(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Unit>> {
    let rows = store::units(tx).await?;
    let mut aliases: HashMap<UnitId, Vec<String>> = HashMap::new();
    for (unit, alias) in store::aliases(tx).await? {
        aliases.entry(unit).or_default().push(alias);
    }
    let mut heads: HashMap<UnitId, PersonRef> = HashMap::new();
    let mut liaisons: HashMap<UnitId, Vec<PersonRef>> = HashMap::new();
    let mut members: HashMap<UnitId, BTreeSet<PersonId>> = HashMap::new();
    for (unit, kind, id, name) in store::unit_faces(tx, ctx.today()).await? {
        let person = PersonRef { id, name };
        if kind == "liaison" {
            liaisons.entry(unit).or_default().push(person);
            continue;
        }
        members.entry(unit).or_default().insert(id);
        if kind == "head" {
            heads.entry(unit).or_insert(person);
        }
    }
    let mut below: HashMap<Option<UnitId>, Vec<UnitRow>> = HashMap::new();
    for row in rows {
        below.entry(row.parent_id).or_default().push(row);
    }
    let mut out = Vec::new();
    let mut stack: Vec<(UnitRow, i64)> = below.remove(&None).unwrap_or_default().into_iter().rev().map(|row| (row, 0)).collect();
    while let Some((row, depth)) = stack.pop() {
        stack.extend(below.remove(&Some(row.id)).unwrap_or_default().into_iter().rev().map(|child| (child, depth + 1)));
        out.push(Unit {
            depth,
            aliases: aliases.remove(&row.id).unwrap_or_default(),
            liaisons: liaisons.remove(&row.id).unwrap_or_default(),
            head: heads.remove(&row.id),
            person_count: members.get(&row.id).map_or(0, |set| i64::try_from(set.len()).unwrap_or(0)),
            id: row.id,
            parent_id: row.parent_id,
            name: row.name,
            short_name: row.short_name,
            kind: row.kind,
            active: row.active,
            version: row.version,
        });
    }
    Ok(out)
}

fn checked_aliases(fields: &mut Fields, given: &[String]) -> Vec<String> {
    if given.len() > 20 {
        fields.add("aliases", "最多 20 个别名");
    }
    given.iter().take(20).map(|alias| fields.text("aliases", alias, 60)).collect()
}

/// Makes a unit; answers its id.
pub async fn add_unit(tx: &mut Tx, ctx: &Ctx, input: &UnitInput) -> Outcome<UnitId> {
    let mut fields = Fields::default();
    let name = fields.text("name", input.name.as_deref().unwrap_or_default(), 60);
    let short_name = fields.optional_text("short_name", input.short_name.as_deref(), 20);
    let aliases = checked_aliases(&mut fields, input.aliases.as_deref().unwrap_or_default());
    let kind = input.kind.unwrap_or(UnitKind::Bureau);
    if let Some(parent) = input.parent_id {
        match store::unit(tx, parent).await? {
            None => fields.add("parent_id", "上级单位不存在"),
            Some(parent) if !parent.active => fields.add("parent_id", "上级单位已停用"),
            Some(_) => {}
        }
        let mut above = Some(parent);
        for level in 0.. {
            let Some(id) = above else { break };
            if level >= MAX_DEPTH {
                fields.add("parent_id", say!("单位层级最多 {MAX_DEPTH} 级"));
                break;
            }
            above = store::unit(tx, id).await?.and_then(|unit| unit.parent_id);
        }
    }
    fields.finish()?;
    let row = UnitRow {
        id: UnitId::new(&ctx.rng, ctx.now()),
        parent_id: input.parent_id,
        short_name: short_name.unwrap_or_else(|| name.chars().take(20).collect()),
        name,
        kind,
        active: true,
        version: 1,
        position: store::next_unit_position(tx).await?,
    };
    store::insert_unit(tx, &row, ctx.now()).await.map_err(|error| taken(error, &row.name))?;
    for alias in &aliases {
        store::insert_alias(tx, TenureId::new(&ctx.rng, ctx.now()), row.id, alias).await?;
    }
    let words = say!("新增单位“{name}”", name = row.name);
    audit::record(tx, ctx, audit::Entry::organisation("unit_added", words, json!({ "unit": row.id, "name": row.name }))).await?;
    Ok(row.id)
}

fn taken(error: db::Error, name: &str) -> Refusal {
    if error.is_unique_violation() { Refusal::field("name", say!("已有名为“{name}”的单位")) } else { error.into() }
}

/// Changes a unit.
pub async fn update_unit(tx: &mut Tx, ctx: &Ctx, id: UnitId, input: &UnitInput) -> Outcome<()> {
    let Some(mut row) = store::unit(tx, id).await? else { return Err(Refusal::NotFound) };
    let mut fields = Fields::default();
    if let Some(name) = &input.name {
        row.name = fields.text("name", name, 60);
    }
    if let Some(short) = &input.short_name {
        row.short_name = fields.text("short_name", short, 20);
    }
    let aliases = input.aliases.as_deref().map(|given| checked_aliases(&mut fields, given));
    let Some(version) = input.version else { return Err(Refusal::field("version", "缺少版本号")) };
    if input.parent_id.is_some_and(|parent| Some(parent) != row.parent_id) {
        fields.add("parent_id", "单位建立后不能改变隶属；请停用后另建");
    }
    row.kind = input.kind.unwrap_or(row.kind);
    row.active = input.active.unwrap_or(row.active);
    fields.finish()?;
    if !store::update_unit(tx, &row, version).await.map_err(|error| taken(error, &row.name))? {
        return Err(Refusal::Stale);
    }
    if let Some(aliases) = aliases {
        store::remove_aliases(tx, id).await?;
        for alias in &aliases {
            store::insert_alias(tx, TenureId::new(&ctx.rng, ctx.now()), id, alias).await?;
        }
    }
    let words = say!("修改单位“{name}”", name = row.name);
    let data = json!({ "unit": id, "name": row.name, "active": row.active });
    audit::record(tx, ctx, audit::Entry::organisation("unit_changed", words, data)).await?;
    Ok(())
}
