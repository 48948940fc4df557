//! What a handler would owe in the weeks ahead with a rule to report, or with a report that is asked for: shown before it is saved.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use db::Tx;
use kit::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    BurdenRules,
    week::{monday, mondays},
    whose::{self, Whose},
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org::{self, PersonId, PersonRef, UnitId},
    tasks::{self, Action, Case, DueInput, PartyRole, ReportRule, TaskId, TaskState},
};

/// Weeks that are looked at, the present one included.
const WEEKS: i64 = 13;

/// A party of the task to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForecastParty {
    unit_id: UnitId,
    #[schema(value_type = Option<String>)]
    person_id: Option<PersonId>,
    role: PartyRole,
}

/// What is about to be saved: a task with its rule, or a report that is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForecastInput {
    /// The task, where there is one already; what it asks for now is replaced.
    #[schema(value_type = Option<String>)]
    task_id: Option<TaskId>,
    /// Who is to do it; those of the task when missing.
    parties: Option<Vec<ForecastParty>>,
    /// How often progress is to be reported.
    report_rule: Option<ReportRule>,
    /// When it begins.
    start_day: Option<Day>,
    /// When it is due.
    due: Option<DueInput>,
    /// The days of its steps.
    #[serde(default)]
    milestone_days: Vec<Day>,
    /// By when one report is asked for; the rest is passed over then.
    asked_day: Option<Day>,
}

/// A person's week, as it is and as it would be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ForecastWeek {
    /// Its Monday.
    from: Day,
    now: i64,
    then: i64,
    /// It would be more than the budget.
    over: bool,
}

/// What a person would owe.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ForecastPerson {
    person: PersonRef,
    /// The weeks that would change.
    weeks: Vec<ForecastWeek>,
    /// In words, where a week would be over the budget.
    warning: Option<Words>,
}

/// What would be owed. A warning, never a bar.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Forecast {
    reports_a_week: i64,
    people: Vec<ForecastPerson>,
}

/// Adds up what would be asked beside what is asked already.
pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, input: &ForecastInput) -> Outcome<Forecast> {
    let today = ctx.today();
    let first = monday(today);
    let last = first.plus_days(7 * WEEKS - 1);
    let mut fields = Fields::default();
    if input.parties.as_ref().is_some_and(|parties| parties.len() > 200) {
        fields.add("parties", "责任方过多");
    }
    if input.milestone_days.len() > 60 {
        fields.add("milestone_days", "节点过多");
    }
    fields.finish()?;
    let case = match input.task_id {
        Some(id) => Some(Case::look(tx, ctx, id).await?),
        None => None,
    };
    if let Some(case) = &case {
        let can = case.allowed(ctx);
        if !can.contains(&Action::Edit) && !can.contains(&Action::AskReport) {
            return Err(Refusal::forbidden("您不能改变这项任务的上报要求。"));
        }
    }
    let parts: Vec<(Option<PersonId>, UnitId)> = match (&input.parties, &case) {
        (Some(parties), _) => {
            let leads = parties.iter().filter(|party| party.role.leads());
            // Whom one may not ask anything of, one is told nothing about.
            leads.filter(|party| tasks::may_task(ctx, party.unit_id)).map(|party| (party.person_id, party.unit_id)).collect()
        }
        (None, Some(case)) => {
            case.parties.iter().filter(|party| party.role.leads()).map(|party| (party.person_id, party.unit_id)).collect()
        }
        (None, None) => Vec::new(),
    };
    let own = match &case {
        Some(case) if case.task.state != TaskState::Draft => tasks::own_days(tx, case.task.id, today).await?,
        _ => Vec::new(),
    };
    let days: BTreeSet<Day> = match input.asked_day {
        Some(day) if day < today => return Err(Refusal::field("asked_day", "不能早于今天")),
        Some(day) => {
            let day = Day::new(ctx.calendar.workday_on_or_before(day.date())).unwrap_or(day).max(today);
            own.iter().map(|(day, _)| *day).chain([day]).collect()
        }
        None => {
            let rule = match (&case, input.report_rule) {
                (_, Some(rule)) => rule,
                (Some(case), None) => ReportRule { kind: case.task.rule_kind, day: case.task.rule_day },
                (None, None) => return Err(Refusal::field("report_rule", "请选择报送周期")),
            };
            let from = input.start_day.unwrap_or(today);
            let due = match &input.due {
                // Words that name no day yet are still being written; whoever saves them is told.
                Some(due) => match tasks::read_due(due, from, &ctx.calendar) {
                    Ok(read) => read.day,
                    Err(Refusal::Invalid(_)) => None,
                    Err(other) => return Err(other),
                },
                None => case.as_ref().and_then(|case| case.task.due_day),
            };
            let until = due.unwrap_or(last).min(last);
            let days = tasks::days_of(ctx, rule, input.start_day, &input.milestone_days, today, until)?;
            own.iter().filter(|(_, stays)| *stays).map(|(day, _)| *day).chain(days).collect()
        }
    };
    add_up(tx, ctx, input.task_id, &parts, &days, (first, last)).await
}

async fn add_up(
    tx: &mut Tx,
    ctx: &Ctx,
    task: Option<TaskId>,
    parts: &[(Option<PersonId>, UnitId)],
    days: &BTreeSet<Day>,
    (first, last): (Day, Day),
) -> Outcome<Forecast> {
    let mut whose = Whose::default();
    let mut persons = BTreeSet::new();
    for (person, unit) in parts {
        persons.extend(whose.part(tx, ctx, *person, *unit).await?);
    }
    let ids: Vec<PersonId> = persons.iter().copied().collect();
    let mut units = BTreeSet::new();
    for person in &ids {
        units.extend(whose::units_of(tx, ctx, *person).await?);
    }
    let units: Vec<UnitId> = units.into_iter().collect();
    // What there is, and what would be left of it if this task asked for nothing from today on.
    let mut now: BTreeMap<(PersonId, Day), i64> = BTreeMap::new();
    let mut others = now.clone();
    let mut counted = BTreeSet::new();
    for owed in tasks::owed(tx, &ids, &units, first, last).await? {
        for person in whose.part(tx, ctx, owed.person_id, owed.unit_id).await? {
            if persons.contains(&person) && counted.insert((person, owed.task_id, owed.due_day)) {
                *now.entry((person, monday(owed.due_day))).or_default() += 1;
                if Some(owed.task_id) != task || owed.due_day < ctx.today() {
                    *others.entry((person, monday(owed.due_day))).or_default() += 1;
                }
            }
        }
    }
    let budget = ctx.rules.get::<BurdenRules>().reports_a_week;
    let mut added: BTreeMap<Day, i64> = BTreeMap::new();
    for day in days.iter().filter(|day| **day <= last) {
        *added.entry(monday(*day)).or_default() += 1;
    }
    let names: HashMap<PersonId, PersonRef> = org::person_refs(tx, ids).await?.into_iter().map(|person| (person.id, person)).collect();
    let mut people: Vec<PersonRef> = names.into_values().collect();
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let of = |person: PersonRef| {
        let week = |from: Day| {
            let now = now.get(&(person.id, from)).copied().unwrap_or(0);
            let then = others.get(&(person.id, from)).copied().unwrap_or(0) + added.get(&from).copied().unwrap_or(0);
            ForecastWeek { from, now, then, over: then > budget }
        };
        let weeks: Vec<ForecastWeek> = mondays(first, last).into_iter().map(week).filter(|week| week.now != week.then).collect();
        let over: Vec<&ForecastWeek> = weeks.iter().filter(|week| week.over && week.then > week.now).collect();
        let warning = match over.as_slice() {
            [] => None,
            [one] => Some(say!(
                "{name}在{from}起的一周应报 {then} 次（现为 {now} 次），超过每周 {budget} 次的上限",
                name = person.name,
                from = one.from,
                then = one.then,
                now = one.now
            )),
            [one, ..] => {
                let most = over.iter().map(|week| week.then).max().unwrap_or(one.then);
                let n = over.len();
                Some(say!(
                    "{name}自{from}起有 {n} 周超过每周 {budget} 次的上报上限，最多的一周应报 {most} 次",
                    name = person.name,
                    from = one.from
                ))
            }
        };
        ForecastPerson { person, weeks, warning }
    };
    Ok(Forecast { reports_a_week: budget, people: people.into_iter().map(of).collect() })
}
