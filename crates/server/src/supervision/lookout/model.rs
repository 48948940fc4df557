use kit::{id_types, text_enum};

id_types! {
    /// An occasion on which a rule reminds.
    OccurrenceId,
}

text_enum! {
    /// Why a ladder ended.
    Ending {
        Answered = "answered", "事项已办理";
        Acknowledged = "acknowledged", "已确认收到";
    }
}

text_enum! {
    /// What became of a step.
    StepOutcome {
        Sent = "sent", "已提醒";
        Skipped = "skipped", "已由后一步代替";
        Idle = "idle", "条件不满足";
        Nobody = "nobody", "没有接收人";
    }
}
