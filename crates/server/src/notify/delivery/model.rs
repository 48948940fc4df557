use kit::{Moment, id_types, text_enum};

use crate::{notify::model::Channel, org::PersonId};

id_types! {
    /// An attempt to bring something to a person.
    DeliveryId,
    /// What a gateway told.
    ReceiptId,
    /// What somebody answered.
    ReplyId,
}

text_enum! {
    /// Where a delivery stands.
    DeliveryState {
        Queued = "queued", "待发送";
        Sending = "sending", "发送中";
        Sent = "sent", "已发出";
        Delivered = "delivered", "已送达";
        Acknowledged = "acknowledged", "已确认";
        Failed = "failed", "未送达";
        Suppressed = "suppressed", "未发送";
    }
}

text_enum! {
    /// Why nothing was sent.
    Suppression {
        Answered = "answered", "事项已办理";
        Merged = "merged", "已并入汇总消息";
        Cap = "cap", "超过每日上限";
        TaskCap = "task_cap", "同一任务当日次数已满";
        NoGateway = "no_gateway", "没有配置通道";
        NoAddress = "no_address", "没有联系方式";
        Instead = "instead", "改用其他方式";
    }
}

text_enum! {
    /// What somebody meant by an answer.
    Meaning {
        Acknowledged = "acknowledged", "确认收到";
        Answered = "answered", "回复督办";
        Unclear = "unclear", "未能识别";
        UnknownSender = "unknown_sender", "号码不在系统中";
    }
}

/// A delivery that is to be sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct QueuedRow {
    pub(super) id: DeliveryId,
    pub(super) person_id: PersonId,
    pub(super) channel: Channel,
    pub(super) critical: bool,
    /// Since when it could have left and found no way out.
    pub(super) stuck_since: Option<Moment>,
    pub(super) attempts: i64,
    /// It may have gone out before.
    pub(super) unsure: bool,
    /// It was in a sender's hands before, and has been put back.
    pub(super) was_in_hand: bool,
}
