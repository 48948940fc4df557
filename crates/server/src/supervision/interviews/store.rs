//! All SQL of suggested talks.

use std::collections::BTreeSet;

use db::{Result, Sql, Tx, execute};
use kit::{Day, Moment};

use super::decide::{InterviewId, InterviewOutcome};
use crate::{
    access::Scope,
    org::{PersonId, UnitId},
    supervision::orders::{OrderId, OrderLevel, OrderState},
    tasks::TaskId,
};

/// An order that counts.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct OrderFact {
    pub(super) unit_id: UnitId,
    pub(super) id: OrderId,
    pub(super) number: String,
    pub(super) level: OrderLevel,
    pub(super) state: OrderState,
    pub(super) issued_at: Moment,
    pub(super) due_day: Day,
}

/// A task that turned red.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct RedFact {
    pub(super) unit_id: UnitId,
    pub(super) id: TaskId,
    pub(super) number: Option<String>,
    pub(super) title: String,
    pub(super) day: Day,
}

/// What was decided on a suggestion.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct DecidedRow {
    pub(super) id: InterviewId,
    pub(super) unit_id: UnitId,
    pub(super) quarter: String,
    pub(super) turn: i64,
    pub(super) outcome: InterviewOutcome,
    pub(super) day: Option<Day>,
    pub(super) by_whom: Option<String>,
    pub(super) note: String,
    pub(super) basis: String,
    pub(super) decided_by: PersonId,
    pub(super) decided_at: Moment,
}

fn of_units(sql: &mut Sql, column: &'static str, units: Option<&BTreeSet<UnitId>>) {
    if let Some(units) = units {
        sql.push(" and ").push(column).push(" in ").bind_list(units.iter().map(|unit| unit.0));
    }
}

/// The units a scope is limited to; nothing where it is not.
fn limits(scope: &Scope) -> Option<&BTreeSet<UnitId>> {
    (!scope.sees_everything()).then(|| scope.units())
}

/// Orders to units in the scope that were issued from a moment on, and red ones that have expired whenever they were issued.
pub(super) async fn orders(tx: &mut Tx, scope: &Scope, since: Moment, today: Day) -> Result<Vec<OrderFact>> {
    let mut sql = Sql::new(
        "select o.unit_id, o.id, o.number, o.level, o.state, o.issued_at, o.due_day from supervision_order o where o.state <> 'withdrawn' and (o.issued_at >= ",
    );
    sql.bind(since.millis());
    sql.push(" or (o.level = 'red' and o.ended_at is null and o.state in ('issued', 'returned') and o.due_day < ");
    sql.bind(today.to_string()).push("))");
    of_units(&mut sql, "o.unit_id", limits(scope));
    sql.push(" order by o.id");
    sql.fetch_all(tx).await
}

/// Tasks led by units in the scope that turned red between two days.
pub(super) async fn reds(tx: &mut Tx, scope: &Scope, from: Day, to: Day) -> Result<Vec<RedFact>> {
    let mut sql = Sql::new(
        "select distinct p.unit_id, r.id, r.number, r.title, r.day from ( \
           select id, number, title, red_since as day from task where state <> 'terminated' and red_since >= ",
    );
    sql.bind(from.to_string()).push(" and red_since <= ").bind(to.to_string());
    sql.push(" union all select id, number, title, red_from as day from task where state in ('dispatched', 'active') and red_since is null and red_from >= ");
    sql.bind(from.to_string()).push(" and red_from <= ").bind(to.to_string());
    sql.push(") r join party p on p.task_id = r.id and p.role in ('lead', 'co_lead') where true");
    of_units(&mut sql, "p.unit_id", limits(scope));
    sql.push(" order by r.day, r.id");
    sql.fetch_all(tx).await
}

const SELECT: &str =
    "select id, unit_id, quarter, turn, outcome, day, by_whom, note, basis, decided_by, decided_at from interview where true";

/// What was decided for units in the scope in a quarter, the oldest first.
pub(super) async fn of_quarter(tx: &mut Tx, scope: &Scope, quarter: &str) -> Result<Vec<DecidedRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" and quarter = ").bind(quarter);
    of_units(&mut sql, "unit_id", limits(scope));
    sql.push(" order by decided_at, id");
    sql.fetch_all(tx).await
}

/// What was decided for units in the scope, the latest first.
pub(super) async fn latest(tx: &mut Tx, scope: &Scope, limit: i64) -> Result<Vec<DecidedRow>> {
    let mut sql = Sql::new(SELECT);
    of_units(&mut sql, "unit_id", limits(scope));
    sql.push(" order by decided_at desc, id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

pub(super) async fn insert(tx: &mut Tx, row: &DecidedRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into interview (id, unit_id, quarter, turn, outcome, day, by_whom, note, basis, decided_by, decided_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    )
    .bind(row.id)
    .bind(row.unit_id)
    .bind(row.quarter.as_str())
    .bind(row.turn)
    .bind(row.outcome)
    .bind(row.day)
    .bind(row.by_whom.as_deref())
    .bind(row.note.as_str())
    .bind(row.basis.as_str())
    .bind(row.decided_by)
    .bind(row.decided_at)
    .execute(c))?;
    Ok(())
}
