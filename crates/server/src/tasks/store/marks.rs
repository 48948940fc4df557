//! What a person has put beside tasks, for their rows in lists. The tables are the room's above (`talk`): a list reads them in
//! its own statements, or it would be read twice.

use std::collections::HashMap;

use db::{Result, Sql, Tx};

use crate::{org::PersonId, tasks::model::TaskId};

/// A person's marks on a task.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks) struct Marks {
    /// They follow it.
    pub(in crate::tasks) followed: bool,
}

/// A person's marks; tasks without any are missing.
pub(in crate::tasks) async fn marks(tx: &mut Tx, me: PersonId, tasks: &[TaskId]) -> Result<HashMap<TaskId, Marks>> {
    let mut out: HashMap<TaskId, Marks> = HashMap::new();
    if tasks.is_empty() {
        return Ok(out);
    }
    let mut sql = Sql::new("select task_id from watch where mode = 'follow' and person_id = ");
    sql.bind(me.0).push(" and task_id in ").bind_list(tasks.iter().map(|id| id.0));
    for (task,) in sql.fetch_all::<(TaskId,)>(tx).await? {
        out.entry(task).or_default().followed = true;
    }
    Ok(out)
}
