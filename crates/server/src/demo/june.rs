//! June 2021, the one month of the first such system whose volume was published: 415 tasks created, 61 of them important,
//! 168 completed and 27 overdue at its end. Played like everything else, task by task; only the counts are given.

use std::time::Duration;

use kit::Day;

use super::{
    dice::Dice,
    people::{self, Area},
    stage::Stage,
};
use crate::{
    access,
    app::App,
    org::{PersonId, Unit},
    tasks::{self, Case, CloseDecision, DueInput, Importance, PartyInput, PartyRole, ReportInput, TaskId, TaskInput},
};

const SEED: u64 = 20_210_601;
const CREATED: usize = 415;
const IMPORTANT: usize = 61;
const COMPLETED: usize = 168;
const OVERDUE: usize = 27;
/// Every so many of the tasks that stay open is one that is overdue, until there are enough.
const OVERDUE_EVERY: usize = 6;

const VERBS: [&str; 8] = ["推进", "加快", "督促", "组织开展", "完善", "落实", "协调解决", "做好"];
const MATTERS: [&str; 14] = [
    "码头后方堆场建设",
    "重点企业投产服务",
    "园区道路和排水施工",
    "危险货物罐区安全检查",
    "项目用地报批",
    "招商项目签约落地",
    "海关监管场所验收",
    "企业用工对接",
    "污水处理设施运行",
    "征地拆迁遗留问题处置",
    "港区供电线路改造",
    "防汛排涝准备",
    "统计入库工作",
    "政务服务事项进驻",
];
const PLACES: [&str; 6] = ["东港区", "南港区", "北部片区", "中心产业园", "综合物流园", "滨海生活区"];

/// What happens to one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Set,
    Sign,
    Report,
    Ask,
    Grant,
}

/// One task of the month.
struct Plan {
    important: bool,
    due: Day,
    unit: usize,
}

/// Plays the month; the clock of the application does not matter to it.
pub(super) async fn load(app: &App, existing: &[Unit]) -> anyhow::Result<()> {
    let first: Day = "2021-06-01".parse()?;
    let last: Day = "2021-06-30".parse()?;
    let dice = Dice::seeded(SEED ^ 0xd1ce);
    let mut stage = Stage::new(app, SEED, first.start().minus(hours(6)), None);
    let ctx = stage.ctx(access::system_principal());
    let area = people::build(stage.tx().await?, &ctx, &dice, existing).await?;
    access::mark_demo(stage.tx().await?).await?;
    let days: Vec<Day> = (0..30).map(|n| first.plus_days(n)).filter(|day| stage.calendar.is_workday(day.date())).collect();
    let (mut steps, mut plans) = (Vec::new(), Vec::new());
    let (mut open, mut overdue) = (0_usize, 0);
    for index in 0..CREATED {
        let place = index * days.len() / CREATED;
        let Some(day) = days.get(place).copied() else { continue };
        let at = day.start().plus(hours(9)).plus(Duration::from_secs((index as u64 % 40) * 150));
        let done = index * COMPLETED % CREATED < COMPLETED;
        let mut due = last.plus_days(10 + i64::try_from(index % 80)?);
        steps.push((at, Step::Set, index));
        steps.push((at.plus(hours(1)), Step::Sign, index));
        if done {
            let end = days.get((place + 2 + index % 7).min(days.len() - 1)).copied().unwrap_or(last);
            let evening = end.start().plus(hours(15)).plus(Duration::from_secs(index as u64 % 50 * 60));
            steps.push((evening, Step::Report, index));
            steps.push((evening.plus(hours(1)), Step::Ask, index));
            steps.push((evening.plus(hours(2)), Step::Grant, index));
        } else {
            if open.is_multiple_of(OVERDUE_EVERY) && overdue < OVERDUE {
                due = day.plus_days(4).min(last.plus_days(-1));
                overdue += 1;
            }
            open += 1;
        }
        plans.push(Plan { important: index * IMPORTANT % CREATED < IMPORTANT, due, unit: index % area.units.len() });
    }
    steps.sort_unstable();
    let mut ids: Vec<Option<TaskId>> = vec![None; CREATED];
    for (at, step, index) in steps {
        stage.turn_to(at).await?;
        let Some(plan) = plans.get(index) else { continue };
        let made = play(&mut stage, &area, plan, step, index, ids.get(index).copied().flatten()).await?;
        if let (Some(slot), Some(id)) = (ids.get_mut(index), made) {
            *slot = Some(id);
        }
    }
    stage.pause().await?;
    tracing::info!(demo.tasks = CREATED, "June 2021 stands");
    Ok(())
}

const fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3600)
}

async fn play(stage: &mut Stage, area: &Area, plan: &Plan, step: Step, index: usize, id: Option<TaskId>) -> anyhow::Result<Option<TaskId>> {
    let Some(unit) = area.units.get(plan.unit) else { return Ok(None) };
    let centre = area.centre.get(index % area.centre.len().max(1)).copied().unwrap_or(area.leader);
    let actor: PersonId = match step {
        Step::Set | Step::Grant => centre,
        Step::Sign | Step::Report | Step::Ask => unit.head,
    };
    let ctx = stage.acting(area, actor)?;
    let tx = stage.tx().await?;
    let Some(id) = id else {
        let word = |words: &[&'static str], n: usize| words.get(n % words.len()).copied().unwrap_or_default();
        let title = format!("{}{}{}", word(&VERBS, index), word(&PLACES, index / 3), word(&MATTERS, index / 2));
        let input = TaskInput {
            title: Some(title),
            demand: Some("按要求抓好落实，办结后报送情况。".to_owned()),
            source_kind: Some(if index.is_multiple_of(4) { "meeting_decision" } else { "superior_deployment" }.to_owned()),
            importance: Some(if plan.important { Importance::Important } else { Importance::Normal }),
            due: Some(DueInput { text: None, day: Some(plan.due) }),
            parties: Some(vec![PartyInput { unit_id: unit.id, person_id: None, role: PartyRole::Lead }]),
            ..TaskInput::default()
        };
        let id = tasks::create(tx, &ctx, &input, None).await?;
        tasks::submit(tx, &ctx, id, None, true).await?;
        return Ok(Some(id));
    };
    match step {
        Step::Set => {}
        Step::Sign => tasks::sign(tx, &ctx, id, None, unit.seats.first().map(|seat| seat.person)).await?,
        Step::Report => {
            let input = ReportInput {
                claimed_progress: 100.0,
                text: "已按要求完成。".to_owned(),
                problem: None,
                next_step: None,
                fall_reason: None,
                file_ids: Vec::new(),
                milestone_ids: Vec::new(),
            };
            let report = tasks::report(tx, &ctx, id, None, &input).await?;
            let reviewer = stage.acting(area, centre)?;
            tasks::review(stage.tx().await?, &reviewer, report, tasks::Review::Accept, None, None).await?;
        }
        Step::Ask => {
            let version = Case::look(tx, &ctx, id).await?.task.version;
            tasks::ask_to_close(tx, &ctx, id, version, "任务已经完成，申请办结。", &[]).await?;
        }
        Step::Grant => {
            if let Some(request) = Case::look(tx, &ctx, id).await?.requests.first().map(|request| request.id) {
                tasks::decide_closing(tx, &ctx, request, CloseDecision::Grant, None).await?;
            }
        }
    }
    Ok(Some(id))
}
