//! Who hears that a recurring task could not be made.

use db::Tx;
use wording::{Words, say};

use crate::{
    app::{Ctx, Outcome},
    notify::{self, NewMessage},
    org,
    tasks::SeriesStuck,
};

/// The job that hears of it.
pub const SERIES_JOB: &str = "supervision.series_stuck";

/// Tells its keeper, and whoever stands for its unit: the keeper may have left, which may be why.
pub async fn tell_stuck(tx: &mut Tx, ctx: &Ctx, event: &SeriesStuck, key: &str) -> Outcome<()> {
    let mut to = vec![event.keeper];
    if let Some(unit) = event.unit {
        to.extend(org::heads_and_liaisons(tx, unit, ctx.today()).await?);
    }
    let (period, reason) = (Words::from_stored(&event.period), Words::from_stored(&event.reason));
    let text = say!("周期任务“{name}”{period}未能生成：{reason}", name = event.name);
    let message = NewMessage {
        to: &to,
        kind: "series.stuck",
        title: &"周期任务未能生成".into(),
        text: &text,
        task: None,
        urge: None,
        subject: Some(event.series),
        occurrence: None,
        rule: None,
        channels: &[],
        critical: false,
        dedupe: key,
    };
    notify::send(tx, ctx, message).await
}
