//! All SQL of supervision.

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment, uuid::Uuid};

use super::model::{Answer, Side, TurnId, TurnKind, UrgeId, UrgeMethod, Wanted};
use crate::{
    access::{Principal, Scope},
    app::Text,
    org::{PersonId, UnitId},
    tasks::{PartyId, TaskId},
};

/// An urge with the names that go with it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct UrgeRow {
    pub(super) id: UrgeId,
    pub(super) task_id: TaskId,
    pub(super) party_id: PartyId,
    pub(super) person_id: PersonId,
    pub(super) at: Moment,
    pub(super) method: UrgeMethod,
    pub(super) text: String,
    pub(super) reply_due_day: Day,
    pub(super) reply: Option<String>,
    pub(super) replied_by: Option<PersonId>,
    pub(super) replied_at: Option<Moment>,
    pub(super) reply_entered_by: Option<PersonId>,
    pub(super) again_day: Option<Day>,
    pub(super) accepted_at: Option<Moment>,
    /// Set for an instruction alone, as are the next three.
    pub(super) said_on: Option<Day>,
    pub(super) entered_by: Option<PersonId>,
    pub(super) document: Option<String>,
    pub(super) clause: Option<String>,
    pub(super) unit_id: UnitId,
    pub(super) unit_name: String,
    pub(super) unit_short: String,
    pub(super) handler_id: Option<PersonId>,
    pub(super) handler_name: Option<String>,
    pub(super) task_title: String,
    pub(super) task_number: Option<String>,
    pub(super) task_open: bool,
}

const SELECT: &str = "select g.id, g.task_id, g.party_id, g.person_id, g.at, g.method, g.text, g.reply_due_day, g.reply, g.replied_by, g.replied_at, g.reply_entered_by, g.again_day, g.accepted_at, \
       g.said_on, g.entered_by, g.document, g.clause, \
       p.unit_id, u.name as unit_name, u.short_name as unit_short, p.person_id as handler_id, e.name as handler_name, \
       t.title as task_title, t.number as task_number, t.state in ('dispatched', 'active') as task_open \
     from urge g join party p on p.id = g.party_id join unit u on u.id = p.unit_id join task t on t.id = g.task_id \
       left join person e on e.id = p.person_id where ";

/// Neither the first question nor a later one waits in vain.
const OWED: &str = " and (g.replied_at is null or g.again_day is not null)";

/// What is written when somebody presses.
pub(super) struct NewUrge<'a> {
    pub(super) id: UrgeId,
    pub(super) task: TaskId,
    pub(super) party: PartyId,
    pub(super) by: PersonId,
    pub(super) at: Moment,
    pub(super) method: UrgeMethod,
    pub(super) text: &'a str,
    pub(super) reply_due_day: Day,
    pub(super) instruction: Option<&'a Said>,
}

/// What an instruction says of itself.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) on: Day,
    pub(super) entered_by: Option<PersonId>,
    pub(super) document: Option<String>,
    pub(super) clause: Option<String>,
}

pub(super) async fn insert(tx: &mut Tx, urge: &NewUrge<'_>) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into urge (id, task_id, party_id, person_id, at, text, reply_due_day, method, said_on, entered_by, document, clause) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    )
    .bind(urge.id)
    .bind(urge.task)
    .bind(urge.party)
    .bind(urge.by)
    .bind(urge.at)
    .bind(urge.text)
    .bind(urge.reply_due_day)
    .bind(urge.method)
    .bind(urge.instruction.map(|said| said.on))
    .bind(urge.instruction.and_then(|said| said.entered_by))
    .bind(urge.instruction.and_then(|said| said.document.as_deref()))
    .bind(urge.instruction.and_then(|said| said.clause.as_deref()))
    .execute(c))?;
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, id: UrgeId) -> Result<Option<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("g.id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.into_iter().next())
}

pub(super) async fn of_task(tx: &mut Tx, task: TaskId) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("g.task_id = ").bind(task.0).push(" order by g.at desc, g.id desc limit 200");
    sql.fetch_all(tx).await
}

/// Urges about these tasks that wait for an answer, the latest first.
pub(super) async fn open_of_tasks(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("g.task_id in ").bind_list(tasks.iter().map(|id| id.0)).push(OWED).push(" order by g.at desc, g.id desc");
    sql.fetch_all(tx).await
}

/// Every urge about a task, the oldest first.
pub(super) async fn all_of_task(tx: &mut Tx, task: TaskId) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("g.task_id = ").bind(task.0).push(" order by g.at, g.id");
    sql.fetch_all(tx).await
}

/// A page of urges about tasks in the scope, newest first.
pub(super) async fn list(tx: &mut Tx, scope: &Scope, who: &Principal, query: &Wanted, limit: i64) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    scope.tasks(&mut sql);
    match query.side {
        Side::All => {}
        Side::Sent => {
            sql.push(" and (g.person_id");
            who.scope.is_person(&mut sql);
            sql.push(" or g.entered_by = ").bind(who.person.0).push(")");
        }
        Side::Received => {
            sql.push(" and (p.person_id");
            who.scope.is_person(&mut sql);
            sql.push(" or p.unit_id in ").bind_list(who.stands_for.iter().map(|unit| unit.0)).push(")");
        }
    }
    match query.answer {
        None => {}
        Some(Answer::Given) => {
            sql.push(" and g.replied_at is not null and g.again_day is null");
        }
        Some(Answer::Open) => {
            sql.push(OWED);
        }
        Some(Answer::Overdue) => {
            sql.push(OWED).push(" and coalesce(g.again_day, g.reply_due_day) < ").bind(query.today.to_string());
        }
    }
    if let Some(before) = query.before {
        sql.push(" and g.id < ").bind(before.0);
    }
    sql.push(" order by g.id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Unanswered urges whose party is this person or one of these units.
pub(super) async fn owed(tx: &mut Tx, scope: &Scope, me: PersonId, units: impl IntoIterator<Item = UnitId>) -> Result<Vec<UrgeRow>> {
    let mut sql = Sql::new(SELECT);
    scope.tasks(&mut sql);
    // Whoever pressed waits for an answer and does not owe one.
    sql.push(" and t.state not in ('suspended', 'terminated') and g.person_id <> ").bind(me.0).push(OWED);
    sql.push(" and (p.person_id");
    scope.is_person(&mut sql);
    sql.push(" or p.unit_id in ").bind_list(units.into_iter().map(|unit| unit.0));
    sql.push(") order by coalesce(g.again_day, g.reply_due_day), g.id limit 200");
    sql.fetch_all(tx).await
}

/// Writes the first answer; `false` when there is one already.
pub(super) async fn answer(tx: &mut Tx, answer: &TurnRow) -> Result<bool> {
    let row: Option<(UrgeId,)> = run!(tx, |c| {
        sqlx::query_as(
        "update urge set reply = $2, replied_by = $3, replied_at = $4, reply_entered_by = $5 where id = $1 and replied_at is null returning id"
    )
    .bind(answer.urge_id)
    .bind(answer.text.as_str())
    .bind(answer.person_id)
    .bind(answer.at)
    .bind(answer.entered_by)
    .fetch_optional(c)
    })?;
    Ok(row.is_some())
}

/// A turn as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct TurnRow {
    pub(super) id: TurnId,
    pub(super) urge_id: UrgeId,
    pub(super) kind: TurnKind,
    pub(super) person_id: PersonId,
    pub(super) at: Moment,
    pub(super) text: String,
    pub(super) reply_due_day: Option<Day>,
    /// Who wrote it down, where it was said on the telephone.
    pub(super) entered_by: Option<PersonId>,
}

/// The turns of these threads, each in its order.
pub(super) async fn turns(tx: &mut Tx, urges: &[UrgeId]) -> Result<Vec<TurnRow>> {
    let mut sql = Sql::new("select id, urge_id, kind, person_id, at, text, reply_due_day, entered_by from urge_turn where urge_id in ");
    sql.bind_list(urges.iter().map(|id| id.0)).push(" order by urge_id, id");
    sql.fetch_all(tx).await
}

/// Writes a turn, and with it what is owed from now on.
pub(super) async fn insert_turn(tx: &mut Tx, turn: &TurnRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into urge_turn (id, urge_id, kind, person_id, at, text, reply_due_day, entered_by) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(turn.id)
    .bind(turn.urge_id)
    .bind(turn.kind)
    .bind(turn.person_id)
    .bind(turn.at)
    .bind(turn.text.as_str())
    .bind(turn.reply_due_day)
    .bind(turn.entered_by)
    .execute(c))?;
    execute!(tx, |c| sqlx::query("update urge set again_day = $2 where id = $1").bind(turn.urge_id).bind(turn.reply_due_day).execute(c))?;
    Ok(())
}

/// Ends a thread.
pub(super) async fn accept(tx: &mut Tx, id: UrgeId, by: PersonId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update urge set accepted_by = $2, accepted_at = $3 where id = $1")
        .bind(id)
        .bind(by)
        .bind(at)
        .execute(c))?;
    Ok(())
}

/// Open tasks whose lamp turned red between these days, with their titles and the day; none while nobody follows anything.
pub(super) async fn turned_red(tx: &mut Tx, from: Day, to: Day) -> Result<Vec<(TaskId, String, Day)>> {
    run!(tx, |c| sqlx::query_as(
        "select id, title, red_from from task where state in ('dispatched', 'active') and red_from >= $1 and red_from <= $2 \
           and exists (select 1 from watch where mode = 'follow') order by red_from, id"
    )
    .bind(from)
    .bind(to)
    .fetch_all(c))
}

/// What is written in the urges of tasks, and in the answers to them.
pub(super) async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<Text>> {
    let mut sql = Sql::new("select id, task_id, at, text, reply, said_on is not null, document from urge where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.push(" union all select r.id, u.task_id, r.at, r.text, null, u.said_on is not null, null from urge_turn r join urge u on u.id = r.urge_id where u.task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    type Row = (Uuid, Uuid, Moment, String, Option<String>, bool, Option<String>);
    let rows: Vec<Row> = sql.fetch_all(tx).await?;
    let text = |(id, task, at, text, reply, instruction, document): Row| Text {
        task,
        kind: if instruction { "instruction" } else { "urge" },
        id,
        at,
        head: String::new(),
        body: Text::lines([Some(text.as_str()), reply.as_deref(), document.as_deref()]),
    };
    Ok(rows.into_iter().map(text).collect())
}
