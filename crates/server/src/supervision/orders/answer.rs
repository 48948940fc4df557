//! What the addressed unit answers, and what the issuing side makes of it.

use db::Tx;
use kit::{Day, text_enum};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    issue,
    model::{OrderId, OrderState, OrderTurnId, OrderTurnKind},
    store::{self, OrderRow, TurnRow},
};
use crate::{
    access::{Principal, Role},
    app::{Ctx, Fields, Outcome, Refusal},
    files::{self, FileId},
    notify,
    org::PersonId,
    tasks::{self, Case, Step},
};

/// The kinds of messages that ask for an answer.
const ASKED: &[&str] = &["task.ordered", "task.order_sent_back"];

/// An answer to an order.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderAnswerInput {
    /// What was done, at most 4,000 characters.
    text: String,
    #[serde(default)]
    file_ids: Vec<FileId>,
}

text_enum! {
    /// What the issuing side makes of an answer.
    OrderDecision {
        Accept = "accept", "认定办结";
        SendBack = "send_back", "退回反馈";
    }
}

/// What the issuing side makes of an answer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderDecisionInput {
    decision: OrderDecision,
    /// Why it is sent back, at most 1,000 characters; with an acceptance a remark where there is one.
    text: Option<String>,
    /// By when an answer that is sent back is to be given anew, a working day; as the rules say when missing.
    due_day: Option<Day>,
    /// The version of the order that was looked at.
    version: i64,
}

/// Taking an order back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderWithdrawalInput {
    /// Why, at most 1,000 characters.
    reason: String,
    /// The version of the order that was looked at.
    version: i64,
}

/// Whether somebody answers for the addressed unit.
pub(super) fn may_answer(row: &OrderRow, handlers: &[PersonId], who: &Principal) -> bool {
    row.state.owes() && (who.acts_for(row.unit_id) || handlers.iter().any(|person| who.acts_as(*person)))
}

/// Whether somebody speaks for the issuing side: who issued it, and whoever of their unit may issue orders.
pub(super) fn speaks_for(row: &OrderRow, who: &Principal) -> bool {
    issue::issues(who) && (who.acts_as(row.issued_by) || who.is(Role::Leader) || who.unit == Some(row.issuer_unit_id))
}

/// Answers an order, once; anew when the answer was sent back.
pub(super) async fn answer(tx: &mut Tx, ctx: &Ctx, id: OrderId, input: &OrderAnswerInput) -> Outcome<()> {
    let (mut row, cases) = issue::in_hand(tx, ctx, id).await?;
    let handlers: Vec<PersonId> = store::handlers(tx, &[id]).await?.into_iter().map(|(_, person)| person).collect();
    if !may_answer(&row, &handlers, &ctx.actor) {
        if ctx.actor.acts_for(row.unit_id) || handlers.iter().any(|person| ctx.actor.acts_as(*person)) {
            return Err(Refusal::conflict("decided", say!("督办单现为“{state}”，不需要反馈。", state = row.state.words())));
        }
        return Err(Refusal::forbidden("这份督办单不是发给您单位的。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 4000);
    fields.finish()?;
    row.state = OrderState::Answered;
    row.answered_at = Some(ctx.now());
    row.answered_by = Some(ctx.actor.person);
    store::save(tx, &mut row).await?;
    let turn = turn(ctx, &row, OrderTurnKind::Answer, text, None);
    store::insert_turn(tx, &turn).await?;
    if let Some(case) = cases.first() {
        files::attach(tx, ctx, case.task.id.0, files::Owner::urge(turn.id.0), &input.file_ids).await?;
    }
    notify::read_about(tx, ctx, id.0).await?;
    notify::answered(tx, ctx, id.0, ASKED).await?;
    let words = say!("{unit}反馈督办单{number}", unit = row.unit_name, number = row.number);
    note(tx, ctx, &row, &cases, "order_answered", &words).await
}

/// Answers an order with nothing but words; for programs.
pub async fn answer_order(tx: &mut Tx, ctx: &Ctx, id: OrderId, text: &str) -> Outcome<()> {
    answer(tx, ctx, id, &OrderAnswerInput { text: text.to_owned(), file_ids: Vec::new() }).await
}

/// Accepts the answer that stands; for programs.
pub async fn accept(tx: &mut Tx, ctx: &Ctx, id: OrderId) -> Outcome<()> {
    let (row, _) = issue::in_hand(tx, ctx, id).await?;
    decide(tx, ctx, id, &OrderDecisionInput { decision: OrderDecision::Accept, text: None, due_day: None, version: row.version }).await
}

/// Accepts an answer, which ends the order, or sends it back.
pub(super) async fn decide(tx: &mut Tx, ctx: &Ctx, id: OrderId, input: &OrderDecisionInput) -> Outcome<()> {
    let (mut row, cases) = spoken_for(tx, ctx, id, input.version).await?;
    if row.state != OrderState::Answered {
        return Err(Refusal::conflict("decided", say!("督办单现为“{state}”，没有待认定的反馈。", state = row.state.words())));
    }
    if row.answered_by.is_some_and(|by| ctx.actor.acts_as(by)) {
        return Err(Refusal::forbidden("不能认定自己的反馈，请由签发方的其他人认定。"));
    }
    let mut fields = Fields::default();
    let (number, unit) = (row.number.clone(), row.unit_name.clone());
    match input.decision {
        OrderDecision::Accept => {
            let text = fields.optional_text("text", input.text.as_deref(), 1000).unwrap_or_default();
            fields.finish()?;
            end(ctx, &mut row, OrderState::Closed);
            store::save(tx, &mut row).await?;
            store::insert_turn(tx, &turn(ctx, &row, OrderTurnKind::Accept, text, None)).await?;
            note(tx, ctx, &row, &cases, "order_accepted", &say!("认定{unit}对督办单{number}的反馈，督办办结")).await
        }
        OrderDecision::SendBack => {
            let text = fields.text("text", input.text.as_deref().unwrap_or_default(), 1000);
            let due = issue::due_day(ctx, row.level, input.due_day, &mut fields);
            fields.finish()?;
            row.state = OrderState::Returned;
            row.due_day = due;
            store::save(tx, &mut row).await?;
            store::insert_turn(tx, &turn(ctx, &row, OrderTurnKind::SendBack, text, Some(due))).await?;
            note(tx, ctx, &row, &cases, "order_sent_back", &say!("退回{unit}对督办单{number}的反馈，{due}前重新反馈")).await
        }
    }
}

/// Takes an order back.
pub(super) async fn withdraw(tx: &mut Tx, ctx: &Ctx, id: OrderId, input: &OrderWithdrawalInput) -> Outcome<()> {
    let (mut row, cases) = spoken_for(tx, ctx, id, input.version).await?;
    if row.state.is_ended() {
        return Err(Refusal::conflict("decided", say!("督办单现为“{state}”，不能撤回。", state = row.state.words())));
    }
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 1000);
    fields.finish()?;
    end(ctx, &mut row, OrderState::Withdrawn);
    store::save(tx, &mut row).await?;
    store::insert_turn(tx, &turn(ctx, &row, OrderTurnKind::Withdraw, reason, None)).await?;
    let words = say!("撤回发给{unit}的督办单{number}", unit = row.unit_name, number = row.number);
    notify::answered(tx, ctx, row.id.0, ASKED).await?;
    note(tx, ctx, &row, &cases, "order_withdrawn", &words).await
}

async fn spoken_for(tx: &mut Tx, ctx: &Ctx, id: OrderId, version: i64) -> Outcome<(OrderRow, Vec<Case>)> {
    let (row, cases) = issue::in_hand(tx, ctx, id).await?;
    if !speaks_for(&row, &ctx.actor) {
        return Err(Refusal::forbidden("只有签发方可以认定或撤回这份督办单。"));
    }
    if row.version != version {
        return Err(Refusal::Stale);
    }
    Ok((row, cases))
}

fn end(ctx: &Ctx, row: &mut OrderRow, state: OrderState) {
    row.state = state;
    row.ended_at = Some(ctx.now());
    row.ended_by = Some(ctx.actor.person);
}

fn turn(ctx: &Ctx, row: &OrderRow, kind: OrderTurnKind, text: String, due_day: Option<Day>) -> TurnRow {
    let id = OrderTurnId::new(&ctx.rng, ctx.now());
    TurnRow { id, order_id: row.id, kind, person_id: ctx.actor.person, at: ctx.now(), text, due_day }
}

async fn note(tx: &mut Tx, ctx: &Ctx, row: &OrderRow, cases: &[Case], action: &'static str, words: &Words) -> Outcome<()> {
    for case in cases {
        let data = json!({ "order": row.id, "number": row.number, "state": row.state, "version": row.version });
        tasks::note(tx, ctx, &case.task, Step::new(action, words.clone(), data).about(row.id.0)).await?;
    }
    Ok(())
}
