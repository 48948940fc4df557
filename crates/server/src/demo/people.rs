//! Builds the area of [`super::layout`] through the verbs of `org` and `access`, and remembers who works where.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context as _;
use db::Tx;
use kit::Day;

use super::{
    PASSWORD,
    dice::Dice,
    layout::{self, UnitPlan},
    names,
};
use crate::{
    access::{self, NewAccount, Principal},
    app::Ctx,
    org::{self, NewPerson, PersonId, PostKind, Unit, UnitId, UnitInput, UnitKind},
};

/// Everybody took their posts so long before the history begins.
const BEFORE_DAYS: i64 = 400;

/// The area, ready to work.
#[derive(Debug)]
pub(super) struct Area {
    pub(super) leader: PersonId,
    pub(super) deputies: Vec<PersonId>,
    /// The head first.
    pub(super) centre: Vec<PersonId>,
    /// In the order of [`layout::UNITS`].
    pub(super) units: Vec<Bureau>,
    cast: HashMap<PersonId, Arc<Principal>>,
}

/// A unit with its people.
#[derive(Debug)]
pub(super) struct Bureau {
    pub(super) plan: &'static UnitPlan,
    pub(super) id: UnitId,
    pub(super) head: PersonId,
    pub(super) liaison: PersonId,
    /// Who may be given a task, and the unit or section it is led by then.
    pub(super) seats: Vec<Seat>,
}

/// A handler at their unit or section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) unit: UnitId,
    pub(super) person: PersonId,
}

impl Area {
    /// Somebody as the one who acts.
    pub(super) fn principal(&self, person: PersonId) -> anyhow::Result<Arc<Principal>> {
        self.cast.get(&person).cloned().with_context(|| format!("{person} does not play in this demo"))
    }

    /// The leader in charge of a unit.
    pub(super) fn in_charge(&self, unit: &Bureau) -> PersonId {
        self.deputies.get(unit.plan.charge - 1).copied().unwrap_or(self.leader)
    }
}

/// Makes units, persons, accounts, posts and charges. A root unit and an administrator of the first start are taken over.
pub(super) async fn build(tx: &mut Tx, ctx: &Ctx, dice: &Dice, existing: &[Unit]) -> anyhow::Result<Area> {
    let mut clerk = Clerk {
        ctx,
        from: ctx.today().plus_days(-BEFORE_DAYS),
        hash: access::hash_password(PASSWORD.to_owned()).await?,
        names: names::names(dice, 420).into_iter(),
        hired: Vec::new(),
        telephones: 0,
    };
    let root = clerk.root(tx, existing.iter().find(|unit| unit.parent_id.is_none())).await?;
    let centre_unit = clerk.unit(tx, root, layout::CENTRE, "运营中心", None, UnitKind::Centre).await?;
    let mut ids = Vec::new();
    for plan in layout::UNITS {
        ids.push(clerk.unit(tx, root, plan.name, plan.short, plan.alias, plan.kind).await?);
    }
    let leader = clerk.hire(tx, "leader", root, "主任", PostKind::Leader, &[root]).await?;
    let mut deputies = Vec::new();
    for number in 1..=4 {
        let charges: Vec<UnitId> = layout::UNITS.iter().zip(&ids).filter(|(plan, _)| plan.charge == number).map(|(_, id)| *id).collect();
        deputies.push(clerk.hire(tx, &format!("deputy{number}"), root, "副主任", PostKind::Leader, &charges).await?);
    }
    clerk.administrator(tx, root).await?;
    let mut centre = Vec::new();
    for (number, (post, kind)) in CENTRE_POSTS.iter().enumerate() {
        centre.push(clerk.hire(tx, &format!("centre{}", number + 1), centre_unit, post, *kind, &[]).await?);
    }
    let mut units = Vec::new();
    for (plan, id) in layout::UNITS.iter().zip(ids) {
        // The first unit's people are those the short logins belong to.
        units.push(clerk.bureau(tx, plan, id, units.is_empty()).await?);
    }
    let mut cast = HashMap::new();
    for person in clerk.hired {
        let principal = access::load_principal(tx, person, ctx.today()).await?.context("somebody has no account")?;
        cast.insert(person, Arc::new(principal));
    }
    Ok(Area { leader, deputies, centre, units, cast })
}

const CENTRE_POSTS: [(&str, PostKind); 9] = [
    ("中心主任", PostKind::Head),
    ("中心副主任", PostKind::Deputy),
    ("督查专员", PostKind::Staff),
    ("任务管理员", PostKind::Staff),
    ("任务管理员", PostKind::Staff),
    ("督查专员", PostKind::Staff),
    ("数据分析员", PostKind::Staff),
    ("值班员", PostKind::Staff),
    ("文秘", PostKind::Staff),
];

/// Makes units and persons, one after the other.
struct Clerk<'a> {
    ctx: &'a Ctx,
    from: Day,
    hash: String,
    names: std::vec::IntoIter<String>,
    hired: Vec<PersonId>,
    telephones: u32,
}

impl Clerk<'_> {
    async fn root(&self, tx: &mut Tx, existing: Option<&Unit>) -> anyhow::Result<UnitId> {
        let Some(root) = existing else {
            let input = UnitInput {
                name: Some(layout::COMMITTEE.to_owned()),
                short_name: Some(layout::COMMITTEE_SHORT.to_owned()),
                kind: Some(UnitKind::Committee),
                ..UnitInput::default()
            };
            return Ok(org::add_unit(tx, self.ctx, &input).await?);
        };
        let input = UnitInput {
            version: Some(root.version),
            name: Some(layout::COMMITTEE.to_owned()),
            short_name: Some(layout::COMMITTEE_SHORT.to_owned()),
            kind: Some(UnitKind::Committee),
            ..UnitInput::default()
        };
        org::update_unit(tx, self.ctx, root.id, &input).await?;
        Ok(root.id)
    }

    async fn unit(
        &self,
        tx: &mut Tx,
        parent: UnitId,
        name: &str,
        short: &str,
        alias: Option<&str>,
        kind: UnitKind,
    ) -> anyhow::Result<UnitId> {
        let input = UnitInput {
            parent_id: Some(parent),
            name: Some(name.to_owned()),
            short_name: Some(short.to_owned()),
            kind: Some(kind),
            aliases: alias.map(|alias| vec![alias.to_owned()]),
            ..UnitInput::default()
        };
        Ok(org::add_unit(tx, self.ctx, &input).await?)
    }

    async fn person(&mut self, tx: &mut Tx, unit: UnitId, post: &str, kind: PostKind, charges: &[UnitId]) -> anyhow::Result<PersonId> {
        let name = self.names.next().context("more people than names")?;
        self.telephones += 1;
        // No operator hands out 120 numbers: whoever connects a real gateway to a demo area rings nobody up.
        let phone = format!("120{:08}", 26_000_000 + self.telephones);
        let new = NewPerson { name: &name, phone: Some(&phone), unit, post_name: post, post_kind: kind, charges, from: self.from };
        Ok(org::add_person(tx, self.ctx, &new).await?)
    }

    async fn account(&self, tx: &mut Tx, person: PersonId, login: &str, administrator: bool) -> anyhow::Result<()> {
        let account = NewAccount { person, login, must_change: false, administrator };
        access::create_account_with(tx, self.ctx, &account, &self.hash).await?;
        Ok(())
    }

    async fn hire(
        &mut self,
        tx: &mut Tx,
        login: &str,
        unit: UnitId,
        post: &str,
        kind: PostKind,
        charges: &[UnitId],
    ) -> anyhow::Result<PersonId> {
        let person = self.person(tx, unit, post, kind, charges).await?;
        self.account(tx, person, login, false).await?;
        self.hired.push(person);
        Ok(person)
    }

    async fn administrator(&mut self, tx: &mut Tx, root: UnitId) -> anyhow::Result<()> {
        if let Some(person) = access::find_person_by_login(tx, "admin").await? {
            return Ok(access::set_password_with(tx, self.ctx, person, &self.hash).await?);
        }
        let person = self.person(tx, root, "系统管理员", PostKind::Staff, &[]).await?;
        self.account(tx, person, "admin", true).await
    }

    async fn bureau(&mut self, tx: &mut Tx, plan: &'static UnitPlan, id: UnitId, short_logins: bool) -> anyhow::Result<Bureau> {
        let code = plan.code;
        let login = |short: &str, long: &str| if short_logins { short.to_owned() } else { format!("{code}.{long}") };
        let (chief, second) = match plan.kind {
            UnitKind::Office => ("主任", "副主任"),
            UnitKind::Area => ("片区主任", "片区副主任"),
            _ => ("局长", "副局长"),
        };
        let head = self.hire(tx, &login("head1", "head"), id, chief, PostKind::Head, &[]).await?;
        for number in 1..=plan.deputies {
            self.hire(tx, &format!("{code}.deputy{number}"), id, second, PostKind::Deputy, &[]).await?;
        }
        let liaison = self.hire(tx, &login("liaison1", "liaison"), id, "综合岗", PostKind::Staff, &[]).await?;
        org::set_liaisons(tx, self.ctx, id, &[liaison]).await?;
        let mut seats = Vec::new();
        let mut number = 0;
        let mut next = || {
            number += 1;
            if number == 1 { login("handler1", "w1") } else { format!("{code}.w{number}") }
        };
        for _ in 0..plan.staff {
            let person = self.hire(tx, &next(), id, "业务岗", PostKind::Staff, &[]).await?;
            seats.push(Seat { unit: id, person });
        }
        for (index, (name, staff)) in plan.sections.iter().enumerate() {
            let section = self.unit(tx, id, &format!("{}{name}", plan.name), name, None, UnitKind::Section).await?;
            self.hire(tx, &format!("{code}.s{}", index + 1), section, "科长", PostKind::Head, &[]).await?;
            for _ in 0..*staff {
                let person = self.hire(tx, &next(), section, "科员", PostKind::Staff, &[]).await?;
                seats.push(Seat { unit: section, person });
            }
        }
        Ok(Bureau { plan, id, head, liaison, seats })
    }
}
