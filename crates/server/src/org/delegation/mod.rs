//! Who acts for a person who is away (代办授权): from a day to a day, with all that follows from that person's duties. What was handed on is
//! not handed on once more, and nothing is ever handed on for days gone by.
//!
//! What a deputy may do: `access`. That they are told what the other would be told: `notify`.

mod http;
mod store;

use db::Tx;
use kit::{Day, Moment, id_types};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

pub(super) use http::routes;
pub use store::{away_behind, standing_in};

use self::store::DelegationRow;
use super::{
    model::{PersonId, PersonRef},
    store::{person_active, person_refs},
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
    notify::{self, NewMessage},
};

id_types! {
    /// Somebody's acting for a person who is away.
    DelegationId,
}

/// Nobody is away longer with somebody acting for them: a post is to be filled.
const MOST_DAYS: i64 = 366;
/// More at a time than anybody plans ahead.
const MOST: usize = 20;

/// Who is away, and who acts for them today.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Standing {
    /// Who is away.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Who acts for them.
    pub deputy: PersonId,
}

/// Somebody who acts for another person.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Delegation {
    id: DelegationId,
    /// Who is away.
    person: PersonRef,
    /// Who acts for them.
    deputy: PersonRef,
    /// The first day.
    from_day: Day,
    /// The last day.
    to_day: Day,
    reason: Option<String>,
    made_at: Moment,
    made_by: PersonRef,
    /// When it was ended before its last day, or before it began.
    ended_at: Option<Moment>,
    /// It holds today.
    holds: bool,
    may_end: bool,
}

/// A person's delegations.
#[derive(Debug, Serialize, ToSchema)]
struct Delegations {
    /// Whose they are.
    person: PersonRef,
    /// Who acts for the person, the latest first.
    given: Vec<Delegation>,
    /// For whom the person acts, the latest first.
    received: Vec<Delegation>,
}

/// Who is to act, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DelegationInput {
    deputy_id: PersonId,
    /// The first day, today at the earliest.
    from_day: Day,
    /// The last day, at most a year later.
    to_day: Day,
    /// Why, at most 100 characters.
    reason: Option<String>,
}

/// Only a person themselves, and administrators, say who acts for them: whoever stands for the unit does not, or a liaison could make
/// themselves its head.
fn may_say(ctx: &Ctx, person: PersonId) -> bool {
    ctx.actor.person == person || ctx.actor.is(Role::Administrator)
}

async fn of_person(tx: &mut Tx, ctx: &Ctx, person: PersonId) -> Outcome<Delegations> {
    if !may_say(ctx, person) {
        return Err(Refusal::NotFound);
    }
    let rows = store::of_person(tx, person).await?;
    let shown = describe(tx, ctx, rows).await?;
    let (given, received) = shown.into_iter().partition(|one| one.person.id == person);
    let person = person_refs(tx, [person]).await?.into_iter().next().ok_or(Refusal::NotFound)?;
    Ok(Delegations { person, given, received })
}

async fn describe(tx: &mut Tx, ctx: &Ctx, rows: Vec<DelegationRow>) -> Outcome<Vec<Delegation>> {
    let ids = rows.iter().flat_map(|row| [row.person_id, row.deputy_id, row.made_by]);
    let names = person_refs(tx, ids.collect::<std::collections::BTreeSet<_>>()).await?;
    let name = |id: PersonId| names.iter().find(|person| person.id == id).cloned().unwrap_or(PersonRef { id, name: String::new() });
    let today = ctx.today();
    let one = |row: DelegationRow| Delegation {
        id: row.id,
        holds: row.ended_at.is_none() && (row.from_day..=row.to_day).contains(&today),
        may_end: may_end(ctx, &row),
        person: name(row.person_id),
        deputy: name(row.deputy_id),
        from_day: row.from_day,
        to_day: row.to_day,
        made_at: row.made_at,
        made_by: name(row.made_by),
        ended_at: row.ended_at,
        reason: row.reason,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Either of the two ends it, and administrators.
fn may_end(ctx: &Ctx, row: &DelegationRow) -> bool {
    row.ended_at.is_none() && row.to_day >= ctx.today() && (may_say(ctx, row.person_id) || row.deputy_id == ctx.actor.person)
}

async fn begin(tx: &mut Tx, ctx: &Ctx, person: PersonId, input: &DelegationInput) -> Outcome<DelegationId> {
    if !may_say(ctx, person) || !person_active(tx, person).await? {
        return Err(Refusal::NotFound);
    }
    // Two that are made at once would not know of each other.
    store::lock(tx).await?;
    let (from, to, today) = (input.from_day, input.to_day, ctx.today());
    let mut fields = Fields::default();
    let reason = fields.optional_text("reason", input.reason.as_deref(), 100);
    if from < today {
        fields.add("from_day", "不能早于今天");
    }
    if to < from {
        fields.add("to_day", "不能早于开始日期");
    } else if to > from.plus_days(MOST_DAYS) {
        fields.add("to_day", "最长一年");
    }
    if person != ctx.actor.person && input.deputy_id == ctx.actor.person {
        // Whoever keeps the accounts reads no business; what they would give themselves they have somebody else give them.
        fields.add("deputy_id", "不能安排自己代他人办理，请由本人或其他系统管理员安排");
    } else if input.deputy_id == person {
        fields.add("deputy_id", "不能由本人代办");
    } else if !person_active(tx, input.deputy_id).await? {
        fields.add("deputy_id", "人员不存在或已离任");
    } else if store::overlapping(tx, input.deputy_id, from, to).await?.is_some() {
        fields.add("deputy_id", "该同志这段时间也已请他人代办");
    }
    if let Some(other) = store::overlapping(tx, person, from, to).await? {
        fields.add("from_day", say!("与{from}至{to}的代办重叠", from = other.from_day, to = other.to_day));
    }
    if store::of_person(tx, person).await?.iter().filter(|row| row.person_id == person && may_end(ctx, row)).count() >= MOST {
        fields.add("from_day", say!("最多预先安排 {most} 次", most = MOST));
    }
    fields.finish()?;
    let row = DelegationRow {
        id: DelegationId::new(&ctx.rng, ctx.now()),
        person_id: person,
        deputy_id: input.deputy_id,
        from_day: from,
        to_day: to,
        reason,
        made_at: ctx.now(),
        made_by: ctx.actor.person,
        ended_at: None,
    };
    store::insert(tx, &row).await?;
    let (away, deputy) = both(tx, &row).await?;
    let words = say!("{from}至{to}由{deputy}代{away}办理");
    let data = json!({ "delegation": row.id, "person": person, "deputy": row.deputy_id, "from": from, "to": to });
    audit::record(tx, ctx, audit::Entry::organisation("delegated", words.clone(), data)).await?;
    tell(tx, ctx, &row, "begun", &"请您代办".into(), &say!("{words}。期间{away}的任务由您一并办理，提醒也会发给您。")).await?;
    Ok(row.id)
}

async fn end(tx: &mut Tx, ctx: &Ctx, id: DelegationId) -> Outcome<PersonId> {
    store::lock(tx).await?;
    let row = store::find(tx, id).await?.filter(|row| may_say(ctx, row.person_id) || row.deputy_id == ctx.actor.person);
    let row = row.ok_or(Refusal::NotFound)?;
    if !may_end(ctx, &row) {
        return Err(Refusal::conflict("decided", "这次代办已经结束。"));
    }
    store::end(tx, id, ctx.now(), ctx.actor.person).await?;
    let (away, deputy) = both(tx, &row).await?;
    let words = say!("{deputy}不再代{away}办理");
    let data = json!({ "delegation": id, "person": row.person_id, "deputy": row.deputy_id });
    audit::record(tx, ctx, audit::Entry::organisation("delegation_ended", words.clone(), data)).await?;
    tell(tx, ctx, &row, "ended", &"代办结束".into(), &words).await?;
    Ok(row.person_id)
}

/// The names of both.
async fn both(tx: &mut Tx, row: &DelegationRow) -> Outcome<(String, String)> {
    let names = person_refs(tx, [row.person_id, row.deputy_id]).await?;
    let name = |id: PersonId| names.iter().find(|person| person.id == id).map(|person| person.name.clone()).unwrap_or_default();
    Ok((name(row.person_id), name(row.deputy_id)))
}

/// Tells both, but for whoever did it.
async fn tell(tx: &mut Tx, ctx: &Ctx, row: &DelegationRow, what: &str, title: &Words, text: &Words) -> Outcome<()> {
    let to: Vec<PersonId> = [row.person_id, row.deputy_id].into_iter().filter(|person| *person != ctx.actor.person).collect();
    let message = NewMessage {
        to: &to,
        kind: "org.delegation",
        title,
        text,
        task: None,
        urge: None,
        subject: Some(row.id.0),
        occurrence: None,
        rule: None,
        channels: &[],
        critical: false,
        dedupe: &format!("delegation:{}:{what}", row.id),
    };
    notify::send(tx, ctx, message).await
}
