use std::time::Duration;

use db::Tx;
use kit::Moment;
use serde_json::json;
use wording::{Join, Words, say};

use super::{
    password::{self, InitialPassword},
    session::{self, SessionKind},
    store::{self, AccountRow},
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

/// Makes an account, with the password's hash made beforehand: hashing takes its time, and nobody should keep all other writers
/// waiting for it.
pub async fn create_account_with(tx: &mut Tx, ctx: &Ctx, new: &NewAccount<'_>, hash: &str) -> Outcome<()> {
    let login = checked_login(new.login)?;
    store::insert_account(tx, new.person, &login, hash, new.must_change, new.administrator).await.map_err(|error| {
        if error.is_unique_violation() { Refusal::field("login", say!("登录名“{login}”已被使用")) } else { error.into() }
    })?;
    let data = json!({ "person": new.person, "login": login, "administrator": new.administrator });
    audit::record(tx, ctx, audit::Entry::security("account_created", say!("开通账号“{login}”"), data)).await
}

/// Gives the person a password that everybody knows, by its hash, and ends their sessions: for demo areas and tests only.
pub async fn set_password_with(tx: &mut Tx, ctx: &Ctx, person: PersonId, hash: &str) -> Outcome<()> {
    if !store::set_password(tx, person, hash, false).await? {
        return Err(Refusal::NotFound);
    }
    session::sign_out_everywhere(tx, person, None).await?;
    audit::record(tx, ctx, audit::Entry::security("password_reset", "设定演示密码", json!({ "person": person }))).await
}

/// Gives the person a new initial password and ends their sessions.
pub async fn reset_password(tx: &mut Tx, ctx: &Ctx, person: PersonId, new: &InitialPassword) -> Outcome<()> {
    if !store::set_password(tx, person, &new.hash, true).await? {
        return Err(Refusal::NotFound);
    }
    session::sign_out_everywhere(tx, person, None).await?;
    audit::record(tx, ctx, audit::Entry::security("password_reset", "重置密码", json!({ "person": person }))).await
}

/// Changes the actor's own password and ends their other sessions. Whoever guesses at the present one is counted and locked
/// out as when signing in.
pub(super) async fn change_password(app: &App, ctx: &Ctx, current: &str, new: &str, token: Option<&str>) -> Outcome<()> {
    let wrong = || Refusal::field("current", "当前密码不正确");
    let Some(account) = store::account_of(&mut app.db.read().await?, ctx.actor.person).await? else { return Err(Refusal::NotFound) };
    let failure = Failure { action: "password_change_failed", words: "修改本人密码时当前密码不正确".into() };
    if !knows(app, ctx, &account, current, failure).await? {
        return Err(wrong());
    }
    if current == new {
        return Err(Refusal::field("new", "新密码不能与当前密码相同"));
    }
    password::check_password_rules("new", new, &account.login)?;
    let hash = password::hash(new.to_owned()).await?;
    let Some(mut tx) = begin(app, &account).await? else { return Err(wrong()) };
    store::set_password(&mut tx, account.person_id, &hash, false).await?;
    session::sign_out_everywhere(&mut tx, account.person_id, token).await?;
    let data = json!({ "person": account.person_id });
    audit::record(&mut tx, ctx, audit::Entry::security("password_changed", "修改本人密码", data)).await?;
    Ok(tx.commit().await?)
}

/// Changes what the person signs in with.
pub async fn change_login(tx: &mut Tx, ctx: &Ctx, person: PersonId, login: &str) -> Outcome<()> {
    let login = checked_login(login)?;
    let changed = store::set_login(tx, person, &login).await.map_err(|error| {
        if error.is_unique_violation() { Refusal::field("login", say!("登录名“{login}”已被使用")) } else { error.into() }
    })?;
    if !changed {
        return Err(Refusal::field("login", "此人没有账号"));
    }
    let data = json!({ "person": person, "login": login });
    audit::record(tx, ctx, audit::Entry::security("login_changed", say!("登录名改为“{login}”"), data)).await
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
    audit::record(tx, ctx, audit::Entry::security("administrator_set", "设定系统管理员", data)).await
}

/// What signing in led to.
pub(super) enum SignIn {
    /// A session began; its token.
    Begun(String, PersonId),
    /// Name or password is wrong.
    Wrong,
}

/// Signs in by name and password.
pub(super) async fn sign_in(app: &App, login: &str, given: &str) -> Outcome<SignIn> {
    let account = store::account_by_login(&mut app.db.read().await?, login).await?;
    let Some(account) = account.filter(|account| account.active) else {
        // As slow as a wrong password, so that names cannot be told apart by the clock.
        password::pretend(given.to_owned()).await?;
        return Ok(SignIn::Wrong);
    };
    let ctx = app.ctx(super::system_principal());
    let failure = Failure { action: "sign_in_failed", words: say!("“{login}”登录失败") };
    if !knows(app, &ctx, &account, given, failure).await? {
        return Ok(SignIn::Wrong);
    }
    let Some(mut tx) = begin(app, &account).await? else { return Ok(SignIn::Wrong) };
    let person = account.person_id;
    let token = session::issue(&mut tx, &app.config, &app.rng, ctx.now(), person, SessionKind::Browser).await?;
    let data = json!({ "person": person, "login": login });
    audit::record(&mut tx, &ctx, audit::Entry::security("signed_in", say!("“{login}”登录"), data)).await?;
    tx.commit().await?;
    Ok(SignIn::Begun(token, person))
}

/// Begins a session for somebody who has shown otherwise who they are, by what `through` names; nothing where they have no account here, or
/// it is locked.
pub(super) async fn let_in(app: &App, person: PersonId, through: &str) -> Outcome<Option<String>> {
    let ctx = app.ctx(super::system_principal());
    let mut tx = app.db.begin().await?;
    let account = store::account_of(&mut tx, person).await?;
    let Some(account) = account.filter(|account| account.active && account.locked_until.is_none_or(|until| until <= ctx.now())) else {
        return Ok(None);
    };
    let token = session::issue(&mut tx, &app.config, &app.rng, ctx.now(), person, SessionKind::Browser).await?;
    let data = json!({ "person": person, "login": account.login, "through": through });
    let words = say!("“{login}”经微信登录", login = account.login);
    audit::record(&mut tx, &ctx, audit::Entry::security("signed_in", words, data)).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// How a wrong password is written down.
struct Failure {
    action: &'static str,
    words: Words,
}

/// Whether the password is the account's. A wrong one is counted, and too many in a row lock the account for a while, whoever
/// asks. Works outside of any transaction: it takes its time, and SQLite has one writer.
async fn knows(app: &App, ctx: &Ctx, account: &AccountRow, given: &str, failure: Failure) -> Outcome<bool> {
    if let Some(until) = account.locked_until.filter(|until| *until > ctx.now()) {
        return Err(locked(until, ctx.now()));
    }
    if password::verify(given.to_owned(), account.password_hash.clone()).await? {
        return Ok(true);
    }
    let (now, person) = (ctx.now(), account.person_id);
    let mut tx = app.db.begin().await?;
    let Some(failed) = store::count_failure(&mut tx, person, now).await? else {
        return Err(locked_since(tx, person, now).await?.unwrap_or(Refusal::NotFound));
    };
    let Failure { action, mut words } = failure;
    if failed >= app.config.lockout_attempts.max(1) {
        let minutes = app.config.lockout_minutes;
        store::lock(&mut tx, person, now.plus(Duration::from_secs(minutes * 60))).await?;
        words = words.then(Join::Parts, say!("账号锁定 {minutes} 分钟"));
    }
    let data = json!({ "person": person, "login": account.login });
    audit::record(&mut tx, ctx, audit::Entry::security(action, words, data)).await?;
    tx.commit().await?;
    Ok(false)
}

/// Begins what a right password opens; nothing when it is no longer the account's. One that came with many wrong ones does not
/// count when those have locked the account in the meantime: it may be the last of the guesses.
async fn begin(app: &App, account: &AccountRow) -> Outcome<Option<Tx>> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if store::note_success(&mut tx, account.person_id, &account.password_hash, now).await? {
        return Ok(Some(tx));
    }
    match locked_since(tx, account.person_id, now).await? {
        Some(refusal) => Err(refusal),
        None => Ok(None),
    }
}

/// The refusal, when others have locked the account since it was read. Gives up the transaction.
async fn locked_since(mut tx: Tx, person: PersonId, now: Moment) -> Outcome<Option<Refusal>> {
    let until = store::account_of(&mut tx, person).await?.and_then(|account| account.locked_until);
    tx.rollback().await?;
    Ok(until.filter(|until| *until > now).map(|until| locked(until, now)))
}

fn locked(until: Moment, now: Moment) -> Refusal {
    Refusal::TooMany((until.millis() - now.millis() + 999) / 1000)
}
