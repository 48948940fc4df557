use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    Options, Result, Sync,
    dialect::wal::Wal,
    fulltext::{Entry, Matching, Place, Term, plain},
    pool::Pools,
};

/// A connection that nobody has asked for so long is closed.
const REST: Duration = Duration::from_secs(30);

/// So many pages are in the log before they are carried into the file. That presses both to the disk while whoever writes waits: with the
/// usual thousand after some 25 reports. A crash leaves so much to be read again, 16 MiB.
const CHECKPOINT: &str = "4000";

pub(crate) async fn open(path: &str, options: &Options) -> Result<Pools> {
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        // Another process may write to the file, for example a backup.
        .busy_timeout(options.acquire_timeout)
        .statement_cache_capacity(400)
        // 12 MiB a connection. Not mapped: each connection would count the whole file as the process's own memory.
        .pragma("cache_size", "-12000")
        .pragma("temp_store", "memory")
        .synchronous(match options.sync {
            // Commits that wait for the disk do so together, once they are written.
            Sync::Full | Sync::Normal => SqliteSynchronous::Normal,
            Sync::Off => SqliteSynchronous::Off,
        });
    // One writer: two would only wait for each other, and fail when both began by reading.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(options.acquire_timeout)
        // A file does not go away as a server does, and asking takes a turn of the connection's thread.
        .test_before_acquire(false)
        // The pages that a morning's reminders go into are all over the file: with less they are read again and again.
        .connect_with(connect.clone().pragma("cache_size", "-48000").pragma("wal_autocheckpoint", CHECKPOINT))
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(options.readers)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        // Opened again in a millisecond; meanwhile their pages are nobody's.
        .idle_timeout(REST)
        .connect_lazy_with(connect.pragma("query_only", "true"));
    let wal = if options.sync == Sync::Full {
        // Whatever is in the log from before may have been seen and have never reached the disk.
        sqlx::query("pragma wal_checkpoint(passive)").execute(&write).await?;
        Some(Wal::of(Path::new(path))?)
    } else {
        None
    };
    Ok(Pools::Sqlite { read, write, wal })
}

pub(crate) async fn begin(c: &mut SqliteConnection) -> Result<()> {
    // IMMEDIATE: a transaction that reads first and writes later cannot fail for having begun as a reader.
    sqlx::query("begin immediate").execute(c).await?;
    Ok(())
}

pub(crate) async fn stand_still(c: &mut SqliteConnection) -> Result<()> {
    // The snapshot is taken by the first statement that reads.
    sqlx::query("begin deferred").execute(c).await?;
    Ok(())
}

pub(crate) async fn commit(c: &mut SqliteConnection) -> Result<()> {
    sqlx::query("commit").execute(c).await?;
    Ok(())
}

pub(crate) async fn rollback(c: &mut SqliteConnection) -> Result<()> {
    sqlx::query("rollback").execute(c).await?;
    Ok(())
}

pub(crate) async fn rest(c: &mut SqliteConnection) -> Result<()> {
    sqlx::query("pragma shrink_memory").execute(c).await?;
    Ok(())
}

/// A counter that changes with every commit of another connection, of whichever process.
pub(crate) async fn data_version(c: &mut SqliteConnection) -> Result<i64> {
    let (version,): (i64,) = sqlx::query_as("pragma data_version").fetch_one(c).await?;
    Ok(version)
}

pub(crate) async fn backup(pool: &SqlitePool, target: &Path) -> Result<()> {
    let target = target.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(target).execute(pool).await?;
    Ok(())
}

pub(crate) async fn count_changes(pool: &SqlitePool, name: &str, tables: &[&str]) -> Result<()> {
    let mut c = pool.begin().await?;
    sqlx::query("insert into change_count (name, n) values ($1, 0) on conflict do nothing").bind(name).execute(&mut *c).await?;
    for table in tables {
        for change in ["insert", "update", "delete"] {
            let sql = format!(
                "create trigger if not exists {table}_{change}_counted after {change} on {table} begin \
                 update change_count set n = n + 1 where name = '{name}'; end"
            );
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *c).await?;
        }
    }
    c.commit().await?;
    Ok(())
}

/// Contentless: the texts themselves stand elsewhere, and only the words are kept. Positions are not: a phrase is compared with
/// the text.
pub(crate) async fn prepare_text(pool: &SqlitePool) -> Result<()> {
    sqlx::query(
        "create virtual table if not exists fulltext using fts5(head, body, keys, content='', contentless_delete=1, \
         detail=column, tokenize='unicode61 remove_diacritics 0')",
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn put_text(c: &mut SqliteConnection, id: i64, entry: Entry<'_>) -> Result<()> {
    forget_text(c, id).await?;
    add_text(c, id, entry).await
}

pub(crate) async fn add_text(c: &mut SqliteConnection, id: i64, entry: Entry<'_>) -> Result<()> {
    sqlx::query("insert into fulltext (rowid, head, body, keys) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(entry.head.join(" "))
        .bind(entry.body.join(" "))
        .bind(entry.keys.join(" "))
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn forget_text(c: &mut SqliteConnection, id: i64) -> Result<()> {
    sqlx::query("delete from fulltext where rowid = $1").bind(id).execute(c).await?;
    Ok(())
}

pub(crate) async fn forget_all_text(c: &mut SqliteConnection) -> Result<()> {
    sqlx::query("insert into fulltext (fulltext) values ('delete-all')").execute(c).await?;
    Ok(())
}

pub(crate) fn matching(m: &Matching) -> String {
    let term = |term: &Term| match term {
        Term::Whole(word) => format!("\"{}\"", plain(word)),
        Term::Prefix(word) => format!("\"{}\" *", plain(word)),
    };
    let all = m.terms.iter().map(term).collect::<Vec<_>>().join(" AND ");
    let mut text = match m.place {
        Place::Head => format!("({{head}} : ({all}))"),
        Place::Anywhere => format!("({{head body}} : ({all}))"),
        Place::Elsewhere => format!("(({{head body}} : ({all})) NOT ({{head}} : ({all})))"),
    };
    if !m.keys.is_empty() {
        let keys: Vec<String> = m.keys.iter().map(|key| format!("\"{}\"", plain(key))).collect();
        text = format!("{text} AND ({{keys}} : ({}))", keys.join(" OR "));
    }
    text
}
