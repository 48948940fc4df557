//! Whether somebody else than the actor sees a task.

use std::sync::Arc;

use db::Tx;

use crate::{
    access,
    app::{Ctx, Outcome},
    org::PersonId,
    tasks::{self, TaskId},
};

/// By their duties of today; somebody without an account sees nothing.
pub(super) async fn sees(tx: &mut Tx, ctx: &Ctx, person: PersonId, task: TaskId) -> Outcome<bool> {
    match access::load_principal(tx, person, ctx.today()).await? {
        Some(principal) => tasks::sees(tx, &ctx.acting(Arc::new(principal)), task).await,
        None => Ok(false),
    }
}

/// Those of the persons who see it, at most `most`, in the order given.
pub(super) async fn who_sees(tx: &mut Tx, ctx: &Ctx, persons: &[PersonId], task: TaskId, most: usize) -> Outcome<Vec<PersonId>> {
    let mut out = Vec::new();
    for person in persons {
        if out.len() == most {
            break;
        }
        if sees(tx, ctx, *person, task).await? {
            out.push(*person);
        }
    }
    Ok(out)
}
