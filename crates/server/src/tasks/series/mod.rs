//! Series: tasks that come again each week, month, quarter or year, each made and sent out some working days ahead.
//!
//! What holds from a day on is a [`Rule`]; a change for the future is a further rule, so that the past stays explained. Each
//! *period* (2026-02) comes out at most once, whatever crashes and however the rule is changed: its row in `series_occurrence` and its
//! tasks are written in one transaction. What has not come out follows the calendar, because it is written nowhere.

mod change;
mod out;
mod plan;
mod rule;
mod view;

use db::Tx;
use kit::{Day, Moment, id_types, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::Words;

pub(super) use change::{
    OccurrenceChange, SeriesChange, SeriesInput, begin, change, change_occurrence, end, preview, resume, suspend, take_over, trial,
    undo_occurrence,
};
pub use out::{MORE, STUCK, SeriesStuck, sweep};
pub(super) use rule::{Rule, SeriesMode};
pub(super) use view::{SeriesDetail, SeriesLine, SeriesPreview, TaskSeries, detail, list, of_task};

use super::{model::TaskId, store};
use crate::{
    access::Role,
    app::{Ctx, Outcome, Refusal},
    org::{PersonId, UnitId},
};

id_types! {
    /// A series.
    SeriesId,
}

text_enum! {
    /// Whether a series goes on.
    SeriesState {
        Active = "active", "进行中";
        Suspended = "suspended", "已中止";
        Ended = "ended", "已结束";
    }
}

text_enum! {
    /// How one time of a series stands.
    OccurrenceState {
        Planned = "planned", "待生成";
        Changed = "changed", "已调整";
        Skipped = "skipped", "已跳过";
        Stuck = "stuck", "未能生成";
        Out = "out", "已生成";
    }
}

/// A series as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct SeriesRow {
    pub(in crate::tasks) id: SeriesId,
    pub(in crate::tasks) name: String,
    pub(in crate::tasks) person_id: PersonId,
    pub(in crate::tasks) person_name: String,
    pub(in crate::tasks) unit_id: Option<UnitId>,
    pub(in crate::tasks) unit_name: Option<String>,
    pub(in crate::tasks) state: SeriesState,
    pub(in crate::tasks) reason: Option<String>,
    pub(in crate::tasks) until_day: Option<Day>,
    pub(in crate::tasks) times: Option<i64>,
    pub(in crate::tasks) since_day: Day,
    pub(in crate::tasks) next_day: Option<Day>,
    pub(in crate::tasks) planned_by: i64,
    pub(in crate::tasks) created_at: Moment,
    pub(in crate::tasks) version: i64,
}

/// A period that is otherwise than the rule says, or has come out.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct OccurrenceRow {
    pub(in crate::tasks) period: String,
    pub(in crate::tasks) nominal_day: Day,
    pub(in crate::tasks) state: OccurrenceState,
    pub(in crate::tasks) day: Option<Day>,
    pub(in crate::tasks) due_day: Option<Day>,
    pub(in crate::tasks) title: Option<String>,
    /// Stored words where the system says it.
    pub(in crate::tasks) reason: Option<Words>,
    pub(in crate::tasks) person_id: Option<PersonId>,
    pub(in crate::tasks) at: Moment,
    pub(in crate::tasks) task_id: Option<TaskId>,
    pub(in crate::tasks) late_days: i64,
}

/// A series in hand: its rules by the day from which they hold, and the periods that have a row.
#[derive(Clone, Debug)]
pub(in crate::tasks) struct Series {
    row: SeriesRow,
    rules: Vec<(Day, Rule)>,
    occurrences: Vec<OccurrenceRow>,
}

impl Series {
    async fn load(tx: &mut Tx, row: SeriesRow) -> Outcome<Self> {
        let mut rules = Vec::new();
        for (from, body) in store::series_rules(tx, row.id).await? {
            rules.push((from, serde_json::from_str(&body).map_err(Refusal::internal)?));
        }
        let occurrences = store::series_occurrences(tx, row.id).await?;
        Ok(Self { row, rules, occurrences })
    }

    /// One that the actor sees.
    async fn look(tx: &mut Tx, ctx: &Ctx, id: SeriesId) -> Outcome<Self> {
        let row = store::series(tx, &ctx.actor.scope, ctx.actor.person, Some(id)).await?.pop().ok_or(Refusal::NotFound)?;
        Self::load(tx, row).await
    }

    /// One that the actor keeps, in hand to be changed.
    async fn open(tx: &mut Tx, ctx: &Ctx, id: SeriesId, version: i64) -> Outcome<Self> {
        store::lock_series(tx, id).await?;
        let series = Self::look(tx, ctx, id).await?;
        if !series.may_change(ctx) {
            return Err(Refusal::forbidden("只有负责人和本单位负责人、联络员可以调整这个周期任务。"));
        }
        if series.row.version != version {
            return Err(Refusal::Stale);
        }
        Ok(series)
    }

    /// Its keeper, whoever stands for its unit, and the operations centre for its own.
    fn may_change(&self, ctx: &Ctx) -> bool {
        let who = &ctx.actor;
        let own = who.is(Role::Centre) && self.row.unit_id == who.unit;
        self.row.person_id == who.person || own || self.row.unit_id.is_some_and(|unit| who.acts_for(unit))
    }

    /// What holds at the end.
    fn newest(&self) -> Outcome<&Rule> {
        self.rules.last().map(|(_, rule)| rule).ok_or_else(|| Refusal::internal("a series without a rule"))
    }

    fn occurrence(&self, period: &str) -> Option<&OccurrenceRow> {
        self.occurrences.iter().find(|row| row.period == period)
    }
}

/// The version a request looked at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// The version that was looked at.
    pub(super) version: i64,
    /// Why, at most 500 characters.
    #[serde(default)]
    pub(super) reason: String,
}
