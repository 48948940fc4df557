//! `admin`: accounts without signing in, and the administrator of the first start.

use anyhow::Context as _;
use db::Tx;

use super::{Admin, say};
use crate::{
    access::{self, InitialPassword, NewAccount, SessionKind},
    app::{App, Ctx, Outcome, Refusal},
    org::{self, NewPerson, PersonId, PostKind, UnitId, UnitInput, UnitKind},
};

/// Runs one of the `admin` commands.
pub(super) async fn run(app: &App, admin: Admin) -> anyhow::Result<()> {
    let ctx = app.ctx(access::system_principal());
    let new = InitialPassword::make(&ctx.rng).await?;
    let mut tx = app.db.begin().await?;
    let answer = match &admin {
        Admin::Create { login, name } => match create(app, &mut tx, &ctx, (login, name), &new).await {
            Ok(()) => format!("登录名 {login}，初始密码 {}（只显示这一次，登录后须修改）", new.password),
            Err(refusal) => return Err(explain(refusal)),
        },
        Admin::ResetPassword { user } => {
            let person = find(&mut tx, user).await?;
            access::reset_password(&mut tx, &ctx, person, &new).await?;
            format!("登录名 {user}，新的初始密码 {}（只显示这一次，登录后须修改）", new.password)
        }
        Admin::Token { user } => {
            let person = find(&mut tx, user).await?;
            access::issue_token(&mut tx, &app.config, &ctx.rng, ctx.now(), person, SessionKind::Script).await?
        }
    };
    tx.commit().await?;
    app.db.close().await;
    say(answer);
    Ok(())
}

async fn find(tx: &mut Tx, login: &str) -> anyhow::Result<PersonId> {
    access::find_person_by_login(tx, login).await?.with_context(|| format!("没有登录名为“{login}”的账号"))
}

/// What is wrong with the input, in the words the API would use.
fn explain(refusal: Refusal) -> anyhow::Error {
    match refusal {
        Refusal::Invalid(fields) => {
            let words: Vec<_> = fields.into_iter().map(|field| field.message.zh()).collect();
            anyhow::anyhow!(words.join("；"))
        }
        other => other.into(),
    }
}

/// On an empty database makes the root unit and the administrator `admin`; answers the initial password.
///
/// Nodes that start together on one database all come here: whoever is second finds everything made.
pub(super) async fn first_start(app: &App) -> anyhow::Result<Option<String>> {
    let ctx = app.ctx(access::system_principal());
    if access::any_account(&mut app.db.read().await?).await? {
        return Ok(None);
    }
    let new = InitialPassword::make(&ctx.rng).await?;
    let mut tx = app.db.begin().await?;
    match create(app, &mut tx, &ctx, ("admin", "系统管理员"), &new).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(Some(new.password))
        }
        Err(refusal) => {
            tx.rollback().await?;
            let made = access::any_account(&mut app.db.read().await?).await?;
            if made { Ok(None) } else { Err(explain(refusal)) }
        }
    }
}

async fn create(app: &App, tx: &mut Tx, ctx: &Ctx, (login, name): (&str, &str), new: &InitialPassword) -> Outcome<()> {
    let unit = root(app, tx, ctx).await?;
    let person =
        NewPerson { name, phone: None, unit, post_name: "系统管理员", post_kind: PostKind::Staff, charges: &[], from: ctx.today() };
    let person = org::add_person(tx, ctx, &person).await?;
    let account = NewAccount { person, login, must_change: true, administrator: true };
    access::create_account_with(tx, ctx, &account, &new.hash).await
}

/// The topmost unit; made with the area's name when there is none.
async fn root(app: &App, tx: &mut Tx, ctx: &Ctx) -> Outcome<UnitId> {
    if let Some(unit) = org::list_units(tx, ctx).await?.into_iter().find(|unit| unit.parent_id.is_none() && unit.active) {
        return Ok(unit.id);
    }
    let name = Some(app.config.area_name.clone());
    org::add_unit(tx, ctx, &UnitInput { name, kind: Some(UnitKind::Committee), ..UnitInput::default() }).await
}
