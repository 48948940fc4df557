use db::{Result, Sql, Tx, execute};
use kit::{Day, Moment, uuid::Uuid};

use crate::{
    org::{PersonId, UnitId},
    talk::NoteId,
    tasks::{ReportId, TaskId},
};

/// A note as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::talk) struct NoteRow {
    pub(in crate::talk) id: NoteId,
    /// The report, else the task, else the unit.
    pub(in crate::talk) subject_id: Uuid,
    pub(in crate::talk) task_id: Option<TaskId>,
    pub(in crate::talk) report_id: Option<ReportId>,
    pub(in crate::talk) unit_id: Option<UnitId>,
    pub(in crate::talk) person_id: PersonId,
    pub(in crate::talk) at: Moment,
    pub(in crate::talk) day: Day,
    pub(in crate::talk) stars: i64,
    pub(in crate::talk) text: Option<String>,
    pub(in crate::talk) corrected_at: Option<Moment>,
    pub(in crate::talk) version: i64,
}

const SELECT: &str = "select id, subject_id, task_id, report_id, unit_id, person_id, at, day, stars, text, corrected_at, version \
     from review_note where ";

/// Writes a note; `false` when its author has given one on the subject that day.
pub(in crate::talk) async fn insert_note(tx: &mut Tx, note: &NoteRow) -> Result<bool> {
    let written = execute!(tx, |c| {
        sqlx::query(
            "insert into review_note (id, subject_id, task_id, report_id, unit_id, person_id, at, day, stars, text, version) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (person_id, subject_id, day) do nothing",
        )
        .bind(note.id)
        .bind(note.subject_id)
        .bind(note.task_id)
        .bind(note.report_id)
        .bind(note.unit_id)
        .bind(note.person_id)
        .bind(note.at)
        .bind(note.day)
        .bind(note.stars)
        .bind(note.text.as_deref())
        .bind(note.version)
        .execute(c)
    })?;
    Ok(written > 0)
}

/// Writes other stars and words; `false` when it is no longer this version.
pub(in crate::talk) async fn correct_note(tx: &mut Tx, note: &NoteRow, version: i64) -> Result<bool> {
    let changed = execute!(tx, |c| {
        sqlx::query("update review_note set stars = $3, text = $4, corrected_at = $5, version = version + 1 where id = $1 and version = $2")
            .bind(note.id)
            .bind(version)
            .bind(note.stars)
            .bind(note.text.as_deref())
            .bind(note.corrected_at)
            .execute(c)
    })?;
    Ok(changed > 0)
}

pub(in crate::talk) async fn note(tx: &mut Tx, id: NoteId) -> Result<Option<NoteRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.pop())
}

/// Newest first.
pub(in crate::talk) async fn notes_of_task(tx: &mut Tx, task: TaskId, limit: i64) -> Result<Vec<NoteRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("task_id = ").bind(task.0).push(" order by at desc, id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Newest first.
pub(in crate::talk) async fn notes_of_unit(tx: &mut Tx, unit: UnitId) -> Result<Vec<NoteRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("unit_id = ").bind(unit.0).push(" order by at desc, id desc limit 100");
    sql.fetch_all(tx).await
}

/// Of one person's notes on one subject the newest counts.
const NEWEST: &str = " and not exists (select 1 from review_note l where l.person_id = n.person_id and l.subject_id = n.subject_id \
     and l.day > n.day)";

/// (task, stars altogether, how many).
pub(in crate::talk) async fn stars_of_tasks(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, i64, i64)>> {
    let mut sql = Sql::new("select n.task_id, cast(sum(n.stars) as bigint), count(*) from review_note n where n.task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(NEWEST).push(" group by n.task_id");
    sql.fetch_all(tx).await
}

/// (unit, stars altogether, how many).
pub(in crate::talk) async fn stars_of_units(tx: &mut Tx, units: &[UnitId]) -> Result<Vec<(UnitId, i64, i64)>> {
    let mut sql = Sql::new("select n.unit_id, cast(sum(n.stars) as bigint), count(*) from review_note n where n.unit_id in ");
    sql.bind_list(units.iter().map(|id| id.0)).push(NEWEST).push(" group by n.unit_id");
    sql.fetch_all(tx).await
}
