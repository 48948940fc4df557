//! What is said beside the work: leaders' stars, questions among colleagues and their answers, who follows what. It throws dice
//! of its own, so that how much is said changes nothing of what is done.

use super::{
    hours::{FULL_DAY, HOUR},
    life::Play,
    plot::Act,
    speech,
};
use crate::{
    app::{Outcome, Refusal},
    org::PersonId,
    supervision::{self, UrgeId},
    talk::{self, CommentInput, NoteInput, WatchMode},
    tasks::{Importance, ReportId},
};

impl Play {
    /// What may be said once a report has been accepted.
    pub(super) fn plan_talk(&mut self, at: usize, report: ReportId) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (unit, important) = (node.spec.unit, node.spec.importance != Importance::Normal);
        let (chance, wait) = (self.talk.below(100), self.talk.between(HOUR, FULL_DAY));
        if chance < if important { 12 } else { 3 } {
            let who = self.presser(at, unit)?;
            self.plan_later(wait, at, Act::Rate(who, report));
        } else if chance < 20 {
            self.plan_later(wait, at, Act::Wonder);
        }
        if important && self.talk.percent(8) {
            let who = self.presser(at, unit)?;
            self.plan_later(wait, at, Act::Follow(who));
        }
        Ok(())
    }

    pub(super) async fn rate(&mut self, at: usize, who: PersonId, report: ReportId) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, slow) = (node.id, node.spec.fate.pace < 95);
        let (stars, text) = match (slow, self.talk.percent(50)) {
            (false, true) => (5, speech::PRAISE),
            (false, false) => (4, speech::PRAISE),
            (true, true) => (3, speech::BLAME),
            (true, false) => (2, speech::BLAME),
        };
        let text = Some(self.talk.word(text).to_owned());
        // Half of them speak of the whole.
        let report_id = self.talk.percent(50).then_some(report);
        let ctx = self.stage.acting(&self.area, who)?;
        said(talk::rate(self.stage.tx().await?, &ctx, id, &NoteInput { stars, text, report_id }).await)
    }

    /// Whoever reviews asks, by name.
    pub(super) async fn wonder(&mut self, at: usize) -> anyhow::Result<()> {
        let (doer, node) = (self.doer(at)?, self.node(at)?);
        let (id, asks) = (node.id, node.spec.reviewer);
        if asks == doer {
            return Ok(());
        }
        let name = self.area.principal(doer)?.name.clone();
        let text = format!("@{name} {}", self.talk.word(speech::QUESTIONS));
        let ctx = self.stage.acting(&self.area, asks)?;
        said(talk::comment(self.stage.tx().await?, &ctx, id, &CommentInput::addressed(text, vec![doer])).await)?;
        let wait = self.talk.between(HOUR / 2, 4 * HOUR);
        self.plan_later(wait, at, Act::Answer);
        Ok(())
    }

    pub(super) async fn answer(&mut self, at: usize) -> anyhow::Result<()> {
        let (doer, id) = (self.doer(at)?, self.node(at)?.id);
        let text = self.talk.word(speech::ANSWERS).to_owned();
        let ctx = self.stage.acting(&self.area, doer)?;
        said(talk::comment(self.stage.tx().await?, &ctx, id, &CommentInput::addressed(text, Vec::new())).await)
    }

    pub(super) async fn follow(&mut self, at: usize, who: PersonId) -> anyhow::Result<()> {
        let id = self.node(at)?.id;
        let ctx = self.stage.acting(&self.area, who)?;
        said(talk::set_watch(self.stage.tx().await?, &ctx, id, Some(WatchMode::Follow)).await)
    }

    /// Most answers are found good.
    pub(super) async fn accept(&mut self, urge: UrgeId, who: PersonId) -> anyhow::Result<()> {
        let ctx = self.stage.acting(&self.area, who)?;
        said(supervision::accept(self.stage.tx().await?, &ctx, urge).await)
    }
}

/// What has been overtaken by events is not said.
pub(super) fn said<T>(outcome: Outcome<T>) -> anyhow::Result<()> {
    match outcome {
        Ok(_) | Err(Refusal::NotFound | Refusal::Conflict { .. } | Refusal::Forbidden(_) | Refusal::Invalid(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}
