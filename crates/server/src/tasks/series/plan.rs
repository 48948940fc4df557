//! The times of a series, worked out from its rules and the calendar of the day: pure.

use std::collections::BTreeSet;

use kit::Day;
use wording::{Words, say};
use workdays::Occurrence;

use super::{OccurrenceRow, OccurrenceState, Rule, Series};
use crate::app::Ctx;

/// One time of a series, come out or not.
#[derive(Clone, Debug)]
pub(super) struct Time<'s> {
    /// Its period's name.
    pub(super) period: String,
    /// The period and the day the rule names.
    pub(super) one: Occurrence,
    /// What holds for it.
    pub(super) rule: &'s Rule,
    /// What was said of it in particular.
    pub(super) row: Option<&'s OccurrenceRow>,
    /// When it begins.
    pub(super) day: Day,
    /// When it is due.
    pub(super) due: Day,
    /// When it is made.
    pub(super) out_on: Day,
    /// How its day came about, where it is not simply the one of the rule.
    pub(super) why: Vec<Words>,
    /// How its due day came about.
    pub(super) due_why: Vec<Words>,
}

impl Time<'_> {
    /// How it stands.
    pub(super) fn state(&self) -> OccurrenceState {
        self.row.map_or(OccurrenceState::Planned, |row| row.state)
    }

    /// Whether it will still come out.
    pub(super) fn is_ahead(&self) -> bool {
        !matches!(self.state(), OccurrenceState::Out | OccurrenceState::Skipped)
    }
}

impl Series {
    /// All its times up to a nominal day, in order.
    pub(super) fn times<'s>(&'s self, ctx: &'s Ctx, until: Day) -> impl Iterator<Item = Time<'s>> {
        self.all(ctx).take_while(move |time| time.one.nominal <= until.date())
    }

    /// All its times, in order. A period comes once, under the first rule that names it.
    pub(super) fn all<'s>(&'s self, ctx: &'s Ctx) -> impl Iterator<Item = Time<'s>> {
        let mut seen = BTreeSet::new();
        let limit = usize::try_from(self.row.times.unwrap_or(i64::MAX)).unwrap_or(usize::MAX);
        let last = self.row.until_day;
        let spans = self.rules.iter().enumerate().map(|(n, (from, rule))| (*from, self.rules.get(n + 1).map(|(next, _)| *next), rule));
        spans
            .flat_map(move |(from, next, rule)| {
                let days = rule.recurrence.occurrences(from.date(), &ctx.calendar);
                days.take_while(move |one| next.is_none_or(|next| one.nominal < next.date())).map(move |one| (one, rule))
            })
            .take_while(move |(one, _)| last.is_none_or(|last| one.nominal <= last.date()))
            .filter(move |(one, _)| seen.insert(one.key()))
            .map(|(one, rule)| self.time(ctx, one, rule))
            // What a rule would have made before it held; what was said of a period in particular stands all the same.
            .filter(|time| time.row.is_some() || time.day >= time.rule.not_before)
            .take(limit)
    }

    fn time<'s>(&'s self, ctx: &Ctx, one: Occurrence, rule: &'s Rule) -> Time<'s> {
        let period = one.key();
        let row = self.occurrence(&period);
        let own = Day::new(one.day).unwrap_or(rule.not_before);
        let day = row.and_then(|row| row.day).unwrap_or(own);
        let mut why: Vec<Words> = Vec::new();
        if day == own {
            why.extend(one.explanation(&ctx.calendar));
            why.extend(ctx.calendar.unpublished(one.nominal, one.day).map(workdays::Unpublished::words));
        } else {
            why.push(say!("由{own}改为{day}"));
        }
        let (mut due, mut due_why) = rule.due.of(ctx, &one, day);
        if let Some(chosen) = row.and_then(|row| row.due_day) {
            due = chosen.max(day);
            due_why = vec![say!("选定日期 → {day}", day = due)];
        }
        let out_on = if rule.ahead == 0 { day } else { Day::new(ctx.calendar.add_workdays(day.date(), -rule.ahead)).unwrap_or(day) };
        Time { period, one, rule, row, day, due, out_on, why, due_why }
    }

    /// When there is something to do next; nothing where nothing will come any more. `until` is how far ahead is looked.
    pub(super) fn next(&self, ctx: &Ctx) -> Option<Day> {
        let horizon = ctx.today().plus_days(HORIZON);
        let near = self.times(ctx, horizon).filter(Time::is_ahead).map(|time| time.out_on).min();
        // Whatever lies beyond is looked for again before it can come out.
        near.or_else(|| self.all(ctx).any(|time| time.one.nominal > horizon.date()).then(|| ctx.today().plus_days(HORIZON / 2)))
    }
}

/// Calendar days ahead that are looked at: further than anything can be moved or made ahead.
pub(super) const HORIZON: i64 = 500;
/// How far from its own day one time may be moved, in calendar days.
pub(super) const FARTHEST: i64 = 180;
