use db::{Result, Sql, Tx};
use kit::Moment;

use crate::{
    access::Scope,
    org::{PersonId, UnitId},
    tasks::model::{ReportId, Share, TaskId},
};

/// A report with what it is about and whose it is.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct LatestRow {
    pub(in crate::tasks) id: ReportId,
    pub(in crate::tasks) task_id: TaskId,
    pub(in crate::tasks) task_title: String,
    pub(in crate::tasks) at: Moment,
    pub(in crate::tasks) person_id: PersonId,
    pub(in crate::tasks) person_name: String,
    pub(in crate::tasks) claimed: Share,
    pub(in crate::tasks) text: String,
}

const COLUMNS: &str = "r.id, r.task_id, t.title as task_title, r.at, r.person_id, e.name as person_name, r.claimed, r.text";

/// What was withdrawn or sent back is nobody's last word.
const STANDS: &str = " and r.state <> 'sent_back'";

/// The newest report of each of these tasks.
pub(in crate::tasks) async fn latest_of_tasks(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<LatestRow>> {
    let mut sql = Sql::new("select id, task_id, task_title, at, person_id, person_name, claimed, text from (select ");
    sql.push(COLUMNS).push(
        ", row_number() over (partition by r.task_id order by r.at desc, r.id desc) as place \
         from report r join task t on t.id = r.task_id join person e on e.id = r.person_id where r.task_id in ",
    );
    sql.bind_list(tasks.iter().map(|id| id.0)).push(STANDS).push(") x where place = 1 order by at desc, id desc");
    sql.fetch_all(tx).await
}

/// Whose newest report is looked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks) enum Reporter {
    /// The unit's or one below it.
    Unit(UnitId),
    /// The person's.
    Person(PersonId),
}

/// Their newest report on a task in the scope.
pub(in crate::tasks) async fn latest_by(tx: &mut Tx, scope: &Scope, reporter: Reporter) -> Result<Option<LatestRow>> {
    let mut sql = Sql::new("select ");
    sql.push(COLUMNS).push(" from report r join task t on t.id = r.task_id join person e on e.id = r.person_id where ");
    match reporter {
        Reporter::Unit(unit) => sql.push("r.unit_id in (select unit_id from unit_above where above_id = ").bind(unit.0).push(")"),
        Reporter::Person(person) => sql.push("r.person_id = ").bind(person.0),
    };
    sql.push(STANDS).push(" and");
    scope.tasks(&mut sql);
    sql.push(" order by r.at desc, r.id desc limit 1");
    Ok(sql.fetch_all(tx).await?.pop())
}
