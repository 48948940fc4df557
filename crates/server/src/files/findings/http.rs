use std::collections::HashMap;

use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::{Moment, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::{
    FindingId, FindingKind, FindingState,
    decide::{self, FindingDecisionInput},
    store::{self, FindingRow},
};
use crate::{
    access::{JudgeFiles, Permitted},
    app::{App, Ctx, Outcome},
    files::{library::LibraryTask, model::FileRef, store as files},
    guarded,
    http::{Cursor, Idem, Json, Limit, Path, Problem, Query, mutate},
    org::PersonRef,
};

/// The routes of findings.
pub(in crate::files) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(list)).routes(guarded!(decide_finding))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FindingsQuery {
    /// Only such.
    #[param(inline)]
    state: Option<FindingState>,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A file of the content, with the tasks it belongs to.
#[derive(Debug, Serialize, ToSchema)]
struct FindingFile {
    file: FileRef,
    tasks: Vec<LibraryTask>,
}

/// Something that was found in a content.
#[derive(Debug, Serialize, ToSchema)]
struct FileFinding {
    id: FindingId,
    kind: FindingKind,
    state: FindingState,
    /// Words of the list, or the name of the virus.
    found: Vec<String>,
    found_at: Moment,
    /// Files of these bytes, in the order they were uploaded.
    files: Vec<FindingFile>,
    decided_by: Option<PersonRef>,
    decided_at: Option<Moment>,
    reason: Option<String>,
    version: i64,
    /// The asker may decide.
    may_decide: bool,
}

/// A page of findings, the newest first.
#[derive(Debug, Serialize, ToSchema)]
struct FindingsPage {
    items: Vec<FileFinding>,
    next_cursor: Option<String>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx, rows: Vec<FindingRow>) -> Outcome<Vec<FileFinding>> {
    let digests: Vec<String> = rows.iter().map(|row| row.digest.clone()).collect();
    let mut tasks: HashMap<Uuid, Vec<LibraryTask>> = HashMap::new();
    for row in store::tasks(tx, &ctx.actor.scope, &digests).await? {
        tasks.entry(row.file_id).or_default().push(LibraryTask { id: row.id, number: row.number, title: row.title });
    }
    let mut items = Vec::new();
    for row in rows {
        let named = files::of_digest(tx, &row.digest).await?;
        let may_decide = row.state == FindingState::Open && named.iter().all(|file| !ctx.actor.acts_as(file.uploaded_by));
        let files = named.into_iter().map(|file| FindingFile { tasks: tasks.remove(&file.id.0).unwrap_or_default(), file: file.into() });
        items.push(FileFinding {
            id: row.id,
            kind: row.kind,
            state: row.state,
            found: row.words(),
            found_at: row.found_at,
            files: files.collect(),
            decided_by: row.decided_by.zip(row.decider.clone()).map(|(id, name)| PersonRef { id, name }),
            decided_at: row.decided_at,
            reason: row.reason.clone(),
            version: row.version,
            may_decide,
        });
    }
    Ok(items)
}

/// What was found in files, the newest first.
#[utoipa::path(get, path = "/files/findings", tag = "files", operation_id = "list_findings", params(FindingsQuery),
    responses((status = 200, body = FindingsPage)))]
async fn list(me: Permitted<JudgeFiles>, Query(query): Query<FindingsQuery>) -> Result<Json<FindingsPage>, Problem> {
    let limit = query.limit.get()?;
    let before = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let mut tx = me.app.db.read().await?;
    let mut rows = store::list(&mut tx, &me.ctx.actor.scope, query.state, before, limit + 1).await?;
    let next_cursor = Cursor::cut(&mut rows, limit, |row| row.id)?;
    Ok(Json(FindingsPage { items: shown(&mut tx, &me.ctx, rows).await?, next_cursor }))
}

/// Lets a file go, or removes its content for good; never one's own.
#[utoipa::path(post, path = "/files/findings/{id}/decision", tag = "files", operation_id = "decide_finding", params(("id" = FindingId, Path)),
    request_body = FindingDecisionInput, responses((status = 200, body = FileFinding)))]
async fn decide_finding(
    me: Permitted<JudgeFiles>,
    Path(id): Path<FindingId>,
    idem: Idem,
    Json(input): Json<FindingDecisionInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        let row = decide::decide(tx, &me.ctx, id, &input).await?;
        shown(tx, &me.ctx, vec![row]).await?.pop().ok_or(crate::app::Refusal::NotFound)
    })
    .await
}
