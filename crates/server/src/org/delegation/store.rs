//! All SQL of delegations.

use db::{Result, Tx, execute, run};
use kit::{Day, Moment};

use super::{DelegationId, Standing};
use crate::org::model::PersonId;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct DelegationRow {
    pub(super) id: DelegationId,
    pub(super) person_id: PersonId,
    pub(super) deputy_id: PersonId,
    pub(super) from_day: Day,
    pub(super) to_day: Day,
    pub(super) reason: Option<String>,
    pub(super) made_at: Moment,
    pub(super) made_by: PersonId,
    pub(super) ended_at: Option<Moment>,
}

/// Shown of one person at most.
const MOST: i64 = 100;

/// Everything a person gave or received, the latest first.
pub(super) async fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<DelegationRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, person_id, deputy_id, from_day, to_day, reason, made_at, made_by, ended_at from delegation \
         where person_id = $1 or deputy_id = $1 order by from_day desc, id desc limit $2"
    )
    .bind(person)
    .bind(MOST)
    .fetch_all(c))
}

pub(super) async fn find(tx: &mut Tx, id: DelegationId) -> Result<Option<DelegationRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, person_id, deputy_id, from_day, to_day, reason, made_at, made_by, ended_at from delegation where id = $1"
    )
    .bind(id)
    .fetch_optional(c))
}

/// A delegation of the person that has a day in common with these.
pub(super) async fn overlapping(tx: &mut Tx, person: PersonId, from: Day, to: Day) -> Result<Option<DelegationRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, person_id, deputy_id, from_day, to_day, reason, made_at, made_by, ended_at from delegation \
         where person_id = $1 and ended_at is null and from_day <= $3 and to_day >= $2 order by from_day limit 1"
    )
    .bind(person)
    .bind(from)
    .bind(to)
    .fetch_optional(c))
}

pub(super) async fn insert(tx: &mut Tx, row: &DelegationRow) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into delegation (id, person_id, deputy_id, from_day, to_day, reason, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.deputy_id)
    .bind(row.from_day)
    .bind(row.to_day)
    .bind(row.reason.as_deref())
    .bind(row.made_at)
    .bind(row.made_by)
    .execute(c)
    })?;
    Ok(())
}

pub(super) async fn end(tx: &mut Tx, id: DelegationId, at: Moment, by: PersonId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update delegation set ended_at = $2, ended_by = $3 where id = $1")
        .bind(id)
        .bind(at)
        .bind(by)
        .execute(c))?;
    Ok(())
}

/// Keeps others who make or end one waiting until this transaction ends.
pub(super) async fn lock(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into counter (name, value) values ('delegation', 1) on conflict (name) do update set value = counter.value + 1"
    )
    .execute(c))?;
    Ok(())
}

/// For whom the person acts on this day; whoever has left has nothing to be done for them.
pub async fn away_behind(tx: &mut Tx, deputy: PersonId, today: Day) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select d.person_id from delegation d join person p on p.id = d.person_id \
         where d.deputy_id = $1 and d.ended_at is null and d.from_day <= $2 and d.to_day >= $2 and p.active order by d.person_id"
    )
    .bind(deputy)
    .bind(today)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Everybody who is away on this day and has somebody act for them who has not left.
pub async fn standing_in(tx: &mut Tx, today: Day) -> Result<Vec<Standing>> {
    run!(tx, |c| sqlx::query_as(
        "select d.person_id as person, p.name, d.deputy_id as deputy from delegation d join person p on p.id = d.person_id \
           join person s on s.id = d.deputy_id \
         where d.ended_at is null and d.from_day <= $1 and d.to_day >= $1 and s.active order by d.person_id"
    )
    .bind(today)
    .fetch_all(c))
}
