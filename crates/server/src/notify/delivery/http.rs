use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kit::{Moment, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes as open_routes};

use super::{
    gateway::Call,
    keeping,
    model::{DeliveryId, DeliveryState},
    rules::DeliveryRules,
    store::{
        self,
        list::{self, DeliveryView},
    },
    told,
};
use crate::{
    access::{self, Permitted, SignedIn, WatchSystem},
    app::{App, Refusal},
    guarded,
    http::{Cursor, Json, Limit, Path, Problem, Query},
    notify::model::Channel,
    org::PersonId,
};

/// The routes of deliveries.
pub(in crate::notify) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(deliveries))
        .routes(guarded!(of_task))
        .routes(guarded!(state))
        .routes(guarded!(keeping::show, keeping::write))
        .routes(open_routes!(gateway_call))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveriesQuery {
    /// Only to this person.
    #[param(value_type = Option<String>)]
    person_id: Option<PersonId>,
    /// Only by this way.
    #[param(inline)]
    channel: Option<Channel>,
    /// Only in this state.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A page of deliveries, the latest first.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryPage {
    items: Vec<DeliveryView>,
    next_cursor: Option<String>,
}

/// Lists what was sent to people outside the system, for whoever watches it.
#[utoipa::path(get, path = "/deliveries", tag = "notify", operation_id = "list_deliveries", params(DeliveriesQuery),
    responses((status = 200, body = DeliveryPage)))]
async fn deliveries(me: Permitted<WatchSystem>, Query(query): Query<DeliveriesQuery>) -> Result<Json<DeliveryPage>, Problem> {
    let limit = query.limit.get()?;
    let before: Option<DeliveryId> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let wanted = list::Wanted { task: None, person: query.person_id, channel: query.channel, state: query.state, before };
    let mut tx = me.app.db.read().await?;
    let mut items = list::list(&mut tx, &wanted, limit + 1).await?;
    let next_cursor = Cursor::cut(&mut items, limit, |delivery| delivery.id)?;
    Ok(Json(DeliveryPage { items, next_cursor }))
}

/// Lists what was sent about a task, the latest two hundred, for whoever sees it.
#[utoipa::path(get, path = "/tasks/{id}/deliveries", tag = "notify", operation_id = "task_deliveries", params(("id" = String, Path)),
    responses((status = 200, body = Vec<DeliveryView>)))]
async fn of_task(me: Permitted<SignedIn>, Path(id): Path<Uuid>) -> Result<Json<Vec<DeliveryView>>, Problem> {
    let mut tx = me.app.db.read().await?;
    if !(me.app.file_access)(&mut tx, &me.ctx, id).await? {
        return Err(Refusal::NotFound.into());
    }
    let wanted = list::Wanted { task: Some(id), ..list::Wanted::default() };
    Ok(Json(list::list(&mut tx, &wanted, 200).await?))
}

/// How one way out does.
#[derive(Debug, Serialize, ToSchema)]
struct GatewayView {
    code: String,
    channel: Channel,
    /// Failures in a row.
    failures: i64,
    /// It is left alone until then.
    closed_until: Option<Moment>,
    last_ok_at: Option<Moment>,
    last_error_at: Option<Moment>,
    last_error: Option<String>,
}

/// How many deliveries there are of one kind.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryFigure {
    channel: Channel,
    state: DeliveryState,
    reason: Option<String>,
    n: i64,
    /// In thousandths of a yuan.
    cost: i64,
}

/// How the ways out do.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveriesState {
    gateways: Vec<GatewayView>,
    /// Since the beginning of today.
    today: Vec<DeliveryFigure>,
    /// The numbers they keep to.
    rules: DeliveryRules,
}

/// Shows how the ways out do.
#[utoipa::path(get, path = "/deliveries/state", tag = "notify", operation_id = "deliveries_state", responses((status = 200, body = DeliveriesState)))]
async fn state(me: Permitted<WatchSystem>) -> Result<Json<DeliveriesState>, Problem> {
    let mut tx = me.app.db.read().await?;
    let known = store::gateways(&mut tx).await?;
    let figures = list::figures(&mut tx, me.ctx.today().start()).await?;
    let gateways = me.app.gateways.all().iter().map(|gateway| {
        let row = known.iter().find(|row| row.code == gateway.code());
        GatewayView {
            code: gateway.code().to_owned(),
            channel: gateway.channel(),
            failures: row.map_or(0, |row| row.failures),
            closed_until: row.and_then(|row| row.closed_until).filter(|until| *until > me.ctx.now()),
            last_ok_at: row.and_then(|row| row.last_ok_at),
            last_error_at: row.and_then(|row| row.last_error_at),
            last_error: row.and_then(|row| row.last_error.clone()),
        }
    });
    let figure = |(channel, state, reason, n, cost)| DeliveryFigure { channel, state, reason, n, cost };
    let rules = me.ctx.rules.get::<DeliveryRules>();
    Ok(Json(DeliveriesState { gateways: gateways.collect(), today: figures.into_iter().map(figure).collect(), rules: (*rules).clone() }))
}

/// Takes what a gateway tells of its own accord. The gateway proves itself in its own way; what it cannot have sent is refused.
#[utoipa::path(post, path = "/gateways/{code}/calls", tag = "notify", params(("code" = String, Path)), request_body(content = String, content_type = "application/octet-stream"), security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn gateway_call(
    State(app): State<App>,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let Some(gateway) = app.gateways.find(&code) else { return Err(Refusal::NotFound.into()) };
    let text = |name: &header::HeaderName, value: &header::HeaderValue| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()));
    let call = Call {
        query: query.unwrap_or_default(),
        headers: headers.iter().filter_map(|(name, value)| text(name, value)).collect(),
        body: body.to_vec(),
    };
    let heard = gateway.hear(&call).map_err(|why| {
        tracing::warn!(gateway = code, why, "a call that the gateway cannot have made, or that is not understood");
        Problem::new(StatusCode::FORBIDDEN, "not_understood", "不能识别的回执。")
    })?;
    let mut tx = app.db.begin().await?;
    let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
    told::take_in(&mut tx, &ctx, &code, gateway.channel(), &heard.told).await?;
    tx.commit().await?;
    let (kind, answer) = heard.answer;
    Ok(([(header::CONTENT_TYPE, kind)], answer).into_response())
}
