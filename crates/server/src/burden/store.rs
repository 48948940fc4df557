//! All SQL of the burden.

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment, uuid::Uuid};

use crate::{
    org::{PersonId, UnitId},
    tasks::{RuleKind, TaskId},
};

/// Writes down that two tasks are alike; once a pair, as it was measured last.
pub(super) async fn note_alike(tx: &mut Tx, task: TaskId, other: TaskId, similarity: i64, same_issuer: bool, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into task_alike (task_id, other_id, similarity, same_issuer, found_at) values ($1, $2, $3, $4, $5) \
         on conflict (task_id, other_id) do update set similarity = excluded.similarity, found_at = excluded.found_at"
    )
    .bind(task)
    .bind(other)
    .bind(similarity)
    .bind(same_issuer)
    .bind(at)
    .execute(c))?;
    Ok(())
}

/// Messages of one kind about one task to one person.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Told {
    pub(super) person_id: PersonId,
    pub(super) task_id: Option<TaskId>,
    pub(super) rule: Option<String>,
    pub(super) title: String,
    pub(super) n: i64,
}

/// Ids sort by the moment they were made.
fn first_id(at: Moment) -> Uuid {
    Uuid::from_u128(u128::try_from(at.millis()).unwrap_or(0) << 80)
}

/// What these persons were told since then; what was left quietly for who has muted a task is nothing they were told.
pub(super) async fn told(tx: &mut Tx, persons: &[PersonId], since: Moment) -> Result<Vec<Told>> {
    let mut sql = Sql::new(
        "select m.person_id, m.task_id, o.rule, m.title, count(*) as n from message m left join occurrence o on o.id = m.occurrence_id \
         where not m.quiet and m.id >= ",
    );
    sql.bind(first_id(since)).push(" and m.person_id in ").bind_list(persons.iter().map(|id| id.0));
    sql.push(" group by m.person_id, m.task_id, o.rule, m.title order by m.person_id, n desc, m.title");
    sql.fetch_all(tx).await
}

/// Messages to each person between two moments, the second one included; `apart` leaves out those of reminders.
pub(super) async fn messages(tx: &mut Tx, from: Moment, to: Moment, apart: bool) -> Result<Vec<(PersonId, i64)>> {
    let mut sql = Sql::new("select person_id, count(*) from message where not quiet and id >= ");
    sql.bind(first_id(from)).push(" and id < ").bind(first_id(Moment::from_millis(to.millis() + 1)));
    if apart {
        sql.push(" and occurrence_id is null");
    }
    sql.push(" group by person_id");
    sql.fetch_all(tx).await
}

/// Duties of a period by how they came about.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Duties {
    pub(super) kind: RuleKind,
    pub(super) issuer_unit_id: Option<UnitId>,
    pub(super) tasks: i64,
    pub(super) planned: i64,
    pub(super) asked: i64,
}

/// Duties of a period by cadence and issuer.
pub(super) async fn duties(tx: &mut Tx, from: Day, to: Day) -> Result<Vec<Duties>> {
    run!(tx, |c| sqlx::query_as(
        "select t.rule_kind as kind, t.issuer_unit_id, count(distinct d.task_id) as tasks, count(*) - count(d.asked_by) as planned, \
           count(d.asked_by) as asked from report_due d join task t on t.id = d.task_id \
         where d.due_day >= $1 and d.due_day <= $2 group by t.rule_kind, t.issuer_unit_id order by t.rule_kind, t.issuer_unit_id"
    )
    .bind(from)
    .bind(to)
    .fetch_all(c))
}

/// (reports, those that say the same and as much as an earlier one on the same part).
pub(super) async fn repeats(tx: &mut Tx, from: Moment, to: Moment) -> Result<(i64, i64)> {
    run!(tx, |c| sqlx::query_as(
        "select count(*), count(*) filter (where exists (select 1 from report e where e.task_id = r.task_id and e.party_id = r.party_id \
           and e.at < r.at and e.text = r.text and e.claimed = r.claimed)) from report r where r.at >= $1 and r.at <= $2"
    )
    .bind(from)
    .bind(to)
    .fetch_one(c))
}

/// A pair of tasks that are alike.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AlikePair {
    pub(super) task_id: TaskId,
    pub(super) other_id: TaskId,
    pub(super) similarity: i64,
    pub(super) found_at: Moment,
}

/// (pairs issued by two offices, pairs of one).
pub(super) async fn alike_count(tx: &mut Tx, from: Moment, to: Moment) -> Result<(i64, i64)> {
    run!(tx, |c| sqlx::query_as(
        "select count(*) filter (where not same_issuer), count(*) filter (where same_issuer) from task_alike \
         where found_at >= $1 and found_at <= $2"
    )
    .bind(from)
    .bind(to)
    .fetch_one(c))
}

/// Pairs issued by two offices, those found last first.
pub(super) async fn alike_pairs(tx: &mut Tx, from: Moment, to: Moment, limit: i64) -> Result<Vec<AlikePair>> {
    run!(tx, |c| sqlx::query_as(
        "select task_id, other_id, similarity, found_at from task_alike where found_at >= $1 and found_at <= $2 and not same_issuer \
         order by found_at desc, task_id, other_id limit $3"
    )
    .bind(from)
    .bind(to)
    .bind(limit)
    .fetch_all(c))
}
