use std::{future::Future, marker::PhantomData, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use super::{Principal, Role, session, session::Asker};
use crate::{
    app::{App, Ctx, Outcome, Refusal},
    http::Problem,
};

/// Something a role may do at all; what it may do it *to* is decided by the verb, which knows the thing.
pub trait Permission: Send + Sync + 'static {
    /// For people, when it is refused.
    const REFUSAL: &'static str;
    /// Whether it may be done before the initial password has been changed.
    const BEFORE_PASSWORD: bool = false;
    /// Whether this person has it.
    fn granted(principal: &Principal) -> bool;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident, $refusal:literal, $rule:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name;

        impl Permission for $name {
            const REFUSAL: &'static str = $refusal;
            fn granted(principal: &Principal) -> bool {
                let rule: fn(&Principal) -> bool = $rule;
                rule(principal)
            }
        }
    )+};
}

permissions! {
    /// Everybody who is signed in; lists and verbs narrow it down to the scope.
    SignedIn, "", |_| true;
    /// Keep units, persons and accounts.
    ManageOrganisation, "只有系统管理员可以维护单位和人员。", |p| p.is(Role::Administrator);
    /// Keep working days and rules.
    KeepRules, "只有系统管理员和政务运营中心可以维护工作日历和规则。", |p| p.is(Role::Administrator) || p.is(Role::Centre);
    /// See whether the system does what it does by itself.
    WatchSystem, "只有系统管理员、政务运营中心和管委领导可以查看提醒系统的状态。",
        |p| [Role::Administrator, Role::Centre, Role::Leader].iter().any(|role| p.is(*role));
    /// Decide on what was found in files.
    JudgeFiles, "只有政务运营中心和管委领导可以核定文件。", |p| p.is(Role::Centre) || p.is(Role::Leader);
    /// Set up tasks.
    SetTasks, "经办人不能新建任务，请联系本单位负责人或联络员。",
        |p| [Role::Centre, Role::Leader, Role::Head, Role::Liaison].iter().any(|role| p.is(*role));
    /// Take in ledgers.
    ImportTasks, "只有政务运营中心可以导入台账。", |p| p.is(Role::Centre);
    /// Issue supervision orders, and see what is suggested where they do not help.
    IssueOrders, "只有管委领导和政务运营中心可以签发督办单。", |p| p.is(Role::Leader) || p.is(Role::Centre);
    /// Press for a task.
    InstructTasks, "只有领导、运营中心和部门负责人可以督办。",
        |p| [Role::Centre, Role::Leader, Role::Head].iter().any(|role| p.is(*role));
}

/// What may be done before the initial password has been changed: that, and little else.
#[derive(Debug)]
pub(super) struct Newcomer;

impl Permission for Newcomer {
    const REFUSAL: &'static str = "";
    const BEFORE_PASSWORD: bool = true;
    fn granted(_: &Principal) -> bool {
        true
    }
}

/// Proof that the asker is signed in and has the permission `P`, with the surroundings of what they do.
pub struct Permitted<P> {
    /// The application.
    pub app: App,
    /// Who acts, when.
    pub ctx: Ctx,
    token: String,
    permission: PhantomData<P>,
}

impl<P> Permitted<P> {
    /// Who acts.
    pub fn actor(&self) -> &Principal {
        &self.ctx.actor
    }
}

impl<P: Permission> Permitted<P> {
    /// Whether the session goes on and the permission is still granted: what lives longer than a request asks now and then.
    /// From then on the actor is who they are by their duties of that day.
    pub async fn still_holds(&mut self) -> Outcome<bool> {
        let mut tx = self.app.db.read().await?;
        let Some(Asker { person, .. }) = session::resolve(&mut tx, &self.app.config, self.app.clock.now(), &self.token).await? else {
            return Ok(false);
        };
        let Some(principal) = super::load_principal(&mut tx, person, self.app.clock.today()).await? else { return Ok(false) };
        let holds = (P::BEFORE_PASSWORD || !principal.must_change) && P::granted(&principal);
        self.ctx = self.ctx.acting(Arc::new(principal));
        Ok(holds)
    }
}

impl<P: Permission> FromRequestParts<App> for Permitted<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(token) = token(parts) else { return Err(Problem::unauthenticated()) };
        let ctx = who_asks(app, &token).await?.ok_or_else(Problem::unauthenticated)?;
        let principal = &ctx.actor;
        if principal.must_change && !P::BEFORE_PASSWORD {
            return Err(Problem::new(axum::http::StatusCode::FORBIDDEN, "must_change_password", "请先修改初始密码。"));
        }
        if !P::granted(principal) {
            return Err(Refusal::forbidden(P::REFUSAL).into());
        }
        Ok(Self { app: app.clone(), ctx, token, permission: PhantomData })
    }
}

/// The surroundings of whoever shows this token; nothing where it is nobody's.
async fn who_asks(app: &App, token: &str) -> Outcome<Option<Ctx>> {
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.db.read().await?;
    let Some(Asker { person, changes }) = session::resolve(&mut tx, &app.config, now, token).await? else { return Ok(None) };
    let principal = match app.known.find((changes, today), person) {
        Some(known) => known,
        None => {
            let Some(principal) = super::load_principal(&mut tx, person, today).await? else { return Ok(None) };
            let principal = Arc::new(principal);
            app.known.keep((changes, today), principal.clone());
            principal
        }
    };
    Ok(Some(app.ctx_after(&mut tx, changes, principal).await?))
}

/// The cookie's name.
pub(super) const COOKIE: &str = "sbc_session";

/// What the request shows: a bearer token, or else the cookie.
pub(super) fn token(parts: &Parts) -> Option<String> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        return value.to_str().ok()?.strip_prefix("Bearer ").map(|token| token.trim().to_owned());
    }
    parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('=').map(str::to_owned))
}

/// Handlers whose first argument is a [`Permitted`].
pub trait Guarded<P, Args> {}

macro_rules! guarded_handlers {
    ($(($($arg:ident),*);)+) => {$(
        impl<P: Permission, F, Fut, $($arg,)*> Guarded<P, ($($arg,)*)> for F
        where
            F: Fn(Permitted<P>, $($arg),*) -> Fut,
            Fut: Future,
        {}
    )+};
}

guarded_handlers! {
    ();
    (A);
    (A, B);
    (A, B, C);
    (A, B, C, D);
    (A, B, C, D, E);
}

/// Does nothing; does not compile for a handler that is not guarded.
pub fn assert_guarded<P, Args, F: Guarded<P, Args>>(_handler: F) {}
