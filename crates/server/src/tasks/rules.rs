//! The numbers this room goes by: thresholds of lamps, terms of each step, which closed tasks are checked. The defaults are
//! DOMAIN §2 and §4; an area writes its own versions.

use kit::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use super::{
    model::{Importance, TaskId},
    requests::{Chain, Chained},
};
use crate::app::{Fields, Outcome, RuleSet};

text_enum! {
    /// How many colours warn.
    Colours {
        Four = "four", "四色（黄、橙、红）";
        Three = "three", "三色（黄、红）";
    }
}

/// The numbers of tasks. Shares are whole percent, days are working days unless they say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TaskRules {
    /// Yellow when verified progress falls below this share of the planned one.
    pub yellow_ratio: i64,
    /// Orange when it falls below this share.
    pub orange_ratio: i64,
    /// Planned progress is judged once it has reached this.
    pub judged_from: i64,
    /// Days before due that turn yellow, at least.
    pub yellow_remain: i64,
    /// Or this share of the span, whichever is longer.
    pub yellow_remain_share: i64,
    /// Days before due that turn orange, at least.
    pub orange_remain: i64,
    /// Or this share of the span, whichever is longer.
    pub orange_remain_share: i64,
    /// Verified progress from which the remaining days no longer matter.
    pub nearly_done: i64,
    /// Days a report may be late before red.
    pub report_late: i64,
    /// Days of orange before red.
    pub orange_days: i64,
    /// How many colours warn.
    pub colours: Colours,
    /// Days within which a party may return a task.
    pub return_within: i64,
    /// Days for signing.
    pub sign_within: i64,
    /// Days for naming a handler, from signing.
    pub assign_within: i64,
    /// Calendar days before its node on which a report comes into the list.
    pub report_ahead: i64,
    /// Days for reviewing a report, and for approving a task.
    pub review_within: i64,
    /// Days for deciding on what somebody asked for.
    pub decide_within: i64,
    /// How often a task may be put off.
    pub extend_times: i64,
    /// By how many days altogether, from its original due day.
    pub extend_days: i64,
    /// Which requests follow the chain of their task's importance.
    pub chained: Chained,
    /// Who agrees to these on a task of normal importance.
    pub chain_normal: Chain,
    /// The same for important ones.
    pub chain_important: Chain,
    /// The same for those of the greatest importance.
    pub chain_major: Chain,
    /// Calendar days within which a second look may be asked for.
    pub recheck_within: i64,
    /// Days for checking a closed task.
    pub verify_within: i64,
    /// How many closed tasks in a hundred of normal importance are checked; those of the greatest importance always are.
    pub verify_normal: i64,
    /// The same for important ones.
    pub verify_important: i64,
}

impl Default for TaskRules {
    fn default() -> Self {
        Self {
            yellow_ratio: 95,
            orange_ratio: 80,
            judged_from: 20,
            yellow_remain: 3,
            yellow_remain_share: 10,
            orange_remain: 1,
            orange_remain_share: 5,
            nearly_done: 90,
            report_late: 3,
            orange_days: 10,
            colours: Colours::Four,
            return_within: 3,
            sign_within: 1,
            assign_within: 1,
            report_ahead: 3,
            review_within: 2,
            decide_within: 3,
            extend_times: 2,
            extend_days: 60,
            chained: Chained::Terms,
            chain_normal: Chain::Issuer,
            chain_important: Chain::IssuerHead,
            chain_major: Chain::IssuerLeader,
            recheck_within: 30,
            verify_within: 10,
            verify_normal: 100,
            verify_important: 100,
        }
    }
}

impl RuleSet for TaskRules {
    const KIND: &'static str = "tasks";
}

impl TaskRules {
    /// Refuses numbers that make no sense by themselves or together.
    pub(super) fn check(&self) -> Outcome<()> {
        let mut fields = Fields::default();
        let mut between = |name: &str, value: i64, least: i64, most: i64| {
            if !(least..=most).contains(&value) {
                fields.add(name, say!("应为 {least} 至 {most} 的整数"));
            }
        };
        between("yellow_ratio", self.yellow_ratio, 1, 100);
        between("orange_ratio", self.orange_ratio, 1, 100);
        between("judged_from", self.judged_from, 0, 100);
        between("yellow_remain", self.yellow_remain, 0, 60);
        between("yellow_remain_share", self.yellow_remain_share, 0, 50);
        between("orange_remain", self.orange_remain, 0, 60);
        between("orange_remain_share", self.orange_remain_share, 0, 50);
        between("nearly_done", self.nearly_done, 1, 100);
        between("report_late", self.report_late, 0, 60);
        between("orange_days", self.orange_days, 1, 250);
        between("return_within", self.return_within, 0, 30);
        between("sign_within", self.sign_within, 0, 30);
        between("assign_within", self.assign_within, 0, 30);
        between("report_ahead", self.report_ahead, 0, 30);
        between("review_within", self.review_within, 0, 30);
        between("decide_within", self.decide_within, 0, 30);
        between("extend_times", self.extend_times, 0, 20);
        between("extend_days", self.extend_days, 0, 750);
        between("recheck_within", self.recheck_within, 0, 365);
        between("verify_within", self.verify_within, 0, 250);
        between("verify_normal", self.verify_normal, 0, 100);
        between("verify_important", self.verify_important, 0, 100);
        if self.orange_ratio > self.yellow_ratio {
            fields.add("orange_ratio", "不能高于黄灯的比例");
        }
        if self.orange_remain > self.yellow_remain {
            fields.add("orange_remain", "不能多于黄灯的天数");
        }
        if self.orange_remain_share > self.yellow_remain_share {
            fields.add("orange_remain_share", "不能高于黄灯的比例");
        }
        fields.finish()
    }

    /// Whether a closed task is checked before it is struck off. The draw follows from its id alone: nobody can choose it,
    /// and whoever doubts it can repeat it.
    pub fn checks(&self, importance: Importance, task: TaskId) -> bool {
        let share = match importance {
            Importance::Major => return true,
            Importance::Important => self.verify_important,
            Importance::Normal => self.verify_normal,
        };
        // The random half of a UUIDv7.
        let draw = task.0.as_u128() % 100;
        i64::try_from(draw).is_ok_and(|draw| draw < share)
    }
}

#[cfg(test)]
mod tests {
    use kit::{Clock, Rng};

    use super::*;
    use crate::app::Refusal;

    #[test]
    fn the_defaults_hold_together_and_nonsense_is_named() {
        TaskRules::default().check().unwrap();
        let wrong = TaskRules { orange_ratio: 99, yellow_remain: -1, ..TaskRules::default() };
        let Err(Refusal::Invalid(fields)) = wrong.check() else { panic!("was accepted") };
        let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["yellow_remain", "orange_ratio", "orange_remain"]);
    }

    #[test]
    fn as_many_are_checked_as_the_rule_says() {
        let rules = TaskRules { verify_normal: 20, ..TaskRules::default() };
        let (rng, now) = (Rng::seeded(7), Clock::system().now());
        let ids: Vec<TaskId> = (0..10_000).map(|_| TaskId::new(&rng, now)).collect();
        let checked = |importance| ids.iter().filter(|id| rules.checks(importance, **id)).count();
        assert!((1_800..2_200).contains(&checked(Importance::Normal)), "{}", checked(Importance::Normal));
        assert_eq!((checked(Importance::Important), checked(Importance::Major)), (10_000, 10_000));
    }
}
