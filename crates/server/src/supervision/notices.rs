//! Who is told, on the spot, when something happens to a task. Reminders that come with time are rules of their own.

use db::Tx;
use kit::Day;

use super::{model::UrgeId, urge};
use crate::{
    app::{Ctx, Outcome},
    notify::{self, NewMessage},
    org::{self, PersonId, PostKind},
    tasks::{self, Case, PartyRow, PartyState, TaskEvent},
};

/// The job that hears of what happens to tasks.
pub const JOB: &str = "supervision.notices";

/// What it hears of.
pub const EVENTS: &[&str] = &[
    "task.dispatched",
    "task.party_added",
    "task.submitted",
    "task.approved",
    "task.rejected",
    "task.returned",
    "task.ruled",
    "task.assigned",
    "task.reported",
    "task.report_accepted",
    "task.report_sent_back",
    "task.close_requested",
    "task.close_refused",
    "task.closed",
    "task.reopened",
    "task.settled",
    "task.urged",
    "task.urge_replied",
];

struct Notice {
    to: Vec<PersonId>,
    title: &'static str,
    text: String,
    urge: Option<UrgeId>,
}

/// Tells whom an event concerns. `key` is the event's own: the same event tells nobody twice.
pub async fn tell(tx: &mut Tx, ctx: &Ctx, event: &TaskEvent, key: &str) -> Outcome<()> {
    let case = Case::look(tx, ctx, event.task).await?;
    let Some(notice) = notice(tx, ctx, &case, event).await? else { return Ok(()) };
    let mut to = notice.to;
    to.sort_unstable();
    to.dedup();
    to.retain(|person| Some(*person) != event.actor);
    let message = NewMessage {
        to: &to,
        kind: event.name.as_str(),
        title: notice.title,
        text: &notice.text,
        task: Some(event.task.0),
        urge: notice.urge.map(|id| id.0),
        dedupe: key,
    };
    notify::send(tx, ctx, message).await
}

async fn notice(tx: &mut Tx, ctx: &Ctx, case: &Case, event: &TaskEvent) -> Outcome<Option<Notice>> {
    let title = case.task.title.as_str();
    let today = ctx.today();
    let due = case.task.due_day.map(|day| format!("，{day}前办结")).unwrap_or_default();
    let leads: Vec<&PartyRow> = case.parties.iter().filter(|party| party.role.leads()).collect();
    let plain = |to: Vec<PersonId>, head: &'static str, text: String| Some(Notice { to, title: head, text, urge: None });
    Ok(match event.name.as_str() {
        "task.dispatched" => {
            // Whoever signed before this message was written need not be told any more.
            let waiting = |party: &&PartyRow| party.role.works() && party.state == PartyState::Unsigned;
            let parties: Vec<&PartyRow> = case.parties.iter().filter(waiting).collect();
            plain(stand_for(tx, &parties, today).await?, "新任务待签收", format!("“{title}”已交办{due}，请签收。"))
        }
        "task.party_added" => {
            let added: Vec<&PartyRow> = case.parties.iter().filter(|party| Some(party.id.0) == event.subject).collect();
            plain(stand_for(tx, &added, today).await?, "新任务待签收", format!("“{title}”增加您单位为责任方{due}，请签收。"))
        }
        "task.submitted" => {
            let mut to = Vec::new();
            if let Some(unit) = case.task.issuer_unit_id {
                to = org::role_holders_above(tx, unit, PostKind::Head, today).await?;
            }
            // Nobody approves what they submitted: where that leaves nobody, it is the leaders'.
            to.retain(|person| Some(*person) != case.task.submitted_by);
            if to.is_empty() {
                to = org::leaders_of_the_area(tx, today).await?;
            }
            plain(to, "任务待审批", format!("“{title}”提交立项，请审批。"))
        }
        "task.approved" => plain(submitter(case), "立项已通过", format!("“{title}”立项审批通过，已交办。")),
        "task.rejected" => plain(submitter(case), "立项未通过", format!("“{title}”立项审批未通过，已退回草稿。")),
        "task.returned" => plain(vec![case.task.creator_id], "退回待裁定", format!("“{title}”有单位申请退回，请裁定。")),
        "task.ruled" => {
            let ruled: Vec<&PartyRow> = case.parties.iter().filter(|party| Some(party.id.0) == event.subject).collect();
            plain(stand_for(tx, &ruled, today).await?, "退回已裁定", format!("“{title}”的退回申请已裁定，请查看并办理。"))
        }
        "task.assigned" => {
            let named = event.subject.map(PersonId).into_iter().collect();
            plain(named, "您有新的经办任务", format!("“{title}”由您经办{due}。"))
        }
        "task.reported" => plain(vec![case.task.creator_id], "进展待审核", format!("“{title}”上报了进展，请审核。")),
        "task.report_accepted" => plain(asker(tx, event).await?, "上报已采纳", format!("“{title}”的上报已采纳。")),
        "task.report_sent_back" => plain(asker(tx, event).await?, "上报被退回", format!("“{title}”的上报被退回，请补充后重新上报。")),
        "task.close_requested" => plain(vec![case.task.creator_id], "办结待审核", format!("“{title}”申请办结，请审核。")),
        "task.close_refused" => {
            let mut to = asker(tx, event).await?;
            to.extend(stand_for(tx, &leads, today).await?);
            plain(to, "办结申请被退回", format!("“{title}”的办结申请被退回，请继续办理。"))
        }
        "task.closed" => plain(stand_for(tx, &leads, today).await?, "任务已办结", format!("“{title}”已同意办结。")),
        "task.reopened" => plain(stand_for(tx, &leads, today).await?, "任务恢复办理", format!("“{title}”核查未通过，恢复办理。")),
        "task.settled" => plain(stand_for(tx, &leads, today).await?, "任务已销号", format!("“{title}”核查通过，已销号。")),
        "task.urged" | "task.urge_replied" => return urge_notice(tx, case, event, today).await,
        _ => None,
    })
}

fn submitter(case: &Case) -> Vec<PersonId> {
    vec![case.task.submitted_by.unwrap_or(case.task.creator_id)]
}

async fn asker(tx: &mut Tx, event: &TaskEvent) -> Outcome<Vec<PersonId>> {
    Ok(match event.subject {
        Some(subject) => tasks::asker(tx, subject).await?.into_iter().collect(),
        None => Vec::new(),
    })
}

async fn urge_notice(tx: &mut Tx, case: &Case, event: &TaskEvent, today: Day) -> Outcome<Option<Notice>> {
    let Some(id) = event.subject.map(UrgeId) else { return Ok(None) };
    let Some((party, by, text, reply)) = urge::sides(tx, id).await? else { return Ok(None) };
    let title = case.task.title.as_str();
    if event.name == "task.urge_replied" {
        let text = format!("“{title}”的督办已回复：{}", reply.unwrap_or_default());
        return Ok(Some(Notice { to: vec![by], title: "督办已回复", text, urge: Some(id) }));
    }
    let target: Vec<&PartyRow> = case.parties.iter().filter(|row| row.id == party).collect();
    let to = stand_for(tx, &target, today).await?;
    Ok(Some(Notice { to, title: "督办", text: format!("“{title}”：{text}"), urge: Some(id) }))
}

/// The handlers where they are named, and whoever signs for the unit.
async fn stand_for(tx: &mut Tx, parties: &[&PartyRow], today: Day) -> Outcome<Vec<PersonId>> {
    let mut to = Vec::new();
    for party in parties {
        to.extend(party.person_id);
        to.extend(org::heads_and_liaisons(tx, party.unit_id, today).await?);
    }
    Ok(to)
}
