//! Waits, risks and links.

use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::{
    org::{PersonId, UnitId},
    tasks::{
        links::LinkRow,
        model::{PartyId, RiskId, TaskId, WaitId},
        risk::RiskRow,
        wait::WaitRow,
    },
};

pub(in crate::tasks) async fn task_of_party(tx: &mut Tx, id: PartyId) -> Result<Option<TaskId>> {
    let row: Option<(TaskId,)> = run!(tx, |c| sqlx::query_as("select task_id from party where id = $1").bind(id).fetch_optional(c))?;
    Ok(row.map(|(id,)| id))
}

macro_rules! select_wait {
    ($rest:literal) => {
        concat!(
            "select w.id, w.task_id, w.party_id, w.on_party_id, w.on_name, u.name as on_unit, w.text, w.person_id, w.at, w.expected_day, \
               w.ended_at, w.ended_by, w.end_text \
             from wait w left join party p on p.id = w.on_party_id left join unit u on u.id = p.unit_id ",
            $rest
        )
    };
}

pub(in crate::tasks) async fn wait(tx: &mut Tx, id: WaitId) -> Result<Option<WaitRow>> {
    run!(tx, |c| sqlx::query_as(select_wait!("where w.id = $1")).bind(id).fetch_optional(c))
}

/// At most so many waits of a task, newest first; the open ones on top.
pub(in crate::tasks) async fn waits(tx: &mut Tx, task: TaskId, limit: i64) -> Result<Vec<WaitRow>> {
    run!(tx, |c| sqlx::query_as(select_wait!(
        "where w.task_id = $1 order by case when w.ended_at is null then 0 else 1 end, w.at desc, w.id desc limit $2"
    ))
    .bind(task)
    .bind(limit)
    .fetch_all(c))
}

/// Open waits of many tasks, newest first.
pub(in crate::tasks) async fn open_waits_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<WaitRow>> {
    let mut sql = Sql::new(select_wait!("where w.ended_at is null and w.task_id in "));
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by w.at desc, w.id desc");
    sql.fetch_all(tx).await
}

pub(in crate::tasks) async fn insert_wait(tx: &mut Tx, row: &WaitRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into wait (id, task_id, party_id, on_party_id, on_name, text, person_id, at, expected_day) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(row.id)
    .bind(row.task_id)
    .bind(row.party_id)
    .bind(row.on_party_id)
    .bind(row.on_name.as_deref())
    .bind(row.text.as_str())
    .bind(row.person_id)
    .bind(row.at)
    .bind(row.expected_day)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn end_wait(tx: &mut Tx, id: WaitId, at: Moment, by: PersonId, text: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("update wait set ended_at = $2, ended_by = $3, end_text = $4 where id = $1 and ended_at is null")
        .bind(id)
        .bind(at)
        .bind(by)
        .bind(text)
        .execute(c))?;
    Ok(())
}

macro_rules! select_risk {
    ($rest:literal) => {
        concat!("select id, task_id, party_id, person_id, at, text, help, lamp, ended_at, ended_by, end_text from risk ", $rest)
    };
}

pub(in crate::tasks) async fn risk(tx: &mut Tx, id: RiskId) -> Result<Option<RiskRow>> {
    run!(tx, |c| sqlx::query_as(select_risk!("where id = $1")).bind(id).fetch_optional(c))
}

/// At most so many risks of a task, newest first; the unanswered ones on top.
pub(in crate::tasks) async fn risks(tx: &mut Tx, task: TaskId, limit: i64) -> Result<Vec<RiskRow>> {
    run!(tx, |c| sqlx::query_as(select_risk!(
        "where task_id = $1 order by case when ended_at is null then 0 else 1 end, at desc, id desc limit $2"
    ))
    .bind(task)
    .bind(limit)
    .fetch_all(c))
}

macro_rules! said_early {
    ($of:literal) => {
        concat!("select count(distinct r.task_id) from risk r where r.lamp in ('grey', 'green') and r.at >= $2 and ", $of)
    };
}

pub(in crate::tasks) async fn said_early_by_unit(tx: &mut Tx, unit: UnitId, since: Moment) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as(said_early!(
        "exists (select 1 from party p join unit_above a on a.unit_id = p.unit_id where p.id = r.party_id and a.above_id = $1)"
    ))
    .bind(unit)
    .bind(since)
    .fetch_one(c))?;
    Ok(n)
}

pub(in crate::tasks) async fn said_early_by_person(tx: &mut Tx, person: PersonId, since: Moment) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as(said_early!("r.person_id = $1")).bind(person).bind(since).fetch_one(c))?;
    Ok(n)
}

pub(in crate::tasks) async fn insert_risk(tx: &mut Tx, row: &RiskRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into risk (id, task_id, party_id, person_id, at, text, help, lamp) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(row.id)
    .bind(row.task_id)
    .bind(row.party_id)
    .bind(row.person_id)
    .bind(row.at)
    .bind(row.text.as_str())
    .bind(row.help.as_deref())
    .bind(row.lamp)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn end_risk(tx: &mut Tx, id: RiskId, at: Moment, by: PersonId, text: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("update risk set ended_at = $2, ended_by = $3, end_text = $4 where id = $1 and ended_at is null")
        .bind(id)
        .bind(at)
        .bind(by)
        .bind(text)
        .execute(c))?;
    Ok(())
}

/// The task has ended, and with it whatever it waited for and whatever might have gone wrong.
pub(in crate::tasks) async fn end_waits_and_risks(tx: &mut Tx, task: TaskId, at: Moment, by: Option<PersonId>) -> Result<()> {
    execute!(tx, |c| sqlx::query("update wait set ended_at = $2, ended_by = $3 where task_id = $1 and ended_at is null")
        .bind(task)
        .bind(at)
        .bind(by)
        .execute(c))?;
    execute!(tx, |c| sqlx::query("update risk set ended_at = $2, ended_by = $3 where task_id = $1 and ended_at is null")
        .bind(task)
        .bind(at)
        .bind(by)
        .execute(c))?;
    Ok(())
}

/// Links of a task, whichever side they were said of, oldest first.
pub(in crate::tasks) async fn links(tx: &mut Tx, task: TaskId) -> Result<Vec<LinkRow>> {
    run!(tx, |c| sqlx::query_as(
        "select task_id, kind, other_id, person_id, at from link where task_id = $1 or other_id = $1 order by at, task_id, other_id"
    )
    .bind(task)
    .fetch_all(c))
}

pub(in crate::tasks) async fn insert_link(tx: &mut Tx, row: &LinkRow) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into link (task_id, kind, other_id, person_id, at) values ($1, $2, $3, $4, $5) on conflict (task_id, kind, other_id) do nothing"
    )
    .bind(row.task_id)
    .bind(row.kind)
    .bind(row.other_id)
    .bind(row.person_id)
    .bind(row.at)
    .execute(c)
    })?;
    Ok(())
}

pub(in crate::tasks) async fn remove_link(tx: &mut Tx, row: &LinkRow) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from link where task_id = $1 and kind = $2 and other_id = $3")
        .bind(row.task_id)
        .bind(row.kind)
        .bind(row.other_id)
        .execute(c))?;
    Ok(())
}
