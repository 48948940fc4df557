//! Who hears of what leaders and others say about a task or a unit, and what of it somebody may have muted.

use db::Tx;
use wording::{Words, say};

use super::notices::Notice;
use crate::{
    access::{self, Role},
    app::{Ctx, Outcome},
    notify::{self, NewMessage},
    talk::{self, CommentId, NoteId, NoteWords, UnitRated},
    tasks::{Case, TaskEvent},
};

/// The job that hears of notes on units.
pub const UNIT_JOB: &str = "supervision.unit_notes";

/// What only tells how things stand. Everything else asks something of whoever it is sent to, and is never muted.
const NEWS: &[&str] = &[
    "task.approved",
    "task.report_accepted",
    "task.closed",
    "task.settled",
    "task.granted",
    "task.extended",
    "task.suspended",
    "task.resumed",
    "task.terminated",
    "task.urge_accepted",
    "task.commented",
    "task.comment_edited",
];

/// Whether whoever has muted the task need not hear of it: nothing is asked of them, and it is no leader's word.
pub(super) async fn is_news(tx: &mut Tx, ctx: &Ctx, event: &TaskEvent) -> Outcome<bool> {
    Ok(NEWS.contains(&event.name.as_str()) && !by_leader(tx, ctx, event).await?)
}

/// Whether a leader did it.
pub(super) async fn by_leader(tx: &mut Tx, ctx: &Ctx, event: &TaskEvent) -> Outcome<bool> {
    let Some(actor) = event.actor else { return Ok(false) };
    Ok(access::load_principal(tx, actor, ctx.today()).await?.is_some_and(|who| who.is(Role::Leader)))
}

/// The kind of the message: a corrected note is asked for by the same name as the first one, and so are words that were changed.
pub(super) fn kind_of(event: &str) -> &str {
    match event {
        "task.rating_corrected" => "task.rated",
        "task.comment_edited" => "task.commented",
        "task.urge_asked_again" | "task.instructed" => "task.urged",
        other => other,
    }
}

/// A note tells those who do the work, a comment those it addresses.
pub(super) async fn notice(tx: &mut Tx, ctx: &Ctx, case: &Case, event: &TaskEvent) -> Outcome<Option<Notice>> {
    let Some(subject) = event.subject else { return Ok(None) };
    let title = case.task.title.as_str();
    if matches!(event.name.as_str(), "task.rated" | "task.rating_corrected") {
        let Some(note) = talk::note_words(tx, ctx, NoteId(subject)).await? else { return Ok(None) };
        let text = rating(title, &note);
        return Ok(Some(Notice { to: note.to, title: heading(&event.name), text, urge: None }));
    }
    let Some((by, text, to)) = talk::said(tx, CommentId(subject)).await? else { return Ok(None) };
    // Whoever was addressed before the words were changed has been told.
    let told = notify::readers(tx, &[subject], "task.commented").await?.remove(&subject).unwrap_or_default();
    let to = to.into_iter().filter(|person| !told.iter().any(|one| one.person.id == *person)).collect();
    let text = say!("{name}在“{title}”中提到您：{text}", name = by.name);
    Ok(Some(Notice { to, title: "有人提到您".into(), text, urge: None }))
}

fn heading(event: &str) -> Words {
    if event == "task.rated" { "领导点评".into() } else { "领导修改了点评".into() }
}

/// What a note says of a task.
pub(super) fn rating(title: &str, note: &NoteWords) -> Words {
    let (name, stars) = (&note.by.name, note.stars);
    if note.text.is_empty() {
        return say!("{name}点评“{title}”：{stars} 星。");
    }
    say!("{name}点评“{title}”：{stars} 星。{text}", text = note.text)
}

/// Tells a unit's heads of a note on it.
pub async fn tell_unit(tx: &mut Tx, ctx: &Ctx, event: &UnitRated, key: &str) -> Outcome<()> {
    let Some(note) = talk::note_words(tx, ctx, event.note).await? else { return Ok(()) };
    let Some(unit) = &note.unit else { return Ok(()) };
    let (name, stars) = (&note.by.name, note.stars);
    let text = if note.text.is_empty() {
        say!("{name}点评{unit}：{stars} 星。", unit = unit.name)
    } else {
        say!("{name}点评{unit}：{stars} 星。{text}", unit = unit.name, text = note.text)
    };
    let title = heading(if note.version == 1 { "task.rated" } else { "" });
    let message = NewMessage {
        to: &note.to,
        kind: "task.rated",
        title: &title,
        text: &text,
        task: None,
        urge: None,
        subject: Some(note.id.0),
        occurrence: None,
        rule: None,
        channels: &[],
        critical: false,
        dedupe: key,
    };
    notify::send(tx, ctx, message).await
}
