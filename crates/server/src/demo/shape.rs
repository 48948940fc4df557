//! The shape of the work: how much comes when, how long it may take, and how it goes.

use kit::{Day, Moment};
use workdays::{Cadence, Calendar};

use super::{
    dice::Dice,
    hours::{FULL_DAY, HOUR, workday, workdays},
    writing::month_of,
};

/// Tasks a month, in the mean.
pub(super) const MONTHLY: i64 = 400;

/// A month's work against the mean, in percent: little around the spring festival, much after the work report and before
/// the half year ends.
const SEASON: [i64; 12] = [92, 70, 124, 108, 100, 116, 98, 90, 110, 84, 108, 100];

/// How many tasks are set on each working day of the span.
pub(super) fn volumes(dice: &Dice, calendar: &Calendar, from: Day, to: Day, monthly: i64) -> Vec<(Day, usize)> {
    let mut out = Vec::new();
    // Hundredths of a task that are still to be set.
    let mut owed = 0;
    for day in workdays(calendar, from, to) {
        let first = day.month_start();
        let last = first.plus_days(31).month_start().plus_days(-1);
        let days = i64::try_from(workdays(calendar, first, last).count()).unwrap_or(21).max(1);
        let season = SEASON.get(month_of(day) - 1).copied().unwrap_or(100);
        owed += monthly * season / days;
        let today = (owed * dice.between(55, 145) / 100).max(0);
        owed -= today / 100 * 100;
        out.push((day, usize::try_from(today / 100).unwrap_or(0)));
    }
    out
}

/// Where tasks come from, and how often.
pub(super) const KINDS: &[(&str, u64)] = &[
    ("meeting_decision", 16),
    ("superior_deployment", 14),
    ("leader_note", 12),
    ("leader_oral", 8),
    ("key_project", 12),
    ("livelihood_project", 6),
    ("document_handling", 10),
    ("investment_promotion", 6),
    ("rectification", 5),
    ("public_clue", 4),
    ("motion_proposal", 3),
    ("reform", 2),
    ("other", 2),
];

/// Kinds that wait for an approval.
pub(super) fn needs_approval(kind: &str) -> bool {
    matches!(kind, "rectification" | "public_clue")
}

/// When something is due, in the words of whoever sets it.
pub(super) fn due_words(dice: &Dice, today: Day) -> String {
    let month = month_of(today);
    let left = today.days_until(today.plus_days(31 - day_of(today)).month_start());
    match dice.weighted(&[(0, 30), (1, 39), (2, 25), (3, 6)], 1) {
        0 => dice.word(&["5个工作日内", "7个工作日内", "10个工作日内", "10个工作日内", "15个工作日内", "15日内", "2周内"]).to_owned(),
        1 if day_of(today) <= 12 => dice.word(&["月底前", "本月底", "20个工作日内", "1个月内"]).to_owned(),
        1 if left > 4 => dice.word(&["下月底前", "1个月内", "20个工作日内", "30个工作日内"]).to_owned(),
        1 => dice.word(&["下月底前", "下月20日前", "20个工作日内"]).to_owned(),
        2 if month <= 9 => match dice.below(3) {
            0 => format!("{}月底前", month + 2 + dice.below(2)),
            1 => "3个月内".to_owned(),
            _ => format!("{}月{}日前", month + 2, dice.between(1, 28)),
        },
        2 => dice.word(&["2个月内", "3个月内", "60个工作日内"]).to_owned(),
        _ if month <= 7 => dice.word(&["年底前", "11月底前", "半年内"]).to_owned(),
        _ => dice.word(&["半年内", "5个月内", "120个工作日内"]).to_owned(),
    }
}

/// 1 to 31.
fn day_of(day: Day) -> i64 {
    day.month_start().days_until(day) + 1
}

/// How often a task of this length reports: the first rule that asks at least once before it is due.
pub(super) fn rule(dice: &Dice, calendar: &Calendar, from: Day, due: Day) -> Cadence {
    let span = calendar.workdays_between(from.date(), due.date());
    // Once in the month, when about two thirds of the time have passed.
    let late = u8::try_from(day_of(workday(calendar, from, span * 2 / 3))).unwrap_or(25);
    let weekly = Cadence::Weekly { weekday: dice.weighted(&[(5, 4), (3, 1), (4, 1)], 5) };
    let tries = match span {
        ..=25 if dice.percent(14) => [weekly, Cadence::Monthly { day: late }],
        ..=35 => [Cadence::Monthly { day: late }, weekly],
        36..=70 => [Cadence::Monthly { day: dice.weighted(&[(25, 6), (20, 2), (28, 1), (10, 1)], 25) }, Cadence::Monthly { day: late }],
        _ if dice.percent(60) => [Cadence::Quarterly { day: 25 }, Cadence::Monthly { day: 25 }],
        _ => [Cadence::Monthly { day: 25 }, Cadence::Quarterly { day: 25 }],
    };
    tries.into_iter().find(|rule| !nodes(*rule, calendar, from, due).is_empty()).unwrap_or(Cadence::None)
}

/// The days a task reports on.
pub(super) fn nodes(rule: Cadence, calendar: &Calendar, from: Day, due: Day) -> Vec<Day> {
    rule.due_days(from.plus_days(1).date(), due.date(), calendar).filter_map(|due| Day::new(due.day)).take(400).collect()
}

/// How a task goes, thrown when it is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    /// Working time until it is signed.
    pub(super) sign: i64,
    /// Returned first: whether it goes to another unit then.
    pub(super) returned: Option<bool>,
    /// The handler is named on signing, not later by the head.
    pub(super) named: bool,
    /// Decomposed inside the unit into so many.
    pub(super) split: usize,
    /// Progress against the plan, in percent.
    pub(super) pace: i64,
    /// When it is asked to be closed.
    pub(super) end: End,
    /// Sent back once.
    pub(super) refused: bool,
    /// Working days until it is checked.
    pub(super) check: i64,
    /// Not passed.
    pub(super) fails: bool,
}

/// When a task is asked to be closed.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// So many working days after it is due; negative before.
    Around(i64),
    /// At this moment, and granted at that one.
    At(Moment, Moment),
    /// Not as long as anybody looks.
    Never,
}

impl Fate {
    /// Whether it will be closed after it was due.
    pub(super) const fn is_late(&self) -> bool {
        matches!(self.end, End::Around(0..) | End::Never)
    }
}

/// Throws a fate. `late` is how many of a hundred miss their day.
pub(super) fn fate(dice: &Dice, span: i64, late: u64) -> Fate {
    let sign = match dice.weighted(&[(0, 62), (1, 28), (2, 7), (3, 3)], 0) {
        0 => dice.between(HOUR / 4, 5 * HOUR),
        1 => dice.between(5 * HOUR, FULL_DAY),
        2 => dice.between(FULL_DAY, 2 * FULL_DAY),
        _ => dice.between(2 * FULL_DAY, 4 * FULL_DAY),
    };
    let is_late = dice.percent(late);
    // Whoever closes in time asks at least two working days before, most somewhat earlier, and has some days to spare.
    let early = match dice.below(4) {
        0 => 2,
        1 => 3,
        2 => 3 + span / 20,
        _ => 4 + span * dice.between(4, 12) / 100,
    };
    let lag = match (is_late, dice.below(10)) {
        (false, _) => -early.min((span - 2).max(2)),
        (true, 0..=6) => dice.between(0, 8),
        (true, 7..=8) => dice.between(9, 18),
        (true, _) => dice.between(19, 40),
    };
    let pace = match (is_late, dice.below(20)) {
        (true, 0..=8) => dice.between(45, 78),
        (true, 9..=15) => dice.between(80, 93),
        (false, 0 | 1) => dice.between(55, 79),
        (false, 2..=4) => dice.between(82, 94),
        _ => dice.between(100, 125),
    };
    Fate {
        sign,
        returned: dice.percent(3).then(|| dice.percent(60)),
        named: dice.percent(85),
        split: 0,
        pace,
        end: End::Around(lag),
        refused: dice.percent(5),
        check: dice.between(6, 12),
        fails: dice.percent(1),
    }
}

/// Weights of `n` tasks in percent that make a hundred.
pub(super) fn weights(dice: &Dice, n: usize) -> Vec<i64> {
    let n = i64::try_from(n.max(1)).unwrap_or(1);
    let mut out: Vec<i64> = (0..n).map(|at| 100 / n + i64::from(at < 100 % n)).collect();
    // What one has more, its neighbour has less: however the dice fall, none is left with nothing.
    for pair in out.chunks_exact_mut(2) {
        let more = dice.between(-100 / n / 4, 100 / n / 4);
        if let [one, other] = pair {
            *one += more;
            *other -= more;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::official;

    #[test]
    fn a_year_has_its_volume_and_its_seasons() {
        let calendar = official();
        let volumes = volumes(&Dice::seeded(1), &calendar, "2025-01-01".parse().unwrap(), "2025-12-31".parse().unwrap(), MONTHLY);
        let total: usize = volumes.iter().map(|(_, n)| n).sum();
        assert!((4_600..5_000).contains(&total), "{total}");
        assert!(volumes.iter().all(|(day, _)| calendar.is_workday(day.date())));
        let month = |name: &str| volumes.iter().filter(|(day, _)| day.month() == name).map(|(_, n)| n).sum::<usize>();
        assert!(month("2025-02") < 330 && month("2025-03") > 450, "{} {}", month("2025-02"), month("2025-03"));
    }

    #[test]
    fn every_due_day_can_be_read_and_lies_ahead() {
        let (calendar, dice) = (official(), Dice::seeded(5));
        let mut spans = Vec::new();
        for n in 0..2_000 {
            let today = "2025-01-02".parse::<Day>().unwrap().plus_days(n % 600);
            if !calendar.is_workday(today.date()) {
                continue;
            }
            let words = due_words(&dice, today);
            let reading = workdays::deadline::read(&words, today.date(), &calendar);
            assert!(reading.matched && reading.milestone_days.len() <= 1 && reading.report_rule.is_none(), "{words}: {reading:?}");
            let due = reading.day.unwrap();
            let span = calendar.workdays_between(today.date(), due);
            assert!((4..=260).contains(&span), "{words} from {today}: {due}");
            assert!(!nodes(rule(&dice, &calendar, today, Day::new(due).unwrap()), &calendar, today, Day::new(due).unwrap()).is_empty());
            spans.push(span);
        }
        let mean = spans.iter().sum::<i64>() / i64::try_from(spans.len()).unwrap();
        assert!((25..50).contains(&mean), "{mean}");
    }

    #[test]
    fn most_are_done_in_time_and_some_are_not() {
        let dice = Dice::seeded(9);
        let fates: Vec<Fate> = (0..4_000).map(|n| fate(&dice, 5 + n % 90, 12)).collect();
        let share = |test: fn(&Fate) -> bool| fates.iter().filter(|fate| test(fate)).count() * 1000 / fates.len();
        assert!((95..145).contains(&share(Fate::is_late)), "{}", share(Fate::is_late));
        assert!((10..50).contains(&share(|fate| fate.returned.is_some())));
        assert!(share(|fate| fate.sign <= FULL_DAY) > 850);
        assert!((550..700).contains(&share(|fate| fate.pace >= 95)), "{}", share(|fate| fate.pace >= 95));
    }

    #[test]
    fn weights_make_a_hundred() {
        let dice = Dice::seeded(1);
        for n in (1..=12).cycle().take(6000) {
            let weights = weights(&dice, n);
            assert_eq!(weights.len(), n);
            assert_eq!(weights.iter().sum::<i64>(), 100);
            assert!(weights.iter().all(|weight| *weight > 0), "{weights:?}");
        }
    }
}
