//! Conditions as data: a tree over what is known of a task.

use kit::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::{Words, say};

text_enum! {
    /// What can be asked of a task.
    Fact {
        Importance = "importance", "重要程度";
        Urgency = "urgency", "紧急程度";
        SourceKind = "source_kind", "任务来源";
        State = "state", "状态";
        Lamp = "lamp", "亮灯";
        Progress = "progress", "进度（%）";
        DaysToDue = "days_to_due", "距到期工作日";
        Children = "children", "子任务数";
        OpenRisks = "open_risks", "未回应风险数";
    }
}

impl Fact {
    const fn is_number(self) -> bool {
        matches!(self, Self::Progress | Self::DaysToDue | Self::Children | Self::OpenRisks)
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Condition {
    /// All of these hold.
    All {
        #[schema(no_recursion)]
        of: Vec<Condition>,
    },
    /// One of these holds.
    Any {
        #[schema(no_recursion)]
        of: Vec<Condition>,
    },
    /// This does not hold.
    Not {
        #[schema(no_recursion)]
        of: Box<Condition>,
    },
    /// The fact is one of these words.
    Is { fact: Fact, one_of: Vec<String> },
    /// The fact is at least so much.
    AtLeast { fact: Fact, n: i64 },
    /// The fact is at most so much.
    AtMost { fact: Fact, n: i64 },
}

/// What is known of a task at a moment.
pub(super) trait Known {
    /// The word of a fact that is one.
    fn word(&self, fact: Fact) -> Option<&str>;
    /// The number of a fact that is one; nothing where there is none.
    fn number(&self, fact: Fact) -> Option<i64>;
}

/// Deeper than anybody reads.
const DEEPEST: usize = 5;
const MOST: usize = 40;

impl Condition {
    /// Whether it holds. A number that is not known fulfils nothing.
    pub(super) fn holds(&self, known: &impl Known) -> bool {
        match self {
            Self::All { of } => of.iter().all(|each| each.holds(known)),
            Self::Any { of } => of.iter().any(|each| each.holds(known)),
            Self::Not { of } => !of.holds(known),
            Self::Is { fact, one_of } => known.word(*fact).is_some_and(|word| one_of.iter().any(|each| each == word)),
            Self::AtLeast { fact, n } => known.number(*fact).is_some_and(|known| known >= *n),
            Self::AtMost { fact, n } => known.number(*fact).is_some_and(|known| known <= *n),
        }
    }

    /// What is wrong with it.
    pub(super) fn check(&self) -> Result<(), Words> {
        let mut left = MOST;
        self.look(1, &mut left)
    }

    fn look(&self, depth: usize, left: &mut usize) -> Result<(), Words> {
        if depth > DEEPEST {
            return Err(say!("条件最多嵌套 {most} 层", most = DEEPEST));
        }
        *left = left.checked_sub(1).ok_or_else(|| say!("条件最多 {most} 项", most = MOST))?;
        match self {
            Self::All { of } | Self::Any { of } => {
                if of.is_empty() {
                    return Err("条件组不能为空".into());
                }
                of.iter().try_for_each(|each| each.look(depth + 1, left))
            }
            Self::Not { of } => of.look(depth + 1, left),
            Self::Is { fact, one_of } => {
                if fact.is_number() {
                    return Err(say!("{fact}是数字，应比较大小", fact = fact.words()));
                }
                if one_of.is_empty() || one_of.len() > 40 {
                    return Err(say!("{fact}应选 1 至 40 项", fact = fact.words()));
                }
                Ok(())
            }
            Self::AtLeast { fact, .. } | Self::AtMost { fact, .. } => {
                if fact.is_number() {
                    Ok(())
                } else {
                    Err(say!("{fact}不是数字，应选若干项", fact = fact.words()))
                }
            }
        }
    }
}
