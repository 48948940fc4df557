//! Asking.

use db::Tx;
use kit::{Day, uuid::Uuid};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    super::{
        case::{Case, Step},
        model::{RequestId, TaskId, TaskState, VerificationResult},
        policy::{self, Action},
        rules::TaskRules,
        store,
    },
    ReasonClass, RequestKind, RequestRow, RequestState,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    files::{self, FileId},
    org::{self, UnitId},
};

/// What is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestInput {
    /// The version that was looked at.
    pub version: i64,
    /// What; returning and closing have routes of their own.
    pub kind: RequestKind,
    /// Why, 1 to 2000 characters; for `amend` what should change.
    pub reason: String,
    /// For `extend`: why more time is needed.
    pub reason_class: Option<ReasonClass>,
    /// For `extend`: the new due day. For `suspend`: when it is expected to go on.
    pub new_day: Option<Day>,
    /// For `transfer`: to whom.
    pub unit_id: Option<UnitId>,
    /// For `suspend`: the paper it rests on.
    pub basis: Option<String>,
    /// For `recheck`: the request that was refused, or the check that failed.
    pub subject_id: Option<Uuid>,
    #[serde(default)]
    pub file_ids: Vec<FileId>,
}

impl RequestKind {
    /// The action that asks for it here.
    pub(in crate::tasks) const fn action(self) -> Option<Action> {
        Some(match self {
            Self::Extend => Action::Extend,
            Self::Transfer => Action::Transfer,
            Self::Suspend => Action::Suspend,
            Self::Resume => Action::Resume,
            Self::Terminate => Action::Terminate,
            Self::Amend => Action::Amend,
            Self::Recheck => Action::Recheck,
            Self::Return | Self::Close => return None,
        })
    }
}

/// Asks for something on a task; at most one of a kind is open.
pub async fn ask(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &RequestInput) -> Outcome<RequestId> {
    let mut case = Case::open(tx, ctx, id, Some(input.version)).await?;
    let Some(action) = input.kind.action() else {
        return Err(Refusal::field("kind", "退回和办结请从各自的入口申请"));
    };
    case.require(ctx, action)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 2000);
    let mut row = RequestRow::new(ctx, id, input.kind, reason);
    let mut unit_name = String::new();
    match input.kind {
        RequestKind::Extend => {
            row.reason_class = input.reason_class;
            row.new_day = input.new_day;
            if input.reason_class.is_none() {
                fields.add("reason_class", "请选择原因类别");
            }
            match input.new_day {
                None => fields.add("new_day", "请选择延期到哪一天"),
                Some(day) => check_extension(tx, ctx, &case, &row, day, &mut fields).await?,
            }
        }
        RequestKind::Transfer => {
            row.proposed_unit_id = input.unit_id;
            row.party_id = case.parties.iter().find(|party| policy::may_transfer(party, &ctx.actor)).map(|party| party.id);
            unit_name = proposed_unit(tx, &case, input.unit_id, &mut fields).await?;
        }
        RequestKind::Suspend => {
            row.basis = Some(fields.text("basis", input.basis.as_deref().unwrap_or_default(), 300));
            row.new_day = input.new_day;
            if input.new_day.is_some_and(|day| day <= ctx.today()) {
                fields.add("new_day", "应晚于今天");
            }
        }
        RequestKind::Recheck => appealed(tx, ctx, &case, input.subject_id, &mut row, &mut fields).await?,
        _ => {}
    }
    fields.finish()?;
    store::insert_request(tx, &row).await?;
    files::attach(tx, ctx, id.0, files::Owner::request(row.id.0), &input.file_ids).await?;
    let (request, words) = (row.id, row.asked(&unit_name));
    let data = json!({ "request": request, "kind": row.kind, "new_day": row.new_day, "class": row.reason_class, "unit": row.proposed_unit_id,
        "basis": row.basis, "subject": row.subject_id, "files": input.file_ids });
    // Asked in time, an extension stops the clock until it is decided.
    case.requests.push(row);
    case.finish(tx, ctx, Step::new("asked", words, data).about(request.0)).await?;
    Ok(request)
}

/// An extension leads beyond the present due day, not beyond that of the task above, and not without end. `asked` is no
/// earlier one.
pub(super) async fn check_extension(tx: &mut Tx, ctx: &Ctx, case: &Case, asked: &RequestRow, day: Day, fields: &mut Fields) -> Outcome<()> {
    let Some(due) = case.task.due_day else { return Ok(()) };
    let rules = ctx.rules.get::<TaskRules>();
    if day <= due {
        fields.add("new_day", say!("应晚于现在的期限 {due}"));
    }
    if let Some(parent) = case.task.parent_id
        && let Some(limit) = store::find(tx, parent).await?.and_then(|parent| parent.due_day).filter(|limit| day > *limit)
    {
        fields.add("new_day", say!("不能晚于上级任务的期限 {limit}，请先为上级任务申请延期"));
    }
    let original = case.task.original_due_day.unwrap_or(due);
    let most = rules.extend_days;
    if ctx.calendar.workdays_between(original.date(), day.date()) > most {
        fields.add("new_day", say!("累计延期不能超过 {most} 个工作日（自原定期限 {original} 起）"));
    }
    let times = store::requests(tx, case.task.id).await?;
    let granted = |r: &&RequestRow| r.kind == RequestKind::Extend && r.state == RequestState::Granted && r.id != asked.id;
    let times = times.iter().filter(granted).count();
    let allowed = rules.extend_times;
    if i64::try_from(times).is_ok_and(|times| times >= allowed) {
        fields.add("new_day", say!("已延期 {times} 次，最多 {allowed} 次"));
    }
    Ok(())
}

/// The name of a unit that could take a party's place.
pub(super) async fn proposed_unit(tx: &mut Tx, case: &Case, unit: Option<UnitId>, fields: &mut Fields) -> Outcome<String> {
    let Some(unit) = unit else {
        fields.add("unit_id", "请选择转给哪个单位");
        return Ok(String::new());
    };
    let known = org::active_units(tx, [unit]).await?.into_iter().next();
    if known.is_none() {
        fields.add("unit_id", "单位不存在或已停用");
    } else if case.parties.iter().any(|party| party.unit_id == unit) {
        fields.add("unit_id", "该单位已是这项任务的责任方");
    }
    Ok(known.map(|unit| unit.name).unwrap_or_default())
}

/// What is to be looked at again: decided against the doer, lately, and not looked at again before.
async fn appealed(tx: &mut Tx, ctx: &Ctx, case: &Case, subject: Option<Uuid>, row: &mut RequestRow, fields: &mut Fields) -> Outcome<()> {
    let Some(subject) = subject else {
        fields.add("subject_id", "请选择要复核的决定");
        return Ok(());
    };
    let requests = store::requests(tx, case.task.id).await?;
    let refused = requests.iter().find(|r| r.id.0 == subject && r.state == RequestState::Refused && r.kind != RequestKind::Recheck);
    let checks = store::verifications(tx, case.task.id).await?;
    let failed = checks.iter().find(|check| check.id.0 == subject && check.result == VerificationResult::Fail);
    let (at, took_part) = match (refused, failed) {
        (Some(refused), _) => (refused.decided_at, vec![Some(refused.person_id), refused.agreed_by, refused.decided_by]),
        (None, Some(failed)) => {
            let closed = store::last_closure(tx, case.task.id).await?;
            let (asked, granted) = closed.map_or((None, None), |row| (row.asked_by, row.granted_by));
            (Some(failed.at), vec![Some(failed.person_id), asked, granted])
        }
        (None, None) => {
            fields.add("subject_id", "只有未同意的申请和未通过的核查可以复核");
            return Ok(());
        }
    };
    let within = ctx.rules.get::<TaskRules>().recheck_within;
    if at.is_none_or(|at| at.day().days_until(ctx.today()) > within) {
        fields.add("subject_id", say!("已超过 {within} 天的复核期限"));
    }
    if requests.iter().any(|r| r.kind == RequestKind::Recheck && r.subject_id == Some(subject) && r.state != RequestState::Withdrawn) {
        fields.add("subject_id", "这项决定已经申请过复核");
    }
    if case.task.state != TaskState::Active && failed.is_some() {
        fields.add("subject_id", "任务已不在办理中，不再复核这次核查");
    }
    row.subject_id = Some(subject);
    row.barred = Some(took_part.into_iter().flatten().map(|person| person.to_string()).collect::<Vec<_>>().join(" "));
    Ok(())
}
