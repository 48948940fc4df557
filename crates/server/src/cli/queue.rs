//! `jobs`: what was given up after all its tries, and another try for it.

use kit::Clock;

use super::{Common, open, say};

/// Says which jobs were given up and why; with `again` each is tried anew by whoever works through the queue.
pub(super) async fn run(common: &Common, again: bool) -> anyhow::Result<()> {
    let config = open::configure(common, None)?;
    let db = open::database(&config).await?;
    let mut tx = db.begin().await?;
    for job in jobs::failed(&mut tx).await? {
        say(format!("{} {} {}：{}", job.id, job.kind, job.payload, job.error.as_deref().unwrap_or("没有说明原因")));
    }
    if again {
        let n = jobs::try_failed_again(&mut tx, Clock::system().now()).await?;
        say(format!("{n} 项放弃的后台作业将重新执行"));
    } else {
        say(format!("放弃的后台作业 {} 项；排除原因后加 --again 重新执行", jobs::depth(&mut tx, Clock::system().now()).await?.failed));
    }
    tx.commit().await?;
    db.close().await;
    Ok(())
}
