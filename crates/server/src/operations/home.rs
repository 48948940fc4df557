//! The home page: the answer to the question a role comes with.

use std::time::Duration;

use db::Tx;
use kit::text_enum;
use serde::Serialize;
use utoipa::ToSchema;

use super::todo;
use crate::{
    access::Role,
    app::{Ctx, Outcome},
    tasks::{self, Filter, FilterQuery, Importance, Lamp, Mine, MonthFigures, TaskRow, TaskState, TimelineItem, UnitLoad},
};

text_enum! {
    /// What a figure counts.
    FigureKey {
        Open = "open", "在办";
        Overdue = "overdue", "逾期";
        Red = "red", "红灯";
        Orange = "orange", "滞后";
        Yellow = "yellow", "预警";
        Important = "important", "重要在办";
        DueWeek = "due_week", "七日内到期";
        Unsigned = "unsigned", "待签收";
        CreatedMonth = "created_month", "本月交办";
        ClosedMonth = "closed_month", "本月办结";
        Todo = "todo", "待办";
    }
}

/// A figure and the list behind it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Figure {
    key: FigureKey,
    value: i64,
    /// Against the same days of the month before, where that can be said.
    change: Option<i64>,
    /// The query of `/tasks` that lists exactly these; empty where it is not a list of tasks.
    query: String,
}

/// A home page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Home {
    figures: Vec<Figure>,
    /// The worst open tasks, at most ten: by lamp, then the latest first, then what matters most.
    red: Vec<TaskRow>,
    /// What is open, by lead unit; closed are those of this month.
    by_unit: Vec<UnitLoad>,
    /// What happened in the last fourteen days, at most twelve.
    recent: Vec<TimelineItem>,
    /// The last twelve months.
    trend: Vec<MonthFigures>,
}

const OPEN: &str = "state=dispatched,active";
const FORTNIGHT: Duration = Duration::from_secs(14 * 86_400);

/// The actor's home page: a handler's figures count what they handle, everybody else's what they see.
pub(super) async fn home(tx: &mut Tx, ctx: &Ctx) -> Outcome<Home> {
    let who = &ctx.actor;
    let oversees = [Role::Leader, Role::Centre, Role::Head, Role::Liaison].iter().any(|role| who.is(*role));
    let mine = (!oversees).then_some(Mine::Handling);
    let (today, month) = (ctx.today(), ctx.today().month_start());
    let open = Filter { state: vec![TaskState::Dispatched, TaskState::Active], leaves: Some(true), mine, ..Filter::default() };
    let base = match mine {
        Some(_) => "leaves=true&mine=handling",
        None => "leaves=true",
    };
    let lamp = |lamp: Lamp| Filter { lamp: vec![lamp], state: Vec::new(), ..open.clone() };
    let lists = [
        (FigureKey::Open, open.clone(), format!("{base}&{OPEN}")),
        (FigureKey::Overdue, Filter { overdue: Some(true), ..open.clone() }, format!("{base}&{OPEN}&overdue=true")),
        (FigureKey::Red, lamp(Lamp::Red), format!("{base}&lamp=red")),
        (FigureKey::Orange, lamp(Lamp::Orange), format!("{base}&lamp=orange")),
        (FigureKey::Yellow, lamp(Lamp::Yellow), format!("{base}&lamp=yellow")),
        (
            FigureKey::Important,
            Filter { importance: vec![Importance::Important, Importance::Major], ..open.clone() },
            format!("{base}&{OPEN}&importance=important,major"),
        ),
        (
            FigureKey::DueWeek,
            Filter { due_from: Some(today), due_to: Some(today.plus_days(7)), ..open.clone() },
            format!("{base}&{OPEN}&due_from={today}&due_to={}", today.plus_days(7)),
        ),
        (FigureKey::Unsigned, Filter { state: vec![TaskState::Dispatched], ..open.clone() }, format!("{base}&state=dispatched")),
    ];
    let mut figures = Vec::new();
    for (key, filter, query) in lists {
        figures.push(Figure { key, value: tasks::total(tx, ctx, &filter).await?, change: None, query });
    }
    let before = month.plus_days(-1).month_start();
    let same_day = before.plus_days(month.days_until(today)).min(month.plus_days(-1));
    let out = vec![TaskState::Dispatched, TaskState::Active, TaskState::Closed, TaskState::Settled, TaskState::Suspended];
    let created = |from, to| Filter {
        created_from: Some(from),
        created_to: Some(to),
        leaves: Some(true),
        mine,
        state: out.clone(),
        ..Filter::default()
    };
    let closed = |from, to| Filter { closed_from: Some(from), closed_to: Some(to), leaves: Some(true), mine, ..Filter::default() };
    let states = "state=dispatched,active,closed,settled,suspended";
    let now = tasks::total(tx, ctx, &created(month, today)).await?;
    let then = tasks::total(tx, ctx, &created(before, same_day)).await?;
    let query = format!("{base}&{states}&created_from={month}&created_to={today}");
    figures.push(Figure { key: FigureKey::CreatedMonth, value: now, change: Some(now - then), query });
    let now = tasks::total(tx, ctx, &closed(month, today)).await?;
    let then = tasks::total(tx, ctx, &closed(before, same_day)).await?;
    let query = format!("{base}&closed_from={month}&closed_to={today}");
    figures.push(Figure { key: FigureKey::ClosedMonth, value: now, change: Some(now - then), query });
    let waiting = i64::try_from(todo::todo(tx, ctx).await?.items.len()).unwrap_or(0);
    figures.push(Figure { key: FigureKey::Todo, value: waiting, change: None, query: String::new() });
    let worst = FilterQuery {
        state: Some("dispatched,active".to_owned()),
        lamp: Some("red,orange".to_owned()),
        leaves: Some(true),
        mine,
        sort: Some("worst".to_owned()),
        limit: Some(10),
        ..FilterQuery::default()
    };
    Ok(Home {
        figures,
        red: tasks::list(tx, ctx, &worst).await?.items,
        by_unit: if oversees { units(tx, ctx, &open, &closed(month, today)).await? } else { Vec::new() },
        recent: tasks::recent(tx, ctx, ctx.now().minus(FORTNIGHT), 12).await?,
        trend: if oversees { tasks::trend(tx, ctx, 12).await? } else { Vec::new() },
    })
}

/// The load of each unit, and what it closed: two questions, since together they would look at every task there ever was.
async fn units(tx: &mut Tx, ctx: &Ctx, open: &Filter, closed: &Filter) -> Outcome<Vec<UnitLoad>> {
    let mut loads = tasks::by_unit(tx, ctx, open).await?;
    for done in tasks::by_unit(tx, ctx, closed).await? {
        match loads.iter_mut().find(|load| load.unit.id == done.unit.id) {
            Some(load) => load.closed = done.closed,
            None => loads.push(done),
        }
    }
    Ok(loads)
}
