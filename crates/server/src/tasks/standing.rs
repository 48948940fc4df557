//! Standing tasks never end: a daily job plans the duties to report that come into sight.

use db::Tx;

use super::{case::Case, draft, store};
use crate::app::{Ctx, Outcome};

/// A standing task gets new duties when the last one planned is nearer than this.
const TOP_UP_DAYS: i64 = 180;

/// Plans further duties for every open task with a rule and without a due day; answers how many tasks.
pub async fn plan_ahead(tx: &mut Tx, ctx: &Ctx) -> Outcome<usize> {
    let short = store::standing_running_short(tx, ctx.today().plus_days(TOP_UP_DAYS)).await?;
    let tasks = short.len();
    for (id, last) in short {
        let case = Case::open(tx, ctx, id, None).await?;
        draft::plan_dues(tx, ctx, &case.task, last.unwrap_or_else(|| ctx.today())).await?;
        // A duty that will be missed shows from its day on.
        case.relight(tx, ctx).await?;
    }
    Ok(tasks)
}
