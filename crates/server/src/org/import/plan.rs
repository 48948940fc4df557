//! What would become of the lines of a table, given the organisation as it is: pure.

use std::collections::{HashMap, HashSet};

use wording::{Join, Words, say};

use super::{
    ImportRow, RowKind,
    form::{post_kind, split, unit_kind, yes},
    sheet::Line,
};
use crate::{
    access,
    app::{Fields, Outcome, Refusal},
    org::{
        model::{PostKind, Unit, UnitId, UnitKind},
        people::{MAX_LIAISONS, checked_phone},
        units::MAX_DEPTH,
    },
};

/// The organisation as it is.
pub(super) struct Known {
    /// Active units, depth first.
    pub(super) units: Vec<Unit>,
    /// Every login in use.
    pub(super) logins: HashSet<String>,
    /// Names of persons by unit.
    pub(super) members: HashSet<(UnitId, String)>,
}

/// A unit that is, or the unit of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// It is there.
    Known(UnitId),
    /// It comes with the line of this number (from 0).
    New(usize),
}

/// A unit to be made.
#[derive(Clone, Debug)]
pub(super) struct PlannedUnit {
    /// The number of its line (from 0).
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) short_name: Option<String>,
    pub(super) kind: UnitKind,
    pub(super) aliases: Vec<String>,
    pub(super) parent: Option<Place>,
}

/// A person to be made.
#[derive(Clone, Debug)]
pub(super) struct PlannedPerson {
    pub(super) name: String,
    pub(super) login: String,
    pub(super) phone: Option<String>,
    pub(super) unit: Place,
    pub(super) post_name: String,
    pub(super) post_kind: PostKind,
    pub(super) is_liaison: bool,
    pub(super) charges: Vec<Place>,
}

/// What would become of a table. Units and persons are those of rows without problems; units come before the units below
/// them.
pub(super) struct Plan {
    pub(super) rows: Vec<ImportRow>,
    pub(super) units: Vec<PlannedUnit>,
    pub(super) persons: Vec<PlannedPerson>,
}

impl Plan {
    /// Plans the import of these lines.
    pub(super) fn of(lines: &[Line], known: Known) -> Self {
        let names = Names::of(lines, &known);
        let mut planner = Planner { names, seen: Seen::default(), liaisons: HashMap::new(), known };
        let (mut rows, mut units, mut persons) = (Vec::new(), Vec::new(), Vec::new());
        for (number, line) in lines.iter().enumerate() {
            let mut problems: Vec<Words> = line.errors.iter().map(|error| Words::from_stored(error)).collect();
            let is_unit = line.name.is_empty();
            if is_unit {
                units.push(planner.unit(number, line, &mut problems));
            } else if let Some(person) = planner.person(line, &mut problems) {
                persons.push((number, person));
            }
            let (kind, name) = if is_unit { (RowKind::Unit, &line.unit_name) } else { (RowKind::Person, &line.name) };
            let problem = (!problems.is_empty()).then(|| Words::join(Join::Clauses, problems));
            rows.push(ImportRow { row: line.row, kind, name: name.clone(), problem });
        }
        let mut units = in_order(units, &mut rows, &planner.known);
        let good = |number: usize| rows.get(number).is_some_and(|row| row.problem.is_none());
        units.retain(|unit| good(unit.number));
        persons.retain(|(number, _)| good(*number));
        let persons = persons.into_iter().map(|(_, person)| person).collect();
        Self { rows, units, persons }
    }
}

/// Which unit a name means: a full name wins over short names and aliases.
struct Names {
    full: HashMap<String, Vec<Place>>,
    other: HashMap<String, Vec<Place>>,
}

impl Names {
    fn of(lines: &[Line], known: &Known) -> Self {
        let mut names = Self { full: HashMap::new(), other: HashMap::new() };
        for unit in &known.units {
            names.add(&unit.name, &unit.short_name, &unit.aliases, Place::Known(unit.id));
        }
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.name.is_empty() && !line.unit_name.is_empty()) {
            names.add(&line.unit_name, &line.short_name, &split(&line.aliases), Place::New(number));
        }
        names
    }

    fn add(&mut self, full: &str, short: &str, aliases: &[String], place: Place) {
        self.full.entry(full.to_owned()).or_default().push(place);
        for name in aliases.iter().map(String::as_str).chain([short]).filter(|name| !name.is_empty() && *name != full) {
            let places = self.other.entry(name.to_owned()).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }

    fn find(&self, name: &str, column: &'static str, problems: &mut Vec<Words>) -> Option<Place> {
        // The same full name twice is a problem of its own line.
        if let Some(place) = self.full.get(name).and_then(|places| places.first()) {
            return Some(*place);
        }
        match self.other.get(name).map(Vec::as_slice) {
            Some([place]) => Some(*place),
            Some([_, _, ..]) => {
                problems.push(say!("{column}“{name}”有不止一个，请写全称", column = Words::from(column)));
                None
            }
            _ => {
                problems.push(say!("{column}“{name}”不存在", column = Words::from(column)));
                None
            }
        }
    }
}

#[derive(Default)]
struct Seen {
    units: HashMap<String, u32>,
    logins: HashMap<String, u32>,
    members: HashMap<(Place, String), u32>,
}

struct Planner {
    known: Known,
    names: Names,
    seen: Seen,
    /// How many liaisons a unit would have.
    liaisons: HashMap<Place, usize>,
}

impl Planner {
    fn unit(&mut self, number: usize, line: &Line, problems: &mut Vec<Words>) -> PlannedUnit {
        let name = text(problems, "单位全称", &line.unit_name, 60, true);
        if self.known.units.iter().any(|unit| unit.name == name) {
            problems.push(say!("已有名为“{name}”的单位"));
        } else if !name.is_empty()
            && let Some(first) = self.seen.units.insert(name.clone(), line.row)
        {
            problems.push(say!("单位“{name}”与第 {first} 行重复"));
            self.seen.units.insert(name.clone(), first);
        }
        let short_name = text(problems, "简称", &line.short_name, 20, false);
        let aliases = split(&line.aliases);
        if aliases.len() > 20 {
            problems.push("最多 20 个别名".into());
        }
        for alias in &aliases {
            text(problems, "别名", alias, 60, true);
        }
        let kind = unit_kind(&line.unit_kind).unwrap_or_else(|| {
            let known = Words::join(Join::Things, UnitKind::ALL.iter().map(|kind| kind.words()));
            problems.push(say!("类型“{given}”应为{known}之一", given = line.unit_kind));
            UnitKind::Bureau
        });
        let parent = if line.parent.is_empty() {
            // The first is the topmost.
            self.known.units.first().map(|root| Place::Known(root.id))
        } else {
            self.names.find(&line.parent, "上级单位", problems)
        };
        PlannedUnit { number, name, short_name: Some(short_name).filter(|name| !name.is_empty()), kind, aliases, parent }
    }

    fn person(&mut self, line: &Line, problems: &mut Vec<Words>) -> Option<PlannedPerson> {
        let name = text(problems, "姓名", &line.name, 30, true);
        let login = self.login(line, problems);
        let mut fields = Fields::default();
        let phone = checked_phone(&mut fields, Some(&line.phone));
        problems.extend(words(fields.finish()));
        let unit_name = if line.unit.is_empty() { &line.unit_name } else { &line.unit };
        let unit = if unit_name.is_empty() {
            problems.push("缺少单位".into());
            None
        } else {
            self.names.find(unit_name, "单位", problems)
        };
        let post_kind = post_kind(&line.post_kind).unwrap_or_else(|| {
            let known = Words::join(Join::Things, PostKind::ALL.iter().map(|kind| kind.words()));
            problems.push(say!("岗位类型“{given}”应为{known}之一", given = line.post_kind));
            PostKind::Staff
        });
        let post_name = match line.post_name.as_str() {
            "" => post_kind.label().to_owned(),
            given => text(problems, "岗位", given, 40, true),
        };
        let is_liaison = yes(&line.liaison).unwrap_or_else(|| {
            problems.push(say!("联络员“{given}”应为是或否", given = line.liaison));
            false
        });
        let charges: Vec<_> = split(&line.charges).iter().filter_map(|name| self.names.find(name, "分管单位", problems)).collect();
        let unit = unit?;
        self.count(unit, &name, is_liaison, line.row, problems);
        Some(PlannedPerson { name, login, phone, unit, post_name, post_kind, is_liaison, charges })
    }

    fn login(&mut self, line: &Line, problems: &mut Vec<Words>) -> String {
        if line.login.is_empty() {
            problems.push("缺少登录名".into());
            return String::new();
        }
        problems.extend(words(access::checked_login(&line.login).map(drop)));
        if self.known.logins.contains(&line.login) {
            problems.push(say!("登录名“{login}”已被使用", login = line.login));
        }
        match self.seen.logins.get(&line.login) {
            Some(first) => problems.push(say!("登录名“{login}”与第 {first} 行重复", login = line.login)),
            None => drop(self.seen.logins.insert(line.login.clone(), line.row)),
        }
        line.login.clone()
    }

    /// What is wrong with a person only beside others of their unit.
    fn count(&mut self, unit: Place, name: &str, is_liaison: bool, row: u32, problems: &mut Vec<Words>) {
        if let Place::Known(id) = unit
            && self.known.members.contains(&(id, name.to_owned()))
        {
            problems.push(say!("该单位已有“{name}”；若是另一个人，请单独添加"));
        }
        match self.seen.members.get(&(unit, name.to_owned())) {
            Some(first) => problems.push(say!("“{name}”与第 {first} 行重复")),
            None => drop(self.seen.members.insert((unit, name.to_owned()), row)),
        }
        if is_liaison {
            let before = match unit {
                Place::Known(id) => self.known.units.iter().find(|unit| unit.id == id).map_or(0, |unit| unit.liaisons.len()),
                Place::New(_) => 0,
            };
            let count = self.liaisons.entry(unit).or_insert(before);
            *count += 1;
            if *count > MAX_LIAISONS {
                problems.push(say!("一个单位最多 {MAX_LIAISONS} 名联络员"));
            }
        }
    }
}

/// Puts units before those below them; says which lie in a circle or too deep.
fn in_order(units: Vec<PlannedUnit>, rows: &mut [ImportRow], known: &Known) -> Vec<PlannedUnit> {
    let parents: HashMap<usize, Option<Place>> = units.iter().map(|unit| (unit.number, unit.parent)).collect();
    let mut deep: Vec<(i64, PlannedUnit)> = Vec::new();
    for unit in units {
        let (mut place, mut above, mut circle) = (unit.parent, 0, false);
        while let Some(Place::New(number)) = place {
            above += 1;
            // Longer than there are units: some unit comes twice.
            if above > i64::try_from(parents.len()).unwrap_or(i64::MAX) || number == unit.number {
                circle = true;
                break;
            }
            place = parents.get(&number).copied().flatten();
        }
        if let Some(Place::Known(id)) = place {
            above += 1 + known.units.iter().find(|unit| unit.id == id).map_or(0, |unit| unit.depth);
        }
        let problem = match (circle, above > MAX_DEPTH) {
            (true, _) => Some(Words::from("上级单位互相循环")),
            (false, true) => Some(say!("单位层级最多 {MAX_DEPTH} 级")),
            (false, false) => None,
        };
        if let (Some(problem), Some(row)) = (problem, rows.get_mut(unit.number)) {
            row.problem = Some(match row.problem.take() {
                Some(before) => before.then(Join::Clauses, problem),
                None => problem,
            });
        }
        deep.push((above, unit));
    }
    deep.sort_by_key(|(above, unit)| (*above, unit.number));
    deep.into_iter().map(|(_, unit)| unit).collect()
}

/// A text of at most `max` characters; what is wrong names the column.
fn text(problems: &mut Vec<Words>, column: &'static str, value: &str, max: usize, needed: bool) -> String {
    let mut fields = Fields::default();
    let text = if needed { fields.text("", value, max) } else { fields.optional_text("", Some(value), max).unwrap_or_default() };
    problems.extend(words(fields.finish()).into_iter().map(|words| say!("{column}{words}", column = Words::from(column))));
    text
}

fn words(outcome: Outcome<()>) -> Vec<Words> {
    match outcome {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(fields)) => fields.into_iter().map(|field| field.message).collect(),
        Err(other) => vec![Words::raw(other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use kit::uuid::Uuid;

    use super::*;

    fn known() -> Known {
        let unit = |n: u128, depth: i64, name: &str, short_name: &str| Unit {
            id: UnitId(Uuid::from_u128(n)),
            parent_id: None,
            depth,
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            kind: UnitKind::Bureau,
            aliases: Vec::new(),
            liaisons: Vec::new(),
            head: None,
            person_count: 0,
            active: true,
            version: 1,
        };
        Known {
            units: vec![unit(1, 0, "滨海新区管委会", "管委会"), unit(2, 1, "经济发展局", "经发局")],
            logins: HashSet::from(["taken".to_owned()]),
            members: HashSet::from([(UnitId(Uuid::from_u128(2)), "郑经发".to_owned())]),
        }
    }

    fn plan(csv: &str) -> Plan {
        let table = officedoc::sheet::read("a.csv", csv.as_bytes(), super::super::sheet::LIMITS).unwrap();
        Plan::of(&super::super::sheet::lines(table).unwrap(), known())
    }

    fn problems(csv: &str) -> Vec<String> {
        plan(csv).rows.into_iter().map(|row| row.problem.map_or_else(String::new, |problem| problem.zh())).collect()
    }

    #[test]
    fn units_come_before_those_below_them_whatever_their_order() {
        let plan = plan("单位全称,上级单位,简称\n投资科,招商局,\n招商局,管委会,招商\n外资组,投资科,\n");
        assert!(plan.rows.iter().all(|row| row.problem.is_none()), "{:?}", plan.rows);
        let names: Vec<_> = plan.units.iter().map(|unit| unit.name.as_str()).collect();
        assert_eq!(names, ["招商局", "投资科", "外资组"]);
        assert_eq!(plan.units[0].parent, Some(Place::Known(UnitId(Uuid::from_u128(1)))));
        assert_eq!(plan.units[1].parent, Some(Place::New(1)));
    }

    #[test]
    fn a_unit_says_everything_that_is_wrong_with_it() {
        let found = problems(
            "单位全称,上级单位,类型,简称\n经济发展局,,,\n招商局,没有局,公司,很长很长很长很长很长很长很长很长很长很长很长\n招商局,,,\n,,局,",
        );
        assert_eq!(found[0], "已有名为“经济发展局”的单位");
        assert!(
            found[1].contains("简称最多 20 个字") && found[1].contains("类型“公司”应为") && found[1].contains("上级单位“没有局”不存在"),
            "{found:?}"
        );
        assert_eq!(found[2], "单位“招商局”与第 3 行重复");
        assert_eq!(found[3], "单位全称不能为空");
    }

    #[test]
    fn circles_and_depths_are_found() {
        let found = problems("单位全称,上级单位\n甲,丙\n乙,甲\n丙,乙\n丁,丁\n戊,甲\n己,管委会");
        assert!(found[..5].iter().all(|problem| problem.contains("循环")), "{found:?}");
        assert_eq!(found[5], "");
        let mut csv = "单位全称,上级单位\n一,管委会\n".to_owned();
        let names: Vec<char> = "一二三四五六七八九十子丑寅".chars().collect();
        for pair in names.windows(2) {
            csv.push_str(&format!("{},{}\n", pair[1], pair[0]));
        }
        let found = problems(&csv);
        assert_eq!(found.iter().filter(|problem| problem.contains("最多 12 级")).count(), 1, "{found:?}");
    }

    #[test]
    fn persons_find_their_unit_in_the_table_and_in_the_organisation() {
        let csv = "单位全称,上级单位,姓名,登录名,电话,单位,岗位,岗位类型,联络员,分管单位\n\
            招商局,管委会,,,,,,,,\n,,田新,tianxin,13900001111,招商局,,副职,是,\n,,石主任,shi,,管委会,副主任,领导,,经发局、招商局\n";
        let plan = plan(csv);
        assert!(plan.rows.iter().all(|row| row.problem.is_none()), "{:?}", plan.rows);
        let [first, second] = plan.persons.as_slice() else { panic!("{:?}", plan.persons) };
        assert_eq!((first.unit, first.is_liaison, first.post_name.as_str()), (Place::New(0), true, "副职"));
        assert_eq!(second.charges, [Place::Known(UnitId(Uuid::from_u128(2))), Place::New(0)]);
    }

    #[test]
    fn a_person_says_everything_that_is_wrong_with_them() {
        let found = problems(
            "姓名,登录名,电话,单位,岗位类型,联络员,分管单位\n\
             甲,taken,13900001111,经发局,,,\n乙,a,电话,没有局,官,也许,没有科\n丙,same,,经发局,,,\n丁,same,,经发局,,,\n\
             郑经发,zheng,,经发局,,,\n戊,,,,,,\n己,ji1,,经发局,,,\n己,ji2,,经发局,,,",
        );
        assert_eq!(found[0], "登录名“taken”已被使用");
        for part in ["登录名为 2 至 40 位", "电话号码", "单位“没有局”不存在", "岗位类型“官”", "联络员“也许”", "分管单位“没有科”不存在"]
        {
            assert!(found[1].contains(part), "{part}: {}", found[1]);
        }
        assert_eq!(found[3], "登录名“same”与第 4 行重复");
        assert!(found[4].contains("已有“郑经发”"));
        assert_eq!(found[5], "缺少登录名；缺少单位");
        assert_eq!(found[7], "“己”与第 8 行重复");
    }

    #[test]
    fn too_many_liaisons_are_found() {
        let mut csv = "姓名,登录名,单位,联络员\n".to_owned();
        for n in 0..6 {
            csv.push_str(&format!("人{n},login{n},经发局,是\n"));
        }
        let found = problems(&csv);
        assert_eq!(found[4], "");
        assert!(found[5].contains("最多 5 名联络员"));
    }
}
