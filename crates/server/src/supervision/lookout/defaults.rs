//! The rules the program is delivered with: DOMAIN §5.

use std::collections::BTreeSet;

use super::{
    condition::{Condition, Fact},
    rule::{Delay, DelayUnit, LookoutRules, OnAck, Recipient, Repeat, Rule, Step, Trigger},
};
use crate::{
    calendar::{TimeOfDay, TimeSpan},
    notify::Channel,
    tasks::{Lamp, Urgency},
};

use Channel::{Sms, Voice, Wechat};
use Recipient::{AreaLeaders, Centre, ChargeLeader, Decider, Handler, Head, Liaison};

fn after<const R: usize, const C: usize>(n: i64, unit: DelayUnit, to: [Recipient; R], channels: [Channel; C]) -> Step {
    Step {
        after: Delay { n, unit },
        at: None,
        to: to.into(),
        persons: BTreeSet::new(),
        channels: channels.into(),
        only_if: None,
        text: None,
    }
}

/// So many working days after, before where negative.
fn on<const R: usize, const C: usize>(workdays: i64, to: [Recipient; R], channels: [Channel; C]) -> Step {
    after(workdays, DelayUnit::Workdays, to, channels)
}

fn is(fact: Fact, words: &[&str]) -> Condition {
    Condition::Is { fact, one_of: words.iter().map(|word| (*word).to_owned()).collect() }
}

fn rule(code: &str, name: &str, trigger: Trigger, steps: Vec<Step>) -> Rule {
    Rule {
        code: code.to_owned(),
        name: name.to_owned(),
        enabled: true,
        trigger,
        when: None,
        units: BTreeSet::new(),
        source_kinds: BTreeSet::new(),
        steps,
        repeat: None,
        on_ack: OnAck::Stop,
    }
}

impl Default for LookoutRules {
    fn default() -> Self {
        let critical = || is(Fact::Urgency, &[Urgency::Critical.word()]);
        let weighty = || Condition::Any { of: vec![is(Fact::Importance, &["important", "major"]), critical()] };
        let calm = |n, unit| after(n, unit, [Liaison], [Wechat]);
        let firm = |n, unit| after(n, unit, [Liaison, Head], [Wechat, Sms]);
        let unsigned = Rule {
            when: Some(Condition::Not { of: Box::new(critical()) }),
            repeat: Some(Repeat { every: 2, times: 5 }),
            ..rule("unsigned", "未按时签收", Trigger::Unsigned, vec![calm(1, DelayUnit::Workdays), firm(2, DelayUnit::Workdays)])
        };
        let unsigned_critical = Rule {
            when: Some(critical()),
            repeat: Some(Repeat { every: 1, times: 5 }),
            ..rule(
                "unsigned_critical",
                "特急件未按时签收",
                Trigger::Unsigned,
                vec![calm(4, DelayUnit::WorkHours), firm(8, DelayUnit::WorkHours)],
            )
        };
        let due = Rule {
            on_ack: OnAck::GoOn,
            ..rule(
                "due",
                "临近到期",
                Trigger::Due,
                vec![
                    on(-10, [Handler], []),
                    on(-5, [Handler], [Wechat]),
                    on(-3, [Handler], [Wechat]),
                    on(-1, [Handler, Liaison], [Wechat, Sms]),
                    on(0, [Handler, Liaison], [Wechat, Sms]),
                ],
            )
        };
        let overdue = Rule {
            repeat: Some(Repeat { every: 10, times: 20 }),
            ..rule(
                "overdue",
                "逾期未办结",
                Trigger::Due,
                vec![
                    on(1, [Handler], [Wechat]),
                    Step { at: Some(TimeOfDay::of(14, 30)), ..on(1, [Handler], [Sms]) },
                    Step { at: Some(TimeOfDay::of(14, 30)), only_if: Some(weighty()), ..on(1, [Handler], [Voice]) },
                    on(3, [Handler, Liaison, Head], [Wechat, Sms]),
                    Step { at: Some(TimeOfDay::of(14, 30)), only_if: Some(weighty()), ..on(3, [Handler], [Voice]) },
                    on(5, [Handler, Liaison, Head, ChargeLeader], [Wechat, Sms]),
                    on(10, [Handler, Liaison, Head, ChargeLeader, AreaLeaders], [Wechat, Sms]),
                ],
            )
        };
        let part = Rule {
            repeat: Some(Repeat { every: 5, times: 10 }),
            ..rule(
                "part_due",
                "配合事项到期",
                Trigger::PartDue,
                vec![on(-3, [Handler], [Wechat]), on(-1, [Handler, Liaison], [Wechat]), on(1, [Handler, Liaison, Head], [Wechat, Sms])],
            )
        };
        let near =
            Rule { on_ack: OnAck::GoOn, ..rule("report_due", "临近应报节点", Trigger::ReportDue, vec![on(-1, [Handler], [Wechat])]) };
        let missed = Rule {
            repeat: Some(Repeat { every: 2, times: 10 }),
            ..rule(
                "report_missed",
                "应报未报",
                Trigger::ReportDue,
                vec![on(1, [Handler, Liaison], [Wechat, Sms]), on(3, [Handler, Liaison, Head], [Wechat, Sms])],
            )
        };
        let milestone = rule(
            "milestone",
            "节点到期",
            Trigger::Milestone,
            vec![on(-3, [Handler], []), on(1, [Handler, Liaison], [Wechat]), on(5, [Handler, Liaison, Head], [Wechat])],
        );
        let urge = rule(
            "urge",
            "督办逾期未回复",
            Trigger::Urge,
            vec![on(1, [Handler], [Sms, Voice]), on(2, [Handler, Liaison, Head], [Sms, Voice])],
        );
        let instruction = rule(
            "instruction",
            "批示逾期未反馈",
            Trigger::Instruction,
            vec![
                on(0, [Handler], []),
                on(1, [Handler, Liaison], [Wechat, Sms]),
                on(2, [Liaison, Head], [Sms, Voice]),
                on(4, [Head, ChargeLeader, Centre], [Wechat, Sms]),
            ],
        );
        let order = rule(
            "order",
            "督办单到期未反馈",
            Trigger::Order,
            vec![on(-1, [Handler, Liaison], [Wechat]), on(1, [Liaison, Head], [Wechat, Sms]), on(3, [Head, ChargeLeader], [Wechat, Sms])],
        );
        let orange = Rule {
            on_ack: OnAck::GoOn,
            // What turns red the same day is said once, as red.
            when: Some(is(Fact::Lamp, &["orange"])),
            ..rule("lamp_orange", "亮橙灯", Trigger::Lamp { lamp: Lamp::Orange }, vec![on(0, [Head], [Wechat])])
        };
        let red =
            Rule { on_ack: OnAck::GoOn, ..rule("lamp_red", "亮红灯", Trigger::Lamp { lamp: Lamp::Red }, vec![on(0, [Head], [Wechat])]) };
        let silent = Rule {
            when: Some(is(Fact::State, &["active"])),
            repeat: Some(Repeat { every: 20, times: 10 }),
            ..rule(
                "silent",
                "长期没有进展",
                Trigger::Silent { workdays: 20 },
                vec![on(0, [Handler], []), on(5, [Handler, Liaison], [Wechat])],
            )
        };
        let request = Rule {
            repeat: Some(Repeat { every: 2, times: 5 }),
            ..rule("request", "申请久未审批", Trigger::Request, vec![on(3, [Decider], [Wechat]), on(5, [Decider, Centre], [Wechat])])
        };
        Self {
            rules: vec![
                unsigned,
                unsigned_critical,
                due,
                overdue,
                part,
                near,
                missed,
                milestone,
                urge,
                instruction,
                order,
                orange,
                red,
                silent,
                request,
            ],
            office: vec![TimeSpan::of((8, 30), (12, 0)), TimeSpan::of((13, 30), (17, 30))],
        }
    }
}
