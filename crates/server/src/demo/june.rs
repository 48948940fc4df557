//! June 2021, the one month of the first such system whose figures were published: 415 tasks, 61 of them important, 168
//! closed and 27 overdue when it ended. Same area, same verbs; the set ends with the month, whatever the time is now.

use std::time::Duration;

use anyhow::ensure;
use kit::{Day, Moment};
use workdays::Calendar;

use super::{
    cast::Author,
    dice::Dice,
    hours::{self, FULL_DAY, HOUR},
    life::Play,
    people,
    plot::{Act, Spec, Term},
    shape::{self, End},
    stage::Stage,
    writing::Writer,
};
use crate::{
    access,
    app::App,
    org::Unit,
    tasks::{self, Importance},
};

const SEED: u64 = 202_106;
const CREATED: usize = 415;
const IMPORTANT: usize = 61;
/// Of the important ones.
const MAJOR: usize = 12;
const COMPLETED: usize = 168;
const OVERDUE: usize = 27;

/// What became of a task by the end of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lot {
    Completed,
    Overdue,
    Running,
}

/// The month's days: first, last.
fn month() -> anyhow::Result<(Day, Day)> {
    let day = |text: &str| text.parse().map_err(anyhow::Error::new);
    Ok((day("2021-06-01")?, day("2021-06-30")?))
}

/// Plays the month.
pub(super) async fn load(app: &App, existing: &[Unit]) -> anyhow::Result<()> {
    let (first, last) = month()?;
    let dice = Dice::seeded(SEED ^ 0xd1ce);
    let mut stage = Stage::new(app, SEED, first.start().minus(Duration::from_secs(6 * 3600)), None);
    let ctx = stage.ctx(access::system_principal());
    let area = people::build(stage.tx().await?, &ctx, &dice, existing).await?;
    access::mark_demo(stage.tx().await?).await?;
    let mut play = Play::new(stage, area, dice.clone());
    let calendar = play.stage.calendar.clone();
    let mut writer = Writer::default();
    for ((lot, importance), at) in lots(&dice).into_iter().zip(moments(&dice, &calendar, first, last)) {
        let mut author = Author { area: &play.area, dice: &dice, calendar: &calendar, writer: &mut writer, today: at.day() };
        let mut spec = author.plain();
        spec.importance = importance;
        settle(&dice, &calendar, &mut spec, lot, at, last);
        play.plan(at, 0, Act::Set(Box::new(spec)));
    }
    play.play_until(last.end()).await?;
    play.stage.pause().await?;
    // What the set is for; the seed is fixed, so this holds always or never.
    let ctx = play.stage.ctx(access::system_principal());
    let found = tasks::summary(&mut app.db.read().await?, &ctx, first, last, Some(last.end())).await?;
    let found = [found.created, found.important, found.completed, found.overdue].map(|n| usize::try_from(n).unwrap_or(0));
    ensure!(found == [CREATED, IMPORTANT, COMPLETED, OVERDUE], "the month has come out as {found:?}");
    tracing::info!(demo.tasks = CREATED, "June 2021 stands");
    Ok(())
}

/// What each task is to be: those that end within the month come before those that go on, so that they get the earlier
/// days.
fn lots(dice: &Dice) -> Vec<(Lot, Importance)> {
    let mut importances: Vec<Importance> = (0..CREATED)
        .map(|n| match n {
            0..MAJOR => Importance::Major,
            MAJOR..IMPORTANT => Importance::Important,
            _ => Importance::Normal,
        })
        .collect();
    dice.shuffle(&mut importances);
    let mut ended: Vec<Lot> = [vec![Lot::Overdue; OVERDUE], vec![Lot::Completed; COMPLETED]].concat();
    dice.shuffle(&mut ended);
    ended.resize(CREATED, Lot::Running);
    // Some of those that go on are early ones, too.
    let early = CREATED / 2;
    for at in early..early + CREATED / 8 {
        ended.swap(at, dice.below(early));
    }
    ended.into_iter().zip(importances).collect()
}

/// When each task is set, the earliest first.
fn moments(dice: &Dice, calendar: &Calendar, first: Day, last: Day) -> Vec<Moment> {
    let days: Vec<Day> = hours::workdays(calendar, first, last).collect();
    let mut out: Vec<Moment> = (0..CREATED)
        .map(|n| {
            let day = days.get(n * days.len() / CREATED).copied().unwrap_or(first);
            hours::at(day, dice.between(0, FULL_DAY - HOUR))
        })
        .collect();
    out.sort_unstable();
    out
}

/// Gives a task its lot.
fn settle(dice: &Dice, calendar: &Calendar, spec: &mut Spec, lot: Lot, at: Moment, last: Day) {
    let day = at.day();
    let left = calendar.workdays_between(day.date(), last.date());
    let fate = &mut spec.fate;
    if shape::needs_approval(spec.kind) {
        spec.kind = "meeting_decision";
    }
    spec.steps = 0;
    (fate.split, fate.refused, fate.fails) = (0, false, false);
    // Checks come in July.
    fate.check = 60;
    match lot {
        Lot::Completed => {
            let ask = hours::workday(calendar, day, dice.between(2, (left - 1).max(2)));
            let ask = hours::at(ask, dice.between(0, FULL_DAY / 2));
            fate.end = End::At(ask, hours::later(calendar, ask, dice.between(HOUR / 2, 3 * HOUR)));
            (fate.sign, fate.returned, fate.named) = (fate.sign.min(3 * HOUR), None, true);
        }
        Lot::Overdue => {
            let due = hours::workday(calendar, day, dice.between(3, (left - 1).max(3))).min(last.plus_days(-1));
            spec.term = Term::On(due);
            fate.pace = dice.between(40, 85);
            (fate.sign, fate.returned, fate.end) = (fate.sign.min(FULL_DAY), None, End::Never);
        }
        Lot::Running => {
            let early = match &spec.term {
                Term::Words(words) => {
                    let due = workdays::deadline::read(words, day.date(), calendar).day.and_then(Day::new);
                    due.is_none_or(|due| due < last)
                }
                Term::On(_) | Term::Standing => true,
            };
            if early {
                spec.term = Term::Words(dice.word(&["月底前", "7月10日前", "7月底前", "30个工作日内"]).to_owned());
            }
            fate.end = End::Never;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lots_add_up() {
        let lots = lots(&Dice::seeded(1));
        let count = |lot: Lot| lots.iter().filter(|(is, _)| *is == lot).count();
        assert_eq!((lots.len(), count(Lot::Completed), count(Lot::Overdue)), (CREATED, COMPLETED, OVERDUE));
        assert_eq!(lots.iter().filter(|(_, importance)| *importance != Importance::Normal).count(), IMPORTANT);
    }

    #[test]
    fn every_task_is_set_within_the_month() {
        let calendar = crate::calendar::official();
        let (first, last) = month().unwrap();
        let moments = moments(&Dice::seeded(1), &calendar, first, last);
        assert_eq!(moments.len(), CREATED);
        assert!(moments.iter().all(|at| (first..=last).contains(&at.day()) && calendar.is_workday(at.day().date())));
        assert!(moments.is_sorted());
    }
}
