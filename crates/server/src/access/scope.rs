use std::collections::BTreeSet;

use db::Sql;
use kit::uuid::Uuid;

use crate::org::{PersonId, UnitId};

/// One of the reasons for which a task is seen.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// The person made it.
    Creator(PersonId),
    /// The unit issued it.
    Issuer(UnitId),
    /// The person has a part in it, and it has been sent out.
    Person(PersonId),
    /// The unit has a part in it, and it has been sent out.
    Unit(UnitId),
}

/// What a person sees: everything, or what their units (subtree and charge) or they themselves take part in.
///
/// Every list takes one, so that a list without a scope cannot be written.
#[derive(Clone, Debug)]
pub struct Scope {
    person: PersonId,
    /// Those the person acts for while they are away.
    away: BTreeSet<PersonId>,
    everything: bool,
    drafts: bool,
    units: BTreeSet<UnitId>,
}

impl Scope {
    pub(super) const fn everything(person: PersonId) -> Self {
        Self { person, away: BTreeSet::new(), everything: true, drafts: true, units: BTreeSet::new() }
    }

    pub(super) const fn limited(person: PersonId, units: BTreeSet<UnitId>) -> Self {
        Self { person, away: BTreeSet::new(), everything: false, drafts: false, units }
    }

    pub(super) const fn with_drafts(mut self, drafts: bool) -> Self {
        self.drafts = drafts;
        self
    }

    /// What these persons see by name is seen, too.
    pub(super) fn and_of(mut self, away: impl IntoIterator<Item = PersonId>) -> Self {
        self.away.extend(away);
        self
    }

    /// The person, and those they act for.
    pub fn persons(&self) -> impl Iterator<Item = PersonId> + '_ {
        std::iter::once(self.person).chain(self.away.iter().copied())
    }

    /// Adds to a column of persons that it names this person or somebody they act for: `= …` or `in …`.
    pub fn is_person(&self, sql: &mut Sql) {
        if self.away.is_empty() {
            sql.push(" = ").bind(self.person.0);
        } else {
            sql.push(" in ").bind_list(self.persons().map(|person| person.0));
        }
    }

    fn includes(&self, person: PersonId) -> bool {
        self.person == person || self.away.contains(&person)
    }

    /// Adds the condition that the task `t` is visible.
    ///
    /// A task is seen by its creator, by the unit that issued it, by a leader of everything once it waits for approval, and, once dispatched, by every party's unit and person
    /// and whoever is in charge of them.
    pub fn tasks(&self, sql: &mut Sql) {
        if self.everything && self.drafts {
            sql.push(" true");
            return;
        }
        sql.push(" (t.creator_id");
        self.is_person(sql);
        if self.everything {
            sql.push(" or t.state <> 'draft')");
            return;
        }
        if !self.units.is_empty() {
            sql.push(" or t.issuer_unit_id in ").bind_list(self.units.iter().map(|unit| unit.0));
        }
        sql.push(" or (t.dispatched_at is not null and exists (select 1 from party sp where sp.task_id = t.id and (sp.person_id");
        self.is_person(sql);
        if !self.units.is_empty() {
            sql.push(" or sp.unit_id in ").bind_list(self.units.iter().map(|unit| unit.0));
        }
        sql.push("))))");
    }

    /// [`Scope::tasks`] where many tasks are looked through: what is seen is found once and not asked of each. `open` says that
    /// other conditions leave only open tasks, so that nobody looks at what was closed long ago.
    pub fn all_tasks(&self, sql: &mut Sql, open: bool) {
        if self.everything {
            return self.tasks(sql);
        }
        let units = || self.units.iter().map(|unit| unit.0);
        let (tasks, parts) = if open { (" and state in ('dispatched', 'active')", " and open_day is not null") } else { ("", "") };
        sql.push(" t.id in (select id from task where creator_id");
        self.is_person(sql);
        sql.push(tasks);
        if !self.units.is_empty() {
            sql.push(" union all select id from task where issuer_unit_id in ").bind_list(units()).push(tasks);
            sql.push(" union all select task_id from party where unit_id in ").bind_list(units()).push(parts);
        }
        sql.push(" union all select task_id from party where person_id");
        self.is_person(sql);
        sql.push(parts).push(") and (t.dispatched_at is not null or t.creator_id");
        self.is_person(sql);
        if !self.units.is_empty() {
            sql.push(" or t.issuer_unit_id in ").bind_list(units());
        }
        sql.push(")");
    }

    /// Every reason for which [`Scope::tasks`] lets a task be seen; none when everything is.
    pub fn ways(&self) -> Option<Vec<Way>> {
        let units = || self.units.iter().copied();
        (!self.everything).then(|| {
            self.persons()
                .flat_map(|person| [Way::Creator(person), Way::Person(person)])
                .chain(units().map(Way::Issuer))
                .chain(units().map(Way::Unit))
                .collect()
        })
    }

    /// The condition of [`Scope::tasks`] on one task's facts.
    pub fn sees_task(
        &self,
        creator: PersonId,
        issuer: Option<UnitId>,
        submitted: bool,
        dispatched: bool,
        parties: impl IntoIterator<Item = (UnitId, Option<PersonId>)>,
    ) -> bool {
        let mine = |unit: UnitId| self.units.contains(&unit);
        (self.everything && (self.drafts || submitted))
            || self.includes(creator)
            || issuer.is_some_and(mine)
            || (dispatched && parties.into_iter().any(|(unit, person)| person.is_some_and(|person| self.includes(person)) || mine(unit)))
    }

    /// Of which persons and units a task has to name one, so that it can be seen at all; none when everything may be.
    pub fn named(&self) -> Option<Vec<Uuid>> {
        (!self.everything).then(|| self.persons().map(|person| person.0).chain(self.units.iter().map(|unit| unit.0)).collect())
    }

    /// Whether everything is seen.
    pub const fn sees_everything(&self) -> bool {
        self.everything
    }

    /// The units seen, when not everything is.
    pub const fn units(&self) -> &BTreeSet<UnitId> {
        &self.units
    }
}
