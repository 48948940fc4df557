//! Who may do what to a task, now: one pure function that both the verbs and the page's buttons ask.

use std::{collections::BTreeSet, sync::Arc};

use kit::{Day, Moment, text_enum};
use wording::{Join, Words, say};
use workdays::Calendar;

use super::{
    model::{ClosureRow, Importance, PartyRow, PartyState, RequestKind, RequestRow, Task, TaskState},
    requests::chain,
    rules::TaskRules,
};
use crate::{
    access::{Principal, Role},
    org::{PersonId, UnitId, UnitKind},
};

text_enum! {
    /// Something that can be done to a task.
    Action {
        Edit = "edit", "修改";
        Delete = "delete", "删除";
        Decompose = "decompose", "分解";
        Submit = "submit", "提交";
        DispatchChildren = "dispatch_children", "下达子任务";
        Approve = "approve", "审批";
        Sign = "sign", "签收";
        Return = "return", "退回";
        Rule = "rule", "裁定";
        Assign = "assign", "指定经办人";
        Report = "report", "上报";
        Review = "review", "审核";
        RequestClose = "request_close", "申请办结";
        DecideClose = "decide_close", "审核办结";
        Verify = "verify", "核查";
        Decide = "decide", "审批申请";
        Extend = "extend", "申请延期";
        Transfer = "transfer", "申请转办";
        Suspend = "suspend", "申请中止";
        Resume = "resume", "申请恢复办理";
        Terminate = "terminate", "申请终止";
        Amend = "amend", "申请变更内容";
        Recheck = "recheck", "申请复核";
        Attach = "attach", "添加附件";
        Complete = "complete", "完成配合";
        Waive = "waive", "免除配合";
        ReopenPart = "reopen_part", "退回配合结果";
        Wait = "wait", "登记等待";
        RaiseRisk = "raise_risk", "提示风险";
        AnswerRisk = "answer_risk", "回应风险";
        AskReport = "ask_report", "要求上报";
        Recall = "recall", "撤回交办";
        Reopen = "reopen", "重新办理";
        Link = "link", "关联任务";
        Merge = "merge", "并入其他任务";
        Tag = "tag", "设置标签";
        ReviewStanding = "review_standing", "季度复核";
        Annul = "annul", "作废";
    }
}

/// What the answer depends on.
#[derive(Debug)]
pub(super) struct Situation<'a> {
    /// The task.
    pub task: &'a Task,
    /// The state of the task above it.
    pub parent_state: Option<TaskState>,
    /// The state of the top of its tree: while that waits for approval nothing below it changes.
    pub root_state: TaskState,
    /// Its parties.
    pub parties: &'a [PartyRow],
    /// Requests that are undecided.
    pub requests: &'a [RequestRow],
    /// Who handed in the reports that are not reviewed yet, and when.
    pub reporters: &'a [(PersonId, Moment)],
    /// Tasks below it that are drafts.
    pub draft_children: i64,
    /// Of these, drafts that the asker may send out.
    pub own_drafts: i64,
    /// The closing of a task that is closed.
    pub closure: Option<ClosureRow>,
    /// Tasks below it that are neither drafts nor done.
    pub open_children: i64,
    /// Today.
    pub today: Day,
    /// Working days.
    pub calendar: &'a Calendar,
    /// The numbers in force.
    pub rules: Arc<TaskRules>,
}

/// Whether the person speaks for whoever issued the task: its creator, the operations centre for what it or the
/// committee issued, or head, deputy or liaison of the issuing unit.
pub fn is_issuer(task: &Task, who: &Principal) -> bool {
    who.acts_as(task.creator_id)
        || task.issuer_unit_id.is_some_and(|unit| who.acts_for(unit))
        || (who.is(Role::Centre) && matches!(task.issuer_kind, None | Some(UnitKind::Centre | UnitKind::Committee)))
}

/// Whether the person acts for the party: its handler, or head, deputy or liaison of its unit.
pub fn is_doer(party: &PartyRow, who: &Principal) -> bool {
    acts_as(party.unit_id, party.person_id, who)
}

/// [`is_doer`] for whoever knows only the party's unit and handler.
pub fn acts_as(unit: UnitId, handler: Option<PersonId>, who: &Principal) -> bool {
    handler.is_some_and(|person| who.acts_as(person)) || who.acts_for(unit)
}

/// Whether the party may still be returned: unsigned, not returned before, in time.
pub(super) fn may_return(s: &Situation<'_>, party: &PartyRow) -> bool {
    let Some(at) = s.task.dispatched_at else { return false };
    let at = party.assigned_at.unwrap_or(at);
    party.state == PartyState::Unsigned
        && party.returned == 0
        && party.role.works()
        && s.calendar.workdays_between(at.day().date(), s.today.date()) <= s.rules.return_within
}

/// Everything the person may do to the task now.
pub(super) fn allowed(s: &Situation<'_>, who: &Principal) -> BTreeSet<Action> {
    use Action as A;
    let (task, state) = (s.task, s.task.state);
    let issuer = is_issuer(task, who);
    let mine: Vec<&PartyRow> = s.parties.iter().filter(|party| is_doer(party, who)).collect();
    let leading = mine.iter().any(|p| p.role.leads() && matches!(p.state, PartyState::Signed | PartyState::Done));
    let request = |kind: RequestKind| s.requests.iter().find(|r| r.kind == kind);
    // Nobody decides on what they do themselves: neither who asked nor who is named as its handler, nor whoever acts for them.
    let doer_in_person =
        |asker: PersonId| who.acts_as(asker) || s.parties.iter().any(|p| p.role.leads() && p.person_id.is_some_and(|it| who.acts_as(it)));
    let mut can = BTreeSet::new();
    let mut grant = |action: Action, when: bool| {
        if when {
            can.insert(action);
        }
    };
    let above_is_out = s.parent_state.is_none_or(TaskState::is_open);
    let closing = request(RequestKind::Close).is_some();
    // What waits for approval is what will go out.
    let frozen = s.root_state == TaskState::Approval;
    grant(A::Edit, issuer && !frozen && matches!(state, TaskState::Draft | TaskState::Dispatched | TaskState::Active));
    // What has had a number keeps it: it is ended, and not forgotten.
    grant(A::Delete, issuer && !frozen && state == TaskState::Draft && s.open_children == 0 && task.number.is_none());
    grant(
        A::Decompose,
        !frozen && !closing && ((issuer && (state == TaskState::Draft || state.is_open())) || (leading && state == TaskState::Active)),
    );
    grant(A::Submit, issuer && state == TaskState::Draft && above_is_out);
    grant(A::DispatchChildren, (issuer || leading) && state.is_open() && !closing && s.own_drafts > 0);
    grant(A::Approve, state == TaskState::Approval && !task.submitted_by.is_some_and(|by| who.acts_as(by)) && may_approve(task, who));
    grant(A::Sign, state.is_open() && mine.iter().any(|p| p.role.works() && p.state == PartyState::Unsigned));
    grant(A::Return, state.is_open() && mine.iter().any(|p| may_return(s, p)));
    grant(
        A::Rule,
        state.is_open() && request(RequestKind::Return).is_some_and(|r| !who.acts_as(r.person_id) && chain::has_turn(s, r, who, issuer)),
    );
    grant(A::Assign, state.is_open() && s.parties.iter().any(|p| p.role.works() && who.acts_for(p.unit_id)));
    grant(A::Report, state == TaskState::Active && mine.iter().any(|p| p.role.works() && p.state == PartyState::Signed));
    grant(A::Review, issuer && state == TaskState::Active && s.reporters.iter().any(|(reporter, _)| !who.acts_as(*reporter)));
    grant(
        A::RequestClose,
        leading
            && state == TaskState::Active
            && s.open_children + s.draft_children == 0
            && !closing
            && request(RequestKind::Return).is_none()
            && unfinished(s).next().is_none(),
    );
    grant(
        A::DecideClose,
        state == TaskState::Active
            && request(RequestKind::Close)
                .is_some_and(|r| !doer_in_person(r.person_id) && chain::has_turn(s, r, who, closes(s, who, issuer))),
    );
    grant(A::Verify, state == TaskState::Closed && s.open_children + s.draft_children == 0 && may_verify(s, who, issuer));
    let asked = |kinds: &[RequestKind]| s.requests.iter().any(|r| kinds.contains(&r.kind));
    use RequestKind as R;
    let ending = closing || asked(&[R::Suspend, R::Terminate]);
    // Whoever is late already has nothing left to ask for.
    let in_time = task.due_day.is_some_and(|due| s.today <= due);
    grant(A::Extend, leading && state.is_open() && in_time && !ending && !asked(&[R::Extend]));
    grant(A::Transfer, state.is_open() && !ending && !asked(&[R::Transfer, R::Return]) && mine.iter().any(|p| may_transfer(p, who)));
    grant(A::Suspend, (leading || issuer) && state.is_open() && !ending && above_is_out);
    grant(A::Resume, (leading || issuer) && state == TaskState::Suspended && above_is_out && !asked(&[R::Resume, R::Terminate]));
    grant(A::Terminate, issuer && (state.is_open() || state == TaskState::Suspended) && !asked(&[R::Terminate]));
    grant(A::Amend, leading && state.is_open() && !ending && !asked(&[R::Amend]));
    grant(A::Recheck, leading && task.dispatched_at.is_some() && state != TaskState::Terminated && !asked(&[R::Recheck]));
    grant(A::Decide, s.requests.iter().any(|request| chain::may_decide(s, request, who)));
    grant(A::Complete, state.is_open() && mine.iter().any(|p| may_complete(p)));
    // A heading begins and ends with what is below it.
    let has_lead = s.parties.iter().any(|party| party.role.leads());
    let directs = (issuer || leading) && state.is_open();
    grant(A::Waive, directs && s.parties.iter().any(may_be_waived));
    grant(A::ReopenPart, directs && !closing && s.parties.iter().any(may_be_reopened));
    grant(A::Wait, leading && state == TaskState::Active && !closing);
    grant(A::RaiseRisk, state.is_open() && mine.iter().any(|p| p.role.works()));
    grant(A::AnswerRisk, (issuer || leads_all(who)) && task.open_risks > 0);
    grant(A::AskReport, (issuer || who.is(Role::Leader)) && state.is_open() && !closing && has_lead);
    // Nobody has begun, so nobody loses anything.
    let untouched = s.parties.iter().all(|p| p.state == PartyState::Unsigned && p.returned == 0);
    let late = task.due_day.is_some_and(|due| s.today > due);
    grant(A::Recall, issuer && state == TaskState::Dispatched && untouched && !late && s.requests.is_empty());
    grant(A::Reopen, state.is_done() && above_is_out && has_lead && (issuer || who.is(Role::Centre) || leads_all(who)));
    grant(A::Link, (issuer || !mine.is_empty()) && !matches!(state, TaskState::Draft | TaskState::Approval));
    // Merging ends a task: what may not be ended without others is not ended so either (ADR 0012).
    grant(A::Merge, state.is_open() && s.open_children + s.draft_children == 0 && !closing && ends_alone(s, who));
    // What went out once and was taken back keeps its number: it is declared void, and not forgotten.
    grant(A::Annul, issuer && !frozen && state == TaskState::Draft && s.open_children == 0 && task.number.is_some());
    grant(A::Tag, !frozen && (issuer || who.is(Role::Centre) || who.is(Role::Leader)));
    grant(A::ReviewStanding, issuer && super::standing::is_reviewed(task) && !ending);
    grant(A::Attach, (issuer || !mine.is_empty()) && !matches!(state, TaskState::Settled | TaskState::Terminated));
    can
}

/// Whether the person could end it without anybody else.
fn ends_alone(s: &Situation<'_>, who: &Principal) -> bool {
    chain::alone(s, RequestKind::Terminate, who)
}

/// Whether a unit leads what it has set itself.
pub fn is_own(task: &Task, parties: &[PartyRow]) -> bool {
    parties.iter().any(|party| party.role.leads() && Some(party.unit_id) == task.issuer_unit_id)
}

/// Whether the person may decide on a closing, as far as their post goes: whoever speaks for the issuer; where a unit leads what it set itself,
/// only its heads, the centre and the leaders of all, so that no liaison accepts what their own head has done.
fn closes(s: &Situation<'_>, who: &Principal, issuer: bool) -> bool {
    if is_own(s.task, s.parties) { (issuer && who.is(Role::Head)) || who.is(Role::Centre) || leads_all(who) } else { issuer }
}

/// Parts of others that are neither done nor let go: the task cannot end before them.
pub(super) fn unfinished<'a>(s: &Situation<'a>) -> impl Iterator<Item = &'a PartyRow> {
    s.parties.iter().filter(|party| party.role.assists() && party.state != PartyState::Done)
}

/// Whether whoever acts for the party may say that its part is done.
pub(super) fn may_complete(party: &PartyRow) -> bool {
    party.role.assists() && party.state == PartyState::Signed
}

/// Whether the party may be let go: it takes part, and has not done it.
pub(super) fn may_be_waived(party: &PartyRow) -> bool {
    party.role.assists() && matches!(party.state, PartyState::Unsigned | PartyState::Signed)
}

/// Whether the part may be asked for again.
pub(super) fn may_be_reopened(party: &PartyRow) -> bool {
    party.role.assists() && party.state == PartyState::Done && party.done_at.is_some()
}

/// A leader of the whole committee.
pub(super) fn leads_all(who: &Principal) -> bool {
    who.is(Role::Leader) && who.scope.sees_everything()
}

/// The head of the issuing unit, or a leader who sees everything, where the centre or the committee issued it.
pub(super) fn may_approve(task: &Task, who: &Principal) -> bool {
    let heads = who.is(Role::Head) && task.issuer_unit_id.is_some_and(|unit| who.acts_for(unit));
    heads || leads_all(who)
}

/// Whether the person may ask that another unit takes this party's place: whoever speaks for the unit, not its handler alone.
pub(super) fn may_transfer(party: &PartyRow, who: &Principal) -> bool {
    party.role.works() && party.state == PartyState::Signed && who.acts_for(party.unit_id)
}

/// Whoever checks neither did it nor asked for its closing nor granted that. What is of the greatest importance is checked by the centre.
fn may_verify(s: &Situation<'_>, who: &Principal, issuer: bool) -> bool {
    let me = |person: Option<PersonId>| person.is_some_and(|person| who.acts_as(person));
    let did_it = s.parties.iter().any(|p| p.role.leads() && me(p.person_id));
    let closed_it = s.closure.is_some_and(|closure| me(closure.asked_by) || me(closure.granted_by));
    let checks = if s.task.importance == Importance::Major { who.is(Role::Centre) } else { closes(s, who, issuer) || who.is(Role::Centre) };
    checks && !did_it && !closed_it
}

/// What the present state forbids, in words, for whoever tries it all the same.
pub(super) fn why_not(action: Action, s: &Situation<'_>, who: &Principal) -> (bool, Words) {
    let label = action.words();
    let state = s.task.state.words();
    let involved = is_issuer(s.task, who) || s.parties.iter().any(|party| is_doer(party, who));
    let detail = match action {
        Action::RequestClose if s.open_children + s.draft_children > 0 => "还有子任务没有办结，不能申请办结。".into(),
        Action::RequestClose if unfinished(s).next().is_some() => {
            let names = Words::join(Join::Things, unfinished(s).take(3).map(|party| Words::raw(&*party.unit_name)));
            match unfinished(s).count() {
                n if n > 3 => say!("{names}等 {n} 个配合单位还没有完成，请催办，或说明理由免除配合后再申请办结。"),
                _ => say!("{names}还没有完成配合，请催办，或说明理由免除配合后再申请办结。"),
            }
        }
        Action::Delete if involved && s.task.number.is_some() => "这项任务曾经交办，已有编号，不能删除，可以作废。".into(),
        Action::Tag => "标签由交办单位、运营中心和领导设置。".into(),
        Action::Recall if involved && s.task.state.is_open() => "已有单位签收或退回，或者已经到期，不能撤回交办。".into(),
        Action::Merge if involved && s.task.state.is_open() && !ends_alone(s, who) => {
            "终止这项任务须经审批，请申请终止，并在理由中写明并入哪项任务。".into()
        }
        Action::Merge if s.open_children + s.draft_children > 0 => "还有下级任务，不能并入其他任务。".into(),
        Action::Edit | Action::Delete | Action::Decompose if involved && s.root_state == TaskState::Approval => {
            "正在立项审批，审批结束前不能改动。".into()
        }
        Action::RequestClose if s.requests.iter().any(|r| r.kind == RequestKind::Close) => "已有办结申请在审核中。".into(),
        Action::RequestClose if s.requests.iter().any(|r| r.kind == RequestKind::Return) => "还有退回申请没有裁定，不能申请办结。".into(),
        Action::Decompose | Action::DispatchChildren if involved && s.requests.iter().any(|r| r.kind == RequestKind::Close) => {
            "正在审核办结，不能再分解。".into()
        }
        Action::Verify if involved && s.open_children + s.draft_children > 0 => "还有下级任务没有办结，不能核查销号。".into(),
        Action::Verify if is_issuer(s.task, who) && s.task.state == TaskState::Closed => {
            "办理人、申请办结的人和同意办结的人不能核查；重大任务由政务运营中心核查。".into()
        }
        Action::Return if involved && s.task.state.is_open() => {
            say!("只能在交办后 {within} 个工作日内、签收之前退回，且只能退回一次。", within = s.rules.return_within)
        }
        Action::Sign if involved && s.requests.iter().any(|r| r.kind == RequestKind::Return) => "已经申请退回，裁定前不能签收。".into(),
        _ if involved => say!("任务现为“{state}”，或不由您负责，不能{label}。"),
        _ => say!("您不能对这项任务{label}。"),
    };
    (involved, detail)
}
