//! Who is told, on the spot, when something happens to a task. Reminders that come with time are rules of their own.

use std::collections::BTreeSet;

use db::Tx;
use kit::Day;
use wording::{Words, say};

use super::{
    followers, lookout,
    model::{UrgeId, UrgeMethod},
    orders, spoken,
    urge::{self, Told},
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    notify::{self, Channel, NewMessage, NoticeKind},
    org::{self, PersonId, PostKind},
    talk,
    tasks::{self, Case, PartyId, PartyRow, PartyState, RequestKind, TaskEvent, TaskId, Urgency},
};

/// The job that hears of what happens to tasks.
pub const JOB: &str = "supervision.notices";

/// What it need not hear of: nobody is told of a draft, and nothing lies ahead of one.
pub const UNHEARD: &[&str] = &["task.created"];

/// What asks somebody to sign.
const ASK_TO_SIGN: &[&str] = &["task.dispatched", "task.party_added", "task.transferred"];

/// After these somebody whom that asked may not have to sign any more: a colleague has, or nobody is to.
const SETTLES_SIGNING: &[&str] = &[
    "task.signed",
    "task.returned",
    "task.ruled",
    "task.transferred",
    "task.recalled",
    "task.terminated",
    "task.merged",
    "task.party_removed",
];

/// What of it does not wait until somebody looks into the system.
fn occasion_of(event: &str) -> Option<NoticeKind> {
    match event {
        "task.urged" | "task.urge_asked_again" => Some(NoticeKind::Urged),
        "task.instructed" => Some(NoticeKind::Instructed),
        "task.ordered" | "task.order_sent_back" => Some(NoticeKind::Ordered),
        asks if ASK_TO_SIGN.contains(&asks) => Some(NoticeKind::Dispatched),
        _ => None,
    }
}

fn is_to_sign(party: &PartyRow) -> bool {
    party.role.works() && party.state == PartyState::Unsigned
}

pub(super) struct Notice {
    pub(super) to: Vec<PersonId>,
    pub(super) title: Words,
    pub(super) text: Words,
    pub(super) urge: Option<UrgeId>,
}

/// Hears of what happened to tasks, each with a key of its own: tells whom it concerns, and looks at what the tasks have ahead of them now.
pub async fn hear(tx: &mut Tx, ctx: &Ctx, events: &[(TaskEvent, String)]) -> Outcome<()> {
    let mut post = Post::default();
    for (event, key) in events {
        if post.is_about(event.task) {
            // Who is told of this may follow from who was told of that.
            std::mem::take(&mut post).send(tx, ctx).await?;
        }
        match tell(tx, ctx, event, key, &mut post).await {
            // A draft that has been deleted since: nobody to tell.
            Ok(()) | Err(Refusal::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    post.send(tx, ctx).await?;
    let of = |out: bool| events.iter().filter(move |(event, _)| (event.name == "task.dispatched") == out).map(|(event, _)| event.task);
    let out: BTreeSet<TaskId> = of(true).collect();
    let others = of(false).filter(|task| !out.contains(task)).collect();
    lookout::look(tx, ctx, &out, true).await?;
    lookout::look(tx, ctx, &others, false).await
}

/// What is to be said of several tasks, all of it at once.
#[derive(Default)]
struct Post<'a> {
    loud: Vec<Letter<'a>>,
    quiet: Vec<Letter<'a>>,
}

struct Letter<'a> {
    event: &'a TaskEvent,
    key: &'a str,
    kind: &'a str,
    notice: Notice,
    ways: Vec<Channel>,
    /// It waits for no hours, is merged with nothing and counts for no limit.
    critical: bool,
}

impl Letter<'_> {
    fn message(&self) -> NewMessage<'_> {
        NewMessage {
            to: &self.notice.to,
            kind: self.kind,
            title: &self.notice.title,
            text: &self.notice.text,
            task: Some(self.event.task.0),
            urge: self.notice.urge.map(|id| id.0),
            subject: self.event.subject,
            occurrence: None,
            rule: None,
            channels: &self.ways,
            critical: self.critical,
            dedupe: self.key,
        }
    }
}

impl<'a> Post<'a> {
    fn is_about(&self, task: TaskId) -> bool {
        self.loud.iter().chain(&self.quiet).any(|letter| letter.event.task == task)
    }

    async fn send(self, tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
        notify::send_all(tx, ctx, &self.loud.iter().map(Letter::message).collect::<Vec<_>>()).await?;
        notify::send_quietly(tx, ctx, &self.quiet.iter().map(Letter::message).collect::<Vec<_>>()).await
    }

    /// Nobody is told of what they did themselves; those in `quiet` find it where it is.
    fn put(
        &mut self,
        (event, key, critical): (&'a TaskEvent, &'a str, bool),
        kind: &'a str,
        notice: Notice,
        quiet: &[PersonId],
        ways: Vec<Channel>,
    ) {
        let to: BTreeSet<PersonId> = notice.to.iter().copied().filter(|person| Some(*person) != event.actor).collect();
        let (hushed, told): (Vec<PersonId>, Vec<PersonId>) = to.into_iter().partition(|person| quiet.contains(person));
        if !hushed.is_empty() {
            let notice = Notice { to: hushed, title: notice.title.clone(), text: notice.text.clone(), urge: notice.urge };
            self.quiet.push(Letter { event, key, kind, notice, ways: Vec::new(), critical });
        }
        if !told.is_empty() {
            self.loud.push(Letter { event, key, kind, notice: Notice { to: told, ..notice }, ways, critical });
        }
    }
}

/// Tells whom an event concerns, and whoever follows the task. `key` is the event's own: the same event tells nobody twice.
async fn tell<'a>(tx: &mut Tx, ctx: &Ctx, event: &'a TaskEvent, key: &'a str, post: &mut Post<'a>) -> Outcome<()> {
    let case = Case::look(tx, ctx, event.task).await?;
    let critical = case.task.urgency == Urgency::Critical;
    let notice = notice(tx, ctx, &case, event).await?;
    let told = notice.as_ref().map(|notice| notice.to.clone()).unwrap_or_default();
    if SETTLES_SIGNING.contains(&event.name.as_str()) {
        let (unsigned, settled): (Vec<&PartyRow>, Vec<&PartyRow>) =
            case.parties.iter().partition(|party| case.task.state.is_open() && is_to_sign(party));
        let (still, mut was) = (stand_for(tx, &unsigned, ctx.today()).await?, stand_for(tx, &settled, ctx.today()).await?);
        was.extend(event.also.iter().copied());
        notify::hush(tx, ctx, event.task.0, ASK_TO_SIGN, &was, &still).await?;
    }
    if let Some(notice) = notice {
        let quiet = if spoken::is_news(tx, ctx, event).await? { talk::muted(tx, event.task).await? } else { Vec::new() };
        let mut ways = occasion_of(&event.name).map(|occasion| notify::ways(ctx, occasion)).unwrap_or_default();
        // One that was answered before this was written, on the telephone for example, need not be looked at on the spot.
        if let (false, Some(id)) = (ways.is_empty(), notice.urge)
            && !urge::is_owed(tx, id).await?
        {
            ways.clear();
        }
        post.put((event, key, critical), spoken::kind_of(&event.name), notice, &quiet, ways);
    }
    if let Some(news) = followers::news(tx, ctx, &case, event).await? {
        let followers = talk::followers(tx, ctx, event.task).await?;
        let to = followers.into_iter().map(|(person, _)| person).filter(|person| !told.contains(person)).collect();
        post.put((event, key, critical), "task.followed", Notice { to, ..news }, &[], Vec::new());
    }
    Ok(())
}

async fn notice(tx: &mut Tx, ctx: &Ctx, case: &Case, event: &TaskEvent) -> Outcome<Option<Notice>> {
    let title = case.task.title.as_str();
    let today = ctx.today();
    let due = case.task.due_day;
    let leads: Vec<&PartyRow> = case.parties.iter().filter(|party| party.role.leads()).collect();
    let plain = |to: Vec<PersonId>, head: &'static str, text: Words| Some(Notice { to, title: head.into(), text, urge: None });
    Ok(match event.name.as_str() {
        "task.dispatched" => {
            // Whoever signed before this message was written need not be told any more.
            let parties: Vec<&PartyRow> = case.parties.iter().filter(|party| is_to_sign(party)).collect();
            let words = match due {
                Some(day) => say!("“{title}”已交办，{day}前办结，请签收。"),
                None => say!("“{title}”已交办，请签收。"),
            };
            plain(stand_for(tx, &parties, today).await?, "新任务待签收", words)
        }
        "task.party_added" => {
            let added: Vec<&PartyRow> = case.parties.iter().filter(|party| Some(party.id.0) == event.subject).collect();
            let words = match due {
                Some(day) => say!("“{title}”增加您单位为责任方，{day}前办结，请签收。"),
                None => say!("“{title}”增加您单位为责任方，请签收。"),
            };
            plain(stand_for(tx, &added, today).await?, "新任务待签收", words)
        }
        "task.party_removed" => plain(event.also.clone(), "不再参与任务", say!("“{title}”不再需要您单位办理。")),
        "task.edited" => {
            // What is none of their business is not said here.
            let Some(said) = &event.said else { return Ok(None) };
            let words = say!("“{title}”有变动：{changes}。", changes = Words::from_stored(said));
            let there = case.parties.iter().filter(|party| party.role.works() && !event.but.contains(&party.id));
            plain(stand_for(tx, &there.collect::<Vec<_>>(), today).await?, "任务内容有变动", words)
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
            plain(to, "任务待审批", say!("“{title}”提交立项，请审批。"))
        }
        "task.approved" => plain(submitter(case), "立项已通过", say!("“{title}”立项审批通过，已交办。")),
        "task.rejected" => plain(submitter(case), "立项未通过", say!("“{title}”立项审批未通过，已退回草稿。")),
        "task.series_drafted" => plain(vec![case.task.creator_id], "周期任务待确认", say!("“{title}”已生成草稿，请核对后交办。")),
        "task.returned" => plain(vec![case.task.creator_id], "退回待裁定", say!("“{title}”有单位申请退回，请裁定。")),
        "task.ruled" => {
            let ruled: Vec<&PartyRow> = case.parties.iter().filter(|party| Some(party.id.0) == event.subject).collect();
            plain(stand_for(tx, &ruled, today).await?, "退回已裁定", say!("“{title}”的退回申请已裁定，请查看并办理。"))
        }
        "task.assigned" => {
            let named = event.subject.map(PersonId).into_iter().collect();
            let words = match due {
                Some(day) => say!("“{title}”由您经办，{day}前办结。"),
                None => say!("“{title}”由您经办。"),
            };
            plain(named, "您有新的经办任务", words)
        }
        "task.reported" => plain(reviewers(tx, case, event, today).await?, "进展待审核", say!("“{title}”上报了进展，请审核。")),
        "task.report_accepted" => plain(asker(tx, event).await?, "上报已采纳", say!("“{title}”的上报已采纳。")),
        "task.report_sent_back" => plain(asker(tx, event).await?, "上报被退回", say!("“{title}”的上报被退回，请补充后重新上报。")),
        "task.close_requested" => plain(closers(tx, case, event, today).await?, "办结待审核", say!("“{title}”申请办结，请审核。")),
        "task.close_refused" => {
            let mut to = asker(tx, event).await?;
            to.extend(stand_for(tx, &leads, today).await?);
            plain(to, "办结申请被退回", say!("“{title}”的办结申请被退回，请继续办理。"))
        }
        "task.closed" => plain(stand_for(tx, &leads, today).await?, "任务已办结", say!("“{title}”已同意办结。")),
        "task.reopened" => plain(stand_for(tx, &leads, today).await?, "任务恢复办理", say!("“{title}”恢复办理，请在任务页查看原因。")),
        "task.settled" => plain(stand_for(tx, &leads, today).await?, "任务已销号", say!("“{title}”核查通过，已销号。")),
        "task.asked" | "task.agreed" | "task.granted" | "task.refused" | "task.extended" => {
            return request_notice(tx, ctx, case, event).await;
        }
        "task.transferred" => {
            let taken: Vec<&PartyRow> = case.parties.iter().filter(|party| Some(party.id.0) == event.subject).collect();
            let words = match due {
                Some(day) => say!("“{title}”已转给您单位，{day}前办结，请签收。"),
                None => say!("“{title}”已转给您单位，请签收。"),
            };
            plain(stand_for(tx, &taken, today).await?, "新任务待签收", words)
        }
        "task.suspended" => plain(everybody(tx, case, today).await?, "任务已中止", say!("“{title}”已中止，停止计时。")),
        "task.resumed" => {
            let words = match due {
                Some(day) => say!("“{title}”恢复办理，{day}前办结。"),
                None => say!("“{title}”恢复办理。"),
            };
            plain(everybody(tx, case, today).await?, "任务恢复办理", words)
        }
        "task.terminated" => plain(everybody(tx, case, today).await?, "任务已终止", say!("“{title}”已终止，不再办理。")),
        "task.report_asked" => {
            plain(stand_for(tx, &leads, today).await?, "要求上报进展", say!("“{title}”被要求上报进展，请在任务页查看要求并按时上报。"))
        }
        "task.report_withdrawn" => plain(vec![case.task.creator_id], "上报已撤回", say!("“{title}”的一份上报已由本人撤回，不必审核。")),
        "task.recalled" => plain(everybody(tx, case, today).await?, "交办已撤回", say!("“{title}”的交办已撤回，不必签收。")),
        "task.merged" => plain(everybody(tx, case, today).await?, "任务已并入", say!("“{title}”与另一项任务重复，已并入后终止。")),
        "task.worked_again" => {
            let words = match due {
                Some(day) => say!("“{title}”重新办理，{day}前办结。"),
                None => say!("“{title}”重新办理。"),
            };
            plain(everybody(tx, case, today).await?, "任务重新办理", words)
        }
        "task.part_done" | "task.part_waived" | "task.part_reopened" | "task.waiting" | "task.wait_ended" | "task.risk_raised"
        | "task.risk_answered" => return beside_notice(tx, case, event, today).await,
        "task.urged"
        | "task.instructed"
        | "task.urge_asked_again"
        | "task.urge_replied"
        | "task.urge_reply_recorded"
        | "task.urge_accepted" => {
            return urge_notice(tx, case, event, today).await;
        }
        "task.ordered" | "task.order_answered" | "task.order_sent_back" | "task.order_accepted" | "task.order_withdrawn" => {
            let notice = orders::notice(tx, ctx, event).await?;
            return Ok(notice.map(|(to, title, text)| Notice { to, title, text, urge: None }));
        }
        "task.rated" | "task.rating_corrected" | "task.commented" | "task.comment_edited" => {
            return spoken::notice(tx, ctx, case, event).await;
        }
        _ => None,
    })
}

/// What was asked for: whoever decides next hears of it, and whoever asked of what became of it.
async fn request_notice(tx: &mut Tx, ctx: &Ctx, case: &Case, event: &TaskEvent) -> Outcome<Option<Notice>> {
    let today = ctx.today();
    let Some(request) = (match event.subject {
        Some(subject) => tasks::request_of(tx, subject).await?,
        None => None,
    }) else {
        return Ok(None);
    };
    let (title, kind) = (case.task.title.as_str(), request.kind.words());
    let leads: Vec<&PartyRow> = case.parties.iter().filter(|party| party.role.leads()).collect();
    let (to, head, text) = match event.name.as_str() {
        "task.asked" => {
            let mut to = vec![case.task.creator_id];
            // Nobody decides on what they ask for: where that leaves nobody, it is those above.
            to.retain(|person| *person != request.person_id);
            if to.is_empty() {
                to = above(tx, case, request.person_id, today).await?;
            }
            (to, "申请待审批", say!("“{title}”申请{kind}，请审批。"))
        }
        "task.agreed" => {
            let first = request.agreed_by.unwrap_or(request.person_id);
            let to = if tasks::needs_leader(ctx, case, &request) {
                org::leaders_of_the_area(tx, today).await?
            } else {
                above(tx, case, first, today).await?
            };
            (to, "申请待审批", say!("“{title}”申请{kind}，交办方已同意，请审批。"))
        }
        "task.refused" => (vec![request.person_id], "申请未获同意", say!("“{title}”的{kind}申请未获同意，请查看理由。")),
        "task.extended" => {
            let mut to = stand_for(tx, &leads, today).await?;
            to.push(request.person_id);
            let day = case.task.due_day.map(|day| day.to_string()).unwrap_or_default();
            (to, "延期已批准", say!("“{title}”延期已批准，{day}前办结。"))
        }
        "task.granted" if request.kind == RequestKind::Amend => {
            let to = vec![request.person_id, case.task.creator_id];
            (to, "变更已获同意", say!("“{title}”的变更已获同意，由交办方修改任务：{reason}", reason = &request.reason))
        }
        _ => (vec![request.person_id], "申请已获同意", say!("“{title}”的{kind}申请已获同意。")),
    };
    Ok(Some(Notice { to, title: head.into(), text, urge: None }))
}

/// Whoever set the task; where that is who acted, those above.
async fn reviewers(tx: &mut Tx, case: &Case, event: &TaskEvent, today: Day) -> Outcome<Vec<PersonId>> {
    match event.actor {
        Some(actor) if actor == case.task.creator_id => above(tx, case, actor, today).await,
        _ => Ok(vec![case.task.creator_id]),
    }
}

/// Whoever decides on a closing: of what a unit has set itself its heads, otherwise whoever reviews.
async fn closers(tx: &mut Tx, case: &Case, event: &TaskEvent, today: Day) -> Outcome<Vec<PersonId>> {
    match event.actor {
        Some(actor) if tasks::is_own(&case.task, &case.parties) => above(tx, case, actor, today).await,
        _ => reviewers(tx, case, event, today).await,
    }
}

/// The head of the issuing unit; where that is nobody else, the leaders of the area.
async fn above(tx: &mut Tx, case: &Case, but: PersonId, today: Day) -> Outcome<Vec<PersonId>> {
    let mut to = match case.task.issuer_unit_id {
        Some(unit) => org::role_holders_above(tx, unit, PostKind::Head, today).await?,
        None => Vec::new(),
    };
    to.retain(|person| *person != but);
    if to.is_empty() {
        to = org::leaders_of_the_area(tx, today).await?;
    }
    Ok(to)
}

/// Everybody who works on it.
async fn everybody(tx: &mut Tx, case: &Case, today: Day) -> Outcome<Vec<PersonId>> {
    let parties: Vec<&PartyRow> = case.parties.iter().filter(|party| party.role.works()).collect();
    stand_for(tx, &parties, today).await
}

/// Parts of others, waits and risks.
async fn beside_notice(tx: &mut Tx, case: &Case, event: &TaskEvent, today: Day) -> Outcome<Option<Notice>> {
    let title = case.task.title.as_str();
    let Some(subject) = event.subject else { return Ok(None) };
    let leads: Vec<&PartyRow> = case.parties.iter().filter(|party| party.role.leads()).collect();
    let one = |id: PartyId| -> Vec<&PartyRow> { case.parties.iter().filter(|party| party.id == id).collect() };
    let (to, head, text) = match event.name.as_str() {
        "task.part_done" => {
            let mut to = stand_for(tx, &leads, today).await?;
            to.push(case.task.creator_id);
            let unit = one(PartyId(subject)).first().map(|party| party.unit_name.as_str()).unwrap_or_default();
            (to, "配合已完成", say!("“{title}”中{unit}的配合已经完成，请查看。"))
        }
        "task.part_waived" => (stand_for(tx, &one(PartyId(subject)), today).await?, "配合已免除", say!("“{title}”不再需要您单位配合。")),
        "task.part_reopened" => {
            let text = say!("“{title}”仍需您单位配合，请在任务页查看原因。");
            (stand_for(tx, &one(PartyId(subject)), today).await?, "请继续配合", text)
        }
        "task.waiting" | "task.wait_ended" => {
            let Some((waits, on)) = tasks::waiting_parties(tx, subject).await? else { return Ok(None) };
            match (event.name.as_str(), on) {
                ("task.waiting", Some(on)) => {
                    let text = say!("“{title}”在等您单位，请在任务页查看并答复。");
                    (stand_for(tx, &one(on), today).await?, "等待您单位答复", text)
                }
                ("task.waiting", None) => {
                    let words = say!("“{title}”在等{name}，请知悉。", name = case.task.waits_for.as_deref().unwrap_or_default());
                    (vec![case.task.creator_id], "任务在等待", words)
                }
                _ => (stand_for(tx, &one(waits), today).await?, "等待已结束", say!("“{title}”等待的事项已有结果，请继续办理。")),
            }
        }
        "task.risk_raised" => (reviewers(tx, case, event, today).await?, "风险提示", say!("“{title}”提示了风险，请在任务页查看并回应。")),
        _ => (tasks::raiser(tx, subject).await?.into_iter().collect(), "风险已回应", say!("“{title}”的风险提示已有回应。")),
    };
    Ok(Some(Notice { to, title: head.into(), text, urge: None }))
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
    let Some(Told { party, by, method, asked: text, answer, instruction, entered_by }) = urge::told(tx, id).await? else {
        return Ok(None);
    };
    let title = case.task.title.as_str();
    let (answered_by, reply) = answer.unzip();
    if event.name == "task.urge_replied" {
        let reply = reply.unwrap_or_default();
        let (head, text) = if instruction {
            ("批示已反馈", say!("“{title}”的批示已反馈落实情况：{reply}"))
        } else {
            ("督办已回复", say!("“{title}”的督办已回复：{reply}"))
        };
        let to = [by].into_iter().chain(entered_by).collect();
        return Ok(Some(Notice { to, title: head.into(), text, urge: Some(id) }));
    }
    if event.name == "task.urge_reply_recorded" {
        let name = org::person_refs(tx, event.actor).await?.pop().map(|person| person.name).unwrap_or_default();
        let text = say!("{name}登记了对“{title}”的电话答复：{reply}", reply = reply.unwrap_or_default());
        let to = answered_by.into_iter().chain([by]).chain(entered_by).collect();
        return Ok(Some(Notice { to, title: "电话答复已登记".into(), text, urge: Some(id) }));
    }
    if event.name == "task.urge_accepted" {
        let (head, text) = if instruction {
            ("批示反馈已认可", say!("“{title}”的批示反馈已认可。"))
        } else {
            ("督办回复已认可", say!("“{title}”的督办回复已认可。"))
        };
        return Ok(Some(Notice { to: answered_by.into_iter().collect(), title: head.into(), text, urge: Some(id) }));
    }
    let target: Vec<&PartyRow> = case.parties.iter().filter(|row| row.id == party).collect();
    let mut to = stand_for(tx, &target, today).await?;
    // A leader's words concern whoever answers for the unit, too, and not only who receives its post.
    for party in target {
        to.extend(org::role_holders_above(tx, party.unit_id, PostKind::Head, today).await?);
    }
    if event.name == "task.urge_asked_again" {
        return Ok(Some(Notice { to, title: "督办追问".into(), text: say!("“{title}”的追问：{text}"), urge: Some(id) }));
    }
    if instruction {
        let name = org::person_refs(tx, [by]).await?.pop().map(|person| person.name).unwrap_or_default();
        let text = say!("{name}对“{title}”批示：{text}");
        return Ok(Some(Notice { to, title: "领导批示".into(), text, urge: Some(id) }));
    }
    let text = match method {
        UrgeMethod::Message => say!("“{title}”的督办：{text}"),
        UrgeMethod::Call => say!("“{title}”的电话督办：{text}"),
    };
    Ok(Some(Notice { to, title: "督办".into(), text, urge: Some(id) }))
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
