//! Numbered orders: who issues them, what is answered, and how they end.

use super::{
    chat::said,
    hours::{FULL_DAY, HOUR},
    life::Play,
    plot::{Act, OrderFate},
    speech,
};
use crate::{
    org::PersonId,
    supervision::{self, OrderId},
};

impl Play {
    pub(super) async fn order(&mut self, at: usize, who: PersonId, fate: OrderFate) -> anyhow::Result<()> {
        let id = self.node(at)?.id;
        let demand = self.talk.word(speech::ORDERS);
        let ctx = self.stage.acting(&self.area, who)?;
        let order = match supervision::issue_order(self.stage.tx().await?, &ctx, id, demand).await {
            Ok(order) => order,
            // The task may stand in another order, or be another's by now.
            refused => return said(refused),
        };
        if fate != OrderFate::Silent {
            let wait = self.talk.between(FULL_DAY, 3 * FULL_DAY);
            self.plan_later(wait, at, Act::AnswerOrder(order, (fate == OrderFate::Closed).then_some(who)));
        }
        Ok(())
    }

    pub(super) async fn answer_order(&mut self, at: usize, order: OrderId, accepts: Option<PersonId>) -> anyhow::Result<()> {
        let unit = self.node(at)?.spec.unit;
        let Some(head) = self.area.units.get(unit).map(|unit| unit.head) else { return Ok(()) };
        let text = self.talk.word(speech::REPLIES);
        let ctx = self.stage.acting(&self.area, head)?;
        said(supervision::answer_order(self.stage.tx().await?, &ctx, order, text).await)?;
        if let Some(who) = accepts {
            let wait = self.talk.between(HOUR, FULL_DAY);
            self.plan_later(wait, at, Act::CloseOrder(order, who));
        }
        Ok(())
    }

    pub(super) async fn close_order(&mut self, order: OrderId, who: PersonId) -> anyhow::Result<()> {
        let ctx = self.stage.acting(&self.area, who)?;
        said(supervision::accept_order(self.stage.tx().await?, &ctx, order).await)
    }
}
