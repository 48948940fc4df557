//! What the record of a task is made of. The keys are the archive's words and are the same for every reader.

use kit::{Day, Moment, uuid::Uuid};
use serde::Serialize;

use crate::tasks::model::{ReportId, Share, TaskId};

/// Somebody or some unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// Who.
    #[serde(rename = "标识")]
    pub id: Uuid,
    /// Called.
    #[serde(rename = "名称")]
    pub name: String,
}

/// What the task is.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// Its id.
    #[serde(rename = "标识")]
    pub id: TaskId,
    /// Its number.
    #[serde(rename = "编号")]
    pub number: Option<String>,
    /// Its title.
    #[serde(rename = "题名")]
    pub title: String,
    /// The task above.
    #[serde(rename = "上级任务")]
    pub parent: Option<TaskId>,
    #[serde(rename = "所属根任务")]
    pub(super) root: TaskId,
    /// What is demanded.
    #[serde(rename = "工作要求")]
    pub demand: String,
    #[serde(rename = "任务来源")]
    pub(super) source: String,
    /// The document it comes from.
    #[serde(rename = "来源文件")]
    pub source_document: Option<String>,
    #[serde(rename = "条款")]
    pub(super) clause: Option<String>,
    /// What it says in the fields of its kind.
    #[serde(rename = "专项字段", skip_serializing_if = "Vec::is_empty")]
    pub(super) fields: Vec<KeptField>,
    #[serde(rename = "标签", skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<String>,
    #[serde(rename = "重要程度")]
    pub(super) importance: &'static str,
    /// How quickly it had to move.
    #[serde(rename = "紧急程度")]
    pub urgency: &'static str,
    #[serde(rename = "状态")]
    pub(super) state: &'static str,
    /// How long it is kept.
    #[serde(rename = "保管期限")]
    pub retention: &'static str,
    /// Who issued it.
    #[serde(rename = "交办单位")]
    pub issuer: Option<Named>,
    #[serde(rename = "创建人")]
    pub(super) creator: Option<Named>,
    #[serde(rename = "创建时间")]
    pub(super) created_at: Moment,
    /// When it went out.
    #[serde(rename = "交办时间")]
    pub dispatched_at: Option<Moment>,
    #[serde(rename = "办结时间")]
    pub(super) closed_at: Option<Moment>,
    #[serde(rename = "销号时间")]
    pub(super) settled_at: Option<Moment>,
    #[serde(rename = "开始日期")]
    pub(super) start_day: Option<Day>,
    #[serde(rename = "办理期限")]
    pub(super) due_day: Option<Day>,
    #[serde(rename = "原定期限")]
    pub(super) original_due_day: Option<Day>,
    #[serde(rename = "期限原文")]
    pub(super) due_text: Option<String>,
    #[serde(rename = "报送周期")]
    pub(super) rule: &'static str,
    #[serde(rename = "权重百分比")]
    pub(super) weight: Share,
    #[serde(rename = "核定进度百分比")]
    pub(super) progress: Share,
    #[serde(rename = "办结申请被退回次数")]
    pub(super) sent_back: i64,
    #[serde(rename = "已确认不涉密")]
    pub(super) not_secret: bool,
}

/// What stands in a field of its kind.
#[derive(Debug, Serialize)]
pub(super) struct KeptField {
    #[serde(rename = "字段")]
    pub(super) name: String,
    #[serde(rename = "内容")]
    pub(super) words: String,
}

/// A party.
#[derive(Debug, Serialize)]
pub struct Party {
    /// What for.
    #[serde(rename = "角色")]
    pub role: &'static str,
    /// Which unit.
    #[serde(rename = "单位")]
    pub unit: Named,
    #[serde(rename = "经办人")]
    pub(super) person: Option<Named>,
    #[serde(rename = "状态")]
    pub(super) state: &'static str,
    #[serde(rename = "签收时间")]
    pub(super) signed_at: Option<Moment>,
    #[serde(rename = "签收人")]
    pub(super) signed_by: Option<Named>,
    #[serde(rename = "配合要求")]
    pub(super) demand: Option<String>,
    #[serde(rename = "配合期限")]
    pub(super) due_day: Option<Day>,
    #[serde(rename = "完成配合时间")]
    pub(super) done_at: Option<Moment>,
    #[serde(rename = "完成配合情况或免除理由")]
    pub(super) done_text: Option<String>,
    #[serde(rename = "已免除配合")]
    pub(super) waived: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Step {
    #[serde(rename = "名称")]
    pub(super) title: String,
    #[serde(rename = "期限")]
    pub(super) due_day: Day,
    #[serde(rename = "权重百分比")]
    pub(super) weight: Share,
    #[serde(rename = "成果")]
    pub(super) deliverable: Option<String>,
    #[serde(rename = "完成时间")]
    pub(super) done_at: Option<Moment>,
}

#[derive(Debug, Serialize)]
pub(super) struct Due {
    #[serde(rename = "应报日期")]
    pub(super) due_day: Day,
    #[serde(rename = "上报日期")]
    pub(super) met_day: Option<Day>,
    #[serde(rename = "上报标识")]
    pub(super) report: Option<ReportId>,
    #[serde(rename = "要求上报的内容")]
    pub(super) asked: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Report {
    #[serde(rename = "标识")]
    pub(super) id: Uuid,
    #[serde(rename = "单位")]
    pub(super) unit: Option<Named>,
    #[serde(rename = "上报人")]
    pub(super) by: Option<Named>,
    #[serde(rename = "上报时间")]
    pub(super) at: Moment,
    #[serde(rename = "自报进度百分比")]
    pub(super) claimed: Share,
    #[serde(rename = "核定进度百分比")]
    pub(super) verified: Option<Share>,
    #[serde(rename = "进展情况")]
    pub(super) text: String,
    #[serde(rename = "存在问题")]
    pub(super) problem: Option<String>,
    #[serde(rename = "下步打算")]
    pub(super) next_step: Option<String>,
    #[serde(rename = "进度下降原因")]
    pub(super) fall_reason: Option<String>,
    #[serde(rename = "审核结果")]
    pub(super) state: &'static str,
    #[serde(rename = "审核人")]
    pub(super) reviewed_by: Option<Named>,
    #[serde(rename = "审核时间")]
    pub(super) reviewed_at: Option<Moment>,
    #[serde(rename = "审核意见")]
    pub(super) review_text: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Request {
    #[serde(rename = "标识")]
    pub(super) id: Uuid,
    #[serde(rename = "类别")]
    pub(super) kind: &'static str,
    #[serde(rename = "结果")]
    pub(super) state: &'static str,
    #[serde(rename = "理由")]
    pub(super) reason: String,
    #[serde(rename = "理由类别")]
    pub(super) class: Option<&'static str>,
    #[serde(rename = "依据")]
    pub(super) basis: Option<String>,
    #[serde(rename = "拟定日期")]
    pub(super) new_day: Option<Day>,
    #[serde(rename = "建议单位")]
    pub(super) proposed: Option<Named>,
    #[serde(rename = "复核对象")]
    pub(super) subject: Option<Uuid>,
    #[serde(rename = "申请人")]
    pub(super) by: Option<Named>,
    #[serde(rename = "申请时间")]
    pub(super) at: Moment,
    #[serde(rename = "初审人")]
    pub(super) agreed_by: Option<Named>,
    #[serde(rename = "初审时间")]
    pub(super) agreed_at: Option<Moment>,
    #[serde(rename = "初审意见")]
    pub(super) agreed_text: Option<String>,
    #[serde(rename = "审批人")]
    pub(super) decided_by: Option<Named>,
    #[serde(rename = "审批时间")]
    pub(super) decided_at: Option<Moment>,
    #[serde(rename = "审批意见")]
    pub(super) decision_text: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Closing {
    #[serde(rename = "办结时间")]
    pub(super) at: Moment,
    #[serde(rename = "申请人")]
    pub(super) asked_by: Option<Named>,
    #[serde(rename = "审核人")]
    pub(super) granted_by: Option<Named>,
    #[serde(rename = "办结前进度百分比")]
    pub(super) progress: Share,
    #[serde(rename = "撤销办结时间")]
    pub(super) reopened_at: Option<Moment>,
}

#[derive(Debug, Serialize)]
pub(super) struct Check {
    #[serde(rename = "结果")]
    pub(super) result: &'static str,
    #[serde(rename = "意见")]
    pub(super) text: String,
    #[serde(rename = "核查人")]
    pub(super) by: Option<Named>,
    #[serde(rename = "核查时间")]
    pub(super) at: Moment,
}

/// A time of waiting for somebody.
#[derive(Debug, Serialize)]
pub(super) struct Wait {
    #[serde(rename = "等待对象")]
    pub(super) on: String,
    #[serde(rename = "等待事项")]
    pub(super) text: String,
    #[serde(rename = "登记人")]
    pub(super) by: Option<Named>,
    #[serde(rename = "开始时间")]
    pub(super) at: Moment,
    #[serde(rename = "预计日期")]
    pub(super) expected_day: Option<Day>,
    #[serde(rename = "结束时间")]
    pub(super) ended_at: Option<Moment>,
    #[serde(rename = "结果")]
    pub(super) end_text: Option<String>,
}

/// A risk.
#[derive(Debug, Serialize)]
pub(super) struct Risk {
    #[serde(rename = "风险")]
    pub(super) text: String,
    #[serde(rename = "所需支持")]
    pub(super) help: Option<String>,
    #[serde(rename = "提示时亮灯")]
    pub(super) lamp: &'static str,
    #[serde(rename = "提示人")]
    pub(super) by: Option<Named>,
    #[serde(rename = "提示时间")]
    pub(super) at: Moment,
    #[serde(rename = "回应人")]
    pub(super) ended_by: Option<Named>,
    #[serde(rename = "回应时间")]
    pub(super) ended_at: Option<Moment>,
    #[serde(rename = "回应")]
    pub(super) end_text: Option<String>,
}

/// What it has to do with another task.
#[derive(Debug, Serialize)]
pub(super) struct Link {
    #[serde(rename = "任务")]
    pub(super) from: TaskId,
    #[serde(rename = "关系")]
    pub(super) kind: &'static str,
    #[serde(rename = "另一任务")]
    pub(super) to: TaskId,
}

/// A task and all that happened to it, the oldest first.
#[derive(Debug, Serialize)]
pub struct Record {
    /// What it is.
    #[serde(rename = "任务")]
    pub task: Facts,
    /// Who did it.
    #[serde(rename = "责任方")]
    pub parties: Vec<Party>,
    #[serde(rename = "节点")]
    pub(super) steps: Vec<Step>,
    #[serde(rename = "应报节点")]
    pub(super) dues: Vec<Due>,
    #[serde(rename = "进展上报")]
    pub(super) reports: Vec<Report>,
    #[serde(rename = "申请")]
    pub(super) requests: Vec<Request>,
    #[serde(rename = "办结")]
    pub(super) closings: Vec<Closing>,
    #[serde(rename = "核查")]
    pub(super) checks: Vec<Check>,
    #[serde(rename = "等待")]
    pub(super) waits: Vec<Wait>,
    #[serde(rename = "风险提示")]
    pub(super) risks: Vec<Risk>,
    #[serde(rename = "关联任务")]
    pub(super) links: Vec<Link>,
}
