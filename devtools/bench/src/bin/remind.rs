//! Measures how the system looks out for tasks, on an area that nobody serves meanwhile: taking in tasks that nobody looks at, a look
//! when nothing is due, the moment at which most is due, and how fast messages reach a gateway. It writes reminders into the area.
#![expect(clippy::print_stdout, reason = "its table is what it is for")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use clap::Parser;
use db::Sql;
use kit::{Clock, Moment, Rng};
use server::{
    access,
    app::{self, App, Base, Ctx},
    config::Config,
    notify::{self, Channel, NewMessage},
    org::PersonId,
    supervision,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wording::Words;

/// Measures reminders.
#[derive(Debug, Parser)]
struct Cli {
    /// The area's database.
    #[arg(long)]
    database_url: String,
    /// Ways out, as the server's option of that name has them.
    #[arg(long)]
    gateways: PathBuf,
    /// So many messages that cannot be merged are brought to the gateways; 0 for none.
    #[arg(long, default_value_t = 10_000)]
    deliveries: usize,
}

/// How often an idle look is taken.
const LOOKS: usize = 200;
const CLEARED_UP: Duration = Duration::from_secs(90);
const AT_MOST: Duration = Duration::from_secs(600);
/// Messages of one transaction.
const BATCH: usize = 500;

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refused(refusal: app::Refusal) -> anyhow::Error {
    anyhow::anyhow!("{refusal}")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let config = Config::load(None, [], &[("database_url", cli.database_url.clone())])?;
    let db = db::Db::open(&config.database(), &config.database_options()).await?;
    app::migrate(&db).await?;
    let blobs = blob::Store::at(&std::env::temp_dir().join("bench-no-files")).await?;
    let clock = Clock::ahead(Duration::ZERO);
    let rng = Rng::from_system();
    let (gateways, _) = notify::read_gateways(&cli.gateways, &config, &db, &clock, &rng)?;
    let app = app::assemble(Base { db, clock, rng, blobs, config, gateways, metrics: None });
    println!("| what | n | time |\n|---|---|---|");

    let began = Instant::now();
    let taken = take_in(&app).await?;
    println!("| tasks that nobody looked at are taken in | {taken} | {:.1} s |", began.elapsed().as_secs_f64());

    // What came due since the area was made.
    sweep_all(&app).await?;
    deliver(&app).await?;
    looks(&app, "").await?;
    if app.db.kind() == db::Kind::Postgres {
        // It clears up after so many rows by itself, once a minute.
        tokio::time::sleep(CLEARED_UP).await;
        looks(&app, ", once PostgreSQL has cleared up").await?;
    }

    let (next, n) = busiest(&app).await?.context("nothing lies ahead")?;
    go_to(&app, next);
    let before = count(&app, "message").await?;
    let began = Instant::now();
    sweep_all(&app).await?;
    let took = began.elapsed().as_secs_f64();
    let sent = count(&app, "message").await? - before;
    println!("| what is due by {next}, {n} tasks of it at that moment: messages planned, written and queued | {sent} | {took:.1} s |");
    let queued = waiting(&app).await?;
    let took = deliver(&app).await?;
    println!("| what of that leaves the house: looked at again, merged, handed to the gateway | {queued} | {:.1} s |", took.as_secs_f64());

    at_work(&app).await?;

    if cli.deliveries > 0 {
        let began = Instant::now();
        post(&app, cli.deliveries).await?;
        let took = began.elapsed().as_secs_f64();
        println!("| messages that cannot be merged are written and queued | {} | {took:.1} s |", cli.deliveries);
        let queued = waiting(&app).await?;
        let took = deliver(&app).await?.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = queued as f64 / took;
        println!("| and handed to the gateway | {queued} | {took:.1} s, {rate:.0} a second |");
    }
    app.db.close().await;
    Ok(())
}

/// The clock never goes back: what is past stays so.
fn go_to(app: &App, at: Moment) {
    let by = at.millis() - app.clock.now().millis();
    app.clock.advance(Duration::from_millis(u64::try_from(by).unwrap_or(0)));
}

async fn looks(app: &App, when: &str) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..LOOKS {
        let began = Instant::now();
        anyhow::ensure!(!is_due(app).await?, "something is due: the area has to be quiet");
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("| a look when nothing is due{when}, p50 / p99 | {LOOKS} | {:.2} / {:.2} ms |", ms(at(50)), ms(at(99)));
    Ok(())
}

async fn sweep_all(app: &App) -> anyhow::Result<()> {
    while is_due(app).await? {
        let mut tx = app.db.begin().await?;
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(refused)?;
        supervision::sweep(&mut tx, &ctx).await.map_err(refused)?;
        tx.commit().await?;
    }
    Ok(())
}

/// The busiest moment that still lies ahead, met as a server meets it: sweeps, deliveries and all other jobs at the same time.
async fn at_work(app: &App) -> anyhow::Result<()> {
    let (next, n) = busiest(app).await?.context("nothing lies ahead")?;
    let before = count(app, "message").await?;
    // What was due between is done with beforehand.
    go_to(app, next.minus(Duration::from_secs(600)));
    sweep_all(app).await?;
    deliver(app).await?;
    let between = count(app, "message").await? - before;
    let stop = CancellationToken::new();
    let mut serving = JoinSet::new();
    for _ in 0..app.config.workers {
        let (runner, stop) = (app::runner(app), stop.clone());
        serving.spawn(async move { runner.serve(stop).await });
    }
    let began = Instant::now();
    // What a server does every hour and every day is all due after such a leap, and on no other morning.
    while jobs::depth(&mut app.db.read().await?, app.clock.now()).await?.due > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        anyhow::ensure!(began.elapsed() < AT_MOST, "not quiet after ten minutes");
    }
    go_to(app, next.minus(Duration::from_millis(500)));
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        anyhow::ensure!(began.elapsed() < AT_MOST, "not done after ten minutes");
        let open = is_due(app).await? || waiting_now(app).await? > 0;
        if app.clock.now() > next.plus(Duration::from_secs(2)) && !open {
            break;
        }
    }
    stop.cancel();
    serving.join_all().await;
    let sent = count(app, "message").await? - before - between;
    let planned = latest(app, "select max(at) from message where at >= ", next).await?;
    let late = lateness(app, next).await?;
    let at = |share: usize| late.get(late.len() * share / 100).or(late.last()).map_or(0.0, |ms| Duration::from_millis(*ms).as_secs_f64());
    println!(
        "| with all jobs of a server at work: what is due at {next}, {n} tasks: messages planned, written and queued | {sent} | {planned:.1} s |"
    );
    println!("| from due to handed to the gateway then, p50 / p99 | {} | {:.1} / {:.1} s |", late.len(), at(50), at(99));
    Ok(())
}

/// Whatever is due and not handed over.
async fn waiting_now(app: &App) -> anyhow::Result<i64> {
    let mut sql = Sql::new("select count(*) from delivery where state = 'sending' or (state = 'queued' and due_at <= ");
    sql.bind(app.clock.now().millis()).push(")");
    let (n,): (i64,) = sql.fetch_one(&mut app.db.read().await?).await?;
    Ok(n)
}

/// Seconds from a moment to what the statement finds after it.
async fn latest(app: &App, sql: &'static str, from: Moment) -> anyhow::Result<f64> {
    let mut sql = Sql::new(sql);
    sql.bind(from.millis());
    let (at,): (Option<Moment>,) = sql.fetch_one(&mut app.db.read().await?).await?;
    let ms = at.map_or(0, |at| at.millis() - from.millis());
    Ok(Duration::from_millis(u64::try_from(ms).unwrap_or(0)).as_secs_f64())
}

/// How long after that moment each delivery written since was handed over, in milliseconds, in order.
async fn lateness(app: &App, from: Moment) -> anyhow::Result<Vec<u64>> {
    let mut sql = Sql::new("select sent_at from delivery where sent_at is not null and created_at >= ");
    sql.bind(from.millis()).push(" order by sent_at");
    let rows: Vec<(Moment,)> = sql.fetch_all(&mut app.db.read().await?).await?;
    Ok(rows.into_iter().map(|(at,)| u64::try_from(at.millis() - from.millis()).unwrap_or(0)).collect())
}

async fn take_in(app: &App) -> anyhow::Result<usize> {
    let mut all = 0;
    let mut missed = supervision::Missed::default();
    loop {
        missed = missed.more(&mut app.db.read().await?).await.map_err(refused)?;
        if missed.count() == 0 {
            break;
        }
        all += missed.count();
        let mut tx = app.db.begin().await?;
        let ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(refused)?;
        supervision::take_in(&mut tx, &ctx, &missed).await.map_err(refused)?;
        tx.commit().await?;
    }
    // Each asked for the next look, which was had here.
    let mut tx = app.db.begin().await?;
    Sql::new("delete from job where kind = ").bind(supervision::MISSED).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(all)
}

async fn is_due(app: &App) -> anyhow::Result<bool> {
    let mut tx = app.db.read().await?;
    let ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(refused)?;
    supervision::is_due(&mut tx, &ctx).await.map_err(refused)
}

/// Sends what is due, as a server's workers do.
async fn deliver(app: &App) -> anyhow::Result<Duration> {
    let began = Instant::now();
    while notify::is_due(&mut app.db.read().await?, app).await.map_err(refused)? {
        notify::deliver(app).await.map_err(refused)?;
    }
    Ok(began.elapsed())
}

/// Writes messages to everybody in turn, each to be brought to them by itself.
async fn post(app: &App, messages: usize) -> anyhow::Result<()> {
    let people: Vec<(PersonId,)> =
        Sql::new("select id from person where phone is not null order by id").fetch_all(&mut app.db.read().await?).await?;
    anyhow::ensure!(!people.is_empty(), "nobody has a telephone");
    let mut n = 0;
    let mut people = people.iter().cycle();
    for batch in 0..messages.div_ceil(BATCH) {
        let mut tx = app.db.begin().await?;
        let ctx: Ctx = app.ctx_in(&mut tx, access::system_principal()).await.map_err(refused)?;
        for (person,) in people.by_ref().take(BATCH.min(messages - batch * BATCH)) {
            n += 1;
            let (title, text) = (Words::raw("任务到期"), Words::raw("“推进港口码头建设”今天到期，请及时办结。"));
            let message = NewMessage {
                to: &[*person],
                kind: "reminder",
                title: &title,
                text: &text,
                task: None,
                urge: None,
                subject: None,
                occurrence: None,
                rule: None,
                channels: &[Channel::Sms],
                critical: true,
                dedupe: &format!("bench:{}:{n}", ctx.now().millis()),
            };
            notify::send(&mut tx, &ctx, message).await.map_err(refused)?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The moment at which most tasks are to be looked at, and how many.
async fn busiest(app: &App) -> anyhow::Result<Option<(Moment, i64)>> {
    let sql = Sql::new(
        "select next_at, count(*) from lookout where next_at is not null group by next_at order by count(*) desc, next_at limit 1",
    );
    Ok(sql.fetch_all(&mut app.db.read().await?).await?.into_iter().next())
}

async fn count(app: &App, table: &'static str) -> anyhow::Result<i64> {
    let (n,): (i64,) = Sql::new("select count(*) from ").push(table).fetch_one(&mut app.db.read().await?).await?;
    Ok(n)
}

async fn waiting(app: &App) -> anyhow::Result<i64> {
    let (n,): (i64,) = Sql::new("select count(*) from delivery where state = 'queued'").fetch_one(&mut app.db.read().await?).await?;
    Ok(n)
}
