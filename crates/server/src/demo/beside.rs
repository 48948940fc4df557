//! What happens beside the main line of a task: parts of others, waits and risks.

use anyhow::Context as _;

use super::{
    hours::{FULL_DAY, HOUR},
    life::Play,
    plot::Act,
    speech,
};
use crate::tasks::{self, Case, PartyState, RiskInput, WaitInput};

impl Play {
    /// A unit that takes part has signed: now and then the lead waits for it, and in time it does its part.
    pub(super) fn co_begins(&mut self, at: usize, co: usize) -> anyhow::Result<()> {
        let span = self.node(at)?.span.clamp(2, 60);
        let part = self.dice.between(span / 3, span * 4 / 5) * FULL_DAY;
        self.plan_later(part, at, Act::CoDone(co));
        if self.dice.percent(15) {
            let wait = self.dice.between(span / 6, span / 3).max(1) * FULL_DAY;
            self.plan_later(wait, at, Act::Wait(Some(co)));
        }
        Ok(())
    }

    /// The lead has begun: now and then it waits for a superior authority, or says early what may go wrong.
    pub(super) fn lead_begins(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (span, slow) = (node.span.clamp(2, 60), node.spec.fate.pace < 95);
        if slow && self.dice.percent(12) {
            let wait = self.dice.between(span / 6, span / 2).max(1) * FULL_DAY;
            self.plan_later(wait, at, Act::Wait(None));
        }
        if self.dice.percent(if slow { 15 } else { 3 }) {
            let wait = self.dice.between(span / 8, span / 3).max(1) * FULL_DAY;
            self.plan_later(wait, at, Act::Risk);
        }
        Ok(())
    }

    /// A unit that takes part says that its part is done.
    pub(super) async fn co_done(&mut self, at: usize, co: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let id = node.id;
        let unit = node.spec.co.get(co).and_then(|unit| self.area.units.get(*unit)).context("no such party")?;
        let (unit, liaison) = (unit.id, unit.liaison);
        let ctx = self.stage.acting(&self.area, liaison)?;
        let text = self.dice.word(speech::PART_DONE);
        let tx = self.stage.tx().await?;
        let case = Case::look(tx, &ctx, id).await?;
        let Some(party) = case.parties.iter().find(|party| party.unit_id == unit && party.state == PartyState::Signed) else {
            return Ok(());
        };
        tasks::complete_part(tx, &ctx, party.id, text, &[]).await?;
        self.node_mut(at)?.version += 1;
        Ok(())
    }

    /// Before the whole is closed every part is done, or let go where the unit never signed.
    pub(super) async fn finish_parts(&mut self, at: usize, who: crate::org::PersonId) -> anyhow::Result<()> {
        for co in 0..self.node(at)?.spec.co.len() {
            self.co_done(at, co).await?;
        }
        let id = self.node(at)?.id;
        let ctx = self.stage.acting(&self.area, who)?;
        let tx = self.stage.tx().await?;
        let case = Case::look(tx, &ctx, id).await?;
        let left: Vec<_> = case.parties.iter().filter(|party| party.role.assists() && party.state == PartyState::Unsigned).collect();
        for party in &left {
            tasks::waive_part(tx, &ctx, party.id, speech::NOT_NEEDED).await?;
        }
        let waived = i64::try_from(left.len())?;
        self.node_mut(at)?.version += waived;
        Ok(())
    }

    pub(super) async fn wait(&mut self, at: usize, co: Option<usize>) -> anyhow::Result<()> {
        let who = self.doer(at)?;
        let node = self.node(at)?;
        let (id, today) = (node.id, self.stage.now().day());
        let unit = co.and_then(|co| node.spec.co.get(co)).and_then(|unit| self.area.units.get(*unit)).map(|unit| unit.id);
        let expected_day = Some(super::hours::workday(&self.stage.calendar, today, self.dice.between(2, 6)));
        let ctx = self.stage.acting(&self.area, who)?;
        let text = self.dice.word(if co.is_some() { speech::WAITS_FOR_UNIT } else { speech::WAITS_ABOVE }).to_owned();
        let above = self.dice.word(speech::ABOVE).to_owned();
        let tx = self.stage.tx().await?;
        let case = Case::look(tx, &ctx, id).await?;
        let on = unit.and_then(|unit| case.parties.iter().find(|p| p.unit_id == unit && p.state == PartyState::Signed)).map(|p| p.id);
        if co.is_some() && on.is_none() {
            return Ok(());
        }
        let input = WaitInput { on_party_id: on, on_name: on.is_none().then_some(above), text, expected_day };
        let wait = tasks::wait(tx, &ctx, id, &input).await?;
        self.node_mut(at)?.version += 1;
        if co.is_none() {
            let until = self.dice.between(3, 12) * FULL_DAY;
            self.plan_later(until, at, Act::WaitOver(wait));
        }
        Ok(())
    }

    pub(super) async fn wait_over(&mut self, at: usize, wait: tasks::WaitId) -> anyhow::Result<()> {
        let who = self.doer(at)?;
        let ctx = self.stage.acting(&self.area, who)?;
        tasks::end_wait(self.stage.tx().await?, &ctx, wait, speech::WAIT_OVER).await?;
        self.node_mut(at)?.version += 1;
        Ok(())
    }

    pub(super) async fn risk(&mut self, at: usize) -> anyhow::Result<()> {
        let who = self.doer(at)?;
        let id = self.node(at)?.id;
        let ctx = self.stage.acting(&self.area, who)?;
        let (text, help) = self.dice.pick(speech::RISKS).copied().context("no risks")?;
        let input = RiskInput { text: text.to_owned(), help: Some(help.to_owned()), file_ids: Vec::new() };
        let risk = tasks::raise_risk(self.stage.tx().await?, &ctx, id, &input).await?;
        self.node_mut(at)?.version += 1;
        let wait = self.dice.between(2 * HOUR, 4 * FULL_DAY);
        self.plan_later(wait, at, Act::AnswerRisk(risk));
        Ok(())
    }

    pub(super) async fn answer_risk(&mut self, at: usize, risk: tasks::RiskId) -> anyhow::Result<()> {
        let reviewer = self.node(at)?.spec.reviewer;
        let ctx = self.stage.acting(&self.area, reviewer)?;
        let text = self.dice.word(speech::RISK_ANSWERS);
        tasks::answer_risk(self.stage.tx().await?, &ctx, risk, text).await?;
        self.node_mut(at)?.version += 1;
        Ok(())
    }
}
