use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment, uuid::Uuid};

use crate::{
    org::{PersonId, UnitId},
    tasks::model::{
        MilestoneId, MilestoneRow, PartyId, PartyRow, PartyState, ReportDueId, ReportDueRow, ReportId, ReportRow, ReportState, RequestId,
        RequestRow, RequestState, Share, TaskId, VerificationId, VerificationResult, VerificationRow,
    },
};

macro_rules! select_party {
    () => {
        "select p.id, p.task_id, p.unit_id, p.person_id, p.role, p.state, p.position, p.assigned_at, p.signed_at, p.signed_by, p.returned, \
           u.name as unit_name, u.short_name as unit_short, e.name as person_name \
         from party p join unit u on u.id = p.unit_id left join person e on e.id = p.person_id where p.task_id "
    };
}

pub(in crate::tasks) async fn parties(tx: &mut Tx, task: TaskId) -> Result<Vec<PartyRow>> {
    run!(tx, |c| sqlx::query_as(concat!(select_party!(), "= $1 order by p.position")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn parties_of(tx: &mut Tx, tasks: impl IntoIterator<Item = TaskId>) -> Result<Vec<PartyRow>> {
    let mut sql = Sql::new(concat!(select_party!(), "in "));
    sql.bind_list(tasks.into_iter().map(|id| id.0)).push(" order by p.position");
    sql.fetch_all(tx).await
}

pub(in crate::tasks) async fn insert_party(tx: &mut Tx, party: &PartyRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into party (id, task_id, unit_id, person_id, role, state, position, assigned_at, returned) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0)"
    )
    .bind(party.id)
    .bind(party.task_id)
    .bind(party.unit_id)
    .bind(party.person_id)
    .bind(party.role)
    .bind(party.state)
    .bind(party.position)
    .bind(party.assigned_at)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn remove_party(tx: &mut Tx, id: PartyId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from party where id = $1").bind(id).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn save_party(tx: &mut Tx, party: &PartyRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update party set unit_id = $2, person_id = $3, state = $4, signed_at = $5, signed_by = $6, returned = $7, assigned_at = $8 \
         where id = $1"
    )
    .bind(party.id)
    .bind(party.unit_id)
    .bind(party.person_id)
    .bind(party.state)
    .bind(party.signed_at)
    .bind(party.signed_by)
    .bind(party.returned)
    .bind(party.assigned_at)
    .execute(c))?;
    Ok(())
}

/// The task went out to every party at this moment.
pub(in crate::tasks) async fn assign_parties(tx: &mut Tx, task: TaskId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update party set assigned_at = $2 where task_id = $1").bind(task).bind(at).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn finish_parties(tx: &mut Tx, task: TaskId, from: PartyState, to: PartyState) -> Result<()> {
    execute!(tx, |c| sqlx::query("update party set state = $3 where task_id = $1 and state = $2")
        .bind(task)
        .bind(from)
        .bind(to)
        .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn milestones(tx: &mut Tx, task: TaskId) -> Result<Vec<MilestoneRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, title, due_day, weight, deliverable, report_id, done_at from milestone where task_id = $1 order by due_day, position"
    )
    .bind(task)
    .fetch_all(c))
}

pub(in crate::tasks) async fn replace_milestones(tx: &mut Tx, task: TaskId, rows: &[MilestoneRow]) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from milestone where task_id = $1").bind(task).execute(c))?;
    for (row, position) in rows.iter().zip(1_i64..) {
        execute!(tx, |c| {
            sqlx::query(
                "insert into milestone (id, task_id, position, title, due_day, weight, deliverable, report_id, done_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(row.id)
            .bind(task)
            .bind(position)
            .bind(row.title.as_str())
            .bind(row.due_day)
            .bind(row.weight)
            .bind(row.deliverable.as_deref())
            .bind(row.report_id)
            .bind(row.done_at)
            .execute(c)
        })?;
    }
    Ok(())
}

/// A report says that a step was reached; `false` when the task has no such step.
pub(in crate::tasks) async fn claim_milestone(tx: &mut Tx, task: TaskId, id: MilestoneId, report: ReportId) -> Result<bool> {
    let row: Option<(MilestoneId,)> = run!(tx, |c| {
        sqlx::query_as(
        "update milestone set report_id = case when done_at is null then $3 else report_id end where id = $2 and task_id = $1 returning id"
    )
    .bind(task)
    .bind(id)
    .bind(report)
    .fetch_optional(c)
    })?;
    Ok(row.is_some())
}

/// The report was accepted: what it says was reached was reached when it was handed in.
pub(in crate::tasks) async fn finish_milestones(tx: &mut Tx, report: ReportId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update milestone set done_at = coalesce(done_at, $2) where report_id = $1")
        .bind(report)
        .bind(at)
        .execute(c))?;
    Ok(())
}

/// The report was sent back: what it says was not reached.
pub(in crate::tasks) async fn unclaim_milestones(tx: &mut Tx, report: ReportId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update milestone set report_id = null where report_id = $1 and done_at is null")
        .bind(report)
        .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn report_dues(tx: &mut Tx, task: TaskId) -> Result<Vec<ReportDueRow>> {
    run!(tx, |c| sqlx::query_as("select id, due_day, report_id, met_day from report_due where task_id = $1 order by due_day")
        .bind(task)
        .fetch_all(c))
}

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: Uuid,
    due_day: Day,
    title: Option<String>,
    weight: Option<Share>,
    done_at: Option<Moment>,
    report_id: Option<ReportId>,
}

/// Steps and duties to report by day, in one statement: what a lamp is worked out from. The rest of each row is not read.
pub(in crate::tasks) async fn nodes(tx: &mut Tx, task: TaskId) -> Result<(Vec<MilestoneRow>, Vec<ReportDueRow>)> {
    let rows: Vec<NodeRow> = run!(tx, |c| sqlx::query_as(
        "select id, due_day, title, weight, done_at, report_id from ( \
           select id, due_day, position, title, weight, done_at, report_id from milestone where task_id = $1 \
           union all select id, due_day, 0, cast(null as text), cast(null as bigint), cast(null as bigint), report_id \
             from report_due where task_id = $1) n order by due_day, position"
    )
    .bind(task)
    .fetch_all(c))?;
    let (mut steps, mut dues) = (Vec::new(), Vec::new());
    for NodeRow { id, due_day, title, weight, done_at, report_id } in rows {
        match title {
            Some(title) => {
                let weight = weight.unwrap_or_default();
                steps.push(MilestoneRow { id: MilestoneId(id), title, due_day, weight, deliverable: None, report_id, done_at });
            }
            None => dues.push(ReportDueRow { id: ReportDueId(id), due_day, report_id, met_day: None }),
        }
    }
    Ok((steps, dues))
}

pub(in crate::tasks) async fn insert_report_due(tx: &mut Tx, id: ReportDueId, task: TaskId, day: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into report_due (id, task_id, due_day) values ($1, $2, $3) on conflict (task_id, due_day) do nothing"
    )
    .bind(id)
    .bind(task)
    .bind(day)
    .execute(c))?;
    Ok(())
}

/// Takes away duties that nobody has met yet and that lie after `day`: the rule or the due day has changed.
pub(in crate::tasks) async fn remove_open_dues(tx: &mut Tx, task: TaskId, day: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from report_due where task_id = $1 and report_id is null and due_day > $2")
        .bind(task)
        .bind(day)
        .execute(c))?;
    Ok(())
}

/// Closes the earliest open duty with this report. One that lies ahead can be met only once the one before it is past:
/// three reports on one day do not meet three months.
pub(in crate::tasks) async fn meet_earliest_due(tx: &mut Tx, task: TaskId, report: ReportId, today: Day) -> Result<Option<Day>> {
    let row: Option<(Day,)> = run!(tx, |c| {
        sqlx::query_as(
            "update report_due set report_id = $2, met_day = $3 where id = (select d.id from report_due d where d.task_id = $1 \
               and d.report_id is null and not exists (select 1 from report_due b where b.task_id = $1 and b.due_day < d.due_day \
               and b.due_day >= $3) order by d.due_day limit 1) returning due_day",
        )
        .bind(task)
        .bind(report)
        .bind(today)
        .fetch_optional(c)
    })?;
    Ok(row.map(|(day,)| day))
}

macro_rules! select_report {
    ($rest:literal) => {
        concat!(
            "select id, task_id, party_id, person_id, at, claimed, verified, text, problem, next_step, fall_reason, state, reviewed_by, \
             reviewed_at, review_text from report ",
            $rest
        )
    };
}

pub(in crate::tasks) async fn reports(tx: &mut Tx, task: TaskId) -> Result<Vec<ReportRow>> {
    run!(tx, |c| sqlx::query_as(select_report!("where task_id = $1 order by at desc, id desc limit 200")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn report(tx: &mut Tx, id: ReportId) -> Result<Option<ReportRow>> {
    run!(tx, |c| sqlx::query_as(select_report!("where id = $1")).bind(id).fetch_optional(c))
}

pub(in crate::tasks) async fn open_reporters(tx: &mut Tx, task: TaskId) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> =
        run!(tx, |c| sqlx::query_as("select person_id from report where task_id = $1 and state = 'submitted'").bind(task).fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
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
pub(in crate::tasks) async fn last_claim_of(tx: &mut Tx, party: PartyId) -> Result<Option<Share>> {
    let row: Option<(Share,)> = run!(tx, |c| sqlx::query_as(
        "select claimed from report where party_id = $1 and state <> 'sent_back' order by at desc, id desc limit 1"
    )
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
        "insert into report (id, task_id, party_id, person_id, at, claimed, text, problem, next_step, fall_reason, state) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
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

macro_rules! select_request {
    ($rest:literal) => {
        concat!(
            "select id, task_id, party_id, kind, state, reason, proposed_unit_id, person_id, at, decided_by, decided_at, decision_text \
             from request ",
            $rest
        )
    };
}

pub(in crate::tasks) async fn requests(tx: &mut Tx, task: TaskId) -> Result<Vec<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where task_id = $1 order by at desc, id desc limit 200")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn open_requests(tx: &mut Tx, task: TaskId) -> Result<Vec<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where task_id = $1 and state = 'open'")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn request(tx: &mut Tx, id: RequestId) -> Result<Option<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where id = $1")).bind(id).fetch_optional(c))
}

pub(in crate::tasks) async fn insert_request(tx: &mut Tx, row: &RequestRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into request (id, task_id, party_id, kind, state, reason, proposed_unit_id, person_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(row.id)
    .bind(row.task_id)
    .bind(row.party_id)
    .bind(row.kind)
    .bind(row.state)
    .bind(row.reason.as_str())
    .bind(row.proposed_unit_id)
    .bind(row.person_id)
    .bind(row.at)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn decide_request(
    tx: &mut Tx,
    id: RequestId,
    state: RequestState,
    by: PersonId,
    at: Moment,
    text: Option<&str>,
) -> Result<()> {
    execute!(tx, |c| sqlx::query("update request set state = $2, decided_by = $3, decided_at = $4, decision_text = $5 where id = $1")
        .bind(id)
        .bind(state)
        .bind(by)
        .bind(at)
        .bind(text)
        .execute(c))?;
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

/// Who asked.
pub(in crate::tasks) async fn requester(tx: &mut Tx, id: RequestId) -> Result<Option<PersonId>> {
    Ok(request(tx, id).await?.map(|row| row.person_id))
}

/// Open tasks with a rule and without a due day whose last planned duty lies before `day`, with that duty's day.
pub(in crate::tasks) async fn standing_running_short(tx: &mut Tx, day: Day) -> Result<Vec<(TaskId, Option<Day>)>> {
    run!(tx, |c| sqlx::query_as(
        "select t.id, max(d.due_day) from task t left join report_due d on d.task_id = t.id \
         where t.state in ('dispatched', 'active') and t.due_day is null and t.rule_kind <> 'none' \
         group by t.id having coalesce(max(d.due_day), '') < $1"
    )
    .bind(day)
    .fetch_all(c))
}

/// Undecided requests of many tasks.
pub(in crate::tasks) async fn open_requests_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<RequestRow>> {
    let mut sql = Sql::new(select_request!("where state = 'open' and task_id in "));
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// Who handed in the unreviewed reports of many tasks.
pub(in crate::tasks) async fn open_reporters_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, PersonId)>> {
    let mut sql = Sql::new("select task_id, person_id from report where state = 'submitted' and task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// The earliest open duty to report of each of many tasks, and whether it has any duty at all.
pub(in crate::tasks) async fn next_dues_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, Option<Day>)>> {
    let mut sql = Sql::new("select task_id, min(case when report_id is null then due_day else null end) from report_due where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" group by task_id");
    sql.fetch_all(tx).await
}
