//! The list of what is looked for: everybody may look, who keeps it may change it.

use axum::response::Response;
use db::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use wording::say;

use super::{CHANGED, SecretWords};
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{App, Fields},
    events::{self, Event},
    guarded,
    http::{Idem, Json, Problem},
    rules::{self, RulesInput, RulesView},
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

/// Shows what is looked for in everything that is written here.
#[utoipa::path(get, path = "/secret-words", tag = "secrecy", operation_id = "secret_words", responses((status = 200, body = RulesView<SecretWords>)))]
async fn show(me: Permitted<SignedIn>) -> Result<Json<RulesView<SecretWords>>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(rules::shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretWordsInput {
    rules: SecretWords,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the next version of the list, in force at once. Files that were read before are looked through anew.
#[utoipa::path(post, path = "/secret-words", tag = "secrecy", operation_id = "write_secret_words", request_body = SecretWordsInput,
    responses((status = 201, body = RulesView<SecretWords>)))]
async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<SecretWordsInput>) -> Result<Response, Problem> {
    let (list, found) = match input.rules.checked() {
        Ok(list) => (list, Ok(())),
        Err(refusal) => (SecretWords::default(), Err(refusal)),
    };
    let new = RulesInput { rules: list, from_day: None, reason: input.reason, version: input.version };
    let words = |_, reason: &str| say!("修改保密检查词表（{reason}）");
    let read_anew = async |tx: &mut Tx| events::publish(tx, &me.ctx, &Changed {}).await;
    // The list names what it looks for.
    rules::keep(&me, &idem.unscreened(), new.checked(found)?, words, read_anew, rules::shown::<SecretWords>).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretTrial {
    /// The list on trial; the one in force when missing.
    rules: Option<SecretWords>,
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
    let found = match input.rules {
        Some(list) => list.checked()?.find(&input.text),
        None => me.ctx.rules.get::<SecretWords>().find(&input.text),
    };
    let hits = found.into_iter().map(|one| SecretHit { word: one.word, is_mark: one.is_mark, at: one.at }).collect();
    Ok(Json(SecretTrialResult { hits }))
}
