//! Words that people put on tasks, to find together what belongs together across kinds and documents.
//!
//! A tag is there for everybody. Who speaks for the issuer, the operations centre and leaders put tags on tasks; the centre and
//! leaders may use new words, so that the list stays short. Tags are renamed, put together and retired by who keeps the rules.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::{Moment, id_types};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, Words, say};

use super::{
    case::{Case, Step},
    model::TaskId,
    policy::Action,
    store,
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
};

id_types! {
    /// A tag.
    TagId,
}

/// Tags of a task; characters of one.
const MOST: usize = 10;
const LONGEST: usize = 20;
/// Tags of an area: more than anybody reads.
const MOST_OF_ALL: usize = 500;

/// A tag as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct TagRow {
    pub(in crate::tasks) id: TagId,
    pub(in crate::tasks) name: String,
    pub(in crate::tasks) retired: bool,
    pub(in crate::tasks) created_at: Moment,
    pub(in crate::tasks) version: i64,
}

/// A tag and how many of the tasks that the asker sees it stands on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Tag {
    /// Its id.
    pub id: TagId,
    /// The word.
    pub name: String,
    /// It is no longer put on tasks; where it stands it stays.
    pub retired: bool,
    /// Tasks that the asker sees.
    pub tasks: i64,
    /// Counts changes.
    pub version: i64,
}

/// As names are compared: without case, width and spaces.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn read(fields: &mut Fields, place: &str, name: &str) -> String {
    let name = fields.text(place, name.trim().trim_start_matches('#'), LONGEST);
    if name.contains([',', '，', '、', '\n', '\r', '\t']) {
        fields.add(place, "标签中不能有逗号、顿号或换行");
    }
    name
}

/// Every tag, by name.
pub(super) async fn all(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Tag>> {
    let counts: HashMap<TagId, i64> = store::tag_counts(tx, &ctx.actor.scope).await?.into_iter().collect();
    let rows = store::tags(tx).await?;
    Ok(rows
        .into_iter()
        .map(|row| Tag {
            tasks: counts.get(&row.id).copied().unwrap_or(0),
            id: row.id,
            name: row.name,
            retired: row.retired,
            version: row.version,
        })
        .collect())
}

/// The tags of these names. Words that nobody has used before become tags where the actor may bring in new ones.
async fn named(tx: &mut Tx, ctx: &Ctx, names: &[String], kept: &[TagRow]) -> Outcome<Vec<TagRow>> {
    let mut fields = Fields::default();
    if names.len() > MOST {
        fields.add("tags", say!("最多 {MOST} 个标签"));
    }
    let wanted: Vec<String> =
        names.iter().take(MOST).enumerate().map(|(index, name)| read(&mut fields, &format!("tags[{index}]"), name)).collect();
    fields.check()?;
    let may_add = [Role::Centre, Role::Leader].iter().any(|role| ctx.actor.is(*role)) || ctx.actor.person.0 == kit::NIL;
    let known = store::tags(tx).await?;
    let mut out: Vec<TagRow> = Vec::new();
    for (index, name) in wanted.into_iter().enumerate() {
        let place = format!("tags[{index}]");
        let row = match known.iter().find(|row| folded(&row.name) == folded(&name)) {
            Some(row) if row.retired && kept.iter().all(|old| old.id != row.id) => {
                fields.add(&place, say!("标签“{name}”已经停用"));
                continue;
            }
            Some(row) => row.clone(),
            None if !may_add => {
                fields.add(&place, say!("没有标签“{name}”，请从已有的标签中选择，或请运营中心新增"));
                continue;
            }
            None if known.len() >= MOST_OF_ALL => {
                fields.add(&place, say!("标签已有 {MOST_OF_ALL} 个，请先合并或停用不用的"));
                continue;
            }
            None => {
                let row = TagRow { id: TagId::new(&ctx.rng, ctx.now()), name, retired: false, created_at: ctx.now(), version: 1 };
                // Another may have brought in the same word at the same moment: then that is it.
                store::add_tag(tx, &row, &folded(&row.name), ctx.actor.person).await?
            }
        };
        if out.iter().all(|other| other.id != row.id) {
            out.push(row);
        }
    }
    fields.finish()?;
    Ok(out)
}

/// What became of the tags of a task.
pub(super) struct Retagged {
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
}

/// Puts these tags on a task that is in hand, and takes the others off; nothing where they are the same.
pub(super) async fn set(tx: &mut Tx, ctx: &Ctx, task: TaskId, names: &[String]) -> Outcome<Option<Retagged>> {
    let before = store::tags_of(tx, &[task]).await?.remove(&task).unwrap_or_default();
    let after = named(tx, ctx, names, &before).await?;
    let ids = |rows: &[TagRow]| rows.iter().map(|row| row.id).collect::<BTreeSet<_>>();
    if ids(&before) == ids(&after) {
        return Ok(None);
    }
    for row in before.iter().filter(|row| after.iter().all(|other| other.id != row.id)) {
        store::untag(tx, task, row.id).await?;
    }
    for row in after.iter().filter(|row| before.iter().all(|other| other.id != row.id)) {
        store::tag(tx, task, row.id).await?;
    }
    let names = |rows: Vec<TagRow>| rows.into_iter().map(|row| row.name).collect();
    Ok(Some(Retagged { from: names(before), to: names(after) }))
}

/// Puts these tags on a task, and takes the others off.
pub(super) async fn put(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: Option<i64>, names: &[String]) -> Outcome<()> {
    let case = Case::open(tx, ctx, id, version).await?;
    case.require(ctx, Action::Tag)?;
    let Some(changed) = set(tx, ctx, id, names).await? else { return Ok(()) };
    let data = json!({ "from": changed.from, "to": changed.to });
    case.finish(tx, ctx, Step::new("tagged", words(&changed), data)).await
}

/// Puts a tag on a task beside those that are there.
pub async fn add(tx: &mut Tx, ctx: &Ctx, id: TaskId, name: &str) -> Outcome<()> {
    let mut names: Vec<String> = store::tags_of(tx, &[id]).await?.remove(&id).unwrap_or_default().into_iter().map(|row| row.name).collect();
    names.push(name.to_owned());
    put(tx, ctx, id, None, &names).await
}

fn words(changed: &Retagged) -> Words {
    if changed.to.is_empty() {
        return "取消全部标签".into();
    }
    let names = Words::join(Join::Things, changed.to.iter().map(|name| Words::raw(name.as_str())));
    say!("标签改为：{names}")
}

/// Renames a tag, retires it, or takes it into use again. A name that another tag has puts the two together.
pub(super) async fn change(tx: &mut Tx, ctx: &Ctx, id: TagId, version: i64, name: &str, retired: bool) -> Outcome<Vec<Tag>> {
    if store::lock_tag(tx, id).await?.ok_or(Refusal::NotFound)? != version {
        return Err(Refusal::Stale);
    }
    let mut fields = Fields::default();
    let name = read(&mut fields, "name", name);
    fields.finish()?;
    let rows = store::tags(tx).await?;
    let old = rows.iter().find(|row| row.id == id).ok_or(Refusal::NotFound)?;
    let from = &old.name;
    match rows.iter().find(|row| row.id != id && folded(&row.name) == folded(&name)) {
        Some(other) => {
            store::merge_tags(tx, id, other.id).await?;
            let words = say!("标签“{from}”并入“{to}”", to = other.name);
            audit::record(tx, ctx, audit::Entry::organisation("tags_merged", words, json!({ "from": id, "to": other.id }))).await?;
        }
        None => {
            let row = TagRow { name, retired, version: version + 1, ..old.clone() };
            store::save_tag(tx, &row, &folded(&row.name)).await?;
            let words = match (old.name == row.name, retired) {
                (true, true) => say!("停用标签“{from}”"),
                (true, false) => say!("启用标签“{from}”"),
                (false, _) => say!("标签“{from}”改名为“{to}”", to = row.name),
            };
            let data = json!({ "tag": id, "from": old.name, "to": row.name, "retired": retired });
            audit::record(tx, ctx, audit::Entry::organisation("tag_changed", words, data)).await?;
        }
    }
    all(tx, ctx).await
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn names_that_look_alike_are_the_same() {
        assert_eq!(folded("Ａ级 督办"), folded("a级督办"));
        assert_ne!(folded("市长关注"), folded("市长督办"));
    }
}
