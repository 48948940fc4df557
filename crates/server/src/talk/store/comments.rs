use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::{org::PersonId, talk::CommentId, tasks::TaskId};

/// A comment as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::talk) struct CommentRow {
    pub(in crate::talk) id: CommentId,
    pub(in crate::talk) task_id: TaskId,
    pub(in crate::talk) root_id: TaskId,
    pub(in crate::talk) person_id: PersonId,
    pub(in crate::talk) at: Moment,
    pub(in crate::talk) text: String,
    pub(in crate::talk) quote_comment_id: Option<CommentId>,
    pub(in crate::talk) quote_seq: Option<i64>,
    pub(in crate::talk) edited_at: Option<Moment>,
    pub(in crate::talk) deleted_at: Option<Moment>,
    pub(in crate::talk) deleted_by: Option<PersonId>,
}

const SELECT: &str = "select o.id, o.task_id, t.root_id, o.person_id, o.at, o.text, o.quote_comment_id, o.quote_seq, o.edited_at, \
     o.deleted_at, o.deleted_by from comment o join task t on t.id = o.task_id where ";

pub(in crate::talk) struct NewComment<'a> {
    pub(in crate::talk) id: CommentId,
    pub(in crate::talk) task: TaskId,
    pub(in crate::talk) by: PersonId,
    pub(in crate::talk) at: Moment,
    pub(in crate::talk) text: &'a str,
    pub(in crate::talk) quote_comment: Option<CommentId>,
    pub(in crate::talk) quote_seq: Option<i64>,
}

pub(in crate::talk) async fn insert_comment(tx: &mut Tx, new: &NewComment<'_>) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into comment (id, task_id, person_id, at, text, quote_comment_id, quote_seq) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(new.id)
    .bind(new.task)
    .bind(new.by)
    .bind(new.at)
    .bind(new.text)
    .bind(new.quote_comment)
    .bind(new.quote_seq)
    .execute(c))?;
    Ok(())
}

pub(in crate::talk) async fn change_comment(tx: &mut Tx, id: CommentId, text: &str, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update comment set text = $2, edited_at = $3 where id = $1").bind(id).bind(text).bind(at).execute(c))?;
    Ok(())
}

pub(in crate::talk) async fn delete_comment(tx: &mut Tx, id: CommentId, by: PersonId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update comment set text = '', deleted_at = $3, deleted_by = $2 where id = $1")
        .bind(id)
        .bind(by)
        .bind(at)
        .execute(c))?;
    Ok(())
}

pub(in crate::talk) async fn comment(tx: &mut Tx, id: CommentId) -> Result<Option<CommentRow>> {
    Ok(comments_by_id(tx, &[id]).await?.pop())
}

pub(in crate::talk) async fn comments_by_id(tx: &mut Tx, ids: &[CommentId]) -> Result<Vec<CommentRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("o.id in ").bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// A page of a task's comments, newest first.
pub(in crate::talk) async fn comments(tx: &mut Tx, task: TaskId, before: Option<CommentId>, limit: i64) -> Result<Vec<CommentRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("o.task_id = ").bind(task.0);
    if let Some(before) = before {
        sql.push(" and o.id < ").bind(before.0);
    }
    sql.push(" order by o.id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Comments that stand.
pub(in crate::talk) async fn count_comments(tx: &mut Tx, task: TaskId) -> Result<i64> {
    let (n,): (i64,) =
        run!(tx, |c| sqlx::query_as("select count(*) from comment where task_id = $1 and deleted_at is null").bind(task).fetch_one(c))?;
    Ok(n)
}

/// Whether somebody else has said something on the task after this.
pub(in crate::talk) async fn others_since(tx: &mut Tx, task: TaskId, after: CommentId, but: PersonId) -> Result<bool> {
    Ok(last_of_others(tx, task, but).await?.is_some_and(|last| last > after))
}

/// The newest comment on the task that is not this person's.
pub(in crate::talk) async fn last_of_others(tx: &mut Tx, task: TaskId, but: PersonId) -> Result<Option<CommentId>> {
    let row: Option<(CommentId,)> = run!(tx, |c| sqlx::query_as(
        "select id from comment where task_id = $1 and person_id <> $2 and deleted_at is null order by id desc limit 1"
    )
    .bind(task)
    .bind(but)
    .fetch_optional(c))?;
    Ok(row.map(|(id,)| id))
}

/// Says anew who is addressed.
pub(in crate::talk) async fn set_mentions(tx: &mut Tx, id: CommentId, persons: &[PersonId]) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from comment_mention where comment_id = $1").bind(id).execute(c))?;
    for person in persons {
        execute!(tx, |c| sqlx::query("insert into comment_mention (comment_id, person_id) values ($1, $2)")
            .bind(id)
            .bind(*person)
            .execute(c))?;
    }
    Ok(())
}

/// (comment, who is addressed in it).
pub(in crate::talk) async fn mentions(tx: &mut Tx, ids: &[CommentId]) -> Result<Vec<(CommentId, PersonId)>> {
    let mut sql = Sql::new("select comment_id, person_id from comment_mention where comment_id in ");
    sql.bind_list(ids.iter().map(|id| id.0)).push(" order by comment_id, person_id");
    sql.fetch_all(tx).await
}

/// Who has said something on the task lately.
pub(in crate::talk) async fn speakers(tx: &mut Tx, task: TaskId, limit: i64) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select person_id from comment where task_id = $1 and deleted_at is null group by person_id order by max(at) desc limit $2"
    )
    .bind(task)
    .bind(limit)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Persons with an account whose name holds this, in the order of their names.
pub(in crate::talk) async fn persons_named(tx: &mut Tx, part: &str, limit: i64) -> Result<Vec<PersonId>> {
    let like = format!("%{}%", part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select e.id from person e join account a on a.person_id = e.id where e.active and e.name like $1 escape '\\' \
         order by e.name, e.id limit $2"
    )
    .bind(like.as_str())
    .bind(limit)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
