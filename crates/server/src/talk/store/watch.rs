use db::{Result, Sql, Tx, execute, run};
use kit::Day;

use crate::{org::PersonId, talk::WatchMode, tasks::TaskId};

/// What somebody said of a task or one above it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(in crate::talk) struct WatchRow {
    pub(in crate::talk) person_id: PersonId,
    pub(in crate::talk) mode: WatchMode,
    pub(in crate::talk) from_day: Day,
    /// How far up: 0 for the task itself.
    pub(in crate::talk) distance: i64,
}

pub(in crate::talk) async fn watch(tx: &mut Tx, person: PersonId, task: TaskId, mode: WatchMode, day: Day) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into watch (person_id, task_id, mode, from_day) values ($1, $2, $3, $4) \
         on conflict (person_id, task_id) do update set mode = excluded.mode, from_day = excluded.from_day where watch.mode <> excluded.mode"
    )
    .bind(person)
    .bind(task)
    .bind(mode)
    .bind(day)
    .execute(c)
    })?;
    Ok(())
}

pub(in crate::talk) async fn unwatch(tx: &mut Tx, person: PersonId, task: TaskId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from watch where person_id = $1 and task_id = $2").bind(person).bind(task).execute(c))?;
    Ok(())
}

/// What persons, or one, said of the task and of those above it; each person's nearest first.
pub(in crate::talk) async fn watchers(tx: &mut Tx, task: TaskId, only: Option<PersonId>) -> Result<Vec<WatchRow>> {
    run!(tx, |c| sqlx::query_as(
        "with recursive up (id, parent_id, distance) as ( \
           select id, parent_id, cast(0 as bigint) from task where id = $1 \
           union all select p.id, p.parent_id, up.distance + 1 from task p join up on p.id = up.parent_id) \
         select w.person_id, w.mode, w.from_day, up.distance from up join watch w on w.task_id = up.id \
         where ($2 or w.person_id = $3) order by w.person_id, up.distance"
    )
    .bind(task)
    .bind(only.is_none())
    .bind(only.map_or(kit::NIL, |person| person.0))
    .fetch_all(c))
}

/// Those of the tasks of which the person said this themselves.
pub(in crate::talk) async fn watched(tx: &mut Tx, person: PersonId, tasks: &[TaskId], mode: WatchMode) -> Result<Vec<TaskId>> {
    let mut sql = Sql::new("select task_id from watch where person_id = ");
    sql.bind(person.0).push(" and mode = ").bind(mode.word()).push(" and task_id in ").bind_list(tasks.iter().map(|id| id.0));
    let rows: Vec<(TaskId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
