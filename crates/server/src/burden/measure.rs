//! What persons were told in the last seven days and have to report in the weeks ahead, against the budget, and what makes it up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use db::Tx;
use kit::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wording::Words;

use super::{
    BurdenRules, store,
    week::{monday, mondays},
    whose::{self, Whose},
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org::{self, PersonId, PersonRef, UnitId, UnitRef},
    supervision,
    tasks::{self, TaskId},
};

/// Days of messages that are looked at.
const TOLD_DAYS: i64 = 7;
/// Persons of one answer.
const MOST_PEOPLE: usize = 300;
/// Rows of what makes it up, each person's.
const MOST_ROWS: usize = 20;

/// Whose burden.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BurdenQuery {
    /// This person's; one's own where neither is said.
    #[param(value_type = Option<String>)]
    person_id: Option<PersonId>,
    /// Of everybody in this unit and those below.
    #[param(value_type = Option<String>)]
    unit_id: Option<UnitId>,
    /// Weeks ahead, the present one included, 1 to 13; 4 when nothing is said.
    weeks: Option<i64>,
}

/// Messages of one kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ToldBy {
    /// The rule that reminded; nothing where it was something that happened.
    rule: Option<String>,
    /// The rule's name, or what the messages say.
    name: Words,
    messages: i64,
}

/// Reports owed in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct OwedWeek {
    /// Its Monday.
    from: Day,
    reports: i64,
    /// More than the budget.
    over: bool,
}

/// What one task asks and tells.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TaskBurden {
    /// Nothing where the asker does not see the task.
    #[schema(value_type = Option<String>)]
    task_id: Option<TaskId>,
    number: Option<String>,
    title: Option<String>,
    /// Who issued it.
    issuer: Option<UnitRef>,
    /// In the last seven days.
    messages: i64,
    /// In the weeks looked at.
    reports: i64,
    /// How many of them somebody asked for on the spot.
    asked: i64,
    /// The next of them.
    next: Option<Day>,
}

/// What a person is asked and told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct PersonBurden {
    person: PersonRef,
    /// In the last seven days.
    messages: i64,
    /// More than the budget.
    messages_over: bool,
    weeks: Vec<OwedWeek>,
    /// What the messages were, at most twenty.
    told_by: Vec<ToldBy>,
    /// Which tasks make it up, at most twenty, those that ask next first.
    tasks: Vec<TaskBurden>,
}

/// The burden of persons.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Burden {
    budget: BurdenRules,
    /// Messages are counted from this day on.
    since: Day,
    /// In the order of their names.
    people: Vec<PersonBurden>,
    /// There are more persons than these.
    more: bool,
}

/// Whether the actor may look at a person's burden: their own, and that of the people of units they see.
async fn may_see(tx: &mut Tx, ctx: &Ctx, person: PersonId) -> Outcome<bool> {
    let scope = &ctx.actor.scope;
    if person == ctx.actor.person || scope.sees_everything() {
        return Ok(true);
    }
    let units: Vec<UnitId> = scope.units().iter().copied().collect();
    Ok(!units.is_empty() && org::persons_of_units(tx, &units, ctx.today()).await?.contains(&person))
}

#[derive(Default)]
struct Part {
    messages: i64,
    reports: i64,
    asked: i64,
    next: Option<Day>,
    issuer: Option<UnitId>,
}

#[derive(Default)]
struct Sum {
    messages: i64,
    told_by: BTreeMap<(Option<String>, String), i64>,
    weeks: BTreeMap<Day, i64>,
    tasks: HashMap<TaskId, Part>,
}

/// Works out the burden of a person, or of a unit's people.
pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, query: &BurdenQuery) -> Outcome<Burden> {
    let mut fields = Fields::default();
    let weeks = query.weeks.unwrap_or(4);
    if !(1..=13).contains(&weeks) {
        fields.add("weeks", "应为 1 至 13 周");
    }
    if query.person_id.is_some() && query.unit_id.is_some() {
        fields.add("unit_id", "人员和单位只能选一项");
    }
    fields.finish()?;
    let today = ctx.today();
    let (persons, units) = match query.unit_id {
        Some(unit) => {
            if !ctx.actor.scope.sees_everything() && !ctx.actor.scope.units().contains(&unit) {
                return Err(Refusal::NotFound);
            }
            let units = org::below(tx, &[unit]).await?;
            (org::persons_of_units(tx, &units, today).await?, units)
        }
        None => {
            let person = query.person_id.unwrap_or(ctx.actor.person);
            if !may_see(tx, ctx, person).await? {
                return Err(Refusal::NotFound);
            }
            (vec![person], whose::units_of(tx, ctx, person).await?)
        }
    };
    let mut people = org::person_refs(tx, persons).await?;
    if people.is_empty() && query.unit_id.is_none() {
        return Err(Refusal::NotFound);
    }
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let more = people.len() > MOST_PEOPLE;
    people.truncate(MOST_PEOPLE);
    let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    let (first, since) = (monday(today), today.plus_days(1 - TOLD_DAYS));
    let last = first.plus_days(7 * weeks - 1);
    let sums = add_up(tx, ctx, &ids, &units, since, (first, last)).await?;
    let budget = *ctx.rules.get::<BurdenRules>();
    let people = shown(tx, ctx, people, sums, &mondays(first, last)).await?;
    Ok(Burden { budget, since, people, more })
}

async fn add_up(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[PersonId],
    units: &[UnitId],
    since: Day,
    (first, last): (Day, Day),
) -> Outcome<HashMap<PersonId, Sum>> {
    let mut sums: HashMap<PersonId, Sum> = ids.iter().map(|id| (*id, Sum::default())).collect();
    for told in store::told(tx, ids, since.start()).await? {
        let Some(sum) = sums.get_mut(&told.person_id) else { continue };
        sum.messages += told.n;
        // A reminder says the same thing in several ways: it is told by its rule.
        let title = if told.rule.is_some() { String::new() } else { told.title };
        *sum.told_by.entry((told.rule, title)).or_default() += told.n;
        if let Some(task) = told.task_id {
            sum.tasks.entry(task).or_default().messages += told.n;
        }
    }
    let mut whose = Whose::default();
    let mut counted = BTreeSet::new();
    for owed in tasks::owed(tx, ids, units, first, last).await? {
        for person in whose.part(tx, ctx, owed.person_id, owed.unit_id).await? {
            // Who handles two parts of a task reports on it once.
            let Some(sum) = sums.get_mut(&person).filter(|_| counted.insert((person, owed.task_id, owed.due_day))) else { continue };
            *sum.weeks.entry(monday(owed.due_day)).or_default() += 1;
            let part = sum.tasks.entry(owed.task_id).or_default();
            part.reports += 1;
            part.asked += i64::from(owed.asked);
            part.issuer = owed.issuer_unit_id;
            if owed.due_day >= ctx.today() {
                part.next = part.next.or(Some(owed.due_day));
            }
        }
    }
    Ok(sums)
}

async fn shown(
    tx: &mut Tx,
    ctx: &Ctx,
    people: Vec<PersonRef>,
    mut sums: HashMap<PersonId, Sum>,
    weeks: &[Day],
) -> Outcome<Vec<PersonBurden>> {
    let budget = ctx.rules.get::<BurdenRules>();
    let all: BTreeSet<TaskId> = sums.values().flat_map(|sum| sum.tasks.keys().copied()).collect();
    let all: Vec<TaskId> = all.into_iter().collect();
    let (mut names, mut issuers) = (HashMap::new(), HashMap::new());
    for ids in all.chunks(1000) {
        names.extend(tasks::names_of(tx, ctx, ids).await?.into_iter().map(|(id, number, title)| (id, (number, title))));
        issuers.extend(tasks::askings(tx, ids).await?.into_iter().filter_map(|asking| Some((asking.id, asking.issuer_unit_id?))));
    }
    let units: HashMap<UnitId, UnitRef> =
        org::unit_refs(tx, issuers.values().copied().collect::<BTreeSet<_>>()).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let rules = supervision::rule_names(ctx);
    let person = |person: PersonRef| {
        let sum = sums.remove(&person.id).unwrap_or_default();
        let told = |((rule, title), messages): ((Option<String>, String), i64)| {
            let name = match &rule {
                Some(code) => Words::from_stored(rules.get(code).unwrap_or(code)),
                None => Words::from_stored(&title),
            };
            ToldBy { rule, name, messages }
        };
        let mut told_by: Vec<ToldBy> = sum.told_by.into_iter().map(told).collect();
        told_by.sort_by_key(|told| -told.messages);
        told_by.truncate(MOST_ROWS);
        let task = |(id, part): (TaskId, Part)| {
            let issuer = part.issuer.or_else(|| issuers.get(&id).copied()).and_then(|unit| units.get(&unit).cloned());
            let (task_id, number, title) = match names.get(&id).cloned() {
                Some((number, title)) => (Some(id), number, Some(title)),
                None => (None, None, None),
            };
            TaskBurden {
                task_id,
                number,
                title,
                issuer,
                messages: part.messages,
                reports: part.reports,
                asked: part.asked,
                next: part.next,
            }
        };
        let mut parts: Vec<(TaskId, Part)> = sum.tasks.into_iter().collect();
        parts.sort_by_key(|(id, part)| (part.next.is_none(), part.next, -part.reports, -part.messages, *id));
        parts.truncate(MOST_ROWS);
        let week = |from: &Day| {
            let reports = sum.weeks.get(from).copied().unwrap_or(0);
            OwedWeek { from: *from, reports, over: reports > budget.reports_a_week }
        };
        PersonBurden {
            person,
            messages: sum.messages,
            messages_over: sum.messages > budget.messages_a_week,
            weeks: weeks.iter().map(week).collect(),
            told_by,
            tasks: parts.into_iter().map(task).collect(),
        }
    };
    Ok(people.into_iter().map(person).collect())
}
