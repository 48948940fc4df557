//! Keeping the index: a task is taken as a whole, and what has not changed since costs a comparison.

use std::collections::HashMap;

use db::{Entry, Tx};
use jobs::{JobId, NewJob};
use kit::{Moment, uuid::Uuid};
use sha2::{Digest as _, Sha256};

use super::{read, store, store::Doc, words};
use crate::{
    app::{App, Outcome, Text},
    org::UnitId,
    supervision, talk,
    tasks::{self, TaskId},
};

/// The job that hears of everything that happens to a task.
pub const INDEX: &str = "search.index";

/// The job that looks now and then whether anything from before the index is left.
pub const CATCH_UP: &str = "search.catch_up";

/// The job that goes on with it at once: a recurring job has one place in the queue, which it keeps.
pub const MORE: &str = "search.catch_up_more";

/// Tasks of one transaction.
const AT_ONCE: usize = 500;

/// Nothing of a text is found beyond so many characters.
const LONGEST: usize = 100_000;

/// Brings the index of these tasks up to date. A task that is gone is found no more.
pub async fn index(tx: &mut Tx, app: &App, ids: &[TaskId]) -> Outcome<()> {
    // Two that make the entries of one task at a time would both add what is missing.
    tx.hold_names(ids.iter().map(|id| format!("search:{id}")).collect()).await?;
    let mut texts = tasks::texts(tx, ids).await?;
    texts.extend(talk::texts(tx, ids).await?);
    texts.extend(supervision::texts(tx, ids).await?);
    texts.extend(files(tx, app, ids).await?);
    let named = tasks::named(tx, ids).await?;
    let led = tasks::led_by(tx, ids).await?;
    // A file may belong to several of them.
    let mut known: HashMap<(Uuid, String, Uuid), Doc> =
        store::known(tx, ids).await?.into_iter().map(|doc| ((doc.task_id.0, doc.kind.clone(), doc.subject_id), doc)).collect();
    for mut text in texts {
        if let Some((end, _)) = text.body.char_indices().nth(LONGEST) {
            text.body.truncate(end);
        }
        let mut keys: Vec<String> = named.get(&TaskId(text.task)).into_iter().flatten().map(|id| id.simple().to_string()).collect();
        if text.kind == "task" {
            keys.extend(led.get(&TaskId(text.task)).into_iter().flatten().map(|unit| led_key(*unit)));
        }
        let digest = digest(&text, &keys);
        let before = known.remove(&(text.task, text.kind.to_owned(), text.id));
        if before.as_ref().is_some_and(|doc| doc.digest == digest) {
            continue;
        }
        let (head, body) = (words::of_text(&text.head), words::of_text(&text.body));
        let entry = Entry { head: &head, body: &body, keys: &keys };
        let seq = match before {
            Some(doc) => {
                tx.put_text(doc.seq, entry).await?;
                doc.seq
            }
            None => {
                let seq = store::free(tx, seq_of(&text)).await?;
                tx.add_text(seq, entry).await?;
                seq
            }
        };
        let doc = Doc {
            seq,
            task_id: TaskId(text.task),
            kind: text.kind.to_owned(),
            subject_id: text.id,
            head: text.head,
            body: text.body,
            digest,
        };
        store::put(tx, &doc).await?;
    }
    for gone in known.into_values() {
        store::remove(tx, gone.seq).await?;
    }
    Ok(())
}

/// Marks what an open task says by a unit that leads it.
pub(super) fn led_key(unit: UnitId) -> String {
    format!("led{}", unit.0.simple())
}

/// Files by their name and by what is written in them. What has not been read yet is asked to be.
async fn files(tx: &mut Tx, app: &App, ids: &[TaskId]) -> Outcome<Vec<Text>> {
    let mut texts = Vec::new();
    for file in store::attached(tx, ids).await? {
        if file.text.is_none() && read::may_be_read(&file.name, file.size) {
            let dedupe = format!("{}:{}", read::READ, file.digest);
            let payload = serde_json::json!({ "digest": file.digest });
            let now = app.clock.now();
            let job = NewJob { kind: read::READ, payload, run_at: now, dedupe: Some(&dedupe) };
            jobs::enqueue(tx, JobId::new(&app.rng, now), job).await?;
        }
        texts.push(Text {
            task: file.task_id,
            kind: "file",
            id: file.id,
            at: file.at,
            head: file.name,
            body: file.text.unwrap_or_default(),
        });
    }
    Ok(texts)
}

/// Changes with everything that is found by, and with the way words are made of it.
fn digest(text: &Text, keys: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in ["1", &text.head, &text.body, &keys.concat()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// The newest has the greatest number, whenever it comes into the index.
fn seq_of(text: &Text) -> i64 {
    let chance = i64::try_from(text.id.as_u128() & 0xf_ffff).unwrap_or(0);
    (text.at.millis().clamp(0, i64::MAX >> 21) << 20) + chance
}

/// Indexes some of the tasks from before the index; false when there are none left.
async fn step(tx: &mut Tx, app: &App) -> Outcome<bool> {
    let Some(before) = store::behind(tx).await? else { return Ok(false) };
    let Some((ids, last)) = tasks::made_before(tx, before, i64::try_from(AT_ONCE).unwrap_or(i64::MAX)).await? else {
        store::set_behind(tx, None).await?;
        return Ok(false);
    };
    // All that were made at one moment come together, and an import may have made any number of them.
    for some in ids.chunks(AT_ONCE) {
        index(tx, app, some).await?;
    }
    store::set_behind(tx, Some(last)).await?;
    Ok(true)
}

/// Indexes some of them and asks to go on.
pub async fn catch_up(tx: &mut Tx, app: &App) -> Outcome<()> {
    if step(tx, app).await? {
        let now = app.clock.now();
        // By where it stands: the job that is running has its own name in the queue until it is over.
        let place = store::behind(tx).await?.map_or(0, Moment::millis);
        let name = format!("{MORE}:{place}");
        let job = NewJob { kind: MORE, payload: serde_json::Value::Null, run_at: now, dedupe: Some(&name) };
        jobs::enqueue(tx, JobId::new(&app.rng, now), job).await?;
    }
    Ok(())
}

/// Makes the whole index anew, without jobs; answers how many texts there are in it.
pub async fn rebuild(app: &App) -> Outcome<i64> {
    let mut tx = app.db.begin().await?;
    store::clear(&mut tx).await?;
    store::set_behind(&mut tx, Some(Moment::from_millis(i64::MAX))).await?;
    tx.commit().await?;
    loop {
        let mut tx = app.db.begin().await?;
        let more = step(&mut tx, app).await?;
        tx.commit().await?;
        if !more {
            break;
        }
    }
    let mut tx = app.db.read().await?;
    Ok(store::count(&mut tx).await?)
}
