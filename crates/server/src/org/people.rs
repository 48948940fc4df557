use std::collections::HashMap;

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::say;

use super::{
    model::{DutyRole, Person, PersonId, PersonInput, PostId, PostKind, Tenure, TenureId, UnitId, UnitKind, UnitRef},
    store::{self, PersonRow},
};
use crate::{
    access::{Role, roles_of},
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
};

/// Persons who sign for one unit.
pub(super) const MAX_LIAISONS: usize = 5;

/// A person to be made, with one post.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// Name.
    pub name: &'a str,
    /// Telephone number.
    pub phone: Option<&'a str>,
    /// Where the post is.
    pub unit: UnitId,
    /// What the post is called.
    pub post_name: &'a str,
    /// What holding it means.
    pub post_kind: PostKind,
    /// Units the post is in charge of.
    pub charges: &'a [UnitId],
    /// First day in the post.
    pub from: Day,
}

pub(super) fn checked_phone(fields: &mut Fields, phone: Option<&str>) -> Option<String> {
    let phone = fields.optional_text("phone", phone, 30)?;
    if !phone.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c)) || phone.chars().filter(char::is_ascii_digit).count() < 5 {
        fields.add("phone", "电话号码只能由数字和 + - ( ) 组成，且至少 5 位");
    }
    Some(phone)
}

/// Makes a person with a post; answers the person's id. The account to sign in with is `access`' matter.
pub async fn add_person(tx: &mut Tx, ctx: &Ctx, new: &NewPerson<'_>) -> Outcome<PersonId> {
    let mut fields = Fields::default();
    let name = fields.text("name", new.name, 30);
    let phone = checked_phone(&mut fields, new.phone);
    let post_name = fields.text("post_name", new.post_name, 40);
    match store::unit(tx, new.unit).await? {
        Some(unit) if unit.active => {}
        _ => fields.add("unit_id", "单位不存在或已停用"),
    }
    fields.finish()?;
    let id = PersonId::new(&ctx.rng, ctx.now());
    store::insert_person(tx, id, &name, phone.as_deref(), ctx.now()).await?;
    let post = PostId::new(&ctx.rng, ctx.now());
    store::insert_post(tx, post, new.unit, &post_name, new.post_kind).await?;
    store::insert_tenure(tx, TenureId::new(&ctx.rng, ctx.now()), post, id, new.from).await?;
    set_charges(tx, ctx, post, new.charges, new.from).await?;
    let data = json!({ "person": id, "name": name, "unit": new.unit, "post": post_name });
    audit::record(tx, ctx, audit::Entry::organisation("person_added", say!("新增人员“{name}”"), data)).await?;
    Ok(id)
}

async fn set_charges(tx: &mut Tx, ctx: &Ctx, post: PostId, units: &[UnitId], from: Day) -> Outcome<()> {
    for unit in units {
        if store::unit(tx, *unit).await?.is_none() {
            return Err(Refusal::field("charge_unit_ids", "分管单位不存在"));
        }
        store::insert_charge(tx, TenureId::new(&ctx.rng, ctx.now()), post, *unit, from).await?;
    }
    Ok(())
}

/// Changes a person; a new unit or post ends the present tenures and begins a new one today.
pub async fn update_person(tx: &mut Tx, ctx: &Ctx, id: PersonId, input: &PersonInput) -> Outcome<()> {
    let Some(row) = store::person(tx, id).await? else { return Err(Refusal::NotFound) };
    let Some(version) = input.version else { return Err(Refusal::field("version", "缺少版本号")) };
    let mut fields = Fields::default();
    let name = input.name.as_deref().map_or_else(|| row.name.clone(), |name| fields.text("name", name, 30));
    let phone = match &input.phone {
        Some(text) => checked_phone(&mut fields, Some(text)),
        None => row.phone.clone(),
    };
    let post_name = input.post_name.as_deref().map(|name| fields.text("post_name", name, 40));
    fields.finish()?;
    let active = input.active.unwrap_or(row.active);
    if !store::update_person(tx, id, version, &name, phone.as_deref(), active).await? {
        return Err(Refusal::Stale);
    }
    let today = ctx.today();
    let held = store::tenures(tx, &[id], today).await?;
    let current = held.last();
    let unit = input.unit_id.or_else(|| current.map(|t| t.unit_id));
    let moved = current.is_none_or(|t| {
        input.unit_id.is_some_and(|u| u != t.unit_id)
            || input.post_kind.is_some_and(|k| k != t.post_kind)
            || post_name.as_ref().is_some_and(|n| *n != t.post_name)
    });
    let mut post = current.map(|t| t.post_id);
    if let (true, Some(unit)) = (moved, unit) {
        for tenure in held.iter().filter(|tenure| tenure.to_day.is_none()) {
            close(tx, tenure.id, tenure.from_day, today.plus_days(-1), today).await?;
        }
        let name = post_name.or_else(|| current.map(|t| t.post_name.clone())).unwrap_or_else(|| "工作人员".to_owned());
        let kind = input.post_kind.or_else(|| current.map(|t| t.post_kind)).unwrap_or(PostKind::Staff);
        if store::unit(tx, unit).await?.is_none_or(|unit| !unit.active) {
            return Err(Refusal::field("unit_id", "单位不存在或已停用"));
        }
        let new = PostId::new(&ctx.rng, ctx.now());
        store::insert_post(tx, new, unit, &name, kind).await?;
        store::insert_tenure(tx, TenureId::new(&ctx.rng, ctx.now()), new, id, today).await?;
        if let (None, Some(_)) = (&input.charge_unit_ids, post) {
            let kept: Vec<_> = duties_of(tx, id, today).await?.1;
            set_charges(tx, ctx, new, &kept, today).await?;
        }
        post = Some(new);
    }
    if let (Some(charges), Some(post)) = (&input.charge_unit_ids, post) {
        store::end_charges(tx, post, today).await?;
        set_charges(tx, ctx, post, charges, today).await?;
    }
    let data = json!({ "person": id, "name": name, "active": active, "moved": moved });
    audit::record(tx, ctx, audit::Entry::organisation("person_changed", say!("修改人员“{name}”"), data)).await?;
    Ok(())
}

async fn duties_of(tx: &mut Tx, id: PersonId, today: Day) -> Outcome<(Vec<UnitId>, Vec<UnitId>)> {
    let rows = store::unit_duties(tx, &[id], today).await?;
    let of = |kind: &str| rows.iter().filter(|(_, k, _)| k == kind).map(|(_, _, unit)| *unit).collect();
    Ok((of("liaison"), of("charge")))
}

/// Ends a post on `last`, which is its last day; answers whose it was.
pub async fn end_tenure(tx: &mut Tx, ctx: &Ctx, id: TenureId, last: Day) -> Outcome<PersonId> {
    let Some((person, from)) = store::open_tenure(tx, id).await? else { return Err(Refusal::NotFound) };
    close(tx, id, from, last, ctx.today()).await?;
    let data = json!({ "tenure": id, "person": person, "last": last });
    audit::record(tx, ctx, audit::Entry::organisation("tenure_ended", say!("任职于{last}结束"), data)).await?;
    Ok(person)
}

/// Ends a tenure that began on `from`. One that would end before it began lasted no day and is as if it never was; but what has
/// been held for a day is history and stays.
async fn close(tx: &mut Tx, id: TenureId, from: Day, last: Day, today: Day) -> Outcome<()> {
    let closed = if last >= from {
        store::end_tenure(tx, id, last).await?
    } else if from >= today {
        store::remove_tenure(tx, id).await?
    } else {
        return Err(Refusal::field("last_day", say!("最后一天不能早于开始任职的 {from}")));
    };
    if closed { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Says who signs for a unit from today on.
pub async fn set_liaisons(tx: &mut Tx, ctx: &Ctx, unit: UnitId, persons: &[PersonId]) -> Outcome<()> {
    let Some(row) = store::unit(tx, unit).await? else { return Err(Refusal::NotFound) };
    if persons.len() > MAX_LIAISONS {
        return Err(Refusal::field("person_ids", say!("一个单位最多 {MAX_LIAISONS} 名联络员")));
    }
    for (n, person) in persons.iter().enumerate() {
        if !store::person_active(tx, *person).await? {
            return Err(Refusal::field("person_ids", "人员不存在或已离任"));
        }
        if persons.iter().take(n).any(|other| other == person) {
            return Err(Refusal::field("person_ids", "同一人重复出现"));
        }
    }
    store::end_liaisons(tx, unit, ctx.today()).await?;
    for person in persons {
        store::insert_liaison(tx, TenureId::new(&ctx.rng, ctx.now()), unit, *person, ctx.today()).await?;
    }
    let words = say!("设定“{name}”的联络员", name = row.name);
    audit::record(tx, ctx, audit::Entry::organisation("liaisons_set", words, json!({ "unit": unit, "persons": persons }))).await?;
    Ok(())
}

/// The number with its middle hidden: 138****5678.
pub fn masked_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    if chars.len() < 8 {
        return "****".to_owned();
    }
    let head: String = chars.iter().take(3).collect();
    let tail: String = chars.iter().skip(chars.len() - 4).collect();
    format!("{head}****{tail}")
}

/// A number without what only helps the eye, and without the country where that is China: how numbers are compared and dialled.
pub fn plain_phone(phone: &str) -> String {
    let plain: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let plain = plain.strip_prefix("+86").or_else(|| plain.strip_prefix("0086")).unwrap_or(&plain);
    // A mobile number with the country and nothing before it.
    plain.strip_prefix("86").filter(|rest| rest.len() == 11 && rest.starts_with('1')).unwrap_or(plain).to_owned()
}

/// The number as the actor may see it: whole for administrators, the centre and leaders, and one's own.
pub(super) fn seen_phone(ctx: &Ctx, of: PersonId, phone: String) -> String {
    let sees = [Role::Administrator, Role::Centre, Role::Leader].iter().any(|role| ctx.actor.is(*role));
    if sees || of == ctx.actor.person { phone } else { masked_phone(&phone) }
}

/// A person with posts and duties, the number as the actor may see it.
pub async fn person(tx: &mut Tx, ctx: &Ctx, id: PersonId) -> Outcome<Person> {
    let row = store::person(tx, id).await?.ok_or(Refusal::NotFound)?;
    assemble(tx, ctx, vec![row]).await?.pop().ok_or(Refusal::NotFound)
}

/// Puts persons together with their posts and duties.
pub(super) async fn assemble(tx: &mut Tx, ctx: &Ctx, rows: Vec<PersonRow>) -> Outcome<Vec<Person>> {
    let today = ctx.today();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut tenures: HashMap<PersonId, Vec<Tenure>> = HashMap::new();
    let mut held: HashMap<PersonId, Vec<(DutyRole, UnitKind)>> = HashMap::new();
    for t in store::tenures(tx, &ids, today).await? {
        if t.from_day <= today {
            held.entry(t.person_id).or_default().push((t.post_kind.duty(), t.unit_kind));
        }
        tenures.entry(t.person_id).or_default().push(Tenure {
            id: t.id,
            post_id: t.post_id,
            post_name: t.post_name,
            post_kind: t.post_kind,
            unit: UnitRef { id: t.unit_id, name: t.unit_name, short_name: t.unit_short },
            from: t.from_day,
            to: t.to_day,
        });
    }
    let duties = store::unit_duties(tx, &ids, today).await?;
    let names: HashMap<UnitId, UnitRef> =
        store::unit_refs(tx, duties.iter().map(|(_, _, unit)| *unit)).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let of = |person: PersonId, kind: &str| {
        duties.iter().filter(|(p, k, _)| *p == person && k == kind).filter_map(|(_, _, unit)| names.get(unit).cloned()).collect()
    };
    for (person, kind, _) in &duties {
        if kind == "liaison" {
            held.entry(*person).or_default().push((DutyRole::Liaison, UnitKind::Bureau));
        }
    }
    Ok(rows
        .into_iter()
        .map(|row| Person {
            roles: roles_of(row.administrator == Some(true), held.remove(&row.id).unwrap_or_default()).into_iter().collect(),
            phone: row.phone.map(|phone| seen_phone(ctx, row.id, phone)),
            tenures: tenures.remove(&row.id).unwrap_or_default(),
            liaison_of: of(row.id, "liaison"),
            charges: of(row.id, "charge"),
            id: row.id,
            name: row.name,
            login: row.login,
            active: row.active,
            administrator: row.administrator.unwrap_or(false),
            version: row.version,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::masked_phone;

    #[test]
    fn the_middle_of_a_number_is_hidden() {
        assert_eq!(masked_phone("13812345678"), "138****5678");
        assert_eq!(masked_phone("12345"), "****");
    }
}
