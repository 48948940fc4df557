//! Templates: patterns with a name, kept for oneself or shared. Changing one never changes what was made from it.

use db::Tx;
use kit::{Day, Moment, id_types};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    case::{Case, Step, note},
    copies::{self, MadeTasks, Preview},
    model::{DueInput, TaskId},
    pattern::{self, Chosen, Making, Pattern},
    saved::Sharing,
    store::{self, TemplateRow},
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
    org::PersonRef,
};

id_types! {
    /// A template.
    TemplateId,
}

/// So many templates of one's own anybody keeps.
const MOST: i64 = 200;

/// A template in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TemplateLine {
    id: TemplateId,
    name: String,
    /// What it is for.
    description: String,
    shared: Sharing,
    /// Whose it is.
    owner: PersonRef,
    /// The asker may change it.
    may_change: bool,
    /// How many tasks it makes.
    tasks: i64,
    /// When it was last changed.
    changed_at: Moment,
    /// Since when it is no longer offered.
    retired_at: Option<Moment>,
    /// Counts changes.
    version: i64,
}

/// A template with what it makes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Template {
    #[serde(flatten)]
    line: TemplateLine,
    pattern: Pattern,
}

/// What a template is to be; absent fields stay as they are.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateInput {
    /// At most 60 characters.
    name: Option<String>,
    /// What it is for, at most 500 characters.
    description: Option<String>,
    /// Who has it.
    shared: Option<Sharing>,
    /// What it makes.
    pattern: Option<Pattern>,
    /// Or the task it is taken from, with the tasks below it.
    task_id: Option<TaskId>,
    /// Whether it is no longer offered.
    retired: Option<bool>,
}

/// How a template is to be used.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateUse {
    /// Another title for the top task.
    title: Option<String>,
    /// When it begins; today when missing.
    start_day: Option<Day>,
    /// When the top task is due; as the template says when missing.
    due: Option<DueInput>,
    /// Units for the places that were left open.
    #[serde(default)]
    chosen: Vec<Chosen>,
}

impl Template {
    /// Which one.
    pub(super) const fn id(&self) -> TemplateId {
        self.line.id
    }
}

fn read(row: &TemplateRow) -> Outcome<Pattern> {
    serde_json::from_str(&row.pattern).map_err(Refusal::internal)
}

/// Its owner; what a unit has, whoever stands for the unit; what all have, the operations centre.
fn may_change(ctx: &Ctx, row: &TemplateRow) -> bool {
    row.person_id == ctx.actor.person
        || match row.shared {
            Sharing::Own => false,
            Sharing::Unit => row.unit_id.is_some_and(|unit| ctx.actor.acts_for(unit)),
            Sharing::All => ctx.actor.is(Role::Centre),
        }
}

fn line(ctx: &Ctx, row: &TemplateRow) -> TemplateLine {
    TemplateLine {
        may_change: may_change(ctx, row),
        id: row.id,
        name: row.name.clone(),
        description: row.description.clone(),
        shared: row.shared,
        owner: PersonRef { id: row.person_id, name: row.person_name.clone() },
        tasks: row.tasks,
        changed_at: row.changed_at,
        retired_at: row.retired_at,
        version: row.version,
    }
}

/// The templates the actor has, by name.
pub(super) async fn list(tx: &mut Tx, ctx: &Ctx, retired: bool) -> Outcome<Vec<TemplateLine>> {
    let rows = store::templates(tx, ctx.actor.person, ctx.actor.unit, None).await?;
    Ok(rows.iter().filter(|row| row.retired_at.is_none() || retired).map(|row| line(ctx, row)).collect())
}

async fn of(tx: &mut Tx, ctx: &Ctx, id: TemplateId) -> Outcome<TemplateRow> {
    store::templates(tx, ctx.actor.person, ctx.actor.unit, Some(id)).await?.pop().ok_or(Refusal::NotFound)
}

/// One template.
pub(super) async fn show(tx: &mut Tx, ctx: &Ctx, id: TemplateId) -> Outcome<Template> {
    let row = of(tx, ctx, id).await?;
    Ok(Template { line: line(ctx, &row), pattern: read(&row)? })
}

/// The pattern of a template the actor has, and its version; for whoever makes something of it.
pub(super) async fn pattern_of(tx: &mut Tx, ctx: &Ctx, id: TemplateId) -> Outcome<(Pattern, i64)> {
    let row = of(tx, ctx, id).await?;
    Ok((read(&row)?, row.version))
}

/// Checks what a template is to be and writes it into `row`.
async fn apply(tx: &mut Tx, ctx: &Ctx, row: &mut TemplateRow, input: &TemplateInput) -> Outcome<()> {
    let mut fields = Fields::default();
    if let Some(name) = &input.name {
        row.name = fields.text("name", name, 60);
    }
    if let Some(description) = &input.description {
        row.description = fields.optional_text("description", Some(description), 500).unwrap_or_default();
    }
    let mut taken = match (&input.pattern, input.task_id) {
        (Some(_), Some(_)) => return Err(Refusal::field("task_id", "模板内容和来源任务只能给出一个")),
        (Some(pattern), None) => {
            pattern::check(tx, ctx, pattern, "pattern", &mut fields).await?;
            Some(pattern.clone())
        }
        (None, Some(task)) => Some(pattern::of_task(tx, ctx, task, true).await?),
        (None, None) => None,
    };
    fields.finish()?;
    if let Some(pattern) = &mut taken {
        pattern.start_after = 0;
        row.tasks = i64::try_from(pattern.size()).unwrap_or(0);
        row.pattern = serde_json::to_string(pattern).map_err(Refusal::internal)?;
    }
    match input.shared.unwrap_or(row.shared) {
        Sharing::Own => row.unit_id = None,
        Sharing::Unit if row.shared == Sharing::Unit && row.unit_id.is_some() => {}
        Sharing::Unit => row.unit_id = Some(ctx.actor.unit.ok_or_else(|| Refusal::field("shared", "您没有所属单位，不能分享给本单位"))?),
        Sharing::All if !ctx.actor.is(Role::Centre) => return Err(Refusal::forbidden("只有政务运营中心可以把模板分享给所有人。")),
        Sharing::All => row.unit_id = None,
    }
    row.shared = input.shared.unwrap_or(row.shared);
    match input.retired {
        Some(true) => row.retired_at = row.retired_at.or(Some(ctx.now())),
        Some(false) => row.retired_at = None,
        None => {}
    }
    row.changed_at = ctx.now();
    row.version += 1;
    Ok(())
}

async fn record(tx: &mut Tx, ctx: &Ctx, row: &TemplateRow, action: &'static str, words: wording::Words) -> Outcome<()> {
    let data = json!({ "template": row.id, "version": row.version, "name": row.name, "shared": row.shared, "pattern": row.pattern });
    audit::record(tx, ctx, audit::Entry { stream: row.id.0, task: None, action, words, data }).await
}

/// Keeps a template.
pub(super) async fn keep(tx: &mut Tx, ctx: &Ctx, input: &TemplateInput) -> Outcome<Template> {
    if store::templates_of(tx, ctx.actor.person).await? >= MOST {
        return Err(Refusal::conflict("too_many", say!("每人最多保存 {MOST} 个模板，请先停用并整理。")));
    }
    let mut fields = Fields::default();
    if input.name.is_none() {
        fields.add("name", "不能为空");
    }
    if input.pattern.is_none() && input.task_id.is_none() {
        fields.add("task_id", "请选择来源任务，或给出模板内容");
    }
    fields.finish()?;
    let mut row = TemplateRow {
        id: TemplateId::new(&ctx.rng, ctx.now()),
        person_id: ctx.actor.person,
        person_name: ctx.actor.name.clone(),
        shared: Sharing::Own,
        unit_id: None,
        name: String::new(),
        description: String::new(),
        pattern: String::new(),
        tasks: 0,
        created_at: ctx.now(),
        changed_at: ctx.now(),
        retired_at: None,
        version: 0,
    };
    apply(tx, ctx, &mut row, input).await?;
    store::put_template(tx, &row).await?;
    record(tx, ctx, &row, "template_kept", say!("新建任务模板“{name}”", name = row.name)).await?;
    show(tx, ctx, row.id).await
}

/// Changes a template; what was made from it stays as it is.
pub(super) async fn change(tx: &mut Tx, ctx: &Ctx, id: TemplateId, version: i64, input: &TemplateInput) -> Outcome<Template> {
    store::lock_template(tx, id).await?;
    let mut row = of(tx, ctx, id).await?;
    if !may_change(ctx, &row) {
        return Err(Refusal::forbidden("只有创建人，或分享范围内的管理人可以修改这个模板，您可以另存一份。"));
    }
    if row.version != version {
        return Err(Refusal::Stale);
    }
    let was_retired = row.retired_at.is_some();
    apply(tx, ctx, &mut row, input).await?;
    store::put_template(tx, &row).await?;
    let name = &row.name;
    let words = match (was_retired, row.retired_at.is_some()) {
        (false, true) => say!("停用任务模板“{name}”"),
        (true, false) => say!("恢复任务模板“{name}”"),
        _ => say!("修改任务模板“{name}”"),
    };
    record(tx, ctx, &row, "template_changed", words).await?;
    show(tx, ctx, id).await
}

async fn used(tx: &mut Tx, ctx: &Ctx, id: TemplateId, input: &TemplateUse) -> Outcome<(TemplateRow, Pattern)> {
    let row = of(tx, ctx, id).await?;
    let mut pattern = read(&row)?;
    let mut fields = Fields::default();
    if let Some(title) = &input.title {
        pattern.title = fields.text("title", title, 300);
    }
    pattern::choose(&mut pattern, &input.chosen, &mut fields);
    fields.finish()?;
    Ok((row, pattern))
}

/// What a template would make, on real days.
pub(super) async fn preview(tx: &mut Tx, ctx: &Ctx, id: TemplateId, input: &TemplateUse) -> Outcome<Preview> {
    let (_, pattern) = used(tx, ctx, id, input).await?;
    let (start, due) = copies::dates(ctx, input.start_day, input.due.as_ref())?;
    let laid = pattern::lay_out(ctx, &pattern, start, due.as_ref());
    Ok(Preview { tasks: pattern::shown(tx, &laid).await? })
}

/// Makes drafts of a template.
pub(super) async fn make(tx: &mut Tx, ctx: &Ctx, id: TemplateId, input: &TemplateUse) -> Outcome<MadeTasks> {
    let (row, pattern) = used(tx, ctx, id, input).await?;
    if row.retired_at.is_some() {
        return Err(Refusal::conflict("not_now", "这个模板已经停用。"));
    }
    let (start, due) = copies::dates(ctx, input.start_day, input.due.as_ref())?;
    let made = pattern::make(tx, ctx, &Making { pattern: &pattern, start, due, files: false }).await?;
    let task = Case::look(tx, ctx, made.id).await?.task;
    let words = say!("由模板“{name}”（第{version}版）生成", name = row.name, version = row.version);
    note(tx, ctx, &task, Step::new("templated", words, json!({ "template": id, "version": row.version }))).await?;
    copies::answer(tx, ctx, made).await
}
