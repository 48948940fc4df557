//! All SQL of searching.

use db::{Matching, Place, Result, Sql, Term, Tx, execute, run};
use kit::{Moment, uuid::Uuid};

use crate::{access::Scope, tasks::TaskId};

/// What is in the index.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Doc {
    pub(super) seq: i64,
    pub(super) task_id: TaskId,
    pub(super) kind: String,
    pub(super) subject_id: Uuid,
    pub(super) head: String,
    pub(super) body: String,
    pub(super) digest: String,
}

/// What is in the index of these tasks; their texts are left out.
pub(super) async fn known(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<Doc>> {
    let mut sql = Sql::new("select seq, task_id, kind, subject_id, '' as head, '' as body, digest from search_doc where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// The next number from `wanted` on that nothing in the index has.
pub(super) async fn free(tx: &mut Tx, wanted: i64) -> Result<i64> {
    let mut seq = wanted;
    loop {
        let (taken,): (bool,) =
            run!(tx, |c| sqlx::query_as("select exists (select 1 from search_doc where seq = $1)").bind(seq).fetch_one(c))?;
        if !taken {
            return Ok(seq);
        }
        seq += 1;
    }
}

pub(super) async fn put(tx: &mut Tx, doc: &Doc) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into search_doc (seq, task_id, kind, subject_id, head, body, digest) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (seq) do update set head = excluded.head, body = excluded.body, digest = excluded.digest"
    )
    .bind(doc.seq)
    .bind(doc.task_id)
    .bind(doc.kind.as_str())
    .bind(doc.subject_id)
    .bind(doc.head.as_str())
    .bind(doc.body.as_str())
    .bind(doc.digest.as_str())
    .execute(c))?;
    Ok(())
}

pub(super) async fn remove(tx: &mut Tx, seq: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from search_doc where seq = $1").bind(seq).execute(c))?;
    tx.forget_text(seq).await
}

/// Up to where the index has been caught up with; nothing when it is complete.
pub(super) async fn behind(tx: &mut Tx) -> Result<Option<Moment>> {
    let row: Option<(Moment,)> = run!(tx, |c| sqlx::query_as("select value from counter where name = 'search.behind'").fetch_optional(c))?;
    Ok(row.map(|(at,)| at))
}

pub(super) async fn set_behind(tx: &mut Tx, at: Option<Moment>) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from counter where name = 'search.behind'").execute(c))?;
    if let Some(at) = at {
        execute!(tx, |c| sqlx::query("insert into counter (name, value) values ('search.behind', $1)").bind(at).execute(c))?;
    }
    Ok(())
}

pub(super) async fn clear(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from search_doc").execute(c))?;
    tx.forget_all_text().await
}

pub(super) async fn count(tx: &mut Tx) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from search_doc").fetch_one(c))?;
    Ok(n)
}

/// A file that is attached to something of a task, with what is written in it where that is known.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Attached {
    pub(super) id: Uuid,
    pub(super) task_id: Uuid,
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) size: i64,
    pub(super) at: Moment,
    pub(super) text: Option<String>,
}

pub(super) async fn attached(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<Attached>> {
    let mut sql = Sql::new(
        "select distinct f.id, a.task_id, f.name, f.digest, f.size, f.uploaded_at as at, \
           case when exists (select 1 from file_finding g where g.digest = f.digest and g.state <> 'cleared') then '' else x.text end as text \
         from attachment a join file f on f.id = a.file_id left join file_text x on x.digest = f.digest where a.task_id in ",
    );
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by a.task_id, f.id");
    sql.fetch_all(tx).await
}

/// The tasks that bytes of this digest are attached to.
pub(super) async fn tasks_with(tx: &mut Tx, digest: &str) -> Result<Vec<TaskId>> {
    let rows: Vec<(TaskId,)> =
        run!(tx, |c| sqlx::query_as("select distinct a.task_id from attachment a join file f on f.id = a.file_id where f.digest = $1")
            .bind(digest)
            .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn keep_text(tx: &mut Tx, digest: &str, text: &str, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into file_text (digest, text, read_at) values ($1, $2, $3) on conflict (digest) do update set text = excluded.text"
    )
    .bind(digest)
    .bind(text)
    .bind(at)
    .execute(c))?;
    Ok(())
}

/// Nothing is kept of what was written in a content.
pub(super) async fn forget_text(tx: &mut Tx, digest: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("update file_text set text = '' where digest = $1").bind(digest).execute(c))?;
    Ok(())
}

/// What was read of contents, from this digest on.
pub(super) async fn texts_after(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<(String, String)>> {
    run!(tx, |c| sqlx::query_as("select digest, text from file_text where digest > $1 and text <> '' order by digest limit $2")
        .bind(after)
        .bind(limit)
        .fetch_all(c))
}

/// What is asked for within the scope, from the newest on, older than `before`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) scope: &'a Scope,
    pub(super) matching: &'a Matching,
    pub(super) kind: Option<&'a str>,
    pub(super) before: i64,
    pub(super) limit: i64,
}

/// A word that stands in a smaller share of all entries than this is found by the index.
const COMMON: f64 = 0.002;
/// So many entries are gone through for each that is wanted: some sixteen times as many as hold the rarest of what is common.
const NEWEST: i64 = 8000;

/// What matches. A database that guesses cannot know how common words are together: it would go through all entries for some that are
/// nowhere, or gather all of those in which they stand where that is everywhere. So where each of the words is common the newest entries are
/// gone through, and the index is asked for others, and where those are not enough. Whoever sees little is in the index by their marks.
pub(super) async fn matching(tx: &mut Tx, asked: Asked<'_>) -> Result<Vec<Doc>> {
    if tx.guesses_how_common() && asked.matching.keys.is_empty() && tx.how_common(asked.matching).await? >= COMMON {
        let found = among(tx, asked, Some(asked.limit.saturating_mul(NEWEST).min(500_000))).await?;
        if i64::try_from(found.len()).is_ok_and(|n| n >= asked.limit) {
            return Ok(found);
        }
    }
    among(tx, asked, None).await
}

async fn among(tx: &mut Tx, asked: Asked<'_>, newest: Option<i64>) -> Result<Vec<Doc>> {
    let Asked { scope, matching, kind, before, limit } = asked;
    let mut sql = Sql::new("select d.seq, d.task_id, d.kind, d.subject_id, d.head, d.body, d.digest from ");
    match newest {
        Some(newest) => sql.push_matching_newest(matching, before, newest),
        None => sql.push_matching(tx.kind(), matching),
    };
    sql.push(" cross join search_doc d cross join task t where d.seq = f.id and t.id = d.task_id and");
    scope.tasks(&mut sql);
    if let Some(kind) = kind {
        sql.push(" and d.kind = ").bind(kind);
    }
    sql.push(" and f.id < ").bind(before);
    match newest {
        // They come in this order, and no more of them are looked at than are wanted.
        Some(_) => sql.push(" order by f.id desc limit ").bind(limit),
        None => sql.push_newest_first(tx.kind(), limit),
    };
    sql.fetch_all(tx).await
}

/// Tasks marked with one of `keys` that share words, those that share most and the newest of them first. Scope is the caller's business.
pub(super) async fn sharing(tx: &mut Tx, words: &[String], keys: &[String], limit: i64) -> Result<Vec<TaskId>> {
    let mut sql = Sql::new("select d.task_id from (select id, count(*) as shared from (");
    for (n, word) in words.iter().enumerate() {
        sql.push(if n == 0 { "select f.id from " } else { " union all select f.id from " });
        let terms = vec![Term::Whole(word.clone())];
        sql.push_matching(tx.kind(), &Matching { terms, place: Place::Anywhere, keys: keys.to_vec() });
    }
    sql.push(") g group by id order by shared desc, id desc limit ").bind(limit);
    sql.push(") h join search_doc d on d.seq = h.id order by h.shared desc, h.id desc");
    let rows: Vec<(TaskId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The task itself, when it is seen.
pub(super) async fn of_task(tx: &mut Tx, scope: &Scope, task: TaskId) -> Result<Vec<Doc>> {
    let mut sql = Sql::new(
        "select d.seq, d.task_id, d.kind, d.subject_id, d.head, d.body, d.digest from search_doc d join task t on t.id = d.task_id where",
    );
    scope.tasks(&mut sql);
    sql.push(" and d.kind = 'task' and d.subject_id = ").bind(task.0);
    sql.fetch_all(tx).await
}
