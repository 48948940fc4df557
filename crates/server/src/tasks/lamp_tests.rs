use super::*;
use crate::{
    org::PersonId,
    tasks::model::{Importance, MilestoneId, ReportDueId, RuleKind, TaskId, Urgency},
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn id() -> kit::uuid::Uuid {
    kit::NIL
}

/// Active since Monday 2026-03-02, due Friday 2026-03-27: nineteen working days.
fn task(progress: i64) -> Task {
    Task {
        id: TaskId(id()),
        number: None,
        parent_id: None,
        root_id: TaskId(id()),
        depth: 0,
        position: 1,
        title: "整治城区道路".into(),
        demand: String::new(),
        source_kind: "other".into(),
        source_document: None,
        clause: None,
        importance: Importance::Normal,
        urgency: Urgency::Routine,
        state: TaskState::Active,
        creator_id: PersonId(id()),
        issuer_unit_id: None,
        issuer_kind: None,
        submitted_by: None,
        submitted_at: None,
        created_at: day("2026-03-02").start(),
        dispatched_at: Some(day("2026-03-02").start()),
        closed_at: None,
        settled_at: None,
        last_report_at: None,
        start_day: Some(day("2026-03-02")),
        due_day: Some(day("2026-03-27")),
        original_due_day: Some(day("2026-03-27")),
        due_text: None,
        due_explanation: "[]".into(),
        rule_kind: RuleKind::None,
        rule_day: None,
        weight: Share::WHOLE,
        progress: Share(progress * 10_000),
        claimed: Share(progress * 10_000),
        children: 0,
        children_out: 0,
        children_open: 0,
        stage: None,
        sent_back: 0,
        red_since: None,
        yellow_from: None,
        orange_from: None,
        red_from: None,
        lamp_plan: "[]".into(),
        planned_by: 0,
        review_day: None,
        waits_for: None,
        stopped: None,
        open_risks: 0,
        suspended_on: None,
        suspended_by: None,
        stood_days: 0,
        due_from: None,
        not_secret: true,
        version: 1,
    }
}

#[derive(Default)]
struct With {
    milestones: Vec<(&'static str, i64, bool)>,
    dues: Vec<(&'static str, bool)>,
    stopped: Option<&'static str>,
}

fn lit(mut task: Task, with: &With, today: &str) -> LampView {
    let milestones: Vec<_> = with
        .milestones
        .iter()
        .map(|(due, weight, done)| MilestoneRow {
            id: MilestoneId(id()),
            title: "主体完工".into(),
            due_day: day(due),
            weight: Share(weight * 10_000),
            deliverable: None,
            report_id: None,
            done_at: done.then(|| day(due).start()),
        })
        .collect();
    let dues: Vec<_> = with
        .dues
        .iter()
        .map(|(due, met)| ReportDueRow {
            asked_by: None,
            asked_text: None,
            id: ReportDueId(id()),
            due_day: day(due),
            report_id: met.then(|| crate::tasks::ReportId(id())),
            met_day: met.then(|| day(due)),
        })
        .collect();
    let calendar = Calendar::official();
    let facts = Facts { task: &task, milestones: &milestones, dues: &dues, stopped: with.stopped.map(day) };
    let turns = plan(&facts, calendar, &TaskRules::default());
    apply(&mut task, &turns, day("2026-03-02"), 1);
    on(&task, calendar, day(today))
}

fn lamp(progress: i64, with: &With, today: &str) -> Lamp {
    lit(task(progress), with, today).lamp
}

#[test]
fn a_task_that_keeps_up_is_green_and_a_closed_one_blue() {
    assert_eq!(lamp(0, &With::default(), "2026-03-02"), Lamp::Green);
    assert_eq!(lamp(50, &With::default(), "2026-03-11"), Lamp::Green);
    let closed = Task { state: TaskState::Closed, ..task(100) };
    assert_eq!(lit(closed, &With::default(), "2026-06-01").lamp, Lamp::Blue);
    let suspended = Task { state: TaskState::Suspended, ..task(10) };
    assert_eq!(lit(suspended, &With::default(), "2026-06-01").lamp, Lamp::Grey);
}

#[test]
fn falling_behind_the_linear_plan_turns_yellow_and_then_orange() {
    // 50 % done: below 0.95 of the plan from the 11th working day on (11/19 = 57.9 %), below 0.8 from the 12th (63.2 %).
    assert_eq!(lamp(50, &With::default(), "2026-03-16"), Lamp::Green);
    assert_eq!(lamp(50, &With::default(), "2026-03-17"), Lamp::Yellow);
    assert_eq!(lamp(50, &With::default(), "2026-03-18"), Lamp::Orange);
}

#[test]
fn the_plan_is_not_held_against_a_task_that_has_hardly_begun() {
    // A fifth of nineteen working days is the fourth.
    assert_eq!(lamp(0, &With::default(), "2026-03-05"), Lamp::Green);
    assert_eq!(lamp(0, &With::default(), "2026-03-06"), Lamp::Orange);
}

#[test]
fn the_last_days_turn_yellow_and_orange_unless_it_is_nearly_done() {
    // More than planned, but less than 90 %: three working days before the 27th is the 24th, one is the 26th.
    assert_eq!(lamp(89, &With::default(), "2026-03-23"), Lamp::Green);
    assert_eq!(lamp(89, &With::default(), "2026-03-24"), Lamp::Yellow);
    assert_eq!(lamp(89, &With::default(), "2026-03-26"), Lamp::Orange);
    assert_eq!(lamp(96, &With::default(), "2026-03-27"), Lamp::Green);
}

#[test]
fn past_due_is_red_unless_a_request_to_close_is_undecided() {
    assert_eq!(lamp(99, &With::default(), "2026-03-27"), Lamp::Green);
    let view = lit(task(99), &With::default(), "2026-03-30");
    assert_eq!(view.lamp, Lamp::Red);
    assert!(view.reasons[0].zh().contains("已逾期1个工作日"), "{:?}", view.reasons);
    assert_eq!(lamp(100, &With { stopped: Some("2026-03-27"), ..With::default() }, "2026-03-30"), Lamp::Green);
}

#[test]
fn an_unsigned_task_is_grey_until_it_is_past_due() {
    let sent = Task { state: TaskState::Dispatched, ..task(0) };
    assert_eq!(lit(sent.clone(), &With::default(), "2026-03-20").lamp, Lamp::Grey);
    assert_eq!(lit(sent, &With::default(), "2026-03-28").lamp, Lamp::Red);
}

#[test]
fn a_late_report_turns_yellow_and_after_three_working_days_red() {
    let with = With { dues: vec![("2026-03-06", false)], ..With::default() };
    assert_eq!(lamp(40, &with, "2026-03-06"), Lamp::Green);
    assert_eq!(lamp(40, &with, "2026-03-09"), Lamp::Yellow);
    assert_eq!(lamp(40, &with, "2026-03-11"), Lamp::Yellow);
    assert_eq!(lamp(40, &with, "2026-03-12"), Lamp::Red);
    assert_eq!(lamp(40, &With { dues: vec![("2026-03-06", true)], ..With::default() }, "2026-03-12"), Lamp::Green);
}

#[test]
fn between_nodes_the_plan_of_the_last_node_counts() {
    // Reported 30 % at the node of the 6th (plan 4/19 = 21 %); the next node is the 20th (plan 14/19 = 74 %).
    let with = With { dues: vec![("2026-03-06", true), ("2026-03-20", false)], ..With::default() };
    assert_eq!(lamp(30, &with, "2026-03-19"), Lamp::Green);
    assert_eq!(lamp(30, &with, "2026-03-23"), Lamp::Orange);
}

#[test]
fn an_overdue_milestone_is_orange_and_milestones_make_the_plan() {
    let with = With { milestones: vec![("2026-03-10", 50, false), ("2026-03-27", 50, false)], ..With::default() };
    assert_eq!(lamp(10, &with, "2026-03-10"), Lamp::Green);
    let view = lit(task(60), &with, "2026-03-11");
    assert_eq!(view.lamp, Lamp::Orange);
    assert!(view.reasons.iter().any(|reason| reason.zh().contains("主体完工")));
    let done = With { milestones: vec![("2026-03-10", 50, true), ("2026-03-27", 50, false)], ..With::default() };
    assert_eq!(lamp(50, &done, "2026-03-11"), Lamp::Green);
    assert_eq!(lamp(45, &done, "2026-03-11"), Lamp::Yellow);
}

#[test]
fn orange_for_more_than_ten_working_days_is_red() {
    let far = Task { due_day: Some(day("2026-12-31")), original_due_day: Some(day("2026-12-31")), ..task(0) };
    let with = With { milestones: vec![("2026-03-10", 10, false)], ..With::default() };
    // Orange from the 11th; eleven working days later is the 26th.
    assert_eq!(lit(far.clone(), &with, "2026-03-25").lamp, Lamp::Orange);
    assert_eq!(lit(far, &with, "2026-03-26").lamp, Lamp::Red);
}

#[test]
fn a_task_that_recovers_from_red_says_that_it_was_red() {
    let mut late = task(50);
    let calendar = Calendar::official();
    let turns = plan(&Facts { task: &late, milestones: &[], dues: &[], stopped: None }, calendar, &TaskRules::default());
    apply(&mut late, &turns, day("2026-03-02"), 1);
    late.due_day = Some(day("2026-04-30"));
    late.progress = Share(950_000);
    let turns = plan(&Facts { task: &late, milestones: &[], dues: &[], stopped: None }, calendar, &TaskRules::default());
    apply(&mut late, &turns, day("2026-04-01"), 1);
    let view = on(&late, calendar, day("2026-04-01"));
    assert_eq!((view.lamp, view.was_red), (Lamp::Green, true));
}

#[test]
fn without_an_event_a_lamp_only_gets_worse() {
    for progress in [0, 15, 50, 85, 95] {
        let mut before = 0;
        let mut today = day("2026-03-02");
        while today < day("2026-05-01") {
            let now = severity(lamp(progress, &With { dues: vec![("2026-03-13", false)], ..With::default() }, &today.to_string()));
            assert!(now >= before, "{progress}% on {today}");
            before = now;
            today = today.plus_days(1);
        }
    }
}
