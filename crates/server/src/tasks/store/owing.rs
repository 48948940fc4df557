use db::{Result, Sql, Tx};
use kit::Day;

use crate::{
    org::{PersonId, UnitId},
    tasks::owing::{Owed, OwedDay},
};

/// Looked up from the parts of those it is about, so that it costs what they have and not what there is.
const OF_PARTS: &str = "select d.task_id, d.due_day, d.asked_by is not null as asked, p.person_id, p.unit_id, t.issuer_unit_id \
     from party p join task t on t.id = p.task_id join report_due d on d.task_id = p.task_id \
     where p.open_day is not null and p.role in ('lead', 'co_lead') and p.state <> 'done' and t.state in ('dispatched', 'active')";

pub(in crate::tasks) async fn owed_reports(tx: &mut Tx, persons: &[PersonId], units: &[UnitId], from: Day, to: Day) -> Result<Vec<Owed>> {
    let mut all = Vec::new();
    // Both databases take many thousands of values in one statement, but not without end.
    for persons in persons.chunks(1000) {
        let mut sql = Sql::new(OF_PARTS);
        sql.push(" and p.person_id in ").bind_list(persons.iter().map(|id| id.0));
        sql.push(" and d.due_day >= ").bind(from.to_string()).push(" and d.due_day <= ").bind(to.to_string());
        all.extend(sql.fetch_all::<Owed>(tx).await?);
    }
    for units in units.chunks(1000) {
        let mut sql = Sql::new(OF_PARTS);
        sql.push(" and p.person_id is null and p.unit_id in ").bind_list(units.iter().map(|id| id.0));
        sql.push(" and d.due_day >= ").bind(from.to_string()).push(" and d.due_day <= ").bind(to.to_string());
        all.extend(sql.fetch_all::<Owed>(tx).await?);
    }
    all.sort_by_key(|owed| (owed.due_day, owed.task_id, owed.unit_id));
    Ok(all)
}

pub(in crate::tasks) async fn owed_by_day(tx: &mut Tx, from: Day, to: Day) -> Result<Vec<OwedDay>> {
    let mut sql = Sql::new(
        "select p.person_id, p.unit_id, d.due_day, count(distinct d.task_id) as n from report_due d join party p on p.task_id = d.task_id \
         where p.role in ('lead', 'co_lead') and d.due_day >= ",
    );
    sql.bind(from.to_string()).push(" and d.due_day <= ").bind(to.to_string());
    sql.push(" group by p.person_id, p.unit_id, d.due_day order by d.due_day");
    sql.fetch_all(tx).await
}
