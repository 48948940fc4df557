//! A clock that can be put forward, to see in minutes what takes days. Only where the option `demo_clock` allows it.

use std::{path::Path, time::Duration};

use kit::{Clock, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    access::{self, ManageOrganisation, Permitted, SignedIn},
    app::{App, Refusal},
    http::{Json, Problem},
};

/// How far the clock has been put forward, in milliseconds; it outlives the process, or time would run back.
const FILE: &str = "demo-clock";

/// Further than anybody needs at once.
const MOST_HOURS: u64 = 24 * 366;

/// The clock of an area whose time can be put forward.
pub fn clock(data_dir: &Path) -> Clock {
    let kept = std::fs::read_to_string(data_dir.join(FILE)).ok().and_then(|text| text.trim().parse().ok());
    Clock::ahead(Duration::from_millis(kept.unwrap_or(0)))
}

/// What time it is for the system.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DemoClock {
    now: Moment,
    /// It can be put forward.
    movable: bool,
    /// By how many minutes it has been.
    ahead_minutes: u64,
}

fn shown(app: &App) -> DemoClock {
    let lead = app.clock.lead();
    DemoClock {
        now: app.clock.now(),
        movable: app.config.demo_clock && lead.is_some(),
        ahead_minutes: lead.unwrap_or_default().as_secs() / 60,
    }
}

/// Shows what time it is for the system.
#[utoipa::path(get, path = "/demo/clock", tag = "demo", operation_id = "demo_clock", responses((status = 200, body = DemoClock)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Json<DemoClock> {
    Json(shown(&me.app))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoClockInput {
    /// By how many hours, 1 to 8784.
    hours: u64,
}

/// Puts the clock forward; what falls due meanwhile happens as after a stand-still. There is no way back.
#[utoipa::path(post, path = "/demo/clock", tag = "demo", operation_id = "move_demo_clock", request_body = DemoClockInput, responses((status = 200, body = DemoClock)))]
pub(super) async fn put_forward(me: Permitted<ManageOrganisation>, Json(input): Json<DemoClockInput>) -> Result<Json<DemoClock>, Problem> {
    let app = &me.app;
    if !(app.config.demo_clock && app.clock.lead().is_some()) {
        return Err(Refusal::conflict("not_now", "这里的时间不能拨快；演示时请以 demo_clock = true 启动。").into());
    }
    if !(1..=MOST_HOURS).contains(&input.hours) {
        return Err(Refusal::field("hours", "应为 1 至 8784").into());
    }
    let by = Duration::from_secs(input.hours * 3600);
    let lead = app.clock.lead().unwrap_or_default() + by;
    tokio::fs::write(app.config.data_dir.join(FILE), lead.as_millis().to_string()).await.map_err(Refusal::internal)?;
    let mut tx = app.db.begin().await?;
    access::put_sessions_forward(&mut tx, by).await?;
    tx.commit().await?;
    app.clock.advance(by);
    Ok(Json(shown(app)))
}
