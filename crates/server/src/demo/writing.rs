//! How the area writes: titles, demands, documents. Thousands of different ones from the word lists of [`super::field`].

use std::collections::HashSet;

use kit::Day;

use super::{
    dice::Dice,
    field::{Field, PLACES},
};

/// What a task is about.
#[derive(Clone, Debug)]
pub(super) struct Matter {
    pub(super) title: String,
    /// What steps, reports and urges speak of.
    pub(super) object: String,
}

/// Writes titles and does not write the same one twice, as long as there are others.
#[derive(Debug, Default)]
pub(super) struct Writer {
    written: HashSet<String>,
}

const ALSO: &[&str] = &[
    "并同步建立问题清单、责任清单和整改清单，逐项明确完成时限和责任人，实行销号管理",
    "重点解决群众和企业反映集中的问题，形成可复制可推广的经验做法，按月报送进展",
    "对推进过程中需要市级层面协调解决的事项，由牵头单位汇总提出书面建议报管委会研究",
    "坚持一周一调度、半月一通报、一月一小结，对进度滞后的事项由分管领导约谈责任单位",
];

impl Writer {
    /// Something for a unit of this field to do.
    pub(super) fn matter(&mut self, dice: &Dice, field: &Field, today: Day) -> Matter {
        let mut matter = throw(dice, field, today);
        for _ in 0..8 {
            if self.written.insert(matter.title.clone()) {
                break;
            }
            matter = throw(dice, field, today);
        }
        matter
    }
}

fn throw(dice: &Dice, field: &Field, today: Day) -> Matter {
    let template = dice.word(field.matters);
    let mut parts = template.splitn(3, '|');
    let mut part = || fill(dice, field, parts.next().unwrap_or_default(), today);
    let (verb, object, demand) = (part(), part(), part());
    let also = if dice.percent(9) { format!("，{}", dice.word(ALSO)) } else { String::new() };
    Matter { title: format!("{verb}{object}{demand}{also}"), object }
}

/// Puts words in place of `{p}`, `{k}`, `{q}`, `{m}`, `{y}`, `{n}` and `{n2}`.
pub(super) fn fill(dice: &Dice, field: &Field, template: &str, today: Day) -> String {
    let month = month_of(today);
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    let mut number = 0;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((slot, after)) = after.split_once('}') else { break };
        out.push_str(before);
        rest = after;
        match slot {
            "p" => out.push_str(dice.word(PLACES)),
            "k" => out.push_str(dice.word(field.projects)),
            "q" => out.push_str(["一季度", "二季度", "三季度", "四季度"].get((month - 1) / 3).copied().unwrap_or_default()),
            "m" => out.push_str(&format!("{}月", (month + dice.below(4)).min(12))),
            "y" => out.push_str(&today.to_string().chars().take(4).collect::<String>()),
            "n2" => out.push_str(&dice.between(1, (number / 2).max(2)).to_string()),
            _ => {
                number = dice.between(3, 36);
                out.push_str(&number.to_string());
            }
        }
    }
    out + rest
}

/// 1 to 12.
pub(super) fn month_of(day: Day) -> usize {
    day.month().rsplit('-').next().and_then(|text| text.parse().ok()).unwrap_or(1)
}

const DEMANDS: &[&str] = &[
    "请牵头单位制定工作方案，明确时间表、路线图和具体责任人，{d}报政务运营中心备案。",
    "按照“谁主管、谁负责”的原则抓好落实，定期上报进展，遇到重大问题及时报告。",
    "要求底数清、措施实、可检验，办结时一并提交佐证材料（方案、现场照片、验收或公示文件）。",
    "牵头单位负总责，配合单位按职责主动提供支持，不得推诿扯皮。",
    "请认真研究，提出切实可行的意见并组织实施，办理结果以书面形式反馈。",
    "坚持问题导向，建立清单，逐项销号，确保按期完成并取得实效。",
];

/// What is demanded, two or three sentences about the object.
pub(super) fn demand(dice: &Dice, object: &str) -> String {
    let first = dice.below(DEMANDS.len());
    let second = (first + 1 + dice.below(DEMANDS.len() - 1)) % DEMANDS.len();
    let sentence = |at: usize| DEMANDS.get(at).copied().unwrap_or_default().replace("{d}", "5个工作日内");
    format!("围绕“{object}”抓好落实。{}{}", sentence(first), sentence(second))
}

/// The document a task of this kind comes from, where there is one.
pub(super) fn document(dice: &Dice, kind: &str, today: Day) -> Option<String> {
    let year: String = today.to_string().chars().take(4).collect();
    let number = dice.between(1, 60);
    let issue = month_of(today) * 2 + dice.below(3);
    Some(match kind {
        "meeting_decision" => match dice.below(3) {
            0 => format!("管委会{year}年第{issue}次主任办公会议纪要"),
            1 => format!("{year}年第{issue}次重点工作调度会议纪要"),
            _ => format!("专题会议纪要〔{year}〕{number}号"),
        },
        "government_work_report" => format!("{year}年管委会工作报告重点任务分解方案"),
        "superior_deployment" => format!("市政府办公室关于进一步做好{}工作的通知（市政办函〔{year}〕{number}号）", dice.word(TOPICS)),
        "leader_note" => format!("管委会领导批示件〔{year}〕{number}号"),
        "key_project" => format!("{year}年重大项目推进清单"),
        "livelihood_project" => format!("{year}年为民办实事项目方案"),
        "motion_proposal" => format!("市政协{year}年第{number}号提案"),
        "rectification" => format!("{}整改方案（{year}年）", dice.word(INSPECTIONS)),
        "document_handling" => format!("收文〔{year}〕{}号", number * 17),
        "reform" => format!("{year}年全面深化改革工作要点"),
        _ => return None,
    })
}

const TOPICS: &[&str] =
    &["稳增长", "安全生产", "营商环境", "项目建设", "生态环境保护", "民生保障", "防汛防台", "招商引资", "口岸通关", "耕地保护"];
const INSPECTIONS: &[&str] = &["生态环境保护督察反馈问题", "安全生产巡查反馈问题", "审计发现问题", "专项巡察反馈问题", "营商环境评价短板"];

/// Where in its document a task stands.
pub(super) fn clause(dice: &Dice, index: usize) -> String {
    let part = ["一", "二", "三", "四", "五"].get(index / 3 % 5).copied().unwrap_or("六");
    let item = ["（一）", "（二）", "（三）"].get(index % 3).copied().unwrap_or_default();
    format!("{part}、{item}{}", if dice.percent(40) { format!("第{}项", dice.between(1, 6)) } else { String::new() })
}

/// Titles of steps, `n` of them, for a task with this object.
pub(super) fn parts(dice: &Dice, object: &str, n: usize) -> Vec<String> {
    let stages = ["制定实施方案和责任清单", "开展摸底排查并建立台账", "组织实施并协调解决问题", "开展自查验收", "总结上报并归档资料"];
    let skip = if n < 4 { dice.below(2) } else { 0 };
    stages.iter().skip(skip).take(n).map(|stage| format!("{object}：{stage}")).collect()
}

/// Names of a task's steps with what is handed in, `n` of them.
pub(super) fn steps(n: usize) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all: [(&str, &str); 4] =
        [("方案编制", "实施方案"), ("前期准备", "审批或采购文件"), ("组织实施", "进展情况和现场照片"), ("验收总结", "验收意见和工作总结")];
    all.into_iter().skip(4_usize.saturating_sub(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::field;

    #[test]
    fn there_are_thousands_of_titles_and_some_are_long() {
        let dice = Dice::seeded(3);
        let mut writer = Writer::default();
        let today: Day = "2026-05-12".parse().unwrap();
        let mut titles = HashSet::new();
        let mut long = 0;
        for n in 0..10_000 {
            let matter = writer.matter(&dice, field::ALL[n % field::ALL.len()], today);
            assert!(!matter.title.contains(['{', '}', '|']), "{}", matter.title);
            assert!(matter.title.chars().count() <= 300 && matter.title.contains(&matter.object));
            long += usize::from(matter.title.chars().count() > 60);
            titles.insert(matter.title);
        }
        assert!(titles.len() > 9_000, "{}", titles.len());
        assert!((200..2_000).contains(&long), "{long}");
    }

    #[test]
    fn slots_are_filled_for_their_day() {
        let text = fill(&Dice::seeded(1), &field::ECONOMY, "{y}年{q}：{m}底前在{p}，{n}家中{n2}家", "2026-11-03".parse().unwrap());
        assert!(text.starts_with("2026年四季度：1") && !text.contains('{'), "{text}");
    }

    #[test]
    fn steps_and_parts_are_as_many_as_asked_for() {
        for n in 2..=4 {
            assert_eq!(steps(n).count(), n);
            assert_eq!(parts(&Dice::seeded(4), "某项目", n).len(), n);
        }
    }
}
