//! How much may be asked of a person, as data in versions. Nothing is refused for it: it is shown before something more is asked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use crate::app::{Fields, Outcome, RuleSet};

/// The budget of a person and a week, and what counts as asking twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BurdenRules {
    /// Messages a person may get in a week.
    pub messages_a_week: i64,
    /// Reports a person may owe in a week.
    pub reports_a_week: i64,
    /// From so many percent on, two tasks ask for something alike.
    pub alike_from: i64,
}

impl Default for BurdenRules {
    fn default() -> Self {
        Self { messages_a_week: 50, reports_a_week: 5, alike_from: 60 }
    }
}

impl RuleSet for BurdenRules {
    const KIND: &'static str = "burden";
}

impl BurdenRules {
    /// Refuses numbers that make no sense.
    pub(super) fn check(self) -> Outcome<()> {
        let mut fields = Fields::default();
        let mut between = |name: &str, value: i64, least: i64, most: i64| {
            if !(least..=most).contains(&value) {
                fields.add(name, say!("应为 {least} 至 {most} 的整数"));
            }
        };
        between("messages_a_week", self.messages_a_week, 1, 1000);
        between("reports_a_week", self.reports_a_week, 1, 100);
        // Below that everything is alike.
        between("alike_from", self.alike_from, 30, 100);
        fields.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Refusal;

    #[test]
    fn the_defaults_hold_and_nonsense_is_named() {
        BurdenRules::default().check().unwrap();
        let Err(Refusal::Invalid(fields)) = (BurdenRules { messages_a_week: 0, reports_a_week: 101, alike_from: 29 }).check() else {
            panic!("was accepted")
        };
        assert_eq!(
            fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(),
            ["messages_a_week", "reports_a_week", "alike_from"]
        );
    }
}
