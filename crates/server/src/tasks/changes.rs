//! What an edit changed, for the ledger: each thing with what it was and what it is.

use kit::Day;
use serde_json::{Value, json};
use wording::{Join, Words, say};

use super::{
    kinds::Rewritten,
    model::{MilestoneRow, PartyRow, RuleKind, Task},
    store::KindName,
    tags::Retagged,
};

/// One thing that changed: what it was and what it is, of several parts where it is a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    what: Words,
    join: Join,
    from: Vec<Words>,
    to: Vec<Words>,
}

/// Longer texts and lists are cut in the sentence; the particulars hold them whole.
const IN_WORDS: usize = 60;

const ASKED: &str = "分工要求";

/// What those who work on a task go by.
const FELT: [&str; 7] = ["任务要求", "期限", "重要程度", "报送周期", "责任方", ASKED, "节点"];

const EVERY_WEEKDAY: [&str; 7] = ["每周一", "每周二", "每周三", "每周四", "每周五", "每周六", "每周日"];

impl Change {
    fn of(what: impl Into<Words>, join: Join, from: Vec<Words>, to: Vec<Words>) -> Option<Self> {
        (from != to).then(|| Self { what: what.into(), join, from, to })
    }

    /// For programs, the same in every language.
    fn particulars(&self) -> Value {
        let whole = |side: &[Words]| Words::join(self.join, side.iter().cloned()).zh();
        json!({ "what": self.what.zh(), "from": whole(&self.from), "to": whole(&self.to) })
    }

    fn words(&self) -> Words {
        let (what, from, to) = (self.what.clone(), cut(self.join, &self.from), cut(self.join, &self.to));
        if self.from.is_empty() {
            say!("{what}由“空”改为“{to}”")
        } else if self.to.is_empty() {
            say!("{what}由“{from}”改为“空”")
        } else {
            say!("{what}由“{from}”改为“{to}”")
        }
    }
}

/// As many parts as find room; the first one is cut itself when it is too long.
fn cut(join: Join, parts: &[Words]) -> Words {
    let (mut shown, mut room) = (Vec::new(), IN_WORDS);
    for part in parts {
        let text = part.zh();
        let length = text.chars().count();
        if length > room {
            let beginning = text.chars().take(if shown.is_empty() { room } else { 0 });
            shown.push(Words::raw(beginning.chain(['…']).collect::<String>()));
            break;
        }
        room = room.saturating_sub(length + 1);
        shown.push(part.clone());
    }
    Words::join(join, shown)
}

/// What a task says; `kinds` names the kinds of source.
pub(super) fn of_facts(before: &Task, after: &Task, kinds: &[KindName]) -> Vec<Change> {
    let text = |text: &str| if text.is_empty() { Vec::new() } else { vec![Words::raw(text)] };
    let maybe = |value: &Option<String>| text(value.as_deref().unwrap_or_default());
    let kind = |code: &str| {
        let known = kinds.iter().find(|kind| kind.code == code);
        vec![known.map_or_else(|| Words::raw(code), |kind| kind.name.clone())]
    };
    let day = |day: Option<Day>| day.map(|day| Words::raw(day.to_string())).into_iter().collect();
    [
        ("标题", text(&before.title), text(&after.title)),
        ("任务要求", text(&before.demand), text(&after.demand)),
        ("期限", day(before.due_day), day(after.due_day)),
        ("期限表述", maybe(&before.due_text), maybe(&after.due_text)),
        ("开始日期", day(before.start_day), day(after.start_day)),
        ("重要程度", vec![before.importance.words()], vec![after.importance.words()]),
        ("紧急程度", vec![before.urgency.words()], vec![after.urgency.words()]),
        ("任务来源", kind(&before.source_kind), kind(&after.source_kind)),
        ("来源文件", maybe(&before.source_document), maybe(&after.source_document)),
        ("条款", maybe(&before.clause), maybe(&after.clause)),
        ("报送周期", vec![rule(before)], vec![rule(after)]),
    ]
    .into_iter()
    .filter_map(|(what, from, to)| Change::of(what, Join::Close, from, to))
    .collect()
}

fn rule(task: &Task) -> Words {
    match (task.rule_kind, task.rule_day) {
        (RuleKind::Weekly, Some(day)) => {
            let every = usize::try_from(day - 1).ok().and_then(|at| EVERY_WEEKDAY.get(at).copied());
            every.map_or_else(|| RuleKind::Weekly.words(), Words::from)
        }
        (RuleKind::Monthly, Some(day)) => say!("每月 {day} 日前"),
        (RuleKind::Quarterly, Some(day)) => say!("每季度末月 {day} 日前"),
        (kind, _) => kind.words(),
    }
}

/// What is asked of each party in particular, and by when.
pub(super) fn of_what_is_asked(before: &[PartyRow], after: &[PartyRow]) -> Option<Change> {
    let words = |rows: &[PartyRow]| -> Vec<Words> {
        let mut rows: Vec<&PartyRow> = rows.iter().filter(|row| row.demand.is_some() || row.due_day.is_some()).collect();
        rows.sort_by_key(|row| row.position);
        let one = |row: &&PartyRow| {
            let asked = row.demand.as_deref().map(Words::raw).unwrap_or_default();
            let day = row.due_day.map(|day| say!("{day}前完成")).unwrap_or_default();
            let asked =
                if row.demand.is_some() && row.due_day.is_some() { asked.then(Join::Parts, day) } else { asked.then(Join::Close, day) };
            say!("{unit}：{asked}", unit = row.unit_name)
        };
        rows.iter().map(one).collect()
    };
    Change::of(ASKED, Join::Clauses, words(before), words(after))
}

/// Who takes part.
pub(super) fn of_parties(before: &[PartyRow], after: &[PartyRow]) -> Option<Change> {
    let words = |rows: &[PartyRow]| -> Vec<Words> {
        let mut rows: Vec<&PartyRow> = rows.iter().collect();
        rows.sort_by_key(|row| row.position);
        rows.iter().map(|row| row.role.of(&row.unit_name)).collect()
    };
    Change::of("责任方", Join::Things, words(before), words(after))
}

/// Its steps.
pub(super) fn of_steps(before: &[MilestoneRow], after: &[MilestoneRow]) -> Option<Change> {
    let words = |rows: &[MilestoneRow]| -> Vec<Words> {
        let one = |row: &MilestoneRow| {
            let what = format!("{} {} {}", row.title, row.due_day, row.weight.words());
            Words::raw(row.deliverable.as_ref().map_or_else(|| what.clone(), |deliverable| format!("{what} {deliverable}")))
        };
        rows.iter().map(one).collect()
    };
    Change::of("节点", Join::Clauses, words(before), words(after))
}

/// What it says in the fields of its kind.
pub(super) fn of_fields(rewritten: Vec<Rewritten>) -> impl Iterator<Item = Change> {
    rewritten.into_iter().filter_map(|field| {
        let side = |words: Option<Words>| words.into_iter().collect();
        Change::of(Words::raw(field.name), Join::Close, side(field.from), side(field.to))
    })
}

/// Its tags.
pub(super) fn of_tags(retagged: Retagged) -> Option<Change> {
    let side = |names: Vec<String>| names.into_iter().map(Words::raw).collect();
    Change::of("标签", Join::Things, side(retagged.from), side(retagged.to))
}

/// What of it whoever works on the task has to know, in words; nothing where it is none of their business.
pub(super) fn felt(changes: &[Change]) -> Option<Words> {
    let felt: Vec<Words> = changes.iter().filter(|change| FELT.contains(&&*change.what.zh())).map(Change::words).collect();
    (!felt.is_empty()).then(|| Words::join(Join::Clauses, felt))
}

/// The sentence.
pub(super) fn words(changes: &[Change]) -> Words {
    if changes.is_empty() {
        return "修改任务".into();
    }
    let all = Words::join(Join::Clauses, changes.iter().map(Change::words));
    say!("修改任务：{all}")
}

/// The particulars.
pub(super) fn particulars(changes: &[Change]) -> Vec<Value> {
    changes.iter().map(Change::particulars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(join: Join, from: &[&str], to: &[&str]) -> Change {
        let words = |side: &[&str]| side.iter().map(|part| Words::raw(*part)).collect();
        Change::of("责任方", join, words(from), words(to)).unwrap()
    }

    #[test]
    fn what_was_empty_and_what_is_now_are_said() {
        let said = |from, to| words(&[change(Join::Things, from, to)]).zh();
        assert_eq!(said(&[], &["甲", "乙"]), "修改任务：责任方由“空”改为“甲、乙”");
        assert_eq!(said(&["甲"], &[]), "修改任务：责任方由“甲”改为“空”");
        assert_eq!(said(&["甲"], &["乙"]), "修改任务：责任方由“甲”改为“乙”");
        assert_eq!(words(&[]).zh(), "修改任务");
    }

    #[test]
    fn the_sentence_is_cut_and_the_particulars_are_not() {
        let (long, unit) = ("长".repeat(61), "七个字的单位名".repeat(4));
        let text = change(Join::Close, &[], &[&long]);
        assert_eq!(text.words().zh(), format!("责任方由“空”改为“{}…”", "长".repeat(60)));
        assert_eq!(text.particulars()["to"], long);
        let list = change(Join::Things, &[], &[&unit, &unit, "三个字"]);
        assert_eq!(list.words().zh(), format!("责任方由“空”改为“{unit}、{unit}、…”"));
        assert_eq!(list.particulars()["to"], format!("{unit}、{unit}、三个字"));
        let fits = change(Join::Things, &[], &[&unit, &unit, "两字"]);
        assert_eq!(fits.words().zh(), format!("责任方由“空”改为“{unit}、{unit}、两字”"));
    }
}
