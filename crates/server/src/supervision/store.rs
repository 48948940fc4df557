//! All SQL of supervision.

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment};

use super::model::UrgeId;
use crate::{
    org::{PersonId, UnitId},
    tasks::{PartyId, TaskId},
};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct UrgeRow {
    pub(super) id: UrgeId,
    pub(super) task_id: TaskId,
    pub(super) party_id: PartyId,
    pub(super) person_id: PersonId,
    pub(super) at: Moment,
    pub(super) text: String,
    pub(super) reply_due_day: Day,
    pub(super) reply: Option<String>,
    pub(super) replied_by: Option<PersonId>,
    pub(super) replied_at: Option<Moment>,
}

const SELECT: &str = "select id, task_id, party_id, person_id, at, text, reply_due_day, reply, replied_by, replied_at from urge ";

pub(super) async fn insert(tx: &mut Tx, row: &UrgeRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into urge (id, task_id, party_id, person_id, at, text, reply_due_day) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(row.id)
    .bind(row.task_id)
    .bind(row.party_id)
    .bind(row.person_id)
    .bind(row.at)
    .bind(row.text.as_str())
    .bind(row.reply_due_day)
    .execute(c))?;
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, id: UrgeId) -> Result<Option<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("where id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.into_iter().next())
}

pub(super) async fn of_task(tx: &mut Tx, task: TaskId) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("where task_id = ").bind(task.0).push(" order by at desc, id desc limit 200");
    sql.fetch_all(tx).await
}

/// Unanswered urges whose party is this person or one of these units.
pub(super) async fn owed(tx: &mut Tx, me: PersonId, units: impl IntoIterator<Item = UnitId>) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(
        "select g.id, g.task_id, g.party_id, g.person_id, g.at, g.text, g.reply_due_day, g.reply, g.replied_by, g.replied_at \
         from urge g join party p on p.id = g.party_id where g.replied_at is null and (p.person_id = ",
    );
    sql.bind(me.0).push(" or p.unit_id in ").bind_list(units.into_iter().map(|unit| unit.0));
    sql.push(") order by g.reply_due_day, g.id limit 200");
    sql.fetch_all(tx).await
}

/// Writes the answer; `false` when there is one already.
pub(super) async fn answer(tx: &mut Tx, id: UrgeId, reply: &str, by: PersonId, at: Moment) -> Result<bool> {
    let row: Option<(UrgeId,)> = run!(tx, |c| sqlx::query_as(
        "update urge set reply = $2, replied_by = $3, replied_at = $4 where id = $1 and replied_at is null returning id"
    )
    .bind(id)
    .bind(reply)
    .bind(by)
    .bind(at)
    .fetch_optional(c))?;
    Ok(row.is_some())
}
