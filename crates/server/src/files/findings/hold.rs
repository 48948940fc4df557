//! Something was found: the content is held, and whoever has to know is told.

use std::collections::BTreeSet;

use db::Tx;
use kit::uuid::Uuid;
use serde_json::json;
use wording::say;

use super::{
    FindingId, FindingKind, FindingState, Judged,
    store::{self, FindingRow},
};
use crate::{
    access::Scope,
    app::{Ctx, Outcome, Refusal},
    audit, events,
    files::store::{self as files, FileRow},
    notify::{self, NewMessage},
    org::{self, PersonId},
    secrecy::SecretWords,
};

/// Where a paper says how secret it is: words count in its first characters only, marks everywhere.
const HEAD: usize = 600;

/// Looks through what is written in a content, and holds it where something of the list is found.
pub async fn examine(tx: &mut Tx, ctx: &Ctx, digest: &str, text: &str) -> Outcome<()> {
    let mut words: Vec<String> = Vec::new();
    for one in ctx.rules.get::<SecretWords>().find(text) {
        if (one.is_mark || one.at < HEAD) && !words.contains(&one.word) {
            words.push(one.word);
        }
    }
    if words.is_empty() { Ok(()) } else { hold(tx, ctx, digest, FindingKind::Secret, words).await }
}

/// The scanner has found this in a content.
pub(in crate::files) async fn infected(tx: &mut Tx, ctx: &Ctx, digest: &str, signature: &str) -> Outcome<()> {
    hold(tx, ctx, digest, FindingKind::Virus, vec![signature.to_owned()]).await
}

async fn hold(tx: &mut Tx, ctx: &Ctx, digest: &str, kind: FindingKind, found: Vec<String>) -> Outcome<()> {
    let named = files::of_digest(tx, digest).await?;
    let Some(first) = named.first() else { return Ok(()) };
    let at = ctx.now();
    let known = store::of_content(tx, digest, kind).await?;
    let id = match known {
        None => {
            let id = FindingId::new(&ctx.rng, at);
            store::insert(tx, id, digest, kind, &as_json(&found)?, at).await?;
            id
        }
        // What was decided on stays decided, unless there is something that nobody has looked at.
        Some(row) if row.state == FindingState::Removed || found.iter().all(|one| row.words().contains(one)) => return Ok(()),
        Some(row) => {
            let mut all = row.words();
            all.extend(found.into_iter().filter(|one| !row.words().contains(one)).collect::<Vec<_>>());
            store::find_more(tx, row.id, &as_json(&all)?, at).await?;
            row.id
        }
    };
    let row = store::of_content(tx, digest, kind).await?.filter(|row| row.id == id).ok_or(Refusal::NotFound)?;
    let (name, words) = (first.name.as_str(), row.words().join("”“"));
    let (action, sentence) = match kind {
        FindingKind::Secret => ("file_held", say!("附件“{name}”出现“{words}”，暂停下载，待保密审查")),
        FindingKind::Virus => ("file_quarantined", say!("附件“{name}”查出病毒“{words}”，已隔离")),
    };
    let tasks = tasks_of(tx, digest).await?;
    audit::record(tx, ctx, audit::Entry::secrecy(action, sentence, particulars(&row, &named, &tasks))).await?;
    tell(tx, ctx, &row, &named, tasks.first().copied()).await?;
    events::publish(tx, ctx, &Judged { digest: digest.to_owned(), is_removed: false }).await
}

fn as_json(found: &[String]) -> Outcome<String> {
    serde_json::to_string(found).map_err(Refusal::internal)
}

/// The tasks a content is attached to.
pub(super) async fn tasks_of(tx: &mut Tx, digest: &str) -> Outcome<Vec<Uuid>> {
    let everything = crate::access::system_principal();
    let scope: &Scope = &everything.scope;
    let mut tasks: Vec<Uuid> = store::tasks(tx, scope, &[digest.to_owned()]).await?.into_iter().map(|row| row.id).collect();
    tasks.dedup();
    Ok(tasks)
}

/// What the ledger keeps of a finding.
pub(super) fn particulars(row: &FindingRow, named: &[FileRow], tasks: &[Uuid]) -> serde_json::Value {
    let files: Vec<_> = named.iter().map(|file| json!({ "id": file.id, "name": file.name })).collect();
    json!({ "finding": row.id, "kind": row.kind, "digest": row.digest, "found": row.words(), "files": files, "tasks": tasks })
}

/// Whoever decides, and whoever uploaded it.
async fn tell(tx: &mut Tx, ctx: &Ctx, row: &FindingRow, named: &[FileRow], task: Option<Uuid>) -> Outcome<()> {
    let uploaders: BTreeSet<PersonId> = named.iter().map(|file| PersonId(file.uploaded_by.0)).collect();
    let mut judges = org::staff_of_centres(tx, ctx.today()).await?;
    judges.retain(|person| !uploaders.contains(person));
    // Nobody decides on what they uploaded: where that leaves nobody, it is the leaders'.
    if judges.is_empty() {
        judges = org::leaders_of_the_area(tx, ctx.today()).await?;
        judges.retain(|person| !uploaders.contains(person));
    }
    let uploaders: Vec<PersonId> = uploaders.into_iter().collect();
    let name = named.first().map(|file| file.name.as_str()).unwrap_or_default();
    let words = row.words().join("”“");
    let (kind, title, mine, theirs) = match row.kind {
        FindingKind::Secret => (
            "file.held",
            "附件待保密审查",
            say!("您上传的“{name}”出现“{words}”，已暂停他人查看和下载。如确属涉密，请立即按保密规定报告；如不涉密，等待核定。"),
            say!("“{name}”出现“{words}”，已暂停下载，请到“文件检查”核定是否涉密。"),
        ),
        FindingKind::Virus => (
            "file.quarantined",
            "附件查出病毒",
            say!("您上传的“{name}”查出病毒“{words}”，已隔离。请检查您的电脑，清除后重新上传。"),
            say!("“{name}”查出病毒“{words}”，已隔离，请到“文件检查”处理。"),
        ),
    };
    let dedupe = format!("finding:{}:{}", row.id, row.version);
    for (to, text) in [(&uploaders, &mine), (&judges, &theirs)] {
        let subject = Some(row.id.0);
        let message = NewMessage {
            to,
            kind,
            title: &title.into(),
            text,
            task,
            urge: None,
            subject,
            occurrence: None,
            rule: None,
            channels: &[],
            critical: false,
            dedupe: &dedupe,
        };
        notify::send(tx, ctx, message).await?;
    }
    Ok(())
}
