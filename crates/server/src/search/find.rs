//! Finding: the number at once, then what has everything in its title, then the rest; each from the newest to the oldest.

use std::collections::HashMap;

use db::{Matching, Place, Tx};
use kit::{Moment, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    marks::{self, Fragment},
    store::{self, Doc},
    words::{self, Asked},
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    http::Cursor,
    tasks::{self, TaskRow},
};

kit::text_enum! {
    /// What was found.
    HitKind {
        Task = "task", "任务";
        Report = "report", "上报";
        Request = "request", "申请";
        Urge = "urge", "督办";
        Instruction = "instruction", "批示";
        Note = "note", "点评";
        Comment = "comment", "讨论";
        Beside = "beside", "配合与风险";
        File = "file", "附件";
    }
}

/// A question.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words that all have to be there; what stands in quotation marks has to stand there like that.
    q: String,
    /// Only this kind.
    #[param(inline)]
    kind: Option<HitKind>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Rows a page, 1 to 50, 20 when nothing is said.
    limit: Option<i64>,
}

/// Something that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Hit {
    kind: HitKind,
    /// Which one: the task, the report, the file.
    #[schema(value_type = String)]
    id: Uuid,
    /// When it was written.
    at: Moment,
    /// The task it belongs to.
    task: TaskRow,
    /// The task's title.
    title: Vec<Fragment>,
    /// The task's number.
    number: Vec<Fragment>,
    /// The name of the file.
    name: Vec<Fragment>,
    /// A line of what is written there.
    excerpt: Vec<Fragment>,
}

/// A page of what was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Hits {
    items: Vec<Hit>,
    next_cursor: Option<String>,
}

/// Reads of one page; a question of which the words are everywhere and the phrase is nowhere ends then, and goes on with the next page.
const MOST_READS: usize = 12;
/// Rows of a read after the first, which as a rule is enough.
const READ_ON: i64 = 200;

pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, query: &SearchQuery) -> Outcome<Hits> {
    let mut fields = Fields::default();
    let question = fields.text("q", &query.q, 100);
    let limit = query.limit.unwrap_or(20);
    if !(1..=50).contains(&limit) {
        fields.add("limit", "每页 1 至 50 条");
    }
    fields.finish()?;
    let asked = words::of_question(&question);
    if asked.is_empty() {
        return Err(Refusal::field("q", "请输入要搜索的文字或数字"));
    }
    let start = query.cursor.as_deref().map(Cursor::read::<(usize, i64)>).transpose()?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let exact = match query.kind {
        None | Some(HitKind::Task) => tasks::of_number(tx, question.trim()).await?,
        Some(_) => None,
    };
    let mut docs: Vec<Doc> = Vec::new();
    if let (None, Some(task)) = (start, exact) {
        docs.extend(store::of_task(tx, &ctx.actor.scope, task).await?);
    }
    let keys: Vec<String> = ctx.actor.scope.named().into_iter().flatten().map(|id| id.simple().to_string()).collect();
    let (mut tier, mut before) = start.unwrap_or((0, i64::MAX));
    let (mut next, mut reads) = (None, 0);
    'tiers: while let Some(place) = [Place::Head, Place::Elsewhere].get(tier) {
        let matching = Matching { terms: asked.iter().flat_map(|one| one.terms.clone()).collect(), place: *place, keys: keys.clone() };
        loop {
            let most = if reads == 0 { limit + 1 } else { READ_ON };
            let (scope, kind) = (&ctx.actor.scope, query.kind.map(HitKind::word));
            let found = store::matching(tx, store::Asked { scope, matching: &matching, kind, before, limit: most }).await?;
            let complete = i64::try_from(found.len()).is_ok_and(|n| n < most);
            for doc in found {
                if docs.len() == wanted {
                    next = Some((tier, before));
                    break 'tiers;
                }
                before = doc.seq;
                if exact.is_none_or(|task| doc.subject_id != task.0) && marks::holds(&asked, &[&doc.head, &doc.body]) {
                    docs.push(doc);
                }
            }
            reads += 1;
            if complete {
                break;
            }
            if reads >= MOST_READS {
                next = Some((tier, before));
                break 'tiers;
            }
        }
        (tier, before) = (tier + 1, i64::MAX);
    }
    let next_cursor = next.map(|place| Cursor::write(&place)).transpose()?;
    Ok(Hits { items: shown(tx, ctx, &asked, docs).await?, next_cursor })
}

async fn shown(tx: &mut Tx, ctx: &Ctx, asked: &[Asked], docs: Vec<Doc>) -> Outcome<Vec<Hit>> {
    let mut ids: Vec<_> = docs.iter().map(|doc| doc.task_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: HashMap<_, TaskRow> = tasks::rows_of(tx, ctx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let hit = |doc: Doc| {
        let task = rows.get(&doc.task_id)?.clone();
        let kind = HitKind::from_word(&doc.kind)?;
        Some(Hit {
            kind,
            id: doc.subject_id,
            at: Moment::from_millis(doc.seq >> 20),
            title: marks::marked(asked, &task.title),
            number: marks::marked(asked, task.number.as_deref().unwrap_or_default()),
            name: if kind == HitKind::File { marks::marked(asked, &doc.head) } else { Vec::new() },
            excerpt: marks::excerpt(asked, &doc.body),
            task,
        })
    };
    Ok(docs.into_iter().filter_map(hit).collect())
}
