//! Copies: a task set again, with the tasks below it or without, on days of its own. What it asks for comes along; what became
//! of it, its reports, marks and numbers, does not.

use db::Tx;
use kit::Day;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    case::{Case, Step, note},
    due,
    links::{LinkKind, LinkRow},
    model::{DueInput, TaskId},
    pattern::{self, LaidTask, Making, Pattern},
    store,
    view::{self, TaskDetail},
};
use crate::app::{Ctx, Fields, Outcome};

/// How a task is to be copied.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CopyInput {
    /// Another title.
    title: Option<String>,
    /// When it begins; today when missing.
    start_day: Option<Day>,
    /// When it is due; as many working days after its beginning as before when missing.
    due: Option<DueInput>,
    /// With the tasks below it.
    #[serde(default = "yes")]
    below: bool,
    /// With the files that belong to the tasks themselves.
    #[serde(default)]
    files: bool,
    /// Both are said to be of the same matter.
    #[serde(default)]
    same_matter: bool,
}

const fn yes() -> bool {
    true
}

/// What would be made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Preview {
    /// In reading order, each day with its reason.
    pub(super) tasks: Vec<LaidTask>,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeTasks {
    /// The top one.
    pub(super) task: TaskDetail,
    /// How many drafts there are.
    pub(super) tasks: i64,
    /// What could not be taken along, and why.
    pub(super) notes: Vec<Words>,
}

/// When it begins and is due, as far as that was said.
pub(super) fn dates(ctx: &Ctx, start: Option<Day>, given: Option<&DueInput>) -> Outcome<(Day, Option<due::Due>)> {
    let start = start.unwrap_or_else(|| ctx.today());
    let due = given.map(|given| due::read(given, start, &ctx.calendar)).transpose()?;
    if due.as_ref().and_then(|due| due.day).is_some_and(|day| day < start) {
        return Err(crate::app::Refusal::field("due", "不能早于开始日期"));
    }
    Ok((start, due))
}

async fn pattern_of(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &CopyInput) -> Outcome<Pattern> {
    let mut pattern = pattern::of_task(tx, ctx, id, input.below).await?;
    if let Some(title) = &input.title {
        let mut fields = Fields::default();
        pattern.title = fields.text("title", title, 300);
        fields.finish()?;
    }
    Ok(pattern)
}

/// What a copy would be.
pub(super) async fn preview(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &CopyInput) -> Outcome<Preview> {
    let pattern = pattern_of(tx, ctx, id, input).await?;
    let (start, due) = dates(ctx, input.start_day, input.due.as_ref())?;
    let laid = pattern::lay_out(ctx, &pattern, start, due.as_ref());
    Ok(Preview { tasks: pattern::shown(tx, &laid).await? })
}

/// Copies a task into drafts.
pub(super) async fn copy(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &CopyInput) -> Outcome<MadeTasks> {
    let source = Case::look(tx, ctx, id).await?.task;
    let pattern = pattern_of(tx, ctx, id, input).await?;
    let (start, due) = dates(ctx, input.start_day, input.due.as_ref())?;
    let made = pattern::make(tx, ctx, &Making { pattern: &pattern, start, due, files: input.files }).await?;
    let name = source.number.clone().unwrap_or_else(|| source.title.clone());
    let copy = Case::look(tx, ctx, made.id).await?.task;
    note(tx, ctx, &copy, Step::new("copied", say!("由“{name}”复制"), json!({ "from": id, "tasks": made.tasks }))).await?;
    if input.same_matter {
        store::lock_tree(tx, id).await?;
        let row = LinkRow { task_id: made.id, kind: LinkKind::SameMatter, other_id: id, person_id: ctx.actor.person, at: ctx.now() };
        store::insert_link(tx, &row).await?;
        let data = json!({ "kind": row.kind, "task": made.id, "other": id });
        note(tx, ctx, &copy, Step::new("linked", row.kind.said(&name), data.clone()).about(id.0)).await?;
        // Whoever reads the source's time line may not see the draft; its title says enough.
        note(tx, ctx, &source, Step::new("linked", row.kind.heard(&copy.title), data).about(made.id.0)).await?;
    }
    answer(tx, ctx, made).await
}

/// What was made, as it is answered.
pub(super) async fn answer(tx: &mut Tx, ctx: &Ctx, made: pattern::Made) -> Outcome<MadeTasks> {
    let task = view::detail(tx, ctx, made.id).await?;
    Ok(MadeTasks { task, tasks: i64::try_from(made.tasks).unwrap_or(0), notes: made.notes })
}
