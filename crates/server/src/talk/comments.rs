//! Comments on a task.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::Moment;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    model::{Comment, CommentId, Quote},
    sight,
    store::{self, CommentRow},
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
    files::{self, FileId},
    org::{self, PersonId, PersonRef},
    tasks::{self, Case, Step, TaskId},
};

/// How long one's own words can still be changed, while nobody has said anything since.
const FRESH: Duration = Duration::from_secs(600);
const MOST_MENTIONS: usize = 20;
/// So much of what is quoted is shown.
const QUOTED: usize = 200;

/// Something to be said.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentInput {
    /// At most 2,000 characters.
    pub(super) text: String,
    /// Who is addressed by name, at most 20; each must see the task.
    #[serde(default)]
    pub(super) mention_ids: Vec<PersonId>,
    /// An earlier comment that is quoted.
    #[serde(default)]
    pub(super) quote_comment_id: Option<CommentId>,
    /// An event of the time line that is quoted, by its place.
    #[serde(default)]
    pub(super) quote_seq: Option<i64>,
    #[serde(default)]
    pub(super) file_ids: Vec<FileId>,
}

impl CommentInput {
    /// Words that address these persons, and nothing else.
    pub const fn addressed(text: String, mention_ids: Vec<PersonId>) -> Self {
        Self { text, mention_ids, quote_comment_id: None, quote_seq: None, file_ids: Vec::new() }
    }
}

/// Other words for it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentEdit {
    /// At most 2,000 characters.
    pub(super) text: String,
    /// Who is addressed by name now.
    #[serde(default)]
    pub(super) mention_ids: Vec<PersonId>,
}

/// Whether whoever sees the task may comment: from dispatch on, for what is only drafted may still be thrown away.
pub(super) const fn may_comment(case: &Case) -> bool {
    case.task.dispatched_at.is_some()
}

/// Says something about a task.
pub async fn comment(tx: &mut Tx, ctx: &Ctx, task: TaskId, input: &CommentInput) -> Outcome<CommentId> {
    let case = Case::open(tx, ctx, task, None).await?;
    if !may_comment(&case) {
        return Err(Refusal::conflict("not_now", "任务还没有交办，不能评论。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 2000);
    let mentions = mentioned(tx, ctx, task, &input.mention_ids, &mut fields).await?;
    if input.quote_comment_id.is_some() && input.quote_seq.is_some() {
        fields.add("quote_seq", "一次只能引用一处");
    }
    if let Some(quoted) = input.quote_comment_id {
        match store::comment(tx, quoted).await? {
            Some(row) if row.task_id == task && row.deleted_at.is_none() => {}
            _ => fields.add("quote_comment_id", "引用的评论不在这项任务里，或已删除"),
        }
    }
    if let Some(seq) = input.quote_seq {
        let events = audit::events_at(tx, case.task.root_id.0, &[seq]).await?;
        if !events.iter().any(|event| event.task_id == Some(task.0)) {
            fields.add("quote_seq", "引用的记录不在这项任务里");
        }
    }
    fields.finish()?;
    let id = CommentId::new(&ctx.rng, ctx.now());
    let new = store::NewComment {
        id,
        task,
        by: ctx.actor.person,
        at: ctx.now(),
        text: &text,
        quote_comment: input.quote_comment_id,
        quote_seq: input.quote_seq,
    };
    store::insert_comment(tx, &new).await?;
    store::set_mentions(tx, id, &mentions).await?;
    files::attach(tx, ctx, task.0, files::Owner::comment(id.0), &input.file_ids).await?;
    let data = json!({ "comment": id, "text": text, "mentions": mentions, "files": input.file_ids });
    tasks::note(tx, ctx, &case.task, Step::new("commented", "发表评论", data).about(id.0)).await?;
    Ok(id)
}

/// Changes one's own words while they are fresh.
pub(super) async fn edit(tx: &mut Tx, ctx: &Ctx, id: CommentId, input: &CommentEdit) -> Outcome<Comment> {
    let (row, case) = open(tx, ctx, id).await?;
    if row.person_id != ctx.actor.person {
        return Err(Refusal::forbidden("只能修改自己的评论。"));
    }
    if !is_fresh(&row, ctx.now()) {
        return Err(Refusal::conflict("too_late", "评论发出 10 分钟后不能再修改，可以另发一条。"));
    }
    if store::others_since(tx, row.task_id, id, row.person_id).await? {
        return Err(Refusal::conflict("too_late", "已有人在后面发言，不能再修改，可以另发一条。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 2000);
    let mentions = mentioned(tx, ctx, row.task_id, &input.mention_ids, &mut fields).await?;
    fields.finish()?;
    store::change_comment(tx, id, &text, ctx.now()).await?;
    store::set_mentions(tx, id, &mentions).await?;
    let data = json!({ "comment": id, "before": row.text, "after": text, "mentions": mentions });
    tasks::note(tx, ctx, &case.task, Step::new("comment_edited", "修改评论", data).about(id.0)).await?;
    find(tx, ctx, id).await
}

/// Takes a comment from the page; that there was one stays to be seen, what it said stays in the ledger. One's own, or anybody's
/// by the operations centre.
pub(super) async fn delete(tx: &mut Tx, ctx: &Ctx, id: CommentId) -> Outcome<Comment> {
    let (row, case) = open(tx, ctx, id).await?;
    if !may_delete(&row, ctx) {
        return Err(Refusal::forbidden("只能删除自己的评论；不当的评论请运营中心处理。"));
    }
    store::delete_comment(tx, id, ctx.actor.person, ctx.now()).await?;
    store::set_mentions(tx, id, &[]).await?;
    files::detach(tx, files::Owner::comment(id.0)).await?;
    let words = if row.person_id == ctx.actor.person {
        Words::from("删除自己的评论")
    } else {
        let name = org::person_refs(tx, [row.person_id]).await?.pop().map(|person| person.name).unwrap_or_default();
        say!("删除{name}的评论")
    };
    let data = json!({ "comment": id, "by": row.person_id, "text": row.text });
    tasks::note(tx, ctx, &case.task, Step::new("comment_deleted", words, data).about(id.0)).await?;
    find(tx, ctx, id).await
}

async fn open(tx: &mut Tx, ctx: &Ctx, id: CommentId) -> Outcome<(CommentRow, Case)> {
    let task = store::comment(tx, id).await?.ok_or(Refusal::NotFound)?.task_id;
    let case = Case::open(tx, ctx, task, None).await?;
    // Read again: now the tree is held against others.
    let row = store::comment(tx, id).await?.ok_or(Refusal::NotFound)?;
    if row.deleted_at.is_some() {
        return Err(Refusal::conflict("decided", "这条评论已经删除。"));
    }
    Ok((row, case))
}

fn is_fresh(row: &CommentRow, now: Moment) -> bool {
    now <= row.at.plus(FRESH)
}

fn may_delete(row: &CommentRow, ctx: &Ctx) -> bool {
    row.deleted_at.is_none() && (row.person_id == ctx.actor.person || ctx.actor.is(Role::Centre))
}

/// Those named, each once; whoever does not see the task cannot be addressed in it.
async fn mentioned(tx: &mut Tx, ctx: &Ctx, task: TaskId, ids: &[PersonId], fields: &mut Fields) -> Outcome<Vec<PersonId>> {
    let ids: Vec<PersonId> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.len() > MOST_MENTIONS {
        fields.add("mention_ids", say!("一次最多提到 {MOST_MENTIONS} 人"));
        return Ok(Vec::new());
    }
    let names = org::person_refs(tx, ids.iter().copied()).await?;
    for id in &ids {
        if !sight::sees(tx, ctx, *id, task).await? {
            match names.iter().find(|person| person.id == *id) {
                Some(PersonRef { name, .. }) => fields.add("mention_ids", say!("{name}看不到这项任务，不能提到")),
                None => fields.add("mention_ids", "没有这个人"),
            }
        }
    }
    Ok(ids)
}

/// Who may be addressed: persons of this name who see the task; without a name whoever is near it.
pub(super) async fn mentionable(tx: &mut Tx, ctx: &Ctx, task: TaskId, q: Option<&str>) -> Outcome<Vec<PersonRef>> {
    const SHOWN: usize = 8;
    let case = Case::look(tx, ctx, task).await?;
    let mut fields = Fields::default();
    let q = fields.optional_text("q", q, 30);
    fields.finish()?;
    let candidates = match q {
        Some(q) => store::persons_named(tx, &q, 24).await?,
        None => {
            let mut near: Vec<PersonId> = case.parties.iter().filter_map(|party| party.person_id).collect();
            for party in &case.parties {
                near.extend(org::heads_and_liaisons(tx, party.unit_id, ctx.today()).await?);
            }
            near.push(case.task.creator_id);
            near.extend(store::speakers(tx, task, 8).await?);
            near
        }
    };
    let mut seen = BTreeSet::from([ctx.actor.person]);
    let candidates: Vec<PersonId> = candidates.into_iter().filter(|person| seen.insert(*person)).collect();
    let ids = sight::who_sees(tx, ctx, &candidates, task, SHOWN).await?;
    let names = org::person_refs(tx, ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| names.iter().find(|person| person.id == *id).cloned()).collect())
}

/// A page of a task's comments, newest first; one more than `limit` where there are more.
pub(super) async fn list(tx: &mut Tx, ctx: &Ctx, task: TaskId, before: Option<CommentId>, limit: i64) -> Outcome<Vec<Comment>> {
    Case::look(tx, ctx, task).await?;
    let rows = store::comments(tx, task, before, limit + 1).await?;
    describe(tx, ctx, rows).await
}

/// One comment, for whoever has just written it.
pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, id: CommentId) -> Outcome<Comment> {
    let row = store::comment(tx, id).await?.ok_or(Refusal::NotFound)?;
    describe(tx, ctx, vec![row]).await?.pop().ok_or(Refusal::NotFound)
}

async fn describe(tx: &mut Tx, ctx: &Ctx, rows: Vec<CommentRow>) -> Outcome<Vec<Comment>> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let (task, stream) = (first.task_id, first.root_id);
    let quoted = store::comments_by_id(tx, &rows.iter().filter_map(|row| row.quote_comment_id).collect::<Vec<_>>()).await?;
    let places: Vec<i64> = rows.iter().filter_map(|row| row.quote_seq).collect();
    let events = if places.is_empty() { Vec::new() } else { audit::events_at(tx, stream.0, &places).await? };
    let ids: Vec<CommentId> = rows.iter().map(|row| row.id).collect();
    let mentions = store::mentions(tx, &ids).await?;
    let mut files = files::of_owners(tx, &ids.iter().map(|id| id.0).collect::<Vec<_>>()).await?;
    let persons = rows.iter().chain(&quoted).flat_map(|row| [Some(row.person_id), row.deleted_by]).flatten();
    let persons =
        persons.chain(events.iter().filter_map(|event| event.actor_id).map(PersonId)).chain(mentions.iter().map(|(_, person)| *person));
    let names: HashMap<PersonId, PersonRef> =
        org::person_refs(tx, persons.collect::<BTreeSet<_>>()).await?.into_iter().map(|p| (p.id, p)).collect();
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or(PersonRef { id, name: String::new() });
    // The newest that somebody else said: what lies before it is settled.
    let last_of_others = store::last_of_others(tx, task, ctx.actor.person).await?;
    let quote = |row: &CommentRow| {
        if let Some(id) = row.quote_comment_id {
            let of = quoted.iter().find(|other| other.id == id)?;
            return Some(Quote {
                comment_id: Some(id),
                seq: None,
                by: Some(name(of.person_id)),
                at: of.at,
                text: Words::raw(shortened(&of.text)),
                deleted: of.deleted_at.is_some(),
            });
        }
        let event = events.iter().find(|event| Some(event.seq) == row.quote_seq)?;
        Some(Quote {
            comment_id: None,
            seq: Some(event.seq),
            by: event.actor_id.map(PersonId).map(name),
            at: event.at,
            text: event.words.clone(),
            deleted: false,
        })
    };
    let comment = |row: CommentRow| Comment {
        quote: quote(&row),
        by: name(row.person_id),
        mentions: mentions.iter().filter(|(of, _)| *of == row.id).map(|(_, person)| name(*person)).collect(),
        files: files.remove(&row.id.0).unwrap_or_default(),
        deleted_by: row.deleted_by.map(name),
        may_edit: row.deleted_at.is_none()
            && row.person_id == ctx.actor.person
            && is_fresh(&row, ctx.now())
            && last_of_others.is_none_or(|last| last < row.id),
        may_delete: may_delete(&row, ctx),
        id: row.id,
        task_id: row.task_id,
        at: row.at,
        text: row.text,
        edited_at: row.edited_at,
        deleted_at: row.deleted_at,
    };
    Ok(rows.into_iter().map(comment).collect())
}

fn shortened(text: &str) -> String {
    let mut out: String = text.chars().take(QUOTED).collect();
    if text.chars().count() > QUOTED {
        out.push('…');
    }
    out
}

/// What a comment says, and whom it addresses; for messages about it. Nothing once it is deleted.
pub async fn said(tx: &mut Tx, id: CommentId) -> Outcome<Option<(PersonRef, String, Vec<PersonId>)>> {
    let Some(row) = store::comment(tx, id).await?.filter(|row| row.deleted_at.is_none()) else { return Ok(None) };
    let Some(by) = org::person_refs(tx, [row.person_id]).await?.pop() else { return Ok(None) };
    let mentions = store::mentions(tx, &[id]).await?.into_iter().map(|(_, person)| person).collect();
    Ok(Some((by, shortened(&row.text), mentions)))
}
