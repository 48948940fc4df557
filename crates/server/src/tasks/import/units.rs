//! Which unit is meant by each name of a sheet, and what follows for the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use db::Tx;
use wording::say;

use super::{
    model::{Choice, Choices, ImportUnit, UnitChoiceKind},
    names,
    rows::Entry,
};
use crate::{
    app::{Ctx, Outcome},
    org::{self, Unit, UnitId, UnitRef},
};

/// Characters of a unit's name; as in `org`.
pub(super) const MAX_UNIT_NAME: usize = 60;
/// Parties of a task; as in `draft`.
const MAX_PARTIES: usize = 200;

/// Finds the unit of every name in rows that are not left out, each name once. What a person chose wins over what is
/// found; a unit that was to be made and has been made since is found.
pub(super) async fn resolve(tx: &mut Tx, ctx: &Ctx, entries: &[Entry], choices: &Choices) -> Outcome<Vec<ImportUnit>> {
    let active: HashMap<UnitId, UnitRef> = if choices.by_name.values().any(|choice| matches!(choice, Choice::Match(_))) {
        org::list_units(tx, ctx).await?.into_iter().filter(|unit| unit.active).map(|unit| (unit.id, reference(unit))).collect()
    } else {
        HashMap::new()
    };
    let mut units = Vec::new();
    for (name, rows) in counted(entries) {
        let choice = choices.by_name.get(&name).copied();
        let mut unit = ImportUnit { name, rows, unit: None, choice: None, suggestions: Vec::new() };
        match choice {
            Some(Choice::Ignore) => unit.choice = Some(UnitChoiceKind::Ignore),
            // One that has been switched off since is open again.
            Some(Choice::Match(id)) => unit.unit = active.get(&id).cloned(),
            Some(Choice::Create) | None => unit.unit = find(tx, &unit.name).await?,
        }
        if unit.unit.is_some() {
            unit.choice = Some(UnitChoiceKind::Match);
        } else if choice == Some(Choice::Create) {
            unit.choice = Some(UnitChoiceKind::Create);
        }
        if unit.unit.is_none() && unit.name.chars().count() <= MAX_UNIT_NAME {
            unit.suggestions = org::similar_units(tx, &unit.name).await?;
        }
        units.push(unit);
    }
    Ok(units)
}

fn reference(unit: Unit) -> UnitRef {
    UnitRef { id: unit.id, name: unit.name, short_name: unit.short_name }
}

async fn find(tx: &mut Tx, name: &str) -> Outcome<Option<UnitRef>> {
    if let Some(unit) = org::find_by_name(tx, name).await? {
        return Ok(Some(unit));
    }
    Ok(match names::with_plain_brackets(name) {
        Some(other) => org::find_by_name(tx, &other).await?,
        None => None,
    })
}

/// Every name with the number of rows it stands in, in the order of the sheet.
fn counted(entries: &[Entry]) -> Vec<(String, i64)> {
    let mut counted: Vec<(String, i64)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in entries.iter().filter(|entry| !entry.excluded) {
        for name in entry.lead.iter().chain(&entry.co).collect::<BTreeSet<_>>() {
            let place = *places.entry(name).or_insert_with(|| {
                counted.push((name.clone(), 0));
                counted.len() - 1
            });
            if let Some((_, rows)) = counted.get_mut(place) {
                *rows += 1;
            }
        }
    }
    counted
}

/// Leaves the ignored names out of the rows, lets the first of the others lead where that is wanted, and says what is
/// missing. Names that mean the same unit count once: who leads does not take part as well.
pub(super) fn settle(entries: &mut [Entry], units: &[ImportUnit], first_co_as_lead: bool) {
    let by_name: BTreeMap<&str, &ImportUnit> = units.iter().map(|unit| (unit.name.as_str(), unit)).collect();
    for entry in entries.iter_mut().filter(|entry| !entry.excluded) {
        let mut targets = BTreeSet::new();
        let mut open: Vec<(&'static str, String)> = Vec::new();
        let mut keep = |field: &'static str, names: &mut Vec<String>| {
            names.retain(|name| {
                let Some(unit) = by_name.get(name.as_str()) else { return false };
                if unit.choice.is_none() {
                    open.push((field, name.clone()));
                }
                let target = unit.unit.as_ref().map_or_else(|| name.clone(), |unit| unit.id.to_string());
                unit.choice != Some(UnitChoiceKind::Ignore) && targets.insert(target)
            });
        };
        keep("lead", &mut entry.lead);
        keep("co", &mut entry.co);
        for (field, name) in open {
            entry.error(field, say!("“{name}”还没有对应的单位"));
        }
        if entry.lead.is_empty() && first_co_as_lead && !entry.co.is_empty() {
            entry.lead.push(entry.co.remove(0));
        }
        if entry.lead.is_empty() {
            entry.error("lead", "没有牵头单位");
        }
        let parties = entry.lead.len() + entry.co.len();
        if parties > MAX_PARTIES {
            entry.error("co", say!("最多 {MAX_PARTIES} 个责任方，现有 {parties} 个"));
        }
    }
}

#[cfg(test)]
mod tests {
    use kit::uuid::Uuid;

    use super::*;
    use crate::tasks::{Importance, import::dues::RowDue};

    fn entry(lead: &[&str], co: &[&str]) -> Entry {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Entry {
            row: 2,
            group: None,
            title: "修路".into(),
            demand: "修路".into(),
            clause: None,
            lead: names(lead),
            co: names(co),
            importance: Importance::Normal,
            source_kind: None,
            fields: Default::default(),
            tags: Vec::new(),
            due: RowDue::default(),
            excluded: false,
            problems: Vec::new(),
        }
    }

    fn unit(name: &str, choice: Option<UnitChoiceKind>, id: Option<u128>) -> ImportUnit {
        let unit = id.map(|id| UnitRef { id: UnitId(Uuid::from_u128(id)), name: name.into(), short_name: name.into() });
        ImportUnit { name: name.into(), rows: 1, unit, choice, suggestions: Vec::new() }
    }

    fn settled(mut row: Entry, first_co_as_lead: bool) -> (Vec<String>, Vec<String>, Vec<String>) {
        let units = [
            unit("甲局", Some(UnitChoiceKind::Match), Some(1)),
            unit("甲", Some(UnitChoiceKind::Match), Some(1)),
            unit("乙局", Some(UnitChoiceKind::Create), None),
            unit("各部门", Some(UnitChoiceKind::Ignore), None),
            unit("丙局", None, None),
        ];
        settle(std::slice::from_mut(&mut row), &units, first_co_as_lead);
        (row.lead, row.co, row.problems.into_iter().map(|problem| problem.message.zh()).collect())
    }

    #[test]
    fn who_leads_does_not_take_part_as_well() {
        assert_eq!(settled(entry(&["甲局"], &["甲", "乙局", "各部门"]), false), (vec!["甲局".into()], vec!["乙局".into()], vec![]));
    }

    #[test]
    fn the_first_of_the_others_leads_only_where_that_is_wanted() {
        let row = || entry(&[], &["各部门", "乙局", "甲局"]);
        assert_eq!(settled(row(), true), (vec!["乙局".into()], vec!["甲局".into()], vec![]));
        assert_eq!(settled(row(), false).2, ["没有牵头单位"]);
        assert_eq!(settled(entry(&["各部门"], &[]), true).2, ["没有牵头单位"]);
    }

    #[test]
    fn a_name_nobody_has_decided_on_is_an_error() {
        assert_eq!(settled(entry(&["丙局"], &[]), false).2, ["“丙局”还没有对应的单位"]);
    }
}
