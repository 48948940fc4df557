//! The statement as a paper that can be signed and handed on; always Chinese, as papers are.

use officedoc::letter::{Letter, Part};

use super::{
    spread::Spread,
    statement::{DutyCount, Statement},
};
use crate::app::{Outcome, Refusal};

/// Writes the statement as a DOCX in the name of a unit.
pub(super) fn docx(statement: &Statement, unit: &str) -> Outcome<Vec<u8>> {
    written(statement, unit).docx().map_err(Refusal::internal)
}

fn times(count: DutyCount) -> i64 {
    count.planned + count.asked
}

fn duties(name: &str, count: DutyCount) -> String {
    format!("{name}{}次（{}项任务，其中临时要求{}次）", times(count), count.tasks, count.asked)
}

fn spread(what: &str, spread: Spread, people: i64, budget: i64) -> String {
    let Spread { weeks, median, p95, most, over, .. } = spread;
    format!(
        "{what}：共{weeks}人周，中位数{median}次，第95百分位{p95}次，最多{most}次；超过每周{budget}次上限的有{over}人周，涉及{people}人。"
    )
}

fn written(statement: &Statement, unit: &str) -> Letter {
    let text = |text: String| Part::Text(text);
    let heading = |text: &str| Part::Heading(text.to_owned());
    let joined = |all: Vec<String>| all.join("；") + "。";
    let count = statement.duties;
    let mut body = vec![
        heading("一、要求上报了多少次"),
        text(format!("按周期应报{}次，临时要求{}次，涉及{}项任务。", count.planned, count.asked, count.tasks)),
    ];
    if !statement.by_cadence.is_empty() {
        let rows = statement.by_cadence.iter().map(|row| duties(&row.name.zh(), row.count));
        body.push(text(format!("按报送周期：{}", joined(rows.collect()))));
    }
    if !statement.by_issuer.is_empty() {
        let rows = statement.by_issuer.iter().map(|row| {
            let name = row.issuer.as_ref().map_or("未注明交办单位", |unit| unit.name.as_str());
            duties(name, row.count)
        });
        body.push(text(format!("按交办单位：{}", joined(rows.collect()))));
    }
    let budget = statement.budget;
    body.extend([
        heading("二、每人每周的负担"),
        text(spread("应报次数", statement.owed, statement.owed_over_people, budget.reports_a_week)),
        text(spread("收到消息", statement.messages, statement.messages_over_people, budget.messages_a_week)),
        text("一个人的一周为一人周，有应报或消息的才计入。只列分布，不列人员。".to_owned()),
        heading("三、重复要求和重复上报"),
        text(format!(
            "相似度{}%以上的任务：不同单位交办的{}对，同一单位交办的{}对。",
            budget.alike_from, statement.alike, statement.alike_own
        )),
        text(format!("上报{}次，其中与前次进度、文字都相同的{}次。", statement.reports, statement.repeats)),
        heading("四、系统不做的事和怎样保证"),
    ]);
    body.extend(statement.absent.iter().zip(1..).map(|(absent, n)| text(format!("{n}.{}。{}", absent.what.zh(), absent.how.zh()))));
    Letter {
        mark: unit.to_owned(),
        number: String::new(),
        title: "减负情况说明".to_owned(),
        to: String::new(),
        body: [vec![text(format!("统计时间：{}至{}。", statement.from_day, statement.to_day))], body].concat(),
        signed: unit.to_owned(),
        day: statement.made_at.day().date(),
    }
}
