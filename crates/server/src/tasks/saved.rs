//! Saved views: a list as somebody looks at it again and again, kept for oneself or shared. A view holds a question and no
//! answer: whoever opens it sees what they may see.

use db::Tx;
use kit::{id_types, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    filter::FilterQuery,
    store::{self, ViewRow},
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    http::Query,
    org::PersonRef,
};

id_types! {
    /// A saved view.
    ViewId,
}

text_enum! {
    /// How a list is shown.
    Mode {
        List = "list", "列表";
        Tree = "tree", "层级";
        Board = "board", "看板";
        Calendar = "calendar", "日历";
        Gantt = "gantt", "甘特图";
        Heat = "heat", "单位热力";
    }
}

text_enum! {
    /// What rows are put together by.
    GroupBy {
        State = "state", "状态";
        Lamp = "lamp", "亮灯";
        Unit = "unit", "牵头单位";
        Importance = "importance", "重要程度";
    }
}

text_enum! {
    /// Who has a view.
    Sharing {
        Own = "own", "仅自己";
        Unit = "unit", "本单位";
        All = "all", "所有人";
    }
}

/// More of one's own nobody finds their way in.
const MOST: usize = 50;

/// A saved view.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SavedView {
    /// Its id.
    pub id: ViewId,
    /// What it is called.
    pub name: String,
    /// The filter and the order, as in the query of `/tasks`.
    pub filter: String,
    /// The columns shown, in their order; none means the usual ones.
    pub columns: Vec<String>,
    /// What rows are put together by.
    pub grouping: Option<GroupBy>,
    /// How it is shown.
    pub mode: Mode,
    /// Who has it.
    pub shared: Sharing,
    /// Whose it is.
    pub owner: PersonRef,
    /// It is the asker's: they may change and remove it.
    pub mine: bool,
    /// The asker's list begins with it.
    pub opens: bool,
    /// Counts changes.
    pub version: i64,
}

/// What a view is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewInput {
    /// At most 40 characters.
    name: String,
    /// As in the query of `/tasks`, without `cursor` and `limit`.
    filter: String,
    /// Names of columns.
    #[serde(default)]
    columns: Vec<String>,
    /// What rows are put together by.
    grouping: Option<GroupBy>,
    /// How it is shown.
    mode: Mode,
    /// Who has it.
    shared: Sharing,
}

fn shown(ctx: &Ctx, row: ViewRow) -> SavedView {
    SavedView {
        id: row.id,
        name: row.name,
        filter: row.filter,
        columns: row.columns.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        grouping: row.grouping,
        mode: row.mode,
        shared: row.shared,
        mine: row.person_id == ctx.actor.person,
        owner: PersonRef { id: row.person_id, name: row.person_name },
        opens: row.opens.unwrap_or(false),
        version: row.version,
    }
}

/// The views the actor has, in their order.
pub(super) async fn views(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<SavedView>> {
    let rows = store::views(tx, ctx.actor.person, ctx.actor.unit).await?;
    Ok(rows.into_iter().map(|row| shown(ctx, row)).collect())
}

async fn of(tx: &mut Tx, ctx: &Ctx, id: ViewId) -> Outcome<ViewRow> {
    let rows = store::views(tx, ctx.actor.person, ctx.actor.unit).await?;
    rows.into_iter().find(|row| row.id == id).ok_or(Refusal::NotFound)
}

/// One of the actor's own, in hand to be changed.
async fn own(tx: &mut Tx, ctx: &Ctx, id: ViewId, version: i64) -> Outcome<ViewRow> {
    let locked = store::lock_view(tx, id).await?;
    let row = of(tx, ctx, id).await?;
    if row.person_id != ctx.actor.person {
        return Err(Refusal::forbidden("只有创建人可以修改或删除这个视图，您可以另存一份。"));
    }
    if locked != Some(version) {
        return Err(Refusal::Stale);
    }
    Ok(row)
}

/// Checks what a view is to be and writes it into `row`.
fn apply(ctx: &Ctx, row: &mut ViewRow, input: &ViewInput) -> Outcome<()> {
    let mut fields = Fields::default();
    row.name = fields.text("name", &input.name, 40);
    let wrong = match Query::<FilterQuery>::read(&input.filter) {
        Ok(Query(query)) => query.cursor.is_some() || query.limit.is_some() || query.read().is_err(),
        Err(_) => true,
    };
    if wrong || input.filter.len() > 4000 {
        fields.add("filter", "筛选条件不符合要求");
    }
    let is_name = |name: &String| (1..=30).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if input.columns.len() > 30 || !input.columns.iter().all(is_name) {
        fields.add("columns", "列名不符合要求");
    }
    fields.finish()?;
    row.unit_id = None;
    match input.shared {
        Sharing::Own => {}
        Sharing::Unit => row.unit_id = Some(ctx.actor.unit.ok_or_else(|| Refusal::field("shared", "您没有所属单位，不能分享给本单位"))?),
        Sharing::All => {
            if ![Role::Centre, Role::Leader].iter().any(|role| ctx.actor.is(*role)) {
                return Err(Refusal::forbidden("只有领导和运营中心可以把视图分享给所有人。"));
            }
        }
    }
    row.shared = input.shared;
    row.filter.clone_from(&input.filter);
    row.columns = input.columns.join(",");
    row.grouping = input.grouping;
    row.mode = input.mode;
    row.version += 1;
    Ok(())
}

/// Keeps a view.
pub(super) async fn keep(tx: &mut Tx, ctx: &Ctx, input: &ViewInput) -> Outcome<SavedView> {
    let mine = store::views(tx, ctx.actor.person, None).await?.iter().filter(|row| row.person_id == ctx.actor.person).count();
    if mine >= MOST {
        return Err(Refusal::conflict("too_many", "每人最多保存 50 个视图，请先删除不用的。"));
    }
    let mut row = ViewRow {
        id: ViewId::new(&ctx.rng, ctx.now()),
        person_id: ctx.actor.person,
        person_name: ctx.actor.name.clone(),
        shared: Sharing::Own,
        unit_id: None,
        name: String::new(),
        filter: String::new(),
        columns: String::new(),
        grouping: None,
        mode: Mode::List,
        created_at: ctx.now(),
        version: 0,
        opens: None,
    };
    apply(ctx, &mut row, input)?;
    store::put_view(tx, &row).await?;
    Ok(shown(ctx, row))
}

/// Changes one's own view.
pub(super) async fn change(tx: &mut Tx, ctx: &Ctx, id: ViewId, version: i64, input: &ViewInput) -> Outcome<SavedView> {
    let mut row = own(tx, ctx, id, version).await?;
    apply(ctx, &mut row, input)?;
    store::put_view(tx, &row).await?;
    Ok(shown(ctx, row))
}

/// Removes one's own view; those it was shared with have it no more.
pub(super) async fn remove(tx: &mut Tx, ctx: &Ctx, id: ViewId, version: i64) -> Outcome<()> {
    own(tx, ctx, id, version).await?;
    Ok(store::remove_view(tx, id).await?)
}

/// Puts the views the actor has in an order of their own.
pub(super) async fn arrange(tx: &mut Tx, ctx: &Ctx, order: &[ViewId], opens: Option<ViewId>) -> Outcome<Vec<SavedView>> {
    let known = store::views(tx, ctx.actor.person, ctx.actor.unit).await?;
    let mut seen = std::collections::HashSet::new();
    if !order.iter().all(|id| known.iter().any(|row| row.id == *id) && seen.insert(*id)) {
        return Err(Refusal::field("order", "有的视图已不存在或重复，请刷新后重试"));
    }
    if opens.is_some_and(|id| !order.contains(&id)) {
        return Err(Refusal::field("opens", "默认视图须在列表中"));
    }
    store::arrange_views(tx, ctx.actor.person, order, opens).await?;
    views(tx, ctx).await
}
