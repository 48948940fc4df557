//! All SQL of addresses.

use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use super::model::{AddressId, AddressKind, AddressRow, BindingId, BindingRow};
use crate::org::PersonId;

/// An address to be written.
pub(super) struct NewAddress<'a> {
    pub(super) id: AddressId,
    pub(super) person: PersonId,
    pub(super) kind: AddressKind,
    pub(super) gateway: &'a str,
    pub(super) value: &'a str,
    pub(super) label: Option<&'a str>,
    pub(super) now: Moment,
}

pub(super) async fn insert(tx: &mut Tx, new: &NewAddress<'_>) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into address (id, person_id, kind, gateway, value, label, created_at) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.kind)
    .bind(new.gateway)
    .bind(new.value)
    .bind(new.label)
    .bind(new.now)
    .execute(c))?;
    Ok(())
}

/// Ends an address, whosever it is.
pub(super) async fn gone(tx: &mut Tx, gateway: &str, value: &str, why: &str, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update address set gone_at = $4, gone_why = $3 where gateway = $1 and value = $2 and gone_at is null")
        .bind(gateway)
        .bind(value)
        .bind(why)
        .bind(now)
        .execute(c))?;
    Ok(())
}

/// Ends the addresses that a person has at a gateway, but for this one; answers how many that were.
pub(super) async fn end_others(tx: &mut Tx, person: PersonId, kind: AddressKind, gateway: &str, but: &str, now: Moment) -> Result<u64> {
    execute!(tx, |c| {
        sqlx::query(
        "update address set gone_at = $5, gone_why = 'replaced' where person_id = $1 and kind = $2 and gateway = $3 and value <> $4 and gone_at is null"
    )
    .bind(person)
    .bind(kind)
    .bind(gateway)
    .bind(but)
    .bind(now)
    .execute(c)
    })
}

/// Ends one of a person's addresses; nothing where it is none of theirs.
pub(super) async fn remove(tx: &mut Tx, person: PersonId, id: AddressId, now: Moment) -> Result<Option<AddressRow>> {
    run!(tx, |c| sqlx::query_as(
        "update address set gone_at = $3, gone_why = 'removed' where id = $1 and person_id = $2 and gone_at is null \
         returning id, kind, gateway, value, label, created_at, last_ok_at"
    )
    .bind(id)
    .bind(person)
    .bind(now)
    .fetch_optional(c))
}

/// A person's addresses, the oldest first.
pub(super) async fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<AddressRow>> {
    run!(tx, |c| {
        sqlx::query_as(
        "select id, kind, gateway, value, label, created_at, last_ok_at from address where person_id = $1 and gone_at is null order by created_at, id"
    )
    .bind(person)
    .fetch_all(c)
    })
}

/// (person, gateway, value) of these persons.
pub(super) async fn of_persons(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<(PersonId, String, String)>> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select person_id, gateway, value from address where gone_at is null and person_id in ");
    sql.bind_list(persons.iter().map(|id| id.0)).push(" order by created_at desc, id desc");
    sql.fetch_all(tx).await
}

/// Whose an address of a gateway is.
pub(in crate::notify) async fn whose(tx: &mut Tx, gateway: &str, value: &str) -> Result<Option<PersonId>> {
    let row: Option<(PersonId,)> =
        run!(tx, |c| sqlx::query_as("select person_id from address where gateway = $1 and value = $2 and gone_at is null")
            .bind(gateway)
            .bind(value)
            .fetch_optional(c))?;
    Ok(row.map(|(person,)| person))
}

/// A gateway took a message for this address.
pub(in crate::notify) async fn heard_well(tx: &mut Tx, gateway: &str, value: &str, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update address set last_ok_at = $3 where gateway = $1 and value = $2 and gone_at is null")
        .bind(gateway)
        .bind(value)
        .bind(now)
        .execute(c))?;
    Ok(())
}

/// Something to be bound.
pub(super) struct NewBinding<'a> {
    pub(super) id: BindingId,
    pub(super) person: PersonId,
    pub(super) kind: AddressKind,
    pub(super) gateway: &'a str,
    pub(super) value: Option<&'a str>,
    pub(super) code: &'a str,
    pub(super) now: Moment,
    pub(super) expires_at: Moment,
}

/// Writes it; an earlier one of the same person and gateway has ended then.
pub(super) async fn begin(tx: &mut Tx, new: &NewBinding<'_>) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update binding set ended_at = $3, code = '' where person_id = $1 and kind = $4 and gateway = $2 and ended_at is null"
    )
    .bind(new.person)
    .bind(new.gateway)
    .bind(new.now)
    .bind(new.kind)
    .execute(c))?;
    execute!(tx, |c| {
        sqlx::query(
        "insert into binding (id, person_id, kind, gateway, value, code, tries, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, 0, $7, $8)"
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.kind)
    .bind(new.gateway)
    .bind(new.value)
    .bind(new.code)
    .bind(new.now)
    .bind(new.expires_at)
    .execute(c)
    })?;
    Ok(())
}

/// How many a person has begun since a moment.
pub(super) async fn begun_since(tx: &mut Tx, person: PersonId, since: Moment) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from binding where person_id = $1 and created_at >= $2")
        .bind(person)
        .bind(since)
        .fetch_one(c))?;
    Ok(n)
}

const BINDING: &str = "select id, person_id, value, code, tries, expires_at from binding where ended_at is null and ";

/// What a scanned code stands for, held until the end of the transaction: whoever scans it at the same time finds it used.
pub(super) async fn of_code(tx: &mut Tx, gateway: &str, code: &str) -> Result<Option<BindingRow>> {
    let mut sql = Sql::new(BINDING);
    sql.push("gateway = ").bind(gateway).push(" and code = ").bind(code).hold(tx, false);
    Ok(sql.fetch_all(tx).await?.pop())
}

/// The mailbox that a person is about to bind; `held` until the end of the transaction where something is to be done about it.
pub(super) async fn mailbox_of(tx: &mut Tx, person: PersonId, held: bool) -> Result<Option<BindingRow>> {
    let mut sql = Sql::new(BINDING);
    sql.push("kind = 'mailbox' and person_id = ").bind(person.0);
    if held {
        sql.hold(tx, false);
    }
    Ok(sql.fetch_all(tx).await?.pop())
}

/// One by its id.
pub(super) async fn binding(tx: &mut Tx, id: BindingId) -> Result<Option<BindingRow>> {
    let mut sql = Sql::new(BINDING);
    sql.push("id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.pop())
}

/// A wrong number was given.
pub(super) async fn tried(tx: &mut Tx, id: BindingId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update binding set tries = tries + 1 where id = $1").bind(id).execute(c))?;
    Ok(())
}

/// Ends what was to be bound; the code is of no use any more.
pub(super) async fn end(tx: &mut Tx, id: BindingId, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update binding set ended_at = $2, code = '' where id = $1").bind(id).bind(now).execute(c))?;
    Ok(())
}
