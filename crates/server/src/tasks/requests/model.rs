//! What is asked for on a task, as it stands in the database.

use kit::{Day, Moment, text_enum, uuid::Uuid};
use wording::{Words, say};

use super::super::model::{Importance, PartyId, RequestId, TaskId};
use crate::{
    app::Ctx,
    org::{PersonId, UnitId},
};

text_enum! {
    /// What is asked for.
    RequestKind {
        Return = "return", "退回";
        Close = "close", "办结";
        Extend = "extend", "延期";
        Transfer = "transfer", "转办";
        Suspend = "suspend", "中止办理";
        Resume = "resume", "恢复办理";
        Terminate = "terminate", "终止办理";
        Amend = "amend", "变更内容";
        Recheck = "recheck", "复核";
    }
}

text_enum! {
    /// Where a request stands.
    RequestState {
        Open = "open", "待处理";
        Granted = "granted", "同意";
        Refused = "refused", "不同意";
        Withdrawn = "withdrawn", "已撤回";
    }
}

text_enum! {
    /// Why more time is needed. Only one's own reasons lower the score of timeliness (DOMAIN §6).
    ReasonClass {
        Own = "own", "自身原因";
        Waiting = "waiting", "等待其他单位或上级";
        Changed = "changed", "任务内容变化";
        Force = "force", "不可抗力";
    }
}

/// A request as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RequestRow {
    pub id: RequestId,
    pub task_id: TaskId,
    pub party_id: Option<PartyId>,
    pub kind: RequestKind,
    pub state: RequestState,
    pub reason: String,
    pub proposed_unit_id: Option<UnitId>,
    pub person_id: PersonId,
    pub at: Moment,
    /// Why more time is needed.
    pub reason_class: Option<ReasonClass>,
    /// The due day asked for, or the day on which it is expected to go on.
    pub new_day: Option<Day>,
    /// The paper a suspension rests on.
    pub basis: Option<String>,
    /// What is to be looked at again: a request that was refused, or a check that failed.
    pub subject_id: Option<Uuid>,
    /// Who must not decide on it because they took part, ids with blanks between.
    pub barred: Option<String>,
    /// Who agreed first, where two have to.
    pub agreed_by: Option<PersonId>,
    pub agreed_at: Option<Moment>,
    pub agreed_text: Option<String>,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<Moment>,
    pub decision_text: Option<String>,
    /// How much depended on the task when it was asked for; nothing of what was asked for long ago, or only just now.
    pub importance: Option<Importance>,
}

impl RequestRow {
    /// Asked by the actor, now.
    pub(in crate::tasks) fn new(ctx: &Ctx, task: TaskId, kind: RequestKind, reason: String) -> Self {
        Self {
            id: RequestId::new(&ctx.rng, ctx.now()),
            task_id: task,
            party_id: None,
            kind,
            state: RequestState::Open,
            reason,
            proposed_unit_id: None,
            person_id: ctx.actor.person,
            at: ctx.now(),
            reason_class: None,
            new_day: None,
            basis: None,
            subject_id: None,
            barred: None,
            agreed_by: None,
            agreed_at: None,
            agreed_text: None,
            decided_by: None,
            decided_at: None,
            decision_text: None,
            importance: None,
        }
    }

    /// Whether this person took part in what is to be looked at again.
    pub(in crate::tasks) fn bars(&self, person: PersonId) -> bool {
        let person = person.to_string();
        self.barred.as_deref().is_some_and(|barred| barred.split(' ').any(|id| id == person))
    }

    /// What whoever decides is to do.
    pub(in crate::tasks) fn duty(&self) -> Words {
        match self.kind {
            RequestKind::Return => "裁定退回申请".into(),
            RequestKind::Close => "审核办结申请".into(),
            RequestKind::Extend => "审批延期申请".into(),
            RequestKind::Transfer => "审批转办申请".into(),
            RequestKind::Suspend => "审批中止申请".into(),
            RequestKind::Resume => "审批恢复办理申请".into(),
            RequestKind::Terminate => "审批终止申请".into(),
            RequestKind::Amend => "审批变更申请".into(),
            RequestKind::Recheck => "复核".into(),
        }
    }

    /// The sentence of the ledger when it is asked; `unit` is the one proposed.
    pub(super) fn asked(&self, unit: &str) -> Words {
        let reason = &self.reason;
        match self.kind {
            RequestKind::Return => say!("申请退回：{reason}"),
            RequestKind::Close => say!("申请办结：{reason}"),
            RequestKind::Extend => {
                let class = self.reason_class.map(ReasonClass::words).unwrap_or_default();
                let day = self.new_day.map(|day| day.to_string()).unwrap_or_default();
                say!("申请延期至{day}（{class}）：{reason}")
            }
            RequestKind::Transfer => say!("申请转办给{unit}：{reason}"),
            RequestKind::Suspend => say!("申请中止（依据：{basis}）：{reason}", basis = self.basis.as_deref().unwrap_or_default()),
            RequestKind::Resume => say!("申请恢复办理：{reason}"),
            RequestKind::Terminate => say!("申请终止：{reason}"),
            RequestKind::Amend => say!("申请变更内容：{reason}"),
            RequestKind::Recheck => say!("申请复核：{reason}"),
        }
    }
}
