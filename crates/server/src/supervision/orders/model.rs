use kit::{Day, Moment, id_types, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    files::FileRef,
    notify::Reader,
    org::{PersonRef, UnitRef},
    tasks::TaskId,
};

id_types! {
    /// A supervision order.
    OrderId,
    /// What was answered to one, or said to the answer.
    OrderTurnId,
}

text_enum! {
    /// How sharp an order is.
    OrderLevel {
        Blue = "blue", "蓝色";
        Orange = "orange", "橙色";
        Red = "red", "红色";
    }
}

text_enum! {
    /// Where an order stands.
    OrderState {
        Issued = "issued", "待反馈";
        Answered = "answered", "待认定";
        Returned = "returned", "退回重报";
        Closed = "closed", "督办办结";
        Followed = "followed", "已升级";
        Withdrawn = "withdrawn", "督办单已撤回";
    }
}

impl OrderState {
    /// The addressed unit owes an answer.
    pub(super) const fn owes(self) -> bool {
        matches!(self, Self::Issued | Self::Returned)
    }

    /// Nothing more happens to it.
    pub(super) const fn is_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Followed | Self::Withdrawn)
    }
}

text_enum! {
    /// What a turn after the order is.
    OrderTurnKind {
        Answer = "answer", "反馈";
        SendBack = "send_back", "退回反馈";
        Accept = "accept", "认定办结";
        Withdraw = "withdraw", "撤回督办单";
    }
}

/// An order as others name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderRef {
    /// Its id.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// How sharp it is.
    pub level: OrderLevel,
}

/// A task an order is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderTask {
    /// Which.
    pub id: TaskId,
    /// Its number.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
}

/// What was answered, or said to the answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderTurn {
    /// Its id.
    pub id: OrderTurnId,
    /// An answer, or what the issuing side did.
    pub kind: OrderTurnKind,
    /// Whose.
    pub by: PersonRef,
    /// When.
    pub at: Moment,
    /// What they say.
    pub text: String,
    /// By when an answer that was sent back is to be given anew.
    pub due_day: Option<Day>,
    /// Files of an answer.
    pub files: Vec<FileRef>,
}

/// A supervision order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Its number, of the issuing unit's own series.
    pub number: String,
    /// How sharp it is.
    pub level: OrderLevel,
    /// Where it stands.
    pub state: OrderState,
    /// To whom.
    pub unit: UnitRef,
    /// Which unit issued it.
    pub issuer_unit: UnitRef,
    /// Who issued it.
    pub by: PersonRef,
    /// When.
    pub at: Moment,
    /// What is demanded.
    pub demand: String,
    /// By when it was to be answered first.
    pub first_due_day: Day,
    /// By when what is owed now is to be answered.
    pub due_day: Day,
    /// An answer is owed and its day has passed.
    pub overdue: bool,
    /// The tasks it is about that the asker sees.
    pub tasks: Vec<OrderTask>,
    /// How many there are altogether.
    pub task_count: i64,
    /// What was answered and said to it, in order.
    pub turns: Vec<OrderTurn>,
    /// The milder order before it.
    pub follows: Option<OrderRef>,
    /// The sharper order after it.
    pub followed_by: Option<OrderRef>,
    /// Who was told of it and when they read it; only for the issuing side, leaders and the operations centre.
    pub readers: Option<Vec<Reader>>,
    /// The asker may answer.
    pub may_answer: bool,
    /// The asker may accept the answer or send it back.
    pub may_decide: bool,
    /// The asker may withdraw it.
    pub may_withdraw: bool,
    /// The level of the order that may follow now, when the asker may issue it.
    pub next_level: Option<OrderLevel>,
    /// By when that is to be answered where nothing is said.
    pub next_due_day: Option<Day>,
    /// To be sent with what changes it.
    pub version: i64,
}
