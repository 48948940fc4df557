use kit::{Day, Moment, id_types, text_enum, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::{Words, say};

pub(super) use super::requests::{RequestKind, RequestRow, RequestState};
use crate::org::{PersonId, UnitId, UnitKind};

id_types! {
    /// A task: a node of a tree.
    TaskId,
    /// A unit's or person's part in a task.
    PartyId,
    /// A dated step of a task.
    MilestoneId,
    /// A progress report.
    ReportId,
    /// A dated duty to report.
    ReportDueId,
    /// Something asked for on a task.
    RequestId,
    /// A time of waiting for somebody.
    WaitId,
    /// Something that may go wrong.
    RiskId,
    /// A closing.
    ClosureId,
    /// A check after closing.
    VerificationId,
}

text_enum! {
    /// Where a task stands. Lamp, overdue and pending requests are overlays, not states.
    TaskState {
        Draft = "draft", "草拟";
        Approval = "approval", "待立项审批";
        Dispatched = "dispatched", "已交办";
        Active = "active", "办理中";
        Closed = "closed", "已办结";
        Settled = "settled", "已销号";
        Suspended = "suspended", "中止";
        Terminated = "terminated", "终止";
    }
}

impl TaskState {
    /// Somebody has to do something about it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Dispatched | Self::Active)
    }

    /// It has been done.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Closed | Self::Settled)
    }
}

text_enum! {
    /// How much depends on it.
    Importance {
        Normal = "normal", "一般";
        Important = "important", "重要";
        Major = "major", "重大";
    }
}

text_enum! {
    /// How quickly it must move.
    Urgency {
        Routine = "routine", "平件";
        Urgent = "urgent", "急件";
        Critical = "critical", "特急";
    }
}

text_enum! {
    /// What a party is there for.
    PartyRole {
        Lead = "lead", "牵头";
        CoLead = "co_lead", "共同牵头";
        Co = "co", "配合";
        Summary = "summary", "汇总";
        Implement = "implement", "落实";
        ChargeLeader = "charge_leader", "责任领导";
    }
}

impl PartyRole {
    /// Whether the task waits for this party's signature before it becomes active.
    pub const fn leads(self) -> bool {
        matches!(self, Self::Lead | Self::CoLead)
    }

    /// Whether it takes part in what others lead: its part ends by itself, before the task can.
    pub const fn assists(self) -> bool {
        matches!(self, Self::Co | Self::Summary | Self::Implement)
    }

    /// Whether this party has something to do.
    pub const fn works(self) -> bool {
        !matches!(self, Self::ChargeLeader)
    }

    /// A unit with this role, as it stands in a list.
    pub(super) fn of(self, unit: &str) -> Words {
        match self {
            Self::Lead => say!("{unit}（牵头）"),
            Self::CoLead => say!("{unit}（共同牵头）"),
            Self::Co => say!("{unit}（配合）"),
            Self::Summary => say!("{unit}（汇总）"),
            Self::Implement => say!("{unit}（落实）"),
            Self::ChargeLeader => say!("{unit}（责任领导）"),
        }
    }
}

text_enum! {
    /// Where a party stands.
    PartyState {
        Unsigned = "unsigned", "待签收";
        Signed = "signed", "已签收";
        Done = "done", "已完成";
        Disputed = "disputed", "异议";
    }
}

text_enum! {
    /// How often progress is to be reported.
    RuleKind {
        None = "none", "不定期";
        Daily = "daily", "每个工作日";
        Weekly = "weekly", "每周";
        HalfMonthly = "half_monthly", "每半月";
        Monthly = "monthly", "每月";
        Quarterly = "quarterly", "每季度";
        Milestone = "milestone", "按节点";
        OnEvent = "on_event", "按要求";
    }
}

text_enum! {
    /// Where a report stands.
    ReportState {
        Submitted = "submitted", "待审核";
        Accepted = "accepted", "已采纳";
        SentBack = "sent_back", "已退回";
    }
}

text_enum! {
    /// What a check after closing found.
    VerificationResult {
        Pass = "pass", "通过";
        Fail = "fail", "不通过";
    }
}

/// A share of one, in millionths: weights and progress add up exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, ToSchema)]
#[sqlx(transparent)]
#[schema(value_type = f64, minimum = 0, maximum = 100)]
pub struct Share(pub i64);

impl Share {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000);

    /// From percent with at most four decimals; `None` outside 0 to 100.
    pub fn from_percent(percent: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "checked to lie between 0 and a million")]
        (0.0..=100.0).contains(&percent).then(|| Self((percent * 10_000.0).round() as i64))
    }

    /// In percent.
    #[expect(clippy::cast_precision_loss, reason = "at most a million")]
    pub fn percent(self) -> f64 {
        self.0 as f64 / 10_000.0
    }

    /// As people write it: 33.33%.
    pub fn words(self) -> String {
        let text = format!("{:.2}", self.percent());
        format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.percent())
    }
}

/// A task as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Task {
    pub id: TaskId,
    pub number: Option<String>,
    pub parent_id: Option<TaskId>,
    pub root_id: TaskId,
    pub depth: i64,
    pub position: i64,
    pub title: String,
    pub demand: String,
    pub source_kind: String,
    pub source_document: Option<String>,
    pub clause: Option<String>,
    pub importance: Importance,
    pub urgency: Urgency,
    pub state: TaskState,
    pub creator_id: PersonId,
    pub issuer_unit_id: Option<UnitId>,
    pub issuer_kind: Option<UnitKind>,
    pub submitted_by: Option<PersonId>,
    /// When it was handed in to be approved.
    pub submitted_at: Option<Moment>,
    pub created_at: Moment,
    pub dispatched_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub settled_at: Option<Moment>,
    pub last_report_at: Option<Moment>,
    pub start_day: Option<Day>,
    pub due_day: Option<Day>,
    pub original_due_day: Option<Day>,
    pub due_text: Option<String>,
    /// From which day the words were read; nothing where the day was chosen.
    pub due_from: Option<Day>,
    pub due_explanation: String,
    pub rule_kind: RuleKind,
    pub rule_day: Option<i64>,
    pub weight: Share,
    pub progress: Share,
    pub claimed: Share,
    /// Tasks directly below that were not given up; drafts, too.
    pub children: i64,
    /// Of those, how many have gone out.
    pub children_out: i64,
    /// Of these, how many are open.
    pub children_open: i64,
    pub stage: Option<String>,
    pub sent_back: i64,
    pub red_since: Option<Day>,
    pub yellow_from: Option<Day>,
    pub orange_from: Option<Day>,
    pub red_from: Option<Day>,
    pub lamp_plan: String,
    /// Since when it stands still.
    pub suspended_on: Option<Day>,
    /// By which request.
    pub suspended_by: Option<RequestId>,
    /// Working days it has stood still altogether.
    pub stood_days: i64,
    /// For whom or what it waits now, as it stands in a list.
    pub waits_for: Option<String>,
    /// Risks that nobody has answered yet.
    pub open_risks: i64,
    /// Why its clock stands: what was asked for and is not decided. Only of open tasks.
    pub stopped: Option<RequestKind>,
    /// Which generation of calendar and rules the plan comes from.
    pub planned_by: i64,
    /// By when its issuer says whether it goes on; only of standing tasks.
    pub review_day: Option<Day>,
    pub not_secret: bool,
    pub version: i64,
}

impl Task {
    /// Whether its progress is that of the tasks below it: some have gone out and were not given up. A draft below changes nothing yet.
    pub const fn is_summed(&self) -> bool {
        self.children_out > 0
    }

    /// What the task says and when it is due: all of it that a verb may change and that is not merely its course.
    pub(super) fn facts(&self) -> impl PartialEq + '_ {
        (
            (&self.number, &self.title, &self.demand, &self.source_kind, &self.source_document, &self.clause),
            (self.importance, self.urgency, self.dispatched_at, self.start_day, self.due_day, self.original_due_day),
            (&self.due_text, &self.due_explanation, self.due_from, self.rule_kind, self.rule_day, self.not_secret),
        )
    }
}

/// A party as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PartyRow {
    pub id: PartyId,
    pub task_id: TaskId,
    pub unit_id: UnitId,
    pub person_id: Option<PersonId>,
    pub role: PartyRole,
    pub state: PartyState,
    pub position: i64,
    /// When it went out to this unit.
    pub assigned_at: Option<Moment>,
    pub signed_at: Option<Moment>,
    pub signed_by: Option<PersonId>,
    pub returned: i64,
    /// What is asked of this party in particular.
    pub demand: Option<String>,
    /// By when; the task's due day where nothing is said.
    pub due_day: Option<Day>,
    /// When its part was done, or let go, while the task went on.
    pub done_at: Option<Moment>,
    pub done_by: Option<PersonId>,
    /// What was done, or why it was let go.
    pub done_text: Option<String>,
    /// It was let go: nothing had to be done.
    pub waived: bool,
    pub unit_name: String,
    pub unit_short: String,
    pub person_name: Option<String>,
}

/// A milestone as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct MilestoneRow {
    pub id: MilestoneId,
    pub title: String,
    pub due_day: Day,
    pub weight: Share,
    pub deliverable: Option<String>,
    /// The report that says it was reached, until that is reviewed.
    pub report_id: Option<ReportId>,
    pub done_at: Option<Moment>,
}

/// A closing that has not been undone.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct ClosureRow {
    /// Who asked for it; nobody where it followed from the tasks below.
    pub asked_by: Option<PersonId>,
    /// Who granted it.
    pub granted_by: Option<PersonId>,
    /// Verified progress before it.
    pub progress: Share,
}

/// A duty to report as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ReportDueRow {
    pub id: ReportDueId,
    pub due_day: Day,
    pub report_id: Option<ReportId>,
    pub met_day: Option<Day>,
    /// Who asked for it on the spot; nobody where it follows from the rule.
    pub asked_by: Option<PersonId>,
    /// What it should say.
    pub asked_text: Option<String>,
}

/// A report as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ReportRow {
    pub id: ReportId,
    pub task_id: TaskId,
    pub party_id: PartyId,
    /// Whose part it was then.
    pub unit_id: UnitId,
    pub person_id: PersonId,
    pub at: Moment,
    pub claimed: Share,
    pub verified: Option<Share>,
    pub text: String,
    pub problem: Option<String>,
    pub next_step: Option<String>,
    pub fall_reason: Option<String>,
    pub state: ReportState,
    pub reviewed_by: Option<PersonId>,
    pub reviewed_at: Option<Moment>,
    pub review_text: Option<String>,
}

/// A verification as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct VerificationRow {
    pub id: VerificationId,
    pub result: VerificationResult,
    pub text: String,
    pub person_id: PersonId,
    pub at: Moment,
}

/// A unit's (and person's) part in a task to be set up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyInput {
    /// Which unit.
    pub unit_id: UnitId,
    /// Who in it.
    pub person_id: Option<PersonId>,
    /// What for.
    pub role: PartyRole,
    /// What is asked of it in particular, at most 500 characters; absent leaves it as it is, an empty text takes it away.
    #[serde(default)]
    pub demand: Option<String>,
    /// By when its part is due, not after the task; absent leaves it as it is, `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Day>)]
    pub due_day: Option<Option<Day>>,
}

impl PartyInput {
    /// A unit with nobody named and nothing asked of it in particular.
    pub const fn of(unit_id: UnitId, role: PartyRole) -> Self {
        Self { unit_id, person_id: None, role, demand: None, due_day: None }
    }
}

/// Tells `null` from nothing said.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// When a task is due: in words (“6月底前”, “10个工作日内”) or as a day. The day wins; the words are kept beside it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DueInput {
    /// In words.
    pub text: Option<String>,
    /// As a day.
    pub day: Option<Day>,
}

/// A dated step to be set up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MilestoneInput {
    /// The step's id, when it is there already: what was done stays done.
    pub id: Option<MilestoneId>,
    /// What is reached.
    pub title: String,
    /// By when.
    pub due_day: Day,
    /// Its share of the task in percent; equal shares when missing.
    pub weight: Option<f64>,
    /// What is handed in.
    pub deliverable: Option<String>,
}

/// How often progress is reported.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRule {
    /// How often.
    pub kind: RuleKind,
    /// The weekday 1–7, or the day of the (last) month 1–31; moved to the working day before when it is a day off. Only of
    /// weekly, monthly and quarterly reports.
    pub day: Option<i64>,
}

/// A task to be set up or changed; absent fields stay as they are.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskInput {
    /// At most 300 characters.
    pub title: Option<String>,
    /// What is demanded, at most 20,000 characters.
    pub demand: Option<String>,
    /// Where it comes from: a code of `/source-kinds`.
    pub source_kind: Option<String>,
    /// The document it comes from, at most 300 characters.
    pub source_document: Option<String>,
    /// The clause, at most 500 characters.
    pub clause: Option<String>,
    /// How much depends on it.
    pub importance: Option<Importance>,
    /// How quickly it must move.
    pub urgency: Option<Urgency>,
    /// When it is due.
    pub due: Option<DueInput>,
    /// When it begins; the day of dispatch when missing.
    pub start_day: Option<Day>,
    /// Who does it; replaces all parties.
    pub parties: Option<Vec<PartyInput>>,
    /// Its steps; replaces all of them.
    pub milestones: Option<Vec<MilestoneInput>>,
    /// How often progress is reported.
    pub report_rule: Option<ReportRule>,
    /// The writer confirms that nothing in it is a state secret (不涉密).
    pub not_secret: Option<bool>,
    /// What it says in the fields of its kind, by code; `null` empties one, those that are not named stay as they are.
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    pub fields: Option<super::kinds::FieldsInput>,
    /// All of its tags, by name.
    pub tags: Option<Vec<String>>,
    /// Files that belong to it.
    pub file_ids: Option<Vec<crate::files::FileId>>,
}

/// A task's id without its type, as the ledger, files and messages know it.
impl From<TaskId> for Uuid {
    fn from(id: TaskId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn a_share_survives_percent_and_back() {
        for ppm in [0, 1, 333_333, 333_400, 999_999, 1_000_000] {
            assert_eq!(Share::from_percent(Share(ppm).percent()), Some(Share(ppm)));
        }
        assert_eq!(Share::from_percent(100.01), None);
        assert_eq!(Share::from_percent(f64::NAN), None);
        assert_eq!(Share(333_300).words(), "33.33%");
        assert_eq!(Share::WHOLE.words(), "100%");
    }
}
