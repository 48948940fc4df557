use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::{
    org::{PersonId, UnitId},
    tasks::model::{
        PartyId, PartyRow, ReportId, ReportRow, ReportState, Share, Task, TaskId, VerificationId, VerificationResult, VerificationRow,
    },
};

macro_rules! select_party {
    () => {
        "select p.id, p.task_id, p.unit_id, p.person_id, p.role, p.state, p.position, p.assigned_at, p.signed_at, p.signed_by, p.returned, \
           p.demand, p.due_day, p.done_at, p.done_by, p.done_text, p.waived, \
           u.name as unit_name, u.short_name as unit_short, e.name as person_name \
         from party p join unit u on u.id = p.unit_id left join person e on e.id = p.person_id where p.task_id "
    };
}

pub(in crate::tasks) async fn parties(tx: &mut Tx, task: TaskId) -> Result<Vec<PartyRow>> {
    run!(tx, |c| sqlx::query_as(concat!(select_party!(), "= $1 order by p.position, p.id")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn parties_of(tx: &mut Tx, tasks: impl IntoIterator<Item = TaskId>) -> Result<Vec<PartyRow>> {
    let mut sql = Sql::new(concat!(select_party!(), "in "));
    sql.bind_list(tasks.into_iter().map(|id| id.0)).push(" order by p.position, p.id");
    sql.fetch_all(tx).await
}

pub(in crate::tasks) async fn insert_party(tx: &mut Tx, party: &PartyRow) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into party (id, task_id, unit_id, person_id, role, state, position, assigned_at, returned, demand, due_day, task_at, open_day) \
         select $1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, t.created_at, \
           case when t.state in ('dispatched', 'active') then coalesce(t.due_day, '9999') end from task t where t.id = $2"
    )
    .bind(party.id)
    .bind(party.task_id)
    .bind(party.unit_id)
    .bind(party.person_id)
    .bind(party.role)
    .bind(party.state)
    .bind(party.position)
    .bind(party.assigned_at)
    .bind(party.demand.as_deref())
    .bind(party.due_day)
    .execute(c)
    })?;
    Ok(())
}

pub(in crate::tasks) async fn remove_party(tx: &mut Tx, id: PartyId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from party where id = $1").bind(id).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn save_party(tx: &mut Tx, party: &PartyRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update party set unit_id = $2, person_id = $3, state = $4, signed_at = $5, signed_by = $6, returned = $7, assigned_at = $8, \
           position = $9, demand = $10, due_day = $11, done_at = $12, done_by = $13, done_text = $14, waived = $15 where id = $1"
    )
    .bind(party.id)
    .bind(party.unit_id)
    .bind(party.person_id)
    .bind(party.state)
    .bind(party.signed_at)
    .bind(party.signed_by)
    .bind(party.returned)
    .bind(party.assigned_at)
    .bind(party.position)
    .bind(party.demand.as_deref())
    .bind(party.due_day)
    .bind(party.done_at)
    .bind(party.done_by)
    .bind(party.done_text.as_deref())
    .bind(party.waived)
    .execute(c))?;
    Ok(())
}

/// The task is open until another day, open again, or no longer: lists of what its parties have are in the order of these days.
pub(in crate::tasks) async fn move_parties(tx: &mut Tx, task: &Task) -> Result<()> {
    let day = task.state.is_open().then(|| task.due_day.map_or_else(|| "9999".to_owned(), |day| day.to_string()));
    execute!(tx, |c| sqlx::query("update party set open_day = $2 where task_id = $1").bind(task.id).bind(day).execute(c))?;
    Ok(())
}

/// The task went out to every party at this moment.
pub(in crate::tasks) async fn assign_parties(tx: &mut Tx, task: TaskId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update party set assigned_at = $2 where task_id = $1").bind(task).bind(at).execute(c))?;
    Ok(())
}

/// The task is closed, and so is the part of everybody in it.
pub(in crate::tasks) async fn finish_parties(tx: &mut Tx, task: TaskId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update party set state = 'done' where task_id = $1 and state = 'signed'").bind(task).execute(c))?;
    Ok(())
}

/// The closing is undone: whoever ended with the task goes on, and whoever had done their part before it has done it.
pub(in crate::tasks) async fn reopen_parties(tx: &mut Tx, task: TaskId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update party set state = 'signed' where task_id = $1 and state = 'done' and done_at is null")
        .bind(task)
        .execute(c))?;
    Ok(())
}

macro_rules! select_report {
    ($rest:literal) => {
        concat!(
            "select id, task_id, party_id, unit_id, person_id, at, claimed, verified, text, problem, next_step, fall_reason, state, reviewed_by, \
             reviewed_at, review_text from report ",
            $rest
        )
    };
}
pub(super) use select_report;

pub(in crate::tasks) async fn reports(tx: &mut Tx, task: TaskId) -> Result<Vec<ReportRow>> {
    run!(tx, |c| sqlx::query_as(select_report!("where task_id = $1 order by at desc, id desc limit 200")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn report(tx: &mut Tx, id: ReportId) -> Result<Option<ReportRow>> {
    run!(tx, |c| sqlx::query_as(select_report!("where id = $1")).bind(id).fetch_optional(c))
}

/// Who handed in the reports that nobody has reviewed yet, and when.
pub(in crate::tasks) async fn open_reporters(tx: &mut Tx, task: TaskId) -> Result<Vec<(PersonId, Moment)>> {
    run!(tx, |c| sqlx::query_as("select person_id, at from report where task_id = $1 and state = 'submitted'").bind(task).fetch_all(c))
}

/// Of the reports that move a task, its leads', without this one: whether a later one has been accepted already, and what the
/// newest that waits for a review claims.
pub(in crate::tasks) async fn reports_beside(tx: &mut Tx, report: &ReportRow) -> Result<(bool, Option<Share>)> {
    let rows: Vec<(ReportId, ReportState, Share)> = run!(tx, |c| {
        sqlx::query_as(
        "select r.id, r.state, r.claimed from report r join party p on p.id = r.party_id where r.task_id = $1 and r.id <> $2 \
           and p.role in ('lead', 'co_lead') and (r.state = 'submitted' or (r.state = 'accepted' and r.id > $2)) order by r.id desc limit 400"
    )
    .bind(report.task_id)
    .bind(report.id)
    .fetch_all(c)
    })?;
    let superseded = rows.iter().any(|(_, state, _)| *state == ReportState::Accepted);
    Ok((superseded, rows.into_iter().find(|(_, state, _)| *state == ReportState::Submitted).map(|(.., claimed)| claimed)))
}

/// What a party last claimed of its own part.
pub(in crate::tasks) async fn last_claim_of(tx: &mut Tx, task: TaskId, party: PartyId) -> Result<Option<Share>> {
    let row: Option<(Share,)> = run!(tx, |c| sqlx::query_as(
        "select claimed from report where task_id = $1 and party_id = $2 and state <> 'sent_back' order by at desc, id desc limit 1"
    )
    .bind(task)
    .bind(party)
    .fetch_optional(c))?;
    Ok(row.map(|(claimed,)| claimed))
}

/// Accepts whatever still waits for a review: the closing that was granted rests on it.
pub(in crate::tasks) async fn accept_open_reports(tx: &mut Tx, task: TaskId, by: PersonId, at: Moment) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "update report set state = 'accepted', verified = claimed, reviewed_by = $2, reviewed_at = $3 where task_id = $1 and state = 'submitted'"
    )
    .bind(task)
    .bind(by)
    .bind(at)
    .execute(c)
    })?;
    execute!(tx, |c| sqlx::query("update milestone set done_at = $2 where task_id = $1 and done_at is null and report_id is not null")
        .bind(task)
        .bind(at)
        .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn insert_report(tx: &mut Tx, row: &ReportRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into report (id, task_id, party_id, person_id, at, claimed, text, problem, next_step, fall_reason, state, unit_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    )
    .bind(row.id)
    .bind(row.task_id)
    .bind(row.party_id)
    .bind(row.person_id)
    .bind(row.at)
    .bind(row.claimed)
    .bind(row.text.as_str())
    .bind(row.problem.as_deref())
    .bind(row.next_step.as_deref())
    .bind(row.fall_reason.as_deref())
    .bind(row.state)
    .bind(row.unit_id)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn save_review(tx: &mut Tx, row: &ReportRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update report set verified = $2, state = $3, reviewed_by = $4, reviewed_at = $5, review_text = $6 where id = $1"
    )
    .bind(row.id)
    .bind(row.verified)
    .bind(row.state)
    .bind(row.reviewed_by)
    .bind(row.reviewed_at)
    .bind(row.review_text.as_deref())
    .execute(c))?;
    Ok(())
}

/// A report that was sent back no longer meets the duty it met.
pub(in crate::tasks) async fn reopen_due(tx: &mut Tx, report: ReportId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update report_due set report_id = null, met_day = null where report_id = $1").bind(report).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn verifications(tx: &mut Tx, task: TaskId) -> Result<Vec<VerificationRow>> {
    run!(tx, |c| sqlx::query_as("select id, result, text, person_id, at from verification where task_id = $1 order by at desc")
        .bind(task)
        .fetch_all(c))
}

pub(in crate::tasks) async fn insert_verification(
    tx: &mut Tx,
    id: VerificationId,
    task: TaskId,
    result: VerificationResult,
    text: &str,
    by: PersonId,
    at: Moment,
) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into verification (id, task_id, result, text, person_id, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(task)
        .bind(result)
        .bind(text)
        .bind(by)
        .bind(at)
        .execute(c))?;
    Ok(())
}

/// The party of a task that a unit has in some role other than `but`'s row.
pub(in crate::tasks) async fn has_party(tx: &mut Tx, task: TaskId, unit: UnitId, but: PartyId) -> Result<bool> {
    let row: Option<(PartyId,)> =
        run!(tx, |c| sqlx::query_as("select id from party where task_id = $1 and unit_id = $2 and id <> $3 limit 1")
            .bind(task)
            .bind(unit)
            .bind(but)
            .fetch_optional(c))?;
    Ok(row.is_some())
}

/// Who handed in a report.
pub(in crate::tasks) async fn reporter(tx: &mut Tx, id: ReportId) -> Result<Option<PersonId>> {
    Ok(report(tx, id).await?.map(|row| row.person_id))
}

/// The same of many tasks.
pub(in crate::tasks) async fn open_reporters_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, (PersonId, Moment))>> {
    let mut sql = Sql::new("select task_id, person_id, at from report where state = 'submitted' and task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    let rows: Vec<(TaskId, PersonId, Moment)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(task, person, at)| (task, (person, at))).collect())
}

/// When the task was last reported on, leaving out what was withdrawn or sent back.
pub(in crate::tasks) async fn last_word(tx: &mut Tx, task: TaskId) -> Result<Option<Moment>> {
    let (at,): (Option<Moment>,) =
        run!(tx, |c| sqlx::query_as("select max(at) from report where task_id = $1 and state <> 'sent_back'").bind(task).fetch_one(c))?;
    Ok(at)
}
