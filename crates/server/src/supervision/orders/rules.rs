//! The numbers orders go by, in versions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use super::model::OrderLevel;
use crate::{
    app::{Fields, Outcome, RuleSet},
    tasks,
};

/// The numbers of urging and of orders. Days are working days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::supervision) struct OrderRules {
    /// Within how many days an urge is answered where nothing is said.
    pub(in crate::supervision) urge_days: i64,
    /// The same for a blue order.
    pub(in crate::supervision) blue_days: i64,
    /// The same for an orange one.
    pub(in crate::supervision) orange_days: i64,
    /// The same for a red one.
    pub(in crate::supervision) red_days: i64,
    /// How orders are numbered, as tasks are; each issuing unit counts for itself.
    pub(in crate::supervision) numbering: String,
    /// From so many orders to a unit in a quarter on a talk is suggested; 0: never.
    pub(in crate::supervision) interview_orders: i64,
    /// From so many of a unit's tasks that turned red in a quarter on a talk is suggested; 0: never.
    pub(in crate::supervision) interview_reds: i64,
}

impl Default for OrderRules {
    fn default() -> Self {
        Self {
            urge_days: 1,
            blue_days: 5,
            orange_days: 3,
            red_days: 2,
            numbering: "{unit}督办〔{year}〕{seq}号".to_owned(),
            interview_orders: 3,
            interview_reds: 5,
        }
    }
}

impl RuleSet for OrderRules {
    const KIND: &'static str = "orders";
}

impl OrderRules {
    /// Within how many working days an order is answered.
    pub(super) const fn days(&self, level: OrderLevel) -> i64 {
        match level {
            OrderLevel::Blue => self.blue_days,
            OrderLevel::Orange => self.orange_days,
            OrderLevel::Red => self.red_days,
        }
    }

    /// Refuses numbers that make no sense.
    pub(super) fn check(&self) -> Outcome<()> {
        let mut fields = Fields::default();
        let mut between = |name: &str, value: i64, least: i64, most: i64| {
            if !(least..=most).contains(&value) {
                fields.add(name, say!("应为 {least} 至 {most} 的整数"));
            }
        };
        between("urge_days", self.urge_days, 1, 30);
        between("blue_days", self.blue_days, 1, 30);
        between("orange_days", self.orange_days, 1, 30);
        between("red_days", self.red_days, 1, 30);
        between("interview_orders", self.interview_orders, 0, 100);
        between("interview_reds", self.interview_reds, 0, 1000);
        if let Err(words) = tasks::check_numbering(&self.numbering) {
            fields.add("numbering", words);
        }
        fields.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Refusal;

    #[test]
    fn the_defaults_hold_and_nonsense_is_named() {
        OrderRules::default().check().unwrap();
        let wrong = OrderRules { red_days: 0, numbering: "督办".to_owned(), interview_reds: -1, ..OrderRules::default() };
        let Err(Refusal::Invalid(fields)) = wrong.check() else { panic!("was accepted") };
        let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["red_days", "interview_reds", "numbering"]);
    }
}
