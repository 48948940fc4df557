//! The watch as gauges: what an operator's alarm is set on.

use db::Tx;

use super::store;
use crate::app::{Ctx, Outcome, age, number};

/// Sets them: how much is looked out for, what is due and for how long, and what the last audit found.
pub async fn gauges(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let now = ctx.now();
    let (tasks, oldest, due, outdated) = store::state(tx, now, ctx.generation).await?;
    metrics::gauge!("lookout_tasks").set(number(tasks));
    metrics::gauge!("lookout_due").set(number(due));
    metrics::gauge!("lookout_oldest_seconds").set(oldest.map_or(0.0, |at| age(at, now)));
    metrics::gauge!("lookout_outdated").set(number(outdated));
    metrics::gauge!("lookout_troubled").set(number(i64::try_from(store::troubled(tx, 1000).await?.len()).unwrap_or(i64::MAX)));
    if let Some(audit) = store::last_audit(tx).await? {
        metrics::gauge!("lookout_audit_age_seconds").set(age(audit.at, now));
        for (kind, n) in [("unseen", audit.unseen), ("astray", audit.astray), ("late", audit.late)] {
            metrics::gauge!("lookout_audit_found", "kind" => kind).set(number(n));
        }
    }
    Ok(())
}
