//! What a task asks for, as it is compared with others: whether the asker sees it is not asked here.

use std::collections::HashMap;

use db::Tx;
use kit::Moment;

use super::{TaskId, store};
use crate::{app::Outcome, org::UnitId};

/// What a task asks for, and whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Asking {
    /// The task.
    pub id: TaskId,
    /// The top of its tree.
    pub root_id: TaskId,
    /// Its title.
    pub title: String,
    /// What is demanded.
    pub demand: String,
    /// Who issued it.
    pub issuer_unit_id: Option<UnitId>,
    /// When it went out.
    pub dispatched_at: Option<Moment>,
}

/// Which units lead each of these tasks that is open; one that is not is missing.
pub async fn led_by(tx: &mut Tx, ids: &[TaskId]) -> Outcome<HashMap<TaskId, Vec<UnitId>>> {
    Ok(store::led_by(tx, ids).await?)
}

/// What these tasks ask for.
pub async fn askings(tx: &mut Tx, ids: &[TaskId]) -> Outcome<Vec<Asking>> {
    Ok(store::askings(tx, ids).await?)
}
