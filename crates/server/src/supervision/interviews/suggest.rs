//! For which units a talk is suggested, and why.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike as _, NaiveDate};
use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Words, say};

use super::store::{self, OrderFact, RedFact};
use crate::{
    app::{Ctx, Outcome},
    org::{self, UnitId, UnitRef},
    supervision::orders::{OrderId, OrderLevel, OrderRules, OrderState, is_overdue},
    tasks::TaskId,
};

/// An order a suggestion stands on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SuggestedOrder {
    id: OrderId,
    number: String,
    level: OrderLevel,
    state: OrderState,
    issued_at: Moment,
    due_day: Day,
    /// It waits for an answer whose day has passed.
    overdue: bool,
}

/// A task a suggestion stands on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SuggestedTask {
    id: TaskId,
    number: Option<String>,
    title: String,
    /// When it turned red.
    red_day: Day,
}

/// A talk that is suggested. Nothing happens by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Suggestion {
    /// With whom.
    pub(super) unit: UnitRef,
    /// How often somebody has decided on this unit in this quarter; to be sent with the next decision.
    pub(super) version: i64,
    /// Why, each in words.
    reasons: Vec<Words>,
    /// The orders it stands on.
    orders: Vec<SuggestedOrder>,
    /// The tasks it stands on.
    tasks: Vec<SuggestedTask>,
}

/// The quarter of a day: its name and its first day.
pub(super) fn quarter(day: Day) -> (String, Day) {
    let date = day.date();
    let n = date.month0() / 3;
    let first = NaiveDate::from_ymd_opt(date.year(), n * 3 + 1, 1).and_then(Day::new).unwrap_or(day);
    (format!("{}Q{}", date.year(), n + 1), first)
}

/// From when on what a unit has run up is held against it: an earlier decision has dealt with what was before.
#[derive(Clone, Copy, Debug)]
struct Since {
    quarter: Day,
    decided: Option<Moment>,
}

impl Since {
    fn counts(self, at: Moment) -> bool {
        at >= self.quarter.start() && self.is_new(at)
    }

    fn is_new(self, at: Moment) -> bool {
        self.decided.is_none_or(|decided| at > decided)
    }
}

/// What speaks for a talk: in words, with the orders and tasks that count.
fn reasons<'a>(
    rules: &OrderRules,
    since: Since,
    orders: &'a [OrderFact],
    reds: &'a [RedFact],
    today: Day,
) -> Option<(Vec<Words>, Vec<&'a OrderFact>, Vec<&'a RedFact>)> {
    let expired = |order: &OrderFact| {
        order.level == OrderLevel::Red && is_overdue(order.state, order.due_day, today) && since.is_new(order.due_day.end())
    };
    let issued: Vec<&OrderFact> = orders.iter().filter(|order| since.counts(order.issued_at)).collect();
    let reds: Vec<&RedFact> = reds.iter().filter(|red| since.counts(red.day.start())).collect();
    let reaches = |n: usize, least: i64| least > 0 && i64::try_from(n).is_ok_and(|n| n >= least);
    let (many_orders, many_reds) = (reaches(issued.len(), rules.interview_orders), reaches(reds.len(), rules.interview_reds));
    let mut words: Vec<Words> = orders
        .iter()
        .filter(|order| expired(order))
        .map(|order| say!("红色督办单{number}到期（{day}）未反馈", number = order.number, day = order.due_day))
        .collect();
    if many_orders {
        words.push(say!("本季度收到{n}份督办单", n = issued.len()));
    }
    if many_reds {
        words.push(say!("本季度{n}项牵头任务亮红灯", n = reds.len()));
    }
    if words.is_empty() {
        return None;
    }
    let orders = orders.iter().filter(|order| expired(order) || (many_orders && since.counts(order.issued_at))).collect();
    Some((words, orders, if many_reds { reds } else { Vec::new() }))
}

/// What is suggested today for the units the actor sees, by unit.
pub(super) async fn suggestions(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Suggestion>> {
    let today = ctx.today();
    let (name, first) = quarter(today);
    let scope = &ctx.actor.scope;
    let mut orders: BTreeMap<UnitId, Vec<OrderFact>> = BTreeMap::new();
    for order in store::orders(tx, scope, first.start(), today).await? {
        orders.entry(order.unit_id).or_default().push(order);
    }
    let mut reds: BTreeMap<UnitId, Vec<RedFact>> = BTreeMap::new();
    for red in store::reds(tx, scope, first, today).await? {
        reds.entry(red.unit_id).or_default().push(red);
    }
    let mut decided: HashMap<UnitId, (i64, Moment)> = HashMap::new();
    for row in store::of_quarter(tx, scope, &name).await? {
        decided.insert(row.unit_id, (row.turn, row.decided_at));
    }
    let mut units: Vec<UnitId> = orders.keys().chain(reds.keys()).copied().collect();
    units.sort_unstable();
    units.dedup();
    let names: HashMap<UnitId, UnitRef> =
        org::unit_refs(tx, units.iter().copied()).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let rules = ctx.rules.get::<OrderRules>();
    let suggestion = |id: UnitId| {
        let since = Since { quarter: first, decided: decided.get(&id).map(|(_, at)| *at) };
        let own = (orders.get(&id).map_or(&[][..], Vec::as_slice), reds.get(&id).map_or(&[][..], Vec::as_slice));
        let (reasons, orders, reds) = reasons(&rules, since, own.0, own.1, today)?;
        Some(Suggestion {
            unit: names.get(&id)?.clone(),
            version: decided.get(&id).map_or(0, |(turn, _)| *turn),
            reasons,
            orders: orders.into_iter().map(|order| shown(order, today)).collect(),
            tasks: reds
                .into_iter()
                .map(|red| SuggestedTask { id: red.id, number: red.number.clone(), title: red.title.clone(), red_day: red.day })
                .collect(),
        })
    };
    Ok(units.into_iter().filter_map(suggestion).collect())
}

fn shown(order: &OrderFact, today: Day) -> SuggestedOrder {
    SuggestedOrder {
        id: order.id,
        number: order.number.clone(),
        level: order.level,
        state: order.state,
        issued_at: order.issued_at,
        due_day: order.due_day,
        overdue: is_overdue(order.state, order.due_day, today),
    }
}

#[cfg(test)]
mod tests {
    use kit::uuid::Uuid;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn order(level: OrderLevel, state: OrderState, issued: &str, due: &str) -> OrderFact {
        let (unit_id, id) = (UnitId(Uuid::from_u128(1)), OrderId(Uuid::from_u128(2)));
        OrderFact { unit_id, id, number: "1号".to_owned(), level, state, issued_at: day(issued).start(), due_day: day(due) }
    }

    fn red(on: &str) -> RedFact {
        RedFact { unit_id: UnitId(Uuid::from_u128(1)), id: TaskId(Uuid::from_u128(3)), number: None, title: String::new(), day: day(on) }
    }

    fn why(orders: &[OrderFact], reds: &[RedFact], decided: Option<&str>) -> Vec<String> {
        let rules = OrderRules { interview_orders: 2, interview_reds: 2, ..OrderRules::default() };
        let since = Since { quarter: day("2026-04-01"), decided: decided.map(|text| day(text).start()) };
        let found = reasons(&rules, since, orders, reds, day("2026-05-20"));
        found.map(|(words, ..)| words.iter().map(Words::zh).collect()).unwrap_or_default()
    }

    #[test]
    fn quarters_begin_in_january_april_july_and_october() {
        for (on, name, first) in [
            ("2026-01-01", "2026Q1", "2026-01-01"),
            ("2026-03-31", "2026Q1", "2026-01-01"),
            ("2026-04-01", "2026Q2", "2026-04-01"),
            ("2026-12-31", "2026Q4", "2026-10-01"),
        ] {
            assert_eq!(quarter(day(on)), (name.to_owned(), day(first)), "{on}");
        }
    }

    #[test]
    fn a_red_order_that_expired_is_reason_enough_in_whatever_quarter_it_was_issued() {
        let late = order(OrderLevel::Red, OrderState::Issued, "2026-03-02", "2026-03-06");
        assert_eq!(why(std::slice::from_ref(&late), &[], None), ["红色督办单1号到期（2026-03-06）未反馈"]);
        assert_eq!(why(&[order(OrderLevel::Red, OrderState::Issued, "2026-05-19", "2026-05-20")], &[], None), [""; 0]);
        assert_eq!(why(&[OrderFact { state: OrderState::Answered, ..late.clone() }], &[], None), [""; 0]);
        assert_eq!(why(&[OrderFact { level: OrderLevel::Orange, ..late.clone() }], &[], None), [""; 0]);
        // What was decided after it had expired has dealt with it.
        assert_eq!(why(&[late], &[], Some("2026-04-02")), [""; 0]);
    }

    #[test]
    fn orders_and_reds_of_the_quarter_are_counted_from_the_last_decision_on() {
        let blue = |issued: &str| order(OrderLevel::Blue, OrderState::Closed, issued, "2026-06-01");
        assert_eq!(why(&[blue("2026-04-02"), blue("2026-05-02")], &[], None), ["本季度收到2份督办单"]);
        assert_eq!(why(&[blue("2026-03-31"), blue("2026-05-02")], &[], None), [""; 0]);
        assert_eq!(why(&[blue("2026-04-02"), blue("2026-05-02")], &[], Some("2026-04-10")), [""; 0]);
        assert_eq!(why(&[], &[red("2026-04-02"), red("2026-05-02")], None), ["本季度2项牵头任务亮红灯"]);
        assert_eq!(why(&[], &[red("2026-03-02"), red("2026-05-02")], None), [""; 0]);
    }
}
