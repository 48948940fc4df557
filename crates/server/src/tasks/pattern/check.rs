use std::collections::BTreeSet;

use db::Tx;
use wording::say;

use super::{Chosen, FAR, MOST_TASKS, Pattern};
use crate::{
    app::{Ctx, Fields, Outcome},
    org::UnitId,
    tasks::{
        due,
        model::{PartyRole, Share},
        store,
    },
};

/// Levels of a pattern.
const MOST_LEVELS: usize = 10;

/// Refuses what no draft could be made of, each thing by its path, under `prefix`.
pub(in crate::tasks) async fn check(tx: &mut Tx, ctx: &Ctx, pattern: &Pattern, prefix: &str, fields: &mut Fields) -> Outcome<()> {
    let kinds: BTreeSet<String> = store::source_kinds(tx).await?.into_iter().map(|kind| kind.code).collect();
    let all = pattern.all();
    if all.len() > MOST_TASKS {
        fields.add(prefix, say!("最多 {MOST_TASKS} 项任务"));
        return Ok(());
    }
    if all.iter().any(|(depth, _)| *depth >= MOST_LEVELS) {
        fields.add(prefix, say!("最多 {MOST_LEVELS} 级"));
        return Ok(());
    }
    let mut stack = vec![(prefix.to_owned(), pattern)];
    while let Some((path, node)) = stack.pop() {
        fields.under(format!("{path}."));
        fields.text("title", &node.title, 300);
        fields.optional_text("demand", Some(&node.demand), 20_000);
        fields.optional_text("source_document", node.source_document.as_deref(), 300);
        fields.optional_text("clause", node.clause.as_deref(), 500);
        if !kinds.contains(&node.source_kind) {
            fields.add("source_kind", "没有这种任务来源");
        }
        if due::cadence_of(node.report_rule).is_err() {
            fields.add("report_rule", "每周为 1 至 7，每月、每季度为 1 至 31");
        }
        let far = |n: i64| !(-FAR..=FAR).contains(&n);
        if far(node.start_after) || node.start_after < 0 {
            fields.add("start_after", say!("应为 0 至 {FAR} 的整数"));
        }
        match node.due_after {
            Some(due) if far(due) => fields.add("due_after", say!("应为 0 至 {FAR} 的整数")),
            Some(due) if due < node.start_after => fields.add("due_after", "不能早于开始"),
            _ => {}
        }
        if let Some(words) = fields.optional_text("standing", node.standing.as_deref(), 200) {
            let reading = workdays::deadline::read(&words, ctx.today().date(), &ctx.calendar);
            if reading.day.is_some() || !reading.matched || node.due_after.is_some() {
                fields.add("standing", "没有期限的任务请写“长期坚持”或“持续推进”，有期限的请留空");
            }
        }
        if node.tags.len() > 50 || node.fields.len() > 100 {
            fields.add("tags", "标签或字段太多");
        }
        if node.steps.len() > 60 || node.parties.len() > 200 {
            fields.add("steps", "节点最多 60 个，责任方最多 200 个");
        }
        for (index, step) in node.steps.iter().enumerate() {
            fields.text(&format!("steps[{index}].title"), &step.title, 100);
            fields.optional_text(&format!("steps[{index}].deliverable"), step.deliverable.as_deref(), 300);
            if far(step.due_after) || node.due_after.is_some_and(|due| step.due_after > due) {
                fields.add(&format!("steps[{index}].due_after"), "不能晚于任务的期限");
            }
        }
        whole(fields, "steps", node.steps.iter().map(|step| step.weight), "节点权重合计应为 100%");
        whole(fields, "children", node.children.iter().map(|child| child.weight), "下级任务权重合计应为 100%");
        if node.parties.iter().filter(|party| party.role == PartyRole::Lead).count() > 1 {
            fields.add("parties", "只能有一个牵头单位，其余可设为共同牵头");
        }
        let mut units: BTreeSet<UnitId> = BTreeSet::new();
        for (index, party) in node.parties.iter().enumerate() {
            fields.optional_text(&format!("parties[{index}].demand"), party.demand.as_deref(), 500);
            if party.due_after.is_some_and(far) {
                fields.add(&format!("parties[{index}].due_after"), say!("应为 0 至 {FAR} 的整数"));
            }
            if party.unit_id.is_some_and(|unit| !units.insert(unit)) {
                fields.add(&format!("parties[{index}].unit_id"), "同一单位重复出现");
            }
        }
        fields.under("");
        for (index, child) in node.children.iter().enumerate() {
            if let (Some(due), Some(limit)) = (child.due_after, node.due_after)
                && due > limit
            {
                fields.add(&format!("{path}.children[{index}].due_after"), "不能晚于上级任务的期限");
            }
            stack.push((format!("{path}.children[{index}]"), child));
        }
    }
    Ok(())
}

fn whole(fields: &mut Fields, name: &str, weights: impl Iterator<Item = f64>, words: &'static str) {
    let shares: Vec<Option<Share>> = weights.map(Share::from_percent).collect();
    let sum = shares.iter().map(|share| share.map_or(0, |share| share.0)).sum::<i64>();
    if !shares.is_empty() && (shares.iter().any(Option::is_none) || sum != Share::WHOLE.0) {
        fields.add(name, words);
    }
}

/// Puts chosen units into the places left open.
pub(in crate::tasks) fn choose(pattern: &mut Pattern, chosen: &[Chosen], fields: &mut Fields) {
    let mut used = BTreeSet::new();
    pattern.each_mut(&mut |at, node| {
        for (index, choice) in chosen.iter().enumerate().filter(|(_, choice)| choice.task == at) {
            if let Some(party) = node.parties.get_mut(choice.party) {
                party.unit_id = Some(choice.unit_id);
                party.person_id = choice.person_id;
                used.insert(index);
            }
        }
    });
    for index in (0..chosen.len()).filter(|index| !used.contains(index)) {
        fields.add(&format!("chosen[{index}]"), "模板中没有这个责任方，请刷新后重试");
    }
}
