use axum::response::Response;
use db::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use wording::say;

use super::{rules::FileQuotas, store};
use crate::{
    access::{KeepRules, Permitted},
    app::{App, Ctx, Outcome},
    guarded,
    http::{Idem, Json, Problem},
    org::UnitId,
    rules::{self, RulesInput},
};

/// The routes of quotas.
pub(in crate::files) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(show)).routes(guarded!(write))
}

/// How much room is taken.
#[derive(Debug, Serialize, ToSchema)]
struct FileSpace {
    /// Bytes.
    used: i64,
    /// Bytes of uploads under way.
    coming: i64,
    /// Bytes; nothing where there is no limit.
    limit: Option<i64>,
    /// The threshold that was reached, in percent.
    reached: Option<i64>,
}

/// How much room a unit takes, with what is below it.
#[derive(Debug, Serialize, ToSchema)]
struct UnitSpace {
    unit_id: UnitId,
    name: String,
    #[serde(flatten)]
    space: FileSpace,
}

/// How much room files take and may take.
#[derive(Debug, Serialize, ToSchema)]
struct FileUsage {
    /// The last version of the limits, 0 where none was written. To be sent with a change.
    version: i64,
    rules: FileQuotas,
    total: FileSpace,
    /// Units that have a limit or stand directly below the top, the fullest first.
    units: Vec<UnitSpace>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<FileUsage> {
    let kept = rules::kept::<FileQuotas>(tx, ctx.today()).await?;
    let (version, quotas) = (kept.version, kept.rules);
    let space = |used: i64, coming: i64, limit: Option<i64>| FileSpace {
        used,
        coming,
        limit,
        reached: limit.and_then(|limit| quotas.reached(used, limit)),
    };
    let mut units = Vec::new();
    for unit in store::units(tx).await? {
        let limit = quotas.of_unit(unit.id, unit.is_bureau);
        if limit.is_none() && !unit.is_bureau {
            continue;
        }
        let used = store::of_unit(tx, unit.id).await?;
        let coming = store::under_way(tx, Some(unit.id), ctx.now()).await?;
        units.push(UnitSpace { unit_id: unit.id, name: unit.name, space: space(used, coming, limit) });
    }
    units.sort_by_key(|unit| std::cmp::Reverse(unit.space.used));
    let (used, coming) = (store::total(tx).await?, store::under_way(tx, None, ctx.now()).await?);
    Ok(FileUsage { version, total: space(used, coming, quotas.total()), units, rules: quotas })
}

/// Shows how much room files take and may take.
#[utoipa::path(get, path = "/files/usage", tag = "files", operation_id = "file_usage", responses((status = 200, body = FileUsage)))]
async fn show(me: Permitted<KeepRules>) -> Result<Json<FileUsage>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileQuotasInput {
    /// Limits that are left out are those of the defaults.
    rules: FileQuotas,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the limits, in force at once. What is there already stays, however much it is.
#[utoipa::path(post, path = "/files/quotas", tag = "files", operation_id = "write_file_quotas", request_body = FileQuotasInput,
    responses((status = 201, body = FileUsage)))]
async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<FileQuotasInput>) -> Result<Response, Problem> {
    let found = input.rules.check();
    let new = RulesInput { rules: input.rules, from_day: None, reason: input.reason, version: input.version };
    let words = |_, reason: &str| say!("修改文件空间上限（{reason}）");
    rules::keep(&me, &idem, new.checked(found)?, words, rules::nothing_else, shown).await
}
