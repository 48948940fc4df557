//! A fictitious development zone with its history up to yesterday evening, so that its today can begin.

use std::time::Duration;

use anyhow::Context as _;
use kit::{Day, Moment};

use super::{
    cast::{Author, Order},
    dice::Dice,
    furniture,
    hours::{self, FULL_DAY, MINUTE},
    life::Play,
    papers::Papers,
    people,
    plot::{Act, Node, OrderFate, Phase, Term},
    shape::{self, End, Fate},
    stage::Stage,
    writing::Writer,
};
use crate::{
    access,
    app::App,
    org::Unit,
    rules,
    tasks::{RequestKind, TaskRules},
};

/// What the set holds when nothing else is said.
pub(super) const MONTHS: usize = 24;

const SEED: u64 = 20_210_630;
/// Messages of the last so many days are there to be read.
const TOLD_DAYS: i64 = 7;
/// Reports and closings of so many days come with papers.
const PAPER_DAYS: i64 = 30;

/// Plays the last `months` months.
pub(super) async fn load(app: &App, months: usize, existing: &[Unit]) -> anyhow::Result<()> {
    let today = app.clock.today();
    let first = months_before(today, months);
    let dice = Dice::seeded(SEED ^ 0xd1ce);
    // What lies before today is done; what comes today is up to whoever looks.
    let told_from = today.plus_days(-TOLD_DAYS).start();
    let mut stage = Stage::new(app, SEED, eve(first), Some(told_from));
    let ctx = stage.ctx(access::system_principal());
    let area = people::build(stage.tx().await?, &ctx, &dice, existing).await?;
    access::mark_demo(stage.tx().await?).await?;
    // Of ordinary tasks one in five is checked after closing, of important ones three.
    let rules = TaskRules { verify_normal: 20, verify_important: 60, ..TaskRules::default() };
    let reason = "抽查比例";
    let words = wording::say!("修改任务规则，自{from}起执行（{reason}）", from = ctx.today());
    rules::write(stage.tx().await?, &ctx, &rules, ctx.today(), reason, 0, words).await?;
    stage.go_by(&rules)?;
    furniture::kinds(stage.tx().await?, &ctx).await?;
    stage.pause().await?;
    tracing::info!(demo.months = months, "the organisation stands");
    let mut play = Play::new(stage, area, dice);
    play.furnished = true;
    play.papers = Some(Papers::from(SEED, today.plus_days(-PAPER_DAYS).start()));
    let mut writer = Writer::default();
    let mut month = first.month();
    let last = hours::workday(&app.standing().calendar, today, -1);
    // Of the orders of the last weeks one is closed, one waits to be decided on, one is overdue and one has just come.
    let order_days = [(-14, OrderFate::Closed), (-9, OrderFate::Silent), (-4, OrderFate::Answered), (0, OrderFate::Silent)]
        .map(|(days, fate)| (hours::workday(&app.standing().calendar, last, days), fate));
    let mut owed = 0_i64;
    for (day, count) in shape::volumes(&play.dice.clone(), &play.stage.calendar.clone(), first, today.plus_days(-1), shape::MONTHLY) {
        if day.month() != month {
            tracing::info!(demo.month = %month, demo.tasks = play.nodes.len(), "a month has passed");
            month = day.month();
        }
        // A bundle may be more than a day's share; the next days have less.
        owed += i64::try_from(count).unwrap_or(0);
        while owed > 0 {
            owed -= i64::try_from(set_one(&mut play, &mut writer, day)).unwrap_or(1);
        }
        if let Some((turn, (_, fate))) = order_days.iter().enumerate().find(|(_, (on, _))| *on == day) {
            play.play_until(evening(day, EVENING)).await?;
            orders(&mut play, day, turn, *fate)?;
        }
        if day == last {
            play.play_until(evening(day, EVENING)).await?;
            last_evening(&mut play, &mut writer, day)?;
            asks(&mut play, day);
        }
        play.play_until(day.plus_days(1).start()).await?;
    }
    let (centre, lead) = (*play.area.centre.first().context("no centre")?, play.area.units.first().context("no unit")?.id);
    let ctx = play.stage.acting(&play.area, centre)?;
    furniture::repeated(play.stage.tx().await?, &ctx, lead).await?;
    play.stage.pause().await?;
    tracing::info!(demo.tasks = play.nodes.len(), "the zone stands");
    Ok(())
}

fn set_one(play: &mut Play, writer: &mut Writer, day: Day) -> usize {
    let (dice, calendar) = (play.dice.clone(), play.stage.calendar.clone());
    let order = Author { area: &play.area, dice: &dice, calendar: &calendar, writer, today: day }.order();
    let size = order.size();
    let at = hours::at(day, dice.between(0, FULL_DAY * 9 / 10));
    match order {
        Order::One(spec) => play.plan(at, 0, Act::Set(Box::new(spec))),
        Order::Many(bundle) => play.plan(at, 0, Act::SetAll(Box::new(bundle))),
    }
    size
}

/// What is left lying on the desks: matters that wait for approval, drafts, urges that nobody has answered yet.
fn last_evening(play: &mut Play, writer: &mut Writer, day: Day) -> anyhow::Result<()> {
    let (dice, calendar) = (play.dice.clone(), play.stage.calendar.clone());
    let evening = |minutes: i64| evening(day, minutes);
    for n in 0..6 {
        let mut author = Author { area: &play.area, dice: &dice, calendar: &calendar, writer, today: day };
        let mut spec = author.plain();
        spec.kind = if n < 3 { "rectification" } else { "meeting_decision" };
        let act = if n < 3 { Act::Set(Box::new(spec)) } else { Act::Jot(Box::new(spec)) };
        play.plan(evening(59 - 4 * n), 0, act);
    }
    // The first unit's people have the short logins: whoever signs in as its handler finds something new, something due
    // soon, and a question.
    let bureau = play.area.units.first().context("no unit")?;
    let (head, seat) = (bureau.head, *bureau.seats.first().context("nobody works there")?);
    for (n, sign, days) in [(0, 3 * FULL_DAY, 8), (1, 3 * FULL_DAY, 15), (2, 5 * MINUTE, 2)] {
        let mut author = Author { area: &play.area, dice: &dice, calendar: &calendar, writer, today: day };
        let mut spec = author.plain();
        (spec.creator, spec.reviewer, spec.unit, spec.seat, spec.seated) = (head, head, 0, seat, true);
        (spec.kind, spec.term, spec.steps) = ("meeting_decision", Term::On(hours::workday(&calendar, day, days)), 0);
        spec.co.clear();
        spec.fate = Fate { sign, returned: None, split: 0, end: End::Never, ..spec.fate };
        play.plan(evening(58 - 4 * n), 0, Act::Set(Box::new(spec)));
    }
    let mut pressed = 0;
    let late = |node: &Node| node.phase == Phase::Active && !node.closing && node.spec.fate.split == 0 && node.spec.fate.pace < 95;
    let mut open: Vec<usize> = (0..play.nodes.len()).filter(|at| play.nodes.get(*at).is_some_and(late)).collect();
    open.sort_by_key(|at| play.nodes.get(*at).map(|node| (node.spec.unit != 0, node.spec.seat.person != seat.person, node.due)));
    for at in open {
        let unit = play.node(at)?.spec.unit;
        if pressed < 9 && (unit == 0 && pressed < 2 || unit > 0 && dice.percent(40)) {
            pressed += 1;
            // What waits on the desk of the short logins is the first leader's.
            let who = if unit == 0 && pressed == 1 { play.area.leader } else { play.presser(at, unit)? };
            play.plan(evening(30 - 3 * pressed), at, Act::Urge(who, false));
        }
    }
    Ok(())
}

/// Numbered orders about what is most overdue and in none before: one to the unit with the short logins, one to another.
fn orders(play: &mut Play, day: Day, turn: usize, fate: OrderFate) -> anyhow::Result<()> {
    let late = |node: &Node| {
        let fits = node.phase == Phase::Active && !node.closing && node.above.is_none() && node.spec.fate.split == 0;
        // That unit alone has too few that are overdue; what is due next stands for them.
        fits && node.due.is_some_and(|due| due < day || node.spec.unit == 0)
    };
    let mut open: Vec<usize> = (0..play.nodes.len()).filter(|at| play.nodes.get(*at).is_some_and(late)).collect();
    open.sort_by_key(|at| play.nodes.get(*at).map(|node| (node.due, *at)));
    let unit_of = |at: &usize| play.nodes.get(*at).map_or(0, |node| node.spec.unit);
    let own = open.iter().copied().filter(|at| unit_of(at) == 0).nth(turn);
    let other = open.iter().copied().filter(|at| unit_of(at) != 0).nth(turn);
    for (n, (at, who)) in (0_i64..).zip([(own, play.area.leader), (other, *play.area.centre.first().context("no centre")?)]) {
        if let Some(at) = at {
            play.plan(evening(day, 12 - 3 * n), at, Act::Order(who, fate));
        }
    }
    Ok(())
}

/// What is asked for and not decided yet: some need more time, two stand still.
fn asks(play: &mut Play, day: Day) {
    let soon = day.plus_days(25);
    let asks = |node: &Node| {
        let fits = node.phase == Phase::Active && !node.closing && node.above.is_none() && node.spec.fate.split == 0;
        fits && node.due.is_some_and(|due| due > day && due < soon)
    };
    let open: Vec<usize> = (0..play.nodes.len()).filter(|at| play.nodes.get(*at).is_some_and(asks)).collect();
    for (n, at) in (0_i64..).zip(open.into_iter().step_by(3).take(8)) {
        let kind = if n % 4 == 3 { RequestKind::Suspend } else { RequestKind::Extend };
        play.plan(evening(day, 29 - 3 * n), at, Act::AskFor(kind));
    }
}

/// The last so many minutes of a working day.
const EVENING: i64 = 60;

/// So many minutes before the end of a working day.
fn evening(day: Day, minutes: i64) -> Moment {
    hours::at(day, FULL_DAY - minutes * MINUTE)
}

/// The evening before a day.
fn eve(day: Day) -> Moment {
    day.start().minus(Duration::from_secs(6 * 3600))
}

fn months_before(day: Day, months: usize) -> Day {
    let mut first = day.month_start();
    for _ in 0..months {
        first = first.plus_days(-1).month_start();
    }
    let last = first.plus_days(31).month_start().plus_days(-1);
    first.plus_days(day.month_start().days_until(day)).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_back_to_a_day_that_exists() {
        let before = |day: &str, months| months_before(day.parse().unwrap(), months).to_string();
        assert_eq!(before("2026-11-23", 24), "2024-11-23");
        assert_eq!(before("2026-03-31", 1), "2026-02-28");
        assert_eq!(before("2026-01-15", 1), "2025-12-15");
    }
}
