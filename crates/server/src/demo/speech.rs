//! What people say on the way: reports, reviews, urges and answers, reasons.

use kit::Day;

use super::{dice::Dice, field::Field, writing::fill};

/// What a report says.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) text: String,
    pub(super) problem: Option<String>,
    pub(super) next_step: Option<String>,
}

/// A report on the object at this progress, in percent.
pub(super) fn report(dice: &Dice, field: &Field, object: &str, progress: i64, slow: bool, today: Day) -> Report {
    let opening = match progress {
        ..=25 => "已成立工作专班，制定方案并分解任务",
        26..=60 => "各项工作按方案推进",
        61..=89 => "主要工作已基本完成",
        _ => "工作已完成，正在整理佐证材料",
    };
    let work = fill(dice, field, dice.word(field.works), today);
    let troubled = slow || dice.percent(15);
    Report {
        text: format!("{object}：{opening}。{work}。"),
        problem: troubled.then(|| format!("{}。", fill(dice, field, dice.word(field.obstacles), today))),
        next_step: (progress < 90).then(|| format!("{}。", dice.word(NEXT))),
    }
}

const NEXT: &[&str] = &[
    "倒排工期，紧盯关键节点，确保按期完成",
    "加强与有关单位沟通，尽快解决制约问题",
    "组织现场核查，对发现的问题立行立改",
    "完善资料，做好验收准备",
    "按周调度，及时上报进展",
    "开展一轮“回头看”，巩固已有成效",
];

/// Why progress is lower than before.
pub(super) const FALL: &str = "核对现场后按实际完成量更正进度";

/// What shows that a task is done.
pub(super) fn closing(dice: &Dice, object: &str) -> String {
    let proof = dice.word(&["验收意见和现场照片", "工作总结和佐证材料", "会议纪要和公示文件", "台账和整改前后对比照片", "报告正式稿"]);
    format!("“{object}”已按要求完成，{proof}齐备，申请办结。")
}

/// What a reviewer says to a closing.
pub(super) fn granted(dice: &Dice) -> Option<&'static str> {
    dice.percent(40).then(|| dice.word(&["同意办结。", "材料齐全，同意办结，请做好归档。", "已核对，同意。", "完成质量较好，同意办结。"]))
}

/// Why a closing is sent back.
pub(super) const NOT_DONE: &[&str] =
    &["佐证材料不全，请补充验收意见后重新申请", "部分任务要求尚未体现，请对照清单补充完善", "现场核实仍有遗留问题，整改到位后再申请"];

/// Why more time is needed.
pub(super) const NEEDS_TIME: &[&str] = &[
    "涉及管线产权单位迁改，对方排期较晚，已多次对接，申请适当延期",
    "上级主管部门批复尚未下达，后续工作无法开展，申请延期",
    "连续降雨影响现场施工，已增加班组，仍需顺延",
];

/// Why it stands still.
pub(super) const STANDS_STILL: &[&str] =
    &["项目用地手续重新报批，批复前无法推进，申请中止计时", "上级正在调整相关政策，建议待新政策出台后继续办理"];

/// The paper a suspension rests on.
pub(super) const BASIS: &str = "管委会专题会议纪要";

/// Why a report is sent back.
pub(super) const NOT_ENOUGH: &[&str] =
    &["内容过于笼统，请补充具体数据和完成情况", "进度与现场情况不符，请核实后重新上报", "未说明存在问题的解决措施，请补充"];

/// What a check found.
pub(super) const CHECKED: &[&str] = &["现场核查属实。", "资料核查通过。", "抽查情况良好，同意销号。", "电话回访满意。", ""];

/// Why a check failed.
pub(super) const CHECK_FAILED: &str = "回头看发现问题出现反弹，需继续整改";

/// Why a unit returns a task.
pub(super) const RETURNS: &[&str] = &[
    "该事项职责不在我单位，建议由主管单位牵头",
    "根据“三定”规定，此项工作由其他单位负责，我单位可做好配合",
    "事项涉及专业审批，建议调整牵头单位",
];

/// How a return is ruled.
pub(super) fn ruling(reassigned: bool) -> &'static str {
    if reassigned { "经核对职责分工，同意改派" } else { "该事项属于你单位职责，请按期办理" }
}

/// Pressing for a task.
pub(super) fn urge(dice: &Dice, overdue: bool) -> &'static str {
    let late = [
        "任务已超期，请说明原因并明确完成时间。",
        "此项工作拖延已久，请主要负责人亲自过问，尽快办结。",
        "逾期未办结，请于规定时间内书面答复。",
    ];
    let ahead = [
        "请加快进度，确保按期完成。",
        "此事管委会领导高度关注，请报告最新进展。",
        "进展偏慢，请说明存在的困难和需要协调的事项。",
        "请关注关键节点，不得影响整体进度。",
    ];
    if overdue { dice.word(&late) } else { dice.word(&ahead) }
}

/// What leaders write on papers.
pub(super) const INSTRUCTIONS: &[&str] = &[
    "请牵头单位认真研究，提出具体方案报我。",
    "此事要紧，请倒排工期，每周报一次进展。",
    "请分管同志牵头协调，有困难及时报告。",
    "抓紧落实，务必在期限前见到成效。",
    "同意。请会同有关单位一并解决群众反映的问题。",
];

/// What numbered orders demand.
pub(super) const ORDERS: &[&str] = &[
    "该任务逾期已久，请主要负责人亲自过问，列出时间表，明确责任人，限期办结并书面反馈。",
    "进展严重滞后，请查明原因，逐项提出整改措施和完成时限，按期反馈。",
    "多次督促仍无实质进展，请于反馈期限前办结；确有困难的，说明原因和需要协调的事项。",
];

/// Answering.
pub(super) const REPLIES: &[&str] = &[
    "收到，已召开专题会研究，倒排时间表，本周内取得实质进展。",
    "目前主要受前期手续影响，已与审批单位对接，预计五个工作日内解决。",
    "已增派人员现场推进，剩余工作一周内完成并申请办结。",
    "已完成大部分工作，正在收集佐证材料，随后上报。",
    "存在的困难已书面报告，请协调配合单位支持，我单位全力推进。",
];

/// What leaders say of good work.
pub(super) const PRAISE: &[&str] = &[
    "推进有力，节点扣得紧，请继续保持。",
    "工作扎实，资料完整，可作为经验介绍。",
    "主动靠前协调，效果明显。",
    "进度超前，注意质量和安全。",
];

/// And of slow work.
pub(super) const BLAME: &[&str] =
    &["进度偏慢，请主要负责人亲自抓，下周听取汇报。", "上报偏笼统，请写明具体节点和责任人。", "困难要早报告，不能等到临期再说。"];

/// What whoever reviews asks.
pub(super) const QUESTIONS: &[&str] = &[
    "佐证材料里还差验收记录，请补一份。",
    "下一节点能不能提前两天？",
    "请说明一下资金到位情况。",
    "现场还有哪些问题需要运营中心协调？",
    "这个数据和上月口径是否一致？",
];

/// And what is answered.
pub(super) const ANSWERS: &[&str] = &[
    "已补充，请查收。",
    "可以提前，已与施工单位确认。",
    "资金已下达，本周支付到位。",
    "暂无需要协调的问题，按计划推进。",
    "口径一致，以统计部门数据为准。",
];

/// Why a matter is not taken up.
pub(super) const NOT_TAKEN_UP: &str = "与已立项事项重复，请合并后再报";

/// What a unit that takes part says when it has done its part.
pub(super) const PART_DONE: &[&str] = &[
    "已提供所需资料，并派员参加现场核查。",
    "配合事项已办理完毕，相关意见已书面反馈。",
    "已完成数据核对并移交牵头单位。",
    "已落实配合措施，后续按需继续支持。",
];

/// Why a unit that never signed is let go.
pub(super) const NOT_NEEDED: &str = "相关工作已由牵头单位完成，不再需要配合";

/// What a lead waits for, of a unit that takes part.
pub(super) const WAITS_FOR_UNIT: &[&str] = &["等待提供基础数据", "等待反馈会签意见", "等待完成现场交接", "等待出具审核意见"];

/// What a lead waits for, of somebody above.
pub(super) const WAITS_ABOVE: &[&str] = &["方案已上报，等待批复", "资金申请已提交，等待下达", "用地手续在办，等待审批"];

/// Who is above.
pub(super) const ABOVE: &[&str] = &["市发展改革委", "市财政局", "市自然资源和规划局", "市住房城乡建设委", "省级主管部门"];

/// What is said when it has come.
pub(super) const WAIT_OVER: &str = "批复已收到，继续推进";

/// What may go wrong, and what would help.
pub(super) const RISKS: &[(&str, &str)] = &[
    ("资金尚未完全落实，若本月不能到位将影响后续节点", "请协调财政部门加快拨付"),
    ("涉及部门较多，会签进度慢于计划", "请牵头召开一次协调会"),
    ("施工作业面受限，雨季可能停工", "请协调调整施工时序"),
    ("前期资料缺失，核实工作量比预计大", "请有关单位补充历史资料"),
];

/// What the issuer says to that.
pub(super) const RISK_ANSWERS: &[&str] =
    &["已协调有关单位，请继续推进并及时上报。", "同意所提建议，本周召开协调会研究。", "已知悉，请先做好可控部分，期限不变。"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::field;

    #[test]
    fn a_report_speaks_of_its_object_and_of_troubles_when_it_is_slow() {
        let report = report(&Dice::seeded(1), &field::HARBOUR, "锚地扩容工程", 40, true, "2026-03-02".parse().unwrap());
        assert!(report.text.starts_with("锚地扩容工程："));
        assert!(report.problem.is_some() && report.next_step.is_some());
        assert!(!report.text.contains('{'), "{}", report.text);
    }
}
