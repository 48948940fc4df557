//! What is reminded of, when, whom and how: rules as data. The sets are versions of one [`crate::app::RuleSet`], each from a day on.

use std::collections::BTreeSet;

use kit::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;
use workdays::Hours;

use super::{condition::Condition, text};
use crate::{
    app::{Fields, Outcome, RuleSet},
    calendar::{TimeOfDay, TimeSpan, hours_of},
    notify::Channel,
    org::{PersonId, UnitId},
    tasks::Lamp,
};

/// What a reminder begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Trigger {
    /// The task went out; counts from that moment, whoever has signed.
    Dispatched,
    /// A party has not signed; counts from the moment it was told.
    Unsigned,
    /// The due day, before and after.
    Due,
    /// The due day of a part somebody else does.
    PartDue,
    /// The earliest report owed, before and after its day.
    ReportDue,
    /// A step that nobody has said to be reached.
    Milestone,
    /// The lamp turns to this colour, or a worse one.
    Lamp {
        /// Orange or red.
        lamp: Lamp,
    },
    /// Nothing was reported for so many working days.
    Silent {
        /// How many.
        workdays: i64,
    },
    /// An urge was not answered; counts from the end of the day it was to be answered by.
    Urge,
    /// A leader's instruction was not answered; counts from the end of the day it was to be answered by.
    Instruction,
    /// The day by which a supervision order is to be answered, before and after.
    Order,
    /// Something asked for is not decided; counts from when it was asked.
    Request,
}

impl Trigger {
    /// Whether its steps may come before what they are about.
    pub(super) const fn looks_ahead(&self) -> bool {
        matches!(self, Self::Due | Self::PartDue | Self::ReportDue | Self::Milestone | Self::Instruction | Self::Order)
    }

    /// Whether it counts from a day, so that steps have a time of day; else it counts from a moment.
    pub(super) const fn is_daily(&self) -> bool {
        !matches!(self, Self::Dispatched | Self::Unsigned | Self::Request)
    }
}

text_enum! {
    /// What a delay is counted in.
    DelayUnit {
        Workdays = "workdays", "个工作日";
        Days = "days", "天";
        WorkHours = "work_hours", "个工作小时";
        Hours = "hours", "小时";
    }
}

/// How long after what it counts from; before where negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Delay {
    pub(super) n: i64,
    pub(super) unit: DelayUnit,
}

text_enum! {
    /// Who, as seen from the task.
    Recipient {
        Handler = "handler", "经办人";
        Liaison = "liaison", "联络员";
        Head = "head", "单位负责人";
        ChargeLeader = "charge_leader", "分管领导";
        Issuer = "issuer", "交办人";
        IssuerHead = "issuer_head", "交办单位负责人";
        Centre = "centre", "政务运营中心";
        AreaLeaders = "area_leaders", "管委领导";
        Decider = "decider", "审批人";
    }
}

/// One step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) after: Delay,
    /// At what time of that day, for what counts in days; nine o'clock when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) at: Option<TimeOfDay>,
    pub(super) to: BTreeSet<Recipient>,
    /// And these people by name, where they see the task.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) persons: BTreeSet<PersonId>,
    /// A message in the system is always left, too.
    pub(super) channels: BTreeSet<Channel>,
    /// Only where this holds at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) only_if: Option<Condition>,
    /// Words of one's own in place of the usual ones, with places such as `{title}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

/// Goes on after the last step, with its recipients and channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Repeat {
    /// Working days between two.
    pub(super) every: i64,
    /// How often.
    pub(super) times: i64,
}

text_enum! {
    /// What an acknowledgement does to a ladder.
    OnAck {
        Stop = "stop", "停止";
        GoOn = "go_on", "继续";
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Stays the same over all versions of the set.
    pub(super) code: String,
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) trigger: Trigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<Condition>,
    /// Only tasks these units or units below them lead; all when empty.
    #[serde(default)]
    pub(super) units: BTreeSet<UnitId>,
    /// Only tasks from these sources; all when empty.
    #[serde(default)]
    pub(super) source_kinds: BTreeSet<String>,
    /// From the earliest to the latest.
    pub(super) steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repeat: Option<Repeat>,
    pub(super) on_ack: OnAck,
}

/// All rules, and the hours they keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookoutRules {
    pub(super) rules: Vec<Rule>,
    /// When people work, for delays in working hours.
    pub(super) office: Vec<TimeSpan>,
}

impl RuleSet for LookoutRules {
    const KIND: &'static str = "lookout";
}

/// More rules than anybody could oversee.
const MOST_RULES: usize = 60;
const MOST_STEPS: usize = 12;
/// Whoever wants to tell more of them means a role.
const MOST_PERSONS: usize = 20;

impl LookoutRules {
    /// The hours in which people work.
    pub(super) fn hours(&self) -> Option<Hours> {
        hours_of(&self.office)
    }

    /// Refuses rules that make no sense by themselves or together.
    pub(super) fn check(&self) -> Outcome<()> {
        let mut fields = Fields::default();
        if self.hours().is_none() {
            fields.add("office", "各时段应先后有序、不重叠，且至少有一段");
        }
        if self.rules.len() > MOST_RULES {
            fields.add("rules", say!("最多 {most} 条规则", most = MOST_RULES));
        }
        let mut codes = BTreeSet::new();
        for (index, rule) in self.rules.iter().enumerate() {
            fields.under(format!("rules[{index}]."));
            let fit =
                (1..=40).contains(&rule.code.len()) && rule.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !fit {
                fields.add("code", "应为 1 至 40 个小写字母、数字或下划线");
            }
            if !codes.insert(rule.code.as_str()) {
                fields.add("code", "与前面的规则重复");
            }
            rule.check(&mut fields, index);
        }
        fields.finish()
    }
}

impl Rule {
    /// Whom its steps name.
    pub(super) fn persons(&self) -> impl Iterator<Item = PersonId> {
        self.steps.iter().flat_map(|step| step.persons.iter().copied())
    }

    fn check(&self, fields: &mut Fields, index: usize) {
        fields.text("name", &self.name, 40);
        match self.trigger {
            Trigger::Lamp { lamp } if !matches!(lamp, Lamp::Yellow | Lamp::Orange | Lamp::Red) => {
                fields.add("trigger.lamp", "应为黄、橙或红");
            }
            Trigger::Silent { workdays } if !(1..=250).contains(&workdays) => fields.add("trigger.workdays", "应为 1 至 250"),
            _ => {}
        }
        if let Some(when) = &self.when
            && let Err(words) = when.check()
        {
            fields.add("when", words);
        }
        if self.steps.is_empty() || self.steps.len() > MOST_STEPS {
            fields.add("steps", say!("应有 1 至 {most} 步", most = MOST_STEPS));
        }
        if let Some(Repeat { every, times }) = self.repeat
            && !((1..=60).contains(&every) && (1..=50).contains(&times))
        {
            fields.add("repeat", "间隔应为 1 至 60 个工作日，次数应为 1 至 50");
        }
        let mut before = None;
        for (n, step) in self.steps.iter().enumerate() {
            fields.under(format!("rules[{index}].steps[{n}]."));
            let most = match step.after.unit {
                DelayUnit::Workdays | DelayUnit::Days => 400,
                DelayUnit::WorkHours | DelayUnit::Hours => 2000,
            };
            if step.after.n.abs() > most {
                fields.add("after", say!("最多 {most}"));
            }
            if step.after.n < 0 && !self.trigger.looks_ahead() {
                fields.add("after", "只有到期、应报、节点、批示和督办单可以提前提醒");
            }
            let by_day = matches!(step.after.unit, DelayUnit::Workdays | DelayUnit::Days);
            if step.at.is_some() && !(by_day && self.trigger.is_daily()) {
                fields.add("at", "只有按天计的步骤可以指定时刻");
            }
            // A rough order is enough to find what was put in the wrong place.
            let minutes = match step.after.unit {
                DelayUnit::Workdays | DelayUnit::Days => step.after.n * 24 * 60,
                DelayUnit::WorkHours | DelayUnit::Hours => step.after.n * 60,
            } + step.at.map_or(0, |at| i64::from(chrono::Timelike::num_seconds_from_midnight(&at.0)) / 60);
            if before.is_some_and(|before| before > minutes) {
                fields.add("after", "各步应由先到后");
            }
            before = Some(minutes);
            if step.to.is_empty() && step.persons.is_empty() {
                fields.add("to", "至少选一类接收人，或指定人员");
            }
            if step.persons.len() > MOST_PERSONS {
                fields.add("persons", say!("最多指定 {most} 人", most = MOST_PERSONS));
            }
            if step.to.contains(&Recipient::Decider) && self.trigger != Trigger::Request {
                fields.add("to", "审批人只用于申请待批");
            }
            if let Some(condition) = &step.only_if
                && let Err(words) = condition.check()
            {
                fields.add("only_if", words);
            }
            if let Some(own) = &step.text
                && let Err(words) = text::check(own)
            {
                fields.add("text", words);
            }
        }
    }
}
