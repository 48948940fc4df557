//! Which order may follow which.

use kit::Day;
use wording::Words;

use super::model::{OrderLevel, OrderState};

impl OrderLevel {
    /// The next sharper one.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::Blue => Some(Self::Orange),
            Self::Orange => Some(Self::Red),
            Self::Red => None,
        }
    }
}

/// The level of the order that may follow one on a day, or why none may: it has to have expired without an answer. One whose answer was
/// refused expires on its new day.
pub(super) fn following(level: OrderLevel, state: OrderState, due: Day, today: Day) -> Result<OrderLevel, Words> {
    match state {
        state if state.is_ended() => return Err("这份督办单已经结束，不能升级。".into()),
        OrderState::Answered => return Err("对方已经反馈，请先认定；退回后到新的期限仍未反馈的才能升级。".into()),
        OrderState::Issued | OrderState::Returned if due >= today => return Err("还没有到反馈期限，到期未反馈才能升级。".into()),
        _ => {}
    }
    level.next().ok_or_else(|| "已经是红色督办单，不能再升级，可以约谈。".into())
}

/// Whether it has expired.
pub(in crate::supervision) fn is_overdue(state: OrderState, due: Day, today: Day) -> bool {
    state.owes() && due < today
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_sharper_order_follows_one_that_expired_and_no_other() {
        let (due, before, after) = (day("2026-03-05"), day("2026-03-05"), day("2026-03-06"));
        let next = |level, state, today| following(level, state, due, today).ok();
        assert_eq!(next(OrderLevel::Blue, OrderState::Issued, after), Some(OrderLevel::Orange));
        assert_eq!(next(OrderLevel::Orange, OrderState::Issued, after), Some(OrderLevel::Red));
        assert_eq!(next(OrderLevel::Blue, OrderState::Issued, before), None);
        assert_eq!(next(OrderLevel::Blue, OrderState::Returned, before), None);
        assert_eq!(next(OrderLevel::Blue, OrderState::Returned, after), Some(OrderLevel::Orange));
        assert_eq!(next(OrderLevel::Blue, OrderState::Answered, after), None);
        assert_eq!(next(OrderLevel::Red, OrderState::Issued, after), None);
        for ended in [OrderState::Closed, OrderState::Followed, OrderState::Withdrawn] {
            assert_eq!(next(OrderLevel::Blue, ended, after), None, "{ended:?}");
        }
    }

    #[test]
    fn only_what_is_owed_expires() {
        let (due, after) = (day("2026-03-05"), day("2026-03-06"));
        let overdue: Vec<_> = OrderState::ALL.iter().copied().filter(|state| is_overdue(*state, due, after)).collect();
        assert_eq!(overdue, [OrderState::Issued, OrderState::Returned]);
        assert!(!is_overdue(OrderState::Issued, due, due));
    }
}
