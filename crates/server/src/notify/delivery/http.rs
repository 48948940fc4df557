use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kit::{Day, Moment, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes as open_routes};
use wording::say;

use super::{
    costs, dispatch, ended, export,
    gateway::{Call, Letter},
    keeping,
    known::Known,
    model::{DeliveryId, DeliveryState},
    rules::DeliveryRules,
    store::{
        self,
        list::{self, DeliveryView},
    },
    told,
};
use crate::{
    access::{self, KeepRules, Permitted, SignedIn, WatchSystem},
    app::{App, Refusal},
    audit, guarded,
    http::{Cursor, Idem, Json, Limit, Path, Problem, Query, mutate},
    notify::{address, model::Channel},
    org::{self, PersonId},
};

/// The routes of deliveries.
pub(in crate::notify) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(deliveries))
        .routes(guarded!(of_task))
        .routes(guarded!(again))
        .routes(guarded!(export::export))
        .routes(guarded!(costs::costs))
        .routes(guarded!(test))
        .routes(guarded!(state))
        .routes(guarded!(keeping::show, keeping::write))
        .routes(open_routes!(gateway_call, gateway_asks))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuery {
    /// Only to this person.
    #[param(value_type = Option<String>)]
    person_id: Option<PersonId>,
    /// Only by this way.
    #[param(inline)]
    channel: Option<Channel>,
    /// Only in this state.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// Only what this rule reminded of.
    rule: Option<String>,
    /// Only what was written down on this day or later.
    #[param(value_type = Option<String>)]
    from_day: Option<Day>,
    /// Only what was written down on this day or earlier.
    #[param(value_type = Option<String>)]
    to_day: Option<Day>,
    /// Only what was written, sent or settled on this day: what the figures of the day count.
    #[param(value_type = Option<String>)]
    counted_on: Option<Day>,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

impl DeliveriesQuery {
    pub(super) fn wanted(&self) -> Result<list::Wanted, Problem> {
        Ok(list::Wanted {
            person: self.person_id,
            channel: self.channel,
            state: self.state,
            rule: self.rule.clone(),
            from: self.from_day.map(Day::start),
            until: self.to_day.map(|day| day.plus_days(1).start()),
            counted: self.counted_on,
            before: self.cursor.as_deref().map(Cursor::read).transpose()?,
            ..list::Wanted::default()
        })
    }
}

/// A page of deliveries, the latest first.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryPage {
    items: Vec<DeliveryView>,
    next_cursor: Option<String>,
}

/// Lists what was sent to people outside the system, for whoever watches it; what it says for whoever sees the tasks it speaks of.
#[utoipa::path(get, path = "/deliveries", tag = "notify", operation_id = "list_deliveries", params(DeliveriesQuery),
    responses((status = 200, body = DeliveryPage)))]
async fn deliveries(me: Permitted<WatchSystem>, Query(query): Query<DeliveriesQuery>) -> Result<Json<DeliveryPage>, Problem> {
    let limit = query.limit.get()?;
    let wanted = query.wanted()?;
    let mut tx = me.app.db.read().await?;
    let mut items = list::list(&mut tx, &me.ctx.actor.scope, &wanted, limit + 1).await?;
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
    Ok(Json(list::list(&mut tx, &me.ctx.actor.scope, &wanted, 200).await?))
}

/// Brings something once more, at once and by the same way: for what did not arrive, or somebody says did not.
#[utoipa::path(post, path = "/deliveries/{id}/repetition", tag = "notify", operation_id = "repeat_delivery", params(("id" = String, Path)),
    responses((status = 201, body = DeliveryView)))]
async fn again(me: Permitted<KeepRules>, Path(id): Path<DeliveryId>, idem: Idem) -> Result<Response, Problem> {
    let ctx = &me.ctx;
    let done = mutate(&me.app, ctx, &idem, StatusCode::CREATED, async |tx| {
        let before = list::one(tx, &ctx.actor.scope, id).await?.ok_or(Refusal::NotFound)?;
        let fits = match before.state {
            DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Failed => true,
            DeliveryState::Suppressed => matches!(before.reason.as_deref(), Some("cap" | "task_cap" | "no_gateway" | "no_address")),
            DeliveryState::Queued | DeliveryState::Sending | DeliveryState::Acknowledged => false,
        };
        if !fits {
            return Err(Refusal::conflict("not_now", "这一条正在发送、已经确认，或事项已经办理，不需要重发。"));
        }
        if ended::over(tx, &me.app, &[id]).await?.whole.contains(&id) {
            return Err(Refusal::conflict("not_now", "所说的事项都已经办理，不需要重发。"));
        }
        let new = DeliveryId::new(&ctx.rng, ctx.now());
        store::again(tx, new, id, ctx.now()).await.map_err(|error| {
            if error.is_unique_violation() {
                Refusal::conflict("already_done", "这一条已经重发过，请重发最近的一条。")
            } else {
                error.into()
            }
        })?;
        // What of it has been seen to since is not said again.
        ended::leave_out(tx, &me.app, &[new], ctx.now()).await?;
        let data = serde_json::json!({ "delivery": id, "as": new });
        let words = say!("重发给{to}的{way}", to = &before.to.name, way = before.channel.words());
        audit::record(tx, ctx, audit::Entry::security("delivery_repeated", words, data)).await?;
        list::one(tx, &ctx.actor.scope, new).await?.ok_or(Refusal::NotFound)
    });
    done.await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestInput {
    /// To whom, as the gateway addresses people; one's own telephone number or address where nothing is said.
    to: Option<String>,
}

/// What came of a trial of a gateway.
#[derive(Debug, Serialize, ToSchema)]
struct Tested {
    /// It was taken.
    taken: bool,
    /// Where it went, the middle masked.
    to: String,
    /// The gateway's own words where it was not.
    text: Option<String>,
    /// How long it took, in milliseconds.
    millis: i64,
}

/// Sends a trial message through a gateway, now and whatever its state is.
#[utoipa::path(post, path = "/gateways/{code}/tests", tag = "notify", operation_id = "test_gateway", params(("code" = String, Path)), request_body = TestInput,
    responses((status = 200, body = Tested)))]
async fn test(me: Permitted<KeepRules>, Path(code): Path<String>, Json(input): Json<TestInput>) -> Result<Json<Tested>, Problem> {
    let Some(gateway) = me.app.gateways.find(&code) else { return Err(Refusal::NotFound.into()) };
    let mut tx = me.app.db.begin().await?;
    let person = me.actor().person;
    let own = match &input.to {
        Some(to) => Some(to.trim().to_owned()),
        None => Known::of(&mut tx, &[person]).await?.at(gateway.as_ref(), person),
    };
    let Some(to) = own.filter(|to| (1..=2000).contains(&to.len()) && !to.chars().any(|c| c.is_control() && c != '\n')) else {
        return Err(Refusal::field("to", "请填写接收测试消息的号码或地址").into());
    };
    let shown = org::masked_phone(&to);
    let data = serde_json::json!({ "gateway": code, "to": shown });
    audit::record(&mut tx, &me.ctx, audit::Entry::security("gateway_tested", say!("测试通道“{code}”", code = &code), data)).await?;
    tx.commit().await?;
    let letter = Letter {
        id: me.ctx.rng.uuid(me.ctx.now()),
        to,
        title: "测试消息".to_owned(),
        text: say!("这是{name}任务督办系统的测试消息，收到说明通道正常。", name = &me.app.config.area_name).zh(),
        link: None,
    };
    let began = std::time::Instant::now();
    let result = tokio::time::timeout(dispatch::PATIENCE, gateway.send(&letter)).await;
    let millis = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let text = match result {
        Ok(handed) => handed.taken.err().map(|error| error.to_string()),
        Err(_) => Some("no answer in time".to_owned()),
    };
    Ok(Json(Tested { taken: text.is_none(), to: shown, text, millis }))
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

/// What waits to leave by one way.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingFigure {
    channel: Channel,
    n: i64,
    /// Since when the one that has waited longest could have left.
    since: Option<Moment>,
}

/// How the ways out do.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveriesState {
    gateways: Vec<GatewayView>,
    /// Written, sent or settled since the beginning of today.
    today: Vec<DeliveryFigure>,
    /// What could have left and has not, by each way.
    waiting: Vec<WaitingFigure>,
    /// The numbers they keep to.
    rules: DeliveryRules,
}

/// Shows how the ways out do.
#[utoipa::path(get, path = "/deliveries/state", tag = "notify", operation_id = "deliveries_state", responses((status = 200, body = DeliveriesState)))]
async fn state(me: Permitted<WatchSystem>) -> Result<Json<DeliveriesState>, Problem> {
    let mut tx = me.app.db.read().await?;
    let known = store::gateways(&mut tx).await?;
    let figures = list::figures(&mut tx, me.ctx.today()).await?;
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
    let waiting = list::waiting(&mut tx, me.ctx.now()).await?;
    let waiting = waiting.into_iter().map(|(channel, n, since)| WaitingFigure { channel, n, since }).collect();
    let figure = |(channel, state, reason, n, cost)| DeliveryFigure { channel, state, reason, n, cost };
    let rules = me.ctx.rules.get::<DeliveryRules>();
    Ok(Json(DeliveriesState {
        gateways: gateways.collect(),
        today: figures.into_iter().map(figure).collect(),
        waiting,
        rules: (*rules).clone(),
    }))
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
    told::take_in(&mut tx, &app, &ctx, &code, gateway.channel(), &heard.told).await?;
    let mut said = None;
    for (who, scene) in &heard.came {
        said = address::came(&mut tx, &ctx, &code, who, scene.as_deref()).await?.or(said);
    }
    for who in &heard.left {
        address::left(&mut tx, &ctx, &code, who).await?;
    }
    tx.commit().await?;
    let (kind, answer) = heard.answer;
    let answer = said.and_then(|words| gateway.answer(&call, &words.zh())).unwrap_or(answer);
    Ok(([(header::CONTENT_TYPE, kind)], answer).into_response())
}

/// The same where a gateway proves with GET that the address is ours.
#[utoipa::path(get, path = "/gateways/{code}/calls", tag = "notify", operation_id = "gateway_asks", params(("code" = String, Path)), security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn gateway_asks(app: State<App>, code: Path<String>, query: RawQuery, headers: HeaderMap) -> Result<Response, Problem> {
    gateway_call(app, code, query, headers, Bytes::new()).await
}
