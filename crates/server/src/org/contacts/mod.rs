//! Whom to turn to: who stands for a unit, who is in charge of it, how a person can be reached; and who is like whom.

mod store;

use std::collections::HashMap;

use db::Tx;
use kit::Day;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    model::{PersonId, PersonRef, PostKind, UnitId},
    people::{plain_phone, seen_phone},
    store::unit_faces,
};
use crate::app::{Ctx, Outcome};

pub use store::{charged, peers_of_person, peers_of_unit, push_charged, roots, steps_below, with_parts};

/// A person with a telephone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contact {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// The number; the middle is masked unless the asker may see it.
    pub phone: Option<String>,
}

/// Persons with their numbers as the actor may see them.
pub async fn contacts(tx: &mut Tx, ctx: &Ctx, ids: impl IntoIterator<Item = PersonId>) -> Outcome<HashMap<PersonId, Contact>> {
    let rows = store::phones(tx, ids).await?;
    let contact = |(id, name, phone): (PersonId, String, Option<String>)| {
        (id, Contact { id, name, phone: phone.map(|phone| seen_phone(ctx, id, phone)) })
    };
    Ok(rows.into_iter().map(contact).collect())
}

/// Whole numbers, for sending to them and not for showing; who has none is missing.
pub async fn phones_of(tx: &mut Tx, ids: &[PersonId]) -> Outcome<HashMap<PersonId, String>> {
    let rows = store::phones(tx, ids.iter().copied()).await?;
    Ok(rows.into_iter().filter_map(|(id, _, phone)| Some((id, plain_phone(&phone?)))).collect())
}

/// Who stands for a unit today.
#[derive(Clone, Debug, Default)]
pub struct Faces {
    /// Its heads.
    pub heads: Vec<PersonRef>,
    /// Who signs for it.
    pub liaisons: Vec<PersonRef>,
}

/// Who stands for these units today, each in the order of appointment.
pub async fn faces(tx: &mut Tx, units: &[UnitId], today: Day) -> Outcome<HashMap<UnitId, Faces>> {
    let mut faces: HashMap<UnitId, Faces> = HashMap::new();
    for (unit, kind, id, name) in unit_faces(tx, today).await? {
        if !units.contains(&unit) {
            continue;
        }
        let of = faces.entry(unit).or_default();
        let list = match kind.as_str() {
            "liaison" => &mut of.liaisons,
            kind if kind == PostKind::Head.word() => &mut of.heads,
            _ => continue,
        };
        if !list.iter().any(|person| person.id == id) {
            list.push(PersonRef { id, name });
        }
    }
    Ok(faces)
}

/// Who is in charge of a unit today: the nearest on the way up.
pub async fn in_charge(tx: &mut Tx, unit: UnitId, today: Day) -> Outcome<Vec<PersonRef>> {
    Ok(store::in_charge(tx, unit, today).await?)
}
