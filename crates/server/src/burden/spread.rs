//! How a number is spread over people's weeks: in the middle, near the top, at most. No person is named.

use serde::Serialize;
use utoipa::ToSchema;

/// How a number is spread; a week counts for a person where it is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Spread {
    /// Weeks of persons.
    pub(super) weeks: i64,
    /// All together.
    pub(super) total: i64,
    /// Half of the weeks have no more.
    pub(super) median: i64,
    /// 95 in a hundred have no more.
    pub(super) p95: i64,
    pub(super) most: i64,
    /// Weeks with more than the budget.
    pub(super) over: i64,
}

impl Spread {
    pub(super) fn of(mut values: Vec<i64>, budget: i64) -> Self {
        values.retain(|value| *value > 0);
        values.sort_unstable();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        // The nearest rank: a value that is there, never one in between.
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).copied().unwrap_or(0)
        };
        Self {
            weeks: count(values.len()),
            total: values.iter().sum(),
            median: at(50),
            p95: at(95),
            most: values.last().copied().unwrap_or(0),
            over: count(values.iter().filter(|value| **value > budget).count()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_the_top_and_what_is_over() {
        assert_eq!(Spread::of(Vec::new(), 5), Spread::default());
        assert_eq!(Spread::of(vec![0, 3], 5), Spread { weeks: 1, total: 3, median: 3, p95: 3, most: 3, over: 0 });
        let values: Vec<i64> = (1..=100).rev().collect();
        assert_eq!(Spread::of(values, 90), Spread { weeks: 100, total: 5050, median: 50, p95: 95, most: 100, over: 10 });
        assert_eq!(Spread::of(vec![1, 2, 9], 8).median, 2);
    }
}
