use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::uuid::Uuid;
use wording::say;

use super::{
    model::{FileId, FileRef, Owner},
    store,
};
use crate::app::{Ctx, Outcome, Refusal};

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

fn too_many() -> Refusal {
    Refusal::field("file_ids", say!("附件最多 {MOST} 个"))
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

/// Every file of a task, those of its reports, requests and urges too, each once.
pub async fn of_task(tx: &mut Tx, task: Uuid) -> Outcome<Vec<FileRef>> {
    Ok(store::of_task(tx, task).await?.into_iter().map(FileRef::from).collect())
}
