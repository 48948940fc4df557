//! Putting a package together, and handing it out.

use std::collections::{BTreeMap, HashMap, HashSet};

use blob::{BlobError, Digest};
use db::Tx;
use kit::uuid::Uuid;
use serde::Serialize;
use serde_json::json;
use wording::say;

use super::{
    eep::{self, Sheet},
    layout::{self, Info, InfoLedger, InfoTask, Kept, Line},
    model::{Archive, ArchiveId, Package},
    store,
};
use crate::{
    app::{App, Ctx, Outcome, Refusal},
    audit::{self, Event},
    files::{self, FileStanding},
    org::{self, PersonId, PersonRef},
    supervision, talk,
    tasks::{self, Task, TaskId},
};

/// How often a tree is read anew that changes while it is read.
const TRIES: usize = 3;
/// Events of a chain that are read at once.
const PIECE: i64 = 500;

/// A file that goes into the package once everything else is written.
struct Waiting {
    path: String,
    name: String,
    digest: String,
}

/// Puts the package of a task together that has ended. What stands in the database is written to a file as it is read; the tree's
/// chain in the ledger tells whether somebody changed it in the meantime. Then every file is read and checked.
pub(super) async fn pack(app: &App, ctx: &Ctx, top: TaskId) -> Outcome<Package> {
    for _ in 0..TRIES {
        let mut tx = app.db.read().await?;
        let (task, ids) = tasks::tree_to_keep(&mut tx, ctx, top).await?;
        let before = audit::head(&mut tx, task.root_id.0).await?;
        let (mut package, waiting) = write_down(app, &mut tx, &task, &ids).await?;
        if audit::head(&mut tx, task.root_id.0).await? != before {
            continue;
        }
        drop(tx);
        for file in waiting {
            add_file(&mut package, &file).await?;
        }
        let mut list = String::new();
        for entry in package.bundle.entries() {
            list.push_str(entry.digest.as_str());
            list.push_str("  ");
            list.push_str(&entry.name);
            list.push('\n');
        }
        package.digest = Digest::of(list.as_bytes());
        package.bundle.add(layout::LIST, list).await.map_err(lost)?;
        return Ok(package);
    }
    Err(Refusal::conflict("changing", "这项任务正在变动，请稍后再归档。"))
}

async fn add_file(package: &mut Package, file: &Waiting) -> Outcome<()> {
    let digest = Digest::parse(&file.digest).map_err(Refusal::internal)?;
    package.bundle.add_blob(&file.path, &digest).await.map_err(|error| match error {
        BlobError::NotFound => {
            tracing::error!(digest = %file.digest, name = file.name, "a file is missing or damaged");
            let name = &file.name;
            Refusal::conflict("file_damaged", say!("附件“{name}”的内容缺失或已损坏，不能归档，请联系系统管理员从备份恢复。"))
        }
        other => lost(other),
    })?;
    package.files += 1;
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "to be named where errors are mapped")]
fn lost(error: BlobError) -> Refusal {
    Refusal::internal(format!("{error:?}"))
}

/// What was removed is not there any more; what is held has to be decided on first.
fn free_of_findings(mut attached: Vec<files::Attached>) -> Outcome<Vec<files::Attached>> {
    attached.retain(|one| one.file.standing != FileStanding::Removed);
    let held = |one: &&files::Attached| matches!(one.file.standing, FileStanding::Held | FileStanding::Quarantined);
    if let Some(one) = attached.iter().find(held) {
        let name = &one.file.name;
        return Err(Refusal::conflict("file_held", say!("附件“{name}”待核定或已隔离，请先在“文件检查”处理再归档。")));
    }
    Ok(attached)
}

/// Everything but the files that people uploaded.
async fn write_down(app: &App, tx: &mut Tx, top: &Task, ids: &[TaskId]) -> Outcome<(Package, Vec<Waiting>)> {
    let area = app.config.area_name.as_str();
    let bundle = app.blobs.bundle().await.map_err(lost)?;
    let mut package = Package { bundle, digest: Digest::of(b""), title: top.title.clone(), tasks: ids.len(), files: 0 };
    package.bundle.add(layout::FORMAT_NAME, layout::FORMAT).await.map_err(lost)?;
    let last = write_ledger(&mut package, tx, top.root_id.0, ids).await?;
    let (mut infos, mut waiting, mut names) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (id, n) in ids.iter().zip(1..) {
        let folder = layout::folder(n);
        let record = tasks::record_of(tx, *id).await?;
        let urges = supervision::record_of(tx, *id).await?;
        let orders = supervision::orders_of(tx, *id).await?;
        let (notes, comments) = talk::record_of(tx, *id).await?;
        let events = audit::whole_of_task(tx, id.0).await?;
        learn(tx, &mut names, &events).await?;
        let attached = free_of_findings(files::attached(tx, id.0).await?)?;
        let placed: Vec<(files::Attached, String)> = attached
            .into_iter()
            .zip(1..)
            .map(|(attached, n)| {
                let path = layout::file_path(n, &attached.file.name);
                (attached, path)
            })
            .collect();
        let files = placed.iter().map(|(file, path)| layout::kept_file(file, path)).collect();
        let kept = Kept { record: &record, urges: &urges, orders: &orders, notes: &notes, comments: &comments, files };
        let path = [&folder, "/", layout::RECORD].concat();
        package.bundle.add(path, pretty(&kept)?).await.map_err(lost)?;
        let record_file = package.bundle.entries().last().map(|entry| (entry.digest.to_string(), entry.size)).unwrap_or_default();
        let sheet = Sheet {
            area,
            until: last.at,
            number: n,
            record: &record,
            record_file: (&record_file.0, record_file.1),
            files: &placed,
            events: &events,
            actors: &names,
        };
        package.bundle.add(eep::path(&folder), sheet.write()).await.map_err(lost)?;
        infos.push(InfoTask {
            folder: folder.clone(),
            id: *id,
            parent: record.task.parent,
            number: record.task.number.clone(),
            title: record.task.title.clone(),
            events: events.len(),
            files: placed.len(),
        });
        waiting.extend(placed.into_iter().map(|(attached, path)| Waiting {
            path: [&folder, "/", &path].concat(),
            name: attached.file.name,
            digest: attached.file.digest,
        }));
    }
    let info = Info {
        format: layout::FORMAT_TITLE,
        version: layout::FORMAT_VERSION,
        area: area.to_owned(),
        title: top.title.clone(),
        until: last.at,
        tasks: infos,
        ledger: InfoLedger { stream: top.root_id.0, length: last.seq, hash: last.hash },
    };
    package.bundle.add(layout::INFO, pretty(&info)?).await.map_err(lost)?;
    Ok((package, waiting))
}

/// Writes the tree's chain up to the last event of a task of the package, and answers that event. Of tasks that are not in the
/// package stands only what holds the chain together.
async fn write_ledger(package: &mut Package, tx: &mut Tx, stream: Uuid, ids: &[TaskId]) -> Outcome<Event> {
    let inside: HashSet<Uuid> = ids.iter().map(|id| id.0).collect();
    // What comes after would make the package another one whenever a neighbour moves.
    let end = audit::last_of_tasks(tx, ids.iter().map(|id| id.0)).await?;
    let mut part = package.bundle.part(layout::LEDGER);
    let mut last: Option<Event> = None;
    while let after = last.as_ref().map_or(0, |event| event.seq)
        && after < end
    {
        let piece = audit::piece_of_stream(tx, stream, after, PIECE.min(end - after)).await?;
        let mut lines = String::new();
        for event in &piece {
            let ours = event.task_id.is_some_and(|task| inside.contains(&task));
            let line = if ours { Line::whole(event) } else { Line::link(event) };
            lines.push_str(&serde_json::to_string(&line).map_err(Refusal::internal)?);
            lines.push('\n');
        }
        part.write(lines).await.map_err(lost)?;
        last = Some(piece.into_iter().next_back().ok_or_else(|| Refusal::internal("a chain with a hole"))?);
    }
    part.finish();
    last.ok_or_else(|| Refusal::internal("a task without events"))
}

/// Names of who acted.
async fn learn(tx: &mut Tx, names: &mut BTreeMap<Uuid, String>, events: &[Event]) -> Outcome<()> {
    let new: HashSet<Uuid> = events.iter().filter_map(|event| event.actor_id).filter(|id| !names.contains_key(id)).collect();
    let found: HashMap<PersonId, String> =
        org::person_refs(tx, new.iter().copied().map(PersonId)).await?.into_iter().map(|person| (person.id, person.name)).collect();
    names.extend(found.into_iter().map(|(id, name)| (id.0, name)));
    Ok(())
}

fn pretty(value: &impl Serialize) -> Outcome<String> {
    let mut text = serde_json::to_string_pretty(value).map_err(Refusal::internal)?;
    text.push('\n');
    Ok(text)
}

/// Writes down that a package was handed out.
pub(super) async fn hand_out(tx: &mut Tx, ctx: &Ctx, task: TaskId, package: &Package) -> Outcome<Archive> {
    let count = |n: usize| i64::try_from(n).map_err(Refusal::internal);
    let archive = Archive {
        id: ArchiveId::new(&ctx.rng, ctx.now()),
        task_id: task,
        digest: package.digest.to_string(),
        size: i64::try_from(package.bundle.len()).map_err(Refusal::internal)?,
        tasks: count(package.tasks)?,
        files: count(package.files)?,
        by: PersonRef { id: ctx.actor.person, name: ctx.actor.name.clone() },
        at: ctx.now(),
    };
    store::insert(tx, &archive).await?;
    let words = say!(
        "归档“{title}”：{tasks}项任务，{files}个文件，清单摘要{digest}",
        title = package.title,
        tasks = archive.tasks,
        files = archive.files,
        digest = archive.digest
    );
    let data = json!({ "archive": archive.id, "task": task, "digest": archive.digest, "size": archive.size });
    audit::record(tx, ctx, audit::Entry::archives("archived", words, data)).await?;
    Ok(archive)
}
