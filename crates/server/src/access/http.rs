use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kit::{Day, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes as open_routes};

use super::{
    Principal, Role,
    account::{self, SignIn},
    permission::{COOKIE, Newcomer, Permitted, token},
    session, store,
};
use crate::{
    app::{App, Outcome, Refusal},
    guarded,
    http::{Json, Problem},
    org::{self, PersonId, PersonRef, UnitRef},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(open_routes!(sign_in)).routes(open_routes!(sign_out)).routes(guarded!(me)).routes(guarded!(change_password))
}

/// Who is signed in, and what the pages show to them.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    person: PersonRef,
    login: String,
    roles: Vec<Role>,
    unit: Option<UnitRef>,
    /// Those who are away and have them act for them today.
    acts_for: Vec<PersonRef>,
    must_change_password: bool,
    area_name: String,
    /// Today in the area's zone.
    today: Day,
    /// Whether this is a demo area.
    demo: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInInput {
    login: String,
    #[schema(value_type = String, format = "password")]
    password: Secret<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordInput {
    #[schema(value_type = String, format = "password")]
    current: Secret<String>,
    #[schema(value_type = String, format = "password")]
    new: Secret<String>,
}

/// Signs in with name and password; sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "access", request_body = SignInInput, responses((status = 200, body = Me)))]
async fn sign_in(State(app): State<App>, Json(input): Json<SignInInput>) -> Result<Response, Problem> {
    let password = input.password.reveal();
    if password.len() > 1024 || input.login.len() > 200 {
        return Err(Refusal::field("password", "过长").into());
    }
    match account::sign_in(&app, input.login.trim(), password).await? {
        SignIn::Begun(token, person) => {
            let mut tx = app.db.read().await?;
            let principal = super::load_principal(&mut tx, person, app.clock.today()).await?.ok_or(Refusal::NotFound)?;
            let me = describe(&app, &mut tx, &principal).await?;
            let mut response = Json(me).into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie(&app, &token, app.config.session_days * 86_400));
            Ok(response)
        }
        SignIn::Wrong => Err(Problem::new(StatusCode::UNAUTHORIZED, "bad_credentials", "登录名或密码不正确。")),
    }
}

/// Begins a session for somebody who has shown otherwise who they are, by what `through` names; answers its cookie. Nothing where they may
/// not come in.
pub async fn let_in(app: &App, person: PersonId, through: &str) -> Outcome<Option<HeaderValue>> {
    let token = account::let_in(app, person, through).await?;
    Ok(token.map(|token| cookie(app, &token, app.config.session_days * 86_400)))
}

fn cookie(app: &App, token: &str, seconds: u64) -> HeaderValue {
    let secure = if app.config.secure_cookies { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Signs out: ends this session and removes the cookie. Without a session it does just that, too.
#[utoipa::path(delete, path = "/session", tag = "access", responses((status = 204)))]
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let mut parts = axum::http::Request::new(()).into_parts().0;
    parts.headers = headers;
    if let Some(token) = token(&parts) {
        let mut tx = app.db.begin().await?;
        session::end(&mut tx, &token).await?;
        tx.commit().await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&app, "", 0));
    Ok(response)
}

/// Who is signed in. A page asks for it when it opens and while it is used, which keeps the session alive.
#[utoipa::path(get, path = "/me", tag = "access", responses((status = 200, body = Me)))]
async fn me(me: Permitted<Newcomer>, parts: Parts) -> Result<Json<Me>, Problem> {
    if let Some(token) = token(&parts) {
        session::touch(&me.app.db, me.ctx.now(), &token).await?;
    }
    let mut tx = me.app.db.read().await?;
    Ok(Json(describe(&me.app, &mut tx, me.actor()).await?))
}

async fn describe(app: &App, tx: &mut db::Tx, principal: &Principal) -> Result<Me, Problem> {
    let unit = org::unit_refs(tx, principal.unit).await?.into_iter().next();
    let acts_for = org::person_refs(tx, principal.deputises.keys().copied()).await?;
    Ok(Me {
        person: PersonRef { id: principal.person, name: principal.name.clone() },
        login: principal.login.clone(),
        roles: principal.roles.iter().copied().collect(),
        unit,
        acts_for,
        must_change_password: principal.must_change,
        area_name: app.config.area_name.clone(),
        today: app.clock.today(),
        demo: store::is_demo(tx).await?,
    })
}

/// Changes one's own password; ends one's other sessions.
#[utoipa::path(put, path = "/me/password", tag = "access", request_body = PasswordInput, responses((status = 204)))]
async fn change_password(me: Permitted<Newcomer>, parts: Parts, Json(input): Json<PasswordInput>) -> Result<StatusCode, Problem> {
    let (current, new) = (input.current.reveal(), input.new.reveal());
    if current.len() > 1024 || new.len() > 1024 {
        return Err(Refusal::field("new", "过长").into());
    }
    account::change_password(&me.app, &me.ctx, current, new, token(&parts).as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
