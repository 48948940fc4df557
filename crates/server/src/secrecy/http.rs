//! The list of what is looked for: everybody may look, who keeps it may change it.

use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use wording::say;

use super::{CHANGED, SecretWords};
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{App, Ctx, Fields, Outcome, Refusal, RuleSet as _},
    events::{self, Event},
    guarded,
    http::{Idem, Json, Problem, mutate},
    org::{self, PersonRef},
    rules,
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(show, write)).routes(guarded!(try_text))
}

/// The list is another one now.
#[derive(Debug, Serialize, Deserialize)]
struct Changed {}

impl Event for Changed {
    fn name(&self) -> &str {
        CHANGED
    }
}

/// One version of the list.
#[derive(Debug, Serialize, ToSchema)]
struct SecretWordsVersion {
    version: i64,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
    list: SecretWords,
}

/// The list in force, the one the program is delivered with, and how it came about.
#[derive(Debug, Serialize, ToSchema)]
struct SecretWordsView {
    /// The last version that was written, 0 where none was. To be sent with a change.
    version: i64,
    list: SecretWords,
    defaults: SecretWords,
    /// Versions, the latest first.
    history: Vec<SecretWordsVersion>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<SecretWordsView> {
    let rows = rules::history(tx, SecretWords::KIND, 50).await?;
    let people = org::person_refs(tx, rows.iter().filter_map(|row| row.made_by)).await?;
    let read = |body: &str| serde_json::from_str::<SecretWords>(body).map_err(Refusal::internal);
    let in_force = rules::in_force(tx, ctx.today()).await?.remove(SecretWords::KIND);
    let history = rows.into_iter().map(|row| {
        Ok(SecretWordsVersion {
            version: row.version,
            list: read(&row.body)?,
            reason: row.reason,
            by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
            at: row.made_at,
        })
    });
    let history = history.collect::<Outcome<Vec<_>>>()?;
    Ok(SecretWordsView {
        version: history.first().map_or(0, |last| last.version),
        list: in_force.map_or_else(|| Ok(SecretWords::default()), |written| read(&written.body))?,
        defaults: SecretWords::default(),
        history,
    })
}

/// Shows what is looked for in everything that is written here.
#[utoipa::path(get, path = "/secret-words", tag = "secrecy", operation_id = "secret_words", responses((status = 200, body = SecretWordsView)))]
async fn show(me: Permitted<SignedIn>) -> Result<Json<SecretWordsView>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretWordsInput {
    list: SecretWords,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the next version of the list, in force at once. Files that were read before are looked through anew.
#[utoipa::path(post, path = "/secret-words", tag = "secrecy", operation_id = "write_secret_words", request_body = SecretWordsInput,
    responses((status = 201, body = SecretWordsView)))]
async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<SecretWordsInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 200);
    fields.under("list.");
    let list = match input.list.checked() {
        Ok(list) => list,
        Err(refusal) => {
            fields.absorb(refusal)?;
            SecretWords::default()
        }
    };
    fields.finish()?;
    // The list names what it looks for.
    let idem = idem.unscreened();
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let words = say!("修改保密检查词表（{reason}）");
        rules::write(tx, &me.ctx, &list, me.ctx.today(), &reason, input.version, words).await?;
        events::publish(tx, &me.ctx, &Changed {}).await?;
        shown(tx, &me.ctx).await
    });
    match done.await {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            Err(problem.with_current(serde_json::to_value(shown(&mut tx, &me.ctx).await?).unwrap_or_default()))
        }
        other => other,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretTrial {
    /// The list on trial; the one in force when missing.
    list: Option<SecretWords>,
    /// Up to 10,000 characters.
    text: String,
}

/// Something that was found in a text on trial.
#[derive(Debug, Serialize, ToSchema)]
struct SecretHit {
    word: String,
    /// It would be refused and not only asked about.
    is_mark: bool,
    /// Where it begins, in characters.
    at: usize,
}

/// What would be found.
#[derive(Debug, Serialize, ToSchema)]
struct SecretTrialResult {
    hits: Vec<SecretHit>,
}

/// Tries a list on a text. Nothing of either is kept.
#[utoipa::path(post, path = "/secret-words/trials", tag = "secrecy", operation_id = "try_secret_words", request_body = SecretTrial,
    responses((status = 200, body = SecretTrialResult)))]
async fn try_text(me: Permitted<KeepRules>, Json(input): Json<SecretTrial>) -> Result<Json<SecretTrialResult>, Problem> {
    let mut fields = Fields::default();
    if input.text.chars().count() > 10_000 {
        fields.add("text", say!("最多 {most} 个字", most = 10_000));
    }
    fields.finish()?;
    let found = match input.list {
        Some(list) => list.checked()?.find(&input.text),
        None => me.ctx.rules.get::<SecretWords>().find(&input.text),
    };
    let hits = found.into_iter().map(|one| SecretHit { word: one.word, is_mark: one.is_mark, at: one.at }).collect();
    Ok(Json(SecretTrialResult { hits }))
}
