//! Binding an address: the person shows that it is theirs.

use std::time::Duration;

use db::Tx;
use kit::Moment;
use serde_json::json;
use wording::{Words, say};

use super::{
    model::{AddressId, AddressKind, BindingId, BindingRow},
    store::{self, NewAddress, NewBinding},
};
use crate::{
    access,
    app::{App, Ctx, Outcome, Refusal},
    audit,
    notify::{
        delivery::{Letter, reachable},
        model::Channel,
    },
    org::PersonId,
};

/// Sends the number that proves a mailbox.
pub const CODE: &str = "notify.address_code";

/// A code on a screen, or a number in a mailbox, is good for so long.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(15 * 60);
/// Who guesses oftener has to begin anew.
const MOST_TRIES: i64 = 5;
/// So many are begun by one person in a day: each is a message to somebody who may not want it.
const MOST_A_DAY: i64 = 20;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Begins to bind; answers the code that stands for it and until when it is good.
pub(super) async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: AddressKind,
    gateway: &str,
    mailbox: Option<&str>,
) -> Outcome<(BindingId, String, Moment)> {
    let now = ctx.now();
    if store::begun_since(tx, ctx.actor.person, now.minus(DAY)).await? >= MOST_A_DAY {
        return Err(Refusal::conflict("too_many", "今天绑定的次数太多，请明天再试。"));
    }
    let (id, expires_at) = (BindingId::new(&ctx.rng, now), now.plus(GOOD_FOR));
    let code = match mailbox {
        Some(_) => format!("{:06}", ctx.rng.below(1_000_000)),
        None => ctx.rng.uuid(now).simple().to_string(),
    };
    let new = NewBinding { id, person: ctx.actor.person, kind, gateway, value: mailbox, code: &code, now, expires_at };
    store::begin(tx, &new).await?;
    Ok((id, code, expires_at))
}

/// Writes an address down as a person's: whoever had it has it no more, and at this gateway they have no other but of browsers.
pub(super) async fn bind(
    tx: &mut Tx,
    ctx: &Ctx,
    person: PersonId,
    kind: AddressKind,
    (gateway, value): (&str, &str),
    label: Option<&str>,
) -> Outcome<AddressId> {
    let now = ctx.now();
    store::gone(tx, gateway, value, "bound_anew", now).await?;
    if kind != AddressKind::Browser {
        store::end_others(tx, person, kind, gateway, value, now).await?;
    }
    let id = AddressId::new(&ctx.rng, now);
    store::insert(tx, &NewAddress { id, person, kind, gateway, value, label, now }).await.map_err(|error| {
        if error.is_foreign_key_violation() {
            Refusal::NotFound
        } else if error.is_unique_violation() {
            Refusal::conflict("decided", "这个地址正在由别人绑定，请再试一次。")
        } else {
            error.into()
        }
    })?;
    let data = json!({ "person": person, "kind": kind, "gateway": gateway });
    audit::record(tx, ctx, audit::Entry::security("address_bound", say!("绑定{kind}", kind = kind.words()), data)).await?;
    Ok(id)
}

/// Takes one of the actor's addresses away; the ledger says so.
pub(super) async fn remove(tx: &mut Tx, ctx: &Ctx, id: AddressId) -> Outcome<()> {
    let row = store::remove(tx, ctx.actor.person, id, ctx.now()).await?.ok_or(Refusal::NotFound)?;
    unbound(tx, ctx, ctx.actor.person, row.kind, &row.gateway).await
}

/// Takes away by which id a work messenger knows somebody; the ledger says so where there was one.
pub(super) async fn forget(tx: &mut Tx, ctx: &Ctx, person: PersonId, gateway: &str) -> Outcome<()> {
    if store::end_others(tx, person, AddressKind::Userid, gateway, "", ctx.now()).await? == 0 {
        return Ok(());
    }
    unbound(tx, ctx, person, AddressKind::Userid, gateway).await
}

async fn unbound(tx: &mut Tx, ctx: &Ctx, person: PersonId, kind: AddressKind, gateway: &str) -> Outcome<()> {
    let data = json!({ "person": person, "kind": kind, "gateway": gateway });
    audit::record(tx, ctx, audit::Entry::security("address_removed", say!("解除绑定{kind}", kind = kind.words()), data)).await
}

/// Somebody has scanned a code of ours: who stands behind it is known by this from now on. Answers what they are told.
pub(in crate::notify) async fn came(tx: &mut Tx, ctx: &Ctx, gateway: &str, who: &str, scene: Option<&str>) -> Outcome<Option<Words>> {
    let Some(scene) = scene else { return Ok(None) };
    let Some(binding) = store::of_code(tx, gateway, scene).await?.filter(|binding| binding.expires_at > ctx.now()) else {
        return Ok(Some("二维码已失效，请在“提醒方式”中重新打开。".into()));
    };
    bind(tx, ctx, binding.person_id, AddressKind::Openid, (gateway, who), None).await?;
    store::end(tx, binding.id, ctx.now()).await?;
    Ok(Some("绑定成功，任务提醒将发送到这里。".into()))
}

/// Somebody does not want to hear from us there any more.
pub(in crate::notify) async fn left(tx: &mut Tx, ctx: &Ctx, gateway: &str, who: &str) -> Outcome<()> {
    Ok(store::gone(tx, gateway, who, "left", ctx.now()).await?)
}

/// What came of a number that somebody gave.
pub(super) enum Proof {
    Right,
    Wrong(Refusal),
}

/// Takes the number that was sent to a mailbox. A wrong one is counted, so what this has written is kept whatever comes of it.
pub(super) async fn prove(tx: &mut Tx, ctx: &Ctx, given: &str) -> Outcome<Proof> {
    let wrong = |words: &'static str| Ok(Proof::Wrong(Refusal::field("code", words)));
    let Some(BindingRow { id, value: Some(mailbox), code, tries, expires_at, .. }) = store::mailbox_of(tx, ctx.actor.person, true).await?
    else {
        return wrong("请先获取验证码");
    };
    if expires_at <= ctx.now() || tries >= MOST_TRIES {
        return wrong("验证码已失效，请重新获取");
    }
    if given != code {
        store::tried(tx, id).await?;
        return wrong("验证码不正确");
    }
    store::end(tx, id, ctx.now()).await?;
    bind(tx, ctx, ctx.actor.person, AddressKind::Mailbox, ("", &mailbox), None).await?;
    Ok(Proof::Right)
}

/// Sends the number of a binding to its mailbox, outside any transaction; one that has ended meanwhile is not sent.
pub async fn send_code(app: &App, payload: &serde_json::Value) -> Outcome<()> {
    let id: BindingId = serde_json::from_value(payload.clone()).map_err(Refusal::internal)?;
    let mut tx = app.db.read().await?;
    let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
    let binding = store::binding(&mut tx, id).await?.filter(|binding| binding.expires_at > ctx.now());
    drop(tx);
    let Some(BindingRow { value: Some(mailbox), code, .. }) = binding else { return Ok(()) };
    let Some(gateway) = reachable(app, Channel::Email) else { return Ok(()) };
    let minutes = GOOD_FOR.as_secs() / 60;
    let letter = Letter {
        id: id.0,
        to: mailbox,
        title: "邮箱验证码".to_owned(),
        text: say!("您的验证码是 {code}，{minutes} 分钟内有效。如非本人操作，请忽略这封邮件。").zh(),
        link: None,
    };
    // One that could not be sent is asked for again by whoever waits for it.
    match gateway.send(&letter).await.taken {
        Ok(_) => Ok(()),
        Err(error) if matches!(error, gateway::SendError::Busy { .. } | gateway::SendError::Unreachable(_)) => {
            Err(Refusal::internal(error))
        }
        Err(error) => {
            tracing::warn!(%error, "a number for a mailbox could not be sent");
            Ok(())
        }
    }
}
