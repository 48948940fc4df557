//! Who is meant by a recipient of a rule, in a task: looked up once a unit, however many tasks it has.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use db::Tx;

use super::{
    plan::{Anchor, Sight},
    rule::{Recipient, Step},
};
use crate::{
    access::{self, Principal},
    app::{Ctx, Outcome},
    notify::Channel,
    org::{self, PersonId, PostKind, UnitId},
    tasks::{self, Case, PartyRow, RequestKind, TaskState},
};

/// Who is told together by steps that are taken at one moment, and by which ways.
#[derive(Debug)]
pub(super) struct Share {
    /// The last of the steps that mean them: its words are said.
    pub(super) step: usize,
    pub(super) to: Vec<PersonId>,
    pub(super) channels: Vec<Channel>,
}

/// What has been looked up so far.
#[derive(Default)]
pub(super) struct People {
    liaisons: HashMap<UnitId, Vec<PersonId>>,
    heads: HashMap<UnitId, Vec<PersonId>>,
    charged: Option<HashMap<UnitId, Vec<PersonId>>>,
    centre: Option<Vec<PersonId>>,
    area: Option<Vec<PersonId>>,
    active: HashMap<PersonId, bool>,
    /// Who is named by rules; nothing for one who cannot sign in.
    named: HashMap<PersonId, Option<Arc<Principal>>>,
}

impl People {
    /// Everybody whom these steps mean, once each, with all ways by which they are meant; and how many each step means.
    pub(super) async fn shares(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        steps: &[(usize, &Step)],
        sight: &Sight,
        anchor: &Anchor,
    ) -> Outcome<(Vec<Share>, Vec<(usize, usize)>)> {
        let mut each: BTreeMap<PersonId, (usize, BTreeSet<Channel>)> = BTreeMap::new();
        let mut counts = Vec::new();
        for (n, step) in steps {
            let meant = self.meant(tx, ctx, step, sight, anchor).await?;
            counts.push((*n, meant.len()));
            for person in meant {
                let (last, channels) = each.entry(person).or_insert((*n, BTreeSet::new()));
                *last = *n;
                channels.extend(&step.channels);
            }
        }
        let mut shares: BTreeMap<(usize, BTreeSet<Channel>), Vec<PersonId>> = BTreeMap::new();
        for (person, as_meant) in each {
            shares.entry(as_meant).or_default().push(person);
        }
        let share = |((step, channels), to): ((usize, BTreeSet<Channel>), _)| Share { step, to, channels: channels.into_iter().collect() };
        Ok((shares.into_iter().map(share).collect(), counts))
    }

    /// Everybody who is meant, once each.
    pub(super) async fn meant(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        step: &Step,
        sight: &Sight,
        anchor: &Anchor,
    ) -> Outcome<BTreeSet<PersonId>> {
        let parties: Vec<&PartyRow> = match anchor.party {
            Some(id) => sight.watched.parties.iter().filter(|party| party.id == id).collect(),
            None => sight.watched.parties.iter().filter(|party| party.role.leads()).collect(),
        };
        let task = &sight.watched.task;
        let mut all = BTreeSet::new();
        for recipient in &step.to {
            match recipient {
                Recipient::Handler => {
                    for party in &parties {
                        match party.person_id {
                            Some(person) if self.is_here(tx, person).await? => all.extend([person]),
                            _ => all.extend(self.liaisons(tx, ctx, party.unit_id).await?),
                        }
                    }
                }
                Recipient::Liaison => {
                    for party in &parties {
                        all.extend(self.liaisons(tx, ctx, party.unit_id).await?);
                    }
                }
                Recipient::Head => {
                    for party in &parties {
                        all.extend(self.heads(tx, ctx, party.unit_id).await?);
                    }
                }
                Recipient::ChargeLeader => {
                    let charged = match &mut self.charged {
                        Some(charged) => charged,
                        empty => empty.insert(org::charged(tx, ctx.today()).await?),
                    };
                    for party in &parties {
                        all.extend(charged.get(&party.unit_id).into_iter().flatten().copied());
                    }
                }
                Recipient::Issuer if self.is_here(tx, task.creator_id).await? => all.extend([task.creator_id]),
                Recipient::Issuer => {
                    if let Some(unit) = task.issuer_unit_id {
                        all.extend(self.heads(tx, ctx, unit).await?);
                    }
                }
                Recipient::IssuerHead => {
                    if let Some(unit) = task.issuer_unit_id {
                        all.extend(self.heads(tx, ctx, unit).await?);
                    }
                }
                Recipient::Centre => {
                    let centre = match &mut self.centre {
                        Some(centre) => centre,
                        empty => empty.insert(org::staff_of_centres(tx, ctx.today()).await?),
                    };
                    all.extend(centre.iter().copied());
                }
                Recipient::AreaLeaders => all.extend(self.area(tx, ctx).await?),
                Recipient::Decider => all.extend(self.deciders(tx, ctx, sight, anchor).await?),
            }
        }
        for person in &step.persons {
            // What a rule says is no right to know.
            if let Some(named) = self.named(tx, ctx, *person).await?
                && named.scope.sees_task(
                    task.creator_id,
                    task.issuer_unit_id,
                    task.state != TaskState::Draft,
                    task.dispatched_at.is_some(),
                    sight.watched.parties.iter().map(|party| (party.unit_id, party.person_id)),
                )
            {
                all.insert(*person);
            }
        }
        Ok(all)
    }

    async fn named(&mut self, tx: &mut Tx, ctx: &Ctx, person: PersonId) -> Outcome<Option<Arc<Principal>>> {
        if let Some(known) = self.named.get(&person) {
            return Ok(known.clone());
        }
        let found = access::load_principal(tx, person, ctx.today()).await?.map(Arc::new);
        Ok(self.named.entry(person).or_insert(found).clone())
    }

    /// Whether the person has not left.
    async fn is_here(&mut self, tx: &mut Tx, person: PersonId) -> Outcome<bool> {
        if let Some(known) = self.active.get(&person) {
            return Ok(*known);
        }
        let here = org::person_active(tx, person).await?;
        Ok(*self.active.entry(person).or_insert(here))
    }

    async fn liaisons(&mut self, tx: &mut Tx, ctx: &Ctx, unit: UnitId) -> Outcome<Vec<PersonId>> {
        if let Some(known) = self.liaisons.get(&unit) {
            return Ok(known.clone());
        }
        let found = org::heads_and_liaisons(tx, unit, ctx.today()).await?;
        Ok(self.liaisons.entry(unit).or_insert(found).clone())
    }

    async fn heads(&mut self, tx: &mut Tx, ctx: &Ctx, unit: UnitId) -> Outcome<Vec<PersonId>> {
        if let Some(known) = self.heads.get(&unit) {
            return Ok(known.clone());
        }
        let found = org::role_holders_above(tx, unit, PostKind::Head, ctx.today()).await?;
        Ok(self.heads.entry(unit).or_insert(found).clone())
    }

    async fn area(&mut self, tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<PersonId>> {
        Ok(match &mut self.area {
            Some(area) => area.clone(),
            empty => empty.insert(org::leaders_of_the_area(tx, ctx.today()).await?).clone(),
        })
    }

    /// Whoever decides next on what was asked for: the issuer, those above them, or the leaders of the area.
    async fn deciders(&mut self, tx: &mut Tx, ctx: &Ctx, sight: &Sight, anchor: &Anchor) -> Outcome<Vec<PersonId>> {
        let Some(request) = sight.watched.requests.iter().find(|request| Some(request.id.0) == anchor.subject) else {
            return Ok(Vec::new());
        };
        let task = &sight.watched.task;
        // Whoever tries rules out need not see every task there is.
        let case = Case::look(tx, &ctx.acting(access::system_principal()), task.id).await?;
        // What a unit has set itself its heads close, whoever of it wrote the task.
        let by_heads = request.kind == RequestKind::Close && tasks::is_own(&case.task, &case.parties);
        if !by_heads && request.agreed_at.is_none() && task.creator_id != request.person_id && self.is_here(tx, task.creator_id).await? {
            return Ok(vec![task.creator_id]);
        }
        let but = request.agreed_by.unwrap_or(request.person_id);
        let mut above = Vec::new();
        if !(request.agreed_at.is_some() && tasks::needs_leader(ctx, &case, request))
            && let Some(unit) = task.issuer_unit_id
        {
            above = self.heads(tx, ctx, unit).await?;
            above.retain(|person| *person != but);
        }
        if above.is_empty() { self.area(tx, ctx).await } else { Ok(above) }
    }
}
