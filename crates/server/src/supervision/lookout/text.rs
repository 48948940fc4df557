//! What a reminder says: the usual words of each rule, or words of one's own with places in them.

use kit::{Day, text_enum};
use wording::{Words, say};

use super::{plan::Anchor, rule::Trigger};
use crate::tasks::Watched;

text_enum! {
    /// What can stand in words of one's own.
    Place {
        Title = "title", "任务标题";
        Number = "number", "任务编号";
        Due = "due", "到期日";
        Day = "day", "本次提醒所涉日期";
        Days = "days", "相差工作日数";
        Unit = "unit", "牵头单位";
    }
}

/// Whether every place is known; words between 1 and 300 characters.
pub(super) fn check(text: &str) -> Result<(), Words> {
    let length = text.chars().count();
    if !(1..=300).contains(&length) || text.chars().any(char::is_control) {
        return Err("应为 1 至 300 个字，不含换行".into());
    }
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { return Err("左花括号没有对应的右花括号".into()) };
        if Place::from_word(name).is_none() {
            let known = Place::ALL.iter().map(|place| place.word()).collect::<Vec<_>>().join("、");
            return Err(say!("没有“{name}”这一项，可用：{known}"));
        }
        rest = after;
    }
    Ok(())
}

/// What is said, and its one line.
pub(super) struct Said {
    pub(super) title: Words,
    pub(super) text: Words,
}

/// Fills the places of one's own words.
fn fill(own: &str, watched: &Watched, anchor: &Anchor, days: i64) -> Words {
    let task = &watched.task;
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut out = String::new();
    let mut rest = own;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = behind.split_once('}') else { break };
        match Place::from_word(name) {
            Some(Place::Title) => out.push_str(&task.title),
            Some(Place::Number) => out.push_str(task.number.as_deref().unwrap_or_default()),
            Some(Place::Due) => out.push_str(&day(task.due_day)),
            Some(Place::Day) => out.push_str(&day(anchor.day)),
            Some(Place::Days) => out.push_str(&days.abs().to_string()),
            Some(Place::Unit) => {
                let lead = watched.parties.iter().find(|party| party.role.leads());
                out.push_str(lead.map_or("", |party| party.unit_name.as_str()));
            }
            None => {}
        }
        rest = after;
    }
    out.push_str(rest);
    Words::raw(out)
}

/// What a step says. `days` are the working days from today to the day it is about, negative once that has passed.
pub(super) fn say_it(trigger: &Trigger, own: Option<&str>, watched: &Watched, anchor: &Anchor, days: i64) -> Said {
    let title = watched.task.title.as_str();
    let n = days.abs();
    let day = anchor.day.map(|day| day.to_string()).unwrap_or_default();
    let name = anchor.name.as_deref().unwrap_or_default();
    let (head, text): (&'static str, Words) = match trigger {
        Trigger::Dispatched => ("任务办理提醒", say!("“{title}”已于{day}交办，请按要求推进并按时上报进展。")),
        Trigger::Unsigned => ("任务尚未签收", say!("“{title}”交办后尚未签收，请尽快签收；不属于本单位职责的，请说明理由退回。")),
        Trigger::Due if days > 0 => ("任务临近到期", say!("“{title}”{day}到期，还有 {n} 个工作日，请抓紧办理。")),
        Trigger::Due if anchor.is_today => ("任务今日到期", say!("“{title}”今日到期，请今日内上报办结或说明情况。")),
        Trigger::Due => ("任务已逾期", say!("“{title}”应于{day}办结，已逾期 {n} 个工作日，请立即办理并上报进展。")),
        Trigger::PartDue if days > 0 => ("配合事项临近到期", say!("“{title}”中本单位的配合事项{day}到期，还有 {n} 个工作日。")),
        Trigger::PartDue if anchor.is_today => ("配合事项今日到期", say!("“{title}”中本单位的配合事项今日到期。")),
        Trigger::PartDue => ("配合事项已逾期", say!("“{title}”中本单位的配合事项应于{day}完成，已逾期 {n} 个工作日。")),
        Trigger::ReportDue if days > 0 || anchor.is_today => ("请按时上报进展", say!("“{title}”{day}应报进展，请按时上报。")),
        Trigger::ReportDue => ("进展逾期未报", say!("“{title}”应于{day}上报进展，至今未报，请立即上报。")),
        Trigger::Milestone if days > 0 || anchor.is_today => ("节点临近", say!("“{title}”的节点“{name}”{day}到期。")),
        Trigger::Milestone => ("节点已逾期", say!("“{title}”的节点“{name}”应于{day}完成，已逾期 {n} 个工作日。")),
        Trigger::Lamp { lamp } => ("任务亮灯", say!("“{title}”自{day}起亮灯：{lamp}，请查看原因并督促办理。", lamp = lamp.words())),
        Trigger::Silent { .. } => ("长期没有进展", say!("“{title}”已有 {n} 个工作日没有上报进展，请上报近况。")),
        Trigger::Urge => ("督办逾期未回复", say!("“{title}”的督办应于{day}回复，至今未回复，请立即回复。")),
        Trigger::Instruction if days > 0 || anchor.is_today => {
            ("批示待反馈", say!("“{title}”的领导批示应于{day}反馈落实情况，请按时反馈。"))
        }
        Trigger::Instruction => ("批示逾期未反馈", say!("“{title}”的领导批示应于{day}反馈落实情况，至今未反馈，请立即反馈。")),
        Trigger::Order if days > 0 || anchor.is_today => {
            ("督办单待反馈", say!("督办单{name}（“{title}”）{day}前应反馈办理情况，请按时反馈。"))
        }
        Trigger::Order => ("督办单逾期未反馈", say!("督办单{name}（“{title}”）应于{day}前反馈，至今未反馈，请立即反馈。")),
        Trigger::Request => ("申请待审批", say!("“{title}”有一项申请（{name}）等待审批，请及时处理。")),
    };
    Said { title: head.into(), text: own.map_or(text, |own| fill(own, watched, anchor, days)) }
}
