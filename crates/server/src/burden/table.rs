//! The statement as a table of four columns.

use officedoc::{
    csv,
    sheet::{Cell, SheetOut},
};
use wording::{Words, say};

use super::{
    spread::Spread,
    statement::{DutyCount, Statement},
};
use crate::app::{Outcome, Refusal};

struct Rows(Vec<Vec<Cell>>);

impl Rows {
    fn add(&mut self, part: impl Into<Words>, what: impl Into<Words>, value: Cell, note: impl Into<Words>) {
        let text = |words: Words| Cell::Text(words.spoken());
        self.0.push(vec![text(part.into()), text(what.into()), value, text(note.into())]);
    }

    fn duties(&mut self, part: &'static str, name: Words, count: DutyCount) {
        let note = say!("涉及 {tasks} 项任务，其中临时要求 {asked} 次", tasks = count.tasks, asked = count.asked);
        self.add(part, name, Cell::Int(count.planned + count.asked), note);
    }

    fn spread(&mut self, part: &'static str, spread: Spread, people: i64, budget: i64) {
        let weeks = || say!("共 {n} 人周", n = spread.weeks);
        self.add(part, "中位数", Cell::Int(spread.median), weeks());
        self.add(part, "第 95 百分位", Cell::Int(spread.p95), weeks());
        self.add(part, "最多", Cell::Int(spread.most), weeks());
        self.add(part, "超过上限的人周", Cell::Int(spread.over), say!("上限为每周 {budget} 次，涉及 {people} 人"));
    }
}

/// Writes the statement as CSV.
pub(super) fn csv(statement: &Statement) -> Outcome<Vec<u8>> {
    let mut rows = Rows(Vec::new());
    rows.duties("上报要求", "合计".into(), statement.duties);
    for row in &statement.by_cadence {
        rows.duties("按报送周期", row.name.clone(), row.count);
    }
    for row in &statement.by_issuer {
        let name = row.issuer.as_ref().map_or_else(|| "未注明交办单位".into(), |unit| Words::raw(&unit.name));
        rows.duties("按交办单位", name, row.count);
    }
    rows.spread("每人每周应报次数", statement.owed, statement.owed_over_people, statement.budget.reports_a_week);
    rows.spread("每人每周收到消息", statement.messages, statement.messages_over_people, statement.budget.messages_a_week);
    let from = statement.budget.alike_from;
    rows.add("相近任务", "不同单位交办", Cell::Int(statement.alike), say!("相似度 {from}% 以上"));
    rows.add("相近任务", "同一单位交办", Cell::Int(statement.alike_own), say!("相似度 {from}% 以上"));
    rows.add("重复上报", "上报总数", Cell::Int(statement.reports), "");
    rows.add("重复上报", "与前次内容相同", Cell::Int(statement.repeats), "同一责任方、进度和文字都相同");
    for absent in &statement.absent {
        rows.add("系统不做的事", absent.what.clone(), Cell::Empty, absent.how.clone());
    }
    let heading = |words: &'static str| Words::from(words).spoken();
    let columns = [heading("类别"), heading("项目"), heading("数值"), heading("说明")].to_vec();
    csv::write(&SheetOut { name: statement.title().spoken(), columns, rows: rows.0 }).map_err(Refusal::internal)
}
