use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::{Moment, uuid::Uuid};
use wording::say;

use super::{
    model::{FileId, FileRef, OlderVersion, Owner},
    store,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    org::{PersonId, PersonRef},
};

/// How many files one thing may have.
const MOST: i64 = 50;

/// Attaches files to something of a task. Each must be the actor's own upload or already belong to that task, so that
/// nobody shows others a file by guessing its id. Attaching what is attached already changes nothing.
pub async fn attach(tx: &mut Tx, ctx: &Ctx, task: Uuid, owner: Owner, file_ids: &[FileId]) -> Outcome<()> {
    let wanted: BTreeSet<FileId> = file_ids.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    if i64::try_from(wanted.len()).is_ok_and(|n| n > MOST) {
        return Err(too_many());
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    let rows = store::files(tx, &wanted).await?;
    let here = store::attached_to(tx, task, &wanted).await?;
    let allowed = |id: &FileId| rows.iter().any(|row| row.id == *id && (row.uploaded_by == ctx.actor.person || here.contains(id)));
    if !wanted.iter().all(allowed) {
        return Err(Refusal::field("file_ids", "附件不存在，或不是由您上传的，请重新上传"));
    }
    for id in &wanted {
        store::insert_attachment(tx, *id, task, owner).await?;
    }
    if store::count_of_owner(tx, owner.id).await? > MOST {
        return Err(too_many());
    }
    Ok(())
}

/// Puts a newer version in the place of a file that is attached to a task itself; answers both. The old one stays for whoever
/// looks for it.
pub async fn replace(tx: &mut Tx, ctx: &Ctx, task: Uuid, old: FileId, new: FileId) -> Outcome<(FileRef, FileRef)> {
    let owner = Owner::task(task);
    let gone = || Refusal::conflict("replaced", "这个附件已被替换或移除，请刷新后再试。");
    let before = store::file(tx, old).await?.ok_or(Refusal::NotFound)?;
    if !store::attached_to(tx, task, &[old]).await?.contains(&old) {
        return Err(Refusal::NotFound);
    }
    if !store::attached_to(tx, task, &[new]).await?.is_empty() {
        return Err(Refusal::field("file_id", "新版本必须是新上传的文件"));
    }
    // First out, then in: a full list can be replaced one by one.
    if !store::replace(tx, old, owner.id, new, ctx.actor.person, ctx.now()).await? {
        return Err(gone());
    }
    attach(tx, ctx, task, owner, &[new]).await?;
    let after = store::file(tx, new).await?.ok_or(Refusal::NotFound)?;
    Ok((before.into(), after.into()))
}

/// How many versions back anybody looks.
const OLDEST: usize = 200;

/// What a file has taken the place of, the newest first.
pub(super) async fn older(tx: &mut Tx, id: FileId) -> Outcome<Vec<OlderVersion>> {
    let (mut found, mut at) = (Vec::new(), id);
    while found.len() < OLDEST
        && let Some(row) = store::replaced_by(tx, at).await?
    {
        at = row.file.id;
        let replaced_by = PersonRef { id: PersonId(row.replaced_person.0), name: row.replacer };
        found.push(OlderVersion { file: row.file.into(), replaced_at: row.replaced_at, replaced_by });
    }
    Ok(found)
}

fn too_many() -> Refusal {
    Refusal::field("file_ids", say!("附件最多 {MOST} 个"))
}

/// Attaches what belongs to one task itself to another one, too; what is attached there already stays as it is.
pub async fn share(tx: &mut Tx, from: Uuid, into: Uuid) -> Outcome<()> {
    Ok(store::share(tx, Owner::task(from), into, Owner::task(into)).await?)
}

/// Lets go of every file of something that is no longer said: those attached to nothing else are swept away as leftovers.
pub async fn detach(tx: &mut Tx, owner: Owner) -> Outcome<()> {
    Ok(store::remove_attachments(tx, owner).await?)
}

/// Files by what they are attached to, in the order they were uploaded; owners without files are missing.
pub async fn of_owners(tx: &mut Tx, owners: &[Uuid]) -> Outcome<HashMap<Uuid, Vec<FileRef>>> {
    let mut found: HashMap<Uuid, Vec<FileRef>> = HashMap::new();
    if owners.is_empty() {
        return Ok(found);
    }
    for row in store::of_owners(tx, owners).await? {
        found.entry(row.owner_id).or_default().push(row.file.into());
    }
    Ok(found)
}

/// A file of a task with what it is attached to: kinds (`task`, `report`, `request`, `urge`) and ids.
#[derive(Debug)]
pub struct Attached {
    /// The file.
    pub file: FileRef,
    /// What it belongs to.
    pub owners: Vec<(String, Uuid)>,
    /// The newer version that took its place, and when.
    pub replaced: Option<(FileId, Moment)>,
}

/// Every file of a task with what it is attached to, each once.
pub async fn attached(tx: &mut Tx, task: Uuid) -> Outcome<Vec<Attached>> {
    let mut found: Vec<Attached> = Vec::new();
    for row in store::attached(tx, task).await? {
        let owner = (row.owner_kind, row.owner_id);
        let replaced = row.replaced_by.zip(row.replaced_at);
        match found.last_mut() {
            Some(last) if last.file.id == row.file.id => {
                last.owners.push(owner);
                last.replaced = last.replaced.or(replaced);
            }
            _ => found.push(Attached { file: row.file.into(), owners: vec![owner], replaced }),
        }
    }
    Ok(found)
}

/// Every file of a task, those of its reports, requests and urges too, each once.
pub async fn of_task(tx: &mut Tx, task: Uuid) -> Outcome<Vec<FileRef>> {
    Ok(store::of_task(tx, task).await?.into_iter().map(FileRef::from).collect())
}
