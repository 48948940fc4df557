use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use db::Tx;
use kit::{Day, text_enum};

use super::{Scope, store};
use crate::{
    app::Outcome,
    org::{self, DutyRole, DutyRow, PersonId, UnitId, UnitKind},
};

text_enum! {
    /// What a person is here, from their duties of today.
    Role {
        Leader = "leader", "管委领导";
        Centre = "centre", "政务运营中心";
        Head = "head", "部门负责人";
        Liaison = "liaison", "联络员";
        Handler = "handler", "经办人";
        Administrator = "administrator", "系统管理员";
    }
}

/// Who acts: a person with the roles and units that follow from their duties of today. What that is read from stands in
/// [`crate::app::HOUSE_TABLES`]: it is remembered until one of these tables changes.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// What they are.
    pub roles: BTreeSet<Role>,
    /// The unit of their first post.
    pub unit: Option<UnitId>,
    /// Those who are away and have them act for them today, each with the units that they stand for only through that person. What
    /// they may do follows from these persons' duties, too.
    pub deputises: BTreeMap<PersonId, BTreeSet<UnitId>>,
    /// Units they stand for as head, deputy or liaison, units below included.
    pub stands_for: BTreeSet<UnitId>,
    /// What they see in lists.
    pub scope: Scope,
    /// They must choose a password of their own before anything else.
    pub must_change: bool,
}

impl Principal {
    /// Whether they are this.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they are this person, or act for them while they are away.
    pub fn acts_as(&self, person: PersonId) -> bool {
        self.person == person || self.deputises.contains_key(&person)
    }

    /// Whether they act for the unit as head, deputy or liaison of it or of a unit above it.
    pub fn acts_for(&self, unit: UnitId) -> bool {
        self.stands_for.contains(&unit)
    }
}

/// The actor of what the system does by itself: sees everything, is nobody.
pub fn system() -> Arc<Principal> {
    Arc::new(Principal {
        person: PersonId(kit::NIL),
        name: "系统".to_owned(),
        login: String::new(),
        roles: BTreeSet::new(),
        unit: None,
        deputises: BTreeMap::new(),
        stands_for: BTreeSet::new(),
        scope: Scope::everything(PersonId(kit::NIL)),
        must_change: false,
    })
}

/// What somebody with these duties is. A charge alone gives sight and no role.
pub fn roles_of(administrator: bool, duties: impl IntoIterator<Item = (DutyRole, UnitKind)>) -> BTreeSet<Role> {
    let mut roles = BTreeSet::new();
    if administrator {
        roles.insert(Role::Administrator);
    }
    for (duty, unit) in duties {
        let role = match duty {
            DutyRole::Leader => Role::Leader,
            DutyRole::Head | DutyRole::Deputy => Role::Head,
            DutyRole::Liaison => Role::Liaison,
            DutyRole::Staff => Role::Handler,
            DutyRole::Charge => continue,
        };
        roles.insert(role);
        if unit == UnitKind::Centre && duty != DutyRole::Liaison {
            roles.insert(Role::Centre);
        }
    }
    roles
}

/// Units somebody with these duties stands for.
fn stood_for(duties: &[DutyRow]) -> Vec<UnitId> {
    let stands = |duty: &&DutyRow| matches!(duty.duty, DutyRole::Head | DutyRole::Deputy | DutyRole::Liaison);
    duties.iter().filter(stands).map(|duty| duty.unit_id).collect()
}

/// Loads the principal of an active person with an account.
pub async fn load(tx: &mut Tx, person: PersonId, today: Day) -> Outcome<Option<Principal>> {
    let Some(account) = store::account_of(tx, person).await? else { return Ok(None) };
    if !account.active {
        return Ok(None);
    }
    let mut duties = org::duties(tx, person, today).await?;
    let unit = duties.iter().find(|d| !matches!(d.duty, DutyRole::Charge | DutyRole::Liaison)).map(|d| d.unit_id);
    let own = org::below(tx, &stood_for(&duties)).await?;
    let mut deputises = BTreeMap::new();
    for away in org::away_behind(tx, person, today).await? {
        // What was handed on to that person is not handed on once more.
        let theirs = org::duties(tx, away, today).await?;
        let mut units: BTreeSet<_> = org::below(tx, &stood_for(&theirs)).await?.into_iter().collect();
        units.retain(|unit| !own.contains(unit));
        deputises.insert(away, units);
        duties.extend(theirs);
    }
    let roles = roles_of(account.administrator, duties.iter().map(|duty| (duty.duty, duty.kind)));
    let charges = || duties.iter().filter(|duty| duty.duty == DutyRole::Charge);
    let everything = roles.contains(&Role::Centre) || charges().any(|duty| duty.is_root);
    let sees: Vec<_> = charges().map(|duty| duty.unit_id).collect();
    let stands_for: BTreeSet<_> = own.into_iter().chain(deputises.values().flatten().copied()).collect();
    let scope = if everything {
        Scope::everything(person)
    } else {
        let mut units = stands_for.clone();
        units.extend(org::below(tx, &sees).await?);
        Scope::limited(person, units)
    };
    Ok(Some(Principal {
        person,
        name: account.name,
        login: account.login,
        scope: scope.with_drafts(roles.contains(&Role::Centre)).and_of(deputises.keys().copied()),
        roles,
        unit,
        deputises,
        stands_for,
        must_change: account.must_change,
    }))
}
