//! A unit or a person at a glance: who it is, how to reach them, what they have to do. Figures are shown to whoever sees all of their tasks;
//! a part of them would say something untrue. What somebody has to do is compared with others, what somebody achieves is not.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{Conditions, Figures, all_conditions, query};
use crate::{
    app::{Ctx, Outcome, Refusal},
    org::{self, Contact, PersonId, PersonRef, UnitId, UnitRef},
    tasks::{self, FilterQuery, LastReport, Load},
};

/// A class with fewer members than this says nothing about one of them.
const CLASS: usize = 3;

/// Where a load stands among those of peers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Peers {
    /// How many others there are.
    others: i64,
    /// How many of them have less to do.
    lighter: i64,
}

/// What there is to do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Work {
    /// What is led, whenever it is due.
    now: Figures,
    /// Of it, what is due this year: for the shares on time.
    year: Figures,
    /// By count: what has to be added to the query of figures, so that `/tasks` lists what is counted.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, String>>)]
    conditions: BTreeMap<&'static str, Conditions>,
    /// Open tasks of others that are taken part in.
    helping: i64,
    /// The query of `/tasks` that lists them.
    #[schema(value_type = BTreeMap<String, String>)]
    helping_query: Conditions,
    /// Of how many tasks they said this year what may go wrong while the lamp was still well: initiative, by DOMAIN §6.
    said_early: i64,
    /// What is left to do of all open parts, in ordinary tasks that have not begun: importance × role × the share that is left.
    load: f64,
    /// Where that stands among peers; nothing where there are fewer than three of a kind.
    peers: Option<Peers>,
    last_report: Option<LastReport>,
}

/// A unit at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitGlance {
    unit: UnitRef,
    heads: Vec<Contact>,
    liaisons: Vec<Contact>,
    /// Who is in charge of it.
    leaders: Vec<Contact>,
    /// Nothing where the asker does not see all of its tasks.
    work: Option<Work>,
}

/// A post somebody holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PostHeld {
    name: String,
    unit: UnitRef,
}

/// A person at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonGlance {
    person: PersonRef,
    /// The telephone number; the middle is masked unless the asker may see it.
    phone: Option<String>,
    posts: Vec<PostHeld>,
    /// Units they sign for.
    liaison_of: Vec<UnitRef>,
    /// Nothing where the asker does not see all of their tasks.
    work: Option<Work>,
}

fn covers(ctx: &Ctx, unit: UnitId) -> bool {
    let scope = &ctx.actor.scope;
    scope.sees_everything() || scope.units().contains(&unit)
}

/// A unit at a glance.
pub(super) async fn of_unit(tx: &mut Tx, ctx: &Ctx, id: UnitId) -> Outcome<UnitGlance> {
    let unit = org::unit_refs(tx, [id]).await?.pop().ok_or(Refusal::NotFound)?;
    let today = ctx.today();
    let faces = org::faces(tx, &[id], today).await?.remove(&id).unwrap_or_default();
    let leaders = org::in_charge(tx, id, today).await?;
    let everybody = faces.heads.iter().chain(&faces.liaisons).chain(&leaders).map(|person| person.id);
    let contacts = org::contacts(tx, ctx, everybody.collect::<Vec<_>>()).await?;
    let with_number = |people: Vec<PersonRef>| people.into_iter().filter_map(|person| contacts.get(&person.id).cloned()).collect();
    let work = if covers(ctx, id) {
        let led = FilterQuery { lead_unit_id: Some(id), ..FilterQuery::default() };
        let helped = FilterQuery { unit_id: Some(id), unit_role: Some(tasks::UnitRole::Co), ..FilterQuery::default() };
        let loads = tasks::loads_of_units(tx).await?;
        let peers = org::peers_of_unit(tx, id).await?;
        let beside = Beside {
            said_early: tasks::said_early_by_unit(tx, id, new_year(today)).await?,
            last_report: tasks::last_report_of_unit(tx, ctx, id).await?,
        };
        Some(work(tx, ctx, led, helped, standing(&loads, &peers, id), beside).await?)
    } else {
        None
    };
    Ok(UnitGlance { heads: with_number(faces.heads), liaisons: with_number(faces.liaisons), leaders: with_number(leaders), unit, work })
}

/// A person at a glance.
pub(super) async fn of_person(tx: &mut Tx, ctx: &Ctx, id: PersonId) -> Outcome<PersonGlance> {
    let person = org::person(tx, ctx, id).await?;
    let seen = id == ctx.actor.person || ctx.actor.scope.sees_everything() || person.tenures.iter().any(|post| covers(ctx, post.unit.id));
    let work = if seen {
        let led = FilterQuery { handler_id: Some(id), ..FilterQuery::default() };
        let helped = FilterQuery { helper_id: Some(id), ..FilterQuery::default() };
        let loads: HashMap<PersonId, Load> = tasks::loads_of_people(tx).await?.into_iter().map(|(id, load)| (PersonId(id), load)).collect();
        let peers = org::peers_of_person(tx, id, ctx.today()).await?;
        let beside = Beside {
            said_early: tasks::said_early_by_person(tx, id, new_year(ctx.today())).await?,
            last_report: tasks::last_report_of_person(tx, ctx, id).await?,
        };
        Some(work(tx, ctx, led, helped, standing(&loads, &peers, id), beside).await?)
    } else {
        None
    };
    Ok(PersonGlance {
        person: PersonRef { id, name: person.name },
        phone: person.phone,
        posts: person.tenures.into_iter().map(|post| PostHeld { name: post.post_name, unit: post.unit }).collect(),
        liaison_of: person.liaison_of,
        work,
    })
}

/// A load and where it stands.
fn standing<Id: Copy + Eq + Hash>(loads: &HashMap<Id, Load>, peers: &[Id], id: Id) -> (Load, Option<Peers>) {
    let of = |id: Id| loads.get(&id).copied().unwrap_or_default();
    let own = of(id);
    let lighter = peers.iter().filter(|peer| **peer != id && of(**peer) < own).count();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let peers = (peers.len() >= CLASS && peers.contains(&id)).then(|| Peers { others: count(peers.len() - 1), lighter: count(lighter) });
    (own, peers)
}

/// What is known beside the figures.
struct Beside {
    said_early: i64,
    last_report: Option<LastReport>,
}

async fn work(
    tx: &mut Tx,
    ctx: &Ctx,
    led: FilterQuery,
    helped: FilterQuery,
    (load, peers): (Load, Option<Peers>),
    beside: Beside,
) -> Outcome<Work> {
    let today = ctx.today();
    let led = FilterQuery { leaves: Some(true), ..led };
    let (first, last) = year(today);
    let of_year = FilterQuery { due_from: first, due_to: last, ..led.clone() };
    let now = tasks::tally(tx, ctx, &led.read()?.0, Some(today)).await?;
    let in_year = tasks::tally(tx, ctx, &of_year.read()?.0, None).await?;
    let helped = FilterQuery { state: Some("dispatched,active".to_owned()), leaves: Some(true), ..helped };
    Ok(Work {
        now: Figures::of(&led, &now),
        year: Figures::of(&of_year, &in_year),
        conditions: all_conditions(Some(today)),
        helping: tasks::total(tx, ctx, &helped.read()?.0).await?,
        helping_query: query(&helped),
        load: load.tasks(),
        peers,
        said_early: beside.said_early,
        last_report: beside.last_report,
    })
}

/// When a day's year began.
fn new_year(day: Day) -> Moment {
    year(day).0.unwrap_or(day).start()
}

/// The first and the last day of a day's year.
fn year(day: Day) -> (Option<Day>, Option<Day>) {
    let month = day.month();
    let year = month.split('-').next().unwrap_or_default();
    (format!("{year}-01-01").parse().ok(), format!("{year}-12-31").parse().ok())
}
