//! Whether the same has been asked of a unit before: found by the words of the index among the open tasks the unit leads, measured by
//! [`likeness`](super::likeness), and, once a task has gone out, written down for the figures of the burden.
//!
//! Of a task one does not see one learns that there is one, from whom, to whom and since when, and nothing of what it says.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wording::{Words, say};

use super::{index::led_key, likeness, store};
use crate::{
    app::{Ctx, Fields, Outcome},
    burden::{self, BurdenRules},
    org::{self, UnitId, UnitRef},
    tasks::{self, Asking, ImportId, PartyRole, TaskId, TaskRow},
};

/// Words by which what is alike is looked for.
const TELLING: usize = 12;
/// Tasks that share most of them and are compared.
const COMPARED: i64 = 100;
/// Tasks that are told of.
const MOST: usize = 10;

/// A party of the task to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlikeParty {
    unit_id: UnitId,
    role: PartyRole,
}

/// A task to be set up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlikeInput {
    /// At most 300 characters.
    title: String,
    /// At most 20,000 characters.
    #[serde(default)]
    demand: String,
    /// Who is to do it; those that lead are looked at.
    parties: Vec<AlikeParty>,
    /// The draft it is already: the tree it stands in is left out.
    #[schema(value_type = Option<String>)]
    task_id: Option<TaskId>,
}

/// How likeness was measured: twice the shared pairs by the pairs of both.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AlikeMeasure {
    /// In whole percent.
    percent: i64,
    /// Pairs of characters that stand in both, in this one and in the other.
    shared_pairs: i64,
    own_pairs: i64,
    other_pairs: i64,
    /// Of the titles; otherwise of titles and demands together.
    of_titles: bool,
    /// What stands in both, as words.
    shared: Vec<String>,
}

/// An open task that asks the same unit for something alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AlikeTask {
    /// In words: who asked whom, and when.
    words: Words,
    /// Who issued it.
    issuer: Option<UnitRef>,
    /// The unit both are asked of.
    unit: UnitRef,
    /// When it went out.
    day: Option<Day>,
    /// The task; nothing where the asker does not see it.
    task: Option<TaskRow>,
    /// How it was measured; nothing where the asker does not see it.
    measure: Option<AlikeMeasure>,
}

/// What was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AlikeTasks {
    /// From this percentage on two are alike.
    from_percent: i64,
    /// The most alike first, at most ten.
    items: Vec<AlikeTask>,
}

/// One that is alike.
struct Found {
    asking: Asking,
    unit: UnitId,
    likeness: likeness::Likeness,
    words: likeness::Words,
}

/// The open tasks of these units that are alike, the most alike first; those of the tree `but` are left out.
async fn alike(tx: &mut Tx, own: &likeness::Words, units: &BTreeSet<UnitId>, but: Option<TaskId>, from: i64) -> Outcome<Vec<Found>> {
    let telling = own.telling(TELLING);
    if telling.is_empty() || units.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = units.iter().map(|unit| led_key(*unit)).collect();
    let ids = store::sharing(tx, &telling, &keys, COMPARED).await?;
    // The index follows a moment later: what has been closed meanwhile is not told of.
    let mut led = tasks::led_by(tx, &ids).await?;
    let mut found = Vec::new();
    for asking in tasks::askings(tx, &ids).await? {
        let unit = led.remove(&asking.id).into_iter().flatten().find(|unit| units.contains(unit));
        let Some(unit) = unit.filter(|_| Some(asking.root_id) != but) else { continue };
        let words = likeness::Words::of(&asking.title, &asking.demand);
        let likeness = own.likeness(&words);
        if likeness.percent >= from {
            found.push(Found { asking, unit, likeness, words });
        }
    }
    found.sort_by_key(|one| (-one.likeness.percent, std::cmp::Reverse(one.asking.dispatched_at), one.asking.id));
    Ok(found)
}

/// Looks for open tasks that ask the same units for something alike.
pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, input: &AlikeInput) -> Outcome<AlikeTasks> {
    let mut fields = Fields::default();
    let title = fields.text("title", &input.title, 300);
    let demand = fields.optional_text("demand", Some(&input.demand), 20_000).unwrap_or_default();
    if input.parties.len() > 200 {
        fields.add("parties", "责任方过多");
    }
    fields.finish()?;
    // Whom one may not ask for anything, one is told nothing of; setting the task says why.
    let leads = input.parties.iter().filter(|party| party.role.leads() && tasks::may_task(ctx, party.unit_id));
    let units: BTreeSet<UnitId> = leads.map(|party| party.unit_id).collect();
    let root = match input.task_id {
        Some(id) if tasks::sees(tx, ctx, id).await? => tasks::askings(tx, &[id]).await?.first().map(|asking| asking.root_id),
        _ => None,
    };
    let from_percent = ctx.rules.get::<BurdenRules>().alike_from;
    let own = likeness::Words::of(&title, &demand);
    let mut found = alike(tx, &own, &units, root, from_percent).await?;
    found.truncate(MOST);
    Ok(AlikeTasks { from_percent, items: shown(tx, ctx, &own, found).await? })
}

/// Rows of a ledger that are looked at in one answer.
const ROWS: usize = 100;

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AlikeRowsQuery {
    /// Those after the row of this number; from the beginning when missing.
    after: Option<u32>,
}

/// A row that asks a unit for something alike to an open task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AlikeRow {
    /// Its number in the sheet.
    row: u32,
    /// The open task that is most alike.
    alike: AlikeTask,
    /// How many others are alike, too.
    more: usize,
}

/// What was found among some rows of a ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AlikeRows {
    /// From this percentage on two are alike.
    from_percent: i64,
    /// In the order of the sheet.
    items: Vec<AlikeRow>,
    /// After which row to go on; nothing when all have been looked at.
    next: Option<u32>,
}

/// Looks for open tasks that ask for what rows of an import ask of the same units.
pub(super) async fn find_of_import(tx: &mut Tx, ctx: &Ctx, id: ImportId, query: &AlikeRowsQuery) -> Outcome<AlikeRows> {
    let from_percent = ctx.rules.get::<BurdenRules>().alike_from;
    let (rows, next) = tasks::askings_of_import(tx, ctx, id, query.after.unwrap_or(0), ROWS).await?;
    let mut items = Vec::new();
    for asking in rows {
        let units: BTreeSet<UnitId> = asking.leads.into_iter().filter(|unit| tasks::may_task(ctx, *unit)).collect();
        let own = likeness::Words::of(&asking.title, &asking.demand);
        let mut found = alike(tx, &own, &units, None, from_percent).await?;
        let more = found.len().saturating_sub(1);
        found.truncate(1);
        let first = shown(tx, ctx, &own, found).await?.pop();
        items.extend(first.map(|alike| AlikeRow { row: asking.row, alike, more }));
    }
    Ok(AlikeRows { from_percent, items, next })
}

async fn shown(tx: &mut Tx, ctx: &Ctx, own: &likeness::Words, found: Vec<Found>) -> Outcome<Vec<AlikeTask>> {
    let ids: Vec<TaskId> = found.iter().map(|one| one.asking.id).collect();
    let mut rows: HashMap<TaskId, TaskRow> = tasks::rows_of(tx, ctx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let named: BTreeSet<UnitId> = found.iter().flat_map(|one| [Some(one.unit), one.asking.issuer_unit_id]).flatten().collect();
    let names: HashMap<UnitId, UnitRef> = org::unit_refs(tx, named).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let one = |one: Found| {
        let unit = names.get(&one.unit)?.clone();
        let issuer = one.asking.issuer_unit_id.and_then(|id| names.get(&id).cloned());
        let day = one.asking.dispatched_at.map(kit::Moment::day);
        let task = rows.remove(&one.asking.id);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let measure = task.is_some().then(|| AlikeMeasure {
            percent: one.likeness.percent,
            shared_pairs: count(one.likeness.shared),
            own_pairs: count(one.likeness.here),
            other_pairs: count(one.likeness.there),
            of_titles: one.likeness.of_titles,
            shared: own.shared_runs(&one.words),
        });
        let words = match (&issuer, day) {
            (Some(issuer), Some(day)) if issuer.id == unit.id => say!("{unit}已有相近任务（{day}）", unit = unit.name),
            (Some(issuer), Some(day)) => say!("{issuer}已向{unit}布置过相近任务（{day}）", issuer = issuer.name, unit = unit.name),
            _ => say!("{unit}已有相近任务", unit = unit.name),
        };
        Some(AlikeTask { words, issuer, unit, day, task, measure })
    };
    Ok(found.into_iter().filter_map(one).collect())
}

/// Writes down what tasks that have gone out are alike to. To be asked once the tasks themselves are in the index.
pub async fn note_alike(tx: &mut Tx, ctx: &Ctx, tasks: &[TaskId]) -> Outcome<()> {
    let led = tasks::led_by(tx, tasks).await?;
    // Of two that go out to a unit at a time, the second finds the first.
    let all: BTreeSet<UnitId> = led.values().flatten().copied().collect();
    tx.hold_names(all.iter().map(|unit| format!("alike:{unit}")).collect()).await?;
    let alike_from = ctx.rules.get::<BurdenRules>().alike_from;
    let place: HashMap<TaskId, usize> = tasks.iter().enumerate().map(|(place, task)| (*task, place)).collect();
    let mut askings = tasks::askings(tx, tasks).await?;
    askings.sort_by_key(|asking| place.get(&asking.id).copied());
    for asking in askings {
        let Some(units) = led.get(&asking.id) else { continue };
        let units: BTreeSet<UnitId> = units.iter().copied().collect();
        let own = likeness::Words::of(&asking.title, &asking.demand);
        let found = alike(tx, &own, &units, Some(asking.root_id), alike_from).await?;
        // Those after it find it themselves.
        let before = found.iter().filter(|other| place.get(&other.asking.id) <= place.get(&asking.id));
        for other in before.take(MOST) {
            let same_issuer = other.asking.issuer_unit_id == asking.issuer_unit_id;
            burden::note_alike(tx, ctx, asking.id, other.asking.id, other.likeness.percent, same_issuer).await?;
        }
    }
    Ok(())
}
