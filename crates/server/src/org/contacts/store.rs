//! All SQL of whom to turn to.

use std::collections::{HashMap, HashSet};

use db::{Result, Sql, Tx, run};
use kit::Day;

use crate::org::model::{PersonId, PersonRef, UnitId};

/// Adds a table of units (`unit_id`) with who is in charge of each on a day (`person_id`): those whose charge is the nearest on the way up,
/// so that one in charge of the whole area is in charge of what nobody else is.
pub fn push_charged(sql: &mut Sql, day: Day) {
    let day = day.to_string();
    sql.push(
        "(select distinct unit_id, person_id from (select ca.unit_id, ct.person_id, \
           rank() over (partition by ca.unit_id order by ca.distance) as place \
           from unit_above ca join charge ch on ch.unit_id = ca.above_id join tenure ct on ct.post_id = ch.post_id \
             join person ce on ce.id = ct.person_id \
           where ce.active and ch.from_day <= ",
    );
    sql.bind(day.clone()).push(" and (ch.to_day is null or ch.to_day >= ").bind(day.clone());
    sql.push(") and ct.from_day <= ").bind(day.clone()).push(" and (ct.to_day is null or ct.to_day >= ").bind(day);
    sql.push(")) cn where place = 1)");
}

/// Who is in charge of each unit on a day.
pub async fn charged(tx: &mut Tx, day: Day) -> Result<HashMap<UnitId, Vec<PersonId>>> {
    let mut sql = Sql::new("select unit_id, person_id from ");
    push_charged(&mut sql, day);
    sql.push(" c order by unit_id, person_id");
    let rows: Vec<(UnitId, PersonId)> = sql.fetch_all(tx).await?;
    let mut out: HashMap<UnitId, Vec<PersonId>> = HashMap::new();
    for (unit, person) in rows {
        out.entry(unit).or_default().push(person);
    }
    Ok(out)
}

/// Who is in charge of a unit on a day, by name.
pub(super) async fn in_charge(tx: &mut Tx, unit: UnitId, day: Day) -> Result<Vec<PersonRef>> {
    let mut sql = Sql::new("select e.id, e.name from ");
    push_charged(&mut sql, day);
    sql.push(" c join person e on e.id = c.person_id where c.unit_id = ").bind(unit.0).push(" order by e.name, e.id");
    sql.fetch_all(tx).await
}

/// Each unit in a subtree with the unit directly below its top that it belongs to; the top with itself.
pub async fn steps_below(tx: &mut Tx, top: UnitId) -> Result<HashMap<UnitId, UnitId>> {
    let rows: Vec<(UnitId, UnitId)> = run!(tx, |c| sqlx::query_as(
        "select a.unit_id, coalesce(b.above_id, a.unit_id) from unit_above a \
           left join unit_above b on b.unit_id = a.unit_id and b.distance = a.distance - 1 where a.above_id = $1"
    )
    .bind(top)
    .fetch_all(c))?;
    Ok(rows.into_iter().collect())
}

/// Units with nothing above them.
pub async fn roots(tx: &mut Tx) -> Result<Vec<UnitId>> {
    let rows: Vec<(UnitId,)> = run!(tx, |c| sqlx::query_as("select id from unit where parent_id is null order by id").fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of the units that have others below them.
pub async fn with_parts(tx: &mut Tx, units: impl IntoIterator<Item = UnitId>) -> Result<HashSet<UnitId>> {
    let mut sql = Sql::new("select distinct parent_id from unit where active and parent_id in ");
    sql.bind_list(units.into_iter().map(|id| id.0));
    let rows: Vec<(UnitId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// (person, name, telephone number)
pub(super) async fn phones(tx: &mut Tx, ids: impl IntoIterator<Item = PersonId>) -> Result<Vec<(PersonId, String, Option<String>)>> {
    let mut sql = Sql::new("select id, name, phone from person where id in ");
    sql.bind_list(ids.into_iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// Active units of the same kind, itself among them.
pub async fn peers_of_unit(tx: &mut Tx, unit: UnitId) -> Result<Vec<UnitId>> {
    let rows: Vec<(UnitId,)> = run!(tx, |c| sqlx::query_as(
        "select o.id from unit u join unit o on o.kind = u.kind where u.id = $1 and (o.active or o.id = u.id) order by o.id"
    )
    .bind(unit)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Persons who hold a post of the same kind on a day as the person's first one, itself among them.
pub async fn peers_of_person(tx: &mut Tx, person: PersonId, day: Day) -> Result<Vec<PersonId>> {
    let rows: Vec<(PersonId,)> = run!(tx, |c| sqlx::query_as(
        "select distinct t.person_id from tenure t join post p on p.id = t.post_id join person e on e.id = t.person_id \
         where e.active and t.from_day <= $2 and (t.to_day is null or t.to_day >= $2) and p.kind = ( \
           select q.kind from tenure s join post q on q.id = s.post_id \
           where s.person_id = $1 and s.from_day <= $2 and (s.to_day is null or s.to_day >= $2) order by s.from_day, s.id limit 1) \
         order by t.person_id"
    )
    .bind(person)
    .bind(day)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
