//! What a list of tasks is narrowed down to and how it is ordered: read once from the query, used by every list and figure.

use kit::{Day, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use wording::say;

use super::{
    kinds::{self, FieldCondition},
    lamp::{self, Lamp},
    model::{Importance, Share, Task, TaskId, TaskState},
    narrow::{DueKind, Narrow},
    tags,
};
use crate::{
    app::{Fields, Outcome},
    org::{PersonId, UnitId},
};

text_enum! {
    /// Which of my tasks.
    Mine {
        Handling = "handling", "我经办的";
        Created = "created", "我交办的";
        Unit = "unit", "本单位的";
        Followed = "followed", "我关注的";
    }
}

text_enum! {
    /// In which role the unit has to do with the task.
    UnitRole {
        Any = "any", "参与";
        Lead = "lead", "牵头";
        Co = "co", "配合";
    }
}

impl UnitRole {
    pub(super) const fn condition(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Lead => " and fp.role in ('lead', 'co_lead')",
            Self::Co => " and fp.role not in ('lead', 'co_lead')",
        }
    }
}

/// The query of a list, as it comes.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilterQuery {
    /// Part of the title, the number or the document.
    pub q: Option<String>,
    /// States, separated by commas.
    pub state: Option<String>,
    /// Lamps, separated by commas.
    pub lamp: Option<String>,
    /// Past due and open, or not.
    pub overdue: Option<bool>,
    /// Importances, separated by commas.
    pub importance: Option<String>,
    /// A code of `/source-kinds`.
    pub source_kind: Option<String>,
    /// The document, exactly.
    pub source_document: Option<String>,
    /// Tags by name, separated by commas: tasks with any of them.
    pub tag: Option<String>,
    /// What stands in fields of their kinds: conditions `code:value`, separated by `;`, that all hold. Of texts a part is
    /// enough; numbers and days may be a span `from..to`, of which either end may be missing.
    pub fields: Option<String>,
    /// A unit that takes part, units below it included.
    #[param(value_type = Option<String>)]
    pub unit_id: Option<UnitId>,
    /// In which role it does.
    #[param(inline)]
    pub unit_role: Option<UnitRole>,
    /// A unit that leads, units below it included.
    #[param(value_type = Option<String>)]
    pub lead_unit_id: Option<UnitId>,
    /// That unit itself, without those below.
    pub lead_only: Option<bool>,
    /// The person under whose charge it falls, or `none`.
    pub charge_leader: Option<String>,
    /// Who is named on the lead part.
    #[param(value_type = Option<String>)]
    pub handler_id: Option<PersonId>,
    /// Who is named on another part.
    #[param(value_type = Option<String>)]
    pub helper_id: Option<PersonId>,
    /// A unit leads, or none does.
    pub has_lead: Option<bool>,
    /// Somebody is named on the lead part, or nobody is.
    pub has_handler: Option<bool>,
    /// In the tree of this task, which is the top of it.
    #[param(value_type = Option<String>)]
    pub root_id: Option<TaskId>,
    /// Open and due within five working days, or not.
    pub due_soon: Option<bool>,
    /// Open and under way, or open and not begun.
    pub started: Option<bool>,
    /// Open and waiting for somebody, or not.
    pub waiting: Option<bool>,
    /// Open with a risk that nobody has answered, or not.
    pub at_risk: Option<bool>,
    /// Closed, or past this due day.
    #[param(inline)]
    pub judged: Option<DueKind>,
    /// Closed by this due day.
    #[param(inline)]
    pub on_time: Option<DueKind>,
    /// It says which document it comes from, or does not.
    pub has_document: Option<bool>,
    /// It has a due day, or none.
    pub has_due: Option<bool>,
    /// Which of mine.
    #[param(inline)]
    pub mine: Option<Mine>,
    /// Directly below this task.
    #[param(value_type = Option<String>)]
    pub parent_id: Option<TaskId>,
    /// Only tasks with nothing above.
    pub roots: Option<bool>,
    /// Only tasks that count by themselves: with nothing below that has gone out, or open with all of that done.
    pub leaves: Option<bool>,
    /// Only open tasks without an end that are reviewed each quarter.
    pub standing: Option<bool>,
    /// Created on or after.
    #[param(value_type = Option<String>)]
    pub created_from: Option<Day>,
    /// Created on or before.
    #[param(value_type = Option<String>)]
    pub created_to: Option<Day>,
    /// Closed on or after.
    #[param(value_type = Option<String>)]
    pub closed_from: Option<Day>,
    /// Closed on or before.
    #[param(value_type = Option<String>)]
    pub closed_to: Option<Day>,
    /// Due on or after.
    #[param(value_type = Option<String>)]
    pub due_from: Option<Day>,
    /// Due on or before.
    #[param(value_type = Option<String>)]
    pub due_to: Option<Day>,
    /// `created_at`, `due_day`, `progress`, `lamp`, `importance`, `number`, `lateness` or `worst`, `-` before it for the other way round.
    pub sort: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows a page, 1 to 200, 50 when nothing is said.
    pub limit: Option<i64>,
}

/// A filter that has been understood.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub q: Option<String>,
    pub state: Vec<TaskState>,
    pub lamp: Vec<Lamp>,
    pub overdue: Option<bool>,
    pub importance: Vec<Importance>,
    pub source_kind: Option<String>,
    pub source_document: Option<String>,
    pub tags: Vec<String>,
    pub fields: Vec<FieldCondition>,
    pub unit_id: Option<UnitId>,
    pub unit_role: Option<UnitRole>,
    pub lead_unit_id: Option<UnitId>,
    pub lead_only: Option<bool>,
    pub narrow: Narrow,
    pub mine: Option<Mine>,
    pub parent_id: Option<TaskId>,
    pub roots: Option<bool>,
    pub leaves: Option<bool>,
    pub standing: Option<bool>,
    pub created_from: Option<Day>,
    pub created_to: Option<Day>,
    pub closed_from: Option<Day>,
    pub closed_to: Option<Day>,
    pub due_from: Option<Day>,
    pub due_to: Option<Day>,
}

impl Filter {
    /// Whether only open tasks can be found by it.
    pub fn only_open(&self) -> bool {
        let states = !self.state.is_empty() && self.state.iter().all(|state| state.is_open());
        let lamps = !self.lamp.is_empty() && self.lamp.iter().all(|lamp| !matches!(lamp, Lamp::Grey | Lamp::Blue));
        let flags = [self.overdue, self.standing, self.narrow.due_soon, self.narrow.waiting, self.narrow.at_risk];
        states || lamps || self.narrow.started.is_some() || flags.contains(&Some(true))
    }
}

impl FilterQuery {
    /// Understands the query, or says which field is wrong.
    pub fn read(&self) -> Outcome<(Filter, Sort)> {
        let mut fields = Fields::default();
        let q = fields.optional_text("q", self.q.as_deref(), 100);
        let state = words(&mut fields, "state", self.state.as_deref(), TaskState::from_word);
        let lamp = words(&mut fields, "lamp", self.lamp.as_deref(), Lamp::from_word);
        let importance = words(&mut fields, "importance", self.importance.as_deref(), Importance::from_word);
        let narrow = Narrow::read(self, &mut fields);
        let tags = self.tag.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let conditions = kinds::conditions(self.fields.as_deref().unwrap_or_default());
        if conditions.is_none() {
            fields.add("fields", "应为“字段:值”，多个条件用分号隔开");
        }
        let sort = match self.sort.as_deref().map(Sort::read) {
            None => Sort { key: SortKey::CreatedAt, descending: true },
            Some(Some(sort)) => sort,
            Some(None) => {
                fields.add("sort", "不能按此排序");
                Sort { key: SortKey::CreatedAt, descending: true }
            }
        };
        fields.finish()?;
        let filter = Filter {
            q,
            state,
            lamp,
            overdue: self.overdue,
            importance,
            source_kind: self.source_kind.clone(),
            source_document: self.source_document.clone(),
            tags: tags.map(tags::folded).collect(),
            fields: conditions.unwrap_or_default(),
            unit_id: self.unit_id,
            unit_role: self.unit_role,
            lead_unit_id: self.lead_unit_id,
            lead_only: self.lead_only,
            narrow,
            mine: self.mine,
            parent_id: self.parent_id,
            roots: self.roots,
            leaves: self.leaves,
            standing: self.standing,
            created_from: self.created_from,
            created_to: self.created_to,
            closed_from: self.closed_from,
            closed_to: self.closed_to,
            due_from: self.due_from,
            due_to: self.due_to,
        };
        Ok((filter, sort))
    }
}

fn words<T>(fields: &mut Fields, name: &str, text: Option<&str>, read: fn(&str) -> Option<T>) -> Vec<T> {
    let mut values = Vec::new();
    for word in text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match read(word) {
            Some(value) => values.push(value),
            None => fields.add(name, say!("没有“{word}”这一项")),
        }
    }
    values
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    CreatedAt,
    DueDay,
    Progress,
    Importance,
    Number,
    Lamp,
    /// By due day, and what matters most first on the same day.
    Lateness,
    /// The worst lamp first, then by due day, then what matters most.
    Worst,
}

/// What a list is ordered by, and which way.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// The greatest first.
    pub descending: bool,
}

/// A row's place in the order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum SortValue {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

impl Sort {
    fn read(text: &str) -> Option<Self> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let key = match name {
            "created_at" => SortKey::CreatedAt,
            "due_day" => SortKey::DueDay,
            "progress" => SortKey::Progress,
            "importance" => SortKey::Importance,
            "number" => SortKey::Number,
            "lamp" => SortKey::Lamp,
            "lateness" => SortKey::Lateness,
            "worst" => SortKey::Worst,
            _ => return None,
        };
        Some(Self { key, descending })
    }

    /// Where a task stands in this order, the same value the database sorts by.
    pub fn value(self, task: &Task, lamp: Lamp) -> SortValue {
        let Share(progress) = task.progress;
        match self.key {
            SortKey::CreatedAt => SortValue::Int(task.created_at.millis()),
            SortKey::DueDay => SortValue::Text(task.due_day.map_or_else(|| "9999".to_owned(), |day| day.to_string())),
            SortKey::Progress => SortValue::Int(progress),
            SortKey::Importance => SortValue::Int(task.importance as i64),
            SortKey::Number => SortValue::Text(task.number.clone().unwrap_or_default()),
            SortKey::Lamp => SortValue::Int(i64::from(lamp::severity(lamp))),
            SortKey::Lateness => SortValue::Text(lateness(task)),
            SortKey::Worst => SortValue::Text(format!("{} {}", 9 - i64::from(lamp::severity(lamp)), lateness(task))),
        }
    }
}

fn lateness(task: &Task) -> String {
    let day = task.due_day.map_or_else(|| "9999".to_owned(), |day| day.to_string());
    format!("{day} {}", 2 - task.importance as i64)
}
