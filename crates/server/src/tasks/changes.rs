//! What an edit changed, for the ledger: each thing with what it was and what it is.

use kit::Day;
use serde::Serialize;

use super::model::{MilestoneRow, PartyRow, Task};

/// One thing that changed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    /// What, for people.
    pub what: &'static str,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// Longer texts are cut in the sentence; the particulars hold them whole.
const IN_WORDS: usize = 60;

/// What a task says.
pub(super) fn of_facts(before: &Task, after: &Task) -> Vec<Change> {
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let rule = |task: &Task| format!("{}{}", task.rule_kind.label(), task.rule_day.map(|day| format!(" {day}")).unwrap_or_default());
    [
        ("标题", before.title.clone(), after.title.clone()),
        ("任务要求", before.demand.clone(), after.demand.clone()),
        ("期限", day(before.due_day), day(after.due_day)),
        ("期限表述", text(&before.due_text), text(&after.due_text)),
        ("开始日期", day(before.start_day), day(after.start_day)),
        ("重要程度", before.importance.label().to_owned(), after.importance.label().to_owned()),
        ("紧急程度", before.urgency.label().to_owned(), after.urgency.label().to_owned()),
        ("任务来源", before.source_kind.clone(), after.source_kind.clone()),
        ("来源文件", text(&before.source_document), text(&after.source_document)),
        ("条款", text(&before.clause), text(&after.clause)),
        ("报送周期", rule(before), rule(after)),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .map(|(what, from, to)| Change { what, from, to })
    .collect()
}

/// Who takes part.
pub(super) fn of_parties(before: &[PartyRow], after: &[PartyRow]) -> Option<Change> {
    let words = |rows: &[PartyRow]| -> String {
        let mut rows: Vec<&PartyRow> = rows.iter().collect();
        rows.sort_by_key(|row| row.position);
        let one = |row: &&PartyRow| format!("{}（{}）", row.unit_name, row.role.label());
        rows.iter().map(one).collect::<Vec<_>>().join("、")
    };
    let (from, to) = (words(before), words(after));
    (from != to).then_some(Change { what: "责任方", from, to })
}

/// Its steps.
pub(super) fn of_steps(before: &[MilestoneRow], after: &[MilestoneRow]) -> Option<Change> {
    let words = |rows: &[MilestoneRow]| -> String {
        let one = |row: &MilestoneRow| format!("{} {} {}", row.title, row.due_day, row.weight.words());
        rows.iter().map(one).collect::<Vec<_>>().join("；")
    };
    let (from, to) = (words(before), words(after));
    (from != to).then_some(Change { what: "节点", from, to })
}

/// The sentence.
pub(super) fn words(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "修改任务".to_owned();
    }
    let cut = |text: &str| -> String {
        match text.chars().count() {
            0 => "空".to_owned(),
            n if n > IN_WORDS => text.chars().take(IN_WORDS).chain("…".chars()).collect(),
            _ => text.to_owned(),
        }
    };
    let one = |change: &Change| format!("{}由“{}”改为“{}”", change.what, cut(&change.from), cut(&change.to));
    format!("修改任务：{}", changes.iter().map(one).collect::<Vec<_>>().join("；"))
}
