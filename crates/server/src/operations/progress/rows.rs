//! Rows of figures: who or what each is about, in which order.

use std::collections::{BTreeMap, HashMap, HashSet};

use db::Tx;
use kit::{Day, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Words, say};

use super::figures::{Conditions, Figures, all_conditions, base};
use crate::{
    app::{Ctx, Outcome, Refusal},
    org::{self, PersonId, PersonRef, UnitId, UnitRef},
    tasks::{self, Charged, FilterQuery, Importance, ProgressBy, Tally, TaskRow},
};

/// Rows at most; the others are left out and it is said so.
const MOST: usize = 500;

/// The figures of a unit, a person, a document or a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ProgressRow {
    /// What it is about, among the rows of one answer.
    key: String,
    /// For people.
    name: Words,
    /// The unit.
    unit: Option<UnitRef>,
    /// The unit by itself, without those below it.
    itself: bool,
    /// There are units below it, whose rows are had by asking with it as `lead_unit_id`.
    has_below: bool,
    /// The person.
    person: Option<PersonRef>,
    /// The top of the one tree that holds all of these tasks: its stage is that of the whole.
    top: Option<TaskRow>,
    figures: Figures,
}

/// Figures put together by something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgressPage {
    by: ProgressBy,
    /// Units the most overdue first, persons by name, periods in time, documents the largest first.
    items: Vec<ProgressRow>,
    /// All of them together; where several leaders are in charge of one unit its tasks count once.
    total: ProgressRow,
    /// By count: what has to be added to a row's query, so that `/tasks` lists what is counted.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, String>>)]
    conditions: BTreeMap<&'static str, Conditions>,
    /// The same for the total, where rates are of what is due until today.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, String>>)]
    total_conditions: BTreeMap<&'static str, Conditions>,
    /// There are more rows than are shown.
    truncated: bool,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum About {
    Unit(UnitId),
    Person(Option<PersonId>),
    Word(Option<String>),
}

/// The figures of the tasks that a filter finds, by something.
pub(super) async fn progress(tx: &mut Tx, ctx: &Ctx, by: ProgressBy, query: &FilterQuery) -> Outcome<ProgressPage> {
    if by == ProgressBy::Handler && query.lead_unit_id.is_none() {
        return Err(Refusal::field("lead_unit_id", "按经办人统计须先选定牵头单位"));
    }
    let whole = base(query)?;
    let (filter, _) = whole.read()?;
    let of_periods = matches!(by, ProgressBy::Month | ProgressBy::Quarter | ProgressBy::Year);
    let until = (!of_periods && query.due_from.is_none() && query.due_to.is_none()).then(|| ctx.today());
    let sums = tasks::progress(tx, ctx, &filter, Some(by), until).await?;
    let steps = match (by, query.lead_unit_id) {
        (ProgressBy::Unit, Some(top)) => org::steps_below(tx, top).await?,
        (ProgressBy::Unit, None) => org::tops(tx).await?,
        _ => HashMap::new(),
    };
    let mut rows: HashMap<About, Tally> = HashMap::new();
    for ((id, word), tally) in sums {
        let about = match by {
            ProgressBy::Unit => id.map(UnitId).map_or(About::Word(None), |unit| About::Unit(steps.get(&unit).copied().unwrap_or(unit))),
            ProgressBy::ChargeLeader | ProgressBy::Handler => About::Person(id.map(PersonId)),
            ProgressBy::Quarter => About::Word(word.and_then(|month| quarter(&month))),
            _ => About::Word(word),
        };
        rows.entry(about).or_default().add(&tally);
    }
    // Whoever asks for one leader's tasks is not shown those who share them.
    if let (ProgressBy::ChargeLeader, Some(asked)) = (by, filter.narrow.charge_leader) {
        let asked = match asked {
            Charged::Nobody => None,
            Charged::By(person) => Some(person),
        };
        rows.retain(|about, _| *about == About::Person(asked));
    }
    // What all of it adds up to does not depend on what it is put together by: a period that is shown is judged to its end, the whole until today.
    let until_now = (query.due_from.is_none() && query.due_to.is_none()).then(|| ctx.today());
    let total = if by == ProgressBy::ChargeLeader || until != until_now {
        tasks::tally(tx, ctx, &filter, until_now).await?
    } else {
        let mut sum = Tally::default();
        rows.values().for_each(|tally| sum.add(tally));
        sum
    };
    let names = Names::read(tx, by, query, &rows).await?;
    let mut items: Vec<(About, Tally)> = rows.into_iter().collect();
    items.sort_by_cached_key(|(about, tally)| (names.order(by, about, tally), about.clone()));
    let truncated = items.len() > MOST;
    items.truncate(MOST);
    let tops = match by {
        ProgressBy::SourceDocument => tasks::tops_of_documents(tx, ctx, &filter).await?,
        _ => HashMap::new(),
    };
    let items = items
        .into_iter()
        .map(|(about, tally)| {
            let top = match &about {
                About::Word(Some(document)) => tops.get(&Some(document.clone())).cloned(),
                _ => None,
            };
            ProgressRow { top, ..names.row(by, &whole, &about, &tally) }
        })
        .collect();
    let total = ProgressRow {
        key: String::new(),
        name: "合计".into(),
        unit: None,
        itself: false,
        has_below: false,
        person: None,
        top: top_of(tx, ctx, query).await?,
        figures: Figures::of(&whole, &total),
    };
    Ok(ProgressPage { by, items, total, conditions: all_conditions(until), total_conditions: all_conditions(until_now), truncated })
}

/// The top of the tree or the document that is looked at.
async fn top_of(tx: &mut Tx, ctx: &Ctx, query: &FilterQuery) -> Outcome<Option<TaskRow>> {
    if let Some(root) = query.root_id {
        return Ok(tasks::rows_of(tx, ctx, &[root]).await?.pop());
    }
    if query.source_document.is_none() {
        return Ok(None);
    }
    let (filter, _) = base(query)?.read()?;
    Ok(tasks::tops_of_documents(tx, ctx, &filter).await?.into_values().next())
}

/// `2026-02` → `2026-Q1`.
fn quarter(month: &str) -> Option<String> {
    let (year, month) = month.split_once('-')?;
    Some(format!("{year}-Q{}", month.parse::<u32>().ok()?.div_ceil(3)))
}

/// The first and the last day of a month, a quarter or a year.
fn days(period: &str) -> Option<(Day, Day)> {
    let (year, rest) = period.split_once('-').unwrap_or((period, ""));
    let (first, months) = match rest.strip_prefix('Q') {
        Some(n) => (n.parse::<u32>().ok()? * 3 - 2, 3),
        None if rest.is_empty() => (1, 12),
        None => (rest.parse().ok()?, 1),
    };
    let from: Day = format!("{year}-{first:02}-01").parse().ok()?;
    let mut to = from;
    for _ in 0..months {
        to = to.plus_days(31).month_start();
    }
    // The first of the month after the last one lies at most some days beyond it.
    let last = to.plus_days(-1);
    Some((from, last))
}

/// Everything a row is called by.
struct Names {
    units: HashMap<UnitId, UnitRef>,
    with_parts: HashSet<UnitId>,
    /// The unit whose parts are shown, or those that have nothing above them: they stand for themselves.
    themselves: HashSet<UnitId>,
    people: HashMap<PersonId, PersonRef>,
    kinds: Vec<(String, Words)>,
}

impl Names {
    async fn read(tx: &mut Tx, by: ProgressBy, query: &FilterQuery, rows: &HashMap<About, Tally>) -> Outcome<Self> {
        let units: Vec<UnitId> = rows.keys().filter_map(|about| if let About::Unit(id) = about { Some(*id) } else { None }).collect();
        let people: Vec<PersonId> = rows.keys().filter_map(|about| if let About::Person(id) = about { *id } else { None }).collect();
        let refs = org::unit_refs(tx, units.iter().copied()).await?;
        let themselves = match query.lead_unit_id {
            Some(top) => HashSet::from([top]),
            None => org::roots(tx).await?.into_iter().collect(),
        };
        let kinds = if by == ProgressBy::SourceKind { tasks::source_kind_names(tx).await? } else { Vec::new() };
        Ok(Self {
            with_parts: org::with_parts(tx, units).await?,
            units: refs.into_iter().map(|unit| (unit.id, unit)).collect(),
            themselves,
            people: org::person_refs(tx, people).await?.into_iter().map(|person| (person.id, person)).collect(),
            kinds,
        })
    }

    /// Where a row stands.
    fn order(&self, by: ProgressBy, about: &About, tally: &Tally) -> (i64, i64, String) {
        match (by, about) {
            (ProgressBy::Unit, About::Unit(_)) => (-tally.overdue, -tally.open, String::new()),
            (ProgressBy::SourceDocument, About::Word(Some(word))) => (0, -tally.total, word.clone()),
            (ProgressBy::SourceKind, About::Word(Some(code))) => {
                let place = self.kinds.iter().position(|(known, _)| known == code).and_then(|n| i64::try_from(n).ok());
                (0, place.unwrap_or(i64::MAX), code.clone())
            }
            (ProgressBy::Importance, About::Word(Some(word))) => {
                (0, -Importance::from_word(word).map_or(0, |importance| importance as i64), String::new())
            }
            (_, About::Person(Some(id))) => (0, 0, self.people.get(id).map(|person| person.name.clone()).unwrap_or_default()),
            (_, About::Word(Some(word))) => (0, 0, word.clone()),
            _ => (1, 0, String::new()),
        }
    }

    fn row(&self, by: ProgressBy, whole: &FilterQuery, about: &About, tally: &Tally) -> ProgressRow {
        let query = narrowed(whole, by, about, |unit| self.themselves.contains(&unit));
        let name = match about {
            About::Unit(id) => self.units.get(id).map(|unit| Words::raw(unit.short_name.as_str())),
            About::Person(Some(id)) => self.people.get(id).map(|person| Words::raw(person.name.as_str())),
            About::Word(Some(word)) => Some(self.word(by, word)),
            About::Person(None) | About::Word(None) => Some(nothing(by)),
        };
        let key = match about {
            About::Unit(UnitId(id)) | About::Person(Some(PersonId(id))) => Uuid::to_string(id),
            About::Word(Some(word)) => word.clone(),
            About::Person(None) | About::Word(None) => String::new(),
        };
        let (unit, person) = match about {
            About::Unit(id) => (self.units.get(id).cloned(), None),
            About::Person(Some(id)) => (None, self.people.get(id).cloned()),
            _ => (None, None),
        };
        let itself = unit.as_ref().is_some_and(|unit| self.themselves.contains(&unit.id));
        ProgressRow {
            has_below: !itself && unit.as_ref().is_some_and(|unit| self.with_parts.contains(&unit.id)),
            itself,
            key,
            name: name.unwrap_or_else(|| Words::raw("")),
            unit,
            person,
            top: None,
            figures: Figures::of(&query, tally),
        }
    }

    fn word(&self, by: ProgressBy, word: &str) -> Words {
        match by {
            ProgressBy::SourceKind => {
                self.kinds.iter().find(|(code, _)| code == word).map_or_else(|| Words::raw(word), |(_, name)| name.clone())
            }
            ProgressBy::Importance => Importance::from_word(word).map_or_else(|| Words::raw(word), Importance::words),
            ProgressBy::Year => say!("{year}年", year = word),
            ProgressBy::Month | ProgressBy::Quarter => match word.split_once('-') {
                Some((year, rest)) => match rest.strip_prefix('Q') {
                    Some(n) => say!("{year}年第{n}季度"),
                    None => say!("{year}年{month}月", month = rest.trim_start_matches('0')),
                },
                None => Words::raw(word),
            },
            _ => Words::raw(word),
        }
    }
}

/// The name of what is about nobody and nothing.
fn nothing(by: ProgressBy) -> Words {
    match by {
        ProgressBy::ChargeLeader => "没有分管领导",
        ProgressBy::Handler => "尚未指定经办人",
        ProgressBy::SourceDocument => "没有来源文件",
        ProgressBy::Month | ProgressBy::Quarter | ProgressBy::Year => "没有期限",
        _ => "没有牵头单位",
    }
    .into()
}

/// The query of a row: that of the whole, narrowed down to what the row is about.
fn narrowed(whole: &FilterQuery, by: ProgressBy, about: &About, itself: impl Fn(UnitId) -> bool) -> FilterQuery {
    let mut query = whole.clone();
    match (by, about) {
        (_, About::Unit(unit)) => {
            query.lead_unit_id = Some(*unit);
            query.lead_only = itself(*unit).then_some(true).or(whole.lead_only);
        }
        (ProgressBy::ChargeLeader, About::Person(person)) => {
            query.charge_leader = Some(person.map_or_else(|| Charged::NOBODY.to_owned(), |id| id.0.to_string()));
        }
        (_, About::Person(Some(person))) => query.handler_id = Some(*person),
        (_, About::Person(None)) => query.has_handler = Some(false),
        (ProgressBy::SourceKind, About::Word(Some(code))) => query.source_kind = Some(code.clone()),
        (ProgressBy::SourceDocument, About::Word(Some(document))) => query.source_document = Some(document.clone()),
        (ProgressBy::SourceDocument, About::Word(None)) => query.has_document = Some(false),
        (ProgressBy::Importance, About::Word(Some(word))) => query.importance = Some(word.clone()),
        (_, About::Word(Some(period))) => {
            if let Some((from, to)) = days(period) {
                query.due_from = Some(whole.due_from.map_or(from, |day| day.max(from)));
                query.due_to = Some(whole.due_to.map_or(to, |day| day.min(to)));
            }
        }
        (ProgressBy::Unit, About::Word(None)) => query.has_lead = Some(false),
        (_, About::Word(None)) => query.has_due = Some(false),
    }
    query
}

#[cfg(test)]
mod tests {
    use super::{days, quarter};

    #[test]
    fn a_period_has_its_first_and_its_last_day() {
        let text = |period: &str| days(period).map(|(from, to)| format!("{from} {to}"));
        assert_eq!(text("2026-02").as_deref(), Some("2026-02-01 2026-02-28"));
        assert_eq!(text("2026-12").as_deref(), Some("2026-12-01 2026-12-31"));
        assert_eq!(text("2026-Q1").as_deref(), Some("2026-01-01 2026-03-31"));
        assert_eq!(text("2026-Q4").as_deref(), Some("2026-10-01 2026-12-31"));
        assert_eq!(text("2024").as_deref(), Some("2024-01-01 2024-12-31"));
        assert_eq!(text("soon"), None);
        assert_eq!(["2026-01", "2026-06", "2026-12"].map(|month| quarter(month).unwrap_or_default()), ["2026-Q1", "2026-Q2", "2026-Q4"]);
    }
}
