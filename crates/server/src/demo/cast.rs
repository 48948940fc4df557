//! What the area sets out to do: throws the tasks of a day.

use super::{
    dice::Dice,
    field::Field,
    hours::FULL_DAY,
    people::{Area, Bureau, Seat},
    plot::{Bundle, Spec, Term},
    shape,
    writing::{self, Writer},
};
use crate::{
    org::PersonId,
    tasks::{Importance, Urgency},
};
use kit::Day;
use workdays::Calendar;

/// What can be set on a day.
#[derive(Debug)]
pub(super) enum Order {
    One(Spec),
    Many(Bundle),
}

impl Order {
    /// How many tasks there will be, those below included.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::One(spec) => 1 + spec.fate.split,
            Self::Many(bundle) => 1 + bundle.items.len(),
        }
    }
}

/// Sets tasks for the area.
pub(super) struct Author<'a> {
    pub(super) area: &'a Area,
    pub(super) dice: &'a Dice,
    pub(super) calendar: &'a Calendar,
    pub(super) writer: &'a mut Writer,
    pub(super) today: Day,
}

impl Author<'_> {
    /// Something for the area to do.
    pub(super) fn order(&mut self) -> Order {
        if self.dice.percent(9) {
            return Order::Many(self.bundle());
        }
        let source = self.dice.weighted(&[(0, 84), (1, 12), (2, 3), (3, 1)], 0);
        Order::One(match source {
            1 => self.own(),
            2 => self.oral(),
            3 => self.standing(),
            _ => self.plain(),
        })
    }

    fn unit(&self) -> usize {
        let loads: Vec<(usize, u64)> = self.area.units.iter().enumerate().map(|(at, unit)| (at, unit.plan.load)).collect();
        self.dice.weighted(&loads, 0)
    }

    /// The first of a unit's people gets somewhat more than the others.
    fn seat(&self, unit: &Bureau) -> Option<Seat> {
        if self.dice.percent(14) { unit.seats.first().copied() } else { self.dice.pick(&unit.seats).copied() }
    }

    fn clerk(&self) -> PersonId {
        let weights = [10, 12, 18, 20, 20, 12, 4, 2, 2];
        let clerks: Vec<(PersonId, u64)> = self.area.centre.iter().copied().zip(weights).collect();
        self.dice.weighted(&clerks, self.area.leader)
    }

    fn importance(&self) -> Importance {
        self.dice.weighted(&[(Importance::Normal, 170), (Importance::Important, 25), (Importance::Major, 5)], Importance::Normal)
    }

    fn urgency(&self) -> Urgency {
        self.dice.weighted(&[(Urgency::Routine, 78), (Urgency::Urgent, 17), (Urgency::Critical, 5)], Urgency::Routine)
    }

    fn co(&self, lead: usize) -> Vec<usize> {
        if !self.dice.percent(20) {
            return Vec::new();
        }
        let mut out = Vec::new();
        for _ in 0..self.dice.weighted(&[(1, 6), (2, 3), (3, 1)], 1) {
            let unit = self.unit();
            if unit != lead && !out.contains(&unit) {
                out.push(unit);
            }
        }
        out
    }

    /// A task the centre sets for a unit.
    pub(super) fn plain(&mut self) -> Spec {
        let clerk = self.clerk();
        let mut spec = self.spec(clerk, clerk, self.unit());
        let span = self.span(&spec.term);
        // Larger tasks are taken apart inside the unit.
        if span >= 14 && self.dice.percent(24) {
            spec.fate.split = self.dice.weighted(&[(2, 4), (3, 5), (4, 2)], 3);
            spec.fate.returned = None;
        } else if span >= 35 && self.dice.percent(16) {
            spec.steps = self.dice.weighted(&[(2, 1), (3, 4), (4, 3)], 3);
        }
        spec
    }

    fn spec(&mut self, creator: PersonId, reviewer: PersonId, unit: usize) -> Spec {
        let (dice, today) = (self.dice, self.today);
        let bureau = self.area.units.get(unit);
        let field: &'static Field = bureau.map_or(&super::field::OFFICE, |unit| unit.plan.field);
        let seat = bureau.and_then(|unit| self.seat(unit)).unwrap_or(Seat { unit: crate::org::UnitId(kit::NIL), person: creator });
        let matter = self.writer.matter(dice, field, today);
        let kind = dice.weighted(shape::KINDS, "other");
        let term = Term::Words(shape::due_words(dice, today));
        let mut fate = shape::fate(dice, self.span(&term), 12);
        let urgency = self.urgency();
        if urgency != Urgency::Routine {
            fate.sign = fate.sign.min(FULL_DAY / 2);
        }
        let document = writing::document(dice, kind, today);
        Spec {
            creator,
            reviewer,
            unit,
            seat,
            seated: false,
            co: self.co(unit),
            field,
            matter,
            kind,
            clause: document.is_some().then(|| writing::clause(dice, dice.below(12))),
            document,
            importance: self.importance(),
            urgency,
            term,
            steps: 0,
            fate,
        }
    }

    fn span(&self, term: &Term) -> i64 {
        let due = match term {
            Term::Words(words) => workdays::deadline::read(words, self.today.date(), self.calendar).day,
            Term::On(day) => Some(day.date()),
            Term::Standing => None,
        };
        due.map_or(0, |due| self.calendar.workdays_between(self.today.date(), due))
    }

    /// A task a unit sets for its own people.
    fn own(&mut self) -> Spec {
        let unit = self.unit();
        let Some(bureau) = self.area.units.get(unit) else { return self.plain() };
        let creator = if self.dice.percent(70) { bureau.head } else { bureau.liaison };
        let mut spec = self.spec(creator, bureau.head, unit);
        spec.seated = true;
        spec.co = Vec::new();
        spec.fate.returned = None;
        spec.kind = self.dice.word(&["other", "document_handling", "superior_deployment", "key_project"]);
        spec.document = None;
        spec.clause = None;
        spec
    }

    /// A leader says what is to be done; the centre follows it.
    fn oral(&mut self) -> Spec {
        let leader = match self.dice.below(5) {
            0 => self.area.leader,
            n => self.area.deputies.get(n - 1).copied().unwrap_or(self.area.leader),
        };
        let clerk = self.clerk();
        let mut spec = self.spec(leader, clerk, self.unit());
        spec.kind = "leader_oral";
        spec.document = None;
        spec.clause = None;
        if spec.importance == Importance::Normal && self.dice.percent(40) {
            spec.importance = Importance::Important;
        }
        spec
    }

    fn standing(&mut self) -> Spec {
        let clerk = self.clerk();
        let mut spec = self.spec(clerk, clerk, self.unit());
        spec.term = Term::Standing;
        spec.fate.end = shape::End::Never;
        spec.fate.pace = 100;
        spec
    }

    /// A document with its tasks.
    fn bundle(&mut self) -> Bundle {
        let creator = self.clerk();
        let kind = self.dice.weighted(
            &[("meeting_decision", 7), ("government_work_report", 2), ("superior_deployment", 2), ("rectification", 0), ("reform", 1)],
            "meeting_decision",
        );
        let document = writing::document(self.dice, kind, self.today);
        let importance = self.importance();
        let count = self.dice.between(4, 8);
        let mut items = Vec::new();
        for index in 0..usize::try_from(count).unwrap_or(4) {
            let mut item = self.spec(creator, creator, self.unit());
            item.kind = kind;
            item.document.clone_from(&document);
            item.clause = Some(writing::clause(self.dice, index));
            item.importance = if self.dice.percent(75) { importance } else { item.importance };
            items.push(item);
        }
        let name = document.clone().unwrap_or_else(|| "重点工作".to_owned());
        Bundle {
            creator,
            title: format!("落实《{name}》确定的{count}项工作"),
            demand: format!("{name}已印发，现将议定事项分解落实到各责任单位，请按时限要求抓好办理，逐项上报进展。"),
            kind,
            document,
            importance,
            items,
        }
    }
}
