//! `bench-data`: many tasks for measurements, into an area that has people (a demo area, for example).

use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::{Common, open, say};
use crate::{
    access,
    org::{self, PostKind},
    tasks,
};

/// Rows of one transaction.
const BATCH: i64 = 10_000;

pub(super) async fn make(common: &Common, count: i64) -> anyhow::Result<()> {
    let app = open::migrated(common).await?;
    let mut tx = app.db.read().await?;
    let person = access::find_person_by_login(&mut tx, "centre1").await?.context("load a demo area first: `shibicheng demo`")?;
    let actor = access::load_principal(&mut tx, person, app.clock.today()).await?.context("centre1 is not active")?;
    let ctx = app.ctx(Arc::new(actor));
    let mut units = Vec::new();
    for unit in org::list_units(&mut tx, &ctx).await?.into_iter().filter(|unit| unit.active && unit.depth > 0) {
        let staff = org::holders(&mut tx, unit.id, PostKind::Staff, ctx.today()).await?;
        units.push((unit.id, staff.first().map(|person| person.id)));
    }
    drop(tx);
    if units.is_empty() {
        bail!("there are no units");
    }
    let started = std::time::Instant::now();
    let first = 1 + ctx.now().millis() % 10_000_000 * 10;
    let mut made = 0;
    while made < count {
        let batch = BATCH.min(count - made);
        let mut tx = app.db.begin().await?;
        tasks::make_many(&mut tx, &ctx, &units, first + made, batch).await?;
        tx.commit().await?;
        made += batch;
        tracing::info!(made, of = count, "tasks");
    }
    let mut tx = app.db.begin().await?;
    tasks::settle(&mut tx).await?;
    tx.commit().await?;
    say(format!("{made} 项任务，用时 {:.1} 秒", started.elapsed().as_secs_f64()));
    app.db.close().await;
    Ok(())
}
