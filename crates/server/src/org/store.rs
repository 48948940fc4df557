//! All SQL of the organisation.
//!
//! Who stands for a unit comes in the order of appointment: by the first day and, on one day, by the row's id. The ids of one
//! change are made by one process and so in order: the order the administrator gave is the order shown.

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment};

use super::model::{DutyRow, Member, PersonId, PersonRef, PostId, PostKind, TenureId, UnitId, UnitKind, UnitRef};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct UnitRow {
    pub(super) id: UnitId,
    pub(super) parent_id: Option<UnitId>,
    pub(super) name: String,
    pub(super) short_name: String,
    pub(super) kind: UnitKind,
    pub(super) active: bool,
    pub(super) version: i64,
    pub(super) position: i64,
}

pub(super) async fn units(tx: &mut Tx) -> Result<Vec<UnitRow>> {
    run!(tx, |c| sqlx::query_as("select id, parent_id, name, short_name, kind, active, version, position from unit order by position, id")
        .fetch_all(c))
}

pub(super) async fn unit(tx: &mut Tx, id: UnitId) -> Result<Option<UnitRow>> {
    run!(tx, |c| sqlx::query_as("select id, parent_id, name, short_name, kind, active, version, position from unit where id = $1")
        .bind(id)
        .fetch_optional(c))
}

pub(super) async fn insert_unit(tx: &mut Tx, row: &UnitRow, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into unit (id, parent_id, name, short_name, kind, position, active, created_at, version) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(row.id)
    .bind(row.parent_id)
    .bind(row.name.as_str())
    .bind(row.short_name.as_str())
    .bind(row.kind)
    .bind(row.position)
    .bind(row.active)
    .bind(now)
    .bind(row.version)
    .execute(c))?;
    execute!(tx, |c| sqlx::query("insert into unit_above (unit_id, above_id, distance) values ($1, $1, 0)").bind(row.id).execute(c))?;
    if let Some(parent) = row.parent_id {
        execute!(tx, |c| sqlx::query(
            "insert into unit_above (unit_id, above_id, distance) select $1, above_id, distance + 1 from unit_above where unit_id = $2"
        )
        .bind(row.id)
        .bind(parent)
        .execute(c))?;
    }
    Ok(())
}

/// Writes a unit of the given version; `false` when somebody else was faster.
pub(super) async fn update_unit(tx: &mut Tx, row: &UnitRow, version: i64) -> Result<bool> {
    let done: Option<(UnitId,)> = run!(tx, |c| sqlx::query_as(
        "update unit set name = $3, short_name = $4, kind = $5, active = $6, version = version + 1 \
         where id = $1 and version = $2 returning id"
    )
    .bind(row.id)
    .bind(version)
    .bind(row.name.as_str())
    .bind(row.short_name.as_str())
    .bind(row.kind)
    .bind(row.active)
    .fetch_optional(c))?;
    Ok(done.is_some())
}

pub(super) async fn next_unit_position(tx: &mut Tx) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select coalesce(max(position), 0) + 1 from unit").fetch_one(c))?;
    Ok(n)
}

pub(super) async fn aliases(tx: &mut Tx) -> Result<Vec<(UnitId, String)>> {
    run!(tx, |c| sqlx::query_as("select unit_id, alias from unit_alias where to_day is null order by alias").fetch_all(c))
}

pub(super) async fn remove_aliases(tx: &mut Tx, unit: UnitId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from unit_alias where unit_id = $1").bind(unit).execute(c))?;
    Ok(())
}

pub(super) async fn insert_alias(tx: &mut Tx, id: TenureId, unit: UnitId, alias: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into unit_alias (id, unit_id, alias) values ($1, $2, $3) on conflict (unit_id, alias) do nothing"
    )
    .bind(id)
    .bind(unit)
    .bind(alias)
    .execute(c))?;
    Ok(())
}

/// The active unit of this full name, short name or alias; `None` when there is none or it is not clear which.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<UnitRef>> {
    let rows: Vec<UnitRef> = run!(tx, |c| sqlx::query_as(
        "select id, name, short_name from unit where active and (name = $1 or short_name = $1 \
            or id in (select unit_id from unit_alias where alias = $1 and to_day is null)) \
         order by case when name = $1 then 0 else 1 end limit 2"
    )
    .bind(name)
    .fetch_all(c))?;
    let exact = rows.first().is_some_and(|unit| unit.name == name);
    Ok(if rows.len() == 1 || exact { rows.into_iter().next() } else { None })
}

/// Active units whose names contain the text or are contained in it, at most five: suggestions for a person to choose from.
pub async fn similar_units(tx: &mut Tx, name: &str) -> Result<Vec<UnitRef>> {
    run!(tx, |c| sqlx::query_as(
        "select id, name, short_name from unit where active and length($1) > 1 and \
            (name like '%' || $1 || '%' or $1 like '%' || name || '%' or $1 like '%' || short_name || '%') \
         order by length(name), position, id limit 5"
    )
    .bind(name)
    .fetch_all(c))
}

/// Names of units by id, in no particular order.
pub async fn unit_refs(tx: &mut Tx, ids: impl IntoIterator<Item = UnitId>) -> Result<Vec<UnitRef>> {
    let mut sql = Sql::new("select id, name, short_name from unit where id in ");
    sql.bind_list(ids.into_iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// Those of the units that still exist, by name, in no particular order: what may be given something new.
pub async fn active_units(tx: &mut Tx, ids: impl IntoIterator<Item = UnitId>) -> Result<Vec<UnitRef>> {
    let mut sql = Sql::new("select id, name, short_name from unit where active and id in ");
    sql.bind_list(ids.into_iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// Ids of the units and of all below them.
pub async fn below(tx: &mut Tx, above: &[UnitId]) -> Result<Vec<UnitId>> {
    if above.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select distinct unit_id from unit_above where above_id in ");
    sql.bind_list(above.iter().map(|id| id.0));
    let rows: Vec<(UnitId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// For every unit, the unit directly below the root that it belongs to; a root belongs to itself.
pub async fn tops(tx: &mut Tx) -> Result<std::collections::HashMap<UnitId, UnitId>> {
    let rows: Vec<(UnitId, UnitId)> = run!(tx, |c| sqlx::query_as(
        "select a.unit_id, a.above_id from unit_above a join unit u on u.id = a.above_id left join unit p on p.id = u.parent_id \
         where (p.id is not null and p.parent_id is null) or (u.parent_id is null and a.distance = 0)"
    )
    .fetch_all(c))?;
    Ok(rows.into_iter().collect())
}

/// What the person has to do with which units on this day, in the order of appointment.
pub async fn duties(tx: &mut Tx, person: PersonId, today: Day) -> Result<Vec<DutyRow>> {
    run!(tx, |c| sqlx::query_as(
        "select d.duty, u.id as unit_id, u.kind, u.parent_id is null as is_root from ( \
            select p.kind as duty, p.unit_id, t.from_day, t.id as appointment from tenure t join post p on p.id = t.post_id \
              where t.person_id = $1 and t.from_day <= $2 and (t.to_day is null or t.to_day >= $2) \
            union all select 'liaison', unit_id, from_day, id from liaison \
              where person_id = $1 and from_day <= $2 and (to_day is null or to_day >= $2) \
            union all select 'charge', h.unit_id, h.from_day, h.id from charge h join tenure t on t.post_id = h.post_id \
              where t.person_id = $1 and t.from_day <= $2 and (t.to_day is null or t.to_day >= $2) \
                and h.from_day <= $2 and (h.to_day is null or h.to_day >= $2) \
         ) d join unit u on u.id = d.unit_id where u.active order by d.from_day, d.appointment"
    )
    .bind(person)
    .bind(today)
    .fetch_all(c))
}

/// Names of persons by id, in no particular order.
pub async fn person_refs(tx: &mut Tx, ids: impl IntoIterator<Item = PersonId>) -> Result<Vec<PersonRef>> {
    let mut sql = Sql::new("select id, name from person where id in ");
    sql.bind_list(ids.into_iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// Whether the person exists and belongs here.
pub async fn person_active(tx: &mut Tx, id: PersonId) -> Result<bool> {
    let row: Option<(bool,)> = run!(tx, |c| sqlx::query_as("select active from person where id = $1").bind(id).fetch_optional(c))?;
    Ok(row.is_some_and(|(active,)| active))
}

/// Persons with a post on this day in the unit or a unit below it, heads first.
pub(super) async fn members(tx: &mut Tx, unit: UnitId, today: Day) -> Result<Vec<Member>> {
    run!(tx, |c| sqlx::query_as(
        "select e.id, e.name, p.unit_id, p.name as post_name, p.kind as post_kind, \
                exists (select 1 from liaison l where l.person_id = e.id and l.unit_id = p.unit_id \
                        and l.from_day <= $2 and (l.to_day is null or l.to_day >= $2)) as is_liaison \
         from unit_above a join post p on p.unit_id = a.unit_id join tenure t on t.post_id = p.id join person e on e.id = t.person_id \
         where a.above_id = $1 and e.active and t.from_day <= $2 and (t.to_day is null or t.to_day >= $2) \
         order by a.distance, case p.kind when 'leader' then 0 when 'head' then 1 when 'deputy' then 2 else 3 end, \
           e.name, e.id, t.from_day, t.id"
    )
    .bind(unit)
    .bind(today)
    .fetch_all(c))
}

/// Whether the person belongs here and has a post on this day in the unit or a unit below it.
pub async fn works_in(tx: &mut Tx, person: PersonId, unit: UnitId, today: Day) -> Result<bool> {
    let (works,): (bool,) = run!(tx, |c| sqlx::query_as(
        "select exists (select 1 from tenure t join post p on p.id = t.post_id join unit_above a on a.unit_id = p.unit_id \
             join person e on e.id = t.person_id \
           where t.person_id = $1 and e.active and a.above_id = $2 and t.from_day <= $3 and (t.to_day is null or t.to_day >= $3))"
    )
    .bind(person)
    .bind(unit)
    .bind(today)
    .fetch_one(c))?;
    Ok(works)
}

/// Ids of persons with a post in one of the units (not below), in the order in which they came into the system.
pub async fn persons_of_units(tx: &mut Tx, units: &[UnitId], today: Day) -> Result<Vec<PersonId>> {
    let mut sql = Sql::new("select distinct t.person_id from tenure t join post p on p.id = t.post_id where t.from_day <= ");
    sql.bind(today.to_string()).push(" and (t.to_day is null or t.to_day >= ").bind(today.to_string());
    sql.push(") and p.unit_id in ").bind_list(units.iter().map(|id| id.0)).push(" order by t.person_id");
    let rows: Vec<(PersonId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The unit in which each of them has the post they were appointed to first; those without a post are left out.
pub async fn units_of_persons(
    tx: &mut Tx,
    persons: impl IntoIterator<Item = PersonId>,
    today: Day,
) -> Result<std::collections::HashMap<PersonId, UnitRef>> {
    let mut units = std::collections::HashMap::new();
    let persons: Vec<PersonId> = persons.into_iter().collect();
    for chunk in persons.chunks(500) {
        let mut sql = Sql::new(
            "select t.person_id, u.id, u.name, u.short_name from tenure t join post p on p.id = t.post_id join unit u on u.id = p.unit_id \
             where t.from_day <= ",
        );
        sql.bind(today.to_string()).push(" and (t.to_day is null or t.to_day >= ").bind(today.to_string()).push(") and t.person_id in ");
        sql.bind_list(chunk.iter().map(|id| id.0)).push(" order by t.from_day desc, t.id desc");
        // The first appointment is read last.
        let of = |(person, id, name, short_name)| (person, UnitRef { id, name, short_name });
        units.extend(sql.fetch_all::<(PersonId, UnitId, String, String)>(tx).await?.into_iter().map(of));
    }
    Ok(units)
}

/// Persons who hold a post of this kind in the unit, today, in the order of appointment.
pub async fn holders(tx: &mut Tx, unit: UnitId, kind: PostKind, today: Day) -> Result<Vec<PersonRef>> {
    run!(tx, |c| sqlx::query_as(
        "select e.id, e.name from post p join tenure t on t.post_id = p.id join person e on e.id = t.person_id \
         where p.unit_id = $1 and p.kind = $2 and e.active and t.from_day <= $3 and (t.to_day is null or t.to_day >= $3) \
         group by e.id, e.name order by min(t.from_day), e.id"
    )
    .bind(unit)
    .bind(kind)
    .bind(today)
    .fetch_all(c))
}

/// Who stands for a unit, in the order of appointment: its liaisons, and its head where there is no liaison.
pub async fn heads_and_liaisons(tx: &mut Tx, unit: UnitId, today: Day) -> Result<Vec<PersonId>> {
    let liaisons: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select l.person_id from liaison l join person e on e.id = l.person_id where l.unit_id = $1 and e.active \
           and l.from_day <= $2 and (l.to_day is null or l.to_day >= $2) order by l.from_day, l.id"
    )
    .bind(unit)
    .bind(today)
    .fetch_all(c))?;
    let mut all: Vec<_> = liaisons.into_iter().map(|(id,)| id).collect();
    if all.is_empty() {
        all = role_holders_above(tx, unit, PostKind::Head, today).await?;
    }
    Ok(all)
}

/// Holders of such posts in the unit or, when it has none, in the nearest unit above that has, in the order of appointment.
pub async fn role_holders_above(tx: &mut Tx, unit: UnitId, kind: PostKind, today: Day) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId, i64)> = run!(tx, |c| sqlx::query_as(
        "select t.person_id, a.distance from unit_above a join post p on p.unit_id = a.above_id \
           join tenure t on t.post_id = p.id join person e on e.id = t.person_id \
         where a.unit_id = $1 and p.kind = $2 and e.active and t.from_day <= $3 and (t.to_day is null or t.to_day >= $3) \
         order by a.distance, t.from_day, t.id"
    )
    .bind(unit)
    .bind(kind)
    .bind(today)
    .fetch_all(c))?;
    let nearest = rows.first().map(|(_, distance)| *distance);
    Ok(rows.into_iter().filter(|(_, distance)| Some(*distance) == nearest).map(|(id, _)| id).collect())
}

/// Whoever holds a post in an operations centre, today.
pub async fn staff_of_centres(tx: &mut Tx, today: Day) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> = run!(tx, |c| {
        sqlx::query_as(
        "select distinct t.person_id from unit u join post p on p.unit_id = u.id join tenure t on t.post_id = p.id \
           join person e on e.id = t.person_id \
         where u.kind = 'centre' and u.active and e.active and t.from_day <= $1 and (t.to_day is null or t.to_day >= $1) order by t.person_id"
    )
    .bind(today)
    .fetch_all(c)
    })?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Leaders in charge of the whole area.
pub async fn leaders_of_the_area(tx: &mut Tx, today: Day) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select distinct t.person_id from charge h join unit u on u.id = h.unit_id join post p on p.id = h.post_id \
           join tenure t on t.post_id = p.id join person e on e.id = t.person_id \
         where u.parent_id is null and p.kind = 'leader' and e.active \
           and h.from_day <= $1 and (h.to_day is null or h.to_day >= $1) and t.from_day <= $1 and (t.to_day is null or t.to_day >= $1) \
         order by t.person_id"
    )
    .bind(today)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Everybody who holds a leader's post, in the order of appointment.
pub async fn leaders(tx: &mut Tx, today: Day) -> Result<Vec<PersonRef>> {
    run!(tx, |c| sqlx::query_as(
        "select e.id, e.name from post p join tenure t on t.post_id = p.id join person e on e.id = t.person_id \
         where p.kind = 'leader' and e.active and t.from_day <= $1 and (t.to_day is null or t.to_day >= $1) \
         group by e.id, e.name order by min(t.from_day), e.id"
    )
    .bind(today)
    .fetch_all(c))
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct PersonRow {
    pub(super) id: PersonId,
    pub(super) name: String,
    pub(super) phone: Option<String>,
    pub(super) active: bool,
    pub(super) version: i64,
    pub(super) login: Option<String>,
    pub(super) administrator: Option<bool>,
}

/// Which persons.
#[derive(Debug)]
pub(super) struct PersonFilter {
    /// A part of the name or the login.
    pub(super) q: Option<String>,
    /// With a post in this unit or below it.
    pub(super) unit: Option<UnitId>,
    /// Those who have left, too.
    pub(super) former: bool,
    /// Only those behind this one.
    pub(super) after: Option<(String, PersonId)>,
    pub(super) limit: i64,
}

/// Persons in the order of their names.
pub(super) async fn persons(tx: &mut Tx, filter: PersonFilter, today: Day) -> Result<Vec<PersonRow>> {
    let PersonFilter { q, unit, former, after, limit } = filter;
    let mut sql = Sql::new(
        "select e.id, e.name, e.phone, e.active, e.version, a.login, a.administrator \
         from person e left join account a on a.person_id = e.id where (e.active or ",
    );
    sql.bind(former).push(")");
    if let Some(q) = q {
        let like = format!("%{}%", q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        sql.push(" and (e.name like ").bind(like.clone()).push(" escape '\\' or a.login like ").bind(like).push(" escape '\\')");
    }
    if let Some(unit) = unit {
        sql.push(" and e.id in (select t.person_id from tenure t join post p on p.id = t.post_id join unit_above b on b.unit_id = p.unit_id where b.above_id = ");
        sql.bind(unit.0).push(" and t.from_day <= ").bind(today.to_string());
        sql.push(" and (t.to_day is null or t.to_day >= ").bind(today.to_string()).push("))");
    }
    if let Some((name, id)) = after {
        sql.push(" and (e.name, e.id) > (").bind(name).push(", ").bind(id.0).push(")");
    }
    sql.push(" order by e.name, e.id limit ").bind(limit);
    sql.fetch_all(tx).await
}

pub(super) async fn person(tx: &mut Tx, id: PersonId) -> Result<Option<PersonRow>> {
    run!(tx, |c| sqlx::query_as(
        "select e.id, e.name, e.phone, e.active, e.version, a.login, a.administrator \
         from person e left join account a on a.person_id = e.id where e.id = $1"
    )
    .bind(id)
    .fetch_optional(c))
}

pub(super) async fn insert_person(tx: &mut Tx, id: PersonId, name: &str, phone: Option<&str>, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into person (id, name, phone, active, created_at, version) values ($1, $2, $3, true, $4, 1)")
        .bind(id)
        .bind(name)
        .bind(phone)
        .bind(now)
        .execute(c))?;
    Ok(())
}

pub(super) async fn update_person(tx: &mut Tx, id: PersonId, version: i64, name: &str, phone: Option<&str>, active: bool) -> Result<bool> {
    let done: Option<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "update person set name = $3, phone = $4, active = $5, version = version + 1 where id = $1 and version = $2 returning id"
    )
    .bind(id)
    .bind(version)
    .bind(name)
    .bind(phone)
    .bind(active)
    .fetch_optional(c))?;
    Ok(done.is_some())
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct TenureRow {
    pub(super) id: TenureId,
    pub(super) person_id: PersonId,
    pub(super) post_id: PostId,
    pub(super) post_name: String,
    pub(super) post_kind: PostKind,
    pub(super) unit_id: UnitId,
    pub(super) unit_name: String,
    pub(super) unit_short: String,
    pub(super) unit_kind: UnitKind,
    pub(super) from_day: Day,
    pub(super) to_day: Option<Day>,
}

pub(super) async fn tenures(tx: &mut Tx, persons: &[PersonId], today: Day) -> Result<Vec<TenureRow>> {
    let mut sql = Sql::new(
        "select t.id, t.person_id, p.id as post_id, p.name as post_name, p.kind as post_kind, u.id as unit_id, u.name as unit_name, \
                u.short_name as unit_short, u.kind as unit_kind, t.from_day, t.to_day \
         from tenure t join post p on p.id = t.post_id join unit u on u.id = p.unit_id where (t.to_day is null or t.to_day >= ",
    );
    sql.bind(today.to_string()).push(") and t.person_id in ").bind_list(persons.iter().map(|id| id.0));
    sql.push(" order by t.from_day, t.id");
    sql.fetch_all(tx).await
}

/// Which units the persons sign for (`liaison`) or are in charge of (`charge`), today, in the order of appointment.
pub(super) async fn unit_duties(tx: &mut Tx, persons: &[PersonId], today: Day) -> Result<Vec<(PersonId, String, UnitId)>> {
    let today = today.to_string();
    let mut sql = Sql::new(
        "select person_id, duty, unit_id from ( \
           select person_id, 'liaison' as duty, unit_id, from_day, id from liaison where from_day <= ",
    );
    sql.bind(today.clone()).push(" and (to_day is null or to_day >= ").bind(today.clone()).push(") and person_id in ");
    sql.bind_list(persons.iter().map(|id| id.0));
    sql.push(
        " union all select t.person_id, 'charge', h.unit_id, h.from_day, h.id from charge h join tenure t on t.post_id = h.post_id \
           where h.from_day <= ",
    );
    sql.bind(today.clone()).push(" and (h.to_day is null or h.to_day >= ").bind(today.clone());
    sql.push(") and (t.to_day is null or t.to_day >= ").bind(today).push(") and t.person_id in ");
    sql.bind_list(persons.iter().map(|id| id.0)).push(") d order by from_day, id");
    sql.fetch_all(tx).await
}

pub(super) async fn insert_post(tx: &mut Tx, id: PostId, unit: UnitId, name: &str, kind: PostKind) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into post (id, unit_id, name, kind) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(unit)
        .bind(name)
        .bind(kind)
        .execute(c))?;
    Ok(())
}

pub(super) async fn insert_tenure(tx: &mut Tx, id: TenureId, post: PostId, person: PersonId, from: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into tenure (id, post_id, person_id, from_day) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(post)
        .bind(person)
        .bind(from)
        .execute(c))?;
    Ok(())
}

/// Whose a tenure is that has no end yet, and when it began.
pub(super) async fn open_tenure(tx: &mut Tx, id: TenureId) -> Result<Option<(PersonId, Day)>> {
    run!(tx, |c| sqlx::query_as("select person_id, from_day from tenure where id = $1 and to_day is null").bind(id).fetch_optional(c))
}

/// Ends a tenure on `last`; `false` when it has ended already. `last` is not before its first day.
pub(super) async fn end_tenure(tx: &mut Tx, id: TenureId, last: Day) -> Result<bool> {
    let ended =
        execute!(tx, |c| sqlx::query("update tenure set to_day = $2 where id = $1 and to_day is null").bind(id).bind(last).execute(c))?;
    Ok(ended > 0)
}

/// Takes away a tenure that has not lasted a day.
pub(super) async fn remove_tenure(tx: &mut Tx, id: TenureId) -> Result<bool> {
    let gone = execute!(tx, |c| sqlx::query("delete from tenure where id = $1 and to_day is null").bind(id).execute(c))?;
    Ok(gone > 0)
}

pub(super) async fn insert_charge(tx: &mut Tx, id: TenureId, post: PostId, unit: UnitId, from: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into charge (id, post_id, unit_id, from_day) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(post)
        .bind(unit)
        .bind(from)
        .execute(c))?;
    Ok(())
}

/// A duty that is taken away today never counts for today: it ends yesterday.
pub(super) async fn end_charges(tx: &mut Tx, post: PostId, today: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("update charge set to_day = $2 where post_id = $1 and to_day is null")
        .bind(post)
        .bind(today.plus_days(-1))
        .execute(c))?;
    Ok(())
}

pub(super) async fn end_liaisons(tx: &mut Tx, unit: UnitId, today: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("update liaison set to_day = $2 where unit_id = $1 and to_day is null")
        .bind(unit)
        .bind(today.plus_days(-1))
        .execute(c))?;
    Ok(())
}

pub(super) async fn insert_liaison(tx: &mut Tx, id: TenureId, unit: UnitId, person: PersonId, from: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into liaison (id, unit_id, person_id, from_day) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(unit)
        .bind(person)
        .bind(from)
        .execute(c))?;
    Ok(())
}

/// (unit, kind, person, name): who has a post in each unit and who signs for it, in the order of appointment.
pub(super) async fn unit_faces(tx: &mut Tx, today: Day) -> Result<Vec<(UnitId, String, PersonId, String)>> {
    run!(tx, |c| sqlx::query_as(
        "select unit_id, kind, person_id, name from ( \
           select p.unit_id, p.kind, e.id as person_id, e.name, t.from_day, t.id as appointment \
             from post p join tenure t on t.post_id = p.id join person e on e.id = t.person_id \
             where e.active and t.from_day <= $1 and (t.to_day is null or t.to_day >= $1) \
           union all select l.unit_id, 'liaison', e.id, e.name, l.from_day, l.id from liaison l join person e on e.id = l.person_id \
             where e.active and l.from_day <= $1 and (l.to_day is null or l.to_day >= $1) \
         ) f order by from_day, appointment"
    )
    .bind(today)
    .fetch_all(c))
}
