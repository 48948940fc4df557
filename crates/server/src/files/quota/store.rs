//! All SQL of quotas.

use db::{Result, Tx, run};
use kit::Moment;

use crate::org::{PersonId, UnitId};

/// Bytes of all contents, each once.
pub(super) async fn total(tx: &mut Tx) -> Result<i64> {
    let (bytes,): (i64,) = run!(tx, |c| sqlx::query_as(
        "select cast(coalesce(sum(s.size), 0) as bigint) from (select f.digest, max(f.size) as size from file f \
           where not exists (select 1 from file_finding g where g.digest = f.digest and g.state = 'removed') group by f.digest) s"
    )
    .fetch_one(c))?;
    Ok(bytes)
}

/// Bytes of uploads under way that have taken their room: of all, or of a unit with what is below it.
pub(super) async fn under_way(tx: &mut Tx, unit: Option<UnitId>, now: Moment) -> Result<i64> {
    let (bytes,): (i64,) = run!(tx, |c| sqlx::query_as(
        "select cast(coalesce(sum(u.size), 0) as bigint) from upload u where u.file_id is null and u.expires_at > $2 \
           and ($1 is null or exists (select 1 from unit_above a where a.unit_id = u.unit_id and a.above_id = $1))"
    )
    .bind(unit)
    .bind(now)
    .fetch_one(c))?;
    Ok(bytes)
}

/// Bytes of the different contents that people of a unit, and of those below it, have uploaded.
pub(super) async fn of_unit(tx: &mut Tx, unit: UnitId) -> Result<i64> {
    let (bytes,): (i64,) = run!(tx, |c| sqlx::query_as(
        "select cast(coalesce(sum(s.size), 0) as bigint) from (select f.digest, max(f.size) as size \
           from unit_above a join file f on f.unit_id = a.unit_id where a.above_id = $1 \
             and not exists (select 1 from file_finding g where g.digest = f.digest and g.state = 'removed') group by f.digest) s"
    )
    .bind(unit)
    .fetch_one(c))?;
    Ok(bytes)
}

/// Whether a content is there already: of all, or of a unit with what is below it.
pub(super) async fn has(tx: &mut Tx, digest: &str, unit: Option<UnitId>) -> Result<bool> {
    let (has,): (bool,) = run!(tx, |c| sqlx::query_as(
        "select exists (select 1 from file f where f.digest = $1 \
           and ($2 is null or exists (select 1 from unit_above a where a.unit_id = f.unit_id and a.above_id = $2)))"
    )
    .bind(digest)
    .bind(unit)
    .fetch_one(c))?;
    Ok(has)
}

/// A unit that may have a limit.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct UnitRow {
    pub(super) id: UnitId,
    pub(super) name: String,
    /// It stands directly below the top.
    pub(super) is_bureau: bool,
}

/// A unit and those above it, the nearest first.
pub(super) async fn chain(tx: &mut Tx, unit: UnitId) -> Result<Vec<UnitRow>> {
    run!(tx, |c| sqlx::query_as(
        "select u.id, u.name, exists (select 1 from unit p where p.id = u.parent_id and p.parent_id is null) as is_bureau \
         from unit_above a join unit u on u.id = a.above_id where a.unit_id = $1 order by a.distance, u.id"
    )
    .bind(unit)
    .fetch_all(c))
}

/// Every unit that is there, in the order of the tree's names.
pub(super) async fn units(tx: &mut Tx) -> Result<Vec<UnitRow>> {
    run!(tx, |c| sqlx::query_as(
        "select u.id, u.name, exists (select 1 from unit p where p.id = u.parent_id and p.parent_id is null) as is_bureau \
         from unit u where u.active order by u.parent_id is not null, u.name, u.id"
    )
    .fetch_all(c))
}

/// Whoever keeps the system.
pub(super) async fn administrators(tx: &mut Tx) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select a.person_id from account a join person e on e.id = a.person_id where a.administrator and e.active order by a.person_id"
    )
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
