//! What whoever follows a task hears of it: the main steps, the lamp that turned red, and leaders' words.

use db::Tx;
use wording::{Words, say};

use super::{model::UrgeId, notices::Notice, spoken, store, urge};
use crate::{
    app::{Ctx, Outcome},
    notify::{self, NewMessage},
    talk::{self, CommentId, NoteId},
    tasks::{Case, TaskEvent},
};

/// The job that looks for followed tasks whose lamp has turned red.
pub const RED_JOB: &str = "supervision.followed_red";

/// How many days back it looks: what turned red while the server stood still is told late rather than never.
const BACK: i64 = 7;

/// What followers are told of an event; nothing of small steps.
pub(super) async fn news(tx: &mut Tx, ctx: &Ctx, case: &Case, event: &TaskEvent) -> Outcome<Option<Notice>> {
    let title = case.task.title.as_str();
    let (head, text): (&'static str, Words) = match event.name.as_str() {
        "task.report_accepted" => {
            let percent = case.task.progress.0 / 10_000;
            ("关注：上报已采纳", say!("“{title}”的上报已采纳，进度 {percent}%。"))
        }
        "task.extended" => {
            let day = case.task.due_day.map(|day| day.to_string()).unwrap_or_default();
            ("关注：延期已批准", say!("“{title}”延期已批准，{day}前办结。"))
        }
        "task.closed" => ("关注：任务已办结", say!("“{title}”已同意办结。")),
        "task.reopened" | "task.worked_again" => ("关注：任务恢复办理", say!("“{title}”恢复办理，请在任务页查看原因。")),
        "task.merged" => ("关注：任务已终止", say!("“{title}”与另一项任务重复，已并入后终止。")),
        "task.terminated" => ("关注：任务已终止", say!("“{title}”已终止，不再办理。")),
        "task.rated" => {
            let Some(note) = note(tx, ctx, event).await? else { return Ok(None) };
            ("关注：领导点评", spoken::rating(title, &note))
        }
        "task.urged" if spoken::by_leader(tx, ctx, event).await? => {
            let Some(id) = event.subject.map(UrgeId) else { return Ok(None) };
            let Some(urge::Told { asked: text, .. }) = urge::told(tx, id).await? else { return Ok(None) };
            ("关注：领导督办", say!("“{title}”的督办：{text}"))
        }
        "task.instructed" => {
            let Some(id) = event.subject.map(UrgeId) else { return Ok(None) };
            let Some(urge::Told { asked: text, .. }) = urge::told(tx, id).await? else { return Ok(None) };
            ("关注：领导批示", say!("“{title}”的批示：{text}"))
        }
        "task.commented" if spoken::by_leader(tx, ctx, event).await? => {
            let Some(id) = event.subject.map(CommentId) else { return Ok(None) };
            let Some((by, text, _)) = talk::said(tx, id).await? else { return Ok(None) };
            ("关注：领导发言", say!("{name}在“{title}”中说：{text}", name = by.name))
        }
        _ => return Ok(None),
    };
    Ok(Some(Notice { to: Vec::new(), title: head.into(), text, urge: None }))
}

async fn note(tx: &mut Tx, ctx: &Ctx, event: &TaskEvent) -> Outcome<Option<talk::NoteWords>> {
    match event.subject {
        Some(id) => talk::note_words(tx, ctx, NoteId(id)).await,
        None => Ok(None),
    }
}

/// Tells followers of tasks whose lamp turned red after they began to follow; each of a turn once, however often it looks.
pub async fn tell_red(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let today = ctx.today();
    for (task, title, since) in store::turned_red(tx, today.plus_days(-BACK), today).await? {
        let followers = talk::followers(tx, ctx, task).await?;
        let to: Vec<_> = followers.into_iter().filter(|(_, from)| *from < since).map(|(person, _)| person).collect();
        if to.is_empty() {
            continue;
        }
        let message = NewMessage {
            to: &to,
            kind: "task.red",
            title: &"关注：任务亮红灯".into(),
            text: &say!("“{title}”自{since}起亮红灯。"),
            task: Some(task.0),
            urge: None,
            subject: None,
            occurrence: None,
            rule: None,
            channels: &[],
            critical: false,
            dedupe: &format!("red:{task}:{since}"),
        };
        notify::send(tx, ctx, message).await?;
    }
    Ok(())
}
