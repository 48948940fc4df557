use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jobs::{JobId, NewJob};
use kit::Moment;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes as open_routes};

use super::{
    bind::{self, Proof},
    model::{AddressId, AddressKind, AddressRow},
    store,
};
use crate::{
    access::{self, ManageOrganisation, Permitted, SignedIn},
    app::{App, Fields, Outcome, Refusal},
    guarded,
    http::{Idem, Json, Path, Problem, Query, mutate},
    notify::{delivery, model::Channel},
    org::PersonId,
};

/// The routes of addresses.
pub(in crate::notify) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(mine))
        .routes(guarded!(remove))
        .routes(guarded!(openid_code))
        .routes(guarded!(mailbox_code))
        .routes(guarded!(mailbox))
        .routes(guarded!(browser))
        .routes(guarded!(of_person, write))
        .routes(open_routes!(entry))
        .routes(open_routes!(arrival))
}

/// A way by which people can be reached here.
#[derive(Debug, Serialize, ToSchema)]
struct Way {
    gateway: String,
    channel: Channel,
    /// What it writes to; what people bind themselves are `openid`, `mailbox` and `browser`.
    kind: AddressKind,
}

/// An address of somebody's.
#[derive(Debug, Serialize, ToSchema)]
struct AddressView {
    id: AddressId,
    kind: AddressKind,
    /// Empty where any gateway of its kind will do.
    gateway: String,
    /// The mailbox or the id; nothing where only programs can read it.
    shown: Option<String>,
    /// What the browser calls itself.
    label: Option<String>,
    created_at: Moment,
    /// When a gateway last took a message for it.
    last_ok_at: Option<Moment>,
}

impl From<AddressRow> for AddressView {
    fn from(row: AddressRow) -> Self {
        let AddressRow { id, kind, gateway, value, label, created_at, last_ok_at } = row;
        let shown = matches!(kind, AddressKind::Mailbox | AddressKind::Userid).then_some(value);
        Self { id, kind, gateway, shown, label, created_at, last_ok_at }
    }
}

/// How somebody is reached, and how they could be.
#[derive(Debug, Serialize, ToSchema)]
struct Reached {
    addresses: Vec<AddressView>,
    ways: Vec<Way>,
    /// What a browser needs to subscribe (`applicationServerKey`).
    push_key: Option<String>,
    /// A mailbox whose number has been sent and not yet been given.
    waiting_mailbox: Option<String>,
}

async fn reached(app: &App, tx: &mut db::Tx, person: PersonId, now: Moment) -> Outcome<Reached> {
    let ways = app.gateways.all().iter().map(|gateway| Way {
        gateway: gateway.code().to_owned(),
        channel: gateway.channel(),
        kind: gateway.writes_to(),
    });
    let waiting = store::mailbox_of(tx, person, false).await?.filter(|binding| binding.expires_at > now);
    Ok(Reached {
        addresses: store::of_person(tx, person).await?.into_iter().map(AddressView::from).collect(),
        ways: ways.collect(),
        push_key: app.gateways.all().iter().find_map(|gateway| gateway.push_key()),
        waiting_mailbox: waiting.and_then(|binding| binding.value),
    })
}

/// Shows by which ways the asker is reached.
#[utoipa::path(get, path = "/me/addresses", tag = "notify", operation_id = "my_addresses", responses((status = 200, body = Reached)))]
async fn mine(me: Permitted<SignedIn>) -> Result<Json<Reached>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(reached(&me.app, &mut tx, me.actor().person, me.ctx.now()).await?))
}

/// Takes one of one's own addresses away.
#[utoipa::path(delete, path = "/me/addresses/{id}", tag = "notify", operation_id = "remove_address", params(("id" = String, Path)),
    responses((status = 200, body = Reached)))]
async fn remove(me: Permitted<SignedIn>, Path(id): Path<AddressId>, idem: Idem) -> Result<Response, Problem> {
    let (person, now) = (me.actor().person, me.ctx.now());
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        bind::remove(tx, &me.ctx, id).await?;
        reached(&me.app, tx, person, now).await
    });
    done.await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenidCodeInput {
    /// Which official account.
    gateway: String,
}

/// A code to be scanned with WeChat.
#[derive(Debug, Serialize, ToSchema)]
struct OpenidCode {
    /// What the code says, to be drawn.
    url: String,
    /// It is good until then.
    expires_at: Moment,
}

/// Begins to bind WeChat: whoever scans the code is the asker from then on.
#[utoipa::path(post, path = "/me/addresses/openid-codes", tag = "notify", operation_id = "begin_openid", request_body = OpenidCodeInput,
    responses((status = 201, body = OpenidCode)))]
async fn openid_code(me: Permitted<SignedIn>, Json(input): Json<OpenidCodeInput>) -> Result<Response, Problem> {
    let gateway = me.app.gateways.find(&input.gateway).and_then(|gateway| gateway.official());
    let Some(official) = gateway else { return Err(Refusal::field("gateway", "没有这个公众号").into()) };
    let mut tx = me.app.db.begin().await?;
    let (_, code, expires_at) = bind::begin(&mut tx, &me.ctx, AddressKind::Openid, &input.gateway, None).await?;
    tx.commit().await?;
    // Nothing waits while the house is asked, and nothing is lost when it does not answer: the next code takes this one's place.
    let drawn = official.qr_code(&code, bind::GOOD_FOR).await.map_err(|error| {
        tracing::warn!(gateway = input.gateway, %error, "no code to be scanned");
        Problem::new(StatusCode::BAD_GATEWAY, "gateway", "微信暂时没有应答，请稍后再试。")
    })?;
    Ok((StatusCode::CREATED, Json(OpenidCode { url: drawn.url, expires_at })).into_response())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailboxCodeInput {
    /// The address to be proven.
    mailbox: String,
}

/// Sends a number to a mailbox that the asker wants to be reached at.
#[utoipa::path(post, path = "/me/addresses/mailbox-codes", tag = "notify", operation_id = "begin_mailbox", request_body = MailboxCodeInput,
    responses((status = 202, body = Reached)))]
async fn mailbox_code(me: Permitted<SignedIn>, idem: Idem, Json(input): Json<MailboxCodeInput>) -> Result<Response, Problem> {
    let mailbox = input.mailbox.trim();
    if !is_mailbox(mailbox) {
        return Err(Refusal::field("mailbox", "不是有效的邮箱地址").into());
    }
    if delivery::reachable(&me.app, Channel::Email).is_none() {
        return Err(Refusal::conflict("no_gateway", "系统没有配置邮件。").into());
    }
    let ctx = &me.ctx;
    let done = mutate(&me.app, ctx, &idem, StatusCode::ACCEPTED, async |tx| {
        let (id, ..) = bind::begin(tx, ctx, AddressKind::Mailbox, "", Some(mailbox)).await?;
        let payload = serde_json::to_value(id).map_err(Refusal::internal)?;
        let job = NewJob { kind: bind::CODE, payload, run_at: ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
        reached(&me.app, tx, ctx.actor.person, ctx.now()).await
    });
    done.await
}

/// One address and nothing that a mail program could take for two, or for a header.
fn is_mailbox(text: &str) -> bool {
    let plain =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c));
    text.split_once('@').is_some_and(|(name, host)| plain(name, 64) && plain(host, 190) && host.contains('.') && !host.contains(".."))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailboxInput {
    /// The six digits that were sent to it.
    code: String,
}

/// Proves a mailbox by the number that was sent to it.
#[utoipa::path(post, path = "/me/addresses/mailbox", tag = "notify", operation_id = "bind_mailbox", request_body = MailboxInput,
    responses((status = 201, body = Reached)))]
async fn mailbox(me: Permitted<SignedIn>, Json(input): Json<MailboxInput>) -> Result<Response, Problem> {
    let mut tx = me.app.db.begin().await?;
    let proof = bind::prove(&mut tx, &me.ctx, input.code.trim()).await?;
    let reached = reached(&me.app, &mut tx, me.actor().person, me.ctx.now()).await?;
    tx.commit().await?;
    match proof {
        Proof::Right => Ok((StatusCode::CREATED, Json(reached)).into_response()),
        Proof::Wrong(refusal) => Err(refusal.into()),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrowserInput {
    /// As `PushSubscription.toJSON()` has it.
    endpoint: String,
    /// Base64url of 65 octets.
    p256dh: String,
    /// Base64url of 16 octets.
    auth: String,
    /// What people call this browser, 1 to 60 characters.
    label: String,
}

/// Has notices shown by this browser.
#[utoipa::path(post, path = "/me/addresses/browsers", tag = "notify", operation_id = "bind_browser", request_body = BrowserInput,
    responses((status = 201, body = Reached)))]
async fn browser(me: Permitted<SignedIn>, idem: Idem, Json(input): Json<BrowserInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let label = fields.text("label", &input.label, 60);
    fields.finish()?;
    let Some(gateway) = me.app.gateways.all().iter().find(|gateway| gateway.push_key().is_some()) else {
        return Err(Refusal::conflict("no_gateway", "系统没有配置浏览器通知。").into());
    };
    let value =
        gateway.subscription(&input.endpoint, &input.p256dh, &input.auth).map_err(|field| Refusal::field(field, "不是有效的订阅"))?;
    let ctx = &me.ctx;
    let done = mutate(&me.app, ctx, &idem, StatusCode::CREATED, async |tx| {
        bind::bind(tx, ctx, ctx.actor.person, AddressKind::Browser, (gateway.code(), &value), Some(&label)).await?;
        reached(&me.app, tx, ctx.actor.person, ctx.now()).await
    });
    done.await
}

/// Shows by which ways somebody is reached.
#[utoipa::path(get, path = "/people/{id}/addresses", tag = "notify", operation_id = "person_addresses", params(("id" = String, Path)),
    responses((status = 200, body = Reached)))]
async fn of_person(me: Permitted<ManageOrganisation>, Path(id): Path<PersonId>) -> Result<Json<Reached>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(reached(&me.app, &mut tx, id, me.ctx.now()).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UseridInput {
    /// The work messenger.
    gateway: String,
    /// The id it knows the person by; nothing takes it away.
    value: Option<String>,
}

/// Writes down by which id a work messenger knows somebody.
#[utoipa::path(put, path = "/people/{id}/addresses", tag = "notify", operation_id = "write_userid", params(("id" = String, Path)),
    request_body = UseridInput, responses((status = 200, body = Reached)))]
async fn write(
    me: Permitted<ManageOrganisation>,
    Path(id): Path<PersonId>,
    idem: Idem,
    Json(input): Json<UseridInput>,
) -> Result<Response, Problem> {
    let known = me.app.gateways.find(&input.gateway).is_some_and(|gateway| gateway.writes_to() == AddressKind::Userid);
    let mut fields = Fields::default();
    if !known {
        fields.add("gateway", "没有这个办公通讯");
    }
    let value = input.value.as_deref().map(|value| fields.text("value", value, 100));
    fields.finish()?;
    let ctx = &me.ctx;
    let done = mutate(&me.app, ctx, &idem, StatusCode::OK, async |tx| {
        match &value {
            Some(value) => {
                bind::bind(tx, ctx, id, AddressKind::Userid, (&input.gateway, value), None).await?;
            }
            None => bind::forget(tx, ctx, id, &input.gateway).await?,
        }
        reached(&me.app, tx, id, ctx.now()).await
    });
    done.await
}

/// Ties the browser that left to the one that comes back: nobody can make another's browser arrive as themselves.
const STATE: &str = "sbc_arrival";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EntryQuery {
    /// The path that is wanted.
    to: String,
}

/// A touch in WeChat comes here, and goes to WeChat to learn who it is.
#[utoipa::path(get, path = "/gateways/{code}/entry", tag = "notify", params(("code" = String, Path), EntryQuery), security(()), responses((status = 303)))]
async fn entry(State(app): State<App>, Path(code): Path<String>, Query(query): Query<EntryQuery>) -> Result<Response, Problem> {
    let Some(official) = app.gateways.find(&code).and_then(|gateway| gateway.official()) else { return Err(Refusal::NotFound.into()) };
    let to = inner_path(&query.to);
    let state = app.rng.uuid(app.clock.now()).simple().to_string();
    let back = format!("{}/api/v1/gateways/{code}/arrival", app.config.public_url.trim_end_matches('/'));
    // Of this browser alone, and gone in ten minutes; comes along when WeChat sends the browser back.
    let secure = if app.config.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{STATE}={state}.{}; Path=/api/v1/gateways; HttpOnly; SameSite=Lax; Max-Age=600{secure}", hex::encode(to));
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, official.authorize_url(&back, &state)), (header::SET_COOKIE, cookie)]).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ArrivalQuery {
    /// By which WeChat says who it is.
    code: String,
    /// What left with the browser.
    state: String,
}

/// WeChat sends the browser back: whoever it is known to be is signed in. Others sign in as always.
#[utoipa::path(get, path = "/gateways/{code}/arrival", tag = "notify", params(("code" = String, Path), ArrivalQuery), security(()), responses((status = 303)))]
async fn arrival(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(query): Query<ArrivalQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(official) = app.gateways.find(&code).and_then(|gateway| gateway.official()) else { return Err(Refusal::NotFound.into()) };
    let left = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let left = left
        .filter_map(|pair| pair.trim().strip_prefix(STATE)?.strip_prefix('=')?.split_once('.'))
        .find(|(state, _)| *state == query.state);
    let to = left.and_then(|(_, to)| String::from_utf8(hex::decode(to).ok()?).ok());
    let Some(to) = to else { return Ok(forward("/", None)) };
    let to = inner_path(&to).to_owned();
    let openid: String = match official.openid(&query.code).await {
        Ok(openid) => openid,
        Err(error) => {
            tracing::info!(gateway = code, %error, "WeChat does not say who came");
            return Ok(forward(&to, None));
        }
    };
    let person = store::whose(&mut app.db.read().await?, &code, &openid).await?;
    let cookie = match person {
        Some(person) => access::let_in(&app, person, &code).await?,
        None => None,
    };
    Ok(forward(&to, cookie))
}

/// A path in this system on the phone; anything else is its beginning.
fn inner_path(to: &str) -> &str {
    let inner = to.len() <= 200
        && to.starts_with('/')
        && !to.starts_with("//")
        && to.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.?=&".contains(&b));
    if inner { to } else { "/" }
}

fn forward(to: &str, cookie: Option<axum::http::HeaderValue>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/m{to}"))]).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_system_are_forwarded_to() {
        for inner in ["/tasks/0193", "/inbox", "/tasks/1?tab=talk"] {
            assert_eq!(inner_path(inner), inner);
        }
        for outer in ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "/a\r\nset-cookie: x", "javascript:1", ""] {
            assert_eq!(inner_path(outer), "/", "{outer}");
        }
    }

    #[test]
    fn a_mailbox_is_one_plain_address() {
        for good in ["a@b.cn", "zhang.san+task@mail.example.gov.cn"] {
            assert!(is_mailbox(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.cn", "a@", "a@b..cn", "a@b.cn,c@d.cn", "a@b.cn\r\nBcc: x@y.z", "张@b.cn", "<a@b.cn>", "a b@c.cn"] {
            assert!(!is_mailbox(bad), "{bad}");
        }
    }
}
