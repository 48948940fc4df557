use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::{
    org::{PersonId, UnitId},
    tasks::saved::{GroupBy, Mode, Sharing, ViewId},
};

/// A view with what the person who asks has made of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct ViewRow {
    pub(in crate::tasks) id: ViewId,
    pub(in crate::tasks) person_id: PersonId,
    pub(in crate::tasks) person_name: String,
    pub(in crate::tasks) shared: Sharing,
    pub(in crate::tasks) unit_id: Option<UnitId>,
    pub(in crate::tasks) name: String,
    pub(in crate::tasks) filter: String,
    pub(in crate::tasks) columns: String,
    pub(in crate::tasks) grouping: Option<GroupBy>,
    pub(in crate::tasks) mode: Mode,
    pub(in crate::tasks) created_at: Moment,
    pub(in crate::tasks) version: i64,
    pub(in crate::tasks) opens: Option<bool>,
}

/// The views a person has: their own, those shared with their unit or one above it, and those shared with all, in the person's
/// order; what has no place in it yet comes last.
pub(in crate::tasks) async fn views(tx: &mut Tx, me: PersonId, unit: Option<UnitId>) -> Result<Vec<ViewRow>> {
    let mut sql = Sql::new(
        "select v.id, v.person_id, e.name as person_name, v.shared, v.unit_id, v.name, v.filter, v.columns, v.grouping, v.mode, \
           v.created_at, v.version, pl.opens \
         from task_view v join person e on e.id = v.person_id \
           left join task_view_place pl on pl.view_id = v.id and pl.person_id = ",
    );
    sql.bind(me.0).push(" where v.person_id = ").bind(me.0).push(" or v.shared = 'all'");
    if let Some(unit) = unit {
        sql.push(" or (v.shared = 'unit' and v.unit_id in (select above_id from unit_above where unit_id = ").bind(unit.0).push("))");
    }
    sql.push(" order by coalesce(pl.position, 1000000), v.created_at, v.id");
    sql.fetch_all(tx).await
}

/// Writes a new view, or the next version of one.
pub(in crate::tasks) async fn put_view(tx: &mut Tx, row: &ViewRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into task_view (id, person_id, shared, unit_id, name, filter, columns, grouping, mode, created_at, version) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         on conflict (id) do update set shared = excluded.shared, unit_id = excluded.unit_id, name = excluded.name, \
           filter = excluded.filter, columns = excluded.columns, grouping = excluded.grouping, mode = excluded.mode, \
           version = excluded.version"
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.shared)
    .bind(row.unit_id)
    .bind(row.name.as_str())
    .bind(row.filter.as_str())
    .bind(row.columns.as_str())
    .bind(row.grouping)
    .bind(row.mode)
    .bind(row.created_at)
    .bind(row.version)
    .execute(c))?;
    Ok(())
}

/// Keeps a second writer of the view waiting; its version, when there is such a view.
pub(in crate::tasks) async fn lock_view(tx: &mut Tx, id: ViewId) -> Result<Option<i64>> {
    let row: Option<(i64,)> =
        run!(tx, |c| sqlx::query_as("update task_view set version = version where id = $1 returning version").bind(id).fetch_optional(c))?;
    Ok(row.map(|(version,)| version))
}

pub(in crate::tasks) async fn remove_view(tx: &mut Tx, id: ViewId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from task_view_place where view_id = $1").bind(id).execute(c))?;
    execute!(tx, |c| sqlx::query("delete from task_view where id = $1").bind(id).execute(c))?;
    Ok(())
}

/// Puts the views a person has in this order; `opens` is the one the list begins with.
pub(in crate::tasks) async fn arrange_views(tx: &mut Tx, me: PersonId, order: &[ViewId], opens: Option<ViewId>) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from task_view_place where person_id = $1").bind(me).execute(c))?;
    for (position, id) in (1_i64..).zip(order) {
        execute!(tx, |c| sqlx::query("insert into task_view_place (person_id, view_id, position, opens) values ($1, $2, $3, $4)")
            .bind(me)
            .bind(*id)
            .bind(position)
            .bind(opens == Some(*id))
            .execute(c))?;
    }
    Ok(())
}
