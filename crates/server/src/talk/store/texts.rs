use db::{Result, Sql, Tx};
use kit::{Moment, uuid::Uuid};

use crate::{app::Text, tasks::TaskId};

/// What is written in comments and in leaders' notes about tasks; what was deleted says nothing.
pub(in crate::talk) async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<Text>> {
    let mut sql = Sql::new("select 'comment' as kind, id, task_id, at, text from comment where deleted_at is null and task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.push(" union all select 'note' as kind, id, task_id, at, text from review_note where text is not null and task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    let rows: Vec<(String, Uuid, Uuid, Moment, String)> = sql.fetch_all(tx).await?;
    let text = |(kind, id, task, at, body): (String, Uuid, Uuid, Moment, String)| {
        let kind = if kind == "comment" { "comment" } else { "note" };
        Text { task, kind, id, at, head: String::new(), body }
    };
    Ok(rows.into_iter().map(text).collect())
}
