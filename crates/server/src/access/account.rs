use std::time::Duration;

use db::Tx;
use serde_json::json;

use super::{
    password,
    session::{self, SessionKind},
    store,
};
use crate::{
    app::{App, Ctx, Fields, Outcome, Refusal},
    audit,
    org::PersonId,
};

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// Whose.
    pub person: PersonId,
    /// What they sign in with.
    pub login: &'a str,
    /// Their password, already checked or generated.
    pub password: String,
    /// Whether they must choose another one first.
    pub must_change: bool,
    /// Whether they keep the organisation.
    pub administrator: bool,
}

/// Refuses what nobody can sign in with; answers the login trimmed.
pub fn checked_login(login: &str) -> Outcome<String> {
    let mut fields = Fields::default();
    let login = fields.text("login", login, 40);
    if login.chars().count() < 2 || !login.chars().all(|c| c.is_alphanumeric() || "._-".contains(c)) {
        fields.add("login", "登录名为 2 至 40 位字母、数字、汉字或 . _ -");
    }
    fields.finish()?;
    Ok(login)
}

/// Makes an account.
pub async fn create_account(tx: &mut Tx, ctx: &Ctx, new: NewAccount<'_>) -> Outcome<()> {
    let hash = password::hash(new.password.clone()).await?;
    create_account_with(tx, ctx, &new, &hash).await
}

/// As [`create_account`], with the password's hash made beforehand: hashing takes its time, and whoever makes many accounts
/// in one transaction should not keep all other writers waiting for it.
pub async fn create_account_with(tx: &mut Tx, ctx: &Ctx, new: &NewAccount<'_>, hash: &str) -> Outcome<()> {
    let login = checked_login(new.login)?;
    store::insert_account(tx, new.person, &login, hash, new.must_change, new.administrator).await.map_err(|error| {
        if error.is_unique_violation() { Refusal::field("login", format!("登录名“{login}”已被使用")) } else { error.into() }
    })?;
    let data = json!({ "person": new.person, "login": login, "administrator": new.administrator });
    audit::record(tx, ctx, audit::Entry::security("account_created", format!("开通账号“{login}”"), data)).await
}

/// Gives the person a password that everybody knows, by its hash, and ends their sessions: for demo areas and tests only.
pub async fn set_password_with(tx: &mut Tx, ctx: &Ctx, person: PersonId, hash: &str) -> Outcome<()> {
    if !store::set_password(tx, person, hash, false).await? {
        return Err(Refusal::NotFound);
    }
    session::sign_out_everywhere(tx, person, None).await?;
    audit::record(tx, ctx, audit::Entry::security("password_reset", "设定演示密码".to_owned(), json!({ "person": person }))).await
}

/// Gives the person a new initial password and ends their sessions; answers the password.
pub async fn reset_password(tx: &mut Tx, ctx: &Ctx, person: PersonId) -> Outcome<String> {
    let new = password::initial_password(&ctx.rng);
    let hash = password::hash(new.clone()).await?;
    if !store::set_password(tx, person, &hash, true).await? {
        return Err(Refusal::NotFound);
    }
    session::sign_out_everywhere(tx, person, None).await?;
    audit::record(tx, ctx, audit::Entry::security("password_reset", "重置密码".to_owned(), json!({ "person": person }))).await?;
    Ok(new)
}

/// Changes the actor's own password and ends their other sessions.
pub async fn change_password(tx: &mut Tx, ctx: &Ctx, current: String, new: String, token: Option<&str>) -> Outcome<()> {
    let Some(account) = store::account_of(tx, ctx.actor.person).await? else { return Err(Refusal::NotFound) };
    if !password::verify(current.clone(), account.password_hash).await? {
        return Err(Refusal::field("current", "当前密码不正确"));
    }
    if current == new {
        return Err(Refusal::field("new", "新密码不能与当前密码相同"));
    }
    password::check_password_rules("new", &new, &account.login)?;
    let hash = password::hash(new).await?;
    store::set_password(tx, ctx.actor.person, &hash, false).await?;
    session::sign_out_everywhere(tx, ctx.actor.person, token).await?;
    let data = json!({ "person": ctx.actor.person });
    audit::record(tx, ctx, audit::Entry::security("password_changed", "修改本人密码".to_owned(), data)).await
}

/// Changes what the person signs in with.
pub async fn change_login(tx: &mut Tx, ctx: &Ctx, person: PersonId, login: &str) -> Outcome<()> {
    let login = checked_login(login)?;
    let changed = store::set_login(tx, person, &login).await.map_err(|error| {
        if error.is_unique_violation() { Refusal::field("login", format!("登录名“{login}”已被使用")) } else { error.into() }
    })?;
    if !changed {
        return Err(Refusal::field("login", "此人没有账号"));
    }
    let data = json!({ "person": person, "login": login });
    audit::record(tx, ctx, audit::Entry::security("login_changed", format!("登录名改为“{login}”"), data)).await
}

/// Ends every session of somebody who no longer belongs here; the last administrator cannot leave.
pub async fn leave(tx: &mut Tx, person: PersonId) -> Outcome<()> {
    session::sign_out_everywhere(tx, person, None).await?;
    let account = store::account_of(tx, person).await?;
    if account.is_some_and(|account| account.administrator) && store::administrators(tx).await? == 0 {
        return Err(Refusal::conflict("last_administrator", "至少要保留一名系统管理员。"));
    }
    Ok(())
}

/// Says whether the person keeps the organisation; the last one who does cannot be taken away.
pub async fn set_administrator(tx: &mut Tx, ctx: &Ctx, person: PersonId, administrator: bool) -> Outcome<()> {
    store::set_administrator(tx, person, administrator).await?;
    if !administrator && store::administrators(tx).await? == 0 {
        return Err(Refusal::conflict("last_administrator", "至少要保留一名系统管理员。"));
    }
    let data = json!({ "person": person, "administrator": administrator });
    audit::record(tx, ctx, audit::Entry::security("administrator_set", "设定系统管理员".to_owned(), data)).await
}

/// What signing in led to.
pub(super) enum SignIn {
    /// A session began; its token.
    Begun(String, PersonId),
    /// Name or password is wrong.
    Wrong,
}

/// Signs in by name and password. Wrong passwords are counted and lock the account for a while, whoever asks.
pub(super) async fn sign_in(app: &App, login: &str, given: &str) -> Outcome<SignIn> {
    let now = app.clock.now();
    let account = store::account_by_login(&mut app.db.read().await?, login).await?;
    let Some(account) = account.filter(|account| account.active) else {
        // As slow as a wrong password, so that names cannot be told apart by the clock.
        password::hash(given.to_owned()).await?;
        return Ok(SignIn::Wrong);
    };
    if let Some(until) = account.locked_until.filter(|until| *until > now) {
        return Err(Refusal::TooMany((until.millis() - now.millis() + 999) / 1000));
    }
    let right = password::verify(given.to_owned(), account.password_hash).await?;
    let ctx = app.ctx(super::system_principal());
    let mut tx = app.db.begin().await?;
    let data = json!({ "person": account.person_id, "login": login });
    if right {
        store::note_success(&mut tx, account.person_id).await?;
        let token = session::issue(&mut tx, &app.config, &app.rng, now, account.person_id, SessionKind::Browser).await?;
        audit::record(&mut tx, &ctx, audit::Entry::security("signed_in", format!("“{login}”登录"), data)).await?;
        tx.commit().await?;
        return Ok(SignIn::Begun(token, account.person_id));
    }
    let locks = (account.failed + 1) % app.config.lockout_attempts.max(1) == 0;
    let until = locks.then(|| now.plus(Duration::from_secs(app.config.lockout_minutes * 60)));
    store::note_failure(&mut tx, account.person_id, until).await?;
    audit::record(&mut tx, &ctx, audit::Entry::security("sign_in_failed", format!("“{login}”登录失败"), data)).await?;
    tx.commit().await?;
    Ok(SignIn::Wrong)
}
