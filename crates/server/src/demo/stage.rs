//! The stage: the clock of the past, whoever acts, and the transaction everything is written in.

use std::sync::Arc;

use anyhow::Context as _;
use db::{Db, Tx};
use jobs::Runner;
use kit::{Clock, Moment, Rng};
use workdays::Calendar;

use super::{hours::MINUTE, people::Area};
use crate::{
    access::Principal,
    app::{self, App, Base, Ctx, RuleBook, RuleSet as _, Written},
    events::Subscriptions,
    org::PersonId,
    tasks::TaskRules,
};

/// While people are told what happens, their messages are written so often.
const SLOT: i64 = 20 * MINUTE;

/// Where a demo area is played.
pub(super) struct Stage {
    pub(super) calendar: Arc<Calendar>,
    rules: Arc<RuleBook>,
    generation: i64,
    clock: Clock,
    ids: Rng,
    db: Db,
    /// The application at the time of the play.
    pub(super) app: App,
    runner: Runner,
    quiet: Arc<Subscriptions>,
    heard: Arc<Subscriptions>,
    told_from: Option<Moment>,
    tx: Option<Tx>,
}

impl Stage {
    /// A stage over the application's database, at this moment. From `told_from` on people are told what happens; before
    /// it nobody is, since messages of past years are of no use to anybody.
    pub(super) fn new(app: &App, seed: u64, at: Moment, told_from: Option<Moment>) -> Self {
        let clock = Clock::manual(at);
        // The jobs' own stream: how many of them there are must not shift the ids of everything else.
        let rng = Rng::seeded(seed ^ 0x6a6f_6273);
        let base = Base {
            db: app.db.clone(),
            clock: clock.clone(),
            rng,
            blobs: app.blobs.clone(),
            config: app.config.clone(),
            gateways: app.gateways.clone(),
            metrics: None,
        };
        let playing = app::assemble(base);
        Self {
            calendar: app.standing().calendar,
            rules: app.standing().rules,
            generation: app.standing().generation,
            ids: Rng::seeded(seed),
            db: app.db.clone(),
            runner: app::runner(&playing),
            app: playing,
            quiet: Arc::default(),
            heard: app.subscriptions.clone(),
            told_from,
            tx: None,
            clock,
        }
    }

    /// From now on these rules are in force on the stage.
    pub(super) fn go_by(&mut self, rules: &TaskRules) -> anyhow::Result<()> {
        let written = Written { version: 1, body: serde_json::to_string(rules)?, since: kit::Moment::from_millis(0) };
        self.rules = Arc::new(RuleBook::new([(TaskRules::KIND.to_owned(), written)].into()));
        self.generation += 1;
        Ok(())
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The surroundings of what somebody does now.
    pub(super) fn ctx(&self, actor: Arc<Principal>) -> Ctx {
        Ctx {
            actor,
            clock: self.clock.clone(),
            rng: self.ids.clone(),
            calendar: self.calendar.clone(),
            rules: self.rules.clone(),
            generation: self.generation,
            subscriptions: if self.is_told(self.now()) { self.heard.clone() } else { self.quiet.clone() },
        }
    }

    /// The same for one of the area's people.
    pub(super) fn acting(&self, area: &Area, person: PersonId) -> anyhow::Result<Ctx> {
        Ok(self.ctx(area.principal(person)?))
    }

    fn is_told(&self, at: Moment) -> bool {
        self.told_from.is_some_and(|from| from <= at)
    }

    /// The transaction in hand.
    pub(super) async fn tx(&mut self) -> anyhow::Result<&mut Tx> {
        if self.tx.is_none() {
            self.tx = Some(self.db.begin().await?);
        }
        self.tx.as_mut().context("no transaction")
    }

    /// Lets time pass. One transaction holds a day, or a slot of it once people are told.
    pub(super) async fn turn_to(&mut self, at: Moment) -> anyhow::Result<()> {
        let before = self.now();
        let told = self.is_told(at);
        if before.day() != at.day() || (told && before.millis() / SLOT != at.millis() / SLOT) {
            self.pause().await?;
        }
        self.clock.set(at);
        Ok(())
    }

    /// Writes down what happened so far and tells those concerned.
    pub(super) async fn pause(&mut self) -> anyhow::Result<()> {
        if let Some(tx) = self.tx.take() {
            tx.commit().await?;
            if self.is_told(self.now()) {
                self.runner.run_all().await.map_err(anyhow::Error::msg)?;
            }
        }
        Ok(())
    }
}
