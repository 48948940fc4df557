use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use crate::{
    app::{Fields, Outcome, RuleSet},
    org::UnitId,
};

/// A petabyte.
const MOST: i64 = 1 << 30;

/// How much room files may take, in MiB; 0 is without limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FileQuotas {
    /// All contents together.
    pub(super) total_mib: i64,
    /// Each unit directly below the top, with what is below it.
    pub(super) bureau_mib: i64,
    /// Single units, with what is below them, by their id; 0 lifts what holds for all.
    #[schema(value_type = BTreeMap<String, i64>)]
    pub(super) units: BTreeMap<UnitId, i64>,
    /// Whoever looks after it is told when so many percent are taken, and again at `alarm`.
    pub(super) warn: i64,
    /// See `warn`.
    pub(super) alarm: i64,
}

impl Default for FileQuotas {
    fn default() -> Self {
        Self { total_mib: 0, bureau_mib: 0, units: BTreeMap::new(), warn: 80, alarm: 95 }
    }
}

impl RuleSet for FileQuotas {
    const KIND: &'static str = "file_quotas";
}

impl FileQuotas {
    pub(super) fn check(&self) -> Outcome<()> {
        let mut fields = Fields::default();
        let mut between = |name: &str, value: i64, least: i64, most: i64| {
            if !(least..=most).contains(&value) {
                fields.add(name, say!("应为 {least} 至 {most} 的整数"));
            }
        };
        between("total_mib", self.total_mib, 0, MOST);
        between("bureau_mib", self.bureau_mib, 0, MOST);
        for (unit, value) in &self.units {
            between(&format!("units.{unit}"), *value, 0, MOST);
        }
        between("warn", self.warn, 1, 100);
        between("alarm", self.alarm, 1, 100);
        if self.alarm < self.warn {
            fields.add("alarm", "不能低于预警的比例");
        }
        fields.finish()
    }

    /// What a unit may take, in bytes; nothing where it may take what it likes.
    pub(super) fn of_unit(&self, unit: UnitId, is_bureau: bool) -> Option<i64> {
        let mib = self.units.get(&unit).copied().unwrap_or(if is_bureau { self.bureau_mib } else { 0 });
        (mib > 0).then_some(mib << 20)
    }

    /// What all may take, in bytes.
    pub(super) fn total(&self) -> Option<i64> {
        (self.total_mib > 0).then_some(self.total_mib << 20)
    }

    /// Whether there is any limit at all.
    pub(super) fn limits(&self) -> bool {
        self.total_mib > 0 || self.bureau_mib > 0 || self.units.values().any(|mib| *mib > 0)
    }

    /// The threshold that is reached by so much of so much, in percent.
    pub(super) fn reached(&self, used: i64, limit: i64) -> Option<i64> {
        let share = i128::from(used) * 100;
        let passes = |percent: i64| share >= i128::from(limit) * i128::from(percent);
        [self.alarm, self.warn].into_iter().find(|percent| passes(*percent))
    }
}

#[cfg(test)]
mod tests {
    use kit::uuid::Uuid;

    use super::*;

    #[test]
    fn a_unit_of_its_own_comes_before_what_holds_for_all() {
        let (a, b) = (UnitId(Uuid::from_u128(1)), UnitId(Uuid::from_u128(2)));
        let quotas = FileQuotas { bureau_mib: 10, units: [(a, 0), (b, 3)].into(), ..FileQuotas::default() };
        assert_eq!((quotas.of_unit(a, true), quotas.of_unit(b, false)), (None, Some(3 << 20)));
        let other = UnitId(Uuid::from_u128(3));
        assert_eq!((quotas.of_unit(other, true), quotas.of_unit(other, false)), (Some(10 << 20), None));
    }

    #[test]
    fn thresholds_are_reached_from_below() {
        let quotas = FileQuotas::default();
        for (used, reached) in [(79, None), (80, Some(80)), (94, Some(80)), (95, Some(95)), (200, Some(95))] {
            assert_eq!(quotas.reached(used, 100), reached, "{used}");
        }
    }
}
