//! What an area is furnished with before anybody has worked in it, said in the words of the API.

use db::Tx;
use kit::uuid::Uuid;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{kinds, series, templates};
use crate::app::{Ctx, Outcome, Refusal};

fn read<T: DeserializeOwned>(said: Value) -> Outcome<T> {
    serde_json::from_value(said).map_err(Refusal::internal)
}

/// Gives a kind of source a pattern of numbers, and fields as `PUT /source-kinds/{code}` takes them besides those it has.
pub async fn furnish_kind(tx: &mut Tx, ctx: &Ctx, code: &str, numbering: &str, fields: Value) -> Outcome<()> {
    kinds::furnish(tx, ctx, code, numbering, read(fields)?).await
}

/// Keeps a template as `POST /task-templates` does; answers its id.
pub async fn furnish_template(tx: &mut Tx, ctx: &Ctx, said: Value) -> Outcome<Uuid> {
    Ok(templates::keep(tx, ctx, &read(said)?).await?.id().0)
}

/// Begins a series as `POST /task-series` does.
pub async fn furnish_series(tx: &mut Tx, ctx: &Ctx, said: Value) -> Outcome<()> {
    series::begin(tx, ctx, &read(said)?).await.map(drop)
}
