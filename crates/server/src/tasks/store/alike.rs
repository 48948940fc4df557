//! What tasks ask for, and of whom: for whoever compares them.

use std::collections::HashMap;

use db::{Result, Sql, Tx};

use crate::{
    org::UnitId,
    tasks::{alike::Asking, model::TaskId},
};

/// Which units lead each of these tasks that is open; one that is not is missing.
pub(in crate::tasks) async fn led_by(tx: &mut Tx, ids: &[TaskId]) -> Result<HashMap<TaskId, Vec<UnitId>>> {
    let mut sql = Sql::new(
        "select p.task_id, p.unit_id from task t join party p on p.task_id = t.id \
         where t.state in ('dispatched', 'active') and p.role in ('lead', 'co_lead') and t.id in ",
    );
    sql.bind_list(ids.iter().map(|id| id.0)).push(" order by p.task_id, p.position, p.unit_id");
    let mut out: HashMap<TaskId, Vec<UnitId>> = HashMap::new();
    for (task, unit) in sql.fetch_all::<(TaskId, UnitId)>(tx).await? {
        out.entry(task).or_default().push(unit);
    }
    Ok(out)
}

pub(in crate::tasks) async fn askings(tx: &mut Tx, ids: &[TaskId]) -> Result<Vec<Asking>> {
    let mut sql = Sql::new("select id, root_id, title, demand, issuer_unit_id, dispatched_at from task where id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}
