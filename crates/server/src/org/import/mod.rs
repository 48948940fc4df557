//! Taking in a whole organisation from a table.
//!
//! A table is read once and kept as lines. Each look at it plans the import anew against the organisation of that moment
//! ([`plan`], pure); only a plan without a single problem is carried out, in one transaction, by the same verbs that a
//! person uses by hand.
//!
//! Table: `org_import`.

mod form;
mod http;
mod plan;
mod sheet;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use db::Tx;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kit::{Moment, Rng, id_types};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

pub(super) use http::routes;
use plan::{Known, Place, Plan};
use sheet::Line;

use super::{
    model::{PersonId, UnitId, UnitInput},
    people::{self, NewPerson},
    units,
};
use crate::{
    access::{self, InitialPassword, NewAccount},
    app::{Ctx, Outcome, Refusal},
    audit,
};

id_types! {
    /// An organisation to be taken in.
    ImportId,
}

/// What a row of the table would become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
struct ImportRow {
    /// Its number in the sheet.
    row: u32,
    /// A unit or a person.
    kind: RowKind,
    /// Its name.
    name: String,
    /// What is wrong with it.
    problem: Option<Words>,
}

kit::text_enum! {
    /// What a row of a table is about.
    RowKind {
        Unit = "unit", "单位";
        Person = "person", "人员";
    }
}

/// An account that was made with the import.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ImportedAccount {
    name: String,
    login: String,
    /// What they sign in with the first time; shown only here.
    initial_password: String,
}

/// An organisation to be taken in, as it would be now.
#[derive(Debug, Serialize, ToSchema)]
struct OrgImport {
    id: ImportId,
    file_name: String,
    units_new: usize,
    persons_new: usize,
    rows: Vec<ImportRow>,
    /// Rows with a problem; nothing is taken in while there is one.
    errors: usize,
    committed: bool,
    /// Accounts with their initial passwords, in the answer to the commit and never again.
    accounts: Vec<ImportedAccount>,
}

/// Lines of a table that somebody brought.
#[derive(Clone, Debug)]
struct Kept {
    id: ImportId,
    file_name: String,
    lines: Vec<Line>,
    committed_at: Option<Moment>,
}

/// How long a table is kept that nobody takes in.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Forgets tables that were brought long ago and never taken in: they hold names and telephone numbers.
pub async fn sweep(tx: &mut Tx, now: Moment) -> db::Result<()> {
    store::remove_uncommitted(tx, now.minus(KEPT)).await
}

/// Keeps the lines of a table and says what they would become; changes nothing of the organisation.
async fn take_in(tx: &mut Tx, ctx: &Ctx, file_name: &str, lines: Vec<Line>) -> Outcome<OrgImport> {
    let kept = Kept { id: ImportId::new(&ctx.rng, ctx.now()), file_name: file_name.to_owned(), lines, committed_at: None };
    store::insert(tx, &kept, ctx.actor.person, ctx.now()).await?;
    let plan = Plan::of(&kept.lines, known(tx, ctx).await?);
    Ok(describe(&kept, plan.rows, (plan.units.len(), plan.persons.len()), Vec::new()))
}

fn describe(kept: &Kept, rows: Vec<ImportRow>, new: (usize, usize), accounts: Vec<ImportedAccount>) -> OrgImport {
    OrgImport {
        id: kept.id,
        file_name: kept.file_name.clone(),
        units_new: new.0,
        persons_new: new.1,
        errors: rows.iter().filter(|row| row.problem.is_some()).count(),
        rows,
        committed: kept.committed_at.is_some(),
        accounts,
    }
}

async fn known(tx: &mut Tx, ctx: &Ctx) -> Outcome<Known> {
    let units = units::list_units(tx, ctx).await?.into_iter().filter(|unit| unit.active).collect();
    let logins = access::logins(tx).await?.into_iter().collect();
    let members = super::store::unit_faces(tx, ctx.today()).await?;
    let members = members.into_iter().filter(|(_, kind, ..)| kind != "liaison").map(|(unit, _, _, name)| (unit, name)).collect();
    Ok(Known { units, logins, members })
}

/// Makes initial passwords for everybody in the table. Takes some milliseconds each, so it comes before the transaction.
async fn prepare(rng: &Rng, kept: &Kept) -> Outcome<HashMap<String, InitialPassword>> {
    let logins: Vec<String> = kept.lines.iter().map(|line| line.login.clone()).filter(|login| !login.is_empty()).collect();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    stream::iter(logins)
        .map(|login| async move { Ok((login, InitialPassword::make(rng).await?)) })
        .buffer_unordered(threads)
        .try_collect()
        .await
}

/// Takes everything in, or nothing.
async fn commit(tx: &mut Tx, ctx: &Ctx, kept: &Kept, initial: &HashMap<String, InitialPassword>) -> Outcome<OrgImport> {
    if !store::mark_committed(tx, kept.id, ctx.now()).await? {
        return Err(Refusal::conflict("already_committed", "这份表格已经导入过了。"));
    }
    let Plan { rows, units, persons } = Plan::of(&kept.lines, known(tx, ctx).await?);
    let errors = rows.iter().filter(|row| row.problem.is_some()).count();
    if errors > 0 {
        let named = |found: &ImportRow| Some(say!("第 {row} 行：{}", found.problem.as_ref()?, row = found.row));
        let first = rows.iter().find_map(named).unwrap_or_default();
        return Err(Refusal::conflict("import_errors", say!("有 {errors} 行不能导入，什么都没有导入。{first}")));
    }
    let mut made: HashMap<usize, UnitId> = HashMap::new();
    for unit in &units {
        let parent_id = match unit.parent {
            Some(place) => Some(resolved(&made, place)?),
            None => None,
        };
        let input = UnitInput {
            parent_id,
            name: Some(unit.name.clone()),
            short_name: unit.short_name.clone(),
            kind: Some(unit.kind),
            aliases: Some(unit.aliases.clone()),
            ..UnitInput::default()
        };
        made.insert(unit.number, units::add_unit(tx, ctx, &input).await?);
    }
    let mut accounts = Vec::new();
    let mut liaisons: BTreeMap<UnitId, Vec<PersonId>> = BTreeMap::new();
    for person in &persons {
        let unit = resolved(&made, person.unit)?;
        let charges = person.charges.iter().map(|place| resolved(&made, *place)).collect::<Outcome<Vec<_>>>()?;
        let new = NewPerson {
            name: &person.name,
            phone: person.phone.as_deref(),
            unit,
            post_name: &person.post_name,
            post_kind: person.post_kind,
            charges: &charges,
            from: ctx.today(),
        };
        let id = people::add_person(tx, ctx, &new).await?;
        let Some(InitialPassword { password, hash }) = initial.get(&person.login) else {
            return Err(Refusal::internal("a login without a prepared password"));
        };
        let account = NewAccount { person: id, login: &person.login, must_change: true, administrator: false };
        access::create_account_with(tx, ctx, &account, hash).await?;
        accounts.push(ImportedAccount { name: person.name.clone(), login: person.login.clone(), initial_password: password.clone() });
        if person.is_liaison {
            liaisons.entry(unit).or_default().push(id);
        }
    }
    let units_now = units::list_units(tx, ctx).await?;
    for (unit, new) in liaisons {
        let before = units_now.iter().find(|known| known.id == unit).map(|known| known.liaisons.as_slice()).unwrap_or_default();
        let all: Vec<PersonId> = before.iter().map(|person| person.id).chain(new).collect();
        people::set_liaisons(tx, ctx, unit, &all).await?;
    }
    let words =
        say!("导入“{file}”：单位 {units} 个，人员 {persons} 名", file = kept.file_name, units = units.len(), persons = persons.len());
    let data = json!({ "import": kept.id, "units": units.len(), "persons": persons.len() });
    audit::record(tx, ctx, audit::Entry::organisation("imported", words, data)).await?;
    let committed = Kept { committed_at: Some(ctx.now()), ..kept.clone() };
    Ok(describe(&committed, rows, (units.len(), persons.len()), accounts))
}

fn resolved(made: &HashMap<usize, UnitId>, place: Place) -> Outcome<UnitId> {
    match place {
        Place::Known(id) => Ok(id),
        Place::New(number) => made.get(&number).copied().ok_or_else(|| Refusal::internal("a unit before the one above it")),
    }
}
