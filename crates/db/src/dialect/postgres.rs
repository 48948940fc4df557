use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

use crate::{
    Options, Result, Signal, Signals,
    fulltext::{Entry, Matching, Place, Term, plain},
    pool::Pools,
    watermark::Watermark,
};

const CHANNEL: &str = "shibicheng";

/// Whether a connection that nobody has used for so long is still there is asked first.
const ASKED_AFTER: Duration = Duration::from_secs(1);

pub(crate) async fn open(url: &str, options: &Options) -> Result<Pools> {
    let connect = PgConnectOptions::from_str(url)?.application_name("shibicheng").statement_cache_capacity(400);
    let pool = |most| {
        // A connection that was at work a moment ago is there; asking is as dear as a small question.
        PgPoolOptions::new().max_connections(most).acquire_timeout(options.acquire_timeout).test_before_acquire(false).before_acquire(
            |connection, about| {
                Box::pin(async move {
                    if about.idle_for > ASKED_AFTER {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            },
        )
    };
    let write = pool(options.writers).connect_with(connect.clone()).await?;
    let read = pool(options.readers).connect_lazy_with(connect.options([("default_transaction_read_only", "on")]));
    Ok(Pools::Postgres { read, write })
}

pub(crate) async fn begin(c: &mut PgConnection) -> Result<()> {
    sqlx::query("begin").execute(c).await?;
    Ok(())
}

pub(crate) async fn begin_unsynced(c: &mut PgConnection) -> Result<()> {
    begin(c).await?;
    sqlx::query("set local synchronous_commit to off").execute(c).await?;
    Ok(())
}

pub(crate) async fn stand_still(c: &mut PgConnection) -> Result<()> {
    sqlx::query("begin isolation level repeatable read read only").execute(c).await?;
    Ok(())
}

/// Signals of one statement; each is below 8 KiB.
const SIGNALS: usize = 500;

/// Commits, and tells every node.
pub(crate) async fn commit(c: &mut PgConnection, signals: &[Signal]) -> Result<()> {
    for chunk in signals.chunks(SIGNALS) {
        let texts: Vec<String> = chunk.iter().map(|Signal { topic, payload }| format!("{topic} {payload}")).collect();
        sqlx::query("select pg_notify($1, text) from unnest($2::text[]) as text").bind(CHANNEL).bind(texts).execute(&mut *c).await?;
    }
    sqlx::query("commit").execute(c).await?;
    Ok(())
}

pub(crate) async fn rollback(c: &mut PgConnection) -> Result<()> {
    sqlx::query("rollback").execute(c).await?;
    Ok(())
}

/// Holds names until the end of the transaction, one after the other.
pub(crate) async fn hold_names(c: &mut PgConnection, names: &[String]) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest($1::text[]) as name").bind(names).execute(c).await?;
    Ok(())
}

/// Forwards notifications into `signals`, connecting again whenever the connection is lost.
pub(crate) async fn relay(pool: &PgPool, signals: &Signals) {
    loop {
        match listen(pool, signals).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(error = %error, "lost the connection that listens for signals, trying again"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen(pool: &PgPool, signals: &Signals) -> Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let notification = listener.recv().await?;
        let (topic, payload) = notification.payload().split_once(' ').unwrap_or((notification.payload(), ""));
        signals.send(Signal { topic: topic.to_owned(), payload: payload.to_owned() });
    }
}

/// Which transactions are over: the same while nobody who wrote has committed.
pub(crate) async fn watermark(pool: &PgPool) -> Result<Watermark> {
    let (snapshot,): (String,) = sqlx::query_as("select pg_current_snapshot()::text").fetch_one(pool).await?;
    Ok(Watermark(snapshot))
}

/// Nodes that start together would both find nothing and both make it.
async fn alone(c: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(7305808869231649)").execute(c).await?;
    Ok(())
}

pub(crate) async fn count_changes(pool: &PgPool, name: &str, tables: &[&str]) -> Result<()> {
    let mut c = pool.begin().await?;
    alone(&mut c).await?;
    sqlx::query("insert into change_count (name, n) values ($1, 0) on conflict do nothing").bind(name).execute(&mut *c).await?;
    let has: Vec<(String,)> =
        sqlx::query_as("select tgrelid::regclass::text from pg_trigger where tgname = 'counted'").fetch_all(&mut *c).await?;
    // A trigger that is there is left alone: making one waits until nobody writes to its table.
    for table in tables.iter().filter(|table| !has.iter().any(|(has,)| has == *table)) {
        sqlx::query(
            "create or replace function count_change() returns trigger language plpgsql as \
             $$ begin update change_count set n = n + 1 where name = tg_argv[0]; return null; end $$",
        )
        .execute(&mut *c)
        .await?;
        let sql = format!(
            "create trigger counted after insert or update or delete or truncate on {table} for each statement \
             execute function count_change('{name}')"
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *c).await?;
    }
    c.commit().await?;
    Ok(())
}

/// One column of lexemes as they are, without a parser that would take them apart: `word` stands anywhere, `^word` in the head,
/// `#word` is a key.
pub(crate) async fn prepare_text(pool: &PgPool) -> Result<()> {
    let mut c = pool.begin().await?;
    alone(&mut c).await?;
    sqlx::query("create table if not exists fulltext (id bigint primary key, lexemes tsvector not null)").execute(&mut *c).await?;
    sqlx::query("create index if not exists fulltext_lexemes on fulltext using gin (lexemes)").execute(&mut *c).await?;
    c.commit().await?;
    Ok(())
}

pub(crate) async fn put_text(c: &mut PgConnection, id: i64, entry: Entry<'_>) -> Result<()> {
    let marked = |mark: char, words: &[String]| words.iter().map(move |word| format!("{mark}{word}")).collect::<Vec<_>>();
    let mut lexemes: Vec<String> = entry.head.iter().chain(entry.body).cloned().collect();
    lexemes.extend(marked('^', entry.head));
    lexemes.extend(marked('#', entry.keys));
    sqlx::query(
        "insert into fulltext (id, lexemes) values ($1, array_to_tsvector($2)) on conflict (id) do update set lexemes = excluded.lexemes",
    )
    .bind(id)
    .bind(lexemes)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn forget_text(c: &mut PgConnection, id: i64) -> Result<()> {
    sqlx::query("delete from fulltext where id = $1").bind(id).execute(c).await?;
    Ok(())
}

pub(crate) async fn forget_all_text(c: &mut PgConnection) -> Result<()> {
    sqlx::query("truncate fulltext").execute(c).await?;
    Ok(())
}

/// What `analyze` found to be the most common: at most some hundred words, each in one of a thousand entries or more.
pub(crate) async fn how_common(c: &mut PgConnection, m: &Matching) -> Result<f64> {
    let mark = if m.place == Place::Head { "^" } else { "" };
    let (words, begins): (Vec<String>, Vec<bool>) = m
        .terms
        .iter()
        .map(|term| match term {
            Term::Whole(word) => (format!("{mark}{}", plain(word)), false),
            Term::Prefix(word) => (format!("{mark}{}", plain(word)), true),
        })
        .unzip();
    // What stands anywhere but not in the head is not known as such; where it mostly stands in the head little is left.
    let elsewhere = m.place == Place::Elsewhere;
    let (share,): (f64,) = sqlx::query_as(
        "with known as ( \
           select k.word, k.share from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as k (word, share) \
           where s.schemaname = current_schema() and s.tablename = 'fulltext' and s.attname = 'lexemes'), \
         shares as ( \
           select coalesce(max(k.share), 0) - case when $3 then coalesce(max(h.share), 0) else 0 end as share \
           from unnest($1, $2) as w (word, begins) \
           left join known k on k.word = w.word or (w.begins and starts_with(k.word, w.word)) \
           left join known h on $3 and (h.word = '^' || w.word or (w.begins and starts_with(h.word, '^' || w.word))) \
           group by w.word) \
         select coalesce(cast(min(share) as float8), 0) from shares",
    )
    .bind(words)
    .bind(begins)
    .bind(elsewhere)
    .fetch_one(c)
    .await?;
    Ok(share)
}

pub(crate) fn matching(m: &Matching) -> String {
    let all = |mark: &str| {
        let term = |term: &Term| match term {
            Term::Whole(word) => format!("'{mark}{}'", plain(word)),
            Term::Prefix(word) => format!("'{mark}{}':*", plain(word)),
        };
        m.terms.iter().map(term).collect::<Vec<_>>().join(" & ")
    };
    let mut text = match m.place {
        Place::Head => all("^"),
        Place::Anywhere => all(""),
        Place::Elsewhere => format!("{} & !({})", all(""), all("^")),
    };
    if !m.keys.is_empty() {
        let keys: Vec<String> = m.keys.iter().map(|key| format!("'#{}'", plain(key))).collect();
        text = format!("{text} & ({})", keys.join(" | "));
    }
    text
}
