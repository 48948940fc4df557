//! What happens to a task that is out: signing, reports, reviews, closing, checks, urging.

use anyhow::Context as _;
use kit::Day;

use super::{
    hours::{self, FULL_DAY, HOUR},
    life::Play,
    plot::{Act, Phase},
    shape::{self, End},
    speech,
};
use crate::{
    app::Refusal,
    org::PersonId,
    supervision::{self, InstructionInput, UrgeId, UrgeInput},
    tasks::{
        self, Case, CloseDecision, PartyRole, ReasonClass, ReportId, ReportInput, RequestId, RequestInput, RequestKind, Review, Ruling,
        TaskRules, VerificationResult,
    },
};

/// Standing tasks get their duties to report so far ahead.
const STANDING_DAYS: i64 = 370;

impl Play {
    /// One act on a task; what has been overtaken by events does not happen.
    pub(super) async fn go_on(&mut self, at: usize, act: Act) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (phase, closing) = (node.phase, node.closing);
        match act {
            Act::Sign if phase == Phase::Out => self.sign(at).await,
            Act::CoSign(co) if matches!(phase, Phase::Out | Phase::Active) => self.co_sign(at, co).await,
            Act::Assign if phase == Phase::Active => self.assign(at).await,
            Act::Decompose if phase == Phase::Active && !closing => self.decompose(at).await,
            Act::Rule => self.rule(at).await,
            Act::Report(day) if phase == Phase::Active && !closing => self.report(at, day, false).await,
            Act::LastReport if phase == Phase::Active && !closing => self.report(at, self.stage.now().day(), true).await,
            Act::Review(report, day) if phase == Phase::Active => self.review(at, report, day).await,
            Act::Ask if phase == Phase::Active && !closing => self.ask(at).await,
            Act::Decide(request) if phase == Phase::Active => self.decide(at, request).await,
            Act::Verify if phase == Phase::Closed => self.verify(at).await,
            Act::Urge(who, answered) if matches!(phase, Phase::Out | Phase::Active) && !closing => self.urge(at, who, answered).await,
            Act::Reply(urge) => self.reply(at, urge).await,
            Act::CoDone(co) if phase == Phase::Active => self.co_done(at, co).await,
            Act::Wait(co) if phase == Phase::Active && !closing => self.wait(at, co).await,
            Act::WaitOver(wait) if phase == Phase::Active => self.wait_over(at, wait).await,
            Act::Risk if phase == Phase::Active && !closing => self.risk(at).await,
            Act::AnswerRisk(risk) if phase == Phase::Active => self.answer_risk(at, risk).await,
            Act::Accept(urge, who) => self.accept(urge, who).await,
            Act::Order(who, fate) if phase == Phase::Active && !closing => self.order(at, who, fate).await,
            Act::AnswerOrder(order, accepts) => self.answer_order(at, order, accepts).await,
            Act::CloseOrder(order, who) => self.close_order(order, who).await,
            Act::Rate(who, report) => self.rate(at, who, report).await,
            Act::Wonder => self.wonder(at).await,
            Act::Answer => self.answer(at).await,
            Act::Follow(who) => self.follow(at, who).await,
            Act::AskFor(kind) if phase == Phase::Active && !closing => self.ask_for(at, kind).await,
            _ => Ok(()),
        }
    }

    fn liaison(&self, unit: usize) -> anyhow::Result<PersonId> {
        Ok(self.area.units.get(unit).context("no such unit")?.liaison)
    }

    /// Who does the work; the liaison as long as nobody is named.
    pub(super) fn doer(&self, at: usize) -> anyhow::Result<PersonId> {
        let node = self.node(at)?;
        if node.has_handler && node.spec.fate.split == 0 { Ok(node.spec.seat.person) } else { self.liaison(node.spec.unit) }
    }

    async fn sign(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, spec) = (node.id, &node.spec);
        if spec.fate.returned.is_some() && !spec.seated && spec.fate.sign < 3 * FULL_DAY {
            return self.give_back(at).await;
        }
        let who = if spec.seated { spec.seat.person } else { self.liaison(spec.unit)? };
        let handler = (!spec.seated && spec.fate.named && spec.fate.split == 0).then_some(spec.seat.person);
        let has_handler = spec.seated || handler.is_some();
        let ctx = self.stage.acting(&self.area, who)?;
        tasks::sign(self.stage.tx().await?, &ctx, id, None, handler).await?;
        let node = self.node_mut(at)?;
        node.version += 1;
        node.has_handler = has_handler;
        self.begin(at)
    }

    async fn co_sign(&mut self, at: usize, co: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let id = node.id;
        let unit = node.spec.co.get(co).copied().context("no such party")?;
        let ctx = self.stage.acting(&self.area, self.liaison(unit)?)?;
        match tasks::sign(self.stage.tx().await?, &ctx, id, None, None).await {
            // It was let go before it had signed.
            Err(Refusal::Conflict { .. }) => return Ok(()),
            other => other?,
        }
        self.node_mut(at)?.version += 1;
        self.co_begins(at, co)
    }

    async fn give_back(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, version, unit) = (node.id, node.version, node.spec.unit);
        let proposed = self.elsewhere(at)?.and_then(|unit| self.area.units.get(unit)).map(|unit| unit.id);
        let reason = self.dice.word(speech::RETURNS);
        let ctx = self.stage.acting(&self.area, self.liaison(unit)?)?;
        let tx = self.stage.tx().await?;
        let case = Case::look(tx, &ctx, id).await?;
        let party = case.parties.iter().find(|party| party.role == PartyRole::Lead).context("nobody leads")?.id;
        tasks::give_back(tx, &ctx, id, version, party, reason, proposed).await?;
        self.node_mut(at)?.version += 1;
        let wait = self.dice.between(2 * HOUR, 2 * FULL_DAY);
        self.plan_later(wait, at, Act::Rule);
        Ok(())
    }

    /// Another unit than those that take part: always the same one for the same task.
    fn elsewhere(&self, at: usize) -> anyhow::Result<Option<usize>> {
        let spec = &self.node(at)?.spec;
        let count = self.area.units.len();
        Ok((1..count).map(|n| (spec.unit + n * 5) % count).find(|unit| *unit != spec.unit && !spec.co.contains(unit)))
    }

    async fn rule(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, reviewer) = (node.id, node.spec.reviewer);
        let reassigned = node.spec.fate.returned == Some(true);
        let new = if reassigned { self.elsewhere(at)? } else { None };
        let new_unit = new.and_then(|unit| self.area.units.get(unit)).map(|unit| unit.id);
        let ctx = self.stage.acting(&self.area, reviewer)?;
        let tx = self.stage.tx().await?;
        let case = Case::look(tx, &ctx, id).await?;
        let request = case.requests.iter().find(|request| request.party_id.is_some()).context("nothing to rule on")?.id;
        let ruling = if new.is_some() { Ruling::Reassign } else { Ruling::Uphold };
        tasks::rule(tx, &ctx, request, ruling, new_unit, speech::ruling(new.is_some())).await?;
        let seat = new.and_then(|unit| self.area.units.get(unit)).and_then(|unit| self.dice.pick(&unit.seats)).copied();
        let node = self.node_mut(at)?;
        node.version += 1;
        node.spec.fate.returned = None;
        if let (Some(unit), Some(seat)) = (new, seat) {
            node.spec.unit = unit;
            node.spec.seat = seat;
            let wait = self.dice.between(HOUR, FULL_DAY);
            self.plan_later(wait, at, Act::Sign);
            return Ok(());
        }
        self.begin(at)
    }

    /// Work begins: when it is reported on, taken apart, asked to be closed, and whether somebody presses for it.
    fn begin(&mut self, at: usize) -> anyhow::Result<()> {
        let (now, today) = (self.stage.now(), self.stage.now().day());
        let calendar = self.stage.calendar.clone();
        let node = self.node_mut(at)?;
        node.phase = Phase::Active;
        let (rule, due, start, span, fate) = (node.rule, node.due, node.start, node.span, node.spec.fate);
        let (named, important, unit) = (node.has_handler, node.spec.importance as i64 > 0, node.spec.unit);
        let mut days: Vec<Day> = node.steps.iter().map(|step| step.day).collect();
        if fate.split > 0 {
            let wait = self.dice.between(HOUR, 2 * FULL_DAY);
            self.plan_later(wait, at, Act::Decompose);
        } else if !named {
            let wait = self.dice.between(HOUR, FULL_DAY);
            self.plan_later(wait, at, Act::Assign);
        }
        self.lead_begins(at)?;
        let horizon = due.unwrap_or_else(|| start.plus_days(STANDING_DAYS));
        days.extend(shape::nodes(rule, &calendar, start, horizon));
        let end = due.map(|due| hours::workday_on_or_before(&calendar, due));
        let ask = match (fate.end, end) {
            (End::At(ask, _), _) => Some(ask),
            (End::Around(lag), Some(end)) => {
                let day = hours::workday(&calendar, end, lag);
                Some(hours::at(day, self.dice.between(0, FULL_DAY)).max(hours::later(&calendar, now, 2 * HOUR)))
            }
            _ => None,
        };
        for day in days {
            let at_day = self.report_moment(day, fate.pace);
            let moment = at_day.max(hours::later(&calendar, now, HOUR + self.dice.between(0, 2 * HOUR)));
            // Whoever is about to close does not report before; what is to be closed at its minute has no report unread.
            let before = if matches!(fate.end, End::At(..)) { hours::later(&calendar, moment, FULL_DAY) } else { moment };
            if ask.is_none_or(|ask| before.day() < ask.day()) {
                self.plan(moment, at, Act::Report(day));
            }
        }
        if let (Some(ask), true) = (ask, fate.split == 0) {
            self.plan(ask, at, Act::Ask);
            self.plan_last_report(at, ask.day(), span, fate.is_late());
        }
        if let (Some(end), true) = (end, fate.is_late() && self.dice.percent(60)) {
            let who = self.presser(at, unit)?;
            let day = hours::workday(&calendar, end, self.dice.between(1, 3));
            self.plan(hours::at(day, self.dice.between(0, FULL_DAY)), at, Act::Urge(who, true));
        } else if important && fate.pace < 95 && span > 10 {
            let who = self.presser(at, unit)?;
            let day = hours::workday(&calendar, today, span * 2 / 3);
            self.plan(hours::at(day, self.dice.between(0, FULL_DAY)), at, Act::Urge(who, true));
        }
        Ok(())
    }

    fn report_moment(&self, day: Day, pace: i64) -> kit::Moment {
        let calendar = &self.stage.calendar;
        let careless = if pace < 95 { 3 } else { 1 };
        let shift = self.dice.weighted(&[(-1, 66), (0, 26), (1, 2 * careless), (2, careless), (6, careless)], -1);
        let day = hours::workday(calendar, hours::workday_on_or_before(calendar, day), shift);
        hours::at(day, self.dice.between(0, FULL_DAY * 3 / 4))
    }

    /// Who closes in time says shortly before that it is as good as done: the days that are left no longer matter then.
    fn plan_last_report(&mut self, at: usize, ask: Day, span: i64, late: bool) {
        if late || matches!(self.node(at).map(|node| node.spec.fate.end), Ok(End::At(..))) || span < 8 || !self.dice.percent(35) {
            return;
        }
        let day = hours::workday(&self.stage.calendar, ask, -self.dice.between(1, 2));
        if day > self.stage.now().day() {
            self.plan(hours::at(day, self.dice.between(0, FULL_DAY / 2)), at, Act::LastReport);
        }
    }

    pub(super) fn presser(&self, at: usize, unit: usize) -> anyhow::Result<PersonId> {
        let reviewer = self.node(at)?.spec.reviewer;
        let bureau = self.area.units.get(unit).context("no such unit")?;
        let in_charge = self.area.in_charge(bureau);
        Ok(self.dice.weighted(&[(in_charge, 5), (self.area.leader, 2), (reviewer, 3)], in_charge))
    }

    async fn assign(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, version, person) = (node.id, node.version, node.spec.seat.person);
        let head = self.area.units.get(node.spec.unit).context("no such unit")?.head;
        let ctx = self.stage.acting(&self.area, head)?;
        let tx = self.stage.tx().await?;
        let case = Case::look(tx, &ctx, id).await?;
        let party = case.parties.iter().find(|party| party.role == PartyRole::Lead).context("nobody leads")?.id;
        tasks::assign(tx, &ctx, id, version, party, person).await?;
        let node = self.node_mut(at)?;
        node.version += 1;
        node.has_handler = true;
        Ok(())
    }

    /// Progress as it is claimed on a day: the plan of that day at the task's own pace.
    fn claim(&self, at: usize, day: Day, last: bool) -> anyhow::Result<i64> {
        let node = self.node(at)?;
        let reached = node.steps.iter().filter(|step| step.day <= day).map(|step| step.planned).max();
        let elapsed = match (reached, node.span) {
            (Some(planned), _) => planned * 100,
            (None, 0) => 30 * 100,
            (None, span) => {
                let passed = self.stage.calendar.workdays_between(node.start.date(), day.date()).clamp(0, span);
                passed * 10_000 / span
            }
        };
        let planned = (elapsed * node.spec.fate.pace + 9_999) / 10_000;
        let claim = if last { self.dice.between(92, 98) } else { planned.clamp(1, if node.spec.fate.pace < 95 { 88 } else { 97 }) };
        Ok(claim.max(node.claimed))
    }

    async fn report(&mut self, at: usize, day: Day, last: bool) -> anyhow::Result<()> {
        if self.node(at)?.unread > 0 {
            // One after the other: a review says what is verified so far.
            let wait = self.dice.between(HOUR, 2 * HOUR);
            self.plan_later(wait, at, if last { Act::LastReport } else { Act::Report(day) });
            return Ok(());
        }
        let who = self.doer(at)?;
        let claimed = self.claim(at, day, last)?;
        let today = self.stage.now().day();
        let node = self.node(at)?;
        let falls = !last && node.claimed > 30 && node.claimed == claimed && node.spec.fate.pace < 95 && self.dice.percent(10);
        let claimed = if falls { claimed - 5 } else { claimed };
        let words = speech::report(&self.dice, node.spec.field, &node.spec.matter.object, claimed, node.spec.fate.pace < 95, today);
        let ctx = self.stage.acting(&self.area, who)?;
        let file_ids = self.table(at, &ctx, claimed).await?;
        let node = self.node(at)?;
        let input = ReportInput {
            claimed_progress: percent(claimed),
            text: words.text,
            problem: words.problem,
            next_step: words.next_step,
            fall_reason: falls.then(|| speech::FALL.to_owned()),
            file_ids,
            milestone_ids: node
                .steps
                .iter()
                .filter(|step| step.day <= day && claimed >= step.planned * 9 / 10)
                .map(|step| step.id)
                .collect(),
        };
        let (id, prompt) = (node.id, matches!(node.spec.fate.end, End::At(..)));
        let report = tasks::report(self.stage.tx().await?, &ctx, id, None, &input).await?;
        let node = self.node_mut(at)?;
        node.version += 1;
        node.unread += 1;
        node.claimed = claimed;
        node.steps.retain(|step| !input.milestone_ids.contains(&step.id));
        let wait = match self.dice.below(20) {
            18 | 19 if !prompt => self.dice.between(FULL_DAY, 2 * FULL_DAY),
            _ => self.dice.between(HOUR / 2, 6 * HOUR),
        };
        self.plan_later(wait, at, Act::Review(report, day));
        Ok(())
    }

    async fn review(&mut self, at: usize, report: ReportId, day: Day) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (reviewer, claimed, prompt) = (node.spec.reviewer, node.claimed, matches!(node.spec.fate.end, End::At(..)));
        let ctx = self.stage.acting(&self.area, reviewer)?;
        let tx = self.stage.tx().await?;
        if self.dice.percent(3) && !prompt {
            let text = self.dice.word(speech::NOT_ENOUGH);
            tasks::review(tx, &ctx, report, Review::SendBack, None, Some(text)).await?;
            let node = self.node_mut(at)?;
            node.claimed = node.verified;
            let wait = self.dice.between(HOUR, FULL_DAY);
            self.plan_later(wait, at, Act::Report(day));
        } else {
            let less = (self.dice.percent(5) && claimed > 20).then(|| claimed - 5);
            let why = less.map(|_| "现场情况与上报略有出入，予以核减。");
            tasks::review(tx, &ctx, report, Review::Accept, less.map(percent), why).await?;
            let node = self.node_mut(at)?;
            node.verified = less.unwrap_or(claimed);
            node.claimed = node.verified;
            self.plan_talk(at, report)?;
        }
        let node = self.node_mut(at)?;
        node.version += 1;
        node.unread -= 1;
        Ok(())
    }

    async fn ask(&mut self, at: usize) -> anyhow::Result<()> {
        let who = self.doer(at)?;
        let node = self.node(at)?;
        if node.unread > 0 || node.below > 0 {
            // First what was handed in is looked at.
            let wait = self.dice.between(HOUR, 3 * HOUR);
            self.plan_later(wait, at, Act::Ask);
            return Ok(());
        }
        self.finish_parts(at, who).await?;
        let node = self.node(at)?;
        let (id, version, end) = (node.id, node.version, node.spec.fate.end);
        let text = speech::closing(&self.dice, &node.spec.matter.object);
        let ctx = self.stage.acting(&self.area, who)?;
        let papers = self.letter(at, &ctx, &text).await?;
        let request = tasks::ask_to_close(self.stage.tx().await?, &ctx, id, version, &text, &papers).await?;
        let node = self.node_mut(at)?;
        node.version += 1;
        node.closing = true;
        if let End::At(_, decide) = end {
            self.plan(decide, at, Act::Decide(request));
            return Ok(());
        }
        let wait = if self.dice.percent(85) { self.dice.between(HOUR / 2, 6 * HOUR) } else { self.dice.between(FULL_DAY, 2 * FULL_DAY) };
        self.plan_later(wait, at, Act::Decide(request));
        Ok(())
    }

    async fn decide(&mut self, at: usize, request: RequestId) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (reviewer, above, fate) = (node.spec.reviewer, node.above, node.spec.fate);
        let ctx = self.stage.acting(&self.area, reviewer)?;
        let tx = self.stage.tx().await?;
        if fate.refused {
            tasks::decide_closing(tx, &ctx, request, CloseDecision::Refuse, Some(self.dice.word(speech::NOT_DONE))).await?;
            let node = self.node_mut(at)?;
            node.version += 1;
            node.closing = false;
            node.spec.fate.refused = false;
            let wait = self.dice.between(FULL_DAY, 3 * FULL_DAY);
            self.plan_later(wait, at, Act::Ask);
            return Ok(());
        }
        tasks::decide_closing(tx, &ctx, request, CloseDecision::Grant, speech::granted(&self.dice)).await?;
        let node = self.node_mut(at)?;
        node.version += 1;
        node.closing = false;
        node.phase = Phase::Closed;
        node.verified = 100;
        node.claimed = 100;
        if ctx.rules.get::<TaskRules>().checks(node.spec.importance, node.id) {
            self.plan_later(fate.check * FULL_DAY, at, Act::Verify);
        } else {
            node.version += 1;
            node.phase = Phase::Settled;
        }
        let Some(above) = above else { return Ok(()) };
        let parent = self.node_mut(above)?;
        parent.below = parent.below.saturating_sub(1);
        if parent.below == 0 {
            let wait = self.dice.between(HOUR, FULL_DAY);
            self.plan_later(wait, above, Act::Ask);
        }
        Ok(())
    }

    async fn verify(&mut self, at: usize) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let (id, version, reviewer) = (node.id, node.version, node.spec.reviewer);
        // A part of a whole that is closed is not opened again.
        let fails = node.spec.fate.fails && node.above.is_none() && node.spec.fate.split == 0;
        let (result, words) = if fails {
            (VerificationResult::Fail, speech::CHECK_FAILED)
        } else {
            (VerificationResult::Pass, self.dice.word(speech::CHECKED))
        };
        // Not for whoever had a part in it, nor for who closed it: then the centre's, one after the other.
        let mut checks = std::iter::once(reviewer).chain(self.area.centre.clone());
        loop {
            let ctx = self.stage.acting(&self.area, checks.next().context("nobody checks")?)?;
            match tasks::verify(self.stage.tx().await?, &ctx, id, version, result, words).await {
                Err(Refusal::Conflict { .. }) => {}
                other => break other?,
            }
        }
        let node = self.node_mut(at)?;
        node.version += 1;
        node.phase = if fails { Phase::Active } else { Phase::Settled };
        if fails {
            node.spec.fate.fails = false;
            let wait = self.dice.between(2 * FULL_DAY, 5 * FULL_DAY);
            self.plan_later(wait, at, Act::Ask);
        }
        Ok(())
    }

    async fn ask_for(&mut self, at: usize, kind: RequestKind) -> anyhow::Result<()> {
        let who = self.doer(at)?;
        let ctx = self.stage.acting(&self.area, who)?;
        let node = self.node(at)?;
        let id = node.id;
        let input = RequestInput {
            version: node.version,
            kind,
            reason: self.dice.word(if kind == RequestKind::Extend { speech::NEEDS_TIME } else { speech::STANDS_STILL }).to_owned(),
            reason_class: Some(if self.dice.percent(30) { ReasonClass::Own } else { ReasonClass::Waiting }),
            new_day: node.due.map(|due| hours::workday(&self.stage.calendar, due, self.dice.between(5, 15))),
            unit_id: None,
            basis: Some(speech::BASIS.to_owned()),
            subject_id: None,
            file_ids: Vec::new(),
        };
        match tasks::ask_for(self.stage.tx().await?, &ctx, id, &input).await {
            // A part cannot be put off beyond the whole; it is asked for elsewhere then.
            Ok(_) => self.node_mut(at)?.version += 1,
            Err(Refusal::Invalid(_) | Refusal::Conflict { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    async fn urge(&mut self, at: usize, who: PersonId, answered: bool) -> anyhow::Result<()> {
        let node = self.node(at)?;
        let id = node.id;
        let overdue = node.due.is_some_and(|due| due < self.stage.now().day());
        let (document, unit) = (node.spec.document.clone(), node.spec.unit);
        let input = UrgeInput {
            text: speech::urge(&self.dice, overdue).to_owned(),
            method: None,
            reply_due_day: None,
            party_ids: None,
            answer: None,
        };
        let ctx = self.stage.acting(&self.area, who)?;
        let leads = who == self.area.leader || self.area.deputies.contains(&who);
        let said = if leads && (self.talk.percent(40) || (!answered && unit == 0)) {
            let input = InstructionInput::of(self.talk.word(speech::INSTRUCTIONS).to_owned(), document);
            supervision::instruct(self.stage.tx().await?, &ctx, id, &input).await?.items
        } else {
            supervision::urge(self.stage.tx().await?, &ctx, id, &input).await?
        };
        for urge in said {
            if !answered {
                continue;
            }
            let wait =
                if self.dice.percent(85) { self.dice.between(HOUR, FULL_DAY) } else { self.dice.between(2 * FULL_DAY, 5 * FULL_DAY) };
            self.plan_later(wait, at, Act::Reply(urge.id));
        }
        Ok(())
    }

    async fn reply(&mut self, at: usize, urge: UrgeId) -> anyhow::Result<()> {
        let who = self.doer(at)?;
        let ctx = self.stage.acting(&self.area, who)?;
        let text = self.dice.word(speech::REPLIES);
        let urge = supervision::reply(self.stage.tx().await?, &ctx, urge, text, &[]).await?;
        if self.talk.percent(70) {
            let wait = self.talk.between(HOUR, FULL_DAY);
            self.plan_later(wait, at, Act::Accept(urge.id, urge.by.id));
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
fn percent(share: i64) -> f64 {
    share as f64
}
