//! When messages leave the house and how many: numbers as data, in versions.

use std::time::Duration;

use kit::{Moment, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use crate::{
    app::{Fields, Outcome, RuleSet},
    calendar::{TimeSpan, hours_of},
    notify::model::Channel,
};

/// What one way out keeps to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelRules {
    pub(super) channel: Channel,
    /// Outside these hours messages wait; they are not dropped.
    pub(super) open: Vec<TimeSpan>,
    /// On working days only.
    pub(super) workdays_only: bool,
    /// What is critical waits for no hours.
    pub(super) critical_at_once: bool,
    /// At most so many to one person on one day; what is critical is not counted.
    pub(super) daily: i64,
    /// At most so often about one task on one day, whoever is spoken to and however urgent it is. 0: as often as need be.
    #[serde(default)]
    pub(super) per_task: i64,
    /// From so many for one person at one time on they become one message; what is critical stays by itself. 0: never.
    pub(super) merge_from: i64,
    /// What a part costs, in thousandths of a yuan.
    pub(super) price: i64,
    /// The way that takes over what this one cannot bring: its gateways are away for too long, or will not have it. What is critical
    /// is taken over where somebody is not known to this way, too.
    #[serde(default)]
    pub(super) instead: Option<Channel>,
}

text_enum! {
    /// What is said on the spot and may leave the house by itself. Reminders are rules of their own.
    NoticeKind {
        Dispatched = "dispatched", "交办";
        Urged = "urged", "督办、追问";
        Instructed = "instructed", "领导批示";
        Ordered = "ordered", "督办单";
    }
}

/// By which ways an occasion is brought outside the system, beside the message in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeRules {
    pub(super) notice: NoticeKind,
    pub(super) channels: Vec<Channel>,
}

fn notices() -> Vec<NoticeRules> {
    let of = |notice, channels: &[Channel]| NoticeRules { notice, channels: channels.to_vec() };
    let at_once = [Channel::Wechat, Channel::Sms];
    vec![
        of(NoticeKind::Dispatched, &[Channel::Wechat]),
        of(NoticeKind::Urged, &at_once),
        of(NoticeKind::Instructed, &at_once),
        of(NoticeKind::Ordered, &at_once),
    ]
}

const fn switch_after() -> i64 {
    15
}

const fn yes() -> bool {
    true
}

/// What one gateway can bear, whatever house it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayRules {
    /// Its code in the list of gateways.
    pub(super) gateway: String,
    /// At most so many letters a minute, of all nodes together; the others wait for the next. Minutes begin with the clock's.
    pub(super) per_minute: i64,
}

/// The numbers of all ways out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryRules {
    pub(super) channels: Vec<ChannelRules>,
    /// A message that could have left and found no way out for so many minutes is given up.
    pub(super) give_up_after: i64,
    /// After so many minutes of these another way takes over, where there is one.
    #[serde(default = "switch_after")]
    pub(super) switch_after: i64,
    /// What leaves the house on the spot.
    #[serde(default = "notices")]
    pub(super) notices: Vec<NoticeRules>,
    /// Short messages that can be answered say how.
    #[serde(default = "yes")]
    pub(super) answer_hint: bool,
    /// Gateways that take so many letters a minute and no more; one that is not named takes any.
    #[serde(default)]
    pub(super) gateways: Vec<GatewayRules>,
}

impl RuleSet for DeliveryRules {
    const KIND: &'static str = "delivery";
}

impl Default for DeliveryRules {
    fn default() -> Self {
        let day = || vec![TimeSpan::of((8, 0), (21, 0))];
        let of = |channel, daily, price| ChannelRules {
            channel,
            open: day(),
            workdays_only: false,
            critical_at_once: true,
            daily,
            per_task: 0,
            merge_from: 3,
            price,
            instead: None,
        };
        let voice = ChannelRules {
            open: vec![TimeSpan::of((9, 0), (11, 30)), TimeSpan::of((14, 30), (17, 30))],
            workdays_only: true,
            critical_at_once: false,
            per_task: 1,
            merge_from: 0,
            instead: Some(Channel::Sms),
            ..of(Channel::Voice, 2, 100)
        };
        Self {
            channels: vec![
                ChannelRules { instead: Some(Channel::Sms), ..of(Channel::Wechat, 20, 0) },
                of(Channel::Sms, 10, 45),
                voice,
                of(Channel::Email, 50, 0),
                of(Channel::Push, 50, 0),
            ],
            give_up_after: 240,
            switch_after: switch_after(),
            notices: notices(),
            answer_hint: yes(),
            gateways: Vec::new(),
        }
    }
}

fn minutes(n: i64) -> Duration {
    Duration::from_secs(60 * u64::try_from(n).unwrap_or(0))
}

/// More gateways than anybody has.
const MOST_GATEWAYS: usize = 40;

impl DeliveryRules {
    /// What a way out keeps to.
    pub(super) fn of(&self, channel: Channel) -> Option<&ChannelRules> {
        self.channels.iter().find(|rules| rules.channel == channel)
    }

    /// How many letters a gateway is given in a minute, where that is limited.
    pub(super) fn per_minute(&self, gateway: &str) -> Option<i64> {
        self.gateways.iter().find(|rules| rules.gateway == gateway).map(|rules| rules.per_minute)
    }

    /// By which ways an occasion leaves the house.
    pub(super) fn ways(&self, occasion: NoticeKind) -> Vec<Channel> {
        self.notices.iter().filter(|rules| rules.notice == occasion).flat_map(|rules| rules.channels.iter().copied()).collect()
    }

    /// When something that has found no way out since then is given up.
    pub(super) fn gives_up_at(&self, since: Moment) -> Moment {
        since.plus(minutes(self.give_up_after))
    }

    /// When another way takes over what has found none since then.
    pub(super) fn switches_at(&self, since: Moment) -> Moment {
        since.plus(minutes(self.switch_after))
    }

    /// Refuses numbers that make no sense.
    pub(super) fn check(&self) -> Outcome<()> {
        let mut fields = Fields::default();
        if !(5..=7 * 24 * 60).contains(&self.give_up_after) {
            fields.add("give_up_after", "应为 5 分钟至 7 天");
        }
        if !(5..=24 * 60).contains(&self.switch_after) {
            fields.add("switch_after", "应为 5 分钟至 24 小时");
        }
        for occasion in NoticeKind::ALL {
            if self.notices.iter().filter(|rules| rules.notice == *occasion).count() > 1 {
                fields.add("notices", say!("{occasion}重复", occasion = occasion.words()));
            }
        }
        for (index, channel) in Channel::ALL.iter().enumerate() {
            let n = self.channels.iter().filter(|rules| rules.channel == *channel).count();
            if n != 1 {
                fields.add("channels", say!("{channel}应恰有一项，现有 {n} 项", channel = channel.words()));
            }
            let Some(rules) = self.channels.get(index) else { continue };
            fields.under(format!("channels[{index}]."));
            if hours_of(&rules.open).is_none() {
                fields.add("open", "各时段应先后有序、不重叠，且至少有一段");
            }
            if !(1..=1000).contains(&rules.daily) {
                fields.add("daily", "应为 1 至 1000");
            }
            if !(0..=1000).contains(&rules.per_task) {
                fields.add("per_task", "应为 1 至 1000，或 0（不限）");
            }
            if rules.instead == Some(rules.channel) {
                fields.add("instead", "应为另一种方式");
            }
            if rules.merge_from != 0 && !(2..=100).contains(&rules.merge_from) {
                fields.add("merge_from", "应为 2 至 100，或 0（不合并）");
            }
            if !(0..=100_000).contains(&rules.price) {
                fields.add("price", "应为 0 至 100000");
            }
            fields.under("");
        }
        if self.gateways.len() > MOST_GATEWAYS {
            fields.add("gateways", say!("最多 {most} 个通道", most = MOST_GATEWAYS));
        }
        for (index, rules) in self.gateways.iter().enumerate() {
            fields.under(format!("gateways[{index}]."));
            if !(1..=40).contains(&rules.gateway.len()) {
                fields.add("gateway", "应为通道的编码");
            }
            if self.gateways.iter().take(index).any(|other| other.gateway == rules.gateway) {
                fields.add("gateway", "与前面的通道重复");
            }
            if !(1..=100_000).contains(&rules.per_minute) {
                fields.add("per_minute", "应为 1 至 100000");
            }
            fields.under("");
        }
        fields.finish()
    }
}
