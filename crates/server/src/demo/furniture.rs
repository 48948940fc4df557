//! How the zone keeps its proposals, key projects and rectifications, and what its centre sets again and again.

use std::collections::BTreeMap;

use db::Tx;
use kit::Day;
use serde_json::{Value, json};

use crate::{
    app::{Ctx, Outcome},
    org::UnitId,
    tasks,
};

/// Numbers and fields of the kinds that have some of their own.
pub(super) async fn kinds(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let own = |code: &str, name: &str| json!({ "code": code, "name": name, "shape": "text", "own": true });
    let text = |code: &str, name: &str| json!({ "code": code, "name": name, "shape": "text" });
    let choice = |code: &str, name: &str, choices: &[&str]| json!({ "code": code, "name": name, "shape": "choice", "choices": choices });
    let money = |code: &str, name: &str| json!({ "code": code, "name": name, "shape": "number", "measure": "万元" });
    let day = |code: &str, name: &str| json!({ "code": code, "name": name, "shape": "day" });
    let fields = json!([
        own("proposal_no", "提案号"),
        choice("proposal_sort", "类别", PROPOSALS),
        text("proposer", "领衔代表委员"),
        choice("reply_sort", "答复类别", &["A类：已解决或采纳", "B类：列入计划", "C类：留作参考"]),
        choice("satisfied", "代表委员意见", &["满意", "基本满意", "不满意"]),
    ]);
    tasks::furnish_kind(tx, ctx, "motion_proposal", "提案〔{year}〕{seq:3}号", fields).await?;
    let fields = json!([
        own("project_code", "项目代码"),
        text("builder", "建设单位"),
        money("investment", "总投资"),
        money("this_year", "年度计划投资"),
        choice("phase", "项目阶段", PHASES),
    ]);
    tasks::furnish_kind(tx, ctx, "key_project", "重点〔{year}〕{seq:3}号", fields).await?;
    let fields = json!([
        own("problem_no", "问题编号"),
        choice("found_by", "检查来源", FOUND_BY),
        choice("nature", "整改类型", &["立行立改", "限期整改", "长期坚持"]),
        day("found_on", "发现日期"),
        money("recovered", "涉及金额"),
    ]);
    tasks::furnish_kind(tx, ctx, "rectification", "整改〔{year}〕{seq:3}号", fields).await
}

const PROPOSALS: &[&str] = &["人大建议", "政协提案"];
const PHASES: &[&str] = &["前期", "在建", "竣工"];
const FOUND_BY: &[&str] = &["巡察", "审计", "环保督察", "安全检查", "自查"];

/// What the n-th task of the play says in the fields of its kind; nothing is thrown for it, so that the play stays as it is.
pub(super) fn said(kind: &str, n: usize, today: Day) -> Option<BTreeMap<String, Value>> {
    let one_of = |words: &[&str], n: usize| words.get(n % words.len().max(1)).copied().unwrap_or_default().to_owned();
    let year = today.to_string().chars().take(4).collect::<String>();
    let said = match kind {
        "motion_proposal" => json!({ "proposal_no": format!("{year}{:03}", n % 1000), "proposal_sort": one_of(PROPOSALS, n) }),
        "key_project" => json!({
            "project_code": format!("{year}-{:05}", n % 100_000), "investment": 3000 + 700 * (n % 37), "this_year": 500 + 150 * (n % 23),
            "phase": one_of(PHASES, n),
        }),
        "rectification" => {
            json!({ "problem_no": format!("{year}-{:03}", n % 1000), "found_by": one_of(FOUND_BY, n), "nature": "限期整改" })
        }
        _ => return None,
    };
    serde_json::from_value(said).ok()
}

/// A template that all have, and a series that goes on.
pub(super) async fn repeated(tx: &mut Tx, ctx: &Ctx, lead: UnitId) -> Outcome<()> {
    let step = |title: &str, after: i64, weight: i64, deliverable: &str| json!({ "title": title, "due_after": after, "weight": weight, "deliverable": deliverable });
    let template = json!({
        "name": "专项检查", "description": "带整改复核的专项检查，牵头单位每次选定。", "shared": "all",
        "pattern": {
            "title": "开展专项检查", "demand": "制定方案，逐户检查，列出问题清单，限期整改并复核。", "source_kind": "superior_deployment",
            "importance": "normal", "urgency": "routine", "due_after": 30, "parties": [{ "unit_id": null, "role": "lead" }],
            "steps": [step("印发方案", 5, 20, "检查方案"), step("检查完毕", 20, 50, "问题清单"), step("整改复核", 30, 30, "复核报告")],
            "report_rule": { "kind": "weekly", "day": 5 },
        },
    });
    tasks::furnish_template(tx, ctx, template).await?;
    let template = json!({
        "name": "经济运行调度材料", "description": "每月一次，由周期任务生成。", "shared": "all",
        "pattern": {
            "title": "报送经济运行调度材料", "demand": "汇总主要指标、存在问题和下月打算。", "source_kind": "document_handling",
            "importance": "normal", "urgency": "routine", "due_after": 5, "parties": [{ "unit_id": lead, "role": "lead" }],
            "report_rule": { "kind": "none", "day": null },
        },
    });
    let template = tasks::furnish_template(tx, ctx, template).await?;
    let series = json!({
        "name": "经济运行月调度", "title": "报送{year}年{month}月经济运行调度材料", "source": { "template_id": template },
        "rule": { "text": "每月25日" }, "due": { "kind": "after", "days": 5 }, "ahead": 2, "mode": "dispatch", "not_secret": true,
    });
    tasks::furnish_series(tx, ctx, series).await
}
