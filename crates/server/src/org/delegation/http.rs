use axum::{http::StatusCode, response::Response};
use utoipa_axum::router::OpenApiRouter;

use super::{DelegationId, DelegationInput, Delegations};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    guarded,
    http::{Idem, Json, Path, Problem, mutate},
    org::model::PersonId,
};

/// The routes of delegations.
pub(in crate::org) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(delegations, delegate)).routes(guarded!(end_delegation))
}

/// Who acts for a person who is away, and for whom the person acts; of oneself, and for administrators of everybody.
#[utoipa::path(get, path = "/persons/{id}/delegations", tag = "org", params(("id" = PersonId, Path)),
    responses((status = 200, body = Delegations)))]
async fn delegations(me: Permitted<SignedIn>, Path(id): Path<PersonId>) -> Result<Json<Delegations>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(super::of_person(&mut tx, &me.ctx, id).await?))
}

/// Has somebody act for a person from a day to a day: sees what they see, does what they may do, and is told what they would be told.
#[utoipa::path(post, path = "/persons/{id}/delegations", tag = "org", params(("id" = PersonId, Path)), request_body = DelegationInput,
    responses((status = 201, body = Delegations)))]
async fn delegate(
    me: Permitted<SignedIn>,
    Path(id): Path<PersonId>,
    idem: Idem,
    Json(input): Json<DelegationInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        super::begin(tx, &me.ctx, id, &input).await?;
        super::of_person(tx, &me.ctx, id).await
    })
    .await
}

/// Ends it at once: either of the two does, and administrators.
#[utoipa::path(post, path = "/delegations/{id}/end", tag = "org", params(("id" = DelegationId, Path)),
    responses((status = 200, body = Delegations)))]
async fn end_delegation(me: Permitted<SignedIn>, Path(id): Path<DelegationId>, idem: Idem) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        let person = super::end(tx, &me.ctx, id).await?;
        let whose = if super::may_say(&me.ctx, person) { person } else { me.ctx.actor.person };
        super::of_person(tx, &me.ctx, whose).await
    })
    .await
}
