//! Kinds of sources as an area keeps them: their names, whether they need approval, how long their files are kept, how their
//! tasks are numbered, and what else is written down about each task.

mod condition;
mod field;
mod figures;
mod http;
mod numbering;
mod store;
mod values;

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

pub(super) use http::routes;
pub(in crate::tasks) use {
    condition::{FieldCondition, read as conditions},
    field::{Field, Shape},
    numbering::{Occasion, Pattern, USUAL, given},
    store::{fields_of, numbering},
    values::{FieldValue, FieldsInput, Rewritten, missing, of, set, taken_along},
};

use self::{
    field::{BAR, FieldId, is_code},
    store::KindRow,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
    tasks::store::Retention,
};

/// Kinds of an area, fields of a kind, choices of a field.
const MOST_KINDS: usize = 100;
const MOST_FIELDS: usize = 40;
const MOST_CHOICES: usize = 100;

/// A kind of source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceKind {
    /// Its stable code.
    pub code: String,
    /// What people call it. Kinds an area adds have no English.
    pub name: Words,
    /// Whether such tasks are approved before they go out.
    pub needs_approval: bool,
    /// How long the files of a settled task are kept.
    pub retention: Retention,
    /// How its tasks are numbered; the usual way without one.
    pub numbering: Option<String>,
    /// What the next such number looks like, with 1 for its count.
    pub example: String,
    /// Tasks may be set up with it.
    pub active: bool,
    /// What else is written down about its tasks, in this order.
    pub fields: Vec<Field>,
    /// Counts changes.
    pub version: i64,
}

/// What a kind is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KindInput {
    /// 1 to 20 characters.
    name: String,
    /// Whether such tasks are approved before they go out.
    #[serde(default)]
    needs_approval: bool,
    /// How long the files of a settled task are kept.
    retention: Retention,
    /// How its tasks are numbered, for example `渭新督〔{year}〕{seq}号`: `{year}`, `{month}`, `{unit}` (the issuer's short name)
    /// and one `{seq}` or `{seq:4}`.
    numbering: Option<String>,
    /// Tasks may be set up with it.
    active: bool,
    /// All of its fields in their order. One that is left out is removed, or, where tasks say something in it, no longer filled in.
    fields: Vec<FieldInput>,
}

/// What a field is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct FieldInput {
    /// Its id, when it is there already.
    id: Option<FieldId>,
    /// Small letters and `_`, at most 30; made up when missing. It never changes.
    code: Option<String>,
    /// 1 to 20 characters.
    name: String,
    /// What stands in it; stays as it is where tasks say something in it.
    shape: Shape,
    /// What a number counts, at most 10 characters.
    measure: Option<String>,
    /// What may be chosen, each at most 40 characters.
    #[serde(default)]
    choices: Vec<String>,
    /// A task does not go out without it.
    #[serde(default)]
    required: bool,
    /// It tells one task from all others: copies, templates and series leave it empty. Stays as it is when missing.
    own: Option<bool>,
    /// It may be filled in.
    #[serde(default = "yes")]
    active: bool,
}

const fn yes() -> bool {
    true
}

fn shown(ctx: &Ctx, row: KindRow, fields: Vec<Field>) -> SourceKind {
    SourceKind {
        example: example(ctx, row.numbering.as_deref()),
        retention: Retention::from_word(&row.retention).unwrap_or(Retention::ThirtyYears),
        code: row.code,
        name: row.name,
        needs_approval: row.needs_approval,
        numbering: row.numbering,
        active: row.active,
        fields,
        version: row.version,
    }
}

/// What a pattern looks like; empty where it cannot be understood.
fn example(ctx: &Ctx, pattern: Option<&str>) -> String {
    let (day, unit) = (ctx.today().to_string(), Words::from("运营中心").spoken());
    Pattern::read(pattern.unwrap_or(USUAL)).map(|pattern| pattern.number(Occasion { day: &day, unit: &unit }, 1)).unwrap_or_default()
}

/// Every kind with its fields, those in use first.
pub(super) async fn all(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<SourceKind>> {
    let mut fields = store::fields(tx).await?;
    let rows = store::kinds(tx).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = fields.remove(&row.code).unwrap_or_default();
            shown(ctx, row, own)
        })
        .collect())
}

/// The kinds in use with the fields that may be filled in.
pub(in crate::tasks) async fn in_use(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<SourceKind>> {
    let mut kinds = all(tx, ctx).await?;
    kinds.retain(|kind| kind.active);
    kinds.iter_mut().for_each(|kind| kind.fields.retain(|field| field.active));
    Ok(kinds)
}

fn code_for(taken: impl Fn(&str) -> bool, letter: char) -> String {
    // Letters only: names of columns consist of them.
    let spelled = |mut n: usize| {
        let mut text = String::new();
        loop {
            text.insert(0, char::from(b'a' + u8::try_from(n % 26).unwrap_or(0)));
            n /= 26;
            if n == 0 {
                return format!("{letter}_{text}");
            }
        }
    };
    (0..).map(spelled).find(|code| !taken(code)).unwrap_or_default()
}

/// Gives a kind another way of numbering and further fields, the others left as they are; for what furnishes an area.
pub(in crate::tasks) async fn furnish(tx: &mut Tx, ctx: &Ctx, code: &str, numbering: &str, more: Vec<FieldInput>) -> Outcome<()> {
    let kind = all(tx, ctx).await?.into_iter().find(|kind| kind.code == code).ok_or(Refusal::NotFound)?;
    let kept = kind.fields.into_iter().map(|field| FieldInput {
        id: Some(field.id),
        code: Some(field.code),
        name: field.name,
        shape: field.shape,
        measure: field.measure,
        choices: field.choices,
        required: field.required,
        own: Some(field.own),
        active: field.active,
    });
    let input = KindInput {
        name: kind.name.zh(),
        needs_approval: kind.needs_approval,
        retention: kind.retention,
        numbering: Some(numbering.to_owned()),
        active: kind.active,
        fields: kept.chain(more).collect(),
    };
    change(tx, ctx, code, kind.version, &input).await.map(drop)
}

/// Adds a kind, at the end.
async fn add(tx: &mut Tx, ctx: &Ctx, input: &KindInput) -> Outcome<SourceKind> {
    let rows = store::kinds(tx).await?;
    if rows.len() >= MOST_KINDS {
        return Err(Refusal::conflict("too_many", say!("最多 {MOST_KINDS} 种任务来源，请先停用不用的。")));
    }
    let row = KindRow {
        code: code_for(|code| rows.iter().any(|row| row.code == code), 'k'),
        name: Words::raw(""),
        needs_approval: false,
        retention: String::new(),
        numbering: None,
        position: rows.iter().map(|row| row.position).max().unwrap_or(0) + 1,
        active: true,
        version: 0,
    };
    put(tx, ctx, row, &rows, input, "kind_added").await
}

/// Changes a kind. Tasks that are there keep their numbers and what they say.
async fn change(tx: &mut Tx, ctx: &Ctx, code: &str, version: i64, input: &KindInput) -> Outcome<SourceKind> {
    let locked = store::lock_kind(tx, code).await?.ok_or(Refusal::NotFound)?;
    if locked != version {
        return Err(Refusal::Stale);
    }
    let rows = store::kinds(tx).await?;
    let row = rows.iter().find(|row| row.code == code).cloned().ok_or(Refusal::NotFound)?;
    put(tx, ctx, row, &rows, input, "kind_changed").await
}

async fn put(tx: &mut Tx, ctx: &Ctx, mut row: KindRow, others: &[KindRow], input: &KindInput, action: &'static str) -> Outcome<SourceKind> {
    let mut fields = Fields::default();
    let name = fields.text("name", &input.name, 20);
    if others.iter().any(|other| other.code != row.code && other.name.zh() == name) {
        fields.add("name", say!("已经有“{name}”这种任务来源"));
    }
    match numbering::given(input.numbering.as_deref()) {
        Ok(pattern) => row.numbering = pattern,
        Err(words) => fields.add("numbering", words),
    }
    if !input.active && row.active && others.iter().filter(|other| other.active && other.code != row.code).count() == 0 {
        fields.add("active", "至少要有一种在用的任务来源");
    }
    let before = store::fields_of(tx, &row.code).await?;
    let filled = store::filled(tx, &row.code).await?;
    let mut wanted = checked(ctx, &before, &filled, &input.fields, &mut fields);
    fields.finish()?;
    if row.name.zh() != name && row.name.spoken() != name {
        row.name = Words::raw(name.as_str());
    }
    row.needs_approval = input.needs_approval;
    row.retention = input.retention.word().to_owned();
    row.active = input.active;
    row.version += 1;
    store::put_kind(tx, &row).await?;
    let gone: Vec<&Field> = before.iter().filter(|old| wanted.iter().all(|field| field.id != old.id)).collect();
    for field in gone {
        if filled.contains_key(&field.id) {
            wanted.push(Field { active: false, ..field.clone() });
        } else {
            store::remove_field(tx, field.id).await?;
        }
    }
    for (field, position) in wanted.iter().zip(1..) {
        store::put_field(tx, &row.code, field, position).await?;
    }
    let data = json!({ "code": row.code, "name": name, "numbering": row.numbering, "needs_approval": row.needs_approval,
        "retention": input.retention, "active": row.active, "fields": wanted });
    let words = if action == "kind_added" { say!("新增任务来源“{name}”") } else { say!("修改任务来源“{name}”") };
    audit::record(tx, ctx, audit::Entry::organisation(action, words, data)).await?;
    Ok(shown(ctx, row, wanted))
}

/// Checks what fields are to be.
fn checked(ctx: &Ctx, before: &[Field], filled: &HashMap<FieldId, i64>, given: &[FieldInput], fields: &mut Fields) -> Vec<Field> {
    if given.len() > MOST_FIELDS {
        fields.add("fields", say!("最多 {MOST_FIELDS} 个字段"));
        return Vec::new();
    }
    let mut out: Vec<Field> = Vec::new();
    let mut names = BTreeSet::new();
    for (index, input) in given.iter().enumerate() {
        let mut own = Fields::default();
        own.under(format!("fields[{index}]."));
        let old = before.iter().find(|field| Some(field.id) == input.id);
        if input.id.is_some() && (old.is_none() || out.iter().any(|field| Some(field.id) == input.id)) {
            own.add("id", "没有这个字段");
        }
        let name = own.text("name", &input.name, 20);
        if !names.insert(name.clone()) {
            own.add("name", say!("“{name}”重复出现"));
        }
        let taken = |code: &str| {
            before.iter().chain(&out).any(|field| field.code == code) || given.iter().any(|other| other.code.as_deref() == Some(code))
        };
        let code = match (old, &input.code) {
            (Some(old), _) => old.code.clone(),
            (None, None) => code_for(taken, 'f'),
            (None, Some(code)) => {
                if !is_code(code) {
                    own.add("code", "应为 1 至 30 个小写字母或下划线，以字母开头");
                } else if before.iter().chain(&out).any(|field| field.code == *code) {
                    own.add("code", say!("“{code}”重复出现"));
                }
                code.clone()
            }
        };
        if let Some(old) = old
            && let Some(n) = filled.get(&old.id)
            && old.shape != input.shape
        {
            own.add("shape", say!("已有 {n} 项任务填写了“{name}”，不能改变类型；请停用它，另加一个字段", name = old.name));
        }
        let measure = own.optional_text("measure", input.measure.as_deref(), 10).filter(|_| input.shape == Shape::Number);
        let choices = checked_choices(input, &mut own);
        if let Err(refusal) = own.finish() {
            let _ = fields.absorb(refusal);
        }
        let id = old.map_or_else(|| FieldId::new(&ctx.rng, ctx.now()), |old| old.id);
        let (shape, required, active) = (input.shape, input.required, input.active);
        let own = input.own.unwrap_or(old.is_some_and(|old| old.own));
        out.push(Field { id, code, name, shape, measure, choices, required, own, active });
    }
    out
}

fn checked_choices(input: &FieldInput, own: &mut Fields) -> Vec<String> {
    if !matches!(input.shape, Shape::Choice | Shape::Choices) {
        return Vec::new();
    }
    if !(1..=MOST_CHOICES).contains(&input.choices.len()) {
        own.add("choices", say!("应有 1 至 {MOST_CHOICES} 个选项"));
        return Vec::new();
    }
    let mut out: Vec<String> = Vec::new();
    for (at, word) in input.choices.iter().enumerate() {
        let place = format!("choices[{at}]");
        let word = own.text(&place, word, 40);
        if word.contains([BAR, '、', '，', ',', ';', '；', '\n', '\r', '\t']) {
            own.add(&place, "选项中不能有顿号、逗号、分号、竖线或换行");
        }
        if out.contains(&word) {
            own.add(&place, say!("“{word}”重复出现"));
        }
        out.push(word);
    }
    out
}

/// Puts the kinds in order; those that are not named come after them.
async fn arrange(tx: &mut Tx, ctx: &Ctx, order: &[String]) -> Outcome<Vec<SourceKind>> {
    let rows = store::kinds(tx).await?;
    let mut seen = BTreeSet::new();
    if !order.iter().all(|code| rows.iter().any(|row| row.code == *code) && seen.insert(code)) {
        return Err(Refusal::field("order", "有的任务来源已不存在或重复，请刷新后重试"));
    }
    let rest = rows.iter().map(|row| &row.code).filter(|code| !order.contains(code));
    for (code, position) in order.iter().chain(rest).zip(1..) {
        store::place_kind(tx, code, position).await?;
    }
    audit::record(tx, ctx, audit::Entry::organisation("kinds_arranged", "调整任务来源的顺序", json!({ "order": order }))).await?;
    all(tx, ctx).await
}
